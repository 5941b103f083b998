"""Can people decide what nobody has verified of the facts that files are kept by, and is everything counted by it at once?"""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from city import TAN_PHONG
from desks import Desks, at_the_registry
from house import House, ident

from chassis.testing import eventually
from contracts.envelope import Event
from contracts.people import DisciplineLevel, RecountAdvanced
from registry import actions, rules
from registry.actions.bodies import DerivedYearBody
from registry.actions.entries import lock_units
from registry.actions.law import AT_ONCE, LawBody
from registry.rules import Use

FIRST, SECOND = ident("can-bo-01"), ident("can-bo-02")
DOCUMENT = {"document_number": "5007/BNV-TĐKT", "document_on": "06/09/2023", "document_by": "Bộ Nội vụ"}
YEAR = f"/units/{TAN_PHONG}/years/2023"
TODAY = date(2023, 11, 15)
TYPED: dict[str, Any] = {"values": {}, "confirm": False, "reason": "", **dict.fromkeys(DOCUMENT, "")}


def read(code: str, **typed: Any) -> tuple[dict[str, Any] | None, dict[str, str]]:
    stood = rules.provision_stands(code, None)
    after, faults = rules.amend_provision(code, stood, TYPED | typed, by="Cán bộ 01", today=TODAY)
    assert all(fault.remedy for fault in faults)
    return after, {fault.criterion: fault.message for fault in faults}


def test_what_is_shipped_is_what_held_before_and_says_how_sure_it_is() -> None:
    law = rules.AS_SHIPPED
    assert (law.closing_day(2023), law.initiative_once) == (date(2023, 12, 31), True)
    assert law.counted_against(2023) == law.counted_against(2025) == set(DisciplineLevel) - {DisciplineLevel.REPRIMAND}
    assert rules.law_of({}) == law
    marks = {code: rules.provision_stands(code, None)["mark"] for code in rules.PROVISIONS}
    assert marks == {"closing_day": "D", "discipline_2017": "V", "discipline_2024": "U", "initiative_once": "V*"}


def test_the_level_changes_for_the_years_of_its_own_law() -> None:
    law = rules.law_of({"discipline_2024": {"value": "reprimand", "mark": "U"}})
    assert law.counted_against(2024) == set(DisciplineLevel)
    assert law.counted_against(2023) == rules.AS_SHIPPED.counted_against(2023)


def test_every_fault_is_named_at_once() -> None:
    wrong = {"values": {"closing_day": "30/02", "level": "warning"}, "confirm": True, "document_on": "16/11/2023"}
    assert read("closing_day", **wrong)[1] == {
        "level": "không có ở quy định này",
        "closing_day": "Ngày đếm người của năm: “30/02” không phải ngày có trong mọi năm",
        "document_number": "Số văn bản: còn thiếu, hoặc quá dài",
        "document_by": "Nơi ban hành: còn thiếu, hoặc quá dài",
        "document_on": "Ngày văn bản: chưa tới, hôm nay là 15/11/2023",
    }
    assert set(read("discipline_2017", values={"level": "heavier"}, reason="Thử")[1]) == {"values"}
    assert set(read("closing_day", values={"closing_day": "1/12"})[1]) == {"reason"}
    assert read("closing_day")[1] == {"values": "chưa thay đổi gì"}
    assert read("closing_day", values={"closing_day": "1/12"}, reason="Thử")[0] == {
        "value": "01/12",
        "mark": "D",
        "confirmed": None,
    }


def test_whether_an_initiative_serves_once_is_for_people_to_decide() -> None:
    used, praise = Use("title", "CSTDCS", 2023), Use("commendation", "BK_TINH", 2023)
    refused = rules.use_refused([used], praise, rules.AS_SHIPPED)
    assert refused
    assert "chưa kiểm chứng" in refused
    sure = rules.law_of({"initiative_once": {"value": "yes", "mark": "V"}})
    assert "chưa kiểm chứng" not in (rules.use_refused([used], praise, sure) or "chưa kiểm chứng")
    free = rules.law_of({"initiative_once": {"value": "no", "mark": "V*"}})
    assert rules.use_refused([used], praise, free) is None
    assert rules.use_refused([used], used, free)


@pytest_asyncio.fixture
async def desks(house: House) -> AsyncIterator[Desks]:
    async with at_the_registry(house) as sitting:
        yield sitting


async def enter(desks: Desks, person: UUID, *, until_on: str = "") -> None:
    body = {"unit_id": str(TAN_PHONG), "name": "Cán bộ", "words": "Chuyên viên", "from_on": "01/03/2021"}
    assert (await desks.own.put(f"/people/{person}", json=body)).status_code == 200
    if until_on:
        (post,) = (await desks.own.get(f"/people/{person}/entries", params={"kind": "service"})).json()["items"]
        values = {"words": "Chuyên viên", "main": "yes", "from_on": "01/03/2021", "until_on": until_on}
        moved = {"version": 1, "kind": "service", "values": values, "person_id": str(person), "reason": "Nghỉ hưu"}
        answer = await desks.own.put(f"/entries/{post['entry_id']}", json={**moved, "unit_id": str(TAN_PHONG)})
        assert answer.status_code == 200, answer.text


