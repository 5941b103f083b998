"""From a sheet and the facts to points, each with the sentence that says why.

Order: base points rounded half up to the sheet's step, once per criterion; their sum; bonus within its cap; penalties;
clamped to 0 … total + bonus cap. A criterion that is not assigned leaves the maximum.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

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


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Facts(Model):
    """What a unit reported, what it was to reach, and whether its report came late."""

    values: Mapping[str, NotNegative]
    targets: Mapping[str, Target] = {}
    late: bool = False


class Part(Model):
    """The points of one line and what they were computed from. ``over`` is over-achievement, it counts as bonus."""

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
    groups: tuple[Group, ...]
    parts: tuple[Part, ...]
    disqualified: tuple[str, ...] = ()


def score(sheet: Sheet, facts: Facts) -> Score:
    """Compute a unit's score; the sum of the shown parts is the shown total."""
    parts = tuple(_part(sheet, group, criterion, facts) for group, criterion in sheet.criteria())
    content = [part for part in parts if part.role is Role.CONTENT]
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
    earned = _sum(part.over for part in content) + _sum(part.points for part in parts if part.role is Role.BONUS)
    bonus = min(earned, sheet.bonus_cap)
    # A penalty cannot take more than there is: the parts must still add up to the total.
    penalty = min(_sum(part.points for part in parts if part.role is Role.PENALTY), base + bonus)
    points = base + bonus - penalty
    deciding = {group.code for group in sheet.groups if group.decides_ties}
    return Score(
        points=points,
        maximum=maximum,
        percent=(points * _HUNDRED / maximum).quantize(_PERCENT_STEP, ROUND_HALF_UP) if maximum else _ZERO,
        content=base,
        bonus=bonus,
        bonus_earned=earned,
        penalty=penalty,
        tie_points=_sum(group.points for group in groups if group.group in deciding),
        groups=groups,
        parts=parts,
    )


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
    if isinstance(criterion.rule, Late):
        if facts.late:
            return part(criterion.maximum, f"Báo cáo nhận sau hạn nộp, trừ {say(criterion.maximum)} điểm.")
        return part(_ZERO, "Báo cáo nhận trong hạn, không trừ điểm.")
    if value is None:
        return part(
            _ZERO, "Chưa có số liệu, nên được 0 điểm." if criterion.role is Role.CONTENT else "Không phát sinh."
        )
    if target is None and isinstance(criterion.rule, (RatioLinear, Proportional, Threshold)):
        return part(_ZERO, "Chưa giao chỉ tiêu cho đơn vị, nên chưa tính được điểm.")
    points, why, more = _RULES[type(criterion.rule)](criterion, value, target)
    step = sheet.step if criterion.role is Role.CONTENT else _CENT
    rounded = to_step(points, step)
    if rounded != points:
        why += f" Làm tròn đến {say(step)}: {say(rounded)} điểm."
    return part(min(rounded, criterion.maximum), why, **more)


def to_step(points: Decimal, step: Decimal) -> Decimal:
    """Round half up to a multiple of the step."""
    return (points / step).quantize(Decimal(1), ROUND_HALF_UP) * step


Computed = tuple[Decimal, str, dict[str, Any]]


def _ratio_linear(criterion: Criterion, value: Decimal, target: Decimal | None) -> Computed:
    rule = criterion.rule
    assert isinstance(rule, RatioLinear)
    assert target is not None
    ratio = _ratio(rule.direction, value, target)
    percent = ratio * _HUNDRED
    said = f"{_compared(criterion, value, target)}, đạt {say(percent)}%"
    if ratio >= 1:
        over = min((percent - _HUNDRED) * rule.over_rate, rule.over_cap) * criterion.maximum
        over = over.quantize(_CENT, ROUND_HALF_UP)
        why = f"{said}; từ 100% trở lên được điểm tối đa {say(criterion.maximum)}."
        if over:
            why += f" Vượt chỉ tiêu, thêm {say(over)} điểm thưởng."
        return criterion.maximum, why, {"ratio": ratio, "over": over}
    if ratio < rule.floor:
        return _ZERO, f"{said}; dưới {say(rule.floor * _HUNDRED)}% không được điểm.", {"ratio": ratio}
    lost = rule.k * (_HUNDRED - percent)
    points = max(criterion.maximum * (1 - lost), _ZERO)
    why = f"{said}; mỗi 1% thiếu trừ {say(rule.k * _HUNDRED)}% của {say(criterion.maximum)} điểm, còn {say(points)}."
    return points, why, {"ratio": ratio}


