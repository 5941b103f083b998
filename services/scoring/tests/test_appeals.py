"""Does an appeal take only the steps that it can, by whom it may, and does one that is upheld mend the score?"""

import asyncio
import json
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SHEET_DOCUMENT, TAN_PHONG
from house import CITY, House, event_of, ident
from hypothesis import given
from hypothesis import strategies as st

from chassis.db import Read
from chassis.errors import Conflict, Forbidden, Invalid, NotFound
from chassis.testing import eventually
from contracts.appeals import AppealChanged, AppealState
from contracts.appraisal import Column
from contracts.envelope import Event
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    CampaignPeriod,
    ReportedValue,
    ReportSubmitted,
    Target,
    TargetsAssigned,
)
from scoring import actions, queries, rules
from scoring.actions.appeals import Actor, Said
from scoring.actions.verdicts import Reviewer
from scoring.rules import Look, Sheet
from scoring.rules import appeals as way
from scoring.rules.appeals import Act, Side
from scoring.tables import RANK

SHEET = ident("appealed-sheet")
LATE = {
    "code": "P.1",
    "name": "Nộp muộn",
    "measure": "lần",
    "maximum": "1",
    "role": "penalty",
    "rule": {"kind": "late"},
}
TASKS = {
    "code": "T.1",
    "name": "Việc thêm",
    "measure": "việc",
    "maximum": "1",
    "role": "bonus",
    "rule": {"kind": "checklist", "items": [{"code": "1", "name": "Việc", "points": "1"}]},
}
UNIT = Actor("Cán bộ đầu mối", {Side.UNIT}, [TAN_PHONG])
OFFICE = Actor("Cán bộ 01, Phòng Nội vụ", {Side.OFFICE}, [])
WHY = Said("Biên bản đối chiếu ngày 05/12 ghi 900 triệu đồng", Decimal(900))


@given(st.lists(st.sampled_from(list(Act)), max_size=6))
def test_only_steps_of_the_table_are_taken_and_what_has_ended_stays(acts: Sequence[Act]) -> None:
    state = AppealState.FILED
    for act in acts:
        sides = {side for side in Side if act in way.possible(state, {side})}
        if sides:
            state = way.after(state, act)
            assert sides == {way.who_may(act)}
            continue
        with pytest.raises(way.ImpossibleActError, match=r"Kiến nghị này .* nên không .* được\. .* thể") as refused:
            way.after(state, act)
        assert refused.value.possible == tuple(way.TABLE[state])
    assert (state in way.OPEN) == bool(way.TABLE[state])


def test_the_last_day_is_so_many_days_after_freezing_or_closing() -> None:
    assert way.last_day(None, date(2023, 12, 15), 5) == date(2023, 12, 20)
    assert way.last_day(date(2023, 12, 18), date(2023, 12, 15), 5) == date(2023, 12, 23)
    assert way.last_day(None, None, 5) is None


@pytest_asyncio.fixture
async def scoring(house: House) -> House:
    """Two units with a score, in a period that closed on 15/12/2023; today is the last day to appeal."""
    closes = datetime(2023, 12, 15, 10, tzinfo=UTC)
    period = CampaignPeriod(period_id=PERIOD, number=1, name="Kỳ", opens_at=closes, due_at=closes, closes_at=closes)
    year = {"campaign_id": CAMPAIGN, "version": 1, "year": 2023, "name": "Phong trào", "periods": (period,)}
    launched = CampaignLaunched(**year, starts_on=date(2023, 1, 1), ends_on=date(2023, 12, 31))
    block = {**BLOCK_DOCUMENT, "block_id": BLOCK, "version": 1, "sheet_id": SHEET}
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate({**SHEET_DOCUMENT, "extras": [LATE, TASKS]}))
        await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(block))])
        await actions.learn_periods(tx, [event_of(launched)])
        await actions.take_up_reports(tx, [a_report(TAN_PHONG, 800), a_report(QUYET_THANG, 850)])
    await house.set_clock("scoring", "2023-12-20 23:00+07")
    return house


def a_report(unit: UUID, amount: int, *, late: bool = False, version: int = 1) -> Event[ReportSubmitted]:
    place = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "unit_id": unit, "version": version}
    kept = {"report_id": uuid4(), "receipt_number": "BN-2311-0001", "accepted_at": datetime.now(UTC), "late": late}
    values = {"1.1": Decimal(amount), "2.1": Decimal(1)}
    said = tuple(ReportedValue(criterion=code, value=value) for code, value in values.items())
    return event_of(ReportSubmitted(**place, **kept, values=said))


