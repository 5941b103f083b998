"""Does a city stand on the newest version of its sheet afterwards, told once, whatever comes meanwhile?"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import city as small
import pytest
import pytest_asyncio
from city import (
    BLOCK_DOCUMENT,
    CAMPAIGN,
    CAMPAIGN_DOCUMENT,
    PERIOD,
    QUYET_THANG,
    SAN_THANG,
    SHEET_DOCUMENT,
    TAN_PHONG,
    found,
    submit,
)
from house import House, event_of, ident

from chassis.db import Read
from chassis.errors import Conflict, Invalid, NotFound
from chassis.testing import eventually
from contracts.catalog import event_class
from contracts.envelope import Event
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    ReportedValue,
    ReportSubmitted,
    ReportWithdrawn,
    UnitChanged,
    UnitChangeKind,
)
from contracts.scoring import BlockRescored, RescoringAdvanced
from scoring import actions, queries
from scoring.rules import Sheet
from scoring.tables import RANK

# Sheets are kept once they were read: other tests have another one under the city's own name, and whoever publishes a second
# version here publishes the same one.
SHEET = ident("rescored-sheet")
BLOCKS = [ident(f"block-{number}") for number in range(5)]
UNITS = {block: [ident(f"unit-{block}-{number}") for number in range(4)] for block in BLOCKS}


def sheet(floor: str = "0.70", **more: Any) -> Sheet:
    """Give the small city's sheet; below ``floor`` of the target nothing is given."""
    (economy, emulation) = SHEET_DOCUMENT["groups"]
    line = {**economy["criteria"][0], "rule": {"kind": "ratio_linear", "floor": floor}}
    return Sheet.model_validate({**SHEET_DOCUMENT, "groups": [{**economy, "criteria": [line]}, emulation], **more})


def block(block_id: UUID, version: int, members: Sequence[UUID]) -> Event[BlockFormed]:
    formed = {**BLOCK_DOCUMENT, "sheet_id": SHEET, "head_unit_id": None, "member_unit_ids": members}
    return event_of(BlockFormed.model_validate({**formed, "block_id": block_id, "version": version}))


def report(unit: UUID, in_block: UUID, amount: int, version: int = 1) -> Event[ReportSubmitted]:
    return event_of(
        ReportSubmitted(
            report_id=uuid4(),
            receipt_number=f"BN-{unit}-{version}",
            version=version,
            campaign_id=CAMPAIGN,
            period_id=PERIOD,
            block_id=in_block,
            unit_id=unit,
            accepted_at=datetime.now(UTC),
            late=False,
            values=(
                ReportedValue(criterion="1.1", value=Decimal(amount)),
                ReportedValue(criterion="2.1", value=Decimal(1)),
            ),
        )
    )


@pytest_asyncio.fixture
async def city(house: House) -> House:
    """A scoring that has scored five blocks of four units on the first version of a sheet: 600, 700, 800 and 900 of 1000."""
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, sheet())
        campaign = {**CAMPAIGN_DOCUMENT, "campaign_id": CAMPAIGN, "version": 1}
        await actions.learn_periods(tx, [event_of(CampaignLaunched.model_validate(campaign))])
        await actions.learn_blocks(tx, [block(each, 1, UNITS[each]) for each in BLOCKS])
        await actions.take_up_reports(
            tx,
            [report(unit, each, 600 + 100 * number) for each in BLOCKS for number, unit in enumerate(UNITS[each])],
        )
    return house


async def start(house: House, period_id: UUID | None = None) -> Event[RescoringAdvanced]:
    async with house.at_work("scoring") as tx:
        await actions.start_rescoring(tx, SHEET, period_id)
    return (await told(house, RescoringAdvanced))[-1]


async def told(house: House, payload: Any) -> list[Event[Any]]:
    """Give scoring's events of one type, in order."""
    rows = await house.rows("scoring", "SELECT bytes FROM event_log WHERE type = $1 ORDER BY id", payload.event_type)
    return [event_class(payload.event_type).decoded(row["bytes"]) for row in rows]


