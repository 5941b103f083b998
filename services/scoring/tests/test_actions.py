"""Do scores follow from the newest accepted report, in whatever order reports are heard of?"""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from city import (
    BLOCK,
    BLOCK_DOCUMENT,
    CAMPAIGN,
    PERIOD,
    QUYET_THANG,
    SAN_THANG,
    SHEET_DOCUMENT,
    TAN_PHONG,
)
from house import House, event_of, ident
from sqlalchemy import text, update

from chassis.db import Read
from chassis.testing import eventually
from contracts.envelope import Event
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    CampaignPeriod,
    ReportedValue,
    ReportSubmitted,
    ReportWithdrawn,
    UnitChanged,
    UnitChangeKind,
)
from contracts.scoring import RankingChanged
from scoring import actions, queries
from scoring.rules import Sheet
from scoring.tables import RANK, sheets

SHEET = ident("late-sheet")
"""What was published under an id is kept in memory: a sheet of other words than the city's has an id of its own."""
OF_BLOCK = {**BLOCK_DOCUMENT, "sheet_id": SHEET}
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
        block = BlockFormed.model_validate({**OF_BLOCK, "block_id": BLOCK, "version": 1})
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


def a_withdrawal(version: int, unit: UUID = TAN_PHONG) -> Event[ReportWithdrawn]:
    return event_of(
        ReportWithdrawn(
            report_id=uuid4(),
            receipt_number="BN-2311-0001",
            version=version,
            campaign_id=CAMPAIGN,
            period_id=PERIOD,
            block_id=BLOCK,
            unit_id=unit,
            withdrawn_at=datetime.now(UTC),
        )
    )


async def heard(house: House, *reports: Event[ReportSubmitted] | Event[ReportWithdrawn]) -> list[tuple[Any, ...]]:
    """Have scoring take these reports up as one batch; give the version it scored and the points."""
    async with house.at_work("scoring") as tx:
        await actions.take_up_reports(tx, reports)
    return [
        tuple(row)
        for row in await house.rows("scoring", "SELECT report_version, points FROM scores WHERE NOT withdrawn")
    ]


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
        async with scoring.at_work("scoring") as tx:
            await actions.learn_blocks(tx, [formed(BLOCK, version, *left)])
        places = await scoring.rows("scoring", f"SELECT unit_id, {RANK} AS rank FROM places ORDER BY rank")
        assert [tuple(row) for row in places] == [(unit, rank) for rank, unit in enumerate(left, start=1)]


OTHER, EARLY = ident("other-block"), ident("early-period")
MOVED_ON = date(2023, 9, 1)


@pytest_asyncio.fixture
async def unheard_of(scoring: House) -> House:
    """Two blocks on one sheet, and two periods: one closes before the first of September, the other after it."""
    async with scoring.at_work("scoring") as tx:
        await actions.learn_blocks(tx, [formed(OTHER, 1, SAN_THANG), formed(BLOCK, 2, TAN_PHONG, QUYET_THANG)])
    return scoring


@pytest_asyncio.fixture
async def two_blocks(unheard_of: House) -> House:
    """The same, and scoring knows when both periods close."""
    async with unheard_of.at_work("scoring") as tx:
        await actions.learn_periods(tx, [launched()])
    return unheard_of


def formed(block: UUID, version: int, *members: UUID) -> Event[BlockFormed]:
    document = {**OF_BLOCK, "block_id": block, "version": version, "head_unit_id": None}
    return event_of(BlockFormed.model_validate({**document, "member_unit_ids": members}))


def launched(
    version: int = 1, *, early_closes: datetime = datetime(2023, 7, 15, 10, tzinfo=UTC)
) -> Event[CampaignLaunched]:
    closing = {EARLY: early_closes, PERIOD: datetime(2023, 12, 15, 10, tzinfo=UTC)}
    periods = tuple(
        CampaignPeriod(period_id=period, number=number, name="Kỳ", opens_at=closes, due_at=closes, closes_at=closes)
        for number, (period, closes) in enumerate(closing.items(), start=1)
    )
    year = {"campaign_id": CAMPAIGN, "version": version, "year": 2023, "name": "Phong trào", "periods": periods}
    return event_of(CampaignLaunched(**year, starts_on=date(2023, 1, 1), ends_on=date(2023, 12, 31)))


def a_move(kind: UnitChangeKind = UnitChangeKind.MOVED, to: UUID | None = OTHER) -> Event[UnitChanged]:
    change = {"change_id": uuid4(), "unit_id": TAN_PHONG, "version": 2, "effective_on": MOVED_ON}
    return event_of(UnitChanged(**change, kind=kind, block_id=to))


