"""Can the office fill in, read, fetch and hand in the statutory forms through pages alone, three clicks to any list?"""

import html
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest_asyncio
import yaml
from city import CAMPAIGN, CAMPAIGN_DOCUMENT
from desks import at_the_pages, open_pages, sign_in
from house import House
from openpyxl import load_workbook

ROOT = "/bieu-thong-ke/2023"
HIDDEN = r'<input type="hidden" name="([^"]+)" value="([^"]*)">'


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A whole house with the small city and the forms, and the office signed in at its pages."""
    await open_pages(house)
    async with house.office("registry") as office:
        for path in Path("data/lai-chau-2023/forms").glob("*.yaml"):
            body = yaml.safe_load(path.read_text())
            assert (await office.put(f"/statistics/forms/{body['form']}", json=body)).status_code == 200
    async with at_the_pages(house, "noi-vu") as client:
        yield client


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(HIDDEN, page))


def fields(page: str) -> dict[str, str]:
    """Give all that a browser would send of a page's form untouched."""
    boxes = [box for box in re.findall(r"<input [^>]+>", page) if 'type="checkbox"' not in box]
    told = [(re.search(r' name="([^"]+)"', box), re.search(r' value="([^"]*)"', box)) for box in boxes]
    return {name[1]: html.unescape(value[1]) for name, value in told if name and value}


async def test_from_the_first_page_to_the_list_behind_a_number_in_three_clicks(front: httpx2.AsyncClient) -> None:
    assert 'href="/bieu-thong-ke"' in (await front.get("/")).text
    forms = (await front.get("/bieu-thong-ke")).text
    assert [f"{ROOT}/060{n}.N" in forms for n in range(1, 6)] == [True] * 5
    page = (await front.get(f"{ROOT}/0601.N")).text
    for said in ("Số phong trào thi đua", "chưa có trong hệ thống", "Chưa kiểm chứng", "16 ô chưa có số", "15/12/2023"):
        assert said in page, said
    assert f'href="{ROOT}/0601.N/o/05-4">1</a>' in page
    listed = (await front.get(f"{ROOT}/0601.N/o/05-4")).text
    assert "Hệ thống đếm 1" in listed
    assert f'href="/phong-trao/{CAMPAIGN}">Phong trào thi đua năm 2023</a>' in listed
    none = (await front.get(f"{ROOT}/0601.N/o/04-4")).text
    assert "số này đúng là 0" in none
    assert "Chưa ai nhập số ở ô này" in (await front.get(f"{ROOT}/0601.N/o/02-2")).text
    old = (await front.get("/bieu-thong-ke?nam=2019")).text
    assert ("0703.N" in old, "0603.N" in old) == (True, False)
    file = await front.get(f"{ROOT}/0601.N?tep=xlsx")
    assert file.headers["content-disposition"] == 'attachment; filename="bieu-0601-N-2023.xlsx"'
    assert load_workbook(io.BytesIO(file.content)).sheetnames == ["0601.N", "Danh sách"]


