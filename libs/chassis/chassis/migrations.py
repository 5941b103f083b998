"""Each service's own migrations, run by whoever deploys: the service itself may not change its tables.

After an upgrade the service's role may read and write its rows, and only add to the event log.
"""

import importlib.util
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from alembic import command, context
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import tables
from chassis.db import asyncpg_url

T = TypeVar("T")


def folder(service: str) -> Path:
    """Give the folder of a service's migrations, which stands beside its package."""
    spec = importlib.util.find_spec(service)
    if spec is None or spec.origin is None:
        raise LookupError(f"no service named {service} is installed")
    return Path(spec.origin).parent.parent / "migrations"


def configuration(service: str, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder(service)))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def upgrade(service: str, admin_url: str, role: str) -> None:
    """Bring a service's database to the newest revision and grant its role what it needs, no more.

    One at a time: Alembic's ``op`` and ``context`` are one per process.
    """

    def work(connection: Connection) -> None:
        command.upgrade(configuration(service, connection), "head")
        for statement in _grants(role):
            connection.execute(text(statement))

    await _with_connection(admin_url, work)


async def revise(service: str, admin_url: str, message: str) -> None:
    """Write the next revision of a service by comparing its tables with a database at the last one; then read it."""

    def work(connection: Connection) -> None:
        config = configuration(service, connection)
        command.upgrade(config, "head")
        number = len(list((folder(service) / "versions").glob("*.py"))) + 1
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")

    await _with_connection(admin_url, work)


async def differences(service: str, admin_url: str) -> list[str]:
    """Name what the tables say and the migrations do not, after bringing the database to the newest revision."""

    def work(connection: Connection) -> list[str]:
        config = configuration(service, connection)
        command.upgrade(config, "head")
        try:
            command.check(config)
        except CommandError as error:
            return [str(error)]
        return []

    return await _with_connection(admin_url, work)


async def _with_connection(admin_url: str, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(asyncpg_url(admin_url))
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


async def ensure_clock(admin_url: str, offset: timedelta) -> timedelta:
    """Write how far business time runs ahead of real time, once; give the value that counts from then on."""
    engine = create_async_engine(asyncpg_url(admin_url))
    try:
        async with engine.begin() as connection:
            await connection.execute(insert(tables.business_clock).values(ahead=offset).on_conflict_do_nothing())
            ahead: timedelta = (await connection.execute(text("SELECT ahead FROM business_clock"))).scalar_one()
            return ahead
    finally:
        await engine.dispose()


def run_environment(*own: MetaData) -> None:
    """Be the body of a service's ``migrations/env.py``: the chassis' tables and its own."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=[tables.metadata, *own],
        compare_server_default=False,
        include_object=_compared,
    )
    with context.begin_transaction():
        context.run_migrations()


def _compared(_item: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """A service may look its own events up by an index of its own on the log, ``own_…``: the shared tables know nothing of it."""
    return not (kind == "index" and reflected and str(name).startswith("own_"))


def _grants(role: str) -> list[str]:
    quoted = '"' + role.replace('"', '""') + '"'
    only_added = ", ".join(table.name for table in tables.INSERT_ONLY)
    return [
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {only_added} FROM {quoted}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version, business_clock FROM {quoted}",
    ]
