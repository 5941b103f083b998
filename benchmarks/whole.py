"""The whole ripple: through the gateway, titles and notifications included; all five services as they are."""

import json

import city
import httpx2
import orjson
import psutil
from benchmarks.contestants import Product
from benchmarks.load import Target, Unit, get, post
from city import BLOCK_DOCUMENT, CAMPAIGN, PERIOD, report
from house import CITY, EVENT_SERVICES, PASSWORD

_ALL = (*EVENT_SERVICES, "gateway")


class Whole(Product):
    """Everybody is there; the city office reports for all units, under one session."""

    name = "whole"
    services = EVENT_SERVICES

    async def settle(self) -> None:
        """Nothing beforehand: the city is founded through the doors, so that every service has heard of it."""

    async def start(self) -> None:
        path = self.house.home / "accounts.json"
        office = [{"role": "city_office", "scope": str(CITY)}]
        path.write_text(
            json.dumps([{"account": "office", "post": "Phòng Nội vụ", "password": PASSWORD, "grants": office}])
        )
        await self.house.open(_ALL, ACCOUNTS_FILE=str(path), **self.environment())
        await city.found(self.house)
        async with self.house.office("registry") as registry:
            for unit, _ in self.size.units():
                named = {"name": f"Đơn vị {unit}", "kind": "ward", "valid_from": "2013-12-27"}
                (await registry.put(f"/units/{unit}", json=named)).raise_for_status()
            for number in range(self.size.blocks):
                members = [str(self.size.unit(number, each)) for each in range(self.size.members)]
                block = {**BLOCK_DOCUMENT, "name": f"Khối {number}", "member_unit_ids": members, "head_unit_id": None}
                (await registry.put(f"/blocks/{self.size.block(number)}", json=block)).raise_for_status()
        await self.house.quiet()
        async with httpx2.AsyncClient(base_url=self.house.services["gateway"].url) as client:
            signed_in = await client.post("/api/sessions", json={"account": "office", "password": PASSWORD})
            signed_in.raise_for_status()
            self._cookie = f"Cookie: thidua={signed_in.cookies['thidua']}"

    def addresses(self) -> tuple[tuple[str, int], tuple[str, int]]:
        door = ("127.0.0.1", self.house.services["gateway"].port)
        return door, door

    def target(self) -> Target:
        door, window = self.addresses()

        def question(unit: Unit) -> bytes:
            body = orjson.dumps(report(unit.unit, str(unit.amount), version=unit.version))
            return post("/api/registry/reports", self._cookie, body)

        def board(unit: Unit) -> bytes:
            path = f"/api/scoring/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{unit.block}"
            return get(path, self._cookie)

        return Target(door, window, question, board)

    def front(self) -> list[psutil.Process]:
        return [psutil.Process(self.house.services["gateway"].pid)]
