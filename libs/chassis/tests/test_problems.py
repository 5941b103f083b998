"""Does every refusal leave the house as a problem document that names the field, in Vietnamese? (RFC 9457)"""

from house import House, ident
from httpx2 import Request

UNIT = {"name": "Phường Tân Phong", "kind": "ward", "valid_from": "2013-12-27"}
PATH = f"/units/{ident('a')}"
TARGETS = f"/campaigns/{ident('x')}/units/{ident('a')}/targets"
JSON = {"Content-Type": "application/json"}


async def test_every_refusal_is_a_problem_document(house: House) -> None:
    await house.open(["registry"])
    async with house.office("registry") as office:
        ask = office.build_request
        asked: dict[str, tuple[int, list[str], Request]] = {
            "broken JSON": (422, [""], ask("PUT", PATH, content=b'{"name": ', headers=JSON)),
            "not UTF-8": (400, [], ask("PUT", PATH, content=b'{"name": "\xff"}', headers=JSON)),
            "not an object": (422, [""], ask("PUT", PATH, json=[UNIT])),
            "no body": (422, [""], ask("PUT", PATH)),
            "an unknown field": (422, ["colour"], ask("PUT", PATH, json={**UNIT, "colour": "đỏ"})),
            "nothing given": (422, ["kind", "name", "valid_from"], ask("PUT", PATH, json={})),
            "wrong kinds": (422, ["kind", "valid_from"], ask("PUT", PATH, json={**UNIT, "kind": 1, "valid_from": "?"})),
            "a number for a day": (422, ["valid_from"], ask("PUT", PATH, json={**UNIT, "valid_from": 0})),
            "a text for a number": (422, ["version"], ask("POST", "/reports", json={"version": "0"})),
            "a number for yes": (
                422,
                ["targets.0.assigned"],
                ask("PUT", TARGETS, json={"targets": [{"criterion": "1.1", "assigned": 1}]}),
            ),
            "no JSON": (422, [""], ask("PUT", PATH, content=b"{}", headers={"Content-Type": "text/plain"})),
            "half a character": (422, [""], ask("PUT", PATH, content=b'{"name":"\\ud800"}', headers=JSON)),
            "a NUL": (422, [], ask("PUT", PATH, json={**UNIT, "name": "a\0b"})),
            "a NUL in a search": (422, [], ask("GET", "/units", params={"search": "\0"})),
            "a number beyond all": (422, [], ask("GET", f"{PATH}/years/99999999999999")),
            "a word for a number": (422, ["year"], ask("GET", "/blocks?year=nay")),
            "no id": (422, ["unit_id"], ask("PUT", "/units/tan-phong", json=UNIT)),
            "too long a key": (422, [], ask("POST", "/reports", json={}, headers={"Idempotency-Key": "k" * 201})),
            "an unknown parent": (422, ["parent_id"], ask("PUT", PATH, json={**UNIT, "parent_id": str(ident("b"))})),
            "an unknown thing": (404, [], ask("GET", f"/campaigns/{ident('x')}")),
            "an unknown path": (404, [], ask("GET", "/nowhere")),
            "a way that is not": (405, [], ask("DELETE", PATH)),
        }
        for what, (status, fields, request) in asked.items():
            answer = await office.send(request)
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
