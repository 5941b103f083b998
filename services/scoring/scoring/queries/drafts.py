"""Drafts of sheets: which there are, how each stands, and what it would give for what somebody types."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis.db import Read
from chassis.errors import FieldError, Invalid, NotFound
from contracts.scoring import ValueKind
from scoring import rules
from scoring.queries.sheets import sheet
from scoring.rules import drafting, drafts, forms
from scoring.tables import sheet_drafts, sheets

Row = dict[str, Any]

_NEWEST = (
    select(func.max(sheets.c.version))
    .where(sheets.c.sheet_id == sheet_drafts.c.sheet_id)
    .scalar_subquery()
    .label("newest")
)
_LISTED = ("draft_id", "sheet_id", "made_from", "made_from_version", "version", "saved_at", "published_version")


async def sheet_drafts_of(db: Read) -> list[Row]:
    """List the drafts that were not published, the one saved last first."""
    found = await db.execute(
        select(
            *[sheet_drafts.c[name] for name in _LISTED],
            sheet_drafts.c.parts["sheet"]["rows"][0]["name"].astext.label("name"),
            _NEWEST,
        )
        .where(sheet_drafts.c.published_version.is_(None))
        .order_by(sheet_drafts.c.saved_at.desc())
        .limit(50)
    )
    return [dict(row) for row in found.mappings()]


async def _stored(db: Read, draft_id: UUID) -> Any:
    found = await db.execute(select(sheet_drafts, _NEWEST).where(sheet_drafts.c.draft_id == draft_id))
    row = found.one_or_none()
    if row is None:
        raise NotFound("Không có bản thảo này.")
    return row


def _typed(row: Any) -> dict[str, drafts.Rows]:
    return {name: tuple(part["rows"]) for name, part in row.parts.items()}


async def sheet_draft(db: Read, draft_id: UUID) -> Row:
    """Give a draft as it was typed, with every fault at its field and the points that are used; raises ``NotFound``."""
    row = await _stored(db, draft_id)
    typed = _typed(row)
    read = drafting.read(typed)
    nothing: Row = {"version": 0, "rows": []}
    parts = {name: row.parts.get(name, nothing) for name in drafts.parts_in(typed)}
    return {
        **{name: getattr(row, name) for name in _LISTED},
        "newest": row.newest or 0,
        "parts": [{"part": name, "version": part["version"], "rows": part["rows"]} for name, part in parts.items()],
        "faults": [{"field": field, "message": words} for field, words in read.faults],
        "used": [each._asdict() for each in read.used],
    }


async def drafted_sheet(db: Read, draft_id: UUID) -> rules.Sheet:
    """Give a draft as the sheet that it would be; raises ``NotFound``, ``Invalid`` with every fault."""
    read = drafting.read(_typed(await _stored(db, draft_id)))
    if read.sheet is None:
        raise Invalid(
            f"Bảng điểm còn {len(read.faults)} chỗ cần sửa.",
            errors=[FieldError(field=field, message=words) for field, words in read.faults],
        )
    return read.sheet


async def draft_differences(db: Read, draft_id: UUID) -> Row:
    """Tell what publishing a draft would change of its sheet; raises as ``drafted_sheet``."""
    row = await _stored(db, draft_id)
    new = await drafted_sheet(db, draft_id)
    told = rules.differences(await sheet(db, row.sheet_id), new) if row.newest else []
    return {"sheet_id": row.sheet_id, "newest": row.newest or 0, "version": row.version, "differences": told}


async def draft_trial(
    db: Read, draft_id: UUID, typed: Mapping[str, str], *, late: bool, late_days: int = 0
) -> rules.Score:
    """Score what was typed under a draft; raises ``Invalid`` with what cannot be read, as ``drafted_sheet`` besides."""
    made = await drafted_sheet(db, draft_id)
    lines = {each.criterion: each for each in rules.form_criteria(made)}
    values: dict[str, Decimal] = {}
    wrong: list[FieldError] = []
    for code, text in typed.items():
        line = lines.get(code)
        if line is None or not text.strip():
            continue
        try:
            values[code] = _answer(text) if line.value_kind is ValueKind.YES_NO else forms.amount(text)
        except forms.Unreadable as unread:
            wrong.append(FieldError(field=code, message=str(unread)))
            continue
        if line.largest is not None and values[code] > line.largest:
            wrong.append(FieldError(field=code, message=f"nhiều nhất {rules.say(line.largest)}"))
    if wrong:
        raise Invalid(f"Còn {len(wrong)} số chưa đọc được.", errors=wrong)
    return rules.score(made, rules.Facts(values=values, late=late, late_days=late_days, late_days_sent=late_days))


def _answer(text: str) -> Decimal:
    if text.strip().lower() not in (forms.YES, forms.NO):
        raise forms.Unreadable("chọn có hoặc không")
    return Decimal(text.strip().lower() == forms.YES)
