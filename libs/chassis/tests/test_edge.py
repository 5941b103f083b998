"""Does the answer wait for the commit, and does a repeated command act once?"""

import asyncio
from uuid import uuid4

import city
import pytest
from city import QUYET_THANG, TAN_PHONG, report, submit
from house import House, ident

UNIT = {"name": "Phường Tân Phong", "kind": "ward", "valid_from": "2013-12-27"}
AT_COMMIT = """
CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN {does}; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON units
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()
"""
DIE = "PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(5)"


@pytest.mark.parametrize(
    ("does", "status"),
    [(DIE, 503), ("RAISE EXCEPTION 'no'", 500), ("RAISE unique_violation", 409)],
    ids=["the server ends the session", "a rule nobody foresaw", "a contradiction"],
)
async def test_a_commit_that_fails_is_never_answered_as_done(house: House, does: str, status: int) -> None:
    await house.open(["registry"])
    await house.run("registry", AT_COMMIT.format(does=does))
    async with house.office("registry") as office:
        answer = await office.put(f"/units/{ident('a')}", json=UNIT)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert await house.rows("registry", "SELECT 1 FROM units UNION ALL SELECT 1 FROM event_log") == []

    await house.run("registry", "DROP FUNCTION at_commit CASCADE")
    async with house.office("registry") as office:
        assert (await office.put(f"/units/{ident('a')}", json=UNIT)).status_code == 200
    await house.quiet()
    assert len(await house.stream_events()) == 1


async def test_a_key_gives_the_same_answer_and_belongs_to_one_body_of_one_account(house: House) -> None:
    await house.open(["registry", "scoring"])
    await city.found(house)
    key = str(uuid4())
    # What is refused leaves the key free.
    assert (await submit(house, TAN_PHONG, "nghìn", key=key)).status_code == 422
    first = await submit(house, TAN_PHONG, "1000", key=key)
    assert first.status_code == 201
    again = await submit(house, TAN_PHONG, "1000", key=key)
    assert (again.status_code, again.content) == (first.status_code, first.content)

    other = await submit(house, TAN_PHONG, "999", key=key)
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"
    # A neighbour who happens to use the same key is somebody else.
    assert (await submit(house, QUYET_THANG, "900", key=key)).json()["receipt_number"] != first.json()["receipt_number"]
    assert len(await house.rows("registry", "SELECT 1 FROM submissions")) == 2


async def test_a_key_belongs_to_one_address_and_one_of_before_that_was_compared_still_answers(house: House) -> None:
    await house.open(["registry", "scoring"])
    await city.found(house)
    report_id = (await submit(house, TAN_PHONG, "1000")).json()["report_id"]
    seen, key = {"version": 1}, {"Idempotency-Key": str(uuid4())}
    async with house.office("registry") as office:
        taken = await office.post(f"/reports/{report_id}/take-up", json=seen, headers=key)
        assert taken.status_code == 200
        elsewhere = await office.post(f"/reports/{report_id}/release", json=seen, headers=key)
        assert (elsewhere.status_code, elsewhere.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
        await house.run("registry", "UPDATE idempotency SET request = substring(request FROM 1 FOR 32)")
        again = await office.post(f"/reports/{report_id}/take-up", json=seen, headers=key)
        assert (again.status_code, again.content) == (200, taken.content)


async def test_requests_with_one_key_at_once_act_once(house: House) -> None:
    await house.open(["registry", "scoring"])
    await city.found(house)
    key = {"Idempotency-Key": str(uuid4())}
    async with house.client("registry", ("unit_officer", TAN_PHONG)) as officer:
        answers = await asyncio.gather(
            *[officer.post("/reports", json=report(TAN_PHONG, "1000"), headers=key) for _ in range(8)]
        )
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert len(await house.rows("registry", "SELECT 1 FROM submissions")) == 1
    assert len(await house.rows("registry", "SELECT 1 FROM event_log WHERE type LIKE 'registry.report%'")) == 1


async def test_a_mistake_of_ours_stands_in_the_log_and_not_in_the_answer(house: House) -> None:
    await house.open(["registry"])
    await house.run("registry", "DROP TABLE unit_states, units CASCADE")
    async with house.office("registry") as office:
        answer = await office.get("/units")
    assert answer.status_code == 500
    assert "units" not in answer.text
    assert '"http.failed"' in house.said("registry")
    assert "UndefinedTable" in house.said("registry")
