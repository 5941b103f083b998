"""Does a submitted report ripple through registry, scoring, awards and notify, and does it end?"""

from typing import Any
from uuid import UUID

import city
from city import QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from house import EVENT_SERVICES, House

from chassis.testing import eventually
from gateway.rules import walk


async def parts(house: House, correlationid: str) -> dict[str, Any]:
    found = {}
    for service in EVENT_SERVICES:
        async with house.office(service) as client:
            found[service] = (await client.get(f"/ripples/{correlationid}")).json()
    return found


async def test_a_report_is_scored_ranked_checked_and_told(house: House) -> None:
    await house.open()
    await city.found(house)

    first = await submit(house, QUYET_THANG, "900")
    assert first.status_code == 201, first.text
    second = (await submit(house, TAN_PHONG, "1000")).json()

    async def complete() -> Any:
        ripple = walk(UUID(second["correlationid"]), await parts(house, second["correlationid"]))
        assert ripple.complete, ripple
        return ripple

    ripple = await eventually(complete)
    assert {str(step.step) for step in ripple.steps} == {"received", "scored", "ranked", "checked", "told"}
    assert ripple.about == TAN_PHONG
    assert await city.board(house) == [
        ("Phường Tân Phong", 1, "100.00"),
        ("Phường Quyết Thắng", 2, "91.00"),
        ("Xã San Thàng", None, None),
    ]
    async with house.client("notify", ("unit_officer", QUYET_THANG)) as officer:
        told = (await officer.get("/messages")).json()["items"]
    assert any("xuống hạng 2" in message["title"] for message in told), told
    async with house.client("awards", ("unit_officer", TAN_PHONG)) as officer:
        titles = (await officer.get(f"/units/{TAN_PHONG}/titles?year=2023")).json()["items"]
    assert [title["title"] for title in titles] == ["TTLDTT", "TTLDXS", "CTD_TINH"]


async def test_equal_units_share_their_place_and_the_next_one_is_skipped(house: House) -> None:
    await house.open(["registry", "scoring", "awards", "notify"])
    await city.found(house)
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "1000"), (SAN_THANG, "900")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    assert [rank for _, rank, _ in await city.board(house)] == [1, 1, 3]


async def test_an_amendment_that_changes_no_point_ends_as_unchanged(house: House) -> None:
    await house.open()
    await city.found(house)
    first = (await submit(house, TAN_PHONG, "1000")).json()
    await house.quiet()
    again = (await submit(house, TAN_PHONG, "1000,0", version=first["version"])).json()
    await house.quiet()
    ripple = walk(UUID(again["correlationid"]), await parts(house, again["correlationid"]))
    assert ripple.complete
    assert {str(step.step): step.outcome for step in ripple.steps if str(step.step) in ("scored", "ranked")} == {
        "scored": "unchanged",
        "ranked": "unchanged",
    }


async def test_the_year_record_changes_what_a_unit_meets(house: House) -> None:
    await house.open()
    await city.found(house)
    figures = {
        "version": 0,
        "headcount": 22,
        "completed_tasks": 22,
        "advanced_workers": 15,
        "grassroots_fighters": 2,
        "disciplined": 0,
        "task_rating": "excellent",
        "pledged_on": "2023-02-28",
    }
    async with house.client("registry", ("unit_officer", TAN_PHONG)) as officer:
        answer = await officer.put(f"/units/{TAN_PHONG}/years/2023", json=figures)
        assert answer.status_code == 200, answer.text
    await house.quiet()
    async with house.client("awards", ("unit_officer", TAN_PHONG)) as officer:
        titles = {
            each["title"]: each for each in (await officer.get(f"/units/{TAN_PHONG}/titles?year=2023")).json()["items"]
        }
    gaps = [condition["gap"] for condition in titles["TTLDXS"]["conditions"] if condition["finding"] == "missing"]
    assert gaps == ["cần thêm 1 người đạt Lao động tiên tiến"]


async def test_withdrawn_returned_accepted_each_ripple_ends_and_titles_follow(house: House) -> None:
    await house.open()
    await city.found(house)
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "900")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()

    async def stepped(unit: UUID, name: str, **more: Any) -> Any:
        async with house.office("registry") as office:
            path = f"/campaigns/{city.CAMPAIGN}/periods/{city.PERIOD}/reports/{unit}"
            stands = (await office.get(path)).json()
            body = {"version": stands["version"], **more}
            answer = await office.post(f"/reports/{stands['report_id']}/{name}", json=body)
        assert answer.status_code == 200, answer.text
        await house.quiet()
        correlationid = answer.json()["correlationid"]
        ripple = walk(UUID(correlationid), await parts(house, correlationid))
        assert ripple.complete, ripple
        return {str(step.step) for step in ripple.steps if step.outcome != "unchanged"}

    assert await stepped(QUYET_THANG, "return", items={"1.1": "chưa khớp"}) == {"received", "told"}
    assert await stepped(QUYET_THANG, "accept") == {"received", "told"}
    assert await stepped(TAN_PHONG, "withdraw") == {"received", "scored", "ranked", "checked", "told"}
    assert {name: rank for name, rank, _ in await city.board(house)} == {
        "Phường Quyết Thắng": 1,
        "Phường Tân Phong": None,
        "Xã San Thàng": None,
    }
    assert [row["rank"] for row in await city.standings(house) if row["unit_id"] == TAN_PHONG] == [None]


async def test_every_event_delivered_twice_changes_nothing(house: House) -> None:
    await house.open()
    await city.found(house)
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "950"), (SAN_THANG, "900")):
        await submit(house, unit, amount)
    await house.quiet()
    before = await state(house)
    await house.publish_again()
    await house.quiet()
    assert await state(house) == before


async def state(house: House) -> dict[str, Any]:
    queries = {
        "scoring": "SELECT unit_id, version, points, percent FROM scores ORDER BY 1",
        "awards": "SELECT unit_id, title, version, verdict FROM verdicts ORDER BY 1, 2",
        "notify": "SELECT post, scope_id, cause, title FROM messages ORDER BY 1, 2, 3, 4",
    }
    return {service: await house.rows(service, query) for service, query in queries.items()} | {
        f"{service} events": await house.rows(service, "SELECT count(*) FROM event_log") for service in EVENT_SERVICES
    }
