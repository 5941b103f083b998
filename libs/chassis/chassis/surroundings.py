"""What a service stands on besides the bus: its database, and where files are kept by those that keep any."""

import asyncio
from contextlib import suppress

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import Unavailable
from chassis.store import Store, UnfitStoreError


class ConfigurationError(Exception):
    """Somebody must change the surroundings of this service; the sentence says what."""


async def check(engine: AsyncEngine, store: Store | None) -> None:
    """Raise ``ConfigurationError`` when somebody has to change something before a service can work."""
    try:
        async with engine.connect() as db:
            await db.execute(text("SELECT ahead FROM business_clock"))
    except Exception as error:
        raise ConfigurationError(
            f"cơ sở dữ liệu chưa sẵn sàng ({type(error).__name__}); hãy chạy nâng cấp lược đồ trước"
        ) from error
    # One that is only away may come back, and most reports need no evidence; until then ``/health/ready`` says so.
    with suppress(Unavailable):
        try:
            if store:
                await store.check()
        except UnfitStoreError as error:
            raise ConfigurationError(str(error)) from error


async def trouble(engine: AsyncEngine, store: Store | None) -> str | None:
    """Say what of it stands in the way of progress now, or None."""
    try:
        async with asyncio.timeout(2), engine.connect() as db:
            await db.execute(text("SELECT 1"))
    except Exception as error:  # noqa: BLE001 - any failure means the same here
        return f"cơ sở dữ liệu không trả lời ({type(error).__name__})"
    try:
        if store:
            await store.check()
    except (UnfitStoreError, Unavailable) as error:
        return str(error)
    return None
