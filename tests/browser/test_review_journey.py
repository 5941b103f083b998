"""Can a report go all the way in the pages: sent, returned item by item, mended with evidence, sent again, accepted, withdrawn?"""

import base64
import re
from pathlib import Path

import city
import pytest
import pytest_asyncio
from chromium import Reader, violations
from city import QUYET_THANG, TAN_PHONG, submit
from house import CITY, PASSWORD, House
from playwright.async_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

BUDGET = "1.1 Thu ngân sách trên địa bàn"
PLEDGE = "2.1 Đăng ký thi đua"
REASON = "Số liệu chưa khớp với đối chiếu của kho bạc"
PDF = b"%PDF-1.7\n" + b"minh chung\n" * 50
ONE_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
FILES = {"đối chiếu.pdf": PDF, "bao-cao.pdf": b"MZ\x90\0", "ảnh chụp.png": ONE_PIXEL}
"""Two to be taken in, and between them one that is not what it says."""


@pytest_asyncio.fixture
async def front(house: House) -> str:
    """A whole house with the small city, where two units have sent their reports."""
    accounts = house.write_accounts(
        **{
            "tan-phong": ("unit_officer", TAN_PHONG),
            "noi-vu": ("city_office", CITY),
            "quyet-thang": ("unit_officer", QUYET_THANG),
        }
    )
    await house.open(["registry", "scoring", "awards", "notify", "gateway"], ACCOUNTS_FILE=accounts)
    await city.found(house)
    for unit in (TAN_PHONG, QUYET_THANG):
        assert (await submit(house, unit, "900")).status_code == 201
    await house.quiet()
    return house.services["gateway"].url


async def at_desk(browser: Browser, url: str, account: str, *, scripts: bool) -> Page:
    reader = await Reader.sits_down(browser, url, java_script_enabled=scripts)
    page = reader.page
    await page.goto("/")
    await page.get_by_label("Tài khoản").fill(account)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    return page


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_return_is_mended_with_evidence_in_three_clicks_and_accepted(
    house: House, front: str, browser: Browser, tmp_path: Path, scripts: bool
) -> None:
    async def clean(page: Page) -> None:
        # Where scripts are off axe cannot run either; the pages are the same.
        assert not scripts or await violations(page) == [], page.url

    office = await at_desk(browser, front, "noi-vu", scripts=scripts)
    await office.get_by_role("link", name="Xem xét báo cáo chờ lâu nhất").click()
    await expect(office.get_by_role("heading", level=1)).to_have_text("Phường Tân Phong")
    await office.get_by_role("checkbox", name="Trả lại mục 1.1").check()
    await office.get_by_role("button", name="Trả lại các mục đã đánh dấu").click()
    await expect(office.locator(".tom-loi a")).to_contain_text("Mục 1.1: ghi lý do trả lại")
    await clean(office)
    await office.get_by_label("Lý do trả lại mục 1.1").fill(REASON)
    await office.get_by_role("button", name="Trả lại các mục đã đánh dấu").click()
    # Saved, and on to the next one.
    await expect(office.get_by_text("Đã trả lại Phường Tân Phong 1 mục.")).to_be_visible()
    await expect(office.get_by_role("heading", level=1)).to_have_text("Phường Quyết Thắng")
    await house.quiet()

    unit = await at_desk(browser, front, "tan-phong", scripts=scripts)
    await expect(unit.get_by_text("bị trả lại 1 mục").first).to_be_visible()
    await unit.get_by_role("link", name="Sửa 1 mục", exact=True).click()
    await expect(unit.locator(".loi-tra")).to_contain_text(REASON)
    await expect(unit.get_by_label(PLEDGE)).to_have_count(0)
    await clean(unit)
    await unit.get_by_label(BUDGET).fill("910")
    await unit.get_by_role("button", name="Thêm minh chứng cho mục 1.1").click()
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    await unit.get_by_label("Tệp từ máy của bạn").set_input_files([tmp_path / name for name in FILES])
    await unit.get_by_role("button", name="Đính kèm").click()
    await expect(unit.locator(".tom-loi")).to_contain_text("bao-cao.pdf: Nội dung tệp không phải loại được nhận")
    await expect(unit.get_by_role("link", name="đối chiếu.pdf")).to_be_visible()
    await clean(unit)
    async with unit.expect_download() as saved:
        await unit.get_by_role("link", name="đối chiếu.pdf").click()
    assert Path(await (await saved.value).path()).read_bytes() == PDF
    await unit.get_by_role("link", name="Về báo cáo").click()
    await expect(unit.get_by_label(BUDGET)).to_have_value("910")
    await unit.get_by_role("button", name="Gửi lại").click()
    await expect(unit).to_have_url(re.compile(r"/bien-nhan/BN-2311-\d{4}$"))
    await house.quiet()

    await office.goto("/xem-xet")
    await office.get_by_role("link", name="Phường Tân Phong", exact=True).click()
    await expect(office.get_by_text("Chỉ xem lại 1 mục đã trả lại.")).to_be_visible()
    await expect(office.get_by_role("link", name="đối chiếu.pdf")).to_be_visible()
    # A picture is looked at beside the line; a document is only saved.
    await office.get_by_text("Xem ảnh").click()
    await expect(office.get_by_role("img", name="ảnh chụp.png")).to_have_js_property("naturalWidth", 1)
    await clean(office)
    await office.get_by_role("button", name="Chấp nhận và xem tiếp").click()
    await expect(office.get_by_text("Đã chấp nhận Phường Tân Phong.")).to_be_visible()
    await house.quiet()
    await unit.goto("/bao-cao")
    await expect(unit.get_by_role("region", name="Đã xong")).to_contain_text("Đã được chấp nhận")
    await clean(unit)


