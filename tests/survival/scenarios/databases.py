"""The database is slow, refuses, dies, loses its power or its room, each while reports come in."""

import asyncio
from typing import Final

import asyncpg
from survival import sets
from survival.means.disks import LoopDisk, SmallDisk
from survival.scenarios.catalogue import scenario
from survival.stage import Stage


@scenario("F8", "writers hold transactions open, commit out of order or roll back")
async def slow_writers(stage: Stage) -> None:
    async def write() -> None:
        connection = await asyncpg.connect(stage.house.urls["registry"].replace("+asyncpg", ""))
        for _ in range(6):
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("SELECT txid_current()")
            await stage.pass_time(stage.chance.uniform(0, 2))
            await (transaction.rollback() if stage.chance.random() < 0.2 else transaction.commit())
        await connection.close()

    await asyncio.gather(*[write() for _ in range(8)])


@scenario("F9", "an idle transaction holds the oldest snapshot for a minute")
async def idle_transaction(stage: Stage) -> None:
    connection = await asyncpg.connect(stage.house.templates.admin_url(stage.house.database("registry")))
    async with connection.transaction(isolation="repeatable_read"):
        await connection.execute("SELECT txid_current()")
        await stage.pass_time(60)
    await connection.close()


@scenario("F13", "scoring's database refuses it for half a minute")
async def database_refuses(stage: Stage) -> None:
    await stage.house.run("scoring", "ALTER ROLE thidua_scoring NOLOGIN", _HANG_UP.format("scoring"))
    await stage.not_ready(["scoring"], within=15)
    await stage.pass_time(30)
    await stage.house.run("scoring", "ALTER ROLE thidua_scoring LOGIN")


_HANG_UP: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'thidua_{}'"


@scenario("F14", "the database server is killed")
async def database_dies(stage: Stage) -> None:
    for _ in range(3):
        await stage.kill_database(away=stage.chance.uniform(0, 2))
        await stage.pass_time(8)


@scenario("F15", "the database loses its power", on=sets.database_on_a_loop_disk, missing=LoopDisk.missing)
async def database_loses_power(stage: Stage) -> None:
    for _ in range(3):
        await stage.pass_time(4)
        stage.prop.power_cut()
        stage.house.templates.postgres.kill()
        stage.prop.power_back()
        await asyncio.to_thread(stage.house.templates.postgres.start)


@scenario(
    "F21",
    "the disk of the database is full, then given room",
    on=sets.database_on_a_small_disk,
    missing=SmallDisk.missing,
)
async def database_disk_is_full(stage: Stage) -> None:
    stage.prop.fill()
    await stage.pass_time(15)
    (stage.prop.path / "ballast").unlink()
    stage.prop.grow(768)
    if not stage.house.templates.postgres.alive:
        await asyncio.to_thread(stage.house.templates.postgres.start)
