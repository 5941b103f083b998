"""Biên bản họp khối as a file that a word processor opens, laid out after annex I of NĐ 30/2020/NĐ-CP.

What the house knows is filled in; what only the meeting knows is left as dots, to be typed or written by hand.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi.responses import Response

from gateway.pages.exports.described import plain

_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FONT: Final = "Times New Roman"
_BODY, _TITLE, _SMALL, _RECIPIENTS = 13, 14, 12, 11
"""Sizes in points: each inside what the annex gives for its element."""
_LEFT_MM, _RIGHT_MM = 65, 95
"""How wide the two halves of the head are: together what the margins leave of an A4 page."""
_NARROW_MM: Final = 21


@dataclass(frozen=True)
class Minutes:
    """What stands in the minutes of a block's meeting, in words; amounts are written as people read them."""

    block: str
    period: str
    head: str
    as_of: str
    members: int
    table: Sequence[Sequence[str]]
    """Head and rows of the table of results, the place first and the unit second."""
    wide: Sequence[str]
    limit: int
    ties: Sequence[str]
    votes: Sequence[str]


def minutes_file(told: Minutes) -> Response:
    """Give the minutes as a DOCX file to be saved."""
    return Response(
        written(told),
        media_type=_WORD,
        headers={"Content-Disposition": 'attachment; filename="bien-ban-hop-khoi.docx"'},
    )


def written(told: Minutes) -> bytes:
    """Write the minutes as DOCX."""
    page = _Page()
    page.head(("THÀNH PHỐ LAI CHÂU", told.block.upper()), "Số: ……/BB-……", "Lai Châu, ngày …… tháng …… năm ………")
    page.title("BIÊN BẢN", f"Họp khối, chấm điểm thi đua {told.period}")
    page.open("Hôm nay, hồi …… giờ …… ngày …… tháng …… năm ………, tại ")
    page.text(f"{told.block} họp chấm điểm thi đua {told.period}.")
    page.heading("1. Thành phần")
    page.text(f"Chủ trì: đại diện {told.head or '…' * 12}, khối trưởng.")
    page.open("Thư ký: ")
    page.open(f"{told.members} đơn vị trong khối; có mặt ……, vắng …… (đơn vị vắng, lý do): ")
    page.heading("2. Kết quả chấm điểm")
    page.table(told.table)
    page.text(f"Điểm theo bảng điểm của khối, tính đến {told.as_of}. Dấu –: chưa có điểm ở cột đó.")
    page.heading(f"3. Đơn vị có các cột chênh trên {told.limit} điểm")
    for each in told.wide:
        page.open(f"{each} Ý kiến của khối: ")
    page.texts(() if told.wide else ("Không có.",))
    page.heading("4. Các đơn vị bằng nhau: căn cứ xếp hạng")
    page.texts(told.ties or ("Không có.",))
    page.heading("5. Bỏ phiếu của khối")
    page.texts(told.votes or ("Không có.",))
    page.heading("6. Ý kiến, kiến nghị")
    page.open("")
    page.open("")
    page.text("Biên bản đọc lại cho các đơn vị cùng nghe, thống nhất và ký; cuộc họp kết thúc hồi …… giờ …… cùng ngày.")
    page.signatures("THƯ KÝ", "KHỐI TRƯỞNG")
    page.recipients(["Các đơn vị trong khối", "Phòng Nội vụ thành phố", "Lưu: hồ sơ khối"])
    return page.written()


