"""Does a score keep the version of its sheet, whatever is said or learnt of it later, until a rescoring gives another?"""

from collections.abc import Awaitable, Callable
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, SHEET_DOCUMENT, TAN_PHONG
from house import House, event_of, ident

from chassis.db import Read
from chassis.errors import Invalid
from contracts.appraisal import Column
from contracts.envelope import Event
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    CampaignPeriod,
    ReportedValue,
    ReportSubmitted,
    ReportWithdrawn,
    Target,
    TargetsAssigned,
    UnitChanged,
    UnitChangeKind,
)
from scoring import actions, queries
from scoring.actions.appeals import Actor, Said
from scoring.actions.verdicts import Reviewer
from scoring.rules import Look, Sheet
from scoring.rules.appeals import Act, Side

SHEET, OTHER_SHEET, OTHER = ident("kept-sheet"), ident("kept-beside"), ident("kept-elsewhere")
UNITS = (TAN_PHONG, QUYET_THANG, SAN_THANG)
HEAD = Reviewer("Khối trưởng")
OFFICE = Actor("Cán bộ 01, Phòng Nội vụ", {Side.OFFICE}, [])
REASON = "Biên bản đối chiếu ghi số khác"


def sheet(code: str) -> Sheet:
    """Give the small city's sheet with another line in the place of 2.1."""
    document = deepcopy(SHEET_DOCUMENT)
    document["groups"][1]["criteria"][0]["code"] = code
    return Sheet.model_validate(document)


def a_report(unit: UUID, amount: int, version: int = 1) -> Event[ReportSubmitted]:
    values = {"1.1": Decimal(amount), "2.1": Decimal(1), "2.2": Decimal(1)}
    said = tuple(ReportedValue(criterion=code, value=value) for code, value in values.items())
    return event_of(ReportSubmitted(**of(unit, version), accepted_at=datetime.now(UTC), late=False, values=said))


def a_withdrawal(unit: UUID, version: int) -> Event[ReportWithdrawn]:
    return event_of(ReportWithdrawn(**of(unit, version), withdrawn_at=datetime.now(UTC)))


def of(unit: UUID, version: int) -> dict[str, Any]:
    key = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "unit_id": unit}
    return {**key, "report_id": uuid4(), "receipt_number": "BN-2311-0001", "version": version}


def formed(block: UUID, version: int, *members: UUID, on: UUID = SHEET) -> Event[BlockFormed]:
    document = {**BLOCK_DOCUMENT, "block_id": block, "version": version, "head_unit_id": None, "sheet_id": on}
    return event_of(BlockFormed.model_validate({**document, "member_unit_ids": members}))


@pytest_asyncio.fixture
async def closed(house: House) -> House:
    """A board of three on the first version of a sheet, in a period that has closed; then a second one was published."""
    closes = datetime(2023, 12, 15, 10, tzinfo=UTC)
    period = CampaignPeriod(period_id=PERIOD, number=1, name="Kỳ", opens_at=closes, due_at=closes, closes_at=closes)
    year = {"campaign_id": CAMPAIGN, "version": 1, "year": 2023, "name": "Phong trào", "periods": (period,)}
    launched = CampaignLaunched(**year, starts_on=date(2023, 1, 1), ends_on=date(2023, 12, 31))
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, sheet("2.1"))
        await actions.publish_sheet(tx, OTHER_SHEET, sheet("2.1"))
        await actions.learn_blocks(tx, [formed(BLOCK, 1, *UNITS), formed(OTHER, 1)])
        await actions.learn_periods(tx, [event_of(launched)])
        await actions.take_up_reports(tx, [a_report(unit, 1000) for unit in UNITS])
        await actions.publish_sheet(tx, SHEET, sheet("2.2"))
    await house.set_clock("scoring", "2023-12-18 08:00+07")
    return house


async def stand(house: House) -> dict[UUID, tuple[Decimal, int]]:
    """Give points and version of the sheet of each unit."""
    rows = await house.rows("scoring", "SELECT unit_id, points, sheet_version FROM scores WHERE NOT withdrawn")
    return {row["unit_id"]: (row["points"], row["sheet_version"]) for row in rows}


async def a_verdict(house: House) -> None:
    look = Look("2.1", agreed=False, value=Decimal(0), reason=REASON)
    async with house.at_work("scoring") as tx:
        await actions.give_verdicts(tx, (PERIOD, TAN_PHONG), Column.BLOCK, [look], HEAD)


