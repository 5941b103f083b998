"""Sheets, as they were published: which there are, who stands on them, and what one version changed of another."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, select, text

from chassis.db import Prepared, Read
from chassis.errors import NotFound
from scoring import rules
from scoring.tables import blocks, boards, rescorings, sheets, stands

Row = dict[str, Any]


async def sheet(db: Read, sheet_id: UUID, version: int | None = None) -> rules.Sheet:
    """Give a version of a sheet, the newest if none is named; raises ``NotFound``."""
    asked = select(sheets).where(sheets.c.sheet_id == sheet_id).order_by(sheets.c.version.desc()).limit(1)
    if version is not None:
        asked = asked.where(sheets.c.version == version)
    row = (await db.execute(asked)).one_or_none()
    if row is None:
        raise NotFound("Không có bảng điểm này." if version is None else "Bảng điểm không có phiên bản này.")
    return rules.Sheet.model_validate({**row.document, "sheet_id": row.sheet_id, "version": row.version})


async def standing_sheet(db: Read, sheet_id: UUID, period_id: UUID) -> rules.Sheet:
    """Give the version by which reports of a period are scored; raises ``NotFound``."""
    return await sheet(db, sheet_id, await standing_version(db, sheet_id, period_id))


_STANDS: Final = Prepared(
    select(stands(bindparam("sheet_id", type_=Uuid), bindparam("period_id", type_=Uuid)).label("version"))
)
_WITH_GROUPS: Final = Prepared(
    text(
        """SELECT version FROM sheets WHERE sheet_id = :sheet_id
      AND ARRAY(SELECT each ->> 'code' FROM jsonb_array_elements(document -> 'groups') AS each ORDER BY 1) = :codes
    ORDER BY version LIMIT 1"""
    )
)
_FIRST: Final = 1


async def standing_version(db: Read, sheet_id: UUID, period_id: UUID) -> int:
    """Tell by which version of a sheet reports of a period are scored; the first of one that was never published."""
    ((version,),) = await _STANDS.rows(db, {"sheet_id": sheet_id, "period_id": period_id})
    return version or _FIRST


async def version_with(db: Read, sheet_id: UUID, groups: Iterable[str]) -> int:
    """Tell the first version of a sheet that has these groups: another that is published later changes nothing of that."""
    found = await _WITH_GROUPS.rows(db, {"sheet_id": sheet_id, "codes": sorted(groups)})
    return int(found[0].version) if found else _FIRST


async def sheets_in_use(db: Read, *, after: UUID | None, most: int) -> Row:
    """List the newest version of each sheet, with how many blocks stand on it and in how many periods they have boards."""
    newest = (
        select(sheets.c.sheet_id, func.max(sheets.c.version).label("version"))
        .where(sheets.c.sheet_id > (after or UUID(int=0)))
        .group_by(sheets.c.sheet_id)
        .order_by(sheets.c.sheet_id)
        .limit(most)
        .subquery()
    )
    of_sheet = blocks.c.sheet_id == newest.c.sheet_id
    counted = select(func.count()).select_from(blocks).where(of_sheet).scalar_subquery()
    begun = (
        select(func.count(boards.c.period_id.distinct()))
        .select_from(boards.join(blocks, boards.c.block_id == blocks.c.block_id))
        .where(of_sheet)
        .scalar_subquery()
    )
    said = [sheets.c.document[name].astext.label(name) for name in ("name", "note", "total")]
    found = await db.execute(
        select(newest, *said, counted.label("blocks"), begun.label("periods"))
        .join(sheets, and_(sheets.c.sheet_id == newest.c.sheet_id, sheets.c.version == newest.c.version))
        .order_by(newest.c.sheet_id)
    )
    items = [dict(row) for row in found.mappings()]
    return {"items": items, "next": items[-1]["sheet_id"] if len(items) == most else None}


async def sheet_versions(db: Read, sheet_id: UUID) -> Row:
    """Name the versions of a sheet, the newest first, and how many blocks stand on it; raises ``NotFound``."""
    found = await db.execute(
        select(sheets.c.version, sheets.c.document["name"].astext.label("name"))
        .where(sheets.c.sheet_id == sheet_id)
        .order_by(sheets.c.version.desc())
    )
    items = [dict(row) for row in found.mappings()]
    if not items:
        raise NotFound("Không có bảng điểm này.")
    on_it = (
        await db.execute(select(func.count()).select_from(blocks).where(blocks.c.sheet_id == sheet_id))
    ).scalar_one()
    boards_of = (
        select(boards.c.period_id)
        .distinct()
        .where(boards.c.block_id.in_(select(blocks.c.block_id).where(blocks.c.sheet_id == sheet_id)))
    )
    periods = [str(row.period_id) for row in await db.execute(boards_of)]
    standing = await _standing(db, sheet_id, items[0]["version"])
    return {"items": items, "blocks": on_it, "periods": sorted(periods), "standing": standing}


async def _standing(db: Read, sheet_id: UUID, newest: int) -> list[Row]:
    """Give where reports that come are scored by another version than the newest, the periods of their own after all others.

    It is what ``tables.stands`` asks of one report: the last rescoring of a period decides.
    """
    asked = select(rescorings.c.period_id, rescorings.c.sheet_version, rescorings.c.newest)
    found = await db.execute(asked.where(rescorings.c.sheet_id == sheet_id).order_by(rescorings.c.rescoring_id))
    last: dict[UUID | None, int] = {}
    for row in found:
        if row.period_id is None:
            last.clear()
        last[row.period_id] = row.sheet_version if row.newest == newest else newest
    everywhere = last.pop(None, newest)
    general = [{"period_id": None, "version": everywhere}] if everywhere != newest else []
    return general + [{"period_id": key, "version": each} for key, each in last.items() if each != everywhere]


async def sheet_differences(db: Read, sheet_id: UUID, *, old: int, new: int) -> Row:
    """Tell in sentences what one version of a sheet says otherwise than another; raises ``NotFound``."""
    was, now = await sheet(db, sheet_id, old), await sheet(db, sheet_id, new)
    return {"name": now.name, "old": old, "new": new, "differences": rules.differences(was, now)}
