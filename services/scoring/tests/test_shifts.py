"""Does everybody whom a change passes keep the place among equals, and is it passed by as many as ranking all of them anew gives?"""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from scoring import rules
from scoring.rules import shifts
from scoring.rules.shifts import Change

PERCENTS = st.integers(0, 6).map(Decimal)
"""Few, so that many units are equal."""
SCORES = st.tuples(PERCENTS, st.booleans()).map(lambda drawn: standing(*drawn))


def standing(percent: Decimal, out: bool) -> rules.Standing:
    nothing = Decimal(0)
    return rules.Standing(percent, Decimal(100), percent, percent, nothing, nothing, nothing, disqualified=out)


@st.composite
def stories(draw: st.DrawFn) -> tuple[Mapping[UUID, rules.Standing], list[Change]]:
    """Give how a board stood, and what changes on it at once: members that move, come, leave the ranking or return."""
    stood = dict(enumerate(draw(st.lists(SCORES, max_size=12))))
    news = draw(st.dictionaries(st.integers(0, 14), SCORES, min_size=1, max_size=5))
    changes = [
        Change(UUID(int=unit), UUID(int=0), old and old.percent, old is not None and not old.disqualified, now)
        for unit, now in news.items()
        for old in [stood.get(unit)]
    ]
    return {UUID(int=unit): each for unit, each in stood.items()}, changes


@given(stories())
def test_everybody_keeps_the_place_among_equals_and_is_passed_by_as_many_as_the_span_says(
    story: tuple[Mapping[UUID, rules.Standing], list[Change]],
) -> None:
    stood, changes = story
    now = {**stood, **{each.unit_id: each.now for each in changes}}
    before = {place.unit_id: place for place in rules.rank(stood)}
    after = {place.unit_id: place for place in rules.rank(now)}
    ends, spans = shifts.ends(changes), list(shifts.spans(changes))
    assert [span.low for span in spans if span.least is not None] == ends[::-1]
    for unit, score in stood.items():
        if score.percent not in ends and not score.disqualified:
            (span,) = (span for span in spans if span.low < score.percent < span.high)
            assert after[unit].kept == before[unit].kept
            assert after[unit].rank == (before[unit].rank or 0) + span.by
    for span in spans:
        old, new = (
            sum(each.percent > span.low and not each.disqualified for each in board.values()) for board in (stood, now)
        )
        assert span.by == new - old or span.least is None


@given(stories())
def test_runs_tell_of_just_those_who_have_another_rank(
    story: tuple[Mapping[UUID, rules.Standing], list[Change]],
) -> None:
    stood, changes = story
    before = {place.unit_id: place for place in rules.rank(stood)}
    after = {place.unit_id: place for place in rules.rank({**stood, **{each.unit_id: each.now for each in changes}})}
    by = {
        unit: (place.percent, place.rank - (before[unit].rank or 0))
        for unit, place in after.items()
        if unit in before and place.kept == before[unit].kept and place.rank
    }
    runs = list(shifts.runs(by.values()))
    for percent, passed in by.values():
        assert sum(span.by for span, _ in runs if span.low <= percent < span.high) == passed
    assert sum(units for _, units in runs) == sum(passed != 0 for _, passed in by.values())
