"""Do the units of all blocks stand beside one another by their share, each reader told what is theirs, at the cost of a page?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from city import BLOCK_DOCUMENT, CAMPAIGN, CAMPAIGN_DOCUMENT, PERIOD, SHEET_DOCUMENT
from house import CITY, House, event_of, ident
from plans import scanned, visited

from chassis.db import Read
from chassis.errors import Forbidden, Invalid, NotFound
from contracts.envelope import Event
from contracts.registry import BlockFormed, CampaignLaunched, ReportedValue, ReportSubmitted
from contracts.scoring import BoardState
from scoring import actions, queries
from scoring.queries import THE_OFFICE, CityAsked, Standing, Viewer
from scoring.queries.city import BLOCKS, counted_before, page_of
from scoring.rules import Sheet

WARDS, SCHOOLS = ident("city-wards"), ident("city-schools")
ON = {WARDS: ident("city-sheet-of-wards"), SCHOOLS: ident("city-sheet-of-schools")}
AMOUNTS = {WARDS: (1000, 800, 700), SCHOOLS: (900, 800)}
PATH = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/city-board"


def unit(block: UUID, number: int) -> UUID:
    return ident(f"{block}-{number}")


def a_report(block: UUID, number: int, amount: int, version: int = 1) -> Event[ReportSubmitted]:
    values = (ReportedValue(criterion="1.1", value=Decimal(amount)), ReportedValue(criterion="2.1", value=Decimal(1)))
    told = {"report_id": uuid4(), "receipt_number": "BN-2311-0001", "version": version, "values": values}
    where = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": block, "unit_id": unit(block, number)}
    return event_of(ReportSubmitted(**told, **where, accepted_at=datetime.now(UTC), late=False))


@pytest_asyncio.fixture
async def city(house: House) -> House:
    return await founded(house)


async def founded(house: House) -> House:
    """Two blocks, each under a sheet of its own; the one of three units is published, the one of two is not."""
    async with house.at_work("scoring") as tx:
        wards = Sheet.model_validate(SHEET_DOCUMENT)
        await actions.publish_sheet(tx, ON[WARDS], wards)
        await actions.publish_sheet(tx, ON[SCHOOLS], wards.model_copy(update={"name": "Bảng điểm trường"}))
        campaign = {**CAMPAIGN_DOCUMENT, "campaign_id": CAMPAIGN, "version": 1}
        await actions.learn_periods(tx, [event_of(CampaignLaunched.model_validate(campaign))])
        for block, amounts in AMOUNTS.items():
            members = [unit(block, number) for number in range(len(amounts))]
            formed = {**BLOCK_DOCUMENT, "sheet_id": ON[block], "head_unit_id": None, "member_unit_ids": members}
            formed |= {"block_id": block, "version": 1}
            await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(formed))])
            reports = [a_report(block, number, amount) for number, amount in enumerate(amounts)]
            await actions.take_up_reports(tx, reports)
    await publish(house, WARDS, 1)
    return house


async def publish(house: House, block: UUID, number: int) -> None:
    async with house.at_work("scoring") as tx:
        seen = (await queries.waiting(Read(tx.db), PERIOD, block, THE_OFFICE))["digest"]
        body = actions.Publish(state=BoardState.FROZEN, digest=seen)
        await actions.publish_board(tx, (PERIOD, block), number, body, by="Phòng Nội vụ")


async def board(house: House, viewer: Viewer = THE_OFFICE, **asked: Any) -> dict[str, Any]:
    async with house.at_work("scoring") as tx:
        return await queries.city_board(Read(tx.db), CAMPAIGN, PERIOD, viewer, CityAsked(**asked))


def shares(found: dict[str, Any]) -> list[tuple[UUID, Decimal, int | None]]:
    return [(row["block_id"], row["percent"], row["rank"]) for row in found["rows"]]


async def test_units_of_all_blocks_stand_by_their_share_with_their_place_within_the_block(city: House) -> None:
    live = await board(city, standing=Standing.LIVE)
    assert shares(live) == [
        (WARDS, Decimal(100), 1),
        (SCHOOLS, Decimal(91), 1),
        *sorted([(WARDS, Decimal(82), 2), (SCHOOLS, Decimal(82), 2)], key=lambda each: unit(each[0], 1), reverse=True),
        (WARDS, Decimal(73), 3),
    ]
    assert live["rows"][0]["published"]["state"] == "frozen"
    assert live["rows"][1]["published"] is None
    of_schools = await board(city, standing=Standing.LIVE, sheet_id=ON[SCHOOLS])
    assert {row["block_id"] for row in of_schools["rows"]} == {SCHOOLS}
    assert shares(of_schools) == shares(await board(city, standing=Standing.LIVE, block_id=SCHOOLS))
    (one,) = (await board(city, standing=Standing.LIVE, unit_id=[unit(SCHOOLS, 1)]))["rows"]
    assert (one["unit_id"], one["rank"]) == (unit(SCHOOLS, 1), 2)


async def test_everybody_is_told_what_was_published_and_the_office_what_stands(city: House) -> None:
    public, officer = Viewer(), Viewer(units=frozenset({unit(SCHOOLS, 0)}))
    head = Viewer(heads=frozenset({WARDS}))
    async with city.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(WARDS, 2, 990, version=2)])
    for viewer in (public, officer, head):
        with pytest.raises(Forbidden):
            await board(city, viewer, standing=Standing.LIVE)
        found = await board(city, viewer)
        assert shares(found) == [(WARDS, Decimal(100), 1), (WARDS, Decimal(82), 2), (WARDS, Decimal(73), 3)]
        assert set(found["rows"][0]) == {
            *("order", "unit_id", "block_id", "sheet_id", "rank", "points", "maximum", "percent", "published"),
        }
    assert Decimal("99.00") in {percent for _, percent, _ in shares(await board(city, standing=Standing.LIVE))}
    # What is published next stands instead of what was, once.
    await publish(city, WARDS, 2)
    again = await board(city, public)
    assert [percent for _, percent, _ in shares(again)] == [Decimal(100), Decimal("99.00"), Decimal(82)]
    assert {row["published"]["number"] for row in again["rows"]} == {2}
    async with city.at_work("scoring") as tx:
        with pytest.raises(NotFound):
            await queries.city_board(Read(tx.db), uuid4(), PERIOD, public, CityAsked())


async def test_what_was_published_at_an_instant_stands_as_it_did_with_the_same_fingerprint(city: House) -> None:
    """Whatever is published later: the order, the state of each board, the counts, and the fingerprint of all."""
    first = await board(city, Viewer())
    await city.set_clock("scoring", "2023-12-20 10:00+07")
    between = datetime.fromisoformat("2023-12-20 09:59+07")
    async with city.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(WARDS, 2, 990, version=2)])
    await publish(city, WARDS, 2)
    await publish(city, SCHOOLS, 1)
    await city.set_clock("scoring", "2023-12-20 10:01+07")
    then, now = await board(city, Viewer(), as_of=between), await board(city, Viewer())
    assert {**then, "as_of": None} == first
    assert now["fingerprint"] != first["fingerprint"] == (await board(city, as_of=between, most=1))["fingerprint"]
    assert len(now["rows"]) == len(then["rows"]) + len(AMOUNTS[SCHOOLS])
    async with city.at_work("scoring") as tx:
        asked = (Read(tx.db), CAMPAIGN, PERIOD, Viewer())
        told = await queries.blocks_of_city(*asked, standing=Standing.PUBLISHED, after=None, most=10, as_of=between)
    assert [(each["block_id"], each["number"]) for each in told["items"]] == [(WARDS, 1)]
    assert (await board(city, as_of=datetime.fromisoformat("2000-01-01 00:00+07")))["rows"] == []
    with pytest.raises(Invalid, match="Chưa xem được"):
        await board(city, as_of=datetime.fromisoformat("2023-12-20 10:01+07"))
    with pytest.raises(ValueError, match="bảng của từng khối"):
        CityAsked(standing=Standing.LIVE, as_of=between)


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_pages_follow_one_another_and_go_on_counting(city: House, size: int) -> None:
    whole = await board(city, standing=Standing.LIVE)
    pages: list[Any] = []
    after: dict[str, Any] = {}
    while True:
        page = await board(city, standing=Standing.LIVE, most=size, **after)
        pages += page["rows"]
        if not page["more"]:
            break
        after = {"after_percent": pages[-1]["percent"], "after_unit": pages[-1]["unit_id"]}
    assert pages == whole["rows"]
    assert [row["order"] for row in pages] == [1, 2, 3, 3, 5]


async def test_boards_are_counted_by_how_they_stand(city: House) -> None:
    async with city.at_work("scoring") as tx:
        db = Read(tx.db)
        asked = (db, CAMPAIGN, PERIOD)
        live = await queries.blocks_of_city(*asked, THE_OFFICE, standing=Standing.LIVE, after=None, most=10)
        assert {each["block_id"]: (each["state"], each["members"], each["ranked"]) for each in live["items"]} == {
            WARDS: ("frozen", 3, 3),
            SCHOOLS: ("provisional", 2, 2),
        }
        told = await queries.blocks_of_city(*asked, Viewer(), standing=Standing.PUBLISHED, after=None, most=10)
        assert [each["block_id"] for each in told["items"]] == [WARDS]
        assert told["totals"]["provisional"] == {"state": "provisional", "blocks": 1, "members": None, "ranked": None}


async def test_the_door_gives_everybody_what_is_published(house: House) -> None:
    await house.open(["scoring"])
    await founded(house)
    async with house.client("scoring") as anybody, house.client("scoring", ("city_office", CITY)) as office:
        assert len((await anybody.get(PATH)).json()["rows"]) == 3
        assert (await anybody.get(PATH, params={"standing": "live"})).status_code == 403
        assert len((await office.get(PATH, params={"standing": "live"})).json()["rows"]) == 5
        assert (await anybody.get(f"{PATH}/blocks")).json()["totals"]["frozen"]["blocks"] == 1
        assert (await anybody.get(PATH, params={"after_percent": "80"})).status_code == 422


@pytest_asyncio.fixture
async def large(house: House) -> AsyncIterator[Any]:
    """Twenty thousand units in blocks of forty; every block was published twice."""
    async with house.at_work("scoring"):
        pass
    db = await house.connect("scoring")
    block = "CAST(lpad(to_hex(unit / 40), 32, '0') AS uuid)"
    who, period = "CAST(lpad(to_hex(unit), 32, '0') AS uuid)", f"CAST('{PERIOD}' AS uuid)"
    of_units = "FROM generate_series(0, 19999) AS unit"
    of_blocks = "FROM generate_series(0, 19999, 40) AS unit"
    nobody = "CAST('00000000-0000-0000-0000-000000000000' AS uuid)"
    share = "round(CAST(100 * random() AS numeric), 2)"
    await db.execute("SET session_replication_role = replica")
    for statement in (
        f"INSERT INTO periods VALUES ({period}, '{CAMPAIGN}', 1, 1, '2023-12-15')",
        f"INSERT INTO blocks SELECT {block}, 1, 2023, '{ON[WARDS]}', ARRAY[{nobody}] {of_blocks}",
        (
            "INSERT INTO boards (period_id, block_id, version, changed_at, caused_by, members, ranked) "
            f"SELECT {period}, {block}, 1, now(), {nobody}, 40, 40 {of_blocks}"
        ),
        (
            "INSERT INTO places (period_id, block_id, unit_id, among, points, percent) "
            f"SELECT {period}, {block}, {who}, 1, 50, {share} {of_units}"
        ),
        (
            "INSERT INTO scores (period_id, unit_id, campaign_id, block_id, version, report_version, sheet_id, sheet_version, "
            "points, percent, maximum, content, penalty, tie_points, tie_maximum, disqualified, score, inputs, caused_by, "
            f"scored_at) SELECT {period}, {who}, '{CAMPAIGN}', {block}, 1, 1, '{ON[WARDS]}', 1, 50, 50, 100, 50, 0, 0, 0, "
            f"false, '{{}}', '{{}}', {nobody}, now() {of_units}"
        ),
        *[
            "INSERT INTO publications SELECT "
            f"{period}, {block}, {number}, '{CAMPAIGN}', 'frozen', false, NULL, 1, '', '', '{{}}', 40, 40, now(), '', "
            f"{nobody} {of_blocks}"
            for number in (1, 2)
        ],
        *[
            "INSERT INTO published_places (period_id, block_id, number, unit_id, rank, points, percent, maximum) "
            f"SELECT {period}, {block}, {number}, {who}, 1 + unit % 40, 50, {share}, 100 {of_units}"
            for number in (1, 2)
        ],
        "ANALYZE",
    ):
        await db.execute(statement)
    yield db
    await db.close()


async def test_a_page_of_many_units_is_read_in_the_order_of_an_index(large: Any) -> None:
    """Whichever filter and however deep: nothing is read from end to end, and a page costs what it shows, and the boards of that."""
    await large.execute("SET enable_seqscan = off")
    deep = {"after_percent": Decimal("50.5"), "after_unit": UUID(int=7)}
    block = UUID(int=3)
    for standing in Standing:
        for asked in ({}, deep, {"block_id": block}, {"sheet_id": ON[WARDS]}, {"unit_id": [UUID(int=7), UUID(int=8)]}):
            page = page_of(PERIOD, CityAsked(standing=standing, **asked))
            assert await scanned(large, page) == set(), (standing, asked)
            # Ranks that stand are counted over the boards of the page: here each unit is of another one, of forty.
            assert await visited(large, page) <= (6000 if standing is Standing.LIVE else 1500), (standing, asked)
        counted = counted_before(PERIOD, CityAsked(standing=standing, **deep), Decimal("50.5"))
        assert await scanned(large, counted) == set()
    plan = await large.fetch(
        "EXPLAIN "
        + str(BLOCKS)
        .replace(":period_id", f"'{PERIOD}'")
        .replace(":live", "true")
        .replace(":until", "'infinity'")
        .replace(":after", f"'{block}'")
        .replace(":most", "50")
    )
    assert not [line for (line,) in plan if "Seq Scan" in line]
