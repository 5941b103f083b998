"""Is the document behind a block's founding or a rating taken by its content, replaced without loss, and seen by whom it concerns?"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio
from city import BLOCK, TAN_PHONG
from desks import Desks, at_the_registry
from house import House, ident

PDF = b"%PDF-1.7\n" + b"quyet dinh\n" * 50
OTHER = b"%PDF-1.7\n" + b"dinh chinh\n" * 50
OF_BLOCK = f"/blocks/{BLOCK}/attachments"
DOCUMENT = {"document_number": "12/QĐ-UBND", "document_on": "10/11/2023", "document_by": "UBND thành phố"}
PERSON = ident("can-bo-01")


@pytest_asyncio.fixture
async def desks(house: House) -> AsyncIterator[Desks]:
    async with at_the_registry(house) as sitting:
        yield sitting


async def attach(
    client: httpx2.AsyncClient, path: str, content: bytes = PDF, name: str = "quyết định.pdf"
) -> httpx2.Response:
    return await client.post(path, params={"name": name}, content=content)


async def items(client: httpx2.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def rating(desks: Desks, **more: Any) -> UUID:
    entry = uuid4()
    values = {"year": "2023", "grade": "good", **DOCUMENT}
    body = {"version": 0, "kind": "rating", "values": values, "unit_id": str(TAN_PHONG), **more}
    answer = await desks.own.put(f"/entries/{entry}", json=body)
    assert answer.status_code == 200, answer.text
    return entry


async def test_a_decision_is_attached_by_the_office_replaced_and_saved_by_its_block(house: House, desks: Desks) -> None:
    first = await attach(desks.office, OF_BLOCK, name="../1526.exe")
    assert first.status_code == 201, first.text
    assert (first.json()["kind"], first.json()["name"], first.json()["scan"]) == ("pdf", "1526.exe.pdf", "not_scanned")
    again = await attach(desks.office, OF_BLOCK, name="khác.pdf")
    assert again.json() == first.json(), "the same content is the same document"
    second = (await attach(desks.office, OF_BLOCK, OTHER)).json()
    told = await items(desks.own, OF_BLOCK)
    assert [each["attachment_id"] for each in told] == [second["attachment_id"], first.json()["attachment_id"]]
    assert [each["replaced_at"] is None for each in told] == [True, False]
    for attachment, content in ((second, OTHER), (first.json(), PDF)):
        given = await desks.own.get(f"/attachments/{attachment['attachment_id']}/content")
        assert (given.status_code, given.content) == (200, content)
        assert given.headers["content-disposition"].startswith("attachment;")
        assert given.headers["content-security-policy"] == "sandbox; default-src 'none'"
    async with house.client("registry", ("unit_officer", uuid4())) as stranger:
        for path in (OF_BLOCK, f"/attachments/{second['attachment_id']}/content"):
            assert (await stranger.get(path)).status_code == 403
    async with house.client("registry", ("block_head", BLOCK)) as head:
        assert len(await items(head, OF_BLOCK)) == 2
        assert (await attach(head, OF_BLOCK)).status_code == 403


@pytest.mark.parametrize("of", ["unit", "person"])
async def test_a_unit_attaches_nothing_to_what_the_office_said(desks: Desks, of: str) -> None:
    person = {"unit_id": str(TAN_PHONG), "name": "Cán bộ 01", "words": "Chuyên viên", "from_on": "01/03/2021"}
    assert (await desks.own.put(f"/people/{PERSON}", json=person)).status_code == 200
    whose = {} if of == "unit" else {"unit_id": None, "person_id": str(PERSON)}
    entry = await rating(desks, **whose)
    path = f"/entries/{entry}/attachments"
    assert (await attach(desks.own, path)).status_code == 201
    # Since the office has spoken, its word is the one that stands.
    corrected = {"year": "2023", "grade": "excellent", **DOCUMENT}
    body = {"version": 1, "kind": "rating", "values": corrected, "unit_id": str(TAN_PHONG), "reason": "Chấm lại"}
    assert (await desks.office.put(f"/entries/{entry}", json=body | whose)).status_code == 200
    for content in (
        OTHER,
        # That is looked at before the first byte.
        b"<html>",
    ):
        refused = await attach(desks.own, path, content)
        assert (refused.status_code, "đề nghị Phòng Nội vụ thành phố sửa" in refused.text) == (403, True), refused.text
    (stands,) = await items(desks.own, path)
    assert (await desks.own.get(f"/attachments/{stands['attachment_id']}/content")).content == PDF
    assert (await attach(desks.office, path, OTHER)).status_code == 201
    assert len(await items(desks.own, path)) == 2


async def test_what_is_not_taken_leaves_what_stands(desks: Desks) -> None:
    assert (await attach(desks.own, OF_BLOCK)).status_code == 403
    assert (await attach(desks.office, f"/blocks/{uuid4()}/attachments", b"<html>")).status_code == 404
    for content, said in ((b"<html>", "không phải loại được nhận"), (b"", "Tệp rỗng")):
        refused = await attach(desks.office, OF_BLOCK, content)
        assert (refused.status_code, said in refused.text) == (422, True)
        assert refused.json()["errors"][0]["field"] == "tep"
    assert await items(desks.office, OF_BLOCK) == []


async def test_a_rating_s_document_is_its_keeper_s_and_whoever_looks_is_written_down(
    house: House, desks: Desks
) -> None:
    person = {"unit_id": str(TAN_PHONG), "name": "Cán bộ 01", "words": "Chuyên viên", "from_on": "01/03/2021"}
    assert (await desks.own.put(f"/people/{PERSON}", json=person)).status_code == 200
    of_unit, of_person = await rating(desks), await rating(desks, unit_id=None, person_id=str(PERSON))
    for entry in (of_unit, of_person):
        path = f"/entries/{entry}/attachments"
        kept = await attach(desks.own, path)
        assert kept.status_code == 201, kept.text
        content = f"/attachments/{kept.json()['attachment_id']}/content"
        assert (await desks.office.get(content)).content == PDF
        for refused in (await attach(desks.other, path), await desks.other.get(path), await desks.other.get(content)):
            assert refused.status_code == 403
    reads = await house.rows("registry", "SELECT DISTINCT file_id, account FROM file_reads WHERE account = 'office'")
    assert {row["file_id"] for row in reads} == {TAN_PHONG, PERSON}
    # What was withdrawn takes nothing more, and gives what it had.
    gone = {"version": 1, "reason": "Ghi nhầm"}
    assert (await desks.own.post(f"/entries/{of_unit}/withdraw", json=gone)).status_code == 200
    for late in (
        await attach(desks.own, f"/entries/{of_unit}/attachments", OTHER),
        # That is looked at before the first byte: what the file holds is not.
        await attach(desks.own, f"/entries/{of_unit}/attachments", b"<html>"),
    ):
        assert (late.status_code, "đã rút" in late.text) == (409, True)
    assert len(await items(desks.own, f"/entries/{of_unit}/attachments")) == 1
    hold = {"version": 0, "kind": "hold", "values": {"grade": "press", "words": "Báo nêu", "from_on": "01/11/2023"}}
    other = uuid4()
    assert (await desks.own.put(f"/entries/{other}", json={**hold, "unit_id": str(TAN_PHONG)})).status_code == 200
    assert (await attach(desks.own, f"/entries/{other}/attachments", b"<html>")).status_code == 409
