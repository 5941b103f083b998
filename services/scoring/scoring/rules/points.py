"""From a sheet and the facts to points, each with the sentence that says why.

Order: base points computed exactly, weighted and rounded half up to the sheet's step, once per criterion; within each group its
bonus up to its maximum, then its penalties; their sum; bonus in sheet order up to its cap; penalties in sheet order until
nothing is left. A criterion that is not assigned, or that needs a target and has none, leaves the maximum. One behind a
gate whose condition is not met stays in it and gets nothing.

The sheet of a công an xã block (`data/sheets/cong-an-xa-2025.yaml`) goes on: "If the unit nevertheless has results, it is scored against the leader." By which figure, where over-
achievement is of a target that there is none of, it does not say: such results give no points here and cost none.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from contracts.appeals import OF_POINTS
from scoring.rules.kinds import Awards, HalfPlusLeader, Late
from scoring.rules.kinds.base import Line, Outcome, Role
from scoring.rules.kinds.yes_no import nothing
from scoring.rules.numbers import CENT, ZERO, Exact, quotient, to_step
from scoring.rules.shapes import Block, Facts, Group, Part, Score
from scoring.rules.sheet import Criterion, CriterionGroup, Sheet, SheetLine
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


class Remembered:
    """What the lines of a sheet, or these of them, came to, for whoever scores a hundred thousand units: many said the same."""

    def __init__(self, sheet: Sheet, codes: Collection[str] | None = None, *, of_each_line: int = 2_000) -> None:
        self.sheet = sheet
        self._most = of_each_line
        self._lines = [
            (line, _asked(line.criterion), dict[Hashable, Part]())
            for line in sheet.lines()
            if codes is None or line.criterion.code in codes
        ]

    def parts(self, scoring: "_Scoring") -> Iterator[Part]:
        """Give the lines of a unit in the order of the sheet."""
        facts, block = scoring.facts, scoring.block
        values, targets = facts.values.get, facts.targets.get
        beside = (facts.late, facts.late_days, facts.late_days_sent, facts.awards, *scoring.shut)
        for line, asked, known in self._lines:
            code = line.criterion.code
            target, leads = targets(code), block and (block.leaders.get(code), block.closed)
            said = (beside, leads, target and (target.target, target.assigned, target.stretch), *map(values, asked))
            found = known.get(said)
            if found is None:
                found = scoring.part(line)
                if len(known) < self._most:
                    known[said] = found
            yield found


def _asked(criterion: Criterion) -> list[str]:
    """Give the codes under which something can be known of a line."""
    items = [f"{criterion.code}.{item.code}" for item in criterion.rule.asks()]
    return [criterion.code, *items, *([f"{criterion.code}{OF_POINTS}"] if criterion.rule.computed else [])]


def score(sheet: Sheet, facts: Facts, block: Block | None = None, remembered: Remembered | None = None) -> Score:
    """Compute a unit's score; the sum of the shown parts is the shown total.

    ``block`` is asked for by ``half_plus_leader`` alone; without it what depends on the leader is left out as provisional.
    """
    scoring = _Scoring(sheet, facts, block, _shut(sheet, facts))
    lines = remembered.parts(scoring) if remembered else map(scoring.part, sheet.lines())
    counted = [_counted(group, "", lines) for group in sheet.groups]
    groups = [group for each in counted for group in each.groups]
    computed = [part for each in counted for part in each.parts]
    computed += lines
    base = _sum(each.groups[0].points for each in counted)
    maximum = _sum(each.groups[0].maximum for each in counted)
    limit = f"bảng điểm chỉ tính nhiều nhất {say(sheet.bonus_cap)} điểm thưởng, nên tính"
    granted, bonus = _upto(computed, sheet.bonus_cap, _bonus_field, limit)
    parts, penalty = _upto(granted, base + bonus, _penalty_field, _NOTHING_LEFT)
    points = base + bonus - penalty
    deciding = {group.code for group in sheet.every_group() if group.decides_ties}
    return Score(
        points=points,
        maximum=maximum,
        percent=to_step(quotient(points * 100, maximum), _PERCENT_STEP) if maximum else ZERO,
        content=base,
        bonus=bonus,
        bonus_earned=_earned(computed, _bonus_field),
        penalty=penalty,
        tie_points=_sum(group.points for group in groups if group.group in deciding),
        tie_maximum=_sum(group.maximum for group in groups if group.group in deciding),
        groups=tuple(groups),
        parts=tuple(parts),
        disqualified=tuple(
            each.name for each in sheet.extras if each.role is Role.DISQUALIFIER and facts.values.get(each.code)
        ),
        provisional=any(part.provisional for part in parts),
        ties=tuple(
            (each.code, _sum(facts.values.get(code, ZERO) for code in each.criteria)) for each in sheet.tie_breaks
        ),
    )


def own_points(remembered: Remembered, facts: Facts, block: Block | None) -> dict[str, Decimal]:
    """Give what these lines bring by themselves, before what bounds their groups and the sheet; a penalty's are negative."""
    scoring = _Scoring(remembered.sheet, facts, block, _shut(remembered.sheet, facts))
    return {part.criterion: part.brings for part in remembered.parts(scoring)}


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
    asked = [line for line in sheet.lines() if isinstance(line.criterion.rule, HalfPlusLeader)]
    for facts in units if asked else ():
        shut = _shut(sheet, facts)
        for _, criterion, _, gates in asked:
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
    return {line.criterion.code: scoring.part(line) for line in sheet.lines()}


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

    def part(self, line: SheetLine) -> Part:
        """Give what a line brings by itself."""
        group, criterion, weight, gates = line
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
            outcome = self._behind(gates) or self._computed(criterion, target, weight)
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

    def _behind(self, gates: Sequence[str]) -> Outcome | None:
        """Give nothing where a gate of the line or of a group around it is shut; there a penalty has nothing to take."""
        if not self.shut:
            return None
        for gate in gates:
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


