"""Spreadsheets as files: what lies in one, and one made of a list. Nothing in a file is ever computed."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import from_excel

from registry import rules
from registry.actions.evidence import look
from registry.rules.lists import (
    MOST_CELLS,
    MOST_LETTERS,
    MOST_MERGED,
    MOST_ROWS,
    SOUGHT_IN,
    TOO_MANY_CELLS,
    Area,
    Cell,
    Grid,
    Listing,
    NotATableError,
    read_csv,
)

GUIDE: Final = "Hướng dẫn"
_LARGEST_UNPACKED: Final = 100 * 1024 * 1024
_PIECE: Final = 1024 * 1024
_OVERLAP: Final = 256
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:$]+)"')
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s>/]")
_ZEROS: Final = re.compile(r"0+")
_PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""ECMA-376 part 2: a package is packed in no other way."""
_DOCTYPE: Final = re.compile(rb"<\x00?!\x00?D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E")
_TOO_LARGE: Final = (
    "Tệp Excel quá lớn khi mở ra. Hãy chép riêng các dòng có dữ liệu sang một tệp mới, hoặc chia thành nhiều tệp."
)
_NO_WORKBOOK: Final = "Không mở được tệp Excel này: tệp bị hỏng. Hãy mở bằng Excel, lưu lại thành .xlsx rồi gửi."
_LAST_ROW: Final = 1_048_576
"""Excel has no row after this one; a file that names one would have all those before it made up."""
_DIGITS: Final = 15
"""As many digits of a number a spreadsheet shows and keeps."""


def read_file(path: Path) -> Grid:
    """Read the first sheet of an XLSX file, or a CSV file: which it is, its content says.

    Raises ``UnfitError`` or ``NotATableError`` with a sentence that says what helps.
    """
    head, parts = look(path)
    if not head:
        raise NotATableError("Tệp rỗng, không có nội dung. Hãy chọn lại tệp.")
    try:
        kind = rules.kind_of(head, parts)
    except rules.UnfitError:
        if _packed(head):
            raise
        return read_csv(path.read_bytes())
    if kind is not rules.Kind.XLSX:
        raise NotATableError("Tệp này không phải bảng tính. Hãy gửi tệp Excel (.xlsx) hoặc CSV.")
    return _read_xlsx(path)


def _packed(head: bytes) -> bool:
    """Tell a file that is no text: an archive, or what the old Office wrote."""
    return head.startswith((rules.ZIP, rules.OLE))


def _read_xlsx(path: Path) -> Grid:
    try:
        _refuse_traps(path)
        # Opened here, for by a path its name would decide what it is.
        with path.open("rb") as file:
            book = load_workbook(file, read_only=True)
            merged, computed = _marks(path, book.worksheets[0])
            lines = _lines(book)
            others = tuple(sheet.title for sheet in book.worksheets[1:] if sheet.title != GUIDE and _holds(sheet))
            if computed:
                lines = _with_values(lines, dict(_lines(load_workbook(file, read_only=True, data_only=True))))
    except NotATableError:
        raise
    except Exception as error:
        # Whatever a file can be wrong in, its reader says in its own way; what helps is always the same.
        raise NotATableError(_NO_WORKBOOK) from error
    return Grid(lines=lines, merged=merged, others=others, read_as="Excel")


def _refuse_traps(path: Path) -> None:
    """Refuse what no spreadsheet needs and what only fills the memory of whoever opens it.

    Packed otherwise than by deflate a few bytes may be gigabytes at one stroke; entities in a document type do the same.
    """
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
            raise NotATableError(_TOO_LARGE)
        if not all(part.compress_type in _PACKINGS for part in parts):
            raise NotATableError(_NO_WORKBOOK)
        for part in parts:
            with archive.open(part) as content:
                rest = b""
                while piece := content.read(_PIECE):
                    if _DOCTYPE.search(rest + piece):
                        raise NotATableError(_NO_WORKBOOK)
                    rest = piece[-_OVERLAP:]


def _marks(path: Path, sheet: Any) -> tuple[tuple[Area, ...], bool]:
    """Find in a sheet's text, as it streams by, what was merged, and whether anything is computed."""
    merged: list[tuple[int, int, int, int]] = []
    computed, rest = False, b""
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as part:  # noqa: SLF001 - told nowhere else
        while piece := part.read(_PIECE):
            text = rest + piece
            cut = max(text.rfind(b">") + 1, len(text) - _OVERLAP)
            computed = computed or _FORMULA.search(text, 0, cut) is not None
            if len(merged) <= MOST_MERGED:
                merged += [range_boundaries(found[1].decode()) for found in _MERGED.finditer(text, 0, cut)]
            rest = text[cut:]
    return tuple(Area(top, left, bottom, right) for left, top, right, bottom in merged), computed


