"""Does a report go all the way: withdrawn, taken up, returned item by item, sent again, accepted, and nothing typed lost?"""

import json
from typing import Any
from uuid import UUID, uuid4

import city
import httpx2
import pytest
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from house import House

REPORT = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/reports/{TAN_PHONG}"
REASON = "Số liệu chưa khớp với thống kê của bộ phận một cửa"


@pytest_asyncio.fixture
async def registry(house: House) -> House:
    await house.open(["registry", "scoring"])
    await city.found(house)
    return house


def officer(house: House, unit: UUID = TAN_PHONG) -> httpx2.AsyncClient:
    return house.client("registry", ("unit_officer", unit), account=f"officer-{unit}")


def head(house: House, *more: tuple[str, UUID]) -> httpx2.AsyncClient:
    return house.client("registry", ("block_head", BLOCK), *more, account="head")


async def report(house: House) -> dict[str, Any]:
    async with officer(house) as client:
        found: dict[str, Any] = (await client.get(REPORT)).json()
        return found


async def save(house: House, fields: dict[str, str], **more: Any) -> httpx2.Response:
    version = (await report(house))["version"]
    async with officer(house) as client:
        return await client.put(f"{REPORT}/draft", json={"version": version, "fields": fields, **more})


async def step(client: httpx2.AsyncClient, house: House, name: str, **body: Any) -> httpx2.Response:
    """Take a step with the report in the version that stands."""
    stands = await report(house)
    return await client.post(f"/reports/{stands['report_id']}/{name}", json={"version": stands["version"], **body})


async def logged(house: House, kind: str) -> list[Any]:
    rows = await house.rows(
        "registry", "SELECT bytes FROM event_log WHERE type = $1 ORDER BY id", f"registry.report_{kind}.v1"
    )
    return [row["bytes"].decode() for row in rows]


async def test_a_report_is_withdrawn_until_somebody_takes_it_up(registry: House) -> None:
    sent = (await submit(registry, TAN_PHONG, "1000")).json()
    async with officer(registry) as client, registry.office("registry") as office:
        withdrawn = await step(client, registry, "withdraw")
        stands = await report(registry)
        assert (withdrawn.status_code, stands["state"], stands["receipt_number"]) == (200, "draft", None)
        assert stands["fields"] == {"1.1": "1000", "2.1": "có"}
        assert stands["version"] == sent["version"] + 1
        again = await submit(registry, TAN_PHONG, "990", version=stands["version"])
        assert again.status_code == 201, again.text
        assert (await step(office, registry, "take-up")).status_code == 200
        late = await step(client, registry, "withdraw")
    assert late.status_code == 409
    assert late.json()["detail"].startswith("Báo cáo này đang được xem xét nên không rút được. Lúc này có thể: ")
    assert late.json()["steps"] == ["release", "return", "accept"]
    (event,) = await logged(registry, "withdrawn")
    assert sent["receipt_number"] in event


async def test_only_what_was_returned_is_open_and_the_rest_stays_as_sent(registry: House) -> None:
    await submit(registry, TAN_PHONG, "1000")
    async with registry.office("registry") as office:
        assert (await step(office, registry, "take-up")).status_code == 200
        refused = await save(registry, {"1.1": "5"})
        assert refused.status_code == 409, refused.text
        back = await step(office, registry, "return", items={"1.1": REASON})
    assert back.status_code == 200, back.text
    stands = await report(registry)
    assert (stands["state"], stands["flagged"], stands["open_items"]) == ("returned", {"1.1": REASON}, ["1.1"])
    assert stands["returned_by"] == "Cán bộ thử"

    sealed = await save(registry, {"2.1": "không", "1.1": "990"})
    assert sealed.status_code == 422
    assert [error["field"] for error in sealed.json()["errors"]] == ["2.1"]
    assert (await save(registry, {"1.1": "990"})).status_code == 200
    beside = await submit(registry, TAN_PHONG, "990", pledged="không", version=(await report(registry))["version"])
    assert (beside.status_code, [error["field"] for error in beside.json()["errors"]]) == (422, ["2.1"])

    again = await submit(registry, TAN_PHONG, "990", version=(await report(registry))["version"])
    assert again.status_code == 201, again.text
    stands = await report(registry)
    assert (stands["state"], stands["flagged"]) == ("resubmitted", {"1.1": REASON})
    (event,) = await logged(registry, "returned")
    assert '"criteria":["1.1"]' in event
    assert REASON not in event