async def test_years_are_counted_anew_on_the_day_that_people_decided(house: House, desks: Desks) -> None:
    """Of two people one leaves on 30 November: on 31 December there is one, on 1 June there were two."""
    await enter(desks, FIRST)
    await enter(desks, SECOND, until_on="30/11/2023")
    kept = {"version": 0, "advanced_workers": 0, "grassroots_fighters": 0}
    assert (await desks.own.put(f"{YEAR}/from-people", json=kept)).status_code == 200
    assert (await desks.own.get(YEAR)).json()["headcount"] == 1
    body = {"revision": 0, "values": {"closing_day": "01/06"}, "reason": "Theo hướng dẫn"}
    assert (await desks.own.post("/law/closing_day/amendments", json=body)).status_code == 403
    done = await desks.office.post("/law/closing_day/amendments", json=body)
    assert (done.status_code, done.json()) == (
        201,
        {"revision": 1, "rechecked": 1, "counts_from": None, "ended_on": None},
    )
    year = (await desks.own.get(YEAR)).json()
    assert (year["headcount"], year["counted_by"]["closing_day"]) == (2, "2023-06-01")
    events = await house.rows(
        "registry", "SELECT 1 FROM event_log WHERE type = 'registry.year_recorded.v1' ORDER BY id"
    )
    assert len(events) == 2
    late = await desks.office.post("/law/closing_day/amendments", json={**body, "values": {"closing_day": "01/07"}})
    assert (late.status_code, late.json()["standing"]["values"]) == (409, {"closing_day": "01/06"})
    told = (await desks.own.get("/law")).json()
    (change,) = told["changes"]
    assert [change["change"][when]["values"]["closing_day"] for when in ("before", "after")] == ["31/12", "01/06"]


async def test_a_province_is_counted_anew_step_by_step_and_every_year_is_reached(house: House) -> None:
    """More units than a step has: the first step is of the amendment itself, the next of the event that asks for it."""
    more = 20
    many = f"SELECT md5('u' || n)::uuid AS id FROM generate_series(1, {AT_ONCE + more}) AS n"
    async with house.at_work("registry") as tx:
        await tx.now()
    await house.run(
        "registry",
        f"""INSERT INTO units (unit_id, version, name, searched, sorted, kind, valid_from)
        SELECT id, 1, 'Phường', 'phuong', '', 'ward', '2013-12-27' FROM ({many}) AS m""",
        f"""INSERT INTO year_records (unit_id, year, version, headcount, completed_tasks, advanced_workers,
          grassroots_fighters, disciplined, source) SELECT id, 2023, 1, 5, 5, 0, 0, 0, 'people' FROM ({many}) AS m""",
    )
    body = LawBody(revision=0, values={"closing_day": "01/06"}, reason="Theo hướng dẫn")
    async with house.at_work("registry") as tx:
        done = await actions.amend_law(tx, "closing_day", body, post="Phòng Nội vụ")
    counted = "SELECT 1 FROM year_records WHERE headcount = 0"
    assert (done.rechecked, len(await house.rows("registry", counted))) == (AT_ONCE + more, AT_ONCE)
    asked = "SELECT bytes FROM event_log WHERE type = 'registry.recount_advanced.v1'"
    (step,) = [Event[RecountAdvanced].decoded(row["bytes"]) for row in await house.rows("registry", asked)]
    for _ in range(2):
        async with house.at_work("registry") as tx:
            await actions.advance_recounts(tx, [step])
    assert len(await house.rows("registry", counted)) == AT_ONCE + more
    assert len(await house.rows("registry", asked)) == 1, "the last step asks for none"
    async with house.at_work("registry") as tx:
        assert len(await lock_units(tx, [uuid4() for _ in range(40_000)])) == 0, "no list is too long to be asked by"


async def test_a_year_that_begins_to_follow_from_people_waits_for_an_amendment(house: House, desks: Desks) -> None:
    await enter(desks, FIRST)
    await enter(desks, SECOND, until_on="30/11/2023")
    body = LawBody(revision=0, values={"closing_day": "01/06"}, reason="Theo hướng dẫn")
    kept = DerivedYearBody(version=0, advanced_workers=0, grassroots_fighters=0)

    async def derive() -> None:
        async with house.at_work("registry") as tx:
            await actions.derive_year(tx, TAN_PHONG, 2023, kept)

    async with house.at_work("registry") as tx:
        await actions.amend_law(tx, "closing_day", body, post="Phòng Nội vụ")
        deriving = asyncio.create_task(derive())

        async def waits() -> bool:
            return deriving.done() or bool(await house.rows("registry", "SELECT 1 FROM pg_locks WHERE NOT granted"))

        await eventually(waits, expect="the year waits for the law")
    await deriving
    assert (await desks.own.get(YEAR)).json()["headcount"] == 2


@pytest.mark.parametrize(("value", "status"), [("yes", 422), ("no", 200)])
async def test_an_initiative_serves_again_once_people_said_so(desks: Desks, value: str, status: int) -> None:
    await enter(desks, FIRST)
    idea = {"words": "Số hóa sổ tay", "grade": "grassroots", "from_on": "01/11/2023", **DOCUMENT}
    initiative, about = uuid4(), {"person_id": str(FIRST)}
    body: dict[str, Any] = {"version": 0, "kind": "initiative", "values": idea, **about}
    assert (await desks.own.put(f"/entries/{initiative}", json=body)).status_code == 200
    decision = {"revision": 0, "values": {"once": value}, "confirm": True, "reason": "Đã đọc", **DOCUMENT}
    decided = await desks.office.post("/law/initiative_once/amendments", json=decision)
    assert (decided.status_code, decided.json()["rechecked"]) == (201, 0)
    statuses = []
    for grade, code in (("title", "CSTDCS"), ("commendation", "BK_TINH")):
        use = {"grade": grade, "words": code, "year": "2023", **DOCUMENT}
        body = {"version": 0, "kind": "use", "values": use, "initiative_id": str(initiative), **about}
        statuses.append((await desks.own.put(f"/entries/{uuid4()}", json=body)).status_code)
    assert statuses == [200, status]
    stands = {each["condition"]: each for each in (await desks.own.get("/law")).json()["facts"]}
    assert (stands["initiative_once"]["mark"], stands["initiative_once"]["confirmed"]["was"]) == ("V", "V*")
