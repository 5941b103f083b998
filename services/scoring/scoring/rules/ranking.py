"""Places inside a block: by percent, then a stated chain; equal to the end = the same number, and the next is skipped.

A sheet may state its own chain (``Sheet.tie_breaks``): then that is asked instead of the usual one. After either comes
the vote of the block, where one was held.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from scoring.rules.numbers import Exact
from scoring.rules.points import Facts, Score
from scoring.rules.sheet import Sheet, TieBreak

_ZERO: Final = Decimal(0)
_NO_VOTES: Final[Mapping[UUID, int]] = MappingProxyType({})


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


Decider = tuple[str, Callable[[UUID, Score | Standing], Exact]]

DECIDERS: Final[Sequence[Decider]] = (
    ("percent", lambda _, score: score.percent),
    ("content_points", lambda _, score: _share(score.content, score.maximum)),
    ("emulation_points", lambda _, score: _share(score.tie_points, score.tie_maximum or score.maximum)),
    ("fewer_penalties", lambda _, score: -score.penalty),
)
"""The usual chain, in order (law-exact §9.3, design)."""


def own_chain(sheet: Sheet, units: Mapping[UUID, Facts]) -> Sequence[Decider]:
    """Give the chain a sheet states itself, by what its units reported; the usual one where it states none."""

    def decider(each: TieBreak) -> Decider:
        sums = {
            unit: sum((facts.values.get(code, _ZERO) for code in each.criteria), start=_ZERO)
            for unit, facts in units.items()
        }
        return each.code, lambda unit, _: sums[unit]

    return (DECIDERS[0], *map(decider, sheet.tie_breaks)) if sheet.tie_breaks else DECIDERS


class Ranked(NamedTuple):
    """One unit's place. ``decided_by`` names the rule that set it apart from a unit of equal percent, or ``shared``."""

    unit_id: UUID
    rank: int | None
    points: Decimal
    percent: Decimal
    decided_by: str | None = None


def rank(
    scores: Mapping[UUID, Score] | Mapping[UUID, Standing],
    chain: Sequence[Decider] = DECIDERS,
    votes: Mapping[UUID, int] = _NO_VOTES,
) -> list[Ranked]:
    """Give each unit its place (1, 1, 3); a disqualified unit has none. The order of the input does not matter.

    ``votes`` counts who voted for each unit, where the block voted among equals.
    """
    chain = (*chain, ("block_vote", lambda unit, _: Decimal(votes.get(unit, 0)))) if votes else chain
    # Where no other unit has the same percent, the rest of the chain is not asked: it costs exact divisions.
    equals = Counter(score.percent for score in scores.values())
    standing = {
        unit: tuple(value(unit, score) for _, value in (chain if equals[score.percent] > 1 else chain[:1]))
        for unit, score in scores.items()
    }
    contenders = sorted(unit for unit, score in scores.items() if not score.disqualified)
    contenders.sort(key=standing.__getitem__, reverse=True)
    names = [name for name, _ in chain]
    places: dict[UUID, int] = {}
    decided: dict[UUID, str | None] = {}
    neighbours = zip([None, *contenders], contenders, [*contenders[1:], None], strict=False)
    for position, (before, unit, after) in enumerate(neighbours, start=1):
        places[unit] = places[before] if before and standing[before] == standing[unit] else position
        decided[unit] = _decided_by(names, standing[unit], [standing[each] for each in (before, after) if each])
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


def _decided_by(names: Sequence[str], mine: Sequence[Exact], neighbours: Sequence[Sequence[Exact]]) -> str | None:
    """Find the last rule that was needed to tell a unit from its nearest neighbours of equal percent."""
    needed = 0
    for other in neighbours:
        first = next((number for number, pair in enumerate(zip(mine, other, strict=False)) if pair[0] != pair[1]), None)
        needed = max(needed, len(names) if first is None else first)
    if needed == 0:
        return None
    return "shared" if needed == len(names) else names[needed]
