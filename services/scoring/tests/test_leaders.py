"""Are points against the leader of a block those that the whole block makes of it, in whatever order it reports?"""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
import yaml
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG
from house import House, event_of, ident

from chassis.db import Prepared, Read
from chassis.testing import eventually
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
from scoring.actions import Reviewer
from scoring.rules import ConcludedBy, Facts, Look, Sheet, Verdict, conclude, lead, score
from scoring.tables import RANK

POLICE = Sheet.model_validate(yaml.safe_load(Path("data/sheets/cong-an-xa-2025.yaml").read_text()))
QUANTITIES = [criterion.code for _, criterion in POLICE.criteria() if criterion.rule.kind == "half_plus_leader"]
DONE = {
    criterion.code: Decimal(1) if criterion.rule.kind == "yes_no" else criterion.maximum
    for _, criterion in POLICE.criteria()
    if criterion.code not in QUANTITIES
}
TARGETS = tuple(Target(criterion=code, target=Decimal(10)) for code in QUANTITIES)
OTHER, OTHER_SHEET, SHEET = (ident(name) for name in ("other-block", "plain-sheet", "police-sheet"))
PLAIN = {"key": "p", "name": "Thử", "note": "Mẫu – chưa phải quy định", "total": "10", "step": "0.01"}
PLAIN_LINE = {"code": "21", "name": "Mục", "measure": "vụ", "maximum": "10", "rule": {"kind": "direct"}}
PLAIN_SHEET = Sheet.model_validate(
    {**PLAIN, "groups": [{"code": "I", "name": "Nhóm", "maximum": "10", "criteria": [PLAIN_LINE]}]}
)


def facts(result: int) -> Facts:
    values = {**DONE, **dict.fromkeys(QUANTITIES, Decimal(result))}
    return Facts(values=values, targets={target.criterion: target for target in TARGETS})


def a_report(unit: UUID, result: int, version: int = 1, *, block: UUID = BLOCK) -> Event[ReportSubmitted]:
    place = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": block, "unit_id": unit, "version": version}
    values = tuple(ReportedValue(criterion=code, value=value) for code, value in facts(result).values.items())
    kept = {"report_id": uuid4(), "receipt_number": f"BN-2311-{version:04d}", "accepted_at": datetime.now(UTC)}
    return event_of(ReportSubmitted(**place, **kept, late=False, values=values))


def a_withdrawal(unit: UUID, version: int) -> Event[ReportWithdrawn]:
    place = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "unit_id": unit, "version": version}
    kept = {"report_id": uuid4(), "receipt_number": "BN-2311-0001", "withdrawn_at": datetime.now(UTC)}
    return event_of(ReportWithdrawn(**place, **kept))


def formed(block: UUID, version: int, *members: UUID, sheet: UUID = SHEET) -> Event[BlockFormed]:
    document = {**BLOCK_DOCUMENT, "block_id": block, "version": version, "head_unit_id": None, "sheet_id": sheet}
    return event_of(BlockFormed.model_validate({**document, "member_unit_ids": members}))


@pytest_asyncio.fixture
async def police(house: House) -> House:
    """A block of three on the sheet of the police, which all have the same targets, and one on a plain sheet."""
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, POLICE)
        await actions.publish_sheet(tx, OTHER_SHEET, PLAIN_SHEET)
        await actions.learn_blocks(tx, [formed(BLOCK, 1, TAN_PHONG, QUYET_THANG, SAN_THANG)])
        await actions.learn_blocks(tx, [formed(OTHER, 1, sheet=OTHER_SHEET)])
        assigned = {"campaign_id": CAMPAIGN, "version": 1, "targets": TARGETS}
        units = (TAN_PHONG, QUYET_THANG, SAN_THANG)
        await actions.learn_targets(tx, [event_of(TargetsAssigned(unit_id=unit, **assigned)) for unit in units])
    return house


async def take_up(house: House, *batch: Event[Any]) -> None:
    async with house.at_work("scoring") as tx:
        await actions.take_up_reports(tx, batch)


async def points(house: House) -> dict[UUID, Decimal]:
    rows = await house.rows("scoring", "SELECT unit_id, points FROM scores WHERE NOT withdrawn")
    return {row["unit_id"]: row["points"] for row in rows}


async def ranks(house: House) -> dict[UUID, int]:
    rows = await house.rows("scoring", f"SELECT unit_id, {RANK} AS rank FROM places WHERE block_id = $1", BLOCK)
    return {row["unit_id"]: row["rank"] for row in rows}


def expected(results: dict[UUID, int]) -> dict[UUID, Decimal]:
    block = lead(POLICE, [facts(result) for result in results.values()], closed=True)
    return {unit: score(POLICE, facts(result), block).points for unit, result in results.items()}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_points_are_those_of_the_whole_block_in_any_order_and_twice(
    police: House, order: tuple[int, ...], together: bool
) -> None:
    story = [a_report(TAN_PHONG, 15), a_report(QUYET_THANG, 20), a_report(SAN_THANG, 8), a_report(SAN_THANG, 40, 2)]
    told = [story[place] for place in (*order, *order)]
    for batch in [told] if together else [[each] for each in told]:
        await take_up(police, *batch)
    end = {TAN_PHONG: 15, QUYET_THANG: 20, SAN_THANG: 40}
    assert await points(police) == expected(end)
    assert await ranks(police) == {SAN_THANG: 1, QUYET_THANG: 2, TAN_PHONG: 3}


