"""Does the list of people go out and come in unchanged, is every fault named at its cell, and does nobody write past their own?"""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import city
import httpx2
import pytest_asyncio
from city import QUYET_THANG, SAN_THANG, TAN_PHONG
from handed_in import fetched, keep, send
from house import House

from chassis.text import fold
from registry.actions.lists.spreadsheets import write_xlsx
from registry.rules.lists import PEOPLE

HEAD = [column.heading for column in PEOPLE.columns]
YEAR = f"/units/{TAN_PHONG}/years/2023"
RATED = ("2023", "Hoàn thành tốt nhiệm vụ", "12/QĐ-UBND", "10/11/2023", "UBND thành phố")


def book(*rows: tuple[str, ...]) -> bytes:
    return write_xlsx(PEOPLE, HEAD, [[*row, *[""] * (len(HEAD) - len(row))] for row in rows])


def of(name: str, *rated: str, unit: str = "Phường Tân Phong", **more: str) -> tuple[str, ...]:
    post = (more.get("post", "Chuyên viên"), more.get("from_on", "01/03/2021"), more.get("until_on", ""))
    return (more.get("person", ""), name, unit, *post, *rated)


@pytest_asyncio.fixture
async def office(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    await house.open(["registry", "scoring"])
    await city.found(house)
    async with house.office("registry") as client:
        yield client


def officer(house: House) -> httpx2.AsyncClient:
    return house.client("registry", ("unit_officer", TAN_PHONG))


async def check(client: httpx2.AsyncClient, content: bytes, **asked: str) -> dict[str, Any]:
    return await send(client, content, about="people", **asked)


async def faults(client: httpx2.AsyncClient, told: dict[str, Any]) -> dict[str, str]:
    rows = (await client.get(f"/imports/{told['import_id']}/faults")).json()["items"]
    return {each["cell"]: f"{each['message']}|{each['remedy']}" for row in rows for each in row["faults"]}


async def people(client: httpx2.AsyncClient, **asked: str) -> dict[str, dict[str, Any]]:
    answer = await client.get("/people", params=asked)
    return {each["name"]: each for each in answer.json()["items"]}


async def test_a_list_is_entered_as_by_hand_and_the_year_follows(house: House, office: httpx2.AsyncClient) -> None:
    assert (await keep(office, await check(office, book(of("Cán bộ 01")))))["counts"] == {"new": 1}
    derived = {"version": 0, "advanced_workers": 1, "grassroots_fighters": 0}
    answer = await office.put(f"{YEAR}/from-people", json=derived)
    assert answer.status_code == 200, answer.text
    rows = book(of("Cán bộ 01", *RATED), of("Cán bộ 02", *RATED), of("Cán bộ 03", unit="Xã San Thàng"))
    told = await check(office, rows)
    assert told["counts"] == {"changed": 1, "new": 2}
    assert await people(office, unit_id=str(SAN_THANG)) == {}
    await keep(office, told)
    assert set(await people(office, unit_id=str(SAN_THANG))) == {"Cán bộ 03"}
    year = (await office.get(YEAR)).json()
    assert (year["source"], year["headcount"], year["completed_tasks"]) == ("people", 2, 2)
    first = (await people(office, unit_id=str(TAN_PHONG)))["Cán bộ 01"]["person_id"]
    entries = (await office.get(f"/people/{first}/entries")).json()["items"]
    assert [(each["kind"], each["version"], each["act"]) for each in entries] == [
        ("rating", 1, "entered"),
        ("service", 1, "entered"),
    ]
    assert (await check(office, rows))["counts"] == {"same": 3}


async def test_what_stands_goes_out_and_comes_in_unchanged(house: House, office: httpx2.AsyncClient) -> None:
    await keep(office, await check(office, book(of("Lò Văn A", *RATED), of("Lò Văn B", until_on="31/12/2022"))))
    async with officer(house) as unit:
        for form in ("xlsx", "csv"):
            out = await fetched(office, "/lists/people/file", form=form, filled="true")
            assert (await check(office, out, name=f"x.{form}"))["counts"] == {"same": 2}
            own = await fetched(unit, "/lists/people/file", form=form, filled="true", unit_id=str(TAN_PHONG))
            assert (await check(unit, own, unit_id=str(TAN_PHONG)))["counts"] == {"same": 2}
        assert (await unit.get("/lists/people/file")).status_code == 403


async def test_a_correction_is_a_next_version_with_its_reason(house: House, office: httpx2.AsyncClient) -> None:
    await keep(office, await check(office, book(of("Lò Văn A", *RATED))))
    person = (await people(office))["Lò Văn A"]["person_id"]
    better = ("2023", "HTXSNV", *RATED[2:])
    row = of("Lò Văn Á", *better, person=person, post="Phó trưởng phòng", until_on="31/12/2023")
    assert (await keep(office, await check(office, book(row))))["counts"] == {"changed": 1}
    file = (await office.get(f"/people/{person}")).json()
    assert (file["name"], file["version"], len(file["names"])) == ("Lò Văn Á", 2, 2)
    entries = {each["kind"]: each for each in (await office.get(f"/people/{person}/entries")).json()["items"]}
    assert (entries["rating"]["grade"], entries["service"]["words"]) == ("excellent", "Phó trưởng phòng")
    assert entries["service"]["until_on"] == "2023-12-31"
    assert {(each["version"], each["act"], each["reason"]) for each in entries.values()} == {
        (2, "amended", "Theo danh sách nhập từ tệp")
    }
    # What is left empty takes nothing back, and is told.
    told = await check(office, book(of("Lò Văn Á", person=person, post="Phó trưởng phòng")))
    assert told["counts"] == {"same": 1}
    assert "giữ nguyên ngày 31/12/2023" in (await faults(office, told))["F2"]


async def test_every_fault_is_named_at_its_cell_with_its_remedy(house: House, office: httpx2.AsyncClient) -> None:
    await keep(office, await check(office, book(of("Lò Văn A"), of("Hà Thị Hòa"))))
    person = (await people(office))["Lò Văn A"]["person_id"]
    told = await check(
        office,
        book(
            of("Lò Văn B", unit="Phường Lạ"),
            of("Lò Văn C", "2023", "Tốt", from_on="hôm qua"),
            of("Lò Văn D", "2023", "HTTNV"),
            of("Lò Văn E", until_on="01/03/2020"),
            of("Lò Văn E"),
            of("Lò Văn A", from_on="01/05/2022"),
            of("Lò Văn A", unit="Xã San Thàng", person=person),
            of("Lò Văn G", person=str(uuid4())),
            of("Lò Văn H", unit=""),
            of("Lò Văn I", "2031", *RATED[1:]),
            of("Hà Thị Hoà", from_on="01/01/1990"),
        ),
    )
    found = await faults(office, told)
    wanted = "C2 E3 H3 I4 J4 K4 F5 B6 E7 B8 A9 C10 G11 B12 E12"
    assert set(found) == set(wanted.split())
    assert "trùng với vị trí chính từ 01/03/2021" in found["E7"]
    assert "đã có Hà Thị Hòa" in found["B12"]
    assert all(each.rpartition("|")[2] not in {"", "None"} for each in found.values())
    assert set(await people(office)) == {"Lò Văn A", "Hà Thị Hòa"}


async def test_a_unit_sends_its_own_people_alone(house: House, office: httpx2.AsyncClient) -> None:
    await keep(office, await check(office, book(of("Lò Văn A", unit="Xã San Thàng"))))
    stranger = (await people(office))["Lò Văn A"]["person_id"]
    async with officer(house) as unit:
        asked = {"about": "people", "name": "x"}
        assert (await unit.post("/imports", params=asked, content=b"a")).status_code == 403
        other = {**asked, "unit_id": str(QUYET_THANG)}
        assert (await unit.post("/imports", params=other, content=b"a")).status_code == 403
        rows = book(of("Lò Văn A", unit="Xã San Thàng"), of("Lò Văn B", unit=""), of("Lò Văn A", person=stranger))
        told = await check(unit, rows, unit_id=str(TAN_PHONG))
        found = await faults(unit, told)
        assert set(found) == {"C2", "A4"}
        assert "của đơn vị" in found["A4"]
        assert (await keep(unit, told))["counts"] == {"new": 1, "faulty": 2}
        assert set(await people(unit, unit_id=str(TAN_PHONG))) == {"Lò Văn B"}


async def test_whoever_was_changed_since_the_check_is_left_alone(house: House, office: httpx2.AsyncClient) -> None:
    await keep(office, await check(office, book(of("Lò Văn A"))))
    rated, twice = book(of("Lò Văn A", *RATED), of("Lò Văn B")), book(of("Lò Văn B"))
    told, again = await check(office, rated), await check(office, twice)
    person = (await people(office))["Lò Văn A"]["person_id"]
    service = (await office.get(f"/people/{person}/entries")).json()["items"][0]["entry_id"]
    gone = {"version": 1, "reason": "Ghi nhầm người"}
    assert (await office.post(f"/entries/{service}/withdraw", json=gone)).status_code == 200
    assert (await keep(office, told))["counts"] == {"moved": 1, "new": 1}
    assert (await keep(office, again))["counts"] == {"moved": 1}


async def test_two_of_one_name_are_told_apart_by_id_and_nothing_is_guessed(
    house: House, office: httpx2.AsyncClient
) -> None:
    await keep(office, await check(office, book(of("Lò Văn A"))))
    body = {"unit_id": str(TAN_PHONG), "name": "Lò Văn A", "words": "Văn thư", "from_on": "01/03/2022"}
    second = str(uuid4())
    assert (await office.put(f"/people/{second}", json=body)).status_code == 200
    told = await check(office, book(of("Lò Văn A", *RATED)))
    assert "có 2 người tên này" in (await faults(office, told))["B2"]
    row = of("Lò Văn A", *RATED, person=second, post="Văn thư", from_on="01/03/2022")
    assert (await check(office, book(row)))["counts"] == {"changed": 1}
    out = await fetched(office, "/lists/people/file", filled="true")
    assert (await check(office, out))["counts"] == {"same": 2}


async def test_no_event_of_a_list_carries_a_name(house: House, office: httpx2.AsyncClient) -> None:
    await keep(office, await check(office, book(of("Sầm Kín Đáo", *RATED, post="Việc Riêng Tư"))))
    rows = await house.rows("registry", "SELECT convert_from(bytes, 'utf8') AS said FROM event_log")
    said = fold(" ".join(json.dumps(json.loads(row["said"]), ensure_ascii=False) for row in rows))
    assert '"registry.task_rated.v1"' in said
    for words in ("Sầm Kín Đáo", "Việc Riêng Tư", "12/QĐ-UBND"):
        assert fold(words) not in said
