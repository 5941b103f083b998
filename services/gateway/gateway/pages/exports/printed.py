"""PDF: the same document as in Word, as it is printed; its face is embedded, with every Vietnamese mark."""

import io
from functools import cache
from math import inf
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import black
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import BaseDocTemplate, Flowable, LongTable, PageTemplate, Paragraph, Spacer, TableStyle
from reportlab.platypus import Frame as Area
from reportlab.platypus import Table as Grid

from chassis.errors import Unavailable
from gateway.pages.exports.described import Frame, Table, crowding, lies_down, plain, shares, widths
from gateway.pages.exports.paper import MOTTO, NATION

_FACES: Final = {"ThiDua": "400-normal", "ThiDua-Bold": "700-normal", "ThiDua-Italic": "400-italic"}
_PLAIN, _BOLD, _ITALIC = _FACES
_LEFT, _RIGHT, _UPPER, _LOWER = 25 * mm, 15 * mm, 20 * mm, 18 * mm
_PADDING: Final = 3
_SIZE, _LEADING = 10.5, 1.22
_SMALLEST: Final = 5
"""In points: below that nobody reads print."""
_TALLEST: Final = 30
"""As many lines as a row has at most: fewer than fit on a page that lies down."""
_HEADING: Final = 0.4
"""Of a page's height, what the table's heading takes at most: a row has to stand below it on every page."""


@cache
def _know_faces(folder: Path) -> None:
    """Have the faces at hand that set-up made; raises ``Unavailable`` where they are missing."""
    try:
        for name, face in _FACES.items():
            pdfmetrics.registerFont(TTFont(name, str(folder / f"tinos-{face}.ttf")))
    except TTFError as error:
        raise Unavailable(
            "Chưa làm được tệp PDF vì thiếu phông chữ. Hãy tải Word hoặc Excel và báo người vận hành."
        ) from error


def _style(name: str = _PLAIN, size: float = _SIZE, **other: Any) -> ParagraphStyle:
    return ParagraphStyle(
        f"{name}{size}{sorted(other)}", fontName=name, fontSize=size, leading=size * _LEADING, **other
    )


def write(table: Table, frame: Frame, folder: Path) -> bytes:
    """Write a table as a document; ``folder`` holds the faces."""
    _know_faces(folder)
    texts = table.texts()
    wide = widths(table, texts)
    paper = landscape(A4) if lies_down(wide) else A4
    room = paper[0] - _LEFT - _RIGHT
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=paper,
        title=plain(table.title),
        author=frame.issuer[1] or frame.issuer[0],
        lang="vi",
        leftMargin=_LEFT,
        rightMargin=_RIGHT,
        topMargin=_UPPER,
        bottomMargin=_LOWER,
    )
    area = Area(
        _LEFT, _LOWER, room, paper[1] - _UPPER - _LOWER, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
    )
    document.addPageTemplates([PageTemplate(frames=[area], onPage=_numbered)])
    told: list[Flowable] = [_heading(frame, room), Spacer(0, 5 * mm)]
    told.append(_said(table.title.upper(), _style(_BOLD, 14, alignment=TA_CENTER)))
    if table.about:
        told.append(_said(table.about, _style(_BOLD, 13, alignment=TA_CENTER)))
    told.append(Spacer(0, 3 * mm))
    told += [_said(f"{name}: {said}", _style(size=12, spaceAfter=2)) for name, said in (*table.filters, *table.facts)]
    size = max(_SMALLEST, _SIZE * crowding(wide))
    across = [room * share for share in shares(wide)]
    told += [Spacer(0, 2 * mm), _grid(table, texts, across, size, paper[1] - _UPPER - _LOWER)]
    told += [_said(note, _style(_ITALIC, 11, spaceBefore=4)) for note in frame.notes]
    document.build(told)
    return out.getvalue()


def _numbered(canvas: Any, document: Any) -> None:
    """Write the number of a page above, in the middle, from the second on (Nghị định 30/2020/NĐ-CP)."""
    if document.page > 1:
        canvas.setFont(_PLAIN, 13)
        canvas.drawCentredString(document.pagesize[0] / 2, document.pagesize[1] - 13 * mm, str(document.page))


