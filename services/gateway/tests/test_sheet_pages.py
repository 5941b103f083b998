"""Can the office draft, rehearse and publish a sheet on its pages alone, and does a unit learn what changed?"""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest_asyncio
from city import PERIOD, QUYET_THANG, SHEET, TAN_PHONG, submit
from desks import at_the_pages, open_pages
from house import House

from chassis.testing import eventually


@pytest_asyncio.fixture
async def doors(house: House) -> AsyncIterator[tuple[httpx2.AsyncClient, httpx2.AsyncClient]]:
    """The office and a unit at the gateway of a small city in which two units have reported."""
    await open_pages(house)
    for unit_id, amount in ((TAN_PHONG, "800"), (QUYET_THANG, "650")):
        assert (await submit(house, unit_id, amount)).status_code == 201
    await house.quiet()
    async with (
        at_the_pages(house, "noi-vu", follow_redirects=True) as office,
        at_the_pages(house, "tan-phong", follow_redirects=True) as unit,
    ):
        yield office, unit


def fields(page: str) -> dict[str, str]:
    """Give what a form of the builder would send as it stands."""
    sent = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page))
    sent |= {name: text.strip() for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)<', page)}
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


def address(answer: Any) -> str:
    return str(answer.url.path)


async def thrown_away(office: httpx2.AsyncClient, unit: httpx2.AsyncClient, held: str) -> None:
    """A rehearsal is found in the list, thrown away by the office alone, once, and listed with who did so."""
    assert held in (await office.get("/dien-tap")).text
    assert (await unit.post(f"{held}/bo")).status_code == 403
    assert address(await office.post(f"{held}/bo")) == "/dien-tap"
    gone = (await office.get("/dien-tap?loc=da-bo")).text
    assert (held in gone, held in (await office.get("/dien-tap")).text) == (True, False)
    assert re.search(r"bỏ lúc \d\d:\d\d ngày \d\d/\d\d/\d{4}", gone)
    twice = await office.post(f"{held}/bo")
    assert (twice.status_code, "nên không phải bỏ nữa" in twice.text) == (409, True)
    assert "Phường Quyết Thắng" not in (await office.get(held)).text


async def test_a_new_version_is_drafted_rehearsed_and_published(
    doors: tuple[httpx2.AsyncClient, httpx2.AsyncClient], house: House
) -> None:
    office, unit = doors
    begun = await office.post("/bang-diem/soan", data={"tu": str(SHEET), "viec": "phien-ban"})
    assert "Phiên bản 2" in begun.text
    draft = address(begun).rpartition("/")[0]
    assert "giống hệt phiên bản 1" in (await office.get(f"{draft}/cong-bo")).text

    lines = await office.get(f"{draft}/lines-g1")
    typed = fields(lines.text)
    assert typed["r.0.name"] == "Thu ngân sách trên địa bàn"
    wrong = {**typed, "r.0.maximum": "80", "r.0.floor": "sáu mươi", "r.0.evidence": "Xác nhận của Kho bạc"}
    saved = await office.post(f"{draft}/lines-g1", data={**wrong, "viec": "luu"})
    assert "“sáu mươi” không phải là số" in saved.text
    assert 'value="sáu mươi"' in saved.text, "what was typed stays, right or wrong"
    assert (await office.post(f"{draft}/thu", data={})).status_code == 422

    mended = {**fields(saved.text), "r.0.floor": "0,60"}
    kept = await office.post(f"{draft}/lines-g1/tu-luu", data=mended)
    assert 'Đã dùng <data class="so" value="90">90</data> trên' in kept.text
    assert "các mục cộng lại 80 điểm, nhóm ghi 90" in (await office.get(f"{draft}/cong-bo")).text
    mended = {**fields((await office.get(f"{draft}/lines-g1")).text), "r.0.maximum": "90", "viec": "tiep"}
    assert address(await office.post(f"{draft}/lines-g1", data=mended)).endswith("/lines-g2")

    tried = await office.post(f"{draft}/thu", data={"muc:1.1": "650", "muc:2.1": "có"})
    assert '<b class="so">68,50</b>' in tried.text, tried.text
    foreseen = (await office.get(f"{draft}/cong-bo")).text
    assert "mức sàn từ 0,7 thành 0,6" in foreseen

    rehearsed = await office.post("/dien-tap", data={"ban_thao": draft.rpartition("/")[2], "ky": str(PERIOD)})
    seen = rehearsed

    async def ended() -> Any:
        nonlocal seen
        seen = await office.get(address(rehearsed))
        return "Đã xong" in seen.text

    await eventually(ended, expect="the rehearsal has ended")
    assert ("Đây là diễn tập" in seen.text, "Phường Quyết Thắng" in seen.text) == (True, True)
    assert "Mục không quyết định gì" in seen.text
    await thrown_away(office, unit, address(rehearsed))

    asked = fields(foreseen)
    published = await office.post(f"{draft}/cong-bo", data={name: asked[name] for name in ("version", "newest")})
    assert "Đã công bố phiên bản 2" in published.text
    again = await office.post(f"{draft}/cong-bo", data={name: asked[name] for name in ("version", "newest")})
    assert (again.status_code, "đã công bố thành phiên bản 2" in again.text) == (409, True)

    await house.quiet()
    told = (await unit.get("/tin")).text
    link = f"/bang-diem/{SHEET}/khac?cu=1&amp;moi=2"
    assert ("Bảng điểm thử có phiên bản 2" in told, link in told) == (True, True)
    change = await unit.get(link.replace("&amp;", "&"))
    assert "minh chứng cần có từ không có thành “Xác nhận của Kho bạc”" in change.text
    assert "Minh chứng cần có: Xác nhận của Kho bạc" in (await unit.get(f"/bao-cao/{PERIOD}")).text
    for page in ("/bang-diem", f"/bang-diem/{SHEET}", f"{draft}/sheet", address(rehearsed)):
        assert (await unit.get(page)).status_code == 403, page

    await _rescored_and_back(office)


