"""Do points and places come out as the rules say, whatever is reported?"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.registry import Target
from contracts.scoring import ValueKind
from scoring.rules import Facts, Part, Role, Score, Sheet, equals, form_criteria, rank, score
from scoring.rules.points import say, say_points, to_step

LATE = {
    "code": "P.1",
    "name": "Nộp muộn",
    "measure": "lần",
    "maximum": "0.5",
    "role": "penalty",
    "rule": {"kind": "late"},
}
BANDS = [{"at_least": "0", "points": "0"}, {"at_least": "90", "points": "2"}, {"at_least": "95", "points": "4"}]


def line(code: str, maximum: str, rule: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"code": code, "name": f"Mục {code}", "measure": "lượt", "maximum": maximum, "rule": rule, **more}


def group(code: str, *criteria: dict[str, Any], **more: Any) -> dict[str, Any]:
    total = sum(Decimal(each["maximum"]) for each in criteria)
    return {"code": code, "name": f"Nhóm {code}", "maximum": total, "criteria": criteria, **more}


def sheet(*groups: dict[str, Any], extras: Sequence[dict[str, Any]] = (), **more: Any) -> Sheet:
    head = {"key": "thu", "name": "Bảng thử", "note": "Mẫu", "step": "0.25", "bonus_cap": "10"}
    total = sum(Decimal(each["maximum"]) for each in groups)
    return Sheet.model_validate({**head, "total": total, "groups": groups, "extras": extras, **more})


def one_part(rule: dict[str, Any], value: str, *, maximum: str = "10", step: str = "0.01", target: str = "100") -> Part:
    """Score a sheet of one criterion."""
    made = sheet(group("1", line("1.1", maximum, rule, target=target)), step=step)
    return score(made, Facts(values={"1.1": Decimal(value)})).parts[0]


WHOLE = sheet(
    group("1", line("1.1", "8", {"kind": "ratio_linear", "over_rate": "0.02", "over_cap": "0.1"}, target="120")),
    group(
        "2",
        line("2.1", "5", {"kind": "proportional"}, target="40"),
        line("2.2", "4", {"kind": "bands", "bands": BANDS}),
    ),
    group(
        "3", line("3.1", "6", {"kind": "threshold"}, target="30"), line("3.2", "4", {"kind": "per_item", "each": "1.5"})
    ),
    group("4", line("4.1", "4", {"kind": "ratio_linear", "direction": "down"}, target="5")),
    group("5", line("5.1", "1.5", {"kind": "yes_no"}), line("5.2", "1.5", {"kind": "yes_no"}), decides_ties=True),
    extras=[
        line("T.1", "4", {"kind": "per_item", "each": "2"}, role="bonus"),
        line("T.2", "2", {"kind": "yes_no"}, role="bonus"),
        line("P.2", "50", {"kind": "per_item", "each": "5"}, role="penalty"),
        LATE,
    ],
    bonus_cap="5",
)
CODES = [criterion.code for _, criterion in WHOLE.criteria()]

amounts = st.decimals(min_value=0, max_value=100_000, places=2)
targets = st.builds(Target, criterion=st.just(""), target=st.none() | amounts, assigned=st.booleans())
facts = st.builds(
    Facts,
    values=st.dictionaries(st.sampled_from(CODES), amounts),
    targets=st.dictionaries(st.sampled_from(CODES), targets),
    late=st.booleans(),
)


@pytest.mark.parametrize(
    ("value", "points"),
    [("100", "10"), ("130", "10"), ("90", "9"), ("70", "7"), ("69.99", "0"), ("0", "0")],
)
def test_each_missing_percent_costs_one_percent_and_nothing_is_left_under_the_floor(value: str, points: str) -> None:
    assert one_part({"kind": "ratio_linear"}, value).points == Decimal(points)


@pytest.mark.parametrize(("value", "over"), [("100", "0"), ("102", "0.4"), ("105", "1"), ("300", "1")])
def test_over_achievement_is_bonus_up_to_its_cap(value: str, over: str) -> None:
    part = one_part({"kind": "ratio_linear", "over_rate": "0.02", "over_cap": "0.10"}, value)
    assert (part.points, part.over) == (Decimal(10), Decimal(over))


@pytest.mark.parametrize(("value", "points"), [("0", "10"), ("80", "10"), ("100", "10"), ("125", "8"), ("200", "0")])
def test_where_less_is_better_the_ratio_turns_round(value: str, points: str) -> None:
    assert one_part({"kind": "ratio_linear", "direction": "down"}, value).points == Decimal(points)


OVER_DOWN = {"kind": "ratio_linear", "direction": "down", "over_rate": "0.02", "over_cap": "0.10"}


@pytest.mark.parametrize(("value", "over"), [("10", "0"), ("9.8", "0.41"), ("1", "1"), ("0", "1")])
def test_where_less_is_better_nothing_at_all_is_worth_no_less_than_a_little(value: str, over: str) -> None:
    part = one_part(OVER_DOWN, value, target="10")
    assert (part.points, part.over) == (Decimal(10), Decimal(over))


def test_of_nothing_no_share_of_the_target_is_told() -> None:
    told = one_part(OVER_DOWN, "0", target="10")
    assert told.why == (
        "Thực hiện 0 trên chỉ tiêu 10 lượt, không phát sinh là mức tốt nhất: được điểm tối đa 10,00. "
        "Vượt chỉ tiêu, thêm 1,00 điểm thưởng."
    )
    assert told.ratio == 1


@pytest.mark.parametrize(
    ("more", "target"),
    [({"over_rate": "0"}, "10"), ({"over_cap": "0"}, "10"), ({"over_rate": "0", "by_stretch": True}, "10"), ({}, "0")],
)
def test_nothing_at_all_is_no_bonus_where_the_sheet_gives_none_or_nothing_was_the_target(
    more: dict[str, Any], target: str
) -> None:
    made = sheet(group("1", line("1.1", "10", {**OVER_DOWN, **more})), step="0.01")
    own = {"1.1": Target(criterion="1.1", target=Decimal(target))}
    part = score(made, Facts(values={"1.1": Decimal(0)}, targets=own)).parts[0]
    assert (part.points, part.over) == (Decimal(10), 0)


@pytest.mark.parametrize(
    ("rule", "value", "points"),
    [
        ({"kind": "ratio_linear"}, "0", "10"),
        ({"kind": "ratio_linear", "direction": "down"}, "1", "0"),
        ({"kind": "proportional"}, "0", "10"),
        ({"kind": "threshold"}, "0", "10"),
        ({"kind": "threshold", "direction": "down"}, "0", "10"),
        ({"kind": "threshold", "direction": "down"}, "1", "0"),
        ({"kind": "half_plus_leader"}, "3", "5"),
    ],
)
def test_a_unit_whose_target_is_zero_is_scored_by_it(rule: dict[str, Any], value: str, points: str) -> None:
    own = {"1.1": Target(criterion="1.1", target=Decimal(0))}
    made = sheet(group("1", line("1.1", "10", rule)), step="0.01")
    assert score(made, Facts(values={"1.1": Decimal(value)}, targets=own)).parts[0].points == Decimal(points)


@pytest.mark.parametrize(("value", "points"), [("0", "0"), ("33", "3.3"), ("100", "10"), ("250", "10")])
def test_proportional_never_passes_the_maximum(value: str, points: str) -> None:
    assert one_part({"kind": "proportional"}, value).points == Decimal(points)


@pytest.mark.parametrize(
    ("direction", "value", "points"),
    [("up", "30", "6"), ("up", "29.99", "0"), ("down", "30", "6"), ("down", "30.01", "0")],
)
def test_a_threshold_includes_its_target(direction: str, value: str, points: str) -> None:
    part = one_part({"kind": "threshold", "direction": direction}, value, maximum="6", target="30")
    assert part.points == Decimal(points)


@pytest.mark.parametrize(("value", "points"), [("0", "0"), ("89.99", "0"), ("90", "2"), ("94.99", "2"), ("95", "4")])
def test_a_band_includes_its_lower_bound(value: str, points: str) -> None:
    assert one_part({"kind": "bands", "bands": BANDS}, value, maximum="4").points == Decimal(points)


@pytest.mark.parametrize(
    ("bounds", "sentence"),
    [
        (["0", "90", "90"], "các mức chồng nhau: sau mức 90 lại là mức 90"),
        (["0", "95", "90"], "các mức chồng nhau: sau mức 95 lại là mức 90"),
        (["50", "90"], "mức đầu tiên phải bắt đầu từ 0, đang là 50"),
    ],
)
def test_bands_that_do_not_rise_are_refused_in_a_sentence(bounds: list[str], sentence: str) -> None:
    bands = [{"at_least": bound, "points": "1"} for bound in bounds]
    with pytest.raises(ValidationError, match=sentence):
        one_part({"kind": "bands", "bands": bands}, "1")


@pytest.mark.parametrize(("value", "points"), [("0", "0"), ("2", "3"), ("4", "5"), ("9", "5")])
def test_items_count_up_to_the_maximum(value: str, points: str) -> None:
    assert one_part({"kind": "per_item", "each": "1.5"}, value, maximum="5").points == Decimal(points)


@pytest.mark.parametrize(
    ("points", "rounded"), [("7.12", "7.00"), ("7.125", "7.25"), ("7.37", "7.25"), ("7.375", "7.50")]
)
def test_points_are_rounded_half_up_to_the_step(points: str, rounded: str) -> None:
    assert to_step(Decimal(points), Decimal("0.25")) == Decimal(rounded)


def test_rounding_is_said_with_the_step_it_was_done_to() -> None:
    assert "Làm tròn đến 0,25: 3,25 điểm." in one_part({"kind": "proportional"}, "33", step="0.25").why
    made = sheet(
        group("1", line("1.1", "1", {"kind": "yes_no"})),
        extras=[line("T.1", "4", {"kind": "per_item", "each": "0.125"}, role="bonus")],
    )
    bonus = score(made, Facts(values={"T.1": Decimal(1)})).parts[1]
    assert bonus.points == Decimal("0.13")
    assert "Làm tròn đến 0,01: 0,13 điểm." in bonus.why


@pytest.mark.parametrize(
    ("amount", "said"),
    [("1234567.5", "1.234.567,5"), ("30.00", "30"), ("99.999", "99,999"), ("100", "100"), ("1E+3", "1.000")],
)
def test_amounts_are_written_as_in_vietnam_and_never_rounded(amount: str, said: str) -> None:
    assert say(Decimal(amount)) == said


@pytest.mark.parametrize(
    ("points", "said"), [("8", "8,00"), ("1234.5", "1.234,50"), ("4.375", "4,375"), ("4.37499", "4,3749")]
)
def test_points_are_written_with_two_places_and_more_before_rounding(points: str, said: str) -> None:
    assert say_points(Decimal(points)) == said


@pytest.mark.parametrize(
    ("value", "points"), [("12499999999", "9.9999999992"), ("8750000000", "7"), ("8749999999", "0")]
)
def test_a_hair_under_a_bound_is_under_it(value: str, points: str) -> None:
    part = one_part({"kind": "ratio_linear"}, value, target="12500000000", step="0.0000000001")
    assert part.points == Decimal(points)
    assert "đạt 100%" not in part.why
    assert part.ratio is not None
    assert part.ratio < 1


@pytest.mark.parametrize(
    ("maximum", "target", "value", "step", "points"),
    [("3", "3", "1.375", "0.25", "1.50"), ("3", "3", "1.3749999", "0.25", "1.25"), ("1", "3", "1.5", "1", "1")],
)
def test_a_half_step_is_rounded_up_and_only_once(maximum: str, target: str, value: str, step: str, points: str) -> None:
    part = one_part({"kind": "proportional"}, value, maximum=maximum, target=target, step=step)
    assert part.points == Decimal(points)


def test_sentences_do_not_round_upward_over_a_bound() -> None:
    why = one_part({"kind": "ratio_linear"}, "99.999").why
    assert "Thực hiện 99,999 trên chỉ tiêu 100 lượt, đạt 99,99%;" in why
    assert "thuộc mức từ 90:" in one_part({"kind": "bands", "bands": BANDS}, "94.999", maximum="4").why
    assert "Thực hiện 94,999 lượt" in one_part({"kind": "bands", "bands": BANDS}, "94.999", maximum="4").why
    assert "Thực hiện 30,001 trên" in one_part({"kind": "threshold", "direction": "down"}, "30.001", target="30").why


def test_a_measure_in_percent_stands_close_to_its_amount() -> None:
    rules: list[dict[str, Any]] = [
        {"kind": "ratio_linear"},
        {"kind": "proportional"},
        {"kind": "threshold"},
        {"kind": "bands", "bands": BANDS},
        {"kind": "per_item", "each": "1"},
    ]
    for rule in rules:
        made = sheet(group("1", line("1.1", "8", rule, target="30", measure="% thời gian")))
        why = score(made, Facts(values={"1.1": Decimal(30)})).parts[0].why
        assert "30% thời gian" in why
        assert " %" not in why
        assert "8,00" in why or rule["kind"] == "bands"


def test_a_criterion_without_any_target_leaves_the_maximum() -> None:
    made = sheet(
        group("1", line("1.1", "4", {"kind": "yes_no"})),
        *(
            group(code, line(f"{code}.1", "3", {"kind": kind}))
            for code, kind in (("2", "ratio_linear"), ("3", "proportional"), ("4", "threshold"))
        ),
    )
    scored = score(made, Facts(values={"1.1": Decimal(1), "2.1": Decimal(5), "3.1": Decimal(5)}))
    assert (scored.points, scored.maximum, scored.percent) == (Decimal(4), Decimal(4), Decimal(100))
    assert [part.assigned for part in scored.parts] == [True, False, False, False]
    assert scored.parts[1].why == "Chưa giao chỉ tiêu cho đơn vị, nên không tính vào điểm tối đa."
    own = {"2.1": Target(criterion="2.1", target=Decimal(5))}
    assert score(made, Facts(values={"2.1": Decimal(5)}, targets=own)).maximum == Decimal(7)


def test_bonus_counts_in_the_order_of_the_sheet_until_its_cap() -> None:
    values = {"1.1": Decimal(132), "T.1": Decimal(2), "T.2": Decimal(1)}
    scored = score(WHOLE, Facts(values=values))
    parts = {part.criterion: part for part in scored.parts}
    assert (scored.bonus, scored.bonus_earned) == (Decimal(5), Decimal("6.8"))
    assert [parts["1.1"].over, parts["T.1"].points, parts["T.2"].points] == [Decimal("0.8"), Decimal(4), Decimal("0.2")]
    assert parts["T.2"].why == (
        "Đã thực hiện, được 2,00 điểm; bảng điểm chỉ tính nhiều nhất 5 điểm thưởng, nên tính 0,20."
    )
    assert "bảng điểm" not in parts["T.1"].why
    capped = score(WHOLE.model_copy(update={"bonus_cap": Decimal("0.5")}), Facts(values=values)).parts[0]
    assert capped.why.endswith(
        "Vượt chỉ tiêu, thêm 0,80 điểm thưởng; bảng điểm chỉ tính nhiều nhất 0,5 điểm thưởng, nên tính 0,50."
    )


def test_penalties_take_no_more_than_there_is() -> None:
    scored = score(WHOLE, Facts(values={"5.1": Decimal(1), "P.2": Decimal(2)}, late=True))
    parts = {part.criterion: part for part in scored.parts}
    assert (scored.points, scored.penalty) == (Decimal(0), Decimal("1.5"))
    assert [parts["P.2"].points, parts["P.1"].points] == [Decimal("1.5"), Decimal(0)]
    assert parts["P.2"].why.endswith("10,00 điểm; không còn đủ điểm để trừ, nên trừ 1,50.")
    assert parts["P.1"].why.endswith("trừ 0,50 điểm; không còn đủ điểm để trừ, nên trừ 0,00.")


def test_a_late_report_costs_its_penalty_and_nobody_types_it() -> None:
    in_time, late = (score(WHOLE, Facts(values={"5.1": Decimal(1)}, late=each)) for each in (False, True))
    assert (in_time.penalty, late.penalty) == (Decimal(0), Decimal("0.5"))
    asked = {each.criterion: each for each in form_criteria(WHOLE)}
    assert asked["P.1"].value_kind is ValueKind.DERIVED
    assert not asked["T.1"].required
    assert asked["1.1"].required


def test_the_own_target_of_a_unit_goes_before_the_common_one() -> None:
    given = {"3.1": Target(criterion="3.1", target=Decimal(20))}
    values = {"3.1": Decimal(25)}
    assert score(WHOLE, Facts(values=values)).points == 0
    assert score(WHOLE, Facts(values=values, targets=given)).points == 6


def test_a_criterion_that_is_not_assigned_leaves_the_maximum() -> None:
    values = {"5.1": Decimal(1), "1.1": Decimal(120)}
    whole = score(WHOLE, Facts(values=values))
    less = score(WHOLE, Facts(values=values, targets={"1.1": Target(criterion="1.1", assigned=False)}))
    assert (whole.maximum, less.maximum) == (Decimal(34), Decimal(26))
    assert (whole.points, less.points) == (Decimal("9.5"), Decimal("1.5"))
    assert less.percent == Decimal("5.7692")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"total": "11"}, "các nhóm cộng lại 10 điểm, bảng ghi 11"),
        ({"extras": [line("1.1", "1", {"kind": "yes_no"}, role="bonus")]}, "mục 1.1 xuất hiện 2 lần"),
        ({"extras": [line("T.1", "1", {"kind": "yes_no"})]}, "mục T.1: ngoài các nhóm chỉ có điểm thưởng"),
        ({"extras": [{**LATE, "role": "bonus"}]}, "mục P.1: nộp muộn chỉ có thể là điểm trừ"),
    ],
)
def test_a_sheet_that_does_not_add_up_is_refused_in_a_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        sheet(group("1", line("1.1", "10", {"kind": "yes_no"})), **change)


def test_a_value_below_zero_is_no_fact() -> None:
    with pytest.raises(ValidationError):
        Facts(values={"2.2": Decimal(-1)})


@given(facts)
def test_points_stay_between_zero_and_the_maximum(given_facts: Facts) -> None:
    scored = score(WHOLE, given_facts)
    for part in scored.parts:
        assert 0 <= part.points <= part.maximum
        assert part.over >= 0
        assert part.why
    assert 0 <= scored.points <= scored.maximum + WHOLE.bonus_cap
    assert 0 <= scored.bonus <= WHOLE.bonus_cap


@given(facts)
def test_what_is_shown_adds_up(given_facts: Facts) -> None:
    scored = score(WHOLE, given_facts)
    content = [part for part in scored.parts if part.role is Role.CONTENT]
    extra = [part.points for part in scored.parts if part.role is Role.BONUS]
    assert scored.points == scored.content + scored.bonus - scored.penalty
    assert scored.content == sum(each.points for each in scored.groups) == sum(part.points for part in content)
    assert scored.maximum == sum(part.maximum for part in content if part.assigned)
    over = [part.over for part in content]
    penalties = [part.points for part in scored.parts if part.role is Role.PENALTY]
    assert scored.bonus == sum(extra) + sum(over) <= scored.bonus_earned
    assert scored.penalty == sum(penalties)
    assert scored.points == sum(part.points for part in content) + sum(over) + sum(extra) - sum(penalties)
    assert all(part.points % WHOLE.step == 0 or part.points == part.maximum for part in content)


@given(amounts, amounts)
def test_more_is_never_worth_less(first: Decimal, second: Decimal) -> None:
    low, high = sorted((first, second))
    for code in ("1.1", "2.1", "2.2", "3.1", "3.2"):
        assert score(WHOLE, Facts(values={code: low})).points <= score(WHOLE, Facts(values={code: high})).points


@given(facts)
def test_points_in_sentences_have_two_places(given_facts: Facts) -> None:
    for part in score(WHOLE, given_facts).parts:
        assert not re.search(r"(?<![\d,.])[\d.]+(,\d)? điểm(?! thưởng, nên)", part.why)


def standing(*, percent: int, content: int = 0, tie: int = 0, penalty: int = 0, disqualified: bool = False) -> Score:
    """Make a score with only what places look at."""
    zero = Decimal(0)
    return Score(
        points=Decimal(percent),
        maximum=Decimal(100),
        percent=Decimal(percent),
        content=Decimal(content),
        bonus=zero,
        bonus_earned=zero,
        penalty=Decimal(penalty),
        tie_points=Decimal(tie),
        groups=(),
        parts=(),
        disqualified=("không đăng ký thi đua",) if disqualified else (),
    )


def places(*scores: Score) -> list[tuple[int, int | None, str | None]]:
    """Rank scores numbered from 1; give (number, rank, decided by)."""
    ranked = rank({UUID(int=number): each for number, each in enumerate(scores, start=1)})
    return [(each.unit_id.int, each.rank, each.decided_by) for each in ranked]


def test_equal_units_share_a_place_and_the_next_is_skipped() -> None:
    found = places(standing(percent=80), standing(percent=90), standing(percent=90))
    assert found == [(2, 1, "shared"), (3, 1, "shared"), (1, 3, None)]


@pytest.mark.parametrize(
    ("better", "worse", "rule"),
    [
        (standing(percent=90, content=88), standing(percent=90, content=87), "content_points"),
        (standing(percent=90, tie=15), standing(percent=90, tie=14), "emulation_points"),
        (standing(percent=90, penalty=0), standing(percent=90, penalty=1), "fewer_penalties"),
        (standing(percent=91), standing(percent=90), None),
    ],
)
def test_a_place_names_the_rule_that_decided_it(better: Score, worse: Score, rule: str | None) -> None:
    assert places(worse, better) == [(2, 1, rule), (1, 2, rule)]


def test_a_disqualified_unit_stands_last_without_a_place() -> None:
    found = places(standing(percent=99, disqualified=True), standing(percent=50))
    assert found == [(2, 1, None), (1, None, None)]


def test_equals_are_told_apart_by_their_share_of_what_applies_to_them() -> None:
    made = sheet(
        group("1", line("1.1", "10", {"kind": "yes_no"}), line("1.2", "10", {"kind": "proportional"}, target="10")),
        group("2", line("2.1", "10", {"kind": "proportional"}, target="10"), decides_ties=True),
        extras=[line("T.1", "9", {"kind": "per_item", "each": "1"}, role="bonus")],
    )
    full = score(made, Facts(values={"1.1": Decimal(1), "1.2": Decimal(10), "2.1": Decimal(4), "T.1": Decimal(6)}))
    gone = {"1.1": Target(criterion="1.1", assigned=False)}
    less = score(made, Facts(values={"1.2": Decimal(10), "2.1": Decimal(10)}, targets=gone))
    assert full.percent == less.percent == 100
    assert full.content > less.content
    assert places(full, less) == [(2, 1, "content_points"), (1, 2, "content_points")]


def test_the_emulation_group_counts_by_its_share_too() -> None:
    made = sheet(
        group("1", line("1.1", "10", {"kind": "proportional"}, target="10")),
        group(
            "2",
            line("2.1", "5", {"kind": "proportional"}, target="5"),
            line("2.2", "5", {"kind": "yes_no"}),
            decides_ties=True,
        ),
    )
    full = score(made, Facts(values={"1.1": Decimal(6), "2.1": Decimal(1), "2.2": Decimal(1)}))
    gone = {"2.2": Target(criterion="2.2", assigned=False)}
    less = score(made, Facts(values={"1.1": Decimal(4), "2.1": Decimal(5)}, targets=gone))
    assert (full.percent, full.tie_points, full.tie_maximum) == (Decimal(60), Decimal(6), Decimal(10))
    assert (less.percent, less.tie_points, less.tie_maximum) == (Decimal(60), Decimal(5), Decimal(5))
    assert places(full, less) == [(2, 1, "emulation_points"), (1, 2, "emulation_points")]


class Watched(UUID):
    """An id that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Watched.compared += 1
        return super().__eq__(other)

    __hash__ = UUID.__hash__


