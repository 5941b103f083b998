"""Keeping points and places, and assessing whoever they touch: those that are named, and those that were only passed.

A place is kept without its rank, which is counted when somebody looks (``standings`` in the tables). So whatever else is heard
of a board changes the ranks on it, and in whatever order it is heard, the same ranks come out.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text, tuple_

from awards.actions.assessing import assess
from awards.tables import boards, periods, score_versions, standings
from chassis.db import Prepared
from chassis.events import Tx
from chassis.facts import learn_all
from contracts.envelope import Event
from contracts.scoring import BlockRescored, RankingChanged, RescoredUnit, ScoreChanged

_Row = dict[str, Any]
_Ranking = Event[RankingChanged] | Event[BlockRescored]
_Named = tuple[Event[ScoreChanged] | _Ranking, UUID]
"""An event, and a unit to assess because of it."""
_Span = tuple[_Ranking, Decimal | None, Decimal | None]
"""An event, and between which percents of its board to assess who is ranked: at least the one, below the other."""


async def learn_scores(tx: Tx, events: Sequence[Event[ScoreChanged]]) -> None:
    """Keep units' points and assess their titles."""
    news = await _keep_scores(tx, [_score(event.data, event.data) for event in events])
    told = [(event, event.data.unit_id) for event in events]
    await _assess(tx, [], [each for each in told if (each[0].data.period_id, each[1]) in news])


async def learn_places(tx: Tx, events: Sequence[Event[RankingChanged]]) -> None:
    """Keep the places that changed and assess the titles of those units, and of those that they passed."""
    late = await _overtaken(tx, events)
    await _keep_places(tx, events)
    spans: list[_Span] = [(event, span.least, span.below) for event in events for span in event.data.passed]
    named = [(event, row["unit_id"]) for event in events for row in _places(event.data)]
    await _assess(tx, [*spans, *_everywhere(late)], named)


async def learn_rescored_blocks(tx: Tx, events: Sequence[Event[BlockRescored]]) -> None:
    """Keep the points and places of rescored units, as if each had been told by itself, and assess their titles once.

    Of a board that is told in parts, who is ranked is assessed with the last of them: before it no rank can be counted.
    """
    await _keep_scores(tx, [_score(event.data, unit) for event in events for unit in event.data.changed])
    late = await _overtaken(tx, events)
    await _keep_places(tx, events)
    early = [event for event in events if event.data.part < event.data.parts and event not in late]
    ended = [event for event in events if event.data.part == event.data.parts > 1]
    named = [
        (event, unit.unit_id)
        for event in events
        for unit in event.data.changed
        if unit.among is None or event not in early
    ]
    await _assess(tx, _everywhere([*late, *ended]), named)


def _score(board: ScoreChanged | BlockRescored, told: ScoreChanged | RescoredUnit) -> _Row:
    return {
        "period_id": board.period_id,
        "block_id": board.block_id,
        **{name: getattr(told, name) for name in ("unit_id", "version", "points", "percent")},
    }


async def _keep_scores(tx: Tx, rows: Sequence[_Row]) -> set[tuple[UUID, UUID]]:
    return set(await learn_all(tx, score_versions, rows, key=("period_id", "unit_id")))


async def _overtaken(tx: Tx, events: Sequence[_Ranking]) -> list[_Ranking]:
    """Keep what these boards came to; give the events of which a newer one of their board was heard before.

    Of those that stand there, some were assessed without what is heard only now. Whoever else hears of one of these boards
    waits here, and counts with what this transaction has kept.
    """
    rows = [
        {
            "period_id": event.data.period_id,
            "block_id": event.data.block_id,
            "version": _reached(event.data),
            **{name: getattr(event.data, name) for name in ("ranked", "leader_points")},
        }
        for event in events
    ]
    before: dict[tuple[UUID, UUID], int | None] = await learn_all(tx, boards, rows, key=("period_id", "block_id"))
    if known := {_board(event) for event in events} - before.keys():
        key = tuple_(boards.c.period_id, boards.c.block_id)
        stand = await tx.db.execute(select(boards).where(key.in_(known)))
        before |= {(row.period_id, row.block_id): row.version for row in stand}
    return [event for event in events if _reached(event.data) < (before[_board(event)] or 0)]


