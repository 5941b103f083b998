"""Do scoring's migrations lead to the tables that the code speaks of, and is what was published before still whole after them?"""

from decimal import Decimal

import asyncpg
from alembic import command
from alembic.script import ScriptDirectory
from house import Templates, ident
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import migrations
from chassis.db import asyncpg_url

_OLD = "scoring_before_city_boards"
_UNIT = ident("published-before")
_BOARD = (
    f'{{"rows":[{{"unit_id":"{_UNIT}","rank":1,"points":"91","percent":"95.79","maximum":"95"}},'
    f'{{"unit_id":"{ident("nobody")}","rank":null,"points":null,"percent":null,"maximum":null}}]}}'
)


async def test_migrations_and_tables_agree(templates: Templates) -> None:
    assert await migrations.differences("scoring", templates.admin_url("template_scoring")) == []


async def test_shares_of_what_was_published_before_stand_beside_its_points(templates: Templates) -> None:
    """A board that was published before shares were written beside its places: nothing of it changes but that they are."""
    maker = await asyncpg.connect(templates.postgres.url)
    await maker.execute(f"CREATE DATABASE {_OLD}")
    engine = create_async_engine(asyncpg_url(templates.admin_url(_OLD)))

    def before(connection: Connection) -> None:
        config = migrations.configuration("scoring", connection)
        last = ScriptDirectory.from_config(config).get_revision("0013").down_revision
        command.upgrade(config, last)
        of = {"period": ident("period"), "block": ident("block"), "unit": _UNIT, "board": _BOARD}
        connection.execute(
            text(
                """INSERT INTO publications VALUES (:period, :block, 1, :block, 'final', false, NULL, 3, 'f', 'd', :board, 2, 1,
                now(), 'Phòng Nội vụ', :unit)"""
            ),
            of,
        )
        connection.execute(text("INSERT INTO published_places VALUES (:period, :block, 1, :unit, 1, 91)"), of)

    def after(connection: Connection) -> None:
        command.upgrade(migrations.configuration("scoring", connection), "head")

    try:
        for step in (before, after):
            async with engine.begin() as connection:
                await connection.run_sync(step)
        async with engine.connect() as connection:
            (row,) = await connection.execute(text("SELECT rank, points, percent, maximum FROM published_places"))
            assert tuple(row) == (1, 91, Decimal("95.79"), 95)
    finally:
        await engine.dispose()
        await maker.execute(f"DROP DATABASE {_OLD} WITH (FORCE)")
        await maker.close()