def test_a_block_of_three_thousand_is_ranked_without_searching_it_for_each_unit() -> None:
    many = {Watched(int=number): standing(percent=number % 7, content=number % 11) for number in range(3_000)}
    Watched.compared = 0
    assert len(rank(many)) == len(many)
    assert Watched.compared < 50 * len(many)


few = st.integers(0, 2)
scores = st.builds(standing, percent=few, content=few, tie=few, penalty=few, disqualified=st.booleans())


@given(st.dictionaries(st.uuids(), scores, max_size=8), st.randoms())
def test_places_do_not_depend_on_the_order_of_the_input(given_scores: dict[UUID, Score], random: Any) -> None:
    shuffled = list(given_scores.items())
    random.shuffle(shuffled)
    assert rank(dict(shuffled)) == rank(given_scores)


@given(st.dictionaries(st.uuids(), scores, max_size=8))
def test_a_place_is_one_more_than_the_units_ahead(given_scores: dict[UUID, Score]) -> None:
    ranks = [each.rank for each in rank(given_scores) if each.rank is not None]
    assert ranks == [1 + sum(other < mine for other in ranks) for mine in ranks]
    assert len(ranks) == sum(not each.disqualified for each in given_scores.values())


OWN = sheet(
    group(
        "1", line("1.1", "2", {"kind": "per_item", "each": "1"}), line("1.2", "2", {"kind": "per_item", "each": "1"})
    ),
    extras=[line("T.1", "2", {"kind": "per_item", "each": "1"}, role="bonus")],
    bonus_cap="2",
    tie_breaks=[
        {"code": "more", "name": "Nhiều hơn", "criteria": ["1.2", "T.1"]},
        {"code": "first", "name": "Mục đầu", "criteria": ["1.1"]},
    ],
)
reported = st.dictionaries(st.sampled_from(["1.1", "1.2", "T.1"]), few.map(Decimal))


