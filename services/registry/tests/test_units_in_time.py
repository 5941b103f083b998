"""Does the registry lose nothing of a unit, and tell of any day what was true on it, whatever is decided in what order?"""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.registry import UnitKind
from registry import rules
from registry.rules import Act, ActKind, Change, ChangeKind, Contact, Known, NewUnit, World

BEGAN = date(2020, 1, 1)
TODAY = date(2030, 1, 1)
UNITS = [UUID(int=number) for number in range(1, 5)]
BLOCKS = {UUID(int=900 + year): year for year in range(2020, 2024)}
days = st.integers(-5, 1200).map(lambda number: BEGAN + timedelta(days=number))
names = st.sampled_from(["Phường A", "Phường B", "Xã C", "Xã D"])


def registered(number: int, unit_id: UUID) -> Known:
    sets = {"name": f"Đơn vị {number}", "kind": "ward", "parent_id": None, "code": f"0{number}"}
    change = Change(change_id=UUID(int=number), kind=ChangeKind.REGISTERED, effective_on=BEGAN, sets=sets)
    return Known(unit_id=unit_id, version=1, changes=(change,))


class Town:
    """A registry of values: what the real one keeps in tables, and beside it the plain list of what was decided."""

    def __init__(self) -> None:
        self.units = {unit_id: registered(number, unit_id) for number, unit_id in enumerate(UNITS, start=1)}
        self.facts: list[tuple[date, int, UUID, dict[str, object], bool]] = [
            (BEGAN, 0, unit_id, dict(known.changes[0].sets), False) for unit_id, known in self.units.items()
        ]
        self.acts = 0

    def world(self, act: Act) -> World:
        children: dict[UUID, tuple[UUID, ...]] = {}
        for unit_id in rules.ending(act):
            children[unit_id] = tuple(child for child, known in self.units.items() if self._under(known, unit_id, act))
        above = set(self._above(act.parent_id, act.effective_on)) if act.parent_id else set()
        codes: dict[str, list[tuple[UUID, str]]] = {}
        for unit_id, known in self.units.items():
            for state in known.states:
                if state.code and (state.until_on is None or state.until_on > act.effective_on):
                    codes.setdefault(state.code, []).append((unit_id, state.name))
        later = {
            state.parent_id
            for known in self.units.values()
            for state in known.states
            if state.parent_id and state.from_on > act.effective_on
        }
        return World(
            today=TODAY,
            units=self.units,
            children=children,
            later_children=frozenset(later),
            above=frozenset(above),
            blocks=BLOCKS,
            standings={},
            codes={code: tuple(held) for code, held in codes.items()},
        )

    @staticmethod
    def _under(known: Known, unit_id: UUID, act: Act) -> bool:
        return any(
            state.parent_id == unit_id and (state.until_on is None or state.until_on > act.effective_on)
            for state in known.states
        )

    def _above(self, unit_id: UUID | None, on: date) -> Iterator[UUID]:
        seen: set[UUID] = set()
        waiting = [unit_id]
        while waiting:
            each = waiting.pop()
            if each is None or each in seen or each not in self.units:
                continue
            seen.add(each)
            yield each
            waiting += [
                state.parent_id for state in self.units[each].states if state.until_on is None or state.until_on > on
            ]

    def decide(self, act: Act) -> bool:
        """Record a decision as the registry does, if nothing speaks against it."""
        world = self.world(act)
        if rules.check(act, world) or rules.refused(act, world):
            return False
        self.acts += 1
        change_id = UUID(int=1000 + self.acts)
        for planned in rules.plan(act, world):
            change = Change(change_id=change_id, kind=planned.kind, effective_on=act.effective_on, sets=planned.sets)
            known = self.units.get(planned.unit_id)
            self.units[planned.unit_id] = Known(
                unit_id=planned.unit_id, version=1, changes=(*(known.changes if known else ()), change)
            )
            ends = planned.kind in (ChangeKind.MERGED, ChangeKind.SPLIT, ChangeKind.CLOSED)
            self.facts.append((act.effective_on, self.acts, planned.unit_id, dict(planned.sets), ends))
        return True

    def true_on(self, unit_id: UUID, day: date) -> dict[str, object] | None:
        """What the plain list says: everything decided up to that day, one after the other."""
        held: dict[str, object] = {}
        for on, _, about, sets, ends in sorted(self.facts, key=lambda fact: fact[:2]):
            if about == unit_id and on <= day:
                if ends:
                    return None
                held |= {name: value for name, value in sets.items() if name in ("name", "code", "parent_id")}
        return held or None


