"""Units and blocks as they stood on a day, in Vietnamese order, a page at a time."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Table,
    Uuid,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    text,
    true,
    union,
)

from chassis.clock import VIETNAM, business_now
from chassis.db import Read
from chassis.errors import FieldError, Invalid, NotFound
from chassis.text import fold
from contracts.registry import UnitKind
from registry import rules
from registry.queries.paging import NameOrder, Row, in_turn, page_of, place_after, sounds_like
from registry.tables import block_heads, block_members, blocks, unit_changes, unit_states, units


class UnitState(StrEnum):
    """Which units are asked for, by how they stand on the day."""

    ACTIVE = "active"
    ENDED = "ended"
    COMING = "coming"
    ALL = "all"


class UnitsAsked(BaseModel):
    """Which units, as they stood on which day (today unless told), and which page of them; whole without ``limit``.

    ``decision`` is a part of the number of any decision about the unit, or about a block that it stood in, marks or not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    search: Annotated[str, Field(max_length=100)] = ""
    kind: UnitKind | None = None
    state: UnitState = UnitState.ACTIVE
    block_id: UUID | None = None
    parent_id: UUID | None = None
    code: Annotated[str | None, Field(max_length=40)] = None
    decision: Annotated[str, Field(max_length=100)] = ""
    unit_id: Annotated[list[UUID], Field(max_length=500)] = []
    on: date | None = None
    sort: NameOrder = NameOrder.NAME
    after: Annotated[str | None, Field(max_length=2000)] = None
    limit: Annotated[int | None, Field(ge=1, le=500)] = None


