"""Can a launched campaign be corrected without losing a word of what was said, and without touching what was scored?"""

from collections.abc import AsyncIterator
from typing import Any

import city
import httpx2
import orjson
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, TAN_PHONG
from desks import Desks, at_the_registry
from house import House, ident

PATH = f"/campaigns/{CAMPAIGN}/corrections"
KHAC = ident("other-campaign")
ROW = {
    "name": "Báo cáo năm 2023",
    "opens_at": "00:00 15/10/2023",
    "due_at": "17:00 30/11/2023",
    "closes_at": "17:00 15/12/2023",
}
ISSUED = {"document": {"values": {"number": "12", "issued_on": "16/11/2023"}}}


@pytest_asyncio.fixture
async def desks(house: House) -> AsyncIterator[Desks]:
    async with at_the_registry(house) as seated:
        yield seated


async def correct(
    client: httpx2.AsyncClient, version: int, sections: dict[str, Any], reason: str = "Văn bản đã ban hành"
) -> httpx2.Response:
    return await client.post(PATH, json={"version": version, "reason": reason, "sections": sections})


async def events(house: House, kind: str) -> list[dict[str, Any]]:
    query = "SELECT bytes FROM event_log WHERE type = $1 ORDER BY id"
    return [orjson.loads(row["bytes"])["data"] for row in await house.rows("registry", query, f"registry.{kind}.v1")]


