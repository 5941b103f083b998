"""A statistics form as an Excel file: the form as it is printed, and on a second sheet what each cell counted."""

import io
from collections.abc import Mapping
from typing import Any, Final

from fastapi.responses import Response
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gateway.pages.counting import Filled, head, lines
from gateway.pages.exports.quoted import quoted

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_THIN: Final = Side(style="thin")
_FRAME: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HOW: Final = {"count": "Hệ thống đếm", "typed": "Nhập tay", "sum": "Cộng các ô khác"}
NOWHERE: Final = "×"
"""Where a form has no cell."""


def form_file(layout: Mapping[str, Any], filled: Mapping[str, Filled], *, year: int, notes: list[str]) -> Response:
    """Give a form as a file: what is not known stays an empty cell, numbers are numbers, nothing is computed."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = layout["form"]
    width = 3 + len(layout["columns"])
    _say(sheet, 1, 1, f"Biểu số: {layout['form']}/BNV-TĐKT", bold=True)
    _say(sheet, 2, 1, f"Ban hành theo {layout['circular']}")
    _say(sheet, 3, 1, f"Ngày nhận báo cáo: {layout['due']} năm báo cáo")
    _say(sheet, 5, 1, layout["title"].upper(), bold=True)
    _say(sheet, 6, 1, f"Năm {year}" + (f" – Đơn vị tính: {layout['measure']}" if layout["measure"] else ""))
    at = _head(sheet, layout, 8)
    for line in lines(layout, filled):
        if line["heading"]:
            _say(sheet, at, 1, line["heading"], bold=True, framed=width)
        else:
            _say(sheet, at, 1, line["label"], framed=width)
            _say(sheet, at, 2, line["number"])
            _say(sheet, at, 3, line["measure"])
            for place, cell in enumerate(line["cells"], 4):
                _say(sheet, at, place, NOWHERE if cell is None else cell.value, middle=True)
        at += 1
    for place, note in enumerate(notes, at + 1):
        _say(sheet, place, 1, note)
    for place in range(1, width + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 48 if place == 1 else 14
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    _counted(book.create_sheet("Danh sách"), filled)
    written = io.BytesIO()
    book.save(written)
    name = f"bieu-{layout['form'].replace('.', '-')}-{year}.xlsx"
    return Response(
        written.getvalue(), media_type=_XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _head(sheet: Worksheet, layout: Mapping[str, Any], at: int) -> int:
    upper, lower = head(layout)
    deep = 2 if lower else 1
    for place, label in enumerate(("", "Mã số", "Đơn vị tính"), 1):
        _say(sheet, at, place, label, bold=True)
        sheet.merge_cells(start_row=at, end_row=at + deep - 1, start_column=place, end_column=place)
    column, below = 4, iter(lower)
    for each in upper:
        _say(sheet, at, column, each.label, bold=True, middle=True)
        last = column + each.across - 1
        if each.down == 1 and lower:
            for place in range(column, last + 1):
                _say(sheet, at + 1, place, next(below).label, bold=True, middle=True)
        sheet.merge_cells(start_row=at, end_row=at + each.down - 1, start_column=column, end_column=last)
        column = last + 1
    numbers = ["A", "B", "C", *[each["number"] or each["code"] for each in layout["columns"]]]
    for place, number in enumerate(numbers, 1):
        _say(sheet, at + deep, place, number, middle=True)
    for row in sheet.iter_rows(min_row=at, max_row=at + deep, max_col=len(numbers)):
        for cell in row:
            cell.border = _FRAME
    return at + deep + 1


def _counted(sheet: Worksheet, filled: Mapping[str, Filled]) -> None:
    for place, label in enumerate(
        ("Dòng", "Cột", "Số", "Vì sao có số này", "Tên", "Nguồn số liệu nhập", "Người nhập"), 1
    ):
        _say(sheet, 1, place, label, bold=True)
    at = 2
    for cell in filled.values():
        if cell.value is None or cell.how == "sum":
            continue
        typed = cell.typed or {"note": "", "recorded_by": ""}
        names = [item["name"] for item in cell.items] if cell.how == "count" else [""]
        for name in names or [""]:
            told = (
                cell.row,
                cell.column,
                cell.value,
                _HOW[cell.how or "typed"],
                name,
                typed["note"],
                typed["recorded_by"],
            )
            for place, value in enumerate(told, 1):
                _say(sheet, at, place, value)
            at += 1
    for place, wide in enumerate((8, 8, 8, 18, 60, 40, 30), 1):
        sheet.column_dimensions[get_column_letter(place)].width = wide


def _say(
    sheet: Worksheet,
    row: int,
    column: int,
    value: str | int | None,
    *,
    bold: bool = False,
    middle: bool = False,
    framed: int = 0,
) -> None:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if isinstance(value, str):
        quoted(cell, value)
    else:
        cell.value = value
    cell.font = Font(bold=bold)
    if middle or framed:
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="center" if middle else None)
    for place in range(1, framed + 1):
        sheet.cell(row, place).border = _FRAME