def of(period: UUID, report: Event[ReportSubmitted], *, block: UUID = BLOCK) -> Event[ReportSubmitted]:
    return event_of(report.data.model_copy(update={"period_id": period, "block_id": block}))


async def boards(house: House, period: UUID) -> dict[UUID, list[UUID]]:
    """Give who is ranked on each board of a period, first place first."""
    rows = await house.rows(
        "scoring", "SELECT block_id, unit_id FROM places WHERE period_id = $1 ORDER BY percent DESC, among", period
    )
    return {block: [row["unit_id"] for row in rows if row["block_id"] == block] for block in (BLOCK, OTHER)}


async def members(house: House, period: UUID) -> dict[UUID, set[UUID]]:
    """Give who stands on each board, ranked or not, as pages are told."""
    async with house.at_work("scoring") as tx:
        shown = {block: await queries.board(Read(tx.db), period, block, queries.THE_OFFICE) for block in (BLOCK, OTHER)}
    return {block: {row["unit_id"] for row in board["rows"]} for block, board in shown.items()}


@pytest.mark.parametrize("order", list(permutations(("early", "late", "other", "move"))))
async def test_a_unit_that_moves_takes_its_reports_to_the_boards_that_are_not_closed(
    two_blocks: House, order: tuple[str, ...]
) -> None:
    early = of(EARLY, a_report(1, 900))
    late, other = a_report(1, 900), of(PERIOD, a_report(1, 1000, unit=SAN_THANG), block=OTHER)
    for name in order:
        async with two_blocks.at_work("scoring") as tx:
            if name == "move":
                await actions.learn_moves(tx, [a_move()])
            else:
                await actions.take_up_reports(tx, [{"early": early, "late": late, "other": other}[name]])
    assert await boards(two_blocks, EARLY) == {BLOCK: [TAN_PHONG], OTHER: []}
    assert await boards(two_blocks, PERIOD) == {BLOCK: [], OTHER: [SAN_THANG, TAN_PHONG]}
    assert await members(two_blocks, EARLY) == {BLOCK: {TAN_PHONG, QUYET_THANG}, OTHER: {SAN_THANG}}
    assert await members(two_blocks, PERIOD) == {BLOCK: {QUYET_THANG}, OTHER: {SAN_THANG, TAN_PHONG}}
    told = await two_blocks.rows("scoring", "SELECT DISTINCT block_id FROM scores WHERE unit_id = $1", TAN_PHONG)
    assert {row["block_id"] for row in told} == {BLOCK, OTHER}


async def test_a_unit_that_is_no_more_leaves_the_boards_that_are_not_closed(two_blocks: House) -> None:
    await heard(two_blocks, of(EARLY, a_report(1, 900)), a_report(1, 900), a_report(1, 1000, unit=QUYET_THANG))
    async with two_blocks.at_work("scoring") as tx:
        await actions.learn_moves(tx, [a_move(UnitChangeKind.MERGED, None)])
    assert await boards(two_blocks, EARLY) == {BLOCK: [TAN_PHONG], OTHER: []}
    assert await boards(two_blocks, PERIOD) == {BLOCK: [QUYET_THANG], OTHER: []}
    assert await members(two_blocks, PERIOD) == {BLOCK: {QUYET_THANG}, OTHER: {SAN_THANG}}


async def test_a_move_of_the_year_leaves_the_blocks_of_the_next_as_they_are_formed(two_blocks: House) -> None:
    async with two_blocks.at_work("scoring") as tx:
        await actions.learn_moves(tx, [a_move()])
        following = {**OF_BLOCK, "block_id": ident("next"), "version": 1, "year": 2024}
        await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(following))])
        board = await queries.board(Read(tx.db), ident("next-period"), ident("next"), queries.THE_OFFICE)
    assert {row["unit_id"] for row in board["rows"]} == {TAN_PHONG, QUYET_THANG, SAN_THANG}


@pytest.mark.parametrize("order", list(permutations((0, 1))))
async def test_a_block_that_is_formed_anew_takes_the_reports_of_its_units_along(
    two_blocks: House, order: tuple[int, ...]
) -> None:
    await heard(two_blocks, a_report(1, 900))
    story = [formed(BLOCK, 3, QUYET_THANG), formed(OTHER, 2, SAN_THANG, TAN_PHONG)]
    for place in order:
        async with two_blocks.at_work("scoring") as tx:
            await actions.learn_blocks(tx, [story[place]])
    assert await boards(two_blocks, PERIOD) == {BLOCK: [], OTHER: [TAN_PHONG]}


