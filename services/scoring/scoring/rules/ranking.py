"""Places inside a block: by percent, then a stated chain; equal to the end = the same number, and the next is skipped."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from scoring.rules.points import Score

Exact = Decimal | Fraction


@lru_cache(maxsize=4096)
def _share(points: Decimal, maximum: Decimal) -> Fraction:
    """Give the part of the applicable maximum, exactly: a criterion that is not assigned costs no place."""
    return Fraction(points) / Fraction(maximum) if maximum else Fraction(0)


class Standing(NamedTuple):
    """What of a score decides its place: a block is ranked on the totals of all its units, whoever's changed."""

    points: Decimal
    maximum: Decimal
    percent: Decimal
    content: Decimal
    penalty: Decimal
    tie_points: Decimal
    tie_maximum: Decimal
    disqualified: bool


def standing(score: Score) -> Standing:
    """Give of a score what decides its place."""
    return Standing(
        points=score.points,
        maximum=score.maximum,
        percent=score.percent,
        content=score.content,
        penalty=score.penalty,
        tie_points=score.tie_points,
        tie_maximum=score.tie_maximum,
        disqualified=bool(score.disqualified),
    )


DECIDERS: Final[Sequence[tuple[str, Callable[[Score | Standing], Exact]]]] = (
    ("percent", lambda score: score.percent),
    ("content_points", lambda score: _share(score.content, score.maximum)),
    ("emulation_points", lambda score: _share(score.tie_points, score.tie_maximum or score.maximum)),
    ("fewer_penalties", lambda score: -score.penalty),
)
"""The chain, in order (law-exact §9.3, design; the block's vote comes last and is not cast yet)."""


class Ranked(NamedTuple):
    """One unit's place. ``decided_by`` names the rule that set it apart from a unit of equal percent, or ``shared``."""

    unit_id: UUID
    rank: int | None
    points: Decimal
    percent: Decimal
    decided_by: str | None = None


def rank(scores: Mapping[UUID, Score] | Mapping[UUID, Standing]) -> list[Ranked]:
    """Give each unit its place (1, 1, 3); a disqualified unit has none. The order of the input does not matter."""
    # Where no other unit has the same percent, the rest of the chain is not asked: it costs exact divisions.
    equals = Counter(score.percent for score in scores.values())
    standing = {
        unit: tuple(value(score) for _, value in (DECIDERS if equals[score.percent] > 1 else DECIDERS[:1]))
        for unit, score in scores.items()
    }
    contenders = sorted(unit for unit, score in scores.items() if not score.disqualified)
    contenders.sort(key=standing.__getitem__, reverse=True)
    places: dict[UUID, int] = {}
    decided: dict[UUID, str | None] = {}
    neighbours = zip([None, *contenders], contenders, [*contenders[1:], None], strict=False)
    for position, (before, unit, after) in enumerate(neighbours, start=1):
        places[unit] = places[before] if before and standing[before] == standing[unit] else position
        decided[unit] = _decided_by(standing[unit], [standing[each] for each in (before, after) if each])
    return [
        Ranked(
            unit_id=unit,
            rank=places.get(unit),
            points=scores[unit].points,
            percent=scores[unit].percent,
            decided_by=decided.get(unit),
        )
        for unit in [*contenders, *sorted(scores.keys() - places.keys())]
    ]


def _decided_by(mine: Sequence[Exact], neighbours: Sequence[Sequence[Exact]]) -> str | None:
    """Find the last rule that was needed to tell a unit from its nearest neighbours of equal percent."""
    needed = 0
    for other in neighbours:
        first = next((number for number, pair in enumerate(zip(mine, other, strict=False)) if pair[0] != pair[1]), None)
        needed = max(needed, len(DECIDERS) if first is None else first)
    if needed == 0:
        return None
    return "shared" if needed == len(DECIDERS) else DECIDERS[needed][0]
