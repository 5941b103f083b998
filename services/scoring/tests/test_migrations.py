"""Do scoring's migrations lead to the tables that the code speaks of, and is what was published before still whole after them?"""

from datetime import date
from decimal import Decimal

import asyncpg
from alembic import command
from alembic.script import ScriptDirectory
from house import Templates, ident
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from uuid_utils.compat import uuid7

from chassis import migrations
from chassis.db import asyncpg_url
from scoring.tables import RANK

_OLD = "scoring_before_city_boards"
_RESCORED = "scoring_before_versions_that_stand"
_YEARLESS = "scoring_before_years_of_periods"
_RANKS = "scoring_before_ranks_were_counted"
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


async def test_a_rescoring_of_before_stands_until_something_newer_than_it_knew_was_published(
    templates: Templates,
) -> None:
    """What was newest then is told by the log: one that went back before version 3 was published gives way to that."""
    maker = await asyncpg.connect(templates.postgres.url)
    await maker.execute(f"CREATE DATABASE {_RESCORED}")
    engine = create_async_engine(asyncpg_url(templates.admin_url(_RESCORED)))
    sheet, other = ident("rescored-before"), ident("another-sheet")
    published = [(uuid7(), sheet, 1), (uuid7(), sheet, 2), (uuid7(), other, 7)]
    back = uuid7()
    published += [(uuid7(), sheet, 3)]
    forward = uuid7()

    def before(connection: Connection) -> None:
        config = migrations.configuration("scoring", connection)
        command.upgrade(config, ScriptDirectory.from_config(config).get_revision("0015").down_revision)
        logged = """INSERT INTO event_log (id, type, subject, correlationid, actor, bytes)
          VALUES (:id, 'scoring.sheet_published.v1', 'x', :id, 'x', convert_to(:said, 'UTF8'))"""
        for event, of, version in published:
            said = f'{{"data": {{"sheet_id": "{of}", "version": {version}}}}}'
            connection.execute(text(logged), {"id": event, "said": said})
        begun = """INSERT INTO rescorings (rescoring_id, sheet_id, sheet_version, back, step, after_period, after_block, boards,
            boards_done, scores_done, points_changed, places_changed, started_at, ended_at)
          VALUES (:id, :sheet, :version, :back, 1, :id, :id, 0, 0, 0, 0, 0, now(), now())"""
        for rescoring, version, went_back in ((back, 1, True), (forward, 3, False)):
            named = {"id": rescoring, "sheet": sheet, "version": version, "back": went_back}
            connection.execute(text(begun), named)

    def after(connection: Connection) -> None:
        command.upgrade(migrations.configuration("scoring", connection), "head")

    try:
        for step in (before, after):
            async with engine.begin() as connection:
                await connection.run_sync(step)
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT rescoring_id, newest FROM rescorings"))
            assert {row.rescoring_id: row.newest for row in rows} == {back: 2, forward: 3}
    finally:
        await engine.dispose()
        await maker.execute(f"DROP DATABASE {_RESCORED} WITH (FORCE)")
        await maker.close()


