"""Replay: scoring's tables built once more from the events alone, beside the stored ones, and held against them.

All of it happens in one transaction on one snapshot, in temporary tables that hide the stored ones: what is written here is
gone with the connection, and a house that goes on working is compared at one moment. Published sheets are not rebuilt: they
are scoring's own and never change.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import TableClause, Uuid, bindparam, column, insert, select, text, tuple_

from chassis.db import Prepared
from chassis.events import Tx
from chassis.facts import learn_all, put
from contracts.envelope import Event, Payload
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    ReportSubmitted,
    ReportWithdrawn,
    TargetsAssigned,
    UnitChanged,
)
from contracts.scoring import BlockRescored, ScoreChanged
from scoring import rules
from scoring.actions.facts import Rows, block_rows, move_rows, period_rows, report_rows, target_rows
from scoring.actions.keys import Key, wanted
from scoring.actions.scores import given_by, in_its_block, kept, put_as_computed
from scoring.actions.sheets import ever_published
from scoring.tables import MEMBERS, blocks, moves, periods, places, reports, scores, targets

_AT_ONCE: Final = 2_000
_MOST_NAMED: Final = 100
_NOTHING: Final = UUID(int=0)

_LEARNT: Final[Mapping[type[Payload], tuple[Any, tuple[str, ...], Callable[[Any], Rows]]]] = {
    BlockFormed: (blocks, ("block_id",), block_rows),
    UnitChanged: (moves, ("unit_id", "from_on"), move_rows),
    CampaignLaunched: (periods, ("period_id",), period_rows),
    TargetsAssigned: (targets, ("campaign_id", "unit_id"), target_rows),
    ReportSubmitted: (reports, ("period_id", "unit_id"), report_rows),
    ReportWithdrawn: (reports, ("period_id", "unit_id"), report_rows),
}
_REBUILT: Final = (blocks, moves, periods, targets, reports, scores, places)
_SETTINGS: Final = (
    *[f"{limit} = 0" for limit in ("statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")],
    "enable_seqscan = on",
    "work_mem = '64MB'",
    "temp_buffers = '256MB'",
)
"""Nothing of what keeps a request from standing in others' way: this reads everything, for minutes, and locks nothing."""

_STOOD: Final = f"""CREATE TEMPORARY TABLE stood ON COMMIT DROP AS
  WITH told AS MATERIALIZED (
    SELECT type, CAST(convert_from(bytes, 'UTF8') AS json) -> 'data' AS said FROM public.event_log
    WHERE type IN ('{ScoreChanged.event_type}', '{BlockRescored.event_type}')),
  scored AS (
    SELECT DISTINCT ON (period_id, unit_id) * FROM (
      SELECT CAST(said ->> 'period_id' AS uuid) AS period_id, CAST(said ->> 'unit_id' AS uuid) AS unit_id,
        CAST(said ->> 'block_id' AS uuid) AS block_id, CAST(said ->> 'sheet_id' AS uuid) AS sheet_id,
        CAST(said ->> 'sheet_version' AS integer) AS sheet_version, CAST(said ->> 'version' AS integer) AS version
      FROM told WHERE type = '{ScoreChanged.event_type}') AS each
    ORDER BY period_id, unit_id, version DESC),
  rescored AS (
    SELECT CAST(said ->> 'period_id' AS uuid) AS period_id, CAST(said ->> 'block_id' AS uuid) AS block_id,
      CAST(said ->> 'sheet_id' AS uuid) AS sheet_id, max(CAST(said ->> 'sheet_version' AS integer)) AS sheet_version
    FROM told WHERE type = '{BlockRescored.event_type}' GROUP BY 1, 2, 3)
  SELECT period_id, unit_id, sheet_id, greatest(scored.sheet_version, rescored.sheet_version) AS sheet_version
  FROM scored LEFT JOIN rescored USING (period_id, block_id, sheet_id)"""  # noqa: S608 - our own names of events
"""On which version of which sheet each score stands, by scoring's own word: no other log says which was the newest then."""


async def begin(tx: Tx) -> None:
    """Hide the stored tables behind empty ones, for this transaction."""
    for setting in _SETTINGS:
        await tx.db.execute(text(f"SET LOCAL {setting}"))
    for table in _REBUILT:
        like = f"CREATE TEMPORARY TABLE {table.name} (LIKE public.{table.name} INCLUDING DEFAULTS INCLUDING INDEXES) ON COMMIT DROP"
        await tx.db.execute(text(like))
    await tx.db.execute(text("CREATE TEMPORARY TABLE resting (period_id uuid, unit_id uuid) ON COMMIT DROP"))


