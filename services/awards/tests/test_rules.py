"""Does a verdict follow from the record, and never refuse on what is not certain?"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from awards.rules import Assessment, Checked, Mark, Pack, Record, assess, pack_for
from contracts.awards import Finding, Verdict
from contracts.registry import TaskRating, UnitKind

CONDITIONS: dict[str, dict[str, Any]] = {
    "pledged": {"kind": "pledged"},
    "rating": {"kind": "rating_at_least", "rating": "good"},
    "over_half": {"kind": "members_share", "of": "advanced_workers", "more_than": 50},
    "seventy": {"kind": "members_share", "of": "advanced_workers", "at_least": 70},
    "all": {"kind": "members_share", "of": "completed_tasks", "at_least": 100},
    "fighter": {"kind": "members_at_least", "of": "grassroots_fighters", "count": 1},
    "discipline": {"kind": "none_disciplined"},
    "leader": {"kind": "block_rank", "rank": 1},
    "unity": {"kind": "confirmed"},
}
GOOD = Record(
    headcount=20,
    completed_tasks=20,
    advanced_workers=15,
    grassroots_fighters=2,
    disciplined=0,
    task_rating=TaskRating.EXCELLENT,
    year_recorded=True,
    pledged_on=date(2023, 2, 28),
    rank=1,
    ranked=7,
)


def condition(code: str, mark: str = "V") -> dict[str, Any]:
    return {"code": code, "text": "Điều kiện", "citation": "Điều 28", "mark": mark, **CONDITIONS[code]}


def title(code: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": code,
        "name": f"Danh hiệu {code}",
        "citation": "",
        "mark": "V",
        "kinds": ["ward"],
        "conditions": conditions,
    }


def pack(*titles: dict[str, Any], **more: Any) -> Pack:
    head = {"pack": "thu", "revision": 1, "name": "Bộ thử", "valid_from": "2017-10-01", "valid_to": "2023-12-31"}
    return Pack.model_validate({**head, "titles": titles, **more})


def only(made: Pack, record: Record) -> Assessment:
    return assess(made, UnitKind.WARD, record)[-1]


def checked(code: str, mark: str = "V", **figures: Any) -> Checked:
    """Check one condition on a good record with some figures changed."""
    return only(pack(title("A", condition(code, mark))), GOOD.model_copy(update=figures)).conditions[0]


@pytest.mark.parametrize(
    ("headcount", "advanced", "finding", "needed"),
    [
        (20, 10, Finding.MISSING, "11 người"),
        (20, 11, Finding.MET, "11 người"),
        (21, 10, Finding.MISSING, "11 người"),
        (21, 11, Finding.MET, "11 người"),
        (1, 1, Finding.MET, "1 người"),
    ],
)
def test_half_is_not_more_than_half(headcount: int, advanced: int, finding: Finding, needed: str) -> None:
    found = checked("over_half", headcount=headcount, advanced_workers=advanced)
    assert (found.finding, found.needed) == (finding, needed)


@pytest.mark.parametrize(
    ("headcount", "advanced", "finding", "gap"),
    [
        (20, 14, Finding.MET, None),
        (20, 13, Finding.MISSING, "cần thêm 1 người đạt Lao động tiên tiến"),
        (22, 15, Finding.MISSING, "cần thêm 1 người đạt Lao động tiên tiến"),
        (22, 16, Finding.MET, None),
        (10, 7, Finding.MET, None),
    ],
)
def test_seventy_percent_is_enough(headcount: int, advanced: int, finding: Finding, gap: str | None) -> None:
    found = checked("seventy", headcount=headcount, advanced_workers=advanced)
    assert (found.finding, found.gap) == (finding, gap)


@given(st.integers(1, 500), st.integers(0, 500))
def test_shares_are_compared_in_whole_numbers(headcount: int, count: int) -> None:
    over_half = checked("over_half", headcount=headcount, advanced_workers=count)
    seventy = checked("seventy", headcount=headcount, advanced_workers=count)
    assert (over_half.finding is Finding.MET) == (2 * count > headcount)
    assert (seventy.finding is Finding.MET) == (10 * count >= 7 * headcount)


@pytest.mark.parametrize(
    ("code", "figures", "finding"),
    [
        ("all", {"completed_tasks": 20}, Finding.MET),
        ("all", {"completed_tasks": 19}, Finding.MISSING),
        ("all", {"headcount": None}, Finding.UNKNOWN),
        ("fighter", {"grassroots_fighters": 1}, Finding.MET),
        ("fighter", {"grassroots_fighters": 0}, Finding.MISSING),
        ("discipline", {"disciplined": 1}, Finding.MISSING),
        ("rating", {"task_rating": TaskRating.GOOD}, Finding.MET),
        ("rating", {"task_rating": TaskRating.COMPLETED}, Finding.MISSING),
        ("rating", {"task_rating": None}, Finding.UNKNOWN),
        ("pledged", {}, Finding.MET),
        ("pledged", {"pledged_on": None}, Finding.UNKNOWN),
        ("pledged", {"pledged_on": None, "year_recorded": False}, Finding.UNKNOWN),
        ("leader", {"rank": 2}, Finding.MISSING),
        ("leader", {"rank": None}, Finding.UNKNOWN),
        ("unity", {}, Finding.UNKNOWN),
    ],
)
def test_a_condition_is_met_missed_or_not_known(code: str, figures: dict[str, Any], finding: Finding) -> None:
    found = checked(code, **figures)
    assert found.finding is finding
    assert found.gap or finding is Finding.MET


@pytest.mark.parametrize(
    ("points", "gap"),
    [
        ("90.25", "đang hạng 2/7, kém 3,75 điểm so với hạng 1"),
        ("94.00", "đang hạng 2/7"),
        ("95.00", "đang hạng 2/7"),
    ],
)
def test_the_gap_to_the_leader_is_said_in_points_only_where_points_decide(points: str, gap: str) -> None:
    found = checked("leader", rank=2, points=Decimal(points), leader_points=Decimal(94))
    assert (found.finding, found.gap) == (Finding.MISSING, gap)


@pytest.mark.parametrize(
    ("conditions", "verdict"),
    [
        ((condition("rating"), condition("seventy")), Verdict.ELIGIBLE),
        ((condition("rating"), condition("unity")), Verdict.NEEDS_CONFIRMATION),
        ((condition("unity"), condition("leader")), Verdict.NOT_ELIGIBLE),
        ((condition("rating"), condition("leader", "U")), Verdict.NEEDS_CONFIRMATION),
        ((condition("rating"), condition("leader", "D")), Verdict.NEEDS_CONFIRMATION),
        ((condition("rating"), {**condition("leader"), "applies": False}), Verdict.ELIGIBLE),
    ],
)
def test_only_a_certain_miss_refuses(conditions: tuple[dict[str, Any], ...], verdict: Verdict) -> None:
    second = GOOD.model_copy(update={"rank": 2})
    assert only(pack(title("A", *conditions)), second).verdict is verdict


records = st.builds(
    Record,
    headcount=st.none() | st.integers(0, 40),
    completed_tasks=st.none() | st.integers(0, 40),
    advanced_workers=st.none() | st.integers(0, 40),
    grassroots_fighters=st.none() | st.integers(0, 3),
    disciplined=st.none() | st.integers(0, 3),
    task_rating=st.none() | st.sampled_from(TaskRating),
    year_recorded=st.booleans(),
    pledged_on=st.none() | st.dates(),
    rank=st.none() | st.integers(1, 7),
    ranked=st.just(7),
)


@given(records)
def test_unsure_conditions_never_refuse_not_even_through_another_title(record: Record) -> None:
    unsure = pack(
        title("A", *(condition(code, "U") for code in CONDITIONS)),
        title("B", {**condition("unity"), "kind": "meets_title", "title": "A"}),
    )
    for found in assess(unsure, UnitKind.WARD, record):
        assert found.verdict is not Verdict.NOT_ELIGIBLE
        assert all(each.finding is not Finding.MISSING for each in found.conditions)


@given(records)
def test_a_title_whose_rules_are_unsure_is_always_left_to_people(record: Record) -> None:
    unsure = pack({**title("A", *(condition(code) for code in CONDITIONS)), "mark": "U"})
    assert only(unsure, record).verdict is Verdict.NEEDS_CONFIRMATION


@given(records, st.permutations(sorted(CONDITIONS)))
def test_the_order_of_conditions_changes_nothing(record: Record, order: list[str]) -> None:
    listed = only(pack(title("A", *map(condition, sorted(CONDITIONS)))), record)
    shuffled = only(pack(title("A", *map(condition, order))), record)
    assert shuffled.verdict is listed.verdict
    assert {each.condition: each for each in shuffled.conditions} == {
        each.condition: each for each in listed.conditions
    }


@given(records, st.sampled_from(sorted(CONDITIONS)), st.sampled_from(["V", "P", "R"]))
def test_a_certain_miss_always_refuses(record: Record, code: str, mark: str) -> None:
    found = only(pack(title("A", condition(code, mark))), record)
    assert (found.verdict is Verdict.NOT_ELIGIBLE) == (found.conditions[0].finding is Finding.MISSING)
    assert found.conditions[0].mark is Mark(mark)


@pytest.mark.parametrize(
    ("figures", "finding", "verdict"),
    [
        ({}, Finding.MET, Verdict.ELIGIBLE),
        ({"advanced_workers": 10}, Finding.MISSING, Verdict.NOT_ELIGIBLE),
        ({"advanced_workers": None}, Finding.UNKNOWN, Verdict.NEEDS_CONFIRMATION),
    ],
)
def test_a_title_that_needs_another_follows_its_verdict(
    figures: dict[str, Any], finding: Finding, verdict: Verdict
) -> None:
    chained = pack(
        title("TTLDTT", condition("over_half")),
        title("TTLDXS", {**condition("unity"), "kind": "meets_title", "title": "TTLDTT"}),
    )
    found = only(chained, GOOD.model_copy(update=figures))
    assert (found.conditions[0].finding, found.verdict) == (finding, verdict)


def test_titles_are_for_their_kinds_of_unit() -> None:
    assert assess(pack(title("A", condition("rating"))), UnitKind.SCHOOL, GOOD) == ()


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2017, 9, 30), None),
        (date(2017, 10, 1), ("tdkt_2017", 2)),
        (date(2023, 12, 31), ("tdkt_2017", 2)),
        (date(2024, 1, 1), ("tdkt_2024", 1)),
    ],
)
def test_the_date_of_the_decision_chooses_the_pack(on: date, found: tuple[str, int] | None) -> None:
    packs = [
        pack(pack="tdkt_2017", revision=2),
        pack(pack="tdkt_2017"),
        pack(pack="tdkt_2024", valid_from="2024-01-01", valid_to=None),
    ]
    chosen = pack_for(packs, on)
    assert (chosen and (chosen.pack, chosen.revision)) == found


def test_after_the_last_pack_there_is_none() -> None:
    assert pack_for([pack()], date(2024, 1, 1)) is None


@pytest.mark.parametrize(
    ("titles", "sentence"),
    [
        ([title("A", condition("unity"))] * 2, "có danh hiệu ghi hai lần"),
        (
            [title("B", {**condition("unity"), "kind": "meets_title", "title": "A"}), title("A", condition("unity"))],
            "B: danh hiệu A phải đứng trước",
        ),
        ([title("A", {**condition("seventy"), "more_than": 50})], "ghi đúng một trong hai mức"),
    ],
)
def test_a_pack_that_cannot_be_read_is_refused_in_a_sentence(titles: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        pack(*titles)
