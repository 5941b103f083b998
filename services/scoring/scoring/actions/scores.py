"""Scores: computed anew from everything that is known of a report, with the reason of every point."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy import Select, any_, case, func, literal_column, select, true, update
from sqlalchemy.dialects.postgresql import array

from chassis.clock import NOW
from chassis.db import Prepared
from chassis.events import Tx
from chassis.facts import put
from contracts.envelope import Event
from contracts.scoring import CriterionPoints, ScoreChanged
from scoring import rules
from scoring.actions.boards import locked
from scoring.actions.keys import WANTED, Key, wanted
from scoring.actions.leaders import LED, Leaders, led_blocks, on_boards, told
from scoring.actions.ranking import Touched, rank
from scoring.actions.sheets import Ever, published
from scoring.rules.shifts import Change
from scoring.tables import BESIDE, NEWEST, REVIEWED, SCORED_BY, blocks, moved, periods, reports, scores, targets

_stamped = blocks.alias("stamped")
_moved = moved(reports.c.unit_id, _stamped.c.year)
_formed = (
    select(blocks.c.block_id)
    .where(blocks.c.members.contains(array([reports.c.unit_id])), blocks.c.year == _stamped.c.year)
    .limit(1)
    .correlate(reports, _stamped)
    .scalar_subquery()
)
_member: Final = case(
    (_moved.c.unit_id.is_not(None), true()),
    (reports.c.unit_id == any_(_stamped.c.members), true()),
    else_=_formed.is_not(None),
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
            literal_column(REVIEWED).label("reviewed"),
            literal_column(BESIDE).label("beside"),
            blocks.c.block_id,
            blocks.c.sheet_id,
            SCORED_BY.label("sheet_version"),
            NEWEST.label("newest"),
            targets.c.targets,
            scores.c.version.label("scored"),
            scores.c.sheet_id.label("scored_by"),
            scores.c.sheet_version.label("scored_on"),
            scores.c.block_id.label("scored_in"),
            scores.c.score.label("stored"),
            scores.c.withdrawn.label("unscored"),
            _member.label("member"),
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
    if led := await _led(tx, facts.values(), stood):
        facts, because = await _with_their_blocks(tx, led, (facts, because, stood))
    touched = Touched(stood)
    rows = []
    for key, events in because.items():
        fact = facts.get(key)
        if fact is None or fact.known.withdrawn:
            if board := await _unscore(tx, key):
                touched.add([board], events)
            elif fact is None:
                # Its block has not been heard of: the report is kept, and scored when that comes. Or its unit stands in none
                # any more; or in one that was formed anew on a sheet of which no version is published. No report is accepted
                # on such a sheet, and to publish it scores nothing: what came before waits for the next fact of its unit
                # or block.
                for event in events:
                    tx.waiting(event)
            continue
        row, score, changed = _scored(tx, fact, events)
        rows.append(row)
        if changed:
            boards = {(fact.known.period_id, each) for each in (fact.known.block_id, fact.known.scored_in) if each}
            touched.add(boards, events, await _change(tx, fact.known, score))
    await put(tx, scores, rows, key=("period_id", "unit_id"))
    await rank(tx, touched)


async def _unscore(tx: Tx, of: Key) -> Key | None:
    """Have a score count no longer if its report was withdrawn, and give the board on which it stood; None when none counted.

    Whichever block the unit stands in now: it may stand in none, or in one that has not been heard of.
    """
    report = (reports.c.period_id == scores.c.period_id, reports.c.unit_id == scores.c.unit_id, reports.c.withdrawn)
    score = (scores.c.period_id == of[0], scores.c.unit_id == of[1], ~scores.c.withdrawn)
    counted = update(scores).where(*report, *score).values(withdrawn=True).returning(scores.c.block_id)
    block_id = (await tx.db.execute(counted)).scalar_one_or_none()
    return (of[0], block_id) if block_id else None


@dataclass(frozen=True, slots=True)
class _Fact:
    """All that one score is computed from."""

    known: Any
    """The report as it was taken up, with its block and what was scored before."""
    sheet: rules.Sheet
    given: rules.Facts
    block: rules.Block | None = None
    """What its block has together, where the sheet asks for that."""

    @property
    def board(self) -> Key:
        return self.known.period_id, self.known.block_id


_Because = Mapping[Key, Sequence[Event[Any]]]


async def _led(tx: Tx, facts: Collection[_Fact], stood: Collection[Key]) -> set[Key]:
    """Give the boards on which a leader may be another one now: of these scores, and those that they leave.

    Whichever version these stand on, others of the board may stand on a newer one that asks for leaders.
    """
    here = {fact.board: (fact.known.sheet_id, fact.known.newest) for fact in facts}
    left = {(fact.known.period_id, fact.known.scored_in) for fact in facts if fact.known.scored_in} | set(stood)
    elsewhere = left - here.keys()
    blocks_led = await led_blocks(tx, {block_id for _, block_id in elsewhere})
    found = {board for board, sheet in here.items() if await LED.holds(tx, sheet)}
    return found | {(period_id, block_id) for period_id, block_id in elsewhere if block_id in blocks_led}


async def _with_their_blocks(
    tx: Tx,
    led: Collection[Key],
    asked: tuple[Mapping[Key, _Fact], _Because, Mapping[Key, Event[Any]]],
) -> tuple[dict[Key, _Fact], _Because]:
    """Lock the boards, find their leaders, and join to what is scored the units for whom these are others than before.

    All boards are locked that may be ranked later, for they are locked in one order. What was read before is read again:
    whoever held one of these boards may have scored these units against another leader.
    """
    facts, because, stood = asked
    concerned: dict[Key, list[Event[Any]]] = defaultdict(list, {board: [event] for board, event in stood.items()})
    for key, fact in facts.items():
        for block_id in {fact.known.block_id, fact.known.scored_in} - {None}:
            concerned[fact.known.period_id, block_id].extend(because[key])
    boards = await locked(tx, concerned)
    again = await _facts(tx, because)
    beside = await on_boards(tx, led)
    on = await published(tx, {(row.sheet_id, row.sheet_version) for row in beside})
    others = {
        (row.period_id, row.unit_id): _fact(row, on[row.sheet_id, row.sheet_version])
        for row in beside
        if (row.period_id, row.unit_id) not in because
    }
    reported = [*others.values(), *(fact for fact in again.values() if not fact.known.withdrawn)]
    members = {board: each.members for board, each in boards.items()}
    leaders = Leaders(members, ((fact.board, fact.known.unit_id, fact.given) for fact in reported))
    against = {
        key: replace(fact, block=leaders.of(fact.board, fact.sheet)) for key, fact in {**others, **again}.items()
    }
    behind = [key for key, fact in others.items() if told(against[key].block) != (fact.known.leaders or {})]
    return against, {**because, **{key: concerned[others[key].board] for key in behind}}


async def _facts(tx: Tx, keys: Mapping[Key, Any]) -> dict[Key, _Fact]:
    """Load what these scores need, in one question; a report without a block or a published sheet is left out."""
    rows = [row for row in await _FACTS.rows(tx.db, wanted(keys)) if row.sheet_version]
    if rows:
        tx.began(rows[0].now)
    on = await published(tx, {(row.sheet_id, row.sheet_version) for row in rows})
    return {(row.period_id, row.unit_id): _fact(row, on[row.sheet_id, row.sheet_version]) for row in rows}


def _fact(row: Any, sheet: rules.Sheet) -> _Fact:
    return _Fact(row, sheet, given_by(row, sheet))


def given_by(report: Any, sheet: rules.Sheet) -> rules.Facts:
    """Give what a score is computed from: what was reported, under what reviewers said of it (``tables.REVIEWED``).

    Awards only where the sheet asks for them: a score that does not hang on them is not computed anew when one is recorded,
    and keeps as its inputs what it was computed from.
    """
    facts = reported_by(report)
    if facts.awards and not rules.asks_for_awards(sheet):
        facts = facts.model_copy(update={"awards": ()})
    return rules.conclude(sheet, facts, rules.said(report.reviewed)) if report.reviewed else facts


def looked_at(report: Any, sheet: rules.Sheet, block: rules.Block | None = None) -> dict[str, Any]:
    """Give what the report comes to in each column, as it is kept beside the score, against the same ``block``."""
    if not report.reviewed:
        return _NOBODY
    return rules.looked(sheet, reported_by(report), rules.said(report.reviewed), block)._asdict()


_NOBODY: Final = rules.Looked()._asdict()


def reported_by(report: Any) -> rules.Facts:
    """Give what a unit itself says: ``reported``, ``targets``, ``late`` and what is known ``beside``, as they are stored."""
    return rules.reported(report.reported, report.targets, late=report.late, beside=report.beside)


_TIED: Final = Ever("$.tie_breaks[*]")
"""Whether scores on a sheet may have tie-breaks of the sheet's own."""


