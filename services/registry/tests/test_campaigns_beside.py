"""Do campaigns know of one another: which one a period belongs to, which ones address a unit, which ones overlap?"""

from typing import Any
from uuid import UUID, uuid4

import city
import httpx2
import pytest_asyncio
from city import BLOCK, CAMPAIGN, QUYET_THANG, SAN_THANG, TAN_PHONG
from house import House, ident

DRAFT = ident("draft")
PERIOD = {"name": "Báo cáo đợt", "opens_at": "01/11/2023", "due_at": "30/11/2023", "closes_at": "15/12/2023"}


@pytest_asyncio.fixture
async def registry(house: House) -> House:
    """A house with the small city, the services that take reports, and nothing behind them."""
    await house.open(["registry", "scoring"])
    await city.found(house)
    return house


async def save(office: httpx2.AsyncClient, draft: UUID, section: str, **typed: Any) -> None:
    answer = await office.put(f"/campaign-drafts/{draft}/sections/{section}", json={"version": 0, **typed})
    assert answer.status_code == 200, answer.text


async def begun(office: httpx2.AsyncClient, draft: UUID, **head: str) -> None:
    """Begin a draft of which only the name, the year and the days are typed."""
    assert (await office.put(f"/campaign-drafts/{draft}", json={})).status_code == 200
    usual = {"name": "Thi đua chuyển đổi số", "year": "2023", "starts_on": "01/12/2023", "ends_on": "31/12/2023"}
    await save(office, draft, "document", values=usual | head)


async def addressed(office: httpx2.AsyncClient, draft: UUID) -> None:
    await save(office, draft, "scope", values={"reach": "kinds", "kinds": "ward"})


async def test_campaigns_are_found_by_a_period_a_year_and_the_unit_that_they_address(registry: House) -> None:
    periods = city.CAMPAIGN_DOCUMENT["periods"]
    elsewhere, wards, blocks, past = (ident(name) for name in ("elsewhere", "wards", "blocks", "past"))
    scopes = {
        wards: {"reach": "kinds", "kinds": ["ward"]},
        blocks: {"reach": "blocks", "block_ids": [str(BLOCK)]},
        elsewhere: {"reach": "blocks", "block_ids": [str(ident("other-block"))]},
    }
    async with registry.office("registry") as office:
        nobody = {"name": "Phường khác", "kind": "commune", "valid_from": "2013-12-27"}
        assert (await office.put(f"/units/{ident('other-unit')}", json=nobody)).status_code == 200
        other = {**city.BLOCK_DOCUMENT, "head_unit_id": None, "member_unit_ids": [str(ident("other-unit"))]}
        assert (await office.put(f"/blocks/{ident('other-block')}", json=other)).status_code == 200
        for campaign, scope in scopes.items():
            document = {**city.CAMPAIGN_DOCUMENT, "kind": "themed", "scope": scope}
            document |= {"periods": [{**periods[0], "period_id": str(ident(f"period-{campaign}"))}]}
            assert (await office.put(f"/campaigns/{campaign}", json=document)).status_code == 200
        ended = {**city.CAMPAIGN_DOCUMENT, "year": 2022}
        ended |= {"periods": [{**periods[0], "period_id": str(ident("period-past"))}]}
        await office.put(f"/campaigns/{past}", json=ended)
        closed = await office.post(f"/campaigns/{past}/steps", json={"act": "close", "version": 1})
        assert closed.status_code == 200

        async def found(**asked: Any) -> set[UUID]:
            answer = await office.get("/campaigns", params=asked)
            assert answer.status_code == 200, answer.text
            return {UUID(each["campaign_id"]) for each in answer.json()["items"]}

        assert await found(unit_id=str(TAN_PHONG), state="launched") == {CAMPAIGN, wards, blocks}
        assert await found(unit_id=str(SAN_THANG)) == {CAMPAIGN, blocks, past}
        assert await found(period_id=[str(ident("period-past")), str(ident(f"period-{wards}"))]) == {past, wards}
        assert (await found(year=2022), await found(state="closed")) == ({past}, {past})
        assert await found(campaign_id=str(wards)) == {wards}
        assert await found(period_id=str(uuid4())) == set()


async def test_a_preview_counts_who_still_is_and_says_who_stands_in_no_block(registry: House) -> None:
    decided = {"effective_on": "2023-11-01", "reason": "Theo quyết định"}
    moved = {"kind": "move", "unit_ids": [str(TAN_PHONG)], "block_id": None, **decided}
    closed = {"kind": "close", "unit_ids": [str(QUYET_THANG)], **decided}
    async with registry.office("registry") as office:
        await begun(office, DRAFT, starts_on="01/10/2023")
        await addressed(office, DRAFT)
        await save(office, DRAFT, "periods", rows=[PERIOD])
        for body in (moved, closed):
            assert (await office.post("/unit-changes", json=body)).status_code == 201
        seen = (await office.get(f"/campaign-drafts/{DRAFT}/preview")).json()
    assert [seen["reach"][name] for name in ("units", "reached", "without_block")] == [2, 1, 1]
    assert [each["units"] for each in seen["overlaps"]] == [1]


async def test_another_draft_of_the_same_days_and_units_is_named_as_a_draft(registry: House) -> None:
    other, far, aside = (ident(name) for name in ("other-draft", "far-draft", "aside-draft"))
    preview = f"/campaign-drafts/{DRAFT}/preview"
    async with registry.office("registry") as office:
        await begun(office, DRAFT, name="Thi đua cao điểm", starts_on="01/10/2023")
        await addressed(office, DRAFT)
        await save(office, DRAFT, "periods", rows=[PERIOD])
        await begun(office, other, ends_on="31/01/2024")
        await begun(office, far, starts_on="01/02/2024", ends_on="01/03/2024")
        await begun(office, aside)
        unsaid = (await office.get(preview)).json()["overlaps"]
        for draft in (other, far, aside):
            await addressed(office, draft)
        version = (await office.get(f"/campaign-drafts/{aside}")).json()["version"]
        step = {"act": "set_aside", "version": version}
        assert (await office.post(f"/campaigns/{aside}/steps", json=step)).status_code == 200
        overlaps = (await office.get(preview)).json()["overlaps"]
    assert [each["draft"] for each in unsaid] == [False], "a draft that does not say whom it means overlaps with nobody"
    assert [(each["name"], each["draft"], each["units"], each["from"], each["to"]) for each in overlaps] == [
        ("Phong trào thi đua năm 2023", False, 2, "2023-10-01", "2023-12-31"),
        ("Thi đua chuyển đổi số", True, 2, "2023-12-01", "2023-12-31"),
    ]