async def file(house: House, item: str = "1.1", said: Said = WHY, *, unit: UUID = TAN_PHONG) -> UUID:
    async with house.at_work("scoring") as tx:
        return (await actions.file_appeal(tx, PERIOD, unit, item, said, by=UNIT, days=5)).appeal_id


async def move(house: House, appeal_id: UUID, act: Act, steps: int, said: Said = WHY, *, by: Actor = OFFICE) -> str:
    async with house.at_work("scoring") as tx:
        return (await actions.move_appeal(tx, appeal_id, act, steps, said, by=by)).state


async def places(house: House) -> dict[UUID, tuple[Decimal, int]]:
    rows = await house.rows("scoring", f"SELECT unit_id, points, {RANK} AS rank FROM places")
    return {row["unit_id"]: (row["points"], row["rank"]) for row in rows}


async def told(house: House) -> list[tuple[str, Any]]:
    rows = await house.rows("scoring", "SELECT bytes FROM event_log WHERE type LIKE '%appeal%' ORDER BY id")
    events = [Event[AppealChanged].model_validate_json(row["bytes"]) for row in rows]
    return [(event.data.state, event.data.number) for event in events]


async def test_an_appeal_that_is_upheld_mends_the_score_by_a_verdict_and_nothing_is_overwritten(scoring: House) -> None:
    appeal_id = await file(scoring)
    assert await move(scoring, appeal_id, Act.TAKE_UP, 1) == "taken_up"
    assert (await places(scoring))[TAN_PHONG] == (Decimal(82), 2)
    assert await move(scoring, appeal_id, Act.UPHOLD, 2) == "upheld"
    assert await places(scoring) == {TAN_PHONG: (Decimal(91), 1), QUYET_THANG: (Decimal("86.5"), 2)}
    verdicts = await scoring.rows("scoring", 'SELECT "column", value, appeal_id, by_unit FROM verdicts')
    assert [tuple(row) for row in verdicts] == [("appraisal", Decimal(900), appeal_id, None)]
    assert await told(scoring) == [("filed", 1), ("taken_up", 2), ("upheld", 3)]
    steps = await scoring.rows("scoring", "SELECT number, reason, by_post FROM appeal_steps ORDER BY number")
    assert [(row["number"], row["by_post"]) for row in steps] == [(1, UNIT.post), (2, OFFICE.post), (3, OFFICE.post)]
    reported = await scoring.rows("scoring", 'SELECT "values" FROM reports WHERE unit_id = $1', TAN_PHONG)
    assert '"800"' in reported[0]["values"]
    causes = await scoring.rows(
        "scoring",
        """SELECT effect.type FROM event_log AS effect JOIN event_log AS cause ON effect.causationid = cause.id
        WHERE cause.type LIKE '%appeal%' OR cause.type LIKE '%reviewed%' ORDER BY effect.id""",
    )
    assert [row["type"].split(".")[1] for row in causes] == ["items_reviewed", "score_changed", "ranking_changed"]


async def test_the_value_that_was_reported_can_be_upheld_too(scoring: House) -> None:
    appeal_id = await file(scoring)
    await move(scoring, appeal_id, Act.TAKE_UP, 1)
    assert await move(scoring, appeal_id, Act.UPHOLD, 2, Said(WHY.reason, Decimal(800))) == "upheld"
    (verdict,) = await scoring.rows("scoring", "SELECT value, reported, reason FROM verdicts")
    assert tuple(verdict) == (800, 800, None)


async def test_one_that_is_rejected_or_withdrawn_changes_nothing(scoring: House) -> None:
    before = await places(scoring)
    rejected, withdrawn = await file(scoring), await file(scoring, "2.1")
    await move(scoring, rejected, Act.TAKE_UP, 1)
    await move(scoring, rejected, Act.REJECT, 2)
    await move(scoring, withdrawn, Act.WITHDRAW, 1, Said(), by=UNIT)
    assert await places(scoring) == before
    assert not await scoring.rows("scoring", "SELECT 1 FROM verdicts")
    with pytest.raises(Conflict, match="đã bị bác nên không chấp thuận được"):
        await move(scoring, rejected, Act.UPHOLD, 3)
    with pytest.raises(Conflict, match="đã được đơn vị rút"):
        await move(scoring, withdrawn, Act.TAKE_UP, 2)


