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
from contracts.scoring import BlockRescored, Place, RankingChanged, RescoredUnit, ScoreChanged

_Row = dict[str, Any]
_Ranking = Event[RankingChanged] | Event[BlockRescored]
_Heard = tuple[Event[Any], UUID, UUID]
"""An event, and the period and unit of which it tells something new."""
_Board = tuple[UUID, UUID]
_Standing = tuple[UUID, UUID, UUID]
"""The period and the block of a board, and a unit that stands on it."""
_Span = tuple[_Ranking, Decimal | None, Decimal | None]
"""An event, and between which percents of its board it has moved ranks: at least the one, below the other."""


async def learn_scores(tx: Tx, events: Sequence[Event[ScoreChanged]]) -> None:
    """Keep units' points and assess their titles."""
    news = await _keep_scores(tx, [_score(event.data, event.data) for event in events])
    heard = [(event, event.data.period_id, event.data.unit_id) for event in events]
    await _assess(tx, [each for each in heard if each[1:] in news])


async def learn_places(tx: Tx, events: Sequence[Event[RankingChanged]]) -> None:
    """Keep the places that changed and assess the titles of those units, and of those that they passed."""
    late = await _overtaken(tx, events)
    news = await _keep_places(tx, events)
    spans: list[_Span] = [(event, span.least, span.below) for event in events for span in event.data.passed]
    heard = [*await _within(tx, [*spans, *_everywhere(late)]), *_named(events, news)]
    await _assess(tx, heard)


async def learn_rescored_blocks(tx: Tx, events: Sequence[Event[BlockRescored]]) -> None:
    """Keep the points and places of rescored units, as if each had been told by itself, and assess their titles once.

    Of a board that is told in parts, who is ranked is assessed with the last of them: before it no rank can be counted.
    """
    changed = [(event, unit) for event in events for unit in event.data.changed]
    scores = await _keep_scores(tx, [_score(event.data, unit) for event, unit in changed])
    late = await _overtaken(tx, events)
    news = await _keep_places(tx, events)
    parts = [event for event in events if event.data.parts > 1 and event not in late and any(_named([event], news))]
    heard = await _within(tx, _everywhere([*late, *await _complete(tx, parts)]))
    heard += [
        (event, event.data.period_id, unit.unit_id)
        for event, unit in changed
        if event.data.parts == 1 or unit.rank is None
        if (event.data.period_id, unit.unit_id) in scores or _key(event, unit.unit_id) in news
    ]
    await _assess(tx, heard)


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
            **{name: getattr(event.data, name) for name in ("version", "ranked", "leader_points")},
            "to_come": event.data.parts if isinstance(event.data, BlockRescored) and event.data.parts > 1 else 0,
        }
        for event in events
    ]
    before: dict[_Board, int | None] = await learn_all(tx, boards, rows, key=("period_id", "block_id"))
    if known := {_board(event) for event in events} - before.keys():
        key = tuple_(boards.c.period_id, boards.c.block_id)
        stand = await tx.db.execute(select(boards).where(key.in_(known)))
        before |= {(row.period_id, row.block_id): row.version for row in stand}
    return [event for event in events if event.data.version < (before[_board(event)] or 0)]


async def _complete(tx: Tx, parts: Sequence[Event[BlockRescored]]) -> list[Event[BlockRescored]]:
    """Count these parts as heard; give those with whose board nothing is to come any more."""
    if not parts:
        return []
    told = sorted({(*_board(event), event.data.version, event.data.part) for event in parts})
    names = ("periods", "blocks", "versions")
    given = {name: [each[place] for each in told] for place, name in enumerate(names)}
    waiting = {(row.period_id, row.block_id) for row in await _HEARD.rows(tx.db, given) if row.to_come > 0}
    return [event for event in parts if _board(event) not in waiting]


_HEARD: Final = Prepared(
    text(
        """UPDATE boards SET to_come = to_come - heard.parts FROM (
      SELECT period_id, block_id, version, count(*) AS parts
      FROM unnest(CAST(:periods AS uuid[]), CAST(:blocks AS uuid[]), CAST(:versions AS integer[]))
        AS given (period_id, block_id, version)
      GROUP BY period_id, block_id, version) AS heard
    WHERE boards.period_id = heard.period_id AND boards.block_id = heard.block_id AND boards.version = heard.version
    RETURNING boards.period_id, boards.block_id, boards.to_come"""
    )
)


def _board(event: _Ranking) -> _Board:
    return event.data.period_id, event.data.block_id


def _key(event: _Ranking, unit_id: UUID) -> _Standing:
    return *_board(event), unit_id


def _in_order(events: Sequence[_Ranking]) -> list[_Ranking]:
    return sorted(events, key=lambda event: event.data.version)


async def _keep_places(tx: Tx, events: Sequence[_Ranking]) -> set[_Standing]:
    """Keep the places that are told and news; give whose."""
    # Where everybody that an event names is ranked no longer, the ranks of those after it tell that it was one of them.
    last: dict[_Board, int] = {}
    for event in _in_order([event for event in events if _told_by_rank(event.data)]):
        last[_board(event)] = event.data.version
    by_rank = [event for event in events if event.data.version <= last.get(_board(event), 0)]
    news = await _keep_by_rank(tx, by_rank) if by_rank else set()
    return news | await _keep(tx, [row for event in events if event not in by_rank for row, _ in _places(event.data)])


async def _keep(tx: Tx, rows: Sequence[_Row]) -> set[_Standing]:
    news = await learn_all(tx, standings, rows, key=("period_id", "block_id", "unit_id"), version="board_version")
    return {(period_id, block_id, unit_id) for period_id, block_id, unit_id in news}


