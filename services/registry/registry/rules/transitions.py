"""A report's way: one table of states × steps that API and pages share. What it does not hold is refused by name.

Every act can be taken back or answered: a report that was sent is withdrawn until somebody takes it up, one that was taken
up is released, returned or accepted, a return is taken back until it is answered, and even an accepted one can be returned.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from itertools import takewhile
from typing import Final, NamedTuple


class State(StrEnum):
    """Where a report stands. Both reviews look at what was sent; the second one only at what was returned before."""

    NONE = "none"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    AMENDING = "amending"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    RESUBMITTED = "resubmitted"
    IN_SECOND_REVIEW = "in_second_review"
    ACCEPTED = "accepted"


class Step(StrEnum):
    """What somebody does with a report."""

    SAVE = "save"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    TAKE_UP = "take_up"
    RELEASE = "release"
    RETURN = "return"
    TAKE_BACK = "take_back"
    ACCEPT = "accept"


class Who(StrEnum):
    """Who may: the unit, whoever reviews it (the office or the head of its block), or the office alone."""

    UNIT = "unit"
    REVIEWER = "reviewer"
    OFFICE = "office"


class Move(NamedTuple):
    """Where a step leads, and who may take it."""

    to: State
    who: Who


_UNIT, _REVIEWER, _OFFICE = Who.UNIT, Who.REVIEWER, Who.OFFICE
TABLE: Final[Mapping[State, Mapping[Step, Move]]] = {
    State.NONE: {
        Step.SAVE: Move(State.DRAFT, _UNIT),
        Step.SUBMIT: Move(State.SUBMITTED, _UNIT),
    },
    State.DRAFT: {
        Step.SAVE: Move(State.DRAFT, _UNIT),
        Step.SUBMIT: Move(State.SUBMITTED, _UNIT),
    },
    State.SUBMITTED: {
        Step.SAVE: Move(State.AMENDING, _UNIT),
        Step.SUBMIT: Move(State.SUBMITTED, _UNIT),
        Step.WITHDRAW: Move(State.DRAFT, _UNIT),
        Step.TAKE_UP: Move(State.IN_REVIEW, _REVIEWER),
        Step.RETURN: Move(State.RETURNED, _REVIEWER),
        Step.ACCEPT: Move(State.ACCEPTED, _OFFICE),
    },
    # What was sent stands and can be taken up; an edit that was not sent is then set aside, never lost.
    State.AMENDING: {
        Step.SAVE: Move(State.AMENDING, _UNIT),
        Step.SUBMIT: Move(State.SUBMITTED, _UNIT),
        Step.WITHDRAW: Move(State.DRAFT, _UNIT),
        Step.TAKE_UP: Move(State.IN_REVIEW, _REVIEWER),
    },
    State.IN_REVIEW: {
        Step.RELEASE: Move(State.SUBMITTED, _REVIEWER),
        Step.RETURN: Move(State.RETURNED, _REVIEWER),
        Step.ACCEPT: Move(State.ACCEPTED, _OFFICE),
    },
    State.RETURNED: {
        Step.SAVE: Move(State.RETURNED, _UNIT),
        Step.SUBMIT: Move(State.RESUBMITTED, _UNIT),
        # It waits as it was sent: what answered an earlier return stands as that answer again, see ``waits_again``.
        Step.TAKE_BACK: Move(State.SUBMITTED, _REVIEWER),
        Step.ACCEPT: Move(State.ACCEPTED, _OFFICE),
    },
    State.RESUBMITTED: {
        Step.SAVE: Move(State.RETURNED, _UNIT),
        Step.SUBMIT: Move(State.RESUBMITTED, _UNIT),
        Step.WITHDRAW: Move(State.DRAFT, _UNIT),
        Step.TAKE_UP: Move(State.IN_SECOND_REVIEW, _REVIEWER),
        Step.RETURN: Move(State.RETURNED, _REVIEWER),
        Step.ACCEPT: Move(State.ACCEPTED, _OFFICE),
    },
    State.IN_SECOND_REVIEW: {
        Step.RELEASE: Move(State.RESUBMITTED, _REVIEWER),
        Step.RETURN: Move(State.RETURNED, _REVIEWER),
        Step.ACCEPT: Move(State.ACCEPTED, _OFFICE),
    },
    State.ACCEPTED: {
        Step.RETURN: Move(State.RETURNED, _REVIEWER),
    },
}

_PARTLY_OPEN: Final = frozenset({State.RETURNED, State.RESUBMITTED})
WAITING: Final = frozenset(
    {State.SUBMITTED, State.RESUBMITTED, State.AMENDING, State.IN_REVIEW, State.IN_SECOND_REVIEW}
)
"""Where a report waits for somebody to look at what was sent."""

_STANDS: Final[Mapping[State, str]] = {
    State.NONE: "chưa bắt đầu",
    State.DRAFT: "là bản nháp chưa gửi",
    State.SUBMITTED: "đã gửi và chờ xem xét",
    State.AMENDING: "đã gửi, đơn vị đang sửa và chưa gửi lại",
    State.IN_REVIEW: "đang được xem xét",
    State.RETURNED: "đang bị trả lại để sửa",
    State.RESUBMITTED: "đã gửi lại và chờ xem xét",
    State.IN_SECOND_REVIEW: "đang được xem xét lại",
    State.ACCEPTED: "đã được chấp nhận",
}
_ACTS: Final[Mapping[Step, str]] = {
    Step.SAVE: "sửa",
    Step.SUBMIT: "gửi",
    Step.WITHDRAW: "rút",
    Step.TAKE_UP: "nhận xem xét",
    Step.RELEASE: "thôi xem xét",
    Step.RETURN: "trả lại",
    Step.TAKE_BACK: "rút việc trả lại",
    Step.ACCEPT: "chấp nhận",
}
_ACTORS: Final[Mapping[Who, str]] = {
    Who.UNIT: "đơn vị",
    Who.REVIEWER: "Phòng Nội vụ hoặc khối trưởng",
    Who.OFFICE: "Phòng Nội vụ",
}


class ImpossibleStepError(ValueError):
    """The table does not hold this step; the message says how the report stands and what can be done with it."""

    def __init__(self, state: State, step: Step) -> None:
        told = "; ".join(f"{_ACTS[each]} ({_ACTORS[move.who]})" for each, move in TABLE[state].items())
        super().__init__(f"Báo cáo này {_STANDS[state]} nên không {_ACTS[step]} được. Lúc này có thể: {told}.")
        self.state = state
        self.possible = tuple(TABLE[state])


def after(state: State, step: Step) -> State:
    """Give where a step leads; raises ``ImpossibleStepError``."""
    move = TABLE[state].get(step)
    if move is None:
        raise ImpossibleStepError(state, step)
    return move.to


def who_may(step: Step) -> Who:
    """Give who takes this step, wherever the table holds it."""
    return next(moves[step].who for moves in TABLE.values() if step in moves)


def possible(state: State, hats: Collection[Who]) -> tuple[Step, ...]:
    """Name the steps that somebody who wears these hats can take now."""
    return tuple(step for step, move in TABLE[state].items() if move.who in hats)


def open_items(state: State, flagged: Collection[str]) -> frozenset[str] | None:
    """Give the items that the unit may write into: after a return only those; None = all of them."""
    if Step.SAVE not in TABLE[state]:
        return frozenset()
    return frozenset(flagged) if state in _PARTLY_OPEN else None


def keeps_its_time(state: State) -> bool:
    """Tell whether sending from here answers a return: no deadline stands in its way, and it is as late as it was."""
    return state in _PARTLY_OPEN


def is_unsent(state: State) -> bool:
    """Tell whether what is typed here was not sent yet: the moment of sending it decides whether it is late."""
    return state in (State.NONE, State.DRAFT, State.AMENDING)


class Taken(NamedTuple):
    """A step that was taken: where it led, of which submission, and which items it gave back."""

    state: State
    receipt_number: str
    items: Mapping[str, str] | None = None


def waits_again(steps: Iterable[Taken], receipt_number: str) -> tuple[State, Mapping[str, str] | None]:
    """Give where a report stands whose return is taken back, and which items are open then: as it stood when it was sent.

    ``steps`` are all that were taken with it, oldest first. What answered an earlier return keeps that one's items and time.
    """
    before = tuple(takewhile(lambda each: each.receipt_number != receipt_number, steps))
    last = before[-1] if before else None
    if last and last.state is State.RETURNED:
        return State.RESUBMITTED, last.items
    if last and last.state is State.RESUBMITTED:
        # It was sent over an answer that still stood: what that one answered, this one answers.
        return waits_again(before, last.receipt_number)
    return after(State.RETURNED, Step.TAKE_BACK), None


def settle(sent: Mapping[str, str], typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Go back to what was sent, as a review needs it; give that, and what was typed since, to be set aside."""
    aside = {item: text for item, text in typed.items() if text != sent.get(item, "")}
    return dict(sent), aside
