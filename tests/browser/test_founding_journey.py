"""Can the office register a unit and form a block in the pages, with what was typed still there after every search and refusal?"""

import re

import pytest
import pytest_asyncio
from chromium import at_desk, violations
from desks import open_pages
from house import House
from playwright.async_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest_asyncio.fixture(params=[True, False], ids=["scripts", "no-scripts"])
async def office(house: House, browser: Browser, request: pytest.FixtureRequest) -> Page:
    """The office at its desk, in a whole house with the small city."""
    return await at_desk(browser, await open_pages(house), "noi-vu", scripts=request.param)


async def clean(page: Page, request: pytest.FixtureRequest) -> None:
    # Where scripts are off axe cannot run either; the pages are the same.
    if "no-scripts" not in request.node.name:
        assert await violations(page) == [], page.url


async def test_a_unit_is_registered_below_one_that_was_searched_for(
    office: Page, request: pytest.FixtureRequest
) -> None:
    await office.goto("/don-vi")
    await office.get_by_role("link", name="Đăng ký đơn vị").click()
    await office.get_by_label("Tên đơn vị").fill("Phường Tân Phong")
    await office.get_by_label("Tìm cấp trên").fill("tan phong")
    # Whoever presses Enter in a search looks for what they typed, and registers nothing.
    await office.get_by_label("Tìm cấp trên").press("Enter")
    await office.get_by_role("radio", name="Phường Tân Phong").check()
    await office.get_by_role("button", name="Đăng ký đơn vị").click()
    await expect(office.locator(".tom-loi a")).to_contain_text(["Tên: đã có Phường Tân Phong"])
    await clean(office, request)
    await expect(office.get_by_role("radio", name="Phường Tân Phong")).to_be_checked()
    await office.get_by_label("Tên đơn vị").fill("Trường THCS Tân Phong")
    await office.get_by_role("button", name="Đăng ký đơn vị").click()
    await expect(office.locator(".tom-loi a")).to_contain_text(["Loại đơn vị:", "Ngày thành lập:"])
    await office.get_by_label("Loại đơn vị").select_option(label="Trường học")
    await office.get_by_label("Ngày thành lập").fill("2020-09-01")
    await office.get_by_role("button", name="Đăng ký đơn vị").click()
    await expect(office.get_by_text("Đã đăng ký đơn vị")).to_be_visible()
    await expect(office.get_by_role("heading", level=1)).to_have_text("Trường THCS Tân Phong")
    await expect(office.locator("main")).to_contain_text("Phường Tân Phong")


async def test_a_block_is_formed_with_members_of_two_searches(office: Page, request: pytest.FixtureRequest) -> None:
    await office.goto("/khoi?nam=2024")
    await office.get_by_role("link", name="Lập khối").click()
    await office.get_by_label("Tên khối").fill("Khối phường")
    await office.get_by_label("Năm", exact=True).fill("2024")
    for name in ("Phường Tân Phong", "Phường Quyết Thắng"):
        await office.get_by_label("Tìm đơn vị để thêm").fill(name)
        await office.get_by_role("button", name="Tìm", exact=True).click()
        await office.get_by_role("checkbox", name=name).check()
    await office.get_by_role("button", name="Lập khối").click()
    await expect(office.locator(".tom-loi a")).to_contain_text(["Bảng điểm:"])
    await clean(office, request)
    await expect(office.get_by_role("checkbox", checked=True)).to_have_count(2)
    await office.get_by_label("Bảng điểm").select_option(label="Bảng điểm thử")
    await office.get_by_label("Khối trưởng").select_option(label="Phường Quyết Thắng")
    await office.get_by_role("button", name="Lập khối").click()
    await expect(office).to_have_url(re.compile(r"\?ghi=lap$"))
    await expect(office.get_by_text("Đã lập khối")).to_be_visible()
    await expect(office.locator("main")).to_contain_text("2 đơn vị")
    await clean(office, request)
