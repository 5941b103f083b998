"""Does a published board stay as it is, whatever comes after, and does the log give the board of any instant again?"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx2
import orjson
import pytest
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, SHEET, SHEET_DOCUMENT, TAN_PHONG
from house import CITY, House, Templates, event_of, ident
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.db import Read
from chassis.errors import Conflict, Forbidden, Invalid, NotFound
from chassis.events import Tx
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
    UnitChanged,
    UnitChangeKind,
)
from contracts.scoring import BoardPublished, BoardState, RescoringAdvanced
from scoring import actions, queries, rules
from scoring.actions import Reviewer
from scoring.actions.appeals import Actor, Said
from scoring.actions.rescoring import advance_rescorings, start_rescoring
from scoring.queries import THE_OFFICE, Viewer, history
from scoring.rules import Look, Sheet
from scoring.rules.appeals import Act, Side

KEY = (PERIOD, BLOCK)
EARLY = ident("early-period")
OWN_SHEET = ident("published-on-two-versions")
MEMBERS = (TAN_PHONG, QUYET_THANG, SAN_THANG)
OFFICE = (("city_office", CITY),)
PATH = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}"
_numbers = itertools.count(1)
WHY = "Kiến nghị của phường được chấp nhận"


@pytest_asyncio.fixture
async def scoring(house: House) -> House:
    return await knowing(house)


async def knowing(house: House, sheet_id: UUID = SHEET) -> House:
    """A scoring that knows a sheet, a block of three and two periods, of which the first has closed."""
    closing = {EARLY: datetime(2023, 7, 15, 10, tzinfo=UTC), PERIOD: datetime(2023, 11, 14, 10, tzinfo=UTC)}
    periods = tuple(
        CampaignPeriod(period_id=period, number=number, name="Kỳ", opens_at=at, due_at=at, closes_at=at)
        for number, (period, at) in enumerate(closing.items(), start=1)
    )
    year = {"campaign_id": CAMPAIGN, "version": 1, "year": 2023, "name": "Phong trào", "periods": periods}
    launched = CampaignLaunched(**year, starts_on=date(2023, 1, 1), ends_on=date(2023, 12, 31))
    formed = {**BLOCK_DOCUMENT, "block_id": BLOCK, "sheet_id": sheet_id, "version": 1}
    block = BlockFormed.model_validate(formed)
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, sheet_id, Sheet.model_validate(SHEET_DOCUMENT))
        await actions.learn_blocks(tx, [event_of(block)])
        await actions.learn_periods(tx, [event_of(launched)])
    return house


def a_report(version: int, amount: int, unit: UUID = TAN_PHONG, period: UUID = PERIOD) -> Event[ReportSubmitted]:
    values = (ReportedValue(criterion="1.1", value=Decimal(amount)), ReportedValue(criterion="2.1", value=Decimal(1)))
    told = {"report_id": uuid4(), "receipt_number": "BN-2311-0001", "version": version, "values": values}
    where = {"campaign_id": CAMPAIGN, "period_id": period, "block_id": BLOCK, "unit_id": unit}
    return event_of(ReportSubmitted(**told, **where, accepted_at=datetime.now(UTC), late=False))


def a_withdrawal(version: int, unit: UUID) -> Event[ReportWithdrawn]:
    told = {"report_id": uuid4(), "receipt_number": "BN-2311-0001", "version": version}
    where = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "unit_id": unit}
    return event_of(ReportWithdrawn(**told, **where, withdrawn_at=datetime.now(UTC)))


def a_move(version: int, unit: UUID, to: UUID | None) -> Event[UnitChanged]:
    kind = UnitChangeKind.MOVED
    change = {"change_id": uuid4(), "unit_id": unit, "version": version, "effective_on": date(2023, 9, 1)}
    return event_of(UnitChanged(**change, kind=kind, block_id=to))


async def heard(house: House, *reports: Event[Any]) -> None:
    async with house.at_work("scoring") as tx:
        await actions.take_up_reports(tx, reports)


async def digest(house: House) -> str:
    return str((await waiting(house))["digest"])


async def publish(
    house: House, number: int, state: BoardState = BoardState.FROZEN, reason: str | None = None, seen: str | None = None
) -> actions.Published:
    body = actions.Publish(state=state, digest=seen or await digest(house), reason=reason)
    async with house.at_work("scoring") as tx:
        return await actions.publish_board(tx, KEY, number, body, by="Phòng Nội vụ")


async def waiting(house: House) -> dict[str, Any]:
    async with house.at_work("scoring") as tx:
        return await queries.waiting(Read(tx.db), *KEY, THE_OFFICE)


async def published(house: House, number: int | None = None, viewer: Viewer = THE_OFFICE) -> dict[str, Any]:
    async with house.at_work("scoring") as tx:
        return await queries.published_board(Read(tx.db), *KEY, viewer, number=number)


async def live(house: House) -> dict[str, Any]:
    async with house.at_work("scoring") as tx:
        return await queries.board(Read(tx.db), *KEY, THE_OFFICE)


async def as_of(house: House, instant: datetime) -> dict[str, Any]:
    """As the query asks, whatever has settled."""
    async with house.at_work("scoring") as tx:
        return await history.stood_at(Read(tx.db), *KEY, instant)


async def now(house: House) -> datetime:
    async with house.at_work("scoring") as tx:
        return await tx.now()


def order(board: dict[str, Any]) -> list[tuple[UUID, int | None, Decimal]]:
    return [
        (UUID(str(row["unit_id"])), row["rank"], Decimal(row["points"]))
        for row in board["rows"]
        if row["points"] is not None
    ]


async def test_a_frozen_board_stays_while_corrections_wait_for_the_next(scoring: House) -> None:
    await heard(scoring, a_report(1, 900), a_report(1, 800, QUYET_THANG))
    first = await publish(scoring, 1)
    stood = await published(scoring)
    assert (stood["number"], stood["state"], stood["by"]) == (1, "frozen", "Phòng Nội vụ")
    assert [row["state"] for row in stood["rows"]] == ["ranked", "ranked", "not_reported"]
    assert stood["rows"][0]["groups"][0] == {"group": "1", "points": "81", "maximum": "90"}
    await heard(scoring, a_report(2, 1000, QUYET_THANG))
    assert await published(scoring) == stood
    async with scoring.at_work("scoring") as tx:
        ahead = await queries.waiting(Read(tx.db), *KEY, THE_OFFICE)
    assert ahead["next_number"] == 2
    assert {
        UUID(change["unit_id"]): (change["before"]["rank"], change["now"]["rank"]) for change in ahead["changes"]
    } == {QUYET_THANG: (2, 1), TAN_PHONG: (1, 2)}
    second = await publish(scoring, 2)
    assert second.fingerprint != first.fingerprint
    assert (await published(scoring))["rows"][0]["unit_id"] == str(QUYET_THANG)
    again = await published(scoring, 1)
    assert again["rows"] == stood["rows"]
    assert again["fingerprint"] == first.fingerprint


async def test_publishing_tells_others_once_and_names_nobody(scoring: House) -> None:
    await heard(scoring, a_report(1, 900))
    seen = await digest(scoring)
    told = await publish(scoring, 1, seen=seen)
    await heard(scoring, a_report(2, 1000))
    assert await publish(scoring, 1, seen=seen) == told
    rows = await scoring.rows(
        "scoring", "SELECT bytes FROM event_log WHERE type LIKE '%published.v1' AND subject = $1", str(BLOCK)
    )
    (event,) = [Event[BoardPublished].model_validate_json(row["bytes"]).data for row in rows]
    assert (event.number, event.state, event.fingerprint) == (1, BoardState.FROZEN, told.fingerprint)
    assert (event.members, event.ranked) == (3, 1)
    assert {place.unit_id: place.rank for place in event.places} == dict.fromkeys(MEMBERS) | {TAN_PHONG: 1}


async def test_what_nobody_has_seen_is_not_published(scoring: House) -> None:
    with pytest.raises(NotFound):
        await publish(scoring, 1)
    await heard(scoring, a_report(1, 900))
    seen = await digest(scoring)
    await heard(scoring, a_report(2, 950))
    with pytest.raises(Conflict, match="sau khi bạn xem"):
        await publish(scoring, 1, seen=seen)
    with pytest.raises(Conflict, match="kế tiếp là lần 1"):
        await publish(scoring, 2)
    await publish(scoring, 1)
    await heard(scoring, a_report(3, 960))
    with pytest.raises(Conflict, match="kế tiếp là lần 2"):
        await publish(scoring, 1)
    assert (await published(scoring))["number"] == 1


async def test_a_final_board_is_only_corrected_and_with_a_reason(scoring: House) -> None:
    await heard(scoring, a_report(1, 900))
    await publish(scoring, 1)
    await publish(scoring, 2, BoardState.FINAL, WHY)
    await heard(scoring, a_report(2, 950))
    for state, reason in ((BoardState.FROZEN, None), (BoardState.FROZEN, WHY), (BoardState.FINAL, None)):
        with pytest.raises(Conflict, match="đã chính thức") as refused:
            await publish(scoring, 3, state, reason)
        assert any("đính chính" in each for each in refused.value.members["instead"])
    with pytest.raises(Conflict, match="đã chính thức"):
        await publish(scoring, 3, BoardState.FINAL, " " * 12)
    with pytest.raises(Invalid, match="Ghi lý do thành câu") as unsaid:
        await publish(scoring, 3, BoardState.FINAL, "aaaaaaaaaaaa")
    assert [error.field for error in unsaid.value.errors] == ["reason"]
    told = await publish(scoring, 3, BoardState.FINAL, WHY)
    assert told.correction
    assert (await published(scoring))["reason"] == WHY
    logged = await scoring.rows(
        "scoring", "SELECT FROM event_log WHERE position(convert_to($1, 'UTF8') IN bytes) > 0", WHY
    )
    assert logged == []


async def test_nothing_is_final_while_something_is_open(scoring: House) -> None:
    await heard(scoring, a_report(1, 900))
    await scoring.set_clock("scoring", "2023-11-10 08:00:00+07")
    with pytest.raises(Conflict, match="kỳ báo cáo chưa đóng"):
        await publish(scoring, 1, BoardState.FINAL)
    await scoring.set_clock("scoring", "2023-11-20 08:00:00+07")
    letter = (
        "INSERT INTO dead_letter (id, consumer, stream_sequence, type, payload, digest, error, attempts) "
        "VALUES (gen_random_uuid(), 'scoring', {}, 'registry.report_submitted.v1', '{}', '', '', 3)"
    )
    await scoring.run("scoring", letter.format(1, f'{{"block_id":"{uuid4()}"}}'))
    await scoring.run("scoring", letter.format(2, f'{{"block_id":"{BLOCK}"}}'))
    await scoring.run("scoring", "UPDATE scores SET report_version = 0")
    with pytest.raises(Conflict, match="1 báo cáo đã nhận nhưng chưa chấm xong; 1 tin hệ thống xử lý lỗi"):
        await publish(scoring, 1, BoardState.FINAL)
    await publish(scoring, 1)
    await scoring.run("scoring", "UPDATE scores SET report_version = 1", "UPDATE dead_letter SET state = 'discarded'")
    filed = f"gen_random_uuid(), '{CAMPAIGN}', '{PERIOD}', '{BLOCK}', '{TAN_PHONG}', '1.1', 'filed', 1"
    await scoring.run("scoring", f"INSERT INTO appeals VALUES ({filed})")
    with pytest.raises(Conflict, match="1 kiến nghị chưa quyết định"):
        await publish(scoring, 2, BoardState.FINAL)
    await scoring.run("scoring", "UPDATE appeals SET state = 'rejected'")
    await publish(scoring, 2, BoardState.FINAL, WHY)


async def test_whoever_was_left_out_by_the_newest_publication_stands_on_none(scoring: House) -> None:
    await heard(scoring, a_report(1, 900), a_report(1, 800, QUYET_THANG))
    await publish(scoring, 1)
    anybody = Viewer(office=False, heads=frozenset(), units=frozenset())
    async with scoring.at_work("scoring") as tx:
        (stood,) = await queries.places_of(Read(tx.db), CAMPAIGN, TAN_PHONG, anybody)
        assert (stood["number"], stood["rank"]) == (1, 1)
        assert (await queries.published_score(Read(tx.db), PERIOD, TAN_PHONG))["number"] == 1
    await heard(scoring, a_withdrawal(2, TAN_PHONG))
    await publish(scoring, 2)
    async with scoring.at_work("scoring") as tx:
        assert await queries.places_of(Read(tx.db), CAMPAIGN, TAN_PHONG, anybody) == []
        with pytest.raises(NotFound):
            await queries.published_score(Read(tx.db), PERIOD, TAN_PHONG)
        assert (await queries.published_score(Read(tx.db), PERIOD, TAN_PHONG, 1))["number"] == 1
        (other,) = await queries.places_of(Read(tx.db), CAMPAIGN, QUYET_THANG, anybody)
        assert (other["number"], other["rank"]) == (2, 1)
        place = await queries.place(Read(tx.db), PERIOD, TAN_PHONG, THE_OFFICE)
        assert [place[which]["rank"] for which in ("now", "published")] == [None, None]
        with pytest.raises(NotFound):
            await queries.place(Read(tx.db), PERIOD, SAN_THANG, THE_OFFICE)


async def test_a_board_is_not_final_while_objections_wait_and_only_for_a_reason_while_not_all_have_looked(
    scoring: House,
) -> None:
    await heard(scoring, a_report(1, 900), a_report(1, 800, QUYET_THANG))
    head, checker = Reviewer("Khối trưởng"), Reviewer("Cán bộ đầu mối", QUYET_THANG)
    office, of = Reviewer("Phòng Nội vụ"), (PERIOD, TAN_PHONG)
    agreed = [Look(code, agreed=True) for code in ("1.1", "2.1")]
    async with scoring.at_work("scoring") as tx:
        checks = {TAN_PHONG: QUYET_THANG, QUYET_THANG: TAN_PHONG}
        await actions.assign_cross_checks(tx, KEY, checks, head.post)
    with pytest.raises(Conflict, match="2 báo cáo chấm chéo chưa xong; 2 báo cáo chưa thẩm định xong"):
        await publish(scoring, 1, BoardState.FINAL)
    ahead = await waiting(scoring)
    assert ahead["undone"] == ["2 báo cáo chấm chéo chưa xong", "2 báo cáo chưa thẩm định xong"]
    assert (ahead["open"], ahead["possible"]) == ([], ["frozen", "final_with_reason"])
    async with scoring.at_work("scoring") as tx:
        objected = Look("1.1", agreed=False, value=Decimal(850), reason="Biên bản ghi 850")
        await actions.answer_cross_check(tx, of, [objected, agreed[1]], checker)
    # No reason helps past an objection that nobody has decided on.
    with pytest.raises(Conflict, match="còn 1 báo cáo có ý kiến không đồng ý chờ khối trưởng kết luận"):
        await publish(scoring, 1, BoardState.FINAL, WHY)
    assert (await waiting(scoring))["possible"] == ["frozen"]
    async with scoring.at_work("scoring") as tx:
        await actions.give_verdicts(tx, of, Column.BLOCK, [agreed[0]], head)
        for unit in (TAN_PHONG, QUYET_THANG):
            await actions.give_verdicts(tx, (PERIOD, unit), Column.APPRAISAL, agreed, office)
    assert (await waiting(scoring))["undone"] == ["1 báo cáo chấm chéo chưa xong"]
    async with scoring.at_work("scoring") as tx:
        await actions.answer_cross_check(tx, (PERIOD, QUYET_THANG), agreed, Reviewer("Cán bộ đầu mối", TAN_PHONG))
    assert (await waiting(scoring))["possible"] == ["frozen", "final"]
    # Whoever reports anew is looked at anew.
    await heard(scoring, a_report(2, 700, QUYET_THANG))
    assert (await waiting(scoring))["undone"] == ["1 báo cáo chấm chéo chưa xong", "1 báo cáo chưa thẩm định xong"]
    told = await publish(scoring, 1, BoardState.FINAL, WHY)
    assert (told.state, told.correction) == (BoardState.FINAL, False)
    assert (await published(scoring))["reason"] == WHY


async def test_what_stands_on_a_final_board_is_changed_by_an_appeal_and_a_correction_alone(scoring: House) -> None:
    await heard(scoring, a_report(1, 900), a_report(1, 900, QUYET_THANG), a_report(1, 800, SAN_THANG))
    async with scoring.at_work("scoring") as tx:
        await actions.assign_cross_checks(tx, KEY, {TAN_PHONG: QUYET_THANG}, "Khối trưởng")
        assert len(await queries.cross_checks_by(Read(tx.db), PERIOD, [QUYET_THANG])) == 1
    await publish(scoring, 1, BoardState.FINAL, WHY)
    of, other = (PERIOD, TAN_PHONG), [Look("1.1", agreed=False, value=Decimal(950), reason="Biên bản ghi 950")]
    office, checker = Reviewer("Phòng Nội vụ"), Reviewer("Cán bộ đầu mối", QUYET_THANG)
    votes = {TAN_PHONG: 2, QUYET_THANG: 5}
    voted = {"reason": "", "by_post": "Khối trưởng", "own_units": ()}
    tried: list[Callable[[Any], Awaitable[Any]]] = [
        lambda tx: actions.give_verdicts(tx, of, Column.APPRAISAL, other, office),
        lambda tx: actions.give_verdicts(tx, of, Column.BLOCK, other, Reviewer("Khối trưởng")),
        lambda tx: actions.answer_cross_check(tx, of, [Look("1.1", agreed=True)], checker),
        lambda tx: actions.answer_cross_check(tx, of, other, checker),
        lambda tx: actions.record_vote(tx, *KEY, votes, **voted),
        lambda tx: actions.assign_cross_checks(tx, KEY, {QUYET_THANG: TAN_PHONG}, "Khối trưởng"),
    ]
    async with scoring.at_work("scoring") as tx:
        assert await queries.cross_checks_by(Read(tx.db), PERIOD, [QUYET_THANG]) == []
    stood = await live(scoring)
    for each in tried:
        with pytest.raises(
            Conflict, match=r"chính thức \(lần 1\).*còn trong hạn kiến nghị gửi kiến nghị đúng mục.*đính chính"
        ) as refused:
            async with scoring.at_work("scoring") as tx:
                await each(tx)
        assert refused.value.members["number"] == 1
    assert (await live(scoring), (await waiting(scoring))["possible"]) == (stood, [])
    async with scoring.at_work("scoring") as tx:
        await _appeal(tx, TAN_PHONG, Decimal(950))
    assert (await waiting(scoring))["possible"] == ["correction"]
    assert (await publish(scoring, 2, BoardState.FINAL, WHY)).correction
    # A correction is as final as what it corrects.
    with pytest.raises(Conflict, match=r"chính thức \(lần 2\)"):
        async with scoring.at_work("scoring") as tx:
            await tried[0](tx)


async def test_an_objection_that_stands_again_under_a_final_board_waits_for_nobody(scoring: House) -> None:
    await heard(scoring, a_report(1, 900))
    objected = [Look("1.1", agreed=False, value=Decimal(850), reason="Biên bản ghi 850")]
    async with scoring.at_work("scoring") as tx:
        await actions.assign_cross_checks(tx, KEY, {TAN_PHONG: QUYET_THANG}, "Khối trưởng")
        checker = Reviewer("Cán bộ đầu mối", QUYET_THANG)
        await actions.answer_cross_check(tx, (PERIOD, TAN_PHONG), objected, checker)
        assert len(await queries.objected_in(Read(tx.db), PERIOD, [BLOCK], [])) == 1
    await heard(scoring, a_report(2, 950))
    await publish(scoring, 1, BoardState.FINAL, WHY)
    # What was objected to is reported once more: nobody can conclude on it now.
    await heard(scoring, a_report(3, 900))
    async with scoring.at_work("scoring") as tx:
        assert await queries.objected_in(Read(tx.db), PERIOD, [BLOCK], []) == []


async def test_a_verdict_that_waits_for_a_publication_sees_that_it_was_final(scoring: House) -> None:
    await heard(scoring, a_report(1, 900))
    look = [Look("1.1", agreed=False, value=Decimal(950), reason="Biên bản ghi 950")]

    async def verdict() -> None:
        async with scoring.at_work("scoring") as tx:
            await actions.give_verdicts(tx, (PERIOD, TAN_PHONG), Column.APPRAISAL, look, Reviewer("Phòng Nội vụ"))

    body = actions.Publish(state=BoardState.FINAL, digest=await digest(scoring), reason=WHY)
    async with scoring.at_work("scoring") as tx:
        await actions.publish_board(tx, KEY, 1, body, by="Phòng Nội vụ")
        looking = asyncio.create_task(verdict())

        async def waits_or_done() -> bool:
            return looking.done() or bool(await scoring.rows("scoring", "SELECT FROM pg_locks WHERE NOT granted"))

        await eventually(waits_or_done, expect="the verdict waits for the board")
    with pytest.raises(Conflict, match="chính thức"):
        await looking


async def test_a_board_on_two_versions_of_its_sheet_is_not_final_and_says_who_stands_on_which(house: House) -> None:
    await knowing(house, OWN_SHEET)
    await heard(house, a_report(1, 900), a_report(1, 800, QUYET_THANG))
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, OWN_SHEET, Sheet.model_validate({**SHEET_DOCUMENT, "step": "0.5"}))
    await heard(house, a_report(2, 700, QUYET_THANG))
    said = "khối đang chấm theo các bản khác nhau (1 đơn vị theo phiên bản 1 và 1 đơn vị theo phiên bản 2)"
    with pytest.raises(Conflict, match="các bản khác nhau"):
        await publish(house, 1, BoardState.FINAL, WHY)
    assert [each for each in (await waiting(house))["open"] if each.startswith(said)]
    rows = {row["unit_id"]: row["sheet_version"] for row in (await live(house))["rows"]}
    assert rows == {TAN_PHONG: 1, QUYET_THANG: 2, SAN_THANG: None}
    await publish(house, 1)


async def test_a_board_says_by_which_version_of_its_sheet_it_was_scored_whatever_is_published_later(
    house: House,
) -> None:
    await knowing(house, OWN_SHEET)
    assert (await live(house))["sheet_version"] == 1
    await heard(house, a_report(1, 900), a_report(1, 800, QUYET_THANG))
    await publish(house, 1)
    anybody = Viewer()
    stood, shown = await published(house), await published(house, viewer=anybody)
    assert (stood["sheet_version"], shown["sheet_version"]) == (1, 1)
    others = {**SHEET_DOCUMENT, "groups": [SHEET_DOCUMENT["groups"][0], {**SHEET_DOCUMENT["groups"][1], "code": "3"}]}
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, OWN_SHEET, Sheet.model_validate(others))
    # Nobody was scored by it yet: the board that stands is still one of the version before.
    assert (await live(house))["sheet_version"] == 1
    await heard(house, a_report(2, 700, QUYET_THANG))
    assert (await live(house))["sheet_version"] == 2
    await publish(house, 2)
    assert [(await published(house, number))["sheet_version"] for number in (1, 2)] == [1, 2]
    async with house.at_work("scoring") as tx:
        await start_rescoring(tx, OWN_SHEET, None, version=1, reason="Bản mới ban hành nhầm")
    assert (await live(house))["sheet_version"] == 1
    assert (await published(house, 1)) == stood
    assert (await published(house, 1, anybody)) == shown
    # A board that was published before its scores were kept says it by the groups on it.
    await house.run("scoring", "SET session_replication_role = replica", "DELETE FROM published_scores")
    assert (await published(house, 1)) == stood


async def test_not_even_the_service_can_change_what_was_published(scoring: House) -> None:
    await heard(scoring, a_report(1, 900))
    await publish(scoring, 1)
    for change in (
        "UPDATE publications SET board = ''",
        "DELETE FROM published_places",
        "TRUNCATE publications CASCADE",
    ):
        with pytest.raises(DBAPIError):
            async with scoring.at_work("scoring") as tx:
                await tx.db.execute(text(change))


async def test_a_board_that_was_forged_with_its_digest_and_fingerprint_is_not_whole(scoring: House) -> None:
    await heard(scoring, a_report(1, 900), a_report(1, 800, QUYET_THANG))
    await publish(scoring, 1)
    (row,) = await scoring.rows("scoring", "SELECT board FROM publications")
    forged = row["board"].replace('"rank":1,', '"rank":3,')
    printed = rules.fingerprint(*KEY, orjson.loads(forged)["rows"])
    await scoring.run(
        "scoring",
        "SET session_replication_role = replica",
        f"UPDATE publications SET board = $b${forged}$b$, digest = '{rules.digest(forged)}', fingerprint = '{printed}'",
    )
    async with scoring.at_work("scoring") as tx:
        (found,) = await queries.with_fingerprint(Read(tx.db), printed[:12])
    assert not found["whole"]


async def test_a_publication_waits_for_whoever_is_ranking_the_board(scoring: House) -> None:
    """Else its instant would lie before what was recorded, and as of it the log would give another board."""
    await heard(scoring, a_report(1, 900))
    seen = await digest(scoring)
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(1, 950, QUYET_THANG)])
        publishing = asyncio.create_task(publish(scoring, 1, seen=seen))

        async def waits_or_done() -> bool:
            return publishing.done() or bool(await scoring.rows("scoring", "SELECT FROM pg_locks WHERE NOT granted"))

        await eventually(waits_or_done, expect="the publication waits for the board")
    with pytest.raises(Conflict, match="sau khi bạn xem"):
        await publishing
    told = await publish(scoring, 1)
    assert (await as_of(scoring, told.at))["fingerprint"] == told.fingerprint


_steps = st.lists(
    st.one_of(
        st.tuples(st.just("report"), st.sampled_from(MEMBERS), st.integers(0, 1200)),
        st.tuples(st.just("withdraw"), st.sampled_from(MEMBERS), st.just(0)),
        st.tuples(st.just("move"), st.sampled_from(MEMBERS), st.integers(0, 1)),
        st.tuples(st.just("rescore"), st.just(TAN_PHONG), st.integers(50, 90)),
        st.tuples(st.sampled_from(["publish", "final", "vote"]), st.just(TAN_PHONG), st.just(0)),
        st.tuples(st.sampled_from(["review", "appeal"]), st.sampled_from(MEMBERS), st.integers(0, 1200)),
    ),
    min_size=1,
    max_size=10,
)
_Story = list[tuple[str, UUID, int]]
_WHOLE: _Story = [
    ("report", TAN_PHONG, 900),
    ("report", QUYET_THANG, 800),
    ("review", QUYET_THANG, 900),
    ("vote", TAN_PHONG, 0),
    ("publish", TAN_PHONG, 0),
    ("final", TAN_PHONG, 0),
    ("review", TAN_PHONG, 950),
    ("vote", TAN_PHONG, 0),
    ("appeal", TAN_PHONG, 950),
    ("publish", TAN_PHONG, 0),
    ("final", TAN_PHONG, 0),
    ("withdraw", QUYET_THANG, 0),
]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=_steps)
@example(
    story=[("report", TAN_PHONG, 900), ("report", SAN_THANG, 800), ("move", TAN_PHONG, 0), ("publish", TAN_PHONG, 0)]
)
def test_whatever_comes_frozen_boards_stay_and_any_instant_gives_the_same_again(
    story: _Story, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def told() -> None:
        built = House(templates, tmp_path_factory.mktemp("story"), f"story{next(_numbers)}")
        try:
            await _live_through(await knowing(built), story)
        finally:
            await built.close()

    asyncio.run(told())


async def test_a_story_goes_over_a_final_board_which_an_appeal_alone_changes(scoring: House) -> None:
    await _live_through(scoring, _WHOLE)
    boards = [await published(scoring, number) for number in (1, 2, 3)]
    assert [(board["state"], board["correction"]) for board in boards] == [
        ("frozen", False),
        ("final", False),
        ("final", True),
    ]
    assert [[row["rank"] for row in board["rows"][:2]] for board in boards] == [[1, 2]] * 3
    assert (await scoring.rows("scoring", "SELECT count(*) AS held FROM block_votes"))[0]["held"] == 1
    said = await scoring.rows("scoring", "SELECT unit_id, appeal_id IS NULL AS looked FROM verdicts ORDER BY at")
    assert [tuple(row) for row in said] == [(QUYET_THANG, True), (TAN_PHONG, False)]


async def test_a_past_board_is_told_in_the_words_of_the_version_by_which_it_stood_then(
    scoring: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "SETTLED", timedelta(0))

    async def version(instant: datetime) -> int:
        async with scoring.at_work("scoring") as tx:
            stood = await queries.board_as_of(Read(tx.db), *KEY, THE_OFFICE, instant)
        return int(stood["sheet_version"])

    async def another(name: str) -> None:
        async with scoring.at_work("scoring") as tx:
            await actions.publish_sheet(tx, SHEET, Sheet.model_validate({**SHEET_DOCUMENT, "name": name}))

    await heard(scoring, a_report(1, 900))
    first = await now(scoring)
    await another("Bảng điểm thử, bản mới")
    assert await version(first) == 1
    between = await now(scoring)
    assert await version(between) == 1, "nobody was scored by the new one yet"
    await heard(scoring, a_report(2, 950))
    assert [await version(each) for each in (first, await now(scoring))] == [1, 2]


async def _live_through(house: House, story: _Story) -> None:
    """Play a story; after each step the log folded up to now is the live board, and what was said before is still said."""
    frozen: dict[int, dict[str, Any]] = {}
    seen: list[tuple[datetime, str]] = []
    for version, (what, unit, amount) in enumerate(story, start=1):
        if what == "report":
            await heard(house, a_report(version, amount, unit))
        elif what == "withdraw":
            await heard(house, a_withdrawal(version, unit))
        elif what == "move":
            async with house.at_work("scoring") as tx:
                await actions.learn_moves(tx, [a_move(version, unit, BLOCK if amount else None)])
        elif what == "rescore":
            await _rescore(house, amount)
        elif what in {"review", "appeal", "vote"}:
            await _said(house, what, unit, amount)
        else:
            await _publish(house, frozen, BoardState.FINAL if what == "final" else BoardState.FROZEN)
        instant, board = await now(house), await live(house)
        stood = await as_of(house, instant)
        assert order(stood) == order(board)
        assert stood["fingerprint"] == rules.fingerprint(*KEY, board["rows"])
        assert stood["version"] == board["version"]
        seen.append((instant, stood["fingerprint"]))
        for number, before in frozen.items():
            assert await published(house, number) == before
    for instant, fingerprint in seen:
        assert (await as_of(house, instant))["fingerprint"] == fingerprint


async def _said(house: House, what: str, unit: UUID, amount: int) -> None:
    """Have somebody say another value or vote. What is refused changes nothing, and under a final board only an appeal is not."""
    before, last = await live(house), await house.rows("scoring", _LAST)
    try:
        async with house.at_work("scoring") as tx:
            if what == "vote":
                await _vote(tx)
            else:
                await (_appeal if what == "appeal" else _review)(tx, unit, Decimal(amount))
    except (Conflict, Invalid, NotFound):
        assert await live(house) == before
    else:
        assert what == "appeal" or not last or last[0]["state"] != BoardState.FINAL


_LAST = "SELECT state FROM publications ORDER BY number DESC LIMIT 1"


async def _review(tx: Tx, unit: UUID, amount: Decimal) -> None:
    look = Look("1.1", agreed=False, value=amount, reason="Biên bản ghi số khác")
    await actions.give_verdicts(tx, (PERIOD, unit), Column.APPRAISAL, [look], Reviewer("Phòng Nội vụ"))


async def _appeal(tx: Tx, unit: UUID, amount: Decimal) -> None:
    """Have an appeal filed, taken up and upheld."""
    said = Said("Biên bản đối chiếu ghi số khác", amount)
    own, office = Actor("Cán bộ đầu mối", {Side.UNIT}, [unit]), Actor("Phòng Nội vụ", {Side.OFFICE}, [])
    filed = await actions.file_appeal(tx, PERIOD, unit, "1.1", said, by=own, days=3650)
    for steps, act in enumerate((Act.TAKE_UP, Act.UPHOLD), start=1):
        await actions.move_appeal(tx, filed.appeal_id, act, steps, said, by=office)


async def _vote(tx: Tx) -> None:
    """Have those vote that nothing else tells apart, or any two where there are none."""
    groups = (await queries.votes(Read(tx.db), *KEY, THE_OFFICE))["groups"]
    votes = {unit: count for count, unit in enumerate(groups[0] if groups else MEMBERS[:2])}
    await actions.record_vote(tx, *KEY, votes, reason="Theo biên bản họp khối", by_post="Khối trưởng", own_units=())


async def _publish(house: House, frozen: dict[int, dict[str, Any]], state: BoardState) -> None:
    number = len(frozen) + 1
    try:
        told = await publish(house, number, state, WHY if state is BoardState.FINAL else None)
    except (Conflict, NotFound):
        return
    frozen[number] = await published(house, number)
    assert (await as_of(house, told.at))["fingerprint"] == told.fingerprint


async def _rescore(house: House, maximum: int) -> None:
    document: dict[str, Any] = {**SHEET_DOCUMENT, "total": str(maximum + 10)}
    first, second = document["groups"]
    criterion = {**first["criteria"][0], "maximum": str(maximum)}
    document["groups"] = [{**first, "maximum": str(maximum), "criteria": [criterion]}, second]
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate(document))
        await start_rescoring(tx, SHEET, None)
    told = 0
    while True:
        rows = await house.rows(
            "scoring", "SELECT bytes FROM event_log WHERE type LIKE '%advanced%' ORDER BY recorded_at OFFSET $1", told
        )
        # Steps of stories before this one are over: whoever hears them again does nothing.
        if not rows:
            return
        told += len(rows)
        for row in rows:
            async with house.at_work("scoring") as tx:
                await advance_rescorings(tx, [Event[RescoringAdvanced].model_validate_json(row["bytes"])])


async def test_each_sees_what_is_theirs_to_see(scoring: House) -> None:
    await heard(scoring, a_report(1, 900), a_report(1, 800, QUYET_THANG))
    public, member = Viewer(), Viewer(units=frozenset({TAN_PHONG}))
    stranger, head = Viewer(units=frozenset({ident("elsewhere")})), Viewer(heads=frozenset({BLOCK}))
    async with scoring.at_work("scoring") as tx:
        db = Read(tx.db)
        for nobody in (public, stranger):
            for ask in (queries.board, queries.waiting):
                with pytest.raises(Forbidden):
                    await ask(db, *KEY, nobody)
            with pytest.raises(Forbidden):
                await queries.board_as_of(db, *KEY, nobody, datetime(2023, 1, 1, tzinfo=UTC))
            with pytest.raises(NotFound):
                await queries.published_board(db, *KEY, nobody)
        rows = {row["unit_id"]: row for row in (await queries.board(db, *KEY, member))["rows"]}
        assert "disqualified" in rows[TAN_PHONG]
        assert "disqualified" not in rows[QUYET_THANG]
        assert "groups" in rows[QUYET_THANG]
        assert "digest" not in await queries.waiting(db, *KEY, member)
        assert "digest" in await queries.waiting(db, *KEY, head)
    await publish(scoring, 1)
    shown = await published(scoring, viewer=public)
    assert set(shown["rows"][0]) == {"unit_id", "rank", "points", "maximum", "percent", "decided_by"}
    assert await published(scoring, viewer=stranger) == shown


async def test_places_are_compared_with_the_period_before_and_told_period_by_period(scoring: House) -> None:
    await heard(scoring, a_report(1, 900, period=EARLY), a_report(1, 800, QUYET_THANG, EARLY))
    await heard(scoring, a_report(1, 700), a_report(1, 800, QUYET_THANG))
    board = await live(scoring)
    assert [(row["rank"], row["before"]) for row in board["rows"]] == [(1, 2), (2, 1), (None, None)]
    assert board["compared"] == {"period_id": EARLY, "published": False}
    await publish(scoring, 1)
    async with scoring.at_work("scoring") as tx:
        for viewer, states in ((Viewer(), {PERIOD: "frozen"}), (THE_OFFICE, {PERIOD: "frozen", EARLY: "provisional"})):
            found = await queries.places_of(Read(tx.db), CAMPAIGN, TAN_PHONG, viewer)
            assert {row["period_id"]: row["state"] for row in found} == states


async def test_a_page_of_rows_goes_on_where_the_last_ended(scoring: House) -> None:
    await heard(scoring, *[a_report(1, 900 - 100 * number, unit) for number, unit in enumerate(MEMBERS)])
    await publish(scoring, 1)
    async with scoring.at_work("scoring") as tx:
        db = Read(tx.db)
        for ask in (queries.board, queries.published_board):
            pages = [await ask(db, *KEY, THE_OFFICE, shown=queries.Shown(start, 2)) for start in (0, 2)]
            assert [row["rank"] for page in pages for row in page["rows"]] == [1, 2, 3]
            assert [page["more"] for page in pages] == [True, False]
            (one,) = (await ask(db, *KEY, THE_OFFICE, shown=queries.Shown(only=[SAN_THANG])))["rows"]
            assert one["rank"] == 3


@pytest_asyncio.fixture
async def at_the_door(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """The same with a process around it."""
    await house.open(["scoring"])
    await heard(await knowing(house), a_report(1, 900))
    async with house.client("scoring", *OFFICE) as client:
        yield client


async def test_where_that_is_configured_the_head_freezes_and_does_no_more(house: House) -> None:
    await house.open(["scoring"], HEADS_FREEZE="true")
    await heard(await knowing(house), a_report(1, 900))
    async with house.client("scoring", ("block_head", BLOCK)) as head:
        ahead = (await head.get(f"{PATH}/waiting")).json()
        assert ahead["possible"] == ["frozen"]
        final = {"state": "final", "digest": ahead["digest"], "reason": "Khối đã họp và thống nhất"}
        assert (await head.put(f"{PATH}/publications/1", json=final)).status_code == 403
        frozen = {"state": "frozen", "digest": ahead["digest"]}
        assert (await head.put(f"{PATH}/publications/1", json=frozen)).status_code == 200


async def test_the_door_publishes_for_the_office_and_answers_a_repetition_alike(
    house: House, at_the_door: httpx2.AsyncClient
) -> None:
    ahead = (await at_the_door.get(f"{PATH}/waiting")).json()
    assert ahead["possible"] == ["frozen", "final_with_reason"]
    body = {"state": "frozen", "digest": ahead["digest"]}
    async with house.client("scoring", ("block_head", BLOCK)) as head:
        assert (await head.get(f"{PATH}/waiting")).json()["possible"] == []
        assert (await head.put(f"{PATH}/publications/1", json=body)).status_code == 403
    answers = [
        await at_the_door.put(f"{PATH}/publications/1", json=body, headers={"Idempotency-Key": "a"}) for _ in "ab"
    ]
    answers.append(await at_the_door.put(f"{PATH}/publications/1", json=body))
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    found = (await at_the_door.get(f"/fingerprints/{answers[0].json()['fingerprint'][:12]}")).json()["items"]
    assert [(each["number"], each["whole"], each["newest"]) for each in found] == [(1, True, True)]
    async with house.client("scoring") as anybody:
        listed = (await anybody.get(f"/campaigns/{CAMPAIGN}/published-boards")).json()["items"]
        assert [each["block_id"] for each in listed] == [str(BLOCK)]
        assert (await anybody.get(f"{PATH}/published")).status_code == 200
        assert (await anybody.get(PATH)).status_code == 403


async def test_an_instant_that_has_not_settled_is_refused_with_the_latest_that_has(
    house: House, at_the_door: httpx2.AsyncClient
) -> None:
    for instant in (await now(house), datetime(9999, 12, 31, tzinfo=UTC)):
        answer = await at_the_door.get(PATH, params={"as_of": instant.isoformat()})
        assert answer.status_code == 422
        assert "Chọn một thời điểm trước" in answer.text
    past = await now(house) - timedelta(minutes=5)
    empty = (await at_the_door.get(PATH, params={"as_of": past.isoformat()})).json()
    assert (empty["version"], empty["rows"]) == (0, [])
    await house.set_clock("scoring", "2023-11-20 08:00:00+07")
    answers = [await at_the_door.get(PATH, params={"as_of": "2023-11-20T07:59:00+07:00"}) for _ in "ab"]
    assert {answer.text for answer in answers} == {answers[0].text}
