"""Rule rehearsal: what a block would have looked like under another sheet, and what each line of that sheet decides.

Nothing is scored another way than it always is: the same ``score``, ``lead`` and ``rank``.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from contracts.envelope import Amount
from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Model, Role
from scoring.rules.numbers import CENT, ZERO, to_step
from scoring.rules.points import Remembered, asks_for_leaders, lead, own_points, score
from scoring.rules.ranking import Ranked, Vote, rank
from scoring.rules.shapes import Block, Facts, Part, Score
from scoring.rules.sheet import Criterion, Sheet


class Reported(NamedTuple):
    """What counts of a unit under the other sheet, and how it stands: on which sheet, with what counts there, place and points."""

    facts: Facts
    sheet: Sheet
    was: Facts
    rank: int | None
    points: Decimal


class Moved(Model):
    """A unit whose place or points would be others."""

    unit_id: UUID
    rank: int | None
    previous_rank: int | None
    points: Amount
    previous_points: Amount
    percent: Amount
    decided_by: str | None = None


class Weight(Model):
    """What a line decides. ``least`` and ``most`` are the points that it gave anybody; a penalty's count downwards.

    ``deciding`` counts the blocks, of ``blocks`` with two units or more, in which it did not give all the same. ``shift`` is
    how far it moves units against the others of their block: of each the change of what the line brings by itself, less the
    block's mean change. ``reported`` counts the units that had reported something for it: none, and the period never asked.
    """

    units: int = 0
    reported: int = 0
    least: Amount | None = None
    most: Amount | None = None
    blocks: int = 0
    deciding: int = 0
    shift: Amount = ZERO

    def with_(self, other: "Weight") -> "Weight":
        """Add what the line decides elsewhere."""
        given = [each for each in (self.least, other.least) if each is not None]
        most = [each for each in (self.most, other.most) if each is not None]
        return Weight(
            units=self.units + other.units,
            reported=self.reported + other.reported,
            least=min(given, default=None),
            most=max(most, default=None),
            blocks=self.blocks + other.blocks,
            deciding=self.deciding + other.deciding,
            shift=self.shift + other.shift,
        )


Weights = Mapping[str, Weight]


class Rehearsed(NamedTuple):
    """A board under the other sheet: places in order, whoever stands otherwise, and what each line decides there."""

    ranked: Sequence[Ranked]
    changed: Sequence[Moved]
    weights: Weights


class Renamed:
    """Which line of the sheet each reported one has become; ``codes``: line of the sheet → line that was reported."""

    def __init__(self, codes: Mapping[str, str]) -> None:
        self._new = {old: new for new, old in codes.items()}
        self._taken = frozenset(codes)

    def line(self, code: str) -> str | None:
        """Give the line that this one has become; None where its code stands for another one now."""
        return self._new.get(code) or (None if code in self._taken else code)

    def item(self, code: str) -> str | None:
        """The same of a line or of one of its items."""
        line, dot, item = code.rpartition(".")
        if code not in self._new and line in self._new:
            return f"{self._new[line]}{dot}{item}"
        return self.line(code) if line not in self._taken or code in self._new else None

    def reported(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Give values or targets, as they are stored, under the codes of the sheet."""
        return [{**each, "criterion": code} for each in rows if (code := self.item(each["criterion"]))]

    def reviewed(self, rows: Iterable[Sequence[Any]] | None) -> list[list[Any]]:
        """Give what reviewers said, as it is stored, under the codes of the sheet."""
        return [[code, *rest] for each, *rest in rows or () if (code := self.item(each))]


