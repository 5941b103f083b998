"""Changing or confirming one fact of a rule pack: every fault is named at once, and what was verified in its text stays.

A fact is a condition with its values, a title as a whole (its mark), or the dates of force of the pack.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from awards.rules.packs import MEMBER_WORDS, RATING_WORDS, Condition, Confirmation, Mark, Pack, Title
from contracts.registry import TaskRating


class Fault(NamedTuple):
    """What is wrong with one field, in words, and what mends it."""

    field: str
    message: str
    remedy: str


class Target(BaseModel):
    """Which fact: a condition of a title, the title as a whole, or (neither named) the dates of force."""

    model_config = ConfigDict(frozen=True)

    title: str | None = None
    condition: str | None = None


class Amendment(BaseModel):
    """What was typed: new values by field, whether it is confirmed now and by which document, and why."""

    model_config = ConfigDict(frozen=True)

    values: Mapping[str, str] = {}
    confirm: bool = False
    document_number: str = ""
    document_on: str = ""
    document_by: str = ""
    reason: str = ""


class Standing(BaseModel):
    """How a fact stands: its sentence, values as a form has them typed, and how sure it is."""

    model_config = ConfigDict(frozen=True)

    text: str
    citation: str
    values: dict[str, str]
    mark: Mark
    confirmed: Confirmation | None
    editable: bool


class _Field(NamedTuple):
    label: str
    read: Callable[[str], Any]
    remedy: str


_DAYS: Final = (date(1990, 1, 1), date(2100, 12, 31))
_LONGEST: Final = 300
_SHORTEST_REASON: Final = 3


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def read(typed: str) -> int:
        if not re.fullmatch(r"\d{1,6}", typed, re.ASCII) or not lowest <= int(typed) <= highest:
            raise ValueError(f"“{typed[:40]}” không phải số nguyên từ {lowest} đến {highest}")
        return int(typed)

    return read


def _yes_no(typed: str) -> bool:
    if typed not in ("yes", "no"):
        raise ValueError("không thuộc danh sách")
    return typed == "yes"


def _rating(typed: str) -> TaskRating:
    if typed not in set(TaskRating):
        raise ValueError("không thuộc danh sách")
    return TaskRating(typed)


def _day(typed: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            read = datetime.strptime(typed, form).date()  # noqa: DTZ007 - a day of the calendar
        except ValueError:
            continue
        if _DAYS[0] <= read <= _DAYS[1]:
            return read
    raise ValueError(f"“{typed[:40]}” không phải ngày")


_PICK: Final = "Chọn một dòng trong danh sách"
_AS_A_DAY: Final = "Viết ngày như 30/11/2023"
_FIELDS: Final[Mapping[str, _Field]] = {
    "applies": _Field("Có áp dụng", _yes_no, _PICK),
    "more_than": _Field("Trên bao nhiêu phần trăm", _whole(0, 99), "Ghi số từ 0 đến 99, ví dụ 50"),
    "at_least": _Field("Ít nhất bao nhiêu phần trăm", _whole(0, 100), "Ghi số từ 0 đến 100, ví dụ 70"),
    "count": _Field("Ít nhất bao nhiêu người", _whole(1, 10_000), "Ghi số từ 1, ví dụ 1"),
    "rank": _Field("Từ hạng mấy trở lên", _whole(1, 1000), "Ghi số từ 1, ví dụ 1"),
    "rating": _Field("Mức xếp loại thấp nhất", _rating, _PICK),
    "valid_from": _Field("Áp dụng từ ngày", _day, _AS_A_DAY),
    "valid_to": _Field("Đến hết ngày", lambda typed: _day(typed) if typed else None, f"{_AS_A_DAY}, hoặc để trống"),
}
_DOCUMENT: Final = {
    "document_number": ("Số văn bản", "Ghi số, ký hiệu như 12/2023/NĐ-CP"),
    "document_on": ("Ngày văn bản", _AS_A_DAY),
    "document_by": ("Nơi ban hành", "Ghi cơ quan ban hành văn bản"),
}


def standing(pack: Pack, target: Target) -> Standing | None:
    """Tell how a fact of a pack stands; None where the pack has none such."""
    fact = _fact(pack, target)
    if fact is None:
        return None
    held, mark, confirmed = _held(fact)
    if isinstance(fact, Pack):
        text, citation = "Thời gian áp dụng của bộ quy định", fact.dates_citation
    else:
        text, citation = fact.text if isinstance(fact, Condition) else fact.name, fact.citation
    values = {name: _typed(value) for name, value in held.items()}
    editable = mark is not Mark.VERIFIED or confirmed is not None
    return Standing(text=text, citation=citation, values=values, mark=mark, confirmed=confirmed, editable=editable)


def _fact(pack: Pack, target: Target) -> Pack | Title | Condition | None:
    if target.title is None:
        return pack if target.condition is None else None
    title = next((each for each in pack.titles if each.code == target.title), None)
    if title is None or target.condition is None:
        return title
    return next((each for each in title.conditions if each.code == target.condition), None)


def _held(fact: Pack | Title | Condition) -> tuple[dict[str, Any], Mark, Confirmation | None]:
    """Give what a fact says by the names of its fields, how sure it is, and its confirmation."""
    if isinstance(fact, Pack):
        return {"valid_from": fact.valid_from, "valid_to": fact.valid_to}, fact.dates_mark, fact.dates_confirmed
    if isinstance(fact, Title):
        return {}, fact.mark, fact.confirmed
    names = [name for name in ("applies", "more_than", "at_least", "count", "rank", "rating") if hasattr(fact, name)]
    values = {name: getattr(fact, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}, fact.mark, fact.confirmed


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def amend(
    pack: Pack, target: Target, typed: Amendment, *, by: str, today: date
) -> tuple[Pack | None, tuple[Fault, ...]]:
    """Give the pack as it would be, its next revision; or None with every fault. The same again is the pack itself."""
    fact = _fact(pack, target)
    if fact is None:
        return None, (Fault("condition", "bộ quy định không có điều kiện này", "Chọn lại ở trang bộ quy định"),)
    held, mark, confirmed = _held(fact)
    read, faults = _read(typed, held)
    new = held | read
    document, lacking = _document(typed, today) if typed.confirm else ({}, [])
    faults += lacking
    if document and confirmed and new == held and document == _said(confirmed):
        return pack, ()
    if mark is Mark.VERIFIED and confirmed is None:
        said = "đã kiểm chứng trong văn bản nên không sửa ở đây"
        faults.append(Fault("values", said, "Khi văn bản thay đổi, lập bộ quy định mới có ngày áp dụng"))
    elif new == held and not typed.confirm and not faults:
        faults.append(Fault("values", "chưa thay đổi gì", "Sửa một giá trị, hoặc chọn xác nhận"))
    if new != held and len(typed.reason.strip()) < _SHORTEST_REASON:
        faults.append(Fault("reason", "Lý do: còn thiếu", "Ghi một câu vì sao sửa"))
    if len(typed.reason) > _LONGEST:
        faults.append(Fault("reason", f"Lý do: dài quá {_LONGEST} chữ", "Viết ngắn lại"))
    if isinstance(fact, Pack) and new["valid_to"] and new["valid_to"] < new["valid_from"]:
        faults.append(Fault("valid_to", "Đến hết ngày: trước ngày bắt đầu áp dụng", "Sửa một trong hai ngày"))
    if faults:
        return None, tuple(faults)
    was = confirmed.was if confirmed else mark
    confirmation = Confirmation(by=by, on=today, was=was, **document) if document else None
    return _with(pack, target, new if new != held else {}, Mark.VERIFIED if document else was, confirmation)


def _read(typed: Amendment, held: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    faults = [
        Fault(name, "không có ở điều kiện này", "Bỏ mục này") for name in sorted(typed.values.keys() - held.keys())
    ]
    read = {}
    for name in typed.values.keys() & held.keys():
        field = _FIELDS[name]
        try:
            read[name] = field.read(typed.values[name].strip())
        except ValueError as error:
            faults.append(Fault(name, f"{field.label}: {error}", field.remedy))
    return read, faults


def _document(typed: Amendment, today: date) -> tuple[dict[str, Any], list[Fault]]:
    read: dict[str, Any] = {}
    faults = []
    for name, (label, remedy) in _DOCUMENT.items():
        text = getattr(typed, name).strip()
        if not text:
            faults.append(Fault(name, f"{label}: còn thiếu", remedy))
        elif len(text) > _LONGEST:
            faults.append(Fault(name, f"{label}: dài quá {_LONGEST} chữ", "Viết ngắn lại"))
        else:
            read[name] = text
    if "document_on" in read:
        try:
            read["document_on"] = _day(read["document_on"])
        except ValueError as error:
            faults.append(Fault("document_on", f"Ngày văn bản: {error}", _AS_A_DAY))
        else:
            if read["document_on"] > today:
                faults.append(Fault("document_on", f"Ngày văn bản: chưa tới, hôm nay là {today:%d/%m/%Y}", "Sửa ngày"))
    return ({} if faults else read), faults


def _said(confirmed: Confirmation) -> dict[str, Any]:
    return {name: getattr(confirmed, name) for name in _DOCUMENT}


def _with(
    pack: Pack, target: Target, values: Mapping[str, Any], mark: Mark, confirmation: Confirmation | None
) -> tuple[Pack | None, tuple[Fault, ...]]:
    """Write a fact anew into the next revision; what the pack as a whole forbids is a fault too."""
    document: dict[str, Any] = pack.model_dump() | {"revision": pack.revision + 1}
    told = {"mark": mark, "confirmed": confirmation and confirmation.model_dump()}
    if target.title is None:
        document |= {**values, **{f"dates_{name}": value for name, value in told.items()}}
    else:
        title = next(each for each in document["titles"] if each["code"] == target.title)
        fact = title
        if target.condition is not None:
            fact = next(each for each in title["conditions"] if each["code"] == target.condition)
        fact.update(values, **told)
        if values.keys() - {"applies"}:
            fact["text"] = _sentence(fact)
    try:
        return Pack.model_validate(document), ()
    except ValidationError as error:
        said = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        return None, (Fault("applies" if "applies" in values else "values", said, "Chọn lại giá trị"),)


def _sentence(fact: Mapping[str, Any]) -> str:
    """Say a condition anew whose value changed: its old sentence names the old value."""
    if fact["kind"] == "members_share":
        how = f"trên {fact['more_than']}" if fact["more_than"] is not None else f"ít nhất {fact['at_least']}"
        return f"Có {how}% cá nhân trong tập thể {MEMBER_WORDS[fact['of']]}"
    if fact["kind"] == "members_at_least":
        return f"Có từ {fact['count']} cá nhân trở lên {MEMBER_WORDS[fact['of']]}"
    if fact["kind"] == "block_rank":
        return f"Đứng từ hạng {fact['rank']} trở lên trong khối thi đua"
    return f"Được xếp loại từ mức {RATING_WORDS[fact['rating']]} trở lên"
