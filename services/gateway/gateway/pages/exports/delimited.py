"""CSV: the rows alone below their headings, for programs and for whoever goes on with them in a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from gateway.pages.exports.described import Column, Frame, Kind, Table, Value, text

_COMPUTED: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""Whatever begins with one of these a spreadsheet would compute (OWASP, CSV injection)."""
_GUARD: Final = "'"


def write(table: Table, _: Frame) -> bytes:
    """Write a table so that Excel in Vietnam opens it with its marks: UTF-8 with a byte order mark, semicolons."""
    return lines(table.columns, table.values()).encode("utf-8-sig")


def lines(columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> str:
    """Write headings and rows; numbers stay numbers, texts that a spreadsheet would compute stand behind an apostrophe."""
    kinds = [column.kind for column in columns]
    written = io.StringIO()
    out = csv.writer(written, delimiter=";", lineterminator="\r\n")
    out.writerow([guarded(column.title) for column in columns])
    out.writerows([_cell(kind, each) for kind, each in zip(kinds, row, strict=True)] for row in rows)
    return written.getvalue()


def _cell(kind: Kind, found: Value) -> str:
    if kind.number:
        # A plus before a change is for readers; a true minus is no number to a spreadsheet.
        return text(kind, found, "").replace("−", "-").removeprefix("+")
    return guarded(text(kind, found, ""))


def guarded(said: str) -> str:
    """Put what a spreadsheet would compute behind an apostrophe."""
    return _GUARD + said if said[:1] == _GUARD or said[:1] in _COMPUTED else said