async def test_a_withdrawn_report_leaves_the_board_and_its_ripple_ends(
    house: House, front: str, browser: Browser
) -> None:
    unit = await at_desk(browser, front, "tan-phong", scripts=True)
    await unit.goto(f"/bao-cao/{city.PERIOD}")
    await unit.get_by_role("link", name="Rút báo cáo").click()
    await expect(unit.get_by_role("heading", level=1)).to_have_text("Rút báo cáo năm 2023?")
    await unit.get_by_role("button", name="Rút báo cáo").click()
    await expect(unit.get_by_role("heading", level=1)).to_have_text("Báo cáo đã rút")
    await expect(unit.get_by_text("Đã xong")).to_be_visible()
    await expect(unit.locator(".hanh-trinh li.done")).to_have_count(5)
    assert await violations(unit) == []
    assert {name: rank for name, rank, _ in await city.board(house)} == {
        "Phường Quyết Thắng": 1,
        "Phường Tân Phong": None,
        "Xã San Thàng": None,
    }
    await unit.goto(f"/bao-cao/{city.PERIOD}")
    await expect(unit.get_by_label(BUDGET)).to_have_value("900")


@pytest.mark.parametrize("scripts", [True, False])
async def test_nothing_to_report_is_sent_with_one_reason(front: str, browser: Browser, scripts: bool) -> None:
    unit = await at_desk(browser, front, "tan-phong", scripts=scripts)
    await unit.goto(f"/bao-cao/{city.PERIOD}")
    await unit.get_by_text("Không phát sinh", exact=True).first.click()
    await unit.get_by_label("Vì sao không phát sinh").first.fill("Trong kỳ không được giao chỉ tiêu thu")
    await unit.get_by_label(BUDGET).fill("")
    await unit.get_by_role("button", name="Kiểm tra và gửi").click()
    await expect(unit.get_by_text("Không phát sinh, vì: Trong kỳ không được giao chỉ tiêu thu")).to_be_visible()
    await unit.get_by_role("button", name="Gửi báo cáo").click()
    await expect(unit).to_have_url(re.compile(r"/bien-nhan/BN-2311-\d{4}$"))


async def test_a_colleague_who_saved_meanwhile_is_shown_at_the_last_press_too(front: str, browser: Browser) -> None:
    mine = await at_desk(browser, front, "tan-phong", scripts=False)
    await mine.goto(f"/bao-cao/{city.PERIOD}/kiem-tra")
    theirs = await at_desk(browser, front, "tan-phong", scripts=False)
    await theirs.goto(f"/bao-cao/{city.PERIOD}")
    await theirs.get_by_label(BUDGET).fill("777")
    await theirs.get_by_role("button", name="Lưu nháp").first.click()
    await mine.get_by_role("button", name="Gửi báo cáo").click()
    await expect(mine.get_by_role("alert")).to_contain_text("Báo cáo này vừa được người khác lưu.")
    await expect(mine.get_by_label(BUDGET)).to_have_value("900")
    await expect(mine.get_by_text("Bản đang lưu của người khác: 777")).to_be_visible()
