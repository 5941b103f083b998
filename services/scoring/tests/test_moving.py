"""Does a unit that moves or is no more take its report along, in whatever order that is heard of?"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SHEET_DOCUMENT, TAN_PHONG
from house import House, event_of, ident

from chassis.db import Read
from chassis.errors import NotFound
from contracts.envelope import Event
from contracts.registry import (
    BlockFormed,
    ReportedValue,
    ReportSubmitted,
    ReportWithdrawn,
    UnitChanged,
    UnitChangeKind,
)
from scoring import actions, queries
from scoring.rules import Sheet
from scoring.tables import RANK

SHEET, LATER_SHEET, NEW = ident("moving-sheet"), ident("moving-later-sheet"), ident("moving-new-block")


def formed(block: UUID, *members: UUID, on: UUID = SHEET, version: int = 1) -> Event[BlockFormed]:
    document = {**BLOCK_DOCUMENT, "block_id": block, "version": version, "head_unit_id": None, "sheet_id": on}
    return event_of(BlockFormed.model_validate({**document, "member_unit_ids": members}))


def a_report(unit: UUID, amount: int, *, block: UUID = BLOCK, version: int = 1) -> Event[ReportSubmitted]:
    values = (ReportedValue(criterion="1.1", value=Decimal(amount)), ReportedValue(criterion="2.1", value=Decimal(1)))
    told = {"accepted_at": datetime.now(UTC), "late": False, "values": values}
    return event_of(ReportSubmitted(**of(unit, version, block), **told))


def a_withdrawal(unit: UUID, version: int) -> Event[ReportWithdrawn]:
    return event_of(ReportWithdrawn(**of(unit, version, BLOCK), withdrawn_at=datetime.now(UTC)))


def of(unit: UUID, version: int, block: UUID) -> dict[str, Any]:
    key = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": block, "unit_id": unit}
    return {**key, "report_id": uuid4(), "receipt_number": "BN-2311-0001", "version": version}


def a_move(to: UUID | None) -> Event[UnitChanged]:
    change = {"change_id": uuid4(), "unit_id": TAN_PHONG, "version": 2, "effective_on": date(2023, 9, 1)}
    kind = UnitChangeKind.MOVED if to else UnitChangeKind.MERGED
    return event_of(UnitChanged(**change, kind=kind, block_id=to))


@pytest_asyncio.fixture
async def scoring(house: House) -> House:
    """A block of two on a sheet."""
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate(SHEET_DOCUMENT))
        await actions.learn_blocks(tx, [formed(BLOCK, TAN_PHONG, QUYET_THANG)])
        await actions.take_up_reports(tx, [a_report(QUYET_THANG, 850)])
    return house


async def hear(house: House, *events: Event[Any]) -> None:
    """Take these up one after the other, each in its own transaction."""
    for event in events:
        async with house.at_work("scoring") as tx:
            if isinstance(event.data, BlockFormed):
                await actions.learn_blocks(tx, [event])
            elif isinstance(event.data, UnitChanged):
                await actions.learn_moves(tx, [event])
            else:
                await actions.take_up_reports(tx, [event])


async def places(house: House) -> set[tuple[UUID, UUID, int]]:
    rows = await house.rows("scoring", f"SELECT block_id, unit_id, {RANK} FROM places")
    return {tuple(row) for row in rows}


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_whoever_moves_is_scored_in_the_new_block_whenever_that_is_heard_of(
    scoring: House, order: Sequence[int]
) -> None:
    """The block names none of those who move into it."""
    story = [a_report(TAN_PHONG, 900), a_move(NEW), formed(NEW)]
    await hear(scoring, *[story[number] for number in order])
    assert await places(scoring) == {(BLOCK, QUYET_THANG, 1), (NEW, TAN_PHONG, 1)}
    rows = await scoring.rows("scoring", "SELECT block_id FROM scores WHERE unit_id = $1", TAN_PHONG)
    assert [row["block_id"] for row in rows] == [NEW]


@pytest.mark.parametrize("to", [None, NEW], ids=["nowhere", "unheard-of"])
async def test_a_withdrawn_report_counts_no_longer_wherever_its_unit_stands(scoring: House, to: UUID | None) -> None:
    await hear(scoring, a_report(TAN_PHONG, 900), a_move(to))
    async with scoring.at_work("scoring") as tx:
        assert (await queries.score(Read(tx.db), PERIOD, TAN_PHONG))["points"] == "91.00"
    await hear(scoring, a_withdrawal(TAN_PHONG, 2))
    async with scoring.at_work("scoring") as tx:
        with pytest.raises(NotFound):
            await queries.score(Read(tx.db), PERIOD, TAN_PHONG)
    await hear(scoring, formed(NEW))
    assert await places(scoring) == {(BLOCK, QUYET_THANG, 1)}


async def test_a_board_is_not_final_while_the_score_of_a_member_stands_on_another(scoring: House) -> None:
    """To publish a sheet scores nothing: whoever moved into a block before its sheet was published waits for the next fact."""
    other = ident("moving-other-unit")
    await hear(scoring, a_report(TAN_PHONG, 900), formed(NEW, other, on=LATER_SHEET), a_move(NEW))
    async with scoring.at_work("scoring") as tx:
        await actions.publish_sheet(tx, LATER_SHEET, Sheet.model_validate(SHEET_DOCUMENT))
    await hear(scoring, a_report(other, 800, block=NEW))
    waits = "1 báo cáo đã nhận nhưng chưa chấm xong"
    assert waits in await unsettled(scoring)
    await hear(scoring, formed(NEW, other, on=LATER_SHEET, version=2))
    assert await places(scoring) == {(BLOCK, QUYET_THANG, 1), (NEW, TAN_PHONG, 1), (NEW, other, 2)}
    assert waits not in await unsettled(scoring)


async def unsettled(house: House) -> list[str]:
    async with house.at_work("scoring") as tx:
        return list((await queries.waiting(Read(tx.db), PERIOD, NEW, queries.THE_OFFICE))["open"])
