"""Is a stretch value told in why, and does it bring the whole over-achievement bonus where the sheet says so, and there alone?"""

from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.registry import Target
from scoring.rules import Facts, Part, Sheet, form_criteria, score

OVER: Final = {"over_rate": "0.01", "over_cap": "0.1"}


def sheet(**rule: Any) -> Sheet:
    line = {"code": "1.1", "name": "Mục", "measure": "hộ", "maximum": "50", "target": "100"}
    group = {"code": "1", "name": "Nhóm", "maximum": "50"}
    group["criteria"] = [{**line, "rule": {"kind": "ratio_linear", **OVER, **rule}}]  # type: ignore[assignment]
    head = {"key": "thu", "name": "Bảng thử", "note": "Mẫu", "total": "50", "step": "0.01", "bonus_cap": "50"}
    return Sheet.model_validate({**head, "groups": [group]})


def part(made: Sheet, value: str, stretch: str | None) -> Part:
    strives = Target(criterion="1.1", target=Decimal(100), stretch=None if stretch is None else Decimal(stretch))
    return score(made, Facts(values={"1.1": Decimal(value)}, targets={"1.1": strives})).parts[0]


@pytest.mark.parametrize(
    ("value", "over"), [("99", "0"), ("100", "0"), ("110", "1.00"), ("125", "2.50"), ("150", "5.00"), ("400", "5.00")]
)
def test_the_whole_bonus_comes_at_the_stretch_value_and_between_in_proportion(value: str, over: str) -> None:
    assert part(sheet(by_stretch=True), value, "150").over == Decimal(over)


def test_where_less_is_better_it_lies_below_and_nothing_at_all_reaches_it() -> None:
    down = sheet(direction="down", by_stretch=True)
    assert [part(down, value, "60").over for value in ("100", "80", "60", "0")] == [0, Decimal("2.5"), 5, 5]
    # A stretch value is no less far away for whoever has come all the way to nothing.
    assert [part(down, value, "0").over for value in ("50", "0")] == [Decimal("2.5"), 5]
    # On the wrong side of the plan it is none.
    assert part(down, "80", "150").stretch is None


def test_why_tells_the_stretch_value_and_whether_it_was_reached() -> None:
    told = part(sheet(by_stretch=True), "125", "150")
    assert told.stretch == 150
    assert " Được 50% quãng từ chỉ tiêu đến mức phấn đấu. Mức phấn đấu 150 hộ: chưa đạt." in told.why
    assert "Mức phấn đấu 150 hộ: đã đạt." in part(sheet(), "150", "150").why


@given(st.decimals(0, 300, places=1), st.none() | st.decimals(0, 300, places=1))
def test_a_sheet_that_does_not_ask_gives_the_same_points_with_and_without(
    value: Decimal, stretch: Decimal | None
) -> None:
    made = sheet()
    with_, without = part(made, str(value), stretch and str(stretch)), part(made, str(value), None)
    same = ("points", "over", "maximum", "ratio", "target")
    assert [getattr(with_, name) for name in same] == [getattr(without, name) for name in same]


@given(st.decimals(0, 300, places=1), st.decimals("100.1", 300, places=1), st.sampled_from(["up", "down"]))
def test_doing_better_never_costs_and_the_bonus_has_its_bound(value: Decimal, stretch: Decimal, direction: str) -> None:
    made = sheet(direction=direction, by_stretch=True)
    if direction == "down":
        stretch = 200 - stretch if stretch < 200 else Decimal(1)
    better = value + 5 if direction == "up" else max(value - 5, Decimal(0))
    one, other = (part(made, str(each), str(stretch)) for each in (value, better))
    assert 0 <= one.over <= other.over <= 5
    assert one.points <= other.points


def test_a_bonus_at_the_stretch_value_needs_one() -> None:
    with pytest.raises(ValidationError, match="ghi phần thưởng tại mức phấn đấu"):
        sheet(by_stretch=True, over_cap="0")


def test_the_form_is_told_on_which_side_is_better_and_old_scores_say_nothing_new() -> None:
    assert [line.less_is_better for line in form_criteria(sheet(direction="down"))] == [True]
    assert "stretch" not in part(sheet(), "110", None).model_dump(mode="json")
