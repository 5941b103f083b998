"""Places inside a block: by percent, then a stated chain; equal to the end = the same number, and the next is skipped.

A sheet may state its own chain (``Sheet.tie_breaks``): then that is asked instead of the usual one. After either comes
the vote of the block, where one was held among all that are still equal.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from scoring.rules.numbers import Exact
from scoring.rules.shapes import Score


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
    ties: Sequence[Sequence[Any]] | None = None
    """(code, sum) of each of the sheet's own tie-breaks, in their order; the sum as an amount, or as its text."""


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
        ties=score.ties,
    )


Scores = Mapping[UUID, Score] | Mapping[UUID, Standing] | Mapping[UUID, Score | Standing]
Decider = tuple[str, Callable[[Score | Standing], Exact]]
Vote = Mapping[UUID, int]
"""How many votes each of the units had that were voted on."""

_PERCENT: Final[Decider] = ("percent", lambda score: score.percent)
DECIDERS: Final[Sequence[Decider]] = (
    _PERCENT,
    ("content_points", lambda score: _share(score.content, score.maximum)),
    ("emulation_points", lambda score: _share(score.tie_points, score.tie_maximum or score.maximum)),
    ("fewer_penalties", lambda score: -score.penalty),
)
"""The usual chain, in order: our own choice where a sheet states none."""


def _chain(scores: Scores) -> Sequence[Decider]:
    """Give the chain that the sheet states itself, else the usual one.

    While some stand on another version of the sheet, only what all of them were asked for can be compared.
    """
    if not any(score.ties for score in scores.values()):
        return DECIDERS
    stated = {tuple(code for code, _ in score.ties or ()) for score in scores.values()}
    common = [code for code in min(stated) if all(code in each for each in stated)]
    return (_PERCENT, *map(_own, common)) if common else DECIDERS


def _own(code: str) -> Decider:
    return code, lambda score: Decimal(dict(score.ties or ())[code])


class Ranked(NamedTuple):
    """One unit's place. ``decided_by`` names the rule that set it apart from a unit of equal percent, or ``shared``.

    ``among`` is its place among those of its percent: what is kept of a ``rank``, which follows from how many have a higher one.
    """

    unit_id: UUID
    rank: int | None
    points: Decimal
    percent: Decimal
    decided_by: str | None = None
    among: int | None = None

    @property
    def kept(self) -> tuple[Any, ...]:
        """Give what stays the same while others only pass."""
        return (self.among, self.points, self.percent, self.decided_by)


def rank(scores: Scores, votes: Sequence[Vote] = (), *, ahead: int = 0) -> list[Ranked]:
    """Give each unit its place (1, 1, 3); a disqualified unit has none. The order of the input does not matter.

    ``votes`` of the block, the newest last: of those in which all took part that are still equal, the newest decides.
    Of a part of a block, all between two percents, so many others stand ``ahead``.
    """
    chain = _chain(scores)
    ranked: list[Ranked] = []
    for units in _by_percent(scores):
        before = ahead + len(ranked)
        if len(units) == 1:
            ranked.append(_placed(units[0], scores, before))
        else:
            ranked += _among_equals(units, scores, chain, votes, before)
    left = sorted(scores.keys() - {each.unit_id for each in ranked})
    return [*ranked, *(Ranked(unit, None, scores[unit].points, scores[unit].percent) for unit in left)]


def leader_points(ranked: Iterable[Ranked]) -> Decimal | None:
    """Give the points of whoever leads, if somebody is ranked."""
    return max((place.points for place in ranked if place.rank == 1 and place.points), default=None)


def equals(scores: Scores) -> list[list[UUID]]:
    """Give the units between which nothing but a vote of the block can decide, group by group, the higher places first."""
    chain = _chain(scores)
    groups = [
        (standing, group)
        for standing in (_standings(units, scores, chain) for units in _by_percent(scores))
        for group in _groups(standing)
    ]
    return [group for standing, group in sorted(groups, key=lambda each: each[0][each[1][0]], reverse=True)]


def _by_percent(scores: Scores) -> list[list[UUID]]:
    """Give the units that can be ranked, those of equal percent together, the highest first.

    Only among those the rest of the chain is asked: it costs exact divisions.
    """
    found: dict[Decimal, list[UUID]] = defaultdict(list)
    for unit, score in scores.items():
        if not score.disqualified:
            found[score.percent].append(unit)
    return [found[percent] for percent in sorted(found, reverse=True)]


def _placed(unit: UUID, scores: Scores, ahead: int, among: int = 1, decided_by: str | None = None) -> Ranked:
    return Ranked(unit, ahead + among, scores[unit].points, scores[unit].percent, decided_by, among)


def _among_equals(
    units: Sequence[UUID], scores: Scores, chain: Sequence[Decider], votes: Sequence[Vote], ahead: int
) -> Iterator[Ranked]:
    """Place units of equal percent behind those that are ahead of them."""
    standing = _standings(units, scores, chain)
    for group in _groups(standing) if votes else ():
        counts: Vote = next((vote for vote in reversed(votes) if vote.keys() >= set(group)), {})
        standing |= {unit: (*standing[unit], Decimal(counts.get(unit, 0))) for unit in group}
    alike: dict[tuple[Exact, ...], list[UUID]] = defaultdict(list)
    for unit in sorted(units):
        alike[standing[unit]].append(unit)
    ordered = sorted(alike, reverse=True)
    names = [*(name for name, _ in chain), "block_vote"]
    among = 1
    for before, mine, after in zip([None, *ordered], ordered, [*ordered[1:], None], strict=False):
        others = [other for other in (before, after) if other]
        decided_by = "shared" if len(alike[mine]) > 1 else _decided_by(names, mine, others)
        yield from (_placed(unit, scores, ahead, among, decided_by) for unit in alike[mine])
        among += len(alike[mine])


def _standings(units: Iterable[UUID], scores: Scores, chain: Sequence[Decider]) -> dict[UUID, tuple[Exact, ...]]:
    # Those who are known to stand alike have one standing between them.
    those = {unit: scores[unit] for unit in units}
    figures = {
        id(score): tuple(value(score) for _, value in chain)
        for score in {id(each): each for each in those.values()}.values()
    }
    return {unit: figures[id(score)] for unit, score in those.items()}


def _groups(standing: Mapping[UUID, tuple[Exact, ...]]) -> list[list[UUID]]:
    """Give the units that stand alike, where there is more than one."""
    alike: dict[tuple[Exact, ...], list[UUID]] = defaultdict(list)
    for unit, figures in standing.items():
        alike[figures].append(unit)
    return [sorted(units) for units in alike.values() if len(units) > 1]


def _decided_by(names: Sequence[str], mine: Sequence[Exact], neighbours: Sequence[Sequence[Exact]]) -> str | None:
    """Name the last rule that was needed to tell a unit from its nearest neighbours of equal percent, if one was."""
    needed = [
        next(number for number, pair in enumerate(zip(mine, other, strict=False)) if pair[0] != pair[1])
        for other in neighbours
    ]
    return names[max(needed)] if needed else None
