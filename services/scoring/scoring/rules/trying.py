"""What would come of another figure: how the points of a line go with what counts for it, and which figures are worth knowing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil, floor
from typing import Final, NamedTuple

from contracts.scoring import ValueKind
from scoring.rules.numbers import ONE, ZERO
from scoring.rules.points import Remembered, score
from scoring.rules.shapes import Block, Facts
from scoring.rules.sheet import Criterion, Sheet

_STEPS: Final = 60
"""How finely the way of the points is drawn: at most so many steps, and not much fewer."""
_BEYOND: Final = Decimal("1.25")
"""How far beyond everything that is known of a line it is drawn."""
_NOTICED: Final = Decimal("0.05")
"""What part of its maximum a line must bring more to be worth knowing."""
_YES_OR_NO: Final = (ZERO, ONE)


class Tried(NamedTuple):
    """A figure, what its line brings with it, over-achievement and all, and what the total would be."""

    value: Decimal
    points: Decimal
    total: Decimal
    percent: Decimal


@dataclass(slots=True)
class Trial:
    """One line of one unit, while all else stands as it does."""

    sheet: Sheet
    facts: Facts
    block: Block | None
    line: Criterion
    _remembered: Remembered = field(init=False)

    def __post_init__(self) -> None:
        self._remembered = Remembered(self.sheet)

    @property
    def possible(self) -> bool:
        """Whether one figure decides on the line: not so where it is not the unit's, or follows from more than that."""
        rule, given = self.line.rule, self.facts.targets.get(self.line.code)
        if rule.computed or not self.line.role.has_points or self.line.value_kind is ValueKind.DERIVED:
            return False
        return (given is None or given.assigned) and not (rule.needs_target and self._target is None)

    @property
    def now(self) -> Decimal | None:
        """What counts."""
        return self.facts.values.get(self.line.code)

    @property
    def largest(self) -> Decimal | None:
        """The most that may be reported, if there is such a figure."""
        if self.line.largest is not None:
            return self.line.largest
        return self.line.rule.largest(self.line.maximum)

    @property
    def _target(self) -> Decimal | None:
        given = self.facts.targets.get(self.line.code)
        return given.target if given and given.target is not None else self.line.target

    def of(self, value: Decimal) -> Tried:
        """Give what would come of this figure."""
        values = {**self.facts.values, self.line.code: value}
        made = score(self.sheet, self.facts.model_copy(update={"values": values}), self.block, self._remembered)
        part = next(part for part in made.parts if part.criterion == self.line.code)
        return Tried(value, part.points + part.over, made.points, made.percent)

    def curve(self) -> list[Tried]:
        """Give figures from nothing to well beyond what is known of the line, in rising order; two of what is done or not."""
        return [self.of(value) for value in self._figures()]

    def worth_knowing(self, curve: Sequence[Tried]) -> list[Tried]:
        """Give what counts, and the figures nearest to it that bring noticeably more, the most, and nothing; in rising order."""
        now = self.of(self.now or ZERO)
        if self.line.value_kind is ValueKind.YES_NO:
            return [*curve]
        most = max(each.points for each in curve)
        noticed = now.points + max(self.sheet.step, self.line.maximum * _NOTICED)
        wanted: list[Callable[[Tried], bool]] = []
        if most > now.points:
            wanted += [lambda each: each.points >= min(noticed, most), lambda each: each.points >= most]
        if now.points:
            wanted.append(lambda each: not each.points)
        found = [near for holds in wanted if (near := self._nearest(now, curve, holds))]
        return sorted({each.value: each for each in (now, *found)}.values())

    def _nearest(self, now: Tried, curve: Sequence[Tried], holds: Callable[[Tried], bool]) -> Tried | None:
        """Find the figure nearest to what counts for which this holds, on either side of it."""
        above = self._first(now, [each for each in curve if each.value > now.value], holds)
        below = self._first(now, [each for each in reversed(curve) if each.value < now.value], holds)
        found = [each for each in (above, below) if each]
        return min(found, key=lambda each: abs(each.value - now.value), default=None)

    def _first(self, now: Tried, onward: Sequence[Tried], holds: Callable[[Tried], bool]) -> Tried | None:
        before = now
        for each in onward:
            if holds(each):
                return self._between(before, each, holds)
            before = each
        return None

    def _between(self, short: Tried, there: Tried, holds: Callable[[Tried], bool]) -> Tried:
        """Go from a figure for which it holds towards one for which it does not, by halves, in figures that people write."""
        begin, end = there.value / self._unit, short.value / self._unit
        multiples = range(floor(begin) + 1, ceil(end)) if begin < end else range(ceil(begin) - 1, floor(end), -1)
        low, high = 0, len(multiples)
        while low < high:
            middle = (low + high) // 2
            tried = self.of(multiples[middle] * self._unit)
            if holds(tried):
                low, there = middle + 1, tried
            else:
                high = middle
        return there

    def _figures(self) -> Iterator[Decimal]:
        if self.line.value_kind is ValueKind.YES_NO:
            yield from _YES_OR_NO
            return
        known = {each for each in (self.now, *self._bounds) if each is not None and each <= self._end}
        steps = int(self._end / self._step)
        yield from sorted(known | {self._step * number for number in range(steps + 1)} | {self._end})

    @property
    def _bounds(self) -> tuple[Decimal | None, ...]:
        given = self.facts.targets.get(self.line.code)
        return (given.stretch if given else None, *self.line.rule.bounds(self.line.maximum, self._target))

    @property
    def _end(self) -> Decimal:
        known = [each for each in (self.now, *self._bounds) if each]
        end = max(known) * _BEYOND if known else ONE
        if self.line.value_kind is ValueKind.COUNT:
            end = Decimal(int(end) + 1)
        return min(end, self.largest) if self.largest else end

    @property
    def _step(self) -> Decimal:
        """The smallest of 1, 2, 5, 10 … that takes at most so many steps to the end."""
        power = Decimal(1).scaleb((self._end / _STEPS).adjusted())
        step = next(power * each for each in (1, 2, 5, 10) if power * each * _STEPS >= self._end)
        return max(step, ONE) if self.line.value_kind is ValueKind.COUNT else step

    @property
    def _unit(self) -> Decimal:
        unit = Decimal(1).scaleb(self._end.adjusted() - 3)
        return max(unit, ONE) if self.line.value_kind is ValueKind.COUNT else unit
