"""Places on boards, given anew whenever a score changes or somebody leaves: read and written are those that can have moved."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, text

from chassis.db import Prepared
from chassis.events import Tx
from chassis.facts import put_together
from contracts.envelope import Event
from contracts.scoring import Passed, Place, RankingChanged
from scoring import rules
from scoring.actions.boards import KEPT, Board, came_to, lock, standings, votes_on, with_members
from scoring.actions.keys import WANTED, Key, wanted
from scoring.rules import shifts
from scoring.rules.shifts import NAMED, Change, Span
from scoring.tables import boards, places

Row = dict[str, Any]


class _Ranked(NamedTuple):
    """What came of ranking a board: what is kept of it, the places that are named, those who were passed and are not, and
    whose places are no more; ``left`` are those of them who left the board.
    """

    came_to: Mapping[str, Any]
    named: Sequence[Row]
    passed: Sequence[Passed] = ()
    gone: Sequence[UUID] = ()
    left: Sequence[UUID] = ()

    @property
    def is_another(self) -> bool:
        return bool(self.named or self.passed or self.gone)


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


_STORED: Final = (*KEPT, "previous_rank")
_FIGURES: Final = rules.Standing._fields
_NOBODY: Final = ", ".join(f"NULL AS {name}" for name in (*KEPT, *(f"now_{name}" for name in _FIGURES)))
_HERE: Final = "(places.period_id, places.block_id) = (span.period_id, span.block_id)"
_AROUND: Final = Prepared(
    text(
        f"""WITH span AS MATERIALIZED (
      SELECT * FROM unnest(CAST(:periods AS uuid[]), CAST(:others AS uuid[]), CAST(:lows AS numeric[]), CAST(:highs AS numeric[]),
        CAST(:most AS integer[])) AS span (period_id, block_id, low, high, most)),
    changing AS MATERIALIZED (SELECT * FROM unnest(CAST(:changing_in AS uuid[]), CAST(:changing AS uuid[])) AS changing)
    SELECT period_id, block_id, low, (SELECT count(among) FROM places WHERE {_HERE} AND percent >= low AND percent < high) AS number,
      {_NOBODY} FROM span WHERE low > '-Infinity'
    UNION ALL SELECT here.period_id, here.block_id, low, NULL, {", ".join(f"here.{name}" for name in KEPT)},
      {", ".join(f"scores.{name}" for name in _FIGURES)}
    FROM (SELECT low, places.*, row_number() OVER (PARTITION BY places.period_id, places.block_id, low, among
        ORDER BY (places.period_id, unit_id) IN (SELECT * FROM changing)) AS nth FROM span JOIN places ON {_HERE} AND percent = low) AS here
    LEFT JOIN scores ON nth = 1 AND (scores.period_id, scores.unit_id) = (here.period_id, here.unit_id)
    UNION ALL SELECT period_id, block_id, low, NULL, {", ".join(KEPT)}, {", ".join("NULL" for _ in _FIGURES)}
    FROM span, LATERAL (SELECT {", ".join(f"places.{name}" for name in KEPT)} FROM places
      WHERE {_HERE} AND percent > low AND percent < high AND among IS NOT NULL
      ORDER BY percent DESC, among, points DESC LIMIT most) AS between"""  # noqa: S608 - our own words
    )
)
"""Of each span how many are ranked there, whoever stands at its low end, and the first ``most`` of those who stand above that.