def _lines(book: Any) -> list[tuple[int, tuple[Cell | None, ...]]]:
    lines = []
    taken = letters = 0
    for number, cells in _rows(book):
        taken += len(cells)
        read = tuple(_cell(cell, book.epoch) for cell in cells)
        # One long text may stand in a file once and in thousands of its cells.
        letters += sum(len(each.text) for each in read if each is not None)
        if taken > MOST_CELLS or letters > MOST_LETTERS:
            raise NotATableError(TOO_MANY_CELLS)
        if any(each is not None for each in read):
            lines.append((number, read))
        if len(lines) > MOST_ROWS + SOUGHT_IN:
            # That there are too many, the list says.
            break
    return lines


def _rows(book: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    sheet = book.worksheets[0]
    # What a file says of its own extent is often wrong.
    sheet.reset_dimensions()
    return enumerate(sheet.iter_rows(max_row=_LAST_ROW), start=1)


def _holds(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(value is not None for row in sheet.iter_rows(max_row=50, values_only=True) for value in row)


Lines: TypeAlias = list[tuple[int, tuple[Cell | None, ...]]]


def _with_values(lines: Lines, values: Mapping[int, Sequence[Cell | None]]) -> Lines:
    """Put in the place of each formula what it was when the file was saved, marked; one that has no value stays unread."""
    return [
        (number, tuple(_valued(cell, values.get(number, ()), place) for place, cell in enumerate(cells)))
        for number, cells in lines
    ]


def _valued(cell: Cell | None, values: Sequence[Cell | None], place: int) -> Cell | None:
    if cell is None or not cell.formula:
        return cell
    value = values[place] if place < len(values) else None
    if value is None:
        return cell
    return Cell(value.text, number=value.number, day=value.day, dated=value.dated, formula=True, unread=value.unread)


def _cell(cell: Any, epoch: datetime) -> Cell | None:
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        return Cell(str(getattr(value, "text", value)), formula=True, unread=True)
    if cell.data_type == "e":
        return Cell(str(value), unread=True)
    return _plain(value, cell.number_format or "", epoch)


def _plain(value: Any, shown: str, epoch: datetime) -> Cell | None:
    if isinstance(value, bool):
        return Cell(str(value).upper())
    if isinstance(value, int | float):
        return _number(value, shown, epoch)
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, time | timedelta):
        return Cell(str(value), number=True, dated=True)
    return Cell(str(value)) if str(value).strip() else None


def _number(value: float, shown: str, epoch: datetime) -> Cell:
    """Write a number as a Vietnamese spreadsheet shows it, with the zeros in front that its format adds."""
    text = format(value, f".{_DIGITS}g") if isinstance(value, float) else str(value)
    if "e" in text:
        text = format(value, "f").rstrip("0").rstrip(".")
    if _ZEROS.fullmatch(shown) and text.isdecimal():
        text = text.zfill(len(shown))
    try:
        day = from_excel(value, epoch)
    except (OverflowError, ValueError):
        day = None
    whole = isinstance(day, datetime) and value == int(value)
    return Cell(text.replace(".", ","), number=True, day=day.date() if whole else None)


def _day(value: date) -> Cell:
    moment = value if isinstance(value, datetime) and value.time() != time() else None
    if moment:
        return Cell(f"{moment:%d/%m/%Y %H:%M}", number=True, dated=True)
    day = value.date() if isinstance(value, datetime) else value
    return Cell(f"{day:%d/%m/%Y}", number=True, day=day, dated=True)


def write_xlsx(listing: Listing, headings: Sequence[str], rows: Iterable[Sequence[str | date]]) -> bytes:
    """Write rows below headings, texts as texts whatever they begin with, and beside them how each column is filled in."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(listing.title)
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(headings):
        column = next((each for each in listing.columns if each.heading == heading), None)
        size = sheet.column_dimensions[rules.lists.column_name(place)]
        size.width = column.width if column else 40
        size.number_format = "dd/mm/yyyy" if column and column.as_day else "@"
    sheet.append([_written(sheet, heading, bold=True) for heading in headings])
    for row in rows:
        sheet.append([_written(sheet, value) for value in row])
    guide = book.create_sheet(GUIDE)
    guide.column_dimensions["A"].width, guide.column_dimensions["C"].width = 24, 100
    for line in (("Cột", "Bắt buộc", "Cách điền"), *_guide(listing)):
        guide.append([_written(guide, text, bold=line[0] == "Cột") for text in line])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _guide(listing: Listing) -> Iterator[tuple[str, str, str]]:
    return ((each.heading, "Có" if each.required else "Không", each.hint) for each in listing.columns)


def _written(sheet: Any, value: str | date, *, bold: bool = False) -> Any:
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "dd/mm/yyyy"
        return cell
    if not value:
        return None
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    # Else what begins with "=" would be computed.
    cell.data_type = "s"
    cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
    return cell
