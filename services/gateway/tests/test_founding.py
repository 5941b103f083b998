"""Can the office register a unit and form a block through pages alone, see every fault at once, and lose nothing typed?"""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest_asyncio
from city import BLOCK, QUYET_THANG, SAN_THANG, SHEET, TAN_PHONG
from desks import at_the_pages, open_pages, sign_in
from house import House

UNIT = {"name": "Trường THCS Tân Phong", "kind": "school", "code": "0701", "valid_from": "2020-09-01", "buoc": "ghi"}


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A whole house with the small city, and the office signed in at its pages."""
    await open_pages(house)
    async with at_the_pages(house, "noi-vu") as client:
        yield client


def errors(page: httpx2.Response) -> set[str]:
    return set(re.findall(r'class="loi-o" id="loi-([^"]+)"', page.text))


async def test_a_unit_is_registered_with_every_fault_said_at_once(front: httpx2.AsyncClient) -> None:
    assert 'href="/don-vi/moi"' in (await front.get("/don-vi")).text
    found = await front.post("/don-vi/moi", data={**UNIT, "buoc": "tim", "tim": "tan phong"})
    assert (f'value="{TAN_PHONG}"' in found.text, 'value="Trường THCS Tân Phong"' in found.text) == (True, True)
    wrong = {**UNIT, "name": "", "kind": "", "valid_from": "hôm qua", "parent_id": "x", "code": "1" * 50}
    refused = await front.post("/don-vi/moi", data=wrong)
    assert refused.status_code == 422
    assert errors(refused) == {"name", "kind", "valid_from", "parent_id", "code"}
    for words in ("Tên: còn thiếu", "Chọn một loại", f'value="{"1" * 50}"'):
        assert words in refused.text, words
    own = str(uuid4())
    done = await front.post("/don-vi/moi", data={**UNIT, "ma": own, "parent_id": str(TAN_PHONG)})
    assert (done.status_code, done.headers["location"]) == (303, f"/don-vi/{own}?ghi=lap")
    page = (await front.get(done.headers["location"])).text
    assert ("Đã đăng ký đơn vị" in page, "Phường Tân Phong" in page) == (True, True)
    lost = await front.post("/don-vi/moi", data={**UNIT, "name": "Trường B", "code": "", "parent_id": str(uuid4())})
    assert (lost.status_code, errors(lost)) == (422, {"parent_id"})


async def test_what_may_be_registered_already_is_asked_about(front: httpx2.AsyncClient) -> None:
    assert (await front.post("/don-vi/moi", data=UNIT)).status_code == 303
    again = await front.post("/don-vi/moi", data={**UNIT, "name": "Trường THCS TÂN PHONG"})
    assert (again.status_code, errors(again)) == (409, {"name", "code"})
    assert ("Vẫn đăng ký" in again.text, 'value="Trường THCS TÂN PHONG"' in again.text) == (True, True)
    # A second unit of that name may be; a second one with that code may not, whatever is ticked.
    for name in (UNIT["name"], "Trường THCS khác"):
        taken = await front.post("/don-vi/moi", data={**UNIT, "name": name, "trung": "1"})
        assert (taken.status_code, errors(taken)) == (422, {"code"})
        assert "Mã đơn vị: mã này đang là của Trường THCS Tân Phong" in taken.text
    alone = await front.post("/don-vi/moi", data={**UNIT, "name": "Trường THCS khác"})
    assert (alone.status_code, errors(alone)) == (422, {"code"})
    assert (await front.post("/don-vi/moi", data={**UNIT, "trung": "1", "code": ""})).status_code == 303


async def test_a_block_is_formed_from_the_one_before(front: httpx2.AsyncClient) -> None:
    assert f"/khoi/moi?nam=2024&amp;tu={BLOCK}" in (await front.get(f"/khoi/{BLOCK}")).text
    begun = (await front.get(f"/khoi/moi?nam=2024&tu={BLOCK}")).text
    for words in ('value="Khối xã, phường"', 'value="2024"', f'value="{SHEET}" selected', f'value="{BLOCK}" selected'):
        assert words in begun, words
    assert begun.count('name="member_unit_ids"') == 3
    own = str(uuid4())
    form = {
        "ma": own,
        "buoc": "ghi",
        "name": "Khối phường",
        "year": "2024",
        "sheet_id": str(SHEET),
        "follows_id": str(BLOCK),
        "member_unit_ids": [str(TAN_PHONG), str(QUYET_THANG)],
        "head_unit_id": str(QUYET_THANG),
        "decision_on": "2024-01-05",
    }
    searched = await front.post("/khoi/moi", data={**form, "buoc": "tim", "tim": "san thang"})
    assert re.search(f'value="{SAN_THANG}"> Xã San Thàng', searched.text)
    assert f'value="{TAN_PHONG}" checked' in searched.text
    done = await front.post("/khoi/moi", data=form)
    assert (done.status_code, done.headers["location"]) == (303, f"/khoi/{own}?ghi=lap")
    page = (await front.get(done.headers["location"])).text
    assert ("Đã lập khối" in page, "2 đơn vị" in page, "Năm 2023" in page) == (True, True, True)
    assert "Khối phường" in (await front.get("/khoi?nam=2024")).text


async def test_a_block_that_cannot_be_is_refused_at_each_field(front: httpx2.AsyncClient) -> None:
    form = {"buoc": "ghi", "name": "Khối B", "year": "hai nghìn", "decision_number": "5/QĐ", "decision_on": "hôm nay"}
    empty = await front.post("/khoi/moi", data=form)
    assert (empty.status_code, errors(empty)) == (422, {"year", "sheet_id", "member_unit_ids", "decision_on"})
    assert 'value="hai nghìn"' in empty.text
    taken = {**form, "year": "2023", "decision_on": "", "sheet_id": str(SHEET), "head_unit_id": str(SAN_THANG)}
    refused = await front.post("/khoi/moi", data={**taken, "member_unit_ids": [str(TAN_PHONG), str(QUYET_THANG)]})
    assert (refused.status_code, errors(refused)) == (
        422,
        {"member_unit_ids.0", "member_unit_ids.1", "head_unit_id"},
    )
    assert "Phường Quyết Thắng: đã ở khối khác trong năm 2023" in refused.text


async def test_units_and_blocks_are_the_office_s(front: httpx2.AsyncClient) -> None:
    await sign_in(front, "tan-phong")
    for path in ("/don-vi/moi", "/khoi/moi"):
        refused = await front.get(path)
        assert (refused.status_code, "Phòng Nội vụ" in refused.text) == (403, True)
        assert (await front.post(path, data=UNIT)).status_code == 403
        assert path not in (await front.get(path.rpartition("/")[0])).text