async def test_a_rescoring_that_ends_while_the_next_is_begun_leaves_a_conflict_that_says_so(city: House) -> None:
    await city.run(
        "scoring",
        """CREATE FUNCTION not_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE TRIGGER not_kept BEFORE INSERT ON rescorings FOR EACH ROW EXECUTE FUNCTION not_kept()""",
    )
    with pytest.raises(Conflict, match="vừa xong"):
        await start(city)


async def take(house: House, event: Event[RescoringAdvanced]) -> None:
    """Take a step; it is of two blocks."""
    async with house.at_work("scoring") as tx:
        await actions.advance_rescorings(tx, [event], scores_a_step=8)


async def cut_short(house: House, event: Event[RescoringAdvanced]) -> None:
    async with house.at_work("scoring") as tx:
        await actions.advance_rescorings(tx, [event], scores_a_step=8)
        raise ConnectionError


async def finish(house: House) -> None:
    """Take each step that the last one asks for, as the service's durable would bring them."""
    while not (last := (await told(house, RescoringAdvanced))[-1]).data.ended:
        await take(house, last)


async def publish(house: House, new: Sheet) -> None:
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, new)


async def stand(house: House, of: UUID) -> list[tuple[Any, ...]]:
    """Give (rank, points, version of the sheet) of a block, in the order of its units."""
    rows = await house.rows(
        "scoring",
        f"""SELECT rank, scores.points, sheet_version FROM scores
        JOIN (SELECT *, {RANK} AS rank FROM places) AS ranked USING (period_id, block_id, unit_id)
        WHERE block_id = $1 ORDER BY array_position($2::uuid[], unit_id)""",
        of,
        UNITS[of],
    )
    return [tuple(row) for row in rows]


async def progress(house: House, event: Event[RescoringAdvanced]) -> dict[str, Any]:
    async with house.at_work("scoring") as tx:
        return await queries.rescoring(Read(tx.db), event.data.rescoring_id)


async def test_every_score_stands_on_the_newest_version_and_every_block_tells_it_once(city: House) -> None:
    assert await stand(city, BLOCKS[0]) == [(4, 10, 1), (3, 73, 1), (2, 82, 1), (1, 91, 1)]
    await publish(city, sheet(floor="0.85"))
    asked = await start(city)
    await finish(city)
    for each in BLOCKS:
        assert await stand(city, each) == [(2, 10, 2), (2, 10, 2), (2, 10, 2), (1, 91, 2)]
    seen = await told(city, BlockRescored)
    assert sorted(event.data.block_id for event in seen) == sorted(BLOCKS)
    for event in seen:
        assert (event.data.ranked, event.data.leader_points, event.data.parts) == (4, 91, 1)
        changed = {unit.unit_id: unit for unit in event.data.changed}
        lowest, second, third, first = UNITS[event.data.block_id]
        # The lowest has no other points, but another place; who leads by as much as before is not named.
        assert first not in changed
        assert (changed[lowest].points, changed[lowest].previous_points, changed[lowest].version) == (10, 10, 1)
        assert (changed[lowest].rank, changed[lowest].previous_rank, changed[lowest].decided_by) == (2, 4, "shared")
        assert (changed[second].points, changed[second].previous_points, changed[second].version) == (10, 73, 2)
        assert (changed[third].rank, changed[third].previous_rank) == (2, 2)
    done = await progress(city, asked)
    assert (done["boards"], done["boards_done"], done["scores_done"]) == (5, 5, 20)
    assert (done["points_changed"], done["places_changed"]) == (10, 10)
    assert done["ended_at"] is not None


async def test_a_step_heard_twice_or_cut_short_changes_nothing(city: House) -> None:
    await publish(city, sheet(floor="0.85"))
    first = await start(city)
    with pytest.raises(ConnectionError):
        await cut_short(city, first)
    assert (await progress(city, first))["boards_done"] == 0
    await take(city, first)
    await take(city, first)
    assert (await progress(city, first))["boards_done"] == 2
    await finish(city)
    assert len(await told(city, BlockRescored)) == len(BLOCKS)
    assert [event.data.step for event in await told(city, RescoringAdvanced)] == [0, 1, 2, 3, 4]
    for each in BLOCKS:
        assert await stand(city, each) == [(2, 10, 2), (2, 10, 2), (2, 10, 2), (1, 91, 2)]