async def _rescored_and_back(office: httpx2.AsyncClient) -> None:
    """What stands is put under the newest version, told as a file, and back under the first."""
    job = await office.post(f"/bang-diem/{SHEET}/cham-lai", data={"ky": ""})

    async def rescored() -> bool:
        nonlocal job
        job = await office.get(address(job))
        return "Đã xong" in job.text

    await eventually(rescored, expect="the rescoring has ended")
    assert ("Phường Quyết Thắng" in job.text, "68,50" in job.text, "Khối xã, phường" in job.text) == (True, True, True)
    file = (await office.get(f"{address(job)}?tep=csv")).content.decode("utf-8-sig").splitlines()
    row = ["Báo cáo năm 2023 – Phong trào thi đua năm 2023", "Khối xã, phường", "Phường Quyết Thắng", "10,00", "68,50"]
    assert [line.split(";") for line in file[1:]] == [[*row, "100,00", "68,50", "2", "2"]]

    # Back to the first version: for a reason alone.
    back = {"ky": str(PERIOD), "ban": "1", "ly_do": ""}
    refused = await office.post(f"/bang-diem/{SHEET}/cham-lai", data=back)
    assert (refused.status_code, "ít nhất 10 ký tự" in refused.text) == (422, True)
    why = "Phiên bản 2 chưa được thông qua"
    job = await office.post(f"/bang-diem/{SHEET}/cham-lai", data={**back, "ly_do": why})
    await eventually(rescored, expect="the rescoring has ended")
    assert ("trở lại phiên bản 1" in job.text, why in job.text) == (True, True)


async def test_a_sheet_is_made_from_nothing(doors: tuple[httpx2.AsyncClient, httpx2.AsyncClient]) -> None:
    office, _ = doors
    begun = await office.post("/bang-diem/soan", data={"tu": "", "viec": "bang-moi"})
    draft = address(begun).rpartition("/")[0]
    named = {**fields(begun.text), "r.0.name": "Bảng điểm mới", "r.0.total": "10"}
    await office.post(f"{draft}/sheet", data=named)
    group = {"r.0.code": "1", "r.0.name": "Kinh tế", "r.0.maximum": "10", "version": "0", "but": "trang"}
    for _ in range(2):
        # The page does not know the key that its new group was given.
        await office.post(f"{draft}/groups/tu-luu", data=group)
    page = (await office.get(f"{draft}/groups")).text
    assert page.count("/lines-g") == 1
    line = {"r.0.code": "1.1", "r.0.name": "Kế hoạch", "r.0.maximum": "10", "r.0.kind": "checklist", "version": "0"}
    asked = await office.post(f"{draft}/lines-g1", data=line)
    assert "Các việc" in asked.text
    items = {**fields(asked.text), "r.0.items": "Lập kế hoạch: 4\nSơ kết: 6"}
    assert "1. Lập kế hoạch: 4" not in (await office.post(f"{draft}/lines-g1", data=items)).text
    assert "Công bố phiên bản 1" in (await office.get(f"{draft}/cong-bo")).text

    # Nobody stands on it: whose blocks it is tried on must be said.
    rehearsal = {"ban_thao": draft.rpartition("/")[2], "ky": str(PERIOD), "doi_ma": "1.1 : 2.1"}
    unread = await office.post("/dien-tap", data=rehearsal)
    assert (unread.status_code, "Chưa đọc được “1.1 : 2.1”" in unread.text) == (422, True)
    refused = await office.post("/dien-tap", data={**rehearsal, "doi_ma": ""})
    assert (refused.status_code, "Chọn bảng điểm đang dùng" in refused.text) == (422, True)
    seen = await office.post("/dien-tap", data={**rehearsal, "doi_ma": "", "khoi_cua": str(SHEET)})

    async def ended() -> Any:
        nonlocal seen
        seen = await office.get(address(seen))
        return "Đã xong" in seen.text

    await eventually(ended, expect="the rehearsal has ended")
    assert ("Phường Tân Phong" in seen.text, "Mục kỳ đó không có số liệu" in seen.text) == (True, True)


async def test_a_draft_is_thrown_away_on_its_page(doors: tuple[httpx2.AsyncClient, httpx2.AsyncClient]) -> None:
    office, unit = doors
    begun = await office.post("/bang-diem/soan", data={"tu": str(SHEET), "viec": "phien-ban"})
    draft = address(begun).rpartition("/")[0]
    typed = {**fields((await office.get(f"{draft}/lines-g1")).text), "r.0.name": "Thu ngân sách"}

    async def asked() -> dict[str, str]:
        return {"da_xem": fields((await office.get(f"{draft}/cong-bo")).text)["da_xem"]}

    seen = await asked()
    assert (await office.post(f"{draft}/lines-g1/tu-luu", data=typed)).status_code == 200
    refused = await office.post(f"{draft}/bo", data=seen)
    assert (refused.status_code, "Bản thảo vừa được sửa" in refused.text) == (409, True)
    assert (await unit.post(f"{draft}/bo", data=await asked())).status_code == 403
    gone = await office.post(f"{draft}/bo", data=await asked())
    assert ("Đã bỏ bản thảo" in gone.text, draft in gone.text) == (True, False)
    assert (await office.get(f"{draft}/sheet")).status_code == 404
