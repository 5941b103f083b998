"""Do the files hold what the table says: values that can be reckoned with, nothing computed, a heading on every page?"""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from gateway.pages import exports
from gateway.pages.exports import Column, Kind, Table, delimited, printed, word, workbook
from gateway.pages.exports.described import Frame

AT = datetime.fromisoformat("2023-02-03T09:41:07+07:00")
FRAME = Frame(("UBND THÀNH PHỐ LAI CHÂU", "PHÒNG NỘI VỤ"), "Lai Châu", AT, ["Tổng số: 2 dòng."])
COLUMNS = [
    Column("Hạng", Kind.COUNT),
    Column("Đơn vị"),
    Column("Điểm", Kind.POINTS),
    Column("Chênh lệch", Kind.CHANGE),
    Column("Từ ngày", Kind.DAY),
    Column("Gửi lúc", Kind.INSTANT),
]
ROW = [1, "Phường Tân Phong", "95.255", "-18.00", "2023-07-01", "2023-11-28T02:41:07+00:00"]
DANGEROUS = ('=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1", "'x")
FOLDER = Path("build/assets")


def table(*rows: list[Any], **other: Any) -> Table:
    said = [("Loại", "Phường"), ("Khối", ""), ("Xếp theo", "Tên, từ A đến Z")]
    return Table("don-vi", "Danh sách đơn vị", COLUMNS, [list(row) for row in rows], said=said, **other)


def named(name: str) -> list[Any]:
    return [None, name, None, None, None, None]


def test_a_workbook_holds_numbers_and_days_below_its_filters() -> None:
    facts = [("Dấu vân bảng", "91C2 7F3A 0D58")]
    made = table(ROW, named("Xã San Thàng"), about="Năm 2023", facts=facts)
    sheet = load_workbook(io.BytesIO(workbook.write(made, FRAME))).active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [line[0] for line in lines[:6]] == [
        "Danh sách đơn vị",
        "Năm 2023",
        "Loại: Phường",
        "Xếp theo: Tên, từ A đến Z",
        "Dấu vân bảng: 91C2 7F3A 0D58",
        "Tổng số: 2 dòng.",
    ]
    assert lines[7] == [column.title for column in COLUMNS]
    moment = datetime(2023, 11, 28, 9, 41, 7)  # noqa: DTZ001 - a cell has no zone; it shows the time of Vietnam
    assert lines[8] == [1, "Phường Tân Phong", 95.255, -18, datetime(2023, 7, 1), moment]  # noqa: DTZ001
    assert lines[9] == named("Xã San Thàng")
    formats = [sheet.cell(9, place).number_format for place in (3, 4, 5, 6)]
    assert formats == ["#,##0.00", "+#,##0.00;-#,##0.00;0.00", "dd/mm/yyyy", "hh:mm dd/mm/yyyy"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A9", "A8:F10", "$8:$8")


def test_nothing_in_a_file_is_computed() -> None:
    made = table(*map(named, DANGEROUS))
    sheet = load_workbook(io.BytesIO(workbook.write(made, FRAME))).active
    cells = [row[1] for row in sheet.iter_rows(min_row=sheet.max_row - len(DANGEROUS) + 1)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells] == [said.replace("\t", "") for said in DANGEROUS]
    assert [bool(cell.quotePrefix) for cell in cells] == [True, True, True, True, True, False, False]
    rows = list(csv.reader(io.StringIO(delimited.write(made, FRAME).decode("utf-8-sig")), delimiter=";"))
    assert [row[1] for row in rows[1:]] == ["'" + said.replace("\t", "") for said in DANGEROUS]


@given(st.text(max_size=40))
def test_whatever_a_cell_says_every_file_is_written(said: str) -> None:
    made = table(named(said))
    load_workbook(io.BytesIO(workbook.write(made, FRAME)))
    Document(io.BytesIO(word.write(made, FRAME)))
    row = list(csv.reader(io.StringIO(delimited.write(made, FRAME).decode("utf-8-sig")), delimiter=";"))[1]
    assert row[1][:1] not in {"=", "+", "-", "@"}


@pytest.mark.parametrize("bad", ["\x01", "\x0b", "\x85", "\ufffe", "\uffff", "\ud800"])
def test_whatever_people_name_a_column_or_a_table_every_file_is_written(bad: str) -> None:
    said = f"=Tên{bad}"
    frame = Frame((said, said), "Lai Châu", AT, [said])
    made = Table("x", said, [Column(said)], [[said]], about=said, said=[(said, said)], facts=[(said, said)])
    sheet = load_workbook(io.BytesIO(workbook.write(made, frame))).active
    assert [cell.value for cell in next(iter(sheet.columns))].count("=Tên") == 5
    document = Document(io.BytesIO(word.write(made, frame)))
    assert [cell.text for row in document.tables[1].rows for cell in row.cells] == ["=Tên", "=Tên"]
    assert "=Tên" in pages(printed.write(made, frame, FOLDER))[0]
    assert delimited.write(made, frame).decode("utf-8-sig").splitlines() == ["'=Tên", "'=Tên"]


def test_csv_has_marks_for_excel_and_numbers_that_stay_numbers() -> None:
    content = delimited.write(table(ROW), FRAME)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines()[1] == (
        "1;Phường Tân Phong;95,26;-18,00;01/07/2023;09:41 28/11/2023"
    )


def test_a_word_document_is_laid_out_as_the_decree_says() -> None:
    document = Document(io.BytesIO(word.write(table(ROW, about="Năm 2023"), FRAME)))
    head, grid = document.tables
    assert [cell.text.splitlines() for cell in head.rows[0].cells] == [
        ["UBND THÀNH PHỐ LAI CHÂU", "PHÒNG NỘI VỤ"],
        [word.NATION, word.MOTTO, "Lai Châu, ngày 03 tháng 02 năm 2023"],
    ]
    said = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert said == ["DANH SÁCH ĐƠN VỊ", "Năm 2023", "Loại: Phường", "Xếp theo: Tên, từ A đến Z", "Tổng số: 2 dòng."]
    assert [[cell.text for cell in row.cells] for row in grid.rows] == [
        [column.title for column in COLUMNS],
        ["1", "Phường Tân Phong", "95,26", "−18,00", "01/07/2023", "09:41 28/11/2023"],
    ]
    assert ["tblHeader" in row._tr.xml for row in grid.rows] == [True, False]
    section = document.sections[0]
    assert section.different_first_page_header_footer
    assert " PAGE " in section.header._element.xml
    assert document.core_properties.title == "Danh sách đơn vị"


def pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


def test_a_pdf_has_every_mark_its_heading_on_each_page_and_a_number_from_the_second_on() -> None:
    alphabet = "ẮẰẲẴẶẤẦẨẪẬẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢỨỪỬỮỰỲÝỶỸỴ ắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựỳýỷỹỵ Đđ Ăă Ơơ Ưư"
    content = printed.write(table(named(alphabet), *[ROW] * 120, about="Năm 2023"), FRAME, FOLDER)
    first, second, *_, last = pages(content)
    for said in ("UBND THÀNH PHỐ LAI CHÂU", word.NATION, word.MOTTO, "DANH SÁCH ĐƠN VỊ", "Loại: Phường"):
        assert said in first
    assert "ngày 03 tháng 02 năm 2023" in first
    assert alphabet.replace(" ", "") in "".join(first.split())
    assert all("Chênh lệch Từ ngày" in " ".join(page.split()) for page in (first, second, last))
    assert (second.splitlines()[0], "Tổng số: 2 dòng." in last) == ("2", True)
    assert not first.startswith("1")
    assert b"/FontFile2" in content
    assert b"Tinos" in content


def test_a_pdf_holds_what_is_longer_than_a_page_or_wider_than_a_column() -> None:
    said = " ".join(f"chữ{number}" for number in range(3000))
    text = "\n".join(pages(printed.write(table(named(said), named("Ặ" * 500)), FRAME, FOLDER)))
    assert (text.count("chữ0"), text.count("chữ2999"), text.count("Ặ")) == (1, 1, 500)


@pytest.mark.parametrize(
    ("number", "named"), [(60, "Xây dựng hệ thống chính trị trong sạch, vững mạnh"), (120, "Ặ" * 400)]
)
def test_a_pdf_of_a_very_wide_table_is_written_with_its_heading_on_every_page(number: int, named: str) -> None:
    columns = [Column("Đơn vị"), *[Column(f"{place} {named}", Kind.POINTS) for place in range(number)]]
    rows = [["Phường Tân Phong", *["95.25"] * number] for _ in range(40)]
    made = Table("x", "Bảng điểm", columns, [*rows, ["chữ " * 200, *[None] * number]])
    told = ["".join(page.split()) for page in pages(printed.write(made, FRAME, FOLDER))]
    assert len(told) > 1
    assert all("Đơnvị" in page for page in told[1:])
    assert "".join(told).count("chữ") == 200


async def test_a_list_is_asked_for_to_its_end_and_no_further_than_a_file_goes() -> None:
    asked: list[Any] = []

    async def ask(begin: int) -> tuple[list[int], int | None]:
        asked.append(begin)
        return list(range(begin, min(begin + 4, 10))), begin + 4 if begin + 4 < 10 else None

    assert await exports.every(ask, 100, 0) == (list(range(10)), False)
    assert await exports.every(ask, 10, 0) == (list(range(10)), False)
    asked.clear()
    assert await exports.every(ask, 8, 0) == (list(range(8)), True)
    assert asked == [0, 4]


async def test_what_becomes_many_rows_is_asked_for_no_further_than_the_rows_go() -> None:
    asked: list[int] = []

    async def ask(begin: int) -> tuple[list[list[int]], int | None]:
        asked.append(begin)
        return [[begin] * 30, [begin + 1] * 30], begin + 2 if begin < 100 else None

    blocks, cut = await exports.every(ask, 100, 0, rows=len)
    assert ([block[0] for block in blocks], cut, asked) == ([0, 1, 2, 3], True, [0, 2])


@pytest.mark.parametrize(
    ("kind", "cell", "found"),
    [
        (Kind.POINTS, "95.25", Decimal("95.25")),
        (Kind.COUNT, "3", 3),
        (Kind.DAY, "2023-07-01", date(2023, 7, 1)),
        (Kind.TEXT, "e\u0302\u0301", "ế"),
        (Kind.TEXT, "", None),
    ],
)
def test_a_cell_is_a_value_of_its_kind(kind: Kind, cell: Any, found: Any) -> None:
    (row,) = Table("x", "X", [Column("x", kind)], [[cell]]).values()
    assert row == [found]
