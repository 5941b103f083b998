"""Replay of what is done with boards: who checks whom, objections, appeals, and boards as they were published.

A published board is the fold of the events up to the version that its event names. Of its text these tell place, points,
percent and what decided; fields, bonus, penalty and lateness of a row, its reason and who published it no event tells: they
are held against the digest alone.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import insert, text

from chassis.events import Tx
from contracts.appeals import AppealChanged
from contracts.appraisal import CrossChecksAssigned, ItemsObjected
from contracts.scoring import BlockRescored, BoardPublished, RankingChanged
from scoring import rules
from scoring.actions.keys import Key
from scoring.rules.snapshots import ORDER
from scoring.tables import appeal_steps, appeals, boards, cross_checks, objections, publications, published_places

REBUILT: Final = (boards, cross_checks, objections, appeals, appeal_steps, publications, published_places)
NOT_TOLD: Final[Mapping[Any, frozenset[str]]] = {
    boards: frozenset({"changed_at", "caused_by", "members", "ranked", "leader_points", "membership"}),
    cross_checks: frozenset({"assigned_by", "assigned_at"}),
    objections: frozenset({"after", "reported", "value", "reason", "by_post"}),
    appeals: frozenset(),
    appeal_steps: frozenset({"reason", "value", "by_post"}),
    publications: frozenset({"reason", "by"}),
    published_places: frozenset({"maximum"}),
}
"""What no event tells, or what tells how a row came to be."""

_BLOCKS_AT_ONCE: Final = 50


def _logged(event_type: str) -> str:
    return f"""(SELECT id, CAST(event ->> 'businesstime' AS timestamptz) AS at, event -> 'data' AS data
      FROM (SELECT id, CAST(convert_from(bytes, 'UTF8') AS json) AS event FROM public.event_log
        WHERE type = '{event_type}') AS read) AS told"""  # noqa: S608 - our own names of events


_SAID: Final = (
    f"""INSERT INTO boards (period_id, block_id, version, changed_at, caused_by, votes)
    SELECT period_id, block_id, max(version), now(), '{UUID(int=0)}', (
        SELECT count(*) FROM block_votes WHERE (block_votes.period_id, block_votes.block_id) = (given.period_id, given.block_id))
    FROM public.event_log, json_to_record(CAST(convert_from(bytes, 'UTF8') AS json) -> 'data')
      AS given (period_id uuid, block_id uuid, version integer)
    WHERE type IN ('{RankingChanged.event_type}', '{BlockRescored.event_type}') AND version > 0
    GROUP BY period_id, block_id""",  # noqa: S608 - our own names of events
    f"""INSERT INTO cross_checks (period_id, unit_id, block_id, by_unit, version, assigned_by, assigned_at)
    SELECT DISTINCT ON (period_id, unit_id) period_id, unit_id, block_id, by_unit, version, '', at
    FROM {_logged(CrossChecksAssigned.event_type)},
      json_to_record(data) AS act (period_id uuid, block_id uuid, checks json),
      json_to_recordset(checks) AS each (unit_id uuid, by_unit uuid, version integer)
    ORDER BY period_id, unit_id, version DESC""",  # noqa: S608
    f"""INSERT INTO objections (period_id, unit_id, criterion, number, after, reason, by_post, by_unit, at, event_id)
    SELECT period_id, unit_id, criterion, row_number() OVER (PARTITION BY period_id, unit_id, criterion ORDER BY id), 0, '', '',
      by_unit, at, id
    FROM {_logged(ItemsObjected.event_type)},
      json_to_record(data) AS act (period_id uuid, unit_id uuid, by_unit uuid, criteria json),
      json_array_elements_text(criteria) AS criterion""",  # noqa: S608
    f"""INSERT INTO appeals (appeal_id, campaign_id, period_id, block_id, unit_id, item, state, steps)
    SELECT DISTINCT ON (appeal_id) appeal_id, campaign_id, period_id, block_id, unit_id, criterion, state, number
    FROM {_logged(AppealChanged.event_type)}, json_to_record(data) AS act (appeal_id uuid, campaign_id uuid, period_id uuid,
      block_id uuid, unit_id uuid, criterion text, state text, number integer)
    ORDER BY appeal_id, number DESC""",  # noqa: S608
    f"""INSERT INTO appeal_steps (appeal_id, number, state, reason, by_post, at, event_id)
    SELECT appeal_id, number, state, '', '', at, id
    FROM {_logged(AppealChanged.event_type)},
      json_to_record(data) AS act (appeal_id uuid, state text, number integer)""",  # noqa: S608
)


async def rebuild_boards(tx: Tx) -> None:
    """Build all this from the events; votes must stand already."""
    for statement in _SAID:
        await tx.db.execute(text(statement))
    told = await _published(tx)
    blocks = sorted({block_id for _, block_id in told})
    for start in range(0, len(blocks), _BLOCKS_AT_ONCE):
        await _rebuild(tx, told, blocks[start : start + _BLOCKS_AT_ONCE])


Published = tuple[UUID, datetime, BoardPublished]
_PUBLISHED: Final = text(f"SELECT id, at, data FROM {_logged(BoardPublished.event_type)} ORDER BY id")  # noqa: S608
_EVENTS: Final = text(
    f"""SELECT subject, type, bytes FROM public.event_log
    WHERE type IN ('{RankingChanged.event_type}', '{BlockRescored.event_type}')
      AND subject = ANY (CAST(:blocks AS text[]))"""  # noqa: S608 - our own names of events
)
_TEXTS: Final = text(
    """SELECT period_id, block_id, number, board FROM public.publications
    WHERE block_id = ANY (CAST(:blocks AS uuid[]))"""
)


async def _published(tx: Tx) -> dict[Key, list[Published]]:
    found: dict[Key, list[Published]] = defaultdict(list)
    for row in await tx.db.execute(_PUBLISHED):
        event = BoardPublished.model_validate(row.data)
        found[event.period_id, event.block_id].append((row.id, row.at, event))
    return found


async def _rebuild(tx: Tx, told: Mapping[Key, Sequence[Published]], blocks: Sequence[UUID]) -> None:
    """Give the boards of these blocks as they were published, from what was told of them until then."""
    events: dict[Key, list[rules.Told]] = defaultdict(list)
    for row in await tx.db.execute(_EVENTS, {"blocks": [str(each) for each in blocks]}):
        data = orjson.loads(row.bytes)["data"]
        event = rules.Told(data["version"], data.get("part", 0), row.type == BlockRescored.event_type, data)
        events[UUID(data["period_id"]), UUID(row.subject)].append(event)
    kept = {
        (row.period_id, row.block_id, row.number): row.board for row in await tx.db.execute(_TEXTS, {"blocks": blocks})
    }
    rows, places = [], []
    wanted = set(blocks)
    for key, published in told.items():
        for event_id, at, given in published if key[1] in wanted else ():
            stood = rules.fold(each for each in events[key] if each.version <= given.version)
            stored = kept.get((*key, given.number))
            rows.append(_publication(event_id, at, given, stood.rows, stored))
            places += [*_places(given, stood.rows)]
    for table, made in ((publications, rows), (published_places, places)):
        if made:
            await tx.db.execute(insert(table), made)


def _publication(
    event_id: UUID, at: datetime, event: BoardPublished, stood: Sequence[Mapping[str, Any]], stored: str | None
) -> dict[str, Any]:
    board = _text(stored, stood) if stored is not None else ""
    names = ("period_id", "block_id", "number", "campaign_id", "correction", "version", "members", "ranked")
    return {
        **{name: getattr(event, name) for name in names},
        "state": str(event.state),
        "fingerprint": rules.fingerprint(event.period_id, event.block_id, stood),
        "digest": rules.digest(board),
        "board": board,
        "at": at,
        "by": "",
        "event_id": event_id,
    }


def _text(stored: str, stood: Sequence[Mapping[str, Any]]) -> str:
    """Give the text that was kept, with what the events tell in its place."""
    told = {str(row["unit_id"]): {name: row[name] for name in ORDER} for row in stood}
    nothing = dict.fromkeys(ORDER)
    document = orjson.loads(stored)
    rows = [{**row, **told.pop(row["unit_id"], nothing)} for row in document["rows"]]
    return rules.canonical({**document, "rows": [*rows, *({"unit_id": unit, **each} for unit, each in told.items())]})


def _places(event: BoardPublished, stood: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    own = {name: getattr(event, name) for name in ("period_id", "block_id", "number")}
    for row in stood:
        yield {
            **own,
            **{name: row[name] for name in ("rank", "points", "percent")},
            "unit_id": UUID(str(row["unit_id"])),
        }