async def test_the_issued_example_comes_out_and_a_leader_that_withdraws_leads_no_longer(police: House) -> None:
    await take_up(police, a_report(TAN_PHONG, 15), a_report(QUYET_THANG, 20), a_report(SAN_THANG, 8))
    assert (await points(police))[TAN_PHONG] == Decimal("973.75")
    await take_up(police, a_withdrawal(QUYET_THANG, 2))
    assert await points(police) == expected({TAN_PHONG: 15, SAN_THANG: 8})
    assert (await points(police))[TAN_PHONG] == 1000
    await take_up(police, a_report(QUYET_THANG, 20, 3))
    assert (await points(police))[TAN_PHONG] == Decimal("973.75")


async def test_whoever_has_the_same_leaders_as_before_is_not_scored_again(police: House) -> None:
    await take_up(police, a_report(TAN_PHONG, 15), a_report(QUYET_THANG, 20))
    causes = "SELECT caused_by FROM scores WHERE unit_id = $1"
    before = await police.rows("scoring", causes, TAN_PHONG)
    await take_up(police, a_report(SAN_THANG, 8))
    assert await police.rows("scoring", causes, TAN_PHONG) == before
    await take_up(police, a_report(SAN_THANG, 30, 2))
    assert await police.rows("scoring", causes, TAN_PHONG) != before


@pytest.mark.parametrize("to", [OTHER, None])
async def test_a_leader_that_moves_away_takes_the_lead_along(police: House, to: UUID | None) -> None:
    await take_up(police, a_report(TAN_PHONG, 15), a_report(QUYET_THANG, 20), a_report(SAN_THANG, 8))
    kind = UnitChangeKind.MOVED if to else UnitChangeKind.CLOSED
    change = {"change_id": uuid4(), "unit_id": QUYET_THANG, "version": 2, "effective_on": date(2023, 9, 1)}
    async with police.at_work("scoring") as tx:
        await actions.learn_moves(tx, [event_of(UnitChanged(**change, kind=kind, block_id=to))])
    left = await points(police)
    left.pop(QUYET_THANG)
    assert left == expected({TAN_PHONG: 15, SAN_THANG: 8})
    assert await ranks(police) == {TAN_PHONG: 1, SAN_THANG: 2}


async def test_two_that_report_at_once_are_scored_against_one_another(police: House) -> None:
    """The later one was read before the other scored it against a new leader; it waits for the board and reads again."""
    await take_up(police, a_report(TAN_PHONG, 15), a_report(QUYET_THANG, 20))
    async with police.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(SAN_THANG, 40)])
        later = asyncio.create_task(take_up(police, a_report(QUYET_THANG, 25, 2)))

        async def waits() -> bool:
            return later.done() or bool(await police.rows("scoring", "SELECT 1 FROM pg_locks WHERE NOT granted"))

        await eventually(waits, expect="the later one waits for the board")
    await later
    assert await points(police) == expected({TAN_PHONG: 15, QUYET_THANG: 25, SAN_THANG: 40})
    versions = await police.rows("scoring", "SELECT unit_id, version FROM scores")
    assert {row["unit_id"]: row["version"] for row in versions} == {TAN_PHONG: 2, QUYET_THANG: 3, SAN_THANG: 1}


