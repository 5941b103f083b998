"""Is it written down who looks into a file, shown to those it concerns, and nothing shown that could not be written down?"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest_asyncio
from city import TAN_PHONG
from desks import Desks, at_the_registry
from handed_in import fetched
from house import House, ident

PERSON = ident("can-bo-01")
FILE = f"/people/{PERSON}"


@pytest_asyncio.fixture
async def desks(house: House) -> AsyncIterator[Desks]:
    async with at_the_registry(house) as sitting:
        body = {"unit_id": str(TAN_PHONG), "name": "Cán bộ 01", "words": "Chuyên viên", "from_on": "01/03/2021"}
        assert (await sitting.own.put(FILE, json=body)).status_code == 200
        yield sitting


async def reads(client: httpx2.AsyncClient, path: str = FILE) -> list[tuple[str, str, int]]:
    answer = await client.get(f"{path}/reads")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["items"]
    return sorted((row["account"], row["how"], row["times"]) for row in rows)


async def test_whoever_is_shown_a_file_is_written_down(desks: Desks) -> None:
    assert await reads(desks.own) == []
    entry = (await desks.own.get(f"{FILE}/entries")).json()["items"][0]["entry_id"]
    await desks.office.get(f"/entries/{entry}")
    await desks.office.get(f"{FILE}/entries")
    await fetched(desks.office, "/lists/people/file", filled="true")
    await fetched(desks.office, "/lists/people/file")
    who = (await desks.office.get(f"{FILE}/reads")).json()["items"][0]["account"]
    wanted = [("tan-phong", "file", 1), (who, "file", 2), (who, "list", 1)]
    assert await reads(desks.own) == await reads(desks.office) == sorted(wanted)
    counted = await desks.own.get(f"/units/{TAN_PHONG}/years/2023/people", params={"figure": "headcount"})
    assert len(counted.json()["items"]) == 1
    assert ("tan-phong", "list", 1) in await reads(desks.own)
    await desks.own.get(f"/units/{TAN_PHONG}/entries")
    assert await reads(desks.own, f"/units/{TAN_PHONG}") == [("tan-phong", "file", 1)]


async def test_who_is_refused_has_seen_nothing_and_sees_no_log(desks: Desks) -> None:
    for path in (f"{FILE}/entries", f"{FILE}/reads", f"/units/{TAN_PHONG}/reads"):
        assert (await desks.other.get(path)).status_code == 403
    assert (await desks.office.get(f"/people/{uuid4()}/entries")).status_code == 404
    assert await reads(desks.own) == []


async def test_what_cannot_be_written_down_is_not_shown(house: House, desks: Desks) -> None:
    await house.rows("registry", "ALTER TABLE file_reads RENAME TO file_reads_away")
    # An error of ours ends the line that it came on, a moment later: nothing more may be asked there.
    refused = await desks.own.get(f"{FILE}/entries", headers={"connection": "close"})
    assert (refused.status_code >= 500, "Chuyên viên" in refused.text) == (True, False)
    await house.rows("registry", "ALTER TABLE file_reads_away RENAME TO file_reads")
    assert (await desks.own.get(f"{FILE}/entries")).status_code == 200
