"""Can the office decide on units through pages alone, with everything shown before it is kept, and nothing typed lost?"""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import city
import httpx2
import pytest_asyncio
from city import BLOCK, QUYET_THANG, SAN_THANG, TAN_PHONG
from house import CITY, PASSWORD, House, ident

MERGER = f"/don-vi/{TAN_PHONG}/sap-nhap"


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A whole house with the small city, and the office signed in at its pages."""
    accounts = house.write_accounts(**{"noi-vu": ("city_office", CITY), "tan-phong": ("unit_officer", TAN_PHONG)})
    await house.open(["registry", "scoring", "awards", "notify", "gateway"], ACCOUNTS_FILE=accounts)
    await city.found(house)
    async with httpx2.AsyncClient(base_url=house.services["gateway"].url, timeout=10) as client:
        await sign_in(client, "noi-vu")
        yield client


async def sign_in(client: httpx2.AsyncClient, account: str) -> None:
    opened = await client.post("/api/sessions", json={"account": account, "password": PASSWORD})
    assert opened.status_code == 204


def merger(step: str, **typed: str | list[str]) -> dict[str, str | list[str]]:
    new = {"unit_id": str(ident("new")), "name": "Phường Ánh Dương", "kind": "ward", "block_id": str(BLOCK)}
    form = {f"new_units.0.{name}": value for name, value in new.items()}
    days = {"effective_on": "2023-12-01", "reason": "Sắp xếp đơn vị"}
    return {"buoc": step, "into": "moi", "cung": [str(QUYET_THANG)], "key": str(uuid4()), **form, **days, **typed}


async def test_a_decision_is_shown_before_it_is_kept(front: httpx2.AsyncClient) -> None:
    assert "Đơn vị nhận" in (await front.get(MERGER)).text
    shown = await front.post(MERGER, data=merger("xem"))
    assert shown.status_code == 200
    for words in (
        "Phường Ánh Dương (đơn vị mới)",
        "Phường Quyết Thắng",
        "rời Khối xã, phường năm 2023",
        "vào Khối xã, phường năm 2023",
        "Đang là khối trưởng hoặc khối phó",
        "Báo cáo năm 2023: chưa có báo cáo",
        "Bảng tính theo thay đổi này",
        "chưa đăng ký thi đua",
        "Cán bộ tan-phong",
    ):
        assert words in shown.text, words
    assert "Sáp nhập vào" not in (await front.get(f"/don-vi/{TAN_PHONG}")).text
    seen = shown.text.partition('name="seen" value="')[2].partition('"')[0]
    done = await front.post(MERGER, data=merger("ghi", seen=seen))
    assert (done.status_code, done.headers["location"]) == (303, f"/don-vi/{TAN_PHONG}?ghi=1")
    page = (await front.get(done.headers["location"])).text
    assert "Đã ghi quyết định." in page
    assert "Sáp nhập vào Phường Ánh Dương" in page
    assert "chưa tới ngày có hiệu lực" in page
    new = (await front.get(f"/don-vi/{ident('new')}?ngay=2023-12-01")).text
    assert "Thành lập Phường Ánh Dương từ" in new
    listed = (await front.get("/don-vi?q=anh+duong&ngay=2023-12-01")).text
    assert "Phường Ánh Dương" in listed
    assert "Không có đơn vị nào như vậy" in (await front.get("/don-vi?q=anh+duong")).text
    block = (await front.get(f"/khoi/{BLOCK}?ngay=2023-12-01")).text
    assert "2 đơn vị" in block


async def test_a_refused_decision_keeps_what_was_typed_and_names_each_fault(front: httpx2.AsyncClient) -> None:
    typed = merger("xem", into=str(TAN_PHONG), reason="Vì sao <b>", effective_on="2010-01-01")
    refused = await front.post(MERGER, data=typed)
    assert refused.status_code == 422
    assert "Đơn vị nhận: không thể nhập một đơn vị vào chính nó" in refused.text
    assert "Ngày có hiệu lực: Phường Tân Phong lập ngày 27/12/2013" in refused.text
    for kept in ('value="Vì sao &lt;b&gt;"', 'value="2010-01-01"', 'value="Phường Ánh Dương"'):
        assert kept in refused.text, kept
    empty = await front.post(f"/don-vi/{TAN_PHONG}/doi-ten", data={"buoc": "xem"})
    assert (empty.status_code, "Lý do: còn thiếu" in empty.text) == (422, True)


async def test_what_is_searched_for_can_be_chosen(front: httpx2.AsyncClient) -> None:
    found = await front.post(MERGER, data=merger("tim", tim="san thang"))
    assert (found.status_code, "Xã San Thàng" in found.text) == (200, True)
    assert f'value="{QUYET_THANG}" checked' in found.text
    assert 'value="Phường Ánh Dương"' in found.text


async def test_a_stale_preview_is_not_confirmed(front: httpx2.AsyncClient) -> None:
    refused = await front.post(MERGER, data=merger("ghi", seen="0" * 64))
    assert (refused.status_code, "Hãy xem lại những gì bị ảnh hưởng" in refused.text) == (409, True)


async def test_others_read_and_do_not_decide(front: httpx2.AsyncClient) -> None:
    await front.delete("/api/sessions")
    await sign_in(front, "tan-phong")
    assert (await front.get(MERGER)).status_code == 403
    assert (await front.post(MERGER, data=merger("xem"))).status_code == 403
    page = await front.get(f"/don-vi/{SAN_THANG}")
    assert (page.status_code, "/sap-nhap" in page.text) == (200, False)
    for path in ("/don-vi", "/khoi", "/khoi?nam=1999", f"/khoi/{BLOCK}", "/tim?q=san+thang"):
        assert (await front.get(path)).status_code == 200, path
    for path in (f"/don-vi/{UUID(int=1)}", "/don-vi/x", f"/don-vi/{SAN_THANG}/gi-do", "/don-vi?loai=x"):
        assert (await front.get(path)).status_code == 404, path


async def test_the_lead_of_a_block_is_changed_on_its_page(front: httpx2.AsyncClient) -> None:
    lead = f"/khoi/{BLOCK}/khoi-truong"
    wrong = await front.post(
        lead, data={"from_on": "2024-01-01", "head_unit_id": str(SAN_THANG), "reason": "Luân phiên"}
    )
    assert (wrong.status_code, "ngoài năm 2023 của khối" in wrong.text) == (422, True)
    typed = {"from_on": "2023-11-01", "head_unit_id": str(SAN_THANG), "reason": "Luân phiên", "key": str(uuid4())}
    done = await front.post(lead, data=typed)
    assert done.status_code == 303
    page = (await front.get(done.headers["location"])).text
    assert "Từ 01/11/2023" in page
    assert "Khối trưởng: Xã San Thàng" in page
