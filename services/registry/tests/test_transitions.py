"""Does the one table of a report's way hold: nothing typed is lost, and nobody is ever stuck?"""

from collections import deque
from collections.abc import Collection

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from registry import rules
from registry.rules import transitions
from registry.rules.transitions import TABLE, State, Step, Taken, Who

ITEMS = ("1.1", "1.2", "2.1")
texts = st.sampled_from(["", "1", "2,5", "hỏi lại", "  "])


def reachable(begin: State, by: Collection[Who] = tuple(Who)) -> set[State]:
    seen, waiting = {begin}, deque([begin])
    while waiting:
        for move in TABLE[waiting.popleft()].values():
            if move.who in by and move.to not in seen:
                seen.add(move.to)
                waiting.append(move.to)
    return seen


def test_every_state_is_reached_and_has_a_way_on_to_acceptance() -> None:
    assert reachable(State.NONE) == set(State)
    for state in State:
        assert TABLE[state], state
        assert State.ACCEPTED in reachable(state), state


def test_whatever_was_sent_can_be_concluded_by_the_office_alone() -> None:
    """A unit may merge or leave its block at any time: no head reviews it then, and perhaps nobody writes for it any more."""
    for state in set(State) - {State.NONE, State.DRAFT}:
        assert State.ACCEPTED in reachable(state, {Who.REVIEWER, Who.OFFICE}), state


@pytest.mark.parametrize("step", Step)
def test_a_step_is_taken_by_the_same_hat_wherever_it_is_held(step: Step) -> None:
    assert {moves[step].who for moves in TABLE.values() if step in moves} == {transitions.who_may(step)}


def test_whatever_was_sent_can_be_taken_back_by_its_unit_or_answered_by_its_reviewer() -> None:
    """Every act has its way back: sent → withdrawn, taken up → released, looked at → returned → taken back, accepted → returned."""
    for state in transitions.WAITING:
        back = {Step.WITHDRAW, Step.RELEASE} & set(TABLE[state])
        assert back, state
        assert Step.RETURN in TABLE[state] or Step.TAKE_UP in TABLE[state], state
    assert Step.RETURN in TABLE[State.ACCEPTED]
    assert {state for state in State if Step.TAKE_BACK in TABLE[state]} == {State.RETURNED}
    assert State.SUBMITTED in reachable(State.RETURNED, {Who.REVIEWER})
    for state, moves in TABLE.items():
        if Step.WITHDRAW in moves:
            assert moves[Step.WITHDRAW].to is State.DRAFT, state


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_a_step_that_is_not_held_says_what_can_be_done(state: State, step: Step) -> None:
    if step in TABLE[state]:
        assert transitions.after(state, step) is TABLE[state][step].to
        return
    with pytest.raises(transitions.ImpossibleStepError, match=r"Lúc này có thể: .+") as told:
        transitions.after(state, step)
    assert told.value.possible == tuple(TABLE[state])
    assert not {each.value for each in (*State, *Step)} & set(str(told.value).split())


def test_a_stranger_can_do_nothing_and_a_unit_never_accepts_its_own_report() -> None:
    for state in State:
        assert transitions.possible(state, ()) == ()
        assert Step.ACCEPT not in transitions.possible(state, {Who.UNIT, Who.REVIEWER})


class Way(RuleBasedStateMachine):
    """One report under any sequence of allowed steps, moved by the very functions that the actions call."""

    @initialize()
    def begin(self) -> None:
        self.state = State.NONE
        self.fields: dict[str, str] = {}
        self.sent: dict[str, str] | None = None
        self.flagged: dict[str, str] = {}
        self.history: list[dict[str, str]] = []
        self.steps: list[Taken] = []
        self.receipts = 0
        self.as_sent: tuple[State, dict[str, str]] = (State.NONE, {})
        self.last: dict[str, str] = {}

    def holds(self, step: Step) -> bool:
        return step in TABLE[self.state]

    @rule(item=st.sampled_from(ITEMS), text=texts)
    def save(self, item: str, text: str) -> None:
        changed = rules.changes(self.fields, {item: text})
        sealed = rules.sealed(changed, transitions.open_items(self.state, self.flagged))
        if not self.holds(Step.SAVE):
            assert transitions.open_items(self.state, self.flagged) == frozenset()
        elif changed and not sealed:
            self.state = transitions.after(self.state, Step.SAVE)
            self.fields[item] = text
            self.last[item] = text

    @precondition(lambda self: self.holds(Step.SUBMIT))
    @rule()
    def submit(self) -> None:
        if transitions.keeps_its_time(self.state):
            assert self.sent is not None
            assert set(rules.changes(self.sent, self.fields)) <= set(self.flagged)
        self.state = transitions.after(self.state, Step.SUBMIT)
        self.sent = dict(self.fields)
        self.history.append(dict(self.fields))
        self.receipts += 1
        self.as_sent = (self.state, self.flagged)

    def taken(self, items: dict[str, str] | None = None) -> None:
        self.steps.append(Taken(self.state, str(self.receipts), items))

    @precondition(lambda self: self.holds(Step.WITHDRAW))
    @rule()
    def withdraw(self) -> None:
        self.state = transitions.after(self.state, Step.WITHDRAW)
        self.sent, self.flagged = None, {}
        self.taken()

    @precondition(lambda self: self.holds(Step.TAKE_UP))
    @rule()
    def take_up(self) -> None:
        self.state = transitions.after(self.state, Step.TAKE_UP)
        self.go_back()
        self.taken()

    @precondition(lambda self: self.holds(Step.RELEASE))
    @rule()
    def release(self) -> None:
        self.state = transitions.after(self.state, Step.RELEASE)
        self.taken()

    @precondition(lambda self: self.holds(Step.RETURN))
    @rule(items=st.sets(st.sampled_from(ITEMS), min_size=1))
    def give_back(self, items: set[str]) -> None:
        self.state = transitions.after(self.state, Step.RETURN)
        self.flagged = dict.fromkeys(items, "số liệu chưa khớp")
        self.taken(self.flagged)

    @precondition(lambda self: self.holds(Step.TAKE_BACK))
    @rule()
    def take_back(self) -> None:
        self.state, flagged = transitions.waits_again(self.steps, str(self.receipts))
        self.go_back()
        self.flagged = dict(flagged or {})
        self.taken()
        assert (self.state, self.flagged) == self.as_sent, "it waits as it was sent"

    @precondition(lambda self: self.holds(Step.ACCEPT))
    @rule()
    def accept(self) -> None:
        self.state = transitions.after(self.state, Step.ACCEPT)
        self.go_back()
        self.flagged = {}
        self.taken()

    def go_back(self) -> None:
        assert self.sent is not None
        self.fields, aside = transitions.settle(self.sent, self.fields)
        self.history.append(aside)

    @invariant()
    def the_last_text_of_each_item_stands_or_was_sent_or_set_aside(self) -> None:
        for item, text in self.last.items():
            assert any(kept.get(item, "") == text for kept in (self.fields, *self.history)), (item, text)

    @invariant()
    def a_review_looks_at_what_was_sent(self) -> None:
        if self.state in (State.IN_REVIEW, State.IN_SECOND_REVIEW, State.ACCEPTED, State.SUBMITTED, State.RESUBMITTED):
            assert self.fields == self.sent

    @invariant()
    def there_is_a_way_on(self) -> None:
        assert TABLE[self.state]


TestWay = Way.TestCase
