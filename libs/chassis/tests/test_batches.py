"""Do batches keep each event's own fate: neighbours unharmed, repeated deliveries alone, nobody's fault retried?"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from house import AGENCY, House, event_of
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bus import Batcher, Consumers, Delivery
from chassis.db import asyncpg_url, make_engine
from chassis.events import Outcome, Source, Tx
from contracts.envelope import Event
from contracts.registry import UnitKind, UnitRegistered

SOURCE = Source(AGENCY, "registry")


def an_event(name: str) -> Event[UnitRegistered]:
    return event_of(
        UnitRegistered(unit_id=uuid4(), version=1, name=name, kind=UnitKind.WARD, valid_from=date(2023, 1, 1))
    )


class Tried:
    """A handler that keeps which events each transaction brought, and writes one row for each of them."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.consumers = Consumers("notify")
        self.consumers.on(UnitRegistered)(self.handle)
        self.wakes = 0

    async def handle(self, tx: Tx, events: Sequence[Event[UnitRegistered]]) -> None:
        self.batches.append([event.data.name for event in events])
        for event in events:
            if event.data.name == "quiet":
                continue
            await tx.db.execute(
                text("INSERT INTO units VALUES (:id, 1, :name)"), {"id": event.id, "name": event.data.name}
            )
            if event.data.name == "guilty":
                raise ValueError("this one")
            if event.data.name == "deadly":
                await tx.db.execute(text("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)"))
            tx.record(event.data, because=[event])


class Workshop:
    """A batcher on a real database of the service notify."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.tried = Tried()
        self.batcher = Batcher(engine, SOURCE, self.tried.consumers, self._wake)

    def _wake(self) -> None:
        self.tried.wakes += 1

    async def take(self, *events: Event[UnitRegistered], alone: Sequence[UUID] = ()) -> list[Outcome | Exception]:
        deliveries = [Delivery(event, alone=event.id in alone) for event in events]
        return [end async for end in self.batcher.handle(deliveries)]

    async def stored(self) -> list[str]:
        async with self.engine.connect() as db:
            return sorted((await db.execute(text("SELECT name FROM units"))).scalars())

    async def inbox(self) -> dict[UUID, tuple[str, int]]:
        async with self.engine.connect() as db:
            rows = await db.execute(text("SELECT event_id, outcome, cardinality(recorded) FROM inbox"))
            return {row[0]: (row[1], row[2]) for row in rows}


@pytest_asyncio.fixture
async def workshop(house: House) -> AsyncIterator[Workshop]:
    url = await house.templates.copy("notify", house.database("notify"))
    engine = make_engine(asyncpg_url(url), name="test")
    yield Workshop(engine)
    await engine.dispose()


async def test_what_waits_is_one_transaction_and_each_event_has_its_own_outcome(workshop: Workshop) -> None:
    events = [an_event(name) for name in ("a", "quiet", "b")]
    assert await workshop.take(*events) == [Outcome.CHANGED, Outcome.UNCHANGED, Outcome.CHANGED]
    assert workshop.tried.batches == [["a", "quiet", "b"]]
    assert await workshop.inbox() == {
        events[0].id: ("changed", 1),
        events[1].id: ("unchanged", 0),
        events[2].id: ("changed", 1),
    }
    assert workshop.tried.wakes == 1


async def test_events_of_a_type_that_goes_alone_share_no_transaction(workshop: Workshop) -> None:
    workshop.tried.consumers.on(UnitRegistered, alone=True)(workshop.tried.handle)
    assert await workshop.take(*[an_event(name) for name in ("a", "b", "c")]) == [Outcome.CHANGED] * 3
    assert workshop.tried.batches == [["a"], ["b"], ["c"]]


async def test_a_guilty_event_is_found_by_halving_and_harms_no_neighbour(workshop: Workshop) -> None:
    names = ["a", "b", "c", "d", "e", "guilty", "f", "g"]
    outcomes = await workshop.take(*[an_event(name) for name in names])
    assert [isinstance(outcome, ValueError) for outcome in outcomes] == [name == "guilty" for name in names]
    assert await workshop.stored() == ["a", "b", "c", "d", "e", "f", "g"]
    assert workshop.tried.batches == [
        names,
        ["a", "b", "c", "d"],
        ["e", "guilty", "f", "g"],
        ["e", "guilty"],
        ["e"],
        ["guilty"],
        ["f", "g"],
    ]
    assert len(await workshop.inbox()) == 7


async def test_what_follows_from_an_event_belongs_to_its_own_trace_whoever_shares_its_batch(workshop: Workshop) -> None:
    events = [an_event(name) for name in ("a", "b")]
    traces = [f"00-{number:032x}-{number:016x}-01" for number in (1, 2)]
    deliveries = [Delivery(event, traceparent=each) for event, each in zip(events, traces, strict=True)]
    assert [end async for end in workshop.batcher.handle(deliveries)] == [Outcome.CHANGED] * 2
    async with workshop.engine.connect() as db:
        followed = await db.execute(text("SELECT causationid, traceparent FROM event_log"))
        assert {tuple(row) for row in followed} == {(events[0].id, traces[0]), (events[1].id, traces[1])}


async def test_an_event_that_was_delivered_before_goes_alone(workshop: Workshop) -> None:
    events = [an_event(name) for name in ("a", "again", "b", "c")]
    await workshop.take(*events, alone=[events[1].id])
    assert workshop.tried.batches == [["a"], ["again"], ["b", "c"]]


async def test_an_event_taken_up_before_is_passed_over_wherever_it_stands(workshop: Workshop) -> None:
    known, new = an_event("known"), an_event("new")
    await workshop.take(known)
    assert await workshop.take(known, new, known) == [Outcome.UNCHANGED, Outcome.CHANGED, Outcome.UNCHANGED]
    assert await workshop.take(new, new) == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert await workshop.stored() == ["known", "new"]
    assert {outcome for outcome, _ in (await workshop.inbox()).values()} == {"changed"}


async def test_a_database_that_goes_away_is_nobodys_fault_and_nothing_is_halved(workshop: Workshop) -> None:
    outcomes = await workshop.take(*[an_event(name) for name in ("a", "deadly", "b")])
    assert all(isinstance(outcome, DBAPIError) for outcome in outcomes)
    assert workshop.tried.batches == [["a", "deadly", "b"]]
    assert await workshop.stored() == []
    assert await workshop.take(an_event("after it")) == [Outcome.CHANGED]


async def test_two_processes_that_hold_one_event_act_once(workshop: Workshop) -> None:
    """The claim of the second one waits until the first one has committed."""
    other = Workshop(workshop.engine)
    events = [an_event(str(number)) for number in range(20)]
    outcomes = await asyncio.gather(workshop.take(*events), other.take(*reversed(events)))
    assert not [each for each in outcomes[0] + outcomes[1] if isinstance(each, Exception)]
    assert len(await workshop.stored()) == 20
    assert len(workshop.tried.batches) + len(other.tried.batches) == 1


def test_a_service_whose_handlers_are_not_those_of_the_contracts_does_not_start() -> None:
    with pytest.raises(RuntimeError, match="notify must handle"):
        Tried().consumers.complete()