class Stage:
    """Rehearses block after block under one sheet, and remembers what the last ones said."""

    def __init__(self, sheet: Sheet, codes: Mapping[str, str] = MappingProxyType({})) -> None:
        self.sheet = sheet
        self.code_of = Renamed(codes)
        self._asked = [(line.code, _asked(line)) for _, line in sheet.criteria()]
        self._known = Remembered(sheet)
        self._changes: dict[tuple[UUID | None, int], tuple[Remembered, Remembered]] = {}
        """What stands → its lines that this sheet changes, and those of this sheet that are not what they were."""

    def board(self, units: Mapping[UUID, Reported], votes: Sequence[Vote] = ()) -> Rehearsed:
        """Put the units of one block under the sheet."""
        facts = {unit: each.facts for unit, each in units.items()}
        block = _lead(self.sheet, facts.values())
        scores = {unit: score(self.sheet, each, block, self._known) for unit, each in facts.items()}
        places = rank(scores, votes)
        changed = [
            Moved(
                **{name: getattr(place, name) for name in ("unit_id", "rank", "points", "percent", "decided_by")},
                previous_rank=units[place.unit_id].rank,
                previous_points=units[place.unit_id].points,
            )
            for place in places
            if (place.rank, place.points) != (units[place.unit_id].rank, units[place.unit_id].points)
        ]
        return Rehearsed(
            places, changed, self._weights(scores.values(), self._shifts(units, block), self._reported(facts.values()))
        )

    def _reported(self, units: Collection[Facts]) -> dict[str, int]:
        """Count for each line the units that had reported something for it; for one that nobody is asked for, all."""
        counted = Counter(chain.from_iterable(each.values for each in units))
        return {
            code: counted[asked[0]]
            if len(asked) == 1
            else sum(not asked or not each.values.keys().isdisjoint(asked) for each in units)
            for code, asked in self._asked
        }

    def _weights(self, scores: Iterable[Score], shifts: Mapping[str, Decimal], reported: Mapping[str, int]) -> Weights:
        given: dict[str, list[Decimal]] = {criterion.code: [] for _, criterion in self.sheet.criteria()}
        for each in scores:
            for part in each.parts:
                if part.assigned:
                    given[part.criterion].append(_counted(part))
        weights = {
            code: Weight(
                units=len(points),
                reported=reported[code],
                least=min(points, default=None),
                most=max(points, default=None),
                blocks=len(points) > 1,
                deciding=len(points) > 1 and min(points) != max(points),
                shift=shifts.get(code, ZERO),
            )
            for code, points in given.items()
        }
        return weights | {code: Weight(shift=shift) for code, shift in shifts.items() if code not in weights}

    def _shifts(self, units: Mapping[UUID, Reported], block: Block | None) -> dict[str, Decimal]:
        """Give how far each line that is not what it was moves units against the others."""
        changes: dict[str, list[Decimal]] = {}
        stood = {id(each.sheet): each.sheet for each in units.values()}
        leaders = {which: _lead(old, [each.was for each in units.values()]) for which, old in stood.items()}
        for each in units.values():
            before, after = self._changed(each.sheet)
            was = {
                self.code_of.line(code) or f"~{code}": points
                for code, points in own_points(before, each.was, leaders[id(each.sheet)]).items()
            }
            now = own_points(after, each.facts, block)
            for code in was.keys() | now.keys():
                changes.setdefault(code, []).append(now.get(code, ZERO) - was.get(code, ZERO))
        return {code: _spread(those, len(units)) for code, those in changes.items()}

    def _changed(self, old: Sheet) -> tuple[Remembered, Remembered]:
        which = (old.sheet_id, old.version)
        if which not in self._changes:
            was = {line.code: line for _, line in old.criteria()}
            now = {line.code: line for _, line in self.sheet.criteria()}
            source = {new: code for code in was if (new := self.code_of.line(code))}
            same = {new for new, code in source.items() if new in now and _alike(was[code], now[new])}
            before = {code for code in was if self.code_of.line(code) not in same}
            self._changes[which] = Remembered(old, before), Remembered(self.sheet, now.keys() - same)
        return self._changes[which]


def _alike(was: Criterion, now: Criterion) -> bool:
    return was == now if was.code == now.code else was.model_copy(update={"code": now.code}) == now


def _asked(line: Criterion) -> list[str]:
    """Give the codes under which something can have been reported for a line; none where it is found out otherwise."""
    items = [f"{line.code}.{item.code}" for item in line.rule.asks()]
    return items or ([] if line.value_kind is ValueKind.DERIVED else [line.code])


def _lead(sheet: Sheet, units: Iterable[Facts]) -> Block | None:
    return lead(sheet, units, closed=True) if asks_for_leaders(sheet) else None


def _counted(part: Part) -> Decimal:
    return -part.points if part.role is Role.PENALTY else part.points + part.over


def _spread(changes: Sequence[Decimal], units: int) -> Decimal:
    """Give how far the changes lie from their mean, added up; whoever is not among them has not changed."""
    mean = sum(changes, start=ZERO) / units
    return to_step(sum((abs(each - mean) for each in changes), start=abs(mean) * (units - len(changes))), CENT)


def added(some: Weights, more: Iterable[Weights]) -> dict[str, Weight]:
    """Add up what lines decide in several blocks."""
    total = dict(some)
    for weights in more:
        for code, weight in weights.items():
            total[code] = total[code].with_(weight) if code in total else weight
    return total
