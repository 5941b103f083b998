"""The one engine of a service, and the two kinds of connection: one that reads, one that belongs to a transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NewType

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Read = NewType("Read", AsyncConnection)
"""A connection that only asks. Queries take this, so that a type checker refuses a query given to an action."""

_SERVER_SETTINGS: Final = {
    "timezone": "UTC",
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


def asyncpg_url(url: str) -> str:
    """Name the driver in an address that an operator wrote: ``postgresql://…`` → ``postgresql+asyncpg://…``."""
    for prefix in ("postgresql+asyncpg://", "postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+asyncpg://" + url.removeprefix(prefix)
    raise ValueError("a database address begins with postgresql://")


def make_engine(url: str, *, name: str, pool_size: int = 8) -> AsyncEngine:
    """Build an engine for ``postgresql+asyncpg://…``; no SQL ever runs in its hooks (SQLAlchemy #13381)."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=5,
        pool_pre_ping=False,
        # An error goes into logs; what somebody typed, a session or a password's hash does not.
        hide_parameters=True,
        connect_args={
            "timeout": 5,
            "server_settings": {**_SERVER_SETTINGS, "application_name": f"thidua-{name}"},
        },
    )


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[Read]:
    """Open a read-only transaction on one consistent snapshot."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with connection.begin():
            yield Read(connection)


_PASSING: Final = ("08", "40", "53", "55", "57")
"""SQLSTATE classes that say nothing about the work itself: connection, rollback (deadlock), resources, locks, operator."""


_UNFIT: Final = "22"
"""The SQLSTATE class of values that cannot be kept: a number out of range, a NUL inside a text."""


def is_unfit(error: BaseException) -> bool:
    """Tell whether a value was refused for what it is, so that the same work can never succeed."""
    return isinstance(error, DBAPIError) and str(getattr(error.orig, "sqlstate", None) or "").startswith(_UNFIT)


def is_away(error: BaseException) -> bool:
    """Tell whether the database could not be asked at all, so that the same work may succeed later."""
    if isinstance(error, DBAPIError) and not isinstance(error, InterfaceError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        return error.connection_invalidated or state.startswith(_PASSING)
    return isinstance(error, (InterfaceError, PoolTimeoutError, OSError, TimeoutError))