class BlocksAsked(BaseModel):
    """Which blocks, as they stood on which day, and which page of them; whole without ``limit``.

    Whoever only names a block says ``members=false``: of a block of thousands they are nearly all there is to write.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    members: bool = True
    search: Annotated[str, Field(max_length=100)] = ""
    year: Annotated[int | None, Field(ge=0, le=9999)] = None
    member: Annotated[list[UUID], Field(max_length=500)] = []
    block_id: Annotated[list[UUID], Field(max_length=500)] = []
    on: date | None = None
    sort: NameOrder = NameOrder.NAME
    after: Annotated[str | None, Field(max_length=2000)] = None
    limit: Annotated[int | None, Field(ge=1, le=500)] = None


_SHOWN: Final = ("unit_id", "name", "short_name", "kind", "code", "parent_id", "from_on", "until_on", "ended")


async def today(db: Read) -> date:
    """Give the business day in Vietnam."""
    return (await business_now(db)).astimezone(VIETNAM).date()


def find_units(on: date, asked: UnitsAsked, *, limit: int | None = None) -> Select[Any]:
    """Ask for units as they stood on a day, in Vietnamese order; ``search`` may lack its marks.

    ``after`` goes on behind the last row of a page. Each filter has an index of its own.
    """
    query = select(*[unit_states.c[name] for name in _SHOWN], unit_states.c.sorted).where(_standing(asked.state, on))
    if asked.search:
        query = query.where(unit_states.c.searched.contains(fold(asked.search), autoescape=True))
    if asked.decision:
        query = query.where(unit_states.c.unit_id.in_(_decided_by(asked.decision)))
    for name in ("kind", "parent_id", "code"):
        if (wanted := getattr(asked, name)) is not None:
            query = query.where(unit_states.c[name] == wanted)
    if asked.unit_id:
        query = query.where(unit_states.c.unit_id.in_(asked.unit_id))
    if asked.block_id is not None:
        query = query.where(unit_states.c.unit_id.in_(_members(asked.block_id, on)))
    last = None if asked.after is None else place_after(asked.after)
    return in_turn(
        query, (unit_states.c.sorted, unit_states.c.unit_id), last, backwards=asked.sort is NameOrder.NAME_DESC
    ).limit(limit)


def _decided_by(number: str) -> Any:
    """The units that decisions were about whose number holds this: about themselves, or about a block that they stood in."""
    of_unit = select(unit_changes.c.unit_id).where(unit_changes.c.revoked_at.is_(None), _numbered(unit_changes, number))
    led = select(block_heads.c.block_id).where(_numbered(block_heads, number))
    formed = select(blocks.c.block_id).where(_numbered(blocks, number))
    stood = select(block_members.c.unit_id).where(block_members.c.block_id.in_(union(led, formed)))
    return union(of_unit, stood)


def _numbered(table: Table, number: str) -> ColumnElement[bool]:
    # Its index holds those alone that have a number.
    return and_(table.c.decision_number.is_not(None), sounds_like(table.c.decision_number, number))


async def list_units(db: Read, asked: UnitsAsked) -> Row:
    """Give one page of units, and where the next one begins (``next`` is None on the last)."""
    query = find_units(asked.on or await today(db), asked, limit=asked.limit and asked.limit + 1)
    return page_of([dict(row) for row in (await db.execute(query)).mappings()], asked.limit, "unit_id")


def _standing(state: UnitState, on: date) -> ColumnElement[bool]:
    """Of each unit at most one row: how it stood on the day, its last state when it was gone, its first when it is to come."""
    open_ended = unit_states.c.until_on.is_(None)
    active = and_(unit_states.c.from_on <= on, or_(open_ended, unit_states.c.until_on > on))
    ended = and_(unit_states.c.ended, unit_states.c.until_on <= on)
    coming = and_(unit_states.c.first, unit_states.c.from_on > on)
    return {
        UnitState.ACTIVE: active,
        UnitState.ENDED: ended,
        UnitState.COMING: coming,
        UnitState.ALL: or_(active, ended, coming),
    }[state]


def _members(block_id: Any, on: date) -> Any:
    """The units that stand in a block on a day: those whose newest row up to it names the block.

    Of a year that is still to come, as it begins.
    """
    later = block_members.alias()
    day = func.greatest(on, func.make_date(block_members.c.year, 1, 1))
    return select(block_members.c.unit_id).where(
        block_members.c.block_id == block_id,
        block_members.c.from_on <= day,
        ~exists().where(
            later.c.year == block_members.c.year,
            later.c.unit_id == block_members.c.unit_id,
            later.c.from_on > block_members.c.from_on,
            later.c.from_on <= day,
        ),
    )


async def unit(db: Read, unit_id: UUID, *, on: date | None = None) -> Row:
    """Give a unit as it stood on a day, or its nearest state; raises ``NotFound`` for one that nobody knows."""
    on = on or await today(db)
    found = await db.execute(
        select(unit_states, units.c.version, units.c.valid_from, units.c.ended_on)
        .join(units, units.c.unit_id == unit_states.c.unit_id)
        .where(unit_states.c.unit_id == unit_id, _standing(UnitState.ALL, on))
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("Không có đơn vị này.")
    shown = {name: value for name, value in row.items() if name not in ("searched", "sorted", "first")}
    return {**shown, "on": on, "block": await _block_of(db, unit_id, on), "possible": _possible(row, on)}


def _possible(row: Any, on: date) -> list[rules.ActKind]:
    end = row["ended_on"]
    phase = rules.Phase.ACTIVE if end is None else rules.Phase.ENDED if end <= on else rules.Phase.LEAVING
    return [act for act in rules.ActKind if act in rules.POSSIBLE[phase]]


async def _block_of(db: Read, unit_id: UUID, on: date) -> Row | None:
    found = await db.execute(
        select(block_members.c.block_id, blocks.c.name, blocks.c.year)
        .outerjoin(blocks, blocks.c.block_id == block_members.c.block_id)
        .where(block_members.c.unit_id == unit_id, block_members.c.year == on.year, block_members.c.from_on <= on)
        .order_by(block_members.c.from_on.desc())
        .limit(1)
    )
    row = found.mappings().one_or_none()
    return dict(row) if row and row["block_id"] else None


async def unit_history(db: Read, unit_id: UUID) -> Row:
    """Give all that was decided of a unit, how it stood from when until when, and the blocks it stood in."""
    if (await db.execute(select(units.c.unit_id).where(units.c.unit_id == unit_id))).first() is None:
        raise NotFound("Không có đơn vị này.")
    changes = await db.execute(
        select(unit_changes)
        .where(unit_changes.c.unit_id == unit_id)
        .order_by(unit_changes.c.effective_on, unit_changes.c.change_id)
    )
    states = await db.execute(
        select(*[unit_states.c[name] for name in (*_SHOWN, "contact")])
        .where(unit_states.c.unit_id == unit_id)
        .order_by(unit_states.c.from_on)
    )
    stood = await db.execute(
        select(block_members.c.year, block_members.c.from_on, block_members.c.block_id, blocks.c.name)
        .outerjoin(blocks, blocks.c.block_id == block_members.c.block_id)
        .where(block_members.c.unit_id == unit_id)
        .order_by(block_members.c.year, block_members.c.from_on)
    )
    told = [dict(row) for row in changes.mappings()]
    named = {UUID(other) for change in told for others in change["others"].values() for other in others}
    named |= {UUID(change["sets"]["parent_id"]) for change in told if change["sets"].get("parent_id")}
    names = await db.execute(select(units.c.unit_id, units.c.name).where(units.c.unit_id.in_(named)))
    return {
        "unit_id": unit_id,
        "changes": told,
        "states": [dict(row) for row in states.mappings()],
        "blocks": [dict(row) for row in stood.mappings()],
        "names": {str(row.unit_id): row.name for row in names},
    }


def find_blocks(on: date, asked: BlocksAsked, *, limit: int | None = None) -> Select[Any]:
    """Ask for blocks with their members and heads as they stood on a day, by year and in Vietnamese order, ``search`` with or without marks."""
    led = (
        select(block_heads.c.from_on, block_heads.c.head_unit_id, block_heads.c.deputy_unit_id)
        .where(block_heads.c.block_id == blocks.c.block_id, block_heads.c.from_on <= on)
        .order_by(block_heads.c.from_on.desc())
        .limit(1)
        .lateral("led")
    )
    heads = [
        case((led.c.from_on.is_not(None), led.c[name]), else_=blocks.c[name]).label(name)
        for name in ("head_unit_id", "deputy_unit_id")
    ]
    shown = [column for column in blocks.c if column.name not in ("head_unit_id", "deputy_unit_id")]
    query = select(*shown, *heads).outerjoin(led, true())
    if asked.members:
        members = _members(blocks.c.block_id, on).order_by(block_members.c.unit_id).correlate(blocks).scalar_subquery()
        query = query.add_columns(func.array(members, type_=ARRAY(Uuid)).label("member_unit_ids"))
    if asked.year is not None:
        query = query.where(blocks.c.year == asked.year)
    if asked.block_id:
        query = query.where(blocks.c.block_id.in_(asked.block_id))
    if asked.member:
        standing = block_members.alias()
        query = query.where(
            blocks.c.block_id.in_(select(standing.c.block_id).where(standing.c.unit_id.in_(asked.member))),
            exists(_members(blocks.c.block_id, on).where(block_members.c.unit_id.in_(asked.member)).correlate(blocks)),
        )
    if asked.search:
        query = query.where(sounds_like(blocks.c.name, asked.search))
    last = None if asked.after is None else place_after(asked.after)
    backwards = asked.sort is NameOrder.NAME_DESC
    query = query.order_by(blocks.c.year.desc())
    return in_turn(query, (blocks.c.sorted, blocks.c.block_id), last, backwards=backwards).limit(limit)


async def list_blocks(db: Read, asked: BlocksAsked) -> Row:
    """Give blocks, and where the next page begins; raises ``Invalid`` for a page that is not one of a year."""
    if asked.year is None and (asked.limit or asked.after):
        wrong = FieldError(field="year", message="còn thiếu", remedy="Chọn năm của các khối")
        raise Invalid("Danh sách khối được chia trang theo từng năm.", errors=[wrong])
    query = find_blocks(asked.on or await today(db), asked, limit=asked.limit and asked.limit + 1)
    return page_of([dict(row) for row in (await db.execute(query)).mappings()], asked.limit, "block_id")


async def block(db: Read, block_id: UUID, *, on: date | None = None) -> Row:
    """Give a block as it stood on a day, with everyone who has led it and the blocks of other years that it goes on from."""
    on = on or await today(db)
    query = find_blocks(on, BlocksAsked(block_id=[block_id], members=False))
    shown = (await db.execute(query)).mappings().one_or_none()
    if shown is None:
        raise NotFound("Không có khối thi đua này.")
    heads = (blocks.c.head_unit_id, blocks.c.deputy_unit_id)
    formed = dict((await db.execute(select(*heads).where(blocks.c.block_id == block_id))).mappings().one())
    into = select(block_members.c.unit_id).where(
        block_members.c.block_id == block_id, block_members.c.change_id.is_(None)
    )
    formed["member_unit_ids"] = sorted((await db.execute(into)).scalars())
    turns = await db.execute(
        select(block_heads).where(block_heads.c.block_id == block_id).order_by(block_heads.c.from_on)
    )
    led = [dict(row) for row in turns.mappings()]
    line = [dict(row) for row in (await db.execute(_LINE, {"block_id": block_id})).mappings()]
    named = {each[name] for each in (shown, formed, *led, *line) for name in ("head_unit_id", "deputy_unit_id")}
    # In the order of their names, which is the order of the answer.
    members = await _names(db, on, block_id=block_id)
    leading = sorted(named - members.keys() - {None}, key=str)
    names = members | (await _names(db, on, unit_id=leading) if leading else {})
    return {
        **{name: value for name, value in shown.items() if name != "sorted"},
        "on": on,
        "formed": formed,
        "turns": led,
        "line": line,
        "names": {str(unit_id): name for unit_id, name in names.items()},
        "member_unit_ids": list(members),
    }


async def _names(db: Read, on: date, **of: Any) -> dict[UUID, str]:
    """Give what units are called, in Vietnamese order, whether or not they were there that day."""
    return {row.unit_id: row.name for row in await db.execute(find_units(on, UnitsAsked(state=UnitState.ALL, **of)))}


_LINE: Final = text(
    """WITH RECURSIVE line (block_id, follows_id, year, name, head_unit_id, deputy_unit_id, step) AS (
      SELECT block_id, follows_id, year, name, head_unit_id, deputy_unit_id, 0 FROM blocks WHERE block_id = :block_id
      UNION ALL SELECT blocks.block_id, blocks.follows_id, blocks.year, blocks.name, blocks.head_unit_id,
        blocks.deputy_unit_id, step + 1 FROM blocks JOIN line ON blocks.block_id = line.follows_id WHERE step < 20)
    SELECT block_id, year, name, head_unit_id, deputy_unit_id FROM line WHERE step > 0 ORDER BY step"""
)
"""The blocks of the years before: who led them is how the lead has gone round. Twenty years, whatever points where."""
