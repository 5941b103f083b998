"""Can the office bring a campaign from a document to its launch, and a unit register for it, and is nothing typed lost?"""

from pathlib import Path

import docx
import pytest
from chromium import Reader, heading, sign_in, violations
from city import CAMPAIGN
from playwright.async_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

ISSUED = (
    "Số: /PĐTĐ-UBND",
    "PHÁT ĐỘNG THI ĐUA",
    "Đợt thi đua cao điểm năm 2023",
    "Năm 2023 là năm có ý nghĩa đặc biệt.",
    "1. Cắt giảm tối thiểu 30% thời gian giải quyết thủ tục hành chính.",
    "2. Tổ chức tốt phong trào “Thi đua quyết thắng”.",
    "Về lĩnh vực kinh tế: Thu đủ ngân sách. Mở rộng chợ.",
    "Nơi nhận:",
    "- Sở Nội vụ;",
)


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_campaign_goes_from_a_word_file_to_its_units(
    front: str, browser: Browser, tmp_path: Path, javascript: bool
) -> None:
    document = docx.Document()
    for paragraph in ISSUED:
        document.add_paragraph(paragraph)
    document.save(str(tmp_path / "phat-dong.dat"))
    reader = await Reader.sits_down(browser, front, java_script_enabled=javascript)
    page = reader.page
    await sign_in(page, "/phong-trao", "noi-vu")
    await heading(page, "Phong trào thi đua")
    await page.get_by_role("button", name="Nhập từ văn bản phát động").click()
    await page.get_by_role("button", name="Đọc văn bản").click()
    await expect(page.get_by_role("alert")).to_contain_text("chưa có tệp")
    await page.get_by_label("Tệp văn bản").set_input_files(tmp_path / "phat-dong.dat")
    await page.get_by_role("button", name="Đọc văn bản").click()
    await heading(page, "Văn bản phát động")
    await expect(page.locator(".chua-nhan-ra")).to_contain_text("Năm 2023 là năm có ý nghĩa đặc biệt.")
    await expect(page.locator(".da-nhan-ra")).to_contain_text("Đợt thi đua cao điểm năm 2023")
    if javascript:
        assert await violations(page) == []

    onward = page.get_by_role("button", name="Lưu và sang phần sau")
    await page.get_by_role("link", name="Xem và sửa bản thảo").click()
    await expect(page.get_by_label("Tên phong trào")).to_have_value("Phong trào thi đua năm 2023")
    await page.get_by_label("Tên phong trào").fill("Đợt thi đua cao điểm")
    await page.get_by_label("Loại phong trào").select_option(label="Chuyên đề")
    await page.get_by_label("Ngày bắt đầu").fill("1/10/2023")
    await page.get_by_label("Ngày kết thúc").fill("hết năm")
    await page.get_by_role("button", name="Lưu phần này").click()
    await expect(page.get_by_label("Ngày kết thúc")).to_have_value("hết năm")
    await expect(page.get_by_text("Ngày kết thúc: không đọc được").first).to_be_visible()
    await page.get_by_label("Ngày kết thúc").fill("31/12/2023")
    await onward.click()
    for name in ("Nhiệm vụ chung", "Lĩnh vực và việc", "Chỉ tiêu"):
        await expect(page.get_by_role("heading", level=2, name=name, exact=True)).to_be_visible()
        await onward.click()
    await page.get_by_label("Tên kỳ").fill("Báo cáo đợt")
    for label, day in (("Mở nhận", "1/11/2023"), ("Hạn nộp", "30/11/2023"), ("Đóng nhận", "15/12/2023")):
        await page.get_by_label(label).fill(day)
    await onward.click()
    await page.get_by_label("Loại mốc").select_option(label="Hạn đăng ký thi đua")
    await page.get_by_label("Ngày", exact=True).fill("20/11/2023")
    await onward.click()
    await page.get_by_label("Phát động tới").select_option(label="Các loại đơn vị được chọn")
    await page.get_by_label("Phường", exact=True).check()
    await onward.click()
    await page.get_by_role("button", name="Lưu và xem trước").click()
    await launch_and_close(page)
    assert reader.complaints == []


async def launch_and_close(page: Page) -> None:
    await heading(page, "Xem trước và phát động")
    await expect(page.get_by_role("heading", name="Phát động tới 2 trong 3 đơn vị")).to_be_visible()
    await expect(page.get_by_role("heading", name="1 đơn vị không được phát động tới")).to_be_visible()
    await expect(page.get_by_role("heading", name="Trùng với 1 phong trào đang diễn ra")).to_be_visible()
    await page.get_by_role("button", name="Phát động tới 2 đơn vị").click()
    await heading(page, "Đợt thi đua cao điểm")
    await expect(page.get_by_text("từ 30 % trở lên")).to_be_visible()
    await page.get_by_role("link", name="Kết thúc").click()
    await page.get_by_role("button", name="Kết thúc phong trào").click()
    await expect(page.locator(".nhan.da-chot")).to_contain_text("Kết thúc")


