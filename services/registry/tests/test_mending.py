"""Can what was entered wrongly of a unit's or a block's beginning, or of a block's head, be corrected, and nothing overwritten unread?"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import city
import httpx2
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, QUYET_THANG, SAN_THANG, TAN_PHONG, UNIT_DOCUMENTS
from house import House

from chassis.testing import eventually

FORMED = {name: value for name, value in BLOCK_DOCUMENT.items() if name != "year"}
TURN = {"head_unit_id": str(QUYET_THANG), "deputy_unit_id": None, "reason": "Luân phiên"}


@pytest_asyncio.fixture
async def office(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    await house.open(["registry", "scoring"])
    await city.found(house)
    async with house.office("registry") as client:
        yield client


async def ask(client: httpx2.AsyncClient, path: str, **asked: Any) -> Any:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_how_a_unit_began_is_corrected_with_a_reason_below_what_was_decided(office: httpx2.AsyncClient) -> None:
    renamed = {"kind": "rename", "unit_ids": [str(TAN_PHONG)], "effective_on": "2023-12-01", "reason": "Sắp xếp"}
    assert (await office.post("/unit-changes", json=renamed | {"name": "Phường Mới"})).status_code == 201
    read = (await ask(office, f"/units/{TAN_PHONG}"))["version"]
    said = {
        **UNIT_DOCUMENTS[TAN_PHONG],
        "name": "Xã Tân Phong",
        "kind": "commune",
        "version": read,
        "reason": "Nhầm loại",
    }
    path = f"/units/{TAN_PHONG}/registration"
    wrong = await office.put(path, json={**said, "reason": "", "kind": "x", "name": ""})
    assert (wrong.status_code, {each["field"] for each in wrong.json()["errors"]}) == (422, {"reason", "kind", "name"})
    assert (await office.put(path, json=said)).json() == {"version": read + 1}
    assert (await office.put(path, json=said)).json() == {"version": read + 1}, "the same again changes nothing"
    stale = await office.put(path, json={**said, "kind": "school"})
    assert (stale.status_code, stale.json()["version"]) == (409, read + 1)
    before, after = [await ask(office, f"/units/{TAN_PHONG}", on=on) for on in ("2023-11-30", "2023-12-01")]
    assert [(each["name"], each["kind"]) for each in (before, after)] == [
        ("Xã Tân Phong", "commune"),
        ("Phường Mới", "commune"),
    ]
    told = [each["reason"] for each in (await ask(office, f"/units/{TAN_PHONG}/history"))["changes"]]
    assert told.count("Nhầm loại") == 1
    assert (await office.put(f"/units/{uuid4()}/registration", json=said)).status_code == 404


async def test_no_unit_comes_to_stand_under_itself(office: httpx2.AsyncClient) -> None:
    below = {**UNIT_DOCUMENTS[SAN_THANG], "parent_id": str(TAN_PHONG), "version": 1, "reason": "Thiếu cấp trên"}
    assert (await office.put(f"/units/{SAN_THANG}/registration", json=below)).status_code == 200
    for parent in (SAN_THANG, TAN_PHONG):
        said = {**UNIT_DOCUMENTS[TAN_PHONG], "parent_id": str(parent), "version": 1, "reason": "Nhầm"}
        circle = await office.put(f"/units/{TAN_PHONG}/registration", json=said)
        assert (circle.status_code, circle.json()["errors"][0]["field"]) == (422, "parent_id")


async def test_two_corrections_wait_for_each_other_and_make_no_circle(house: House, office: httpx2.AsyncClient) -> None:
    async def correct(unit: UUID, parent: UUID) -> httpx2.Response:
        said = {**UNIT_DOCUMENTS[unit], "parent_id": str(parent), "version": 1, "reason": "Thiếu cấp trên"}
        return await office.put(f"/units/{unit}/registration", json=said)

    deciding = await house.connect("registry")
    try:
        decision = deciding.transaction()
        await decision.start()
        await deciding.execute("SELECT pg_advisory_xact_lock(hashtext('unit_changes'))")
        sent = [asyncio.create_task(correct(*each)) for each in ((SAN_THANG, TAN_PHONG), (TAN_PHONG, SAN_THANG))]

        async def waiting() -> bool:
            asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            return bool(await deciding.fetchval(asked) == len(sent))

        await eventually(waiting, expect="both wait for the decision that is being made")
        # Whoever waits for a decision holds no unit that it may need.
        locked = await deciding.fetch(
            "SELECT FROM units WHERE unit_id = ANY($1) FOR UPDATE NOWAIT", list(UNIT_DOCUMENTS)
        )
        assert len(locked) == len(UNIT_DOCUMENTS)
        await decision.commit()
        answers = await asyncio.gather(*sent)
    finally:
        await deciding.close()
    assert sorted(each.status_code for each in answers) == [200, 422]


async def test_a_unit_is_not_registered_under_what_stands_below_it(office: httpx2.AsyncClient) -> None:
    below = {**UNIT_DOCUMENTS[SAN_THANG], "parent_id": str(TAN_PHONG)}
    assert (await office.put(f"/units/{SAN_THANG}", json=below)).status_code == 200
    circle = await office.put(f"/units/{TAN_PHONG}", json={**UNIT_DOCUMENTS[TAN_PHONG], "parent_id": str(SAN_THANG)})
    assert (circle.status_code, circle.json()["errors"][0]["field"]) == (422, "parent_id")


async def test_how_a_block_was_formed_is_corrected(house: House, office: httpx2.AsyncClient) -> None:
    block = await ask(office, f"/blocks/{BLOCK}")
    assert block["formed"]["member_unit_ids"] == sorted(BLOCK_DOCUMENT["member_unit_ids"])
    members = [str(TAN_PHONG), str(QUYET_THANG)]
    said = {**FORMED, "name": "Khối phường", "member_unit_ids": members, "decision_number": "9/QĐ", "version": 1}
    path = f"/blocks/{BLOCK}/formation"
    assert (await office.put(path, json=said)).json() == {"version": 2}
    assert (await office.put(path, json=said)).json() == {"version": 2}
    stale = await office.put(path, json={**said, "name": "Khối khác"})
    assert (stale.status_code, stale.json()["version"]) == (409, 2)
    now = await ask(office, f"/blocks/{BLOCK}")
    assert (now["name"], now["decision_number"], now["year"]) == ("Khối phường", "9/QĐ", 2023)
    assert sorted(now["member_unit_ids"]) == sorted(members)
    wrong = await office.put(
        path, json={**said, "version": 2, "member_unit_ids": [str(uuid4())], "deputy_unit_id": str(uuid4())}
    )
    assert {each["field"] for each in wrong.json()["errors"]} >= {"member_unit_ids.0", "deputy_unit_id"}
    assert (await office.put(f"/blocks/{uuid4()}/formation", json=said)).status_code == 404
    async with house.client("registry", ("unit_officer", TAN_PHONG)) as own:
        turn = {**TURN, "version": 2}
        for refused in (
            await own.put(path, json=said),
            await own.put(f"/blocks/{BLOCK}/heads/2023-12-01", json=turn),
            await own.put(
                f"/units/{TAN_PHONG}/registration",
                json={**UNIT_DOCUMENTS[TAN_PHONG], "version": 1, "reason": "Nhầm"},
            ),
        ):
            assert refused.status_code == 403


async def test_a_turn_of_the_head_is_said_otherwise_for_the_same_day(house: House, office: httpx2.AsyncClient) -> None:
    entered = await office.post(f"/blocks/{BLOCK}/heads", json={**TURN, "from_on": "2023-12-01"})
    assert entered.status_code == 201
    twice = await office.post(f"/blocks/{BLOCK}/heads", json={**TURN, "from_on": "2023-12-01"})
    assert (twice.status_code, "Sửa lần đổi đó" in twice.text) == (422, True)
    path = f"/blocks/{BLOCK}/heads/2023-12-01"
    right = {**TURN, "head_unit_id": str(SAN_THANG), "reason": "Luân phiên; ghi nhầm đơn vị", "version": 2}
    wrong = await office.put(path, json={**right, "head_unit_id": str(uuid4()), "deputy_unit_id": str(uuid4())})
    assert {each["field"] for each in wrong.json()["errors"]} == {"head_unit_id", "deputy_unit_id"}
    assert (await office.put(path, json=right)).json() == {"version": 3}
    assert (await office.put(path, json=right)).json() == {"version": 3}
    stale = await office.put(path, json={**right, "head_unit_id": None})
    assert (stale.status_code, stale.json()["version"]) == (409, 3)
    block = await ask(office, f"/blocks/{BLOCK}", on="2023-12-02")
    assert (block["head_unit_id"], len(block["turns"]), block["turns"][0]["reason"]) == (
        str(SAN_THANG),
        1,
        right["reason"],
    )
    query = "SELECT convert_from(bytes, 'utf8') AS said FROM event_log WHERE type = $1 ORDER BY id"
    rows = await house.rows("registry", query, "registry.block_head_changed.v1")
    led = [json.loads(row["said"])["data"] for row in rows]
    assert [(each["head_unit_id"], each["previous_head_unit_id"]) for each in led] == [
        (str(QUYET_THANG), BLOCK_DOCUMENT["head_unit_id"]),
        (str(SAN_THANG), str(QUYET_THANG)),
    ]
    assert (await office.put(f"/blocks/{BLOCK}/heads/2023-12-05", json=right)).status_code == 404