async def test_what_is_typed_stays_and_nothing_typed_is_lost(front: httpx2.AsyncClient) -> None:
    form = (await front.get(f"{ROOT}/0601.N/nhap")).text
    wrong = await front.post(f"{ROOT}/0601.N/nhap", data={**hidden(form), "o-02-2": "ba", "o-03-3": "4", "o-05-4": "3"})
    assert wrong.status_code == 422
    for said in ("Còn 2 chỗ cần sửa", "“ba” không phải số nguyên từ 0", "Nguồn số liệu: còn thiếu", 'value="ba"'):
        assert said in wrong.text, said
    typed = {"o-02-2": "1", "o-03-3": "4", "o-05-4": "3", "note": "Thêm hai phong trào của trường"}
    done = await front.post(f"{ROOT}/0601.N/nhap", data={**hidden(wrong.text), **typed})
    assert (done.status_code, done.headers["location"]) == (303, f"{ROOT}/0601.N?nhap=3"), done.text
    page = (await front.get(done.headers["location"])).text
    assert ("Đã ghi số liệu." in page, page.count("nhập tay</small>")) == (True, 3)
    assert "dòng 01 là 1, nhưng các dòng 04, 05 cộng lại là 3" in page
    cell = (await front.get(f"{ROOT}/0601.N/o/05-4")).text
    for said in ("Hệ thống đếm 1", "Biểu dùng số nhập tay", "Thêm hai phong trào của trường", "Cán bộ noi-vu"):
        assert said in cell, said
    late = await front.post(f"{ROOT}/0601.N/nhap", data={**hidden(form), "o-02-2": "9"})
    assert late.status_code == 409
    for said in ("vừa được người khác nhập", "đang lưu 1, do Cán bộ noi-vu nhập", 'value="9"'):
        assert said in late.text, said
    rest = await front.post(f"{ROOT}/0604.N/nhap", data={"o-04-1": "2", "con-trong": "1"})
    assert rest.headers["location"] == f"{ROOT}/0604.N?nhap=4"
    nothing = await front.post(f"{ROOT}/0604.N/nhap", data=hidden((await front.get(f"{ROOT}/0604.N/nhap")).text))
    assert (nothing.status_code, "Chưa nhập hoặc sửa ô nào" in nothing.text) == (422, True)


async def test_what_others_typed_meanwhile_stays_unless_it_was_changed_here_too(front: httpx2.AsyncClient) -> None:
    place = f"{ROOT}/0601.N/nhap"
    await front.post(place, data={"o-02-2": "1", "o-03-3": "1"})
    mine = fields((await front.get(place)).text)
    assert (mine["o-02-2"], mine["o-03-3"]) == ("1", "1")
    others = {**fields((await front.get(place)).text), "o-02-2": "2", "o-03-3": "3"}
    assert (await front.post(place, data=others)).headers["location"] == f"{ROOT}/0601.N?nhap=2"
    wrong = await front.post(place, data={**mine, "o-02-2": "ba"})
    assert (wrong.status_code, "“ba” không phải số" in wrong.text) == (422, True)
    again = fields(wrong.text)
    assert (again["o-02-2"], again["o-03-3"]) == ("ba", "3"), "what was not touched here is what others typed"
    late = await front.post(place, data={**again, "o-02-2": "5"})
    assert (late.status_code, "Ô 02, cột 2: đang lưu 2" in late.text) == (409, True), "nobody had shown that 2 stands"
    again = fields(late.text)
    assert (again["o-02-2"], again["o-03-3"]) == ("5", "3")
    assert (await front.post(place, data=again)).headers["location"] == f"{ROOT}/0601.N?nhap=1"
    stands = fields((await front.get(place)).text)
    assert (stands["o-02-2"], stands["o-03-3"]) == ("5", "3")