async def test_a_return_can_be_answered_after_the_period_and_is_no_later_than_what_was_returned(
    registry: House,
) -> None:
    await submit(registry, TAN_PHONG, "1000")
    async with registry.office("registry") as office:
        # Past the due instant, then past the closing one.
        for moment in ("2023-12-05 09:00+07", "2023-12-20 09:00+07"):
            await step(office, registry, "return", items={"1.1": REASON})
            await registry.set_clock("registry", moment)
            answer = await submit(registry, TAN_PHONG, "990", version=(await report(registry))["version"])
            assert (answer.status_code, answer.json()["late"]) == (201, False)
        async with officer(registry) as client:
            withdrawn = await step(client, registry, "withdraw")
        assert withdrawn.status_code == 409
        assert "không gửi lại được nữa" in withdrawn.json()["detail"]
        assert (await step(office, registry, "accept")).status_code == 200
    assert (await report(registry))["state"] == "accepted"
    assert len(await logged(registry, "accepted")) == 1


async def test_an_edit_that_was_not_sent_is_set_aside_when_the_report_is_taken_up(registry: House) -> None:
    await submit(registry, TAN_PHONG, "1000")
    assert (await save(registry, {"1.1": "777"}, nothing={"2.1": "chưa rõ"})).status_code == 200
    async with registry.office("registry") as office:
        assert (await step(office, registry, "accept")).status_code == 409
        assert (await step(office, registry, "take-up")).status_code == 200
        seen = (await office.get(f"/reports/{(await report(registry))['report_id']}")).json()
    stands = await report(registry)
    assert seen["fields"] == stands["fields"] == {"1.1": "1000", "2.1": "có"}
    assert stands["aside"] == {"fields": {"1.1": "777"}, "nothing": {"2.1": "chưa rõ"}}


async def test_a_reviewer_who_saw_an_older_version_is_shown_the_newer_one(registry: House) -> None:
    await submit(registry, TAN_PHONG, "1000")
    old = await report(registry)
    await submit(registry, TAN_PHONG, "990", version=old["version"])
    async with registry.office("registry") as office:
        path = f"/reports/{old['report_id']}/accept"
        refused = await office.post(path, json={"version": old["version"]})
    assert (refused.status_code, refused.json()["fields"]["1.1"]) == (409, "990")


async def test_the_same_key_takes_a_step_once(registry: House) -> None:
    await submit(registry, TAN_PHONG, "1000")
    stands = await report(registry)
    body, key = {"version": stands["version"], "items": {"1.1": REASON}}, {"Idempotency-Key": str(uuid4())}
    async with registry.office("registry") as office:
        first, second = [
            await office.post(f"/reports/{stands['report_id']}/return", json=body, headers=key) for _ in range(2)
        ]
    assert (first.status_code, second.status_code, first.json()) == (200, 200, second.json())
    assert len(await logged(registry, "returned")) == 1


async def test_who_is_nothing_to_a_report_is_refused_and_told_who_may(registry: House) -> None:
    await submit(registry, TAN_PHONG, "1000")
    async with (
        officer(registry, QUYET_THANG) as stranger,
        officer(registry) as own,
        head(registry) as chief,
        head(registry, ("unit_officer", TAN_PHONG)) as own_chief,
    ):
        report_id = (await report(registry))["report_id"]
        assert (await stranger.get(f"/reports/{report_id}")).status_code == 403
        assert (await stranger.get(f"/reports/queue?campaign_id={CAMPAIGN}")).status_code == 403
        assert (await step(stranger, registry, "withdraw")).status_code == 403
        for client in (own, own_chief):
            refused = await step(client, registry, "return", items={"1.1": REASON})
            assert refused.status_code == 403
            assert "trừ đơn vị của chính mình" in refused.json()["detail"]
        assert (await step(chief, registry, "accept")).status_code == 403
        assert (await step(chief, registry, "return", items={"1.1": REASON})).status_code == 200


