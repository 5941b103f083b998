"""Does every title look at the rank that its unit has by now, whoever moved it, and whatever came first or again?"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
import yaml
from city import BLOCK, CAMPAIGN, CAMPAIGN_DOCUMENT, PACK, PERIOD, SHEET, standings
from house import House, Templates, event_of, ident
from hypothesis import given, settings
from hypothesis import strategies as st

from awards import actions
from awards.rules import Pack
from chassis.events import Outcome
from contracts.envelope import Event
from contracts.registry import CampaignLaunched, UnitRegistered
from contracts.scoring import BlockRescored, Passed, Place, RankingChanged, RescoredUnit

UNITS = tuple(ident(f"unit-{number}") for number in range(8))
WHERE = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "members": len(UNITS)}
_RESCORING = {"rescoring_id": ident("rescoring"), "sheet_id": SHEET, "sheet_version": 2}
_numbers = itertools.count(1)

Told = Event[RankingChanged] | Event[BlockRescored]


@dataclass
class Board:
    """Scoring's side, told as simply as can be: all are ranked anew, and whoever is not as before is told of.

    Who has the same percent stands in pairs: unit 0 shares with 1, ahead of 2 and 3.
    """

    named: int = 1
    """How many that were only passed are named."""
    version: int = 0
    percent: dict[UUID, int] = field(default_factory=dict)
    places: dict[UUID, tuple[int, int, int]] = field(default_factory=dict)
    """(percent, among, rank)"""

    def tell(self, moves: Mapping[int, int | None], *, left: Sequence[int] = ()) -> Event[RankingChanged]:
        """Move units to these percents, or withdraw them (None), and tell of it as an event."""
        before, changed = self._move({**moves, **dict.fromkeys(left)})
        gone = {UNITS[each] for each in left}
        named, passed = self._passed(before, changed)
        told = [unit for unit in {**dict.fromkeys(changed), **dict.fromkeys(named)} if unit not in gone]
        return event_of(
            RankingChanged(
                **WHERE,
                **self._came_to(),
                changed=tuple(Place(**self._told(unit, before)) for unit in told),
                left=tuple(sorted(gone & before.keys())),
                passed=passed,
            )
        )

    def rescore(self, moves: Mapping[int, int]) -> list[Event[BlockRescored]]:
        """Move those of these units that are ranked, and tell of everybody that has another place, by two in a part."""
        before, _ = self._move({unit: percent for unit, percent in moves.items() if UNITS[unit] in self.percent})
        told = [
            RescoredUnit(**self._told(unit, before), version=self.version, maximum=100, previous_points=0)
            for unit in self.places
            if self.places[unit] != before.get(unit)
        ]
        parts = [told[start : start + 2] for start in range(0, len(told), 2)]
        return [
            event_of(
                BlockRescored(
                    **WHERE, **_RESCORING, **self._came_to(), part=part, parts=len(parts), changed=tuple(changed)
                )
            )
            for part, changed in enumerate(parts, start=1)
        ]

    def _move(self, moves: Mapping[int, int | None]) -> tuple[dict[UUID, tuple[int, int, int]], list[UUID]]:
        """Rank all anew; give the places of before, and who has another percent or another place among equals."""
        before = self.places
        for unit, moved_to in moves.items():
            self.percent.pop(UNITS[unit], None)
            if moved_to is not None:
                self.percent[UNITS[unit]] = moved_to
        self.version += 1
        alike: dict[int, list[int]] = defaultdict(list)
        for each, percent in self.percent.items():
            alike[percent].append(UNITS.index(each))
        self.places, ahead = {}, 0
        for percent in sorted(alike, reverse=True):
            for unit in alike[percent]:
                among = 1 + sum(other // 2 < unit // 2 for other in alike[percent])
                self.places[UNITS[unit]] = (percent, among, ahead + among)
            ahead += len(alike[percent])
        both = {**before, **self.places}
        return before, [unit for unit in both if before.get(unit, ())[:2] != self.places.get(unit, ())[:2]]

    def _passed(
        self, before: Mapping[UUID, tuple[int, int, int]], changed: Iterable[UUID]
    ) -> tuple[list[UUID], tuple[Passed, ...]]:
        only = [unit for unit, place in self.places.items() if unit not in changed and place != before[unit]]
        if len(only) <= self.named:
            return only, ()
        by: dict[int, list[int]] = defaultdict(list)
        for unit in only:
            by[self.places[unit][0]].append(self.places[unit][2] - before[unit][2])
        stand = sorted({place[0] for place in self.places.values()})
        above = dict(itertools.zip_longest(stand, stand[1:]))
        return [], tuple(
            Passed(
                least=Decimal(percent) if percent > stand[0] else None,
                below=above[percent],
                by=steps[0],
                units=len(steps),
            )
            for percent, steps in by.items()
        )

    def _told(self, unit: UUID, before: Mapping[UUID, tuple[int, int, int]]) -> dict[str, Any]:
        percent, among, rank = self.places.get(unit, (None, None, None))
        points = {"points": percent, "percent": percent, "rank": rank, "among": among}
        return {"unit_id": unit, "previous_rank": before.get(unit, (0, 0, None))[2], **points}

    def _came_to(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "ranked": len(self.places),
            "leader_points": max(self.percent.values(), default=None),
        }


async def knowing(house: House) -> House:
    """A house whose awards knows the units, the campaign and the pack."""
    launched = CampaignLaunched.model_validate({**CAMPAIGN_DOCUMENT, "campaign_id": CAMPAIGN, "version": 1})
    facts = {"version": 1, "kind": "ward", "valid_from": "2013-12-27"}
    async with house.at_work("awards") as tx:
        await actions.adopt_pack(tx, Pack.model_validate(yaml.safe_load(PACK.read_text())))
        await actions.learn_periods(tx, [event_of(launched)])
        units = [UnitRegistered.model_validate({**facts, "unit_id": unit, "name": "Phường"}) for unit in UNITS]
        await actions.learn_units(tx, [event_of(each) for each in units])
    return house


async def hear(house: House, *events: Told) -> None:
    """Take these up in one transaction, as a consumer does those that wait."""
    async with house.at_work("awards") as tx:
        for kind, some in itertools.groupby(events, key=lambda event: type(event.data)):
            learn: Any = actions.learn_places if kind is RankingChanged else actions.learn_rescored_blocks
            await learn(tx, list(some))


async def ranks(house: House) -> dict[int, int]:
    return {UNITS.index(row["unit_id"]): row["rank"] for row in await standings(house) if row["rank"]}


async def assessed(house: House) -> dict[int, int]:
    """The ranks that the titles were assessed with last."""
    rows = await house.rows("awards", "SELECT unit_id, inputs FROM verdicts WHERE title = 'CTD_TINH'")
    found = {UNITS.index(row["unit_id"]): orjson.loads(row["inputs"])["rank"] for row in rows}
    return {unit: rank for unit, rank in found.items() if rank}


def are(board: Board) -> dict[int, int]:
    return {UNITS.index(unit): rank for unit, (_, _, rank) in board.places.items()}


async def test_whoever_is_passed_is_assessed_with_its_new_rank_and_what_the_board_came_to(house: House) -> None:
    board = Board()
    first = board.tell({0: 90, 1: 80, 2: 70, 3: 60})
    await hear(await knowing(house), first)
    passing = board.tell({4: 95})
    assert [each.unit_id for each in passing.data.changed] == [UNITS[4]]
    await hear(house, passing)
    assert await assessed(house) == {4: 1, 0: 2, 1: 3, 2: 4, 3: 5}
    (row,) = await house.rows(
        "awards", "SELECT assessment FROM verdicts WHERE title = 'CTD_TINH' AND unit_id = $1", UNITS[3]
    )
    gaps = {each["condition"]: each["gap"] for each in orjson.loads(row["assessment"])["conditions"]}
    assert gaps["block_rank"] == "đang hạng 5/5, kém 35,00 điểm so với hạng 1"


@pytest.mark.parametrize("turned", [False, True])
async def test_who_left_counts_no_more_and_no_late_event_brings_it_back(house: House, *, turned: bool) -> None:
    board = Board()
    events = [board.tell({0: 90, 1: 80, 2: 70}), board.tell({}, left=[0])]
    await knowing(house)
    for event in reversed(events) if turned else events:
        await hear(house, event)
    assert (await ranks(house), await assessed(house)) == ({1: 1, 2: 2}, {1: 1, 2: 2})


async def test_no_title_is_assessed_by_half_of_a_rescored_board(house: House) -> None:
    """Until all parts are here counting would give ranks that no unit ever had."""
    board = Board()
    await hear(await knowing(house), board.tell(dict.fromkeys(range(6), 50)))
    before = are(board)
    *parts, last = board.rescore({0: 10, 1: 20, 2: 30, 3: 40, 4: 60, 5: 70})
    assert len(parts) == 2
    for part in parts:
        await hear(house, part, part)
        assert await assessed(house) == before
    await hear(house, last)
    assert await ranks(house) == await assessed(house) == are(board)


async def test_a_part_behind_the_last_has_the_whole_board_assessed_once_more(house: House) -> None:
    board = Board()
    await hear(await knowing(house), board.tell(dict.fromkeys(range(6), 50)))
    *parts, last = board.rescore({0: 10, 1: 20, 2: 30, 3: 40, 4: 60, 5: 70})
    for part in (last, *parts):
        await hear(house, part)
    assert await ranks(house) == await assessed(house) == are(board)


async def test_the_last_part_waits_for_one_that_is_being_taken_up(house: House) -> None:
    """What another instance has not committed yet is not seen, and nobody assesses with it once the last part is through."""
    board = Board()
    await hear(await knowing(house), board.tell(dict(enumerate((80, 70, 60, 50)))))
    part, last = board.rescore(dict(enumerate((50, 60, 70, 80))))
    async with house.at_work("awards") as tx:
        await actions.learn_rescored_blocks(tx, [part])
        ending = asyncio.create_task(hear(house, last))
        await asyncio.wait([ending], timeout=0.5)
        assert not ending.done()
    await ending
    assert await assessed(house) == are(board) == {0: 4, 1: 3, 2: 2, 3: 1}


async def test_whoever_several_passed_is_assessed_because_of_the_newest(house: House) -> None:
    board = Board(named=0)
    await hear(await knowing(house), board.tell({0: 90, 2: 80}))
    older, newer = board.tell({4: 95}), board.tell({6: 99})
    await hear(house, newer, older)
    rows = await house.rows("awards", "SELECT unit_id, caused_by FROM verdicts WHERE title = 'CTD_TINH'")
    assert {row["unit_id"]: row["caused_by"] for row in rows} == {UNITS[each]: newer.id for each in (0, 2, 4, 6)}


async def test_each_event_of_a_period_that_is_not_known_waits(house: House) -> None:
    """Whoever it passed was passed by a newer one too, and is assessed because of that."""
    board = Board(named=0)
    events = [board.tell({0: 90, 2: 80}), board.tell({4: 95}), board.tell({4: 99, 6: 97})]
    async with house.at_work("awards") as tx:
        await actions.learn_places(tx, events)
        assert [tx.outcome_of(event)[0] for event in events] == [Outcome.WAITING] * 3


_percents = st.integers(1, 4).map(lambda number: number * 20)
_moves = st.dictionaries(st.integers(0, len(UNITS) - 1), st.none() | _percents, min_size=1, max_size=3)
_steps = st.lists(st.tuples(st.sampled_from(["tell", "tell", "rescore", "left"]), _moves), min_size=2, max_size=6)


@settings(max_examples=25)
@given(steps=_steps, data=st.data())
def test_whatever_comes_first_or_again_ranks_and_assessments_are_those_of_the_board(
    steps: list[tuple[str, dict[int, int | None]]],
    data: st.DataObject,
    templates: Templates,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    board = Board(named=data.draw(st.integers(0, 2)))
    told: list[Told] = [board.tell(dict(enumerate((80, 80, 60, 60, 60, 40))))]
    for what, moves in steps:
        if what == "rescore":
            told += board.rescore({unit: percent for unit, percent in moves.items() if percent})
        else:
            told.append(board.tell({}, left=list(moves)) if what == "left" else board.tell(moves))
    again = data.draw(st.lists(st.sampled_from(told), max_size=3))
    heard = data.draw(st.permutations([*told, *again]))

    async def told_in_this_order() -> None:
        house = House(templates, tmp_path_factory.mktemp("order"), f"order{next(_numbers)}")
        try:
            await knowing(house)
            while heard:
                some = data.draw(st.integers(1, len(heard)))
                await hear(house, *heard[:some])
                del heard[:some]
            assert await ranks(house) == await assessed(house) == are(board)
        finally:
            await house.close()

    asyncio.run(told_in_this_order())
