"""What a report must be, and when it is taken: pure functions on what a person typed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from chassis.amounts import AmbiguousNumberError, NotANumberError, parse_amount
from chassis.text import fold
from contracts.registry import ReportedValue
from contracts.scoring import Evidence, SheetCriterion, ValueKind
from registry.rules.days import VIETNAM
from registry.rules.faults import Fault

WHOLE_REPORT: Final = "*"
"""Under this code stands the reason why nothing at all is reported."""
_LONGEST_FIELD: Final = 200
_LONGEST_REASON: Final = 300
_SHORTEST_REASON: Final = 3
_NOTHING: Final[Mapping[str, str]] = {}
_YES: Final = frozenset({"1", "co", "dat", "x", "true"})
_NO: Final = frozenset({"0", "khong", "chua", "false"})


def read_report(
    criteria: Sequence[SheetCriterion], fields: Mapping[str, str], nothing: Mapping[str, str] = _NOTHING
) -> tuple[tuple[ReportedValue, ...], tuple[Fault, ...]]:
    """Read all lines of a report; give the values, and every fault at once in the order of the sheet.

    ``nothing`` holds the reason for each item of which there is nothing to report (không phát sinh), or one for all.
    Such an item has no value.
    """
    values: list[ReportedValue] = []
    faults: list[Fault] = []
    asked = {each.criterion: each for each in criteria if each.value_kind is not ValueKind.DERIVED}
    of_all = nothing.get(WHOLE_REPORT, "").strip()
    if of_all and len(of_all) < _SHORTEST_REASON:
        faults.append(_no_reason(WHOLE_REPORT))
    for code, criterion in asked.items():
        typed = fields.get(code, "").strip()
        reason = nothing.get(code, "").strip()
        if typed and (reason or of_all):
            faults.append(_both(code))
        elif reason and len(reason) < _SHORTEST_REASON:
            faults.append(_no_reason(code))
        elif reason or of_all:
            continue
        elif not typed:
            if criterion.required:
                faults.append(Fault(criterion=code, message=_missing(criterion)))
        elif isinstance(found := _read_value(criterion, typed), Fault):
            faults.append(found)
        else:
            values.append(ReportedValue(criterion=code, value=found))
    faults.extend(
        Fault(criterion=code, message=f"Mục {code} không có trong bảng điểm này", remedy="Bỏ mục này rồi gửi lại")
        for code in {**fields, **nothing}
        if code not in asked and code != WHOLE_REPORT
    )
    return tuple(values), tuple(faults)


def without_evidence(
    criteria: Sequence[SheetCriterion], values: Iterable[ReportedValue], attached: Collection[str]
) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """Name what is reported without the evidence that the sheet asks for: what may not be sent so, and what may.

    A file behind one item of a line stands for the whole line. Of nothing, nothing has to be proved.
    """
    of_line, line = {}, ""
    for each in criteria:
        line = line if line and each.criterion.startswith(f"{line}.") else ""
        of_line[each.criterion] = line or each.criterion
        line = each.criterion if each.value_kind is ValueKind.DERIVED else line
    proved = {of_line.get(code, code) for code in attached}
    asked = {each.criterion: each.evidence for each in criteria if each.evidence is not Evidence.FREE}
    bare = [each.criterion for each in values if each.value and each.criterion in asked]
    faults = {code: _bare(code, asked[code]) for code in bare if of_line[code] not in proved}
    refused = tuple(fault for code, fault in faults.items() if asked[code] is Evidence.REQUIRED)
    return refused, tuple(fault for code, fault in faults.items() if asked[code] is Evidence.WANTED)


def _bare(code: str, asked: Evidence) -> Fault:
    if asked is Evidence.REQUIRED:
        return Fault(
            criterion=code,
            message=f"Mục {code}: bảng điểm bắt buộc có minh chứng",
            remedy=f"Đính kèm tệp minh chứng cho mục {code} rồi gửi lại",
        )
    return Fault(
        criterion=code,
        message=f"Mục {code}: chưa đính kèm minh chứng mà bảng điểm yêu cầu",
        remedy="Nên đính kèm trước khi gửi; không có, nơi chấm có thể hạ điểm mục này",
    )


def overlong(fields: Mapping[str, str], nothing: Mapping[str, str] = _NOTHING) -> tuple[Fault, ...]:
    """Name the fields that hold more than a number or a reason can be; a draft keeps anything shorter."""
    return (
        *(
            Fault(criterion=code, message=f"Mục {code}: dài quá {_LONGEST_FIELD} ký tự", remedy="Chỉ nhập số liệu")
            for code, typed in fields.items()
            if len(typed) > _LONGEST_FIELD
        ),
        *(
            Fault(
                criterion=code, message=f"{_named(code)}: lý do dài quá {_LONGEST_REASON} ký tự", remedy="Viết ngắn lại"
            )
            for code, reason in nothing.items()
            if len(reason) > _LONGEST_REASON
        ),
    )


def sealed(changed: Iterable[str], open_to: Collection[str] | None) -> tuple[Fault, ...]:
    """Name the items that were changed though only others were returned; None = all are open."""
    return tuple(
        Fault(
            criterion=code,
            message=f"{_named(code)} không bị trả lại nên giữ nguyên như đã gửi",
            remedy="Tải lại trang; nếu mục này cũng phải sửa, đề nghị nơi xem xét trả lại cả mục này",
        )
        for code in changed
        if open_to is not None and code not in open_to
    )


def changes(stored: Mapping[str, str], typed: Mapping[str, str]) -> list[str]:
    """Name the items that say something else than what is stored; one that is absent says nothing."""
    return [code for code, text in typed.items() if text != stored.get(code, "")]


def _named(code: str) -> str:
    return "Cả báo cáo" if code == WHOLE_REPORT else f"Mục {code}"


def _no_reason(code: str) -> Fault:
    example = "trong kỳ không có công trình nào được giao"
    return Fault(criterion=code, message=f"{_named(code)}: ghi rõ lý do không phát sinh, ví dụ “{example}”")


def _both(code: str) -> Fault:
    return Fault(
        criterion=code,
        message=f"Mục {code}: vừa có số liệu vừa ghi không phát sinh",
        remedy="Giữ số liệu và xóa lý do, hoặc xóa số liệu và giữ lý do",
    )


def _missing(criterion: SheetCriterion) -> str:
    if criterion.value_kind is ValueKind.YES_NO:
        return f"Mục {criterion.criterion}: chọn Có hoặc Không"
    return f"Mục {criterion.criterion}: nhập một số ({criterion.measure}), ví dụ 2"


def _read_value(criterion: SheetCriterion, typed: str) -> Decimal | Fault:
    if criterion.value_kind is ValueKind.YES_NO:
        answer = fold(typed)
        if answer in _YES or answer in _NO:
            return Decimal(answer in _YES)
        return Fault(criterion=criterion.criterion, message=_missing(criterion))
    try:
        amount = parse_amount(typed)
    except AmbiguousNumberError as error:
        return Fault(
            criterion=criterion.criterion,
            message=f"Mục {criterion.criterion}: xác nhận “{error.text}” là {error.reading} {criterion.measure}",
            remedy=f"Bấm để xác nhận, hoặc v{error.remedy[1:]}",
            suggestion=str(error.reading),
        )
    except NotANumberError:
        return Fault(criterion=criterion.criterion, message=_missing(criterion))
    return _out_of_bounds(criterion, amount) or amount


def _out_of_bounds(criterion: SheetCriterion, amount: Decimal) -> Fault | None:
    code = criterion.criterion
    if criterion.value_kind is ValueKind.COUNT and amount != amount.to_integral_value():
        return Fault(criterion=code, message=f"Mục {code}: nhập một số nguyên ({criterion.measure}), ví dụ 2")
    if criterion.largest is not None and amount > criterion.largest:
        largest = format(criterion.largest.normalize(), "f").replace(".", ",")
        return Fault(criterion=code, message=f"Mục {code}: nhiều nhất là {largest} {criterion.measure}")
    return None


class PeriodState(StrEnum):
    """Whether a period takes reports at a given moment."""

    NOT_OPEN = "not_open"
    OPEN = "open"
    LATE = "late"
    CLOSED = "closed"


def period_state(opens_at: datetime, due_at: datetime, closes_at: datetime, at: datetime) -> PeriodState:
    """Decide by the moment of acceptance: on the due instant is in time, on the closing instant still taken."""
    if at < opens_at:
        return PeriodState.NOT_OPEN
    if at > closes_at:
        return PeriodState.CLOSED
    return PeriodState.LATE if at > due_at else PeriodState.OPEN


def late_days(due_at: datetime, at: datetime) -> int:
    """Count the days of lateness: calendar days in Vietnam begun after that of the deadline, at least one; 0 in time."""
    if at <= due_at:
        return 0
    due, sent = (moment.astimezone(VIETNAM).date() for moment in (due_at, at))
    return max(1, (sent - due).days)


def receipt_number(accepted_at: datetime, number: int) -> str:
    """Write the number that a person reads out on the telephone: ``BN-2311-0417``. ``accepted_at`` in local time."""
    return f"BN-{accepted_at:%y%m}-{number:04d}"