def _said(said: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(plain(said)).replace("\n", "<br/>"), style)


def _heading(frame: Frame, room: float) -> Flowable:
    above, own = frame.issuer
    middle = {"alignment": TA_CENTER}
    left = [_said(above, _style(_PLAIN if own else _BOLD, 12, **middle))]
    left += [_said(own, _style(_BOLD, 12, **middle))] if own else []
    right = [
        _said(NATION, _style(_BOLD, 12, **middle)),
        Paragraph(f"<u>{MOTTO}</u>", _style(_BOLD, 13, **middle)),
        _said(frame.day, _style(_ITALIC, 13, spaceBefore=6, **middle)),
    ]
    # On an upright page the nation's name needs more than half.
    share = 0.4 if room < A4[0] else 0.45
    return Grid(
        [[left, right]], colWidths=[room * share, room * (1 - share)], style=[("VALIGN", (0, 0), (-1, -1), "TOP")]
    )


def _grid(table: Table, texts: list[list[str]], across: list[float], size: float, page: float) -> Flowable:
    """Lay the lines of every cell beforehand: a paragraph in each would take a minute for thousands of rows."""
    padding = min(_PADDING * size / _SIZE, min(across) / 4)
    inner = [width - 2 * padding for width in across]
    heading, high = _headings([column.title for column in table.columns], inner, size, page * _HEADING - 2 * padding)
    tallest = min(_TALLEST, int((page - high - 4 * padding) / (size * _LEADING)))
    rows: list[list[Any]] = [[*heading]]
    for row in texts:
        cells = [_lines(said, width, size) for said, width in zip(row, inner, strict=True)]
        # What is taller than a page goes on in a row below.
        rows += [
            ["\n".join(lines[begin : begin + tallest]) for lines in cells]
            for begin in range(0, max(map(len, cells)), tallest)
        ]
    numbers = [place for place, column in enumerate(table.columns) if column.kind.number]
    grid = LongTable(rows, colWidths=across, repeatRows=1)
    grid.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, black),
                ("FONT", (0, 1), (-1, -1), _PLAIN, size, size * _LEADING),
                ("VALIGN", (0, 0), (-1, 0), "MIDDLE"),
                ("VALIGN", (0, 1), (-1, -1), "TOP"),
                *(("ALIGN", (place, 1), (place, -1), "RIGHT") for place in numbers),
                *((f"{side}PADDING", (0, 0), (-1, -1), padding) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
            ]
        )
    )
    return grid


def _headings(titles: list[str], inner: list[float], size: float, most: float) -> tuple[list[Paragraph], float]:
    """Give the heading's cells and how high they are: in smaller letters, and cut where that does not do, until they fit."""
    while True:
        style = _style(_BOLD, size, alignment=TA_CENTER)
        cells = [_said(title, style) for title in titles]
        highs = [cell.wrap(width, inf)[1] for cell, width in zip(cells, inner, strict=True)]
        if max(highs) <= most:
            return cells, max(highs)
        if size > _SMALLEST:
            size = max(_SMALLEST, size - 1)
        else:
            titles = [
                _cut(title, most / high) if high > most else title for title, high in zip(titles, highs, strict=True)
            ]


def _cut(title: str, share: float) -> str:
    kept = title.removesuffix("…")
    return kept[: int(len(kept) * min(share, 0.9))].rstrip() + "…"


def _lines(said: str, width: float, size: float) -> list[str]:
    """Break a text where its words end, and a word that is wider than the column where the column ends."""
    found = []
    for line in simpleSplit(said, _PLAIN, size, width):
        while stringWidth(line, _PLAIN, size) > width and len(line) > 1:
            fits = next(
                (end for end in range(len(line) - 1, 1, -1) if stringWidth(line[:end], _PLAIN, size) <= width), 1
            )
            found.append(line[:fits])
            line = line[fits:]  # noqa: PLW2901 - what is left of it
        found.append(line)
    return found or [""]