async def test_what_is_typed_is_kept_as_one_goes_and_beside_somebody_elses(front: str, browser: Browser) -> None:
    reader = await Reader.sits_down(browser, front)
    page = reader.page
    await sign_in(page, "/phong-trao", "noi-vu")
    await page.get_by_role("button", name="Soạn từ đầu").click()
    await heading(page, "Phong trào chưa đặt tên")
    address = page.url
    await page.get_by_label("Tên phong trào").fill("Tên của tôi")
    await page.get_by_label("Chủ đề").fill("Đoàn kết")
    await expect(page.get_by_role("status")).to_contain_text("Đã lưu lúc")
    await page.get_by_label("Năm", exact=True).fill("2023")
    await page.get_by_role("button", name="Lưu phần này").click()
    # The other window opens on what was kept: the field says the same before and after it is.
    await expect(page.get_by_text("Đã lưu phần văn bản phát động.")).to_be_visible()
    await expect(page.get_by_label("Chủ đề")).to_have_value("Đoàn kết")

    other = await reader.second_window()
    await other.goto(address)
    await other.get_by_label("Tên phong trào").fill("Tên của người khác")
    await other.get_by_role("button", name="Lưu phần này").click()
    await expect(other.get_by_text("Đã lưu phần văn bản phát động.")).to_be_visible()
    await page.get_by_label("Tên phong trào").fill("Tên mới của tôi")
    await page.get_by_role("button", name="Lưu phần này").click()
    await expect(page.get_by_text("Phần này vừa được người khác lưu.")).to_be_visible()
    await expect(page.get_by_label("Tên phong trào")).to_have_value("Tên mới của tôi")
    await expect(page.locator(".ban-kia").first).to_contain_text("Tên của người khác")
    await page.get_by_role("button", name="Lưu phần này").click()
    await expect(page.get_by_text("Đã lưu phần văn bản phát động.")).to_be_visible()
    assert [each for each in reader.complaints if "409" not in each] == []


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_unit_registers_in_three_clicks_and_corrects_what_is_returned(
    front: str, browser: Browser, javascript: bool
) -> None:
    unit = await Reader.sits_down(browser, front, java_script_enabled=javascript)
    office = await Reader.sits_down(browser, front, java_script_enabled=javascript)
    page = unit.page
    await sign_in(page, "/", "tan-phong")
    await heading(page, "Việc cần làm")
    # One: the task. Two: the title. Three: send.
    await page.get_by_role("link", name="Đăng ký thi đua").click()
    await page.get_by_label("Tập thể Lao động tiên tiến").check()
    await page.get_by_role("button", name="Gửi đăng ký").click()
    await expect(page.get_by_text("Đã gửi bản đăng ký.")).to_be_visible()

    desk = office.page
    await sign_in(desk, f"/phong-trao/{CAMPAIGN}/dang-ky", "noi-vu")
    await heading(desk, "1 bản đăng ký chờ duyệt")
    await expect(desk.get_by_text("Chưa đăng ký; phong trào không nêu hạn.")).to_have_count(2)
    await desk.get_by_text("Trả lại Phường Tân Phong").click()
    await desk.get_by_role("button", name="Trả lại kèm lý do").click()
    await expect(desk.get_by_role("alert")).to_contain_text("Lý do trả lại: còn trống")
    await desk.get_by_label("Lý do trả lại").fill("Thiếu giao ước")
    await desk.get_by_role("button", name="Trả lại kèm lý do").click()
    await heading(desk, "Không có bản đăng ký chờ duyệt")

    await page.goto("/dang-ky")
    await expect(page.get_by_role("alert")).to_contain_text("Thiếu giao ước")
    await page.get_by_label("Tập thể Lao động tiên tiến").uncheck()
    await page.get_by_label("Nội dung giao ước").fill("Thi đua hoàn thành kế hoạch")
    await page.get_by_role("button", name="Gửi lại").click()
    await expect(page.get_by_role("alert")).to_contain_text("Danh hiệu đăng ký: chưa chọn danh hiệu nào")
    await expect(page.get_by_label("Nội dung giao ước")).to_have_value("Thi đua hoàn thành kế hoạch")
    await page.get_by_label("Tập thể Lao động xuất sắc").check()
    await page.get_by_role("button", name="Gửi lại").click()
    await expect(page.get_by_text("Đã gửi bản đăng ký.")).to_be_visible()
    await desk.reload()
    await desk.get_by_role("button", name="Duyệt Phường Tân Phong").click()
    await heading(desk, "Không có bản đăng ký chờ duyệt")
    await page.goto("/dang-ky")
    await expect(page.get_by_role("button", name="Gửi bản sửa")).to_be_visible()
    assert unit.complaints == office.complaints == []
