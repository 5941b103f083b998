"""Does each page give all that it finds as a file, with its filters and its order, to whom it is shown and to nobody else?"""

import io
import re
from datetime import datetime
from html import unescape
from typing import Any

import httpx2
import pypdfium2
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from desks import at_the_pages, open_pages
from docx import Document
from house import House, ident
from openpyxl import load_workbook

BOARD = f"/bang-khoi/{BLOCK}"
FORMS = ("xlsx", "docx", "pdf", "csv")


def sheet(answer: httpx2.Response) -> tuple[list[str], list[list[Any]]]:
    """Give what stands above the table of a workbook, and the table with its headings."""
    assert answer.status_code == 200, answer.text
    (found,) = load_workbook(io.BytesIO(answer.content)).worksheets
    lines = [[cell.value for cell in row] for row in found.iter_rows()]
    blank = next(number for number, line in enumerate(lines) if not any(line))
    return [line[0] for line in lines[:blank]], lines[blank + 1 :]


def column(rows: list[list[Any]], title: str) -> list[Any]:
    place = rows[0].index(title)
    return [row[place] for row in rows[1:]]


async def files(client: httpx2.AsyncClient, path: str) -> dict[str, str]:
    """Give where a page has its files, as its links say."""
    text = (await client.get(path)).text
    links = re.findall(r'<a href="(\?[^"]*tep=(\w+))">', text)
    return {form: f"{path.partition('?')[0]}{unescape(query)}" for query, form in links}


async def taken(client: httpx2.AsyncClient, path: str) -> tuple[list[str], list[list[Any]]]:
    """Follow a page's own link to its workbook."""
    return sheet(await client.get((await files(client, path))["xlsx"]))


async def test_a_list_is_given_whole_with_its_filters_and_in_its_order(house: House) -> None:
    await open_pages(house)
    async with house.office("registry") as registry:
        for number in range(60):
            body = {"name": f"Trường Tiểu học số {number:02d}", "kind": "school", "valid_from": "2020-09-01"}
            answer = await registry.put(f"/units/{ident(f'school {number}')}", json=body)
            assert answer.status_code == 200, answer.text
    async with at_the_pages(house, "noi-vu") as office:
        begins = "/don-vi?loai=school&q=truong&xep=z-a&ngay=2023-10-01"
        onward = re.search(r'href="([^"]+)">Trang sau', (await office.get(begins)).text)
        assert onward
        # From whatever page of the list: a file is of all of it.
        found = await files(office, f"/don-vi{unescape(onward[1])}")
        assert tuple(found) == FORMS
        assert "sau=" not in found["pdf"]
        above, rows = sheet(await office.get(found["xlsx"]))
        assert above[:6] == [
            "Danh sách đơn vị",
            "Như ngày 01/10/2023",
            "Tên có: truong",
            "Loại: Trường học",
            "Tình trạng: Đang hoạt động",
            "Xếp theo: Tên, từ Z về A",
        ]
        assert column(rows, "Đơn vị") == [f"Trường Tiểu học số {number:02d}" for number in reversed(range(60))]
        answer = await office.get(found["docx"])
        assert answer.headers["content-disposition"].startswith('attachment; filename="don-vi-20')
        assert answer.headers["content-disposition"].isascii()
        assert len(Document(io.BytesIO(answer.content)).tables[1].rows) == 61
        printed = pypdfium2.PdfDocument((await office.get(found["pdf"])).content)
        text = "".join(page.get_textpage().get_text_range() for page in printed)
        assert ("PHÒNG NỘI VỤ" in text, text.count("Trường Tiểu học số ")) == (True, 60)
        assert len((await office.get(found["csv"])).content.splitlines()) == 61
        # What is no form of a file is the page.
        assert "<!doctype html>" in (await office.get("/don-vi?tep=exe")).text

        _, blocks = await taken(office, "/khoi?nam=2023")
        assert (column(blocks, "Khối"), column(blocks, "Số đơn vị")) == (["Khối xã, phường"], [3])
        above, pledges = await taken(office, f"/phong-trao/{CAMPAIGN}/dang-ky?trang_thai=none&tim=tan+phong")
        assert column(pledges, "Đơn vị") == ["Phường Tân Phong"]
        assert "Tình trạng: Chưa đăng ký" in above


