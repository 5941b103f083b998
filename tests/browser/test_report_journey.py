"""Can a unit officer file a report and see what came of it, with and without JavaScript, and lose nothing on the way?"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable

import city
import pytest
import pytest_asyncio
from chromium import Reader, violations
from city import PERIOD, QUYET_THANG, TAN_PHONG, submit
from house import PASSWORD, House
from playwright.async_api import Browser, Page, Request, Route, expect
from playwright.async_api import Error as PlaywrightError

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

FORM = f"/bao-cao/{PERIOD}"
BUDGET = "1.1 Thu ngân sách trên địa bàn"
PLEDGE = "2.1 Đăng ký thi đua"


@pytest_asyncio.fixture
async def front(house: House) -> str:
    """A whole house with the small city and a rival that has reported; gives the address of its gateway."""
    accounts = house.write_accounts(
        **{
            "tan-phong": ("unit_officer", TAN_PHONG),
            "tan-phong-2": ("unit_officer", TAN_PHONG),
            "quyet-thang": ("unit_officer", QUYET_THANG),
        }
    )
    await house.open(["registry", "scoring", "awards", "notify", "gateway"], ACCOUNTS_FILE=accounts)
    await city.found(house)
    assert (await submit(house, QUYET_THANG, "900")).status_code == 201
    await house.quiet()
    return house.services["gateway"].url


async def sign_in(page: Page, account: str = "tan-phong") -> None:
    await page.get_by_label("Tài khoản").fill(account)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()


async def at_the_form(page: Page) -> None:
    await page.goto(FORM)
    await sign_in(page)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Báo cáo năm 2023")


Look = Callable[[Page], Awaitable[None]]


async def clean(page: Page) -> None:
    assert await violations(page) == [], page.url


async def nothing(_page: Page) -> None:
    """Where scripts are off axe cannot run either; the pages are the same."""


async def fill_and_check(page: Page, look: Look) -> None:
    """From the sign-in to the check page: an ambiguous number, a line that was forgotten, and both put right."""
    await page.goto("/")
    await look(page)
    await sign_in(page)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Việc cần làm")
    await look(page)
    await page.get_by_role("listitem").filter(has_text="Báo cáo năm 2023").get_by_role("link", name="Bắt đầu").click()

    budget = page.get_by_label(BUDGET)
    await budget.fill("1.000")
    await page.get_by_role("button", name="Kiểm tra và gửi").click()
    await expect(page.get_by_role("heading", name="Còn 2 chỗ cần sửa trước khi gửi")).to_be_visible()
    await expect(budget).to_have_value("1.000")
    await expect(budget).to_have_attribute("aria-invalid", "true")
    await look(page)
    await page.get_by_role("button", name="Đúng, 1000 triệu đồng").click()
    await expect(budget).to_have_value("1000")

    # U1: whoever comes back goes on where something is missing.
    await page.goto("/")
    await page.get_by_role("link", name="Báo cáo năm 2023 – còn 1 mục").click()
    await expect(page.locator(":target")).to_contain_text("Đăng ký thi đua")
    await look(page)
    await page.get_by_role("button", name="Kiểm tra và gửi").click()
    await expect(page.get_by_role("heading", name="Còn 1 chỗ cần sửa trước khi gửi")).to_be_visible()
    await page.get_by_role("link", name="Mục 2.1: chọn Có hoặc Không").click()
    await expect(page.locator(":target")).to_contain_text("Đăng ký thi đua")
    await page.get_by_label(PLEDGE).select_option("Có")
    await page.get_by_role("button", name="Kiểm tra và gửi").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Kiểm tra và gửi")
    await expect(page.locator("form.thanh-gui")).to_contain_text("100,00")
    await look(page)


async def find_the_rank_and_ask_why(page: Page, look: Look) -> None:
    await page.get_by_role("link", name="Bảng khối").first.click()
    row = page.get_by_role("row").filter(has_text="Phường Tân Phong (bạn)")
    await expect(row.locator("td").first).to_have_text("1")
    await look(page)
    await page.goto("/")
    await page.get_by_role("link", name="Vì sao hạng 1?").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Vì sao Phường Tân Phong được 100,00 điểm?")
    await look(page)
    await page.get_by_role("link", name=BUDGET).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Vì sao mục 1.1 được 90,00 điểm?")
    await look(page)


async def test_a_report_is_filed_and_its_ripple_is_watched_live(house: House, front: str, browser: Browser) -> None:
    reader = await Reader.sits_down(browser, front)
    page = reader.page
    await fill_and_check(page, clean)

    # Without awards the ripple stops at its fourth step: the rest can only happen under the reader's eyes.
    house.services["awards"].kill()
    await page.get_by_role("button", name="Gửi báo cáo").click()
    await expect(page).to_have_url(re.compile(r"/bien-nhan/BN-2311-\d{4}$"))
    done = page.locator(".hanh-trinh li.done")
    await expect(done).to_have_count(3)
    await page.evaluate("window.sameDocument = true")
    await clean(page)
    house.services["awards"].start()
    await house.services["awards"].ready()
    await expect(done).to_have_count(5, timeout=60_000)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Báo cáo đã nhận và đã lên điểm")
    assert await page.evaluate("window.sameDocument") is True
    await clean(page)

    await find_the_rank_and_ask_why(page, clean)
    assert reader.complaints == []


async def test_the_whole_journey_needs_no_javascript(front: str, browser: Browser) -> None:
    reader = await Reader.sits_down(browser, front, java_script_enabled=False)
    page = reader.page
    await fill_and_check(page, nothing)
    await page.get_by_role("button", name="Gửi báo cáo").click()
    # The page renews itself until the ripple has ended.
    await expect(page.locator(".hanh-trinh li.done")).to_have_count(5)
    await find_the_rank_and_ask_why(page, nothing)
    assert reader.complaints == []


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_period_in_which_nothing_happened_is_reported_in_two_clicks(
    house: House, front: str, browser: Browser, scripts: bool
) -> None:
    """U7: from the card at home; with a reason, without a figure, and the board says so."""
    reader = await Reader.sits_down(browser, front, java_script_enabled=scripts)
    page = reader.page
    look = clean if scripts else nothing
    await page.goto("/")
    await sign_in(page)
    card = page.locator(".day > li").filter(has_text="Báo cáo năm 2023")
    await card.get_by_role("link", name="Không phát sinh").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Trong kỳ không phát sinh?")
    send = page.get_by_role("button", name="Gửi báo cáo")
    await send.click()
    await expect(page.get_by_role("alert")).to_contain_text("Ghi lý do")
    await look(page)
    reason = page.get_by_label("Vì sao cả báo cáo không phát sinh")
    await reason.fill("Trong kỳ đơn vị không được giao chỉ tiêu nào")
    # What was typed is kept when one only wants to go on later.
    await page.get_by_role("button", name="Lưu nháp").click()
    await page.goto(f"{FORM}/khong-phat-sinh")
    await expect(reason).to_have_value("Trong kỳ đơn vị không được giao chỉ tiêu nào")
    await send.click()
    await expect(page).to_have_url(re.compile(r"/bien-nhan/BN-2311-\d{4}$"))
    await expect(page.locator(".hanh-trinh li.done")).to_have_count(5)
    await look(page)
    await page.goto("/")
    await expect(card).to_contain_text("Đã gửi lúc")
    assert await city.board(house) == [
        ("Phường Quyết Thắng", 1, "91.00"),
        ("Phường Tân Phong", 2, "0"),
        ("Xã San Thàng", None, None),
    ]
    assert [each for each in reader.complaints if "422" not in each] == []


async def test_a_field_that_was_left_is_saved_scored_and_asked_back_at_once(front: str, browser: Browser) -> None:
    reader = await Reader.sits_down(browser, front)
    page = reader.page
    await at_the_form(page)
    await page.get_by_label(BUDGET).fill("1.000")
    await page.get_by_label(BUDGET).press("Tab")
    await expect(page.get_by_text("xác nhận “1.000” là 1000 triệu đồng")).to_be_visible()
    await expect(page.locator("#luu-luc")).to_contain_text("Đã lưu lúc")
    await clean(page)
    await page.get_by_role("button", name="Đúng, 1000 triệu đồng").click()
    await expect(page.get_by_label(BUDGET)).to_have_value("1000")
    await page.get_by_label(PLEDGE).select_option("Có")
    await expect(page.locator("#tong-diem")).to_have_text("100,00")
    # The power fails: nothing was pressed, nothing is lost.
    await page.close()
    again = await reader.second_window()
    await again.goto(FORM)
    await expect(again.get_by_label(BUDGET)).to_have_value("1000")
    await expect(again.get_by_label(PLEDGE)).to_have_value("có")
    assert reader.complaints == []


async def test_a_field_that_was_left_before_the_page_could_save_is_saved_when_it_can(
    front: str, browser: Browser
) -> None:
    reader = await Reader.sits_down(browser, front)
    page = reader.page
    arrives = asyncio.Event()

    async def late(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    await page.route("**/htmx.min.js", late)
    await page.goto(FORM)
    await sign_in(page)
    await page.get_by_label(PLEDGE).select_option("Có")
    arrives.set()
    await expect(page.locator("#tong-diem")).to_have_text("10,00")


async def test_what_is_typed_while_a_save_is_under_way_is_saved_after_it(front: str, browser: Browser) -> None:
    reader = await Reader.sits_down(browser, front)
    page = reader.page
    await at_the_form(page)
    goes_on = asyncio.Event()

    async def slow(route: Route) -> None:
        await goes_on.wait()
        await route.continue_()

    await page.route("**/tu-luu", slow)
    for amount in ("700", "800", "900", "1000"):
        await page.get_by_label(BUDGET).fill(amount)
        await page.get_by_label(BUDGET).press("Tab")
    goes_on.set()
    await expect(page.locator("#tong-diem")).to_have_text("90,00")


async def test_a_save_on_its_way_never_comes_after_the_one_that_was_pressed_for(front: str, browser: Browser) -> None:
    """A slow line: what the page saved by itself, with fewer words, reaches the house after the press, unless that waits."""
    reader = await Reader.sits_down(browser, front)
    page = reader.page
    await at_the_form(page)
    under_way, may_go, arrived = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(route: Route) -> None:
        under_way.set()
        await may_go.wait()
        # Sent even when the page has gone: what a network has taken it delivers.
        answer = await route.fetch()
        arrived.set()
        with contextlib.suppress(PlaywrightError):
            await route.fulfill(response=answer)

    await page.route("**/tu-luu", slow, times=1)
    order: list[bool] = []

    def is_the_press(sent: Request) -> bool:
        if sent.method == "POST" and sent.url.endswith(FORM):
            order.append(arrived.is_set())
        return bool(order)

    await page.get_by_label(BUDGET).fill("8")
    await page.get_by_label(BUDGET).press("Tab")
    await under_way.wait()
    await page.get_by_label(BUDGET).fill("812")
    async with page.expect_request(is_the_press):
        await page.get_by_role("button", name="Lưu nháp").click(no_wait_after=True)
        may_go.set()
    assert order == [True]
    await expect(page).to_have_url(re.compile("luu=1"))
    await expect(page.get_by_label(BUDGET)).to_have_value("812")


async def test_a_field_that_cannot_be_saved_says_so_while_its_writer_goes_on(front: str, browser: Browser) -> None:
    reader = await Reader.sits_down(browser, front)
    page = reader.page
    await at_the_form(page)
    await page.get_by_label(BUDGET).fill("9" * 201)
    await page.get_by_label(BUDGET).press("Tab")
    await expect(page.locator("#luu-luc")).to_contain_text("Chưa lưu")
    await expect(page.get_by_text("dài quá 200 ký tự")).to_be_visible()
    await expect(page.get_by_label(BUDGET)).to_have_value("9" * 201)
    await clean(page)


async def test_a_refused_form_keeps_what_was_typed(front: str, browser: Browser) -> None:
    reader = await Reader.sits_down(browser, front, java_script_enabled=False)
    page = reader.page
    await at_the_form(page)
    for typed in ("hai trăm", "-3", "9" * 201):
        await page.get_by_label(BUDGET).fill(typed)
        await page.get_by_role("button", name="Kiểm tra và gửi").click()
        await expect(page.get_by_label(BUDGET)).to_have_value(typed)
        await expect(page.get_by_label(BUDGET)).to_have_attribute("aria-invalid", "true")
        await expect(page.locator(".tom-loi a").first).to_contain_text("Mục 1.1:")


async def test_two_windows_on_one_draft_show_both_texts(front: str, browser: Browser) -> None:
    reader = await Reader.sits_down(browser, front)
    mine, theirs = reader.page, await reader.second_window()
    await at_the_form(mine)
    await theirs.goto(FORM)
    await theirs.get_by_label(BUDGET).fill("900")
    await theirs.get_by_role("button", name="Lưu nháp").click()
    await expect(theirs.locator("#luu-luc")).to_contain_text("Đã lưu lúc")

    await mine.get_by_label(BUDGET).fill("950")
    await mine.get_by_label(BUDGET).press("Tab")
    await expect(mine.locator("#luu-luc")).to_contain_text("Người khác vừa lưu báo cáo này")
    await mine.get_by_role("button", name="Lưu nháp").click()
    await expect(mine.get_by_role("alert")).to_contain_text("Báo cáo này vừa được người khác lưu.")
    await expect(mine.get_by_label(BUDGET)).to_have_value("950")
    await expect(mine.get_by_text("Bản đang lưu của người khác: 900")).to_be_visible()
    await clean(mine)
    await mine.get_by_role("button", name="Lưu nháp").click()
    await expect(mine).to_have_url(re.compile(r"luu=1$"))
    await theirs.reload()
    await theirs.goto(FORM)
    await expect(theirs.get_by_label(BUDGET)).to_have_value("950")


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_session_that_ends_halfway_takes_no_word_with_it(front: str, browser: Browser, scripts: bool) -> None:
    reader = await Reader.sits_down(browser, front, java_script_enabled=scripts)
    page = reader.page
    await at_the_form(page)
    await reader.context.clear_cookies()
    await page.get_by_label(BUDGET).fill("chưa rõ, hỏi lại “kế toán”")
    if scripts:
        await page.get_by_label(BUDGET).press("Tab")
        await expect(page.locator("#luu-luc")).to_contain_text("Phiên làm việc đã hết")
    await page.get_by_role("button", name="Lưu nháp").click()
    await expect(page.get_by_role("status")).to_contain_text("Những gì bạn vừa nhập được giữ")
    await (clean if scripts else nothing)(page)
    await page.get_by_label("Tài khoản").fill("tan-phong")
    await page.get_by_label("Mật khẩu").fill("nhầm")
    await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page.get_by_role("alert")).to_contain_text("chưa đúng")
    await sign_in(page)
    await expect(page).to_have_url(re.compile(rf"{FORM}\?luu=1$"))
    await expect(page.get_by_label(BUDGET)).to_have_value("chưa rõ, hỏi lại “kế toán”")


async def test_kept_words_are_never_saved_into_another_unit_s_report(front: str, browser: Browser) -> None:
    reader = await Reader.sits_down(browser, front)
    page = reader.page
    await at_the_form(page)
    await reader.context.clear_cookies()
    await page.get_by_label(BUDGET).fill("1000")
    await page.get_by_role("button", name="Lưu nháp").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Đăng nhập")
    await sign_in(page, "quyet-thang")
    await expect(page.get_by_text("Nội dung vừa nhập là của đơn vị khác")).to_be_visible()
    await page.goto(FORM)
    await expect(page.get_by_label(BUDGET)).to_have_value("900")


async def test_two_authors_see_each_other_come_and_go_and_a_save_waits_for_neither(
    front: str, browser: Browser
) -> None:
    mine, theirs = [await browser.new_page(base_url=front, locale="vi-VN") for _ in range(2)]
    await at_the_form(mine)
    there = mine.get_by_text("Cán bộ tan-phong-2 cũng đang sửa báo cáo này (từ ")
    await expect(there).to_have_count(0)
    await theirs.goto(FORM)
    await sign_in(theirs, "tan-phong-2")
    await expect(there).to_be_visible()
    await expect(theirs.get_by_text("Cán bộ tan-phong cũng đang sửa báo cáo này (từ ")).to_be_visible()
    assert await violations(mine) == []
    await mine.set_viewport_size({"width": 390, "height": 844})
    await mine.get_by_label(BUDGET).fill("700")
    await mine.get_by_role("button", name="Lưu nháp").last.click()
    # The stream is no save: a press that waited for it would take five seconds.
    await expect(mine).to_have_url(re.compile(r"luu=1$"), timeout=4000)
    await theirs.close()
    await expect(there).to_have_count(0)