async def test_the_queue_is_paged_with_the_longest_waiting_first_and_a_head_sees_the_own_block(registry: House) -> None:
    for unit in (TAN_PHONG, QUYET_THANG, SAN_THANG):
        assert (await submit(registry, unit, "1000")).status_code == 201
    path = f"/reports/queue?campaign_id={CAMPAIGN}&limit=2"
    async with registry.office("registry") as office, head(registry, ("unit_officer", QUYET_THANG)) as chief:
        first = (await office.get(path)).json()
        rest = (await office.get(f"{path}&after={first['items'][-1]['report_id']}")).json()
        units = [row["unit"] for row in (*first["items"], *rest["items"])]
        assert (units, first["more"], rest["more"]) == (
            ["Phường Tân Phong", "Phường Quyết Thắng", "Xã San Thàng"],
            True,
            False,
        )
        own = (await chief.get(path)).json()
        assert [row["unit"] for row in own["items"]] == ["Phường Tân Phong", "Xã San Thàng"]
        await step(office, registry, "return", items={"1.1": REASON})
        assert len((await office.get(f"{path}&which=returned")).json()["items"]) == 1
    async with registry.client("registry", ("block_head", uuid4())) as other:
        assert (await other.get(path)).json()["items"] == []


async def test_nothing_to_report_needs_a_reason_and_no_figure(registry: House) -> None:
    body = {**city.report(TAN_PHONG, ""), "fields": {"1.1": "", "2.1": ""}}
    async with officer(registry) as client:
        faults = {
            "1.1": await client.post(
                "/reports", json={**body, "fields": {"1.1": "5", "2.1": "có"}, "nothing": {"1.1": "vì"}}
            ),
            "*": await client.post("/reports", json={**body, "nothing": {"*": "a"}}),
        }
        for field, refused in faults.items():
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), refused.text
        reason = {"*": "Trong kỳ đơn vị không được giao thu ngân sách"}
        sent = await client.post("/reports", json={**body, "nothing": reason})
    assert sent.status_code == 201, sent.text
    assert (await report(registry))["nothing"] == reason
    (event,) = await logged(registry, "submitted")
    assert '"values":[]' in event


async def test_what_was_done_with_a_report_is_told_in_order(registry: House) -> None:
    await submit(registry, TAN_PHONG, "1000")
    async with registry.office("registry") as office, officer(registry) as client:
        for name, more in (("take-up", {}), ("release", {}), ("return", {"items": {"1.1": REASON}}), ("accept", {})):
            assert (await step(office, registry, name, **more)).status_code == 200
        report_id = (await report(registry))["report_id"]
        told = (await client.get(f"/reports/{report_id}/steps")).json()["items"]
    assert [each["step"] for each in told] == ["submit", "take_up", "release", "return", "accept"]
    assert told[3]["items"] == {"1.1": REASON}


async def test_a_unit_that_moved_within_the_year_is_reviewed_in_the_block_of_the_closing_day(registry: House) -> None:
    """Its year has two rows of membership, and every question about its report still has one answer."""
    assert (await submit(registry, TAN_PHONG, "1000")).status_code == 201
    other = uuid4()
    await registry.run(
        "registry",
        f"INSERT INTO blocks (block_id, version, year, name, sorted, sheet_id) SELECT '{other}', 1, year, 'Khối khác', '', sheet_id "
        f"FROM blocks WHERE block_id = '{BLOCK}'",
    )
    await registry.run(
        "registry",
        "INSERT INTO block_members (year, unit_id, from_on, block_id) "
        f"VALUES (2023, '{TAN_PHONG}', '2023-09-01', '{other}')",
    )
    assert (await report(registry))["block_id"] == str(other)
    async with head(registry) as before, registry.office("registry") as office:
        refused = await step(before, registry, "take-up")
        assert refused.status_code == 403, refused.text
        assert len((await office.get("/reports/queue", params={"campaign_id": str(CAMPAIGN)})).json()["items"]) == 1
        assert (await step(office, registry, "take-up")).status_code == 200
        assert (await step(office, registry, "accept")).status_code == 200
    (event,) = await logged(registry, "accepted")
    assert str(other) in event


async def test_what_answers_a_return_is_as_many_days_late_as_what_was_returned(registry: House) -> None:
    await registry.set_clock("registry", "2023-12-02 08:00+07")
    assert (await submit(registry, TAN_PHONG, "1000")).json()["late"] is True
    async with head(registry) as client:
        await step(client, registry, "take-up")
        returned = await step(client, registry, "return", items={"1.1": REASON})
        assert returned.status_code == 200, returned.text
    await registry.set_clock("registry", "2023-12-08 08:00+07")
    again = await submit(registry, TAN_PHONG, "990", version=(await report(registry))["version"])
    assert (again.status_code, again.json()["late"]) == (201, True)
    told = [json.loads(each)["data"] for each in await logged(registry, "submitted")]
    assert [(each["late_days"], each["late_days_sent"]) for each in told] == [(2, 2), (2, 8)]


