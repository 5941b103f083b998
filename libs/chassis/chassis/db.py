"""The one engine of a service, and the two kinds of connection: one that reads, one that belongs to a transaction."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, NewType

import asyncpg
import orjson
from sqlalchemy import ClauseElement, Column, MetaData, event, text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError
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
    # A plan that was made while a table was small is kept while it grows, until somebody counts its rows anew: then each
    # event has the check of its foreign key read the whole log. What a service asks for stands on an index.
    "enable_seqscan": "off",
}


def new_metadata() -> MetaData:
    """Give what the tables of a service belong to; a row read from them has keys of plain text, as a document has.

    SQLAlchemy names columns in a kind of text of its own, and pydantic takes a hundred times as long to write such a key.
    """
    return MetaData()


@event.listens_for(Column, "before_parent_attach", propagate=True)
def _named_plainly(column: Column[Any], _parent: object) -> None:
    column.name = str(column.name)


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
        json_serializer=_json,
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": 5,
            "server_settings": {**_SERVER_SETTINGS, "application_name": f"thidua-{name}"},
        },
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[Read]:
    """Open a read-only transaction on one consistent snapshot."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with connection.begin():
            yield Read(connection)


_DIALECT: Final = asyncpg_dialect()  # type: ignore[no-untyped-call]


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row of a prepared statement; its columns are attributes too."""

    def __getattr__(self, column: str) -> Any:
        try:
            return self[column]
        except KeyError:
            raise AttributeError(column) from None


class Prepared:
    """A statement of the hot path, put together once and sent by the driver, inside the transaction that is open.

    SQLAlchemy's own execution costs this side five times as much (docs/adr/0009). Values go as the driver takes them: JSON
    as its text, though it comes back read. Raises what SQLAlchemy raises.
    """

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self._sql = str(compiled)
        self._names = tuple(compiled.positiontup or ())  # type: ignore[attr-defined]
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    async def rows(self, db: AsyncConnection, values: Mapping[str, Any]) -> list[Row]:
        """Run it in the transaction that is open, or begin one, and give all rows."""
        return await self._ask(db, values, begin=True)

    async def alone(self, db: AsyncConnection, values: Mapping[str, Any]) -> list[Row]:
        """Run it in the transaction that is open; where none is, it is one by itself, for two trips less."""
        return await self._ask(db, values, begin=False)

    async def _ask(self, db: AsyncConnection, values: Mapping[str, Any], *, begin: bool) -> list[Row]:
        # Bound to this task's connection, which is open: no way there, so none of SQLAlchemy's greenlets.
        adapter: Any = db.sync_connection.connection.dbapi_connection  # type: ignore[union-attr]
        driver = adapter.driver_connection
        try:
            if begin and not driver.is_in_transaction():
                # SQLAlchemy begins with the first statement that it sends itself; this is how, with its isolation.
                await adapter._start_transaction()  # noqa: SLF001
            sent = [self._fixed[name] if name in self._fixed else values[name] for name in self._names]
            found: list[Row] = await driver.fetch(self._sql, *sent, record_class=Row)
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityError(self._sql, None, error) from error
        except (*_DRIVERS, AsyncAdapt_asyncpg_dbapi.Error) as error:
            if driver.is_closed():
                # So that SQLAlchemy hears of it, in its own words, and lets go of every connection of that time.
                await db.execute(_ANYTHING)
            raise DBAPIError(self._sql, None, error, connection_invalidated=driver.is_closed()) from error
        return found


_DRIVERS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_ANYTHING: Final = text("SELECT")


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
        return error.connection_invalidated or state.startswith(_PASSING) or _died_between(error.orig)
    return isinstance(error, (InterfaceError, PoolTimeoutError, OSError, TimeoutError))


def _died_between(error: BaseException | None) -> bool:
    """Tell whether the server died between two of the driver's own questions, which asyncpg calls its internal error."""
    return isinstance(error, asyncpg.InternalClientError) or isinstance(
        getattr(error, "__cause__", None), asyncpg.InternalClientError
    )
