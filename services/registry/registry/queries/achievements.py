"""What a unit achieved, year by year, and the units whose years it goes on from."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, and_, case, cast, func, or_, select

from chassis.db import Read
from chassis.errors import NotFound
from registry.queries.paging import Row
from registry.tables import campaigns, entries, people, pledges, unit_changes, units, year_records

_GENERATIONS: Final = 12
"""So far back a line is followed, whatever points where."""
_MOST: Final = 500
"""As many initiatives as one answer carries, newest first."""
_FIGURES: Final = (
    "headcount",
    "completed_tasks",
    "advanced_workers",
    "grassroots_fighters",
    "disciplined",
    "task_rating",
    "pledged_on",
    "source",
)


_SINCE: Final = case((unit_changes.c.kind == "founded", units.c.valid_from), else_=unit_changes.c.effective_on)
"""From which day on a unit goes on from others: the day on which it was founded may have been corrected."""


async def line_of(db: Read, unit_id: UUID) -> list[Row]:
    """Give the units that a unit goes on from: itself first (``before`` is None), then whoever went into it.

    ``before`` is the day from which the years of a predecessor are told under the name of ``into``: by ``kind`` the unit was
    founded from it, or absorbed it. Raises ``NotFound``.
    """
    if (await db.execute(select(units.c.unit_id).where(units.c.unit_id == unit_id))).first() is None:
        raise NotFound("Không có đơn vị này.")
    found: dict[UUID, Row] = {unit_id: {"unit_id": unit_id, "before": None, "into": None, "kind": None}}
    newest = [unit_id]
    for _ in range(_GENERATIONS):
        rows = await db.execute(
            select(*[unit_changes.c[name] for name in ("unit_id", "kind", "others")], _SINCE.label("since"))
            .join(units, units.c.unit_id == unit_changes.c.unit_id)
            .where(
                unit_changes.c.unit_id.in_(newest),
                unit_changes.c.kind.in_(["founded", "absorbed"]),
                unit_changes.c.revoked_at.is_(None),
            )
            .order_by(_SINCE.desc(), unit_changes.c.change_id)
        )
        newest = []
        for row in rows:
            end = found[row.unit_id]["before"]
            for other in map(UUID, row.others.get("predecessors", ())):
                if other not in found:
                    before = min(row.since, end) if end else row.since
                    found[other] = {"unit_id": other, "before": before, "into": row.unit_id, "kind": row.kind}
                    newest.append(other)
        if not newest:
            break
    named = await db.execute(select(units.c.unit_id, units.c.name).where(units.c.unit_id.in_(found)))
    names = {row.unit_id: row.name for row in named}
    return [{**each, "name": names[each["unit_id"]]} for each in found.values()]


async def achievements(db: Read, unit_id: UUID) -> Row:
    """Give what is kept of a unit's years, and of those before it in its line: only what was so while it was that unit.

    ``years`` are its figures, ``ratings`` its yearly ratings and ``awards`` what superior bodies awarded it, each with its
    document, ``pledges`` what it registered for, and ``initiatives`` those of its people, each with the post that was held,
    never a name.
    """
    line = await line_of(db, unit_id)
    ends = {each["unit_id"]: each["before"] for each in line}
    members = list(ends)
    records = await db.execute(
        select(*[year_records.c[name] for name in ("unit_id", "year", *_FIGURES)]).where(
            year_records.c.unit_id.in_(members)
        )
    )
    registered = await db.execute(
        select(
            pledges.c.unit_id,
            campaigns.c.year,
            campaigns.c.campaign_id,
            campaigns.c.name.label("campaign"),
            *[pledges.c[name] for name in ("titles", "state", "pledged_on")],
        )
        .join(campaigns, campaigns.c.campaign_id == pledges.c.campaign_id)
        .where(pledges.c.unit_id.in_(members))
    )
    return {
        "unit_id": unit_id,
        "line": line,
        "years": _while_it_was(records, ends),
        "ratings": _while_it_was(await db.execute(_own(members, "rating")), ends),
        "awards": _while_it_was(await db.execute(_own(members, "award")), ends),
        "pledges": _while_it_was(registered, ends),
        "initiatives": _while_it_was(await db.execute(_initiatives(members)), ends),
    }


_SAID: Final = (
    "entry_id",
    "unit_id",
    "year",
    "from_on",
    "grade",
    "words",
    "document_number",
    "document_on",
    "document_by",
)


def _own(members: list[UUID], kind: str) -> Any:
    """Ask for the entries of this kind in these units' own files."""
    return (
        select(*[entries.c[name] for name in _SAID])
        .where(
            entries.c.standing,
            entries.c.unit_id.in_(members),
            entries.c.person_id.is_(None),
            entries.c.kind == kind,
        )
        .order_by(entries.c.document_on, entries.c.entry_id)
    )


def _initiatives(members: list[UUID]) -> Any:
    """Ask for the initiatives of the people who served in these units then, with the post that they had.

    ``kept_by`` is the unit that keeps the file now: it goes along with whoever serves elsewhere.
    """
    post = entries.alias("post")
    held = and_(
        post.c.standing,
        post.c.kind == "service",
        post.c.main,
        post.c.person_id == entries.c.person_id,
        post.c.from_on <= entries.c.from_on,
        or_(post.c.until_on.is_(None), post.c.until_on >= entries.c.from_on),
    )
    year = func.coalesce(
        entries.c.year, cast(func.date_part("year", cast(entries.c.from_on, Date)), entries.c.year.type)
    )
    shown = [entries.c[name] for name in _SAID if name not in ("unit_id", "year")]
    where = func.coalesce(post.c.unit_id, entries.c.unit_id)
    kept_by = func.coalesce(people.c.unit_id, entries.c.unit_id).label("kept_by")
    told = (where.label("unit_id"), year.label("year"), post.c.words.label("post"), kept_by)
    return (
        select(*shown, entries.c.person_id, *told)
        .outerjoin(people, people.c.person_id == entries.c.person_id)
        .outerjoin(post, held)
        .where(entries.c.standing, entries.c.kind == "initiative", where.in_(members))
        .order_by(entries.c.from_on.desc(), entries.c.entry_id)
        .limit(_MOST)
    )


def _while_it_was(rows: Any, ends: dict[UUID, date | None]) -> list[Row]:
    """Leave out what a predecessor did after its years became another's; newest year first."""
    told = [dict(row) for row in rows.mappings()]
    kept = [row for row in told if (end := ends[row["unit_id"]]) is None or date(row["year"], 1, 1) < end]
    return sorted(kept, key=lambda row: (-row["year"], str(row["unit_id"])))
