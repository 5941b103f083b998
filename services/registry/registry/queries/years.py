"""A unit's year in figures, and how they follow from the files on its people."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from chassis.db import Read
from registry import rules
from registry.queries.paging import Row, page_of
from registry.queries.people import find_counted
from registry.tables import year_records
from registry.tables.law import decided
from registry.tables.service import counted_in


async def year_record(db: Read, unit_id: UUID, year: int) -> Row:
    """Give a unit's year in figures; version 0 and no figures before the first record.

    ``derived`` is what follows from the unit's list of people, None while nobody is in it; ``differs`` are the figures that
    the record says otherwise; ``counted_by`` says on which day and from which discipline people are counted.
    """
    found = await db.execute(select(year_records).where(year_records.c.unit_id == unit_id, year_records.c.year == year))
    row = found.mappings().one_or_none()
    nothing = {
        **dict.fromkeys(column.name for column in year_records.c),
        "unit_id": unit_id,
        "year": year,
        "version": 0,
    }
    record: dict[str, Any] = dict(row) if row else nothing
    law = rules.law_of(await decided(db))
    derived = await _derived(db, unit_id, year, law)
    figures = derived.figures() if derived.members else None
    differs = [name for name, value in (figures or {}).items() if row and row[name] != value]
    counted = {"closing_day": law.closing_day(year), "discipline_level": law.level(year)}
    return {**record, "derived": figures, "differs": differs, "counted_by": counted}


async def _derived(db: Read, unit_id: UUID, year: int, law: rules.Law) -> rules.DerivedYear:
    counted = await db.execute(counted_in(unit_id, year))
    return rules.derive_year(unit_id, year, [rules.Counted(*row) for row in counted], law)


class CountedAsked(BaseModel):
    """Whom a figure counts, and which page of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    figure: Literal["headcount", "completed_tasks", "disciplined"]
    after: Annotated[str | None, Field(max_length=2000)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


async def counted_people(db: Read, unit_id: UUID, year: int, asked: CountedAsked) -> Row:
    """Give one page of the people that a derived figure counts, each with the entry that has them counted."""
    law = rules.law_of(await decided(db))
    derived = await _derived(db, unit_id, year, law)
    ids = derived.behind(asked.figure)
    found = await db.execute(find_counted(asked.figure, ids, year, asked.after, law=law, limit=asked.limit + 1))
    page = page_of([dict(row) for row in found.mappings()], asked.limit, "person_id")
    return {**page, "figure": asked.figure, "count": len(ids), "on": law.closing_day(year), "level": law.level(year)}
