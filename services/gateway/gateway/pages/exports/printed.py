"""PDF: the same document as in Word, as it is printed; its face is embedded, with every Vietnamese mark."""

import io
from functools import cache
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
from gateway.pages.exports.described import Frame, Table, lies_down, plain, shares, widths
from gateway.pages.exports.word import MOTTO, NATION

_FACES: Final = {"ThiDua": "400-normal", "ThiDua-Bold": "700-normal", "ThiDua-Italic": "400-italic"}
_PLAIN, _BOLD, _ITALIC = _FACES
_LEFT, _RIGHT, _UPPER, _LOWER = 25 * mm, 15 * mm, 20 * mm, 18 * mm
_PADDING: Final = 3
_SIZE, _LEADING = 10.5, 1.22
_TALLEST: Final = 30
"""As many lines as a row has at most: fewer than fit on a page that lies down."""


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
    told += [Spacer(0, 2 * mm), _grid(table, texts, [room * share for share in shares(wide)])]
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


def _grid(table: Table, texts: list[list[str]], across: list[float]) -> Flowable:
    """Lay the lines of every cell beforehand: a paragraph in each would take a minute for thousands of rows."""
    head = _style(_BOLD, alignment=TA_CENTER)
    rows: list[list[Any]] = [[_said(column.title, head) for column in table.columns]]
    for row in texts:
        cells = [_lines(said, width - 2 * _PADDING) for said, width in zip(row, across, strict=True)]
        # What is taller than a page goes on in a row below.
        rows += [
            ["\n".join(lines[begin : begin + _TALLEST]) for lines in cells]
            for begin in range(0, max(map(len, cells)), _TALLEST)
        ]
    numbers = [place for place, column in enumerate(table.columns) if column.kind.number]
    grid = LongTable(rows, colWidths=across, repeatRows=1)
    grid.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, black),
                ("FONT", (0, 1), (-1, -1), _PLAIN, _SIZE, _SIZE * _LEADING),
                ("VALIGN", (0, 0), (-1, 0), "MIDDLE"),
                ("VALIGN", (0, 1), (-1, -1), "TOP"),
                *(("ALIGN", (place, 1), (place, -1), "RIGHT") for place in numbers),
                *((f"{side}PADDING", (0, 0), (-1, -1), _PADDING) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
            ]
        )
    )
    return grid


def _lines(said: str, width: float) -> list[str]:
    """Break a text where its words end, and a word that is wider than the column where the column ends."""
    found = []
    for line in simpleSplit(said, _PLAIN, _SIZE, width):
        while stringWidth(line, _PLAIN, _SIZE) > width and len(line) > 1:
            fits = next(
                (end for end in range(len(line) - 1, 1, -1) if stringWidth(line[:end], _PLAIN, _SIZE) <= width), 1
            )
            found.append(line[:fits])
            line = line[fits:]  # noqa: PLW2901 - what is left of it
        found.append(line)
    return found or [""]
