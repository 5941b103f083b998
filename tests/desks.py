"""Who sits where in the small city: at the registry's own door, and at the pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import city
import httpx2
from city import BLOCK, QUYET_THANG, TAN_PHONG
from house import CITY, EVENT_SERVICES, PASSWORD, House

ACCOUNTS = {
    "noi-vu": ("city_office", CITY),
    "tan-phong": ("unit_officer", TAN_PHONG),
    "quyet-thang": ("unit_officer", QUYET_THANG),
    "khoi-truong": ("block_head", BLOCK),
    "van-hanh": ("operator", CITY),
    "lanh-dao": ("city_leader", CITY),
}


@dataclass
class Desks:
    """The officer of a unit, the one of another unit, and the office."""

    own: httpx2.AsyncClient
    other: httpx2.AsyncClient
    office: httpx2.AsyncClient


@asynccontextmanager
async def at_the_registry(house: House) -> AsyncIterator[Desks]:
    """Open registry and scoring with the small city."""
    await house.open(["registry", "scoring"])
    await city.found(house)
    async with (
        house.client("registry", ACCOUNTS["tan-phong"], account="tan-phong") as own,
        house.client("registry", ACCOUNTS["quyet-thang"], account="quyet-thang") as other,
        house.office("registry") as office,
    ):
        yield Desks(own, other, office)


async def open_pages(house: House) -> str:
    """Open a whole house with the small city; give the address of its pages."""
    await house.open([*EVENT_SERVICES, "gateway"], ACCOUNTS_FILE=house.write_accounts(**ACCOUNTS))
    await city.found(house)
    return house.services["gateway"].url


@asynccontextmanager
async def at_the_pages(house: House, account: str, **options: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """Sign in at the pages of an open house."""
    async with httpx2.AsyncClient(base_url=house.services["gateway"].url, timeout=10, **options) as client:
        await sign_in(client, account)
        yield client


async def sign_in(client: httpx2.AsyncClient, account: str) -> None:
    """Have somebody else sit down there."""
    await client.delete("/api/sessions")
    opened = await client.post("/api/sessions", json={"account": account, "password": PASSWORD})
    assert opened.status_code == 204, opened.text
