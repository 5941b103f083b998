"""Is so much taken off for each day of lateness, by the sending that the sheet names, and the old rule left as it was?"""

from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scoring.rules import Facts, Part, Sheet, differences, score
from scoring.rules.drafting import read
from scoring.rules.drafts import EXTRAS, Parts, drafted

YES: Final = {"kind": "yes_no"}


def sheet(maximum: str = "2", **rule: Any) -> Sheet:
    lines = {"name": "Mục", "measure": "lần"}
    late = {**lines, "code": "P.1", "maximum": maximum, "role": "penalty", "rule": {"kind": "late", **rule}}
    group = {
        "code": "1",
        "name": "Nhóm",
        "maximum": "10",
        "criteria": [{**lines, "code": "1.1", "maximum": "10", "rule": YES}],
    }
    head = {"key": "thu", "name": "Bảng thử", "note": "Mẫu", "total": "10", "step": "0.25"}
    return Sheet.model_validate({**head, "groups": [group], "extras": [late]})


def late(made: Sheet, **known: Any) -> Part:
    return score(made, Facts(values={"1.1": Decimal(1)}, **known)).parts[-1]


@pytest.mark.parametrize(
    ("days", "points"), [(0, "0"), (1, "0.5"), (2, "1.0"), (3, "1.5"), (4, "2"), (5, "2"), (300, "2")]
)
def test_each_day_costs_the_same_up_to_the_most(days: int, points: str) -> None:
    part = late(sheet(each_day="0.5"), late=days > 0, late_days=days, late_days_sent=days)
    assert part.points == Decimal(points)
    if days:
        told = f"Báo cáo nhận sau hạn nộp {days} ngày, mỗi ngày trừ 0,50 điểm, nhiều nhất 2,00: trừ {points.replace('.', ',')[:3]}"
        assert part.why.startswith(told)


@given(st.integers(1, 400), st.integers(1, 400), st.decimals("0.01", 3, places=2), st.decimals(3, 10, places=2))
def test_a_day_more_never_costs_less_and_the_most_is_the_most(
    one: int, other: int, each: Decimal, most: Decimal
) -> None:
    made = sheet(str(most), each_day=str(each))
    taken = [late(made, late=True, late_days=days).points for days in sorted((one, other))]
    assert taken[0] <= taken[1] <= most
    assert taken[0] == min(each * min(one, other), most)


def test_what_answers_a_return_is_as_late_as_what_was_returned_unless_the_sheet_says_otherwise() -> None:
    """Sent in time, returned, sent again four days after the deadline."""
    known = {"late": False, "late_days": 0, "late_days_sent": 4}
    assert late(sheet(each_day="0.5"), **known).points == 0
    assert late(sheet(each_day="0.5", counted="last"), **known).points == 2
    assert late(sheet(), **known).points == 0
    assert late(sheet(counted="last"), **known).points == 2


def test_what_was_sent_before_days_were_counted_costs_one_day_by_day_and_all_at_once_as_before() -> None:
    assert late(sheet(each_day="0.5"), late=True).points == Decimal("0.5")
    assert late(sheet(each_day="0.5", counted="last"), late=True).points == Decimal("0.5")
    assert late(sheet(), late=True).why == "Báo cáo nhận sau hạn nộp, trừ 2,00 điểm."


def test_a_day_that_costs_more_than_the_most_is_refused() -> None:
    words = "mục P\\.1: mỗi ngày chậm trừ 3 điểm, mục nhiều nhất 2: giảm số điểm mỗi ngày hoặc tăng điểm tối đa"
    with pytest.raises(ValidationError, match=words):
        sheet(each_day="3")


def typed(**fields: str) -> Parts:
    parts = drafted(sheet())
    return {**parts, EXTRAS: ({**parts[EXTRAS][0], **fields},)}


def test_the_office_types_it_reads_it_again_and_is_told_what_changed() -> None:
    made = read(typed(each_day="0,5", counted="last")).sheet
    assert made == sheet(each_day="0.5", counted="last")
    (told,) = differences(sheet(), made)
    assert told == (
        "Mục P.1: cách tính nộp muộn đổi điểm trừ mỗi ngày chậm từ không có thành 0,5, "
        "báo cáo bị trả lại thì tính theo từ lần gửi đầu thành lần gửi lại sau cùng."
    )


def test_everything_wrong_with_it_is_told_at_its_field() -> None:
    told = {found.field: found.words for found in read(typed(each_day="nửa điểm", counted="hôm qua")).faults}
    assert told.keys() == {"extras.0.counted", "extras.0.each_day"}
    told = {found.field: found.words for found in read(typed(each_day="0,555")).faults}
    assert told == {"extras.0.each_day": "điểm trừ mỗi ngày chậm: có nhiều nhất 2 chữ số sau dấu phẩy"}
