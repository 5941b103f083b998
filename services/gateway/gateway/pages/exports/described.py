"""What a page shows as a table, said once: title, filters, columns with their kinds, rows. Each writer makes a file of it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeAlias

from gateway.pages import words

Value: TypeAlias = str | int | Decimal | date | datetime | None
Said: TypeAlias = tuple[str, str]
"""What a filter, or a fact of the whole table, is called, and what it says."""

NOTHING: Final = "–"
_UPRIGHT, _LYING = 92, 138
"""As many letters as stand side by side on a page."""
_WIDEST: Final = 34
_LOOKED_AT: Final = 400
"""As many rows as tell how wide the columns are."""


class Kind(StrEnum):
    """What lies in the cells of a column: how it is written in each file, and on which side it stands."""

    TEXT = "text"
    COUNT = "count"
    """Whole numbers: places, units, years."""
    POINTS = "points"
    """Two places, a decimal comma."""
    CHANGE = "change"
    """The same, with its sign."""
    DAY = "day"
    INSTANT = "instant"

    @property
    def number(self) -> bool:
        return self in (Kind.COUNT, Kind.POINTS, Kind.CHANGE)


@dataclass(frozen=True)
class Column:
    title: str
    kind: Kind = Kind.TEXT

    def __post_init__(self) -> None:
        # Titles are named by people, too: groups of criteria, blocks.
        object.__setattr__(self, "title", plain(self.title))


@dataclass
class Table:
    """A page's table as a whole. Cells come as the services write them: ``"94.25"``, ``"2023-07-01"``, None for nothing."""

    name: str
    """What the file is called: plain letters, digits and hyphens."""
    title: str
    columns: Sequence[Column]
    rows: list[list[Any]]
    about: str = ""
    """Of what: the block and the period, the campaign, the unit."""
    said: Sequence[Said] = ()
    """The filters and the order, as people read them; empty ones are not said."""
    facts: Sequence[Said] = ()
    """What else holds of the whole: how it stands, when it was published, its fingerprint."""

    def __post_init__(self) -> None:
        self.title, self.about = plain(self.title), plain(self.about)
        self.said, self.facts = (
            [(plain(name), plain(each)) for name, each in told] for told in (self.said, self.facts)
        )

    @property
    def filters(self) -> list[Said]:
        return [(name, value) for name, value in self.said if value]

    def values(self) -> list[list[Value]]:
        """Give the cells as values of their kinds."""
        kinds = [column.kind for column in self.columns]
        return [[value(kind, cell) for kind, cell in zip(kinds, row, strict=True)] for row in self.rows]

    def texts(self) -> list[list[str]]:
        """Give the cells as people read them on paper."""
        kinds = [column.kind for column in self.columns]
        nothing = ["" if kind is Kind.TEXT else NOTHING for kind in kinds]
        return [[text(*cell) for cell in zip(kinds, row, nothing, strict=True)] for row in self.values()]


@dataclass(frozen=True)
class Frame:
    """What stands around every table: who lays it out, where and when."""

    issuer: tuple[str, str]
    """The body above, and the body itself."""
    place: str
    at: datetime
    """Business time, with its zone."""
    notes: Sequence[str] = ()
    """What stands below: how many rows, when it was taken out, whether it is an illustration."""

    def __post_init__(self) -> None:
        above, own = self.issuer
        object.__setattr__(self, "issuer", (plain(above), plain(own)))
        object.__setattr__(self, "notes", [plain(note) for note in self.notes])

    @property
    def day(self) -> str:
        """The place and day as Nghị định 30/2020/NĐ-CP writes them."""
        day = words.local(self.at)
        # Days and the first two months carry a nought, so that no figure can be put before them.
        month = f"{day.month:02d}" if day.month < 3 else str(day.month)  # noqa: PLR2004
        return f"{self.place}, ngày {day.day:02d} tháng {month} năm {day.year}"


def value(kind: Kind, cell: Any) -> Value:
    """Read a cell as a value of its kind; what is empty is None."""
    if cell is None or cell == "":
        return None
    if kind is Kind.COUNT:
        return int(cell)
    if kind in (Kind.POINTS, Kind.CHANGE):
        return cell if isinstance(cell, Decimal) else Decimal(str(cell))
    if kind is Kind.DAY:
        return cell if isinstance(cell, date) else date.fromisoformat(str(cell)[:10])
    if kind is Kind.INSTANT:
        return words.local(cell).replace(tzinfo=None)
    return plain(str(cell))


_UNWRITABLE: Final = re.compile("[^\\n\\u0020-\\u007e\\u00a0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""What no file can hold: all that XML 1.0 has no place for (§ 2.2), and control characters but line breaks."""


def plain(said: str) -> str:
    """Give a text as any file can hold it: composed letters, nothing that XML cannot write, no control characters but line breaks."""
    return _UNWRITABLE.sub("", unicodedata.normalize("NFC", said))


def text(kind: Kind, found: Value, nothing: str = NOTHING) -> str:
    """Say a value as people read it."""
    if found is None:
        return nothing
    if kind is Kind.POINTS and isinstance(found, Decimal):
        return words.points(found)
    if kind is Kind.CHANGE and isinstance(found, Decimal):
        return words.signed(found)
    if isinstance(found, datetime):
        return f"{found:%H:%M} {found:%d/%m/%Y}"
    return f"{found:%d/%m/%Y}" if isinstance(found, date) else str(found)


@dataclass(frozen=True)
class Width:
    """How many letters wide a column is at least, so that no word and no number is broken, and would be at best."""

    least: float
    best: float


def widths(table: Table, texts: Sequence[Sequence[str]]) -> list[Width]:
    """Give how wide the columns would be."""
    found = []
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in texts[:_LOOKED_AT]]
        # Headings are bold.
        heading = max((len(word) * 1.2 for word in column.title.split()), default=1)
        word = max((len(word) for cell in cells for word in cell.split()), default=1)
        whole = max((len(cell) for cell in cells), default=1) if column.kind is Kind.TEXT else 0
        # Days and moments stay on one line.
        line = max((len(cell) for cell in cells), default=1) if column.kind is not Kind.TEXT else 0
        least = max(min(max(word, heading), _WIDEST), line) + 2
        found.append(Width(least, max(least, min(max(whole, len(column.title) / 3), _WIDEST) + 2)))
    return found


def lies_down(wide: Sequence[Width]) -> bool:
    """Tell whether columns of these widths need the long edge of the paper."""
    return sum(each.best for each in wide) > _UPRIGHT


def crowding(wide: Sequence[Width]) -> float:
    """Give how much smaller letters must be so that the narrowest columns stand side by side unbroken; 1 where they need not."""
    return min(1.0, (_LYING if lies_down(wide) else _UPRIGHT) / sum(each.least for each in wide))


def shares(wide: Sequence[Width]) -> list[float]:
    """Give which part of the paper's width each column gets: what it needs, and of what is left what it would like."""
    room = _LYING if lies_down(wide) else _UPRIGHT
    needed, liked = sum(each.least for each in wide), sum(each.best for each in wide)
    if liked <= room or needed >= room:
        of = [each.best if liked <= room else each.least for each in wide]
    else:
        part = (room - needed) / (liked - needed)
        of = [each.least + (each.best - each.least) * part for each in wide]
    return [each / sum(of) for each in of]
