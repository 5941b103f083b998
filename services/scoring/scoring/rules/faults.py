"""What keeps a sheet from being used: everything at once, in the words of the office, each with what would do.

Every fault says where it is to be mended: which group or line, by its code, and which field of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from scoring.rules.kinds.base import Role
from scoring.rules.kinds.late import Late
from scoring.rules.kinds.yes_no import YesNo
from scoring.rules.numbers import CENT, to_step
from scoring.rules.ranking import DECIDERS
from scoring.rules.words import say

if TYPE_CHECKING:
    from scoring.rules.sheet import Criterion, CriterionGroup, Sheet


_DECIDED_BY: Final = frozenset({*(name for name, _ in DECIDERS), "block_vote", "shared"})
"""What a board already says of a place by a code: a sheet's own tie-break goes by another."""
_About = Literal["sheet", "group", "line", "tie"]


class Fault(NamedTuple):
    """What does not hold together: a whole sentence, and its place; a line's own rule is the field ``kind``."""

    about: _About
    code: str
    field: str
    words: str

    def __str__(self) -> str:
        return self.words


def faults(sheet: "Sheet") -> Iterator[Fault]:
    yield from _twice("mục", "line", _codes(sheet))
    yield from _twice("nhóm", "group", (group.code for group in sheet.every_group()))
    for group in sheet.every_group():
        yield from _of_group(sheet, group)
    summed = _sum(group.counts for group in sheet.groups)
    if summed != sheet.total:
        words = (
            f"các nhóm{' sau khi nhân hệ số' if any(each.weight != 1 for each in sheet.groups) else ''} cộng lại "
            f"{say(summed)} điểm, bảng ghi {say(sheet.total)}: sửa điểm tối đa của nhóm hoặc của bảng"
        )
        yield Fault("sheet", "", "total", words)
    for group_code, criterion, weight, _ in sheet.lines():
        for field, words in (*_of_line(sheet, group_code, criterion), *_of_weight(criterion, weight)):
            yield Fault("line", criterion.code, field, f"mục {criterion.code}: {words}")
    known = {criterion.code for _, criterion in sheet.criteria()}
    yield from _twice("tiêu chí phụ", "tie", (each.code for each in sheet.tie_breaks))
    for each in sheet.tie_breaks:
        if each.code in _DECIDED_BY:
            words = f"tiêu chí phụ “{each.name}”: mã {each.code} hệ thống dùng cho việc khác, đổi mã"
            yield Fault("tie", each.code, "code", words)
        for code in each.criteria:
            if code not in known:
                yield Fault("tie", each.code, "criteria", f"tiêu chí phụ “{each.name}”: bảng không có mục {code}")


def unpaid(sheet: "Sheet") -> Iterator[Fault]:
    """Name the lines whose maximum nobody can get, for points are rounded to another: no reason to stop scoring by it.

    So whoever drafts or publishes is told, and a sheet that was published before still says what it said.
    """
    for _, criterion, weight, _ in sheet.lines():
        # Lateness takes what the sheet sets for it, to the letter.
        if not criterion.role.has_points or isinstance(criterion.rule, Late):
            continue
        content = criterion.role is Role.CONTENT
        step, counts = sheet.step if content else CENT, criterion.maximum * weight
        if not counts or counts == to_step(counts, step):
            continue
        if weight != 1 and counts != to_step(counts, CENT):
            # Told already: no points have so many places.
            continue
        below = to_step(counts - step / 2, step)
        around = f"{say(below)} hoặc {say(below + step)}" if below else say(step)
        times = "" if weight == 1 else f" nhân hệ số {say(weight)} (kể cả hệ số của nhóm) ra {say(counts)} điểm,"
        rounds = f"bước làm tròn {say(step)}" if content else f"{say(step)}"
        mend = f"ghi điểm tối đa{' đã nhân hệ số' if times else ''} là {around}"
        words = f"{say(criterion.maximum)} điểm{times} không phải bội số của {rounds}: {mend}"
        words += ", hoặc đổi bước làm tròn của bảng" if content else ""
        yield Fault("line", criterion.code, "maximum", f"mục {criterion.code}: {words}")


def _codes(sheet: "Sheet") -> Iterator[str]:
    for _, criterion in sheet.criteria():
        yield criterion.code
        yield from (f"{criterion.code}.{item.code}" for item in criterion.rule.asks())


