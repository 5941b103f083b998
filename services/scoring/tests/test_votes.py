"""Does a vote decide only between units that nothing else tells apart, and does it stay known?"""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, SHEET_DOCUMENT, TAN_PHONG
from house import CITY, House, event_of, ident

from chassis.db import Read
from chassis.errors import Conflict, Forbidden, Invalid, NotFound
from contracts.envelope import Event
from contracts.registry import BlockFormed, ReportedValue, ReportSubmitted
from contracts.scoring import BlockVoteRecorded
from scoring import actions, queries
from scoring.rules import Sheet
from scoring.tables import RANK

SHEET, OWN_SHEET = ident("voting-sheet"), ident("own-chain-sheet")
OWN_CHAIN = {
    **SHEET_DOCUMENT,
    "tie_breaks": [{"code": "more_money", "name": "Thu ngân sách nhiều hơn", "criteria": ["1.1"]}],
}


async def formed(house: House, sheet_id: UUID, document: dict[str, Any]) -> House:
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, sheet_id, Sheet.model_validate(document))
        block = {**BLOCK_DOCUMENT, "block_id": BLOCK, "version": 1, "sheet_id": sheet_id}
        await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(block))])
    return house


@pytest_asyncio.fixture
async def scoring(house: House) -> House:
    return await formed(house, SHEET, SHEET_DOCUMENT)


def a_report(unit: UUID, amount: int, version: int = 1) -> Event[ReportSubmitted]:
    place = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "unit_id": unit, "version": version}
    kept = {"report_id": uuid4(), "receipt_number": f"BN-2311-{version:04d}", "accepted_at": datetime.now(UTC)}
    values = {"1.1": Decimal(amount), "2.1": Decimal(1)}
    said = tuple(ReportedValue(criterion=code, value=value) for code, value in values.items())
    return event_of(ReportSubmitted(**place, **kept, late=False, values=said))


async def reported(house: House, **amounts: int) -> None:
    units = {"tan_phong": TAN_PHONG, "quyet_thang": QUYET_THANG, "san_thang": SAN_THANG}
    async with house.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(units[name], amount) for name, amount in amounts.items()])


async def vote(house: House, votes: dict[UUID, int], *, reason: str = "", own: tuple[UUID, ...] = ()) -> int:
    async with house.at_work("scoring") as tx:
        who = {"reason": reason, "by_post": "Khối trưởng", "own_units": own}
        return (await actions.record_vote(tx, PERIOD, BLOCK, votes, **who)).number


async def places(house: House) -> dict[UUID, tuple[int, str | None]]:
    rows = await house.rows("scoring", f"SELECT unit_id, {RANK} AS rank, decided_by FROM places")
    return {row["unit_id"]: (row["rank"], row["decided_by"]) for row in rows}


async def test_a_vote_decides_and_whoever_moved_is_told(scoring: House) -> None:
    await reported(scoring, tan_phong=900, quyet_thang=900, san_thang=800)
    assert await vote(scoring, {TAN_PHONG: 2, QUYET_THANG: 5}) == 1
    assert await places(scoring) == {
        QUYET_THANG: (1, "block_vote"),
        TAN_PHONG: (2, "block_vote"),
        SAN_THANG: (3, None),
    }
    logged = await scoring.rows("scoring", "SELECT type, bytes FROM event_log ORDER BY id DESC LIMIT 2")
    assert [row["type"] for row in logged] == ["scoring.ranking_changed.v1", "scoring.block_vote_recorded.v1"]
    told = Event[BlockVoteRecorded].model_validate_json(logged[1]["bytes"]).data
    assert {each.unit_id: each.votes for each in told.votes} == {TAN_PHONG: 2, QUYET_THANG: 5}
    caused = await scoring.rows("scoring", "SELECT caused_by FROM boards")
    assert caused[0]["caused_by"] == Event[BlockVoteRecorded].model_validate_json(logged[1]["bytes"]).id


