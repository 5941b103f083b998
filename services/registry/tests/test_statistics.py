"""Are typed cells of a statutory form kept for good, does a form that was handed in stay, and may nobody else do either?"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import city
import pytest
import pytest_asyncio
import yaml
from desks import Desks, at_the_registry
from house import House

FORMS = {path.stem: yaml.safe_load(path.read_text()) for path in Path("data/lai-chau-2023/forms").glob("*.yaml")}
STAFF = "/statistics/2023/forms/0604.N"
DOCUMENT = {"document_number": "02/2023/TT-BNV", "document_on": "23/03/2023", "document_by": "Bộ Nội vụ"}


@pytest_asyncio.fixture
async def desks(house: House) -> AsyncIterator[Desks]:
    async with at_the_registry(house) as sitting:
        for form in FORMS.values():
            answer = await sitting.office.put(f"/statistics/forms/{form['form']}", json=form)
            assert (answer.status_code, answer.json()) == (200, {"version": 1}), answer.text
        yield sitting


def typed(row: str, value: str, version: int = 0) -> dict[str, Any]:
    return {"row": row, "column": "1", "value": value, "version": version}


async def keep(desks: Desks, *cells: dict[str, Any], note: str = "") -> Any:
    return await desks.office.post(f"{STAFF}/cells", json={"cells": cells, "note": note})


def handed_in(values: dict[str, int | None], **more: Any) -> dict[str, Any]:
    parts = [values.get(row) for row in ("02", "03", "04", "05")]
    whole = None if None in parts else sum(part or 0 for part in parts)
    cells = [{"row": "01", "column": "1", "value": whole, "how": "sum"}]
    cells += [{"row": row, "column": "1", "value": values.get(row), "how": "typed"} for row in ("02", "03", "04", "05")]
    return {"revision": 1, "number": 0, "submitted_on": "15/11/2023", "cells": cells, **more}


async def test_typed_cells_stay_with_who_and_when_and_nothing_is_overwritten(desks: Desks) -> None:
    refused = await keep(desks, typed("04", "một"), typed("05", "2"))
    assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (422, ["04-1"])
    assert (await desks.office.get(STAFF)).json()["typed"] == [], "all of them or none"
    assert (await keep(desks, typed("04", "1"), typed("05", "0"), note="Quyết định 12")).json() == {"kept": 2}
    assert (await keep(desks, typed("04", "1", 1))).json() == {"kept": 0}, "the same again is nothing new"
    late = await keep(desks, typed("04", "7"))
    assert (late.status_code, late.json()["standing"]["04-1"]["value"]) == (409, 1)
    assert (await keep(desks, typed("04", "3", 1), note="Sửa")).json() == {"kept": 1}
    assert (await keep(desks, typed("04", "", 2))).json() == {"kept": 1}
    history = (await desks.office.get(f"{STAFF}/cells/04/1")).json()["items"]
    assert [(each["value"], each["note"]) for each in history] == [(None, ""), (3, "Sửa"), (1, "Quyết định 12")]
    assert all(each["recorded_by"] and each["recorded_at"] for each in history)
    stands = {each["row"]: each["value"] for each in (await desks.office.get(STAFF)).json()["typed"]}
    assert stands == {"04": None, "05": 0}, "nothing typed is no zero, and a typed zero is one"


async def test_a_form_that_was_handed_in_does_not_move(house: House, desks: Desks) -> None:
    await keep(desks, *[typed(row, value) for row, value in (("02", "0"), ("03", "0"), ("04", "1"), ("05", "2"))])
    values: dict[str, int | None] = {"02": 0, "03": 0, "04": 1, "05": 2}
    wrong = await desks.office.post(
        f"{STAFF}/closings", json=handed_in({**values, "05": None}, submitted_on="16/11/2023")
    )
    assert [each["field"] for each in wrong.json()["errors"]] == ["submitted_on", "05-1", "blanks"], wrong.text
    first = await desks.office.post(f"{STAFF}/closings", json=handed_in(values, document_number="45/BC-PNV"))
    assert first.status_code == 201, first.text
    kept = (await desks.office.get(f"{STAFF}/closings/1")).json()
    assert (kept["fingerprint"], kept["intact"]) == (first.json()["fingerprint"], True)
    await keep(desks, typed("05", "9", 1))
    body = {"revision": 1, "numbers": {"05": "06"}, "reason": "Theo phụ lục", "confirm": True, **DOCUMENT}
    assert (await desks.office.post("/statistics/forms/0604.N/amendments", json=body)).status_code == 201
    assert (await desks.office.get(f"{STAFF}/closings/1")).json() == kept
    now = (await desks.office.get(STAFF)).json()
    (change,) = now["changes"]
    assert (now["revision"], now["layout"]["mark"], change["change"]["was"]) == (2, "V", "V*")
    again = handed_in({**values, "05": 9}, revision=2, number=1)
    refused = await desks.office.post(f"{STAFF}/closings", json=again)
    assert [each["field"] for each in refused.json()["errors"]] == ["reason"], "whoever hands in again says why"
    assert (await desks.office.post(f"{STAFF}/closings", json=handed_in(values))).status_code == 409
    second = await desks.office.post(f"{STAFF}/closings", json={**again, "reason": "Đếm sót"})
    assert (second.status_code, second.json()["number"]) == (201, 2)
    (of_year,) = [
        each for each in (await desks.office.get("/statistics/2023")).json()["items"] if each["form"] == "0604.N"
    ]
    assert of_year["closed"]["number"] == 2
    assert (await desks.office.get(f"{STAFF}/closings/1")).json()["snapshot"]["cells"] == kept["snapshot"]["cells"]
    rows = await house.rows("registry", "SELECT 1 FROM statistic_closings")
    assert len(rows) == 2


async def test_campaigns_are_told_with_what_a_form_counts_them_by(desks: Desks) -> None:
    themed = {
        **city.CAMPAIGN_DOCUMENT,
        "name": "Chuyên đề hai năm",
        "kind": "themed",
        "ends_on": "2024-12-31",
        "scope": {"reach": "blocks", "block_ids": [str(city.BLOCK)]},
        "periods": [{**period, "period_id": str(uuid4())} for period in city.CAMPAIGN_DOCUMENT["periods"]],
    }
    answer = await desks.office.put(f"/campaigns/{uuid4()}", json=themed)
    assert answer.status_code == 200, answer.text

    async def told(year: int) -> list[tuple[str, ...]]:
        items = (await desks.office.get(f"/statistics/{year}/campaigns")).json()["items"]
        return sorted(tuple(each["facts"][name] for name in ("begun", "term", "kind", "reach")) for each in items)

    assert await told(2023) == [
        ("this_year", "one", "yearly", "all"),
        ("this_year", "one_to_three", "themed", "blocks"),
    ]
    assert await told(2024) == [("earlier", "one_to_three", "themed", "blocks")]
    assert await told(2022) == []


async def test_only_the_office_sees_or_does_any_of_it(desks: Desks) -> None:
    paths = ["/statistics/2023", "/statistics/forms/0604.N", "/statistics/2023/campaigns", STAFF]
    paths += [f"{STAFF}/cells/04/1", f"{STAFF}/closings/1"]
    assert {(await desks.own.get(path)).status_code for path in paths} == {403}
    cells = {"cells": [typed("04", "1")]}
    sent = [(f"{STAFF}/cells", cells), (f"{STAFF}/closings", handed_in({}))]
    sent += [("/statistics/forms/0604.N/amendments", {"revision": 1})]
    assert {(await desks.own.post(path, json=body)).status_code for path, body in sent} == {403}
    assert (await desks.own.put("/statistics/forms/0604.N", json=FORMS["0604"])).status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/statistics/2022/forms/0604.N", 404),
        ("/statistics/2023/forms/0609.N", 404),
        ("/statistics/forms/x", 404),
        ("/statistics/1900", 422),
        (f"{STAFF}/closings/1", 404),
        (f"{STAFF}/closings/0", 422),
    ],
)
async def test_what_is_not_there_is_said_plainly(desks: Desks, path: str, status: int) -> None:
    assert (await desks.office.get(path)).status_code == status


async def test_a_form_is_taken_once_and_under_its_own_number(desks: Desks) -> None:
    same = await desks.office.put("/statistics/forms/0604.N", json=FORMS["0604"])
    assert same.json() == {"version": 1}
    assert (await desks.office.put("/statistics/forms/0605.N", json=FORMS["0604"])).status_code == 422
    odd = {**FORMS["0604"], "totals": [{"row": "77", "groups": [["02"]]}]}
    assert (await desks.office.put("/statistics/forms/0604.N", json=odd)).status_code == 422
