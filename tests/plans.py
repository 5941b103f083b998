"""How a question is answered by PostgreSQL: what is read from end to end for it, and how many rows are looked at."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy.dialects.postgresql import asyncpg


async def scanned(db: Any, query: Any) -> set[str]:
    """Ask as the service asks, and give the tables that are read from end to end for it."""
    plan = await _plan(db, query, "FORMAT JSON")
    return {node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"}


async def fetched(db: Any, query: Any) -> set[str]:
    """Ask as the service asks, and give the tables whose rows are fetched for it: of others an index holds all that is asked."""
    nodes = [node for node in await _plan(db, query, "FORMAT JSON") if "Relation Name" in node]
    return {node["Relation Name"] for node in nodes if node["Node Type"] != "Index Only Scan"}


async def visited(db: Any, query: Any) -> int:
    """Ask as the service asks, and give how many rows are looked at for it, in whichever way."""
    scans = [node for node in await _plan(db, query, "ANALYZE, FORMAT JSON") if node["Node Type"].endswith("Scan")]
    return sum(
        int(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))) for node in scans
    )


async def _plan(db: Any, query: Any, how: str) -> list[dict[str, Any]]:
    sent = query.compile(dialect=asyncpg.dialect(), compile_kwargs={"render_postcompile": True})
    values = [sent.params[name] for name in sent.positiontup]
    ((answer,),) = await db.fetch(f"EXPLAIN ({how}) {sent}", *values)
    return list(_nodes(json.loads(answer)[0]["Plan"]))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