async def test_what_cannot_be_filed_says_what_can(scoring: House) -> None:
    with pytest.raises(Invalid) as refused:
        await file(scoring, "9.9", Said("ngắn"))
    assert [error.field for error in refused.value.errors] == ["item", "reason"]
    with pytest.raises(Invalid) as refused:
        await file(scoring, said=Said("aaaaaaaaaaaa"))
    assert "Ghi lý do thành câu" in str(refused.value.errors[0].remedy)
    for computed in ("T.1", "T.1.diem", "1.1.diem"):
        with pytest.raises(Invalid, match="chỗ cần sửa") as refused:
            await file(scoring, computed)
        assert refused.value.errors[0].field == "item"
    with pytest.raises(Invalid) as refused:
        await file(scoring, "T.1")
    assert "do hệ thống tính" in refused.value.errors[0].message
    assert refused.value.errors[0].remedy == "Kiến nghị về từng việc: T.1.1"
    with pytest.raises(NotFound):
        await file(scoring, unit=ident("nobody"))
    first = await file(scoring)
    with pytest.raises(Conflict, match="đang có một kiến nghị") as taken:
        await file(scoring)
    assert taken.value.members["appeal_id"] == str(first)
    await move(scoring, first, Act.WITHDRAW, 1, Said(), by=UNIT)
    await file(scoring)
    await scoring.set_clock("scoring", "2023-12-21 00:01+07")
    with pytest.raises(Conflict, match=r"ngày cuối là 20/12/2023.*chưa có quy định xác nhận"):
        await file(scoring, "2.1")


async def test_an_appeal_against_a_line_that_blocks_check_can_be_upheld_too(scoring: House) -> None:
    document = {**SHEET_DOCUMENT, "extras": [LATE], "groups": deepcopy(SHEET_DOCUMENT["groups"])}
    document["groups"][0]["criteria"][0]["appraised"] = True
    async with scoring.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate(document))
        await actions.take_up_reports(tx, [a_report(TAN_PHONG, 800, version=2)])
    look = Look("2.1", agreed=False, value=Decimal(0), reason="Biên bản không có việc này")
    async with scoring.at_work("scoring") as tx:
        with pytest.raises(Invalid, match="chỗ cần sửa"):
            await actions.give_verdicts(tx, (PERIOD, TAN_PHONG), Column.APPRAISAL, [look], Reviewer(OFFICE.post))
        await actions.give_verdicts(tx, (PERIOD, TAN_PHONG), Column.BLOCK, [look], Reviewer("Khối trưởng"))
    assert (await places(scoring))[TAN_PHONG][0] == 72
    appeal_id = await file(scoring, "2.1")
    await move(scoring, appeal_id, Act.TAKE_UP, 1)
    assert await move(scoring, appeal_id, Act.UPHOLD, 2, Said(WHY.reason, Decimal(1))) == "upheld"
    assert (await places(scoring))[TAN_PHONG][0] == 82


async def test_where_the_lowest_counts_an_upheld_appeal_counts_against_the_block(scoring: House) -> None:
    document = {**SHEET_DOCUMENT, "extras": [LATE], "concluded_by": "lowest"}
    look = Look("1.1", agreed=False, value=Decimal(700), reason="Biên bản của khối ghi 700")
    async with scoring.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate(document))
        await actions.take_up_reports(tx, [a_report(TAN_PHONG, 800, version=2)])
        await actions.give_verdicts(tx, (PERIOD, TAN_PHONG), Column.BLOCK, [look], Reviewer("Khối trưởng"))
    assert (await places(scoring))[TAN_PHONG][0] == 73
    appeal_id = await file(scoring)
    await move(scoring, appeal_id, Act.TAKE_UP, 1)
    await move(scoring, appeal_id, Act.UPHOLD, 2)
    assert (await places(scoring))[TAN_PHONG][0] == 91


NOT_KEPT = """CREATE FUNCTION not_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER not_kept BEFORE INSERT ON appeals FOR EACH ROW EXECUTE FUNCTION not_kept()"""


async def test_an_appeal_that_ends_while_the_next_is_filed_leaves_a_conflict_that_says_so(scoring: House) -> None:
    await scoring.run("scoring", NOT_KEPT)
    with pytest.raises(Conflict, match="vừa kết thúc"):
        await file(scoring)


