"""Business time: database time plus one offset that the first start writes and every service reads.

It runs, never stands, and survives restarts. Acceptance is taken with it when the report is read.
Tokens, telemetry and an event's ``time`` use real time.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Interval, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

NOW = literal_column("clock_timestamp() + (SELECT ahead FROM business_clock)", DateTime(timezone=True))
"""For a question that wants the business time along with something else."""
_NOW = select(NOW)
_NOW_AND_OFFSET = select(NOW, literal_column("(SELECT ahead FROM business_clock)", Interval))
_OFFSET = text("SELECT ahead FROM business_clock")


async def business_now(db: AsyncConnection) -> datetime:
    """Give the business time of this very moment, in UTC."""
    now: datetime = (await db.execute(_NOW)).scalar_one()
    return now


async def offset(db: AsyncConnection) -> timedelta:
    """Give how far business time runs from real time; zero in a real deployment."""
    ahead: timedelta = (await db.execute(_OFFSET)).scalar_one()
    return ahead


async def now_and_offset(db: AsyncConnection) -> tuple[datetime, timedelta]:
    """Give both in one question."""
    now, ahead = (await db.execute(_NOW_AND_OFFSET)).one()
    return now, ahead
