"""Does every refusal leave the house as a problem document that names the field, in Vietnamese? (RFC 9457)"""

from typing import Any

from house import House, ident

UNIT = {"name": "Phường Tân Phong", "kind": "ward", "valid_from": "2013-12-27"}
PATH = f"/units/{ident('a')}"
TARGETS = f"/campaigns/{ident('x')}/units/{ident('a')}/targets"
JSON = {"Content-Type": "application/json"}


async def test_every_refusal_is_a_problem_document(house: House) -> None:
    await house.open(["registry"])
    asked: dict[str, tuple[int, list[str], Any]] = {}
    async with house.office("registry") as office:
        asked = {
            "broken JSON": (422, [""], office.put(PATH, content=b'{"name": ', headers=JSON)),
            "not UTF-8": (400, [], office.put(PATH, content=b'{"name": "\xff"}', headers=JSON)),
            "not an object": (422, [""], office.put(PATH, json=[UNIT])),
            "no body": (422, [""], office.put(PATH)),
            "an unknown field": (422, ["colour"], office.put(PATH, json={**UNIT, "colour": "đỏ"})),
            "nothing given": (422, ["kind", "name", "valid_from"], office.put(PATH, json={})),
            "wrong kinds": (422, ["kind", "valid_from"], office.put(PATH, json={**UNIT, "kind": 1, "valid_from": "?"})),
            "a number for a day": (422, ["valid_from"], office.put(PATH, json={**UNIT, "valid_from": 0})),
            "a text for a number": (422, ["version"], office.post("/reports", json={"version": "0"})),
            "a number for yes": (
                422,
                ["targets.0.assigned"],
                office.put(TARGETS, json={"targets": [{"criterion": "1.1", "assigned": 1}]}),
            ),
            "no JSON": (422, [""], office.put(PATH, content=b"{}", headers={"Content-Type": "text/plain"})),
            "half a character": (422, [""], office.put(PATH, content=b'{"name":"\\ud800"}', headers=JSON)),
            "a NUL": (422, [], office.put(PATH, json={**UNIT, "name": "a\0b"})),
            "a NUL in a search": (422, [], office.get("/units", params={"search": "\0"})),
            "a number beyond all": (422, [], office.get(f"{PATH}/years/99999999999999")),
            "a word for a number": (422, ["year"], office.get("/blocks?year=nay")),
            "no id": (422, ["unit_id"], office.put("/units/tan-phong", json=UNIT)),
            "too long a key": (422, [], office.post("/reports", json={}, headers={"Idempotency-Key": "k" * 201})),
            "an unknown parent": (409, [], office.put(PATH, json={**UNIT, "parent_id": str(ident("b"))})),
            "an unknown thing": (404, [], office.get(f"/campaigns/{ident('x')}")),
            "an unknown path": (404, [], office.get("/nowhere")),
            "a way that is not": (405, [], office.delete(PATH)),
        }
        for what, (status, fields, request) in asked.items():
            answer = await request
            assert answer.status_code == status, f"{what}: {answer.text}"
            assert answer.headers["content-type"] == "application/problem+json", what
            problem = answer.json()
            assert problem["status"] == status, what
            assert problem["title"], what
            assert problem["detail"].endswith("."), what
            found = [error["field"] for error in problem.get("errors", ())]
            assert set(fields) <= set(found), f"{what}: {problem}"
            assert all(error["message"] for error in problem.get("errors", ())), what
    assert await house.rows("registry", "SELECT 1 FROM units") == []
