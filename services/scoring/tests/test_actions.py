"""Do scores follow from the newest accepted report, in whatever order reports are heard of?"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest_asyncio
from city import (
    BLOCK,
    BLOCK_DOCUMENT,
    CAMPAIGN,
    PERIOD,
    QUYET_THANG,
    SAN_THANG,
    SHEET,
    SHEET_DOCUMENT,
    TAN_PHONG,
)
from house import House, event_of, ident

from contracts.envelope import Event
from contracts.registry import BlockFormed, ReportedValue, ReportSubmitted
from scoring import actions
from scoring.rules import Sheet

LATE = {
    "code": "P.1",
    "name": "Nộp muộn",
    "measure": "lần",
    "maximum": "0.5",
    "role": "penalty",
    "rule": {"kind": "late"},
}


@pytest_asyncio.fixture
async def scoring(house: House) -> House:
    """A scoring that knows one sheet and one block."""
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate({**SHEET_DOCUMENT, "extras": [LATE]}))
        block = BlockFormed.model_validate({**BLOCK_DOCUMENT, "block_id": BLOCK, "version": 1})
        await actions.learn_blocks(tx, [event_of(block)])
    return house


def a_report(
    version: int, amount: int, *, late: bool = False, unit: UUID = TAN_PHONG, block: UUID = BLOCK
) -> Event[ReportSubmitted]:
    return event_of(
        ReportSubmitted(
            report_id=uuid4(),
            receipt_number=f"BN-2311-{version:04d}",
            version=version,
            campaign_id=CAMPAIGN,
            period_id=PERIOD,
            block_id=block,
            unit_id=unit,
            accepted_at=datetime.now(UTC),
            late=late,
            values=(
                ReportedValue(criterion="1.1", value=Decimal(amount)),
                ReportedValue(criterion="2.1", value=Decimal(1)),
            ),
        )
    )


async def heard(house: House, *reports: Event[ReportSubmitted]) -> list[tuple[Any, ...]]:
    """Have scoring take these reports up as one batch; give the version it scored and the points."""
    async with house.at_work("scoring") as tx:
        await actions.take_up_reports(tx, reports)
    return [tuple(row) for row in await house.rows("scoring", "SELECT report_version, points FROM scores")]


async def test_a_report_that_was_amended_never_comes_back(scoring: House) -> None:
    assert await heard(scoring, a_report(2, 900)) == [(2, Decimal(91))]
    assert await heard(scoring, a_report(1, 1000)) == [(2, Decimal(91))]
    assert await heard(scoring, a_report(4, 800), a_report(3, 1000)) == [(4, Decimal(82))]


async def test_a_late_report_costs_what_the_sheet_says(scoring: House) -> None:
    assert await heard(scoring, a_report(1, 1000)) == [(1, Decimal(100))]
    assert await heard(scoring, a_report(2, 1000, late=True)) == [(2, Decimal("99.5"))]


async def test_a_unit_that_leaves_its_block_leaves_its_place(scoring: House) -> None:
    await heard(scoring, a_report(1, 1000), a_report(1, 900, unit=QUYET_THANG), a_report(1, 800, unit=SAN_THANG))
    for version, left in ((2, (QUYET_THANG, SAN_THANG)), (3, (QUYET_THANG,))):
        formed = {**BLOCK_DOCUMENT, "block_id": BLOCK, "version": version, "member_unit_ids": left}
        async with scoring.at_work("scoring") as tx:
            await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(formed))])
        places = await scoring.rows("scoring", "SELECT unit_id, rank FROM places ORDER BY rank")
        assert [tuple(row) for row in places] == [(unit, rank) for rank, unit in enumerate(left, start=1)]


async def test_the_same_figures_in_another_block_give_a_place_there(scoring: House) -> None:
    await heard(scoring, a_report(1, 900))
    other = ident("other-block")
    for block_id, version, members in ((BLOCK, 2, (QUYET_THANG,)), (other, 1, (TAN_PHONG,))):
        formed = {**BLOCK_DOCUMENT, "block_id": block_id, "version": version, "member_unit_ids": members}
        async with scoring.at_work("scoring") as tx:
            await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(formed))])
    await heard(scoring, a_report(2, 900, block=other))
    assert [tuple(row) for row in await scoring.rows("scoring", "SELECT block_id, unit_id, rank FROM places")] == [
        (other, TAN_PHONG, 1)
    ]
