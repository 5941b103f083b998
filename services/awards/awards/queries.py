"""What awards can be asked."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select

from awards import rules
from awards.tables import packs, verdicts
from chassis.clock import VIETNAM, business_now
from chassis.db import Read
from chassis.errors import NotFound
from chassis.text import fold
from contracts.awards import Verdict

Row = dict[str, Any]


def _newest() -> Select[Any]:
    """The newest revision of each pack: older ones say under what was decided, and decide nothing any more."""
    return select(packs).distinct(packs.c.pack).order_by(packs.c.pack, packs.c.revision.desc())


async def list_packs(db: Read) -> list[Row]:
    """List the packs as they stand, the one that begins last first."""
    newest = _newest().subquery()
    rows = await db.execute(select(newest.c.document).order_by(newest.c.valid_from.desc(), newest.c.pack))
    # What was kept before packs said more is told as it would be today.
    return [rules.Pack.model_validate(document).model_dump(mode="json") for document in rows.scalars()]


async def pack(db: Read, name: str) -> Row:
    """Give a pack as it stands, with what people changed in it, newest first; raises ``NotFound``."""
    found = await db.execute(select(packs).where(packs.c.pack == name).order_by(packs.c.revision.desc()))
    rows = list(found.mappings())
    if not rows:
        raise NotFound("Không có bộ quy định này.")
    document = rules.Pack.model_validate(rows[0]["document"])
    day = (await business_now(db)).astimezone(VIETNAM).date()
    shown = ("revision", "change", "recorded_by", "recorded_at")
    return {
        "pack": document.model_dump(mode="json"),
        "facts": [_fact(document, target) for target in _targets(document)],
        "in_force": document.valid_from <= day <= (document.valid_to or date.max),
        "changes": [{name: row[name] for name in shown} for row in rows if row["change"]],
    }


def _targets(document: rules.Pack) -> Iterator[rules.Target]:
    yield rules.Target()
    for title in document.titles:
        yield rules.Target(title=title.code)
        yield from (rules.Target(title=title.code, condition=each.code) for each in title.conditions)


def _fact(document: rules.Pack, target: rules.Target) -> Row:
    standing = rules.standing(document, target)
    assert standing is not None
    return {**target.model_dump(), **standing.model_dump(mode="json")}


async def titles_of(db: Read, unit_id: UUID, year: int) -> Row:
    """Give the verdict on each title of a unit's year; an empty list and no pack where none is in force."""
    day = (await business_now(db)).astimezone(VIETNAM).date()
    newest = _newest().subquery()
    pack = (
        await db.execute(
            select(newest.c.document)
            .where(newest.c.valid_from <= day, (newest.c.valid_to.is_(None)) | (newest.c.valid_to >= day))
            .order_by(newest.c.valid_from.desc(), newest.c.pack.desc())
            .limit(1)
        )
    ).scalar_one_or_none()
    order = [title["code"] for title in pack["titles"]] if pack else []
    rows = await db.execute(select(verdicts).where(verdicts.c.unit_id == unit_id, verdicts.c.year == year))
    items = [
        {
            **row["assessment"],
            "pack": row["pack"],
            "pack_revision": row["pack_revision"],
            "assessed_at": row["assessed_at"],
        }
        for row in rows.mappings()
    ]
    return {
        "unit_id": unit_id,
        "year": year,
        "pack": {name: pack[name] for name in ("pack", "revision", "name", "overlay")} if pack else None,
        "items": sorted(items, key=lambda item: order.index(item["title"]) if item["title"] in order else len(order)),
    }


async def verdicts_of(db: Read, unit_id: UUID) -> list[Row]:
    """Give in one line each how a unit stands to each title of each year; the newest year first, titles as they are named."""
    rows = await db.execute(
        select(verdicts)
        .where(verdicts.c.unit_id == unit_id)
        .order_by(verdicts.c.year.desc(), verdicts.c.assessment["name"].astext)
    )
    told = ("year", "title", "verdict", "pack", "pack_revision", "assessed_at")
    return [
        {
            **{name: row[name] for name in told},
            "name": row["assessment"]["name"],
            "missing": sum(each["finding"] == "missing" for each in row["assessment"]["conditions"]),
        }
        for row in rows.mappings()
    ]


async def eligible_units(db: Read, search: str) -> Row:
    """Give the units that are eligible for a title that is called so, marks or not; ``more`` if not all are named."""
    named = await db.execute(
        select(verdicts.c.title, verdicts.c.assessment["name"].astext.label("name"))
        .distinct()
        .order_by(verdicts.c.title)
    )
    wanted = fold(search)
    titles = {row.title: row.name for row in named if wanted in fold(row.name)}
    found = await db.execute(
        select(verdicts.c.unit_id)
        .where(verdicts.c.title.in_(titles), verdicts.c.verdict == Verdict.ELIGIBLE)
        .distinct()
        .order_by(verdicts.c.unit_id)
        .limit(_NAMED + 1)
    )
    ids = list(found.scalars())
    return {"titles": sorted(titles.values()), "unit_ids": ids[:_NAMED], "more": len(ids) > _NAMED}


_NAMED: Final = 500
"""As many units as one answer names: those that a list can be asked for at once."""