async def test_reports_and_who_has_sent_none_are_given_as_files(house: House) -> None:
    await open_pages(house)
    for unit_id in (SAN_THANG, TAN_PHONG):
        assert (await submit(house, unit_id, "900")).status_code == 201
    await house.quiet()
    async with at_the_pages(house, "noi-vu") as office:
        above, rows = await taken(office, f"/xem-xet?ky={PERIOD}&muon=khong&xep=ten")
        assert column(rows, "Đơn vị") == ["Phường Tân Phong", "Xã San Thàng"]
        assert all(isinstance(each, datetime) for each in column(rows, "Gửi lúc"))
        assert {"Kỳ: Báo cáo năm 2023", "Hạn nộp: Gửi đúng hạn", "Xếp theo: Tên đơn vị"} <= set(above)
        for path in (f"/chua-nop?ky={PERIOD}", f"/chua-nop/{PERIOD}/{BLOCK}"):
            _, rows = await taken(office, path)
            assert (column(rows, "Khối"), column(rows, "Đơn vị")) == (["Khối xã, phường"], ["Phường Quyết Thắng"])
            assert column(rows, "Báo cáo") == ["Chưa bắt đầu"]
    # Not the officer of the unit that heads the block: who heads it may ask who has not sent.
    async with at_the_pages(house, "quyet-thang") as unit:
        for path in ("/xem-xet", "/chua-nop", "/cong-bang", "/chenh-lech", f"/phong-trao/{CAMPAIGN}/dang-ky"):
            for form in FORMS:
                assert (await unit.get(f"{path}?tep={form}")).status_code == 403, (path, form)
        # A unit's people are its own: whatever unit is named, a file holds no more than the page.
        own = await unit.get("/can-bo?tep=xlsx")
        assert own.status_code == 200, own.text
        other = await unit.get(f"/can-bo?don_vi={TAN_PHONG}&tep=xlsx")
        assert other.status_code == (await unit.get(f"/can-bo?don_vi={TAN_PHONG}")).status_code == 403
    async with httpx2.AsyncClient(base_url=house.services["gateway"].url, timeout=10) as nobody:
        answer = await nobody.get("/don-vi?tep=xlsx")
        assert (answer.status_code, "content-disposition" in answer.headers) == (303, False)


async def test_boards_are_given_as_they_are_shown_to_each_with_their_fingerprint(house: House) -> None:
    url = await open_pages(house)
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "800")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    async with at_the_pages(house, "noi-vu") as office:
        above, rows = await taken(office, BOARD)
        assert "Tình trạng: Tạm tính – còn thay đổi" in above
        assert rows[1][:2] == [1, "Phường Tân Phong"]
        assert column(rows, "Tổng") == [100, 82, None]
        assert column(rows, "Ghi chú")[2] == "Chưa gửi báo cáo"
        (one,) = (await taken(office, f"{BOARD}?tim=quyet+thang"))[1][1:]
        assert one[:2] == [2, "Phường Quyết Thắng"]
        compiled = (await taken(office, f"/bang-tong-hop/{PERIOD}/{BLOCK}"))[1]
        assert column(compiled, "Tự chấm") == [100, 82, None]
        # Nobody has looked at a report yet: nothing differs, and that is a file too.
        assert (await taken(office, "/chenh-lech"))[1][1:] == (await taken(office, "/cong-bang"))[1][1:] == []
    async with httpx2.AsyncClient(base_url=url, timeout=10) as anybody:
        assert (await anybody.get(f"/cong-khai/{PERIOD}/{BLOCK}?tep=xlsx")).status_code == 404
        seen: Any = None
        async with house.office("scoring") as scoring:
            board = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}"
            seen = (await scoring.get(f"{board}/waiting")).json()
            body = {"state": "frozen", "digest": seen["digest"]}
            assert (await scoring.put(f"{board}/publications/1", json=body)).status_code == 200
        mark = " ".join(seen["fingerprint"][place : place + 4].upper() for place in (0, 4, 8))
        above, rows = await taken(anybody, f"/cong-khai/{PERIOD}/{BLOCK}")
        assert f"Dấu vân bảng: {mark}" in above
        assert rows[0] == ["Hạng", "Đơn vị", "Tổng", "Tỷ lệ (%)", "Ghi chú"]
        assert column(rows, "Tổng") == [100, 82, None]
        assert column((await taken(anybody, "/cong-khai"))[1], "Dấu vân bảng") == [mark]
        above, rows = await taken(anybody, "/cong-khai/thanh-pho?tim=quyet")
        assert (column(rows, "Đơn vị"), "Tên có: quyet" in above) == (["Phường Quyết Thắng"], True)
    async with at_the_pages(house, "tan-phong") as unit:
        answer = await unit.get((await files(unit, BOARD))["pdf"])
        text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(answer.content))
        assert ("PHƯỜNG TÂN PHONG" in text, mark in text) == (True, True)
