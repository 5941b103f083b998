"""Sheets before they are published: kept as they are typed, part by part; tried; and published once nothing is wrong."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.clock import business_now
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from contracts.envelope import GivenNumber
from scoring import rules
from scoring.actions.sheets import Versioned, publish_sheet
from scoring.rules import drafting, drafts
from scoring.tables import sheet_drafts, sheets

_DRAFT: Final = select(sheet_drafts).where(sheet_drafts.c.draft_id == bindparam("draft_id"))


class NewDraft(BaseModel):
    """What a draft begins from: a version of a sheet, the newest if none is named; as its next version, or as a new sheet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_from: UUID | None = None
    version: GivenNumber | None = None
    as_new: bool = False


class TypedPart(BaseModel):
    """One part as it was typed. ``version`` is the one that stood there when it was read; ``editor`` names the open page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: GivenNumber
    editor: str | None = Field(default=None, max_length=64)
    rows: tuple[drafts.Row, ...] = Field(max_length=400)


class ToPublish(BaseModel):
    """What whoever publishes has seen: the draft, and the newest version of its sheet; 0 where there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: GivenNumber
    newest: GivenNumber


class ToDiscard(BaseModel):
    """Which state of a draft somebody has seen who throws it away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: GivenNumber


class PublishedSheet(BaseModel):
    sheet_id: UUID
    version: int


async def begin_draft(tx: Tx, draft_id: UUID, body: NewDraft) -> Versioned:
    """Begin a draft; beginning it again the same way changes nothing.

    Raises ``NotFound`` for a version that was never published, ``Conflict`` for an id that stands for another draft.
    """
    stored = (await tx.db.execute(_DRAFT, {"draft_id": draft_id})).one_or_none()
    if stored:
        same = stored.made_from == body.made_from and (stored.sheet_id == draft_id) == (
            body.as_new or body.made_from is None
        )
        if same and body.version in (None, stored.made_from_version):
            return Versioned(version=stored.version)
        raise Conflict("Mã này đã thuộc một bản thảo khác. Hãy tạo bản thảo với mã mới.", version=stored.version)
    version, parts = None, drafts.empty()
    if body.made_from:
        sheet = await of_version(tx, body.made_from, body.version)
        version, parts = sheet.version, drafts.drafted(sheet)
    row = {
        "draft_id": draft_id,
        "version": 1,
        "sheet_id": draft_id if body.as_new or body.made_from is None else body.made_from,
        "made_from": body.made_from,
        "made_from_version": version,
        "parts": {name: {"version": 1, "editor": None, "rows": rows} for name, rows in parts.items()},
        "saved_at": await business_now(tx.db),
    }
    await tx.db.execute(insert(sheet_drafts).values(row))
    return Versioned(version=1)


async def of_version(tx: Tx, sheet_id: UUID, version: int | None = None) -> rules.Sheet:
    """Give a version of a sheet, the newest if none is named; raises ``NotFound``."""
    asked = select(sheets).where(sheets.c.sheet_id == sheet_id).order_by(sheets.c.version.desc()).limit(1)
    if version is not None:
        asked = asked.where(sheets.c.version == version)
    row = (await tx.db.execute(asked)).one_or_none()
    if row is None:
        raise NotFound("Không có phiên bản này của bảng điểm.")
    return rules.Sheet.model_validate({**row.document, "sheet_id": sheet_id, "version": row.version})


async def save_part(tx: Tx, draft_id: UUID, name: str, body: TypedPart) -> Versioned:
    """Keep one part as it was typed, right or wrong.

    Raises ``Invalid`` for fields that no sheet has and for groups that share a key, ``NotFound`` for a part that this draft has not, ``Conflict`` with what
    stands there when somebody else saved that part since ``body.version``, and once the draft was published.
    """
    draft = await _open(tx, draft_id)
    typed = rows_of(draft.parts)
    if name not in drafts.parts_in(typed):
        raise NotFound("Bảng điểm không có phần này.")
    unknown = sorted({field for row in body.rows for field in row} - drafts.fields_of(name))
    if unknown:
        raise Invalid(
            "Chưa lưu được.", errors=[FieldError(field=each, message="không có ở phần này") for each in unknown]
        )
    standing = draft.parts.get(name, {"version": 0, "editor": None, "rows": []})
    placed = _placed(typed, name, body.rows)
    if list(placed[name]) == standing["rows"]:
        return Versioned(version=standing["version"])
    own = body.editor is not None and standing["editor"] == body.editor
    if standing["version"] != body.version and not own:
        raise Conflict(
            "Phần này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.",
            version=standing["version"],
            rows=standing["rows"],
        )
    parts = {
        each: draft.parts[each]
        if each in draft.parts and list(rows) == draft.parts[each]["rows"]
        else {
            "version": draft.parts.get(each, {"version": 0})["version"] + 1,
            "editor": body.editor if each == name else None,
            "rows": list(rows),
        }
        for each, rows in placed.items()
    }
    await _write(tx, draft, parts=parts)
    return Versioned(version=parts[name]["version"])


async def discard_draft(tx: Tx, draft_id: UUID, body: ToDiscard) -> Versioned:
    """Throw a draft away; what was rehearsed under it stays, with the sheet as it was then.

    Raises ``NotFound``, and ``Conflict`` once it was published, or when somebody has written in it since it was seen.
    """
    draft = await _open(tx, draft_id)
    if draft.version != body.version:
        raise Conflict(
            "Bản thảo vừa được sửa, có thể ở một cửa sổ khác. Hãy xem lại rồi hãy bỏ.", version=draft.version
        )
    await tx.db.execute(delete(sheet_drafts).where(sheet_drafts.c.draft_id == draft_id))
    return Versioned(version=draft.version)


def rows_of(parts: dict[str, Any]) -> dict[str, drafts.Rows]:
    """Give of stored parts what was typed."""
    return {name: tuple(part["rows"]) for name, part in parts.items()}


def _placed(parts: drafts.Parts, name: str, rows: Sequence[drafts.Row]) -> dict[str, drafts.Rows]:
    try:
        return drafts.placed(parts, name, rows)
    except drafts.TwiceError as twice:
        words = {"message": "hai nhóm cùng một khóa", "remedy": "Tải lại trang rồi gõ lại nhóm mới"}
        raise Invalid(
            "Chưa lưu được.", errors=[FieldError(field=f"{name}.{number}.key", **words) for number in twice.rows]
        ) from twice


async def _open(tx: Tx, draft_id: UUID) -> Any:
    """Lock a draft that can still be written; raises ``NotFound``, ``Conflict``."""
    draft = (await tx.db.execute(_DRAFT.with_for_update(), {"draft_id": draft_id})).one_or_none()
    if draft is None:
        raise NotFound("Không có bản thảo này.")
    if draft.published_version is not None:
        raise Conflict(
            f"Bản thảo này đã công bố thành phiên bản {draft.published_version}, không sửa được nữa. "
            "Hãy tạo bản thảo mới từ phiên bản đó.",
            published_version=draft.published_version,
            sheet_id=str(draft.sheet_id),
        )
    return draft


async def _write(tx: Tx, draft: Any, **changed: Any) -> None:
    values = {"version": draft.version + 1, "saved_at": await business_now(tx.db), **changed}
    await tx.db.execute(update(sheet_drafts).where(sheet_drafts.c.draft_id == draft.draft_id).values(values))


def sheet_in(parts: dict[str, Any]) -> rules.Sheet:
    """Read stored parts as a sheet; raises ``Invalid`` with every fault at its field."""
    drafted = drafting.read(rows_of(parts))
    if drafted.sheet is None:
        raise Invalid(
            f"Bảng điểm còn {len(drafted.faults)} chỗ cần sửa.",
            errors=[FieldError(field=field, message=words) for field, words in drafted.faults],
        )
    return drafted.sheet


async def publish_draft(tx: Tx, draft_id: UUID, body: ToPublish) -> PublishedSheet:
    """Publish a draft as the next version of its sheet: whoever stands on that sheet is told by the event.

    Raises ``Invalid`` with every fault; ``Conflict`` when the draft or its sheet is not what was looked at, and when
    nothing would change.
    """
    draft = await _open(tx, draft_id)
    if draft.version != body.version:
        raise Conflict("Bản thảo vừa được người khác sửa. Hãy xem lại rồi công bố.", version=draft.version)
    newest = (
        await tx.db.execute(select(func.max(sheets.c.version)).where(sheets.c.sheet_id == draft.sheet_id))
    ).scalar()
    if (newest or 0) != body.newest:
        raise Conflict(
            f"Bảng điểm đã có phiên bản {newest} trong lúc bạn xem. Hãy xem bản thảo khác phiên bản đó ở đâu rồi công bố.",
            newest=newest or 0,
        )
    sheet = sheet_in(draft.parts)
    if newest and not rules.differences(await of_version(tx, draft.sheet_id), sheet):
        raise Conflict(
            f"Bản thảo không khác phiên bản {newest} ở chỗ nào, nên không có gì để công bố. Hãy sửa bản thảo trước.",
            newest=newest,
        )
    made = await publish_sheet(tx, draft.sheet_id, sheet.model_copy(update={"sheet_id": draft.sheet_id}))
    await _write(tx, draft, published_version=made.version)
    return PublishedSheet(sheet_id=draft.sheet_id, version=made.version)
