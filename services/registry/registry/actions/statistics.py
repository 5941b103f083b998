"""Keeping the statutory statistics forms: how they look, what the office types into them, and what it hands in."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy import func, insert, select, text

from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from chassis.text import nfc
from contracts.envelope import GivenNumber
from registry import rules
from registry.actions.bodies import Versioned
from registry.actions.bodies.base import Body
from registry.actions.entries import today
from registry.actions.writing import field_error, invalid
from registry.rules.statistics import ClosedCell, FormLayout, Place, TypedCell, field_of
from registry.tables import statistic_cells, statistic_closings, statistic_forms
from registry.tables.statistics import newest_cells, newest_form

_Typed = Annotated[str, Field(max_length=1000)]


class LayoutBody(Body):
    """Other words (``labels``) or printed numbers (``numbers``) of rows by their code; ``confirm``: held against that document."""

    revision: GivenNumber
    labels: Annotated[Mapping[str, _Typed], Field(max_length=200)] = {}
    numbers: Annotated[Mapping[str, _Typed], Field(max_length=200)] = {}
    confirm: bool = False
    document_number: _Typed = ""
    document_on: _Typed = ""
    document_by: _Typed = ""
    reason: _Typed = ""


class CellBody(Body):
    """A cell as typed, upon which version (0 = none), and what the system counted there then; empty takes it back."""

    row: Annotated[str, Field(max_length=4)]
    column: Annotated[str, Field(max_length=4)]
    version: GivenNumber
    value: _Typed
    beside: Annotated[int | None, Field(ge=0, le=2**53)] = None


class CellsBody(Body):
    """Several cells at once, all of them or none; ``note`` says where the figures come from."""

    cells: Annotated[tuple[CellBody, ...], Field(min_length=1, max_length=2000)]
    note: _Typed = ""


class CellsKept(Body):
    """How many cells say something else by now."""

    kept: int


class ClosingBody(Body):
    """A form as it is handed in: seen at which ``revision`` of its layout, after how many times (``number``) before.

    ``blanks`` says that cells may be empty; ``reason`` is needed from the second time on.
    """

    revision: GivenNumber
    number: GivenNumber
    submitted_on: _Typed
    document_number: _Typed = ""
    reason: _Typed = ""
    blanks: bool = False
    cells: Annotated[tuple[ClosedCell, ...], Field(max_length=4000)]


class Closed(Body):
    """The how many-th time it was handed in, and its fingerprint."""

    number: int
    fingerprint: str


async def adopt_form(tx: Tx, form: str, layout: FormLayout, *, post: str) -> Versioned:
    """Take a form as it is described; the same again changes nothing."""
    if layout.form != form:
        wrong = FieldError(field="form", message=f"ghi {layout.form}, địa chỉ ghi {form}")
        raise Invalid("Mã biểu trong địa chỉ và trong nội dung khác nhau.", errors=[wrong])
    await tx.db.execute(_ONE_AT_A_TIME)
    row = (await tx.db.execute(newest_form(form))).mappings().one_or_none()
    if row and FormLayout.model_validate(row["document"]) == layout:
        return Versioned(version=row["revision"])
    return Versioned(version=await _keep(tx, layout, row["revision"] if row else 0, post, None))


async def _keep(tx: Tx, layout: FormLayout, stood: int, post: str, change: Mapping[str, Any] | None) -> int:
    row = {"form": layout.form, "revision": stood + 1, "document": layout.model_dump(mode="json"), "change": change}
    await tx.db.execute(insert(statistic_forms).values(**row, recorded_by=post, recorded_at=await tx.now()))
    return stood + 1


async def _standing(tx: Tx, form: str, year: int | None = None) -> tuple[FormLayout, Mapping[str, Any]]:
    row = (await tx.db.execute(newest_form(form))).mappings().one_or_none()
    layout = FormLayout.model_validate(row["document"]) if row else None
    if row is None or layout is None or (year is not None and not layout.serves(year)):
        raise NotFound("Không có biểu thống kê này cho năm đó.")
    return layout, row


async def amend_form(tx: Tx, form: str, body: LayoutBody, *, post: str) -> Versioned:
    """Correct a form's words or numbers, or confirm it by its document; earlier revisions stay.

    Raises ``Invalid`` with every fault, ``Conflict`` when somebody was faster, ``NotFound``.
    """
    await tx.db.execute(_ONE_AT_A_TIME)
    layout, row = await _standing(tx, form)
    if row["revision"] != body.revision:
        raise Conflict(
            "Biểu này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.",
            revision=row["revision"],
            recorded_by=row["recorded_by"],
        )
    words = ("document_number", "document_on", "document_by", "reason")
    typed = body.model_dump() | {name: nfc(getattr(body, name)) for name in words}
    typed |= {name: {code: nfc(text) for code, text in typed[name].items()} for name in ("labels", "numbers")}
    after, faults = rules.statistics.amend_layout(layout, typed, by=post, today=await today(tx))
    if faults or after is None:
        raise invalid(faults)
    old, new = ({row.code: (row.label, row.number or row.code) for row in each.rows} for each in (layout, after))
    renamed = [{"row": code, "before": old[code], "after": new[code]} for code in new if old[code] != new[code]]
    change = {"reason": typed["reason"], "rows": renamed, "was": layout.mark, "mark": after.mark}
    return Versioned(version=await _keep(tx, after, row["revision"], post, change))


async def type_cells(tx: Tx, form: str, year: int, body: CellsBody, *, post: str) -> CellsKept:
    """Keep typed cells, each a new version beside all earlier ones.

    Raises ``Invalid`` with every fault, ``Conflict`` with what stands when somebody typed into one of them meanwhile.
    """
    await tx.db.execute(_ONE_AT_A_TIME)
    layout, _ = await _standing(tx, form, year)
    sent = [TypedCell(Place(each.row, each.column), each.value, each.version, each.beside) for each in body.cells]
    if len({cell.place for cell in sent}) != len(sent):
        raise Invalid("Một ô được gửi hai lần.")
    note = nfc(body.note).strip()
    read, faults = rules.statistics.read_cells(layout, sent, note)
    if faults:
        raise invalid(faults)
    stands = {
        Place(row["line"], row["place"]): row for row in (await tx.db.execute(newest_cells(form, year))).mappings()
    }
    versions = {place: row["version"] for place, row in stands.items()}
    if late := [cell.place for cell in sent if versions.get(cell.place, 0) != cell.version]:
        raise _somebody_was_faster(late, stands)
    by = {"form": form, "year": year, "note": note, "recorded_by": post, "recorded_at": await tx.now()}
    rows = [
        {
            **by,
            "line": cell.place.row,
            "place": cell.place.column,
            "version": cell.version + 1,
            "value": read[cell.place],
            "beside": cell.beside,
        }
        for cell in sent
        if read[cell.place] != (stands[cell.place]["value"] if cell.place in stands else None)
    ]
    if rows:
        await tx.db.execute(insert(statistic_cells), rows)
    return CellsKept(kept=len(rows))


def _somebody_was_faster(late: Sequence[Place], stands: Mapping[Place, Mapping[str, Any]]) -> Conflict:
    standing = {
        field_of(place): {name: stands[place][name] for name in ("value", "version", "recorded_by")}
        for place in late
        if place in stands
    }
    return Conflict("Có ô vừa được người khác nhập. Nội dung bạn nhập vẫn còn bên dưới.", standing=standing)


async def close_form(tx: Tx, form: str, year: int, body: ClosingBody, *, post: str) -> Closed:
    """Keep a form as it is handed in, with a fingerprint; what is counted or typed later does not touch it.

    Raises ``Invalid`` with every fault, ``Conflict`` when form or closings have moved since they were seen.
    """
    await tx.db.execute(_ONE_AT_A_TIME)
    layout, row = await _standing(tx, form, year)
    there = (statistic_closings.c.form == form) & (statistic_closings.c.year == year)
    number = (await tx.db.execute(select(func.count()).select_from(statistic_closings).where(there))).scalar_one()
    if (row["revision"], number) != (body.revision, body.number):
        raise Conflict("Biểu này vừa được người khác sửa hoặc nộp. Xem lại biểu rồi nộp.", number=number)
    typed = {
        Place(each["line"], each["place"]): each["value"]
        for each in (await tx.db.execute(newest_cells(form, year))).mappings()
        if each["value"] is not None
    }
    words = {name: nfc(getattr(body, name)).strip() for name in ("document_number", "reason")}
    faults = list(rules.statistics.check_closing(layout, body.cells, typed, blanks=body.blanks))
    on, wrong = rules.statistics.read_closing(body.submitted_on, words, number, year, await today(tx))
    if faults or wrong or on is None:
        errors = [field_error(fault) for fault in (*wrong, *faults)]
        raise Invalid(f"Còn {len(errors)} chỗ cần sửa trước khi nộp.", errors=errors)
    said = {"year": year, "number": number + 1, **words}
    text_of_it = rules.statistics.canonical(
        {
            **said,
            "submitted_on": on.isoformat(),
            "revision": row["revision"],
            "layout": layout.model_dump(mode="json"),
            "cells": [cell.model_dump(mode="json") for cell in body.cells],
        }
    )
    mark = rules.statistics.fingerprint(text_of_it)
    by = {"recorded_by": post, "recorded_at": await tx.now()}
    kept = {"form": form, **said, "submitted_on": on, "snapshot": text_of_it, "fingerprint": mark, **by}
    await tx.db.execute(insert(statistic_closings).values(**kept))
    return Closed(number=number + 1, fingerprint=mark)


_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtext('statistics'))")
