"""From a sheet and the facts to points, each with the sentence that says why.

Order: base points computed exactly, weighted and rounded half up to the sheet's step, once per criterion; within each group its
bonus up to its maximum, then its penalties; their sum; bonus in sheet order up to its cap; penalties in sheet order until
nothing is left. A criterion that is not assigned, or that needs a target and has none, leaves the maximum. One behind a
gate whose condition is not met stays in it and gets nothing.

The sheet of a công an xã block (`data/sheets/cong-an-xa-2025.yaml`) goes on: "If the unit nevertheless has results, it is scored against the leader." By which figure, where over-
achievement is of a target that there is none of, it does not say: such results give no points here and cost none.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from contracts.appeals import OF_POINTS
from scoring.rules.kinds import Awards, HalfPlusLeader, Late
from scoring.rules.kinds.base import Line, Outcome, Role
from scoring.rules.kinds.yes_no import nothing
from scoring.rules.numbers import CENT, ONE, ZERO, Exact, quotient, to_step
from scoring.rules.shapes import Block, Facts, Group, Part, Score
from scoring.rules.sheet import Criterion, CriterionGroup, Sheet
from scoring.rules.stretching import stretch_of, strives
from scoring.rules.words import said, say, say_points

__all__ = [
    "Remembered",
    "asks_for_awards",
    "asks_for_leaders",
    "lead",
    "of_each_line",
    "own_points",
    "say",
    "say_points",
    "score",
    "to_step",
    "with_own",
]

_PERCENT_STEP = Decimal("0.0001")


class _Counted(NamedTuple):
    """Lines and subtotals in the order of the sheet; of a group, its own subtotal first."""

    parts: list[Part]
    groups: list[Group]


class Remembered:
    """Lines that were computed for one sheet, for whoever scores a hundred thousand units: many of them said the same."""

    def __init__(self, of_each_line: int = 2_000) -> None:
        self._most = of_each_line
        self._lines: dict[str, dict[Hashable, Part]] = defaultdict(dict)
        self._items: dict[str, tuple[str, ...]] = {}

    def items(self, criterion: Criterion) -> tuple[str, ...]:
        """Give the codes of what is asked for a line one by one."""
        found = self._items.get(criterion.code)
        if found is None:
            found = tuple(f"{criterion.code}.{item.code}" for item in criterion.rule.asks())
            self._items[criterion.code] = found
        return found

    def part(self, code: str, said: Hashable, compute: Callable[[], Part]) -> Part:
        known = self._lines[code]
        found = known.get(said)
        if found is None:
            found = compute()
            if len(known) < self._most:
                known[said] = found
        return found


def score(sheet: Sheet, facts: Facts, block: Block | None = None, remembered: Remembered | None = None) -> Score:
    """Compute a unit's score; the sum of the shown parts is the shown total.

    ``block`` is asked for by ``half_plus_leader`` alone; without it what depends on the leader is left out as provisional.
    """
    scoring = _Scoring(sheet, facts, block, _shut(sheet, facts), remembered)
    counted = [scoring.group(group, "", (), ONE) for group in sheet.groups]
    extras = [scoring.part("", criterion, (), criterion.weight) for criterion in sheet.extras]
    groups = [group for each in counted for group in each.groups]
    computed = [part for each in counted for part in each.parts] + extras
    base = _sum(each.groups[0].points for each in counted)
    maximum = _sum(each.groups[0].maximum for each in counted)
    limit = f"bảng điểm chỉ tính nhiều nhất {say(sheet.bonus_cap)} điểm thưởng, nên tính"
    granted = list(_upto(computed, sheet.bonus_cap, _bonus_field, limit))
    bonus = _bonus(granted)
    parts = tuple(_upto(granted, base + bonus, _penalty_field, _NOTHING_LEFT))
    penalty = _sum(part.points for part in parts if _penalty_field(part))
    points = base + bonus - penalty
    deciding = {group.code for group in sheet.every_group() if group.decides_ties}
    return Score(
        points=points,
        maximum=maximum,
        percent=to_step(quotient(points * 100, maximum), _PERCENT_STEP) if maximum else ZERO,
        content=base,
        bonus=bonus,
        bonus_earned=_bonus(computed),
        penalty=penalty,
        tie_points=_sum(group.points for group in groups if group.group in deciding),
        tie_maximum=_sum(group.maximum for group in groups if group.group in deciding),
        groups=tuple(groups),
        parts=parts,
        disqualified=tuple(
            each.name for each in sheet.extras if each.role is Role.DISQUALIFIER and facts.values.get(each.code)
        ),
        provisional=any(part.provisional for part in parts),
        ties=tuple(
            (each.code, _sum(facts.values.get(code, ZERO) for code in each.criteria)) for each in sheet.tie_breaks
        ),
    )


def own_points(
    sheet: Sheet, codes: Collection[str], facts: Facts, block: Block | None, remembered: Remembered
) -> dict[str, Decimal]:
    """Give what these lines bring by themselves, before what bounds their groups and the sheet; a penalty's are negative."""
    scoring = _Scoring(sheet, facts, block, _shut(sheet, facts), remembered)

    def within(group: CriterionGroup, gates: Sequence[str], around: Decimal) -> Iterator[Part]:
        gates, weight = group.gates(gates), around * group.weight
        for each in group.criteria:
            if each.code in codes:
                yield scoring.part(group.code, each, gates, weight * each.weight)
        for inner in group.groups:
            yield from within(inner, gates, weight)

    parts = [part for group in sheet.groups for part in within(group, (), ONE)]
    parts += [scoring.part("", each, (), each.weight) for each in sheet.extras if each.code in codes]
    return {part.criterion: part.brings for part in parts}


