"""Replay: scoring's tables built once more from the events alone, beside the stored ones, and held against them.

All of it happens in one transaction on one snapshot, in temporary tables that hide the stored ones: what is written here is
gone with the connection, and a house that goes on working is compared at one moment. Published sheets are not rebuilt: they
are scoring's own and never change. Nor are drafts, rehearsals and how far a rescoring has come: nothing stands on them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Table, TableClause, Uuid, column, insert, select, text

from chassis.db import Prepared
from chassis.events import Tx
from chassis.facts import learn_all, put
from contracts.appraisal import ItemsReviewed
from contracts.envelope import Event, Payload
from contracts.people import AwardRecorded
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    ReportSubmitted,
    ReportWithdrawn,
    TargetsAssigned,
    UnitChanged,
)
from contracts.scoring import BlockRescored, BlockVoteRecorded, ScoreChanged
from scoring import rules
from scoring.actions.boards import KEPT, members_of, votes_on
from scoring.actions.facts import Rows, award_rows, block_rows, move_rows, period_rows, report_rows, target_rows
from scoring.actions.keys import Key, wanted
from scoring.actions.leaders import Leaders
from scoring.actions.replay_boards import NOT_TOLD, REBUILT, rebuild_boards
from scoring.actions.scores import given_by, in_its_block, kept, looked_at, put_as_computed
from scoring.actions.sheets import Published, ever_published
from scoring.tables import (
    BESIDE,
    REVIEWED,
    block_votes,
    blocks,
    boards,
    moves,
    periods,
    places,
    recognised,
    reports,
    scores,
    targets,
    verdicts,
)

_BOARDS_AT_ONCE: Final = 50
_MOST_NAMED: Final = 100
_NOTHING: Final = UUID(int=0)

_LEARNT: Final[Mapping[type[Payload], tuple[Any, tuple[str, ...], Callable[[Any], Rows]]]] = {
    BlockFormed: (blocks, ("block_id",), block_rows),
    UnitChanged: (moves, ("unit_id", "from_on"), move_rows),
    CampaignLaunched: (periods, ("period_id",), period_rows),
    TargetsAssigned: (targets, ("campaign_id", "unit_id"), target_rows),
    ReportSubmitted: (reports, ("period_id", "unit_id"), report_rows),
    ReportWithdrawn: (reports, ("period_id", "unit_id"), report_rows),
    AwardRecorded: (recognised, ("entry_id",), award_rows),
}
_REBUILT: Final = (
    blocks,
    moves,
    periods,
    targets,
    recognised,
    reports,
    verdicts,
    block_votes,
    scores,
    places,
    *REBUILT,
)
_SETTINGS: Final = (
    *[f"{limit} = 0" for limit in ("statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")],
    "enable_seqscan = on",
    "work_mem = '64MB'",
    "temp_buffers = '256MB'",
)
"""Nothing of what keeps a request from standing in others' way: this reads everything, for minutes, and locks nothing."""

_STOOD: Final = f"""CREATE TEMPORARY TABLE stood ON COMMIT DROP AS
  WITH told AS MATERIALIZED (
    SELECT id, type, said.* FROM public.event_log, json_to_record(CAST(convert_from(bytes, 'UTF8') AS json) -> 'data')
      AS said (period_id uuid, block_id uuid, unit_id uuid, sheet_id uuid, sheet_version integer, version integer,
        back boolean)
    WHERE type IN ('{ScoreChanged.event_type}', '{BlockRescored.event_type}')),
  scored AS (
    SELECT DISTINCT ON (period_id, unit_id) * FROM told WHERE type = '{ScoreChanged.event_type}'
    ORDER BY period_id, unit_id, version DESC),
  rescored AS (SELECT * FROM told WHERE type = '{BlockRescored.event_type}'),
  went_back AS (
    SELECT DISTINCT ON (period_id, block_id, sheet_id) period_id, block_id, sheet_id, id, sheet_version
    FROM rescored WHERE back ORDER BY period_id, block_id, sheet_id, id DESC),
  forward AS (
    SELECT period_id, block_id, sheet_id, max(rescored.sheet_version) AS sheet_version
    FROM rescored LEFT JOIN went_back USING (period_id, block_id, sheet_id)
    WHERE back IS NOT TRUE AND (went_back.id IS NULL OR rescored.id > went_back.id)
    GROUP BY period_id, block_id, sheet_id)
  SELECT period_id, unit_id, sheet_id, greatest(
    CASE WHEN went_back.id > scored.id THEN went_back.sheet_version ELSE scored.sheet_version END, forward.sheet_version
  ) AS sheet_version
  FROM scored LEFT JOIN went_back USING (period_id, block_id, sheet_id)
  LEFT JOIN forward USING (period_id, block_id, sheet_id)"""  # noqa: S608 - our own names of events
