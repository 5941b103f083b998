"""Can a unit send, amend and withdraw its pledge through pages alone, and does nobody lose a word to somebody else's step?"""

from collections.abc import AsyncIterator
from html import unescape

import httpx2
import pytest_asyncio
from city import CAMPAIGN, TAN_PHONG
from desks import at_the_pages, open_pages
from house import House

OWN = f"/dang-ky/{CAMPAIGN}"
LIST = f"/phong-trao/{CAMPAIGN}/dang-ky"


@pytest_asyncio.fixture
async def unit(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A whole house with the small city, and a unit's officer at its pages."""
    await open_pages(house)
    async with at_the_pages(house, "tan-phong", follow_redirects=True) as client:
        yield client


async def send(client: httpx2.AsyncClient, act: str, version: int, **typed: str) -> httpx2.Response:
    form = {"viec": act, "version": str(version), "danh_hieu": "TTLDTT", "noi_dung": "Giao ước", **typed}
    return await client.post(OWN, data=form)


async def test_a_pledge_is_returned_after_its_approval_and_withdrawn(house: House, unit: httpx2.AsyncClient) -> None:
    assert "Đã gửi bản đăng ký." in (await send(unit, "submit", 0)).text
    async with at_the_pages(house, "noi-vu", follow_redirects=True) as office:
        decide = f"{LIST}/{TAN_PHONG}"
        assert "Đã duyệt" in (await office.post(decide, data={"viec": "approve", "version": "1"})).text
        page = (await office.get(f"{LIST}?trang_thai=approved")).text
        assert ("Trả lại kèm lý do" in page, 'value="approve"' in page) == (True, False)
        back = await office.post(decide, data={"viec": "return", "version": "2", "ly_do": "Duyệt nhầm"})
        assert back.status_code == 200
        stale = await office.post(decide, data={"viec": "return", "version": "2", "ly_do": "Còn thiếu <số>"})
        assert (stale.status_code, "Còn thiếu &lt;số&gt;" in stale.text) == (409, True)
    assert "Duyệt nhầm" in (await unit.get(OWN)).text
    silent = await send(unit, "withdraw", 3, noi_dung="Đang viết dở")
    assert (silent.status_code, "Lý do rút: còn trống" in silent.text) == (422, True)
    assert "Đang viết dở</textarea>" in silent.text
    done = await send(unit, "withdraw", 3, ly_do_rut="Không tham gia nữa")
    for words in ("Đã rút bản đăng ký.", "Giao ước</textarea>", "Gửi lại", "Đơn vị rút", "Không tham gia nữa"):
        assert words in done.text, words
    assert "Rút kèm lý do" not in done.text


async def test_taking_back_an_amendment_leaves_what_was_approved(house: House, unit: httpx2.AsyncClient) -> None:
    await send(unit, "submit", 0)
    async with at_the_pages(house, "noi-vu") as office:
        await office.post(f"{LIST}/{TAN_PHONG}", data={"viec": "approve", "version": "1"})
    amended = await send(unit, "amend", 2, noi_dung="Bản sửa", ly_do="Thêm")
    assert "Rút phần sửa" in amended.text
    done = (await send(unit, "withdraw", 3, ly_do_rut="Thôi")).text
    assert ("Đã rút phần sửa." in done, "Giao ước</textarea>" in done, "Đã duyệt" in done) == (True, True, True)


async def test_both_versions_are_shown_when_somebody_was_faster_and_mine_stays(unit: httpx2.AsyncClient) -> None:
    await send(unit, "submit", 0, noi_dung="Bản <kia>")
    late = await send(unit, "submit", 0, noi_dung="Bản của tôi", danh_hieu="TTLDXS")
    page = unescape(late.text)
    assert late.status_code == 409
    for words in (
        "vừa được người khác sửa",
        "Bản đang lưu của người khác: <b>Bản <kia></b>",
        "Bản đang lưu của người khác: <b>Tập thể Lao động tiên tiến</b>",
        "Bản của tôi</textarea>",
        'value="TTLDXS" checked',
        'name="version" value="1"',
    ):
        assert words in page, words
    kept = (await send(unit, "submit", 1, noi_dung="Bản của tôi", danh_hieu="TTLDXS")).text
    assert ("Đã gửi bản đăng ký." in kept, "Bản của tôi</textarea>" in kept) == (True, True)