async def test_a_form_is_handed_in_as_it_was_seen_and_stays(front: httpx2.AsyncClient) -> None:
    await front.post(f"{ROOT}/0604.N/nhap", data={"o-04-1": "2"})
    asked = (await front.get(f"{ROOT}/0604.N/nop")).text
    wrong = await front.post(f"{ROOT}/0604.N/nop", data={**hidden(asked), "submitted_on": "2023-12-15"})
    assert wrong.status_code == 422
    for said in ("Ngày nộp: chưa tới", "Còn 3 ô chưa có số", 'value="2023-12-15"'):
        assert said in wrong.text, said
    form = (await front.get(f"{ROOT}/0604.N/nhap")).text
    await front.post(f"{ROOT}/0604.N/nhap", data={**hidden(form), "con-trong": "1"})
    good = {"submitted_on": "2023-11-15", "document_number": "45/BC-PNV"}
    moved = await front.post(f"{ROOT}/0604.N/nop", data={**hidden(wrong.text), **good})
    assert (moved.status_code, "Số liệu vừa thay đổi" in moved.text) == (409, True)
    done = await front.post(f"{ROOT}/0604.N/nop", data={**hidden(moved.text), **good})
    assert (done.status_code, done.headers["location"]) == (303, f"{ROOT}/0604.N?nop=1"), done.text
    page = (await front.get(done.headers["location"])).text
    for said in ("Đã nộp ngày 15/11/2023, công văn 45/BC-PNV", "vẫn như khi nộp", "dấu vân"):
        assert said in page, said
    form = (await front.get(f"{ROOT}/0604.N/nhap")).text
    await front.post(f"{ROOT}/0604.N/nhap", data={**hidden(form), "o-04-1": "5"})
    page = (await front.get(f"{ROOT}/0604.N")).text
    for said in ("Từ đó đến nay 2 ô đã khác", "Dòng 04, cột 1: đã nộp 2, bây giờ", "Nộp lại"):
        assert said in page, said
    closed = (await front.get(f"{ROOT}/0604.N?lan=1")).text
    assert f'href="{ROOT}/0604.N/o/04-1?lan=1">2</a>' in closed
    assert "Cán bộ noi-vu nhập lúc" in (await front.get(f"{ROOT}/0604.N/o/04-1?lan=1")).text
    file = load_workbook(io.BytesIO((await front.get(f"{ROOT}/0604.N?lan=1&tep=xlsx")).content))
    said = {str(cell.value) for row in file["0604.N"].iter_rows() for cell in row}
    assert any(each.startswith("Đã nộp ngày 15/11/2023") for each in said)
    assert "15/11/2023" in (await front.get("/bieu-thong-ke")).text


async def test_a_form_whose_rows_or_hand_ins_moved_is_shown_before_it_is_handed_in(front: httpx2.AsyncClient) -> None:
    place, rest = f"{ROOT}/0605.N/nop", {"submitted_on": "2023-11-15", "blanks": "1"}
    seen = {**fields((await front.get(place)).text), **rest}
    mended = {**fields((await front.get(f"{ROOT}/0605.N/mau")).text), "labels:02": "Tên mới", "reason": "Theo phụ lục"}
    assert (await front.post(f"{ROOT}/0605.N/mau", data=mended)).status_code == 303
    moved = await front.post(place, data=seen)
    assert (moved.status_code, "Tên mới" in moved.text) == (409, True), "these words nobody had seen"
    again = {**fields(moved.text), **rest}
    assert (await front.post(place, data=again)).headers["location"] == f"{ROOT}/0605.N?nop=1"
    twice = await front.post(place, data={**again, "key": str(uuid4()), "reason": "Nộp lại"})
    assert (twice.status_code, "đã nộp 1 lần" in twice.text) == (409, True)


async def test_what_is_counted_later_does_not_reach_a_form_that_was_handed_in(
    house: House, front: httpx2.AsyncClient
) -> None:
    asked = (await front.get(f"{ROOT}/0601.N/nop")).text
    done = await front.post(f"{ROOT}/0601.N/nop", data={**hidden(asked), "submitted_on": "2023-11-15", "blanks": "1"})
    assert done.status_code == 303, done.text
    later = {**CAMPAIGN_DOCUMENT, "name": "Phong trào sau", "kind": "themed"}
    later["periods"] = [{**period, "period_id": str(uuid4())} for period in CAMPAIGN_DOCUMENT["periods"]]
    async with house.office("registry") as office:
        assert (await office.put(f"/campaigns/{uuid4()}", json=later)).status_code == 200
    page = (await front.get(f"{ROOT}/0601.N")).text
    assert "Dòng 11, cột 4: đã nộp 0, bây giờ" in page
    now, then = [(await front.get(f"{ROOT}/0601.N/o/01-4{which}")).text for which in ("", "?lan=1")]
    assert ("Hệ thống đếm 2" in now, "Phong trào sau" in now) == (True, True)
    assert ("Hệ thống đếm 1" in then, "Phong trào sau" in then) == (True, False)