_TAKEN: Final = Prepared(
    text("SELECT event_id FROM public.inbox WHERE consumer = 'scoring' AND event_id = ANY (CAST(:events AS uuid[]))")
)


async def learn(tx: Tx, events: Sequence[Event[Any]]) -> int:
    """Keep what these events say, those that scoring had taken up by now; give how many that were."""
    taken = {row.event_id for row in await _TAKEN.rows(tx.db, {"events": [event.id for event in events]})}
    said: dict[type[Payload], Rows] = defaultdict(list)
    for event in events:
        if event.id in taken:
            said[type(event.data)] += _LEARNT[type(event.data)][2](event)
    for payload, rows in said.items():
        table, key, _ = _LEARNT[payload]
        await learn_all(tx, table, rows, key=key)
    return len(taken)


async def rebuild(tx: Tx) -> None:
    """Score and rank all that was learnt."""
    await tx.db.execute(text(_STOOD))
    await tx.db.execute(text("CREATE UNIQUE INDEX ON stood (period_id, unit_id)"))
    for table in ("stood", *[table.name for table in _REBUILT]):
        await tx.db.execute(text(f"ANALYZE {table}"))
    await tx.db.execute(_REST)
    await _score(tx)
    await _rank(tx)


_OF_REPORT: Final = tuple_(reports.c.period_id, reports.c.unit_id)
_resting: Final = TableClause("resting", column("period_id", Uuid), column("unit_id", Uuid))
_REST: Final = insert(_resting).from_select(
    ["period_id", "unit_id"],
    in_its_block(select(reports.c.period_id, reports.c.unit_id).select_from(reports), known=False).where(
        blocks.c.block_id.is_(None)
    ),
)
"""Reports of units that stand in no block any more. Whether one was scored before its unit left, no event says."""
_stood: Final = TableClause(
    "stood", column("period_id", Uuid), column("unit_id", Uuid), column("sheet_id", Uuid), column("sheet_version")
)
_REPORTS: Final = Prepared(
    in_its_block(
        select(
            *[reports.c[name] for name in ("period_id", "unit_id", "campaign_id", "late")],
            blocks.c.block_id,
            reports.c.version.label("report_version"),
            reports.c["values"].label("reported"),
            targets.c.targets,
            _stood.c.sheet_id,
            _stood.c.sheet_version,
        ).select_from(reports)
    )
    .join(_stood, (_stood.c.period_id == reports.c.period_id) & (_stood.c.unit_id == reports.c.unit_id))
    .outerjoin(targets, (targets.c.campaign_id == reports.c.campaign_id) & (targets.c.unit_id == reports.c.unit_id))
    .where(
        ~reports.c.withdrawn, tuple_(bindparam("period_id", type_=Uuid), bindparam("unit_id", type_=Uuid)) < _OF_REPORT
    )
    .order_by(reports.c.period_id, reports.c.unit_id)
    .limit(bindparam("most"))
)


_COPIED: Final = ("period_id", "unit_id", "campaign_id", "block_id", "report_version", "sheet_id", "sheet_version")


async def _score(tx: Tx) -> None:
    now, on = await tx.now(), await ever_published(tx)
    reached = {"period_id": _NOTHING, "unit_id": _NOTHING}

    def row(known: Any) -> dict[str, Any]:
        given = given_by(known)
        return {
            **{name: known[name] for name in _COPIED},
            **kept(rules.score(on[known.sheet_id, known.sheet_version], given), given),
            "version": 0,
            "caused_by": _NOTHING,
            "scored_at": now,
        }

    while found := await _REPORTS.rows(tx.db, {**reached, "most": _AT_ONCE}):
        await put_as_computed(tx, map(row, found))
        reached = {name: found[-1][name] for name in reached}