async def test_a_report_in_time_says_nothing_of_days(registry: House) -> None:
    await submit(registry, TAN_PHONG, "1000")
    (sent,) = await logged(registry, "submitted")
    assert "late_days" not in sent


LEFT = {"merge": {"into": str(SAN_THANG)}, "close": {}, "move": {"block_id": None}}
ON_THE_WAY: dict[str, tuple[str, ...]] = {
    "submitted": (),
    "amending": ("save",),
    "in_review": ("take-up",),
    "returned": ("return",),
    "resubmitted": ("return", "submit"),
    "in_second_review": ("return", "submit", "take-up"),
    "accepted": ("accept",),
}


async def leave(house: House, kind: str, **more: Any) -> None:
    """Have the unit stand in no block from a day on that lies before the period closes."""
    body = {"kind": kind, "unit_ids": [str(TAN_PHONG)], "effective_on": "2023-12-01", "reason": "Theo quyết định"}
    async with house.office("registry") as office:
        answer = await office.post("/unit-changes", json=body | more)
    assert answer.status_code == 201, answer.text


async def go(house: House, *steps: str) -> None:
    """Take a report that was sent along these steps."""
    async with house.office("registry") as office:
        for each in steps:
            if each == "submit":
                done = await submit(house, TAN_PHONG, "990", version=(await report(house))["version"])
            elif each == "save":
                done = await save(house, {"1.1": "777"})
            else:
                done = await step(office, house, each, **({"items": {"1.1": REASON}} if each == "return" else {}))
            assert done.status_code in (200, 201), (each, done.text)


@pytest.mark.parametrize("kind", LEFT)
async def test_what_a_unit_sent_before_it_left_its_block_is_concluded_by_the_office(registry: House, kind: str) -> None:
    assert (await submit(registry, TAN_PHONG, "1000")).status_code == 201
    await leave(registry, kind, **LEFT[kind])
    async with registry.office("registry") as office, head(registry) as chief, officer(registry) as client:
        queue = f"/reports/queue?campaign_id={CAMPAIGN}"
        (waits,) = (await office.get(queue)).json()["items"]
        seen = (await office.get(f"/reports/{waits['report_id']}")).json()
        assert (seen["block_id"], seen["stood_in"]) == (None, str(BLOCK))
        assert (await chief.get(queue)).json()["items"] == []
        refused = await step(chief, registry, "return", items={"1.1": REASON})
        assert (refused.status_code, (await step(client, registry, "withdraw")).status_code) == (403, 409)
        own = await client.get(f"/reports/{waits['report_id']}")
        assert (own.status_code, own.json()["steps"]) == (200, ["save", "submit"])
        assert (await step(office, registry, "return", items={"1.1": REASON})).status_code == 200
        again = await submit(registry, TAN_PHONG, "990", version=(await report(registry))["version"])
        assert again.status_code == 201, again.text
        assert (await step(office, registry, "accept")).status_code == 200
    (event,) = await logged(registry, "accepted")
    assert str(BLOCK) in event


@pytest.mark.parametrize("state", ON_THE_WAY)
async def test_wherever_a_report_stands_when_its_unit_merges_there_is_a_way_on_to_acceptance(
    registry: House, state: str
) -> None:
    assert (await submit(registry, TAN_PHONG, "1000")).status_code == 201
    await go(registry, *ON_THE_WAY[state])
    assert (await report(registry))["state"] == state
    typed = (await report(registry))["fields"]
    await leave(registry, "merge", **LEFT["merge"])
    async with registry.office("registry") as office:
        report_id = (await report(registry))["report_id"]
        can = (await office.get(f"/reports/{report_id}")).json()["steps"]
        onward = [name for name in ("accept", "take_up", "return") if name in can]
        assert onward, can
        await go(registry, onward[0].replace("_", "-"))
        if onward[0] == "return":
            await go(registry, "submit")
        if (await report(registry))["state"] != "accepted":
            await go(registry, "accept")
    stands = await report(registry)
    assert stands["state"] == "accepted"
    kept = [stands["fields"], (stands["aside"] or {"fields": {}})["fields"]]
    assert any(fields.get("1.1") == typed["1.1"] for fields in kept) or state == "accepted"


async def test_a_unit_that_left_its_block_sends_no_first_report(registry: House) -> None:
    await leave(registry, "merge", **LEFT["merge"])
    refused = await submit(registry, TAN_PHONG, "1000")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "unit_id")
