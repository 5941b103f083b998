"""The paper of every Word file, after annex I of Nghị định 30/2020/NĐ-CP: A4, its face, the page's number, the head in two halves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt

from gateway.pages.exports.described import plain

FACE: Final = "Times New Roman"
NATION: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO: Final = "Độc lập - Tự do - Hạnh phúc"
BODY: Final = 13
"""Points."""
_LONG, _SHORT = Mm(297), Mm(210)
_CELL_MARGINS: Final = Mm(4)
_PAGE: Final = (
    '<w:r {ns}><w:fldChar w:fldCharType="begin"/></w:r>',
    '<w:r {ns}><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>',
    '<w:r {ns}><w:fldChar w:fldCharType="end"/></w:r>',
)


@dataclass(frozen=True)
class Line:
    """A line of a document's head: its size in points, and how wide the rule below it is, in millimetres, 0 for none."""

    said: str
    size: int
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    rule: int = 0


def sheet(left: int, right: int, upper: int, lower: int, *, lying: bool = False) -> tuple[Any, Any]:
    """Open a document with these margins in millimetres; give it and its section."""
    document = docx.Document()
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = FACE, Pt(BODY)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
    normal.element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="vi-VN" w:eastAsia="vi-VN"/>'))
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (_LONG, _SHORT) if lying else (_SHORT, _LONG)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.top_margin, section.bottom_margin = Mm(upper), Mm(lower)
    # The number of a page stands above, in the middle, from the second on.
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for run in _PAGE:
        number._p.append(parse_xml(run.format(ns=nsdecls("w"))))  # noqa: SLF001 - python-docx has no word for fields
    return document, section


def line(
    into: Any,
    said: str,
    size: int,
    *,
    bold: bool = False,
    italic: bool = False,
    underlined: bool = False,
    centred: bool = False,
) -> Any:
    """Write a paragraph with nothing below it; give it."""
    paragraph = into.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(plain(said))
    run.font.size, run.bold, run.italic, run.underline = Pt(size), bold, italic, underlined or None
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def rule(into: Any, width: Length, of: int) -> None:
    """Draw a line so wide in the middle of a place that is ``of`` wide."""
    paragraph = line(into, "", 2)
    paragraph.paragraph_format.space_after, paragraph.paragraph_format.line_spacing = Pt(6), Pt(3)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Length((of - width) // 2)
    below = '<w:bottom w:val="single" w:sz="6" w:space="1" w:color="000000"/>'
    paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:pBdr {nsdecls('w')}>{below}</w:pBdr>"))  # noqa: SLF001 - as above


def halves(document: Any, across: Sequence[int]) -> tuple[Any, Any]:
    """Lay two columns so wide, without lines; give their cells, which begin with an empty paragraph."""
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    cells = table.rows[0].cells
    for column, cell, width in zip(table.columns, cells, across, strict=True):
        column.width = cell.width = width
    return cells[0], cells[1]


def without_first(cells: Iterable[Any]) -> None:
    """Take away the empty paragraph that every new cell begins with."""
    for cell in cells:
        first = cell.paragraphs[0]._p  # noqa: SLF001 - as above
        first.getparent().remove(first)


def head(document: Any, across: Sequence[int], left: Iterable[Line], right: Iterable[Line]) -> None:
    """Write who issues the document beside the nation, its motto, the place and the day."""
    cells = halves(document, across)
    for cell, lines, width in zip(cells, (left, right), across, strict=True):
        for each in lines:
            line(
                cell,
                each.said,
                each.size,
                bold=each.bold,
                italic=each.italic,
                underlined=each.underlined,
                centred=True,
            )
            if each.rule:
                rule(cell, Mm(each.rule), width - _CELL_MARGINS)
    without_first(cells)
