"""Tables as files that a spreadsheet opens."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from fastapi.responses import Response

from gateway.pages import words


def csv_file(name: str, rows: Iterable[list[Any]]) -> Response:
    """Give a table as CSV that a spreadsheet opens with its marks: UTF-8 with a byte order mark, semicolons."""
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows([[_safe(cell) for cell in row] for row in rows])
    return Response(
        ("\ufeff" + written.getvalue()).encode(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _safe(cell: Any) -> str:
    """Write a cell so that no spreadsheet takes it for a formula; minus stays minus before a number."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "@", "\t") or (text[:1] == "-" and not text[1:2].isdigit()) else text


def comma(amount: str | None) -> str:
    """Write points with a decimal comma; nothing where there are none."""
    return "" if amount is None else words.points(amount).replace("−", "-")
