"""Points that were decided on an appeal, of lines whose points follow from more than what the unit reported.

They are said as a verdict under a code of their own, so that what was reported and looked at stays what it was.
"""

from collections.abc import Iterator
from decimal import Decimal

from contracts.appeals import OF_POINTS
from contracts.scoring import ValueKind
from scoring.rules.numbers import CENT, to_step
from scoring.rules.reviewing import Look, LookFault
from scoring.rules.shapes import Facts
from scoring.rules.sheet import Criterion, Sheet
from scoring.rules.words import say


def points_of(code: str) -> str:
    """Give the code under which the points of a line are decided."""
    return f"{code}{OF_POINTS}"


def is_of_points(item: str) -> bool:
    return item.endswith(OF_POINTS)


def appealed(sheet: Sheet, item: str) -> str:
    """Give what an appeal against this code is against: where nothing is typed for a line that is computed, its points."""
    line = next((line for _, line in sheet.criteria() if line.code == item), None)
    return points_of(item) if line and line.rule.computed and line.value_kind is ValueKind.DERIVED else item


def line_of(sheet: Sheet, item: str) -> tuple[Criterion, Decimal] | None:
    """Give the computed line whose points this code means, with the most that it can bring; None where it means none."""
    if not is_of_points(item):
        return None
    code = item.removesuffix(OF_POINTS)
    found = ((line, line.maximum * weight) for _, line, weight, _ in sheet.lines() if line.code == code)
    return next((each for each in found if each[0].rule.computed), None)


def faults_of_ruling(sheet: Sheet, facts: Facts, look: Look) -> Iterator[LookFault]:
    """Name what is wrong with points that are decided for a line."""
    found = line_of(sheet, look.criterion)
    if found is None:
        message, remedy = f"Bảng điểm không có mục {look.criterion}", "Mở lại trang để thấy các mục đang có"
        yield LookFault(look.criterion, "criterion", message, remedy)
        return
    line, most = found
    given = facts.targets.get(line.code)
    if given is not None and not given.assigned:
        message, remedy = f"Mục {line.code} không giao cho đơn vị này", "Bỏ mục này, điểm của nó không tính"
        yield LookFault(look.criterion, "criterion", message, remedy)
    remedy = f"Ghi số điểm từ 0 đến {say(most)}"
    if look.value is None or not 0 <= look.value <= most:
        yield LookFault(look.criterion, "value", f"Mục {line.code} được tính từ 0 đến {say(most)} điểm", remedy)
    elif look.value != to_step(look.value, CENT):
        yield LookFault(
            look.criterion, "value", f"Mục {line.code}: điểm lẻ hơn 0,01", remedy + ", nhiều nhất 2 chữ số lẻ"
        )