async def _change(tx: Tx, known: Any, score: rules.Score) -> Change | None:
    """Give what this score changes on its board; None where that hangs on more than the score.

    The unit may come from another board, or be a member of none; and of a sheet's own tie-breaks only those are asked that
    all on the board were asked for: whoever stands on a version without them, or leaves it, changes that for all others.
    """
    stood = bool(known.stored) and not known.unscored
    if not known.member or known.scored_in not in {None, known.block_id} or (stood and _ties_of(known.stored)):
        return None
    if await _TIED.holds(tx, (known.sheet_id, known.newest)):
        return None
    return Change(
        known.unit_id,
        known.campaign_id,
        before=Decimal(known.stored["percent"]) if stood else None,
        was_ranked=stood and not known.stored["disqualified"],
        now=rules.standing(score),
    )


def _scored(tx: Tx, fact: _Fact, events: Sequence[Event[Any]]) -> tuple[dict[str, Any], rules.Score, bool]:
    """Compute a score; give its row with the reasons, the score, and whether its board must be ranked anew.

    Other values may give the same points: then the reasons are new, the score is not, unless it stands on another board.
    Only changed points are recorded; but what decides between equals may be other values.
    """
    score = rules.score(fact.sheet, fact.given, fact.block)
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
        **kept(score, fact.given, fact.block),
        **looked_at(known, fact.sheet, fact.block),
        "caused_by": events[-1].id,
        "scored_at": known.now,
        "withdrawn": False,
    }
    if same:
        return row, score, score.ties != _ties_of(known.stored)
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
    return row, score, True


