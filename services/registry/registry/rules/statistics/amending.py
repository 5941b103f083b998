"""A statistics form as people correct it: other words or numbers of its rows, or held against the document itself."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from registry.rules.faults import Fault
from registry.rules.law import SHORTEST_REASON, VERIFIED, confirming_document
from registry.rules.statistics.layouts import FormLayout, FormRow

_LONGEST: Final = 300


def amend_layout(
    layout: FormLayout, typed: Mapping[str, Any], *, by: str, today: date
) -> tuple[FormLayout | None, tuple[Fault, ...]]:
    """Give a form with other words or numbers, or confirmed; or None with every fault."""
    faults: list[Fault] = []
    codes = {row.code for row in layout.rows if row.code}
    for name in ("labels", "numbers"):
        for code, text in typed[name].items():
            if code not in codes:
                faults.append(Fault(criterion=f"{name}:{code}", message=f"biểu không có dòng {code}", remedy="Bỏ dòng"))
            elif not _readable(name, text):
                said = "Tên dòng" if name == "labels" else "Mã số"
                message = f"{said} {code}: còn thiếu, hoặc quá dài"
                faults.append(Fault(criterion=f"{name}:{code}", message=message, remedy="Ghi như trong biểu"))
    document = confirming_document(typed, today, faults) if typed["confirm"] else None
    rows = [_renamed(row, typed) for row in layout.rows]
    changed = rows != list(layout.rows)
    if not changed and not typed["confirm"] and not faults:
        message = "chưa thay đổi gì"
        faults.append(Fault(criterion="labels", message=message, remedy="Sửa một dòng, hoặc chọn xác nhận"))
    reason = typed["reason"].strip()
    if (changed and len(reason) < SHORTEST_REASON) or len(reason) > _LONGEST:
        message = "Lý do: còn thiếu, hoặc quá dài"
        faults.append(Fault(criterion="reason", message=message, remedy=f"Ghi một câu, đến {_LONGEST} chữ"))
    if faults:
        return None, tuple(faults)
    was = layout.confirmed.was if layout.confirmed else layout.mark
    confirmed = {"by": by, "on": today.isoformat(), **document, "was": was} if document else None
    held = layout.model_dump() | {
        "rows": [row.model_dump() for row in rows],
        "mark": VERIFIED if document else was,
        "confirmed": confirmed,
    }
    return FormLayout.model_validate(held), ()


def _readable(name: str, text: str) -> bool:
    if name == "numbers":
        return re.fullmatch(r"[0-9]{1,3}", text.strip(), re.ASCII) is not None
    return 0 < len(text.strip()) <= _LONGEST


def _renamed(row: FormRow, typed: Mapping[str, Any]) -> FormRow:
    if row.code is None:
        return row
    label = typed["labels"].get(row.code, row.label).strip()
    number = typed["numbers"].get(row.code, row.number or row.code).strip()
    return row.model_copy(update={"label": label, "number": "" if number == row.code else number})
