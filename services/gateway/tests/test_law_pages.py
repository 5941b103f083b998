"""Can the office see what the law asks for and how sure that is, mend and confirm it through pages alone, and lose nothing typed?"""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from desks import at_the_pages, open_pages, sign_in
from house import House

from awards.rules import Mark
from gateway.pages import render
from gateway.pages.law_words import MARKS

RANK = "/quy-dinh/tdkt_2017/sua?danh-hieu=CTD_TINH&dieu-kien=block_rank"
ONCE = "/quy-dinh/chung/sua?danh-hieu=&dieu-kien=initiative_once"
DOCUMENT = {"document_number": "06/2018/QĐ-UBND", "document_on": "2018-02-21", "document_by": "UBND tỉnh Lai Châu"}


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A whole house with the small city, and the office signed in at its pages."""
    await open_pages(house)
    async with at_the_pages(house, "noi-vu") as client:
        yield client


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(revision|key)" value="([^"]*)">', page))


@pytest.mark.parametrize("mark", Mark)
def test_every_mark_has_its_words(mark: Mark) -> None:
    """What is not verified says so, whatever it is; on the unit's own page it is never shown as if it were law."""
    assert (MARKS[mark][0] == "Đã kiểm chứng") == (mark is Mark.VERIFIED)
    macros = render._ENVIRONMENT.get_template("_phan.html").module
    assert ("Mẫu – chưa phải quy định" in macros.mau(mark.value)) == (mark is not Mark.VERIFIED)  # type: ignore[attr-defined]


async def test_the_law_is_found_from_home_and_every_condition_says_how_sure_it_is(front: httpx2.AsyncClient) -> None:
    assert 'href="/quy-dinh"' in (await front.get("/")).text
    page = (await front.get("/quy-dinh")).text
    for said in (
        "Cho quyết định ký từ 01/10/2017 đến hết 31/12/2023",
        "Có trên 50% cá nhân trong tập thể đạt danh hiệu Lao động tiên tiến",
        "Luật Thi đua, khen thưởng 2003 (sửa đổi 2013), Điều 28 khoản 1",
        "Đã kiểm chứng",
        "Chưa kiểm chứng – cần xác nhận",
        "Theo quy định đã ban hành ở nơi khác",
        "Nhớ lại, chưa đối chiếu văn bản",
        "<b>3 điều chưa kiểm chứng</b>",
        "đếm vào ngày 31/12",
        "Công văn 5007/BNV-TĐKT năm 2023, mục III.5.c",
        "Mới đọc ở một nguồn trích lại điều luật",
    ):
        assert said in page, said
    edited = set(re.findall(r'href="(/quy-dinh/[^"]+)"', page))
    assert len(edited) == 6, "what is verified in its text has no form"
    await sign_in(front, "tan-phong")
    assert "Sửa hoặc xác nhận" not in (await front.get("/quy-dinh")).text
    assert [(await front.get(RANK)).status_code, (await front.post(RANK, data={})).status_code] == [403, 403]


async def test_a_condition_is_mended_and_confirmed_and_what_it_was_is_kept(front: httpx2.AsyncClient) -> None:
    form = (await front.get(RANK)).text
    typed = {"gia-tri:rank": "hai", "gia-tri:applies": "yes", "confirm": "1", "document_number": "06 <b>"}
    refused = await front.post(RANK, data={**hidden(form), **typed})
    assert refused.status_code == 422
    for said in (
        "Còn 3 chỗ cần sửa",
        "“hai” không phải số nguyên từ 1 đến 1000",
        "Ghi số từ 1, ví dụ 1",
        "Ngày văn bản: còn thiếu",
        "Nơi ban hành: còn thiếu",
        'value="hai"',
        'value="06 &lt;b&gt;"',
    ):
        assert said in refused.text, said
    assert re.search(r'name="confirm" value="1" checked', refused.text)
    typed |= {"gia-tri:rank": "2", "reason": "Theo quy định của tỉnh", **DOCUMENT}
    done = await front.post(RANK, data={**hidden(refused.text), **typed})
    assert (done.status_code, done.headers["location"]) == (303, "/quy-dinh?ghi=1"), done.text
    page = (await front.get(done.headers["location"])).text
    for said in (
        "Đã ghi.",
        "Đứng từ hạng 2 trở lên trong khối thi đua",
        "xác nhận ngày 15/11/2023 theo 06/2018/QĐ-UBND, 21/02/2018, UBND tỉnh Lai Châu",
        "Từ hạng mấy trở lên: trước là 1, sau là 2.",
        "trước đó: theo quy định đã ban hành ở nơi khác",
        "Theo quy định của tỉnh",
        "<b>2 điều chưa kiểm chứng</b>",
    ):
        assert said in page, said
    late = await front.post(RANK, data={**hidden(form), "gia-tri:rank": "3", "reason": "Thử"})
    assert late.status_code == 409
    for said in (
        "vừa được người khác sửa",
        "Đang lưu (do Cán bộ noi-vu ghi)",
        "từ hạng mấy trở lên: <b>2</b>",
        'value="3"',
    ):
        assert said in late.text, said
    over = await front.post(RANK, data={**hidden(late.text), "gia-tri:rank": "3", "reason": "Đọc lại"})
    assert over.status_code == 303


async def test_what_the_registry_keeps_files_by_is_mended_the_same_way(front: httpx2.AsyncClient) -> None:
    form = (await front.get(ONCE)).text
    same = await front.post(ONCE, data={**hidden(form), "gia-tri:once": "yes"})
    assert (same.status_code, "chưa thay đổi gì" in same.text) == (422, True)
    done = await front.post(ONCE, data={**hidden(form), "gia-tri:once": "no", "reason": "Theo ý kiến của tỉnh"})
    assert done.status_code == 303, done.text
    page = (await front.get(done.headers["location"])).text
    for said in (
        "Áp dụng ngay từ bây giờ",
        "Sáng kiến được dùng để xét nhiều lần",
        "Chỉ dùng một lần: trước là Có, sau là Không.",
    ):
        assert said in page, said


@pytest.mark.parametrize("path", ["tdkt_1999", "../units", "tdkt_2017"])
async def test_an_address_that_names_no_fact_leads_nowhere(front: httpx2.AsyncClient, path: str) -> None:
    assert (await front.get(f"/quy-dinh/{path}/sua?danh-hieu=X&dieu-kien=Y")).status_code == 404
    assert (await front.get("/quy-dinh?ghi=1&xet=abc&tu=x")).status_code == 200