async def test_periods_of_before_are_of_the_year_of_their_campaign_though_the_last_closes_in_the_next(
    templates: Templates,
) -> None:
    """With a report it is the year of the block that reported, in every period of the campaign."""
    maker = await asyncpg.connect(templates.postgres.url)
    await maker.execute(f"CREATE DATABASE {_YEARLESS}")
    engine = create_async_engine(asyncpg_url(templates.admin_url(_YEARLESS)))
    unheard, reported, unknown = (ident(name) for name in ("nothing-came", "one-came", "no-day-known"))
    closing = {
        unheard: [date(2023, 11, 15), date(2024, 1, 10)],
        reported: [date(2023, 1, 10), date(2023, 12, 20)],
        unknown: [None],
    }

    def before(connection: Connection) -> None:
        config = migrations.configuration("scoring", connection)
        command.upgrade(config, ScriptDirectory.from_config(config).get_revision("0016").down_revision)
        for campaign, days in closing.items():
            for number, day in enumerate(days, start=1):
                kept = {"period": ident(f"{campaign}-{number}"), "campaign": campaign, "number": number, "day": day}
                connection.execute(
                    text(
                        """INSERT INTO periods (period_id, campaign_id, version, number, closes_on)
                        VALUES (:period, :campaign, 1, :number, :day)"""
                    ),
                    kept,
                )
        of = {"block": ident("block"), "campaign": reported, "period": ident(f"{reported}-2"), "unit": _UNIT}
        connection.execute(text("INSERT INTO blocks VALUES (:block, 1, 2022, :block, ARRAY[:unit]::uuid[])"), of)
        connection.execute(
            text(
                """INSERT INTO reports (period_id, unit_id, campaign_id, block_id, version, values, late, receipt_number,
                  accepted_at, event_id)
                VALUES (:period, :unit, :campaign, :block, 1, '[]', false, 'BN', now(), :unit)"""
            ),
            of,
        )

    def after(connection: Connection) -> None:
        command.upgrade(migrations.configuration("scoring", connection), "head")

    try:
        for step in (before, after):
            async with engine.begin() as connection:
                await connection.run_sync(step)
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT campaign_id, number, year FROM periods"))
            found = {(row.campaign_id, row.number): row.year for row in rows}
        told = {(unheard, 1): 2023, (unheard, 2): 2023, (reported, 1): 2022, (reported, 2): 2022, (unknown, 1): None}
        assert found == told
    finally:
        await engine.dispose()
        await maker.execute(f"DROP DATABASE {_YEARLESS} WITH (FORCE)")
        await maker.close()


async def test_ranks_of_before_are_those_that_are_counted_after(templates: Templates) -> None:
    """Shared ones, those that something else than the percent decided, and of who is not ranked, on two boards."""
    maker = await asyncpg.connect(templates.postgres.url)
    await maker.execute(f"CREATE DATABASE {_RANKS}")
    engine = create_async_engine(asyncpg_url(templates.admin_url(_RANKS)))
    boards = {
        ident("board"): [(1, 95), (2, 90), (2, 90), (4, 90), (5, 80), (None, 97)],
        ident("other-board"): [(1, 50), (2, 50)],
    }

    def before(connection: Connection) -> None:
        config = migrations.configuration("scoring", connection)
        command.upgrade(config, ScriptDirectory.from_config(config).get_revision("0019").down_revision)
        for block, stood in boards.items():
            of = {"period": ident("period"), "block": block}
            connection.execute(
                text(
                    """INSERT INTO boards (period_id, block_id, version, changed_at, caused_by)
                    VALUES (:period, :block, 1, now(), :block)"""
                ),
                of,
            )
            for number, (rank, percent) in enumerate(stood):
                placed = {**of, "unit": ident(f"{block}-{number}"), "rank": rank, "percent": percent}
                connection.execute(
                    text(
                        """INSERT INTO places (period_id, block_id, unit_id, rank, points, percent)
                        VALUES (:period, :block, :unit, :rank, :percent, :percent)"""
                    ),
                    placed,
                )

    def after(connection: Connection) -> None:
        command.upgrade(migrations.configuration("scoring", connection), "head")

    try:
        for step in (before, after):
            async with engine.begin() as connection:
                await connection.run_sync(step)
        async with engine.connect() as connection:
            rows = list(
                await connection.execute(text(f"SELECT block_id, unit_id, percent, among, {RANK} AS rank FROM places"))
            )
        assert {row.unit_id: row.rank for row in rows} == {
            ident(f"{block}-{number}"): rank
            for block, stood in boards.items()
            for number, (rank, _) in enumerate(stood)
        }
        assert sorted(row.among for row in rows if row.percent == 90) == [1, 1, 3]
    finally:
        await engine.dispose()
        await maker.execute(f"DROP DATABASE {_RANKS} WITH (FORCE)")
        await maker.close()