def _ratio(direction: Direction, value: Decimal, target: Decimal) -> Decimal:
    above, below = (value, target) if direction is Direction.UP else (target, value)
    if below == 0:
        # Nothing was asked for, or nothing bad happened: reached in full.
        return Decimal(1)
    return (above / below).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def _proportional(criterion: Criterion, value: Decimal, target: Decimal | None) -> Computed:
    assert target is not None
    ratio = min(_ratio(Direction.UP, value, target), Decimal(1))
    points = criterion.maximum * ratio
    why = f"{_compared(criterion, value, target)}: {say(criterion.maximum)} × {say(ratio * _HUNDRED)}% = {say(points)} điểm."
    return points, why, {"ratio": ratio}


def _threshold(criterion: Criterion, value: Decimal, target: Decimal | None) -> Computed:
    rule = criterion.rule
    assert isinstance(rule, Threshold)
    assert target is not None
    up = rule.direction is Direction.UP
    met = value >= target if up else value <= target
    words = "trở lên" if up else "trở xuống"
    points = criterion.maximum if met else _ZERO
    end = f"được {say(points)} điểm" if met else "chưa đạt nên được 0 điểm"
    return points, f"{_compared(criterion, value, target)}; từ {say(target)} {words} mới được điểm: {end}.", {}


def _bands(criterion: Criterion, value: Decimal, _target: Decimal | None) -> Computed:
    rule = criterion.rule
    assert isinstance(rule, Bands)
    band = max((band for band in rule.bands if band.at_least <= value), key=lambda each: each.at_least)
    why = (
        f"Thực hiện {say(value)} {criterion.measure}, thuộc mức từ {say(band.at_least)}: được {say(band.points)} điểm."
    )
    return band.points, why, {}


def _yes_no(criterion: Criterion, value: Decimal, _target: Decimal | None) -> Computed:
    if value:
        return criterion.maximum, f"Đã thực hiện, {_counted(criterion)} {say(criterion.maximum)} điểm.", {}
    return _ZERO, "Chưa thực hiện, nên được 0 điểm." if criterion.role is Role.CONTENT else "Không phát sinh.", {}


def _per_item(criterion: Criterion, value: Decimal, _target: Decimal | None) -> Computed:
    rule = criterion.rule
    assert isinstance(rule, PerItem)
    points = min(value * rule.each, criterion.maximum)
    why = (
        f"{say(value)} {criterion.measure}, mỗi {criterion.measure} {_counted(criterion)} {say(rule.each)} điểm, "
        f"nhiều nhất {say(criterion.maximum)}: {say(points)} điểm."
    )
    return points, why, {}


def _counted(criterion: Criterion) -> str:
    return "trừ" if criterion.role is Role.PENALTY else "được"


def _compared(criterion: Criterion, value: Decimal, target: Decimal) -> str:
    return f"Thực hiện {say(value)} trên chỉ tiêu {say(target)} {criterion.measure}"


def say(amount: Decimal) -> str:
    """Write an amount for people: dots between thousands, decimal comma, at most two places, no idle zeros."""
    shown = f"{amount.quantize(_CENT, ROUND_HALF_UP):,f}"
    whole, _, cents = shown.partition(".")
    cents = cents.rstrip("0")
    return whole.replace(",", ".") + (f",{cents}" if cents else "")


_RULES: Mapping[type, Callable[[Criterion, Decimal, Decimal | None], Computed]] = {
    RatioLinear: _ratio_linear,
    Proportional: _proportional,
    Threshold: _threshold,
    Bands: _bands,
    YesNo: _yes_no,
    PerItem: _per_item,
}
