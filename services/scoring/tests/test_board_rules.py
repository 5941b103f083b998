"""Do fingerprints, folds and disclosure hold for any board?"""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.scoring import BoardState
from scoring import rules
from scoring.queries import standing
from scoring.rules import Audience, publishing
from scoring.rules.disclosure import OF_A_BOARD, OF_A_ROW, OWN
from scoring.rules.rows import ordered

PERIOD, BLOCK = UUID(int=5), UUID(int=6)
UNITS = [UUID(int=100 + number) for number in range(6)]

_amounts = st.decimals(min_value=0, max_value=200, places=2)


def _row(unit: UUID, points: Decimal | None) -> dict[str, Any]:
    figures = {
        "unit_id": unit,
        "rank": 1,
        "previous_rank": None,
        "points": points,
        "percent": points,
        "decided_by": None,
        "maximum": "100",
        "groups": [{"group": "1", "points": "1.00", "maximum": "2"}],
        "bonus": "0",
        "penalty": "0",
        "disqualified": ["K.1"],
        "late": False,
    }
    return rules.rows.row_of(unit, None if points is None else figures)


_boards = st.dictionaries(st.sampled_from(UNITS), st.none() | _amounts).map(
    lambda found: [_row(unit, points) for unit, points in found.items()]
)


@given(_boards, st.randoms())
def test_a_fingerprint_is_of_what_stands_there_not_of_how_it_is_written(
    rows: list[dict[str, Any]], chance: Any
) -> None:
    plain = rules.fingerprint(PERIOD, BLOCK, rows)
    as_text = [{**row, "points": None if row["points"] is None else f"{row['points']}00"} for row in rows]
    chance.shuffle(as_text)
    assert rules.fingerprint(PERIOD, BLOCK, as_text) == plain
    assert rules.fingerprint(PERIOD, BLOCK, [rules.snapshots.kept(row) for row in rows]) == plain
    assert rules.fingerprint(uuid4(), BLOCK, rows) != plain


@given(_boards, _amounts)
def test_another_place_or_another_amount_is_another_fingerprint(rows: list[dict[str, Any]], more: Decimal) -> None:
    placed = [row for row in rows if row["points"] is not None]
    for row in placed:
        for change in ({"points": row["points"] + more + 1}, {"rank": 7}, {"decided_by": "shared"}):
            changed = [{**each, **change} if each is row else each for each in rows]
            assert rules.fingerprint(PERIOD, BLOCK, changed) != rules.fingerprint(PERIOD, BLOCK, rows)


@given(
    st.dictionaries(st.text(min_size=1, max_size=12) | st.sampled_from(sorted(OWN)), st.integers(), max_size=30),
    st.dictionaries(
        st.text(min_size=1, max_size=12) | st.sampled_from(sorted(OF_A_BOARD[Audience.BLOCK])), st.integers()
    ),
    st.sampled_from(Audience),
    st.sets(st.sampled_from(UNITS)),
)
def test_an_audience_never_sees_a_field_that_its_rule_does_not_name(
    fields: dict[str, int], about: dict[str, int], audience: Audience, own: set[UUID]
) -> None:
    """Whatever a board grows: what no rule names goes to nobody."""
    board = {**about, "rows": [{**fields, "unit_id": unit} for unit in UNITS]}
    told = rules.disclose(board, audience, own)
    assert told.keys() <= OF_A_BOARD[audience]
    for row in told["rows"]:
        speaks_for = audience is Audience.BLOCK and row["unit_id"] in own
        assert row.keys() <= (OWN if speaks_for else OF_A_ROW[audience])
        assert row["unit_id"] in UNITS


def test_whoever_may_see_more_sees_all_that_others_see() -> None:
    for rule in (OF_A_ROW, OF_A_BOARD):
        assert rule[Audience.PUBLIC] <= rule[Audience.BLOCK] <= rule[Audience.OFFICE]
    assert "disqualified" not in OF_A_ROW[Audience.BLOCK]
    assert "groups" not in OF_A_ROW[Audience.PUBLIC]


async def test_a_place_tells_why_there_is_none_to_whoever_may_see_that_on_the_board() -> None:
    own = _row(UNITS[0], Decimal(80)) | {"rank": None, "state": "disqualified"}
    board = {"rows": [own], "members": 1, "ranked": 0, "period_id": PERIOD, "block_id": BLOCK}
    nobody: Any = None
    for reader, reasons in (([UNITS[0]], ["K.1"]), ([UNITS[1]], None)):
        told = await standing._told(nobody, rules.disclose(board, Audience.BLOCK, reader), UNITS[0], votes=False)
        assert told
        assert told.get("disqualified") == reasons


_changes = st.lists(
    st.dictionaries(st.sampled_from(UNITS), st.none() | st.tuples(st.none() | st.integers(1, 6), _amounts), max_size=4),
    max_size=8,
)


@given(_changes, st.randoms())
def test_a_fold_is_the_last_that_was_said_of_each_unit_in_whatever_order_it_comes(
    story: list[dict[UUID, Any]], chance: Any
) -> None:
    events, last = [], {}
    for version, said in enumerate(story, start=1):
        changed = [
            {
                "unit_id": str(unit),
                "rank": place and place[0],
                "points": place and str(place[1]),
                "percent": place and str(place[1]),
                "decided_by": None,
            }
            for unit, place in said.items()
        ]
        events.append(rules.Told(version, 0, False, {"members": 6, "changed": changed}))
        last |= said
    chance.shuffle(events)
    stood = rules.fold(events)
    assert {UUID(row["unit_id"]): (row["rank"], row["points"]) for row in stood.rows} == {
        unit: place for unit, place in last.items() if place
    }
    assert stood.version == len(story)


