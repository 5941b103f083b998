"""Is whatever cannot be taken up kept whole, seen, and decided on by somebody with a reason?"""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import city
import pytest
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, TAN_PHONG, submit
from house import House

import contracts
from contracts.catalog import STREAM

pytestmark = pytest.mark.fault

KIND = "registry.report_submitted.v1"
SAMPLE: dict[str, Any] = json.loads((Path(contracts.__file__).parent / "samples" / KIND / "1.json").read_bytes())
PLACE = {"campaign_id": str(CAMPAIGN), "period_id": str(PERIOD), "block_id": str(BLOCK), "unit_id": str(QUYET_THANG)}
POISON = {
    "no JSON": b"{",
    "not UTF-8": b'{"id": "\xff"}',
    "nothing": b"",
    "no facts": json.dumps({**SAMPLE, "data": {}}).encode(),
    "a version that nobody knows yet": json.dumps({**SAMPLE, "type": "registry.report_submitted.v2"}).encode(),
    "the subject of another type": json.dumps({**SAMPLE, "type": "registry.unit_registered.v1"}).encode(),
    "a type that no text column keeps": json.dumps({**SAMPLE, "type": "registry\0"}).encode(),
    "an actor that no text column keeps": json.dumps(
        {**SAMPLE, "actor": "\0", "data": {**SAMPLE["data"], **PLACE}}
    ).encode(),
}


async def test_whatever_cannot_be_read_is_parked_as_it_came(house: House) -> None:
    await house.open(["registry", "scoring"], REDELIVERY_ATTEMPTS="2", REDELIVERY_SECONDS="0.05")
    await city.found(house)
    async with house.bus("registry") as bus:
        for body in POISON.values():
            await bus.jetstream().publish(f"{KIND}.{uuid4()}", body, stream=STREAM)
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201
    await house.quiet()
    assert [points for _, rank, points in await city.board(house) if rank] == ["100.00"]
    letters = await house.rows("scoring", "SELECT payload, error, attempts FROM dead_letter")
    assert {letter["payload"] for letter in letters} == set(POISON.values())
    assert all(letter["error"] for letter in letters)
    # Neither what cannot be read nor what no database can hold becomes better by being tried again.
    assert {letter["attempts"] for letter in letters} == {1}


async def test_a_letter_is_read_decided_once_and_keeps_who_and_why(house: House) -> None:
    await house.open(["registry", "scoring"])
    await city.found(house)
    async with house.bus("registry") as bus:
        await bus.jetstream().publish(f"{KIND}.{TAN_PHONG}", POISON["no facts"], stream=STREAM)
    await house.quiet()
    async with house.client("scoring", ("city_office", TAN_PHONG)) as office:
        assert (await office.get("/dead-letters")).status_code == 403
    async with house.office("scoring") as operator:
        (listed,) = (await operator.get("/dead-letters")).json()["items"]
        path = f"/dead-letters/{listed['id']}"
        whole = (await operator.get(path)).json()
        assert whole["payload"].encode() == POISON["no facts"]
        assert whole["event_id"] == SAMPLE["id"]
        ripple = (await operator.get(f"/ripples/{SAMPLE['correlationid']}")).json()
        assert [parked["letter"] for parked in ripple["parked"]] == [listed["id"]]

        unread = await operator.post(f"{path}/redrive", json={"reason": "thử lại"})
        assert unread.status_code == 409, unread.text
        assert "không đọc được" in unread.json()["detail"]
        assert (await operator.post(f"{path}/discard", json={"reason": " "})).status_code == 422
        assert (await operator.post(f"{path}/discard", json={"reason": "sự kiện thử"})).status_code == 200
        for again in ("discard", "redrive"):
            decided = await operator.post(f"{path}/{again}", json={"reason": "lần nữa"})
            assert (decided.status_code, decided.json()["state"]) == (409, "discarded")
        (kept,) = (await operator.get("/dead-letters?state=discarded")).json()["items"]
        assert (kept["decided_by"], kept["reason"]) == ("office", "sự kiện thử")
        assert (await operator.get("/dead-letters")).json()["items"] == []
