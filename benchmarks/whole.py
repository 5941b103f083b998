"""The whole ripple: through the gateway, titles and notifications included; the product's five services and the floor.

Both stand on a city that was founded through the product's doors, so that everybody has heard of it, and both are asked
under one session of the city office, which may report for every unit.
"""

import json
from uuid import UUID

import city
import httpx2
import psutil
from benchmarks.contestants import AS_DELIVERED, Contestant, Floor, Product
from benchmarks.rows import JUDGED, SCORED
from city import BLOCK_DOCUMENT
from house import CITY, EVENT_SERVICES, PASSWORD

_ALL = (*EVENT_SERVICES, "gateway")


class Through(Contestant):
    """Somebody who is asked at the gateway's paths, with the gateway's cookie."""

    services = EVENT_SERVICES
    prefixes = ("/api/registry", "/api/scoring")
    tables = (*SCORED, *JUDGED)

    async def settle(self) -> None:
        """Start the five services, and have them found the city and open the session."""
        path = self.house.home / "accounts.json"
        office = [{"role": "city_office", "scope": str(CITY)}]
        path.write_text(
            json.dumps([{"account": "office", "post": "Phòng Nội vụ", "password": PASSWORD, "grants": office}])
        )
        await self.house.open(_ALL, ACCOUNTS_FILE=str(path), **AS_DELIVERED)
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

    def _who(self, _audience: str, _role: str, _scope: UUID) -> str:
        return self._cookie


class Whole(Through, Product):
    """The product's services, which stand since they founded the city."""

    name = "whole"

    async def start(self) -> None:
        """Nothing is left to be started."""

    def addresses(self) -> tuple[tuple[str, int], tuple[str, int]]:
        door = ("127.0.0.1", self.house.services["gateway"].port)
        return door, door

    def front(self) -> list[psutil.Process]:
        return [psutil.Process(self.house.services["gateway"].pid)]


class WholeFloor(Through, Floor):
    """The floor, in the place of the services that founded the city."""

    name = "whole_floor"
    databases = _ALL

    async def start(self) -> None:
        for service in self.house.services.values():
            service.stop()
        self.house.services.clear()
        await super().start()
