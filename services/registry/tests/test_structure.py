"""Are units and blocks in the database what was decided of them, on any day, and can a province's worth be paged?"""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import city
import httpx2
import pytest
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, SHEET, TAN_PHONG, submit
from house import House, ident
from plans import scanned, visited

from chassis.text import fold, sort_bytes
from registry import queries
from registry.queries.structure import find_blocks, find_units

DAY = "2025-07-01"
EVE = "2025-06-30"
WARDS = {
    "Phường Quyết Thắng": "03386",
    "Phường Tân Phong": "03387",
    "Phường Quyết Tiến": "03388",
    "Phường Đoàn Kết": "03389",
    "Phường Đông Phong": "03408",
    "Xã Sùng Phài": "03403",
    "Xã San Thàng": "03409",
}
NEW_TAN_PHONG, NEW_DOAN_KET, NEXT_BLOCK = ident("tan-phong-2025"), ident("doan-ket-2025"), ident("khoi-2025")


@pytest_asyncio.fixture
async def office(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """The office at a registry with the small city; nothing listens behind it."""
    await house.open(["registry", "scoring"])
    await city.found(house)
    async with house.office("registry") as client:
        yield client


async def ask(client: httpx2.AsyncClient, path: str, **asked: Any) -> Any:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def names(client: httpx2.AsyncClient, **asked: Any) -> list[str]:
    return [unit["name"] for unit in (await ask(client, "/units", **asked))["items"]]


def change(kind: str, *unit_ids: UUID, on: str = "2023-12-01", **more: Any) -> dict[str, Any]:
    asked = {
        "kind": kind,
        "unit_ids": [str(each) for each in unit_ids],
        "effective_on": on,
        "reason": "Theo quyết định",
    }
    return {**asked, **more}


async def decide(client: httpx2.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/unit-changes", json=body)
    assert answer.status_code == 201, answer.text
    done: dict[str, Any] = answer.json()
    return done


async def test_the_reorganisation_of_july_2025_keeps_every_day_as_it_was(
    house: House, office: httpx2.AsyncClient
) -> None:
    """Wards and communes of the city merged into two wards that took two of the old codes (NQ 1670/NQ-UBTVQH15).

    Which unit went into which ward is not known for certain; here it is a guess from the codes.
    """
    for name, code in WARDS.items():
        body = {"name": name, "code": code, "kind": "ward", "valid_from": "2013-12-27"}
        assert (await office.put(f"/units/{ident(name)}", json=body)).status_code == 200
    block = {
        **city.BLOCK_DOCUMENT,
        "year": 2025,
        "head_unit_id": None,
        "member_unit_ids": [str(ident(n)) for n in WARDS],
    }
    assert (await office.put(f"/blocks/{NEXT_BLOCK}", json=block)).status_code == 200
    groups = {
        (NEW_TAN_PHONG, "Phường Tân Phong", "03408"): [
            "Phường Tân Phong",
            "Phường Đông Phong",
            "Xã San Thàng",
            "Phường Quyết Thắng",
        ],
        (NEW_DOAN_KET, "Phường Đoàn Kết", "03388"): ["Phường Đoàn Kết", "Phường Quyết Tiến", "Xã Sùng Phài"],
    }
    for (unit_id, name, code), old in groups.items():
        new = {"unit_id": str(unit_id), "name": name, "kind": "ward", "code": code, "block_id": str(NEXT_BLOCK)}
        await decide(
            office,
            change(
                "merge", *[ident(each) for each in old], on=DAY, new_units=[new], decision_number="1670/NQ-UBTVQH15"
            ),
        )
    old = {str(ident(name)) for name in WARDS}

    async def wards(on: str) -> list[tuple[str, str]]:
        found = (await ask(office, "/units", on=on, kind="ward"))["items"]
        mine = old | {str(NEW_TAN_PHONG), str(NEW_DOAN_KET)}
        return [(unit["name"], unit["code"]) for unit in found if unit["unit_id"] in mine]

    assert await wards(EVE) == sorted(WARDS.items(), key=lambda each: sort_bytes(each[0]))
    assert await wards(DAY) == [("Phường Đoàn Kết", "03388"), ("Phường Tân Phong", "03408")]
    assert await names(office, on=EVE, code="03408") == ["Phường Đông Phong"]
    assert await names(office, on=DAY, code="03408") == ["Phường Tân Phong"]
    assert set((await ask(office, f"/blocks/{NEXT_BLOCK}", on=EVE))["member_unit_ids"]) == old
    after = (await ask(office, f"/blocks/{NEXT_BLOCK}", on=DAY))["member_unit_ids"]
    assert after == [str(NEW_DOAN_KET), str(NEW_TAN_PHONG)]
    history = await ask(office, f"/units/{ident('Phường Đông Phong')}/history")
    assert [(each["kind"], each["effective_on"]) for each in history["changes"]] == [
        ("registered", "2013-12-27"),
        ("merged", DAY),
    ]
    assert history["changes"][1]["decision_number"] == "1670/NQ-UBTVQH15"
    assert history["names"][history["changes"][1]["others"]["successors"][0]] == "Phường Tân Phong"
    heard = await house.rows(
        "registry", "SELECT convert_from(bytes, 'utf8') AS said FROM event_log WHERE type = 'registry.unit_changed.v1'"
    )
    told = [json.loads(row["said"])["data"] for row in heard]
    assert sorted(each["kind"] for each in told) == ["founded", "founded", *["merged"] * 7]
    # The loader puts the founding facts again, whatever has become of the unit since.
    body = {"name": "Phường Đông Phong", "code": "03408", "kind": "ward", "valid_from": "2013-12-27"}
    again = await office.put(f"/units/{ident('Phường Đông Phong')}", json=body)
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert (await office.put(f"/blocks/{NEXT_BLOCK}", json=block)).json() == {"version": 1}
    assert await names(office, on=DAY, state="ended", search="dong phong") == ["Phường Đông Phong"]


async def test_a_preview_says_what_is_touched_and_keeps_nothing(house: House, office: httpx2.AsyncClient) -> None:
    child = {"name": "Tổ 1", "kind": "service_unit", "parent_id": str(TAN_PHONG), "valid_from": "2014-01-01"}
    assert (await office.put(f"/units/{ident('to-1')}", json=child)).status_code == 200
    year = {"headcount": 22, "completed_tasks": 22, "advanced_workers": 15, "grassroots_fighters": 2, "disciplined": 0}
    year |= {"version": 0, "pledged_on": "2023-02-28"}
    assert (await office.put(f"/units/{TAN_PHONG}/years/2023", json=year)).status_code == 200
    targets = {"targets": [{"criterion": "1.1", "target": "900", "assigned": True}]}
    assert (await office.put(f"/campaigns/{CAMPAIGN}/units/{TAN_PHONG}/targets", json=targets)).status_code == 200
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201
    pledge = f"/campaigns/{CAMPAIGN}/units/{TAN_PHONG}/pledge/steps"
    for version, step in enumerate(({"act": "submit", "titles": ["TTLDTT"]}, {"act": "approve"})):
        assert (await office.post(pledge, json={**step, "version": version})).status_code == 200
    body = change("merge", TAN_PHONG, into=str(SAN_THANG))
    before = await ask(office, f"/units/{TAN_PHONG}/history")
    shown = (await office.post("/unit-changes/preview", json=body)).json()
    assert {each["unit_id"]: each["change"] for each in shown["units"]} == {
        str(TAN_PHONG): "merged",
        str(SAN_THANG): "absorbed",
        str(ident("to-1")): "placed",
    }
    assert shown["children"] == 1
    assert [(each["from_block_id"], each["to_block_id"], each["leads"]) for each in shown["blocks"]] == [
        (str(BLOCK), None, True)
    ]
    assert [(each["follows"], each["state"]) for each in shown["periods"]] == [(True, "submitted")]
    assert [(each["pledged_on"], each["targets"]) for each in shown["years"]] == [("2023-02-28", 1)]
    assert [(each["unit_id"], each["campaign"], each["state"], each["pledged_on"]) for each in shown["pledges"]] == [
        (str(TAN_PHONG), "Phong trào thi đua năm 2023", "approved", "2023-11-15")
    ]
    assert await ask(office, f"/units/{TAN_PHONG}/history") == before
    # Somebody decides something else meanwhile: what was shown is no longer what would be done.
    await decide(office, change("close", ident("to-1"), on="2023-11-20"))
    stale = await office.post("/unit-changes", json={**body, "seen": shown["seen"]})
    assert (stale.status_code, "xem lại" in stale.json()["detail"]) == (409, True)
    shown = (await office.post("/unit-changes/preview", json=body)).json()
    # How far a pledge has come decides nothing here: what was shown is still what is touched.
    amended = {"act": "amend", "titles": ["TTLDXS"], "reason": "Thêm danh hiệu", "version": 2}
    assert (await office.post(pledge, json=amended)).status_code == 200
    done = await decide(office, {**body, "seen": shown["seen"]})
    assert [unit["change"] for unit in done["units"]] == ["merged", "absorbed"]


async def test_what_cannot_be_decided_is_refused_with_all_faults_or_with_what_can(office: httpx2.AsyncClient) -> None:
    wrong = change("merge", TAN_PHONG, TAN_PHONG, ident("nobody"), into=str(TAN_PHONG), on="2010-01-01", name="x")
    refused = await office.post("/unit-changes/preview", json=wrong)
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == {
        "name",
        "effective_on",
        "unit_ids.1",
        "unit_ids.2",
        "into",
    }
    await decide(office, change("close", TAN_PHONG))
    late = await office.post("/unit-changes", json=change("rename", TAN_PHONG, on="2023-12-05", name="Phường Mới"))
    assert (late.status_code, late.json()["possible"]) == (409, [])
    assert "đã kết thúc từ ngày 01/12/2023" in late.json()["detail"]
    early = await office.post("/unit-changes", json=change("close", TAN_PHONG, on="2023-11-05"))
    assert (early.status_code, "rename" in early.json()["possible"]) == (409, True)
    assert "Trước ngày đó còn làm được: đổi tên, đổi mã" in early.json()["detail"]
    into = await office.post("/unit-changes", json=change("merge", SAN_THANG, into=str(TAN_PHONG), on="2023-12-05"))
    assert (into.status_code, into.json()["errors"][0]["field"]) == (422, "into")
    registered = {**city.UNIT_DOCUMENTS[TAN_PHONG], "valid_from": "2023-12-24"}
    assert (await office.put(f"/units/{TAN_PHONG}", json=registered)).status_code == 409
    following = {**city.BLOCK_DOCUMENT, "year": 2024, "head_unit_id": None}
    gone = await office.put(f"/blocks/{ident('next')}", json=following)
    assert (gone.status_code, [error["field"] for error in gone.json()["errors"]]) == (422, ["member_unit_ids.0"])


async def test_only_the_office_decides_and_everybody_reads(house: House, office: httpx2.AsyncClient) -> None:
    async with house.client("registry", ("unit_officer", TAN_PHONG)) as officer:
        body = change("rename", TAN_PHONG, name="Phường Mới")
        for path in ("/unit-changes", "/unit-changes/preview"):
            assert (await officer.post(path, json=body)).status_code == 403
        head = {"from_on": "2023-09-01", "head_unit_id": str(SAN_THANG), "reason": "Luân phiên"}
        assert (await officer.post(f"/blocks/{BLOCK}/heads", json=head)).status_code == 403
        for path in (f"/units/{TAN_PHONG}", f"/units/{TAN_PHONG}/history", f"/blocks/{BLOCK}", "/blocks", "/units"):
            assert (await officer.get(path)).status_code == 200


async def test_a_rename_holds_from_its_day_and_the_same_key_decides_once(office: httpx2.AsyncClient) -> None:
    body = change("rename", TAN_PHONG, on="2023-12-01", name="Phường Ánh Dương")
    headers = {"Idempotency-Key": str(uuid4())}
    first, again = [await office.post("/unit-changes", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (await ask(office, f"/units/{TAN_PHONG}", on="2023-11-30"))["name"] == "Phường Tân Phong"
    assert (await ask(office, f"/units/{TAN_PHONG}", on="2023-12-01"))["name"] == "Phường Ánh Dương"
    # The business clock stands at 15/11/2023.
    assert (await ask(office, f"/units/{TAN_PHONG}"))["name"] == "Phường Tân Phong"
    assert await names(office, on="2023-12-01", search="anh duong") == ["Phường Ánh Dương"]


async def test_a_short_name_holds_from_its_day_and_is_searched_too(house: House, office: httpx2.AsyncClient) -> None:
    registered = city.UNIT_DOCUMENTS[TAN_PHONG]
    own = f"/units/{TAN_PHONG}"
    assert (await office.put(own, json={**registered, "short_name": "P. TP"})).json() == {"version": 2}
    # Who says nothing of it (the loader, a file) changes nothing.
    assert (await office.put(own, json=registered)).json() == {"version": 2}
    await decide(office, change("rename", TAN_PHONG, name="Phường Ánh Dương"))
    await decide(office, change("rename", TAN_PHONG, on="2023-12-02", name="Phường Ánh Dương", short_name="P. ADg"))
    await decide(office, change("rename", TAN_PHONG, on="2023-12-03", name="Phường Tân Phong", short_name=None))
    shown = [(await ask(office, own, on=f"2023-{day}"))["short_name"] for day in ("11-30", "12-01", "12-02", "12-03")]
    assert shown == ["P. TP", "P. TP", "P. ADg", None]
    assert await names(office, on="2023-12-02", search="p. adg") == ["Phường Ánh Dương"]
    assert await names(office, on="2023-12-01", search="p. adg") == []
    assert await names(office, on="2023-12-02", search="anh duong") == ["Phường Ánh Dương"]
    same = change("rename", TAN_PHONG, on="2023-12-02", name="Phường Ánh Dương", short_name="P. ADg")
    refused = await office.post("/unit-changes/preview", json=same)
    assert (refused.status_code, "đang mang đúng tên này" in refused.text) == (422, True)
    new = {"unit_id": str(ident("new")), "name": "Phường Mới", "short_name": "P. Mới", "kind": "ward"}
    await decide(office, change("merge", QUYET_THANG, on="2023-12-05", new_units=[new]))
    assert await names(office, on="2023-12-05", search="p. moi") == ["Phường Mới"]
    rows = await house.rows("registry", "SELECT convert_from(bytes, 'utf8') AS said FROM event_log ORDER BY id")
    told = [json.loads(row["said"])["data"] for row in rows]
    # Of a unit without one nothing is said, as ever.
    assert [each["short_name"] for each in told if "short_name" in each] == ["P. TP", "P. ADg", "P. Mới", "P. Mới"]


async def test_a_report_goes_to_the_block_of_the_day_its_period_closes(
    house: House, office: httpx2.AsyncClient
) -> None:
    other = {**city.BLOCK_DOCUMENT, "name": "Khối khác", "head_unit_id": None, "member_unit_ids": [str(SAN_THANG)]}
    first = {**city.BLOCK_DOCUMENT, "member_unit_ids": [str(TAN_PHONG), str(QUYET_THANG)]}
    assert (await office.put(f"/blocks/{BLOCK}", json=first)).status_code == 200
    assert (await office.put(f"/blocks/{ident('other')}", json=other)).status_code == 200
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201
    # The period closes on 15/12/2023.
    await decide(office, change("move", TAN_PHONG, on="2023-12-16", block_id=str(ident("other"))))
    assert (await submit(house, TAN_PHONG, "950", version=1)).status_code == 201
    await house.quiet()
    assert [name for name, rank, _ in await city.board(house) if rank] == ["Phường Tân Phong"]
    await decide(office, change("move", TAN_PHONG, on="2023-12-10", block_id=str(ident("other"))))
    await house.quiet()
    assert await city.board(house) == [("Phường Quyết Thắng", None, None)]
    async with house.office("scoring") as scoring:
        board = (await scoring.get(f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{ident('other')}")).json()
    assert {row["unit_id"]: row["rank"] for row in board["rows"]} == {str(TAN_PHONG): 1, str(SAN_THANG): None}
    assert (await submit(house, TAN_PHONG, "900", version=2)).status_code == 201
    sent = await house.rows(
        "registry",
        "SELECT convert_from(bytes, 'utf8') AS said FROM event_log WHERE type LIKE '%report_submitted%' ORDER BY id",
    )
    assert [json.loads(row["said"])["data"]["block_id"] for row in sent] == [*[str(BLOCK)] * 2, str(ident("other"))]
    assert [
        each["member_unit_ids"] for each in (await ask(office, "/blocks", on="2023-11-30", member=TAN_PHONG))["items"]
    ] == [sorted([str(TAN_PHONG), str(QUYET_THANG)])]
    (moved,) = (await ask(office, "/blocks", on="2023-12-31", member=TAN_PHONG))["items"]
    assert moved["name"] == "Khối khác"


async def test_a_split_a_place_and_a_code_are_told_of_any_day(office: httpx2.AsyncClient) -> None:
    parts = [
        {"unit_id": str(ident(name)), "name": name, "kind": "ward", "block_id": str(BLOCK) if number else None}
        for number, name in enumerate(("Phường Bắc", "Phường Nam"))
    ]
    await decide(office, change("split", TAN_PHONG, new_units=parts))
    await decide(office, change("recode", SAN_THANG, code="03409"))
    await decide(office, change("place", SAN_THANG, parent_id=str(QUYET_THANG)))
    await decide(office, change("contact", SAN_THANG, contact={"phone": "0213 3 876 000"}))
    assert await names(office, on="2023-12-01", kind="ward") == ["Phường Bắc", "Phường Nam", "Phường Quyết Thắng"]
    assert await names(office, on="2023-12-01", parent_id=QUYET_THANG) == ["Xã San Thàng"]
    assert await names(office, on="2023-12-01", block_id=BLOCK) == ["Phường Nam", "Phường Quyết Thắng", "Xã San Thàng"]
    assert await names(office, on="2023-11-30", state="coming") == ["Phường Bắc", "Phường Nam"]
    unit = await ask(office, f"/units/{SAN_THANG}", on="2023-12-01")
    assert (unit["code"], unit["contact"]["phone"]) == ("03409", "0213 3 876 000")
    assert (await ask(office, f"/units/{SAN_THANG}", on="2023-11-30"))["contact"] == {}
    taken = await office.post("/unit-changes", json=change("recode", QUYET_THANG, code="03409", on="2023-12-02"))
    assert taken.json()["errors"][0]["message"] == "mã 03409 đang là của Xã San Thàng"


async def test_the_lead_of_a_block_goes_round(office: httpx2.AsyncClient) -> None:
    wrong = {
        "from_on": "2024-09-01",
        "head_unit_id": str(ident("x")),
        "deputy_unit_id": str(ident("x")),
        "reason": "Thử",
    }
    refused = await office.post(f"/blocks/{BLOCK}/heads", json=wrong)
    assert [error["field"] for error in refused.json()["errors"]] == [
        "head_unit_id",
        "deputy_unit_id",
        "deputy_unit_id",
        "from_on",
    ]
    turn = {"from_on": "2023-12-01", "head_unit_id": str(SAN_THANG), "deputy_unit_id": None, "reason": "Luân phiên"}
    assert (await office.post(f"/blocks/{BLOCK}/heads", json=turn)).status_code == 201
    assert (await ask(office, f"/blocks/{BLOCK}", on="2023-11-30"))["head_unit_id"] == str(TAN_PHONG)
    assert (await ask(office, f"/blocks/{BLOCK}", on="2023-12-01"))["head_unit_id"] == str(SAN_THANG)
    following = {**city.BLOCK_DOCUMENT, "year": 2024, "head_unit_id": str(QUYET_THANG), "follows_id": str(BLOCK)}
    following |= {"deputy_unit_id": str(SAN_THANG), "decision_number": "12/QĐ-UBND", "decision_on": "2023-11-01"}
    assert (await office.put(f"/blocks/{ident('next')}", json=following)).status_code == 200
    block = await ask(office, f"/blocks/{ident('next')}", on="2024-02-01")
    assert (block["decision_number"], block["deputy_unit_id"]) == ("12/QĐ-UBND", str(SAN_THANG))
    assert [(each["year"], each["head_unit_id"]) for each in block["line"]] == [(2023, str(TAN_PHONG))]


@pytest.mark.parametrize("typed", ["12/QĐ-UBND", "12/qđ-ubnd", "12/qd-ubnd", "QĐ"])
async def test_a_unit_is_found_by_the_number_of_a_decision_as_it_is_written(
    office: httpx2.AsyncClient, typed: str
) -> None:
    """By one about itself, about the block it stands in, and about who leads that."""
    numbered = {"decision_number": "12/QĐ-UBND", "decision_on": "2023-11-01"}
    await decide(office, change("rename", SAN_THANG, name="Phường San Thàng", **numbered))
    assert await names(office, on="2023-12-01", decision=typed) == ["Phường San Thàng"]
    turn = {"from_on": "2023-12-01", "head_unit_id": str(SAN_THANG), "deputy_unit_id": None, "reason": "Luân phiên"}
    assert (await office.post(f"/blocks/{BLOCK}/heads", json=turn | numbered)).status_code == 201
    every = ["Phường Quyết Thắng", "Phường San Thàng", "Phường Tân Phong"]
    assert await names(office, on="2023-12-01", decision=typed) == every
    child = {"name": "Tổ 1", "kind": "service_unit", "valid_from": "2014-01-01"}
    assert (await office.put(f"/units/{ident('to-1')}", json=child)).status_code == 200
    formed = {**city.BLOCK_DOCUMENT, "year": 2024, "head_unit_id": None, "member_unit_ids": [str(ident("to-1"))]}
    assert (await office.put(f"/blocks/{ident('next')}", json=formed | numbered)).status_code == 200
    assert await names(office, on="2024-02-01", decision=typed) == [*every, "Tổ 1"]
    assert await names(office, on="2024-02-01", decision=f"1{typed}") == []


async def test_a_list_is_paged_in_vietnamese_order_without_gap_or_repetition(office: httpx2.AsyncClient) -> None:
    for number in range(1, 12):
        body = {"name": f"Tổ {number}", "kind": "service_unit", "valid_from": "2014-01-01"}
        assert (await office.put(f"/units/{ident(f'to-{number}')}", json=body)).status_code == 200
    seen: list[str] = []
    after = None
    while True:
        page = await ask(office, "/units", limit=4, kind="service_unit", **({"after": after} if after else {}))
        seen += [unit["name"] for unit in page["items"]]
        after = page["next"]
        if after is None:
            break
        assert len(page["items"]) == 4
    assert seen == [f"Tổ {number}" for number in range(1, 12)]
    broken = await office.get("/units", params={"limit": 4, "after": "???"})
    assert (broken.status_code, broken.json()["errors"][0]["field"]) == (422, "after")
    assert (await office.get("/blocks", params={"limit": 4})).json()["errors"][0]["field"] == "year"
    assert (await office.get("/units", params={"stat": "all"})).status_code == 422


MANY = 100_000
SYLLABLES = [
    "Tân",
    "Phong",
    "Quyết",
    "Thắng",
    "Đoàn",
    "Kết",
    "Đông",
    "Sùng",
    "Phài",
    "San",
    "Thàng",
    "Nậm",
    "Loỏng",
    "Mường",
    "Than",
    "Uyên",
    "Bản",
    "Giang",
    "Sìn",
    "Hồ",
]
ON = date(2024, 1, 1)
HOT = {
    "first page": {},
    "next page": {"after": True},
    "of a kind": {"kind": "school"},
    "of a rare kind": {"kind": "city"},
    "gone": {"state": "ended"},
    "to come": {"state": "coming"},
    "all": {"state": "all"},
    "without marks": {"search": "phuong tan phong"},
    "a common word": {"search": "phuong"},
    "nothing like it": {"search": "khong co dau"},
    "of a kind by name": {"search": "muong than", "kind": "school"},
    "by code": {"code": "00777"},
    "by a decision": {"decision": "777/QĐ-UBND"},
    "of a parent": {"parent_id": True},
    "of a block": {"block_id": True},
    "named": {"unit_id": True},
}


@pytest.fixture(scope="module")
def province() -> list[tuple[Any, ...]]:
    kinds = ("ward", "commune", "school")
    rows = []
    for number in range(MANY):
        one, other = SYLLABLES[number % 20], SYLLABLES[number // 20 % 20]
        name = f"{'Phường' if number % 3 else 'Xã'} {one} {other} {number}"
        parent = None if number < 100 else UUID(int=number % 100 + 1)
        rows.append(
            (UUID(int=number + 1), name, fold(name), sort_bytes(name), kinds[number % 3], parent, f"{number:05d}")
        )
    return rows


async def settle(db: Any, province: list[tuple[Any, ...]], *, members: int) -> None:
    """Write units, and blocks of so many of them, straight into the tables."""
    states = ("unit_id", "name", "searched", "sorted", "kind", "parent_id", "code")
    began, number_of = date(2013, 12, 27), range(-(-len(province) // members))
    decided = ("unit_id", "change_id", "kind", "decision_number")
    rest = (began, "{}", "{}", "Đăng ký", "Cán bộ", datetime(2024, 1, 1, tzinfo=UTC))
    for table, columns, records in (
        ("units", (*states, "version", "valid_from"), [(*row, 1, began) for row in province]),
        (
            "unit_states",
            (*states, "from_on", "first", "ended", "contact"),
            [(*row, began, True, False, "{}") for row in province],
        ),
        (
            "blocks",
            ("block_id", "version", "year", "name", "sorted", "sheet_id", "decision_number"),
            [
                (UUID(int=each), 1, 2024, f"Khối {each}", sort_bytes(f"Khối {each}"), SHEET, f"{each}/QĐ-UBND")
                for each in number_of
            ],
        ),
        (
            "unit_changes",
            (*decided, "effective_on", "sets", "others", "reason", "recorded_by", "recorded_at"),
            [
                (row[0], row[0], "registered", None if place % 20 else f"{place}/QĐ-UBND", *rest)
                for place, row in enumerate(province)
            ],
        ),
        (
            "block_members",
            ("year", "unit_id", "from_on", "block_id"),
            [(2024, row[0], ON, UUID(int=place // members)) for place, row in enumerate(province)],
        ),
    ):
        await db.copy_records_to_table(table, columns=columns, records=records)
    await db.execute("ANALYZE")


async def test_a_block_of_thousands_is_named_whole(house: House, province: list[tuple[Any, ...]]) -> None:
    async with house.at_work("registry"):
        pass
    db = await house.connect("registry")
    try:
        await settle(db, province[:3_000], members=3_000)
    finally:
        await db.close()
    async with house.at_work("registry") as tx:
        block = await queries.block(tx.db, UUID(int=0), on=ON)  # type: ignore[arg-type]
    assert len(block["member_unit_ids"]) == 3_000
    assert block["names"].keys() >= {str(unit) for unit in block["member_unit_ids"]}


async def test_no_question_reads_all_units_of_a_province(house: House, province: list[tuple[Any, ...]]) -> None:
    """Asked of 10^5 units: each page and each search goes by an index."""
    async with house.at_work("registry"):
        pass
    db = await house.connect("registry")
    try:
        await settle(db, province, members=10)
        after = (await _first_page(house))["next"]
        real = {
            "after": after,
            "parent_id": UUID(int=7),
            "block_id": UUID(int=7),
            "unit_id": [UUID(int=7), UUID(int=8)],
        }
        read = {}
        for what, asked in HOT.items():
            given = {name: real[name] if value is True else value for name, value in asked.items()}
            read[what] = await scanned(db, find_units(ON, queries.UnitsAsked.model_validate(given), limit=51))
        few = [UUID(int=number) for number in range(7, 57)]
        for what, asked in {
            "blocks": {"year": 2024},
            "backwards": {"year": 2024, "sort": "name_desc"},
            "units'": {"member": few},
            "by id": {"block_id": few},
        }.items():
            read[what] = await scanned(db, find_blocks(ON, queries.BlocksAsked.model_validate(asked), limit=51))
        # What a page shows by id costs what it shows: a few rows for each, whatever else there is.
        named = queries.UnitsAsked.model_validate({"unit_id": few, "state": "all"})
        assert await visited(db, find_units(ON, named)) <= 4 * len(few)
        for asked in ({"member": few}, {"block_id": few}):
            of_year = queries.BlocksAsked.model_validate({"year": 2024, **asked})
            assert await visited(db, find_blocks(ON, of_year)) <= 60 * len(few)
        large = {"units", "unit_states", "unit_changes", "block_members"}
        assert {what: scanned for what, scanned in read.items() if scanned & large} == {}
    finally:
        await db.close()


async def _first_page(house: House) -> dict[str, Any]:
    async with house.at_work("registry") as tx:
        return await queries.list_units(tx.db, queries.UnitsAsked(on=ON, limit=50))  # type: ignore[arg-type]