def asks_for_leaders(sheet: Sheet) -> bool:
    """Tell whether a line of this sheet is scored against the leader of the block."""
    return any(isinstance(criterion.rule, HalfPlusLeader) for _, criterion in sheet.criteria())


def asks_for_awards(sheet: Sheet) -> bool:
    """Tell whether a line of this sheet follows from awards that were recorded of a unit."""
    rules = (criterion.rule for _, criterion in sheet.criteria())
    return any(isinstance(rule, Awards) and any(item.form for item in rule.items) for rule in rules)


def lead(sheet: Sheet, units: Iterable[Facts], *, closed: bool) -> Block:
    """Find the leaders of a block from what all its units reported; whoever has no target or no gate open leads nowhere."""
    leaders: dict[str, Exact] = {}
    asked = [each for each in sheet.gated() if isinstance(each[0].rule, HalfPlusLeader)]
    for facts in units if asked else ():
        shut = _shut(sheet, facts)
        for criterion, gates in asked:
            target, value = _target(criterion, facts), facts.values.get(criterion.code)
            if not target or value is None or not _assigned(criterion, facts) or not shut.keys().isdisjoint(gates):
                continue
            over = quotient(value, target) - 1
            if over > 0:
                leaders[criterion.code] = max(over, leaders.get(criterion.code, over))
    return Block(leaders, closed)


def with_own(sheet: Sheet, facts: Facts, block: Block) -> Block:
    """Join to the leaders of a block what these facts of one of its units reach where nobody else leads."""
    return Block({**lead(sheet, [facts], closed=block.closed).leaders, **block.leaders}, block.closed)


def of_each_line(sheet: Sheet, facts: Facts) -> dict[str, Part]:
    """Give what each line would bring by itself: before gates, bounds of groups and caps."""
    scoring = _Scoring(sheet, facts, None, {})
    return {criterion.code: scoring.part(group, criterion, (), weight) for group, criterion, weight in sheet.weighed()}


def _shut(sheet: Sheet, facts: Facts) -> Mapping[str, str]:
    """Give the conditions that this unit does not meet, with their words; one that is not its own shuts nothing."""
    return {
        code: each.name
        for code, each in sheet.conditions.items()
        if _assigned(each, facts) and not facts.values.get(code)
    }


def _assigned(criterion: Criterion, facts: Facts) -> bool:
    given = facts.targets.get(criterion.code)
    return given is None or given.assigned


def _target(criterion: Criterion, facts: Facts) -> Decimal | None:
    given = facts.targets.get(criterion.code)
    return given.target if given and given.target is not None else criterion.target