def _places(board: RankingChanged | BlockRescored) -> Iterator[tuple[_Row, int | None]]:
    """Give the rows of all that are named, with their ranks; who stands on the board no longer has neither points nor rank."""
    of_board = {"period_id": board.period_id, "block_id": board.block_id, "board_version": board.version}
    for each in board.changed:
        # Before places were counted, those that are ranked were told by their rank alone.
        place = {"percent": each.percent, "points": each.points, "among": each.among or each.rank}
        yield {**of_board, "unit_id": each.unit_id, **place}, each.rank
    for unit_id in board.left if isinstance(board, RankingChanged) else ():
        yield {**of_board, "unit_id": unit_id, **dict.fromkeys(("percent", "points", "among"))}, None


def _told_by_rank(board: RankingChanged | BlockRescored) -> bool:
    changed: Iterable[Place | RescoredUnit] = board.changed
    return any(each.rank and each.among is None for each in changed)


async def _keep_by_rank(tx: Tx, events: Sequence[_Ranking]) -> set[_Standing]:
    """Keep places that were told by their ranks, so that these come out when they are counted.

    Such an event named everybody with another rank: whoever it did not name keeps the one that came out before.
    """
    those = dict(
        zip(("periods", "blocks"), map(list, zip(*{_board(event) for event in events}, strict=True)), strict=True)
    )
    ranks = {(row.period_id, row.block_id, row.unit_id): row.rank for row in await _RANKS.rows(tx.db, those)}
    told = [each for event in _in_order(events) for each in _places(event.data)]
    news = await _keep(tx, [row for row, _ in told])
    for row, rank in told:
        key = (row["period_id"], row["block_id"], row["unit_id"])
        if key in news:
            ranks[key] = rank
    stand = [(*key, rank) for key, rank in ranks.items() if rank]
    names = ("periods", "blocks", "units", "ranks")
    given = {name: [each[place] for each in stand] for place, name in enumerate(names)}
    await _COME_OUT.rows(tx.db, given)
    return news


_RANKED: Final = """SELECT * FROM (SELECT DISTINCT period_id, block_id FROM given) AS board
    CROSS JOIN LATERAL (
      SELECT unit_id, among, rank() OVER (ORDER BY percent DESC) - 1 AS higher FROM standings
      WHERE period_id = board.period_id AND block_id = board.block_id AND among IS NOT NULL) AS ranked"""
_RANKS: Final = Prepared(
    text(
        f"""WITH given AS (
      SELECT * FROM unnest(CAST(:periods AS uuid[]), CAST(:blocks AS uuid[])) AS given (period_id, block_id))
    SELECT period_id, block_id, unit_id, CAST(among + higher AS integer) AS rank FROM ({_RANKED}) AS ranked"""  # noqa: S608
    )
)
_COME_OUT: Final = Prepared(
    text(
        f"""WITH given AS (
      SELECT * FROM unnest(CAST(:periods AS uuid[]), CAST(:blocks AS uuid[]), CAST(:units AS uuid[]), CAST(:ranks AS integer[]))
        AS given (period_id, block_id, unit_id, rank)),
    ranked AS ({_RANKED})
    UPDATE standings SET among = given.rank - ranked.higher
    FROM given JOIN ranked USING (period_id, block_id, unit_id)
    WHERE standings.period_id = given.period_id AND standings.block_id = given.block_id AND standings.unit_id = given.unit_id
      AND standings.among <> given.rank - ranked.higher"""  # noqa: S608
    )
)
"""Sets which one among equals each of these units must be for these ranks to come out."""


def _named(events: Iterable[_Ranking], news: set[_Standing]) -> Iterator[_Heard]:
    for event in events:
        for row, _ in _places(event.data):
            if _key(event, row["unit_id"]) in news:
                yield event, row["period_id"], row["unit_id"]


def _everywhere(events: Iterable[_Ranking]) -> list[_Span]:
    return [(event, None, None) for event in events]


async def _within(tx: Tx, spans: Sequence[_Span]) -> list[_Heard]:
    """Find who is ranked within these spans, by what is kept of them now."""
    if not spans:
        return []
    given = {
        "periods": [event.data.period_id for event, _, _ in spans],
        "blocks": [event.data.block_id for event, _, _ in spans],
        "least": [least for _, least, _ in spans],
        "below": [below for _, _, below in spans],
    }
    return [(spans[row.place - 1][0], row.period_id, row.unit_id) for row in await _STAND_WITHIN.rows(tx.db, given)]


_STAND_WITHIN: Final = Prepared(
    text(
        """SELECT span.place, period_id, unit_id
    FROM unnest(CAST(:periods AS uuid[]), CAST(:blocks AS uuid[]), CAST(:least AS numeric[]), CAST(:below AS numeric[]))
      WITH ORDINALITY AS span (period_id, block_id, least, below, place)
    JOIN standings USING (period_id, block_id)
    WHERE among IS NOT NULL
      AND percent >= coalesce(span.least, '-Infinity') AND percent < coalesce(span.below, 'Infinity')"""
    )
)


async def _assess(tx: Tx, heard: Sequence[_Heard]) -> None:
    """Assess the units of which something new was heard; what waits for its campaign is assessed when that comes."""
    if not heard:
        return
    of_period = select(periods.c.period_id, periods.c.year).where(periods.c.period_id.in_({each[1] for each in heard}))
    year = {row.period_id: row.year for row in await tx.db.execute(of_period)}
    touched: dict[tuple[UUID, int], Event[Any]] = {}
    for event, period_id, unit_id in heard:
        if period_id in year:
            touched[unit_id, year[period_id]] = event
        else:
            tx.waiting(event)
    await assess(tx, touched)