async def test_a_report_that_comes_meanwhile_stays(city: House) -> None:
    await publish(city, sheet(floor="0.85"))
    await take(city, await start(city))
    done = [event.data.block_id for event in await told(city, BlockRescored)]
    waiting = next(each for each in BLOCKS if each not in done)
    amended = [report(UNITS[each][0], each, 950, version=2) for each in (done[0], waiting)]
    async with city.at_work("scoring") as tx:
        await actions.take_up_reports(tx, amended)
    await finish(city)
    for each in (done[0], waiting):
        assert await stand(city, each) == [(1, Decimal("95.5"), 2), (3, 10, 2), (3, 10, 2), (2, 91, 2)]
    kept = await city.rows("scoring", "SELECT count(*) AS n FROM scores WHERE report_version = 2")
    assert kept[0]["n"] == 2


async def test_whoever_is_being_scored_on_the_older_version_is_waited_for(city: House) -> None:
    """A report that is taken up while the sheet is published is scored on what it read; the rescoring must not miss it."""
    unit = UNITS[BLOCKS[0]][0]
    async with city.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [report(unit, BLOCKS[0], 800, version=2)])
        await publish(city, sheet(floor="0.85"))
        starting = asyncio.create_task(start(city))

        async def waits() -> bool:
            held = await city.rows("scoring", "SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'ExclusiveLock'")
            return bool(held)

        await eventually(waits, expect="the rescoring waits for the report")
        assert not starting.done()
    await starting
    await finish(city)
    assert await stand(city, BLOCKS[0]) == [(2, 10, 2), (2, 10, 2), (2, 10, 2), (1, 91, 2)]
    found = await city.rows("scoring", "SELECT report_version FROM scores WHERE unit_id = $1", unit)
    assert found[0]["report_version"] == 2


async def test_a_step_waits_for_whoever_is_taking_up_a_report_on_its_boards(city: House) -> None:
    await publish(city, sheet(floor="0.85"))
    first = await start(city)
    async with city.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [report(UNITS[each][0], each, 950, version=2) for each in BLOCKS])
        stepping = asyncio.create_task(take(city, first))

        async def waits() -> bool:
            return bool(await city.rows("scoring", "SELECT 1 FROM pg_locks WHERE NOT granted"))

        await eventually(waits, expect="the step waits for the reports")
    await stepping
    await finish(city)
    kept = await city.rows("scoring", "SELECT DISTINCT points, report_version FROM scores WHERE report_version = 2")
    assert [tuple(row) for row in kept] == [(Decimal("95.5"), 2)]
    for each in BLOCKS:
        assert await stand(city, each) == [(1, Decimal("95.5"), 2), (3, 10, 2), (3, 10, 2), (2, 91, 2)]
    assert len(await city.rows("scoring", "SELECT 1 FROM scores WHERE report_version = 2")) == len(BLOCKS)


async def test_a_step_that_waits_for_a_move_sees_who_came(city: House) -> None:
    """The unit comes from a board that is not of this step, so that only the board it comes to is waited for."""
    there, *_, here = sorted(BLOCKS)
    moving = UNITS[here][3]
    await publish(city, sheet(floor="0.85"))
    first = await start(city)
    async with city.at_work("scoring") as tx:
        await actions.learn_moves(tx, [a_move(moving, there)])
        stepping = asyncio.create_task(take(city, first))

        async def waits() -> bool:
            return bool(await city.rows("scoring", "SELECT 1 FROM pg_locks WHERE NOT granted"))

        await eventually(waits, expect="the step waits for the board")
    await stepping
    places = await city.rows("scoring", f"SELECT {RANK} AS rank FROM places WHERE block_id = $1 ORDER BY rank", there)
    # Two lead with 91 points, the rest have ten.
    assert [row["rank"] for row in places] == [1, 1, 3, 3, 3]
    (event,) = [each for each in await told(city, BlockRescored) if each.data.block_id == there]
    assert (event.data.members, event.data.ranked) == (5, 5)


def a_move(unit: UUID, to: UUID) -> Event[UnitChanged]:
    move = {"change_id": uuid4(), "unit_id": unit, "version": 2, "effective_on": date(2023, 9, 1)}
    return event_of(UnitChanged(**move, kind=UnitChangeKind.MOVED, block_id=to))