class _Counted(NamedTuple):
    """Lines and subtotals in the order of the sheet; of a group, its own subtotal first."""

    parts: Sequence[Part]
    groups: Sequence[Group]


def _counted(group: CriterionGroup, within: str, lines: Iterator[Part]) -> _Counted:
    """Count a group: its lines, which come next, the groups within it, and its own bonus and penalties inside its bounds."""
    parts: Sequence[Part] = list(islice(lines, len(group.criteria)))
    inner = [_counted(each, group.code, lines) for each in group.groups]
    base = _sum(each.groups[0].points for each in inner)
    maximum = _sum(each.groups[0].maximum for each in inner)
    beside = False
    for part in parts:
        if part.role is not Role.CONTENT:
            beside = True
            continue
        base += part.points
        if part.assigned:
            maximum += part.maximum
    points = base
    if beside:
        limit = f"nhóm {group.code} nhiều nhất {say(maximum)} điểm, nên tính"
        parts, bonus = _upto(parts, maximum - base, _own_bonus_field, limit)
        parts, penalty = _upto(parts, base + bonus, _own_penalty_field, _NOTHING_LEFT)
        points += bonus - penalty
    own = Group(group=group.code, within=within, points=points, maximum=maximum)
    if not inner:
        return _Counted(parts, [own])
    return _Counted(
        [*parts, *(part for each in inner for part in each.parts)],
        [own, *(each for found in inner for each in found.groups)],
    )


_Field = Callable[[Part], str | None]


def _own_bonus_field(part: Part) -> str | None:
    return "points" if part.role is Role.BONUS else None


def _own_penalty_field(part: Part) -> str | None:
    return "points" if part.role is Role.PENALTY else None


def _bonus_field(part: Part) -> str:
    """Name what of a line counts as bonus of the sheet: over-achievement within the groups, points outside of them."""
    return "points" if part.role is Role.BONUS and not part.group else "over"


def _penalty_field(part: Part) -> str | None:
    return "points" if part.role is Role.PENALTY and not part.group else None


def _earned(parts: Iterable[Part], field_of: _Field) -> Decimal:
    return _sum(getattr(part, field) for part in parts if (field := field_of(part)))


def _upto(parts: Sequence[Part], left: Decimal, field_of: _Field, limit: str) -> tuple[Sequence[Part], Decimal]:
    """Let this field of these lines count in sheet order until nothing is left; give with them how much counts."""
    earned = _earned(parts, field_of)
    return (parts, earned) if earned <= left else (list(_cut(parts, left, field_of, limit)), left)


def _cut(parts: Iterable[Part], left: Decimal, field_of: _Field, limit: str) -> Iterator[Part]:
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


def _sum(amounts: Any) -> Decimal:
    return sum(amounts, start=ZERO)
