"""Can the office begin next year's campaign from this year's in three clicks, see what differs, and keep this year in reach?"""

import pytest
from chromium import Reader, heading, sign_in, violations
from city import BLOCK, CAMPAIGN, PERIOD
from playwright.async_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


async def differs(page: Page, field: str, before: str, now: str) -> None:
    row = page.locator(".khac-nhau > div").filter(has_text=field).filter(has_text=now)
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text(f"Năm trước {before}")
    await expect(row.locator(".nay")).to_have_text(f"Nay {now}")


@pytest.mark.parametrize("javascript", [True, False])
async def test_next_year_begins_from_this_one_with_its_differences_shown(
    front: str, browser: Browser, javascript: bool
) -> None:
    reader = await Reader.sits_down(browser, front, java_script_enabled=javascript)
    page = reader.page
    await sign_in(page, "/", "noi-vu")
    # One: Phong trào. Two: from last year. Three: see what it touches, and launch.
    await page.get_by_role("navigation", name="Các phần chính").get_by_role("link", name="Phong trào").click()
    await page.get_by_role("button", name="Tạo từ năm 2023").click()
    await heading(page, "Xem trước và phát động")
    await expect(page.get_by_role("heading", name="8 chỗ khác năm trước")).to_be_visible()
    await expect(page.get_by_role("button", name="Phát động tới 3 đơn vị")).to_be_visible()
    await differs(page, "Tên phong trào", "Phong trào thi đua năm 2023", "Phong trào thi đua năm 2024")
    await differs(page, "Ngày kết thúc", "31/12/2023", "31/12/2024")
    await differs(page, "Kỳ 1, hạn nộp", "17:00 30/11/2023", "17:00 30/11/2024")
    if javascript:
        assert await violations(page) == []
    # What one changes is among the differences, too.
    await page.get_by_role("link", name="Sửa kỳ báo cáo").click()
    await page.get_by_label("Hạn nộp").first.fill("17:00 25/11/2024")
    await page.get_by_role("button", name="Lưu phần này").click()
    await expect(page.get_by_text("Đã lưu phần kỳ báo cáo.")).to_be_visible()
    await page.get_by_role("link", name="Xem trước và phát động").click()
    await differs(page, "Kỳ 1, hạn nộp", "17:00 30/11/2023", "17:00 25/11/2024")
    await expect(page.get_by_role("heading", name="Phát động tới 3 trong 3 đơn vị")).to_be_visible()
    await expect(page.get_by_role("heading", name="Không trùng với phong trào hay bản thảo nào")).to_be_visible()
    if javascript:
        assert await violations(page) == []
    await page.get_by_role("button", name="Phát động tới 3 đơn vị").click()
    await heading(page, "Phong trào thi đua năm 2024")
    await expect(page.get_by_text("hạn 17:00 ngày 25/11/2024")).to_be_visible()

    # This year goes on beside it: its report stays a task, its board stays in reach.
    await page.goto("/bang-khoi")
    await heading(page, "Chọn phong trào, năm")
    await page.get_by_role("link", name="Phong trào thi đua năm 2023").click()
    await heading(page, "Khối xã, phường")
    await expect(page).to_have_url(f"{front}/bang-khoi/{BLOCK}?ky={PERIOD}")
    assert reader.complaints == []

    unit = await Reader.sits_down(browser, front, java_script_enabled=javascript)
    await sign_in(unit.page, "/", "tan-phong")
    task = unit.page.locator(".day > li").filter(has_text="Báo cáo năm 2023")
    await expect(task).to_contain_text("Phong trào thi đua năm 2023")
    await task.get_by_role("link", name="Bắt đầu").click()
    await heading(unit.page, "Báo cáo năm 2023")
    await unit.page.goto("/bang-khoi")
    await heading(unit.page, "Khối xã, phường")
    assert unit.complaints == []


async def test_what_was_launched_is_corrected_in_the_browser_and_its_history_reads_well(
    front: str, browser: Browser
) -> None:
    reader = await Reader.sits_down(browser, front)
    page = reader.page
    await sign_in(page, f"/phong-trao/{CAMPAIGN}", "noi-vu")
    await page.get_by_role("link", name="Đính chính").click()
    await page.get_by_label("Số văn bản").fill("12")
    await page.get_by_label("Hạn nộp").fill("17:00 01/11/2023")
    await page.get_by_role("button", name="Lưu đính chính").click()
    await expect(page.locator(".tom-loi")).to_contain_text("không dời được về lúc đã qua")
    await expect(page.locator(".tom-loi")).to_contain_text("Lý do đính chính: còn trống")
    await expect(page.get_by_label("Số văn bản")).to_have_value("12")
    assert await violations(page) == []
    await page.get_by_label("Hạn nộp").fill("17:00 05/12/2023")
    await page.get_by_label("Phát động tới").select_option(label="Các loại đơn vị được chọn")
    await page.get_by_label("Phường", exact=True).check()
    await page.get_by_label("Lý do").fill("Văn bản đã ban hành, gia hạn")
    await page.get_by_role("button", name="Lưu đính chính").click()
    await expect(page.locator(".tom-loi")).to_contain_text("sau khi phát động chỉ mở rộng được")
    await page.get_by_label("Phát động tới").select_option(label="Mọi đơn vị")
    await page.get_by_label("Phường", exact=True).uncheck()
    await page.get_by_role("button", name="Lưu đính chính").click()
    await heading(page, "Lịch sử chỉnh sửa")
    await expect(page.get_by_text("Lý do: Văn bản đã ban hành, gia hạn")).to_be_visible()
    row = page.locator(".khac-nhau > div").filter(has_text="hạn nộp")
    await expect(row).to_contain_text("Trước 17:00 30/11/2023")
    await expect(row).to_contain_text("Nay 17:00 05/12/2023")
    assert await violations(page) == []
    assert [each for each in reader.complaints if "422" not in each] == []
