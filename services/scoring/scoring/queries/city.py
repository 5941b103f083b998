"""All units of a period across its blocks, by their share of the points that could be had, and the blocks they stand in.

Nothing of this is stored: the official places are those within each block, for blocks work under sheets of their own. It is
read in the order of an index, a page of it for as many rows as the page has.
"""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Integer, Select, exists, func, literal_column, select, text, true, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from chassis.db import Read
from chassis.errors import Forbidden, NotFound
from contracts.envelope import GivenAmount, GivenInstant
from scoring import rules
from scoring.queries.boards import Viewer
from scoring.queries.history import require_settled
from scoring.rules import Audience
from scoring.tables import RANK, blocks, periods, places, publications, published_places, scores

Row = dict[str, Any]


class Standing(StrEnum):
    """Which figures: those that were published, for everybody; or those that stand now, for the office."""

    PUBLISHED = "published"
    LIVE = "live"


class CityAsked(BaseModel):
    """Which units, and which page of them: ``most`` after the one with this share and id, or those named, ranked or not.

    ``as_of`` asks for what was published at an instant of business time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    standing: Standing = Standing.PUBLISHED
    as_of: GivenInstant | None = None
    block_id: UUID | None = None
    sheet_id: UUID | None = None
    unit_id: Annotated[list[UUID], Field(max_length=500)] = []
    after_percent: GivenAmount | None = None
    after_unit: UUID | None = None
    most: Annotated[int, Field(ge=1, le=500)] = 100

    @model_validator(mode="after")
    def _whole(self) -> "CityAsked":
        if (self.after_percent is None) != (self.after_unit is None):
            raise ValueError("trang sau cần cả tỷ lệ và đơn vị của dòng cuối trang trước")
        if self.as_of and self.standing is Standing.LIVE:
            raise ValueError("số đang tính của một thời điểm xem ở bảng của từng khối")
        return self


async def city_board(db: Read, campaign_id: UUID, period_id: UUID, viewer: Viewer, asked: CityAsked) -> Row:
    """List the ranked units of all blocks of a period, the highest share first; of equal shares in the order of their ids.

    ``order`` numbers them, equal shares alike, and is None for units that were named; ``more`` tells whether others follow.
    ``fingerprint`` is of all boards that were published then, whichever units are asked for; None of what stands now.
    Raises ``NotFound`` for a period that the campaign has not, ``Forbidden`` for whoever asks for
    what stands now and is not the office, and ``Invalid`` for an instant that has not settled.
    """
    audience = await _audience(db, (campaign_id, period_id), viewer, asked.standing)
    if asked.as_of:
        await require_settled(db, asked.as_of)
    found = (await db.execute(page_of(period_id, asked))).mappings().all()
    rows = [_with_publication(dict(row)) for row in found[: asked.most]]
    orders: list[int | None] = [None] * len(rows)
    if rows and not asked.unit_id:
        before = ahead = 0
        if asked.after_unit:
            before, ahead = (await db.execute(counted_before(period_id, asked, rows[0]["percent"]))).one()
        orders = _orders([row["percent"] for row in rows], before, ahead)
    return {
        "campaign_id": campaign_id,
        "period_id": period_id,
        "standing": asked.standing,
        "as_of": asked.as_of,
        "fingerprint": None if asked.standing is Standing.LIVE else await _fingerprint(db, period_id, asked.as_of),
        "rows": [
            {"order": order, **rules.disclose_placed(row, audience)} for order, row in zip(orders, rows, strict=True)
        ],
        "more": len(found) > asked.most,
    }


async def _fingerprint(db: Read, period_id: UUID, as_of: datetime | None) -> str:
    """Give the fingerprint of what was published of a period by then: the same instant, the same fingerprint."""
    own = [publications.c[name] for name in ("block_id", "number", "fingerprint")]
    newest = select(*own).ext(distinct_on(publications.c.block_id)).where(publications.c.period_id == period_id)
    if as_of:
        newest = newest.where(publications.c.at <= as_of)
    found = await db.execute(newest.order_by(publications.c.block_id, publications.c.number.desc()))
    return rules.fingerprint_of_city(period_id, [tuple(row) for row in found])


def _with_publication(row: Row) -> Row:
    published = {name: row.pop(name) for name in _PUBLISHED}
    return {**row, "published": published if published["number"] else None}


async def _audience(db: Read, of: tuple[UUID, UUID], viewer: Viewer, standing: Standing) -> Audience:
    campaign_id, period_id = of
    known = select(periods.c.period_id).where(periods.c.period_id == period_id, periods.c.campaign_id == campaign_id)
    if not (await db.execute(known)).first():
        raise NotFound("Không có kỳ báo cáo này.")
    if standing is Standing.LIVE and not viewer.office:
        raise Forbidden("Số đang tính của mọi khối chỉ Phòng Nội vụ thành phố xem được.")
    return Audience.OFFICE if viewer.office else Audience.PUBLIC


def _ranked(period_id: UUID, asked: CityAsked) -> Select[Any]:
    """Select the places that are asked for, of the boards as they stand or as they were published last."""
    of = places if asked.standing is Standing.LIVE else published_places
    query = select(of).where(of.c.period_id == period_id, of.c.percent.is_not(None))
    if of is published_places:
        later, own = publications.alias("later"), publications.alias("own")
        of_board = [(each.c.period_id == of.c.period_id) & (each.c.block_id == of.c.block_id) for each in (later, own)]
        is_later, is_own = of_board[0] & (later.c.number > of.c.number), of_board[1] & (own.c.number == of.c.number)
        if asked.as_of:
            is_later &= later.c.at <= asked.as_of
            query = query.where(exists().where(is_own, own.c.at <= asked.as_of))
        query = query.where(~exists().where(is_later))
    if asked.unit_id:
        return query.where(of.c.unit_id.in_(asked.unit_id))
    if asked.block_id:
        query = query.where(of.c.block_id == asked.block_id)
    if asked.sheet_id:
        on_it = exists().where(blocks.c.block_id == of.c.block_id, blocks.c.sheet_id == asked.sheet_id)
        query = query.where(on_it)
    return query.where((of.c.among if of is places else of.c.rank).is_not(None))


def page_of(period_id: UUID, asked: CityAsked) -> Select[Any]:
    """Select a page and one row more, with what stands beside each place."""
    query = _ranked(period_id, asked)
    share, unit_id = query.selected_columns["percent"], query.selected_columns["unit_id"]
    if asked.after_unit:
        query = query.where(tuple_(share, unit_id) < tuple_(asked.after_percent, asked.after_unit))
    few = query.order_by(share.desc(), unit_id.desc()).limit(asked.most + 1).cte("few")
    newest = _newest(few, asked.as_of)
    told: list[Any] = [few.c[name] for name in ("unit_id", "block_id", "points", "percent")]
    published = [newest.c[name] for name in _PUBLISHED]
    # Asked row by row: joined, all blocks there are would be read for a page.
    sheet_id = select(blocks.c.sheet_id).where(blocks.c.block_id == few.c.block_id).scalar_subquery().label("sheet_id")
    beside = few.outerjoin(newest, true())
    if asked.standing is Standing.LIVE:
        of_unit = (scores.c.period_id == few.c.period_id) & (scores.c.unit_id == few.c.unit_id)
        of_board = (places.c.period_id == period_id, places.c.block_id.in_(select(few.c.block_id)))
        stood = (
            select(places.c.block_id, places.c.unit_id, literal_column(RANK, Integer).label("rank"))
            .where(*of_board)
            .subquery("stood")
        )
        here = (stood.c.block_id == few.c.block_id) & (stood.c.unit_id == few.c.unit_id)
        told += [stood.c.rank, scores.c.maximum, scores.c.sheet_version]
        beside = beside.join(scores, of_unit).join(stood, here)
    else:
        told += [few.c.rank, few.c.maximum]
    return select(*told, sheet_id, *published).select_from(beside).order_by(few.c.percent.desc(), few.c.unit_id.desc())


_PUBLISHED: Final = ("number", "state", "at")


def _newest(few: Any, as_of: datetime | None) -> Any:
    """Say how the board of a place was published last, or last by then."""
    own = [publications.c.period_id == few.c.period_id, publications.c.block_id == few.c.block_id]
    return (
        select(*[publications.c[name] for name in _PUBLISHED])
        .where(*own, publications.c.at <= as_of if as_of else true())
        .order_by(publications.c.number.desc())
        .limit(1)
        .lateral("newest")
    )


def counted_before(period_id: UUID, asked: CityAsked, percent: Decimal) -> Select[int, int]:
    """Count the units before this page, and of them those with a higher share than its first."""
    query = _ranked(period_id, asked)
    share, unit_id = query.selected_columns["percent"], query.selected_columns["unit_id"]
    earlier = query.where(tuple_(share, unit_id) >= tuple_(asked.after_percent, asked.after_unit))
    counts = (func.count(), func.count().filter(share > percent))
    return earlier.with_only_columns(*counts, maintain_column_froms=True)


def _orders(shares: list[Decimal], before: int, ahead: int) -> list[int | None]:
    """Number these rows; equal shares have one number, and the next is skipped (1, 1, 3)."""
    found: list[int | None] = []
    for place, share in enumerate(shares):
        if place and share == shares[place - 1]:
            found.append(found[-1])
        else:
            found.append(before + place + 1 if place else ahead + 1)
    return found


_BLOCKS: Final = """SELECT block_id, sheet_id, coalesce(newest.state, 'provisional') AS state, newest.number, newest.at,
      CASE WHEN :live THEN coalesce(boards.members, cardinality(blocks.members)) ELSE newest.members END AS members,
      CASE WHEN :live THEN coalesce(boards.ranked, (SELECT count(*) FROM places
        WHERE (places.period_id, places.block_id) = (boards.period_id, boards.block_id) AND among IS NOT NULL))
      ELSE newest.ranked END AS ranked
    FROM boards JOIN blocks USING (block_id)
    LEFT JOIN LATERAL (SELECT state, number, at, publications.members, publications.ranked FROM publications
      WHERE (publications.period_id, publications.block_id) = (boards.period_id, boards.block_id) AND publications.at <= :until
      ORDER BY number DESC LIMIT 1) AS newest ON true
    WHERE boards.period_id = :period_id"""
_FOR_EVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
BLOCKS: Final = text(
    f"""{_BLOCKS} AND block_id > :after AND (:live OR newest.number IS NOT NULL) ORDER BY block_id LIMIT :most"""
)
TOTALS: Final = text(
    f"""SELECT state, count(*) AS blocks, CAST(sum(members) AS integer) AS members,
      CAST(sum(ranked) AS integer) AS ranked FROM ({_BLOCKS}) AS counted
    GROUP BY state"""  # noqa: S608 - our own words
)


async def blocks_of_city(
    db: Read,
    campaign_id: UUID,
    period_id: UUID,
    viewer: Viewer,
    *,
    standing: Standing,
    after: UUID | None,
    most: int,
    as_of: datetime | None = None,
) -> Row:
    """Count the boards of a period by how they stand, and list them with how many units each has and has ranked.

    Whoever is not the office is told the figures of published boards alone, and how many others there are; raises as
    ``city_board``. ``next`` is where to go on, None at the end.
    """
    await _audience(db, (campaign_id, period_id), viewer, standing)
    if as_of:
        await require_settled(db, as_of)
    wanted = {"period_id": period_id, "live": standing is Standing.LIVE, "until": as_of or _FOR_EVER}
    found = await db.execute(BLOCKS, {**wanted, "after": after or UUID(int=0), "most": most})
    items = [dict(row) for row in found.mappings()]
    return {
        "totals": {row["state"]: dict(row) for row in (await db.execute(TOTALS, wanted)).mappings()},
        "items": items,
        "next": items[-1]["block_id"] if len(items) == most else None,
    }
