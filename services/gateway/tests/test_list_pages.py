"""Can the office bring a list in through pages alone, see every fault before anything is kept, and get its file back?"""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest_asyncio
from city import PERIOD
from desks import at_the_pages, open_pages, sign_in
from house import House

CSV = "Tên đơn vị;Loại đơn vị;Cấp trên;Ngày thành lập\r\nTrường A;Trường học;Phường Tân Phong;01/09/2020\r\n"


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    await open_pages(house)
    async with at_the_pages(house, "noi-vu") as client:
        yield client


async def send(front: httpx2.AsyncClient, content: bytes, name: str = "truong.csv") -> httpx2.Response:
    return await front.post("/nhap-danh-sach", data={"ds": "units"}, files={"tep": (name, content)})


async def test_a_list_is_checked_then_kept_then_given_back(front: httpx2.AsyncClient) -> None:
    assert "Nhập từ tệp" in (await front.get("/don-vi")).text
    wrong = CSV + "Trường B;Trường;;hôm qua\r\n"
    checked = await send(front, wrong.encode("utf-8-sig"))
    assert checked.status_code == 303
    page = (await front.get(checked.headers["location"])).text
    for words in ("1 dòng còn lỗi", "B3", "D3", "hôm qua", "Viết ngày/tháng/năm", "Chỉ ghi các dòng đúng"):
        assert words in page, words
    assert "Trường A" not in (await front.get("/don-vi?q=truong")).text
    kept = await front.post(f"{checked.headers['location']}/ghi")
    assert (kept.status_code, kept.headers["location"]) == (303, checked.headers["location"])
    assert "Đã ghi xong" in (await front.get(kept.headers["location"])).text
    assert "Trường A" in (await front.get("/don-vi?q=truong")).text
    result = await front.get(f"{checked.headers['location']}/ket-qua?dang=csv")
    assert "hôm qua" in result.text
    assert "Thêm mới" in result.text
    assert "attachment" in result.headers["content-disposition"]
    again = await send(front, CSV.encode())
    assert "Tệp này không thay đổi gì" in (await front.get(again.headers["location"])).text


async def test_files_are_fetched_and_no_table_is_refused_in_words(front: httpx2.AsyncClient) -> None:
    for form, begin in (("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")):
        answer = await front.get(f"/nhap-danh-sach/tep/units?dang={form}&day=1")
        assert answer.content.startswith(begin)
    refused = await send(front, b"%PDF-1.7")
    assert (refused.status_code, "không phải bảng tính" in refused.text) == (422, True)
    nothing = await front.post("/nhap-danh-sach", data={"ds": "units"})
    assert (nothing.status_code, "Chưa chọn tệp" in nothing.text) == (422, True)
    large = await send(front, b"a;" * 11 * 1024 * 1024)
    assert re.search("20 MB", large.text)
    assert large.status_code == 422


async def test_lists_are_for_the_office(front: httpx2.AsyncClient) -> None:
    await sign_in(front, "tan-phong")
    for path in ("/nhap-danh-sach", "/nhap-danh-sach/tep/units"):
        refused = await front.get(path)
        assert (refused.status_code, "Phòng Nội vụ" in refused.text) == (403, True)


FIGURES = "Mục;Nội dung;Đơn vị tính;Số liệu;Lý do không phát sinh\r\n1.1;;triệu đồng;862,5;\r\n"


async def test_a_unit_fills_its_report_from_a_file_and_sends_it_itself(front: httpx2.AsyncClient) -> None:
    await sign_in(front, "tan-phong")
    place = f"/nhap-danh-sach?ds=results&ky={PERIOD}"
    assert place.replace("&", "&amp;") in (await front.get(f"/bao-cao/{PERIOD}")).text
    assert "báo cáo chỉ gửi đi khi bạn gửi" in (await front.get(place)).text
    empty = await front.get(f"/nhap-danh-sach/tep/results?ky={PERIOD}&dang=csv")
    assert "1.1;Thu ngân sách trên địa bàn;triệu đồng;;" in empty.text
    sent = await front.post(place, files={"tep": ("so-lieu.csv", FIGURES.encode())})
    assert sent.status_code == 303, sent.text
    kept = await front.post(f"{sent.headers['location']}/ghi")
    page = (await front.get(kept.headers["location"])).text
    assert ("Đã ghi vào bản nháp" in page, f'href="/bao-cao/{PERIOD}"' in page) == (True, True)
    form = (await front.get(f"/bao-cao/{PERIOD}")).text
    assert ("862,5" in form, "Biên nhận" in form) == (True, False)
    assert "so-lieu.csv" in (await front.get(place)).text
    assert (await front.get("/nhap-danh-sach?ds=results&ky=khong")).status_code == 404


STAFF = "Họ và tên;Vị trí công tác;Từ ngày;Năm xếp loại;Mức xếp loại\r\nCán bộ 01;Chuyên viên;01/03/2021;;\r\n"


async def test_a_unit_brings_its_people_in_and_the_office_everybodys(front: httpx2.AsyncClient) -> None:
    await sign_in(front, "tan-phong")
    place = "/nhap-danh-sach?ds=people"
    assert place in (await front.get("/can-bo")).text
    own = (await front.get(place)).text
    assert ("Tệp cán bộ" in own, 'name="ds"' in own) == (True, False)
    wrong = STAFF + "Cán bộ 02;Chuyên viên;hôm qua;2023;Tốt\r\n"
    sent = await front.post(place, files={"tep": ("can-bo.csv", wrong.encode())})
    page = (await front.get(sent.headers["location"])).text
    for words in ("1 dòng còn lỗi", "C3", "E3", "hôm qua", "Hoàn thành tốt nhiệm vụ", f'href="{place}"'):
        assert words in page, words
    await front.post(f"{sent.headers['location']}/ghi")
    assert "Cán bộ 01" in (await front.get("/can-bo")).text
    await sign_in(front, "noi-vu")
    assert "Cán bộ 01;Phường Tân Phong" in (await front.get("/nhap-danh-sach/tep/people?dang=csv&day=1")).text
    chosen = (await front.get(place)).text
    assert '<option value="people" selected>' in chosen
    unplaced = await front.post(place, files={"tep": ("can-bo.csv", STAFF.encode())})
    assert "Đơn vị: còn trống" in (await front.get(unplaced.headers["location"])).text