async def test_a_vote_is_corrected_with_a_reason_and_both_stay_known(scoring: House) -> None:
    await reported(scoring, tan_phong=900, quyet_thang=900)
    await vote(scoring, {TAN_PHONG: 2, QUYET_THANG: 5})
    for reason in ("", "...", "aaaaaaaaaaaa"):
        with pytest.raises(Invalid) as refused:
            await vote(scoring, {TAN_PHONG: 5, QUYET_THANG: 2}, reason=reason)
        assert [error.field for error in refused.value.errors] == ["reason"]
    await vote(scoring, {TAN_PHONG: 5, QUYET_THANG: 2}, reason="Ghi nhầm so với biên bản")
    assert (await places(scoring))[TAN_PHONG] == (1, "block_vote")
    async with scoring.at_work("scoring") as tx:
        told = await queries.votes(Read(tx.db), PERIOD, BLOCK, queries.THE_OFFICE)
    assert [(each["number"], each["reason"], each["by_post"]) for each in told["votes"]] == [
        (2, "Ghi nhầm so với biên bản", "Khối trưởng"),
        (1, None, "Khối trưởng"),
    ]
    assert told["groups"] == [sorted([TAN_PHONG, QUYET_THANG])]


async def test_a_vote_that_is_not_possible_says_between_whom_one_is(scoring: House) -> None:
    with pytest.raises(NotFound):
        await vote(scoring, {TAN_PHONG: 2, QUYET_THANG: 5})
    await reported(scoring, tan_phong=900, quyet_thang=900, san_thang=800)
    both = [[str(unit) for unit in sorted([TAN_PHONG, QUYET_THANG])]]
    for votes in ({TAN_PHONG: 1, SAN_THANG: 2}, {TAN_PHONG: 1}, {TAN_PHONG: 1, QUYET_THANG: 1, SAN_THANG: 2}):
        with pytest.raises(Conflict) as refused:
            await vote(scoring, votes)
        assert refused.value.members["groups"] == both
    with pytest.raises(Invalid, match="chỗ cần sửa"):
        await vote(scoring, {TAN_PHONG: 0, QUYET_THANG: 0})
    with pytest.raises(Forbidden, match="Đơn vị của bạn"):
        await vote(scoring, {TAN_PHONG: 5, QUYET_THANG: 0}, own=(TAN_PHONG,))
    assert await vote(scoring, {TAN_PHONG: 5, QUYET_THANG: 0}, own=(SAN_THANG,)) == 1
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(TAN_PHONG, 950, 2)])
    with pytest.raises(Conflict, match="không còn đơn vị nào bằng nhau"):
        await vote(scoring, {TAN_PHONG: 5, QUYET_THANG: 0}, reason="Ghi lại")


async def test_only_the_head_of_this_block_and_the_office_record(house: House) -> None:
    await house.open(("scoring",))
    scoring = await formed(house, SHEET, SHEET_DOCUMENT)
    await reported(scoring, tan_phong=900, quyet_thang=900)
    place = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}/votes"
    body = {"votes": {str(TAN_PHONG): 2, str(QUYET_THANG): 3}}
    for grants, status in (
        ([("unit_officer", TAN_PHONG)], 403),
        ([("block_head", CITY)], 403),
        ([("block_head", BLOCK), ("unit_officer", TAN_PHONG)], 403),
        ([("block_head", BLOCK), ("unit_officer", SAN_THANG)], 201),
    ):
        async with scoring.client("scoring", *grants) as who:
            answer = await who.post(place, json=body)
            assert answer.status_code == status, answer.text
    async with scoring.office("scoring") as office:
        wrong = await office.post(place, json={"votes": {str(TAN_PHONG): -1, str(QUYET_THANG): 3}})
        assert (wrong.status_code, (await office.get(place)).json()["votes"][0]["number"]) == (422, 1)
    for grants, status in (
        ([("unit_officer", TAN_PHONG)], 200),
        ([("unit_officer", ident("elsewhere"))], 403),
        ([("operator", CITY)], 403),
    ):
        async with scoring.client("scoring", *grants) as who:
            assert (await who.get(place)).status_code == status, grants


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_sheets_own_chain_decides_by_what_was_reported_in_any_order(
    house: House, order: tuple[int, ...]
) -> None:
    """All three reached the target and have the same points; who collected more stands higher, and nobody's points change."""
    scoring = await formed(house, OWN_SHEET, OWN_CHAIN)
    story = [a_report(TAN_PHONG, 1000), a_report(QUYET_THANG, 1000), a_report(SAN_THANG, 1100)]
    for place in order:
        async with scoring.at_work("scoring") as tx:
            await actions.take_up_reports(tx, [story[place]])
    over = {SAN_THANG: (1, "more_money")}
    assert await places(scoring) == over | dict.fromkeys((TAN_PHONG, QUYET_THANG), (2, "shared"))
    # Rounded, that is as many points as before.
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(QUYET_THANG, 999, 2)])
    assert await places(scoring) == over | {TAN_PHONG: (2, "more_money"), QUYET_THANG: (3, "more_money")}
