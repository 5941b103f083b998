"""Is the city's own issuing document recognised from text, Word and PDF, with its place, and is nothing of it dropped?"""

import base64
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import docx
import pypdfium2
import pytest
import yaml
from chromium import chromium
from city import CAMPAIGN
from house import House, ident
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Invalid
from chassis.text import nfc
from registry.actions.documents import text_of
from registry.rules import Finding, draft_of, read_design, recognise

ISSUED = yaml.safe_load(Path("data/lai-chau-2023/campaign.yaml").read_text())["document"]
"""The same document as people typed it by hand, word for word."""
PIECES = (
    "Số: 12/PĐTĐ-UBND Thành phố Lai Châu, ngày 05 tháng 01 năm 2023",
    "**PHÁT ĐỘNG THI ĐUA**",
    "Năm 2023, UBND thành phố phát động phong trào thi đua với chủ đề “Đoàn kết”.",
    "1. Một; cắt giảm tối thiểu 30% thời gian.",
    "**2.** Hai",
    "3) Ba phong trào “Thi đua quyết thắng”, “Một nữa”.",
    "*Về lĩnh vực kinh tế:* Việc một. Việc hai.",
    "Trên đây là nội dung",
    "Nơi nhận:",
    "- Sở Nội vụ;",
    "TM. ỦY BAN NHÂN DÂN",
    "CHỦ TỊCH",
    "Nguyễn Văn A",
    "",
    "\u2028 \t",
)


def seed() -> str:
    """Give the issuing document as a converter left it: page ends inside sentences, stars around bold letters."""
    return write(marked=True)


def write(*, marked: bool) -> str:
    bold = "**" if marked else ""
    duties = [f"{each['number']}. {each['text']}" for each in ISSUED["duties"]]
    duties[0] = duties[0].replace("trong đó chú trọng", "\n\ntrong đó chú trọng") if marked else duties[0]
    duties[3] = duties[3].replace("4.", f"{bold}4.{bold}", 1)
    fields = [
        f"Về lĩnh vực {each['name'][:1].lower()}{each['name'][1:]}: {' '.join(each['tasks'])}"
        for each in ISSUED["fields"]
    ]
    parts = [
        "Số: /PĐTĐ-UBND Thành phố Lai Châu, ngày tháng 01 năm 2023",
        f"{bold}PHÁT ĐỘNG THI ĐUA{bold}",
        f"{bold}{ISSUED['title']}{bold}",
        *ISSUED["opening"],
        *duties[:3],
        *fields,
        ISSUED["key_works"]["text"],
        *duties[3:],
        ISSUED["closing"],
        f"{bold}Nơi nhận:{bold}",
        "\n".join(f"- {each};" for each in ISSUED["recipients"]),
        f"{bold}TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH{bold}",
        ISSUED["signer"],
    ]
    return "\n\n".join(parts)


def as_docx() -> bytes:
    """Make a Word file: head and foot in tables without borders, as offices write them."""
    document = docx.Document()
    parts = write(marked=False).split("\n\n")
    head, foot = parts[0], parts[-3:]
    cells = document.add_table(rows=1, cols=2).rows[0].cells
    symbol, _, issued = head.partition(" Thành phố")
    cells[0].text, cells[1].text = symbol, f"Thành phố{issued}"
    for part in parts[1:-4]:
        document.add_paragraph(part)
    cells = document.add_table(rows=1, cols=2).rows[0].cells
    cells[0].text = f"Nơi nhận:\n{foot[0]}"
    cells[1].text = "\n".join(foot[1:])
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


async def as_pdf() -> bytes:
    """Print the document to PDF as a browser does: every line a line of its own, pages end anywhere."""
    html = "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in write(marked=False).split("\n\n"))
    async with chromium() as browser:
        page = await browser.new_page()
        await page.set_content(f"<html lang=vi><body style='font: 14pt serif'>{html}")
        return await page.pdf(format="A4")


def every(findings: tuple[Finding, ...]) -> Iterator[Finding]:
    for each in findings:
        yield each
        yield from every(each.parts)


def values(text: str, kind: str) -> list[str]:
    return [each.value for each in every(recognise(text).findings) if each.kind == kind]


def check_all_is_there(text: str) -> None:
    """What people typed by hand out of the document is what is recognised in it."""
    assert values(text, "symbol") == ["/PĐTĐ-UBND"]
    assert values(text, "issued") == [""], "the day was left open, and stays open"
    assert values(text, "form") == ["PHÁT ĐỘNG THI ĐUA"]
    assert values(text, "title") == [ISSUED["title"]]
    assert values(text, "theme") == [ISSUED["theme"]]
    assert values(text, "issuer") == [ISSUED["issuer"]]
    assert values(text, "duty") == [each["text"] for each in ISSUED["duties"]]
    assert values(text, "field") == [each["name"] for each in ISSUED["fields"]]
    assert values(text, "task") == [task for each in ISSUED["fields"] for task in each["tasks"]]
    assert values(text, "works") == [ISSUED["key_works"]["text"]]
    assert values(text, "recipient") == ISSUED["recipients"]
    assert values(text, "signer") == [ISSUED["signer"]]
    named = [each["name"] for each in ISSUED["movements"][:5]]
    assert values(text, "movement")[:5] == named
    assert values(text, "target") == [
        "thực hiện tốt việc cắt giảm tối thiểu 30% thời gian giải quyết thủ tục hành chính"
    ]
    left = " ".join(text[start:end] for start, end in recognise(text).remainder)
    assert nfc(ISSUED["opening"][0]) in nfc(left.replace("*", ""))
    assert nfc(ISSUED["closing"]) in nfc(left.replace("*", ""))


