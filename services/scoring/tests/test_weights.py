"""Do points and maximum count as often as line and group weigh, does everything still add up, and does why say so?"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.registry import Target
from scoring.rules import Facts, Sheet, score, unpaid

YES: Final = {"kind": "yes_no"}
LINEAR: Final = {"kind": "ratio_linear", "floor": "0", "over_rate": "0.01", "over_cap": "0.1"}


def line(code: str, maximum: str, rule: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"code": code, "name": f"Mục {code}", "measure": "hộ", "maximum": maximum, "rule": rule, **more}


def sheet(*, of_line: str = "1", of_inner: str = "1", of_group: str = "1") -> Sheet:
    """Make a sheet of one group with one within it, each as heavy as is said."""
    inner = [line("1.1", "10", LINEAR, target="90", weight=of_line), line("1.2", "4", YES)]
    inner_total = Decimal(10) * Decimal(of_line) + 4
    group_total = 6 + inner_total * Decimal(of_inner)
    head = {"key": "thu", "name": "Bảng thử", "note": "Mẫu", "step": "0.25", "bonus_cap": "50"}
    return Sheet.model_validate(
        {
            **head,
            "total": group_total * Decimal(of_group) + 5,
            "groups": [
                {
                    "code": "A",
                    "name": "Nhóm A",
                    "maximum": group_total,
                    "weight": of_group,
                    "criteria": [
                        line("1.0", "6", {"kind": "per_item", "each": "1.5"}),
                        line("1.9", "3", {"kind": "per_item", "each": "1"}, role="penalty"),
                    ],
                    "groups": [
                        {
                            "code": "A.1",
                            "name": "Nhóm trong",
                            "maximum": inner_total,
                            "weight": of_inner,
                            "criteria": inner,
                        }
                    ],
                },
                {"code": "B", "name": "Nhóm B", "maximum": "5", "criteria": [line("2.1", "5", YES)]},
            ],
            "extras": [
                line("T.1", "2", YES, role="bonus", weight=of_line),
                line("P.1", "1", {"kind": "late"}, role="penalty", weight=of_line),
            ],
        }
    )


CODES: Final = ["1.0", "1.1", "1.2", "1.9", "2.1", "T.1"]
some_facts = st.builds(
    Facts,
    values=st.dictionaries(st.sampled_from(CODES), st.decimals(0, 120, places=2)),
    targets=st.dictionaries(
        st.sampled_from(CODES), st.builds(Target, criterion=st.just(""), target=st.none(), assigned=st.booleans())
    ),
    late=st.booleans(),
)
weights = st.sampled_from(["0.5", "1", "1.5", "2", "3"])


@given(some_facts, weights, weights, weights)
def test_what_is_shown_adds_up_whatever_weighs_how_much(known: Facts, line: str, inner: str, group: str) -> None:
    made = sheet(of_line=line, of_inner=inner, of_group=group)
    scored = score(made, known)
    parts = {part.criterion: part for part in scored.parts}
    whole = {each.group: each for each in scored.groups}
    assert whole["A.1"].points == parts["1.1"].points + parts["1.2"].points
    assert whole["A"].points == parts["1.0"].points + whole["A.1"].points - parts["1.9"].points
    assert scored.content == whole["A"].points + whole["B"].points
    assert scored.points == scored.content + scored.bonus - scored.penalty
    assert scored.maximum == whole["A"].maximum + whole["B"].maximum
    if all(target.assigned for target in known.targets.values()):
        assert scored.maximum == made.total
    assert all(0 <= part.points <= part.maximum for part in scored.parts)


@given(some_facts, st.sampled_from(["2", "3"]))
def test_a_sheet_that_is_heavier_all_over_ranks_the_same(known: Facts, weight: str) -> None:
    """Twice the points of twice the maximum: of whole amounts, where nothing is to be rounded."""
    whole = {code: value.to_integral_value() for code, value in known.values.items() if code != "1.1"}
    alone = Facts(values=whole, targets=known.targets)
    light, heavy = sheet(), sheet(of_group=weight)
    points = [score(each, alone).groups[0] for each in (light, heavy)]
    assert points[1].points == points[0].points * int(weight)
    assert points[1].maximum == points[0].maximum * int(weight)


def test_the_weight_of_line_and_groups_is_said_and_rounded_once() -> None:
    made = sheet(of_line="2", of_inner="1.5")
    part = next(each for each in score(made, Facts(values={"1.1": Decimal(62)})).parts if each.criterion == "1.1")
    # 10 × 62/90 × 3 = 20.6666…, to the nearest quarter 20.75: rounded before, it would be 6.75 × 3 = 20.25.
    assert (part.points, part.maximum, part.weight) == (Decimal("20.75"), 30, 3)
    assert part.why.endswith("Hệ số 3: 20,6666 điểm. Làm tròn đến 0,25: 20,75 điểm.")


def test_over_achievement_and_lateness_weigh_as_their_line_does() -> None:
    scored = score(sheet(of_line="2"), Facts(values={"1.1": Decimal(99), "2.1": Decimal(1)}, late=True))
    parts = {part.criterion: part for part in scored.parts}
    assert (parts["1.1"].points, parts["1.1"].over) == (20, 2)
    assert (parts["P.1"].points, scored.penalty) == (2, 2)
    assert parts["P.1"].why == "Báo cáo nhận sau hạn nộp, trừ 1,00 điểm. Hệ số 2: 2,00 điểm."


def test_a_sheet_without_weights_says_nothing_of_them() -> None:
    stored = score(sheet(), Facts(values={"1.1": Decimal(62)})).model_dump(mode="json")
    assert all("weight" not in part for part in stored["parts"])


def test_a_weight_under_which_points_cannot_be_shown_is_refused_in_words() -> None:
    with pytest.raises(ValidationError) as refused:
        sheet(of_line="0.25", of_inner="0.01")
    assert (
        "mục 1.1: 10 điểm nhân hệ số 0,0025 (kể cả hệ số của nhóm) ra 0,025 điểm, lẻ hơn 0,01: sửa hệ số hoặc điểm tối đa"
        in str(refused.value)
    )


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ({}, {}),
        ({"of_line": "0.5"}, {}),
        (
            {"of_line": "0.01"},
            {
                "1.1": "mục 1.1: 10 điểm nhân hệ số 0,01 (kể cả hệ số của nhóm) ra 0,1 điểm, không phải bội số của bước "
                "làm tròn 0,25: ghi điểm tối đa đã nhân hệ số là 0,25, hoặc đổi bước làm tròn của bảng"
            },
        ),
        ({"of_inner": "1.1"}, {"1.2": "mục 1.2: 4 điểm nhân hệ số 1,1"}),
    ],
)
def test_a_maximum_that_rounding_never_gives_is_named_as_often_as_it_counts(
    weights: dict[str, str], told: dict[str, str]
) -> None:
    found = {fault.code: (fault.field, fault.words) for fault in unpaid(sheet(**weights))}
    assert found.keys() == told.keys()
    for code, words in told.items():
        assert found[code][0] == "maximum"
        assert found[code][1].startswith(words)


def test_a_condition_has_no_weight() -> None:
    document = sheet().model_dump(mode="json")
    condition = {"code": "K.1", "name": "Có kế hoạch", "measure": "có", "role": "condition", "rule": YES, "weight": "2"}
    with pytest.raises(ValidationError, match=r"mục K\.1: điều kiện không có điểm nên không có hệ số"):
        Sheet.model_validate({**document, "extras": [condition]})
