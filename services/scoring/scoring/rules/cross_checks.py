"""Cross-checks inside a block: who could check whom, and which objections wait for the block's head."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from contracts.appraisal import Column
from scoring.rules.columns import Standings, amount


class Objection(NamedTuple):
    """The checking unit says another value than the one reported; ``after`` = how often the block had spoken of it by then."""

    criterion: str
    number: int
    after: int
    reported: Decimal | None
    value: Decimal | None
    reason: str
    by_unit: UUID
    by_post: str
    at: str


def rotation(members: Sequence[UUID], shift: int = 1) -> dict[UUID, UUID]:
    """Suggest who checks whom: each unit is checked by the one ``shift`` places on, so nobody checks the own one."""
    count = len(members)
    return {unit: by for place, unit in enumerate(members) if (by := members[(place + shift) % count]) != unit}


def objected(rows: Iterable[Sequence[Any]] | None) -> list[Objection]:
    """Read the objections to a report, as ``tables.OBJECTED`` gives them."""
    return [
        Objection(code, number, after, amount(reported), amount(value), reason, UUID(by_unit), by_post, at)
        for code, number, after, reported, value, reason, by_unit, by_post, at in rows or ()
    ]


def still_open(
    objections: Iterable[Objection], standing: Standings, reported: Mapping[str, Decimal]
) -> dict[str, Objection]:
    """Give of each item the newest objection, if it is about what the unit says now and the block has not spoken since."""
    newest: dict[str, Objection] = {}
    for each in sorted(objections, key=lambda each: each.number):
        newest[each.criterion] = each
    return {
        code: each
        for code, each in newest.items()
        if each.reported == reported.get(code)
        and each.after == (spoken.number if (spoken := standing.get((Column.BLOCK, code))) else 0)
    }