Whoever shares a place stands alike: of those at the low end the figures of one are enough, who is not ``changing`` there
(it may be in another period that is ranked together with this one).
"""


class _Around(NamedTuple):
    """What a span of a board has: how many are ranked there, who stands at its low end, and the first of those above that."""

    number: list[int]
    at: list[Any]
    between: list[Any]


async def _in_part(tx: Tx, rows: Mapping[Key, Any], changes: Mapping[Key, Sequence[Change]]) -> dict[Key, _Ranked]:
    """Rank those whose percent somebody left or reached: all others keep their place among equals, and are at most passed."""
    if not changes:
        return {}
    around = {key: {span: _Around([], [], []) for span in shifts.spans(those)} for key, those in changes.items()}
    at = {(key, span.low): seen for key, those in around.items() for span, seen in those.items()}
    asked = [(key, span) for key, those in around.items() for span in those]
    bound = {
        **wanted([key for key, _ in asked]),
        "lows": [span.low for _, span in asked],
        "highs": [span.high for _, span in asked],
        "most": [(NAMED if rows[key].ranked <= NAMED else 1) if span.by else 0 for key, span in asked],
        "changing_in": [period_id for (period_id, _), those in changes.items() for _ in those],
        "changing": [each.unit_id for those in changes.values() for each in those],
    }
    for row in await _AROUND.rows(tx.db, bound):
        seen = at[(row["period_id"], row["block_id"]), row["low"]]
        if row["number"] is not None:
            seen.number.append(row["number"])
        else:
            (seen.at if row["percent"] == row["low"] else seen.between).append(row)
    votes = await votes_on(tx, [key for key in changes if rows[key].votes])
    return {key: _at_the_ends(rows[key], around[key], those, votes.get(key, ())) for key, those in changes.items()}


_now: Final = itemgetter(*[f"now_{name}" for name in _FIGURES])


def _at_the_ends(
    row: Any, around: Mapping[Span, _Around], changes: Sequence[Change], votes: Sequence[rules.Vote]
) -> _Ranked:
    standing = {unit_id: each for seen in around.values() for unit_id, each in _standing(seen.at)}
    standing |= {each.unit_id: each.now for each in changes}
    equals: dict[Decimal, dict[UUID, rules.Standing]] = defaultdict(dict)
    for unit_id, each in standing.items():
        equals[each.percent][unit_id] = each
    stretches = list(_stretches(row.ranked, around))
    stood = {place.unit_id: place for each in stretches for place in (*each.between, *each.at)}
    changed: list[Row] = []
    named: list[Row] = []
    passed: list[Passed] = []
    leading: list[rules.Ranked] = []
    for span, ahead, units, between, _ in stretches:
        ranked = [each._replace(rank=(each.rank or 0) + span.by) for each in between]
        ranked += rules.rank(equals[span.low], votes, ahead=ahead + span.by)
        others, only_passed = _differ(ranked, stood)
        changed += others
        named += only_passed
        passed += _told_of(span, units + len(only_passed) - len(between))
        leading += [place for place in ranked if place.rank == 1]
    number = row.ranked + sum(each.is_ranked - each.was_ranked for each in changes)
    now = {
        "members": row.members,
        "ranked": number,
        # Where nobody that was looked at leads, whoever led before still does.
        "leader_points": rules.leader_points(leading) if leading or not number else row.leader_points,
        "membership": row.membership,
    }
    return _Ranked(now, [*changed, *named]) if row.ranked <= NAMED else _Ranked(now, changed, passed)


def _standing(at: Sequence[Any]) -> Iterator[tuple[UUID, rules.Standing]]:
    """Give how those stand who have one percent: as the one whose figures are known who shares their place."""
    known = {place["among"]: rules.Standing._make(_now(place)) for place in at if place["now_percent"] is not None}
    for place in at:
        each = known[place["among"]]
        yield place["unit_id"], each if each.points == place["points"] else each._replace(points=place["points"])


class _Stretch(NamedTuple):
    """How a span was before: how many stood ahead of its low end, how many stood above that, and those who were looked at."""

    span: Span
    ahead: int
    units: int
    between: Sequence[rules.Ranked]
    at: Sequence[rules.Ranked]


def _stretches(ranked: int, around: Mapping[Span, _Around]) -> Iterator[_Stretch]:
    """Count from the top down; below the lowest end stands who is left of all that were ``ranked``."""
    above = 0
    for span, seen in around.items():
        number = ranked - above if span.least is None else sum(seen.number)
        units = number - sum(place["among"] is not None for place in seen.at)
        at = list(_counted(seen.at, above + units))
        yield _Stretch(span, above + units, units, list(_counted(seen.between, above)), at)
        above += number


def _counted(found: Iterable[Any], ahead: int) -> Iterator[rules.Ranked]:
    """Give places with the ranks that they had, behind those ahead of the first of them."""
    for _, equal in groupby(sorted(found, key=itemgetter("percent"), reverse=True), key=itemgetter("percent")):
        before = ahead
        for place in equal:
            ahead += place["among"] is not None
            yield rules.Ranked(rank=place["among"] and before + place["among"], **{name: place[name] for name in KEPT})


_PLACES: Final = Prepared(
    select(places).join(WANTED, (places.c.period_id == WANTED.c.period_id) & (places.c.block_id == WANTED.c.other_id))
)


async def _anew(tx: Tx, rows: Mapping[Key, Any]) -> tuple[dict[Key, _Ranked], dict[UUID, UUID]]:
    """Rank everybody who stands on these boards; give the campaign of each period too."""
    known = await with_members(tx, rows)
    standing, campaign = await standings(tx, known)
    before: dict[Key, list[Any]] = {key: [] for key in known}
    for row in await _PLACES.rows(tx.db, wanted(known)):
        before[row.period_id, row.block_id].append(row)
    return {key: _everybody(board, standing[key], before[key]) for key, board in known.items()}, campaign


def _everybody(board: Board, standing: Mapping[UUID, rules.Standing], before: Iterable[Any]) -> _Ranked:
    stood = {place.unit_id: place for place in _counted(before, 0)}
    ranked = rules.rank(standing, board.votes)
    changed, named = _differ(ranked, stood)
    gone = sorted(stood.keys() - standing.keys())
    changed += [_nowhere(stood[unit_id]) for unit_id in gone if unit_id in board.members]
    left = [unit_id for unit_id in gone if unit_id not in board.members]
    now = came_to(board, ranked)
    if sum(place.rank is not None for place in stood.values()) <= NAMED:
        return _Ranked(now, [*changed, *named], (), gone, left)
    ranks = {place.unit_id: place.rank for place in ranked if place.rank}
    stayed = ranks.keys() - {place["unit_id"] for place in changed}
    passed = shifts.runs((stood[unit].percent, ranks[unit] - (stood[unit].rank or 0)) for unit in stayed)
    return _Ranked(now, changed, [told for span, units in passed for told in _told_of(span, units)], gone, left)


def _differ(ranked: Iterable[rules.Ranked], stood: Mapping[UUID, rules.Ranked]) -> tuple[list[Row], list[Row]]:
    """Give the places that are others than before, and those that others only passed; each with the rank of before."""
    changed: list[Row] = []
    passed: list[Row] = []
    for place in ranked:
        old = stood.get(place.unit_id)
        if place == old:
            continue
        same = old is not None and old.kept == place.kept
        (passed if same else changed).append({**place._asdict(), "previous_rank": old and old.rank})
    return changed, passed


def _nowhere(place: rules.Ranked) -> Row:
    """Tell of a member that stands on the board no longer, because its report was withdrawn."""
    return {**dict.fromkeys(rules.Ranked._fields), "unit_id": place.unit_id, "previous_rank": place.rank}


def _told_of(span: Span, units: int) -> Iterator[Passed]:
    if span.by and units:
        yield Passed(least=span.least, below=span.below, by=span.by, units=units)


async def _keep(
    tx: Tx, rows: Mapping[Key, Any], ranked: Mapping[Key, _Ranked], because: Mapping[Key, Event[Any]]
) -> None:
    """Keep the places that are new, and what their boards came to."""
    now = await tx.now()
    moved: list[Row] = []
    kept = []
    for key, board in ranked.items():
        own = dict(zip(("period_id", "block_id"), key, strict=True))
        gone = set(board.gone)
        stored = ({name: place[name] for name in _STORED} for place in board.named if place["unit_id"] not in gone)
        moved += [{**own, **place} for place in stored]
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
        changed=tuple(Place(**place) for place in board.named),
        left=tuple(board.left),
        passed=tuple(board.passed),
    )
