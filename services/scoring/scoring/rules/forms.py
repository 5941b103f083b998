"""What of a sheet is typed, and how: every field in the words of the office, written out as people write it, and read again.

The fields are those of the models themselves: whatever a sheet, a group, a line or a kind of rule can say has words for its
differences, and the same words stand at its field.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from chassis.text import fold
from scoring.rules.differences import OF_GROUP, OF_LINE, OF_SHEET, said
from scoring.rules.kinds import Rule
from scoring.rules.kinds.awards import FORMS, Award
from scoring.rules.kinds.bands import Band
from scoring.rules.kinds.base import Item, Kind, Model
from scoring.rules.kinds.checklist import Task
from scoring.rules.sheet import Criterion, CriterionGroup, Sheet
from scoring.rules.words import say

YES: Final = "có"
NO: Final = "không"


class Sort(StrEnum):
    """How a field is typed; ``lines`` holds one thing a line."""

    TEXT = "text"
    AMOUNT = "amount"
    WHOLE = "whole"
    YES_NO = "yes_no"
    CHOICE = "choice"
    LINES = "lines"


class Field(Model):
    name: str
    words: str
    sort: Sort
    choices: Mapping[str, str] = {}
    """Value → what people call it."""
    may_stay_empty: bool
    hint: str = ""


class KindForm(Model):
    """A kind of rule: what people call it, and what it needs to know beside the line."""

    kind: str
    called: str
    fields: tuple[Field, ...]


class Unreadable(ValueError):  # noqa: N818 - it is what the field says
    """What was typed cannot be taken; the words say what would do."""


_AMOUNT: Final = re.compile(r"(?!0\.)(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?")
_LONGEST_AMOUNT: Final = 24
_LONGEST_WHOLE: Final = 9
_ITEM: Final = re.compile(r"(?:(\d{1,3})\.\s+)?(.*\S)")
_BAND: Final = re.compile(
    r"(?:từ\s+)?(\S+?)(?:\s+đến\s+dưới\s+(\S+?))?\s*(?::|\sđược\s)\s*(\S+)(?:\s+điểm)?", re.IGNORECASE
)


def amount(typed: str) -> Decimal:
    """Read an amount as it is written in Vietnam; raises ``Unreadable``."""
    found = _AMOUNT.fullmatch(typed.strip())
    if found is None:
        if re.fullmatch(r"\d+\.\d+", typed.strip()):
            raise Unreadable(f"“{typed.strip()}” có thể hiểu hai cách: viết phần lẻ sau dấu phẩy, ví dụ 0,5")
        raise Unreadable(f"“{typed.strip()}” không phải là số: viết số không âm, ví dụ 12,5")
    if len(typed.strip()) > _LONGEST_AMOUNT:
        raise Unreadable(f"số quá dài: viết nhiều nhất {_LONGEST_AMOUNT} ký tự")
    return Decimal(found[1].replace(".", "") + "." + (found[2] or "0")).normalize() + 0


def _points_after(line: str) -> tuple[str, str, Decimal]:
    """Split “1. Lập kế hoạch: 2” into code, name and points."""
    named, colon, points = line.rpartition(":")
    if not colon:
        raise Unreadable(f"dòng “{line}” chưa có điểm: viết tên, dấu hai chấm rồi số điểm, ví dụ Lập kế hoạch: 2")
    code, name = _named(named)
    return code, name, amount(points.removesuffix("điểm"))


def _named(line: str) -> tuple[str, str]:
    found = _ITEM.fullmatch(line.strip())
    if found is None:
        raise Unreadable("có dòng chưa có tên: viết tên, hoặc bỏ dòng đó")
    return found[1] or "", found[2]


def _band(line: str) -> dict[str, Any]:
    found = _BAND.fullmatch(line.strip())
    if found is None:
        raise Unreadable(f"dòng “{line}” không đọc được: viết như “từ 70: 3” hoặc “từ 70 đến dưới 90: 3”")
    below = {"below": amount(found[2])} if found[2] else {}
    return {"at_least": amount(found[1]), "points": amount(found[3]), **below}


def _worth(line: str) -> dict[str, Any]:
    code, name, points = _points_after(line)
    return {"code": code, "name": name, "points": points}


def _award(line: str) -> dict[str, Any]:
    worth, equals, named = line.partition("=")
    if not equals:
        return _worth(line)
    form = next((form for form, words in FORMS.items() if fold(words) == fold(named.strip())), None)
    if form is None:
        raise Unreadable(
            f"“{named.strip()}” không phải hình thức trong hồ sơ: chọn một trong {'; '.join(FORMS.values())}"
        )
    return {**_worth(worth.strip()), "form": form}


def _item(line: str) -> dict[str, Any]:
    code, name = _named(line)
    return {"code": code, "name": name}


def _write_band(band: Band) -> str:
    end = "" if band.below is None else f" đến dưới {say(band.below)}"
    return f"từ {say(band.at_least)}{end}: {say(band.points)}"


class _Lines(NamedTuple):
    """How one of several things is written on a line of its own, and read."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]
    hint: str


