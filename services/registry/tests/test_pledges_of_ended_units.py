"""Is a unit that ended before it could register left out of a campaign's pledges, and does a later one keep its own?"""

from typing import Any
from uuid import UUID

import city
import httpx2
import pytest
from city import CAMPAIGN, QUYET_THANG, SAN_THANG, TAN_PHONG
from house import House, ident

LATE = ident("late-campaign")


async def close(office: httpx2.AsyncClient, unit: UUID, on: str) -> None:
    body = {"kind": "close", "unit_ids": [str(unit)], "effective_on": on, "reason": "Giải thể"}
    answer = await office.post("/unit-changes", json=body)
    assert answer.status_code == 201, answer.text


async def pledge(office: httpx2.AsyncClient, unit: UUID, act: str, version: int, campaign: UUID) -> httpx2.Response:
    body: dict[str, Any] = {"act": act, "version": version, "titles": ["TTLDTT"] if act == "submit" else []}
    return await office.post(f"/campaigns/{campaign}/units/{unit}/pledge/steps", json=body)


@pytest.mark.parametrize("how", ["begun later", "launched later"])
async def test_who_had_ended_before_one_could_register_is_not_asked_to(house: House, how: str) -> None:
    await house.open(["registry", "scoring"])
    await city.found(house)
    async with house.office("registry") as office:
        if how == "begun later":
            period = {**city.CAMPAIGN_DOCUMENT["periods"][0], "period_id": str(ident("late-period"))}
            body = {**city.CAMPAIGN_DOCUMENT, "starts_on": "2023-10-01", "periods": [period]}
            assert (await office.put(f"/campaigns/{LATE}", json=body)).status_code == 200
        else:
            await launch(office)
        # The first day that a unit is no more.
        await close(office, QUYET_THANG, "2023-10-01")
        assert (await pledge(office, SAN_THANG, "submit", 0, LATE)).status_code == 200
        await close(office, SAN_THANG, "2023-11-20")
        counts, names = {}, {}
        for campaign in (LATE, CAMPAIGN):
            listed = (await office.get(f"/campaigns/{campaign}/pledges")).json()
            missing = (await office.get(f"/campaigns/{campaign}/pledges?state=none")).json()
            counts[campaign] = listed["counts"]
            names[campaign] = ([each["name"] for each in listed["items"]], [each["name"] for each in missing["items"]])
        assert counts[LATE] == {"none": 1, "submitted": 1}
        assert names[LATE] == (["Phường Tân Phong", "Xã San Thàng"], ["Phường Tân Phong"])
        # Of the campaign that had begun before they were all there: one of them has not registered, and should have.
        assert counts[CAMPAIGN] == {"none": 3}
        refused = await pledge(office, QUYET_THANG, "submit", 0, LATE)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "unit_id")
        assert "kết thúc từ ngày 01/10/2023" in refused.json()["detail"]
        assert (await pledge(office, SAN_THANG, "approve", 1, LATE)).status_code == 200
        assert (await pledge(office, TAN_PHONG, "submit", 0, LATE)).status_code == 200


async def launch(office: httpx2.AsyncClient) -> None:
    """Launch a campaign of the whole year on the fifteenth of November, from a draft."""
    period = {"name": "Báo cáo đợt", "opens_at": "01/11/2023", "due_at": "30/11/2023", "closes_at": "15/12/2023"}
    head = {"name": "Thi đua cả năm", "year": "2023", "starts_on": "01/01/2023", "ends_on": "31/12/2023"}
    sections: dict[str, Any] = {"document": {"values": head}, "periods": {"rows": [period]}}
    sections["scope"] = {"values": {"reach": "all"}}
    assert (await office.put(f"/campaign-drafts/{LATE}", json={})).status_code == 200
    for name, typed in sections.items():
        saved = await office.put(f"/campaign-drafts/{LATE}/sections/{name}", json={"version": 0, **typed})
        assert saved.status_code == 200, saved.text
    version = (await office.get(f"/campaign-drafts/{LATE}")).json()["version"]
    launched = await office.post(f"/campaigns/{LATE}/steps", json={"act": "launch", "version": version})
    assert launched.status_code == 200, launched.text
