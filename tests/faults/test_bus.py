"""What happens when the bus carries nonsense, dies, stays away or hangs? (reliability.md D3: F1, F12, F16, F18, F19)"""

import os
import signal
import time
from typing import Any
from uuid import uuid4

import asyncpg
import city
import httpx2
import psutil
import pytest
from city import QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from house import PATIENCE_SECONDS, House, ident
from test_crashes import each_event_once_and_in_the_chain

from chassis.testing import eventually

pytestmark = pytest.mark.fault


async def readiness(house: House, service: str) -> tuple[int, str]:
    async with httpx2.AsyncClient() as client:
        answer = await client.get(f"{house.services[service].url}/health/ready")
        return answer.status_code, answer.json().get("detail", "")


async def test_f1_a_registry_that_dies_between_rows_and_log_leaves_neither(house: House) -> None:
    await house.open()
    await city.found(house)
    registry = house.services["registry"]
    registry.stop()
    registry.start(FAILPOINTS="events.before_log")
    await registry.ready()
    with pytest.raises(httpx2.TransportError):
        await submit(house, TAN_PHONG, "1000")
    assert await registry.ended() < 0
    assert await house.rows("registry", "SELECT 1 FROM reports") == []
    assert await house.rows("registry", "SELECT 1 FROM event_log WHERE type LIKE 'registry.report%'") == []


async def test_f12_poison_is_parked_and_good_events_go_on(house: House) -> None:
    await house.open()
    await city.found(house)
    async with house.bus("registry") as bus:
        js = bus.jetstream()
        for number in range(50):
            body = b"{" if number % 2 else b'{"specversion": "1.0", "data": {}}'
            await js.publish(f"registry.report_submitted.v1.{uuid4()}", body, stream="EVENTS")
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201
    await house.quiet()
    assert [points for _, rank, points in await city.board(house) if rank] == ["100.00"]
    for service in ("scoring", "notify"):
        letters = await house.rows(service, "SELECT payload, error, attempts, state FROM dead_letter")
        assert len(letters) == 50
        assert all(letter["error"] and letter["attempts"] == 1 and letter["state"] == "parked" for letter in letters)


async def test_an_event_that_fails_for_good_is_parked_and_taken_up_again_once_mended(house: House) -> None:
    await house.open(REDELIVERY_ATTEMPTS="3", REDELIVERY_SECONDS="0.05")
    await city.found(house)
    await house.run("scoring", "ALTER TABLE scores ADD CONSTRAINT broken CHECK (points < 100)")
    good = await submit(house, QUYET_THANG, "900")
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201
    await house.quiet()
    assert good.status_code == 201
    (letter,) = await house.rows("scoring", "SELECT id, attempts, error FROM dead_letter")
    assert letter["attempts"] == 3
    assert "broken" in letter["error"]
    assert [rank for _, rank, _ in await city.board(house)] == [1, None, None]

    async with house.office("scoring") as operator:
        refused = await operator.post(f"/dead-letters/{letter['id']}/redrive", json={"reason": "thử lại"})
        assert refused.status_code == 409, refused.text
        await house.run("scoring", "ALTER TABLE scores DROP CONSTRAINT broken")
        done = await operator.post(f"/dead-letters/{letter['id']}/redrive", json={"reason": "đã sửa ràng buộc"})
        assert done.status_code == 200, done.text
        again = await operator.post(f"/dead-letters/{letter['id']}/discard", json={"reason": "đã xong rồi"})
        assert again.status_code == 409
    await house.quiet()
    assert [rank for _, rank, _ in await city.board(house)] == [1, 2, None]


async def test_f11_a_handler_slower_than_the_server_s_patience_is_not_given_its_event_twice(house: House) -> None:
    await house.open()
    await city.found(house)
    await house.run(
        "scoring",
        f"""CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep({2 * PATIENCE_SECONDS}); RETURN NEW; END $$""",
        "CREATE TRIGGER slow BEFORE INSERT ON scores FOR EACH ROW EXECUTE FUNCTION slow()",
    )
    async with house.bus() as bus:
        js = bus.jetstream()
        before = (await js.consumer_info("EVENTS", "scoring")).delivered
        assert (await submit(house, TAN_PHONG, "1000")).status_code == 201
        await house.quiet()
        after = (await js.consumer_info("EVENTS", "scoring")).delivered
    assert before
    assert after
    assert after.consumer_seq - before.consumer_seq == 1, "delivered more than once"
    assert [points for _, rank, points in await city.board(house) if rank] == ["100.00"]


