"""From a sheet and the facts to points, each with the sentence that says why.

Order: base points computed exactly and rounded half up to the sheet's step, once per criterion; their sum; bonus in sheet
order up to its cap; penalties in sheet order until nothing is left. A criterion that is not assigned, or that needs a
target and has none, leaves the maximum.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Amount
from contracts.registry import Target
from scoring.rules.sheet import (
    Bands,
    Criterion,
    Direction,
    Late,
    NotNegative,
    PerItem,
    Proportional,
    RatioLinear,
    Role,
    Sheet,
    Threshold,
    YesNo,
)

_CENT = Decimal("0.01")
_PERCENT_STEP = Decimal("0.0001")
_ZERO = Decimal(0)
_HUNDRED = Decimal(100)

Exact = Decimal | Fraction

_KEPT: Final = 4_096
"""How many amounts of sheets are kept as fractions and in words: they come back with every unit."""

_exact = lru_cache(_KEPT)(Fraction)


def _quotient(above: Decimal, below: Decimal) -> Fraction:
    """Divide exactly, in one step."""
    (a, b), (c, d) = above.as_integer_ratio(), below.as_integer_ratio()
    return Fraction(a * d, b * c)


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Facts(Model):
    """What a unit reported, what it was to reach, and whether its report came late."""

    values: Mapping[str, NotNegative]
    targets: Mapping[str, Target] = {}
    late: bool = False


class Part(Model):
    """The points of one line, as they count in the total, and what they were computed from.

    ``over`` is over-achievement, it counts as bonus. ``ratio`` is cut to six places; points come from the exact one.
    """

    criterion: str
    group: str
    role: Role
    points: Amount
    over: Amount = _ZERO
    maximum: Amount
    assigned: bool = True
    rule: str
    value: Amount | None = None
    target: Amount | None = None
    ratio: Amount | None = None
    why: str


class Group(Model):
    """The subtotal of one group."""

    group: str
    points: Amount
    maximum: Amount


class Score(Model):
    """A unit's total. ``points`` = content + bonus − penalty, as shown; ``percent`` of the applicable maximum ranks."""

    points: Amount
    maximum: Amount
    percent: Amount
    content: Amount
    bonus: Amount
    bonus_earned: Amount
    penalty: Amount
    tie_points: Amount
    tie_maximum: Amount = _ZERO
    groups: tuple[Group, ...]
    parts: tuple[Part, ...]
    disqualified: tuple[str, ...] = ()


def score(sheet: Sheet, facts: Facts) -> Score:
    """Compute a unit's score; the sum of the shown parts is the shown total."""
    computed = [_part(sheet, group, criterion, facts) for group, criterion in sheet.criteria()]
    content = [part for part in computed if part.role is Role.CONTENT]
    groups = tuple(
        Group(
            group=group.code,
            points=_sum(part.points for part in content if part.group == group.code),
            maximum=_sum(part.maximum for part in content if part.group == group.code and part.assigned),
        )
        for group in sheet.groups
    )
    base = _sum(group.points for group in groups)
    maximum = _sum(group.maximum for group in groups)
    granted = _grant(computed, sheet.bonus_cap)
    bonus = _bonus(granted)
    parts = tuple(_take(granted, base + bonus))
    penalty = _sum(part.points for part in parts if part.role is Role.PENALTY)
    points = base + bonus - penalty
    deciding = {group.code for group in sheet.groups if group.decides_ties}
    return Score(
        points=points,
        maximum=maximum,
        percent=to_step(_quotient(points * 100, maximum), _PERCENT_STEP) if maximum else _ZERO,
        content=base,
        bonus=bonus,
        bonus_earned=_bonus(computed),
        penalty=penalty,
        tie_points=_sum(group.points for group in groups if group.group in deciding),
        tie_maximum=_sum(group.maximum for group in groups if group.group in deciding),
        groups=groups,
        parts=parts,
    )


def _grant(parts: Iterable[Part], cap: Decimal) -> list[Part]:
    """Let bonus count in sheet order until the cap is reached."""
    granted = []
    left = cap
    for part in parts:
        field = "points" if part.role is Role.BONUS else "over"
        earned = getattr(part, field)
        counts = min(earned, left)
        left -= counts
        limit = f"bảng điểm chỉ tính nhiều nhất {say(cap)} điểm thưởng, nên tính {say_points(counts)}"
        granted.append(part if counts == earned else _limited(part, field, counts, limit))
    return granted


