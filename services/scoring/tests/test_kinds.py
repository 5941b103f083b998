"""Does every kind of rule give the points it promises, and does a sheet that cannot be used say everything at once?"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.registry import Target
from contracts.scoring import ValueKind
from scoring.rules import Block, Facts, Part, Remembered, Role, Score, Sheet, form_criteria, lead, score

YES = {"kind": "yes_no"}
TASKS = {
    "kind": "checklist",
    "items": [{"code": "1", "name": "Kế hoạch", "points": "2"}, {"code": "2", "name": "Sơ kết", "points": "3"}],
}
RANKS = {
    "kind": "rank_points",
    "points": ["60", "45", "30", "15", "0"],
    "bodies": [{"code": "1", "name": "Cục A"}, {"code": "2", "name": "Cục B"}, {"code": "3", "name": "Cục C"}],
}
FLAGS = {
    "kind": "awards",
    "items": [
        {"code": "1", "name": "Cờ thi đua Chính phủ", "points": "15"},
        {"code": "2", "name": "Cờ thi đua thành phố", "points": "10"},
    ],
}


def line(code: str, maximum: str, rule: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"code": code, "name": f"Mục {code}", "measure": "lượt", "maximum": maximum, "rule": rule, **more}


def condition(code: str, role: str = "condition") -> dict[str, Any]:
    return {"code": code, "name": f"điều kiện {code}", "measure": "có hoặc không", "role": role, "rule": YES}


def group(code: str, *criteria: dict[str, Any], groups: Sequence[dict[str, Any]] = (), **more: Any) -> dict[str, Any]:
    content = [each for each in criteria if each.get("role", "content") == "content"]
    total = sum(Decimal(each["maximum"]) for each in [*content, *groups])
    made = {"code": code, "name": f"Nhóm {code}", "maximum": str(total), "criteria": criteria, "groups": groups}
    return {**made, **more}


def sheet(*groups: dict[str, Any], extras: Sequence[dict[str, Any]] = (), **more: Any) -> Sheet:
    head = {"key": "thu", "name": "Bảng thử", "note": "Mẫu", "step": "0.01", "bonus_cap": "100"}
    total = sum(Decimal(each["maximum"]) for each in groups)
    return Sheet.model_validate({**head, "total": str(total), "groups": groups, "extras": extras, **more})


def facts(values: Mapping[str, Any], targets: Mapping[str, str | None] | None = None) -> Facts:
    """Take values by code; a target of None means that the line is not assigned."""
    return Facts(
        values={code: Decimal(value) for code, value in values.items()},
        targets={
            code: Target(criterion=code, target=target and Decimal(target), assigned=target is not None)
            for code, target in (targets or {}).items()
        },
    )


def one_part(rule: Mapping[str, Any], maximum: str, values: Mapping[str, Any], block: Block | None = None) -> Part:
    """Score a sheet of one line, 1, with a target of 10 where its kind knows one."""
    target = {"target": "10"} if rule["kind"] == "half_plus_leader" else {}
    return score(sheet(group("1", line("1", maximum, rule, **target))), facts(values), block).parts[0]


@pytest.mark.parametrize(
    ("value", "points", "why"),
    [
        ("8", "2", "Thực hiện 8 trên chỉ tiêu 10 lượt, đạt 80%; một nửa của 5,00 điểm theo tỷ lệ đạt: 2,00 điểm."),
        ("10", "2.5", "Thực hiện 10 trên chỉ tiêu 10 lượt, đạt 100%; một nửa của 5,00 điểm theo tỷ lệ đạt: 2,50 điểm."),
        (
            "20",
            "5",
            (
                "Thực hiện 20 trên chỉ tiêu 10 lượt, đạt 200%; vượt 100%, đơn vị dẫn đầu khối vượt 100%, "
                "được 2,50 + 2,50 = 5,00 điểm."
            ),
        ),
        (
            "15",
            "3.75",
            (
                "Thực hiện 15 trên chỉ tiêu 10 lượt, đạt 150%; vượt 50%, đơn vị dẫn đầu khối vượt 100%, "
                "được 2,50 + 1,25 = 3,75 điểm."
            ),
        ),
    ],
)
def test_half_plus_leader_gives_the_issued_example(value: str, points: str, why: str) -> None:
    part = one_part({"kind": "half_plus_leader"}, "5", {"1": value}, Block({"1": Fraction(1)}, closed=True))
    assert (part.points, part.why, part.provisional) == (Decimal(points), why, False)


def test_what_depends_on_the_leader_is_provisional_until_the_block_closes() -> None:
    rule = {"kind": "half_plus_leader"}
    alone = one_part(rule, "5", {"1": "15"})
    assert (alone.points, alone.provisional) == (Decimal("2.5"), True)
    assert alone.why.endswith("được một nửa là 2,50 điểm, phần vượt 50% tính khi có số liệu của cả khối.")
    opened = one_part(rule, "5", {"1": "15"}, Block({"1": Fraction(1)}))
    assert (opened.points, opened.provisional) == (Decimal("3.75"), True)
    assert opened.why.endswith("; còn tạm tính cho đến khi khối chốt số liệu.")
    assert not one_part(rule, "5", {"1": "10"}).provisional


def test_the_leader_is_found_among_those_who_had_the_target() -> None:
    made = sheet(
        group("1", line("1.1", "5", {"kind": "half_plus_leader"}, target="10", gate="K.1")), extras=[condition("K.1")]
    )
    units = [
        facts({"1.1": 15, "K.1": 1}),
        facts({"1.1": 20, "K.1": 1}),
        facts({"1.1": 90, "K.1": 1}, {"1.1": None}),
        facts({"1.1": 80}),
        facts({"K.1": 1}),
    ]
    block = lead(made, units, closed=True)
    assert block.leaders == {"1.1": Fraction(1)}
    assert [score(made, each, block).points for each in units] == [Decimal("3.75"), 5, 0, 0, 0]


def test_who_stands_before_a_shut_gate_of_any_group_around_the_line_leads_nobody() -> None:
    inner = group("1.1", line("1.1.1", "5", {"kind": "half_plus_leader"}, target="10"))
    made = sheet(group("1", groups=[inner], gate="K.1"), extras=[condition("K.1")])
    units = [facts({"1.1.1": 15, "K.1": 1}), facts({"1.1.1": 20, "K.1": 1}), facts({"1.1.1": 80})]
    block = lead(made, units, closed=True)
    assert block.leaders == {"1.1.1": Fraction(1)}
    assert [score(made, each, block).points for each in units] == [Decimal("3.75"), 5, 0]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6))
def test_in_a_block_the_leader_gets_the_maximum_and_the_order_of_results_is_kept(results: list[int]) -> None:
    made = sheet(group("1", line("1", "5", {"kind": "half_plus_leader"}, target="10")))
    units = [facts({"1": each}) for each in results]
    block = lead(made, units, closed=True)
    points = [score(made, each, block).points for each in units]
    assert sorted(zip(results, points, strict=True)) == list(zip(sorted(results), sorted(points), strict=True))
    for result, got in zip(results, points, strict=True):
        assert (got <= Decimal("2.5")) == (result <= 10)
        assert (got == 5) == (result == max(results) > 10)


@pytest.mark.parametrize(("value", "points"), [("0", "0"), ("37", "14.8"), ("50", "20"), ("60", "20")])
def test_a_sample_counts_each_who_confirms_alike(value: str, points: str) -> None:
    part = one_part({"kind": "sample_mean", "size": 50, "each": "0.4"}, "20", {"1": value})
    assert part.points == Decimal(points)
    assert " trên 50 mẫu đạt, mỗi mẫu 0,40 điểm: " in part.why


def test_a_unit_with_fewer_people_has_a_smaller_sample() -> None:
    made = sheet(group("1", line("1.1", "20", {"kind": "sample_mean", "size": 50, "each": "0.4"})))
    part = score(made, facts({"1.1": 9}, {"1.1": "12"})).parts[0]
    assert (part.points, part.why) == (15, "9 trên 12 mẫu đạt, mỗi mẫu 1,6666 điểm: 15,00 điểm.")


@pytest.mark.parametrize(
    ("places", "points", "why"),
    [
        ({"1.1": 1}, "60", "Cục A xếp hạng 1 (60,00): 60,00 điểm."),
        ({"1.1": 1, "1.2": 4}, "37.5", "Cục A xếp hạng 1 (60,00), Cục B xếp hạng 4 (15,00): trung bình 37,50 điểm."),
        ({"1.1": 5, "1.2": 9}, "0", "Cục A xếp hạng 5 (0,00), Cục B xếp hạng 9 (0,00): trung bình 0,00 điểm."),
        ({"1.1": 0}, "0", "Chưa có nơi nào xếp hạng, nên được 0,00 điểm."),
        ({}, "0", "Chưa có số liệu, nên được 0,00 điểm."),
    ],
)
def test_places_given_by_several_bodies_are_averaged(places: dict[str, int], points: str, why: str) -> None:
    part = one_part(RANKS, "60", places)
    assert (part.points, part.why) == (Decimal(points), why)


@pytest.mark.parametrize(
    ("done", "points", "why"),
    [
        ({"1.1": 1, "1.2": 1}, "5", "Đã làm 2/2 việc (Kế hoạch 2,00, Sơ kết 3,00): được 5,00 điểm."),
        ({"1.1": 0, "1.2": 1}, "3", "Đã làm 1/2 việc (Sơ kết 3,00): được 3,00 điểm."),
        ({"1.1": 0}, "0", "Đã làm 0/2 việc: được 0,00 điểm."),
    ],
)
def test_a_checklist_names_what_was_done(done: dict[str, int], points: str, why: str) -> None:
    part = one_part(TASKS, "5", done)
    assert (part.points, part.why) == (Decimal(points), why)


@pytest.mark.parametrize(
    ("rule", "value", "points", "why"),
    [
        ({"kind": "direct"}, "3.25", "3.25", "Chấm trực tiếp 3,25 trên 4 điểm, được 3,25 điểm."),
        ({"kind": "direct"}, "9", "4", "Chấm trực tiếp 4 trên 4 điểm, được 4,00 điểm."),
        (
            {"kind": "direct", "out_of": "10"},
            "8",
            "3.2",
            "Chấm trực tiếp 8 trên 10 điểm, tính theo 4,00 điểm: được 3,20 điểm.",
        ),
    ],
)
def test_an_appraiser_marks_up_to_the_maximum(rule: dict[str, str], value: str, points: str, why: str) -> None:
    part = one_part(rule, "4", {"1": value})
    assert (part.points, part.why) == (Decimal(points), why)


@pytest.mark.parametrize(
    ("more", "won", "points", "why"),
    [
        ({}, {"T.1.1": 1, "T.1.2": 3}, "15", "Cờ thi đua Chính phủ, chỉ tính mức cao nhất: được 15,00 điểm."),
        ({}, {"T.1.2": 1}, "10", "Cờ thi đua thành phố, chỉ tính mức cao nhất: được 10,00 điểm."),
        ({}, {"T.1.1": 0}, "0", "Không phát sinh."),
        (
            {"highest_only": False},
            {"T.1.1": 1, "T.1.2": 1},
            "20",
            (
                "1 Cờ thi đua Chính phủ (15,00 mỗi lần), 1 Cờ thi đua thành phố (10,00 mỗi lần), nhiều nhất 20,00: "
                "được 20,00 điểm."
            ),
        ),
    ],
)
def test_flags_of_other_bodies_are_bonus(more: dict[str, Any], won: dict[str, int], points: str, why: str) -> None:
    made = sheet(group("1", line("1.1", "100", YES)), extras=[line("T.1", "20", {**FLAGS, **more}, role="bonus")])
    scored = score(made, facts(won))
    assert (scored.bonus, scored.parts[1].why) == (Decimal(points), why)


GATED = sheet(
    group("1", line("1.1", "20", YES, gate="K.1"), line("1.2", "10", YES)),
    group("2", line("2.1", "30", YES), groups=[group("2.1", line("2.1.1", "40", YES))], gate="K.2"),
    extras=[condition("K.1"), condition("K.2"), line("P.1", "5", YES, role="penalty")],
)
ALL_DONE = {"1.1": 1, "1.2": 1, "2.1": 1, "2.1.1": 1}


@pytest.mark.parametrize(("met", "points"), [((), "10"), (("K.1",), "30"), (("K.2",), "80"), (("K.1", "K.2"), "100")])
def test_behind_a_shut_gate_there_are_no_points_and_the_maximum_stays(met: Sequence[str], points: str) -> None:
    scored = score(GATED, facts({**ALL_DONE, **dict.fromkeys(met, 1)}))
    assert (scored.points, scored.maximum) == (Decimal(points), 100)


def test_a_shut_gate_says_which_and_one_that_is_not_the_units_own_is_open() -> None:
    parts = {part.criterion: part for part in score(GATED, facts({**ALL_DONE, "P.1": 1, "K.1": 0})).parts}
    assert parts["1.1"].why == "Chưa đạt điều kiện K.1 (điều kiện K.1), nên được 0,00 điểm."
    assert parts["2.1.1"].why == "Chưa đạt điều kiện K.2 (điều kiện K.2), nên được 0,00 điểm."
    assert (parts["P.1"].points, parts["K.1"].points, parts["K.1"].maximum) == (5, 0, 0)
    assert score(GATED, facts(ALL_DONE, {"K.1": None, "K.2": None})).points == 100


def test_a_disqualified_unit_keeps_its_points() -> None:
    made = sheet(group("1", line("1.1", "10", YES)), extras=[condition("L.1", "disqualifier")])
    clean, out = score(made, facts({"1.1": 1})), score(made, facts({"1.1": 1, "L.1": 1}))
    assert (clean.points, clean.disqualified) == (10, ())
    assert (out.points, out.percent, out.disqualified) == (10, 100, ("điều kiện L.1",))
    assert out.parts[1].why == "Có, nên đơn vị không được xếp hạng."


CAPPED = sheet(
    group(
        "1",
        line("1.1", "5", {"kind": "direct"}),
        line("1.2", "3", YES, role="bonus"),
        line("1.3", "3", YES, role="penalty"),
    )
)


@pytest.mark.parametrize(
    ("values", "points", "whys"),
    [
        ({"1.1": 4, "1.2": 1}, "5", {"1.2": "Đã thực hiện, được 3,00 điểm; nhóm 1 nhiều nhất 5 điểm, nên tính 1,00."}),
        ({"1.1": 4, "1.2": 1, "1.3": 1}, "2", {"1.3": "Có phát sinh, trừ 3,00 điểm."}),
        ({"1.1": 1, "1.3": 1}, "0", {"1.3": "Có phát sinh, trừ 3,00 điểm; không còn đủ điểm để trừ, nên trừ 1,00."}),
        ({"1.1": 1, "1.2": 1}, "4", {"1.2": "Đã thực hiện, được 3,00 điểm."}),
    ],
)
def test_bonus_and_penalty_of_a_group_stay_within_it(values: dict[str, int], points: str, whys: dict[str, str]) -> None:
    scored = score(CAPPED, facts(values))
    assert (scored.points, scored.groups[0].points, scored.bonus, scored.penalty) == (Decimal(points),) * 2 + (0, 0)
    parts = {part.criterion: part.why for part in scored.parts}
    assert {code: parts[code] for code in whys} == whys


@pytest.mark.parametrize(
    ("rule", "value", "why"),
    [
        (YES, "1", "Có phát sinh, trừ 5,00 điểm."),
        (YES, "0", "Không phát sinh."),
        ({"kind": "threshold"}, "10", "Thực hiện 10 trên chỉ tiêu 10 lượt; từ 10 trở lên mới trừ điểm: trừ 5,00 điểm."),
        (
            {"kind": "threshold"},
            "9",
            "Thực hiện 9 trên chỉ tiêu 10 lượt; từ 10 trở lên mới trừ điểm: chưa đến mức đó nên không trừ.",
        ),
        (
            {"kind": "ratio_linear"},
            "10",
            "Thực hiện 10 trên chỉ tiêu 10 lượt, đạt 100%; từ 100% trở lên trừ điểm tối đa 5,00.",
        ),
        (
            {"kind": "bands", "bands": [{"at_least": "0", "points": "1"}]},
            "3",
            "Có 3 lượt, thuộc mức từ 0: trừ 1,00 điểm.",
        ),
    ],
)
def test_of_a_penalty_it_is_said_that_it_happened_and_takes_off(rule: dict[str, Any], value: str, why: str) -> None:
    target = {"target": "10"} if rule["kind"] in ("threshold", "ratio_linear") else {}
    made = sheet(group("1", line("1", "5", YES)), extras=[line("P.1", "5", rule, role="penalty", **target)])
    told = score(made, facts({"1": 1, "P.1": value})).parts[-1]
    assert told.why == why


@pytest.mark.parametrize(
    ("done", "why"),
    [({"P.1.2": 1}, "Có phát sinh 1/2 việc (Sơ kết 3,00): trừ 3,00 điểm."), ({"P.1.1": 0}, "Không phát sinh.")],
)
def test_a_list_of_penalties_names_what_happened(done: dict[str, int], why: str) -> None:
    made = sheet(group("1", line("1", "5", YES)), extras=[line("P.1", "5", TASKS, role="penalty")])
    assert score(made, facts({"1": 1, **done})).parts[-1].why == why


def test_over_achievement_of_a_bonus_is_no_bonus_on_bonus() -> None:
    rule = {"kind": "ratio_linear", "over_rate": "0.02", "over_cap": "0.5"}
    made = sheet(
        group("1", line("1.1", "10", YES)), extras=[line("T.1", "4", rule, role="bonus", target="10")], bonus_cap="5"
    )
    scored = score(made, facts({"T.1": 20}))
    assert (scored.bonus, scored.parts[1].points, scored.parts[1].over) == (4, 4, 0)


def test_a_form_asks_for_each_item_and_for_no_more_than_there_can_be() -> None:
    made = sheet(
        group("1", line("1.1", "5", TASKS), line("1.2", "60", RANKS), line("1.3", "4", {"kind": "direct"})),
        group("2", line("2.1", "20", {"kind": "sample_mean", "size": 50, "each": "0.4"}, gate="K.1")),
        extras=[condition("K.1"), condition("L.1", "disqualifier"), line("T.1", "15", FLAGS, role="bonus")],
    )
    asked = [(each.criterion, each.value_kind, each.required, each.largest) for each in form_criteria(made)]
    yes_no, count = ValueKind.YES_NO, ValueKind.COUNT
    assert [each for each in asked if each[1] is not ValueKind.DERIVED] == [
        ("1.1.1", yes_no, True, None),
        ("1.1.2", yes_no, True, None),
        ("1.2.1", count, False, None),
        ("1.2.2", count, False, None),
        ("1.2.3", count, False, None),
        ("1.3", ValueKind.AMOUNT, True, 4),
        ("2.1", count, True, 50),
        ("K.1", yes_no, True, None),
        ("L.1", yes_no, False, None),
        ("T.1.1", count, False, None),
        ("T.1.2", count, False, None),
    ]
    assert [each[0] for each in asked if each[1] is ValueKind.DERIVED] == ["1.1", "1.2", "T.1"]
    assert {each.criterion: each.name for each in form_criteria(made)}["1.1.2"] == "Mục 1.1: Sơ kết"


BAND = {"kind": "bands", "bands": [{"at_least": "0", "points": "0"}, {"at_least": "90", "points": "2"}]}


def bands(*bounds: tuple[str, str | None]) -> dict[str, Any]:
    return {"kind": "bands", "bands": [{"at_least": low, "below": high, "points": "1"} for low, high in bounds]}


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (bands(("0", "90"), ("88", None)), "các mức chồng nhau từ 88 đến 90: kết thúc mức trước ở 88"),
        (bands(("0", "80"), ("88", None)), "các mức hở từ 80 đến 88: kết thúc mức trước ở 88"),
        (bands(("0", "80"), ("80", "100")), "trên 100 không có mức nào: bỏ cận trên của mức cuối"),
        ({**TASKS, "items": TASKS["items"][:1]}, "các việc cộng lại 2 điểm, mục ghi 10: sửa điểm các việc hoặc"),
        ({"kind": "sample_mean", "size": 50, "each": "0.3"}, "50 mẫu, mỗi mẫu 0,3 điểm là 15 điểm, mục ghi 10"),
        ({**RANKS, "points": ["10", "12"]}, "hạng 2 được nhiều điểm hơn hạng 1: xếp điểm giảm dần"),
        ({**RANKS, "points": ["9"]}, "hạng nhất được 9 điểm, mục ghi 10: ghi hai số như nhau"),
        (FLAGS, "khen thưởng của nơi khác chỉ có thể là điểm thưởng"),
        (FLAGS, "Cờ thi đua Chính phủ được 15 điểm, mục nhiều nhất 10: sửa một trong hai số"),
    ],
)
def test_a_rule_that_does_not_hold_together_says_what_would(rule: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        sheet(group("1", line("1.1", "10", rule)))
    assert f"mục 1.1: {sentence}" in str(refused.value)


def test_everything_that_is_wrong_with_a_sheet_is_said_at_once() -> None:
    inner = group("1.1", line("1.1.1", "4", YES), maximum="5")
    with pytest.raises(ValidationError) as refused:
        sheet(
            group("1", line("1.2", "3", bands(("0", "90"), ("88", None)), gate="K.9"), groups=[inner], maximum="9"),
            group("2", maximum="1"),
            group(
                "3",
                line("3.2", "0", YES),
                groups=[group("3.1", line("3.1.1", "2", YES), decides_ties=True)],
                decides_ties=True,
            ),
            extras=[
                condition("K.1"),
                {**condition("K.2"), "maximum": "3"},
                line("T.1", "0", YES, role="bonus"),
                line("P.1", "2", {"kind": "threshold"}, role="penalty", target="0", gate="K.1"),
                line("T.1", "2", YES, role="bonus"),
            ],
            total="15",
            tie_breaks=[
                {"code": "more", "name": "Nhiều hơn", "criteria": ["9.9"]},
                {"code": "more", "name": "Nhiều nữa", "criteria": ["T.1"]},
                {"code": "block_vote", "name": "Bỏ phiếu", "criteria": ["T.1"]},
                {"code": "percent", "name": "Tỷ lệ", "criteria": ["T.1"]},
            ],
        )
    (fault,) = refused.value.errors()
    assert fault["msg"].removeprefix("Value error, ").split("; ") == [
        "mục T.1 xuất hiện 2 lần: đổi mã để mỗi mục một mã",
        "nhóm 1: các mục cộng lại 8 điểm, nhóm ghi 9: sửa điểm của mục hoặc ghi nhóm 8",
        "nhóm 1.1: các mục cộng lại 4 điểm, nhóm ghi 5: sửa điểm của mục hoặc ghi nhóm 4",
        "nhóm 2 chưa có mục nào: thêm mục hoặc bỏ nhóm",
        "nhóm 3: nhóm này và một nhóm bên trong cùng quyết định khi bằng điểm, chỉ chọn một",
        "các nhóm cộng lại 12 điểm, bảng ghi 15: sửa điểm tối đa của nhóm hoặc của bảng",
        "mục 1.2: các mức chồng nhau từ 88 đến 90: kết thúc mức trước ở 88",
        "mục 1.2: không có điều kiện K.9, trong bảng có: K.1, K.2",
        "mục 3.2: điểm tối đa phải lớn hơn 0",
        "mục K.2: điều kiện không có điểm: bỏ điểm tối đa, hoặc chọn điểm thưởng hay điểm trừ",
        "mục T.1: điểm tối đa phải lớn hơn 0",
        "mục P.1: chỉ tiêu chung không thể bằng 0: ghi số lớn hơn 0, hoặc để trống và giao cho từng đơn vị",
        "mục P.1: chỉ mục tính điểm và điểm thưởng mới có điều kiện",
        "tiêu chí phụ more xuất hiện 2 lần: đổi mã để mỗi tiêu chí phụ một mã",
        "tiêu chí phụ “Nhiều hơn”: bảng không có mục 9.9",
        "tiêu chí phụ “Bỏ phiếu”: mã block_vote hệ thống dùng cho việc khác, đổi mã",
        "tiêu chí phụ “Tỷ lệ”: mã percent hệ thống dùng cho việc khác, đổi mã",
    ]


MANY = sheet(
    group(
        "1",
        line("1.1", "5", TASKS),
        line("1.2", "7", {"kind": "direct"}, gate="K.1"),
        line("1.3", "3", YES, role="bonus"),
        line("1.4", "4", {"kind": "per_item", "each": "1.5"}, role="penalty"),
        groups=[
            group("1.1", line("4.1", "20", {"kind": "half_plus_leader"}, target="10")),
            group("1.2", line("5.1", "60", RANKS), line("5.2", "2", YES, role="penalty"), gate="K.2"),
        ],
    ),
    group(
        "2",
        line("2.1", "20", {"kind": "sample_mean", "size": 50, "each": "0.4"}),
        line("2.2", "8", {"kind": "ratio_linear", "over_rate": "0.02", "over_cap": "0.1"}, target="120"),
        decides_ties=True,
    ),
    extras=[
        condition("K.1"),
        condition("K.2"),
        condition("L.1", "disqualifier"),
        line("T.1", "15", FLAGS, role="bonus"),
        line("P.1", "50", {"kind": "per_item", "each": "5"}, role="penalty"),
    ],
    bonus_cap="12",
    step="0.25",
)
ASKED = [each.criterion for each in form_criteria(MANY)]
some_facts = st.builds(
    Facts,
    values=st.dictionaries(st.sampled_from(ASKED), st.integers(0, 3).map(Decimal) | st.decimals(0, 200, places=2)),
    targets=st.dictionaries(
        st.sampled_from([criterion.code for _, criterion in MANY.criteria()]),
        st.builds(
            Target, criterion=st.just(""), target=st.none() | st.decimals(0, 90, places=1), assigned=st.booleans()
        ),
    ),
)
blocks = st.none() | st.builds(Block, st.dictionaries(st.just("4.1"), st.fractions(Fraction(1, 100), 5)), st.booleans())


def of_group(scored: Score, code: str, role: Role) -> Decimal:
    return sum((part.points for part in scored.parts if (part.group, part.role) == (code, role)), start=Decimal(0))


@given(some_facts, blocks)
def test_shown_parts_add_up_in_every_group_and_in_the_whole(known: Facts, block: Block | None) -> None:
    scored = score(MANY, known, block)
    for each in scored.groups:
        inner = sum((other.points for other in scored.groups if other.within == each.group), start=Decimal(0))
        own = [of_group(scored, each.group, role) for role in (Role.CONTENT, Role.BONUS, Role.PENALTY)]
        assert each.points == inner + own[0] + own[1] - own[2]
        assert 0 <= each.points <= each.maximum
    over = sum(part.over for part in scored.parts)
    assert scored.content == sum(each.points for each in scored.groups if not each.within)
    assert scored.bonus == of_group(scored, "", Role.BONUS) + over <= MANY.bonus_cap
    assert scored.penalty == of_group(scored, "", Role.PENALTY)
    assert scored.points == scored.content + scored.bonus - scored.penalty
    assert scored.points == sum(part.brings for part in scored.parts)
    assert scored.maximum == sum(each.maximum for each in scored.groups if not each.within)


@given(some_facts, blocks)
def test_points_stay_within_their_bounds(known: Facts, block: Block | None) -> None:
    scored = score(MANY, known, block)
    assert all(0 <= part.points <= part.maximum and part.over >= 0 and part.why.endswith(".") for part in scored.parts)
    assert 0 <= scored.points <= scored.maximum + MANY.bonus_cap
    if scored.maximum:
        assert 0 <= scored.percent <= 100 + MANY.bonus_cap * 100 / scored.maximum + Decimal("0.0001")
    assert scored.provisional == any(part.provisional for part in scored.parts)
    assert bool(scored.disqualified) == bool(known.values.get("L.1"))


@given(some_facts, some_facts, st.permutations(range(4)))
def test_neither_the_order_of_units_nor_what_was_remembered_of_others_changes_points(
    one: Facts, other: Facts, order: Sequence[int]
) -> None:
    crossed = [Facts(values=mine.values, targets=its.targets) for mine, its in ((one, other), (other, one))]
    units = [one, other, *crossed]
    block = lead(MANY, units, closed=True)
    assert lead(MANY, [units[place] for place in order], closed=True) == block
    remembered = Remembered(MANY)
    for place in order:
        assert score(MANY, units[place], block, remembered) == score(MANY, units[place], block)


@given(
    some_facts,
    st.sampled_from(["1.1.2", "1.2", "2.1", "2.2", "K.1", "K.2", "1.3", "T.1.1"]),
    st.decimals(0, 200, places=1),
)
def test_doing_more_never_costs_points(known: Facts, code: str, more: Decimal) -> None:
    values = dict(known.values)
    raised = {**values, code: values.get(code, Decimal(0)) + more}
    before, after = score(MANY, known), score(MANY, Facts(values=raised, targets=known.targets))
    assert after.content >= before.content
    assert after.points >= before.points