"""On which version of which sheet each score stands, by scoring's own word: no other log says which was the newest then."""


_SAID: Final = f"""INSERT INTO verdicts (
    period_id, unit_id, criterion, "column", number, verdict_id, reported, value, by_post, by_unit, at, appeal_id, event_id)
  SELECT period_id, unit_id, item.criterion, act."column", item.number, item.verdict_id, item.reported, item.value, '',
    by_unit, CAST(event ->> 'businesstime' AS timestamptz), appeal_id, id
  FROM (SELECT id, CAST(convert_from(bytes, 'UTF8') AS json) AS event FROM public.event_log
      WHERE type = '{ItemsReviewed.event_type}') AS told,
    json_to_record(event -> 'data') AS act (
      period_id uuid, unit_id uuid, "column" text, by_unit uuid, appeal_id uuid, items json),
    json_to_recordset(items) AS item (
      criterion text, number integer, verdict_id uuid, reported numeric, value numeric)"""  # noqa: S608 - our own names
"""What was said of reported values is scoring's own word too: all but the reasons, which no event carries."""


_VOTED: Final = f"""INSERT INTO block_votes (period_id, block_id, number, vote_id, votes, by_post, at, event_id)
  SELECT period_id, block_id, number, vote_id, (
      SELECT jsonb_object_agg(each.unit_id, each.votes)
      FROM json_to_recordset(said.votes) AS each (unit_id uuid, votes integer)),
    '', CAST(event ->> 'businesstime' AS timestamptz), id
  FROM (SELECT id, CAST(convert_from(bytes, 'UTF8') AS json) AS event FROM public.event_log
      WHERE type = '{BlockVoteRecorded.event_type}') AS told,
    json_to_record(event -> 'data') AS said (
      period_id uuid, block_id uuid, number integer, vote_id uuid, votes json)"""  # noqa: S608 - our own names
"""Votes are scoring's own word too: all but who recorded them and why, which no event carries."""


async def begin(tx: Tx) -> None:
    """Hide the stored tables behind empty ones, for this transaction."""
    for setting in _SETTINGS:
        await tx.db.execute(text(f"SET LOCAL {setting}"))
    for table in _REBUILT:
        like = f"CREATE TEMPORARY TABLE {table.name} (LIKE public.{table.name} INCLUDING DEFAULTS INCLUDING INDEXES) ON COMMIT DROP"
        await tx.db.execute(text(like))
    await tx.db.execute(
        text("CREATE TEMPORARY TABLE standing (period_id uuid, unit_id uuid, block_id uuid) ON COMMIT DROP")
    )


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
    """Score and rank all that was learnt, some boards at once."""
    await tx.db.execute(text(_STOOD))
    await tx.db.execute(text(_SAID))
    await tx.db.execute(text(_VOTED))
    await rebuild_boards(tx)
    await tx.db.execute(text("CREATE UNIQUE INDEX ON stood (period_id, unit_id)"))
    await tx.db.execute(text(f"ANALYZE {', '.join(table.name for table in _REBUILT)}"))
    await tx.db.execute(_STAND)
    await tx.db.execute(text("CREATE INDEX ON standing (period_id, block_id)"))
    await tx.db.execute(text("ANALYZE stood, standing"))
    now, sheets = await tx.now(), await ever_published(tx)
    boards: list[Key] = [tuple(row) for row in await tx.db.execute(_BOARDS)]
    for start in range(0, len(boards), _BOARDS_AT_ONCE):
        await _rebuild(tx, boards[start : start + _BOARDS_AT_ONCE], sheets, now)


_standing: Final = TableClause("standing", column("period_id", Uuid), column("unit_id", Uuid), column("block_id", Uuid))
_STAND: Final = insert(_standing).from_select(
    ["period_id", "unit_id", "block_id"],
    in_its_block(select(reports.c.period_id, reports.c.unit_id, blocks.c.block_id).select_from(reports), known=False),
)
"""On which board each report stands, or on none any more. Whether such a one was scored before its unit left, no event says."""
_BOARDS: Final = (
    select(_standing.c.period_id, _standing.c.block_id)
    .where(_standing.c.block_id.is_not(None))
    .distinct()
    .order_by(_standing.c.period_id, _standing.c.block_id)
)
_REPORTS: Final = Prepared(
    text(
        f"""SELECT period_id, standing.block_id, unit_id, reports.campaign_id, reports.version AS report_version, late,
      reports.values AS reported, {REVIEWED} AS reviewed, {BESIDE} AS beside, targets.targets, stood.sheet_id, stood.sheet_version
    FROM standing JOIN unnest(CAST(:periods AS uuid[]), CAST(:others AS uuid[])) AS wanted (period_id, block_id)
      USING (period_id, block_id)
    JOIN reports USING (period_id, unit_id) JOIN stood USING (period_id, unit_id)
    LEFT JOIN targets USING (campaign_id, unit_id)
    WHERE NOT reports.withdrawn"""  # noqa: S608 - our own words
    )
)
_COPIED: Final = ("period_id", "unit_id", "campaign_id", "block_id", "report_version", "sheet_id", "sheet_version")


