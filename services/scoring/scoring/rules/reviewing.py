"""What a reviewer may say of an item, checked as a report's own value is; all that is wrong at once, with what would do."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from contracts.appraisal import Column
from contracts.registry import Target
from contracts.scoring import SheetCriterion, ValueKind
from scoring.rules.reasons import A_REASON, is_reason
from scoring.rules.sheet import Criterion, Sheet, form_criteria
from scoring.rules.words import say

_MOST_PLACES = 6
_LARGEST = Decimal(10) ** 15
_EXAMPLE = "biên bản đi kèm chỉ ghi 850"


class Look(NamedTuple):
    """What a reviewer says of one item: agreed, or another value with its reason. No value = nothing of it counts."""

    criterion: str
    agreed: bool
    value: Decimal | None = None
    reason: str = ""


class LookFault(NamedTuple):
    """What keeps a look from being taken, at which of its fields, and what mends it."""

    criterion: str
    field: str
    message: str
    remedy: str


def faults_of(
    sheet: Sheet,
    targets: Mapping[str, Target],
    column: Column,
    reported: Mapping[str, Decimal],
    looks: Sequence[Look],
    *,
    appealed: bool = False,
) -> Iterator[LookFault]:
    """Name what is wrong with these looks at one unit's report, in their order.

    Whoever upholds an appeal may say what counts of any item, also of one that blocks check: the office decides on all appeals.
    """
    asked = {line.criterion: line for line in form_criteria(sheet)}
    lines = {code: criterion for _, criterion in sheet.criteria() for code in codes_of(criterion)}
    seen: set[str] = set()
    for look in looks:
        code = look.criterion
        if code in seen:
            yield LookFault(code, "criterion", f"Mục {code} có hai ý kiến cùng lúc", "Giữ lại một ý kiến cho mỗi mục")
        seen.add(code)
        if code not in lines:
            yield LookFault(code, "criterion", f"Bảng điểm không có mục {code}", "Mở lại trang để thấy các mục đang có")
        elif asked[code].value_kind is ValueKind.DERIVED:
            yield LookFault(code, "criterion", *_derived(lines[code]))
        elif (given := targets.get(lines[code].code)) is not None and not given.assigned:
            yield LookFault(
                code, "criterion", f"Mục {code} không giao cho đơn vị này", "Bỏ mục này, điểm của nó không tính"
            )
        elif column is Column.APPRAISAL and not appealed and lines[code].code not in sheet.appraised:
            remedy = f"Phòng Nội vụ thẩm định các mục {', '.join(sorted(sheet.appraised))}; mục này do khối chấm"
            yield LookFault(code, "criterion", f"Mục {code} không thuộc diện Phòng Nội vụ thẩm định", remedy)
        elif not look.agreed:
            yield from _of_change(asked[code], look, reported.get(code))


def codes_of(criterion: Criterion) -> Iterator[str]:
    """Give the codes under which values of a line stand: its own, or those of its items."""
    yield criterion.code
    yield from (f"{criterion.code}.{item.code}" for item in criterion.rule.asks())


def _derived(criterion: Criterion) -> tuple[str, str]:
    items = [f"{criterion.code}.{item.code}" for item in criterion.rule.asks()]
    if items:
        return f"Mục {criterion.code} chấm theo từng việc", f"Chấm các mục {', '.join(items)}"
    return f"Mục {criterion.code} do hệ thống tính, không chấm tay", "Bỏ mục này"


def _of_change(line: SheetCriterion, look: Look, reported: Decimal | None) -> Iterator[LookFault]:
    code = look.criterion
    if look.value is not None:
        fault = _out_of_bounds(line, look.value)
        if fault:
            yield LookFault(code, "value", *fault)
            return
    if look.value == reported:
        yield LookFault(
            code,
            "value",
            f"Mục {code}: số chấm bằng số đơn vị báo cáo",
            "Chọn Đồng ý, hoặc ghi số khác kèm lý do",
        )
    elif not is_reason(look.reason):
        remedy = f"{A_REASON}, ví dụ “{_EXAMPLE}”"
        yield LookFault(code, "reason", f"Mục {code}: chấm khác số đơn vị báo cáo thì phải có lý do", remedy)


def _out_of_bounds(line: SheetCriterion, value: Decimal) -> tuple[str, str] | None:
    code, most = line.criterion, line.largest
    if line.value_kind is ValueKind.YES_NO:
        return None if value in (0, 1) else (f"Mục {code} chỉ chấm Có hoặc Không", "Chọn Có hoặc Không")
    if value < 0:
        return f"Mục {code}: số chấm nhỏ hơn 0", "Ghi một số từ 0 trở lên"
    if most is not None and value > most:
        return (
            f"Mục {code}: {say(value)} vượt mức cao nhất là {say(most)} {line.measure}",
            f"Ghi một số từ 0 đến {say(most)}",
        )
    if line.value_kind is ValueKind.COUNT and value != value.to_integral_value():
        return f"Mục {code}: nhập một số nguyên ({line.measure})", "Ghi số nguyên, ví dụ 2"
    if value > _LARGEST or int(value.as_tuple().exponent) < -_MOST_PLACES:
        return f"Mục {code}: số quá dài", f"Ghi số có nhiều nhất {_MOST_PLACES} chữ số sau dấu phẩy"
    return None