def _twice(what: str, about: _About, codes: Iterable[str]) -> Iterator[Fault]:
    for code, times in Counter(codes).items():
        if times > 1:
            yield Fault(about, code, "code", f"{what} {code} xuất hiện {times} lần: đổi mã để mỗi {what} một mã")


def _of_group(sheet: "Sheet", group: "CriterionGroup") -> Iterator[Fault]:
    content = [criterion.counts for criterion in group.criteria if criterion.role is Role.CONTENT]
    summed = _sum([*content, *(each.counts for each in group.groups)])
    if not content and not group.groups:
        yield Fault("group", group.code, "name", f"nhóm {group.code} chưa có mục nào: thêm mục hoặc bỏ nhóm")
    elif summed != group.maximum:
        what = "các nhóm con" if group.groups and not content else "các mục"
        words = (
            f"nhóm {group.code}: {what}{_weighted(group)} cộng lại {say(summed)} điểm, nhóm ghi {say(group.maximum)}: "
            f"sửa điểm của mục hoặc ghi nhóm {say(summed)}"
        )
        yield Fault("group", group.code, "maximum", words)
    if group.decides_ties and any(each.decides_ties for each in group.every() if each is not group):
        twice = "nhóm này và một nhóm bên trong cùng quyết định khi bằng điểm, chỉ chọn một"
        yield Fault("group", group.code, "decides_ties", f"nhóm {group.code}: {twice}")
    for words in _of_gate(sheet, group.gate):
        yield Fault("group", group.code, "gate", f"nhóm {group.code}: {words}")


def _weighted(group: "CriterionGroup") -> str:
    weighted = any(each.counts != each.maximum for each in group.criteria) or any(
        each.counts != each.maximum for each in group.groups
    )
    return " sau khi nhân hệ số" if weighted else ""


def _of_gate(sheet: "Sheet", gate: str | None) -> Iterator[str]:
    if gate is not None and gate not in sheet.conditions:
        there = ", ".join(sheet.conditions) or "chưa có điều kiện nào"
        yield f"không có điều kiện {gate}, trong bảng có: {there}"


def _of_line(sheet: "Sheet", group: str, criterion: "Criterion") -> Iterator[tuple[str, str]]:
    """Give field and words of what is wrong with a line."""
    role, rule = criterion.role, criterion.rule
    if role.has_points:
        if criterion.maximum == 0:
            yield "maximum", "điểm tối đa phải lớn hơn 0"
        yield from (("kind", fault) for fault in rule.faults(criterion.maximum, role))
    else:
        if criterion.maximum != 0:
            yield "maximum", "điều kiện không có điểm: bỏ điểm tối đa, hoặc chọn điểm thưởng hay điểm trừ"
        if not isinstance(rule, YesNo):
            yield "kind", "điều kiện chỉ trả lời có hoặc không"
    if group and not role.has_points:
        yield "role", "điều kiện và trường hợp không xếp hạng đứng ngoài các nhóm"
    if not group and role is Role.CONTENT:
        yield "role", "ngoài các nhóm chỉ có điểm thưởng và điểm trừ, điều kiện và trường hợp không xếp hạng"
    if rule.needs_target and criterion.target == 0:
        yield "target", "chỉ tiêu chung không thể bằng 0: ghi số lớn hơn 0, hoặc để trống và giao cho từng đơn vị"
    if criterion.gate is not None and role not in (Role.CONTENT, Role.BONUS):
        yield "gate", "chỉ mục tính điểm và điểm thưởng mới có điều kiện"
    yield from (("gate", fault) for fault in _of_gate(sheet, criterion.gate))


def _of_weight(criterion: "Criterion", weight: Decimal) -> Iterator[tuple[str, str]]:
    """Give field and words of what is wrong with how often a line counts."""
    if not criterion.role.has_points:
        if criterion.weight != 1:
            yield "weight", "điều kiện không có điểm nên không có hệ số: để trống hệ số"
        return
    counts = criterion.maximum * weight
    if weight != 1 and counts != to_step(counts, CENT):
        words = f"{say(criterion.maximum)} điểm nhân hệ số {say(weight)} (kể cả hệ số của nhóm) ra {say(counts)} điểm"
        yield "weight", f"{words}, lẻ hơn 0,01: sửa hệ số hoặc điểm tối đa"


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, start=Decimal(0))
