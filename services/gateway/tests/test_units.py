"""Can the office decide on units through pages alone, with everything shown before it is kept, and nothing typed lost?"""

import re
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx2
import pytest_asyncio
from city import BLOCK, CAMPAIGN, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from desks import at_the_pages, open_pages, sign_in
from house import House, ident

from gateway.pages.words import PLEDGE_STATES, REPORT_STATES
from registry.rules import Registration
from registry.rules.transitions import State

MERGER = f"/don-vi/{TAN_PHONG}/sap-nhap"


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A whole house with the small city, and the office signed in at its pages."""
    await open_pages(house)
    async with at_the_pages(house, "noi-vu") as client:
        yield client


def merger(step: str, **typed: str | list[str]) -> dict[str, str | list[str]]:
    new = {
        "unit_id": str(ident("new")),
        "name": "Phường Ánh Dương",
        "short_name": "P. ADg",
        "kind": "ward",
        "block_id": str(BLOCK),
    }
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
        "Chưa bắt đầu",
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
    assert "Gọi tắt P. ADg" in new
    listed = (await front.get("/don-vi?q=anh+duong&ngay=2023-12-01")).text
    assert "Phường Ánh Dương" in listed
    assert "Không có đơn vị nào như vậy" in (await front.get("/don-vi?q=anh+duong")).text
    block = (await front.get(f"/khoi/{BLOCK}?ngay=2023-12-01")).text
    assert "2 đơn vị" in block


async def test_what_is_no_day_is_said_on_the_page_that_was_asked_for(front: httpx2.AsyncClient) -> None:
    for path in ("/don-vi", f"/don-vi/{TAN_PHONG}", f"/khoi/{BLOCK}"):
        for typed in ("abc", "31/02/2025", "2025-13-01", "9" * 9000, "2025-W01-1", "20250701"):
            shown = await front.get(path, params={"ngay": typed})
            assert (shown.status_code, f"“{typed[:40]}” không phải ngày" in shown.text) == (200, True), (path, typed)
        read = await front.get(path, params={"ngay": "1/12/2023"})
        assert (read.status_code, "01/12/2023" in read.text, "không phải ngày" in read.text) == (200, True, False)
    assert "Phường Tân Phong" in (await front.get("/don-vi?ngay=abc")).text
    # No file of a day that was not asked for.
    kinds = [
        (await front.get("/don-vi", params={"ngay": day, "tep": "csv"})).headers["content-type"] for day in ("", "x")
    ]
    assert [kind.partition(";")[0] for kind in kinds] == ["text/csv", "text/html"]


async def test_a_number_too_long_to_read_is_none(front: httpx2.AsyncClient) -> None:
    endless = "9" * 9000
    assert (await front.get(f"/khoi?nam={endless}")).status_code == 200
    assert (await front.get(f"/bieu-thong-ke/{endless}")).status_code == 404


def lines(page: str, heading: str) -> list[str]:
    """Give what a preview says below one of its headings, line by line, as it is read."""
    part = re.split(rf"<h3>{heading}", page)[1].partition("<h3>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in re.findall(r"<li>(.*?)</li>", part, re.DOTALL)]


async def test_a_preview_tells_how_reports_pledges_and_scores_stand(house: House, front: httpx2.AsyncClient) -> None:
    """Two units merge into a new one: one with an approved pledge and a returned report, one with a report in review."""
    async with house.office("registry") as office:
        for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "900")):
            report = f"/reports/{(await submit(house, unit, amount)).json()['report_id']}"
            assert (await office.post(f"{report}/take-up", json={"version": 1})).status_code == 200
            if unit == TAN_PHONG:
                back = {"version": 1, "items": {"1.1": "Chưa khớp biên bản"}}
                assert (await office.post(f"{report}/return", json=back)).status_code == 200
        pledge = f"/campaigns/{CAMPAIGN}/units/{TAN_PHONG}/pledge/steps"
        for version, step in enumerate(({"act": "submit", "titles": ["TTLDTT"]}, {"act": "approve"})):
            assert (await office.post(pledge, json={**step, "version": version})).status_code == 200
    await house.quiet()
    shown = (await front.post(MERGER, data=merger("xem"))).text
    follows = "Bảng tính theo thay đổi này"
    assert sorted(lines(shown, "Kỳ báo cáo")) == [
        f"Phường Quyết Thắng Báo cáo năm 2023: Đang được xem xét {follows}",
        f"Phường Tân Phong Báo cáo năm 2023: Bị trả lại {follows}",
    ]
    registered = {line.partition(";")[0].strip() for line in lines(shown, "Đăng ký thi đua")}
    assert registered == {
        "Phường Tân Phong Phong trào thi đua năm 2023, đăng ký ngày 15/11/2023 Đã duyệt",
        "Phường Quyết Thắng chưa đăng ký thi đua",
    }
    assert sorted(lines(shown, "Điểm và thứ hạng, Báo cáo năm 2023")) == [
        "Phường Quyết Thắng 91,00 điểm, hạng 2 trên 2 đơn vị được xếp của Khối xã, phường năm 2023 Tính lại theo thay đổi này",
        "Phường Tân Phong 100,00 điểm, hạng 1 trên 2 đơn vị được xếp của Khối xã, phường năm 2023 Tính lại theo thay đổi này",
    ]
    # The head of the block is one of the two: who heads it holds that right of the block.
    assert sorted(lines(shown, "Tài khoản và quyền")) == [
        "Cán bộ khoi-truong",
        "Cán bộ quyet-thang",
        "Cán bộ tan-phong",
    ]
    # Without the house of scores the decision can still be made, and the page does not say that there are none.
    house.services["scoring"].kill()
    assert "Chưa xem được điểm lúc này" in (await front.post(MERGER, data=merger("xem"))).text


def test_every_state_of_a_report_and_a_pledge_has_its_word() -> None:
    assert set(REPORT_STATES) == {"none", *State}
    assert set(PLEDGE_STATES) == set(Registration)


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


async def record(front: httpx2.AsyncClient, path: str, **typed: str) -> None:
    """Type a decision, look at what it touches, and have it recorded."""
    shown = await front.post(path, data=typed | {"buoc": "xem"})
    seen = shown.text.partition('name="seen" value="')[2].partition('"')[0]
    assert (await front.post(path, data=typed | {"buoc": "ghi", "seen": seen})).status_code == 303, shown.text


async def test_a_unit_has_a_short_name_by_which_it_is_found(front: httpx2.AsyncClient) -> None:
    own = f"/don-vi/{TAN_PHONG}"
    typed = {"name": "Phường Ánh Dương", "short_name": "P. ADg", "effective_on": "2023-11-10", "reason": "Đổi tên"}
    await record(front, f"{own}/doi-ten", **typed)
    assert "Gọi tắt P. ADg" in (await front.get(own)).text
    assert "Phường Ánh Dương" in (await front.get("/don-vi?q=p.+adg")).text
    assert 'name="short_name" type="text" value="P. ADg"' in (await front.get(f"{own}/doi-ten")).text


async def test_a_decision_entered_wrongly_is_taken_back_with_a_reason(front: httpx2.AsyncClient) -> None:
    own = f"/don-vi/{TAN_PHONG}"
    typed = {"effective_on": "2023-12-01", "reason": "Đổi tên"}
    await record(front, f"{own}/doi-ten", name="Phường Nhầm", **typed)
    found = re.search(rf'href="({own}/thu-hoi/[^"]+)"', (await front.get(own)).text)
    assert found
    asked = await front.get(found[1])
    assert ("Đổi tên thành Phường Nhầm" in asked.text, "Lý do thu hồi" in asked.text) == (True, True)
    silent = await front.post(found[1], data={"reason": " "})
    assert (silent.status_code, "Ghi lý do thu hồi" in silent.text) == (422, True)
    await record(front, f"{own}/doi-ma", code="03408", **typed)
    refused = await front.post(found[1], data={"reason": "Nhầm <đơn vị>"})
    assert (refused.status_code, "Hãy thu hồi quyết định đó trước." in refused.text) == (409, True)
    assert 'value="Nhầm &lt;đơn vị&gt;"' in refused.text
    *_, last = re.findall(rf'href="({own}/thu-hoi/[^"]+)"', (await front.get(own)).text)
    for link in (last, found[1]):
        done = await front.post(link, data={"reason": "Nhập nhầm đơn vị"})
        assert (done.status_code, done.headers["location"]) == (303, f"{own}?ghi=thu-hoi")
    page = (await front.get(f"{own}?ghi=thu-hoi")).text
    assert ("Đã thu hồi quyết định." in page, page.count("Nhập nhầm đơn vị"), "/thu-hoi/" in page) == (True, 2, False)
    assert "<h1>Phường Tân Phong</h1>" in (await front.get(f"{own}?ngay=2023-12-02")).text
    await sign_in(front, "tan-phong")
    assert (await front.get(found[1])).status_code == 403


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
