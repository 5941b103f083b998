"""Does a house that is upgraded count the ranks that it was told?"""

from decimal import Decimal

import asyncpg
from alembic import command
from house import Templates, ident
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import migrations
from chassis.db import asyncpg_url

_OLD = "awards_with_told_ranks"
PERIOD, BLOCK, OTHER = ident("told-period"), ident("told-block"), ident("other-block")
TOLD = {
    "first": (1, 90, BLOCK),
    "second": (2, 80, BLOCK),
    "shared": (2, 80, BLOCK),
    "behind": (4, 80, None),
    "last": (5, 60, BLOCK),
    "not-ranked": (None, 95, BLOCK),
    "moved-away": (1, 99, OTHER),
}
"""Rank on the block's board, percent, and the block of the score."""


async def test_migrations_and_tables_agree(templates: Templates) -> None:
    assert await migrations.differences("awards", templates.admin_url("template_awards")) == []


async def test_ranks_that_were_kept_come_out_when_they_are_counted(templates: Templates) -> None:
    """But for a unit that was scored in another block since; and one without a known score has no rank until it is told."""
    maker = await asyncpg.connect(templates.postgres.url)
    await maker.execute(f"CREATE DATABASE {_OLD}")
    engine = create_async_engine(asyncpg_url(templates.admin_url(_OLD)))

    def before(connection: Connection) -> None:
        command.upgrade(migrations.configuration("awards", connection), "0005")
        for version, (unit, (rank, percent, block)) in enumerate({**TOLD, "no-score": (6, 0, BLOCK)}.items(), start=1):
            own = {"period": PERIOD, "unit": ident(unit), "block": BLOCK, "version": version, "rank": rank}
            connection.execute(
                text(
                    """INSERT INTO standings (period_id, unit_id, block_id, board_version, rank, points, ranked, leader_points)
                    VALUES (:period, :unit, :block, :version, :rank, 50, :version + 10, 90)"""
                ),
                own,
            )
            if unit != "no-score":
                connection.execute(
                    text("INSERT INTO score_versions VALUES (:period, :unit, 1, 50, :percent, :scored)"),
                    {**own, "percent": percent, "scored": block},
                )

    def after(connection: Connection) -> None:
        command.upgrade(migrations.configuration("awards", connection), "head")

    try:
        for step in (before, after):
            async with engine.begin() as connection:
                await connection.run_sync(step)
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT unit_id, percent, among FROM standings"))
            kept = {row.unit_id: (row.percent, row.among) for row in rows}
            boards = await connection.execute(text("SELECT * FROM boards"))
            assert [tuple(row) for row in boards] == [(PERIOD, BLOCK, 8, 18, Decimal(90))]
        assert kept == {
            ident(unit): (percent, among)
            for unit, percent, among in (
                ("first", 90, 1),
                ("second", 80, 1),
                ("shared", 80, 1),
                ("behind", 80, 3),
                ("last", 60, 1),
                ("not-ranked", 95, None),
                ("moved-away", None, None),
                ("no-score", None, None),
            )
        }
    finally:
        await engine.dispose()
        await maker.execute(f"DROP DATABASE {_OLD} WITH (FORCE)")
        await maker.close()
