"""Is the log insert-only, and is it numbered without gap or break whoever relays it?"""

import asyncio

import asyncpg
import pytest
from house import House, ident
from test_crashes import each_event_once_and_in_the_chain, record_unit

from chassis.db import asyncpg_url, make_engine
from chassis.relay import Relay

UNIT = {"name": "Phường Tân Phong", "kind": "ward", "valid_from": "2013-12-27"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event_log SET actor = 'somebody else'",
        "DELETE FROM event_log",
        "TRUNCATE event_log, event_order, event_pending",
        "UPDATE event_order SET sequence = sequence + 1",
        "DELETE FROM event_order",
        "UPDATE business_clock SET ahead = '0'",
        "DELETE FROM alembic_version",
        "ALTER TABLE event_log DISABLE TRIGGER ALL",
        "CREATE TABLE more (id int)",
    ],
)
async def test_a_service_cannot_change_what_is_written(house: House, statement: str) -> None:
    service = await asyncpg.connect(await house.templates.copy("registry", house.database("registry")))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(statement)
    finally:
        await service.close()


async def test_a_service_reads_no_other_database(house: House) -> None:
    await house.templates.copy("scoring", house.database("scoring"))
    foreign = house.templates.postgres.url_of(house.database("scoring"), "thidua_registry", "test")
    service = await asyncpg.connect(foreign)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute("SELECT * FROM scores")
    finally:
        await service.close()


async def test_two_registries_on_one_database_publish_each_event_once(house: House) -> None:
    await house.open(["registry"])
    first = house.services["registry"]
    second = house.process("registry")
    second.start()
    try:
        await second.ready()
        await register(house, 0, 20)
        house.services["registry"] = second
        await register(house, 20, 20)
        # The one that leads dies; the other one takes over when its session is gone.
        first.kill()
        await register(house, 40, 20)
        await house.quiet()
        await each_event_once_and_in_the_chain(house, "registry")
        assert len(await house.stream_events()) == 60
    finally:
        first.kill()


async def register(house: House, start: int, count: int) -> None:
    async with house.office("registry") as office:
        answers = await asyncio.gather(
            *[office.put(f"/units/{ident(str(number))}", json=UNIT) for number in range(start, start + count)]
        )
    assert {answer.status_code for answer in answers} == {200}


async def test_relays_that_number_at_once_still_make_one_chain(house: House) -> None:
    """The head that has moved is the fence; the advisory lock, which is left out here, only keeps relays from crowding."""
    await house.surround()
    engine = make_engine(asyncpg_url(house.urls["registry"]), name="test", pool_size=8)

    async def write() -> None:
        async with engine.connect() as db:
            for _ in range(30):
                await record_unit(db, "a unit")
                await db.commit()

    async with house.bus("registry") as bus:
        relay = Relay(engine, bus, poll_seconds=1)

        async def number() -> None:
            async with engine.connect() as db:
                while await pending(house):
                    await relay._number(db)

        await asyncio.gather(write(), write(), *[number() for _ in range(4)])
        async with engine.connect() as db:
            numbered = await relay._number(db)
            assert len(numbered) == 60
            await relay._publish_numbered(db, numbered)
    await engine.dispose()
    await each_event_once_and_in_the_chain(house, "registry")


async def test_an_older_transaction_that_commits_last_is_numbered_too(house: House) -> None:
    await house.surround()
    engine = make_engine(asyncpg_url(house.urls["registry"]), name="test")
    async with house.bus("registry") as bus, engine.connect() as slow, engine.connect() as quick:
        relay = Relay(engine, bus, poll_seconds=1)
        await record_unit(slow, "an older transaction")
        await record_unit(quick, "a newer one")
        for writer in (quick, slow):
            await writer.commit()
            async with engine.connect() as db:
                numbered = await relay._number(db)
                assert len(numbered) == 1
                await relay._publish_numbered(db, numbered)
    await engine.dispose()
    await each_event_once_and_in_the_chain(house, "registry")


async def pending(house: House) -> bool:
    """Tell whether more is to come: 60 units are written in all."""
    rows = await house.rows("registry", "SELECT count(*) AS n FROM event_order")
    return bool(rows[0]["n"] < 60)