_RANKING: Final = ("points", "maximum", "percent", "content", "penalty", "tie_points", "tie_maximum")

_ranking: Final = attrgetter(*_RANKING)


def kept(score: rules.Score, given: rules.Facts, block: rules.Block | None = None) -> dict[str, Any]:
    """Give the columns that hold a score: what ranks, the whole with its reasons, and what it was computed from."""
    leaders = told(block)
    return {
        **dict(zip(_RANKING, _ranking(score), strict=True)),
        "disqualified": bool(score.disqualified),
        "ties": score.ties or None,
        "score": orjson.Fragment(score.model_dump_json()),
        "inputs": {**given.model_dump(mode="json"), "leaders": leaders}
        if leaders
        else orjson.Fragment(given.model_dump_json()),
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


def _ties_of(stored: Mapping[str, Any]) -> tuple[tuple[str, Decimal], ...]:
    """Give what a stored score says of the sheet's own tie-breaks."""
    return tuple((code, Decimal(amount)) for code, amount in stored.get("ties", ()))


def _figures_of(stored: Mapping[str, Any]) -> Any:
    """Give the same of a score as it was stored."""
    return (
        [Decimal(stored[name]) for name in _TOTALS],
        stored["disqualified"],
        [(part["criterion"], *[Decimal(part[name]) for name in _OF_A_LINE]) for part in stored["parts"]],
    )