_BOARDS: Final = Prepared(
    text(
        f"""SELECT period_id, blocks.block_id, {MEMBERS} AS members
    FROM (SELECT DISTINCT period_id, block_id FROM scores WHERE (period_id, block_id) > (:period_id, :block_id)
      ORDER BY period_id, block_id LIMIT :most) AS ranked
    JOIN blocks USING (block_id) LEFT JOIN periods USING (period_id)
    ORDER BY period_id, block_id"""  # noqa: S608 - our own columns
    )
)
_STANDINGS: Final = Prepared(
    text(
        f"""SELECT period_id, block_id, unit_id, {", ".join(rules.Standing._fields)}
    FROM scores JOIN unnest(CAST(:periods AS uuid[]), CAST(:others AS uuid[])) AS wanted (period_id, block_id)
      USING (period_id, block_id)"""  # noqa: S608 - our own columns
    )
)


async def _rank(tx: Tx) -> None:
    reached = {"period_id": _NOTHING, "block_id": _NOTHING}
    while found := await _BOARDS.rows(tx.db, {**reached, "most": _AT_ONCE // 20}):
        members = {(row.period_id, row.block_id): frozenset(row.members) for row in found}
        standing: dict[Key, dict[UUID, rules.Standing]] = defaultdict(dict)
        for period_id, block_id, unit_id, *figures in await _STANDINGS.rows(tx.db, wanted(members)):
            if unit_id in members[period_id, block_id]:
                standing[period_id, block_id][unit_id] = rules.Standing(*figures)
        rows = [
            {"period_id": period_id, "block_id": block_id, **place._asdict(), "previous_rank": None}
            for (period_id, block_id), on_board in standing.items()
            for place in rules.rank(on_board)
        ]
        await put(tx, places, rows, key=("period_id", "block_id", "unit_id"))
        reached = {name: found[-1][name] for name in reached}


class Difference(NamedTuple):
    """A row that is not what the events make of it: in which table, under which key; a side that has none is None."""

    table: str
    key: Mapping[str, str]
    stored: Mapping[str, Any] | None
    rebuilt: Mapping[str, Any] | None

    @property
    def columns(self) -> list[str]:
        """Name the columns that differ, where both sides have the row."""
        if self.stored is None or self.rebuilt is None:
            return []
        return [name for name, value in self.stored.items() if value != self.rebuilt[name]]


class Compared(NamedTuple):
    """How many rows were held against each other, how many differ, and the first of these."""

    rows: Mapping[str, int]
    differing: int
    named: Sequence[Difference]


_HISTORY: Final = frozenset({"version", "caused_by", "scored_at", "previous_rank"})
"""What tells how a row came to be: that depends on what was taken up together, not on what was said."""


async def compare(tx: Tx) -> Compared:
    """Hold the stored tables against the rebuilt ones; of what differs the first hundred of each table is named."""
    rows: dict[str, int] = {}
    named: list[Difference] = []
    differing = 0
    for table in _REBUILT:
        keys = [column.name for column in table.primary_key]
        found = (await tx.db.execute(text(_against(table.name, ", ".join(keys))), {"most": _MOST_NAMED})).all()
        count = f"SELECT count(*) FROM public.{table.name} AS {table.name}{_counting(table.name)}"  # noqa: S608 - our own tables
        rows[table.name] = (await tx.db.execute(text(count))).scalar_one()
        differing += found[0].differing if found else 0
        named += [
            Difference(table.name, {name: str(getattr(row, name)) for name in keys}, row.stored, row.rebuilt)
            for row in found
        ]
    return Compared(rows, differing, named)


def _counting(table: str) -> str:
    """Leave out the scores that stay though they count nowhere: of withdrawn reports, and of units that stand in no block."""
    if table != scores.name:
        return ""
    return " WHERE NOT scores.withdrawn AND (scores.period_id, scores.unit_id) NOT IN (SELECT period_id, unit_id FROM resting)"


def _against(table: str, keys: str) -> str:
    history = ", ".join(f"'{name}'" for name in (_HISTORY if table in (scores.name, places.name) else ()))
    stored, rebuilt = (
        f"(SELECT {keys}, to_jsonb({table}) - ARRAY[{history}]::text[] AS said FROM {schema}.{table} AS {table}{_counting(table)})"  # noqa: S608
        for schema in ("public", "pg_temp")
    )
    return f"""SELECT {keys}, stored.said AS stored, rebuilt.said AS rebuilt, count(*) OVER () AS differing
    FROM {stored} AS stored FULL JOIN {rebuilt} AS rebuilt USING ({keys})
    WHERE stored.said IS DISTINCT FROM rebuilt.said ORDER BY {keys} LIMIT :most"""  # noqa: S608 - our own tables
