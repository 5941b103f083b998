"""What awards can be asked."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from awards.tables import packs, verdicts
from chassis.clock import VIETNAM, business_now
from chassis.db import Read

Row = dict[str, Any]


async def list_packs(db: Read) -> list[Row]:
    """List the packs in use, newest first."""
    rows = await db.execute(select(packs.c.document).order_by(packs.c.valid_from.desc(), packs.c.revision.desc()))
    return list(rows.scalars())


async def titles_of(db: Read, unit_id: UUID, year: int) -> Row:
    """Give the verdict on each title of a unit's year; an empty list and no pack where none is in force."""
    day = (await business_now(db)).astimezone(VIETNAM).date()
    pack = (
        await db.execute(
            select(packs.c.document)
            .where(packs.c.valid_from <= day, (packs.c.valid_to.is_(None)) | (packs.c.valid_to >= day))
            .order_by(packs.c.valid_from.desc(), packs.c.revision.desc())
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
