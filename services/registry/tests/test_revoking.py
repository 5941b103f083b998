"""Can a decision that was entered wrongly be taken back, with everything as it was before, and only while nothing stands on it?"""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import city
import httpx2
import pytest
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from house import House, ident

NEW, NEXT = ident("new"), ident("next year")
WHY = {"reason": "Nhập nhầm đơn vị"}


@pytest_asyncio.fixture
async def office(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """The office at a registry with the small city and a block of next year, with scoring behind it."""
    await house.open(["registry", "scoring"])
    await city.found(house)
    async with house.office("registry") as client:
        following = {**city.BLOCK_DOCUMENT, "year": 2024, "head_unit_id": None}
        assert (await client.put(f"/blocks/{NEXT}", json=following)).status_code == 200
        yield client


async def ask(client: httpx2.AsyncClient, path: str, **asked: Any) -> Any:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def decide(client: httpx2.AsyncClient, kind: str, *unit_ids: UUID, on: str = "2023-12-01", **more: Any) -> str:
    body = {"kind": kind, "unit_ids": [str(each) for each in unit_ids], "effective_on": on, "reason": "Sắp xếp", **more}
    answer = await client.post("/unit-changes", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["change_id"])


async def revoke(client: httpx2.AsyncClient, change_id: str) -> httpx2.Response:
    return await client.post(f"/unit-changes/{change_id}/revoke", json=WHY)


async def world(client: httpx2.AsyncClient) -> Any:
    """Give how everything stands on days before and after the decisions, without versions and what was recorded."""
    told: list[Any] = []
    for day in ("2023-11-30", "2023-12-01", "2024-02-01"):
        told += [await ask(client, "/units", on=day, state="all")]
        told += [[each["member_unit_ids"] for each in (await ask(client, "/blocks", on=day))["items"]]]
    return told


def merger() -> dict[str, Any]:
    return {"new_units": [{"unit_id": str(NEW), "name": "Phường Mới", "kind": "ward", "block_id": str(BLOCK)}]}


DECISIONS: dict[str, tuple[str, tuple[UUID, ...], dict[str, Any]]] = {
    "rename": ("rename", (TAN_PHONG,), {"name": "Phường Ánh Dương"}),
    "recode": ("recode", (TAN_PHONG,), {"code": "03408"}),
    "place": ("place", (TAN_PHONG,), {"parent_id": str(QUYET_THANG)}),
    "contact": ("contact", (TAN_PHONG,), {"contact": {"phone": "0213"}}),
    "move": ("move", (TAN_PHONG,), {"block_id": None}),
    "close": ("close", (TAN_PHONG,), {}),
    "merge": ("merge", (TAN_PHONG, QUYET_THANG), merger()),
    "merge into": ("merge", (TAN_PHONG,), {"into": str(SAN_THANG)}),
    "split": ("split", (TAN_PHONG,), {"keeps": True, **merger()}),
}


@pytest.mark.parametrize("what", DECISIONS)
async def test_all_stands_as_before_and_the_decision_stays_to_be_read(office: httpx2.AsyncClient, what: str) -> None:
    kind, unit_ids, more = DECISIONS[what]
    before = await world(office)
    change_id = await decide(office, kind, *unit_ids, **more)
    assert what == "contact" or await world(office) != before
    done = await revoke(office, change_id)
    assert done.status_code == 200, done.text
    assert await world(office) == before
    (told,) = [
        each for each in (await ask(office, f"/units/{TAN_PHONG}/history"))["changes"] if each["change_id"] == change_id
    ]
    assert (told["revoked_because"], bool(told["revoked_at"]), bool(told["revoked_by"])) == (WHY["reason"], True, True)
    again = await revoke(office, change_id)
    assert (again.status_code, "đã được" in again.json()["detail"]) == (409, True)
    if what == "merge":
        assert [each["unit_id"] for each in (await ask(office, f"/campaigns/{CAMPAIGN}/pledges"))["items"]] == [
            str(each) for each in (QUYET_THANG, TAN_PHONG, SAN_THANG)
        ]
    # It can be decided anew, rightly this time; what was founded wrongly keeps its own id.
    if "new_units" in more:
        more = {**more, "new_units": [{**more["new_units"][0], "unit_id": str(ident("another"))}]}
    await decide(office, kind, *unit_ids, **more)


async def test_boards_follow_back_and_whoever_knows_no_revocations_reads_rightly(
    house: House, office: httpx2.AsyncClient
) -> None:
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201
    await house.quiet()
    before = await city.board(house)
    change_id = await decide(office, "close", TAN_PHONG)
    await house.quiet()
    assert await city.board(house) != before
    assert (await revoke(office, change_id)).status_code == 200
    await house.quiet()
    assert await city.board(house) == before
    async with house.office("scoring") as scoring:
        place = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/scores/{TAN_PHONG}"
        assert (await scoring.get(place)).status_code == 200
    rows = await house.rows(
        "registry",
        "SELECT convert_from(bytes, 'utf8') AS said FROM event_log WHERE type = 'registry.unit_changed.v1' ORDER BY id",
    )
    told = [json.loads(row["said"])["data"] for row in rows]
    assert [(each["kind"], each["block_id"], each.get("revokes")) for each in told] == [
        ("closed", None, None),
        ("moved", str(BLOCK), change_id),
    ]


async def test_what_something_was_built_upon_is_refused_and_says_what_is_possible(
    house: House, office: httpx2.AsyncClient
) -> None:
    named = await decide(office, "rename", TAN_PHONG, name="Phường A")
    later = await decide(office, "recode", TAN_PHONG, code="03408", on="2023-12-02")
    first = await revoke(office, named)
    assert (first.status_code, first.json()["later"]) == (409, later)
    assert "có hiệu lực từ ngày 02/12/2023. Hãy thu hồi quyết định đó trước." in first.json()["detail"]
    assert (await revoke(office, later)).status_code == 200
    merged = await decide(office, "merge", TAN_PHONG, QUYET_THANG, on="2023-12-03", **merger())
    pledge = {"act": "submit", "version": 0, "titles": ["TTLDTT"]}
    assert (await office.post(f"/campaigns/{CAMPAIGN}/units/{NEW}/pledge/steps", json=pledge)).status_code == 200
    used = await revoke(office, merged)
    assert (used.status_code, used.json()["possible"]) == (409, ["rename", "split", "close"])
    assert "đã có: bản đăng ký thi đua" in used.json()["detail"]
    # Nothing of a refused revocation is kept.
    assert (await ask(office, f"/units/{NEW}", on="2023-12-03"))["name"] == "Phường Mới"


async def test_a_founding_is_revoked_with_its_corrections_and_they_are_not_revoked_without_it(
    house: House, office: httpx2.AsyncClient
) -> None:
    before = await world(office)
    grounds = {"decision_number": "12/NQ-HĐND", "decision_on": "2023-11-10"}
    merged = await decide(office, "merge", TAN_PHONG, QUYET_THANG, **merger(), **grounds)
    corrected = {"name": "Phường Mới Hơn", "kind": "ward", "valid_from": "2023-11-25", "reason": "Nhầm tên, nhầm ngày"}
    for version, name in enumerate(("Phường Mới Hơn", "Phường Mới Nhất"), start=1):
        said = {**corrected, "name": name, "version": version}
        answer = await office.put(f"/units/{NEW}/registration", json=said)
        assert answer.status_code == 200, answer.text
    told = [each for each in (await ask(office, f"/units/{NEW}/history"))["changes"] if each["kind"] == "founded"]
    founding, *corrections = sorted(told, key=lambda each: str(each["change_id"]))
    assert (founding["change_id"], founding["others"]) == (
        merged,
        {"predecessors": [str(TAN_PHONG), str(QUYET_THANG)]},
    )
    for each in corrections:
        assert {name: each[name] for name in ("others", *grounds)} == {"others": founding["others"], **grounds}
    assert [each["reason"] for each in corrections] == ["Nhầm tên, nhầm ngày"] * 2
    line = (await ask(office, f"/units/{NEW}/line"))["items"]
    assert [each["before"] for each in line] == [None, "2023-11-25", "2023-11-25"]

    alone = await revoke(office, corrections[0]["change_id"])
    assert (alone.status_code, alone.json()["possible"]) == (409, ["register"])
    assert "Hãy đính chính lại cho đúng ở trang của đơn vị" in alone.json()["detail"]
    done = await revoke(office, merged)
    assert done.status_code == 200, done.text
    assert await world(office) == before
    told = [each for each in (await ask(office, f"/units/{NEW}/history"))["changes"] if each["kind"] == "founded"]
    assert [each["revoked_because"] for each in told] == [WHY["reason"]] * 3
    nothing = await office.put(f"/units/{NEW}/registration", json={**corrected, "version": 4})
    assert (nothing.status_code, "đã được thu hồi" in nothing.json()["detail"]) == (409, True)
    rows = await house.rows(
        "registry",
        "SELECT convert_from(bytes, 'utf8') AS said FROM event_log WHERE type = 'registry.unit_changed.v1' ORDER BY id",
    )
    events = [json.loads(row["said"])["data"] for row in rows]
    ended = [each["effective_on"] for each in events if (each["unit_id"], each["kind"]) == (str(NEW), "closed")]
    assert ended == ["2023-12-01"], "the day on which it was to come into its block"


async def test_what_was_given_up_and_is_another_s_by_now_is_not_taken_away(office: httpx2.AsyncClient) -> None:
    await decide(office, "recode", TAN_PHONG, code="03408")
    given = await decide(office, "recode", TAN_PHONG, code=None, on="2023-12-02")
    await decide(office, "recode", SAN_THANG, code="03408", on="2023-12-02")
    refused = await revoke(office, given)
    assert (refused.status_code, refused.json()["detail"].startswith("Mã 03408 nay là của Xã San Thàng.")) == (
        409,
        True,
    )


async def test_only_the_office_revokes_and_only_decisions(house: House, office: httpx2.AsyncClient) -> None:
    change_id = await decide(office, "rename", TAN_PHONG, name="Phường A")
    async with house.client("registry", ("unit_officer", TAN_PHONG)) as officer:
        assert (await revoke(officer, change_id)).status_code == 403
    registered = (await ask(office, f"/units/{TAN_PHONG}/history"))["changes"][0]
    assert registered["kind"] == "registered"
    assert (await revoke(office, registered["change_id"])).status_code == 409
    assert (await revoke(office, str(ident("nothing")))).status_code == 404
    assert (await office.post(f"/unit-changes/{change_id}/revoke", json={"reason": "x"})).status_code == 422
