"""Unit officers who go on reporting through the public API, whatever breaks, and repeat what was not answered."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid4

import city
import httpx2
from city import BLOCK, BLOCK_DOCUMENT
from house import CITY, PASSWORD, House, ident
from survival.history import History, Operation

from chassis.testing import eventually

UNITS: Final = (*city.UNITS, *(ident(f"unit-{number}") for number in range(5)))
_PAUSE_SECONDS: Final = 0.1
_CREATED, _CONFLICT, _FIRST_FAULT_OF_THE_SERVER = 201, 409, 500


async def found(house: House) -> None:
    """Found the small city with a block of eight."""
    await city.found(house)
    async with house.office("registry") as office:
        for number, unit in enumerate(UNITS[len(city.UNITS) :]):
            body = {"name": f"Đơn vị {number}", "kind": "ward", "valid_from": "2013-12-27"}
            (await office.put(f"/units/{unit}", json=body)).raise_for_status()
        block = {**BLOCK_DOCUMENT, "member_unit_ids": [str(unit) for unit in UNITS]}
        (await office.put(f"/blocks/{BLOCK}", json=block)).raise_for_status()
    await house.quiet()


def accounts(house: House) -> str:
    """Write the gateway's accounts: one that reports for every unit, and the office; give the file."""
    everybody = [{"role": "unit_officer", "scope": str(unit)} for unit in UNITS]
    path = house.home / "accounts.json"
    made = {"officers": everybody, "office": [{"role": "city_office", "scope": str(CITY)}]}
    path.write_text(
        json.dumps(
            [
                {"account": account, "post": f"Cán bộ {account}", "password": PASSWORD, "grants": grants}
                for account, grants in made.items()
            ]
        )
    )
    return str(path)


class Workload:
    """An open loop: reports are wanted at random moments of their own, and wait for no answer but their own unit's."""

    def __init__(self, house: House, chance: random.Random, *, rate: float) -> None:
        self.history = History()
        self._house = house
        self._chance = chance
        self._rate = rate
        self._wanted: dict[UUID, asyncio.Queue[Operation | None]] = {unit: asyncio.Queue() for unit in UNITS}
        self._ends = asyncio.Event()

    @asynccontextmanager
    async def running(self, *, patience: float) -> AsyncIterator[None]:
        """Report while the block runs; then wait until every report has its answer, ``patience`` seconds at most."""
        url = self._house.services["gateway"].url
        async with httpx2.AsyncClient(base_url=url, timeout=5, limits=httpx2.Limits(max_connections=32)) as client:
            (await client.post("/api/sessions", json={"account": "officers", "password": PASSWORD})).raise_for_status()
            arrivals = asyncio.create_task(self._arrive())
            writers = [asyncio.create_task(self._write(client, unit)) for unit in UNITS]
            try:
                yield
            finally:
                self._ends.set()
                await arrivals
                await asyncio.wait(writers, timeout=patience)
                for writer in writers:
                    writer.cancel()
                await asyncio.gather(*writers, return_exceptions=True)

    async def wanted(self, least: int) -> None:
        """Wait until clients have wanted so many reports."""

        async def enough() -> bool:
            return len(self.history.operations) >= least

        await eventually(enough, within=60 + least / self._rate)

    def want(self) -> Operation:
        """Have some unit want to report, now."""
        wanted = Operation(
            unit=self._chance.choice(UNITS),
            key=str(uuid4()),
            # Few different amounts, so that many units share a place.
            amount=str(Decimal(self._chance.choice((650, 700, 800, 900, 950, 1000, 1200)))),
            pledged=self._chance.random() < 0.8,
            scheduled=time.time(),
        )
        self.history.operations.append(wanted)
        self._wanted[wanted.unit].put_nowait(wanted)
        return wanted

    async def _arrive(self) -> None:
        while not self._ends.is_set():
            self.want()
            try:
                await asyncio.wait_for(self._ends.wait(), self._chance.expovariate(self._rate))
            except TimeoutError:
                continue
        for queue in self._wanted.values():
            queue.put_nowait(None)

    async def _write(self, client: httpx2.AsyncClient, unit: UUID) -> None:
        version = 0
        while wanted := await self._wanted[unit].get():
            version = await self._deliver(client, wanted, version)

    async def _deliver(self, client: httpx2.AsyncClient, wanted: Operation, version: int) -> int:
        """Send until it is answered for good; gives the version that the unit's report has then."""
        body = city.report(wanted.unit, wanted.amount, version=version, pledged="có" if wanted.pledged else "không")
        while True:
            wanted.attempts += 1
            try:
                answer = await client.post("/api/registry/reports", json=body, headers={"Idempotency-Key": wanted.key})
            except httpx2.TransportError:
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            wanted.status = answer.status_code
            if answer.status_code >= _FIRST_FAULT_OF_THE_SERVER:
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            wanted.answered = time.time()
            told = answer.json()
            if answer.status_code == _CREATED:
                wanted.version, wanted.receipt = told["version"], told["receipt_number"]
                wanted.correlationid = told["correlationid"]
                return int(told["version"])
            return int(told["version"]) if answer.status_code == _CONFLICT and "version" in told else version