class _Page:
    """A document after annex I of NĐ 30/2020: A4, Times New Roman, the page's number at the top from the second page on."""

    def __init__(self) -> None:
        # Word's own kind of document takes long to learn: only whoever wants such a file waits for it.
        import docx  # noqa: PLC0415
        from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER  # noqa: PLC0415
        from docx.oxml import OxmlElement  # noqa: PLC0415
        from docx.oxml.ns import qn  # noqa: PLC0415
        from docx.shared import Mm, Pt  # noqa: PLC0415

        self._mm, self._pt, self._qn, self._element, self._align = Mm, Pt, qn, OxmlElement, WD_ALIGN_PARAGRAPH
        self._tab, self._leader = WD_TAB_ALIGNMENT, WD_TAB_LEADER
        self._file: Any = docx.Document()
        section = self._file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin = section.bottom_margin = Mm(20)
        section.left_margin, section.right_margin = Mm(30), Mm(20)
        section.header_distance = Mm(10)
        normal = self._file.styles["Normal"]
        normal.font.name, normal.font.size = _FONT, Pt(_BODY)
        normal.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
        section.different_first_page_header_footer = True
        number = section.header.paragraphs[0]
        number.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._number(number)

    def _number(self, paragraph: Any) -> None:
        for kind, said in (("begin", None), (None, "PAGE"), ("end", None)):
            run = paragraph.add_run()
            run.font.size = self._pt(_BODY)
            part = self._element("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(self._qn("w:fldCharType"), kind)
            else:
                part.text = said
            run._r.append(part)  # noqa: SLF001 - there is no other way to write a field

    def _line(self, into: Any, said: str, size: int, *, bold: bool = False, italic: bool = False) -> Any:
        paragraph = into.add_paragraph()
        paragraph.paragraph_format.space_after = self._pt(0)
        run = paragraph.add_run(plain(said))
        run.font.size, run.bold, run.italic = self._pt(size), bold, italic
        return paragraph

    def _centred(self, into: Any, said: str, size: int, *, bold: bool = False, italic: bool = False) -> None:
        self._line(into, said, size, bold=bold, italic=italic).alignment = self._align.CENTER

    def _rule(self, into: Any, width: int, of: int) -> None:
        """Draw a line of so many millimetres in the middle of a place of so many."""
        paragraph = self._line(into, "", 2)
        paragraph.paragraph_format.space_after, paragraph.paragraph_format.line_spacing = self._pt(6), self._pt(3)
        paragraph.paragraph_format.left_indent = self._mm((of - width) / 2)
        paragraph.paragraph_format.right_indent = self._mm((of - width) / 2)
        borders, below = self._element("w:pBdr"), self._element("w:bottom")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
            below.set(self._qn(f"w:{name}"), value)
        borders.append(below)
        paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - as above

    def _halves(self) -> tuple[Any, Any]:
        table = self._file.add_table(rows=1, cols=2)
        table.autofit = False
        halves = table.rows[0].cells
        for column, cell, width in zip(table.columns, halves, (_LEFT_MM, _RIGHT_MM), strict=True):
            column.width = cell.width = self._mm(width)
        return halves[0], halves[1]

    def _without_first(self, cells: Iterable[Any]) -> None:
        """Take away the empty paragraph that every new cell begins with."""
        for cell in cells:
            first = cell.paragraphs[0]._p  # noqa: SLF001 - as above
            first.getparent().remove(first)

    def head(self, bodies: tuple[str, str], number: str, place: str) -> None:
        left, right = self._halves()
        self._centred(left, bodies[0], _SMALL)
        self._centred(left, bodies[1], _SMALL, bold=True)
        self._rule(left, 26, _LEFT_MM - 4)
        self._centred(left, number, _BODY)
        self._centred(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", _SMALL, bold=True)
        self._centred(right, "Độc lập - Tự do - Hạnh phúc", _BODY, bold=True)
        self._rule(right, 58, _RIGHT_MM - 4)
        self._centred(right, place, _BODY, italic=True)
        self._without_first((left, right))

    def title(self, kind: str, about: str) -> None:
        self._centred(self._file, "", _BODY)
        self._centred(self._file, kind, _TITLE, bold=True)
        self._centred(self._file, about, _TITLE, bold=True)
        self._rule(self._file, 50, _LEFT_MM + _RIGHT_MM)

    def heading(self, said: str) -> None:
        paragraph = self._line(self._file, said, _BODY, bold=True)
        self._spaced(paragraph)
        paragraph.paragraph_format.keep_with_next = True

    def _spaced(self, paragraph: Any) -> None:
        paragraph.alignment = self._align.JUSTIFY
        paragraph.paragraph_format.first_line_indent = self._mm(10)
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = self._pt(6)

    def text(self, said: str) -> None:
        self._spaced(self._line(self._file, said, _BODY))

    def open(self, said: str) -> None:
        """Write what goes on as dots to the edge of the page."""
        paragraph = self._line(self._file, said, _BODY)
        paragraph.runs[0].add_tab()
        self._spaced(paragraph)
        paragraph.alignment = self._align.LEFT
        edge = self._mm(_LEFT_MM + _RIGHT_MM)
        paragraph.paragraph_format.tab_stops.add_tab_stop(edge, self._tab.RIGHT, self._leader.DOTS)

    def texts(self, said: Iterable[str]) -> None:
        for each in said:
            self.text(each)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        head, *lines = rows
        table = self._file.add_table(rows=0, cols=len(head))
        table.style, table.autofit = "Table Grid", False
        widths = [_NARROW_MM] * len(head)
        widths[1] = _LEFT_MM + _RIGHT_MM - _NARROW_MM * (len(head) - 1)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = self._mm(width)
        for number, line in enumerate([head, *lines]):
            cells = table.add_row().cells
            for place, (cell, said) in enumerate(zip(cells, line, strict=True)):
                cell.width = self._mm(widths[place])
                paragraph = self._line(cell, said, _SMALL, bold=not number)
                if place != 1 or not number:
                    paragraph.alignment = self._align.CENTER
            self._without_first(cells)
        repeated = self._element("w:tblHeader")
        repeated.set(self._qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - as above

    def signatures(self, *posts: str) -> None:
        halves = self._halves()
        for cell, post in zip(halves, posts, strict=True):
            self._centred(cell, post, _BODY, bold=True)
            self._centred(cell, "(Ký, ghi rõ họ tên)", _BODY, italic=True)
            for _ in range(4):
                self._centred(cell, "", _BODY)
        self._without_first(halves)

    def recipients(self, those: Sequence[str]) -> None:
        self._line(self._file, "Nơi nhận:", _SMALL, bold=True, italic=True)
        for place, each in enumerate(those, start=1):
            self._line(self._file, f"- {each}{'.' if place == len(those) else ';'}", _RECIPIENTS)

    def written(self) -> bytes:
        into = io.BytesIO()
        self._file.save(into)
        return into.getvalue()


def votes_in_words(votes: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[str]:
    """Say each vote: how many votes each unit had, and why one was recorded again."""
    said = []
    for vote in votes:
        ordered = sorted(vote["votes"].items(), key=lambda each: (-each[1], names.get(each[0], "")))
        counts = "; ".join(f"{names.get(unit, 'Đơn vị')} {count} phiếu" for unit, count in ordered)
        why = f" Ghi lại, lý do: {vote['reason']}." if vote["reason"] else ""
        said.append(f"Lần {vote['number']}: {counts}.{why}")
    return said
