"""What lies in a spreadsheet before anybody knows what it means: cells as they were typed, each with its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict

MOST_CELLS: Final = 2_000_000
MOST_LETTERS: Final = 40_000_000
MOST_MERGED: Final = 1_000
TOO_MANY_CELLS: Final = "Bảng tính có quá nhiều ô. Hãy xóa các cột và dòng thừa, hoặc chia thành nhiều tệp."


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty, as people see it.

    ``number`` says that it holds a number and no text, ``day`` which day that number is to a spreadsheet, ``dated`` that it
    is shown as a day. ``formula`` says that ``text`` was computed; a formula that nobody has computed holds itself and is
    ``unread``, as is an error such as ``#N/A``.
    """

    text: str
    number: bool = False
    day: date | None = None
    dated: bool = False
    formula: bool = False
    unread: bool = False


Line = tuple[int, Sequence[Cell | None]]
"""A row by its number, with its cells from column A on."""


class Area(NamedTuple):
    """Cells that were merged into one, from the first to the last row and column, all counted from 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet of a file: its rows in their order, what was merged, and in words how the file was read."""

    lines: Sequence[Line]
    merged: Sequence[Area] = ()
    others: Sequence[str] = ()
    read_as: str = ""


class CellFault(BaseModel):
    """What is wrong with a cell, or worth knowing: where it is, what was typed, what mends it.

    ``cell`` is ``C7`` or, of several, ``C7:C90``; one that does not ``stop`` its row is only told.
    """

    model_config = ConfigDict(frozen=True)

    cell: str
    typed: str
    message: str
    remedy: str | None = None
    stops: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """What a cell holds, with a word about how it was read where that is worth a look."""

    value: Any
    message: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a cell cannot be read, and what mends it."""

    message: str
    remedy: str


def column_name(place: int) -> str:
    """Name a column, counted from 0, as spreadsheets do: A … Z, AA …"""
    name, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def cell_name(row: int, place: int) -> str:
    return f"{column_name(place)}{row}"


def area_name(area: Area) -> str:
    first = cell_name(area.first_row, area.first_column - 1)
    last = cell_name(area.last_row, area.last_column - 1)
    return first if first == last else f"{first}:{last}"


def merged_rows(merged: Iterable[Area], rows: Iterable[int]) -> dict[int, Area]:
    """Say which of these rows, in their order, have cells in a merged area, and in which."""
    areas = sorted(merged, reverse=True)
    found: dict[int, Area] = {}
    last: Area | None = None
    for row in rows:
        while areas and areas[-1].first_row <= row:
            last = max(last or areas[-1], areas.pop(), key=lambda area: area.last_row)
        if last and row <= last.last_row:
            found[row] = last
    return found