@given(st.lists(st.tuples(reported, few), max_size=6))
def test_a_sheets_own_chain_is_asked_in_its_order_and_the_vote_last(
    units: list[tuple[dict[str, Decimal], int]],
) -> None:
    ids = {UUID(int=number): each for number, each in enumerate(units, start=1)}
    given_facts = {unit: Facts(values=values) for unit, (values, _) in ids.items()}
    votes = {unit: cast for unit, (_, cast) in ids.items()}
    ranked = rank({unit: score(OWN, each) for unit, each in given_facts.items()}, [votes])

    def key(unit: UUID) -> tuple[Decimal, ...]:
        first, second, third = (given_facts[unit].values.get(code, Decimal(0)) for code in ("1.1", "1.2", "T.1"))
        return first + second + third, second + third, first, Decimal(votes[unit])

    for each in ranked:
        others = [key(unit) for unit in ids if unit != each.unit_id]
        mine = key(each.unit_id)
        assert each.rank == 1 + sum(other > mine for other in others)
        furthest = max((next((n for n in range(4) if other[n] != mine[n]), 4) for other in others), default=0)
        assert each.decided_by == (None, "more", "first", "block_vote", "shared")[furthest]


def test_a_vote_counts_only_where_all_took_part_that_are_still_equal_and_the_newest_of_those() -> None:
    first, second, third = (UUID(int=number) for number in (1, 2, 3))
    alike = {unit: standing(percent=2) for unit in (first, second)}
    more = {**alike, third: standing(percent=2)}
    votes = [{first: 3, second: 5}, {first: 4, second: 1}]
    assert places_of(rank(alike, votes)) == [(1, 1, "block_vote"), (2, 2, "block_vote")]
    assert places_of(rank(alike, votes[:1])) == [(2, 1, "block_vote"), (1, 2, "block_vote")]
    assert places_of(rank(more, votes)) == [(1, 1, "shared"), (2, 1, "shared"), (3, 1, "shared")]
    assert places_of(rank(alike, [{first: 1, second: 2, third: 9}])) == [(2, 1, "block_vote"), (1, 2, "block_vote")]
    assert places_of(rank(alike, [{first: 2, second: 2}])) == [(1, 1, "shared"), (2, 1, "shared")]
    ahead = {**more, third: standing(percent=2, penalty=1)}
    assert equals(ahead) == [[first, second]]
    assert places_of(rank(ahead, votes))[2] == (3, 3, "fewer_penalties")


def places_of(ranked: list[Any]) -> list[tuple[int, int | None, str | None]]:
    return [(each.unit_id.int, each.rank, each.decided_by) for each in ranked]


def test_while_some_stand_on_an_older_version_only_what_all_were_asked_for_is_compared() -> None:
    first, second = UUID(int=1), UUID(int=2)
    new = OWN.model_copy(update={"tie_breaks": OWN.tie_breaks[1:]})
    facts = Facts(values={"1.1": Decimal(1), "1.2": Decimal(1)})
    more = Facts(values={"1.1": Decimal(0), "1.2": Decimal(2)})
    assert places_of(rank({first: score(OWN, facts), second: score(OWN, more)}))[0] == (2, 1, "more")
    assert places_of(rank({first: score(new, facts), second: score(OWN, more)}))[0] == (1, 1, "first")
    without = OWN.model_copy(update={"tie_breaks": ()})
    assert places_of(rank({first: score(without, facts), second: score(OWN, more)}))[0] == (1, 1, "shared")
