"""Does what would come of another figure come of it, when it is reported, and is the same computed once more from what is kept?"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import city
import httpx2
import pytest
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from house import House
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Invalid
from contracts.registry import Target
from scoring.queries.trying import refuse
from scoring.rules import Facts, Sheet, Trial, score

BANDS = {
    "kind": "bands",
    "bands": [{"at_least": at, "points": points} for at, points in (("0", 4), ("3", 2), ("7.5", 0))],
}
RULES: Mapping[str, dict[str, Any]] = {
    "ratio_linear": {"kind": "ratio_linear", "over_rate": "0.01", "over_cap": "0.2"},
    "less": {"kind": "ratio_linear", "direction": "down"},
    "proportional": {"kind": "proportional"},
    "threshold": {"kind": "threshold"},
    "bands": BANDS,
    "per_item": {"kind": "per_item", "each": "0.3"},
    "direct": {"kind": "direct", "out_of": "10"},
    "sample_mean": {"kind": "sample_mean", "size": 8, "each": "0.5"},
    "yes_no": {"kind": "yes_no"},
}
COUNTED = ("per_item", "sample_mean", "yes_no")
LIMITED = {"direct": Decimal(10), "sample_mean": Decimal(8), "yes_no": Decimal(1)}


def sheet(rule: Mapping[str, Any], **more: Any) -> Sheet:
    """A line of 4 points, 1.1, beside one of 6 that is done."""
    own = {"code": "1.1", "name": "Cắt giảm thời gian", "measure": "%", "maximum": "4", "rule": rule, **more}
    other = {"code": "1.2", "name": "Kế hoạch", "measure": "việc", "maximum": "6", "rule": {"kind": "yes_no"}}
    group = {"code": "1", "name": "Cải cách", "maximum": "10", "criteria": [own, other]}
    head = {"key": "thu", "name": "Bảng thử", "note": "Mẫu", "total": "10", "step": "0.25", "bonus_cap": "1"}
    return Sheet.model_validate({**head, "groups": [group]})


def trial(kind: str, value: str | None, target: str = "30") -> Trial:
    made = sheet(RULES[kind])
    line = made.groups[0].criteria[0]
    targets = {"1.1": Target(criterion="1.1", target=Decimal(target), assigned=True)} if line.rule.needs_target else {}
    values = {"1.2": Decimal(1)} | ({} if value is None else {"1.1": Decimal(value)})
    return Trial(made, Facts(values=values, targets=targets), None, line)


def figures(tried: Sequence[Any]) -> list[tuple[str, str]]:
    return [(f"{each.value:f}", f"{each.points:.2f}") for each in tried]


def test_the_figures_worth_knowing_are_the_nearest_that_bring_more_the_most_and_nothing() -> None:
    tried = trial("less", "32")
    assert figures(tried.worth_knowing(tried.curve())) == [("30.96", "4.00"), ("32", "3.75"), ("42.86", "0.00")]
    tried = trial("bands", "5")
    assert figures(tried.worth_knowing(tried.curve())) == [("2.999", "4.00"), ("5", "2.00"), ("7.5", "0.00")]
    tried = trial("per_item", "4")
    assert figures(tried.worth_knowing(tried.curve())) == [("0", "0.00"), ("4", "1.25"), ("5", "1.50"), ("13", "4.00")]
    tried = trial("yes_no", None)
    assert figures(tried.worth_knowing(tried.curve())) == [("0", "0.00"), ("1", "4.00")]


@given(
    st.sampled_from([*RULES]),
    st.decimals(min_value=0, max_value=60, places=2),
    st.decimals(min_value=1, max_value=50, places=1),
)
def test_what_is_tried_is_what_would_be_scored(kind: str, value: Decimal, target: Decimal) -> None:
    if kind in COUNTED:
        value = Decimal(int(value))
    if kind in LIMITED:
        value = min(value, LIMITED[kind])
    tried = trial(kind, str(value), str(target))
    curve = tried.curve()
    assert all(before.value < after.value for before, after in pairwise(curve))
    assert tried.now in [each.value for each in curve] or kind == "yes_no"
    known = tried.worth_knowing(curve)
    for each in (*curve[:: max(1, len(curve) // 7)], *known):
        values = {**tried.facts.values, "1.1": each.value}
        made = score(tried.sheet, tried.facts.model_copy(update={"values": values}))
        part = made.parts[0]
        assert (each.points, each.total, each.percent) == (part.points + part.over, made.points, made.percent)
    # Nothing that is drawn brings more than the best of what is named, and what brings nothing is nearer nowhere else.
    now = tried.of(value)
    assert max(each.points for each in curve) == max(each.points for each in (now, *known))
    none = [abs(each.value - value) for each in known if not each.points]
    assert all(min(none) <= abs(each.value - value) for each in curve if not each.points)


def test_a_line_on_which_more_than_one_figure_decides_is_not_tried() -> None:
    tasks = [{"code": "1", "name": "Kế hoạch", "points": "4"}]
    for rule in ({"kind": "checklist", "items": tasks}, {"kind": "half_plus_leader"}):
        made = sheet(rule)
        assert not Trial(made, Facts(values={}), None, made.groups[0].criteria[0]).possible
    assert trial("ratio_linear", "5").possible
    made = sheet(RULES["ratio_linear"])
    assert not Trial(made, Facts(values={}), None, made.groups[0].criteria[0]).possible


@pytest_asyncio.fixture
async def reported(house: House) -> House:
    """The small city, three of whose units have reported 800, 900 and 950 of 1,000."""
    await house.open(["registry", "scoring"])
    await city.found(house)
    for unit, amount in ((TAN_PHONG, "800"), (QUYET_THANG, "900"), (SAN_THANG, "950")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    return house


def of(unit: Any = TAN_PHONG) -> str:
    return f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/scores/{unit}"


async def asked(client: httpx2.AsyncClient, path: str, status: int = 200) -> Any:
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_what_was_tried_comes_true_when_it_is_reported_also_the_place(reported: House) -> None:
    async with reported.client("scoring", ("unit_officer", TAN_PHONG)) as unit:
        tried = await asked(unit, f"{of()}/tried/1.1?value=925")
        tied = await asked(unit, f"{of()}/tried/1.1?value=900")
        (typed,) = [each for each in tried["tries"] if each["value"] == "925"]
        (equal,) = [each for each in tied["tries"] if each["value"] == "900"]
        assert (typed["rank"], typed["tied"], equal["rank"], equal["tied"]) == (2, False, 2, True)
        assert tried["tries"][0] | {"points": "0.00"} == tried["tries"][0], tried["tries"]
        assert (await submit(reported, TAN_PHONG, "925", version=1)).status_code == 201
        await reported.quiet()
        score = await asked(unit, of())
        place = await asked(unit, f"{of()}/place")
    assert (score["points"], score["percent"], place["now"]["rank"]) == (typed["total"], typed["percent"], 2)


async def test_only_who_may_see_the_reasons_may_try_and_what_cannot_be_is_refused_in_words(reported: House) -> None:
    async with reported.client("scoring", ("unit_officer", QUYET_THANG)) as stranger:
        await asked(stranger, f"{of()}/tried/1.1", 403)
        await asked(stranger, f"{of()}/recomputed", 403)
    async with reported.client("scoring", ("block_head", BLOCK)) as head:
        assert (await asked(head, f"{of()}/tried/2.1"))["value_kind"] == "yes_no"
        assert "9.9" in (await asked(head, f"{of()}/tried/9.9", 404))["detail"]
        for value in ("-1", "nhiều", "1e999999"):
            await asked(head, f"{of()}/tried/1.1?value={value}", 422)


async def test_the_same_comes_out_once_more_and_what_was_tampered_with_is_named(reported: House) -> None:
    async with reported.office("scoring") as office:
        again = await asked(office, f"{of()}/recomputed")
        assert (again["same"], again["differing"]) == (True, [])
        assert again["points"] == (await asked(office, of()))["points"]
        raised = """UPDATE scores SET score = jsonb_set(score, '{parts,0,points}', '"90.00"') WHERE unit_id = $1 RETURNING 1"""
        assert await reported.rows("scoring", raised, TAN_PHONG)
        again = await asked(office, f"{of()}/recomputed")
    assert (again["same"], again["differing"]) == (False, ["1.1"])


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [("per_item", "2.5", "số nguyên"), ("sample_mean", "9", "nhiều nhất 8"), ("direct", "10.01", "nhiều nhất 10")],
)
def test_what_could_not_be_reported_is_refused_with_what_could(kind: str, value: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        refuse(trial(kind, "1"), Decimal(value))
    (error,) = refused.value.errors
    assert (error.field, said in error.message, bool(error.remedy)) == ("value", True, True)


@pytest.mark.parametrize("kind", [*RULES])
def test_no_more_is_computed_than_a_page_can_wait_for(kind: str) -> None:
    assert len(trial(kind, "17").curve()) <= 70