@st.composite
def acts(draw: st.DrawFn) -> Act:
    kind = draw(st.sampled_from(ActKind))
    unit = st.sampled_from([*UNITS, UUID(int=5001)])
    asked: dict[str, object] = {
        "kind": kind,
        "unit_ids": draw(st.lists(unit, min_size=1, max_size=2 if kind is ActKind.MERGE else 1)),
        "effective_on": draw(days),
        "reason": "Theo quyết định",
    }
    new = st.builds(
        NewUnit,
        unit_id=st.integers(5001, 5040).map(lambda number: UUID(int=number)),
        name=names,
        kind=st.just(UnitKind.WARD),
        code=st.none() | st.sampled_from(["01", "02", "77"]),
        parent_id=st.none() | unit,
    )
    if kind is ActKind.RENAME:
        asked["name"] = draw(names)
    if kind is ActKind.RECODE:
        asked["code"] = draw(st.none() | st.sampled_from(["01", "02", "88"]))
    if kind is ActKind.PLACE:
        asked["parent_id"] = draw(st.none() | unit)
    if kind is ActKind.CONTACT:
        asked["contact"] = Contact(phone="0213")
    if kind is ActKind.MERGE and draw(st.booleans()):
        asked["into"] = draw(unit)
    elif kind in (ActKind.MERGE, ActKind.SPLIT):
        asked["new_units"] = draw(st.lists(new, min_size=1, max_size=1 if kind is ActKind.MERGE else 2))
        asked["keeps"] = kind is ActKind.SPLIT and draw(st.booleans())
    if kind in (ActKind.SPLIT, ActKind.CLOSE):
        asked["children_to"] = draw(st.none() | unit)
    return Act.model_validate(asked)


@given(st.lists(acts(), max_size=12), st.lists(days, max_size=6))
@settings(max_examples=300)
def test_of_any_day_the_answer_is_what_was_true_on_it(decided: list[Act], asked: list[date]) -> None:
    town = Town()
    for act in decided:
        town.decide(act)
    for day in {*asked, *(fact[0] for fact in town.facts), *(fact[0] - timedelta(days=1) for fact in town.facts)}:
        for unit_id, known in town.units.items():
            state = rules.as_of(known.states, day)
            told = state and {
                "name": state.name,
                "code": state.code,
                "parent_id": state.parent_id and str(state.parent_id),
            }
            assert told == town.true_on(unit_id, day), (unit_id, day)


@given(st.lists(acts(), max_size=12))
@settings(max_examples=300)
def test_no_decision_loses_what_was_before_it(decided: list[Act]) -> None:
    town = Town()
    for act in decided:
        before = {
            (unit_id, day): rules.as_of(known.states, day)
            for unit_id, known in town.units.items()
            for day in (BEGAN, act.effective_on - timedelta(days=1))
        }
        town.decide(act)
        after = {key: rules.as_of(town.units[key[0]].states, key[1]) for key in before}
        held = {key: state and state.model_dump(exclude={"until_on", "ended"}) for key, state in before.items()}
        assert held == {key: state and state.model_dump(exclude={"until_on", "ended"}) for key, state in after.items()}
    for known in town.units.values():
        lasting = known.states
        assert [state.until_on for state in lasting[:-1]] == [state.from_on for state in lasting[1:]]
        assert lasting[-1].until_on == rules.ended_on(known.changes)
        assert all(state.until_on is None or state.from_on < state.until_on for state in lasting)


@given(st.lists(acts(), max_size=12), days)
@settings(max_examples=200)
def test_nobody_stands_under_one_that_is_no_more_or_under_itself(decided: list[Act], day: date) -> None:
    town = Town()
    for act in decided:
        town.decide(act)
    standing = {unit_id: rules.as_of(known.states, day) for unit_id, known in town.units.items()}
    for unit_id, state in standing.items():
        steps, above = 0, state.parent_id if state else None
        while above is not None:
            assert standing[above] is not None, (unit_id, above, day)
            steps += 1
            assert steps <= len(standing), "a ring of units"
            above = standing[above].parent_id  # type: ignore[union-attr]


def decide(kind: ActKind, *unit_ids: UUID, on: date = date(2022, 7, 1), **more: object) -> Act:
    asked = {"kind": kind, "unit_ids": unit_ids, "effective_on": on, "reason": "Theo quyết định", **more}
    return Act.model_validate(asked)