async def test_whoever_has_left_the_block_is_told_of_its_points_and_gets_no_place(city: House) -> None:
    """Its score of that time still is one; it stands nowhere."""
    lowest, gone, *others = UNITS[BLOCKS[0]]
    async with city.at_work("scoring") as tx:
        await actions.learn_blocks(tx, [block(BLOCKS[0], 2, [lowest, *others])])
    await publish(city, sheet(floor="0.85"))
    await start(city)
    await finish(city)
    (event,) = [each for each in await told(city, BlockRescored) if each.data.block_id == BLOCKS[0]]
    assert [(each.points, each.rank) for each in event.data.changed if each.unit_id == gone] == [(10, None)]
    assert await city.rows("scoring", "SELECT 1 FROM places WHERE unit_id = $1", gone) == []


async def test_whoever_has_moved_is_rescored_on_its_new_board_and_whoever_withdrew_is_passed_over(city: House) -> None:
    """Both have a score that names, or a report that came with, another state than the one that counts."""
    here, there = BLOCKS[0], BLOCKS[1]
    moving, withdrawing = UNITS[here][2], UNITS[there][3]
    of_report = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": there, "unit_id": withdrawing, "version": 2}
    withdrawn = ReportWithdrawn(**of_report, report_id=uuid4(), receipt_number="BN", withdrawn_at=datetime.now(UTC))
    async with city.at_work("scoring") as tx:
        await actions.learn_moves(tx, [a_move(moving, there)])
        await actions.take_up_reports(tx, [event_of(withdrawn)])
    await publish(city, sheet(floor="0.85"))
    asked = await start(city)
    await finish(city)
    seen = {event.data.block_id: event.data for event in await told(city, BlockRescored)}
    assert (seen[here].members, seen[here].ranked) == (3, 3)
    assert (seen[there].members, seen[there].ranked) == (5, 4)
    assert moving not in {unit.unit_id for unit in seen[here].changed}
    (moved,) = [unit for unit in seen[there].changed if unit.unit_id == moving]
    assert (moved.points, moved.previous_points, moved.rank) == (10, 82, 1)
    assert withdrawing not in {unit.unit_id for unit in seen[there].changed}
    stood = await city.rows("scoring", "SELECT unit_id FROM scores WHERE sheet_version = 1")
    assert [row["unit_id"] for row in stood] == [withdrawing]
    assert (await progress(city, asked))["scores_done"] == 19


async def test_a_large_block_is_told_in_parts(house: House) -> None:
    units = [ident(f"unit-{number}") for number in range(1_100)]
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, sheet())
        await actions.learn_blocks(tx, [block(BLOCKS[0], 1, units)])
        await actions.take_up_reports(tx, [report(unit, BLOCKS[0], 750) for unit in units])
    await publish(house, sheet(floor="0.85"))
    await start(house)
    await finish(house)
    seen = [event.data for event in await told(house, BlockRescored)]
    assert [(each.part, each.parts, len(each.changed)) for each in seen] == [(1, 3, 500), (2, 3, 500), (3, 3, 100)]
    assert {each.version for each in seen} == {2}
    assert {unit.unit_id for each in seen for unit in each.changed} == set(units)


async def test_only_one_at_a_time_and_only_what_there_is(city: House) -> None:
    async with city.at_work("scoring") as tx:
        with pytest.raises(NotFound):
            await actions.start_rescoring(tx, ident("no sheet"), None)
        with pytest.raises(Invalid) as refused:
            await actions.start_rescoring(tx, SHEET, ident("no period"))
        assert [each.field for each in refused.value.errors] == ["period_id"]
    asked = await start(city, PERIOD)
    async with city.at_work("scoring") as tx:
        with pytest.raises(Conflict) as conflict:
            await actions.start_rescoring(tx, SHEET, PERIOD)
    assert conflict.value.members == {"rescoring_id": str(asked.data.rescoring_id)}
    await finish(city)
    done = await progress(city, asked)
    # Nothing was published: all stand on the newest version already.
    assert (done["boards_done"], done["scores_done"], done["points_changed"]) == (5, 0, 0)
    await start(city)


