"""Can a board go all the way in the pages: previewed, frozen, corrected underneath, published again, final, checked by anybody?"""

import city
import pytest
import pytest_asyncio
from chromium import Reader, at_desk, violations
from city import QUYET_THANG, TAN_PHONG, submit
from house import CITY, House
from playwright.async_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest_asyncio.fixture
async def front(house: House) -> str:
    """A whole house with the small city, where two units have sent their reports."""
    accounts = house.write_accounts(
        **{
            "tan-phong": ("unit_officer", TAN_PHONG),
            "noi-vu": ("city_office", CITY),
        }
    )
    await house.open(["registry", "scoring", "awards", "notify", "gateway"], ACCOUNTS_FILE=accounts)
    await city.found(house)
    assert (await submit(house, TAN_PHONG, "900")).status_code == 201
    assert (await submit(house, QUYET_THANG, "800")).status_code == 201
    await house.quiet()
    return house.services["gateway"].url


async def test_a_board_is_frozen_and_stays_while_a_correction_waits(house: House, front: str, browser: Browser) -> None:
    office = await at_desk(browser, front, "noi-vu")
    anybody = (await Reader.sits_down(browser, front)).page
    await anybody.goto("/cong-khai")
    await expect(anybody.locator("main")).to_contain_text("Chưa có bảng nào được công bố")
    await office.goto("/bang-khoi")
    await office.get_by_role("link", name="Xem trước công bố").click()
    await expect(office.locator("main")).to_contain_text("Kỳ báo cáo chưa đóng")
    assert await violations(office) == []
    await office.get_by_role("button", name="Chốt bảng").click()
    await expect(office.locator(".nhan.da-chot").first).to_contain_text("Đã chốt 15/11/2023")
    printed = await office.locator(".dau-van b").inner_text()
    assert await violations(office) == []

    assert (await submit(house, QUYET_THANG, "1000", version=1)).status_code == 201
    await house.quiet()
    unit = await at_desk(browser, front, "tan-phong")
    await unit.goto("/bang-khoi")
    await expect(unit.locator(".khoi tbody tr").first).to_contain_text("Phường Tân Phong")
    await expect(unit.locator("#cho-cong-bo")).to_contain_text("Phường Quyết Thắng")
    assert await violations(unit) == []
    await unit.goto("/tin")
    await expect(unit.locator("main")).to_contain_text("đã chốt")
    assert (await unit.goto(office.url.split("?")[0] + "/cong-bo")).status == 200
    await expect(unit.get_by_role("button", name="Chốt bảng")).to_have_count(0)

    await anybody.goto("/kiem-tra-bang")
    await anybody.get_by_label("Dấu vân in trên bảng").fill(printed)
    await anybody.get_by_role("button", name="Kiểm tra").click()
    await expect(anybody.locator("main")).to_contain_text("Đúng là bảng đang có hiệu lực")
    await anybody.get_by_role("link", name="Xem bảng").click()
    await expect(anybody.locator(".khoi tbody tr").first).to_contain_text("Phường Tân Phong")
    assert await violations(anybody) == []

    await office.get_by_role("link", name="Xem trước công bố").click()
    await office.get_by_role("button", name="Chốt bảng").click()
    await expect(office.locator(".khoi tbody tr").first).to_contain_text("Phường Quyết Thắng")
    await anybody.goto(f"/kiem-tra-bang?dau={printed}")
    await expect(anybody.locator("main")).to_contain_text("đã có lần công bố sau")

    await office.get_by_role("link", name="So sánh hai đơn vị").click()
    await office.get_by_label("Đơn vị thứ nhất").select_option(label="Phường Quyết Thắng")
    await office.get_by_label("Đơn vị thứ hai").select_option(label="Phường Tân Phong")
    await office.get_by_role("button", name="So sánh").click()
    await expect(office.locator("table")).to_contain_text("1.1 Thu ngân sách trên địa bàn")
    await office.goto("/bang-khoi?")
    await office.get_by_label("Xem bảng đúng như lúc").fill("2030-01-01T08:00")
    await office.get_by_role("button", name="Xem", exact=True).click()
    await expect(office.locator("main")).to_contain_text("Chọn một thời điểm trước")
    await office.get_by_label("Xem bảng đúng như lúc").fill("2023-11-14T08:00")
    await office.get_by_role("button", name="Xem", exact=True).click()
    await expect(office.locator("main")).to_contain_text("Bảng đúng như lúc 08:00 ngày 14/11/2023")
    assert await violations(office) == []


async def test_a_board_goes_on_by_itself_until_it_is_held_still(house: House, front: str, browser: Browser) -> None:
    page = await at_desk(browser, front, "noi-vu")
    await page.get_by_role("link", name="Bảng khối").first.click()
    first = page.locator(".khoi tbody tr").first
    await expect(first).to_contain_text("Phường Tân Phong")
    assert (await submit(house, QUYET_THANG, "1000", version=1)).status_code == 201
    # Sooner than the stream would look by itself: it was woken.
    await expect(first).to_contain_text("Phường Quyết Thắng", timeout=10_000)

    await page.get_by_role("link", name="Tạm dừng").click()
    await expect(page.get_by_text("Bảng đang tạm dừng.")).to_be_visible()
    assert (await submit(house, TAN_PHONG, "2000", version=1)).status_code == 201
    await house.quiet()
    await expect(first).to_contain_text("Phường Quyết Thắng")
    await page.get_by_role("link", name="Tự cập nhật").click()
    await expect(page.get_by_text("Bảng tự cập nhật khi có thay đổi.")).to_be_visible()
    assert await violations(page) == []