async def test_a_report_that_comes_while_an_appeal_is_upheld_is_not_agreed_to(scoring: House) -> None:
    appeal_id = await file(scoring)
    await move(scoring, appeal_id, Act.TAKE_UP, 1)
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(TAN_PHONG, 900, version=2)])
        # What was reported when the office looked.
        upheld = asyncio.create_task(move(scoring, appeal_id, Act.UPHOLD, 2, Said(WHY.reason, Decimal(800))))

        async def waits() -> bool:
            return upheld.done() or bool(await scoring.rows("scoring", "SELECT 1 FROM pg_locks WHERE NOT granted"))

        await eventually(waits, expect="the decision waits for the report")
    assert await upheld == "upheld"
    assert (await places(scoring))[TAN_PHONG][0] == 82


async def test_a_line_that_was_not_assigned_is_not_appealed_against(scoring: House) -> None:
    given = {"campaign_id": CAMPAIGN, "unit_id": TAN_PHONG, "version": 1}
    async with scoring.at_work("scoring") as tx:
        away = TargetsAssigned(**given, targets=(Target(criterion="2.1", assigned=False),))
        await actions.learn_targets(tx, [event_of(away)])
    with pytest.raises(Invalid) as refused:
        await file(scoring, "2.1")
    assert refused.value.errors[0].message == "Mục 2.1 không giao cho đơn vị này"
    await file(scoring, "1.1")


async def test_points_of_a_line_that_counts_nothing_for_the_unit_are_not_appealed_against(scoring: House) -> None:
    given = {"campaign_id": CAMPAIGN, "unit_id": TAN_PHONG, "version": 1}
    groups = deepcopy(SHEET_DOCUMENT["groups"])
    groups[1]["criteria"][0] |= {"rule": HALF}
    document = {**SHEET_DOCUMENT, "groups": groups, "extras": [LATE, TASKS]}
    async with scoring.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate(document))
        await actions.take_up_reports(tx, [a_report(TAN_PHONG, 810, version=2)])
        away = TargetsAssigned(**given, targets=(Target(criterion="P.1", assigned=False),))
        await actions.learn_targets(tx, [event_of(away)])
    for item, message in (
        ("P.1", "Mục P.1 không giao cho đơn vị này"),
        ("P.1.diem", "Mục P.1 không giao cho đơn vị này"),
        ("2.1.diem", "Mục 2.1 chưa giao chỉ tiêu cho đơn vị này"),
    ):
        with pytest.raises(Invalid) as refused:
            await file(scoring, item, Said(WHY.reason, Decimal(0)))
        assert [error.message for error in refused.value.errors] == [message]
        assert refused.value.errors[0].remedy
    async with scoring.at_work("scoring") as tx:
        told = TargetsAssigned(**{**given, "version": 2}, targets=(Target(criterion="2.1", target=Decimal(1)),))
        await actions.learn_targets(tx, [event_of(told)])
    await file(scoring, "P.1")
    await file(scoring, "2.1.diem")


async def test_a_step_is_refused_to_whoever_may_not_or_looked_before_the_last_one(scoring: House) -> None:
    appeal_id = await file(scoring)
    for act, by in (
        (Act.TAKE_UP, UNIT),
        (Act.WITHDRAW, OFFICE),
        (Act.WITHDRAW, UNIT._replace(own_units=[QUYET_THANG])),
        (Act.TAKE_UP, OFFICE._replace(own_units=[TAN_PHONG])),
    ):
        with pytest.raises(Forbidden, match="Người làm được"):
            await move(scoring, appeal_id, act, 1, by=by)
    with pytest.raises(Conflict, match=r"Lúc này có thể: tiếp nhận .Phòng Nội vụ.; rút .đơn vị."):
        await move(scoring, appeal_id, Act.UPHOLD, 1)
    await move(scoring, appeal_id, Act.TAKE_UP, 1)
    with pytest.raises(Conflict, match="vừa có bước mới"):
        await move(scoring, appeal_id, Act.REJECT, 1)
    with pytest.raises(Invalid) as refused:
        await move(scoring, appeal_id, Act.UPHOLD, 2, Said())
    assert [error.field for error in refused.value.errors] == ["value", "reason"]
    with pytest.raises(Invalid) as refused:
        await move(scoring, appeal_id, Act.REJECT, 2, Said())
    assert [error.field for error in refused.value.errors] == ["reason"]
    for act in (Act.UPHOLD, Act.REJECT):
        with pytest.raises(Invalid, match="Còn 1 chỗ") as refused:
            await move(scoring, appeal_id, act, 2, Said("aaaaaaaaaaaa", Decimal(900)))
        assert refused.value.errors[0].field == "reason"
    assert await told(scoring) == [("filed", 1), ("taken_up", 2)]


