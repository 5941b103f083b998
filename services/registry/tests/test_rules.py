"""Is a report read as its writer meant it, and does every refusal say what to type instead?"""

import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from chassis.clock import VIETNAM
from contracts.registry import ReportedValue
from contracts.scoring import Evidence, SheetCriterion, ValueKind
from registry.rules import (
    PeriodState,
    YearFigures,
    check_year,
    late_days,
    overlong,
    period_state,
    read_report,
    receipt_number,
    stretch_fault,
    without_evidence,
)

SHEET = (
    SheetCriterion(criterion="1.1", group="1", name="Thu ngân sách", measure="triệu đồng", value_kind=ValueKind.AMOUNT),
    SheetCriterion(
        criterion="1.2", group="1", name="Hộ nghèo", measure="hộ", value_kind=ValueKind.COUNT, largest=Decimal(50)
    ),
    SheetCriterion(criterion="2.1", group="2", name="Đăng ký", measure="việc", value_kind=ValueKind.YES_NO),
    SheetCriterion(
        criterion="3.1", group="3", name="Sáng kiến", measure="đề tài", value_kind=ValueKind.AMOUNT, required=False
    ),
    SheetCriterion(criterion="T.1", group="T", name="Nộp muộn", measure="ngày", value_kind=ValueKind.DERIVED),
)
OPENS = datetime(2023, 10, 15, 7, tzinfo=VIETNAM)
DUE = datetime(2023, 11, 30, 17, tzinfo=VIETNAM)
CLOSES = datetime(2023, 12, 15, 17, tzinfo=VIETNAM)
TICK = timedelta(microseconds=1)
FIGURES = YearFigures(headcount=22, completed_tasks=22, advanced_workers=15, grassroots_fighters=2, disciplined=0)


def test_a_report_is_read_line_by_line() -> None:
    values, faults = read_report(SHEET, {"1.1": "1.234,5", "1.2": "2", "2.1": "Có", "3.1": " "})
    assert not faults
    assert [(each.criterion, each.value) for each in values] == [
        ("1.1", Decimal("1234.5")),
        ("1.2", Decimal(2)),
        ("2.1", Decimal(1)),
    ]


def test_every_fault_is_named_at_once_in_the_order_of_the_sheet() -> None:
    values, faults = read_report(SHEET, {"T.1": "3", "9.9": "1", "3.1": "1", "2.1": "có lẽ", "1.1": "1.234"})
    assert [each.criterion for each in values] == ["3.1"]
    assert [(each.criterion, each.message) for each in faults] == [
        ("1.1", "Mục 1.1: xác nhận “1.234” là 1234 triệu đồng"),
        ("1.2", "Mục 1.2: nhập một số (hộ), ví dụ 2"),
        ("2.1", "Mục 2.1: chọn Có hoặc Không"),
        ("T.1", "Mục T.1 không có trong bảng điểm này"),
        ("9.9", "Mục 9.9 không có trong bảng điểm này"),
    ]
    assert faults[0].suggestion == "1234"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("2,5", "Mục 1.2: nhập một số nguyên (hộ), ví dụ 2"),
        ("51", "Mục 1.2: nhiều nhất là 50 hộ"),
        ("hai", "Mục 1.2: nhập một số (hộ), ví dụ 2"),
        ("-1", "Mục 1.2: nhập một số (hộ), ví dụ 2"),
    ],
)
def test_a_count_keeps_its_bounds(typed: str, message: str) -> None:
    _, faults = read_report(SHEET[1:2], {"1.2": typed})
    assert [fault.message for fault in faults] == [message]


@pytest.mark.parametrize(("typed", "meant"), [("có", 1), ("CÓ", 1), ("Đạt", 1), ("x", 1), ("không", 0), ("Chưa", 0)])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_yes_and_no_are_understood_however_the_keyboard_composes_them(typed: str, meant: int, form: str) -> None:
    values, faults = read_report(SHEET[2:3], {"2.1": unicodedata.normalize(form, typed)})  # type: ignore[arg-type]
    assert not faults
    assert values[0].value == meant


def test_a_field_that_cannot_be_a_number_is_too_long_even_for_a_draft() -> None:
    assert not overlong({"1.1": "a" * 200})
    assert [fault.criterion for fault in overlong({"1.1": "1", "1.2": "a" * 201})] == ["1.2"]


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (OPENS - TICK, PeriodState.NOT_OPEN),
        (OPENS, PeriodState.OPEN),
        (DUE, PeriodState.OPEN),
        (DUE + TICK, PeriodState.LATE),
        (CLOSES, PeriodState.LATE),
        (CLOSES + TICK, PeriodState.CLOSED),
    ],
)
def test_a_period_turns_on_the_exact_instant(at: datetime, state: PeriodState) -> None:
    assert period_state(OPENS, DUE, CLOSES, at) is state


