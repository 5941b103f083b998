"""What stands in a statistics form: typed cells are read, and a form that is handed in must agree with itself."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field

from chassis.amounts import AmbiguousNumberError, NotANumberError, parse_amount
from registry.rules.days import parse_day
from registry.rules.faults import Fault
from registry.rules.law import SHORTEST_REASON
from registry.rules.statistics.layouts import Code, FormCell, FormLayout, Part, Place, cells


class TypedCell(NamedTuple):
    """A cell as a person sent it: what is typed, which version it is typed upon, and what the system counted there then."""

    place: Place
    value: str
    version: int
    beside: int | None = None


MOST: Final = 999_999_999
_LONGEST: Final = 300


def read_cells(
    layout: FormLayout, typed: Iterable[TypedCell], note: str
) -> tuple[dict[Place, int | None], tuple[Fault, ...]]:
    """Read typed cells: whole numbers from 0, or nothing where one is taken back; every fault at its cell."""
    there = cells(layout)
    read: dict[Place, int | None] = {}
    faults = []
    for cell in typed:
        name = field_of(cell.place)
        standing = there.get(cell.place)
        if standing is None or standing.kind == "sum":
            said = "là ô tổng, hệ thống tự cộng" if standing else "không ghi được gì theo biểu này"
            faults.append(Fault(criterion=name, message=f"{_where(cell.place)} {said}", remedy="Bỏ số ở ô này"))
            continue
        value, fault = _whole(cell.value.strip())
        read[cell.place] = value
        if fault:
            faults.append(Fault(criterion=name, message=f"{_where(cell.place)}: {fault[0]}", remedy=fault[1]))
    over = any(there[place].kind == "count" and value is not None for place, value in read.items())
    if over and len(note.strip()) < SHORTEST_REASON:
        said = "Nguồn số liệu: còn thiếu, vì có ô thay số hệ thống đếm được"
        faults.append(Fault(criterion="note", message=said, remedy="Ghi vì sao số khác với số hệ thống đếm"))
    if len(note) > _LONGEST:
        faults.append(Fault(criterion="note", message="Nguồn số liệu: quá dài", remedy=f"Ghi đến {_LONGEST} chữ"))
    return read, tuple(faults)


def _whole(text: str) -> tuple[int | None, tuple[str, str] | None]:
    if not text:
        return None, None
    try:
        read = parse_amount(text)
    except AmbiguousNumberError as error:
        # Nothing is counted in thousandths: a dot can only stand between thousands.
        read = error.reading
    except NotANumberError:
        return None, (f"“{text[:20]}” không phải số nguyên từ 0", "Viết chữ số, ví dụ 12")
    if read != int(read) or read > MOST:
        return None, (f"“{text[:20]}” không phải số nguyên đến {MOST}", "Viết số nguyên, ví dụ 12")
    return int(read), None


def field_of(place: Place) -> str:
    """Name a cell in a form: ``02-1``."""
    return f"{place.row}-{place.column}"


def _where(place: Place) -> str:
    return f"Dòng {place.row}, cột {place.column}"


class ClosedCell(Part):
    """What a form says at a place when it is handed in; ``items`` are what was counted."""

    row: Code
    column: Code
    value: Annotated[int, Field(ge=0, le=MOST)] | None
    how: Literal["sum", "count", "typed"]
    items: Annotated[tuple[dict[str, str], ...], Field(max_length=20_000)] = ()

    @property
    def place(self) -> Place:
        return Place(self.row, self.column)


def check_closing(
    layout: FormLayout, sent: Sequence[ClosedCell], typed: Mapping[Place, int], *, blanks: bool
) -> tuple[Fault, ...]:
    """Name what keeps a form from being kept as it was sent: it must be whole and agree with itself and with what is typed."""
    there = cells(layout)
    values = {cell.place: cell for cell in sent}
    faults = []
    if values.keys() != there.keys() or len(values) != len(sent):
        remedy = "Mở lại trang biểu rồi nộp"
        return (Fault(criterion="cells", message="các ô không đúng các ô của biểu", remedy=remedy),)
    for place, cell in values.items():
        if wrong := _wrong(cell, there[place], values, typed):
            faults.append(Fault(criterion=field_of(place), message=f"{_where(place)}: {wrong}", remedy="Mở lại biểu"))
    empty = [place for place, cell in values.items() if cell.value is None and there[place].kind != "sum"]
    if empty and not blanks:
        message = f"Còn {len(empty)} ô chưa có số"
        faults.append(Fault(criterion="blanks", message=message, remedy="Nhập số, hoặc chọn nộp khi còn ô trống"))
    return tuple(faults)


def _wrong(
    cell: ClosedCell, stands: FormCell, values: Mapping[Place, ClosedCell], typed: Mapping[Place, int]
) -> str | None:
    if cell.how == "sum" or stands.kind == "sum":
        parts = [values[part].value for part in stands.parts]
        whole = None if None in parts else sum(part for part in parts if part is not None)
        return None if cell.how == stands.kind and cell.value == whole else "không bằng tổng các ô của nó"
    if cell.how == "count":
        return None if stands.kind == "count" and cell.value == len(cell.items) else "không bằng danh sách của nó"
    return None if cell.value == typed.get(cell.place) else "không bằng số đã nhập"


def canonical(snapshot: Mapping[str, Any]) -> str:
    """Write plain data in the one way it can be written."""
    return json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_closing(
    typed_on: str, words: Mapping[str, str], number: int, year: int, today: date
) -> tuple[date | None, tuple[Fault, ...]]:
    """Read on which day a form is handed in, and whether all is said; ``number`` is how often it was before."""
    faults = []
    on = parse_day(typed_on.strip()) if typed_on.strip() else None
    if on is None or on > today or on.year < year:
        said = "còn thiếu hoặc không phải ngày" if on is None else "chưa tới" if on > today else f"trước năm {year}"
        remedy = "Viết ngày như 15/12/2023, không sau hôm nay"
        faults.append(Fault(criterion="submitted_on", message=f"Ngày nộp: {said}", remedy=remedy))
    if len(words["document_number"]) > _LONGEST:
        faults.append(Fault(criterion="document_number", message="Số công văn: quá dài", remedy="Ghi số, ký hiệu"))
    if (number and len(words["reason"]) < SHORTEST_REASON) or len(words["reason"]) > _LONGEST:
        said = "Lý do nộp lại: còn thiếu, hoặc quá dài"
        faults.append(Fault(criterion="reason", message=said, remedy=f"Ghi một câu, đến {_LONGEST} chữ"))
    return on, tuple(faults)
