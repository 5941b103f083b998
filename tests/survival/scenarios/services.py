"""Our own processes die, are doubled, dawdle or are replaced, each while reports come in."""

import asyncio
import time

import httpx2
from city import SHEET, SHEET_DOCUMENT
from survival.scenarios.catalogue import scenario
from survival.stage import ALL, Stage


@scenario("KILL", "each process is killed three times, with time to recover between", measured=True)
async def kill_each(stage: Stage) -> None:
    for _ in range(3):
        for service in ALL:
            await stage.kill(service)
            await stage.pass_time(12)
        await stage.kill_bus()
        await stage.pass_time(12)
        await stage.kill_database()
        await stage.pass_time(12)


@scenario("F1", "registry dies between the report's rows and its event")
async def dies_before_the_log(stage: Stage) -> None:
    for _ in range(3):
        await stage.dies_at("registry", f"events.before_log@{stage.chance.randint(1, 5)}")


@scenario("F2", "registry dies after its commit, before its answer")
async def dies_before_the_answer(stage: Stage) -> None:
    for moment in ("edge.before_commit", "edge.after_commit"):
        await stage.dies_at("registry", f"{moment}@{stage.chance.randint(1, 5)}")


@scenario("F4", "a relay dies before it publishes, and after the acknowledgement")
async def dies_while_publishing(stage: Stage) -> None:
    for service in ("registry", "scoring"):
        for moment in ("relay.before_publish", "relay.after_ack"):
            await stage.dies_at(service, f"{moment}@{stage.chance.randint(1, 5)}")


@scenario("F5", "two relays of one service publish at once")
async def two_relays(stage: Stage) -> None:
    second = stage.house.process("registry")
    second.start()
    await second.ready()
    await stage.pass_time(10)
    second.stop()


@scenario("F10", "a consumer dies before its commit, and between commit and acknowledgement")
async def dies_while_taking(stage: Stage) -> None:
    for service in ("scoring", "awards", "notify"):
        for moment in ("bus.before_commit", "bus.after_commit"):
            await stage.dies_at(service, f"{moment}@{stage.chance.randint(1, 5)}")


@scenario("F11", "a handler takes longer than the bus has patience")
async def slow_handler(stage: Stage) -> None:
    await stage.house.run(
        "scoring",
        """CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(4); RETURN NEW; END $$""",
        "CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON boards FOR EACH ROW EXECUTE FUNCTION slow()",
    )
    await stage.pass_time(20)
    await stage.house.run("scoring", "DROP TRIGGER slow ON boards", "DROP FUNCTION slow")


@scenario("F29", "every service is replaced in order, twice, under load")
async def rolling_restart(stage: Stage) -> None:
    slowest = 0.0
    for service in (*ALL, *ALL):
        began = time.monotonic()
        code = await asyncio.to_thread(stage.house.services[service].stop, within=20)
        slowest = max(slowest, time.monotonic() - began)
        if code:
            stage.complaints.append(f"I9: {service} ended with {code} after {time.monotonic() - began:.1f} s")
        stage.house.services[service].start()
        await stage.house.services[service].ready(within=60)
    stage.measures["slowest_stop_under_load_s"] = round(slowest, 1)


@scenario("F35", "the sheet is published anew and everything rescored while reports come in")
async def rescoring(stage: Stage) -> None:
    async with stage.house.office("scoring") as office:
        for number in range(5):
            changed = {**SHEET_DOCUMENT, "note": f"Mẫu – chưa phải quy định, bản {number}"}
            (await office.put(f"/sheets/{SHEET}", json=changed)).raise_for_status()
            # The one before may still run.
            started = await office.post(f"/sheets/{SHEET}/rescorings", json={})
            assert started.status_code in (httpx2.codes.ACCEPTED, httpx2.codes.CONFLICT), started.text
            await stage.pass_time(2)
