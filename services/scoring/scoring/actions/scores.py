"""Scores: computed anew from everything that is known of a report, with the reason of every point."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy import Select, any_, case, func, select, true, update
from sqlalchemy.dialects.postgresql import array

from chassis.clock import NOW
from chassis.db import Prepared
from chassis.events import Tx
from chassis.facts import put
from contracts.envelope import Event
from contracts.registry import Target
from contracts.scoring import CriterionPoints, ScoreChanged
from scoring import rules
from scoring.actions.boards import rank
from scoring.actions.keys import WANTED, Key, wanted
from scoring.actions.sheets import published
from scoring.tables import blocks, moved, periods, reports, scores, sheets, targets

_NEWEST: Final = select(func.max(sheets.c.version)).where(sheets.c.sheet_id == blocks.c.sheet_id).scalar_subquery()
_stamped = blocks.alias("stamped")
_moved = moved(reports.c.unit_id, _stamped.c.year)
_formed = (
    select(blocks.c.block_id)
    .where(blocks.c.members.contains(array([reports.c.unit_id])), blocks.c.year == _stamped.c.year)
    .limit(1)
    .correlate(reports, _stamped)
    .scalar_subquery()
)
# Where the unit has moved; else the block that the report came with, or the one that its members were formed anew into.
_standing = case(
    (_moved.c.unit_id.is_not(None), _moved.c.block_id),
    (reports.c.unit_id == any_(_stamped.c.members), _stamped.c.block_id),
    else_=func.coalesce(_formed, _stamped.c.block_id),
)


def in_its_block(asked: Select[Any], *, known: bool = True) -> Select[Any]:
    """Join to ``reports`` the block in which each stands; with ``known`` only those whose block has been heard of."""
    return (
        asked.join(_stamped, _stamped.c.block_id == reports.c.block_id)
        .outerjoin(periods, periods.c.period_id == reports.c.period_id)
        .outerjoin(_moved, true())
        .join(blocks, blocks.c.block_id == _standing, isouter=not known)
    )


_FACTS: Final = Prepared(
    in_its_block(
        select(
            *[reports.c[name] for name in ("period_id", "unit_id", "campaign_id", "version", "late", "withdrawn")],
            reports.c["values"].label("reported"),
            blocks.c.block_id,
            blocks.c.sheet_id,
            _NEWEST.label("sheet_version"),
            targets.c.targets,
            scores.c.version.label("scored"),
            scores.c.sheet_id.label("scored_by"),
            scores.c.sheet_version.label("scored_on"),
            scores.c.block_id.label("scored_in"),
            scores.c.score.label("stored"),
            scores.c.withdrawn.label("unscored"),
            NOW.label("now"),
        ).join(WANTED, (reports.c.period_id == WANTED.c.period_id) & (reports.c.unit_id == WANTED.c.other_id))
    )
    .outerjoin(targets, (targets.c.campaign_id == reports.c.campaign_id) & (targets.c.unit_id == reports.c.unit_id))
    .outerjoin(scores, (scores.c.period_id == reports.c.period_id) & (scores.c.unit_id == reports.c.unit_id))
)


async def score(
    tx: Tx,
    because: Mapping[Key, Sequence[Event[Any]]],
    *,
    stood: Mapping[Key, Event[Any]] = MappingProxyType({}),
) -> None:
    """Recompute the scores of these units, then the places of every board where one changes, and of those of ``stood``.

    ``because`` gives for each (period, unit) the events that ask for it, the decisive one last. Its reports are locked by
    the caller, so nobody computes one of these scores from older facts at the same time. All boards are ranked at once,
    for they are locked in one order.
    """
    if not because:
        return
    facts = await _facts(tx, because)
    touched: dict[Key, list[Event[Any]]] = defaultdict(list, {board: [event] for board, event in stood.items()})
    rows = []
    taken_back = {key: facts.pop(key).known for key in because if key in facts and facts[key].known.withdrawn}
    for (period_id, unit_id), known in taken_back.items():
        if await _unscore(tx, known):
            touched[period_id, known.block_id].extend(because[period_id, unit_id])
    for key, events in because.items():
        fact = facts.get(key)
        if key in taken_back:
            continue
        if fact is None:
            # Its block or sheet has not been heard of yet; the report is kept and scored when that comes.
            for event in events:
                tx.waiting(event)
            continue
        row, changed = _scored(tx, fact, events)
        rows.append(row)
        if changed:
            for block_id in {fact.known.block_id, fact.known.scored_in} - {None}:
                touched[fact.known.period_id, block_id].extend(events)
    await put(tx, scores, rows, key=("period_id", "unit_id"))
    await rank(tx, touched)


async def _unscore(tx: Tx, known: Any) -> bool:
    """Have a score count no longer, because its report was withdrawn; False when none counted."""
    if known.stored is None or known.unscored:
        return False
    of_unit = (scores.c.period_id == known.period_id) & (scores.c.unit_id == known.unit_id)
    await tx.db.execute(update(scores).where(of_unit).values(withdrawn=True))
    return True


@dataclass(frozen=True, slots=True)
class _Fact:
    """All that one score is computed from."""

    known: Any
    """The report as it was taken up, with its block and what was scored before."""
    sheet: rules.Sheet
    given: rules.Facts


async def _facts(tx: Tx, keys: Mapping[Key, Any]) -> dict[Key, _Fact]:
    """Load what these scores need, in one question; a report without a block or a published sheet is left out."""
    rows = [row for row in await _FACTS.rows(tx.db, wanted(keys)) if row.sheet_version]
    if rows:
        tx.began(rows[0].now)
    on = await published(tx, {(row.sheet_id, row.sheet_version) for row in rows})
    return {
        (row.period_id, row.unit_id): _Fact(row, on[row.sheet_id, row.sheet_version], given_by(row)) for row in rows
    }


def given_by(report: Any) -> rules.Facts:
    """Give what a score is computed from: ``reported``, ``targets`` and ``late`` as they are stored."""
    return rules.Facts(
        values={each["criterion"]: Decimal(each["value"]) for each in report.reported},
        targets={target.criterion: target for target in map(Target.model_validate, report.targets or ())},
        late=report.late,
    )


def _scored(tx: Tx, fact: _Fact, events: Sequence[Event[Any]]) -> tuple[dict[str, Any], bool]:
    """Compute a score; give its row with the reasons, and whether points changed, which is recorded.

    Other values may give the same points: then the reasons are new, the score is not, unless it stands on another board.
    """
    score = rules.score(fact.sheet, fact.given)
    known = fact.known
    same = (known.scored_in, known.scored_by, known.scored_on) == (known.block_id, known.sheet_id, known.sheet_version)
    same = same and not known.unscored and _figures_of(known.stored) == _figures(score)
    told = {
        **{name: getattr(known, name) for name in ("campaign_id", "period_id", "block_id", "unit_id", "sheet_id")},
        "sheet_version": known.sheet_version,
        "version": (known.scored or 0) + (not same),
        "report_version": known.version,
        "points": score.points,
        "maximum": score.maximum,
        "percent": score.percent,
    }
    row = {
        **told,
        **kept(score, fact.given),
        "caused_by": events[-1].id,
        "scored_at": known.now,
        "withdrawn": False,
    }
    if same:
        return row, False
    tx.record(
        ScoreChanged(
            **told,
            previous_points=Decimal(known.stored["points"]) if known.stored and not known.unscored else None,
            disqualified=bool(score.disqualified),
            criteria=tuple(
                CriterionPoints(criterion=part.criterion, points=part.points, maximum=part.maximum)
                for part in score.parts
            ),
        ),
        because=events,
    )
    return row, True


_RANKING: Final = ("points", "maximum", "percent", "content", "penalty", "tie_points", "tie_maximum")

_ranking: Final = attrgetter(*_RANKING)


def kept(score: rules.Score, given: rules.Facts) -> dict[str, Any]:
    """Give the columns that hold a score: what ranks, the whole with its reasons, and what it was computed from."""
    return {
        **dict(zip(_RANKING, _ranking(score), strict=True)),
        "disqualified": bool(score.disqualified),
        "score": orjson.Fragment(score.model_dump_json()),
        "inputs": orjson.Fragment(given.model_dump_json()),
    }


_AT_ONCE: Final = 100
"""About what a socket takes at once: what it does not take waits until this side waits."""


async def put_as_computed(tx: Tx, rows: Iterable[dict[str, Any]]) -> None:
    """Keep scores as they are computed: while the database writes some, the next are taken from ``rows``."""
    coming = iter(rows)
    writing: asyncio.Task[None] | None = None
    async with asyncio.TaskGroup() as tasks:
        while some := list(islice(coming, _AT_ONCE)):
            if writing:
                await writing
            writing = tasks.create_task(put(tx, scores, some, key=("period_id", "unit_id")))
            # So that it is on its way before this side goes on.
            await asyncio.sleep(0)


_TOTALS: Final = ("points", "maximum", "percent")
_OF_A_LINE: Final = ("points", "maximum")


def _figures(score: rules.Score) -> Any:
    """What others hear of a score: totals and the points of each line."""
    return (
        [getattr(score, name) for name in _TOTALS],
        list(score.disqualified),
        [(part.criterion, *[getattr(part, name) for name in _OF_A_LINE]) for part in score.parts],
    )


def _figures_of(stored: Mapping[str, Any]) -> Any:
    """Give the same of a score as it was stored."""
    return (
        [Decimal(stored[name]) for name in _TOTALS],
        stored["disqualified"],
        [(part["criterion"], *[Decimal(part[name]) for name in _OF_A_LINE]) for part in stored["parts"]],
    )