def _take(parts: Iterable[Part], left: Decimal) -> Iterator[Part]:
    """Let penalties count in sheet order until nothing is left to take."""
    for part in parts:
        counts = min(part.points, left) if part.role is Role.PENALTY else _ZERO
        left -= counts
        if part.role is Role.PENALTY and counts != part.points:
            yield _limited(part, "points", counts, f"không còn đủ điểm để trừ, nên trừ {say_points(counts)}")
        else:
            yield part


def _limited(part: Part, field: str, counts: Decimal, why: str) -> Part:
    return part.model_copy(update={field: counts, "why": f"{part.why.removesuffix('.')}; {why}."})


def _bonus(parts: Sequence[Part]) -> Decimal:
    return _sum(part.over for part in parts) + _sum(part.points for part in parts if part.role is Role.BONUS)


def _sum(amounts: Any) -> Decimal:
    return sum(amounts, start=_ZERO)


def _part(sheet: Sheet, group: str, criterion: Criterion, facts: Facts) -> Part:
    given = facts.targets.get(criterion.code)
    target = given.target if given and given.target is not None else criterion.target
    value = facts.values.get(criterion.code)

    def part(points: Decimal, why: str, **more: Any) -> Part:
        return Part(
            criterion=criterion.code,
            group=group,
            role=criterion.role,
            points=points,
            maximum=criterion.maximum,
            rule=criterion.rule.kind,
            value=value,
            target=target,
            why=why,
            **more,
        )

    if given and not given.assigned:
        return part(_ZERO, "Mục này không giao cho đơn vị, nên không tính vào điểm tối đa.", assigned=False)
    if target is None and isinstance(criterion.rule, (RatioLinear, Proportional, Threshold)):
        return part(_ZERO, "Chưa giao chỉ tiêu cho đơn vị, nên không tính vào điểm tối đa.", assigned=False)
    if isinstance(criterion.rule, Late):
        if facts.late:
            return part(criterion.maximum, f"Báo cáo nhận sau hạn nộp, trừ {_said(criterion.maximum)} điểm.")
        return part(_ZERO, "Báo cáo nhận trong hạn, không trừ điểm.")
    if value is None:
        return part(_ZERO, _nothing("Chưa có số liệu", criterion))
    exact, why, more = _RULES[type(criterion.rule)](criterion, value, target)
    step = sheet.step if criterion.role is Role.CONTENT else _CENT
    points = min(to_step(exact, step), criterion.maximum)
    if points != exact:
        why += f" Làm tròn đến {_said(step)}: {say_points(points)} điểm."
    if over := more.get("over"):
        why += f" Vượt chỉ tiêu, thêm {say_points(over)} điểm thưởng."
    return part(points, why, **more)


