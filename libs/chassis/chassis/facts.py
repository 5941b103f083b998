"""What one service keeps of another's facts: its own tables, fed by events and rebuilt by replay."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from chassis.events import Tx

Row = Mapping[str, Any]


async def learn(tx: Tx, table: Table, key: dict[str, Any], fact: dict[str, Any], *, version: str = "version") -> bool:
    """Keep a fact under its key; an older version never overwrites a newer one. True if this one was news.

    ``version`` names the column, among those of ``fact``, that grows with every change at the source.
    """
    return bool(await learn_all(tx, table, [{**key, **fact}], key=tuple(key), version=version))


async def learn_all(
    tx: Tx, table: Table, rows: Sequence[Row], *, key: tuple[str, ...], version: str = "version"
) -> set[tuple[Any, ...]]:
    """Keep many facts at once, of each key the newest; give the keys for which that was news."""
    newest: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        identity = tuple(row[name] for name in key)
        if identity not in newest or newest[identity][version] < row[version]:
            newest[identity] = row
    if not newest:
        return set()
    statement = insert(table)
    columns = [table.c[name] for name in key]
    written = await tx.db.execute(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={name: statement.excluded[name] for name in rows[0] if name not in key},
            where=table.c[version] < statement.excluded[version],
        ).returning(*columns),
        # One order for all: two transactions that share keys cannot lock one another out.
        [dict(newest[identity]) for identity in sorted(newest)],
    )
    return {tuple(row) for row in written}


async def put(tx: Tx, table: Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Keep a service's own rows, all at once, in the place of those with the same keys."""
    if rows:
        statement = insert(table)
        figures = {name: statement.excluded[name] for name in rows[0] if name not in key}
        await tx.db.execute(
            statement.on_conflict_do_update(index_elements=key, set_=figures), [dict(row) for row in rows]
        )