FIRST, SECOND, THIRD, _ = UNITS
WRONG = [
    (decide(ActKind.MERGE, FIRST, SECOND, into=FIRST), [("into", "chính nó")]),
    (
        decide(ActKind.MERGE, FIRST, UUID(int=77), UUID(int=77)),
        [("into", "Chọn"), ("unit_ids.1", "không có"), ("unit_ids.2", "đã có")],
    ),
    (decide(ActKind.RENAME, FIRST, name="Phường A", on=BEGAN), [("effective_on", "lập ngày 01/01/2020")]),
    (decide(ActKind.RENAME, FIRST, name="Đơn vị 1"), [("name", "đúng tên này")]),
    (decide(ActKind.RENAME, FIRST, code="9"), [("code", "không dùng"), ("name", "Nhập tên mới")]),
    (decide(ActKind.RECODE, FIRST, code="02"), [("code", "đang là của Đơn vị 2")]),
    (decide(ActKind.PLACE, FIRST, parent_id=FIRST), [("parent_id", "chính đơn vị này")]),
    (decide(ActKind.CLOSE, FIRST, on=date(1900, 1, 1)), [("effective_on", "1945"), ("effective_on", "lập ngày")]),
    (decide(ActKind.SPLIT, FIRST), [("new_units", "ít nhất 2")]),
    (decide(ActKind.CLOSE, FIRST, decision_on=date(2031, 1, 1)), [("decision_on", "chưa tới")]),
    (decide(ActKind.MOVE, FIRST, block_id=UUID(int=900 + 2021)), [("block_id", "năm 2021")]),
    (decide(ActKind.MOVE, FIRST), [("block_id", "không ở khối nào")]),
]


@pytest.mark.parametrize(("act", "said"), WRONG)
def test_all_faults_are_named_at_once(act: Act, said: list[tuple[str, str]]) -> None:
    town = Town()
    faults = rules.check(act, town.world(act))
    assert sorted(fault.criterion for fault in faults) == sorted(field for field, _ in said)
    for field, words in said:
        assert any(fault.criterion == field and words in fault.message for fault in faults), (field, words, faults)


def test_what_is_merged_into_one_that_is_no_more_is_refused() -> None:
    town = Town()
    assert town.decide(decide(ActKind.CLOSE, SECOND))
    act = decide(ActKind.MERGE, FIRST, into=SECOND, on=date(2022, 8, 1))
    (fault,) = rules.check(act, town.world(act))
    assert (fault.criterion, "đã kết thúc từ ngày 01/07/2022" in fault.message) == ("into", True)


@pytest.mark.parametrize(
    ("on", "kind", "possible"),
    [
        (date(2022, 7, 1), ActKind.RENAME, ()),
        (
            date(2022, 6, 1),
            ActKind.MERGE,
            tuple(kind for kind in ActKind if kind not in (ActKind.MERGE, ActKind.SPLIT, ActKind.CLOSE)),
        ),
        (date(2022, 6, 1), ActKind.RENAME, None),
    ],
)
def test_a_unit_whose_end_is_decided_takes_only_what_the_table_holds(
    on: date, kind: ActKind, possible: tuple[ActKind, ...] | None
) -> None:
    town = Town()
    assert town.decide(decide(ActKind.CLOSE, FIRST))
    act = decide(kind, FIRST, on=on, **({"name": "Phường A"} if kind is ActKind.RENAME else {"into": SECOND}))
    refused = rules.refused(act, town.world(act))
    assert [each.possible for each in refused] == ([] if possible is None else [possible])


def test_one_change_does_not_contradict_another_of_the_same_day() -> None:
    town = Town()
    assert town.decide(decide(ActKind.RENAME, FIRST, name="Phường A"))
    again = decide(ActKind.RENAME, FIRST, name="Phường B")
    assert [fault.criterion for fault in rules.check(again, town.world(again))] == ["effective_on"]
    earlier = decide(ActKind.CLOSE, FIRST, on=date(2022, 1, 1))
    assert [fault.criterion for fault in rules.check(earlier, town.world(earlier))] == ["effective_on"]
    assert town.decide(decide(ActKind.RECODE, FIRST, code="55"))


def test_a_unit_does_not_end_before_others_come_to_stand_under_it() -> None:
    town = Town()
    assert town.decide(decide(ActKind.PLACE, SECOND, parent_id=FIRST, on=date(2022, 9, 1)))
    act = decide(ActKind.CLOSE, FIRST, children_to=THIRD)
    assert [fault.criterion for fault in rules.check(act, town.world(act))] == ["effective_on"]