def to_step(points: Exact, step: Decimal) -> Decimal:
    """Round half up to a multiple of the step: ⌊points / step + ½⌋ steps, in whole numbers, for it is done for every line."""
    above, below = points.as_integer_ratio()
    step_above, step_below = step.as_integer_ratio()
    return Decimal((2 * above * step_below + below * step_above) // (2 * below * step_above)) * step


Computed = tuple[Exact, str, dict[str, Any]]


def _ratio_linear(criterion: Criterion, value: Decimal, target: Decimal | None) -> Computed:
    rule = criterion.rule
    assert isinstance(rule, RatioLinear)
    assert target is not None
    ratio = _ratio(rule.direction, value, target)
    maximum = _exact(criterion.maximum)
    more: dict[str, Any] = {"ratio": _cut(ratio, 6)}
    said = f"{_compared(criterion, value, target)}, đạt {_percent(ratio)}"
    if ratio >= 1:
        over = min((ratio - 1) * 100 * _exact(rule.over_rate), _exact(rule.over_cap)) * maximum
        why = f"{said}; từ 100% trở lên được điểm tối đa {_said(criterion.maximum)}."
        return maximum, why, {**more, "over": to_step(over, _CENT)}
    if ratio < _exact(rule.floor):
        return _ZERO, f"{said}; dưới {say(rule.floor * _HUNDRED)}% không được điểm.", more
    lost = _exact(rule.k) * (1 - ratio) * 100
    points = max(maximum * (1 - lost), Fraction(0))
    why = f"{said}; mỗi 1% thiếu trừ {say(rule.k * _HUNDRED)}% của {_said(criterion.maximum)} điểm, còn {say_points(points)}."
    return points, why, more


def _ratio(direction: Direction, value: Decimal, target: Decimal) -> Fraction:
    above, below = (value, target) if direction is Direction.UP else (target, value)
    if below == 0:
        # Nothing was asked for, or nothing bad happened: reached in full.
        return Fraction(1)
    return _quotient(above, below)


def _proportional(criterion: Criterion, value: Decimal, target: Decimal | None) -> Computed:
    assert target is not None
    ratio = min(_ratio(Direction.UP, value, target), Fraction(1))
    points = _exact(criterion.maximum) * ratio
    why = (
        f"{_compared(criterion, value, target)}: "
        f"{_said(criterion.maximum)} × {_percent(ratio)} = {say_points(points)} điểm."
    )
    return points, why, {"ratio": _cut(ratio, 6)}


def _threshold(criterion: Criterion, value: Decimal, target: Decimal | None) -> Computed:
    rule = criterion.rule
    assert isinstance(rule, Threshold)
    assert target is not None
    up = rule.direction is Direction.UP
    met = value >= target if up else value <= target
    words = "trở lên" if up else "trở xuống"
    points = criterion.maximum if met else _ZERO
    end = f"được {say_points(points)} điểm" if met else f"chưa đạt nên được {say_points(points)} điểm"
    why = f"{_compared(criterion, value, target)}; từ {_short(criterion, target)} {words} mới được điểm: {end}."
    return points, why, {}


def _bands(criterion: Criterion, value: Decimal, _target: Decimal | None) -> Computed:
    rule = criterion.rule
    assert isinstance(rule, Bands)
    band = max((band for band in rule.bands if band.at_least <= value), key=lambda each: each.at_least)
    why = (
        f"Thực hiện {_measured(criterion, value)}, thuộc mức từ {_short(criterion, band.at_least)}: "
        f"được {say_points(band.points)} điểm."
    )
    return band.points, why, {}


def _yes_no(criterion: Criterion, value: Decimal, _target: Decimal | None) -> Computed:
    if value:
        return criterion.maximum, f"Đã thực hiện, {_counted(criterion)} {_said(criterion.maximum)} điểm.", {}
    return _ZERO, _nothing("Chưa thực hiện", criterion), {}


def _per_item(criterion: Criterion, value: Decimal, _target: Decimal | None) -> Computed:
    rule = criterion.rule
    assert isinstance(rule, PerItem)
    points = min(Fraction(value) * Fraction(rule.each), Fraction(criterion.maximum))
    one = f"1{criterion.measure}" if criterion.measure.startswith("%") else criterion.measure
    why = (
        f"{_measured(criterion, value)}, mỗi {one} {_counted(criterion)} {_said(rule.each)} điểm, "
        f"nhiều nhất {_said(criterion.maximum)}: {say_points(points)} điểm."
    )
    return points, why, {}


def _nothing(reason: str, criterion: Criterion) -> str:
    return f"{reason}, nên được {say_points(_ZERO)} điểm." if criterion.role is Role.CONTENT else "Không phát sinh."


def _counted(criterion: Criterion) -> str:
    return "trừ" if criterion.role is Role.PENALTY else "được"


def _compared(criterion: Criterion, value: Decimal, target: Decimal) -> str:
    return f"Thực hiện {_short(criterion, value)} trên chỉ tiêu {_measured(criterion, target)}"


def _measured(criterion: Criterion, amount: Decimal) -> str:
    between = "" if criterion.measure.startswith("%") else " "
    return f"{say(amount)}{between}{criterion.measure}"


def _short(criterion: Criterion, amount: Decimal) -> str:
    return f"{say(amount)}%" if criterion.measure.startswith("%") else say(amount)


def _percent(ratio: Fraction) -> str:
    return f"{say(_cut(ratio * 100, 2))}%"


def _cut(amount: Exact, places: int) -> Decimal:
    """Drop what lies beyond these places: what is shown never reaches a bound that the exact amount missed."""
    above, below = amount.as_integer_ratio()
    return Decimal(above * 10**places // below).scaleb(-places)


def say(amount: Decimal, least: int = 0) -> str:
    """Write an amount for people: dots between thousands, decimal comma, every place it has, no idle zeros.

    ``least`` places are written even where they are zeros.
    """
    whole, _, places = f"{amount:,f}".partition(".")
    places = places.rstrip("0").ljust(least, "0")
    return whole.replace(",", ".") + (f",{places}" if places else "")


def say_points(points: Exact) -> str:
    """Write points for people: always two places, and up to four where they are not rounded yet."""
    return say(_cut(points, 4), least=2)


_said = lru_cache(_KEPT)(say_points)

_RULES: Mapping[type, Callable[[Criterion, Decimal, Decimal | None], Computed]] = {
    RatioLinear: _ratio_linear,
    Proportional: _proportional,
    Threshold: _threshold,
    Bands: _bands,
    YesNo: _yes_no,
    PerItem: _per_item,
}
