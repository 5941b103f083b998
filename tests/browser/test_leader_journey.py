"""Why this unit and not that one? Is the leader told within three presses, counted from the landing page (personas, P4)?"""

import pytest
from chromium import at_desk, violations
from city import QUYET_THANG, TAN_PHONG, submit
from house import House
from playwright.async_api import Browser, Locator, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

_MOST = 3


async def test_the_leader_learns_why_one_unit_stands_before_another(house: House, front: str, browser: Browser) -> None:
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "800")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    leader = await at_desk(browser, front, "lanh-dao")
    presses = 0

    async def press(what: Locator) -> None:
        nonlocal presses
        await what.click()
        presses += 1

    await leader.goto("/")
    await expect(leader.get_by_role("heading", name="Tổng quan")).to_be_visible()
    assert await violations(leader) == []
    await press(leader.locator("main").get_by_role("link", name="Khối xã, phường"))
    await expect(leader.get_by_role("heading", name="Khối xã, phường", exact=True)).to_be_visible()
    assert await violations(leader) == []
    # To choose is no press: it commits nothing.
    await leader.get_by_label("Vì sao đơn vị này").select_option(label="1. Phường Tân Phong")
    await leader.get_by_label("mà không phải đơn vị kia").select_option(label="2. Phường Quyết Thắng")
    await press(leader.get_by_role("button", name="So sánh"))
    await expect(leader.locator("main")).to_contain_text(
        "Phường Tân Phong (hạng 1) hơn Phường Quyết Thắng (hạng 2) 18,00 điểm, tức 18% điểm tối đa áp dụng."
    )
    await expect(leader.locator("main")).to_contain_text("Hơn nhiều nhất ở mục 1.1 Thu ngân sách trên địa bàn")
    assert await violations(leader) == []
    assert presses <= _MOST
