"""Can a list of people be brought in through pages, wrong rows and all, and does a person's file say who has looked at it?"""

from pathlib import Path

import pytest
import pytest_asyncio
from chromium import at_desk, violations
from desks import open_pages
from house import House
from playwright.async_api import Browser, Page, expect

from registry.actions import write_xlsx
from registry.rules.lists import PEOPLE, write_csv

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

HEAD = [column.heading for column in PEOPLE.columns]
RATED = ["2023", "Hoàn thành tốt nhiệm vụ", "12/QĐ-UBND", "10/11/2023", "UBND thành phố"]
ROWS = [
    ["", "Cán bộ 01", "", "Chuyên viên", "01/03/2021", "", *RATED],
    ["", "Cán bộ 02", "", "Văn thư", "hôm qua", "", *[""] * 5],
    ["", "Cán bộ 03", "", "Chuyên viên", "01/03/2021", "", "2023", "Tốt", *RATED[2:]],
]


@pytest_asyncio.fixture
async def front(house: House) -> str:
    """A whole house with the small city, where nobody is listed yet."""
    return await open_pages(house)


@pytest.mark.parametrize(("form", "scripts"), [("xlsx", True), ("csv", False)])
async def test_the_right_rows_are_kept_and_one_of_them_is_found_and_looked_at(
    front: str, browser: Browser, tmp_path: Path, form: str, scripts: bool
) -> None:
    async def clean(page: Page) -> None:
        # Where scripts are off axe cannot run either; the pages are the same.
        assert not scripts or await violations(page) == [], page.url

    file = tmp_path / f"cán bộ.{form}"
    file.write_bytes(write_xlsx(PEOPLE, HEAD, ROWS) if form == "xlsx" else write_csv([HEAD, *ROWS]))
    unit = await at_desk(browser, front, "tan-phong", scripts=scripts)
    # U6: three clicks from the landing page.
    await unit.get_by_role("navigation", name="Các phần chính").get_by_role("link", name="Cán bộ").click()
    await expect(unit.locator("main")).to_contain_text("Chưa ghi cán bộ nào")
    await clean(unit)
    await unit.get_by_label("Tệp cán bộ").set_input_files(file)
    await unit.get_by_role("button", name="Kiểm tra tệp").click()
    await expect(unit.get_by_role("alert")).to_contain_text("2 dòng còn lỗi")
    wrong = unit.get_by_role("region", name="Chỗ cần sửa").locator("tbody tr")
    await expect(wrong).to_have_count(2)
    await expect(wrong.nth(0).locator("th, td")).to_contain_text(
        ["E3", "hôm qua", "Từ ngày: không phải ngày", "Viết ngày/tháng/năm"]
    )
    await clean(unit)
    await unit.get_by_role("button", name="Chỉ ghi các dòng đúng").click()
    await expect(unit.get_by_text("Đã ghi xong.")).to_be_visible()
    await clean(unit)

    await unit.get_by_role("link", name="Cán bộ").first.click()
    await expect(unit.locator("main")).not_to_contain_text("Cán bộ 02")
    await unit.get_by_label("Cán bộ", exact=True).fill("can bo 01")
    await unit.get_by_role("button", name="Tìm", exact=True).click()
    await unit.get_by_role("link", name="Cán bộ 01").click()
    await expect(unit.get_by_role("heading", level=1)).to_have_text("Cán bộ 01")
    await expect(unit.locator("main")).to_contain_text("năm 2023: Hoàn thành tốt nhiệm vụ")
    await expect(unit.get_by_role("region", name="Ai đã xem")).to_contain_text("tan-phong mở hồ sơ 1 lần")
    await clean(unit)

    office = await at_desk(browser, front, "noi-vu", scripts=scripts)
    await office.goto(unit.url)
    await expect(office.get_by_role("region", name="Ai đã xem")).to_contain_text("tan-phong mở hồ sơ 1 lần")
    await unit.reload()
    await expect(unit.get_by_role("region", name="Ai đã xem")).to_contain_text("noi-vu mở hồ sơ 1 lần")