async def an_upheld_appeal(house: House) -> None:
    unit = Actor("Cán bộ đầu mối", {Side.UNIT}, [TAN_PHONG])
    said = Said(REASON, Decimal(0))
    async with house.at_work("scoring") as tx:
        filed = await actions.file_appeal(tx, PERIOD, TAN_PHONG, "2.1", said, by=unit, days=5)
    for steps, act in enumerate((Act.TAKE_UP, Act.UPHOLD), start=1):
        async with house.at_work("scoring") as tx:
            await actions.move_appeal(tx, filed.appeal_id, act, steps, said, by=OFFICE)


async def a_target(house: House) -> None:
    left_out = (Target(criterion="1.1", target=Decimal(1000)), Target(criterion="2.1", assigned=False))
    told = TargetsAssigned(campaign_id=CAMPAIGN, unit_id=TAN_PHONG, version=1, targets=left_out)
    async with house.at_work("scoring") as tx:
        await actions.learn_targets(tx, [event_of(told)])


@pytest.mark.parametrize("happens", [a_verdict, an_upheld_appeal, a_target])
async def test_what_is_said_or_learnt_of_a_unit_leaves_its_board_on_one_version(
    closed: House, happens: Callable[[House], Awaitable[None]]
) -> None:
    """Each is of a line that the newest version has no more: what is offered is what counts, and what can be saved."""
    before = await stand(closed)
    assert before == dict.fromkeys(UNITS, (100, 1))
    await happens(closed)
    assert await stand(closed) == {**before, TAN_PHONG: (90, 1)}
    async with closed.at_work("scoring") as tx:
        told = await queries.columns(Read(tx.db), PERIOD, TAN_PHONG)
    assert (told["sheet_version"], "2.1" in {line["criterion"] for line in told["lines"]}) == (1, True)


async def test_only_lines_that_are_offered_can_be_looked_at(closed: House) -> None:
    look = Look("2.2", agreed=False, value=Decimal(0), reason=REASON)
    async with closed.at_work("scoring") as tx:
        with pytest.raises(Invalid) as refused:
            await actions.give_verdicts(tx, (PERIOD, TAN_PHONG), Column.BLOCK, [look], HEAD)
    assert refused.value.errors[0].field == "items.0.criterion"


async def test_a_newer_report_takes_the_version_that_stands(closed: House) -> None:
    async with closed.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(TAN_PHONG, 900, 2), a_withdrawal(QUYET_THANG, 2)])
    async with closed.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(QUYET_THANG, 900, 3)])
    assert await stand(closed) == {TAN_PHONG: (91, 2), QUYET_THANG: (91, 2), SAN_THANG: (100, 1)}


async def test_another_block_takes_the_version_that_stands(closed: House) -> None:
    change = {"change_id": uuid4(), "unit_id": TAN_PHONG, "version": 2, "effective_on": date(2023, 9, 1)}
    async with closed.at_work("scoring") as tx:
        await actions.learn_moves(tx, [event_of(UnitChanged(**change, kind=UnitChangeKind.MOVED, block_id=OTHER))])
    assert {unit: version for unit, (_, version) in (await stand(closed)).items()} == {
        TAN_PHONG: 2,
        QUYET_THANG: 1,
        SAN_THANG: 1,
    }


async def test_another_sheet_takes_its_own_version_and_a_block_that_keeps_its_sheet_keeps_that(closed: House) -> None:
    async with closed.at_work("scoring") as tx:
        await actions.learn_blocks(tx, [formed(BLOCK, 2, *UNITS)])
    assert set((await stand(closed)).values()) == {(100, 1)}
    async with closed.at_work("scoring") as tx:
        await actions.publish_sheet(tx, OTHER_SHEET, sheet("2.2"))
        await actions.learn_blocks(tx, [formed(BLOCK, 3, *UNITS, on=OTHER_SHEET)])
    rows = await closed.rows("scoring", "SELECT DISTINCT sheet_id, sheet_version FROM scores")
    assert [tuple(row) for row in rows] == [(OTHER_SHEET, 2)]


async def test_what_comes_while_a_sheet_is_rescored_keeps_its_version_until_its_step(closed: House) -> None:
    async with closed.at_work("scoring") as tx:
        await actions.start_rescoring(tx, SHEET, PERIOD)
    await a_verdict(closed)
    assert (await stand(closed))[TAN_PHONG] == (90, 1)
