"""Word: a document after Nghị định 30/2020/NĐ-CP, to be gone on with; the table's heading stands on every page."""

import io
from typing import Any, Final
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from gateway.pages.exports.described import Frame, Table, lies_down, plain, shares, widths

FACE: Final = "Times New Roman"
NATION: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO: Final = "Độc lập - Tự do - Hạnh phúc"
_LONG, _SHORT = Mm(297), Mm(210)
_LEFT, _RIGHT, _UPPER, _LOWER = Mm(25), Mm(15), Mm(20), Mm(20)
_TWIPS: Final = 635
"""Of Word's smallest measure (English metric units) in one of those in which tables are measured."""
_CELL: Final = 22
"""Half points: 11 pt."""
_LONGEST: Final = 255
"""As many letters as a property of a document holds."""
_PAGE: Final = (
    '<w:r {ns}><w:fldChar w:fldCharType="begin"/></w:r>',
    '<w:r {ns}><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>',
    '<w:r {ns}><w:fldChar w:fldCharType="end"/></w:r>',
)


def write(table: Table, frame: Frame) -> bytes:
    """Write a table as a document."""
    texts = table.texts()
    wide = widths(table, texts)
    document = Document()
    section = _paper(document, lying=lies_down(wide))
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


def _paper(document: Any, *, lying: bool) -> Any:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FACE, Pt(13)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
    normal.element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="vi-VN" w:eastAsia="vi-VN"/>'))
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (_LONG, _SHORT) if lying else (_SHORT, _LONG)
    section.left_margin, section.right_margin = _LEFT, _RIGHT
    section.top_margin, section.bottom_margin = _UPPER, _LOWER
    # The number of a page stands above, in the middle, from the second on.
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for run in _PAGE:
        number._p.append(parse_xml(run.format(ns=nsdecls("w"))))  # noqa: SLF001 - python-docx has no word for fields
    return section


def _heading(document: Any, frame: Frame, room: int) -> None:
    """Two columns without lines: who issues it, and the nation with its motto; below that the place and day."""
    columns = document.add_table(rows=1, cols=2)
    columns.autofit = False
    shares = (0.42, 0.58)
    for cell, share in zip(columns.rows[0].cells, shares, strict=True):
        cell.width = int(room * share)
    left, right = columns.rows[0].cells
    above, own = frame.issuer
    _run(left.paragraphs[0], above, size=13, bold=not own)
    if own:
        _run(left.add_paragraph(), own, size=13, bold=True)
    _run(right.paragraphs[0], NATION, size=13, bold=True)
    _run(right.add_paragraph(), MOTTO, size=13, bold=True, underlined=True)
    _run(right.add_paragraph(), frame.day, size=13, italic=True)
    for cell in (left, right):
        for paragraph in cell.paragraphs:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.paragraph_format.space_after = Pt(0)


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
    paragraph = document.add_paragraph()
    _run(paragraph, said, size=size, bold=bold, italic=italic)
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(4)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _run(
    paragraph: Paragraph, said: str, *, size: int, bold: bool = False, italic: bool = False, underlined: bool = False
) -> None:
    run = paragraph.add_run(plain(said))
    run.font.size, run.bold, run.italic, run.underline = Pt(size), bold, italic, underlined


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