def _reached(board: RankingChanged | BlockRescored) -> int:
    """Say which version a board has with this: the one before until the last part is here. A part behind it is overtaken."""
    return board.version - (isinstance(board, BlockRescored) and board.part < board.parts)


def _board(event: _Ranking) -> tuple[UUID, UUID]:
    return event.data.period_id, event.data.block_id


async def _keep_places(tx: Tx, events: Sequence[_Ranking]) -> None:
    """Keep the places that are told. One without ``among`` is not counted: the bus is drained before an upgrade."""
    rows = [row for event in events for row in _places(event.data)]
    await learn_all(tx, standings, rows, key=("period_id", "block_id", "unit_id"), version="board_version")


def _places(board: RankingChanged | BlockRescored) -> Iterator[_Row]:
    """Give the rows of all that are named; who stands on the board no longer has neither points nor place."""
    of_board = {"period_id": board.period_id, "block_id": board.block_id, "board_version": board.version}
    place = ("percent", "points", "among")
    for each in board.changed:
        yield {**of_board, "unit_id": each.unit_id, **{name: getattr(each, name) for name in place}}
    for unit_id in board.left if isinstance(board, RankingChanged) else ():
        yield {**of_board, "unit_id": unit_id, **dict.fromkeys(place)}


def _everywhere(events: Iterable[_Ranking]) -> list[_Span]:
    return [(event, None, None) for event in events]


async def _within(tx: Tx, spans: Sequence[_Span]) -> list[_Named]:
    """Find who is ranked within these spans, by what is kept of them now: each once, because of the last that has it."""
    if not spans:
        return []
    given = {
        "periods": [event.data.period_id for event, _, _ in spans],
        "blocks": [event.data.block_id for event, _, _ in spans],
        "least": [least for _, least, _ in spans],
        "below": [below for _, _, below in spans],
    }
    return [(spans[row.place - 1][0], row.unit_id) for row in await _STAND_WITHIN.rows(tx.db, given)]


_STAND_WITHIN: Final = Prepared(
    text(
        """SELECT unit_id, max(span.place) AS place
    FROM unnest(CAST(:periods AS uuid[]), CAST(:blocks AS uuid[]), CAST(:least AS numeric[]), CAST(:below AS numeric[]))
      WITH ORDINALITY AS span (period_id, block_id, least, below, place)
    JOIN standings USING (period_id, block_id)
    WHERE among IS NOT NULL
      AND percent >= coalesce(span.least, '-Infinity') AND percent < coalesce(span.below, 'Infinity')
    GROUP BY period_id, unit_id"""
    )
)


async def _assess(tx: Tx, spans: Sequence[_Span], named: Sequence[_Named]) -> None:
    """Assess who is named and who is ranked within these spans, each because of the newest event that touches it.

    What waits for its campaign is assessed when that comes.
    """
    told: list[Event[Any]] = [*(event for event, _, _ in spans), *(event for event, _ in named)]
    if not told:
        return
    of_period = select(periods.c.period_id, periods.c.year).where(
        periods.c.period_id.in_({event.data.period_id for event in told})
    )
    year = {row.period_id: row.year for row in await tx.db.execute(of_period)}
    for event in told:
        if event.data.period_id not in year:
            tx.waiting(event)
    heard = [*await _within(tx, sorted(spans, key=_version)), *named]
    await assess(
        tx,
        {
            (unit_id, year[event.data.period_id]): event
            for event, unit_id in sorted(heard, key=_version)
            if event.data.period_id in year
        },
    )


def _version(told: _Span | _Named) -> int:
    return told[0].data.version
