"""What awards can be asked."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from awards import rules
from awards.tables import packs, verdicts
from chassis.clock import VIETNAM, business_now
from chassis.db import Read
from chassis.errors import NotFound

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
