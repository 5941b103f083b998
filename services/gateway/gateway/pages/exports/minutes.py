"""Biên bản họp khối as a file that a word processor opens, laid out after annex I of NĐ 30/2020/NĐ-CP.

What the house knows is filled in; what only the meeting knows is left as dots, to be typed or written by hand.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from fastapi.responses import Response

from gateway.pages.exports import paper
from gateway.pages.exports.paper import BODY as _BODY
from gateway.pages.exports.paper import MOTTO, NATION, Line

_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TITLE, _SMALL, _RECIPIENTS = 14, 12, 11
"""Sizes in points: each inside what the annex gives for its element."""
_LEFT_MM, _RIGHT_MM = 65, 95
"""How wide the two halves of the head are: together what the margins leave of an A4 page."""
_ACROSS: Final = (Mm(_LEFT_MM), Mm(_RIGHT_MM))
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
    page.heading(f"3. Đơn vị có các cột chênh trên {told.limit}% điểm tối đa áp dụng")
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
        self._file, section = paper.sheet(left=30, right=20, upper=20, lower=20)
        section.header_distance = Mm(10)

    def head(self, bodies: tuple[str, str], number: str, place: str) -> None:
        left = [
            Line(bodies[0], _SMALL),
            Line(bodies[1], _SMALL, bold=True, rule=26),
            Line(number, _BODY),
        ]
        right = [
            Line(NATION, _SMALL, bold=True),
            Line(MOTTO, _BODY, bold=True, rule=58),
            Line(place, _BODY, italic=True),
        ]
        paper.head(self._file, _ACROSS, left, right)

    def title(self, kind: str, about: str) -> None:
        paper.line(self._file, "", _BODY, centred=True)
        paper.line(self._file, kind, _TITLE, bold=True, centred=True)
        paper.line(self._file, about, _TITLE, bold=True, centred=True)
        paper.rule(self._file, Mm(50), sum(_ACROSS))

    def heading(self, said: str) -> None:
        paragraph = paper.line(self._file, said, _BODY, bold=True)
        self._spaced(paragraph)
        paragraph.paragraph_format.keep_with_next = True

    def _spaced(self, paragraph: Any) -> None:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.paragraph_format.first_line_indent = Mm(10)
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(6)

    def text(self, said: str) -> None:
        self._spaced(paper.line(self._file, said, _BODY))

    def open(self, said: str) -> None:
        """Write what goes on as dots to the edge of the page."""
        paragraph = paper.line(self._file, said, _BODY)
        paragraph.runs[0].add_tab()
        self._spaced(paragraph)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
        edge = Mm(_LEFT_MM + _RIGHT_MM)
        paragraph.paragraph_format.tab_stops.add_tab_stop(edge, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)

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
            column.width = Mm(width)
        for number, line in enumerate([head, *lines]):
            cells = table.add_row().cells
            for place, (cell, said) in enumerate(zip(cells, line, strict=True)):
                cell.width = Mm(widths[place])
                paragraph = paper.line(cell, said, _SMALL, bold=not number)
                if place != 1 or not number:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paper.without_first(cells)
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - as above

    def signatures(self, *posts: str) -> None:
        halves = paper.halves(self._file, _ACROSS)
        for cell, post in zip(halves, posts, strict=True):
            paper.line(cell, post, _BODY, bold=True, centred=True)
            paper.line(cell, "(Ký, ghi rõ họ tên)", _BODY, italic=True, centred=True)
            for _ in range(4):
                paper.line(cell, "", _BODY, centred=True)
        paper.without_first(halves)

    def recipients(self, those: Sequence[str]) -> None:
        paper.line(self._file, "Nơi nhận:", _SMALL, bold=True, italic=True)
        for place, each in enumerate(those, start=1):
            paper.line(self._file, f"- {each}{'.' if place == len(those) else ';'}", _RECIPIENTS)

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
