"""What becomes of units: how a unit stood on a day follows from what was decided of it, and from nothing else."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.registry import UnitKind


class ChangeKind(StrEnum):
    """What a decision did to one unit."""

    REGISTERED = "registered"
    FOUNDED = "founded"
    RENAMED = "renamed"
    RECODED = "recoded"
    PLACED = "placed"
    CONTACTED = "contacted"
    MOVED = "moved"
    ABSORBED = "absorbed"
    PARTED = "parted"
    MERGED = "merged"
    SPLIT = "split"
    CLOSED = "closed"


BEGINNINGS: Final = frozenset({ChangeKind.REGISTERED, ChangeKind.FOUNDED})
ENDS: Final = frozenset({ChangeKind.MERGED, ChangeKind.SPLIT, ChangeKind.CLOSED})


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class Change(_Fact):
    """One thing that was decided of a unit; ``sets`` names what it has from that day on."""

    change_id: UUID
    kind: ChangeKind
    effective_on: date
    sets: dict[str, Any] = {}


class State(_Fact):
    """How a unit stood from one day until another (not included); ``ended`` if it was gone then."""

    from_on: date
    until_on: date | None = None
    first: bool = False
    ended: bool = False
    name: str
    kind: UnitKind
    parent_id: UUID | None = None
    code: str | None = None
    short_name: str | None = None
    contact: dict[str, str] = {}


class Holding(_Fact):
    """Which unit has a code, from one day until another (not included)."""

    unit_id: UUID
    name: str
    code: str
    from_on: date
    until_on: date | None = None

    def on(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


_HELD: Final = frozenset(State.model_fields) - {"from_on", "until_on", "first", "ended"}


def beginning(changes: Iterable[Change]) -> Change | None:
    """Give how a unit began: the registration as it was corrected last. Changes are recorded in the order of their ids."""
    return max((each for each in changes if each.kind in BEGINNINGS), key=lambda each: each.change_id, default=None)


def ended_on(changes: Iterable[Change]) -> date | None:
    """Give the day from which the unit was no more."""
    return min((each.effective_on for each in changes if each.kind in ENDS), default=None)


def states(changes: Sequence[Change]) -> tuple[State, ...]:
    """Give how a unit stood, from its first day on, without gaps; nothing for a unit that never began."""
    began = beginning(changes)
    if began is None:
        return ()
    end = ended_on(changes)
    later = [each for each in changes if each.kind not in BEGINNINGS | ENDS and each.sets.keys() & _HELD]
    held = {name: value for name, value in began.sets.items() if name in _HELD}
    steps: dict[date, dict[str, Any]] = {began.effective_on: held}
    for each in sorted(later, key=lambda each: (each.effective_on, each.change_id)):
        held = held | {name: value for name, value in each.sets.items() if name in _HELD}
        steps[each.effective_on] = held
    days = sorted(steps)
    until = [*days[1:], end]
    return tuple(
        State(
            **steps[day],
            from_on=day,
            until_on=upto,
            first=day == days[0],
            ended=end is not None and day == days[-1],
        )
        for day, upto in zip(days, until, strict=True)
    )


def as_of(known: Iterable[State], day: date) -> State | None:
    """Give how a unit stood on a day, None before its first and after its last."""
    return next(
        (each for each in known if each.from_on <= day and (each.until_on is None or day < each.until_on)), None
    )


def block_on(standings: Iterable[tuple[date, UUID | None]], day: date) -> UUID | None:
    """Give the block that a unit stands in on a day, from the days on which that changed."""
    begun = [each for each in standings if each[0] <= day]
    return max(begun, key=lambda each: each[0])[1] if begun else None


def holder(held: Iterable[Holding], unit_id: UUID, from_on: date, until_on: date | None = None) -> Holding | None:
    """Give who else has a code on one of these days: one whose time with it is over has none."""
    return next(
        (
            each
            for each in held
            if each.unit_id != unit_id
            and (until_on is None or each.from_on < until_on)
            and (each.until_on is None or each.until_on > from_on)
        ),
        None,
    )


def never_met(began: date, ended: date | None, day: date) -> bool:
    """Say whether a unit was no more when another began; one whose founding was revoked never was."""
    return ended is not None and ended <= max(began, day)
