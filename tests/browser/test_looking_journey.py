"""Can a block check itself across, can its head conclude, can the office appraise the next in its queue, in few clicks?"""

import city
import httpx2
import pytest
import pytest_asyncio
from chromium import at_desk, violations
from city import BLOCK, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from house import CITY, House
from playwright.async_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

REASON = "Đối chiếu với kho bạc chỉ có 800 triệu đồng"
PDF = b"%PDF-1.7\n" + b"minh chung\n" * 50


@pytest_asyncio.fixture
async def front(house: House) -> str:
    """A whole house with the small city, where two of three units have reported, one of them with a file."""
    accounts = house.write_accounts(
        **{
            "quyet-thang": ("unit_officer", QUYET_THANG),
            "san-thang": ("unit_officer", SAN_THANG),
            "khoi-truong": ("block_head", BLOCK),
            "noi-vu": ("city_office", CITY),
        }
    )
    await house.open(["registry", "scoring", "awards", "notify", "gateway"], ACCOUNTS_FILE=accounts)
    await city.found(house)
    async with house.client("registry", ("unit_officer", TAN_PHONG), account="officer") as officer:
        evidence = (await officer.post(f"/evidence?unit_id={TAN_PHONG}&name=kho-bac.pdf", content=PDF)).json()
        line = f"/campaigns/{city.CAMPAIGN}/periods/{PERIOD}/reports/{TAN_PHONG}/evidence/1.1/{evidence['evidence_id']}"
        answer: httpx2.Response = await officer.put(line, json={})
        assert answer.status_code == 200, answer.text
        stands = (await officer.get(f"/campaigns/{city.CAMPAIGN}/periods/{PERIOD}/reports/{TAN_PHONG}")).json()
    assert (await submit(house, TAN_PHONG, "1000", version=stands["version"])).status_code == 201
    assert (await submit(house, SAN_THANG, "900")).status_code == 201
    await house.quiet()
    return house.services["gateway"].url


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_report_is_checked_across_concluded_and_appraised(
    house: House, front: str, browser: Browser, scripts: bool
) -> None:
    head = await at_desk(browser, front, "khoi-truong", scripts=scripts)
    await assign(head, scripts=scripts)
    await house.quiet()
    await check(await at_desk(browser, front, "quyet-thang", scripts=scripts), scripts=scripts)
    await house.quiet()
    await conclude(head, scripts=scripts)
    await appraise(await at_desk(browser, front, "noi-vu", scripts=scripts), scripts=scripts)


async def clean(page: Page, *, scripts: bool) -> None:
    # Where scripts are off axe cannot run either; the pages are the same.
    assert not scripts or await violations(page) == [], page.url


async def assign(head: Page, *, scripts: bool) -> None:
    await head.goto("/cham-cheo")
    await head.get_by_label("Đơn vị chấm Phường Tân Phong").select_option(value=str(QUYET_THANG))
    await clean(head, scripts=scripts)
    await head.get_by_role("button", name="Lưu phân công").click()
    await expect(head.get_by_text("Đã lưu phân công chấm chéo.")).to_be_visible()


async def check(checker: Page, *, scripts: bool) -> None:
    """B2: the card on the landing page, then save: two clicks beside the answers themselves."""
    await checker.get_by_role("link", name="Chấm chéo: Phường Tân Phong").click()
    async with checker.expect_download() as saved:
        await checker.get_by_role("link", name="kho-bac.pdf").click()
    assert (await saved.value).suggested_filename == "kho-bac.pdf"
    first = checker.locator("#muc-1\\.1")
    await first.get_by_label("Không đồng ý").check()
    await first.get_by_label("Đề nghị (triệu đồng)").fill("1.234")
    await checker.get_by_role("button", name="Lưu và tiếp").click()
    await expect(checker.locator(".tom-loi")).to_contain_text("viết 1234 nếu là số nguyên")
    await expect(first.get_by_label("Đề nghị (triệu đồng)")).to_have_value("1.234")
    await clean(checker, scripts=scripts)
    await first.get_by_label("Đề nghị (triệu đồng)").fill("800")
    await checker.get_by_role("button", name="Lưu và tiếp").click()
    await expect(checker.locator(".tom-loi")).to_contain_text("chấm khác số đơn vị báo cáo thì phải có lý do")
    await first.get_by_label("Lý do").fill(REASON)
    await checker.get_by_role("button", name="Đồng ý các mục còn lại và tiếp").click()
    await expect(checker.get_by_text("Đã lưu ý kiến về Phường Tân Phong.")).to_be_visible()