@dataclass(frozen=True, slots=True)
class _Scoring:
    """One unit on one sheet."""

    sheet: Sheet
    facts: Facts
    block: Block | None
    shut: Mapping[str, str]
    remembered: Remembered | None = None

    def group(self, group: CriterionGroup, within: str, gates: Sequence[str], around: Decimal) -> _Counted:
        """Count a group: its lines, the groups within it, and its own bonus and penalties inside its bounds."""
        gates, weight = group.gates(gates), around * group.weight
        parts = [self.part(group.code, criterion, gates, weight * criterion.weight) for criterion in group.criteria]
        inner = [self.group(each, group.code, gates, weight) for each in group.groups]
        base = _sum(part.points for part in parts if part.role is Role.CONTENT)
        base += _sum(each.groups[0].points for each in inner)
        maximum = _sum(part.maximum for part in parts if part.role is Role.CONTENT and part.assigned)
        maximum += _sum(each.groups[0].maximum for each in inner)
        points = base
        if any(part.role is not Role.CONTENT for part in parts):
            limit = f"nhóm {group.code} nhiều nhất {say(maximum)} điểm, nên tính"
            parts = list(_upto(parts, maximum - base, _role_field(Role.BONUS), limit))
            points += _sum(part.points for part in parts if part.role is Role.BONUS)
            parts = list(_upto(parts, points, _role_field(Role.PENALTY), _NOTHING_LEFT))
            points -= _sum(part.points for part in parts if part.role is Role.PENALTY)
        own = Group(group=group.code, within=within, points=points, maximum=maximum)
        return _Counted(
            [*parts, *(part for each in inner for part in each.parts)],
            [own, *(each for found in inner for each in found.groups)],
        )

    @property
    def _beside(self) -> Hashable:
        facts = self.facts
        return facts.late, facts.late_days, facts.late_days_sent, facts.awards

    def part(self, group: str, criterion: Criterion, gates: Sequence[str], weight: Decimal) -> Part:
        if self.remembered is None:
            return self._part(group, criterion, gates, weight)
        code, values = criterion.code, self.facts.values
        target = self.facts.targets.get(code)
        leads = self.block and (self.block.leaders.get(code), self.block.closed)
        said = (
            values.get(code),
            target and (target.target, target.assigned, target.stretch),
            self._beside,
            leads,
            *self.shut,
        )
        if items := self.remembered.items(criterion):
            said = (*said, *map(values.get, items))
        if criterion.rule.computed:
            said = (*said, values.get(f"{code}{OF_POINTS}"))
        return self.remembered.part(code, said, lambda: self._part(group, criterion, gates, weight))

    def _part(self, group: str, criterion: Criterion, gates: Sequence[str], weight: Decimal) -> Part:
        assigned = _assigned(criterion, self.facts)
        target = _target(criterion, self.facts)
        if not assigned:
            outcome = Outcome(ZERO, "Mục này không giao cho đơn vị, nên không tính vào điểm tối đa.")
        elif target is None and criterion.rule.needs_target:
            assigned = False
            outcome = Outcome(ZERO, "Chưa giao chỉ tiêu cho đơn vị, nên không tính vào điểm tối đa.")
        elif not criterion.role.has_points:
            outcome = self._answer(criterion)
        else:
            outcome = self._behind(gates, criterion) or self._computed(criterion, target, weight)
        return Part(
            criterion=criterion.code,
            group=group,
            role=criterion.role,
            points=outcome.points,
            over=outcome.over,
            maximum=criterion.maximum if weight == 1 else criterion.maximum * weight,
            assigned=assigned,
            rule=criterion.rule.kind,
            value=self.facts.values.get(criterion.code),
            target=target,
            ratio=outcome.ratio,
            provisional=outcome.provisional,
            stretch=stretch_of(criterion, self.facts.targets, target),
            weight=weight,
            why=outcome.why,
        )

    def _answer(self, criterion: Criterion) -> Outcome:
        """Say what became of a line without points."""
        yes = self.facts.values.get(criterion.code)
        if criterion.role is Role.DISQUALIFIER:
            return Outcome(ZERO, "Có, nên đơn vị không được xếp hạng." if yes else "Không phát sinh.")
        return Outcome(
            ZERO, "Đã đạt điều kiện." if yes else "Chưa đạt điều kiện, các mục cần điều kiện này không được điểm."
        )

    def _behind(self, gates: Sequence[str], criterion: Criterion) -> Outcome | None:
        """Give nothing where a gate of the line or of a group around it is shut; there a penalty has nothing to take."""
        if not self.shut:
            return None
        for gate in criterion.gates(gates):
            if gate in self.shut:
                unmet = f"Chưa đạt điều kiện {gate} ({self.shut[gate]})"
                return Outcome(ZERO, f"{unmet}, nên được {said(ZERO)} điểm.")
        return None

    def _computed(self, criterion: Criterion, target: Decimal | None, weight: Decimal) -> Outcome:
        outcome = self._by_rule(criterion, target, weight)
        decided = self.facts.values.get(f"{criterion.code}{OF_POINTS}") if criterion.rule.computed else None
        if decided is None:
            return outcome
        points = min(decided, criterion.maximum * weight)
        why = f"{outcome.why} Theo kiến nghị được chấp thuận, tính {say_points(points)} điểm."
        return outcome._replace(points=points, why=why, provisional=False)

    def _by_rule(self, criterion: Criterion, target: Decimal | None, weight: Decimal) -> Outcome:
        rule, values = criterion.rule, self.facts.values
        items = {item.code: values[code] for item in rule.asks() if (code := f"{criterion.code}.{item.code}") in values}
        value = values.get(criterion.code)
        derived = rule.derives(self.facts.awards)
        if value is None and not items and not derived:
            return Outcome(ZERO, nothing("Chưa có số liệu", criterion.role))
        outcome = rule.compute(
            Line(
                maximum=criterion.maximum,
                measure=criterion.measure,
                role=criterion.role,
                value=value,
                items=items,
                target=target,
                stretch=stretch_of(criterion, self.facts.targets, target),
                late=self.facts.late,
                late_days=self.facts.late_days,
                late_days_sent=self.facts.late_days_sent,
                awards=self.facts.awards,
                leader=self.block.leaders.get(criterion.code) if self.block else None,
                closed=self.block is not None and self.block.closed,
            )
        )
        stretch = stretch_of(criterion, self.facts.targets, target)
        if stretch is not None and value is not None:
            outcome = outcome._replace(why=outcome.why + strives(criterion, value, stretch))
        if weight != 1:
            outcome = outcome.weighted(weight)
        if isinstance(rule, Late):
            # What the sheet sets for it, to the letter.
            return outcome
        step = self.sheet.step if criterion.role is Role.CONTENT else CENT
        points = min(to_step(outcome.points, step), criterion.maximum * weight)
        why = outcome.why
        if points != outcome.points:
            why += f" Làm tròn đến {said(step)}: {say_points(points)} điểm."
        # Over-achievement of a bonus or a penalty would be bonus on bonus.
        over = to_step(outcome.over, CENT) if outcome.over is not ZERO and criterion.role is Role.CONTENT else ZERO
        if over:
            why += f" Vượt chỉ tiêu, thêm {say_points(over)} điểm thưởng."
        return Outcome(points, why, over, outcome.ratio, outcome.provisional)