async def test_steps_are_only_added_by_the_database_itself(scoring: House) -> None:
    await file(scoring)
    with pytest.raises(Exception, match="only ever added to"):
        await scoring.run("scoring", "UPDATE appeal_steps SET reason = 'khác'")


async def test_the_door_shows_an_appeal_to_its_unit_its_head_and_the_office_alone(house: House) -> None:
    await house.open(("scoring",))
    block = {**BLOCK_DOCUMENT, "block_id": BLOCK, "version": 1, "sheet_id": SHEET}
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate({**SHEET_DOCUMENT, "extras": [LATE, TASKS]}))
        await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(block))])
        await actions.take_up_reports(tx, [a_report(TAN_PHONG, 800)])
    body = {"period_id": str(PERIOD), "unit_id": str(TAN_PHONG), "item": "1.1", "reason": WHY.reason, "value": "900"}
    async with house.client("scoring", ("unit_officer", QUYET_THANG)) as other:
        assert (await other.post("/appeals", json=body)).status_code == 403
    async with house.client("scoring", ("unit_officer", TAN_PHONG)) as unit:
        filed = await unit.post("/appeals", json=body, headers={"Idempotency-Key": "k"})
        assert filed.status_code == 201, filed.text
        assert (await unit.post("/appeals", json=body, headers={"Idempotency-Key": "k"})).json() == filed.json()
        path = f"/appeals/{filed.json()['appeal_id']}"
        assert (await unit.get(path)).json()["possible"] == ["withdraw"]
        own = await unit.get(f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/scores/{TAN_PHONG}/appeals")
        assert (own.json()["confirmed"], own.json()["open"]) == (False, {"1.1": filed.json()["appeal_id"]})
    seen = {
        ("unit_officer", QUYET_THANG): (403, 0),
        ("block_head", BLOCK): (200, 1),
        ("block_head", ident("other")): (403, 0),
        ("city_office", CITY): (200, 1),
    }
    for grant, (status, listed) in seen.items():
        async with house.client("scoring", grant) as who:
            assert (await who.get(path)).status_code == status
            assert len((await who.get("/appeals")).json()["items"]) == listed
    async with house.office("scoring") as office:
        early = await office.post(f"{path}/steps", json={"act": "reject", "steps": 1, "reason": WHY.reason})
        assert (early.status_code, early.json()["possible"]) == (409, ["take_up", "withdraw"])
        assert (await office.post(f"{path}/steps", json={"act": "take_up", "steps": 1})).status_code == 200
        assert (await office.get(path)).json()["possible"] == ["uphold", "reject"]
        too_much = {"act": "uphold", "steps": 2, "reason": WHY.reason, "value": "3"}
        item_two = {**body, "item": "2.1"}
        async with house.client("scoring", ("unit_officer", TAN_PHONG)) as unit:
            second = f"/appeals/{(await unit.post('/appeals', json=item_two)).json()['appeal_id']}/steps"
        await office.post(second, json={"act": "take_up", "steps": 1})
        refused = await office.post(second, json=too_much)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "value")


async def _points(house: House) -> tuple[Decimal, Decimal, str]:
    (row,) = await house.rows("scoring", "SELECT points, penalty, score FROM scores WHERE unit_id = $1", TAN_PHONG)
    parts = json.loads(row["score"])["parts"]
    return row["points"], row["penalty"], next(part["why"] for part in parts if part["criterion"] == "P.1")


async def test_lateness_can_be_appealed_and_what_is_decided_holds_for_later_reports_too(scoring: House) -> None:
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(TAN_PHONG, 800, late=True, version=2)])
    assert (await _points(scoring))[:2] == (Decimal(81), 1)
    appeal_id = await file(scoring, "P.1")
    await move(scoring, appeal_id, Act.TAKE_UP, 1)
    for value, words in (("1.5", "từ 0 đến 1 điểm"), ("0.333", "lẻ hơn 0,01")):
        with pytest.raises(Invalid) as refused:
            await move(scoring, appeal_id, Act.UPHOLD, 2, Said(WHY.reason, Decimal(value)))
        assert [error.field for error in refused.value.errors] == ["value"]
        assert words in refused.value.errors[0].message
    await move(scoring, appeal_id, Act.UPHOLD, 2, Said(WHY.reason, Decimal("0.25")))
    points, penalty, why = await _points(scoring)
    assert (points, penalty) == (Decimal("81.75"), Decimal("0.25"))
    assert why == "Báo cáo nhận sau hạn nộp, trừ 1,00 điểm. Theo kiến nghị được chấp thuận, tính 0,25 điểm."
    (verdict,) = await scoring.rows("scoring", "SELECT criterion, reported, value, appeal_id FROM verdicts")
    assert tuple(verdict) == ("P.1.diem", None, Decimal("0.25"), appeal_id)
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(TAN_PHONG, 900, late=True, version=3)])
    assert (await _points(scoring))[1] == Decimal("0.25")
    (row,) = await scoring.rows("scoring", "SELECT item, state FROM appeals")
    assert tuple(row) == ("P.1.diem", "upheld")
    async with scoring.at_work("scoring") as tx:
        lines = (await queries.columns(Read(tx.db), PERIOD, TAN_PHONG))["lines"]
    rulings = {line["criterion"]: line["rulings"] for line in lines if line["rulings"]}
    assert [(each["appeal_id"], each["value"], each["counts"]) for each in rulings.pop("P.1")] == [
        (appeal_id, Decimal("0.25"), True)
    ]
    assert not rulings


