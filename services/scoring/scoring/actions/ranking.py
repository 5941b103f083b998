"""Places on boards, given anew whenever a score changes or somebody leaves: read and written are those that can have moved."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Numeric, Uuid, bindparam, delete, func, select

from chassis.db import Prepared
from chassis.events import Tx
from chassis.facts import put
from contracts.envelope import Event
from contracts.scoring import Place, RankingChanged
from scoring import rules
from scoring.actions.boards import Board, came_to, lock, standings, votes_on, with_members
from scoring.actions.keys import WANTED, Key, wanted
from scoring.tables import boards, places, scores


class Change(NamedTuple):
    """A member of a board whose score is another one; ``before`` is the percent that it was placed by there, if it was."""

    unit_id: UUID
    campaign_id: UUID
    before: Decimal | None
    was_ranked: bool
    now: rules.Standing

    @property
    def is_ranked(self) -> bool:
        return not self.now.disqualified


class _Ranked(NamedTuple):
    """What came of ranking a board: what is kept of it, the places that are new, whose places are no more, and who left it."""

    came_to: Mapping[str, Any]
    changed: Sequence[Mapping[str, Any]]
    gone: Sequence[UUID] = ()
    left: Sequence[UUID] = ()

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


_BETWEEN: Final = (
    func.unnest(
        *[bindparam(name, type_=ARRAY(Uuid)) for name in ("periods", "others")],
        *[bindparam(name, type_=ARRAY(Numeric)) for name in ("lows", "highs")],
    )
    .table_valued("period_id", "other_id", "low", "high")
    .render_derived(name="between_them")
)
_WINDOW: Final = Prepared(
    select(places, *[scores.c[name].label(f"now_{name}") for name in rules.Standing._fields])
    .join(
        _BETWEEN,
        (places.c.period_id == _BETWEEN.c.period_id)
        & (places.c.block_id == _BETWEEN.c.other_id)
        & places.c.percent.between(_BETWEEN.c.low, _BETWEEN.c.high),
    )
    .join(scores, (scores.c.period_id == places.c.period_id) & (scores.c.unit_id == places.c.unit_id))
)


async def _in_part(tx: Tx, rows: Mapping[Key, Any], changes: Mapping[Key, Sequence[Change]]) -> dict[Key, _Ranked]:
    """Rank those who can have moved: everybody else's number stays, and the rule that decided it."""
    if not changes:
        return {}
    lows, highs = zip(*map(_window, changes.values()), strict=True)
    before: dict[Key, dict[UUID, Any]] = {key: {} for key in changes}
    for row in await _WINDOW.rows(tx.db, {**wanted(changes), "lows": lows, "highs": highs}):
        before[row.period_id, row.block_id][row.unit_id] = row
    votes = await votes_on(tx, [key for key in changes if rows[key].votes])
    return {key: _between(rows[key], before[key], those, votes.get(key, ())) for key, those in changes.items()}


def _window(changes: Sequence[Change]) -> tuple[Decimal, Decimal]:
    """Give the lowest and the highest percent between which places can be other ones."""
    percents = [each.now.percent for each in changes] + [each.before for each in changes if each.before is not None]
    # Whoever comes or goes has everybody below counted anew.
    nobody_came = all(each.was_ranked == each.is_ranked for each in changes)
    return min(percents) if nobody_came else Decimal("-Infinity"), max(percents)


_now: Final = itemgetter(*[f"now_{name}" for name in rules.Standing._fields])


def _between(row: Any, before: Mapping[UUID, Any], changes: Sequence[Change], votes: Sequence[rules.Vote]) -> _Ranked:
    standing = {unit_id: rules.Standing._make(_now(place)) for unit_id, place in before.items()}
    standing |= {each.unit_id: each.now for each in changes}
    # Above them nobody has moved: the first of those who stood here has as many ahead as ever.
    first = min((place.rank for place in before.values() if place.rank), default=row.ranked + 1)
    ranked = rules.rank(standing, votes, ahead=first - 1)
    now = {
        "members": row.members,
        "ranked": row.ranked + sum(each.is_ranked - each.was_ranked for each in changes),
        "leader_points": rules.leader_points(ranked) if first == 1 else row.leader_points,
        "membership": row.membership,
    }
    return _Ranked(now, list(_changes(ranked, before)))


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
    await put(tx, places, moved, key=("period_id", "block_id", "unit_id"))
    await put(tx, boards, kept, key=("period_id", "block_id"))


def _told(key: Key, version: int, board: _Ranked, campaign_id: UUID) -> RankingChanged:
    period_id, block_id = key
    return RankingChanged(
        campaign_id=campaign_id,
        period_id=period_id,
        block_id=block_id,
        version=version,
        **{name: board.came_to[name] for name in ("members", "ranked", "leader_points")},
        changed=tuple(Place(**place) for place in board.changed),
        left=tuple(board.left),
    )


_PLACE: Final = rules.Ranked._fields
_stood: Final = itemgetter(*_PLACE)


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
