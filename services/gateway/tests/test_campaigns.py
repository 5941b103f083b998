"""Can whatever is done in one campaign be done on pages in every other one: a themed one beside it, those of past years?"""

import re
from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import uuid4

import city
import httpx2
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, CAMPAIGN_DOCUMENT, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG
from desks import ACCOUNTS, at_the_pages
from house import EVENT_SERVICES, House, ident

THEMED, THEMED_PERIOD = ident("themed"), ident("themed-period")
PAST, PAST_PERIOD, PAST_BLOCK = ident("past"), ident("past-period"), ident("past-block")
OPEN = CAMPAIGN_DOCUMENT["periods"][0]


class Front(NamedTuple):
    """A house with a themed campaign and last year's beside its own, and four readers at its pages."""

    house: House
    ward: httpx2.AsyncClient
    commune: httpx2.AsyncClient
    office: httpx2.AsyncClient
    public: httpx2.AsyncClient


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[Front]:
    accounts = house.write_accounts(**ACCOUNTS, **{"san-thang": ("unit_officer", SAN_THANG)})
    await house.open([*EVENT_SERVICES, "gateway"], ACCOUNTS_FILE=accounts)
    await city.found(house)
    themed = {**CAMPAIGN_DOCUMENT, "name": "Thi đua chuyển đổi số", "kind": "themed", "parent_id": str(CAMPAIGN)}
    themed |= {"scope": {"reach": "kinds", "kinds": ["ward"]}}
    themed |= {"periods": [{**OPEN, "period_id": str(THEMED_PERIOD), "name": "Báo cáo đợt"}]}
    past = {**CAMPAIGN_DOCUMENT, "year": 2022, "name": "Phong trào thi đua năm 2022"}
    past |= {"starts_on": "2022-01-01", "ends_on": "2022-12-31"}
    past |= {"periods": [{**OPEN, "period_id": str(PAST_PERIOD), "name": "Báo cáo năm 2022"}]}
    async with house.office("registry") as office:
        block = {**BLOCK_DOCUMENT, "year": 2022, "name": "Khối năm 2022"}
        for path, body in (
            (f"/campaigns/{THEMED}", themed),
            (f"/blocks/{PAST_BLOCK}", block),
            (f"/campaigns/{PAST}", past),
        ):
            answer = await office.put(path, json=body)
            assert answer.status_code == 200, answer.text
    await house.quiet()
    async with (
        at_the_pages(house, "tan-phong") as ward,
        at_the_pages(house, "san-thang") as commune,
        at_the_pages(house, "noi-vu") as desk,
        httpx2.AsyncClient(base_url=house.services["gateway"].url, timeout=10) as public,
    ):
        yield Front(house, ward, commune, desk, public)


async def shown(client: httpx2.AsyncClient, path: str) -> str:
    answer = await client.get(path, follow_redirects=True)
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    return answer.text


async def sent(client: httpx2.AsyncClient, period: Any, amount: str) -> str:
    """Fill in and send a report on its pages; give the address of its receipt."""
    form = await shown(client, f"/bao-cao/{period}")
    version = re.search(r'name="version"[^>]*value="(\d+)"', form)
    assert version
    typed = {"muc:1.1": amount, "muc:2.1": "có", "version": version[1]}
    saved = await client.post(f"/bao-cao/{period}", data={**typed, "viec": "kiem-tra"})
    assert saved.headers["location"] == f"/bao-cao/{period}/kiem-tra"
    check = await shown(client, saved.headers["location"])
    words = dict(re.findall(r'<input type="hidden" name="([^"]+)"[^>]* value="([^"]*)"', check))
    receipt = await client.post(f"/bao-cao/{period}/gui", data=words)
    assert receipt.status_code == 303, receipt.text
    return str(receipt.headers["location"])