_LINES: Final[Mapping[Any, _Lines]] = {
    Band: _Lines(_write_band, _band, "Mỗi mức một dòng, tăng dần từ 0, ví dụ: từ 70 đến dưới 90: 3"),
    Task: _Lines(
        lambda item: f"{item.code}. {item.name}: {say(item.points)}", _worth, "Mỗi dòng một tên, dấu hai chấm, số điểm"
    ),
    Award: _Lines(
        lambda item: f"{item.code}. {item.name}: {say(item.points)}{f' = {FORMS[item.form]}' if item.form else ''}",
        _award,
        "Mỗi dòng một tên, dấu hai chấm, số điểm; lấy tự động từ hồ sơ của đơn vị thì thêm dấu = và một trong các hình thức: "
        + "; ".join(FORMS.values()),
    ),
    Item: _Lines(lambda item: f"{item.code}. {item.name}", _item, "Mỗi dòng một tên"),
    Decimal: _Lines(say, amount, "Mỗi hạng một dòng, điểm hạng nhất trước"),
    str: _Lines(str, str, "Mỗi dòng một mã mục"),
}
_HINTS: Final = {
    **dict.fromkeys(("k", "floor", "over_rate", "over_cap"), "Phần của 1: 0,01 là 1%, 0,7 là 70%"),
    "by_stretch": "Có: tại mức phấn đấu của đơn vị được thưởng nhiều nhất, giữa chỉ tiêu và mức đó tính theo tỷ lệ",
    "each_day": "Để trống nếu trừ cả mức của mục ngay khi chậm; điểm tối đa của mục là mức trừ nhiều nhất",
    "counted": "Thường là lần gửi đầu: gửi lại theo yêu cầu sửa không bị coi là chậm thêm",
    "out_of": "Để trống nếu chấm thẳng theo điểm tối đa của mục",
    "target": "Để trống nếu giao riêng cho từng đơn vị",
    "gate": "Mã của điều kiện, ví dụ K.1; để trống nếu không có",
    "largest": "Để trống nếu không giới hạn",
    "evidence": "Tài liệu phải đính kèm, ví dụ: Quyết định công nhận",
    "verified_by": "Cơ quan hoặc bộ phận đối chiếu số liệu của mục",
    "step": "Điểm từng mục được làm tròn đến bội số của số này, ví dụ 0,25",
    "weight": "Điểm và điểm tối đa nhân với số này: 2 là hệ số 2; để trống là 1",
    "bonus_cap": "Điểm thưởng tính vào tổng nhiều nhất chừng này",
    "note": "Ghi rõ nếu bảng chưa phải quy định",
    "decides_ties": "Nhóm công tác thi đua, khen thưởng khi xét đơn vị bằng điểm",
}


def _bare(annotation: Any) -> Any:
    """Give the type behind what may be None and what bounds it."""
    while get_origin(annotation) in (Annotated, Union, UnionType):
        annotation = next(each for each in get_args(annotation) if each is not type(None))
    return annotation


