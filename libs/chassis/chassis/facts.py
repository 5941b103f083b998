"""What one service keeps of another's facts: its own tables, fed by events and rebuilt by replay.

Rows go in as one JSON document, whatever their number and types: one statement that is never put together again, one way
there and back.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Table, text

from chassis.db import Prepared
from chassis.events import Tx

Row = Mapping[str, Any]


async def learn(tx: Tx, table: Table, key: dict[str, Any], fact: dict[str, Any], *, version: str = "version") -> bool:
    """Keep a fact under its key; an older version never overwrites a newer one. True if this one was news.

    ``version`` names the column, among those of ``fact``, that grows with every change at the source.
    """
    return bool(await learn_all(tx, table, [{**key, **fact}], key=tuple(key), version=version))


async def learn_all(
    tx: Tx, table: Table, rows: Sequence[Row], *, key: tuple[str, ...], version: str = "version"
) -> dict[tuple[Any, ...], Any]:
    """Keep many facts at once, of each key the newest; give the keys for which that was news, with the version known before.

    That version is None where nothing was known.
    """
    newest: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        identity = tuple(row[name] for name in key)
        if identity not in newest or newest[identity][version] < row[version]:
            newest[identity] = row
    if not newest:
        return {}
    # One order for all: two transactions that share keys cannot lock one another out.
    ordered = [newest[identity] for identity in sorted(newest)]
    written = await _learnt(table, tuple(ordered[0]), key, version).rows(tx.db, {"rows": _json(ordered)})
    return {tuple(before): known for *before, known in written}


async def put(tx: Tx, table: Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Keep a service's own rows, all at once, in the place of those with the same keys."""
    await put_together(tx, (table, rows, key))


async def put_together(tx: Tx, *several: tuple[Table, Sequence[Row], tuple[str, ...]]) -> None:
    """Keep rows of several tables, each with its key, one way there and back for all of them."""
    some = [each for each in several if each[1]]
    if some:
        statement = _upserts(tuple((table, tuple(rows[0]), key) for table, rows, key in some))
        await statement.rows(tx.db, {f"rows{number}": _json(rows) for number, (_, rows, _) in enumerate(some)})


async def add(tx: Tx, table: Table, rows: Sequence[Row], *, answer: str) -> set[Any]:
    """Add rows, all at once, but none that contradicts one that stands; give column ``answer`` of those that are new."""
    if not rows:
        return set()
    written = await _insert(table, tuple(rows[0]), answer).rows(tx.db, {"rows": _json(rows)})
    return {row[answer] for row in written}


@lru_cache
def _insert(table: Table, columns: tuple[str, ...], answer: str) -> Prepared:
    named = ", ".join(f'"{name}"' for name in columns)
    return Prepared(
        text(f'INSERT INTO "{table.name}" ({named}) {_given(table, named)} ON CONFLICT DO NOTHING RETURNING "{answer}"')
    )


def _given(table: Table, named: str, rows: str = "rows") -> str:
    """Write the question that gives the rows sent; names are those of our own tables, never a caller's."""
    return f'SELECT {named} FROM jsonb_populate_recordset(CAST(NULL AS "{table.name}"), CAST(:{rows} AS jsonb))'  # noqa: S608


_Shape = tuple[Table, tuple[str, ...], tuple[str, ...]]
"""A table, the columns of the rows that are sent, the key."""


@lru_cache
def _upserts(shapes: tuple[_Shape, ...]) -> Prepared:
    *others, last = [_put(shape, f"rows{number}") for number, shape in enumerate(shapes)]
    before = ", ".join(f"put{number} AS ({statement})" for number, statement in enumerate(others))
    return Prepared(text(f"WITH {before} {last}" if others else last))


@lru_cache
def _learnt(table: Table, columns: tuple[str, ...], key: tuple[str, ...], version: str) -> Prepared:
    answer = ", ".join(f'kept."{name}"' for name in key)
    put = _put((table, columns, key), "rows")
    return Prepared(text(f'{put} WHERE kept."{version}" < excluded."{version}" RETURNING {answer}, old."{version}"'))


def _put(shape: _Shape, rows: str) -> str:
    table, columns, key = shape
    named = ", ".join(f'"{name}"' for name in columns)
    rest = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in key)
    keys = ", ".join(f'"{name}"' for name in key)
    given = _given(table, named, rows)
    return f'INSERT INTO "{table.name}" AS kept ({named}) {given} ON CONFLICT ({keys}) DO UPDATE SET {rest}'


def _json(rows: Sequence[Row]) -> str:
    """Write rows as PostgreSQL reads them; what JSON has no word for, such as a decimal, goes as its text."""
    return orjson.dumps(rows, default=str).decode()
