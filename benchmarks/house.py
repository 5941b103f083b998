"""How long one machine takes to open, ripple and close the whole house, and how much memory it holds meanwhile.

Run ``.venv/bin/python -m benchmarks.house`` from the repository's folder on an otherwise idle machine; it takes about
two minutes and prints one JSON document. ``COMMAND`` replaces ``thidua up``, so that ``COMMAND="make up"`` in a fresh
clone measures the installation as well.
"""

import asyncio
import json
import os
import pty
import re
import shlex
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
import nats
import psutil

from contracts.catalog import STREAM
from thidua import processes, status
from thidua.api import Session
from thidua.home import Home
from thidua.ripple import amend, follow, officer_of
from topology import accounts

COMMAND: Final = shlex.split(os.environ.get("COMMAND", f"{sys.executable} -m thidua up"))
_ADDRESS: Final = re.compile(r"Mở trang: (http://\S+)")
_IDLE_SECONDS: Final = 60
_RIPPLES: Final = 20


@dataclass
class Terminal:
    """A house that runs in a terminal, as its owner sees it."""

    process: psutil.Process
    screen: int
    url: str
    opened_seconds: float

    def family(self) -> list[psutil.Process]:
        """Give its processes; the servers live in sessions of their own but stay its children."""
        return [self.process, *self.process.children(recursive=True)]

    def interrupt(self) -> float:
        """Press Ctrl-C; give the seconds until the last process of the house is gone."""
        family = self.family()
        began = time.monotonic()
        os.write(self.screen, b"\x03")
        if not processes.until(lambda: all(map(processes.gone, family)), 60):
            raise SystemExit(f"still alive a minute after Ctrl-C: {family}")
        return time.monotonic() - began


def open_house(home: Path) -> Terminal:
    """Start the house in a terminal of its own and wait for its first page."""
    began = time.monotonic()
    pid, screen = pty.fork()
    if not pid:
        os.execvpe(COMMAND[0], COMMAND, {**os.environ, "THIDUA_HOME": str(home)})
    said = ""
    while not (found := _ADDRESS.search(said)):
        try:
            said += os.read(screen, 65536).decode(errors="replace")
        except OSError as error:
            raise SystemExit(f"the house did not open:\n{said}") from error
    httpx2.get(found[1], follow_redirects=True).raise_for_status()
    opened = time.monotonic() - began
    threading.Thread(target=_read_on, args=(screen,), daemon=True).start()
    return Terminal(psutil.Process(pid), screen, found[1], opened)


def _read_on(screen: int) -> None:
    """Take what the house goes on saying; a full terminal would hold it up."""
    try:
        while os.read(screen, 65536):
            pass
    except OSError:
        return


def python_pss_mib(family: list[psutil.Process]) -> float:
    """Add up the proportional set sizes of all Python processes."""
    total = 0
    for each in family:
        if "python" in Path(each.exe()).name:
            rollup = Path(f"/proc/{each.pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1])  # type: ignore[index]
    return total / 1024


@contextmanager
def live_stream(url: str, home: Home) -> Iterator[None]:
    """Watch a ripple that cannot end, because awards takes nothing up."""
    asyncio.run(_pause_awards(home))
    officer = officer_of(home)
    with Session(url, officer) as session:
        receipt = amend(session, officer.grants[0]["scope"])
    reader = httpx2.Client(base_url=url, timeout=None)
    reader.post("/api/sessions", json={"account": officer.account, "password": officer.password}).raise_for_status()
    with reader.stream("GET", f"/live/bien-nhan/{receipt['receipt_number']}") as stream:
        next(stream.iter_bytes())
        yield


async def _pause_awards(home: Home) -> None:
    client = await nats.connect(
        next(server.url for server in status.look(home).servers if server.name == "nats"),
        inbox_prefix=accounts.inbox_prefix(accounts.ADMIN).encode(),
        nkeys_seed=str(home.nats_keys / f"{accounts.ADMIN}.seed"),
    )
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    answer = await client.request(
        f"$JS.API.CONSUMER.PAUSE.{STREAM}.awards", json.dumps({"pause_until": until}).encode()
    )
    assert json.loads(answer.data)["paused"], answer.data
    await client.close()


def measure(home: Path) -> dict[str, Any]:
    """Open twice, ripple, rest, close with a stream open."""
    load = os.getloadavg()[0]
    first = open_house(home)
    first.interrupt()
    house = open_house(home)
    time.sleep(_IDLE_SECONDS)
    memory = python_pss_mib(house.family())
    ripples = [follow(house.url, Home(home))["total_ms"] for _ in range(_RIPPLES)]
    with live_stream(house.url, Home(home)):
        closed = house.interrupt()
    return {
        "first_open_s": round(first.opened_seconds, 1),
        "warm_open_s": round(house.opened_seconds, 1),
        "python_pss_mib": round(memory),
        "ripple_ms": {"n": _RIPPLES, "median": round(statistics.median(ripples)), "worst": round(max(ripples))},
        "ctrl_c_with_live_stream_s": round(closed, 1),
        "load_before": round(load, 1),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder) / "home"), indent=2))