async def test_the_office_asks_and_is_told_while_the_service_dies_and_comes_back(house: House) -> None:
    await house.open(["registry", "scoring"])
    await found(house)
    for unit, amount in ((TAN_PHONG, "900"), (QUYET_THANG, "800"), (SAN_THANG, "600")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    changed = sheet(floor="0.50").model_dump(mode="json", exclude={"sheet_id", "version"})
    async with house.office("scoring") as office, house.client("scoring", ("unit_officer", TAN_PHONG)) as officer:
        assert (await office.put(f"/sheets/{small.SHEET}", json=changed)).json() == {"version": 2}
        assert (await officer.post(f"/sheets/{small.SHEET}/rescorings", json={})).status_code == 403
    scoring = house.services["scoring"]
    scoring.stop()
    scoring.start(FAILPOINTS="bus.before_commit")
    await scoring.ready()
    async with house.office("scoring") as office:
        asked = await office.post(f"/sheets/{small.SHEET}/rescorings", json={}, headers={"Idempotency-Key": "once"})
        assert asked.status_code == 202, asked.text
    await scoring.ended()
    scoring.start()
    await scoring.ready()
    async with house.office("scoring") as office:
        again = await office.post(f"/sheets/{small.SHEET}/rescorings", json={}, headers={"Idempotency-Key": "once"})
        assert again.json() == asked.json()
        path = f"/rescorings/{asked.json()['rescoring_id']}"

        async def ended() -> bool:
            return bool((await office.get(path)).json()["ended_at"])

        await eventually(ended, expect="the rescoring has ended")
        done = (await office.get(path)).json()
        assert (done["boards_done"], done["scores_done"], done["points_changed"]) == (1, 3, 1)
        listed = (await office.get(f"/sheets/{small.SHEET}/rescorings")).json()["items"]
        assert [each["rescoring_id"] for each in listed] == [asked.json()["rescoring_id"]]
        (only,) = (await office.get(f"{path}/blocks")).json()["items"]
        page = (await office.get(f"{path}/blocks", params={"most": 1})).json()
        assert (await office.get(f"{path}/blocks", params={"after": page["next"]})).json() == {
            "items": [],
            "next": None,
        }
    assert [(each["unit_id"], each["previous_points"], each["points"]) for each in only["changed"]] == [
        (str(SAN_THANG), "10.00", "64.00")
    ]


async def go_back(house: House, version: int = 1, reason: str | None = "Bản mới chưa được thông qua") -> None:
    async with house.at_work("scoring") as tx:
        await actions.start_rescoring(tx, SHEET, PERIOD, version=version, reason=reason)
    await finish(house)


async def versions(house: House) -> set[int]:
    return {row["sheet_version"] for row in await house.rows("scoring", "SELECT sheet_version FROM scores")}


async def points(house: House) -> list[tuple[Any, ...]]:
    asked = f"SELECT block_id, unit_id, {RANK}, points, percent, decided_by FROM places ORDER BY 1, 2"
    return [tuple(row) for row in await house.rows("scoring", asked)]


async def test_what_stands_on_a_newer_version_goes_back_for_a_reason_and_comes_forward_again(city: House) -> None:
    before = await points(city)
    async with city.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, sheet("0.85"))
    await start(city)
    await finish(city)
    after = await points(city)
    assert (after != before, await versions(city)) == (True, {2})
    unsaid = [(1, reason, "reason") for reason in (None, " " * 12, "aaaaaaaaaaaa")]
    for version, reason, field in (*unsaid, (3, "Phiên bản chưa có", "version")):
        with pytest.raises(Invalid) as refused:
            await go_back(city, version, reason)
        assert refused.value.errors[0].field == field
    await go_back(city)
    assert (await points(city), await versions(city)) == (before, {1})
    last = (await told(city, BlockRescored))[-1].data
    assert (last.back, last.sheet_version, len(last.changed)) == (True, 1, 3)
    async with city.at_work("scoring") as tx:
        newest = (await queries.rescorings_of(Read(tx.db), SHEET))[0]
    assert (newest["sheet_version"], newest["back"], newest["reason"]) == (1, True, "Bản mới chưa được thông qua")
    # Whoever reports after that is scored by what stands; going forward leaves nobody behind.
    async with city.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [report(UNITS[BLOCKS[0]][0], BLOCKS[0], 600, version=2)])
    assert await versions(city) == {1}
    await start(city)
    await finish(city)
    assert (await points(city), await versions(city)) == (after, {2})


