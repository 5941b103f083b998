"""Can the office correct through pages what was entered wrongly of a unit, a block or its head, and lose nothing typed?"""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, QUYET_THANG, SAN_THANG, TAN_PHONG
from desks import at_the_pages, open_pages, sign_in
from house import House, ident

from gateway.pages.routes.units import decided

UNIT = f"/don-vi/{TAN_PHONG}/dinh-chinh"
OF_BLOCK = f"/khoi/{BLOCK}/dinh-chinh"
NAMES = ("name", "short_name", "code", "valid_from", "version", "reason", "decision_number", "decision_on")


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A whole house with the small city, and the office signed in at its pages."""
    await open_pages(house)
    async with at_the_pages(house, "noi-vu") as client:
        yield client


def errors(page: httpx2.Response) -> set[str]:
    return set(re.findall(r'class="loi-o" id="loi-([^"]+)"', page.text))


def form(page: str) -> dict[str, str]:
    """Read what stands in a form, as whoever opens it would send it back."""
    fields = {name: found[1] for name in NAMES if (found := re.search(rf'name="{name}"[^>]* value="([^"]*)"', page))}
    for name in ("kind", "sheet_id", "follows_id", "head_unit_id", "deputy_unit_id"):
        chosen = re.search(rf'name="{name}".*?</select>', page, re.DOTALL)
        picked = chosen and re.search(r'value="([^"]*)" selected', chosen[0])
        fields |= {name: picked[1]} if picked else {}
    return fields


async def test_a_unit_s_registration_is_corrected_where_it_is_looked_for(front: httpx2.AsyncClient) -> None:
    assert f'href="{UNIT}"' in (await front.get(f"/don-vi/{TAN_PHONG}")).text
    begun = form((await front.get(UNIT)).text)
    assert (begun["name"], begun["kind"], begun["version"]) == ("Phường Tân Phong", "ward", "1")
    wrong = await front.post(UNIT, data={**begun, "kind": "", "valid_from": "hôm qua", "reason": ""})
    assert (wrong.status_code, errors(wrong)) == (422, {"kind", "valid_from", "reason"})
    assert 'value="hôm qua"' in wrong.text
    held = await front.post(UNIT, data={**begun, "name": "Xã San Thàng", "reason": "Nhầm tên"})
    assert (held.status_code, errors(held), "đánh dấu “Vẫn ghi”" in held.text) == (409, {"name"}, True)
    assert 'name="trung"' in held.text
    school = {"name": "Trường B", "kind": "school", "code": "0701", "valid_from": "2020-09-01"}
    assert (await front.post("/don-vi/moi", data=school)).status_code == 303
    for typed in ({"name": "", "code": "0" * 50}, {"code": "0701"}):
        refused = await front.post(UNIT, data={**begun, "reason": "Nhầm", **typed})
        assert (refused.status_code, errors(refused)) == (422, set(typed))
        assert 'name="trung"' not in refused.text, "it would be refused all the same"
    done = await front.post(UNIT, data={**begun, "kind": "commune", "reason": "Ghi nhầm loại"})
    assert (done.status_code, done.headers["location"]) == (303, f"/don-vi/{TAN_PHONG}?ghi=dinh-chinh")
    page = (await front.get(done.headers["location"])).text
    assert ("Đã đính chính đăng ký" in page, "Ghi nhầm loại" in page) == (True, True)
    late = await front.post(UNIT, data={**begun, "name": "Phường Tân Phong Mới", "reason": "Thiếu chữ"})
    assert late.status_code == 409
    for words in ("vừa được người khác sửa", "tên <b>Phường Tân Phong</b>", 'value="Phường Tân Phong Mới"', "loại <b>"):
        assert words in late.text, words
    again = await front.post(UNIT, data=form(late.text))
    assert again.status_code == 303, "what was shown is overwritten knowingly"


async def test_a_block_s_formation_is_corrected(front: httpx2.AsyncClient) -> None:
    for path in (f"/khoi/{BLOCK}", "/khoi?nam=2023"):
        assert f'href="{OF_BLOCK}"' in (await front.get(path)).text, path
    page = (await front.get(OF_BLOCK)).text
    begun = form(page) | {"member_unit_ids": re.findall(r'name="member_unit_ids" value="([^"]+)" checked', page)}
    assert sorted(begun["member_unit_ids"]) == sorted(map(str, (TAN_PHONG, QUYET_THANG, SAN_THANG)))
    some = [str(TAN_PHONG), str(QUYET_THANG)]
    wrong = {**begun, "name": "", "decision_on": "hôm nay", "member_unit_ids": some, "sheet_id": ""}
    refused = await front.post(OF_BLOCK, data=wrong)
    assert (refused.status_code, errors(refused)) == (422, {"name", "decision_on", "sheet_id"})
    done = await front.post(OF_BLOCK, data={**begun, "member_unit_ids": some, "decision_number": "9/QĐ-UBND"})
    assert (done.status_code, done.headers["location"]) == (303, f"/khoi/{BLOCK}?ghi=dinh-chinh"), done.text
    page = (await front.get(done.headers["location"])).text
    assert ("Đã đính chính khối" in page, "9/QĐ-UBND" in page, "2 đơn vị" in page) == (True, True, True)
    late = await front.post(OF_BLOCK, data={**begun, "name": "Khối phường", "decision_number": ""})
    assert late.status_code == 409
    for words in (
        "vừa được người khác sửa",
        "số quyết định <b>9/QĐ-UBND</b>",
        'value="Khối phường"',
        "đơn vị của khối <b>",
    ):
        assert words in late.text, words
    searched = await front.post(OF_BLOCK, data={**begun, "buoc": "tim", "tim": "san thang", "member_unit_ids": some})
    assert f'value="{SAN_THANG}"> Xã San Thàng' in searched.text


async def test_the_block_that_is_followed_stays_where_it_is_not_among_those_of_the_year_before(
    house: House, front: httpx2.AsyncClient
) -> None:
    later = ident("later")
    document = {**BLOCK_DOCUMENT, "year": 2025, "follows_id": str(BLOCK)}
    async with house.office("registry") as office:
        assert (await office.put(f"/blocks/{later}", json=document)).status_code == 200
        path = f"/khoi/{later}/dinh-chinh"
        begun = form((await front.get(path)).text) | {"member_unit_ids": document["member_unit_ids"]}
        assert begun["follows_id"] == str(BLOCK)
        other = await front.post(path, data={**begun, "follows_id": "", "name": ""})
        assert f'<option value="{BLOCK}">Khối xã, phường' in other.text, "what was not chosen can be chosen again"
        assert (await front.post(path, data={**begun, "decision_number": "9/QĐ"})).status_code == 303
        kept = (await office.get(f"/blocks/{later}")).json()
    assert (kept["follows_id"], kept["decision_number"]) == (str(BLOCK), "9/QĐ")


async def test_a_founding_that_was_corrected_is_told_once_and_is_what_is_revoked(
    house: House, front: httpx2.AsyncClient
) -> None:
    own, new = f"/don-vi/{ident('new')}", {"unit_id": str(ident("new")), "name": "Phường Mới", "kind": "ward"}
    merged = {"kind": "merge", "unit_ids": [str(TAN_PHONG), str(QUYET_THANG)], "new_units": [new]}
    merged |= {"effective_on": "2023-11-10", "reason": "Sắp xếp", "decision_number": "12/NQ-HĐND"}
    async with house.office("registry") as office:
        answer = await office.post("/unit-changes", json=merged)
        assert answer.status_code == 201, answer.text
    begun = form((await front.get(f"{own}/dinh-chinh")).text)
    done = await front.post(f"{own}/dinh-chinh", data={**begun, "name": "Phường Đúng", "reason": "Ghi nhầm tên"})
    assert done.status_code == 303, done.text
    page, file = (await front.get(own)).text, (await front.get(f"/thanh-tich/{ident('new')}")).text
    said = "Thành lập Phường Đúng từ Phường Tân Phong, Phường Quyết Thắng"
    for shown in (page, file):
        assert (said in shown, "12/NQ-HĐND" in shown, "Thành lập Phường Mới" in shown) == (True, True, False)
    assert "Ghi nhầm tên" in page
    links = set(re.findall(rf'href="({own}/thu-hoi/[^"]+)"', page))
    assert links == {f"{own}/thu-hoi/{answer.json()['change_id']}"}
    gone = await front.post(links.pop(), data={"reason": "Nhập nhầm đơn vị"})
    assert (gone.status_code, gone.headers["location"]) == (303, "/don-vi"), gone.text


def test_a_correction_that_could_once_be_revoked_alone_does_not_hide_the_founding_that_stands() -> None:
    grounds = {"kind": "founded", "others": {"predecessors": ["a"]}, "decision_number": "12", "decision_on": None}
    founding = {**grounds, "change_id": "1", "revoked_at": None}
    alone = {**grounds, "change_id": "2", "others": {}, "decision_number": None, "revoked_at": "2023-11-10"}
    assert decided({"changes": [founding, alone]}) == [founding]
    gone = {**founding, "revoked_at": "2023-11-10"}
    assert decided({"changes": [gone, alone]}) == [{**alone, **{name: gone[name] for name in (*grounds, "change_id")}}]


async def test_a_turn_of_the_head_is_entered_again_for_the_same_day(front: httpx2.AsyncClient) -> None:
    path = f"/khoi/{BLOCK}/khoi-truong"
    turn = {"from_on": "2023-12-01", "head_unit_id": str(QUYET_THANG), "reason": "Luân phiên"}
    assert (await front.post(path, data=turn)).status_code == 303
    right = {**turn, "head_unit_id": str(SAN_THANG), "reason": "Ghi nhầm đơn vị"}
    asked = await front.post(path, data=right)
    assert (asked.status_code, 'name="thay"' in asked.text, 'value="Ghi nhầm đơn vị"' in asked.text) == (
        422,
        True,
        True,
    )
    assert "khối trưởng Phường Quyết Thắng" in asked.text
    link = f"/khoi/{BLOCK}?sua=2023-12-01#doi-khoi-truong"
    assert link in (await front.get(f"/khoi/{BLOCK}")).text
    begun = (await front.get(link)).text
    filled = form(begun)
    assert (filled["head_unit_id"], filled["reason"], 'name="thay" value="1" checked' in begun) == (
        str(QUYET_THANG),
        "Luân phiên",
        True,
    )
    again = {**right, "thay": "1", "version": filled["version"]}
    wrong = await front.post(path, data={**again, "reason": ""})
    assert (wrong.status_code, errors(wrong), f'value="{SAN_THANG}" selected' in wrong.text) == (422, {"reason"}, True)
    done = await front.post(path, data=again)
    assert "đều nhận được tin" in (await front.get(done.headers["location"])).text
    page = (await front.get(f"/khoi/{BLOCK}?ngay=2023-12-02")).text
    assert "Khối trưởng: Xã San Thàng" in page
    late = await front.post(path, data={**again, "head_unit_id": str(TAN_PHONG)})
    assert (late.status_code, "khối trưởng Xã San Thàng" in late.text) == (409, True)
    assert f'value="{TAN_PHONG}" selected' in late.text
    only = await front.post(path, data={**again, "version": "3", "reason": "Luân phiên; ghi nhầm đơn vị"})
    page = (await front.get(only.headers["location"])).text
    assert ("Đã sửa lý do, quyết định" in page, "đều nhận được tin" in page) == (True, False)
    missing = await front.post(path, data={**again, "from_on": "2023-12-05"})
    assert (missing.status_code, 'value="2023-12-05"' in missing.text) == (404, True)


async def test_only_the_office_corrects(front: httpx2.AsyncClient) -> None:
    await sign_in(front, "tan-phong")
    for path, page in ((UNIT, f"/don-vi/{TAN_PHONG}"), (OF_BLOCK, f"/khoi/{BLOCK}")):
        assert (await front.get(path)).status_code == 403
        assert (await front.post(path, data={"reason": "Nhầm"})).status_code == 403
        assert path not in (await front.get(page)).text
    assert "?sua=" not in (await front.get(f"/khoi/{BLOCK}")).text