async def published(house: House, campaign: Any, period: Any, block: Any) -> None:
    place = f"/campaigns/{campaign}/periods/{period}/boards/{block}"
    async with house.office("scoring") as office:
        waiting = (await office.get(f"{place}/waiting")).json()
        body = {"state": "frozen", "digest": waiting["digest"], "reason": None}
        answer = await office.put(f"{place}/publications/1", json=body)
        assert answer.status_code in (200, 201), answer.text


async def test_a_themed_campaign_is_reported_reviewed_ranked_and_published_on_pages(front: Front) -> None:
    house, ward, commune, office, public = front
    tasks = await shown(ward, "/")
    assert (f'href="/bao-cao/{PERIOD}"' in tasks, f'href="/bao-cao/{THEMED_PERIOD}"' in tasks) == (True, True)
    assert "Thi đua chuyển đổi số" in tasks
    for page in ("/", "/bao-cao"):
        assert str(THEMED_PERIOD) not in await shown(commune, page), "the campaign addresses wards alone"
    listed = await shown(ward, "/bao-cao")
    assert ("Báo cáo đợt" in listed, "Báo cáo năm 2023" in listed, "Báo cáo năm 2022" in listed) == (True, True, True)
    receipt = await sent(ward, THEMED_PERIOD, "900")
    await house.quiet()
    assert "Báo cáo đợt" in await shown(ward, receipt)

    queue = await shown(office, "/xem-xet")
    assert ("Báo cáo đợt" in queue, "Thi đua chuyển đổi số" in queue) == (True, True)
    assert "Báo cáo đợt" in await shown(office, "/")
    found = re.search(r'href="(/xem-xet/[0-9a-f-]{36})"', queue)
    assert found
    report = await shown(office, found[1])
    version = re.search(r'name="version"[^>]*value="(\d+)"', report)
    assert version
    accepted = await office.post(found[1], data={"viec": "chap-nhan", "version": version[1]})
    assert accepted.status_code == 303
    assert (await shown(office, f"/tham-dinh?ky={THEMED_PERIOD}")).count("Phường Tân Phong") >= 1
    assert "Báo cáo đợt" in await shown(office, f"/tham-dinh?pt={THEMED}")

    board = await shown(ward, f"/bang-khoi/{BLOCK}?ky={THEMED_PERIOD}")
    assert ("Báo cáo đợt" in board, "/chon-phong-trao?ve=bang-khoi" in board) == (True, True)
    assert f"/bang-khoi?pt={THEMED}" in await shown(ward, "/chon-phong-trao?ve=bang-khoi")
    chosen = await ward.get(f"/bang-khoi?pt={THEMED}")
    assert chosen.headers["location"] == f"/bang-khoi/{BLOCK}?ky={THEMED_PERIOD}"
    assert "Thi đua chuyển đổi số" in await shown(ward, f"/thu-hang/{TAN_PHONG}?pt={THEMED}")
    assert "Thu ngân sách" in await shown(ward, f"/vi-sao/{THEMED_PERIOD}/{TAN_PHONG}")
    appeal = {"ky": str(THEMED_PERIOD), "muc": "1.1", "ly-do": "Kho bạc ghi 990 triệu đồng", "so": "990"}
    assert "Báo cáo đợt" in await shown(ward, f"/kien-nghi/moi?ky={THEMED_PERIOD}&muc=1.1")
    filed = await ward.post("/kien-nghi/moi", data={**appeal, "key": str(uuid4())})
    assert filed.status_code == 303, filed.text
    assert "Báo cáo đợt" in await shown(ward, filed.headers["location"])
    assert "Báo cáo đợt" in await shown(office, "/kien-nghi")

    await published(house, THEMED, THEMED_PERIOD, BLOCK)
    window = await shown(public, "/cong-khai")
    assert (f"/cong-khai?pt={THEMED}" in window, str(THEMED_PERIOD) in window) == (True, False)
    assert f"/cong-khai/{THEMED_PERIOD}/{BLOCK}" in await shown(public, f"/cong-khai?pt={THEMED}")
    assert "Phường Tân Phong" in await shown(public, f"/cong-khai/{THEMED_PERIOD}/{BLOCK}")