_NOTHING_LEFT = "không còn đủ điểm để trừ, nên trừ"

_Field = Callable[[Part], str | None]


def _role_field(role: Role) -> _Field:
    return lambda part: "points" if part.role is role else None


def _bonus_field(part: Part) -> str:
    """Name what of a line counts as bonus of the sheet: over-achievement within the groups, points outside of them."""
    return "points" if part.role is Role.BONUS and not part.group else "over"


def _penalty_field(part: Part) -> str | None:
    return "points" if part.role is Role.PENALTY and not part.group else None


def _upto(parts: Iterable[Part], left: Decimal, field_of: _Field, limit: str) -> Iterator[Part]:
    """Let this field of these lines count in sheet order until nothing is left."""
    for part in parts:
        field = field_of(part)
        if field is None:
            yield part
            continue
        earned = getattr(part, field)
        counts = min(earned, left)
        left -= counts
        if counts == earned:
            yield part
        else:
            why = f"{part.why.removesuffix('.')}; {limit} {say_points(counts)}."
            yield part.model_copy(update={field: counts, "why": why})


def _bonus(parts: Sequence[Part]) -> Decimal:
    return _sum(getattr(part, _bonus_field(part)) for part in parts)


def _sum(amounts: Any) -> Decimal:
    return sum(amounts, start=ZERO)