async def _rebuild(tx: Tx, boards: Sequence[Key], sheets: Mapping[Published, rules.Sheet], now: datetime) -> None:
    """Score all that stands on these boards, and rank them."""
    members, votes = await members_of(tx, boards), await votes_on(tx, boards)
    found = await _REPORTS.rows(tx.db, wanted(boards))
    asked = [given_by(known, sheets[known.sheet_id, known.sheet_version]) for known in found]
    on_board = (((known.period_id, known.block_id), known.unit_id) for known in found)
    leaders = Leaders(members, ((*each, given) for each, given in zip(on_board, asked, strict=True)))
    standing: dict[Key, dict[UUID, rules.Standing]] = defaultdict(dict)

    def scored() -> Iterator[dict[str, Any]]:
        for known, given in zip(found, asked, strict=True):
            board, sheet = (known.period_id, known.block_id), sheets[known.sheet_id, known.sheet_version]
            block = leaders.of(board, sheet)
            score = rules.score(sheet, given, block)
            if known.unit_id in members[board]:
                standing[board][known.unit_id] = rules.standing(score)
            made = {"version": 0, "caused_by": _NOTHING, "scored_at": now}
            figures = {**kept(score, given, block), **looked_at(known, sheet, block)}
            yield {**{name: known[name] for name in _COPIED}, **figures, **made}

    await put_as_computed(tx, scored())
    placed = [
        {"period_id": period_id, "block_id": block_id, **{name: getattr(place, name) for name in KEPT}}
        for (period_id, block_id), on_board in standing.items()
        for place in rules.rank(on_board, votes.get((period_id, block_id), ()))
    ]
    await put(tx, places, placed, key=("period_id", "block_id", "unit_id"))


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


_OF_MAKING: Final = frozenset({"version", "caused_by", "scored_at", "previous_rank"})
"""What tells how a row came to be: that depends on what was taken up together, not on what was said."""
_HISTORY: Final = {
    **dict.fromkeys((scores, places), _OF_MAKING),
    **dict.fromkeys((verdicts, block_votes), frozenset({"reason", "by_post"})),
    **NOT_TOLD,
}
"""What no event tells."""


async def compare(tx: Tx) -> Compared:
    """Hold the stored tables against the rebuilt ones; of what differs the first hundred of each table is named."""
    rows: dict[str, int] = {}
    named: list[Difference] = []
    differing = 0
    for table in _REBUILT:
        keys = [column.name for column in table.primary_key]
        found = (await tx.db.execute(text(_against(table)), {"most": _MOST_NAMED})).all()
        count = f"SELECT count(*) FROM {_counting(table, 'public')} AS stored"  # noqa: S608 - our own tables
        rows[table.name] = (await tx.db.execute(text(count))).scalar_one()
        differing += found[0].differing if found else 0
        named += [
            Difference(table.name, {name: str(getattr(row, name)) for name in keys}, row.stored, row.rebuilt)
            for row in found
        ]
    return Compared(rows, differing, named)


def _counting(table: Table, schema: str) -> str:
    """Leave out the scores that stay though they count nowhere: of withdrawn reports, and of units that stand in no block.

    And the boards on which nothing was ever told.
    """
    rows = f"SELECT * FROM {schema}.{table.name}"  # noqa: S608 - our own tables
    if table is scores:
        resting = "SELECT period_id, unit_id FROM standing WHERE block_id IS NULL"
        rows += f" WHERE NOT withdrawn AND (period_id, unit_id) NOT IN ({resting})"
    if table is boards:
        rows += " WHERE version > 0"
    return f"({rows})"


def _against(table: Table) -> str:
    """Ask for the rows that differ. They are compared as they are; only what differs is written out for people."""
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
    history = _HISTORY.get(table, frozenset())
    same = [column.name for column in table.columns if column.name not in history]
    stored, rebuilt = (", ".join(f'{side}."{name}"' for name in same) for side in ("stored", "rebuilt"))
    without = ", ".join(f"'{name}'" for name in sorted(history))
    return f"""SELECT {keys}, to_jsonb(stored) - ARRAY[{without}]::text[] AS stored,
      to_jsonb(rebuilt) - ARRAY[{without}]::text[] AS rebuilt, count(*) OVER () AS differing
    FROM {_counting(table, "public")} AS stored FULL JOIN {_counting(table, "pg_temp")} AS rebuilt USING ({keys})
    WHERE ({stored}) IS DISTINCT FROM ({rebuilt}) ORDER BY {keys} LIMIT :most"""  # noqa: S608 - our own tables