async def test_a_database_that_is_busy_for_long_parks_nothing(house: House) -> None:
    await house.open(["registry", "scoring"], REDELIVERY_ATTEMPTS="1")
    await city.found(house)
    maintenance = await asyncpg.connect(house.templates.admin_url(house.database("scoring")))
    await maintenance.execute("BEGIN; LOCK TABLE scores")
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201

    async def tried() -> bool:
        return "lock timeout" in house.said("scoring")

    await eventually(tried, expect="scoring gave up waiting for the table")
    await maintenance.close()
    await house.quiet()
    assert [points for _, rank, points in await city.board(house) if rank] == ["100.00"]
    assert await house.rows("scoring", "SELECT 1 FROM dead_letter") == []


async def test_f16_a_bus_that_is_killed_again_and_again_loses_nothing(house: House) -> None:
    await house.open()
    await city.found(house)
    version = 0
    for round_number in range(6):
        answer = await submit(house, TAN_PHONG, str(900 + round_number), version=version)
        assert answer.status_code == 201, answer.text
        version = answer.json()["version"]
        house.nats.kill()
        assert (
            await submit(house, (QUYET_THANG, SAN_THANG)[round_number % 2], "950", version=round_number // 2)
        ).status_code == 201
        house.nats.start()
    await house.quiet(within=40)
    for service in ("registry", "scoring", "awards", "notify"):
        await each_event_once_and_in_the_chain(house, service)
    assert [points for _, rank, points in await city.board(house) if rank == 3] == ["91.50"]


async def test_f18_while_the_bus_is_away_reports_are_taken_and_nobody_spins(house: House) -> None:
    await house.open()
    await city.found(house)
    house.nats.kill()
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201

    async def says_so() -> bool:
        status, detail = await readiness(house, "scoring")
        assert status == 503, detail
        return "NATS" in detail

    await eventually(says_so, within=15)
    busy = {name: psutil.Process(service.pid) for name, service in house.services.items()}
    before = {name: sum(process.cpu_times()[:2]) for name, process in busy.items()}
    ends = time.monotonic() + 3

    async def three_seconds() -> bool:
        return time.monotonic() > ends

    await eventually(three_seconds, within=5)
    for name, process in busy.items():
        assert sum(process.cpu_times()[:2]) - before[name] < 1.0, f"{name} spins"
    assert house.services["notify"].stop(within=15) == 0

    house.nats.start()
    house.services["notify"].start()
    await house.services["notify"].ready()
    await house.quiet(within=40)
    assert [points for _, rank, points in await city.board(house) if rank] == ["100.00"]
    await each_event_once_and_in_the_chain(house, "registry")


async def test_f19_a_bus_that_hangs_is_noticed_and_the_work_goes_on_after_it(house: House) -> None:
    await house.open()
    await city.found(house)
    pid = house.nats.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        assert (await submit(house, TAN_PHONG, "1000")).status_code == 201

        async def noticed() -> Any:
            return (await readiness(house, "registry"))[0] == 503

        await eventually(noticed, within=20, expect="readiness tells of the hanging bus")
    finally:
        os.kill(pid, signal.SIGCONT)
    await house.quiet(within=40)
    assert [points for _, rank, points in await city.board(house) if rank] == ["100.00"]
    await each_event_once_and_in_the_chain(house, "registry")


async def test_a_service_that_publishes_what_is_not_its_own_stops_and_names_the_subject(house: House) -> None:
    await house.open(["registry"])
    async with house.office("registry") as office:
        unit = {"name": "Phường Tân Phong", "kind": "ward", "valid_from": "2013-12-27"}
        assert (await office.put(f"/units/{ident('a')}", json=unit)).status_code == 200
    await house.quiet()
    await house.run(
        "registry",
        "INSERT INTO event_log (id, type, subject, correlationid, actor, bytes) "
        "VALUES (gen_random_uuid(), 'scoring.score_changed.v1', 'x', gen_random_uuid(), 'forger', '{}')",
        "INSERT INTO event_pending SELECT id FROM event_log WHERE actor = 'forger'",
    )
    assert await house.services["registry"].ended(within=20) == 70
    assert 'permissions violation for publish to "scoring.score_changed.v1.x"' in house.said("registry")


async def test_f28_a_deleted_durable_is_noticed_and_taken_up_again_once_it_is_back(house: House) -> None:
    await house.open()
    await city.found(house)
    async with house.bus() as bus:
        await bus.jetstream().delete_consumer("EVENTS", "awards")

    async def says_so() -> bool:
        status, detail = await readiness(house, "awards")
        assert status == 503, detail
        return "chưa có bộ nhận “awards”" in detail

    await eventually(says_so, within=15)
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201
    await house.make_durables()
    await house.services["awards"].ready()
    await house.quiet()
    assert [row["rank"] for row in await city.standings(house)].count(1) == 1