LATER = ident("later-period")


async def by_version(house: House, period: UUID) -> set[int]:
    asked = "SELECT sheet_version FROM scores WHERE period_id = $1 AND NOT withdrawn"
    return {row["sheet_version"] for row in await house.rows("scoring", asked, period)}


async def opened_later(house: House) -> None:
    """Have another campaign with a period of its own."""
    other = {**CAMPAIGN_DOCUMENT, "campaign_id": ident("later-campaign"), "version": 1}
    other["periods"] = [{**CAMPAIGN_DOCUMENT["periods"][0], "period_id": LATER}]
    async with house.at_work("scoring") as tx:
        await actions.learn_periods(tx, [event_of(CampaignLaunched.model_validate(other))])


async def amend(house: House, amount: int, version: int, period: UUID = PERIOD) -> None:
    """Have a unit of every block report again, one of them for the first time in that period."""
    of = [report(UNITS[each][0], each, amount, version) for each in BLOCKS]
    async with house.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [event_of(each.data.model_copy(update={"period_id": period})) for each in of])


async def test_a_board_that_went_back_stays_on_one_version(city: House) -> None:
    """The older version is what a period stands on from then on, also while boards are still waiting for their step."""
    await publish(city, sheet(floor="0.85"))
    await start(city)
    await finish(city)
    async with city.at_work("scoring") as tx:
        await actions.start_rescoring(tx, SHEET, PERIOD, version=1, reason="Bản mới chưa được thông qua")
    await amend(city, 800, 2)
    await finish(city)
    assert await by_version(city, PERIOD) == {1}
    await amend(city, 700, 3)
    assert await by_version(city, PERIOD) == {1}
    assert await stand(city, BLOCKS[0]) == [(3, 73, 1), (3, 73, 1), (2, 82, 1), (1, 91, 1)]
    # Another period was not asked for: it goes on with the newest.
    await amend(city, 800, 1, LATER)
    assert await by_version(city, LATER) == {2}
    async with city.at_work("scoring") as tx:
        read = Read(tx.db)
        assert (await queries.sheet_versions(read, SHEET))["standing"] == [{"period_id": PERIOD, "version": 1}]
        # What a form shows before it is sent is what comes of it.
        shown = [(await queries.standing_sheet(read, SHEET, each)).version for each in (PERIOD, LATER)]
    assert shown == [1, 2]


async def test_what_is_published_after_going_back_or_asked_for_anew_takes_its_place(city: House) -> None:
    await opened_later(city)
    await publish(city, sheet(floor="0.85"))
    async with city.at_work("scoring") as tx:
        await actions.start_rescoring(tx, SHEET, None, version=1, reason="Bản mới chưa được thông qua")
    await finish(city)
    await amend(city, 800, 2)
    await amend(city, 800, 1, LATER)
    assert (await by_version(city, PERIOD), await by_version(city, LATER)) == ({1}, {1})
    # One of the two goes forward: the other stays where it was put.
    await start(city, LATER)
    await finish(city)
    await amend(city, 900, 2, LATER)
    await amend(city, 900, 3)
    assert (await by_version(city, PERIOD), await by_version(city, LATER)) == ({1}, {2})
    async with city.at_work("scoring") as tx:
        told_of = await queries.sheet_versions(Read(tx.db), SHEET)
    assert told_of["standing"] == [{"period_id": None, "version": 1}, {"period_id": LATER, "version": 2}]
    # To publish is to say what is scored by from now on; the rest follows when it is rescored.
    await publish(city, sheet(floor="0.50"))
    await amend(city, 950, 4)
    assert await by_version(city, PERIOD) == {1, 3}
    await start(city)
    await finish(city)
    assert await by_version(city, PERIOD) == {3}
    async with city.at_work("scoring") as tx:
        assert (await queries.sheet_versions(Read(tx.db), SHEET))["standing"] == []
