"""Who may see what of a board: declared here, applied where the answer is built, so that no page can show more.

What a rule does not name does not leave the service for that audience, whatever columns a board grows.
"""

from collections.abc import Collection, Mapping
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

Row = Mapping[str, Any]


class Audience(IntEnum):
    """Who looks at a board, from whoever may see least; whoever is more than one of these is the last of them."""

    PUBLIC = 0
    """Anybody, signed in or not: published boards only."""
    BLOCK = 1
    """A unit of the block: totals and fields of all, of the own unit everything."""
    OFFICE = 2
    """The city's office and the head of this block."""


_PUBLIC: Final = frozenset({"unit_id", "rank", "points", "maximum", "percent", "decided_by"})
_BLOCK: Final = _PUBLIC | {"groups", "bonus", "penalty", "late", "state", "previous_rank", "before", "sheet_version"}
OWN: Final = _BLOCK | {"disqualified"}
"""What a unit sees of itself beside that: why it is not ranked. The reason of each point stands on a page of its own."""
OF_A_ROW: Final[Mapping[Audience, frozenset[str]]] = {
    Audience.PUBLIC: _PUBLIC,
    Audience.BLOCK: _BLOCK,
    Audience.OFFICE: OWN,
}
_ALL_MAY_KNOW: Final = frozenset(
    {
        *(
            "campaign_id",
            "period_id",
            "block_id",
            "sheet_id",
            "sheet_version",
            "members",
            "ranked",
            "rows",
            "more",
            "place",
        ),
        *("number", "state", "fingerprint", "at", "by", "correction", "reason", "newest"),
    }
)
_MEMBERS_MAY_KNOW: Final = _ALL_MAY_KNOW | {
    *("version", "changed_at", "best", "published", "compared", "as_of", "before"),
}
OF_A_BOARD: Final[Mapping[Audience, frozenset[str]]] = {
    Audience.PUBLIC: _ALL_MAY_KNOW,
    Audience.BLOCK: _MEMBERS_MAY_KNOW,
    Audience.OFFICE: _MEMBERS_MAY_KNOW,
}

_PLACED: Final = frozenset({"unit_id", "block_id", "sheet_id", "rank", "points", "maximum", "percent", "published"})
OF_A_PLACED_ROW: Final[Mapping[Audience, frozenset[str]]] = {
    Audience.PUBLIC: _PLACED,
    Audience.BLOCK: _PLACED,
    Audience.OFFICE: _PLACED | {"sheet_version"},
}
"""Of a unit among those of all blocks: what everybody may see of it, and where it stands."""


def disclose(board: Row, audience: Audience, own: Collection[UUID | str] = ()) -> dict[str, Any]:
    """Give of a board with ``rows`` what this audience may see; ``own`` are the units that the reader speaks for."""
    speaks_for = {str(unit) for unit in own} if audience is Audience.BLOCK else set()
    told = {name: value for name, value in board.items() if name in OF_A_BOARD[audience]}
    return {
        **told,
        "rows": [disclose_row(row, audience, own=str(row["unit_id"]) in speaks_for) for row in board["rows"]],
    }


def disclose_row(row: Row, audience: Audience, *, own: bool) -> dict[str, Any]:
    """Give of a unit's row what this audience may see."""
    named = OWN if own else OF_A_ROW[audience]
    return {name: value for name, value in row.items() if name in named}


def disclose_placed(row: Row, audience: Audience) -> dict[str, Any]:
    """Give of a unit among those of all blocks what this audience may see."""
    return {name: value for name, value in row.items() if name in OF_A_PLACED_ROW[audience]}
