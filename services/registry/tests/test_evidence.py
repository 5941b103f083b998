"""Is evidence taken by what it is, attached where the report is open, and given out to be saved, to those with rights?"""

import hashlib
import io
import zipfile
from typing import Any
from uuid import UUID

import city
import httpx2
import pytest
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from house import House, ident
from hypothesis import given
from hypothesis import strategies as st

from registry import rules
from registry.rules import Kind

PDF = b"%PDF-1.7\n" + b"minh chung\n" * 100
REPORT = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/reports/{TAN_PHONG}"
LINE = f"{REPORT}/evidence/1.1"
LEFT: dict[str, dict[str, Any]] = {"merge": {"into": str(SAN_THANG)}, "close": {}, "move": {"block_id": None}}
"""How a unit may come to stand in no block before its period closes."""


def package(*parts: str) -> bytes:
    """Give a ZIP with these parts, as Word and Excel write theirs."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<x/>")
    return written.getvalue()


@pytest.mark.parametrize(
    ("head", "parts", "kind"),
    [
        (PDF, (), Kind.PDF),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", (), Kind.JPEG),
        (b"\x89PNG\r\n\x1a\n\0\0", (), Kind.PNG),
        (b"PK\x03\x04", ("[Content_Types].xml", "word/document.xml"), Kind.DOCX),
        (b"PK\x03\x04", ("[Content_Types].xml", "xl/workbook.xml"), Kind.XLSX),
    ],
)
def test_a_file_is_what_its_content_says(head: bytes, parts: tuple[str, ...], kind: Kind) -> None:
    assert rules.kind_of(head[: rules.HEAD], parts) is kind


@pytest.mark.parametrize(
    ("head", "parts", "said"),
    [
        (b"", (), "Tệp rỗng"),
        (b"<html><script>", (), "không phải loại được nhận"),
        (b"MZ\x90\0", (), "không phải loại được nhận"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (), "đặt mật khẩu"),
        (b"PK\x03\x04", ("evil.exe",), "không phải loại được nhận"),
        (b"PK\x03\x04", ("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macro"),
    ],
)
def test_what_is_not_taken_says_why(head: bytes, parts: tuple[str, ...], said: str) -> None:
    with pytest.raises(rules.UnfitError, match=said):
        rules.kind_of(head, parts)


@given(name=st.text(max_size=400), kind=st.sampled_from(Kind))
def test_a_shown_name_leads_nowhere_and_ends_as_the_content_says(name: str, kind: Kind) -> None:
    shown = rules.shown_name(name, kind)
    assert 0 < len(shown) <= 150
    assert not set(shown) & set('/\\\r\n\0"') - {'"'}
    assert shown.lower().endswith((".jpg", ".jpeg") if kind is Kind.JPEG else f".{kind}")
    assert rules.shown_name(shown, kind) == shown


@pytest_asyncio.fixture
async def registry(house: House) -> House:
    await house.open(["registry", "scoring"])
    await city.found(house)
    return house


def officer(house: House, unit: UUID = TAN_PHONG) -> httpx2.AsyncClient:
    return house.client("registry", ("unit_officer", unit), account=f"officer-{unit}")


async def hand_in(house: House, content: bytes, name: str = "Đối chiếu.pdf", unit: UUID = TAN_PHONG) -> httpx2.Response:
    async with officer(house, unit) as client:
        return await client.post("/evidence", params={"unit_id": str(unit), "name": name}, content=content)


async def test_a_file_is_kept_once_whatever_it_is_called_and_given_out_to_be_saved(registry: House) -> None:
    first = (await hand_in(registry, PDF, "../../Đối chiếu “quý 4”.exe")).json()
    again = (await hand_in(registry, PDF, "khac.pdf")).json()
    assert first == again
    assert (first["kind"], first["size"], first["scan"]) == ("pdf", len(PDF), "not_scanned")
    assert first["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert first["name"] == "Đối chiếu “quý 4”.exe.pdf"
    async with officer(registry) as client:
        given_out = await client.get(f"/evidence/{first['evidence_id']}/content")
    assert given_out.content == PDF
    assert given_out.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%C4%90%E1%BB%91i")
    assert given_out.headers["x-content-type-options"] == "nosniff"
    assert given_out.headers["content-security-policy"].startswith("sandbox")


async def test_what_is_not_taken_is_refused_in_words_and_kept_nowhere(registry: House) -> None:
    said = {
        "Tệp rỗng": b"",
        "không phải loại được nhận": b"<html>",
        "macro": package("word/document.xml", "word/vbaProject.bin"),
        "lớn hơn 20 MB": PDF + b"0" * rules.LARGEST,
    }
    for sentence, content in said.items():
        refused = await hand_in(registry, content, "bao-cao.pdf")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "tep"), refused.text
        assert sentence in refused.json()["detail"]
    assert not [path for path in (registry.home / "evidence").rglob("*") if path.is_file()]
    assert (await hand_in(registry, package("xl/workbook.xml"), "bieu.xls")).json()["name"] == "bieu.xls.xlsx"


async def test_only_those_with_rights_see_a_file_and_a_head_only_what_was_sent(registry: House) -> None:
    file = (await hand_in(registry, PDF)).json()["evidence_id"]
    content = f"/evidence/{file}/content"
    async with (
        officer(registry) as own,
        officer(registry, QUYET_THANG) as stranger,
        registry.office("registry") as office,
        registry.client("registry", ("block_head", BLOCK)) as head,
    ):
        assert (await own.put(f"{LINE}/{file}")).status_code == 200
        assert (await office.get(content)).status_code == 200
        assert {(await each.get(content)).status_code for each in (stranger, head)} == {403}
        assert (await stranger.get(f"/evidence?unit_id={TAN_PHONG}")).status_code == 403
        refused = await stranger.post("/evidence", params={"unit_id": str(TAN_PHONG), "name": "x.pdf"}, content=PDF)
        assert refused.status_code == 403
        taken_away = (await hand_in(registry, PDF + b"\n% other", "khac.pdf")).json()["evidence_id"]
        assert (await own.put(f"{LINE}/{taken_away}")).status_code == 200
        assert (await own.delete(f"{LINE}/{taken_away}")).status_code == 200
        assert (await submit(registry, TAN_PHONG, "1000")).status_code == 201
        assert (await head.get(content)).status_code == 200
        assert (await head.get(f"/evidence/{taken_away}/content")).status_code == 403, "detached before it was sent"


@pytest.mark.parametrize("kind", LEFT)
async def test_evidence_of_a_unit_that_left_its_block_is_open_to_no_head(registry: House, kind: str) -> None:
    file = (await hand_in(registry, PDF)).json()["evidence_id"]
    content = f"/evidence/{file}/content"
    async with officer(registry) as own, registry.office("registry") as office:
        assert (await own.put(f"{LINE}/{file}")).status_code == 200
        assert (await submit(registry, TAN_PHONG, "1000")).status_code == 201
        left = {"kind": kind, "unit_ids": [str(TAN_PHONG)], "effective_on": "2023-12-01", "reason": "Theo quyết định"}
        answer = await office.post("/unit-changes", json=left | LEFT[kind])
        assert answer.status_code == 201, answer.text
        for block in (BLOCK, ident("another block")):
            async with registry.client("registry", ("block_head", block)) as head:
                for path in (content, f"{REPORT}/evidence"):
                    assert (await head.get(path)).status_code == 403, path
        for each in (own, office):
            assert (await each.get(content)).content == PDF


async def state(house: House) -> dict[str, Any]:
    async with officer(house) as client:
        found: dict[str, Any] = (await client.get(REPORT)).json()
        return found


async def test_a_file_stands_behind_as_many_lines_as_one_likes_and_never_goes_in_silence(registry: House) -> None:
    file = (await hand_in(registry, PDF)).json()["evidence_id"]
    path = f"/evidence?unit_id={TAN_PHONG}"
    async with officer(registry) as client:
        assert [each["attached"] for each in (await client.get(f"{path}&unattached=true")).json()["items"]] == [0]
        for line in ("1.1", "2.1", "1.1"):
            assert (await client.put(f"{REPORT}/evidence/{line}/{file}")).status_code == 200
        assert {line: len(files) for line, files in (await state(registry))["evidence"].items()} == {"1.1": 1, "2.1": 1}
        assert (await client.get(path)).json()["items"][0]["attached"] == 2
        for line in ("1.1", "2.1"):
            assert (await client.delete(f"{REPORT}/evidence/{line}/{file}")).status_code == 200
        assert (await state(registry))["evidence"] == {}
        assert len((await client.get(f"{path}&unattached=true")).json()["items"]) == 1
        foreign = (await hand_in(registry, PDF, unit=QUYET_THANG)).json()["evidence_id"]
        assert (await client.put(f"{LINE}/{foreign}")).status_code == 404


async def test_evidence_follows_the_table_of_steps_and_a_review_sees_what_was_sent(registry: House) -> None:
    sent, late = [(await hand_in(registry, PDF + extra)).json()["evidence_id"] for extra in (b"1", b"2")]
    async with officer(registry) as client, registry.office("registry") as office:
        assert (await client.put(f"{LINE}/{sent}")).status_code == 200
        await submit(registry, TAN_PHONG, "1000")
        assert (await client.put(f"{LINE}/{late}")).json()["state"] == "amending"
        assert (await client.delete(f"{LINE}/{sent}")).status_code == 200
        stands = await state(registry)
        path = f"/reports/{stands['report_id']}"
        seen = (await office.get(path)).json()["evidence"]
        assert [each["evidence_id"] for each in seen["1.1"]] == [sent]

        assert (await office.post(f"{path}/take-up", json={"version": stands["version"]})).status_code == 200
        refused = await client.put(f"{LINE}/{sent}")
        assert refused.status_code == 409
        assert "đang được xem xét" in refused.json()["detail"]
        items = {"version": stands["version"], "items": {"2.1": "thiếu biên bản"}}
        assert (await office.post(f"{path}/return", json=items)).status_code == 200
        sealed = await client.put(f"{LINE}/{sent}")
        assert (sealed.status_code, sealed.json()["errors"][0]["field"]) == (422, "1.1")
        assert (await client.put(f"{REPORT}/evidence/2.1/{sent}")).status_code == 200
