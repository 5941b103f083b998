"""CSV as it comes out of offices, and as Excel in Vietnam opens it."""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from registry.rules.lists.cells import MOST_CELLS, TOO_MANY_CELLS, Cell, Grid, Line

_SEPARATORS: Final = ";,\t"
_FORMULA: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""Whatever begins with one of these a spreadsheet would compute (OWASP, CSV injection)."""
_GUARD: Final = "'"
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_LONGEST_CELL: Final = 100_000


class NotATableError(ValueError):
    """The bytes are no text in rows; the message says why and what helps."""


def write_csv(rows: Iterable[Sequence[str | date]]) -> bytes:
    """Write rows so that Excel in Vietnam opens them with their marks, and computes nothing: UTF-8 with BOM, semicolons."""
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerows(
        [_guarded(_text(cell)) for cell in row] for row in rows
    )
    return written.getvalue().encode("utf-8-sig")


def _text(value: str | date) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


def _guarded(text: str) -> str:
    return _GUARD + text if text[:1] == _GUARD or text[:1] in _FORMULA else text


def _unguarded(text: str) -> str:
    guarded = text[:1] == _GUARD and (text[1:2] == _GUARD or text[1:2] in _FORMULA)
    return text[1:] if guarded and len(text) > 1 else text


def read_csv(content: bytes) -> Grid:
    """Read text in rows, whatever it was written with; raises ``NotATableError``. Empty cells are those of blanks alone."""
    text, read_as = _decoded(content)
    first, _, rest = text.partition("\n")
    separator = next((each for each in _SEPARATORS if first.strip().lower() == f"sep={each}".strip()), None)
    if separator:
        text = rest
    else:
        separator = _separator(text)
    # A cell is as long as it is; what is too long for its column, the column says.
    csv.field_size_limit(_LONGEST_CELL)
    try:
        lines = _lines(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        raise NotATableError(
            "Tệp CSV có dấu ngoặc kép mở mà không đóng, hoặc có ô quá dài. Hãy mở bằng Excel rồi lưu lại thành .xlsx."
        ) from None
    return Grid(lines=lines, read_as=f"CSV, {read_as}")


def _lines(rows: Iterable[Sequence[str]]) -> list[Line]:
    """Take the rows that hold anything: a file of blanks alone would be large in memory."""
    lines: list[Line] = []
    taken = 0
    for number, row in enumerate(rows, start=1):
        taken += len(row)
        if taken > MOST_CELLS:
            raise NotATableError(TOO_MANY_CELLS)
        if any(text.strip() for text in row):
            lines.append((number, tuple(Cell(_unguarded(text)) if text.strip() else None for text in row)))
    return lines


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, encoding, said in (
        (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
        (b"\xff\xfe", "utf-16", "UTF-16"),
        (b"\xfe\xff", "utf-16", "UTF-16"),
    ):
        if content.startswith(mark):
            return _try(content, encoding), said
    even, odd = content[:2000:2].count(0), content[1:2000:2].count(0)
    if even or odd:
        return _try(content, "utf-16-le" if odd > even else "utf-16-be"), "UTF-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _try(content, "cp1258"), "bảng mã Windows-1258"
    return _try(content, "utf-8"), "UTF-8"


def _try(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if _NO_TEXT.search(text):
        raise NotATableError("Không đọc được chữ trong tệp này. Hãy mở bằng Excel rồi lưu thành .xlsx, hoặc CSV UTF-8.")
    return text


def _separator(text: str) -> str:
    """Take what stands most often in the first row that is not blank, outside of quotes."""
    first = next((line for line in itertools.islice(io.StringIO(text), 50) if line.strip(" \t\r\n;,")), "")
    outside = "".join(first.split('"')[::2])
    return max(_SEPARATORS, key=outside.count)
