"""Does who checks whom stay with the blocks of the period's own year, and does it count on wherever a unit came from?"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, SHEET, SHEET_DOCUMENT, TAN_PHONG
from house import House, event_of, ident

from chassis.db import Read
from chassis.errors import Conflict, Forbidden, Invalid, NotFound
from chassis.testing import eventually
from contracts.appraisal import Column
from contracts.envelope import Event
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    CampaignPeriod,
    ReportedValue,
    ReportSubmitted,
    UnitChanged,
    UnitChangeKind,
)
from scoring import actions, queries
from scoring.actions import Answered, Reviewer
from scoring.rules import Look, Sheet

LAST_YEARS, OTHER = ident("block-of-last-year"), ident("other-block")
ELSEWHERE = ident("unit-elsewhere")
HEAD = "Khối trưởng"


@pytest_asyncio.fixture
async def scoring(house: House) -> House:
    """A scoring that knows the period of 2023, its two blocks, and the block of 2022 with the same units."""
    at = datetime(2023, 12, 15, 10, tzinfo=UTC)
    period = CampaignPeriod(period_id=PERIOD, number=1, name="Kỳ", opens_at=at, due_at=at, closes_at=at)
    launched = CampaignLaunched(
        campaign_id=CAMPAIGN,
        version=1,
        year=2023,
        name="Phong trào",
        starts_on=date(2023, 1, 1),
        ends_on=date(2023, 12, 31),
        periods=(period,),
    )
    of_block = {**BLOCK_DOCUMENT, "sheet_id": SHEET, "version": 1}
    formed: list[dict[str, Any]] = [
        {**of_block, "block_id": BLOCK},
        {**of_block, "block_id": LAST_YEARS, "year": 2022},
        {**of_block, "block_id": OTHER, "member_unit_ids": [ELSEWHERE], "head_unit_id": ELSEWHERE},
    ]
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate(SHEET_DOCUMENT))
        await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(each)) for each in formed])
        await actions.learn_periods(tx, [event_of(launched)])
    return house


async def assign(house: House, block_id: UUID, by_unit: Mapping[UUID, UUID | None]) -> None:
    async with house.at_work("scoring") as tx:
        await actions.assign_cross_checks(tx, (PERIOD, block_id), by_unit, HEAD)


async def standing(house: House) -> dict[UUID, tuple[UUID, UUID, int]]:
    rows = await house.rows("scoring", "SELECT unit_id, block_id, by_unit, version FROM cross_checks")
    return {row["unit_id"]: (row["block_id"], row["by_unit"], row["version"]) for row in rows}


async def told(house: House) -> list[Any]:
    """Give (campaign, unit, version) of every check that was told, in order."""
    rows = await house.rows(
        "scoring",
        """SELECT data ->> 'campaign_id' AS campaign, each ->> 'unit_id' AS unit, CAST(each ->> 'version' AS int) AS version
        FROM (SELECT id, convert_from(bytes, 'UTF8')::json -> 'data' AS data FROM event_log
          WHERE type = 'scoring.cross_checks_assigned.v1') AS said, json_array_elements(data -> 'checks') AS each ORDER BY id""",
    )
    return [(UUID(row["campaign"]), UUID(row["unit"]), row["version"]) for row in rows]


async def test_last_years_block_neither_assigns_nor_sees_in_this_years_period(scoring: House) -> None:
    await assign(scoring, BLOCK, {TAN_PHONG: QUYET_THANG})
    with pytest.raises(NotFound, match="khối thuộc năm khác"):
        await assign(scoring, LAST_YEARS, {TAN_PHONG: SAN_THANG})
    assert await standing(scoring) == {TAN_PHONG: (BLOCK, QUYET_THANG, 1)}
    async with scoring.at_work("scoring") as tx:
        with pytest.raises(NotFound, match="khối thuộc năm khác"):
            await queries.cross_checks_of_block(Read(tx.db), PERIOD, LAST_YEARS)
        items = (await queries.cross_checks_of_block(Read(tx.db), PERIOD, BLOCK))["items"]
    assert {item["unit_id"] for item in items} == {TAN_PHONG, QUYET_THANG, SAN_THANG}
    with pytest.raises(NotFound):
        async with scoring.at_work("scoring") as tx:
            await actions.assign_cross_checks(tx, (uuid4(), BLOCK), {TAN_PHONG: QUYET_THANG}, HEAD)
    assert await told(scoring) == [(CAMPAIGN, TAN_PHONG, 1)]


async def test_a_block_that_has_a_board_in_a_period_whose_year_was_never_heard_of_assigns_there(scoring: House) -> None:
    await scoring.run("scoring", "UPDATE periods SET year = NULL")
    with pytest.raises(NotFound):
        await assign(scoring, BLOCK, {TAN_PHONG: QUYET_THANG})
    await scoring.run(
        "scoring",
        f"""INSERT INTO boards (period_id, block_id, version, changed_at, caused_by)
        VALUES ('{PERIOD}', '{BLOCK}', 1, now(), gen_random_uuid())""",
    )
    await assign(scoring, BLOCK, {TAN_PHONG: QUYET_THANG})
    assert await standing(scoring) == {TAN_PHONG: (BLOCK, QUYET_THANG, 1)}


async def test_a_unit_that_comes_from_another_block_goes_on_counting(scoring: House) -> None:
    await assign(scoring, BLOCK, {SAN_THANG: QUYET_THANG})
    await assign(scoring, BLOCK, {SAN_THANG: TAN_PHONG})
    moved = {"change_id": uuid4(), "unit_id": SAN_THANG, "version": 2, "effective_on": date(2023, 9, 1)}
    async with scoring.at_work("scoring") as tx:
        change = UnitChanged(**moved, kind=UnitChangeKind.MOVED, block_id=OTHER)
        await actions.learn_moves(tx, [event_of(change)])
    await assign(scoring, OTHER, {SAN_THANG: ELSEWHERE})
    assert await standing(scoring) == {SAN_THANG: (OTHER, ELSEWHERE, 3)}
    assert [version for _, _, version in await told(scoring)] == [1, 2, 3]


def a_report(unit: UUID) -> Event[ReportSubmitted]:
    values = (ReportedValue(criterion="1.1", value=Decimal(900)), ReportedValue(criterion="2.1", value=Decimal(1)))
    told = {"report_id": uuid4(), "receipt_number": "BN-2311-0001", "version": 1, "values": values}
    where = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "unit_id": unit}
    return event_of(ReportSubmitted(**told, **where, accepted_at=datetime.now(UTC), late=False))


async def test_a_check_is_taken_back_while_the_checking_unit_has_said_nothing(scoring: House) -> None:
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(unit) for unit in (TAN_PHONG, QUYET_THANG)])
    await assign(scoring, BLOCK, {TAN_PHONG: QUYET_THANG, QUYET_THANG: SAN_THANG})
    await assign(scoring, BLOCK, {QUYET_THANG: None})
    by, of = Reviewer("Cán bộ đầu mối", SAN_THANG), (PERIOD, QUYET_THANG)
    async with scoring.at_work("scoring") as tx:
        db = Read(tx.db)
        items = {item["unit_id"]: item for item in (await queries.cross_checks_of_block(db, PERIOD, BLOCK))["items"]}
        assert (items[QUYET_THANG]["by_unit"], items[QUYET_THANG]["taken_back"]) == (None, True)
        assert (items[TAN_PHONG]["by_unit"], items[TAN_PHONG]["taken_back"]) == (QUYET_THANG, False)
        mine = await queries.cross_checks_by(db, PERIOD, [SAN_THANG, QUYET_THANG])
        assert [row["unit_id"] for row in mine] == [TAN_PHONG]
        assert (await queries.columns(db, *of))["checked_by"] is None
        assert await actions.place_of(tx.db, *of) == (BLOCK, None)
        undone = (await queries.waiting(db, PERIOD, BLOCK, queries.THE_OFFICE))["undone"]
        assert undone == ["1 báo cáo chấm chéo chưa xong", "2 báo cáo chưa thẩm định xong"]
        with pytest.raises(Forbidden, match="không được phân công"):
            await actions.answer_cross_check(tx, of, [Look("1.1", agreed=True)], by)
    await assign(scoring, BLOCK, {QUYET_THANG: SAN_THANG})
    assert (await standing(scoring))[QUYET_THANG] == (BLOCK, SAN_THANG, 3)
    for look in (Look("1.1", agreed=True), Look("2.1", agreed=False, value=Decimal(0), reason="Không có giao ước")):
        async with scoring.at_work("scoring") as tx:
            await actions.answer_cross_check(tx, of, [look], by)
        with pytest.raises(Invalid) as refused:
            await assign(scoring, BLOCK, {QUYET_THANG: None, TAN_PHONG: None})
        assert [error.field for error in refused.value.errors] == [f"checks.{QUYET_THANG}"]
        assert "chọn một đơn vị khác chấm tiếp" in refused.value.errors[0].remedy
    # Somebody else can still go on.
    await assign(scoring, BLOCK, {QUYET_THANG: TAN_PHONG, TAN_PHONG: None})
    assert (await standing(scoring))[TAN_PHONG] == (BLOCK, TAN_PHONG, 2)


OBJECTED = Look("1.1", agreed=False, value=Decimal(850), reason="Biên bản ghi 850")


async def answer(house: House, by: UUID, *looks: Look, of: UUID = TAN_PHONG) -> Answered:
    async with house.at_work("scoring") as tx:
        return await actions.answer_cross_check(tx, (PERIOD, of), looks, Reviewer("Cán bộ đầu mối", by))


async def conclude(house: House, look: Look, of_unit: UUID | None) -> None:
    """Have the head, who is of this unit, say what counts."""
    async with house.at_work("scoring") as tx:
        await actions.give_verdicts(tx, (PERIOD, TAN_PHONG), Column.BLOCK, [look], Reviewer(HEAD, of_unit))


async def test_whoever_is_named_after_another_looks_at_what_that_one_agreed_to(scoring: House) -> None:
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(TAN_PHONG)])
    await assign(scoring, BLOCK, {TAN_PHONG: QUYET_THANG})
    await answer(scoring, QUYET_THANG, Look("1.1", agreed=True), Look("2.1", agreed=True))
    await assign(scoring, BLOCK, {TAN_PHONG: SAN_THANG})
    # No head has concluded anything: who checks now may agree as well as object.
    assert (await answer(scoring, SAN_THANG, Look("2.1", agreed=True))).objected == 0
    assert (await answer(scoring, SAN_THANG, OBJECTED)).objected == 1
    async with scoring.at_work("scoring") as tx:
        assert len(await queries.objected_in(Read(tx.db), PERIOD, [BLOCK], [])) == 1
    await conclude(scoring, Look("1.1", agreed=True), QUYET_THANG)
    # Now somebody has: also who is named once more later on says nothing else.
    await assign(scoring, BLOCK, {TAN_PHONG: QUYET_THANG})
    await assign(scoring, BLOCK, {TAN_PHONG: SAN_THANG})
    with pytest.raises(Conflict, match=r"Mục 1\.1 khối trưởng đã kết luận"):
        await answer(scoring, SAN_THANG, OBJECTED)


@pytest.mark.parametrize(
    ("of_unit", "look", "named_since"),
    [
        (SAN_THANG, Look("1.1", agreed=True), False),
        (SAN_THANG, Look("1.1", agreed=False, value=Decimal(800), reason="Theo biên bản họp khối"), True),
        (None, Look("1.1", agreed=True), True),
    ],
)
async def test_what_a_head_has_said_stands_before_whoever_checks(
    scoring: House, of_unit: UUID | None, look: Look, named_since: bool
) -> None:
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(TAN_PHONG)])
    if named_since:
        await conclude(scoring, look, of_unit)
    await assign(scoring, BLOCK, {TAN_PHONG: QUYET_THANG})
    if not named_since:
        await conclude(scoring, look, of_unit)
    with pytest.raises(Conflict, match="khối trưởng đã kết luận"):
        await answer(scoring, QUYET_THANG, OBJECTED)


async def test_who_checked_a_unit_says_nothing_of_it_once_it_stands_in_another_block(scoring: House) -> None:
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(SAN_THANG)])
    await assign(scoring, BLOCK, {SAN_THANG: QUYET_THANG})
    await answer(scoring, QUYET_THANG, Look("2.1", agreed=True), of=SAN_THANG)
    moved = {"change_id": uuid4(), "unit_id": SAN_THANG, "version": 2, "effective_on": date(2023, 9, 1)}
    async with scoring.at_work("scoring") as tx:
        await actions.learn_moves(tx, [event_of(UnitChanged(**moved, kind=UnitChangeKind.MOVED, block_id=OTHER))])
    with pytest.raises(Forbidden, match="nay xếp ở khối khác") as refused:
        await answer(scoring, QUYET_THANG, Look("1.1", agreed=True), of=SAN_THANG)
    assert refused.value.members == {"block_id": str(OTHER)}
    async with scoring.at_work("scoring") as tx:
        db = Read(tx.db)
        assert await actions.place_of(tx.db, PERIOD, SAN_THANG) == (OTHER, None)
        assert await queries.cross_checks_by(db, PERIOD, [QUYET_THANG]) == []
        assert (await queries.columns(db, PERIOD, SAN_THANG))["checked_by"] is None
        (row,) = [
            each
            for each in (await queries.cross_checks_of_block(db, PERIOD, OTHER))["items"]
            if each["unit_id"] == SAN_THANG
        ]
        assert (row["by_unit"], row["taken_back"], row["waiting"]) == (None, False, 1)
        assert (await queries.waiting(db, PERIOD, OTHER, queries.THE_OFFICE))["undone"] == [
            "1 báo cáo chưa thẩm định xong"
        ]
    # What was said in the block before keeps nobody from taking the check back in this one, or from naming another.
    await assign(scoring, OTHER, {SAN_THANG: None})
    await assign(scoring, OTHER, {SAN_THANG: ELSEWHERE})
    assert (await answer(scoring, ELSEWHERE, Look("1.1", agreed=True), of=SAN_THANG)).agreed == 1


async def test_two_first_assignments_at_once_are_two_versions(scoring: House) -> None:
    async with scoring.at_work("scoring") as first:
        await actions.assign_cross_checks(first, (PERIOD, BLOCK), {TAN_PHONG: QUYET_THANG}, HEAD)
        second = asyncio.create_task(assign(scoring, BLOCK, {TAN_PHONG: SAN_THANG}))

        async def waits() -> bool:
            return second.done() or bool(await scoring.rows("scoring", "SELECT FROM pg_locks WHERE NOT granted"))

        await eventually(waits, expect="the second assignment waits for the first")
    await second
    assert await standing(scoring) == {TAN_PHONG: (BLOCK, SAN_THANG, 2)}
    assert sorted(version for _, _, version in await told(scoring)) == [1, 2]
