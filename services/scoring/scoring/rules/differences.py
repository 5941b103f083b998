"""What differs between two versions of a sheet, in sentences that a unit can read before it reports by the new one."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel

from scoring.rules.kinds.base import Direction, Role
from scoring.rules.kinds.late import CountedFrom
from scoring.rules.sheet import ConcludedBy, Criterion, CriterionGroup, Sheet
from scoring.rules.words import say

_ROLES: Final = {
    Role.CONTENT: "tính điểm",
    Role.BONUS: "điểm thưởng",
    Role.PENALTY: "điểm trừ",
    Role.CONDITION: "điều kiện",
    Role.DISQUALIFIER: "trường hợp không xếp hạng",
}
_DIRECTIONS: Final = {Direction.UP: "càng cao càng tốt", Direction.DOWN: "càng thấp càng tốt"}
_COUNTED: Final = {CountedFrom.FIRST: "lần gửi đầu", CountedFrom.LAST: "lần gửi lại sau cùng"}
_CONCLUDED: Final = {
    ConcludedBy.LATEST_COLUMN: "lấy lần chấm sau cùng",
    ConcludedBy.LOWEST: "lấy mức ít điểm nhất",
}
OF_SHEET: Final[Mapping[str, str]] = {
    "name": "tên bảng",
    "note": "ghi chú",
    "total": "tổng điểm",
    "step": "bước làm tròn",
    "bonus_cap": "điểm thưởng nhiều nhất",
    "tie_breaks": "tiêu chí phụ khi bằng điểm",
    "concluded_by": "cách chốt giữa tự chấm, khối chấm và thẩm định",
}
OF_GROUP: Final[Mapping[str, str]] = {
    "name": "tên",
    "maximum": "điểm tối đa",
    "weight": "hệ số",
    "decides_ties": "quyết định khi bằng điểm",
    "gate": "điều kiện",
}
OF_LINE: Final[Mapping[str, str]] = {
    "name": "tên",
    "measure": "đơn vị tính",
    "maximum": "điểm tối đa",
    "weight": "hệ số",
    "role": "loại",
    "target": "chỉ tiêu chung",
    "required": "bắt buộc nhập",
    "largest": "số lớn nhất được nhập",
    "gate": "điều kiện",
    "evidence": "minh chứng cần có",
    "evidence_required": "bắt buộc đính kèm minh chứng",
    "verified_by": "nơi thẩm định",
    "appraised": "Phòng Nội vụ thẩm định",
    "hint": "hướng dẫn",
    "citation": "căn cứ",
}


def differences(old: Sheet, new: Sheet) -> list[str]:
    """Name everything that a unit would notice, in the order of the new sheet; what is gone comes last."""
    return [
        *(f"Bảng điểm: {change}." for change in _changes(old, new, OF_SHEET)),
        *_of_groups(_groups(old), _groups(new)),
        *_of_lines(_lines(old), _lines(new)),
    ]


_Groups = dict[str, tuple[str, CriterionGroup]]
_Lines = dict[str, tuple[str, Criterion]]


def _groups(sheet: Sheet) -> _Groups:
    """Give each group with the code of the one around it."""
    around = {inner.code: group.code for group in sheet.every_group() for inner in group.groups}
    return {group.code: (around.get(group.code, ""), group) for group in sheet.every_group()}


def _lines(sheet: Sheet) -> _Lines:
    return {criterion.code: (group, criterion) for group, criterion in sheet.criteria()}


def _of_groups(old: _Groups, new: _Groups) -> Iterator[str]:
    for code, (around, group) in new.items():
        if code not in old:
            yield f"Thêm nhóm {code} {group.name}, {say(group.maximum)} điểm."
            continue
        was_around, was = old[code]
        yield from _moved(f"Nhóm {code}", was_around, around)
        yield from (f"Nhóm {code}: {change}." for change in _changes(was, group, OF_GROUP))
    yield from (f"Bỏ nhóm {code} {group.name}." for code, (_, group) in old.items() if code not in new)


def _of_lines(old: _Lines, new: _Lines) -> Iterator[str]:
    for code, (group, criterion) in new.items():
        if code not in old:
            points = f" {say(criterion.maximum)} điểm" if criterion.role.has_points else ""
            yield f"Thêm mục {code} {criterion.name} ({_ROLES[criterion.role]}{points})."
            continue
        was_group, was = old[code]
        yield from _moved(f"Mục {code}", was_group, group)
        yield from (f"Mục {code}: {change}." for change in _changes(was, criterion, OF_LINE))
        if was.rule != criterion.rule:
            yield f"Mục {code}: {_rule_change(was, criterion)}."
    yield from (f"Bỏ mục {code} {criterion.name}." for code, (_, criterion) in old.items() if code not in new)


def _moved(what: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield f"{what} chuyển {_place(old, 'từ')} {_place(new, 'sang')}."


def _place(code: str, word: str) -> str:
    return f"{word} nhóm {code}" if code else f"{word} ngoài các nhóm"


def _changes(old: BaseModel, new: BaseModel, words: Mapping[str, str]) -> Iterator[str]:
    for name, word in words.items():
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield f"{word} từ {said(was)} thành {said(now)}"


def _rule_change(old: Criterion, new: Criterion) -> str:
    was, now = old.rule, new.rule
    if was.kind != now.kind:
        return f"cách tính điểm đổi từ {was.called} sang {now.called}"
    return f"cách tính {now.called} đổi " + ", ".join(_changes(was, now, now.words))


def said(value: Any) -> str:  # noqa: PLR0911 - one word for each kind of value
    if value is None or value in ("", ()):
        return "không có"
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, Decimal | int):
        return say(Decimal(value))
    if isinstance(value, Role):
        return _ROLES[value]
    if isinstance(value, Direction):
        return _DIRECTIONS[value]
    if isinstance(value, ConcludedBy):
        return _CONCLUDED[value]
    if isinstance(value, CountedFrom):
        return _COUNTED[value]
    if isinstance(value, tuple):
        return "[" + ", ".join(map(said, value)) + "]"
    if isinstance(value, BaseModel):
        return str(value)
    return f"“{value}”"
