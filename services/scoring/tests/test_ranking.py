"""Does a board on which few are looked at stand as if all had been ranked, and are only those looked at who can move?"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, SHEET_DOCUMENT
from house import House, event_of, ident
from sqlalchemy import text

from chassis.db import Read
from contracts.appraisal import Column
from contracts.envelope import Event
from contracts.registry import (
    BlockFormed,
    ReportedValue,
    ReportSubmitted,
    ReportWithdrawn,
    UnitChanged,
    UnitChangeKind,
)
from contracts.scoring import RankingChanged
from scoring import actions, queries, rules
from scoring.actions import Reviewer
from scoring.queries.boards import THE_OFFICE
from scoring.rules import Sheet
from scoring.rules.shifts import NAMED
from scoring.tables import RANK

SHEET = ident("ranked-sheet")
"""Of its own, for what was published under an id is kept in memory."""
OUT = {
    "code": "X.1",
    "name": "Có người bị kỷ luật",
    "measure": "việc",
    "maximum": "0",
    "role": "disqualifier",
    "rule": {"kind": "yes_no"},
}
UNITS = [ident(f"ranked-{number}") for number in range(14)]
MANY = [ident(f"many-{number}") for number in range(200)]
STRANGER = ident("ranked-elsewhere")
Report = Event[ReportSubmitted] | Event[ReportWithdrawn]


def formed(version: int, members: Sequence[UUID], *, on: UUID = SHEET) -> Event[BlockFormed]:
    document = {**BLOCK_DOCUMENT, "block_id": BLOCK, "version": version, "sheet_id": on, "head_unit_id": None}
    return event_of(BlockFormed.model_validate({**document, "member_unit_ids": members}))


@pytest_asyncio.fixture
async def scoring(house: House) -> House:
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate({**SHEET_DOCUMENT, "extras": [OUT]}))
        await actions.learn_blocks(tx, [formed(1, UNITS)])
    return house


def a_report(unit: UUID, version: int, amount: int, *, out: bool = False, registered: bool = True) -> Report:
    values = {"1.1": Decimal(amount), "2.1": Decimal(registered), "X.1": Decimal(out)}
    return event_of(
        ReportSubmitted(
            **of(unit, version),
            report_id=uuid4(),
            accepted_at=datetime.now(UTC),
            late=False,
            values=tuple(ReportedValue(criterion=code, value=value) for code, value in values.items()),
        )
    )


def a_withdrawal(unit: UUID, version: int) -> Report:
    return event_of(ReportWithdrawn(**of(unit, version), report_id=uuid4(), withdrawn_at=datetime.now(UTC)))


def of(unit: UUID, version: int) -> dict[str, Any]:
    key = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "unit_id": unit}
    return {**key, "version": version, "receipt_number": f"BN-2311-{version:04d}"}


async def stored(house: House) -> dict[UUID, rules.Ranked]:
    named = ", ".join(f"{RANK} AS rank" if name == "rank" else name for name in rules.Ranked._fields)
    rows = await house.rows("scoring", f"SELECT {named} FROM places WHERE block_id = $1", BLOCK)
    return {row["unit_id"]: rules.Ranked(*row) for row in rows}


async def members(house: House) -> set[UUID]:
    (block,) = await house.rows("scoring", "SELECT members FROM blocks WHERE block_id = $1", BLOCK)
    return set(block["members"]) - {row["unit_id"] for row in await house.rows("scoring", "SELECT unit_id FROM moves")}


async def turned(house: House, most: int | None) -> list[tuple[UUID, int | None]]:
    """Read the board as it stands, so many rows a page."""
    rows: list[tuple[UUID, int | None]] = []
    async with house.at_work("scoring") as tx:
        more = True
        while more:
            shown = queries.Shown(len(rows), most)
            page = await queries.board(Read(tx.db), PERIOD, BLOCK, THE_OFFICE, shown=shown)
            rows += [(row["unit_id"], row["rank"]) for row in page["rows"]]
            more = page["more"]
    return rows


async def standings(house: House) -> dict[UUID, rules.Standing]:
    """Give how every member stands whose report counts."""
    named = ", ".join(rules.Standing._fields)
    rows = await house.rows("scoring", f"SELECT unit_id, {named} FROM scores WHERE NOT withdrawn")
    on_board = await members(house)
    told = ((unit, *figures, json.loads(ties) if ties else None) for unit, *figures, ties in rows)
    return {unit: rules.Standing(*figures) for unit, *figures in told if unit in on_board}


async def by_ranking_all(house: House) -> dict[UUID, rules.Ranked]:
    """Give the places that follow from all scores, by the rule alone."""
    votes = await house.rows("scoring", "SELECT votes FROM block_votes ORDER BY number")
    held = [{UUID(unit): count for unit, count in json.loads(row["votes"]).items()} for row in votes]
    return {place.unit_id: place for place in rules.rank(await standings(house), held)}


async def told(house: House) -> RankingChanged:
    """Give what was said last of the board."""
    return (await events_of(house))[-1]


async def one_step(house: House, chance: Random, versions: dict[UUID, int]) -> None:
    """Have something happen to some units: mostly a report with one of a few amounts, so that many are equal."""
    what = chance.random()
    units = chance.sample([*UNITS, STRANGER], chance.choice((1, 1, 1, 3)))
    versions |= {unit: versions.get(unit, 0) + 1 for unit in units}
    async with house.at_work("scoring") as tx:
        if what < 0.08:
            some = chance.sample(UNITS, len(UNITS) - 2)
            versions[BLOCK] = versions.get(BLOCK, 1) + 1
            await actions.learn_blocks(tx, [formed(versions[BLOCK], some)])
        elif what < 0.12:
            change = {"change_id": uuid4(), "unit_id": units[0], "version": 2, "effective_on": date(2023, 9, 1)}
            await actions.learn_moves(tx, [event_of(UnitChanged(**change, kind=UnitChangeKind.CLOSED))])
        elif what < 0.2:
            await actions.take_up_reports(tx, [a_withdrawal(unit, versions[unit]) for unit in units])
        else:
            shape = [(chance.choice((700, 700, 800, 801, 900, 1000)), chance.random()) for _ in units]
            await actions.take_up_reports(
                tx,
                [
                    a_report(unit, versions[unit], amount, out=other < 0.1, registered=other < 0.8)
                    for unit, (amount, other) in zip(units, shape, strict=True)
                ],
            )


async def vote_where_equal(house: House, chance: Random) -> None:
    if groups := rules.equals(await standings(house)):
        votes = {unit: chance.randrange(1, 4) for unit in groups[0]}
        async with house.at_work("scoring") as tx:
            await actions.record_vote(
                tx, PERIOD, BLOCK, votes, reason="Kiểm lại phiếu của khối", by_post="Khối trưởng", own_units=[]
            )


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_a_board_stands_as_if_all_were_ranked(scoring: House, seed: int) -> None:
    chance, versions = Random(seed), dict[UUID, int]()
    for step in range(45):
        if step in {20, 30}:
            await vote_where_equal(scoring, chance)
        await one_step(scoring, chance, versions)
        wanted = await by_ranking_all(scoring)
        assert await stored(scoring) == wanted, step
        ranked, leader_points = (
            sum(place.rank is not None for place in wanted.values()),
            rules.leader_points(wanted.values()),
        )
        boards = await scoring.rows("scoring", "SELECT * FROM boards CROSS JOIN membership AS newest")
        for board in boards:
            assert (board["ranked"], board["leader_points"]) == (ranked, leader_points), step
            if board["membership"] == board["number"]:
                assert board["members"] == len(await members(scoring)), step
        assert await turned(scoring, 4) == await turned(scoring, None), step


async def events_of(house: House) -> list[RankingChanged]:
    rows = await house.rows(
        "scoring", "SELECT bytes FROM event_log WHERE type = $1 ORDER BY id", RankingChanged.event_type
    )
    return [Event[RankingChanged].model_validate_json(row["bytes"]).data for row in rows]


def passed_by(event: RankingChanged, percent: Decimal) -> int:
    """Give by how many somebody with this percent was passed, if it is not named."""
    return sum(
        each.by
        for each in event.passed
        if (each.least is None or each.least <= percent) and (each.below is None or percent < each.below)
    )


@pytest.mark.parametrize("seed", range(3))
async def test_whoever_is_passed_is_named_or_told_of_by_a_span(scoring: House, seed: int) -> None:
    """And what was told, folded, is how the board stands."""
    chance, versions = Random(seed), dict[UUID, int]()
    units = MANY[:130]
    async with scoring.at_work("scoring") as tx:
        await actions.learn_blocks(tx, [formed(2, units)])
        first = [a_report(unit, 1, chance.randrange(700, 900), out=chance.random() < 0.1) for unit in units[:115]]
        await actions.take_up_reports(tx, first)
    before, number, spans = await stored(scoring), 1, 0
    for step in range(25):
        leader = next(unit for unit, place in before.items() if place.rank == 1)
        some = [leader] if step % 5 == 4 else chance.sample(units, chance.choice((1, 1, 2)))
        versions |= {unit: versions.get(unit, 1) + 1 for unit in some}
        amounts = {unit: chance.randrange(700, 900) for unit in some}
        if step == 20:
            async with scoring.at_work("scoring") as tx:
                await actions.learn_blocks(tx, [formed(3, units[1:])])
        else:
            async with scoring.at_work("scoring") as tx:
                reports: list[Report] = [a_report(unit, versions[unit], amount) for unit, amount in amounts.items()]
                await actions.take_up_reports(
                    tx, [a_withdrawal(some[0], versions[some[0]])] if step % 7 == 6 else reports
                )
        after, events = await stored(scoring), await events_of(scoring)
        assert after == await by_ranking_all(scoring), step
        if len(events) == number:
            assert after == before, step
            continue
        number, said = len(events), events[-1]
        named = {place.unit_id: (place.rank, place.previous_rank) for place in said.changed}
        others = {unit: place for unit, place in after.items() if unit not in named}
        for unit, (rank, previous) in named.items():
            assert (rank, previous) == tuple(getattr(each.get(unit), "rank", None) for each in (after, before)), step
        for unit, place in others.items():
            assert before[unit].kept == place.kept, step
            assert (place.rank or 0) - (before[unit].rank or 0) == passed_by(said, place.percent) * bool(place.rank), (
                step
            )
        assert said.leader_points == rules.leader_points(after.values()), step
        moved = sum(before[unit].rank != place.rank for unit, place in others.items())
        assert moved == sum(each.units for each in said.passed), step
        assert not moved or sum(place.rank is not None for place in before.values()) > NAMED, step
        before, spans = after, spans + len(said.passed)
    assert spans
    log = [rules.Told(each.version, 0, False, each.model_dump(mode="json")) for each in await events_of(scoring)]
    folded = {UUID(row["unit_id"]): (row["rank"], row["points"]) for row in rules.fold(log).rows}
    assert folded == {unit: (place.rank, place.points) for unit, place in before.items()}


@pytest.mark.parametrize("out", [False, True])
@pytest.mark.parametrize("first", [0, 1])
async def test_whoever_reports_in_another_period_meanwhile_keeps_the_figures_of_this_one(
    scoring: House, first: int, out: bool
) -> None:
    """Two share a place; of one a new report is taken up, together with one that the other has sent for another period."""
    one, other = UNITS[first], UNITS[1 - first]

    def elsewhere(version: int, amount: int) -> Report:
        report = a_report(other, version, amount)
        return event_of(report.data.model_copy(update={"period_id": ident("ranked-another-period")}))

    for reports in (
        [*(a_report(unit, 1, 900, out=out) for unit in (one, other)), elsewhere(1, 700)],
        [a_report(one, 2, 1000), elsewhere(2, 800)],
    ):
        async with scoring.at_work("scoring") as tx:
            await actions.take_up_reports(tx, reports)
    rows = await scoring.rows("scoring", "SELECT unit_id, among, percent FROM places WHERE period_id = $1", PERIOD)
    percents = {row["unit_id"]: (row["among"], row["percent"]) for row in rows}
    assert percents == {one: (1, Decimal(100)), other: (None if out else 1, Decimal(91))}


TIED = ident("ranked-sheet-with-tie-breaks")
MORE = {"code": "more_money", "name": "Thu ngân sách nhiều hơn", "criteria": ["1.1"]}


@pytest_asyncio.fixture
async def tied(house: House) -> House:
    """The same block on a sheet whose first version tells equals apart by what was collected."""
    async with house.at_work("scoring") as tx:
        await actions.learn_blocks(tx, [formed(1, UNITS, on=TIED)])
    await publish_tied(house, 1)
    return house


async def publish_tied(house: House, version: int) -> None:
    """Publish a version of that sheet: each second one has no tie-breaks."""
    stated = {"name": f"Bảng điểm, bản {version}", "tie_breaks": [MORE] if version % 2 else []}
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, TIED, Sheet.model_validate({**SHEET_DOCUMENT, **stated, "extras": [OUT]}))


async def look(house: House, unit: UUID, value: int) -> None:
    """Have the office say what counts: the unit is scored again by the version on which it stands."""
    said = rules.Look("1.1", agreed=False, value=Decimal(value), reason="Theo hồ sơ lưu tại đơn vị")
    async with house.at_work("scoring") as tx:
        await actions.give_verdicts(tx, (PERIOD, unit), Column.APPRAISAL, [said], Reviewer("Cán bộ 01"))


@pytest.mark.parametrize("first", [0, 1])
async def test_whoever_comes_on_a_version_without_tie_breaks_changes_what_is_compared_for_all(
    tied: House, first: int
) -> None:
    """Whether it reports before the two that are equal, or after them, they share a place: not all were asked for what tells them apart."""
    equal = [a_report(UNITS[0], 1, 1000), a_report(UNITS[1], 1, 1100)]
    async with tied.at_work("scoring") as tx:
        await actions.take_up_reports(tx, equal[first:])
    await publish_tied(tied, 2)
    for each in (a_report(UNITS[2], 1, 800), *equal[:first]):
        async with tied.at_work("scoring") as tx:
            await actions.take_up_reports(tx, [each])
    ranks = {unit: place.rank for unit, place in (await stored(tied)).items()}
    assert ranks == {UNITS[0]: 1, UNITS[1]: 1, UNITS[2]: 3}
    assert await stored(tied) == await by_ranking_all(tied)


async def test_whoever_keeps_a_version_before_there_were_tie_breaks_leaves_no_tie_break_behind(scoring: House) -> None:
    """It stood beside two on the newer version, and goes down by the version that it keeps: still not all were asked."""
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(UNITS[0], 1, 1000)])
        newer = Sheet.model_validate({**SHEET_DOCUMENT, "extras": [OUT], "tie_breaks": [MORE]})
        await actions.publish_sheet(tx, SHEET, newer)
        await actions.take_up_reports(tx, [a_report(UNITS[1], 1, 1000), a_report(UNITS[2], 1, 1100)])
    await look(scoring, UNITS[0], 800)
    ranks = {unit: place.rank for unit, place in (await stored(scoring)).items()}
    assert ranks == {UNITS[1]: 1, UNITS[2]: 1, UNITS[0]: 3}
    assert await stored(scoring) == await by_ranking_all(scoring)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_versions_a_board_mixes_it_stands_as_if_all_were_ranked(tied: House, seed: int) -> None:
    chance, versions = Random(seed), dict[UUID, int]()
    for step in range(40):
        if step in {10, 20, 30}:
            await publish_tied(tied, 1 + step // 10)
        unit = chance.choice(UNITS)
        versions[unit] = versions.get(unit, 0) + 1
        what, amount = chance.random(), chance.choice((700, 800, 1000, 1100, 1300))
        if what < 0.3 and unit in await standings(tied):
            await look(tied, unit, amount + 50)
        else:
            event = a_withdrawal(unit, versions[unit]) if what > 0.9 else a_report(unit, versions[unit], amount)
            async with tied.at_work("scoring") as tx:
                await actions.take_up_reports(tx, [event])
        assert await stored(tied) == await by_ranking_all(tied), step


async def test_only_those_at_the_old_and_the_new_percent_are_looked_at_and_those_between_counted_on(
    scoring: House,
) -> None:
    """Nothing else is: what somebody spoilt of a place there or further away stays as it is, until all are ranked again."""
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(unit, 1, 830 + 10 * number) for number, unit in enumerate(UNITS)])
    await scoring.rows("scoring", "UPDATE places SET decided_by = 'spoilt'")
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(UNITS[5], 2, 905)])
    spoilt = {unit for unit, place in (await stored(scoring)).items() if place.decided_by == "spoilt"}
    assert spoilt == {*UNITS} - {UNITS[5]}
    ranks = [place.rank for place in (await stored(scoring)).values()]
    assert sorted(rank for rank in ranks if rank) == [*range(1, 15)]
    said = await told(scoring)
    assert [(place.unit_id, place.previous_rank, place.rank) for place in said.changed] == [
        (UNITS[5], 9, 7),
        (UNITS[7], 7, 8),
        (UNITS[6], 8, 9),
    ]
    assert (said.members, said.ranked, said.leader_points) == (14, 14, Decimal("96.50"))
    async with scoring.at_work("scoring") as tx:
        await actions.learn_blocks(tx, [formed(2, UNITS[1:])])
    assert "spoilt" not in {place.decided_by for place in (await stored(scoring)).values()}


async def _looked_at(house: House, report: Report) -> int:
    """Take up a report, and count how often a place was read for it."""
    async with house.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [report])
        seen = await tx.db.execute(text("SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'places'"))
        return int(seen.scalar_one())


async def test_those_who_share_a_place_are_read_once_each_and_not_each_for_every_other(scoring: House) -> None:
    async with scoring.at_work("scoring") as tx:
        await actions.learn_blocks(tx, [formed(2, MANY)])
        await actions.take_up_reports(tx, [a_report(unit, 1, 1000) for unit in MANY[1:]])
    assert await _looked_at(scoring, a_report(MANY[0], 1, 1000)) < 4 * len(MANY)


async def test_nobody_of_another_block_is_read_though_all_have_the_same_percent(scoring: House) -> None:
    """Nor while the planner thinks that nobody stands anywhere, as it does of a period that has just begun."""
    await scoring.run("scoring", "ANALYZE places")
    await scoring.rows(
        "scoring",
        """WITH other AS (
          INSERT INTO boards (period_id, block_id, version, changed_at, caused_by)
          SELECT $1, gen_random_uuid(), 1, now(), gen_random_uuid() FROM generate_series(1, 500) RETURNING block_id
        )
        INSERT INTO places (period_id, block_id, unit_id, among, points, percent)
        SELECT $1, block_id, gen_random_uuid(), 1, 100, 100 FROM other""",
        PERIOD,
    )
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(unit, 1, 1000) for unit in UNITS[1:]])
    assert await _looked_at(scoring, a_report(UNITS[0], 1, 1000)) < 10 * len(UNITS)


async def test_a_member_that_has_not_reported_is_counted_from_the_next_change_on(scoring: House) -> None:
    change = {"change_id": uuid4(), "unit_id": STRANGER, "version": 2, "effective_on": date(2023, 9, 1)}
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(UNITS[0], 1, 900)])
        await actions.learn_moves(tx, [event_of(UnitChanged(**change, kind=UnitChangeKind.MOVED, block_id=BLOCK))])
        await actions.take_up_reports(tx, [a_report(UNITS[1], 1, 800)])
    assert (await told(scoring)).members == len(UNITS) + 1
