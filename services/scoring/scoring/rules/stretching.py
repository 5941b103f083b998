"""What a unit strives for beyond its target (mức phấn đấu)."""

from collections.abc import Mapping
from decimal import Decimal

from contracts.registry import Target
from scoring.rules.sheet import Criterion
from scoring.rules.words import measured


def stretch_of(criterion: Criterion, targets: Mapping[str, Target], target: Decimal | None) -> Decimal | None:
    """Give the stretch value of a line, where its rule knows targets and it lies beyond the one that counts."""
    given = targets.get(criterion.code)
    if given is None or given.stretch is None or target is None or not criterion.rule.needs_target:
        return None
    beyond = given.stretch < target if criterion.rule.less_is_better else given.stretch > target
    return given.stretch if beyond else None


def strives(criterion: Criterion, value: Decimal, stretch: Decimal) -> str:
    """Say whether it was reached, as the end of a sentence that says why."""
    reached = value <= stretch if criterion.rule.less_is_better else value >= stretch
    return f" Mức phấn đấu {measured(stretch, criterion.measure)}: {'đã đạt' if reached else 'chưa đạt'}."
