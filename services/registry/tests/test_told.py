"""Do the events of campaigns, blocks and pledges tell a subscriber in the province all that it would else have to ask for?"""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, CAMPAIGN_DOCUMENT, QUYET_THANG, TAN_PHONG
from desks import Desks, at_the_registry
from house import House, ident

GOAL = {"code": "CT1", "name": "Cắt giảm thời gian", "measure": "%", "direction": "at_least", "plan": "30"}
MILESTONE = {"kind": "registration", "name": "Hạn đăng ký", "on": "2023-12-10"}


@pytest_asyncio.fixture
async def desks(house: House) -> AsyncIterator[Desks]:
    async with at_the_registry(house) as seated:
        yield seated


async def last(house: House, kind: str) -> dict[str, Any]:
    query = "SELECT bytes FROM event_log WHERE type = $1 ORDER BY id DESC LIMIT 1"
    data: dict[str, Any] = orjson.loads((await house.rows("registry", query, f"registry.{kind}.v1"))[0]["bytes"])[
        "data"
    ]
    return data


async def test_a_launch_tells_kind_scope_goals_milestones_and_the_document_but_no_person(
    house: House, desks: Desks
) -> None:
    period = {**CAMPAIGN_DOCUMENT["periods"][0], "period_id": str(ident("themed-period"))}
    document = {
        "number": "7",
        "symbol": "PĐTĐ-UBND",
        "issued_on": "05/01/2023",
        "title": "Trích yếu",
        "signer": "Ai đó",
    }
    body = {**CAMPAIGN_DOCUMENT, "kind": "themed", "parent_id": str(CAMPAIGN), "periods": [period]}
    body |= {"scope": {"reach": "kinds", "kinds": ["ward"]}, "milestones": [MILESTONE], "goals": [GOAL]}
    answer = await desks.office.put(f"/campaigns/{ident('themed')}", json=body | {"document": document})
    assert answer.status_code == 200, answer.text
    told = await last(house, "campaign_launched")
    assert (told["kind"], told["parent_id"]) == ("themed", str(CAMPAIGN))
    assert told["scope"] == {"reach": "kinds", "block_ids": [], "kinds": ["ward"]}
    assert told["goals"] == [GOAL | {"baseline": None, "kinds": []}]
    assert told["milestones"] == [MILESTONE]
    assert told["document"] == {"number": "7", "symbol": "PĐTĐ-UBND", "issued_on": "2023-01-05", "title": "Trích yếu"}
    assert "Ai đó" not in str(told)


async def test_a_block_tells_its_deputy_its_decision_and_what_it_goes_on_from(house: House, desks: Desks) -> None:
    body = {**BLOCK_DOCUMENT, "year": 2024, "deputy_unit_id": str(QUYET_THANG), "follows_id": str(BLOCK)}
    body |= {"decision_number": "12/QĐ-UBND", "decision_on": "2024-01-05"}
    answer = await desks.office.put(f"/blocks/{ident('block-2024')}", json=body)
    assert answer.status_code == 200, answer.text
    told = await last(house, "block_formed")
    assert (told["deputy_unit_id"], told["follows_id"]) == (str(QUYET_THANG), str(BLOCK))
    assert (told["decision_number"], told["decision_on"]) == ("12/QĐ-UBND", "2024-01-05")


async def test_a_pledge_tells_what_is_promised_as_numbers_and_nothing_in_words(house: House, desks: Desks) -> None:
    body = {**CAMPAIGN_DOCUMENT, "goals": [GOAL]}
    assert (await desks.office.put(f"/campaigns/{CAMPAIGN}", json=body)).status_code == 200
    pledge = {"act": "submit", "version": 0, "titles": ["TTLDTT"], "promises": {"CT1": "35,5"}, "text": "Giao ước"}
    sent = await desks.own.post(f"/campaigns/{CAMPAIGN}/units/{TAN_PHONG}/pledge/steps", json=pledge)
    assert sent.status_code == 200, sent.text
    told = await last(house, "pledge_changed")
    assert told["promises"] == [{"code": "CT1", "value": "35.5"}]
    assert "Giao ước" not in str(told)
