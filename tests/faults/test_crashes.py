"""Is anything lost or doubled when a process dies at the worst moment? (reliability.md D3: F2, F4, F8, F10)"""

import asyncio
import hashlib
import random
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import city
import httpx2
import pytest
from city import QUYET_THANG, TAN_PHONG, submit
from house import AGENCY, House
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db import asyncpg_url, make_engine
from chassis.events import Cause, Source, Tx
from chassis.testing import eventually
from contracts.registry import UnitKind, UnitRegistered

pytestmark = pytest.mark.fault

SOURCE = Source(AGENCY, "registry")


async def each_event_once_and_in_the_chain(house: House, service: str) -> None:
    """I3 and I10: what is committed is on the stream exactly once, numbered without a gap, chained without a break."""
    rows = await house.rows(
        service, "SELECT sequence, hash, bytes, id FROM event_log JOIN event_order ON event_id = id ORDER BY sequence"
    )
    logged = await house.rows(service, "SELECT count(*) AS n FROM event_log")
    assert len(rows) == logged[0]["n"]
    previous = b""
    # Written out once more: a chain that the relay itself recomputed would only agree with itself.
    for place, row in enumerate(rows, start=1):
        assert row["sequence"] == place
        previous = hashlib.sha256(previous + place.to_bytes(8, "big") + row["bytes"]).digest()
        assert row["hash"] == previous
    published = [identity for identity, subject in await house.stream_events() if subject.startswith(f"{service}.")]
    assert published == [str(row["id"]) for row in rows]


async def try_to_submit(house: House, unit: UUID, amount: str, key: str) -> httpx2.Response | None:
    try:
        return await submit(house, unit, amount, key=key)
    except httpx2.TransportError:
        return None


@pytest.mark.parametrize("moment", ["edge.before_commit", "edge.after_commit"])
async def test_f2_a_repeated_post_after_a_lost_answer_makes_one_report(house: House, moment: str) -> None:
    await house.open()
    await city.found(house)
    registry = house.services["registry"]
    registry.stop()
    registry.start(FAILPOINTS=moment)
    await registry.ready()
    key = str(uuid4())
    assert await try_to_submit(house, TAN_PHONG, "1000", key) is None
    assert await registry.ended() < 0

    registry.start()
    await registry.ready()
    again = await submit(house, TAN_PHONG, "1000", key=key)
    assert again.status_code == 201, again.text
    assert (await submit(house, TAN_PHONG, "1000", key=key)).json() == again.json()
    await house.quiet()
    assert len(await house.rows("registry", "SELECT 1 FROM submissions")) == 1
    assert [points for _, rank, points in await city.board(house) if rank] == ["100.00"]
    await each_event_once_and_in_the_chain(house, "registry")


@pytest.mark.parametrize("moment", ["relay.before_publish", "relay.after_ack"])
async def test_f4_a_relay_that_dies_publishes_everything_once(house: House, moment: str) -> None:
    """With an older transaction that is still open when newer events go out, and commits after the crash."""
    await house.open()
    await city.found(house)
    registry = house.services["registry"]
    registry.stop()
    registry.start(FAILPOINTS=moment)
    await registry.ready()
    engine = make_engine(asyncpg_url(house.urls["registry"]), name="test")
    async with engine.connect() as slow:
        await record_unit(slow, "an older transaction")
        key = str(uuid4())
        await try_to_submit(house, TAN_PHONG, "1000", key)
        assert await registry.ended() < 0
        registry.start()
        await registry.ready()
        assert (await submit(house, TAN_PHONG, "1000", key=key)).status_code == 201
        await house.quiet()
        await slow.commit()
    await engine.dispose()
    await house.quiet()
    await each_event_once_and_in_the_chain(house, "registry")


async def record_unit(db: Any, name: str) -> None:
    tx = Tx(db, SOURCE, Cause("test", uuid4()))
    tx.record(
        UnitRegistered(unit_id=uuid4(), version=1, name=name, kind=UnitKind.ENTERPRISE, valid_from=date(2023, 1, 1))
    )
    await tx.write_log()


async def test_f8_writers_that_commit_out_of_order_lose_no_event(house: House) -> None:
    await house.open(["registry", "notify"])
    engine = make_engine(asyncpg_url(house.urls["registry"]), name="test", pool_size=16)
    chance = random.Random(8)
    plans = [[(chance.random() < 0.2, chance.uniform(0, 0.03)) for _ in range(12)] for _ in range(16)]
    committed = sum(await asyncio.gather(*[writer(engine, plan) for plan in plans]))
    await engine.dispose()
    await house.quiet()
    assert len(await house.stream_events()) == committed
    assert len(await house.rows("notify", "SELECT 1 FROM units")) == committed
    await each_event_once_and_in_the_chain(house, "registry")


async def writer(engine: AsyncEngine, plan: list[tuple[bool, float]]) -> int:
    """Write, linger with the transaction open, then commit or roll back."""
    committed = 0
    for rolls_back, lingers in plan:
        async with engine.connect() as db:
            await record_unit(db, "a unit")
            await asyncio.sleep(lingers)
            if rolls_back:
                await db.rollback()
            else:
                await db.commit()
                committed += 1
    return committed


@pytest.mark.parametrize("moment", ["bus.before_commit", "bus.after_commit"])
async def test_f10_a_scoring_that_dies_around_its_commit_scores_once(house: House, moment: str) -> None:
    await house.open()
    await city.found(house)
    await submit(house, QUYET_THANG, "900")
    await house.quiet()
    scoring = house.services["scoring"]
    scoring.stop()
    scoring.start(FAILPOINTS=moment)
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201
    assert await scoring.ended() < 0
    scoring.start()
    await scoring.ready()

    async def ranked() -> bool:
        return [rank for _, rank, _ in await city.board(house)] == [1, 2, None]

    await eventually(ranked, within=30)
    await house.quiet()
    scores = await house.rows("scoring", "SELECT version FROM scores ORDER BY version")
    assert [row["version"] for row in scores] == [1, 1]
    events = await house.rows("scoring", "SELECT type FROM event_log WHERE type = 'scoring.score_changed.v1'")
    assert len(events) == 2
    await each_event_once_and_in_the_chain(house, "scoring")
