"""How long does a long list of units or people take: made, checked without a trace, kept, given back, and its memory at the registry?

The registry is asked at its own door, as the gateway asks it; schools stand under wards that come in the same file, people
serve in the small city's three units and are rated. JSON comes last.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import city
import httpx2
from house import House, Templates

from registry.actions import write_xlsx
from registry.rules.lists import PEOPLE, UNITS, Listing, write_csv
from thidua.postgres import PostgresServer

_UNDER_A_WARD: Final = 50
_MOST_ROWS, _LIMIT = 10_000, 10.0
"""So many rows may take so many seconds from the file to the last unit."""


def _units(count: int) -> list[list[str]]:
    rows = []
    for number in range(count):
        ward = number - number % _UNDER_A_WARD
        if number == ward:
            rows.append(["", f"Phường Tân Lập {ward}", "Phường", "", f"{ward:05d}", "01/07/2020"])
        else:
            above = f"Phường Tân Lập {ward}"
            rows.append(["", f"Trường Tiểu học số {number}", "Trường học", above, f"{number:05d}", "01/09/2020"])
    return rows


def _people(count: int) -> list[list[str]]:
    where = list(city.UNITS.values())
    rated = ["2023", "Hoàn thành tốt nhiệm vụ", "12/QĐ-UBND", "10/11/2023", "UBND thành phố"]
    return [
        ["", f"Cán bộ {number:05d}", where[number % len(where)], "Chuyên viên", "01/03/2021", "", *rated]
        for number in range(count)
    ]


_LISTS: Final[Mapping[str, tuple[Listing, Callable[[int], list[list[str]]]]]] = {
    "units": (UNITS, _units),
    "people": (PEOPLE, _people),
}


async def measure(name: str, count: int, form: str) -> dict[str, Any]:
    """Give the seconds of each step, and the largest memory of the registry in MiB."""
    root = Path(tempfile.mkdtemp(prefix="bench-"))
    listing, made = _LISTS[name]
    head, rows = [column.heading for column in listing.columns], made(count)
    content = write_xlsx(listing, head, rows) if form == "xlsx" else write_csv([head, *rows])
    with PostgresServer(root / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        house = House(templates, root / "house", "bench_lists")
        try:
            await house.open(["registry", "scoring"])
            await city.found(house)
            async with house.office("registry") as office:
                office.timeout = 120
                seen = await _steps(office, name, content)
            peak = _peak(house.services["registry"].pid)
        finally:
            await house.close()
    return {"list": name, "rows": count, "form": form, "bytes": len(content), **seen, "peak_mib": peak}


async def _steps(office: httpx2.AsyncClient, name: str, content: bytes) -> dict[str, float]:
    seconds: dict[str, float] = {}
    others: list[float] = []

    async def timed(step: str, act: Callable[[], Awaitable[Any]]) -> Any:
        began = time.perf_counter()
        found = await act()
        seconds[step] = round(time.perf_counter() - began, 2)
        return found

    beside = asyncio.create_task(_others(office, others))
    told = await timed("checked", lambda: _check(office, name, content))
    assert told["counts"] == {"new": told["places"]}, told["counts"]
    await timed("kept", lambda: _keep(office, told))
    again = await timed("checked_again", lambda: _check(office, name, content))
    assert again["counts"] == {"same": told["places"]}, again["counts"]
    await timed("result", lambda: _answer(office.get(f"/imports/{told['import_id']}/result")))
    await timed("fetched", lambda: _answer(office.get(f"/lists/{name}/file?filled=true")))
    beside.cancel()
    seconds["others_waited_at_most"] = round(max(others), 2)
    return seconds


async def _others(office: httpx2.AsyncClient, waited: list[float]) -> None:
    """Ask for something small all the while: whoever works beside a long list should hardly see it."""
    while True:
        began = time.perf_counter()
        await _answer(office.get("/units?limit=1"))
        waited.append(time.perf_counter() - began)
        await asyncio.sleep(0.05)


async def _check(office: httpx2.AsyncClient, name: str, content: bytes) -> Any:
    asked = {"about": name, "name": "danh-sach"}
    return (await _answer(office.post("/imports", params=asked, content=content))).json()


async def _keep(office: httpx2.AsyncClient, told: dict[str, Any]) -> None:
    while told["state"] != "done":
        told = (await _answer(office.post(f"/imports/{told['import_id']}/pieces"))).json()


async def _answer(asked: Awaitable[httpx2.Response]) -> httpx2.Response:
    answer = await asked
    assert answer.is_success, answer.text
    return answer


def _peak(pid: int) -> int:
    """Give the most memory that a process has held, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    kib = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kib.split()[1]) // 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.lists", description=__doc__)
    parser.add_argument("--list", choices=list(_LISTS), default="units")
    parser.add_argument("--rows", type=int, default=10_000, help="how many (default 10,000)")
    parser.add_argument("--form", choices=["xlsx", "csv"], default="xlsx")
    options = parser.parse_args()
    seen = asyncio.run(measure(options.list, options.rows, options.form))
    whole = seen["checked"] + seen["kept"]
    print(f"{seen['rows']} {seen['list']} ({seen['form']}): checked in {seen['checked']} s, kept in {seen['kept']} s")
    print(json.dumps(seen))
    if seen["rows"] <= _MOST_ROWS and whole > _LIMIT:
        raise SystemExit(f"{whole:.1f} s are more than {_LIMIT:.0f} s")
