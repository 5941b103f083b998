"""Does business time run ahead by one offset that is written once?"""

from datetime import UTC, datetime, timedelta

from house import House
from test_crashes import SOURCE

from chassis import migrations
from chassis.clock import business_now, offset
from chassis.db import asyncpg_url, make_engine
from chassis.events import Tx

MOMENT = timedelta(seconds=5)


async def test_business_time_runs_ahead_by_an_offset_that_the_first_start_wrote(house: House) -> None:
    url = await house.templates.copy("registry", house.database("registry"))
    ahead = await migrations.ensure_clock(house.templates.admin_url(house.database("registry")), timedelta(days=9999))
    assert datetime(2023, 11, 15, tzinfo=UTC) < datetime.now(UTC) + ahead < datetime(2023, 11, 16, tzinfo=UTC)
    engine = make_engine(asyncpg_url(url), name="test")
    async with engine.begin() as db:
        assert await offset(db) == ahead
        first = await business_now(db)
        assert abs(first - (datetime.now(UTC) + ahead)) < MOMENT
        # Within one transaction too: acceptance is taken when it is asked for, not when the transaction began.
        assert first < await Tx(db, SOURCE).now() < first + MOMENT
    await engine.dispose()
