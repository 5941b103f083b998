"""Word: a document after Nghị định 30/2020/NĐ-CP, to be gone on with; the table's heading stands on every page."""

import io
from typing import Any, Final
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt

from gateway.pages.exports import paper
from gateway.pages.exports.described import Frame, Table, lies_down, shares, widths
from gateway.pages.exports.paper import MOTTO, NATION, Line

_LEFT, _RIGHT, _UPPER, _LOWER = 25, 15, 20, 20
"""Margins in millimetres."""
_TWIPS: Final = 635
"""Of Word's smallest measure (English metric units) in one of those in which tables are measured."""
_CELL: Final = 22
"""Half points: 11 pt."""
_LONGEST: Final = 255
"""As many letters as a property of a document holds."""


def write(table: Table, frame: Frame) -> bytes:
    """Write a table as a document."""
    texts = table.texts()
    wide = widths(table, texts)
    document, section = paper.sheet(_LEFT, _RIGHT, _UPPER, _LOWER, lying=lies_down(wide))
    room = section.page_width - section.left_margin - section.right_margin
    _heading(document, frame, room)
    _said(document, table.title.upper(), bold=True, size=14, centred=True, before=14)
    if table.about:
        _said(document, table.about, bold=True, size=13, centred=True)
    for name, said in (*table.filters, *table.facts):
        _said(document, f"{name}: {said}", size=12)
    body = document.element.body
    grid = _grid(table, texts, [int(room * share / _TWIPS) for share in shares(wide)])
    body.insert(len(body) - 1, grid)
    for note in frame.notes:
        _said(document, note, size=11, italic=True, before=6)
    properties = document.core_properties
    properties.title, properties.author = table.title[:_LONGEST], (frame.issuer[1] or frame.issuer[0])[:_LONGEST]
    properties.language, properties.comments = "vi-VN", ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _heading(document: Any, frame: Frame, room: int) -> None:
    above, own = frame.issuer
    left = [Line(above, 13, bold=not own), *([Line(own, 13, bold=True)] if own else [])]
    right = [
        Line(NATION, 13, bold=True),
        Line(MOTTO, 13, bold=True, underlined=True),
        Line(frame.day, 13, italic=True),
    ]
    paper.head(document, [int(room * share) for share in (0.42, 0.58)], left, right)


def _said(
    document: Any,
    said: str,
    *,
    size: int,
    bold: bool = False,
    italic: bool = False,
    centred: bool = False,
    before: int = 0,
) -> None:
    paragraph = paper.line(document, said, size, bold=bold, italic=italic, centred=centred)
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(4)


def _grid(table: Table, texts: list[list[str]], across: list[int]) -> Any:
    """Write the table's own XML: what python-docx adds cell by cell takes minutes for thousands of rows."""
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "".join(f'<w:gridCol w:w="{share}"/>' for share in across)
    right = [column.kind.number for column in table.columns]
    heading = "".join(
        _cell(column.title, share, "center", bold=True) for column, share in zip(table.columns, across, strict=True)
    )
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heading}</w:tr>"]
    for row in texts:
        cells = "".join(
            _cell(said, share, "right" if number else "left")
            for said, share, number in zip(row, across, right, strict=True)
        )
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(across)}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _cell(said: str, share: int, side: str, *, bold: bool = False) -> str:
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(escape(line) for line in said.split("\n"))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{share}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:spacing w:before="30" w:after="30"/>'
        f'<w:jc w:val="{side}"/></w:pPr><w:r><w:rPr>{"<w:b/>" if bold else ""}<w:sz w:val="{_CELL}"/></w:rPr>'
        f'<w:t xml:space="preserve">{lines}</w:t></w:r></w:p></w:tc>'
    )
