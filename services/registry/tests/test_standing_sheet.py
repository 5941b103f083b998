"""Is a report checked by the version of its sheet that it is scored by, also when that is not the newest?"""

import random
from copy import deepcopy
from typing import Any

import city
import pytest_asyncio
from city import CAMPAIGN, PERIOD, QUYET_THANG, SHEET, SHEET_DOCUMENT, TAN_PHONG, submit
from house import House, ident

BACK = {"version": 1, "reason": "Bản mới chưa được hội đồng thông qua"}


@pytest_asyncio.fixture
async def registry(house: House) -> House:
    """The small city, whose sheet has a second version with another line in the place of 2.1."""
    await house.open(["registry", "scoring"])
    await city.found(house)
    await publish(house, "3.1")
    return house


async def publish(house: House, code: str) -> None:
    """Publish a version whose second group and its line have other codes."""
    document = deepcopy(SHEET_DOCUMENT)
    group = document["groups"][1]
    document["groups"][1] = {**group, "code": code[0], "criteria": [{**group["criteria"][0], "code": code}]}
    async with house.office("scoring") as scoring:
        answer = await scoring.put(f"/sheets/{SHEET}", json=document)
        assert answer.status_code == 200, answer.text
    await house.quiet()


async def rescore(house: House, **more: Any) -> None:
    async with house.office("scoring") as scoring:
        answer = await scoring.post(f"/sheets/{SHEET}/rescorings", json=more)
        assert answer.status_code == 202, answer.text
    await house.quiet()


async def asked_for(house: House, period: Any = PERIOD) -> set[str]:
    """Give the lines that the registry misses in an empty report."""
    about = {"campaign_id": str(CAMPAIGN), "period_id": str(period), "unit_id": str(TAN_PHONG), "fields": {}}
    async with house.client("registry", ("unit_officer", TAN_PHONG)) as unit:
        answer = await unit.post("/reports/check", json=about)
        assert answer.status_code == 200, answer.text
    return {error["field"] for error in answer.json()["errors"]}


async def test_who_goes_back_to_an_older_version_reports_on_its_lines_until_a_newer_one_is_published(
    registry: House,
) -> None:
    assert await asked_for(registry) == {"1.1", "3.1"}
    await rescore(registry, **BACK)
    assert await asked_for(registry) == {"1.1", "2.1"}
    assert (await submit(registry, TAN_PHONG, "800")).status_code == 201
    await registry.quiet()
    async with registry.client("scoring", ("unit_officer", TAN_PHONG)) as unit:
        score = (await unit.get(f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/scores/{TAN_PHONG}")).json()
        standing = (await unit.get(f"/sheets/{SHEET}?period_id={PERIOD}")).json()
    assert (score["sheet_version"], standing["version"]) == (1, 1)
    assert {part["criterion"] for part in score["parts"] if part["value"] is not None} == {"1.1", "2.1"}
    await publish(registry, "4.1")
    assert await asked_for(registry) == {"1.1", "4.1"}
    refused = await submit(registry, QUYET_THANG, "900")
    assert {error["field"] for error in refused.json()["errors"]} == {"2.1", "4.1"}


async def test_one_period_goes_back_and_the_others_do_not(registry: House) -> None:
    other = ident("another-period")
    periods = [*city.CAMPAIGN_DOCUMENT["periods"], {**city.CAMPAIGN_DOCUMENT["periods"][0], "period_id": str(other)}]
    async with registry.office("registry") as office:
        told = await office.put(f"/campaigns/{CAMPAIGN}", json={**city.CAMPAIGN_DOCUMENT, "periods": periods})
        assert told.status_code == 200, told.text
    await registry.quiet()
    await rescore(registry, period_id=str(PERIOD), **BACK)
    assert (await asked_for(registry), await asked_for(registry, other)) == ({"1.1", "2.1"}, {"1.1", "3.1"})
    await rescore(registry, **BACK)
    await rescore(registry, period_id=str(PERIOD))
    assert (await asked_for(registry), await asked_for(registry, other)) == ({"1.1", "3.1"}, {"1.1", "2.1"})


async def test_in_whatever_order_and_how_often_it_is_heard_the_same_version_stands(registry: House) -> None:
    await rescore(registry, **BACK)
    await publish(registry, "4.1")
    await rescore(registry, **BACK)
    before = await registry.rows("registry", "SELECT * FROM rescorings ORDER BY rescoring_id")
    assert [(row["version"], row["newest"]) for row in before] == [(1, 2), (1, 3)]
    for seed in (1, 2):
        await registry.publish_again(shuffled_by=random.Random(seed))
        await registry.quiet()
    assert await registry.rows("registry", "SELECT * FROM rescorings ORDER BY rescoring_id") == before
    assert await asked_for(registry) == {"1.1", "2.1"}