async def conclude(head: Page, *, scripts: bool) -> None:
    await head.goto("/cham-cheo")
    await head.get_by_role("link", name="Kết luận Phường Tân Phong").click()
    await expect(head.locator(".phan-doi")).to_contain_text(REASON)
    await head.locator("#muc-1\\.1").get_by_label("Khác").check()
    await head.locator("#muc-1\\.1").get_by_label("Số chấm (triệu đồng)").fill("850,5")
    await head.locator("#muc-1\\.1").get_by_label("Lý do").fill("Khối thống nhất theo biên bản")
    await clean(head, scripts=scripts)
    await head.get_by_role("button", name="Lưu và tiếp").click()
    await expect(head.get_by_text("Đã lưu ý kiến về Phường Tân Phong.")).to_be_visible()
    await head.goto(f"/bang-tong-hop/{PERIOD}/{BLOCK}")
    await expect(head.locator("tr.chenh")).to_contain_text("Phường Tân Phong")
    await clean(head, scripts=scripts)
    await head.get_by_role("link", name="Lập biên bản").click()
    await expect(head.locator("article")).to_contain_text("Phường Tân Phong, chênh 13,50 điểm")
    await clean(head, scripts=scripts)


async def appraise(office: Page, *, scripts: bool) -> None:
    """O2: the card on the landing page, then save, and the next report is there."""
    await expect(office.get_by_role("heading", name="Hàng chờ thẩm định: 2 báo cáo")).to_be_visible()
    await office.get_by_role("link", name="Thẩm định báo cáo kế tiếp").click()
    if scripts:
        await expect(office.get_by_text("Phím J, K")).to_be_visible()
        await office.keyboard.press("j")
        await expect(office.locator("#muc-1\\.1")).to_be_focused()
        await office.keyboard.press("j")
        await expect(office.locator("#muc-2\\.1")).to_be_focused()
        await office.keyboard.press("k")
        await expect(office.locator("#muc-1\\.1")).to_be_focused()
    before = await office.get_by_role("heading", level=1).inner_text()
    await office.get_by_role("button", name="Đồng ý các mục còn lại và tiếp").click()
    await expect(office.get_by_text("Đã lưu ý kiến thẩm định")).to_be_visible()
    assert await office.get_by_role("heading", level=1).inner_text() != before
    await office.goto(f"/vi-sao/{PERIOD}/{TAN_PHONG}/1.1")
    await expect(office.get_by_text("khối chấm 850,5 triệu đồng")).to_be_visible()
    await expect(office.get_by_text("Khối thống nhất theo biên bản")).to_be_visible()
    for path in ("/tham-dinh?hang=xong", "/chenh-lech?giua=self-block", "/cong-bang"):
        await office.goto(path)
        await clean(office, scripts=scripts)


async def test_the_own_unit_is_only_read(house: House, front: str, browser: Browser) -> None:
    unit = await at_desk(browser, front, "san-thang", scripts=True)
    await unit.goto(f"/cham-cheo/{PERIOD}/{SAN_THANG}")
    await expect(unit.get_by_text("Bạn chỉ xem trang này.")).to_be_visible()
    await expect(unit.get_by_role("radio")).to_have_count(0)
    await expect(unit.get_by_role("button", name="Lưu và tiếp")).to_have_count(0)
