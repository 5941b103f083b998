"""An appeal's way: one table of states × acts that API and pages share, and the days in which one can be filed.

What the table does not hold is refused by name. Nothing is undone: a step is added to those that were taken.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from contracts.appeals import AppealState


class Act(StrEnum):
    """What somebody does with an appeal that was filed."""

    TAKE_UP = "take_up"
    UPHOLD = "uphold"
    REJECT = "reject"
    WITHDRAW = "withdraw"


class Side(StrEnum):
    """Who may: the unit that filed it, or the office that decides."""

    UNIT = "unit"
    OFFICE = "office"


class Move(NamedTuple):
    """Where an act leads, and who may do it."""

    to: AppealState
    who: Side


TABLE: Final[Mapping[AppealState, Mapping[Act, Move]]] = {
    AppealState.FILED: {
        Act.TAKE_UP: Move(AppealState.TAKEN_UP, Side.OFFICE),
        Act.WITHDRAW: Move(AppealState.WITHDRAWN, Side.UNIT),
    },
    AppealState.TAKEN_UP: {
        Act.UPHOLD: Move(AppealState.UPHELD, Side.OFFICE),
        Act.REJECT: Move(AppealState.REJECTED, Side.OFFICE),
        Act.WITHDRAW: Move(AppealState.WITHDRAWN, Side.UNIT),
    },
    AppealState.UPHELD: {},
    AppealState.REJECTED: {},
    AppealState.WITHDRAWN: {},
}
OPEN: Final = tuple(state for state, moves in TABLE.items() if moves)

_STANDS: Final[Mapping[AppealState, str]] = {
    AppealState.FILED: "đã gửi và chờ tiếp nhận",
    AppealState.TAKEN_UP: "đang được xem xét",
    AppealState.UPHELD: "đã được chấp thuận",
    AppealState.REJECTED: "đã bị bác",
    AppealState.WITHDRAWN: "đã được đơn vị rút",
}
_ACTS: Final[Mapping[Act, str]] = {
    Act.TAKE_UP: "tiếp nhận",
    Act.UPHOLD: "chấp thuận",
    Act.REJECT: "bác",
    Act.WITHDRAW: "rút",
}
_SIDES: Final[Mapping[Side, str]] = {Side.UNIT: "đơn vị", Side.OFFICE: "Phòng Nội vụ"}


class ImpossibleActError(ValueError):
    """The table does not hold this act; the message says how the appeal stands and what can be done instead."""

    def __init__(self, state: AppealState, act: Act) -> None:
        told = "; ".join(f"{_ACTS[each]} ({_SIDES[move.who]})" for each, move in TABLE[state].items())
        onward = f"Lúc này có thể: {told}." if told else "Đơn vị có thể gửi kiến nghị mới về mục này nếu còn trong hạn."
        super().__init__(f"Kiến nghị này {_STANDS[state]} nên không {_ACTS[act]} được. {onward}")
        self.state = state
        self.possible = tuple(TABLE[state])


def after(state: AppealState, act: Act) -> AppealState:
    """Give where an act leads; raises ``ImpossibleActError``."""
    move = TABLE[state].get(act)
    if move is None:
        raise ImpossibleActError(state, act)
    return move.to


def who_may(act: Act) -> Side:
    """Give who does this, wherever the table holds it."""
    return next(moves[act].who for moves in TABLE.values() if act in moves)


def possible(state: AppealState, sides: Collection[Side]) -> tuple[Act, ...]:
    """Name what somebody on these sides can do now."""
    return tuple(act for act, move in TABLE[state].items() if move.who in sides)


def last_day(published_on: date | None, closes_on: date | None, days: int) -> date | None:
    """Give the last day on which an appeal can be filed: so many days after what it is against was published.

    While nothing of the unit is published, after the period closes; None while neither is known.
    """
    counted_from = published_on or closes_on
    return counted_from + timedelta(days=days) if counted_from else None