async def test_how_a_form_looks_is_mended_and_confirmed(front: httpx2.AsyncClient) -> None:
    form = (await front.get(f"{ROOT}/0605.N/mau")).text
    wrong = await front.post(f"{ROOT}/0605.N/mau", data={**hidden(form), "numbers:15": "x", "confirm": "1"})
    assert wrong.status_code == 422
    assert "Mã số 15: còn thiếu" in wrong.text
    document = {"document_number": "02/2023/TT-BNV", "document_on": "2023-03-23", "document_by": "Bộ Nội vụ"}
    typed = {"numbers:15": "16", "confirm": "1", "reason": "Theo phụ lục", **document}
    done = await front.post(f"{ROOT}/0605.N/mau", data={**hidden(wrong.text), **typed})
    assert done.headers["location"] == f"{ROOT}/0605.N?sua=1", done.text
    page = (await front.get(done.headers["location"])).text
    for said in ("Đã kiểm chứng", "xác nhận ngày 15/11/2023 theo 02/2023/TT-BNV", "đã xác nhận theo văn bản"):
        assert said in page, said
    assert "Những chỗ chưa rõ" not in page
    late = await front.post(f"{ROOT}/0605.N/mau", data={**hidden(form), "numbers:15": "17", "reason": "Thử"})
    assert late.status_code == 409


async def test_rows_corrected_by_others_meanwhile_stay_as_they_corrected_them(front: httpx2.AsyncClient) -> None:
    place = f"{ROOT}/0605.N/mau"
    mine = fields((await front.get(place)).text)
    others = {
        **fields((await front.get(place)).text),
        "labels:01": "Tên người kia sửa",
        "numbers:15": "16",
        "reason": "Theo phụ lục",
    }
    assert (await front.post(place, data=others)).status_code == 303
    late = await front.post(
        place, data={**mine, "numbers:15": "17", "labels:02": "Tên tôi sửa", "reason": "Theo công báo"}
    )
    assert (late.status_code, "Dòng 15: đang lưu “16”." in late.text) == (409, True)
    again = fields(late.text)
    assert [again[box] for box in ("labels:01", "labels:02", "numbers:15")] == [
        "Tên người kia sửa",
        "Tên tôi sửa",
        "17",
    ]
    assert (await front.post(place, data=again)).status_code == 303
    stands = fields((await front.get(place)).text)
    assert [stands[box] for box in ("labels:01", "labels:02", "numbers:15")] == [
        "Tên người kia sửa",
        "Tên tôi sửa",
        "17",
    ]


async def test_nobody_else_sees_them_and_an_address_that_names_none_leads_nowhere(front: httpx2.AsyncClient) -> None:
    for path in ("1900/0601.N", "2023/0699.N", "2022/0601.N", "2023/0601.N/o/99-9", "2023/a-b", "x/0601.N"):
        assert (await front.get(f"/bieu-thong-ke/{path}")).status_code == 404, path
    for path in ("2023/0601.N?lan=1", "2023/0601.N?lan=x", "2023/0601.N/o/05-4?lan=9"):
        assert (await front.get(f"/bieu-thong-ke/{path}")).status_code == 404, path
    await sign_in(front, "lanh-dao")
    assert (await front.get(f"{ROOT}/0601.N")).status_code == 200
    for word in ("nhap", "nop", "mau"):
        assert (await front.get(f"{ROOT}/0601.N/{word}")).status_code == 403, (
            f"the leader reads; {word} is the office's"
        )
    await sign_in(front, "tan-phong")
    assert 'href="/bieu-thong-ke"' not in (await front.get("/")).text
    for path in ("/bieu-thong-ke", f"{ROOT}/0601.N", f"{ROOT}/0601.N/o/05-4", f"{ROOT}/0601.N/nhap"):
        assert (await front.get(path)).status_code == 403, path
    assert (await front.post(f"{ROOT}/0601.N/nhap", data={"o-02-2": "1"})).status_code == 403
    assert (await front.post(f"{ROOT}/0601.N/nop", data={})).status_code == 403
