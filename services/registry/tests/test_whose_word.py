"""May a unit correct in its files what it said itself, and never what the office or another body said of it?"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio
from city import QUYET_THANG, TAN_PHONG
from desks import Desks, at_the_registry
from handed_in import keep, send
from house import House, ident

from registry import rules
from registry.actions.lists.spreadsheets import write_xlsx
from registry.rules import EntryKind, Said, Speaker, not_yours
from registry.rules.lists import PEOPLE

PERSON = ident("can-bo-01")
DOCUMENT = {"document_number": "12/QĐ-UBND", "document_on": "10/11/2023", "document_by": "UBND thành phố"}
VALUES: dict[str, dict[str, str]] = {
    "rating": {"year": "2023", "grade": "good", **DOCUMENT},
    "discipline": {"grade": "warning", "words": "Cảnh cáo", "from_on": "10/04/2023", **DOCUMENT},
    "initiative": {"words": "Số hóa sổ tay", "grade": "grassroots", "from_on": "01/11/2023", **DOCUMENT},
    "hold": {"grade": "inspection", "words": "Đang thanh tra", "from_on": "01/10/2023"},
    "clearance": {"words": "Công an thành phố", "from_on": "01/11/2023"},
}
ENDED: dict[str, dict[str, str]] = {
    "rating": {"grade": "excellent"},
    "discipline": {"until_on": "11/04/2023"},
    "initiative": {"grade": "national"},
    "hold": {"until_on": "01/11/2023", "lifted_by": "Thanh tra thành phố"},
    "clearance": {"until_on": "02/11/2023", "grade": "nothing_found"},
}
WHY = {"reason": "Đã có kết luận"}


@pytest_asyncio.fixture
async def desks(house: House) -> AsyncIterator[Desks]:
    async with at_the_registry(house) as sitting:
        person = {"unit_id": str(TAN_PHONG), "name": "Cán bộ 01", "words": "Chuyên viên", "from_on": "01/03/2021"}
        assert (await sitting.own.put(f"/people/{PERSON}", json=person)).status_code == 200
        yield sitting


async def put(
    client: httpx2.AsyncClient, entry: UUID, kind: str, whose: dict[str, str], *, version: int = 0, **values: str
) -> httpx2.Response:
    body: dict[str, Any] = {"version": version, "kind": kind, "values": {**VALUES.get(kind, {}), **values}, **whose}
    return await client.put(f"/entries/{entry}", json=body | (WHY if version else {}))


async def told(client: httpx2.AsyncClient, entry: UUID) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/entries/{entry}")).json()
    return found


@pytest.mark.parametrize("whose", [{"unit_id": str(TAN_PHONG)}, {"person_id": str(PERSON)}], ids=["unit", "person"])
@pytest.mark.parametrize("kind", VALUES)
async def test_what_the_office_said_a_unit_reads_and_does_not_change(
    desks: Desks, kind: str, whose: dict[str, str]
) -> None:
    entry = uuid4()
    assert (await put(desks.office, entry, kind, whose)).status_code == 200
    refused = [
        await put(desks.own, entry, kind, whose, version=1, **ENDED[kind]),
        # Nor as something else.
        await put(desks.own, entry, "rating" if kind != "rating" else "hold", whose, version=1),
        await desks.own.post(f"/entries/{entry}/withdraw", json={"version": 1, **WHY}),
    ]
    for answer in refused:
        assert (answer.status_code, "đề nghị Phòng Nội vụ thành phố sửa" in answer.text) == (403, True), answer.text
    seen = await told(desks.own, entry)
    assert (seen["version"], seen["act"], seen["not_yours"] is None) == (1, "entered", False)
    assert (await told(desks.office, entry))["not_yours"] is None
    file = f"/people/{PERSON}" if "person_id" in whose else f"/units/{TAN_PHONG}"
    (listed,) = (await desks.own.get(f"{file}/entries", params={"kind": kind})).json()["items"]
    assert listed["not_yours"] == seen["not_yours"]
    assert (await put(desks.office, entry, kind, whose, version=1, **ENDED[kind])).status_code == 200
    gone = await desks.office.post(f"/entries/{entry}/withdraw", json={"version": 2, **WHY})
    assert gone.status_code == 200
    again = await put(desks.own, entry, kind, whose, version=3)
    assert again.status_code == 403, "what the office has withdrawn, the unit says anew as an entry of its own"


@pytest.mark.parametrize("whose", [{"unit_id": str(TAN_PHONG)}, {"person_id": str(PERSON)}], ids=["unit", "person"])
@pytest.mark.parametrize("kind", VALUES)
async def test_what_a_unit_said_it_corrects_until_the_office_has_spoken(
    desks: Desks, kind: str, whose: dict[str, str]
) -> None:
    entry = uuid4()
    assert (await put(desks.own, entry, kind, whose)).status_code == 200
    assert (await told(desks.own, entry))["not_yours"] is None
    assert (await put(desks.own, entry, kind, whose, version=1, **ENDED[kind])).status_code == 200
    assert (await desks.own.post(f"/entries/{entry}/withdraw", json={"version": 2, **WHY})).status_code == 200
    assert (await put(desks.own, entry, kind, whose, version=3)).status_code == 200
    assert (await put(desks.office, entry, kind, whose, version=4, **ENDED[kind])).status_code == 200
    assert (await put(desks.own, entry, kind, whose, version=5)).status_code == 403
    assert "said_by" not in (await told(desks.own, entry))["more"]


async def test_a_post_is_the_unit_s_to_end_and_a_file_that_moves_keeps_its_words(house: House, desks: Desks) -> None:
    (post,) = (await desks.own.get(f"/people/{PERSON}/entries")).json()["items"]
    here = {"unit_id": str(TAN_PHONG), "person_id": str(PERSON)}
    discipline = uuid4()
    assert (await put(desks.own, discipline, "discipline", {"person_id": str(PERSON)})).status_code == 200
    service = {"words": "Chuyên viên", "main": "yes", "from_on": "01/03/2021", "until_on": "31/08/2023"}
    moved = {"words": "Phó trưởng phòng", "main": "yes", "from_on": "01/09/2023"}
    there = here | {"unit_id": str(QUYET_THANG)}
    assert (await put(desks.office, UUID(post["entry_id"]), "service", here, version=1, **service)).status_code == 200
    new = uuid4()
    assert (await put(desks.office, new, "service", there, **moved)).status_code == 200
    ended = await put(desks.other, new, "service", there, version=1, **moved, until_on="30/11/2023")
    assert ended.status_code == 200, ended.text
    kept = await put(desks.other, discipline, "discipline", {"person_id": str(PERSON)}, version=1, grade="reprimand")
    assert (kept.status_code, "nơi khác ghi" in kept.text) == (403, True)
    async with house.at_work("registry") as tx:
        # As it was kept before anybody's word was marked: the post alone tells.
        await tx.db.exec_driver_sql("UPDATE entries SET more = more - 'said_by'")
    same = await put(desks.other, discipline, "discipline", {"person_id": str(PERSON)}, version=1, grade="reprimand")
    assert same.status_code == 200, same.text


async def test_a_list_does_not_change_what_the_office_said(desks: Desks) -> None:
    rating = uuid4()
    assert (await put(desks.office, rating, "rating", {"person_id": str(PERSON)})).status_code == 200
    head = [column.heading for column in PEOPLE.columns]
    row = ["", "Cán bộ 01", "", "Chuyên viên", "01/03/2021", "", "2023", "Hoàn thành xuất sắc nhiệm vụ"]
    sent = write_xlsx(PEOPLE, head, [[*row, *DOCUMENT.values()]])
    about = await send(desks.own, sent, about="people", unit_id=str(TAN_PHONG))
    (faulty,) = (await desks.own.get(f"/imports/{about['import_id']}/faults")).json()["items"]
    assert "không do đơn vị ghi" in faulty["faults"][0]["message"]
    same = write_xlsx(PEOPLE, head, [[*row[:-1], "Hoàn thành tốt nhiệm vụ", *DOCUMENT.values()]])
    assert (await send(desks.own, same, about="people", unit_id=str(TAN_PHONG)))["counts"] == {"same": 1}


async def test_a_list_corrects_what_the_unit_said_before_that_was_marked(house: House, desks: Desks) -> None:
    rating = uuid4()
    assert (await put(desks.own, rating, "rating", {"person_id": str(PERSON)})).status_code == 200
    head = [column.heading for column in PEOPLE.columns]
    row = ["", "Cán bộ 01", "", "Chuyên viên", "01/03/2021", "", "2023", "Hoàn thành xuất sắc nhiệm vụ"]
    sent = write_xlsx(PEOPLE, head, [[*row, *DOCUMENT.values()]])
    for post, counts in (("Cán bộ, Phòng Nội vụ", {"faulty": 1}), ("Cán bộ thử", {"changed": 1})):
        async with house.at_work("registry") as tx:
            # As it was kept before anybody's word was marked: the post alone tells.
            await tx.db.exec_driver_sql(f"UPDATE entries SET more = more - 'said_by', recorded_by = '{post}'")
        checked = await send(desks.own, sent, about="people", unit_id=str(TAN_PHONG))
        assert checked["counts"] == counts, post
    assert (await keep(desks.own, checked))["counts"] == {"changed": 1}
    seen = await told(desks.own, rating)
    assert (seen["version"], seen["typed"]["grade"]) == (2, "excellent")


def test_of_what_was_written_before_the_post_tells() -> None:
    unit = UUID(int=1)
    own = Speaker(unit, "Cán bộ đầu mối")
    for kind in set(EntryKind) - {EntryKind.SERVICE, EntryKind.AWARD}:
        assert not_yours(Said(kind, None, own.post), own) is None
        assert not_yours(Said(kind, None, "Cán bộ 01, Phòng Nội vụ"), own)
        assert not_yours(Said(kind, str(UUID(int=2)), own.post), own)
        assert not_yours(Said(kind, "office", "x"), Speaker(None, "y")) is None
    assert not_yours(Said(EntryKind.AWARD, str(unit), own.post), own)
    assert not_yours(Said(EntryKind.SERVICE, "office", "x"), own) is None
    row = {"more": rules.marked({"scope": "xã"}, own), "kind": "rating", "recorded_by": own.post}
    assert rules.unmarked(row)["more"] == {"scope": "xã"}
    assert rules.said(rules.unmarked(row)) == Said(EntryKind.RATING, str(unit), own.post)
