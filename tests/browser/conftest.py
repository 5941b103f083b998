"""A real browser for every journey, and a house with the small city for those that need no other."""

from collections.abc import AsyncIterator

import pytest_asyncio
from chromium import chromium
from desks import open_pages
from house import House
from playwright.async_api import Browser


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture
async def front(house: House) -> str:
    """Open a whole house with the small city; give the address of its pages."""
    return await open_pages(house)
