"""Places on boards, given anew whenever a score changes or somebody leaves: read and written are those that can have moved."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Numeric, Uuid, bindparam, delete, func, null, select, union_all, update

from chassis.db import Prepared
from chassis.events import Tx
from chassis.facts import put_together
from contracts.envelope import Event
from contracts.scoring import Place, RankingChanged
from scoring import rules
from scoring.actions.boards import Board, came_to, lock, standings, votes_on, with_members
from scoring.actions.keys import WANTED, Key, wanted
from scoring.rules import shifts
from scoring.rules.shifts import Change, Span
from scoring.tables import boards, places, scores


class _Ranked(NamedTuple):
    """What came of ranking a board: what is kept of it, the places that are new, whose places are no more, and who left it.

    ``shifted`` are new places too; the database has counted them on already.
    """

    came_to: Mapping[str, Any]
    changed: Sequence[Mapping[str, Any]]
    gone: Sequence[UUID] = ()
    left: Sequence[UUID] = ()
    shifted: Sequence[Any] = ()

    @property
    def is_another(self) -> bool:
        return bool(self.changed or self.gone)


class Touched:
    """Boards, (period, block), that must be ranked anew, with the events that ask for it."""

    def __init__(self, whole: Mapping[Key, Event[Any]] = MappingProxyType({})) -> None:
        self.because: dict[Key, list[Event[Any]]] = defaultdict(list, {key: [event] for key, event in whole.items()})
        self._whole = set(whole)
        self._changes: dict[Key, list[Change]] = defaultdict(list)

    def add(self, keys: Iterable[Key], events: Iterable[Event[Any]], change: Change | None = None) -> None:
        """Add boards on which ``change`` is all that is new; without one it may be anything."""
        for key in keys:
            self.because[key].extend(events)
            if change:
                self._changes[key].append(change)
            else:
                self._whole.add(key)

    @property
    def changes(self) -> dict[Key, Sequence[Change]]:
        """Give of those boards on which only scores are new, which ones."""
        return {key: those for key, those in self._changes.items() if key not in self._whole}


async def rank(tx: Tx, touched: Touched) -> None:
    """Rank these boards anew, and record the places that changed."""
    if not touched.because:
        return
    rows = await lock(tx, touched.because)
    few = {key: those for key, those in touched.changes.items() if key in rows and rows[key].in_order}
    campaign = {period_id: those[0].campaign_id for (period_id, _), those in few.items()}
    ranked = await _in_part(tx, rows, few)
    if whole := {key: row for key, row in rows.items() if key not in few}:
        anew, of_periods = await _anew(tx, whole)
        ranked, campaign = {**ranked, **anew}, {**campaign, **of_periods}
    await _keep(tx, rows, ranked, {key: events[-1] for key, events in touched.because.items()})
    for key, board in ranked.items():
        if board.is_another:
            tx.record(_told(key, rows[key].version + 1, board, campaign[key[0]]), because=touched.because[key])


_AT: Final = (
    func.unnest(
        *[bindparam(name, type_=ARRAY(Uuid)) for name in ("periods", "others")],
        bindparam("ends", type_=ARRAY(Numeric)),
    )
    .table_valued("period_id", "block_id", "at")
    .render_derived(name="here")
)
_here = places.alias("first_here")
_FIRST: Final = (
    select(_here.c.rank)
    .where(
        _here.c.period_id == _AT.c.period_id,
        _here.c.block_id == _AT.c.block_id,
        _here.c.percent <= _AT.c.at,
        _here.c.rank.is_not(None),
    )
    .order_by(_here.c.percent.desc(), _here.c.rank)
    .limit(1)
    .scalar_subquery()
)
# Asked once for each percent: joined first, it would be asked for each of those who share it, and read all of them each time.
_ENDS: Final = select(_AT, _FIRST.label("first")).cte("ends").prefix_with("MATERIALIZED")
_SPANS: Final = (
    func.unnest(
        *[bindparam(name, type_=ARRAY(Uuid)) for name in ("span_periods", "span_others")],
        *[bindparam(name, type_=ARRAY(Numeric)) for name in ("low", "high")],
        bindparam("by", type_=ARRAY(Integer)),
    )
    .table_valued("period_id", "block_id", "low", "high", "by")
    .render_derived(name="span")
)
_PLACE: Final = rules.Ranked._fields
_TOLD: Final = (*_PLACE, "previous_rank")
_shifted = (
    update(places)
    .where(
        places.c.period_id == _SPANS.c.period_id,
        places.c.block_id == _SPANS.c.block_id,
        places.c.percent > _SPANS.c.low,
        places.c.percent < _SPANS.c.high,
        places.c.rank.is_not(None),
    )
    .values(rank=places.c.rank + _SPANS.c.by, previous_rank=places.c.rank)
    .returning(*[places.c[name] for name in ("period_id", "block_id", *_TOLD)])
    .cte("shifted")
)
_MOVED: Final = Prepared(
    union_all(
        select(
            *[_ENDS.c[name] for name in ("period_id", "block_id", "at", "first")],
            *[places.c[name] for name in _TOLD],
            *[scores.c[name].label(f"now_{name}") for name in rules.Standing._fields],
        )
        .outerjoin(
            places,
            (places.c.period_id == _ENDS.c.period_id)
            & (places.c.block_id == _ENDS.c.block_id)
            & (places.c.percent == _ENDS.c.at),
        )
        .outerjoin(scores, (scores.c.period_id == places.c.period_id) & (scores.c.unit_id == places.c.unit_id)),
        select(
            *[_shifted.c[name] for name in ("period_id", "block_id")],
            *[null(), null()],
            *[_shifted.c[name] for name in _TOLD],
            *[null() for _ in rules.Standing._fields],
        ),
    )
)
"""Whoever stands at one of these percents, with the place of the first of those there or below; then whoever stands in one of
these spans, with the place to which this counts them on.
"""


async def _in_part(tx: Tx, rows: Mapping[Key, Any], changes: Mapping[Key, Sequence[Change]]) -> dict[Key, _Ranked]:
    """Rank those whose percent somebody left or reached; those between are counted on, and all others stay."""
    if not changes:
        return {}
    ends = [(key, percent) for key, those in changes.items() for percent in shifts.ends(those)]
    spans = [(key, span) for key, those in changes.items() for span in shifts.spans(those)]
    asked = {
        **wanted([key for key, _ in ends]),
        "ends": [percent for _, percent in ends],
        **{f"span_{name}": those for name, those in wanted([key for key, _ in spans]).items()},
        **{name: [getattr(span, name) for _, span in spans] for name in Span._fields},
    }
    stood: dict[Key, dict[Decimal, list[Any]]] = {key: defaultdict(list) for key in changes}
    shifted: dict[Key, list[Any]] = {key: [] for key in changes}
    for row in await _MOVED.rows(tx.db, asked):
        key, percent = (row["period_id"], row["block_id"]), row["at"]
        (shifted[key] if percent is None else stood[key][percent]).append(row)
    votes = await votes_on(tx, [key for key in changes if rows[key].votes])
    return {
        key: _at_the_ends(rows[key], stood[key], those, votes.get(key, ()), shifted[key])
        for key, those in changes.items()
    }


_now: Final = itemgetter(*[f"now_{name}" for name in rules.Standing._fields])


def _at_the_ends(
    row: Any,
    stood: Mapping[Decimal, Sequence[Any]],
    changes: Sequence[Change],
    votes: Sequence[rules.Vote],
    shifted: Sequence[Any],
) -> _Ranked:
    before = {place.unit_id: place for here in stood.values() for place in here if place.unit_id}
    standing = {unit_id: rules.Standing._make(_now(place)) for unit_id, place in before.items()}
    standing |= {each.unit_id: each.now for each in changes}
    ranked: list[rules.Ranked] = []
    for percent, here in stood.items():
        # Without anybody there or below, all who are ranked stand ahead.
        first = here[0].first or row.ranked + 1
        ahead = first - 1 + shifts.come_ahead(changes, percent)
        ranked += rules.rank(
            {unit: each for unit, each in standing.items() if each.percent == percent}, votes, ahead=ahead
        )
    number = row.ranked + sum(each.is_ranked - each.was_ranked for each in changes)
    leading = [place for place in (*ranked, *shifted) if place.rank == 1]
    now = {
        "members": row.members,
        "ranked": number,
        # Where nobody that moved leads, whoever led before still does.
        "leader_points": rules.leader_points(leading) if leading or not number else row.leader_points,
        "membership": row.membership,
    }
    return _Ranked(now, list(_changes(ranked, before)), shifted=shifted)


_PLACES: Final = Prepared(
    select(places).join(WANTED, (places.c.period_id == WANTED.c.period_id) & (places.c.block_id == WANTED.c.other_id))
)


async def _anew(tx: Tx, rows: Mapping[Key, Any]) -> tuple[dict[Key, _Ranked], dict[UUID, UUID]]:
    """Rank everybody who stands on these boards; give the campaign of each period too."""
    known = await with_members(tx, rows)
    standing, campaign = await standings(tx, known)
    before: dict[Key, dict[UUID, Any]] = {key: {} for key in known}
    for row in await _PLACES.rows(tx.db, wanted(known)):
        before[row.period_id, row.block_id][row.unit_id] = row
    return {key: _everybody(board, standing[key], before[key]) for key, board in known.items()}, campaign


def _everybody(board: Board, standing: Mapping[UUID, rules.Standing], before: Mapping[UUID, Any]) -> _Ranked:
    ranked = rules.rank(standing, board.votes)
    gone = sorted(before.keys() - standing.keys())
    unplaced = _unplaced(before, [unit_id for unit_id in gone if unit_id in board.members])
    left = [unit_id for unit_id in gone if unit_id not in board.members]
    return _Ranked(came_to(board, ranked), [*_changes(ranked, before), *unplaced], gone, left)


async def _keep(
    tx: Tx, rows: Mapping[Key, Any], ranked: Mapping[Key, _Ranked], because: Mapping[Key, Event[Any]]
) -> None:
    """Keep the places that are new, and what their boards came to."""
    now = await tx.now()
    moved: list[dict[str, Any]] = []
    kept = []
    for key, board in ranked.items():
        own = dict(zip(("period_id", "block_id"), key, strict=True))
        gone = set(board.gone)
        moved += [{**own, **place} for place in board.changed if place["unit_id"] not in gone]
        for unit_id in board.gone:
            await tx.db.execute(delete(places).filter_by(**own, unit_id=unit_id))
        if board.is_another:
            kept.append(
                {
                    **own,
                    **board.came_to,
                    "version": rows[key].version + 1,
                    "changed_at": now,
                    "caused_by": because[key].id,
                }
            )
        elif not rows[key].in_order:
            same = {name: rows[key][name] for name in ("version", "changed_at", "caused_by")}
            kept.append({**own, **board.came_to, **same})
    of_board = ("period_id", "block_id")
    await put_together(tx, (places, moved, (*of_board, "unit_id")), (boards, kept, of_board))


def _told(key: Key, version: int, board: _Ranked, campaign_id: UUID) -> RankingChanged:
    period_id, block_id = key
    return RankingChanged(
        campaign_id=campaign_id,
        period_id=period_id,
        block_id=block_id,
        version=version,
        **{name: board.came_to[name] for name in ("members", "ranked", "leader_points")},
        changed=tuple(_places(board)),
        left=tuple(board.left),
    )


def _places(board: _Ranked) -> Iterator[Place]:
    yield from (Place(**place) for place in board.changed)
    shifted = sorted(board.shifted, key=itemgetter("rank"))
    yield from (Place(**dict(zip(_TOLD, told, strict=True))) for told in map(_told_of, shifted))


_stood: Final = itemgetter(*_PLACE)
_told_of: Final = itemgetter(*_TOLD)


def _changes(ranked: Iterable[rules.Ranked], before: Mapping[UUID, Any]) -> Iterator[dict[str, Any]]:
    """Give the places that are not what they were, with the rank of before."""
    for place in ranked:
        old = before.get(place.unit_id)
        if old is None or _stood(old) != place:
            yield {**dict(zip(_PLACE, place, strict=True)), "previous_rank": old["rank"] if old else None}


def _unplaced(before: Mapping[UUID, Any], units: Iterable[UUID]) -> Iterator[dict[str, Any]]:
    """Tell of members that stand on the board no longer, because their report was withdrawn."""
    for unit in units:
        nowhere = dict.fromkeys(_PLACE)
        yield {**nowhere, "unit_id": unit, "previous_rank": before[unit]["rank"]}
