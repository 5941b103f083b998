"""Places inside a block: by percent, then a stated chain; equal to the end = the same number, and the next is skipped."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Amount
from scoring.rules.points import Score

DECIDERS: Final[Sequence[tuple[str, Callable[[Score], Decimal]]]] = (
    ("percent", lambda score: score.percent),
    ("content_points", lambda score: score.content),
    ("emulation_points", lambda score: score.tie_points),
    ("fewer_penalties", lambda score: -score.penalty),
)
"""The chain, in order (law-exact §9.3, design; the block's vote comes last and is not cast yet)."""


class Ranked(BaseModel):
    """One unit's place. ``decided_by`` names the rule that set it apart from a unit of equal percent, or ``shared``."""

    model_config = ConfigDict(frozen=True)

    unit_id: UUID
    rank: int | None
    points: Amount
    percent: Amount
    decided_by: str | None = None


def rank(scores: Mapping[UUID, Score]) -> list[Ranked]:
    """Give each unit its place (1, 1, 3); a disqualified unit has none. The order of the input does not matter."""
    standing = {unit: tuple(value(score) for _, value in DECIDERS) for unit, score in scores.items()}
    contenders = sorted(
        (unit for unit, score in scores.items() if not score.disqualified),
        key=lambda unit: (*_down(standing[unit]), unit),
    )
    places: dict[UUID, int] = {}
    for position, unit in enumerate(contenders, start=1):
        before = contenders[position - 2] if position > 1 else None
        places[unit] = places[before] if before and standing[before] == standing[unit] else position
    return [
        Ranked(
            unit_id=unit,
            rank=places.get(unit),
            points=scores[unit].points,
            percent=scores[unit].percent,
            decided_by=_decided_by(unit, contenders, standing) if unit in places else None,
        )
        for unit in [*contenders, *sorted(scores.keys() - places.keys())]
    ]


def _down(values: Sequence[Decimal]) -> tuple[Decimal, ...]:
    return tuple(-value for value in values)


def _decided_by(unit: UUID, contenders: Sequence[UUID], standing: Mapping[UUID, tuple[Decimal, ...]]) -> str | None:
    """Find the last rule that was needed to tell this unit from its nearest neighbours of equal percent."""
    place = contenders.index(unit)
    needed = 0
    for neighbour in (place - 1, place + 1):
        if not 0 <= neighbour < len(contenders):
            continue
        other = standing[contenders[neighbour]]
        mine = standing[unit]
        first = next((number for number, pair in enumerate(zip(mine, other, strict=True)) if pair[0] != pair[1]), None)
        needed = max(needed, len(DECIDERS) if first is None else first)
    if needed == 0:
        return None
    return "shared" if needed == len(DECIDERS) else DECIDERS[needed][0]