async def test_a_past_year_stays_in_reach_with_the_blocks_of_that_year(front: Front) -> None:
    house, ward, _, office, public = front
    assert (await city.submit(house, QUYET_THANG, "700")).status_code == 201
    await sent(ward, PAST_PERIOD, "800")
    await house.quiet()
    await published(house, PAST, PAST_PERIOD, PAST_BLOCK)
    async with house.office("registry") as registry:
        closed = await registry.post(f"/campaigns/{PAST}/steps", json={"act": "close", "version": 1})
        assert closed.status_code == 200, closed.text
    assert f'href="/bao-cao/{PAST_PERIOD}"' not in await shown(ward, "/")
    listed = await shown(ward, "/bao-cao")
    assert (f"/bao-cao?pt={PAST}" in listed, "Báo cáo năm 2022" in listed) == (True, False)
    assert "Báo cáo năm 2022" in await shown(ward, f"/bao-cao?pt={PAST}")
    for client in (ward, office):
        assert "Khối năm 2022" in await shown(client, f"/bang-khoi?pt={PAST}")
        assert "Khối năm 2022" in await shown(client, f"/bang-khoi/{PAST_BLOCK}")
        assert "Khối xã, phường" in await shown(client, "/bang-khoi")
    assert f'href="/bang-khoi/{PAST_BLOCK}"' in await shown(office, f"/khoi/{PAST_BLOCK}")
    assert "Báo cáo năm 2022" in await shown(ward, f"/thu-hang/{TAN_PHONG}?pt={PAST}")
    assert "Khối năm 2022" in await shown(office, f"/bang-khoi/{PAST_BLOCK}/so-sanh?ky={PAST_PERIOD}")
    assert "Khối năm 2022" in await shown(public, f"/cong-khai/{PAST_PERIOD}/{PAST_BLOCK}")
    assert f"/cong-khai/{PAST_PERIOD}/{PAST_BLOCK}" in await shown(public, f"/cong-khai?pt={PAST}")


async def test_an_address_that_names_nothing_leads_nowhere(front: Front) -> None:
    nobody = uuid4()
    for client, page in (
        (front.ward, f"/bao-cao/{nobody}"),
        (front.ward, f"/bang-khoi/{nobody}"),
        (front.ward, f"/bang-khoi/{PAST_BLOCK}?ky={PERIOD}&xem=tam-tinh"),
        (front.office, f"/bang-khoi?pt={nobody}"),
        (front.public, f"/cong-khai/{nobody}/{BLOCK}"),
        (front.public, f"/cong-khai?pt={nobody}"),
    ):
        answer = await client.get(page, follow_redirects=page.startswith(f"/bang-khoi/{PAST_BLOCK}"))
        wanted = 200 if str(PAST_BLOCK) in page else 404
        assert answer.status_code == wanted, (page, answer.text)