def faults(answer: httpx2.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {error["field"] for error in answer.json()["errors"]}


async def test_a_number_that_comes_later_is_written_and_what_stood_before_is_kept(house: House, desks: Desks) -> None:
    before = (await desks.office.get(PATH)).json()
    done = await correct(desks.office, 1, ISSUED)
    told = (await desks.other.get(PATH)).json()
    campaign = (await desks.office.get(f"/campaigns/{CAMPAIGN}")).json()
    assert (before["items"], before["sections"]["document"]["values"]["number"]) == ([], "")
    assert (done.status_code, done.json()["version"], done.json()["state"]) == (200, 2, "launched")
    assert (campaign["document"]["number"], campaign["document"]["issued_on"]) == ("12", "16/11/2023")
    [correction] = told["items"]
    assert (correction["version"], correction["reason"]) == (2, "Văn bản đã ban hành")
    assert {(each["field"], each["before"], each["now"]) for each in correction["differences"]} == {
        ("number", "", "12"),
        ("issued_on", "", "16/11/2023"),
    }
    first, second = await events(house, "campaign_launched")
    assert "corrected" not in first
    assert (second["version"], second["corrected"]) == (2, ["document"])
    assert second["document"] == {"number": "12", "symbol": None, "issued_on": "2023-11-16", "title": None}


async def test_whoever_saw_an_older_version_is_shown_what_stands_now(desks: Desks) -> None:
    assert (await correct(desks.office, 1, ISSUED)).status_code == 200
    stale = await correct(desks.office, 1, {"document": {"values": {"number": "13"}}})
    assert (stale.status_code, stale.json()["version"]) == (409, 2)
    assert stale.json()["sections"]["document"]["values"]["number"] == "12"
    assert (await desks.office.get(f"/campaigns/{CAMPAIGN}")).json()["document"]["number"] == "12"
    raw = await desks.office.put(f"/campaigns/{CAMPAIGN}", json={**city.CAMPAIGN_DOCUMENT, "version": 1})
    assert (raw.status_code, raw.json()["version"]) == (409, 2)


async def test_a_deadline_that_is_still_to_come_moves_and_reports_are_held_against_it(
    house: House, desks: Desks
) -> None:
    moved = {"periods": {"rows": [{**ROW, "due_at": "17:00 05/12/2023"}]}}
    assert (await correct(desks.office, 1, moved, "Gia hạn theo công văn")).status_code == 200
    [period] = (await desks.office.get(f"/campaigns/{CAMPAIGN}")).json()["periods"]
    assert (period["period_id"], period["due_at"][:16]) == (str(PERIOD), "2023-12-05T10:00")
    await house.set_clock("registry", "2023-12-02T09:00:00+07:00")
    assert (await city.submit(house, TAN_PHONG, "900")).json()["late"] is False
    # Now that the day of the first correction has passed for no one, the closing can still be put off, not brought back.
    await house.set_clock("registry", "2023-12-06T09:00:00+07:00")
    again = {**ROW, "due_at": "17:00 10/12/2023", "closes_at": "17:00 20/12/2023"}
    refused = await correct(desks.office, 2, {"periods": {"rows": [again]}})
    assert faults(refused) == {"periods.0.due_at"}
    closing = {**ROW, "due_at": "17:00 05/12/2023", "closes_at": "17:00 20/12/2023"}
    assert (await correct(desks.office, 2, {"periods": {"rows": [closing]}})).status_code == 200


async def test_all_that_may_not_be_corrected_is_named_at_once(house: House, desks: Desks) -> None:
    sections = {
        "document": {"values": {"year": "2024", "issued_on": "hôm qua"}},
        "targets": {"rows": [{"code": "CT1"}]},
        "periods": {"rows": [{**ROW, "name": "Tên khác", "opens_at": "16/10/2023"}]},
        "milestones": {"rows": [{"kind": "interim", "name": "", "on": "01/11/2023"}]},
    }
    refused = await correct(desks.office, 1, sections, " ")
    assert faults(refused) >= {
        *("targets", "document.year", "document.issued_on", "periods.0.name", "periods.0.opens_at"),
        *("milestones.0.on", "reason"),
    }
    assert faults(await correct(desks.office, 1, {})) == {"sections"}
    assert "periods.1.name" in faults(await correct(desks.office, 1, {"periods": {"rows": [ROW, ROW]}}))
    assert faults(await correct(desks.office, 1, {"periods": {"rows": []}})) == {"periods"}
    assert len(await events(house, "campaign_launched")) == 1
    assert (await desks.office.get(PATH)).json()["items"] == []


async def test_a_scope_only_widens_and_a_milestone_that_passed_stays(house: House, desks: Desks) -> None:
    scope = {"reach": "kinds", "kinds": ["ward"]}
    milestones = [{"kind": "registration", "name": "Hạn đăng ký", "on": "2023-11-10"}]
    body = {**city.CAMPAIGN_DOCUMENT, "scope": scope, "milestones": milestones}
    assert (await desks.office.put(f"/campaigns/{CAMPAIGN}", json=body)).status_code == 200
    narrow = {"scope": {"values": {"reach": "blocks", "blocks": str(BLOCK)}}}
    assert faults(await correct(desks.office, 2, narrow)) == {"scope.reach"}
    nowhere = {"scope": {"values": {"reach": "kinds", "kinds": "commune"}}}
    assert faults(await correct(desks.office, 2, nowhere)) == {"scope.reach"}
    passed = {"milestones": {"rows": [{"kind": "registration", "name": "Hạn đăng ký", "on": "30/11/2023"}]}}
    assert faults(await correct(desks.office, 2, passed)) == {"milestones"}
    kept = {"kind": "registration", "name": "Hạn đăng ký", "on": "10/11/2023"}
    wide = {
        "scope": {"values": {"kinds": "ward commune"}},
        "milestones": {"rows": [kept, {"kind": "final", "name": "", "on": "20/12/2023"}]},
        "recipients": {"values": {"names": "Sở Nội vụ\nCác xã, phường"}},
    }
    assert (await correct(desks.office, 2, wide)).status_code == 200
    last = (await events(house, "campaign_launched"))[-1]
    assert last["corrected"] == ["milestones", "scope", "recipients"]
    assert last["scope"]["kinds"] == ["ward", "commune"]
    assert [each["kind"] for each in last["milestones"]] == ["registration", "final"]
    assert len(await events(house, "registration_called")) == 1
    # What is put from outside keeps what stood before, too: no reason is known of it.
    assert [each["reason"] for each in (await desks.office.get(PATH)).json()["items"]] == ["Văn bản đã ban hành", None]


async def test_a_registration_day_that_moves_is_called_anew(house: House, desks: Desks) -> None:
    row = {"kind": "registration", "name": "", "on": "25/11/2023"}
    assert (await correct(desks.office, 1, {"milestones": {"rows": [row]}})).status_code == 200
    assert (await correct(desks.office, 2, {"milestones": {"rows": [{**row, "on": "28/11/2023"}]}})).status_code == 200
    assert [each["due_on"] for each in await events(house, "registration_called")] == ["2023-11-25", "2023-11-28"]


async def test_only_the_office_corrects_and_only_what_runs(desks: Desks) -> None:
    unit = await correct(desks.own, 1, ISSUED)
    step = await desks.office.post(f"/campaigns/{CAMPAIGN}/steps", json={"act": "correct", "version": 1})
    unknown = await desks.office.post(
        f"/campaigns/{KHAC}/corrections", json={"version": 1, "reason": "abc", "sections": ISSUED}
    )
    closed = await desks.office.post(f"/campaigns/{CAMPAIGN}/steps", json={"act": "close", "version": 1})
    late = await correct(desks.office, 2, ISSUED)
    assert (unit.status_code, step.status_code, unknown.status_code) == (403, 422, 404)
    assert (closed.status_code, late.status_code, late.json()["possible"]) == (200, 409, ["follow"])