def _each(annotation: Any) -> Any:
    return _bare(get_args(annotation)[0])


def _field(model: type[BaseModel], name: str, words: str) -> Field:
    about = model.model_fields[name]
    bare = _bare(about.annotation)
    choices: dict[str, str] = {}
    hint = _HINTS.get(name, "")
    if get_origin(bare) is tuple:
        sort, hint = Sort.LINES, _LINES[_each(bare)].hint
    elif bare is bool:
        sort = Sort.YES_NO
    elif issubclass(bare, StrEnum):
        sort, choices = Sort.CHOICE, {each.value: said(each) for each in bare}
    else:
        sort = {Decimal: Sort.AMOUNT, int: Sort.WHOLE}.get(bare, Sort.TEXT)
    empty = not about.is_required() or (bare is str and not about.metadata and name in _MAY_BE_BLANK)
    return Field(name=name, words=words, sort=sort, choices=choices, may_stay_empty=empty, hint=hint)


_MAY_BE_BLANK: Final = ("measure", "note")


def _fields(model: type[BaseModel], words: Mapping[str, str], *, without: str = "") -> tuple[Field, ...]:
    return tuple(_field(model, name, word) for name, word in words.items() if name != without)


_KINDS: Final[Mapping[str, type[Kind]]] = {
    get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in get_args(get_args(Rule)[0])
}
OF_A_SHEET: Final = _fields(Sheet, OF_SHEET, without="tie_breaks")
OF_A_GROUP: Final = (
    Field(name="code", words="mã", sort=Sort.TEXT, may_stay_empty=False),
    *_fields(CriterionGroup, OF_GROUP),
)
OF_A_LINE: Final = (
    Field(name="code", words="mã", sort=Sort.TEXT, may_stay_empty=False, hint="Ví dụ 1.1, T.2 hoặc K.1"),
    *_fields(Criterion, OF_LINE),
)
KINDS: Final[Mapping[str, KindForm]] = {
    name: KindForm(kind=name, called=kind.called, fields=_fields(kind, kind.words)) for name, kind in _KINDS.items()
}


def write(value: Any) -> str:
    """Write a value into its field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, Decimal):
        return say(value)
    if isinstance(value, tuple):
        return "\n".join(_LINES[_kind_of(each)].write(each) for each in value)
    return str(value)


def _kind_of(item: Any) -> Any:
    return next(kind for kind in _LINES if type(item) is kind)


def model_of(kind: str) -> type[Kind]:
    return _KINDS[kind]


def read(model: type[BaseModel], field: Field, typed: str) -> Any:
    """Read a field in which something stands; raises ``Unreadable``."""
    text = typed.strip()
    match field.sort:
        case Sort.AMOUNT:
            return amount(text)
        case Sort.WHOLE:
            if not (text.isascii() and text.isdigit()):
                raise Unreadable(f"“{text}” không phải là số nguyên: ví dụ 50")
            if len(text) > _LONGEST_WHOLE:
                raise Unreadable(f"số quá lớn: viết nhiều nhất {_LONGEST_WHOLE} chữ số, ví dụ 50")
            return int(text)
        case Sort.YES_NO:
            if text.lower() not in (YES, NO):
                raise Unreadable("chọn có hoặc không")
            return text.lower() == YES
        case Sort.CHOICE:
            if text not in field.choices:
                raise Unreadable("không có trong danh sách: chọn một dòng")
            return text
        case Sort.LINES:
            each = _LINES[_each(_bare(model.model_fields[field.name].annotation))]
            rows = [each.read(line.strip()) for line in text.splitlines() if line.strip()]
            return _numbered(rows)
    return text


def _numbered(rows: list[Any]) -> list[Any]:
    """Give items that nobody numbered the next free numbers: their order is their code."""
    taken = {row["code"] for row in rows if isinstance(row, dict) and row.get("code")}
    free = (str(number) for number in range(1, 1000) if str(number) not in taken)
    return [
        {**row, "code": row["code"] or next(free)} if isinstance(row, dict) and "code" in row else row for row in rows
    ]
