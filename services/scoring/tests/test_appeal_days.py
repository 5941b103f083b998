"""Do the days in which one can appeal count from what the unit was told last of its own points and place?"""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, SHEET_DOCUMENT, TAN_PHONG
from house import House, event_of, ident

from chassis.db import Read
from chassis.errors import Conflict
from contracts.appraisal import Column
from contracts.registry import BlockFormed, CampaignLaunched, CampaignPeriod, ReportedValue, ReportSubmitted
from contracts.scoring import BoardState
from scoring import actions, queries
from scoring.actions.appeals import Actor, Said
from scoring.actions.verdicts import Reviewer
from scoring.rules import Look, Sheet
from scoring.rules.appeals import Act, Side

SHEET = ident("appeal-days-sheet")
DAYS = 5
REASON = "Biên bản đối chiếu ghi số khác"
UNIT = Actor("Cán bộ đầu mối", {Side.UNIT}, [TAN_PHONG, QUYET_THANG, SAN_THANG])


@pytest_asyncio.fixture
async def frozen(house: House) -> House:
    """A board of three on which two have reported, frozen on 01/12/2023; its period closes on the 8th."""
    closes = datetime(2023, 12, 8, 10, tzinfo=UTC)
    period = CampaignPeriod(period_id=PERIOD, number=1, name="Kỳ", opens_at=closes, due_at=closes, closes_at=closes)
    year = {"campaign_id": CAMPAIGN, "version": 1, "year": 2023, "name": "Phong trào", "periods": (period,)}
    launched = CampaignLaunched(**year, starts_on=date(2023, 1, 1), ends_on=date(2023, 12, 31))
    block = {**BLOCK_DOCUMENT, "block_id": BLOCK, "version": 1, "sheet_id": SHEET}
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate(SHEET_DOCUMENT))
        await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(block))])
        await actions.learn_periods(tx, [event_of(launched)])
    await report(house, TAN_PHONG, 800)
    await report(house, QUYET_THANG, 850)
    await publish(house, 1, "2023-12-01 08:00+07")
    return house


async def report(house: House, unit: UUID, amount: int, version: int = 1) -> None:
    key = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "unit_id": unit, "version": version}
    kept = {"report_id": uuid4(), "receipt_number": "BN-2311-0001", "accepted_at": datetime.now(UTC), "late": False}
    values = (ReportedValue(criterion="1.1", value=Decimal(amount)), ReportedValue(criterion="2.1", value=Decimal(1)))
    async with house.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [event_of(ReportSubmitted(**key, **kept, values=values))])


async def lower(house: House, unit: UUID, amount: int) -> None:
    look = Look("1.1", agreed=False, value=Decimal(amount), reason=REASON)
    async with house.at_work("scoring") as tx:
        await actions.give_verdicts(tx, (PERIOD, unit), Column.BLOCK, [look], Reviewer("Khối trưởng"))


async def publish(house: House, number: int, at: str, state: BoardState = BoardState.FROZEN) -> None:
    await house.set_clock("scoring", at)
    async with house.at_work("scoring") as tx:
        seen = await queries.waiting(Read(tx.db), PERIOD, BLOCK, queries.THE_OFFICE)
        body = actions.Publish(state=state, digest=seen["digest"], reason="Không phải thẩm định mục nào")
        await actions.publish_board(tx, (PERIOD, BLOCK), number, body, by="Phòng Nội vụ")


async def last_day(house: House, unit: UUID) -> tuple[date, bool]:
    async with house.at_work("scoring") as tx:
        told = await queries.appealing(Read(tx.db), PERIOD, unit, DAYS)
    return told["last_day"], told["frozen"]


async def file(house: House, unit: UUID) -> UUID:
    async with house.at_work("scoring") as tx:
        said = Said(REASON, Decimal(900))
        return (await actions.file_appeal(tx, PERIOD, unit, "1.1", said, by=UNIT, days=DAYS)).appeal_id


async def test_whose_points_are_published_anew_can_appeal_anew_and_nobody_else(frozen: House) -> None:
    await lower(frozen, TAN_PHONG, 750)
    await report(frozen, SAN_THANG, 700)
    # What nobody has published yet opens nothing; of whom nothing is published the days count from the close.
    assert await last_day(frozen, TAN_PHONG) == (date(2023, 12, 6), True)
    assert await last_day(frozen, SAN_THANG) == (date(2023, 12, 13), False)
    await publish(frozen, 2, "2023-12-10 08:00+07")
    assert await last_day(frozen, TAN_PHONG) == (date(2023, 12, 15), True)
    assert await last_day(frozen, SAN_THANG) == (date(2023, 12, 15), True)
    assert await last_day(frozen, QUYET_THANG) == (date(2023, 12, 6), True)
    await publish(frozen, 3, "2023-12-12 08:00+07", BoardState.FINAL)
    assert (await last_day(frozen, TAN_PHONG))[0] == date(2023, 12, 15)
    await frozen.set_clock("scoring", "2023-12-15 23:00+07")
    appeal_id = await file(frozen, TAN_PHONG)
    with pytest.raises(Conflict, match="ngày cuối là 06/12/2023"):
        await file(frozen, QUYET_THANG)
    async with frozen.at_work("scoring") as tx:
        await actions.move_appeal(tx, appeal_id, Act.WITHDRAW, 1, Said(), by=UNIT)
    await frozen.set_clock("scoring", "2023-12-16 00:01+07")
    with pytest.raises(Conflict, match="ngày cuối là 15/12/2023"):
        await file(frozen, TAN_PHONG)


async def test_another_place_alone_opens_the_days_again(frozen: House) -> None:
    await report(frozen, SAN_THANG, 820)
    await publish(frozen, 2, "2023-12-10 08:00+07")
    # The third is third with the same points; the first stands as it stood.
    assert (await last_day(frozen, TAN_PHONG))[0] == date(2023, 12, 15)
    assert (await last_day(frozen, QUYET_THANG))[0] == date(2023, 12, 6)
