"""A block's board as it stands now, for whoever looks."""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select, union_all

from chassis.db import Prepared, Read
from chassis.errors import Forbidden, NotFound
from scoring import rules
from scoring.queries.sheets import standing_version
from scoring.rules import Audience
from scoring.rules.rows import row_of
from scoring.tables import boards, periods, publications, published_places, ranked
from scoring.tables.live import HEAD, listed

Row = dict[str, Any]


class Viewer(NamedTuple):
    """Who looks: the city's office, the head of these blocks, the officer of these units, or nobody known."""

    office: bool = False
    heads: frozenset[UUID] = frozenset()
    units: frozenset[UUID] = frozenset()

    def audience(self, block_id: UUID, members: Collection[UUID]) -> Audience:
        """Tell what this viewer is to a board."""
        if self.office or block_id in self.heads:
            return Audience.OFFICE
        return Audience.PUBLIC if self.units.isdisjoint(members) else Audience.BLOCK


class Shown(NamedTuple):
    """Which rows of a board are asked for: ``most`` of them from ``start`` on, or those of the units ``only``."""

    start: int = 0
    most: int | None = None
    only: Sequence[UUID] = ()

    def of(self, units: Sequence[UUID]) -> list[UUID]:
        """Give those of a whole board's units, in its order."""
        if self.only:
            wanted = set(self.only)
            return [unit for unit in units if unit in wanted]
        return list(units[self.start :][: self.most])

    def more(self, members: int) -> bool:
        """Tell whether rows follow after these on a board of so many members."""
        return not self.only and self.most is not None and self.start + self.most < members


EVERY_ROW: Final = Shown()
THE_OFFICE: Final = Viewer(office=True)

_BOARD: Final = ("period_id", "block_id", "sheet_id")
_PUBLISHED: Final = ("number", "state", "correction", "fingerprint", "at", "by")

_earlier = periods.alias("earlier")
_this = periods.alias("this")
_BEFORE: Final = Prepared(
    select(_earlier.c.period_id, func.max(publications.c.number).label("number"))
    .select_from(_this)
    .join(_earlier, (_earlier.c.campaign_id == _this.c.campaign_id) & (_earlier.c.number < _this.c.number))
    .join(boards, (boards.c.period_id == _earlier.c.period_id) & (boards.c.block_id == bindparam("block_id")))
    .outerjoin(
        publications,
        (publications.c.period_id == boards.c.period_id) & (publications.c.block_id == boards.c.block_id),
    )
    .where(_this.c.period_id == bindparam("period_id"))
    .group_by(_earlier.c.period_id, _earlier.c.number)
    .order_by(_earlier.c.number.desc())
    .limit(1)
)
"""The period before this one in which the block has a board, and how often that was published."""
_UNITS: Final = any_(bindparam("units", type_=ARRAY(Uuid)))
_RANKS: Final = Prepared(
    union_all(
        select(published_places.c.unit_id, published_places.c.rank).where(
            published_places.c.period_id == bindparam("period_id"),
            published_places.c.block_id == bindparam("block_id"),
            published_places.c.number == bindparam("number"),
            published_places.c.unit_id == _UNITS,
        ),
        select(ranked.c.unit_id, ranked.c.rank).where(
            bindparam("number") == 0,
            ranked.c.period_id == bindparam("period_id"),
            ranked.c.block_id == bindparam("block_id"),
            ranked.c.unit_id == _UNITS,
        ),
    )
)


async def board(db: Read, period_id: UUID, block_id: UUID, viewer: Viewer, shown: Shown = EVERY_ROW) -> Row:
    """Give a block's board as it stands now: ranked units by place, then those that are not ranked, with the reason.

    ``more`` tells whether rows follow after those asked for. ``before`` of a row is the place in the period before, in which
    ``compared`` says; ``sheet_version`` is that by which these rows were scored, or, where several are, the one that stands.
    Raises ``NotFound``, and ``Forbidden`` for whoever is neither of the block nor of the office: they see what is published.
    """
    key = {"period_id": period_id, "block_id": block_id}
    head = await head_of(db, key)
    audience = viewer.audience(block_id, head.members)
    if audience is Audience.PUBLIC:
        raise Forbidden("Bảng tạm tính chỉ các đơn vị trong khối, khối trưởng và Phòng Nội vụ thành phố xem được.")
    number, units, figures = await listed(db, key, head.members, **shown._asdict())
    before, compared = await places_before(db, key, units)
    on = {row["sheet_version"] for row in figures.values()}
    told = {
        **key,
        **{name: head[name] for name in _BOARD if name not in key},
        "sheet_version": on.pop() if len(on) == 1 else await standing_version(db, head.sheet_id, period_id),
        "version": head.version or 0,
        "changed_at": head.changed_at,
        "members": len(head.members),
        "ranked": number,
        "published": {name: head[name] for name in _PUBLISHED} if head.number else None,
        "compared": compared,
        "more": shown.more(len(head.members)),
        "best": best(figures.values()) if len(units) == len(head.members) else {},
        "rows": [{**row_of(unit, figures.get(unit)), "before": before.get(unit)} for unit in units],
    }
    return rules.disclose(told, audience, viewer.units)


async def head_of(db: Read, key: dict[str, UUID]) -> Any:
    """Give a board without its rows; raises ``NotFound`` without such a block."""
    found = await HEAD.rows(db, key)
    if not found:
        raise NotFound("Không có khối thi đua này.")
    return found[0]


async def places_before(
    db: Read, key: dict[str, UUID], units: Sequence[UUID]
) -> tuple[dict[UUID, int | None], Row | None]:
    """Give the places of these units in the period before: as they were published, or as they stand if they were not."""
    earlier = await _BEFORE.rows(db, key)
    if not earlier:
        return {}, None
    asked = {**key, "period_id": earlier[0].period_id, "number": earlier[0].number or 0, "units": list(units)}
    ranks = {row.unit_id: row.rank for row in await _RANKS.rows(db, asked)}
    return ranks, {"period_id": earlier[0].period_id, "published": bool(earlier[0].number)}


def best(rows: Any) -> dict[str, float]:
    """Give the highest points of each group on a board."""
    highest: dict[str, float] = {}
    for row in rows:
        for group in row["groups"]:
            highest[group["group"]] = max(highest.get(group["group"], 0.0), float(group["points"]))
    return highest