async def test_nobody_who_only_looks_at_a_report_can_decide_points(scoring: House) -> None:
    look = rules.Look("P.1.diem", agreed=False, value=Decimal(0), reason=WHY.reason)
    with pytest.raises(Invalid, match="chỗ cần sửa"):
        async with scoring.at_work("scoring") as tx:
            await actions.give_verdicts(
                tx, (PERIOD, TAN_PHONG), Column.APPRAISAL, [look], Reviewer(OFFICE.post), report_version=1
            )


HALF = {"kind": "half_plus_leader"}
RANKS = {"kind": "rank_points", "points": ["10", "5"], "bodies": [{"code": "1", "name": "Cục A"}]}
FLAGS = {"kind": "awards", "items": [{"code": "1", "name": "Cờ", "points": "5"}]}
COMPUTED = Sheet.model_validate(
    {
        "key": "thu",
        "name": "Bảng thử",
        "note": "Mẫu",
        "total": "20",
        "step": "0.01",
        "bonus_cap": "10",
        "groups": [
            {
                "code": "1",
                "name": "Nhóm",
                "maximum": "20",
                "criteria": [
                    {"code": "1.1", "name": "Nửa", "measure": "hộ", "maximum": "10", "rule": HALF, "target": "100"},
                    {"code": "1.2", "name": "Hạng", "measure": "hạng", "maximum": "10", "rule": RANKS},
                ],
            }
        ],
        "extras": [{**LATE, "maximum": "2"}, {**TASKS, "maximum": "5", "rule": FLAGS}],
    }
)
some_values = st.dictionaries(st.sampled_from(["1.1", "1.2.1", "T.1.1"]), st.integers(0, 200).map(Decimal))


@given(
    some_values,
    st.booleans(),
    st.sampled_from(["1.1", "1.2", "P.1", "T.1"]),
    st.decimals(0, 10, places=2),
    st.sampled_from(rules.ConcludedBy),
)
def test_points_that_were_decided_are_those_of_the_line_and_all_still_adds_up(
    values: dict[str, Decimal], late: bool, code: str, decided: Decimal, concluded_by: rules.ConcludedBy
) -> None:
    sheet = COMPUTED.model_copy(update={"concluded_by": concluded_by})
    reported = rules.Facts(values=values, late=late)
    verdict = rules.Verdict(f"{code}.diem", Column.APPRAISAL, 1, None, decided)
    given_facts = rules.conclude(sheet, reported, [verdict])
    before, after = (rules.score(sheet, facts, rules.Block({})) for facts in (reported, given_facts))
    parts = {part.criterion: part for part in after.parts}
    if code != "P.1":
        # A penalty takes no more than there is.
        assert parts[code].points == min(decided, parts[code].maximum)
    assert parts[code].why.partition(" Theo kiến nghị")[1] or code == "P.1"
    assert after.points == after.content + after.bonus - after.penalty
    others = [part for part in before.parts if part.criterion not in (code, "P.1")]
    assert all(parts[part.criterion] == part for part in others)


def test_what_is_computed_is_appealed_as_points_and_what_is_typed_as_it_is_typed() -> None:
    asked = {code: rules.appealed(COMPUTED, code) for code in ("1.1", "1.2", "1.2.1", "P.1", "T.1", "1.1.diem")}
    assert asked == {
        "1.1": "1.1",
        "1.2": "1.2.diem",
        "1.2.1": "1.2.1",
        "P.1": "P.1.diem",
        "T.1": "T.1.diem",
        "1.1.diem": "1.1.diem",
    }