@pytest.mark.parametrize(("number", "written"), [(417, "BN-2311-0417"), (1, "BN-2311-0001"), (12345, "BN-2311-12345")])
def test_a_receipt_number_can_be_read_out_on_the_telephone(number: int, written: str) -> None:
    assert receipt_number(datetime(2023, 11, 30, 23, 59, tzinfo=VIETNAM), number) == written


def test_a_year_that_can_be_has_no_fault() -> None:
    assert not check_year(FIGURES)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"headcount": 0}, ["headcount"]),
        ({"advanced_workers": 23}, ["advanced_workers"]),
        ({"disciplined": -1, "grassroots_fighters": 23}, ["grassroots_fighters", "disciplined"]),
        ({"headcount": 10}, ["completed_tasks", "advanced_workers"]),
    ],
)
def test_a_year_that_cannot_be_names_every_figure(changed: dict[str, int], named: list[str]) -> None:
    assert [fault.criterion for fault in check_year(FIGURES.model_copy(update=changed))] == named


def _asked(code: str, evidence: Evidence, kind: ValueKind = ValueKind.COUNT) -> SheetCriterion:
    words = {"group": "1", "name": f"Mục {code}", "measure": "việc"}
    return SheetCriterion(criterion=code, value_kind=kind, evidence=evidence, **words)


@pytest.mark.parametrize(
    ("attached", "refused", "warned"),
    [
        ((), ["1", "2.a", "2.b"], ["3"]),
        (("1", "3"), ["2.a", "2.b"], []),
        # A file behind one item of a line stands for the line, and so does one behind the line itself.
        (("2.b",), ["1"], ["3"]),
        (("2",), ["1"], ["3"]),
        (("5",), ["1", "2.a", "2.b"], ["3"]),
    ],
)
def test_what_has_to_be_proved_is_named_and_what_should_be_is_warned_of(
    attached: tuple[str, ...], refused: list[str], warned: list[str]
) -> None:
    required = Evidence.REQUIRED
    lines = [_asked("1", required), _asked("2", required, ValueKind.DERIVED), _asked("2.a", required)]
    lines += [_asked("2.b", required), _asked("3", Evidence.WANTED), _asked("4", required), _asked("5", Evidence.FREE)]
    amounts = {"1": 3, "2.a": 1, "2.b": 1, "3": 2, "4": 0, "5": 7}
    values = [ReportedValue(criterion=code, value=Decimal(value)) for code, value in amounts.items()]
    bare, unproved = without_evidence(lines, values, attached)
    assert ([each.criterion for each in bare], [each.criterion for each in unproved]) == (refused, warned)
    assert all(each.remedy for each in (*bare, *unproved))


@pytest.mark.parametrize(
    ("at", "days"),
    [
        ("2023-11-10T17:00:00+07:00", 0),
        ("2023-11-10T17:00:01+07:00", 1),
        ("2023-11-10T23:59:59+07:00", 1),
        ("2023-11-11T00:00:00+07:00", 1),
        ("2023-11-12T00:30:00+07:00", 2),
        # Still the 11th in Greenwich, the 12th in Vietnam.
        ("2023-11-11T17:30:00+00:00", 2),
        ("2023-12-10T08:00:00+07:00", 30),
    ],
)
def test_days_of_lateness_are_calendar_days_in_vietnam(at: str, days: int) -> None:
    assert late_days(datetime.fromisoformat("2023-11-10T17:00:00+07:00"), datetime.fromisoformat(at)) == days


@pytest.mark.parametrize(
    ("plan", "stretch", "less", "said"),
    [
        ("30", None, False, None),
        ("30", "35.5", False, None),
        ("30", "30", False, "phải cao hơn chỉ tiêu 30"),
        ("30.5", "20", False, "phải cao hơn chỉ tiêu 30,5"),
        ("30", "20", True, None),
        ("30", "0", True, None),
        ("30", "30", True, "càng thấp càng tốt nên phải thấp hơn chỉ tiêu 30"),
        # A sheet that was published before nobody told which side is better.
        ("30", "20", None, None),
        ("30", "30", None, "bằng chỉ tiêu 30"),
        (None, "20", False, "chưa có chỉ tiêu thì chưa có mức phấn đấu"),
    ],
)
def test_a_stretch_value_lies_beyond_its_plan(
    plan: str | None, stretch: str | None, less: bool | None, said: str
) -> None:
    fault = stretch_fault(plan and Decimal(plan), stretch and Decimal(stretch), less=less)
    assert (fault and fault[0]) == said
    assert fault is None or fault[1].startswith("Ghi ")
