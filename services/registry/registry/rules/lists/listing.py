"""From a sheet of cells to the rows of a list: no cell vanishes, each is taken or named in a fault."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from chassis.text import fold, nfc
from registry.rules.lists.cells import (
    MOST_MERGED,
    Cell,
    CellFault,
    Grid,
    Line,
    Wrong,
    area_name,
    cell_name,
    column_name,
    merged_rows,
)
from registry.rules.lists.columns import Column, read_cell

MOST_ROWS: Final = 50_000
_LONGEST_NAME: Final = 150
SOUGHT_IN: Final = 20
"""Headings stand in the first rows, below a title at most."""
TOO_LARGE: Final = "Tệp lớn hơn 20 MB. Hãy chia thành nhiều tệp, mỗi tệp ít dòng hơn."
RESULT: Final = "Kết quả"
TO_MEND: Final = "Cần sửa"
_OF_RESULTS: Final = frozenset({fold(RESULT), fold(TO_MEND)})


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that can be sent and fetched as a file: what it is called and which columns it has.

    ``needs`` is what has to be said beside the file: of which campaign, period, unit it is; ``takes`` what may be said. What is
    of a unit is that unit's to send; all else is the office's. ``thing`` names what in the content of a row says which thing
    it writes.
    """

    name: str
    title: str
    columns: Sequence[Column]
    needs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    thing: str = "unit_id"

    def __getitem__(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


def shown_name(name: str) -> str:
    """Give the name of a file that people see: without folders and control characters."""
    plain = "".join(letter for letter in nfc(name.replace("\\", "/")) if letter.isprintable())
    return PurePosixPath(plain).name[-_LONGEST_NAME:] or "danh-sach"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was typed and as it was read, by the keys of the columns.

    ``columns`` are those that the file has, ``places`` say where each stands, or where a fault about it shows.
    """

    number: int
    typed: Mapping[str, str]
    values: Mapping[str, Any]
    faults: tuple[CellFault, ...]
    columns: frozenset[str] = frozenset()
    places: Mapping[str, int] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        return not any(each.stops for each in self.faults)

    def fault(self, key: str, message: str, remedy: str, *, stops: bool = True) -> CellFault:
        """Say what is wrong with this row's cell of a column."""
        cell = cell_name(self.number, self.places[key])
        return CellFault(cell=cell, typed=self.typed.get(key, ""), message=message, remedy=remedy, stops=stops)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was read; ``faults`` are those of no single row, and one that stops keeps all rows from being read."""

    faults: tuple[CellFault, ...]
    rows: tuple[Row, ...] = ()

    @property
    def readable(self) -> bool:
        return not any(each.stops for each in self.faults)


def read_list(listing: Listing, grid: Grid) -> Reading:
    """Read a sheet: find the headings, then each row below them. Every fault at once, with its cell."""
    lines = [line for line in grid.lines if any(_filled(line))]
    others = tuple(
        CellFault(
            cell="A1", typed=name, message=f"Trang tính “{name}” không được đọc", remedy=_FIRST_SHEET, stops=False
        )
        for name in grid.others
    )
    at = _headings(listing, lines)
    if at is None:
        return Reading((*others, _no_headings(listing, lines)))
    head, below = lines[at], lines[at + 1 :]
    found, faults = _places(listing, head, below)
    faults = [*others, *_above(lines[:at]), *faults]
    if len(below) > MOST_ROWS:
        remedy = f"Chia thành nhiều tệp, mỗi tệp nhiều nhất {MOST_ROWS:,} dòng".replace(",", ".")
        faults.append(_of_row(below[MOST_ROWS], "Từ dòng này trở đi là quá nhiều", remedy))
    if len(grid.merged) > MOST_MERGED:
        faults.append(_of_row(head, "Tệp có quá nhiều vùng ô gộp", "Bỏ gộp ô rồi gửi lại"))
    if any(each.stops for each in faults):
        return Reading(tuple(faults))
    merged = merged_rows(grid.merged, [line[0] for line in below])
    known = {place: listing[key] for key, place in found.items()}
    places = {**{column.key: _home(found, column) for column in listing.columns}, **found}
    return Reading(
        tuple(faults),
        tuple(
            _row(listing, known, places, line, area_name(merged[line[0]]) if line[0] in merged else None)
            for line in below
        ),
    )


_FIRST_SHEET: Final = "Chuyển dữ liệu sang trang tính đầu tiên, hoặc gửi trang tính này thành tệp riêng"


def _home(found: Mapping[str, int], column: Column) -> int:
    """Say where a fault about a column shows that the file does not have: at the first one it has."""
    return found.get(column.key, min(found.values(), default=0))


def _filled(line: Line) -> Iterator[tuple[int, Cell]]:
    return ((place, cell) for place, cell in enumerate(line[1]) if cell is not None)


def _headings(listing: Listing, lines: Sequence[Line]) -> int | None:
    """Find the row of headings: the first one that names two columns, or as many as the list has."""
    names = {fold(column.heading) for column in listing.columns}
    for at, line in enumerate(lines[:SOUGHT_IN]):
        if len(names & {fold(cell.text) for _, cell in _filled(line)}) >= min(2, len(names)):
            return at
    return None


def _no_headings(listing: Listing, lines: Sequence[Line]) -> CellFault:
    wanted = ", ".join(column.heading for column in listing.columns if column.required)
    said = "Không tìm thấy hàng tiêu đề cột" if lines else "Tệp không có dòng nào"
    remedy = f"Tải tệp mẫu và điền vào đó; cần có các cột: {wanted}"
    if not lines:
        return CellFault(cell="A1", typed="", message=said, remedy=remedy)
    last = max((place for line in lines for place, _ in _filled(line)), default=0)
    cell = f"{cell_name(lines[0][0], 0)}:{cell_name(lines[-1][0], last)}"
    return CellFault(cell=cell, typed=next(each.text for _, each in _filled(lines[0])), message=said, remedy=remedy)


def _above(lines: Sequence[Line]) -> list[CellFault]:
    remedy = "Không cần sửa nếu đây là tên của bảng"
    return [_of_row(line, "Dòng phía trên hàng tiêu đề cột không được nhập", remedy, stops=False) for line in lines]


def _of_row(line: Line, message: str, remedy: str, *, stops: bool = True) -> CellFault:
    filled = list(_filled(line))
    first, last = cell_name(line[0], filled[0][0]), cell_name(line[0], filled[-1][0])
    cell = first if first == last else f"{first}:{last}"
    return CellFault(cell=cell, typed=filled[0][1].text, message=message, remedy=remedy, stops=stops)


def _places(listing: Listing, head: Line, below: Sequence[Line]) -> tuple[dict[str, int], list[CellFault]]:
    """Say which column stands where; name those that are missing, doubled, or none of this list."""
    keys = {fold(column.heading): column.key for column in listing.columns}
    found: dict[str, int] = {}
    faults: list[CellFault] = []
    headed = dict(_filled(head))
    for place, cell in headed.items():
        key = keys.get(fold(cell.text))
        if key is None:
            faults.append(_unknown(head[0], place, cell, below))
        elif key in found:
            message = f"Cột “{listing[key].heading}” có hai lần"
            faults.append(_at(head[0], place, cell.text, message, "Bỏ bớt một cột"))
        else:
            found[key] = place
    missing = [column.heading for column in listing.columns if column.required and column.key not in found]
    faults += [
        _at(head[0], min(headed), "", f"Thiếu cột “{heading}”", "Thêm cột này, hoặc dùng tệp mẫu")
        for heading in missing
    ]
    nameless = {place for line in below for place, _ in _filled(line)} - headed.keys()
    faults += [_unknown(head[0], place, Cell(""), below) for place in sorted(nameless)]
    return found, faults


def _unknown(row: int, place: int, cell: Cell, below: Sequence[Line]) -> CellFault:
    last = max((number for number, cells in below if place < len(cells) and cells[place] is not None), default=row)
    name = f"Cột “{cell.text}”" if cell.text else f"Cột {column_name(place)} không có tiêu đề,"
    area = cell_name(row, place) if last == row else f"{cell_name(row, place)}:{cell_name(last, place)}"
    if fold(cell.text) in _OF_RESULTS:
        message, remedy = f"{name} là kết quả của lần nhập trước nên không được nhập", "Không cần sửa"
    else:
        message, remedy = f"{name} không có trong danh sách này nên không được nhập", "Sửa tiêu đề cột theo tệp mẫu"
    return CellFault(cell=area, typed=cell.text, message=message, remedy=remedy, stops=False)


def _at(row: int, place: int, typed: str, message: str, remedy: str) -> CellFault:
    return CellFault(cell=cell_name(row, place), typed=typed, message=message, remedy=remedy)


def _row(
    listing: Listing, known: Mapping[int, Column], places: Mapping[str, int], line: Line, merged: str | None
) -> Row:
    number, cells = line
    typed: dict[str, str] = {}
    values: dict[str, Any] = {}
    faults: list[CellFault] = []
    for place, column in known.items():
        cell = cells[place] if place < len(cells) else None
        if cell is None:
            continue
        typed[column.key] = cell.text
        read = read_cell(column, cell)
        if not isinstance(read, Wrong):
            values[column.key] = read.value
        if read.message is not None:
            where = cell_name(number, place)
            message = f"{column.heading}: {read.message}"
            stops = isinstance(read, Wrong)
            faults.append(CellFault(cell=where, typed=cell.text, message=message, remedy=read.remedy, stops=stops))
    faults += [
        CellFault(
            cell=cell_name(number, places[column.key]),
            typed="",
            message=f"{column.heading}: còn trống",
            remedy=column.hint,
        )
        for column in listing.columns
        if column.required and column.key not in typed
    ]
    if merged:
        message = "Ô bị gộp nên không rõ giá trị thuộc dòng nào, cột nào"
        faults.append(CellFault(cell=merged, typed="", message=message, remedy="Bỏ gộp ô và điền từng dòng"))
    return Row(number, typed, values, tuple(faults), frozenset(column.key for column in known.values()), places)
