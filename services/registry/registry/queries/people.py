"""People as they served on a day, in Vietnamese order, a page at a time; and the entries of files, newest first."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, and_, or_, select, text, tuple_, union

from chassis.db import Read
from chassis.errors import NotFound
from chassis.text import fold
from registry import rules
from registry.queries.paging import NameOrder, Row, in_turn, no_place, page_of, place_after
from registry.queries.structure import today
from registry.tables import entries, people, people_names
from registry.tables.service import main_posts

_Limit = Annotated[int, Field(ge=1, le=200)]


class Serving(StrEnum):
    """Which people are asked for, by how they stand on the day."""

    HERE = "here"
    ALL = "all"


class PeopleAsked(BaseModel):
    """Which people, as they served on which day (today unless told), and which page of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit_id: UUID | None = None
    search: Annotated[str, Field(max_length=100)] = ""
    state: Serving = Serving.HERE
    on: date | None = None
    sort: NameOrder = NameOrder.NAME
    after: Annotated[str | None, Field(max_length=2000)] = None
    limit: _Limit = 50


class EntriesAsked(BaseModel):
    """Which standing entries: of what kind, those that hold on a day, and which page of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: rules.EntryKind | None = None
    on: date | None = None
    after: Annotated[str | None, Field(max_length=100)] = None
    limit: _Limit = 50


def find_people(on: date, asked: PeopleAsked, *, limit: int | None = None) -> Select[Any]:
    """Ask for people with the main post of a day; of a unit, those who serve there then, or ever did with ``ALL``."""
    post = select(entries).where(main_posts(on)).subquery("post")
    shown = [people.c.person_id, people.c.name, people.c.version, people.c.sorted]
    query = select(*shown, post.c.unit_id, post.c.words.label("post"), post.c.from_on, post.c.until_on, post.c.entry_id)
    here = post.c.person_id == people.c.person_id
    if asked.state is Serving.HERE:
        query = query.join(post, here)
        if asked.unit_id:
            query = query.where(post.c.unit_id == asked.unit_id)
    else:
        query = query.outerjoin(post, here)
        if asked.unit_id:
            kept = select(people.c.person_id).where(people.c.unit_id == asked.unit_id)
            ever = select(entries.c.person_id).where(
                entries.c.standing, entries.c.unit_id == asked.unit_id, entries.c.kind == "service"
            )
            query = query.where(people.c.person_id.in_(union(kept, ever)))
    if asked.search:
        query = query.where(people.c.searched.contains(fold(asked.search), autoescape=True))
    last = None if asked.after is None else place_after(asked.after)
    backwards = asked.sort is NameOrder.NAME_DESC
    return in_turn(query, (people.c.sorted, people.c.person_id), last, backwards=backwards).limit(limit)


async def list_people(db: Read, asked: PeopleAsked) -> Row:
    """Give one page of people, and where the next one begins (``next`` is None on the last)."""
    on = asked.on or await today(db)
    rows = [dict(row) for row in (await db.execute(find_people(on, asked, limit=asked.limit + 1))).mappings()]
    return {**page_of(rows, asked.limit, "person_id"), "on": on}


async def person(db: Read, person_id: UUID, *, on: date | None = None) -> Row:
    """Give a person with the main post of a day and every name that was written; raises ``NotFound``."""
    on = on or await today(db)
    shown = [people.c[name] for name in ("person_id", "version", "unit_id", "name")]
    row = (await db.execute(select(*shown).where(people.c.person_id == person_id))).mappings().one_or_none()
    if row is None:
        raise NotFound("Không có cán bộ này.")
    post = await db.execute(
        select(*[entries.c[name] for name in ("entry_id", "unit_id", "words", "from_on", "until_on")]).where(
            main_posts(on), entries.c.person_id == person_id
        )
    )
    held = post.mappings().one_or_none()
    names = await db.execute(
        select(people_names)
        .where(people_names.c.person_id == person_id)
        .order_by(people_names.c.version.desc())
        .limit(_NAMES)
    )
    return {
        **row,
        "on": on,
        "post": dict(held) if held else None,
        "names": [dict(each) for each in names.mappings()],
    }


_NAMES: Final = 20


def find_entries(
    person_id: UUID | None, unit_id: UUID, asked: EntriesAsked, *, limit: int | None = None
) -> Select[Any]:
    """Ask for what stands in a person's file, or in the unit's own where no person is named; newest first."""
    query = select(entries).where(entries.c.standing)
    if person_id:
        # Said as the index says it, which holds shared entries alone.
        shared = and_(text("entries.with_ids <> '{}'"), entries.c.with_ids.contains([person_id]))
        query = query.where(or_(entries.c.person_id == person_id, shared))
    else:
        query = query.where(entries.c.unit_id == unit_id, entries.c.person_id.is_(None))
    if asked.kind:
        query = query.where(entries.c.kind == asked.kind)
    if asked.on:
        query = query.where(
            entries.c.from_on <= asked.on, or_(entries.c.until_on.is_(None), entries.c.until_on >= asked.on)
        )
    if asked.after is not None:
        query = query.where(tuple_(entries.c.from_on, entries.c.entry_id) < _read_place(asked.after))
    return query.order_by(entries.c.from_on.desc(), entries.c.entry_id.desc()).limit(limit)


def _read_place(after: str) -> Any:
    day, _, identity = after.partition("_")
    try:
        return tuple_(date.fromisoformat(day), UUID(identity))
    except ValueError as error:
        raise no_place() from error


async def list_entries(db: Read, person_id: UUID | None, unit_id: UUID, asked: EntriesAsked) -> Row:
    """Give one page of a file; each initiative along with what it was used for."""
    found = await db.execute(find_entries(person_id, unit_id, asked, limit=asked.limit + 1))
    rows = [rules.unmarked(row) for row in found.mappings()]
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    used = await db.execute(
        select(entries).where(
            entries.c.standing,
            entries.c.initiative_id.in_([row["entry_id"] for row in rows if row["kind"] == "initiative"]),
        )
    )
    uses = [rules.unmarked(row) for row in used.mappings()]
    for row in rows:
        row["uses"] = [use for use in uses if use["initiative_id"] == row["entry_id"]]
    holders = {each for row in rows for each in (row["person_id"], *row["with_ids"])} - {None}
    named = await db.execute(select(people.c.person_id, people.c.name).where(people.c.person_id.in_(holders)))
    return {
        "items": rows,
        "names": {str(each.person_id): each.name for each in named},
        "next": f"{rows[-1]['from_on']}_{rows[-1]['entry_id']}" if more else None,
    }


async def entry(db: Read, entry_id: UUID) -> Row:
    """Give an entry as it was said last, typed as its form has it, with all its versions; raises ``NotFound``."""
    found = await db.execute(
        select(entries).where(entries.c.entry_id == entry_id).order_by(entries.c.version.desc()).limit(_VERSIONS)
    )
    versions = [rules.unmarked(row) for row in found.mappings()]
    if not versions:
        raise NotFound("Không có mục này trong hồ sơ.")
    return {**versions[0], "typed": rules.typed_again(rules.Entry.model_validate(versions[0])), "versions": versions}


_VERSIONS: Final = 100


def find_counted(
    figure: str, ids: frozenset[UUID], year: int, after: str | None, *, law: rules.Law, limit: int
) -> Select[Any]:
    """Ask for the people behind a figure of a year, each with the entry that has them counted."""
    decisive = {
        "headcount": main_posts(law.closing_day(year)),
        "completed_tasks": and_(entries.c.standing, entries.c.kind == "rating", entries.c.year == year),
        "disciplined": and_(
            entries.c.standing,
            entries.c.kind == "discipline",
            entries.c.from_on.between(date(year, 1, 1), date(year, 12, 31)),
            entries.c.grade.in_(law.counted_against(year)),
        ),
    }[figure]
    shown = (
        "entry_id",
        "kind",
        "words",
        "grade",
        "from_on",
        "until_on",
        "document_number",
        "document_on",
        "document_by",
    )
    query = (
        select(people.c.person_id, people.c.name, people.c.sorted, *[entries.c[name] for name in shown])
        .join(entries, and_(entries.c.person_id == people.c.person_id, decisive))
        .where(people.c.person_id.in_(ids))
        .distinct(people.c.sorted, people.c.person_id)
        .order_by(people.c.sorted, people.c.person_id, entries.c.from_on.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(people.c.sorted, people.c.person_id) > place_after(after))
    return query
