"""Excel: title, filters and facts above; below them the table, with numbers and days that can be reckoned with."""

import io
from collections.abc import Iterator
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from gateway.pages.exports.described import Frame, Kind, Table, widths
from gateway.pages.exports.quoted import quoted

_FORMATS: Final = {
    Kind.COUNT: "0",
    Kind.POINTS: "#,##0.00",
    Kind.CHANGE: "+#,##0.00;-#,##0.00;0.00",
    Kind.DAY: "dd/mm/yyyy",
    Kind.INSTANT: "hh:mm dd/mm/yyyy",
}
_WIDE_ENOUGH: Final = {Kind.DAY: 12, Kind.INSTANT: 18}
_A4: Final = 9
"""The number of the paper in ECMA-376."""
_TITLE: Final = Font(bold=True, size=14)
_BOLD: Final = Font(bold=True)
_HEADING: Final = PatternFill("solid", fgColor="E8EEF4")
_LINE: Final = Border(bottom=Side(style="thin", color="8A94A0"))
_WRAPPED: Final = Alignment(wrap_text=True, vertical="top")
_TOP: Final = Alignment(vertical="top")


def write(table: Table, frame: Frame) -> bytes:
    """Write a table as a workbook of one sheet; nothing in it is a formula, whatever the cells say."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Danh sách")
    above = list(_above(table, frame))
    begins = len(above) + 2
    last = get_column_letter(len(table.columns))
    for place, (column, width) in enumerate(zip(table.columns, widths(table, table.texts()), strict=True), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = max(width.best, _WIDE_ENOUGH.get(column.kind, 8))
    sheet.freeze_panes = f"A{begins + 1}"
    sheet.auto_filter.ref = f"A{begins}:{last}{begins + max(len(table.rows), 1)}"
    sheet.print_title_rows = f"{begins}:{begins}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "Trang &P/&N"
    for number, (name, said) in enumerate(above):
        cell = _text(sheet, f"{name}: {said}" if name else said)
        cell.font = _TITLE if number == 0 else _BOLD if not name else Font()
        sheet.append([cell])
    sheet.append([])
    sheet.append([_heading(sheet, column.title) for column in table.columns])
    kinds = [column.kind for column in table.columns]
    for row in table.values():
        sheet.append([_cell(sheet, kind, value) for kind, value in zip(kinds, row, strict=True)])
    book.properties.title = table.title
    book.properties.creator = frame.issuer[1] or frame.issuer[0]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _above(table: Table, frame: Frame) -> Iterator[tuple[str, str]]:
    yield "", table.title
    if table.about:
        yield "", table.about
    yield from table.filters
    yield from table.facts
    for note in frame.notes:
        yield "", note


def _text(sheet: Any, said: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    quoted(cell, said)
    return cell


def _heading(sheet: Any, title: str) -> WriteOnlyCell:
    cell = _text(sheet, title)
    cell.font, cell.fill, cell.border, cell.alignment = _BOLD, _HEADING, _LINE, _WRAPPED
    return cell


def _cell(sheet: Any, kind: Kind, value: Any) -> WriteOnlyCell:
    if value is None:
        return WriteOnlyCell(sheet, None)
    if kind is Kind.TEXT:
        cell = _text(sheet, value)
        cell.alignment = _WRAPPED
        return cell
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = _FORMATS[kind]
    cell.alignment = _TOP
    return cell
