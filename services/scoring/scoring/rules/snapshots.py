"""A board as it can be kept and told from another: its canonical text, its fingerprint, and what has changed since.

The fingerprint is of the order alone: who stands on the board, at which place, with how many points, decided by what. A board
that is frozen, the same board as of that instant, and the page that was printed then carry the same one.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from contracts.envelope import plain
from scoring.rules.rows import ordered, row_of

Row = Mapping[str, Any]

ORDER: Final = ("rank", "points", "percent", "decided_by")
"""What of a unit the fingerprint is of; amounts as they are meant: 91 and 91.00 are the same."""
FIGURES: Final = (*ORDER, "maximum", "groups", "bonus", "penalty", "disqualified", "late", "state")
"""What of a unit a published board keeps. How its place moved while points came in is not part of it."""


def canonical(value: Any) -> str:
    """Write plain data in the one way it can be written: keys in order, amounts as digits, nothing in between."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return plain(value.normalize())
    return str(value) if isinstance(value, UUID) else value


def digest(text: str) -> str:
    """Give the SHA-256 of a canonical text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(period_id: UUID, block_id: UUID, rows: Iterable[Row]) -> str:
    """Give the fingerprint of a board, as 64 hexadecimal digits; whoever has not reported stands on it with nothing."""
    placed = [
        [str(row["unit_id"]), *[_amount(row[name]) for name in ORDER]] for row in rows if row["points"] is not None
    ]
    return digest(canonical({"period_id": period_id, "block_id": block_id, "places": sorted(placed, key=_first)}))


def fingerprint_of_city(period_id: UUID, boards: Iterable[tuple[UUID, int, str]]) -> str:
    """Give the fingerprint of all published boards of a period: (block, number of the publication, its fingerprint) of each."""
    listed = sorted([str(block_id), number, of_board] for block_id, number, of_board in boards)
    return digest(canonical({"period_id": period_id, "boards": listed}))


def _amount(value: Any) -> Any:
    """Give an amount that came as text the shape that it has as a number."""
    if isinstance(value, str):
        try:
            return Decimal(value)
        except ArithmeticError:
            return value
    return value


def _first(place: Sequence[Any]) -> str:
    return str(place[0])


def kept(row: Row) -> dict[str, Any]:
    """Give of a row of a board what a publication keeps, plain: amounts as digits, ids as text."""
    figures: dict[str, Any] = _plain({"unit_id": row["unit_id"], **{name: row[name] for name in FIGURES}})
    for name in ("points", "percent", "maximum", "bonus", "penalty"):
        figures[name] = _plain(_amount(figures[name]))
    figures["groups"] = [
        {name: _plain(_amount(value)) if name in ("points", "maximum") else value for name, value in group.items()}
        for group in figures["groups"]
    ]
    return figures


class Snapshot(NamedTuple):
    """A board that can be published: its rows as they are kept, the canonical text, and what tells both from others."""

    rows: list[dict[str, Any]]
    text: str
    digest: str
    fingerprint: str


def snapshot(own: Row, members: Iterable[UUID], figures: Mapping[UUID, Row]) -> Snapshot:
    """Take a board as it stands; ``own`` names campaign, period, block and sheet, ``figures`` are those of who reported."""
    units = ordered(members, {unit: row["rank"] for unit, row in figures.items()})
    rows = [kept(row_of(unit, figures.get(unit))) for unit in units]
    text = canonical({**own, "rows": rows})
    return Snapshot(rows, text, digest(text), fingerprint(own["period_id"], own["block_id"], rows))


class Waiting(NamedTuple):
    """A unit that does not stand as it was published: before and now, None where it does not stand on the board at all."""

    unit_id: str
    before: Row | None
    now: Row | None


def waiting(published: Iterable[Row], live: Iterable[Row]) -> list[Waiting]:
    """Give what the next publication would change, by the place that it would give; rows as ``kept`` gives them."""
    before = {row["unit_id"]: row for row in published}
    now = {row["unit_id"]: row for row in live}
    changed = [
        Waiting(unit_id, before.get(unit_id), now.get(unit_id))
        for unit_id in sorted(before.keys() | now.keys())
        if before.get(unit_id) != now.get(unit_id)
    ]
    return sorted(changed, key=_place)


def _place(change: Waiting) -> tuple[bool, int]:
    rank = (change.now or change.before or {}).get("rank")
    return rank is None, rank or 0