_percents = st.integers(0, 4).map(Decimal)
_steps = st.lists(st.dictionaries(st.sampled_from(UNITS), st.none() | _percents, max_size=3), min_size=1, max_size=8)


def _placed(percents: dict[UUID, Decimal]) -> dict[UUID, rules.Ranked]:
    nothing, hundred = Decimal(0), Decimal(100)
    return {
        place.unit_id: place
        for place in rules.rank(
            {
                unit: rules.Standing(each, hundred, each, each, nothing, nothing, nothing, disqualified=False)
                for unit, each in percents.items()
            }
        )
    }


@given(_steps, st.integers(0, 8))
def test_ranks_are_counted_where_those_who_were_only_passed_are_not_named(
    story: list[dict[UUID, Decimal | None]], told_until: int
) -> None:
    """Up to some event everybody with another rank is named, as it was once; after that those who were passed are not."""
    percents: dict[UUID, Decimal] = {}
    stood: dict[UUID, rules.Ranked] = {}
    events = []
    for version, step in enumerate(story, start=1):
        percents |= {unit: each for unit, each in step.items() if each is not None}
        gone = [unit for unit, each in step.items() if each is None and percents.pop(unit, None) is not None]
        now = _placed(percents)
        once = version <= told_until
        named = [
            place
            for unit, place in now.items()
            if (place != stood.get(unit) if once else unit not in stood or place.kept != stood[unit].kept)
        ]
        changed: list[dict[str, Any]] = [
            {name: value for name, value in place._asdict().items() if not (once and name == "among")}
            for place in named
        ]
        for place in changed:
            place |= {"unit_id": str(place["unit_id"]), **{name: str(place[name]) for name in ("points", "percent")}}
        said: dict[str, Any] = {"members": 6, "changed": changed, "left": [str(unit) for unit in gone]}
        passed = not once and now.keys() - {place.unit_id for place in named}
        events.append(rules.Told(version, 0, False, said | ({"passed": ["somebody"]} if passed else {})))
        stood = now
    rows = {UUID(row["unit_id"]): (row["rank"], row["points"]) for row in rules.fold(events).rows}
    assert rows == {unit: (place.rank, place.points) for unit, place in stood.items()}


def test_whoever_left_the_block_stands_on_the_board_no_longer() -> None:
    place = {"unit_id": "a", "rank": 1, "points": "1", "percent": "1", "decided_by": None}
    away = {"members": 1, "changed": [], "left": ["a"]}
    stays = {"members": 1, "changed": [place | {"rank": None, "points": "2"}]}
    first = rules.Told(1, 0, False, {"members": 2, "changed": [place]})
    assert rules.fold([first, rules.Told(2, 0, False, away)]).rows == []
    # A rescoring tells the points of whoever stands nowhere; whoever is disqualified by it stays on the board.
    assert rules.fold([first, rules.Told(2, 0, False, away), rules.Told(3, 1, True, stays)]).rows == []
    assert [row["rank"] for row in rules.fold([first, rules.Told(2, 1, True, stays)]).rows] == [None]


def test_rows_come_by_place_then_those_without_one() -> None:
    ranks = {UNITS[0]: None, UNITS[1]: 2, UNITS[2]: 1}
    assert ordered(UNITS[:4], ranks) == [UNITS[2], UNITS[1], UNITS[0], UNITS[3]]


FROZEN, FINAL = BoardState.FROZEN, BoardState.FINAL


@pytest.mark.parametrize(
    "case",
    [
        (None, FROZEN, 1, None, ["a"], None),
        (None, FINAL, 1, None, [], None),
        (None, FINAL, 1, None, ["3 báo cáo"], "còn 3 báo cáo"),
        (FROZEN, FROZEN, 0, None, [], "giống hệt"),
        (FROZEN, FROZEN, 2, None, [], None),
        (FROZEN, FINAL, 0, None, [], None),
        (FROZEN, FINAL, 0, None, ["3 báo cáo"], "còn 3 báo cáo"),
        (FINAL, FROZEN, 2, "vì kiến nghị", [], "đã chính thức"),
        (FINAL, FINAL, 2, None, [], "đã chính thức"),
        (FINAL, FINAL, 0, "vì kiến nghị", [], "giống hệt"),
        (FINAL, FINAL, 2, "vì kiến nghị", ["3 báo cáo"], "còn 3 báo cáo"),
        (FINAL, FINAL, 2, "vì kiến nghị", [], None),
    ],
)
def test_what_may_be_published(
    case: tuple[BoardState | None, BoardState, int, str | None, list[str], str | None],
) -> None:
    newest, wanted, changes, reason, unsettled, says = case
    no = publishing.refused(newest, wanted, changes=changes, reason=reason, unsettled=unsettled)
    assert (no is None) if says is None else (no is not None and says in no.why)
    # Whoever is refused is told what is possible.
    assert no is None or no.instead
