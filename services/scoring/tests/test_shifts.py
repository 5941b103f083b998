"""Is everybody whom a change passes counted on by just so many places as ranking all of them anew would give?"""

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
def test_between_the_ends_ranks_shift_by_the_span_and_at_them_by_who_came_ahead(
    story: tuple[Mapping[UUID, rules.Standing], list[Change]],
) -> None:
    stood, changes = story
    now = {**stood, **{each.unit_id: each.now for each in changes}}
    before = {place.unit_id: place.rank for place in rules.rank(stood)}
    after = {place.unit_id: place.rank for place in rules.rank(now)}
    ends, spans = shifts.ends(changes), list(shifts.spans(changes))
    for unit, score in stood.items():
        if score.percent not in ends and not score.disqualified:
            by = [span.by for span in spans if span.low < score.percent < span.high]
            rank = before[unit]
            assert rank is not None
            assert after[unit] == rank + sum(by)
            assert len(by) <= 1
    for percent in ends:
        old, new = (
            sum(each.percent > percent and not each.disqualified for each in board.values()) for board in (stood, now)
        )
        assert new == old + shifts.come_ahead(changes, percent)