@pytest.mark.parametrize("order", list(permutations(("closing", "report", "move"))), ids=" ".join)
async def test_a_report_stays_with_its_block_whenever_the_closing_of_its_period_is_heard_of(
    unheard_of: House, order: tuple[str, ...]
) -> None:
    for name in order:
        async with unheard_of.at_work("scoring") as tx:
            if name == "closing":
                await actions.learn_periods(tx, [launched()])
            elif name == "move":
                await actions.learn_moves(tx, [a_move()])
            else:
                await actions.take_up_reports(tx, [of(EARLY, a_report(1, 900))])
    assert await boards(unheard_of, EARLY) == {BLOCK: [TAN_PHONG], OTHER: []}


async def test_a_period_that_closes_later_after_all_follows_the_moves_up_to_then(two_blocks: House) -> None:
    await heard(two_blocks, of(EARLY, a_report(1, 900)))
    async with two_blocks.at_work("scoring") as tx:
        await actions.learn_moves(tx, [a_move()])
    assert await boards(two_blocks, EARLY) == {BLOCK: [TAN_PHONG], OTHER: []}
    async with two_blocks.at_work("scoring") as tx:
        await actions.learn_periods(tx, [launched(2, early_closes=datetime(2023, 9, 15, 10, tzinfo=UTC))])
    assert await boards(two_blocks, EARLY) == {BLOCK: [], OTHER: [TAN_PHONG]}


async def test_a_unit_that_leaves_a_block_it_did_not_report_from_stands_in_the_one_it_is_formed_into(
    two_blocks: House,
) -> None:
    """It reported from the first, was formed into the second, then into a third, which is heard of before it left there."""
    await heard(two_blocks, a_report(1, 900))
    third = ident("third-block")
    story = [formed(BLOCK, 3, QUYET_THANG), formed(OTHER, 2, SAN_THANG, TAN_PHONG), formed(third, 1, TAN_PHONG)]
    for event in (*story, formed(OTHER, 3, SAN_THANG)):
        async with two_blocks.at_work("scoring") as tx:
            await actions.learn_blocks(tx, [event])
    placed = await two_blocks.rows("scoring", "SELECT block_id FROM places WHERE unit_id = $1", TAN_PHONG)
    assert [row["block_id"] for row in placed] == [third]


async def test_a_report_that_is_being_taken_up_while_its_block_is_learnt_is_scored(scoring: House) -> None:
    """Each of the two has read the tables before the other wrote; whoever learns the block must wait for the report."""
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(1, 900, block=OTHER)])

        async def learn() -> None:
            async with scoring.at_work("scoring") as other:
                await actions.learn_blocks(other, [formed(OTHER, 1, TAN_PHONG)])

        learning = asyncio.create_task(learn())
        await eventually(
            lambda: waits_or_done(scoring, learning), expect="the block waits for the report, or passes it by"
        )
    await learning
    assert await boards(scoring, PERIOD) == {BLOCK: [], OTHER: [TAN_PHONG]}


async def waits_or_done(house: House, task: asyncio.Task[None]) -> bool:
    return task.done() or bool(await house.rows("scoring", "SELECT 1 FROM pg_locks WHERE NOT granted"))


async def test_a_move_takes_all_boards_in_one_order(two_blocks: House) -> None:
    """Else two that rank the same boards can each wait for the other."""
    assert EARLY < PERIOD
    await heard(two_blocks, of(EARLY, a_report(1, 900)), a_report(1, 900))
    lock = text("SELECT FROM boards WHERE period_id = :period FOR UPDATE NOWAIT")
    async with two_blocks.at_work("scoring") as tx:
        await tx.db.execute(lock, {"period": EARLY})

        async def move() -> None:
            async with two_blocks.at_work("scoring") as other:
                await actions.learn_moves(other, [a_move()])

        moving = asyncio.create_task(move())
        await eventually(lambda: waits_or_done(two_blocks, moving), expect="the move waits for the board")
        await tx.db.execute(lock, {"period": PERIOD})
    await moving


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("alone", [True, False])
async def test_a_withdrawn_report_counts_no_longer_in_whatever_order_it_is_heard_of(
    scoring: House, order: tuple[int, ...], alone: bool
) -> None:
    """Sent, withdrawn, sent again; then the same without the last: once each, twice each, in a batch or one by one."""
    rival = a_report(1, 900, unit=QUYET_THANG)
    await heard(scoring, rival)
    story = [a_report(1, 1000), a_withdrawal(2), a_report(3, 800)]
    told = [story[place] for place in (*order, *order)]
    for batch in [[each] for each in told] if alone else [told]:
        await heard(scoring, *batch)
    assert await places(scoring) == [(QUYET_THANG, 1), (TAN_PHONG, 2)]
    await heard(scoring, a_withdrawal(4))
    await heard(scoring, *story)
    assert await places(scoring) == [(QUYET_THANG, 1)]
    assert await heard(scoring) == [(1, Decimal(91))]


