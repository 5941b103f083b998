"""What one service keeps of another's facts: its own tables, fed by events and rebuilt by replay."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from chassis.events import Tx


async def learn(tx: Tx, table: Table, key: dict[str, Any], fact: dict[str, Any], *, version: str = "version") -> bool:
    """Keep a fact under its key; an older version never overwrites a newer one. True if this one was news.

    ``version`` names the column, among those of ``fact``, that grows with every change at the source.
    """
    written = await tx.db.execute(
        insert(table)
        .values(**key, **fact)
        .on_conflict_do_update(index_elements=list(key), set_=fact, where=table.c[version] < fact[version])
        .returning(table.c[version])
    )
    return written.first() is not None
