"""Can a return be taken back by whoever returned it, until it is answered, and nothing that was typed is lost?"""

from typing import Any

import city
import httpx2
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, TAN_PHONG, submit
from house import House

REPORT = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/reports/{TAN_PHONG}"
ITEMS = {"1.1": "Số liệu chưa khớp với thống kê của bộ phận một cửa"}
WHY = "Đối chiếu lại thì số liệu đã khớp"


@pytest_asyncio.fixture
async def registry(house: House) -> House:
    """The small city, and a report that the head of its block has returned."""
    await house.open(["registry", "scoring"])
    await city.found(house)
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201
    async with head(house) as chief:
        assert (await step(chief, house, "return", items=ITEMS)).status_code == 200
    return house


def officer(house: House) -> httpx2.AsyncClient:
    return house.client("registry", ("unit_officer", TAN_PHONG), account="officer")


def head(house: House) -> httpx2.AsyncClient:
    return house.client("registry", ("block_head", BLOCK), account="head")


async def report(house: House) -> dict[str, Any]:
    async with officer(house) as client:
        found: dict[str, Any] = (await client.get(REPORT)).json()
        return found


async def step(client: httpx2.AsyncClient, house: House, name: str, **body: Any) -> httpx2.Response:
    stands = await report(house)
    return await client.post(f"/reports/{stands['report_id']}/{name}", json={"version": stands["version"], **body})


async def test_a_return_is_taken_back_with_its_reason_and_what_was_typed_since_is_set_aside(registry: House) -> None:
    async with head(registry) as chief, officer(registry) as client:
        typed = {"version": (await report(registry))["version"], "fields": {"1.1": "777"}}
        assert (await client.put(f"{REPORT}/draft", json=typed)).status_code == 200
        seen = (await chief.get(f"/reports/{(await report(registry))['report_id']}")).json()
        assert seen["steps"] == ["take_back"]
        for short in ({}, {"reason": "a"}):
            refused = await step(chief, registry, "take-back", **short)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
        assert (await step(client, registry, "take-back", reason=WHY)).status_code == 403
        back = await step(chief, registry, "take-back", reason=WHY)
        assert (back.status_code, back.json()["state"]) == (200, "submitted")
        stands = await report(registry)
        assert (stands["flagged"], stands["open_items"], stands["fields"]["1.1"]) == (None, None, "1000")
        assert stands["aside"] == {"fields": {"1.1": "777"}, "nothing": {}}
        assert stands["taken_back"] | {"at": None} == {"by": "Cán bộ thử", "at": None, "reason": WHY}
        assert (await step(chief, registry, "take-up")).status_code == 200
        told = (await client.get(f"/reports/{stands['report_id']}/steps")).json()["items"]
    assert [each["step"] for each in told] == ["submit", "return", "take_back", "take_up"]
    rows = await registry.rows(
        "registry", "SELECT bytes FROM event_log WHERE type = 'registry.report_returned.v1' ORDER BY id"
    )
    first, second = [row["bytes"].decode() for row in rows]
    assert ("taken_back" in first, '"taken_back":true' in second, WHY in second) == (False, True, False)


async def test_a_return_that_was_answered_is_not_taken_back(registry: House) -> None:
    again = await submit(registry, TAN_PHONG, "990", version=(await report(registry))["version"])
    assert again.status_code == 201, again.text
    async with head(registry) as chief:
        late = await step(chief, registry, "take-back", reason=WHY)
        assert late.status_code == 409
        assert late.json()["detail"].startswith(
            "Báo cáo này đã gửi lại và chờ xem xét nên không rút việc trả lại được."
        )
        assert (await step(chief, registry, "return", items=ITEMS)).status_code == 200
        assert (await step(chief, registry, "take-back", reason=WHY)).status_code == 200


async def test_a_form_that_is_open_from_the_return_is_stale_once_that_is_taken_back(registry: House) -> None:
    """It promised that sending it is not late, whenever it is sent; that is so only while the return stands."""
    opened = (await report(registry))["version"]
    async with head(registry) as chief, officer(registry) as client:
        assert (await step(chief, registry, "take-back", reason=WHY)).json()["version"] == opened + 1
        await registry.set_clock("registry", "2023-12-05 09:00+07")
        late = await submit(registry, TAN_PHONG, "990", version=opened)
        typed = await client.put(f"{REPORT}/draft", json={"version": opened, "fields": {"1.1": "777"}})
    assert (late.status_code, late.json()["version"], typed.status_code) == (409, opened + 1, 409)
    stands = await report(registry)
    assert (stands["state"], stands["late"], stands["fields"]["1.1"]) == ("submitted", False, "1000")


async def test_an_answer_stands_as_that_answer_again_and_keeps_its_time(registry: House) -> None:
    await registry.run("registry", "UPDATE report_steps SET post = 'Cán bộ 01, Phòng Nội vụ' WHERE step = 'return'")
    await registry.set_clock("registry", "2023-12-05 09:00+07")
    async with head(registry) as chief, registry.office("registry") as office:
        for amount in ("990", "980"):
            answer = await submit(registry, TAN_PHONG, amount, version=(await report(registry))["version"])
            assert (answer.status_code, answer.json()["late"]) == (201, False), answer.text
            if amount == "980":
                assert (await step(office, registry, "accept")).status_code == 200
            assert (await step(chief, registry, "return", items={"2.1": "Thiếu văn bản"})).status_code == 200
            assert (await report(registry))["returned_by"] == "Cán bộ thử"
            back = await step(chief, registry, "take-back", reason=WHY)
            assert (back.status_code, back.json()["state"]) == (200, "resubmitted")
            stands = await report(registry)
            assert (stands["flagged"], stands["open_items"], stands["late"]) == (ITEMS, ["1.1"], False)
            assert (stands["returned_by"], stands["taken_back"]["reason"]) == ("Cán bộ 01, Phòng Nội vụ", WHY)
        beside = await submit(registry, TAN_PHONG, "980", pledged="không", version=stands["version"])
        assert (beside.status_code, [each["field"] for each in beside.json()["errors"]]) == (422, ["2.1"])


async def test_a_head_takes_back_only_the_own_return_and_the_office_anybodys(registry: House) -> None:
    await registry.run("registry", "UPDATE report_steps SET post = 'Cán bộ 01, Phòng Nội vụ' WHERE step = 'return'")
    async with head(registry) as chief, registry.office("registry") as office:
        path = f"/reports/{(await report(registry))['report_id']}"
        assert (await chief.get(path)).json()["steps"] == []
        refused = await step(chief, registry, "take-back", reason=WHY)
        assert refused.status_code == 409
        assert "Cán bộ 01, Phòng Nội vụ trả lại" in refused.json()["detail"]
        assert (await office.get(path)).json()["steps"] == ["save", "submit", "take_back", "accept"]
        assert (await step(office, registry, "take-back", reason=WHY)).status_code == 200
    again = await submit(registry, TAN_PHONG, "990", version=(await report(registry))["version"])
    assert (again.status_code, (await report(registry))["taken_back"]) == (201, None)