async def places(house: House) -> list[tuple[Any, ...]]:
    return [
        tuple(row) for row in await house.rows("scoring", f"SELECT unit_id, {RANK} AS rank FROM places ORDER BY rank")
    ]


async def test_a_withdrawal_tells_who_left_the_board_and_who_moved_up(scoring: House) -> None:
    await heard(scoring, a_report(1, 1000), a_report(1, 900, unit=QUYET_THANG))
    await heard(scoring, a_withdrawal(2))
    rows = await scoring.rows("scoring", "SELECT bytes FROM event_log WHERE type LIKE '%ranking%' ORDER BY id")
    told = Event[RankingChanged].model_validate_json(rows[-1]["bytes"]).data
    assert {place.unit_id: (place.rank, place.previous_rank) for place in told.changed} == {
        QUYET_THANG: (1, 2),
        TAN_PHONG: (None, 1),
    }
    assert told.ranked == 1


async def test_a_report_that_is_sent_again_with_the_same_figures_counts_again(scoring: House) -> None:
    """The score's version goes on, so that whoever keeps the newest one does not take the new one for an old one."""
    await heard(scoring, a_report(1, 1000))
    await heard(scoring, a_withdrawal(2))
    assert await heard(scoring) == []
    assert await heard(scoring, a_report(3, 1000)) == [(3, Decimal(100))]
    versions = await scoring.rows("scoring", "SELECT version FROM scores")
    assert [row["version"] for row in versions] == [2]
    assert await places(scoring) == [(TAN_PHONG, 1)]


async def test_a_sheet_that_was_kept_with_fewer_fields_is_not_published_anew(scoring: House) -> None:
    same = Sheet.model_validate({**SHEET_DOCUMENT, "extras": [LATE]})
    async with scoring.at_work("scoring") as tx:
        await tx.db.execute(update(sheets).values(document={**SHEET_DOCUMENT, "extras": [LATE]}))
        assert (await actions.publish_sheet(tx, SHEET, same)).version == 1
        assert (await actions.publish_sheet(tx, SHEET, same.model_copy(update={"name": "Khác"}))).version == 2


async def test_the_same_figures_in_another_block_give_a_place_there(scoring: House) -> None:
    await heard(scoring, a_report(1, 900))
    for event in (formed(BLOCK, 2, QUYET_THANG), formed(OTHER, 1, TAN_PHONG)):
        async with scoring.at_work("scoring") as tx:
            await actions.learn_blocks(tx, [event])
    await heard(scoring, a_report(2, 900, block=OTHER))
    assert [tuple(row) for row in await scoring.rows("scoring", f"SELECT block_id, unit_id, {RANK} FROM places")] == [
        (OTHER, TAN_PHONG, 1)
    ]


async def test_a_sheet_takes_off_by_the_day_and_a_report_that_was_withdrawn_is_late_by_none(house: House) -> None:
    by_day = {**LATE, "maximum": "2", "rule": {"kind": "late", "each_day": "0.5"}}
    sheet_id = ident("by-day")
    report = a_report(1, 1000, late=True)
    late = event_of(report.data.model_copy(update={"late_days": 3, "late_days_sent": 3}))
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, sheet_id, Sheet.model_validate({**SHEET_DOCUMENT, "extras": [by_day]}))
        block = {**BLOCK_DOCUMENT, "sheet_id": sheet_id, "block_id": BLOCK, "version": 1}
        await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(block))])
        await actions.take_up_reports(tx, [late])
    stored = "SELECT penalty, inputs->>'late_days' AS days FROM scores"
    assert [tuple(row) for row in await house.rows("scoring", stored)] == [(Decimal("1.5"), "3")]
    async with house.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(2, 1000)])
    assert [tuple(row) for row in await house.rows("scoring", stored)] == [(0, None)]
