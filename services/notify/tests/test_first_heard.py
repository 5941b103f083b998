"""Does whoever begins to listen late stay silent of what is long past, and tell all that has happened since?"""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from city import BLOCK, SAN_THANG, TAN_PHONG
from house import House, Templates, event_of
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import migrations
from chassis.db import asyncpg_url
from contracts.envelope import Event
from contracts.registry import BlockHeadChanged
from notify import actions, rules

_OLD = "notify_before_first_heard"


def changed(age: timedelta, version: int = 1) -> Event[BlockHeadChanged]:
    """Give a change of a block's head that happened so long ago."""
    fact = event_of(
        BlockHeadChanged.model_validate(
            {
                "block_id": BLOCK,
                "version": version,
                "from_on": "2023-09-01",
                "head_unit_id": TAN_PHONG,
                "previous_head_unit_id": SAN_THANG,
                "deputy_unit_id": None,
                "previous_deputy_unit_id": None,
            }
        )
    )
    past = {"time": fact.time - age, "businesstime": fact.businesstime - age}
    return fact.model_copy(update=past)


async def hear(house: House, *events: Event[Any]) -> list[Any]:
    """Give the causes of all messages after these events were heard."""
    async with house.at_work("notify") as tx:
        await actions.post(tx, list(events), rules.tell_head)
    return [row["cause"] for row in await house.rows("notify", "SELECT DISTINCT cause FROM messages ORDER BY 1")]


async def test_the_stream_s_beginning_is_not_told_as_news_and_no_repetition_changes_that(house: House) -> None:
    """As after an upgrade: months of events come at once, before what happens now."""
    months = [changed(timedelta(days=30 * number), number) for number in range(1, 9)]
    weekend, now = changed(timedelta(days=2), 9), changed(timedelta(), 10)
    assert await hear(house, *months) == []
    assert await hear(house, weekend, now) == sorted([weekend.id, now.id])
    for event in (*months, weekend, now):
        assert await hear(house, event) == sorted([weekend.id, now.id])
    assert len(await house.rows("notify", "SELECT FROM event_log")) == len(
        await house.rows("notify", "SELECT FROM messages")
    )


async def test_whoever_was_away_for_weeks_is_told_all_the_same(house: House) -> None:
    """What decides is when the type was heard first, not when an event comes."""
    async with house.at_work("notify"):
        pass
    await house.rows(
        "notify", "INSERT INTO first_heard VALUES ($1, now() - interval '60 days')", "registry.block_head_changed.v1"
    )
    away = changed(timedelta(days=40))
    assert await hear(house, away) == [away.id]


@pytest.mark.parametrize(("days", "told"), [(0, True), (3, True), (3.01, False), (400, False)])
def test_three_days_are_news(days: float, *, told: bool) -> None:
    heard = changed(timedelta()).time
    assert rules.is_news(heard - timedelta(days=days), heard) is told


async def test_migrations_and_tables_agree(templates: Templates) -> None:
    assert await migrations.differences("notify", templates.admin_url("template_notify")) == []


async def test_what_a_running_house_listens_to_is_told_whenever_it_comes(templates: Templates) -> None:
    """A house that is upgraded knows which types it has heard all along: those are no news to it."""
    maker = await asyncpg.connect(templates.postgres.url)
    await maker.execute(f"CREATE DATABASE {_OLD}")
    engine = create_async_engine(asyncpg_url(templates.admin_url(_OLD)))

    def before(connection: Connection) -> None:
        config = migrations.configuration("notify", connection)
        command.upgrade(config, ScriptDirectory.from_config(config).get_revision("0005").down_revision)
        taken = """INSERT INTO inbox (consumer, event_id, type, correlationid, outcome, recorded)
          VALUES ('notify', gen_random_uuid(), 'registry.report_submitted.v1', gen_random_uuid(), 'changed', '{}')"""
        connection.execute(text(taken))

    def after(connection: Connection) -> None:
        command.upgrade(migrations.configuration("notify", connection), "head")

    try:
        for step in (before, after):
            async with engine.begin() as connection:
                await connection.run_sync(step)
        async with engine.connect() as connection:
            (row,) = await connection.execute(text("SELECT type, extract(epoch FROM at) FROM first_heard"))
            assert tuple(row) == ("registry.report_submitted.v1", 0)
    finally:
        await engine.dispose()
        await maker.execute(f"DROP DATABASE {_OLD} WITH (FORCE)")
        await maker.close()