def check_partition(text: str) -> None:
    found = recognise(text)
    spans = sorted([(each.start, each.end) for each in found.findings] + list(found.remainder))
    assert [start for start, _ in spans] == [0, *[end for _, end in spans]][: len(spans)]
    assert not spans or spans[-1][1] == len(text)
    assert all(start < end for start, end in spans)
    for each in every(found.findings):
        inner = [(part.start, part.end) for part in each.parts]
        assert all(each.start <= start < end <= each.end for start, end in inner)
        assert all(one[1] <= other[0] for one, other in pairwise(inner))


@given(st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=20)).map("\n".join))
def test_every_character_is_in_one_finding_or_in_what_was_not_recognised(text: str) -> None:
    check_partition(text)
    read_design(CAMPAIGN, draft_of(recognise(text)))


def test_the_citys_document_is_recognised_with_its_places() -> None:
    check_all_is_there(seed())
    check_partition(seed())


def test_a_word_file_says_the_same() -> None:
    kind, text = text_of(as_docx())
    assert kind == "docx"
    check_all_is_there(text)
    check_partition(text)


@pytest.mark.browser
async def test_a_pdf_says_the_same() -> None:
    kind, text = text_of(await as_pdf())
    assert kind == "pdf"
    check_all_is_there(text)
    check_partition(text)


def test_what_was_recognised_becomes_a_draft_that_lacks_only_what_the_document_does_not_say() -> None:
    sections = draft_of(recognise(seed()))
    _, faults = read_design(CAMPAIGN, sections)
    assert [fault.criterion for fault in faults] == ["document.starts_on", "document.ends_on", "periods", "scope.reach"]
    assert sections["document"].values["symbol"] == "PĐTĐ-UBND"
    assert "number" not in sections["document"].values
    assert sections["targets"].rows == (
        {
            "code": "CT1",
            "name": "Thực hiện tốt việc cắt giảm thời gian giải quyết thủ tục hành chính",
            "measure": "%",
            "direction": "at_least",
            "plan": "30",
        },
    )
    assert sections["fields"].rows[0]["tasks"].count("\n") == 4


def test_a_number_and_a_day_that_are_there_are_read() -> None:
    text = "Số: 12/PĐTĐ-UBND\nLai Châu, ngày 5 tháng 1 năm 2023\nPHÁT ĐỘNG THI ĐUA\nĐợt một\n1. Một\n2. Hai"
    assert (values(text, "symbol"), values(text, "issued")) == (["12/PĐTĐ-UBND"], ["05/01/2023"])


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return made.getvalue()


def empty_pdf() -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842).close()
    made = io.BytesIO()
    document.save(made)
    document.close()
    return made.getvalue()


LOCKED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj "
    b"3 0 obj<</Filter/Standard/V 1/R 2/O<" + b"00" * 32 + b">/U<" + b"00" * 32 + b">/P -4>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]>>\n%%EOF"
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7\nbroken", "PDF bị hỏng"),
        (LOCKED, "có mật khẩu"),
        (empty_pdf(), "không có chữ nào"),
        (as_docx()[:3000], "Word bị hỏng"),
        (zipped(a=b"x"), "không phải văn bản Word"),
        (zipped(word__document_xml=b"<w/>"), "Word bị hỏng"),
        (zipped(word__document_xml=bytes(40 * 1024 * 1024)), "quá lớn khi mở ra"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "đời cũ (.doc) hoặc có mật khẩu"),
        (b"\x89PNG\r\n\x1a\n", "không phải DOCX, PDF hay văn bản"),
        (b"PH\x00T", "không phải DOCX, PDF hay văn bản"),
        (b" \n ", "không có chữ nào"),
        ("chữ ".encode() * 90_000, "dài hơn 300000 ký tự"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=re.escape(words)) as refused:
        text_of(content)
    assert refused.value.errors[0].remedy


def test_a_file_is_what_its_content_says() -> None:
    assert text_of("\ufeffPhát động".encode()) == ("text", "Phát động")
    assert text_of("Phát động".encode("utf-16")) == ("text", "Phát động")


DRAFT: UUID = ident("imported")
PATH = f"/campaign-drafts/{DRAFT}"


async def test_an_import_fills_what_is_empty_and_keeps_what_was_typed(house: House) -> None:
    await house.open(["registry"])
    typed = {"version": 0, "values": {"names": "Đã gõ trước"}}
    file: dict[str, Any] = {"content": base64.b64encode(as_docx()).decode()}
    async with house.office("registry") as office:
        await office.put(PATH, json={})
        await office.put(f"{PATH}/sections/recipients", json=typed)
        taken = await office.post(f"{PATH}/import", json=file)
        draft = (await office.get(PATH)).json()
        both = await office.post(f"{PATH}/import", json={**file, "text": "x"})
        broken = await office.post(f"{PATH}/import", json={"content": "%%%"})
        large = await office.post(f"{PATH}/import", json={"content": base64.b64encode(bytes(1024 * 1024 + 1)).decode()})
    assert taken.status_code == 200, taken.text
    assert taken.json()["filled"] == ["document", "tasks", "fields", "targets"]
    assert (taken.json()["kept"], draft["source"]["kept"]) == (["recipients"], ["recipients"])
    assert draft["sections"]["recipients"]["values"] == typed["values"]
    text = draft["source"]["text"]
    theme = next(each for each in draft["source"]["findings"] if each["kind"] == "theme")
    assert text[theme["start"] : theme["end"]] == theme["value"] == ISSUED["theme"]
    assert [answer.status_code for answer in (both, broken, large)] == [422, 422, 422]
    assert "lớn hơn 1 MB" in large.json()["detail"]
