"""The one process that starts, watches and ends all others: servers, preparation, services, data; back in reverse."""

import asyncio
import contextlib
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psutil

from chassis.files import write_private
from chassis.ports import free_port
from contracts.catalog import SERVICES
from thidua import children, processes
from thidua.errors import Refusal
from thidua.home import Home, read_json
from thidua.keeping import Keeper, RunningService
from thidua.nats_server import NatsServer
from thidua.postgres import PostgresServer
from topology import accounts

REPOSITORY: Final = Path(__file__).resolve().parents[3]
_WATCH_SECONDS: Final = 0.25
_READY_SECONDS: Final = 40.0
_STOP_SECONDS: Final = 7.0
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What ``thidua up`` was asked for. A server whose address is given is used, never started nor stopped."""

    home: Home
    port: int
    demo_date: date
    data: Path
    assets: Path
    database_url: str | None = None
    nats_url: str | None = None
    nats_keys: Path | None = None
    """For a given NATS: the folder with one seed per service and ``admin.seed``; without it nobody signs in there."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Supervisor:
    """Runs one house from the first server to the last process gone."""

    def __init__(self, order: Order, say: Say) -> None:
        self._order = order
        self._say = say
        self._stop_asked = asyncio.Event()
        self._servers: list[PostgresServer | NatsServer] = []
        self._services: list[RunningService] = []
        self._keepers: list[Keeper] = []
        self._started_at = datetime.now(UTC)
        self.ahead = timedelta()
        """How far business time runs ahead of real time."""

    async def run(self, standing: Callable[[], None]) -> None:
        """Bring everything up, call ``standing`` once, watch until told to stop, take everything down.

        Raises ``Refusal`` when it cannot come up; nothing of it runs any more then.
        """
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._ask_to_stop)
        with self._order.home.locked():
            try:
                if await self._unless_stopped(self._bring_up()):
                    self._note("ready")
                    standing()
                    await self._unless_stopped(self._watch())
            finally:
                await self._take_down()

    def _ask_to_stop(self) -> None:
        again = self._stop_asked.is_set()
        self._stop_asked.set()
        self._say("Vẫn đang dừng cho trọn vẹn." if again else "Đang dừng, xin chờ ít giây …")

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> bool:
        """Do the work; give up and tell False when somebody wants the house down first."""
        task, stop = asyncio.ensure_future(work), asyncio.ensure_future(self._stop_asked.wait())
        await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if task.done():
            task.result()
            return True
        # Work in a thread cannot be cancelled; an errand whose process is gone ends by itself.
        for child in multiprocessing.active_children():
            if child.name not in SERVICES:
                child.kill()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Refusal):
            await task
        return False

    async def _bring_up(self) -> None:
        order = self._order
        await asyncio.to_thread(self._end_leftovers)
        self._refuse_unfinished_setup()
        processes.refuse_taken(
            order.port, remedy="Hãy dừng chương trình đó, hoặc chọn cổng khác, ví dụ THIDUA_PORT=8010."
        )
        self._note("starting")
        children.open_nursery()
        database_url, nats_url, nats_keys = await self._start_servers()
        environments, self.ahead = await asyncio.to_thread(
            children.errand,
            "thidua.prepare",
            home=order.home,
            data=order.data,
            database_url=database_url,
            nats_url=nats_url,
            nats_keys=nats_keys,
            demo_date=order.demo_date,
        )
        await self._start_services(environments)
        await asyncio.to_thread(children.errand, "thidua.load", home=order.home, data=order.data, url=order.url)

    def _refuse_unfinished_setup(self) -> None:
        for folder in (self._order.assets, self._order.data):
            if not folder.is_dir():
                raise Refusal(f"Chưa có thư mục {folder}. Hãy chạy make setup trong thư mục dự án rồi thử lại.")

    def _end_leftovers(self) -> None:
        """End services of a supervisor that was killed; their servers are adopted, they are not."""
        for each in read_json(self._order.home.run).get("services", []):
            try:
                process = psutil.Process(each["pid"])
                same = abs(process.create_time() - each["created"]) < 1
            except (psutil.NoSuchProcess, KeyError, TypeError):
                continue
            if same:
                processes.end(process, politely=signal.SIGTERM, seconds=_STOP_SECONDS)

    async def _start_servers(self) -> tuple[str, str, Path | None]:
        """Start or adopt what is not given; gives the address of the database, of NATS and the folder of its keys."""
        order = self._order
        keys = order.nats_keys
        if not order.nats_url:
            keys = order.home.nats_keys
            self._servers.append(NatsServer(order.home.nats, config_extra=accounts.authorization(keys)))
        if not order.database_url:
            self._servers.append(PostgresServer(order.home.postgres))
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in self._servers))
        own = {server.name: server.url for server in self._servers}
        return order.database_url or own["postgres"], order.nats_url or own["nats"], keys

    async def _start_services(self, environments: dict[str, dict[str, str]]) -> None:
        order = self._order
        ports = {name: order.port if name == "gateway" else free_port() for name in SERVICES}
        environments["registry"] |= {"EVIDENCE_DIR": str(order.home.evidence)}
        environments["gateway"] |= {
            "ASSETS_DIR": str(order.assets),
            "ACCOUNTS_FILE": str(order.home.accounts),
            **{f"{name.upper()}_URL": f"http://127.0.0.1:{ports[name]}" for name in SERVICES if name != "gateway"},
        }
        for name in SERVICES:
            service = RunningService(name, environments[name], ports[name], order.home.logs / f"{name}.log")
            self._services.append(service)
            await asyncio.to_thread(service.start)
        await asyncio.gather(*(asyncio.to_thread(each.wait_ready, _READY_SECONDS) for each in self._services))

    async def _watch(self) -> None:
        self._keepers = [Keeper(each, self._say) for each in (*self._servers, *self._services)]
        while True:
            for keeper in self._keepers:
                if await asyncio.to_thread(keeper.look):
                    self._note("ready")
            await asyncio.sleep(_WATCH_SECONDS)

    async def _take_down(self) -> None:
        """End the services, then the servers; whatever does not go in time is killed."""
        self._note("stopping")
        for service in self._services:
            service.ask_to_stop()
        end = time.monotonic() + _STOP_SECONDS
        for service in self._services:
            if not await asyncio.to_thread(service.wait_gone, end):
                self._say(f"{service.name} không dừng kịp và đã bị ngắt; không có gì đã nhận bị mất.")
        await asyncio.gather(*(asyncio.to_thread(server.stop) for server in self._servers))
        self._order.home.run.unlink(missing_ok=True)

    def _note(self, state: str) -> None:
        """Write down what runs, for ``status``, ``down`` and whoever comes after a crash."""
        run = {
            "state": state,
            "pid": os.getpid(),
            "created": psutil.Process().create_time(),
            "url": self._order.url,
            "started_at": self._started_at.isoformat(),
            "ahead_seconds": self.ahead.total_seconds(),
            "servers": [
                {"name": server.name, "pid": server.pid, "adopted": server.adopted, **server.places}
                for server in self._servers
                if server.alive
            ],
            "services": [
                {"name": each.name, "pid": each.pid, "created": _created(each.pid), "url": each.url}
                for each in self._services
            ],
        }
        write_private(self._order.home.run, json.dumps(run, indent=2))


def _created(pid: int | None) -> float | None:
    try:
        return psutil.Process(pid).create_time() if pid else None
    except psutil.NoSuchProcess:
        return None
