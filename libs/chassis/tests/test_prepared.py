"""Does the short way to the driver keep what SQLAlchemy promises: one transaction, its errors, a pool without leftovers?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from house import House
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db import Prepared, asyncpg_url, is_away, is_unfit, make_engine
from chassis.tables import idempotency

KEEP = Prepared(text("INSERT INTO idempotency (actor, key, request) VALUES (:actor, :key, '') RETURNING actor, key"))
LOG = text(
    """INSERT INTO event_log (id, type, subject, correlationid, actor, bytes)
    VALUES (uuidv7(), 'a', 'b', uuidv7(), 'c', '')"""
)
FIND = Prepared(select(idempotency.c.key).where(idempotency.c.key == bindparam("key"), idempotency.c.actor == "me"))


@pytest_asyncio.fixture
async def engine(house: House) -> AsyncIterator[AsyncEngine]:
    url = await house.templates.copy("registry", house.database("registry"))
    made = make_engine(asyncpg_url(url), name="test", pool_size=1)
    yield made
    await made.dispose()


async def test_it_stands_in_the_transaction_that_is_open(engine: AsyncEngine) -> None:
    key = str(uuid4())
    async with engine.connect() as db:
        (row,) = await KEEP.rows(db, {"actor": "me", "key": key})
        assert (row.actor, row.key) == ("me", key)
        assert await FIND.rows(db, {"key": key})
        await db.rollback()
    async with engine.begin() as db:
        assert not await FIND.rows(db, {"key": key})


async def test_its_errors_are_sqlalchemys(engine: AsyncEngine) -> None:
    twice = {"actor": "me", "key": str(uuid4())}
    async with engine.begin() as db:
        await KEEP.rows(db, twice)
    with pytest.raises(IntegrityError):
        async with engine.begin() as db:
            await KEEP.rows(db, twice)
    with pytest.raises(DBAPIError) as unfit:
        async with engine.begin() as db:
            await Prepared(text("SELECT CAST(:big AS smallint)")).rows(db, {"big": "70000"})
    assert is_unfit(unfit.value)
    assert not is_away(unfit.value)


async def test_a_restarted_server_costs_one_question_and_not_one_for_each_connection(house: House) -> None:
    url = await house.templates.copy("registry", house.database("registry"))
    pool = make_engine(asyncpg_url(url), name="test", pool_size=4)
    async with AsyncExitStack() as all_of_them:
        for _ in range(4):
            await FIND.rows(await all_of_them.enter_async_context(pool.connect()), {"key": ""})
    killer = await asyncpg.connect(house.templates.admin_url(house.database("registry")))
    await killer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'thidua-test'"
    )
    await killer.close()
    with pytest.raises(DBAPIError) as away:
        async with pool.connect() as db:
            await FIND.rows(db, {"key": ""})
    assert is_away(away.value)
    for _ in range(4):
        async with pool.connect() as db:
            assert await FIND.rows(db, {"key": ""}) == []
    await pool.dispose()


async def test_a_log_is_never_read_through_though_it_was_empty_when_that_was_planned(house: House) -> None:
    url = await house.templates.copy("registry", house.database("registry"))
    owner = await asyncpg.connect(house.templates.admin_url(house.database("registry")))
    await owner.execute("ANALYZE event_log")
    await owner.close()
    pool = make_engine(asyncpg_url(url), name="test", pool_size=1)
    for _ in range(20):
        async with pool.begin() as db:
            await db.execute(LOG)
            await db.execute(text("INSERT INTO event_pending SELECT id FROM event_log ORDER BY id DESC LIMIT 1"))
    async with pool.begin() as db:
        await db.execute(text("SELECT pg_stat_force_next_flush()"))
    async with pool.connect() as db:
        seen = (await db.execute(text("SELECT * FROM pg_stat_user_tables WHERE relname = 'event_log'"))).one()
    await pool.dispose()
    assert (seen.n_tup_ins, seen.seq_tup_read) == (20, 0)
    assert seen.idx_scan >= 20


async def test_a_server_that_hangs_up_is_away_and_the_next_one_asks_anew(house: House, engine: AsyncEngine) -> None:
    async def cut_off() -> None:
        async with engine.begin() as db:
            (row,) = await Prepared(text("SELECT pg_backend_pid() AS pid")).rows(db, {})
            killer = await asyncpg.connect(house.templates.admin_url(house.database("registry")))
            await killer.execute("SELECT pg_terminate_backend($1)", row.pid)
            await killer.close()
            await FIND.rows(db, {"key": "any"})

    with pytest.raises(DBAPIError) as gone:
        await cut_off()
    assert is_away(gone.value)
    async with engine.begin() as db:
        assert not await FIND.rows(db, {"key": "any"})


async def test_one_that_is_cancelled_leaves_nothing_open_behind(engine: AsyncEngine) -> None:
    key = str(uuid4())

    async def slow() -> None:
        async with engine.begin() as db:
            await KEEP.rows(db, {"actor": "me", "key": key})
            await Prepared(text("SELECT pg_sleep(30)")).rows(db, {})

    task = asyncio.create_task(slow())
    await asyncio.wait({task}, timeout=0.5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    # The pool has one connection: it must come back, and without the other's transaction.
    async with engine.begin() as db:
        assert not await FIND.rows(db, {"key": key})
