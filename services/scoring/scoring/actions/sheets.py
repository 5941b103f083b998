"""Sheets: published in versions, each of which stays."""

from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Prepared
from chassis.errors import FieldError, Invalid
from chassis.events import Tx
from contracts.scoring import SheetPublished
from scoring import rules
from scoring.tables import sheets

Published = tuple[UUID, int]
"""A sheet and its version: what stands under these never changes."""

_MOST_READ: Final = 256


class Versioned(BaseModel):
    version: int


async def publish_sheet(tx: Tx, sheet_id: UUID, sheet: rules.Sheet) -> Versioned:
    """Publish a sheet, or its next version; the same content again changes nothing and records nothing.

    Raises ``Invalid`` with every line whose maximum its rounding does not give: those that were published before stay.
    """
    newest = (
        await tx.db.execute(
            select(sheets).where(sheets.c.sheet_id == sheet_id).order_by(sheets.c.version.desc()).limit(1)
        )
    ).one_or_none()
    if newest and _parsed(newest.document, sheet_id, sheet.version) == sheet.model_copy(update={"sheet_id": sheet_id}):
        # By what it means: a document that was kept before sheets could say more has fewer fields.
        return Versioned(version=newest.version)
    if refused := list(rules.unpaid(sheet)):
        errors = [FieldError(field=f"{fault.code}.{fault.field}", message=fault.words) for fault in refused]
        raise Invalid(f"Bảng điểm còn {len(errors)} chỗ cần sửa.", errors=errors)
    version = newest.version + 1 if newest else 1
    document = sheet.model_dump(mode="json", exclude={"version", "sheet_id"})
    await tx.db.execute(insert(sheets).values(sheet_id=sheet_id, version=version, document=document))
    tx.record(
        SheetPublished(sheet_id=sheet_id, version=version, name=sheet.name, criteria=tuple(rules.form_criteria(sheet)))
    )
    return Versioned(version=version)


_read: dict[Published, rules.Sheet] = {}


async def published(tx: Tx, wanted: set[Published]) -> dict[Published, rules.Sheet]:
    """Give sheets as they were published. Reading one costs more than scoring by it, so those read last are kept."""
    found = {key: _read[key] for key in wanted & _read.keys()}
    for sheet_id, version in wanted - found.keys():
        row = await tx.db.execute(
            select(sheets.c.document).where(sheets.c.sheet_id == sheet_id, sheets.c.version == version)
        )
        found[sheet_id, version] = _parsed(row.scalar_one(), sheet_id, version)
    for key, sheet in found.items():
        # The one asked for last stands last.
        _read.pop(key, None)
        _read[key] = sheet
    while len(_read) > _MOST_READ:
        del _read[next(iter(_read))]
    return found


def _parsed(document: dict[str, Any], sheet_id: UUID, version: int) -> rules.Sheet:
    return rules.Sheet.model_validate({**document, "sheet_id": sheet_id, "version": version})


_ever: dict[tuple[str, Published], bool] = {}


class Ever:
    """Whether a version of a sheet, or one before it that scores may still stand on, says something: asked once, and kept."""

    def __init__(self, what: str) -> None:
        asked = f"""SELECT count(*) > 0 AS ever FROM sheets WHERE sheet_id = :sheet_id AND version <= :version
          AND jsonb_path_exists(document, '{what}')"""  # noqa: S608 - our own words
        self._what = what
        self._asked = Prepared(text(asked))

    async def holds(self, tx: Tx, sheet: Published) -> bool:
        """Tell whether it does."""
        key = self._what, sheet
        if key not in _ever:
            sheet_id, version = sheet
            (row,) = await self._asked.rows(tx.db, {"sheet_id": sheet_id, "version": version})
            _ever[key] = row.ever
        return _ever[key]


async def ever_published(tx: Tx) -> dict[Published, rules.Sheet]:
    """Give all sheets in all their versions, as this database has them, whatever was read before."""
    return {
        (row.sheet_id, row.version): _parsed(row.document, row.sheet_id, row.version)
        for row in await tx.db.execute(select(sheets))
    }