async def test_a_sheet_without_leaders_asks_no_question_more(police: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with police.at_work("scoring") as tx:
        await actions.learn_blocks(tx, [formed(OTHER, 2, SAN_THANG, sheet=OTHER_SHEET)])
    plain = a_report(SAN_THANG, 8, block=OTHER)
    await take_up(police, plain)
    asked: list[str] = []
    ask = Prepared._ask

    async def counted(self: Prepared, *given: Any, **more: Any) -> Any:
        asked.append(self._sql)
        return await ask(self, *given, **more)

    monkeypatch.setattr(Prepared, "_ask", counted)
    await take_up(police, a_report(SAN_THANG, 9, 2, block=OTHER))
    # Report, facts, score; board, places that can move, both written; the log. The clock came with the facts.
    assert len(asked) == 7, asked
    assert not any("half_plus_leader" in each or "block_votes" in each for each in asked)


async def test_points_against_the_leader_are_provisional_until_the_period_has_closed(police: House) -> None:
    closes = datetime(2023, 12, 15, 10, tzinfo=UTC)
    period = CampaignPeriod(period_id=PERIOD, number=1, name="Kỳ", opens_at=closes, due_at=closes, closes_at=closes)
    year = {"campaign_id": CAMPAIGN, "version": 1, "year": 2023, "name": "Phong trào", "periods": (period,)}
    await police.set_clock("scoring", "2023-12-15 17:30+07")
    async with police.at_work("scoring") as tx:
        launched = CampaignLaunched(**year, starts_on=date(2023, 1, 1), ends_on=date(2023, 12, 31))
        await actions.learn_periods(tx, [event_of(launched)])
    await take_up(police, a_report(TAN_PHONG, 15), a_report(QUYET_THANG, 20))
    open_part = await part_of(police, TAN_PHONG)
    assert (open_part["points"], open_part["provisional"]) == ("3.75", True)
    # All have reported, but whoever has may send again.
    await take_up(police, a_report(SAN_THANG, 8))
    assert (await part_of(police, TAN_PHONG))["provisional"]
    await police.set_clock("scoring", "2023-12-16 00:01+07")
    closed_part = await part_of(police, TAN_PHONG)
    assert (closed_part["points"], closed_part.get("provisional", False)) == ("3.75", False)
    assert "tạm tính" not in closed_part["why"]


async def part_of(house: House, unit: UUID) -> dict[str, Any]:
    async with house.at_work("scoring") as tx:
        told = await queries.score(Read(tx.db), PERIOD, unit)
    assert told["inputs"]["leaders"]["21"] == "1"
    return next(part for part in told["parts"] if part["criterion"] == "21")


async def look(house: House, unit: UUID, value: str, criterion: str = "21") -> None:
    """Have the office say another value of a line of a unit."""
    said = Look(criterion, agreed=False, value=Decimal(value), reason="Theo hồ sơ lưu tại đơn vị")
    async with house.at_work("scoring") as tx:
        await actions.give_verdicts(tx, (PERIOD, unit), Column.BLOCK, [said], Reviewer("Cán bộ 01"))


async def columns_of(house: House, unit: UUID) -> dict[str, Any]:
    async with house.at_work("scoring") as tx:
        return await queries.columns(Read(tx.db), PERIOD, unit)


async def test_the_columns_are_scored_against_the_same_leader_as_the_score(police: House) -> None:
    await take_up(police, a_report(TAN_PHONG, 15), a_report(QUYET_THANG, 20), a_report(SAN_THANG, 8))
    report = await columns_of(police, TAN_PHONG)
    own = report["totals"]["self"]["points"]
    assert own == report["totals"]["final"]["points"] == (await points(police))[TAN_PHONG] == Decimal("973.75")
    first = next(line for line in report["lines"] if line["criterion"] == "21")
    part = await part_of(police, TAN_PHONG)
    assert {str(each) for each in first["points"].values()} == {part["points"]}
    assert first["why"]["final"] == part["why"]


async def test_whom_nobody_raised_is_not_told_as_raised(police: House) -> None:
    await take_up(police, a_report(TAN_PHONG, 15), a_report(QUYET_THANG, 20), a_report(SAN_THANG, 8))
    await look(police, TAN_PHONG, "14")
    report = await columns_of(police, TAN_PHONG)
    totals = {name: each["points"] for name, each in report["totals"].items()}
    assert totals["self"] == Decimal("973.75") > totals["block"] == totals["final"] == (await points(police))[TAN_PHONG]
    async with police.at_work("scoring") as tx:
        fair = await queries.fairness(Read(tx.db), PERIOD)
    assert [(each["raised"], each["lowered"]) for each in fair["blocks"]] == [(0, 1)]


async def test_a_column_that_would_lead_is_measured_against_itself(police: House) -> None:
    """By its own figures the only one above the target, by what counts at the target: it would have had the maximum."""
    await take_up(police, a_report(TAN_PHONG, 15), a_report(QUYET_THANG, 10))
    await look(police, TAN_PHONG, "10")
    first = next(line for line in (await columns_of(police, TAN_PHONG))["lines"] if line["criterion"] == "21")
    maximum = first["maximum"]
    assert (first["points"]["self"], first["points"]["final"]) == (maximum, maximum / 2)
    kept = await police.rows("scoring", "SELECT self_points, points FROM scores WHERE unit_id = $1", TAN_PHONG)
    assert kept[0]["self_points"] - kept[0]["points"] == maximum / 2


def test_of_two_columns_above_the_target_the_lower_one_counts_where_the_lowest_does() -> None:
    lowest = POLICE.model_copy(update={"concluded_by": ConcludedBy.LOWEST})
    said = [Verdict("21", Column.BLOCK, 1, Decimal(15), Decimal(12))]
    assert conclude(lowest, facts(15), said).values["21"] == 12


async def test_what_is_typed_is_scored_against_the_block_as_if_it_were_sent(police: House) -> None:
    await take_up(police, a_report(QUYET_THANG, 20), a_report(TAN_PHONG, 11), a_report(SAN_THANG, 8))
    for typed in (15, 40):
        async with police.at_work("scoring") as tx:
            place = {"period_id": PERIOD, "block_id": BLOCK, "unit_id": TAN_PHONG}
            block = await queries.block_with(Read(tx.db), POLICE, facts(typed), **place)
        shown = score(POLICE, facts(typed), block).points
        assert shown == expected({TAN_PHONG: typed, QUYET_THANG: 20, SAN_THANG: 8})[TAN_PHONG]
    async with police.at_work("scoring") as tx:
        stranger = {**place, "unit_id": uuid4()}
        assert not (await queries.block_with(Read(tx.db), POLICE, facts(15), **stranger)).leaders