async def test_home_knows_what_waits_in_every_campaign_that_runs(front: Front) -> None:
    """Cross-checks, registrations and the queue of a themed campaign stand beside those of the year's, each under its name."""
    house, ward, _, office, _ = front
    async with at_the_pages(house, "quyet-thang") as other:
        await sent(other, THEMED_PERIOD, "700")
    assert (await city.submit(house, QUYET_THANG, "700")).status_code == 201
    await house.quiet()
    async with house.office("scoring") as scoring:
        for campaign, period in ((CAMPAIGN, PERIOD), (THEMED, THEMED_PERIOD)):
            place = f"/campaigns/{campaign}/periods/{period}/boards/{BLOCK}/cross-checks"
            answer = await scoring.put(place, json={"checks": {str(QUYET_THANG): str(TAN_PHONG)}})
            assert answer.status_code == 200, answer.text
    home = await shown(ward, "/")
    assert "Chấm chéo: còn 2 đơn vị" in home
    for period in (PERIOD, THEMED_PERIOD):
        assert f'href="/cham-cheo/{period}/{QUYET_THANG}"' in home
        assert "Phường Quyết Thắng" in await shown(ward, f"/cham-cheo/{period}/{QUYET_THANG}")
    assert "Phường Quyết Thắng" in await shown(ward, f"/cham-cheo?ky={THEMED_PERIOD}")
    # The themed one has no day by which one registers: nobody is asked to.
    assert (f'href="/dang-ky/{CAMPAIGN}"' in home, f'href="/dang-ky/{THEMED}"' in home) == (True, False)

    sent_in = {"viec": "submit", "version": "0", "danh_hieu": "TTLDTT", "noi_dung": "Cả đợt"}
    for campaign in (CAMPAIGN, THEMED):
        answer = await ward.post(f"/dang-ky/{campaign}", data=sent_in)
        assert answer.status_code == 303, answer.text
    desk = await shown(office, "/")
    for campaign in (CAMPAIGN, THEMED):
        assert f'href="/phong-trao/{campaign}/dang-ky?trang_thai=submitted"' in desk
    assert desk.count("bản đăng ký thi đua chờ duyệt") == 2
    assert f"/tham-dinh/ke-tiep?ky={THEMED_PERIOD}" in desk
    returned = {"viec": "return", "version": "1", "ly_do": "Thiếu danh hiệu của tập thể"}
    answer = await office.post(f"/phong-trao/{THEMED}/dang-ky/{TAN_PHONG}", data=returned)
    assert answer.status_code == 303, answer.text
    mine = await shown(ward, "/")
    assert (f'href="/dang-ky/{THEMED}"' in mine, f'href="/dang-ky/{CAMPAIGN}"' in mine) == (True, False)
    assert "Thiếu danh hiệu của tập thể" in mine


async def test_a_target_list_is_of_the_campaign_that_was_chosen(front: Front) -> None:
    """The file that is fetched, the one that is sent in and what is kept are all of the same campaign."""
    house, _, _, office, _ = front
    page = await shown(office, "/nhap-danh-sach?ds=targets")
    assert re.search(rf'<option value="{CAMPAIGN}" selected>', page)
    assert f'<option value="{THEMED}">Thi đua chuyển đổi số' in page
    page = await shown(office, f"/nhap-danh-sach?ds=targets&pt={THEMED}")
    assert re.search(rf'<option value="{THEMED}" selected>', page)
    file = await office.get(f"/nhap-danh-sach/tep/targets?pt={THEMED}&dang=csv")
    head = file.text.splitlines()[0]
    filled = {"Đơn vị": "Phường Tân Phong", "Mục": "1.1", "Chỉ tiêu": "1200", "Giao": "Có"}
    cells = [filled.get(name, "") for name in head.lstrip("\ufeff").split(";")]
    rows = f"{head}\r\n{';'.join(cells)}\r\n"
    action = re.search(r'enctype="multipart/form-data" action="([^"]+)"', page)
    assert action
    sent_in = await office.post(action[1].replace("&amp;", "&"), files={"tep": ("chi-tieu.csv", rows.encode())})
    assert sent_in.status_code == 303, sent_in.text
    checked = await shown(office, sent_in.headers["location"])
    assert "Thi đua chuyển đổi số" in checked, checked
    await office.post(f"{sent_in.headers['location']}/ghi")
    assert "Đã ghi xong" in await shown(office, sent_in.headers["location"])
    async with house.office("registry") as registry:
        kept = [
            (await registry.get(f"/campaigns/{campaign}/units/{TAN_PHONG}/targets")).json()["targets"]
            for campaign in (THEMED, CAMPAIGN)
        ]
    assert ([each["criterion"] for each in kept[0]], kept[1]) == (["1.1"], [])
