"""Are the minutes of a block's meeting a file after the decree on papers, with what was voted and what decided between equals?"""

import io
from dataclasses import replace
from uuid import UUID

import docx
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from desks import at_the_pages, open_pages
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from house import House

from gateway.pages.exports.minutes import Minutes, votes_in_words, written

TOLD = Minutes(
    block="Khối xã, phường",
    period="Báo cáo năm 2023",
    head="Phường Đoàn Kết",
    as_of="09:00 ngày 12/12/2023",
    members=2,
    table=[["Hạng", "Đơn vị", "Tự chấm", "Khối chấm"], ["1", "Phường Tân Phong", "94,25", "–"]],
    wide=[],
    limit=5,
    ties=["Phường Tân Phong xếp hạng 1: hơn về số phiếu của khối."],
    votes=[],
)


def test_every_element_has_the_place_and_size_that_the_decree_gives_it() -> None:
    """Annex I of NĐ 30/2020: paper, margins, font, sizes, the page's number at the top and not on the first page."""
    file = docx.Document(io.BytesIO(written(TOLD)))
    (section,) = file.sections
    assert [round(each.mm) for each in (section.page_width, section.page_height)] == [210, 297]
    assert 20 <= round(section.top_margin.mm) <= 25
    assert 20 <= round(section.bottom_margin.mm) <= 25
    assert 30 <= round(section.left_margin.mm) <= 35
    assert 15 <= round(section.right_margin.mm) <= 20
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    assert section.header.paragraphs[0].alignment is WD_ALIGN_PARAGRAPH.CENTER
    assert (file.styles["Normal"].font.name, file.styles["Normal"].font.size) == ("Times New Roman", Pt(13))
    head, results, signs = file.tables
    runs = {
        run.text: (run.font.size.pt, bool(run.bold), bool(run.italic))
        for paragraph in [
            *(each for table in (head, signs) for cell in table.rows[0].cells for each in cell.paragraphs),
            *file.paragraphs,
        ]
        for run in paragraph.runs
        if run.text
    }
    assert runs["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"] == (12, True, False)
    assert runs["Độc lập - Tự do - Hạnh phúc"] == (13, True, False)
    assert runs["KHỐI XÃ, PHƯỜNG"] == (12, True, False)
    assert runs["Số: ……/BB-……"] == (13, False, False)
    assert runs["Lai Châu, ngày …… tháng …… năm ………"] == (13, False, True)
    assert runs["BIÊN BẢN"] == (14, True, False)
    assert runs["Họp khối, chấm điểm thi đua Báo cáo năm 2023"] == (14, True, False)
    assert runs["KHỐI TRƯỞNG"] == (13, True, False)
    assert runs["Nơi nhận:"] == (12, True, True)
    assert runs["- Lưu: hồ sơ khối."] == (11, False, False)
    assert [cell.text for cell in results.rows[1].cells] == ["1", "Phường Tân Phong", "94,25", "–"]
    assert "Phường Tân Phong xếp hạng 1: hơn về số phiếu của khối." in runs
    assert "Thư ký: \t" in runs, "what the meeting knows goes on as dots"


def test_what_no_file_can_hold_is_left_out_of_the_minutes() -> None:
    bad = "Khối\x01 xã\uffff, phường\ud800"
    told = replace(TOLD, block=bad, ties=[bad], votes=[bad], table=[["Hạng", bad], ["1", bad]])
    file = docx.Document(io.BytesIO(written(told)))
    assert [paragraph.text for paragraph in file.paragraphs].count("Khối xã, phường") == 2
    assert [cell.text for row in file.tables[1].rows for cell in row.cells] == [
        "Hạng",
        "Khối xã, phường",
        "1",
        "Khối xã, phường",
    ]


def test_a_vote_is_said_from_the_most_votes_down_with_why_it_was_recorded_again() -> None:
    names = {"a": "Phường A", "b": "Phường B"}
    votes = [
        {"number": 2, "votes": {"a": 2, "b": 5}, "reason": "Kiểm lại phiếu"},
        {"number": 1, "votes": {"a": 1, "b": 1}, "reason": None},
    ]
    assert votes_in_words(votes, names) == [
        "Lần 2: Phường B 5 phiếu; Phường A 2 phiếu. Ghi lại, lý do: Kiểm lại phiếu.",
        "Lần 1: Phường A 1 phiếu; Phường B 1 phiếu.",
    ]


async def test_votes_and_what_decided_stand_on_the_page_and_in_the_file(house: House) -> None:
    await open_pages(house)
    for unit, amount in ((TAN_PHONG, "900"), (QUYET_THANG, "900"), (SAN_THANG, "800")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    async with house.office("scoring") as office:
        place = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}/votes"
        body = {"votes": {str(TAN_PHONG): 2, str(QUYET_THANG): 5}, "reason": ""}
        answer = await office.post(place, json=body)
        assert answer.status_code in (200, 201), answer.text
    await house.quiet()
    page = f"/bang-tong-hop/{PERIOD}/{BLOCK}/bien-ban"
    voted = "Lần 1: Phường Quyết Thắng 5 phiếu; Phường Tân Phong 2 phiếu."
    decided = "Phường Quyết Thắng xếp hạng 1: các tiêu chí so sánh đều bằng nhau, hơn về số phiếu của khối."
    async with at_the_pages(house, "noi-vu") as client:
        shown = (await client.get(page)).text
        assert (voted in shown, decided in shown) == (True, True)
        answer = await client.get(f"{page}?tep=docx")
        assert answer.headers["content-disposition"] == 'attachment; filename="bien-ban-hop-khoi.docx"'
        file = docx.Document(io.BytesIO(answer.content))
        said = [paragraph.text for paragraph in file.paragraphs]
        assert (voted in said, decided in said) == (True, True)
        assert [row.cells[1].text for row in file.tables[1].rows] == [
            "Đơn vị",
            "Phường Quyết Thắng",
            "Phường Tân Phong",
            "Xã San Thàng",
        ]
        assert (await client.get(f"/bang-tong-hop/{PERIOD}/{UUID(int=9)}/bien-ban?tep=docx")).status_code == 404
    async with at_the_pages(house, "van-hanh") as client:
        assert (await client.get(f"{page}?tep=docx")).status_code == 403
