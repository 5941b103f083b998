"""How long does a long list of units take: made, checked without a trace, kept, given back, and its memory at the registry?

The registry is asked at its own door, as the gateway asks it; schools stand under wards that come in the same file. JSON
comes last.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import city
import httpx2
from house import House, Templates

from registry.actions import write_xlsx
from registry.rules.lists import UNITS, write_csv
from thidua.postgres import PostgresServer

_HEAD: Final = [column.heading for column in UNITS.columns]
_UNDER_A_WARD: Final = 50
_MOST_ROWS, _LIMIT = 10_000, 10.0
"""So many rows may take so many seconds from the file to the last unit."""


def _rows(count: int) -> list[list[str]]:
    rows = []
    for number in range(count):
        ward = number - number % _UNDER_A_WARD
        if number == ward:
            rows.append(["", f"Phường Tân Lập {ward}", "Phường", "", f"{ward:05d}", "01/07/2020"])
        else:
            above = f"Phường Tân Lập {ward}"
            rows.append(["", f"Trường Tiểu học số {number}", "Trường học", above, f"{number:05d}", "01/09/2020"])
    return rows


async def measure(count: int, form: str) -> dict[str, Any]:
    """Give the seconds of each step, and the largest memory of the registry in MiB."""
    root = Path(tempfile.mkdtemp(prefix="bench-"))
    rows = _rows(count)
    content = write_xlsx(UNITS, _HEAD, rows) if form == "xlsx" else write_csv([_HEAD, *rows])
    with PostgresServer(root / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        house = House(templates, root / "house", "bench_lists")
        try:
            await house.open(["registry", "scoring"])
            await city.found(house)
            async with house.office("registry") as office:
                office.timeout = 120
                seen = await _steps(office, content)
            peak = _peak(house.services["registry"].pid)
        finally:
            await house.close()
    return {"rows": count, "form": form, "bytes": len(content), **seen, "peak_mib": peak}


async def _steps(office: httpx2.AsyncClient, content: bytes) -> dict[str, float]:
    seconds: dict[str, float] = {}
    others: list[float] = []

    async def timed(step: str, act: Callable[[], Awaitable[Any]]) -> Any:
        began = time.perf_counter()
        found = await act()
        seconds[step] = round(time.perf_counter() - began, 2)
        return found

    beside = asyncio.create_task(_others(office, others))
    told = await timed("checked", lambda: _check(office, content))
    assert told["counts"] == {"new": told["places"]}, told["counts"]
    await timed("kept", lambda: _keep(office, told))
    again = await timed("checked_again", lambda: _check(office, content))
    assert again["counts"] == {"same": told["places"]}, again["counts"]
    await timed("result", lambda: _answer(office.get(f"/imports/{told['import_id']}/result")))
    await timed("fetched", lambda: _answer(office.get("/lists/units/file?filled=true")))
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


async def _check(office: httpx2.AsyncClient, content: bytes) -> Any:
    asked = {"about": "units", "name": "truong"}
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
    parser.add_argument("--rows", type=int, default=10_000, help="how many units (default 10,000)")
    parser.add_argument("--form", choices=["xlsx", "csv"], default="xlsx")
    options = parser.parse_args()
    seen = asyncio.run(measure(options.rows, options.form))
    whole = seen["checked"] + seen["kept"]
    print(f"{seen['rows']} rows ({seen['form']}): checked in {seen['checked']} s, kept in {seen['kept']} s")
    print(json.dumps(seen))
    if seen["rows"] <= _MOST_ROWS and whole > _LIMIT:
        raise SystemExit(f"{whole:.1f} s are more than {_LIMIT:.0f} s")
