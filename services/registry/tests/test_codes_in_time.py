"""Does a GSO code mean one unit on one day, whoever gives it: by hand, by a file, or by a decision?"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest_asyncio
from handed_in import fetched, keep, send
from house import House, ident

from registry.actions.lists.spreadsheets import write_xlsx
from registry.rules.lists import UNITS

HEAD = [column.heading for column in UNITS.columns]
DAY = "2025-07-01"
WARDS = {
    "Phường Quyết Thắng": "03386",
    "Phường Tân Phong": "03387",
    "Phường Quyết Tiến": "03388",
    "Phường Đoàn Kết": "03389",
    "Phường Đông Phong": "03408",
    "Xã Sùng Phài": "03403",
    "Xã San Thàng": "03409",
}
INTO = {
    "Phường Tân Phong": ["Phường Tân Phong", "Phường Đông Phong", "Xã San Thàng", "Phường Quyết Thắng"],
    "Phường Đoàn Kết": ["Phường Đoàn Kết", "Phường Quyết Tiến", "Xã Sùng Phài"],
}
NEW = {"Phường Tân Phong": "03408", "Phường Đoàn Kết": "03388"}


def row(name: str, code: str = "", *, day: str = "01/07/2025", above: str = "", kind: str = "Phường") -> list[str]:
    return ["", name, kind, above, code, day, ""]


def book(*rows: list[str]) -> bytes:
    return write_xlsx(UNITS, HEAD, rows)


def ward(name: str, code: str | None, began: str = "2013-12-27") -> dict[str, Any]:
    return {"name": name, "code": code, "kind": "ward", "valid_from": began}


@pytest_asyncio.fixture
async def office(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """The office at a registry with the seven wards and communes of the city, each with its code."""
    await house.open(["registry"])
    async with house.office("registry") as client:
        for name, code in WARDS.items():
            assert (await client.put(f"/units/{ident(name)}", json=ward(name, code))).status_code == 200
        yield client


def decision(kind: str, *unit_ids: str, on: str = DAY, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "unit_ids": unit_ids, "effective_on": on, "reason": "Theo quyết định", **more}


async def decide(office: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    answer = await office.post("/unit-changes", json=body)
    assert answer.status_code == 201, answer.text


async def end(office: httpx2.AsyncClient) -> None:
    for name in WARDS:
        await decide(office, decision("close", str(ident(name))))


async def reorganise(office: httpx2.AsyncClient) -> None:
    for name, old in INTO.items():
        new = {"unit_id": str(ident(f"{name} 2025")), "name": name, "kind": "ward", "code": NEW[name]}
        await decide(office, decision("merge", *[str(ident(each)) for each in old], new_units=[new]))


async def faults(office: httpx2.AsyncClient, told: dict[str, Any]) -> list[str]:
    rows = (await office.get(f"/imports/{told['import_id']}/faults")).json()["items"]
    return [fault["message"] for each in rows for fault in each["faults"]]


async def test_july_2025_comes_in_as_a_file(house: House, office: httpx2.AsyncClient) -> None:
    """The old units have ended; the new wards, with their old names and codes, are new units on any day one asks."""
    await end(office)
    schools = [
        row("Trường A", kind="Trường học", above="Phường Tân Phong"),
        row("Trường B", kind="Trường học", above="03388"),
    ]
    content = book(*[row(name, code) for name, code in NEW.items()], *schools)
    for moment in ("2025-06-15T09:00:00+07:00", "2025-08-01T09:00:00+07:00"):
        await house.set_clock("registry", moment)
        assert (await send(office, content))["counts"] == {"new": 4}, moment
    told = await keep(office, await send(office, content))
    assert told["counts"] == {"new": 4}
    standing = {each["name"]: each for each in (await office.get("/units", params={"on": DAY})).json()["items"]}
    assert {name: standing[name]["code"] for name in NEW} == NEW
    assert standing["Trường A"]["parent_id"] == standing["Phường Tân Phong"]["unit_id"]
    assert standing["Trường B"]["parent_id"] == standing["Phường Đoàn Kết"]["unit_id"]
    eve = (await office.get("/units", params={"on": "2025-06-30"})).json()["items"]
    assert {each["name"]: each["code"] for each in eve} == WARDS
    assert (await send(office, content))["counts"] == {"same": 4}
    whole = await fetched(office, "/lists/units/file", filled="true")
    assert (await send(office, whole))["counts"] == {"same": 11}


async def test_a_file_means_the_wards_of_its_day(house: House, office: httpx2.AsyncClient) -> None:
    await reorganise(office)
    new = [row(name, code) for name, code in NEW.items()]
    old = [row("Phường Tân Phong", "03387", day="27/12/2013"), row("Phường Đông Phong", "03408", day="27/12/2013")]
    for moment in ("2025-06-15T09:00:00+07:00", "2025-08-01T09:00:00+07:00"):
        await house.set_clock("registry", moment)
        assert (await send(office, book(*new, *old)))["counts"] == {"same": 4}, moment
    early = await send(office, book(row("Phường Mới", "03409", day="30/06/2025"), row("Phường Lạ", "03388")))
    assert early["counts"] == {"faulty": 2}
    assert await faults(office, early) == [
        "Mã đơn vị: mã này là của Xã San Thàng đến hết ngày 30/06/2025",
        "Mã đơn vị: mã này đang là của Phường Đoàn Kết",
    ]
    free = await keep(office, await send(office, book(row("Phường Mới", "03409"))))
    assert free["counts"] == {"new": 1}
    taken = book(["", "Phường Mới", "Phường", "", "03388", "01/07/2025", ""])
    assert await faults(office, await send(office, taken)) == ["Mã đơn vị: mã này đang là của Phường Đoàn Kết"]


async def test_a_code_that_was_given_away_since_the_check_is_left_alone(office: httpx2.AsyncClient) -> None:
    told = await send(office, book(row("Trường A", "7"), row("Trường B")))
    assert (await office.put(f"/units/{uuid4()}", json=ward("Trường C", "7", "2025-07-01"))).status_code == 200
    assert (await keep(office, told))["counts"] == {"new": 1, "moved": 1}
    held = (await office.get("/units", params={"code": "7", "on": "2025-07-01"})).json()["items"]
    assert [each["name"] for each in held] == ["Trường C"]


async def test_a_code_is_registered_for_one_unit_at_a_time(office: httpx2.AsyncClient) -> None:
    own = f"/units/{uuid4()}"
    wrong = {**ward("Phường Mới", "03408", DAY), "parent_id": str(uuid4())}
    refused = await office.put(own, json=wrong)
    said = {each["field"]: (each["message"], each["remedy"]) for each in refused.json()["errors"]}
    assert (refused.status_code, said.keys()) == (422, {"parent_id", "code"})
    assert said["code"][0] == "mã này đang là của Phường Đông Phong"
    assert "đã kết thúc hoặc đã đổi mã, ghi quyết định đó trước" in said["code"][1]
    await decide(office, decision("close", str(ident("Phường Đông Phong"))))
    early = await office.put(own, json=ward("Phường Mới", "03408", "2025-06-30"))
    assert [each["message"] for each in early.json()["errors"]] == [
        "mã này là của Phường Đông Phong đến hết ngày 30/06/2025"
    ]
    assert (await office.put(own, json=ward("Phường Mới", "03408", DAY))).status_code == 200
    # Who only corrects a name, or says the same again, keeps the code; who would begin sooner does not.
    assert (await office.put(own, json=ward("Phường Mới", "03408", DAY))).json() == {"version": 1}
    assert (await office.put(own, json=ward("Phường Mới Nhất", "03408", DAY))).json() == {"version": 2}
    assert (await office.put(own, json=ward("Phường Mới", "03408", "2025-01-01"))).status_code == 422
    # A code that was given up is free from that day on, and was not before.
    await decide(office, decision("recode", str(ident("Phường Tân Phong")), on="2024-01-01", code=None))
    other = f"/units/{uuid4()}"
    assert (await office.put(other, json=ward("Phường Khác", "03387", "2023-12-31"))).status_code == 422
    assert (await office.put(other, json=ward("Phường Khác", "03387", "2024-01-01"))).status_code == 200
    # The ward that had it then may not have begun with that of somebody else, and keeps its own.
    began = ward("Phường Tân Phong", "03386")
    assert (await office.put(f"/units/{ident('Phường Tân Phong')}", json=began)).status_code == 422


async def test_of_two_who_register_one_code_at_once_one_is_refused(office: httpx2.AsyncClient) -> None:
    asked = [office.put(f"/units/{uuid4()}", json=ward(f"Phường {number}", "9")) for number in range(4)]
    answers = sorted([answer.status_code for answer in await asyncio.gather(*asked)])
    assert answers == [200, 422, 422, 422]
