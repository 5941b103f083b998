"""The peers as contestants: each on a database of the same PostgreSQL, with a broker of its own, in its own Python.

Each comes twice: as its documentation's quick start leaves it, and with what its documentation says against loss; and
each of these once for the spine and once for the whole ripple, with sessions, titles and messages.
"""

import asyncio
import hashlib
import os
import subprocess
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final
from uuid import UUID

import asyncpg
import nats
import orjson
import psutil
import yaml
from benchmarks.crash import Mortal
from city import CAMPAIGN, CAMPAIGN_DOCUMENT, PACK, PERIOD
from house import CITY

from awards import rules
from chassis.ports import free_port
from chassis.testing import eventually
from contracts.registry import UnitKind
from thidua.nats_server import NatsServer

_HOME: Final = Path(__file__).parent / "peers"
_PYTHON: Final = _HOME / ".venv" / "bin" / "python"
_UNSCORED: Final = """SELECT count(*) AS n FROM reports LEFT JOIN scores USING (period_id, unit_id)
WHERE report_version IS DISTINCT FROM reports.version"""
_UNTOLD: Final = """SELECT count(*) AS n FROM submissions
WHERE NOT EXISTS (SELECT FROM messages WHERE cause = submissions.number)"""
_COOKIE: Final = "phien-lam-viec-cua-phong-noi-vu"
# A process a core: its documentation begins with 2 × cores + 1, five here, for a machine that serves nothing else. These two
# cores are also PostgreSQL's, the broker's, the workers' and the load's.
_GUNICORN: Final = (
    *("gunicorn", "--workers", "2", "--worker-class", "gthread", "--threads", "4"),
    # Our lines are kept for longer than the two seconds of the default.
    *("--keep-alive", "75", "--log-level", "warning"),
)


class Peer(Mortal):
    """Somebody else's way to take reports and show ranks."""

    durable: ClassVar[bool] = False
    whole: ClassVar[bool] = False
    """Whether it looks sessions up, judges titles and writes messages."""
    kept_in = scored_in = "registry"
    """The one database stands where the product's first one would, so that both are asked the same way."""
    tables = ()
    """Its rows are other ones than the product's."""

    async def surround(self) -> None:
        """Make a database; whoever needs a broker brings its own."""
        if not _PYTHON.exists():
            raise RuntimeError("the peers are not installed: make peers")
        self.port = free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        connection = await asyncpg.connect(self.house.templates.postgres.url)
        try:
            name = self.house.database(self.kept_in)
            await connection.execute(f'CREATE DATABASE "{name}"')
            if self.durable:
                await connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on')
        finally:
            await connection.close()

    async def settle(self) -> None:
        """Write a city of the same size; its reports are in time, as the product's are."""
        db = await asyncpg.connect(self._database)
        try:
            await db.execute((_HOME / "schema.sql").read_text())
            due = datetime.now(UTC) + timedelta(days=15)
            name = CAMPAIGN_DOCUMENT["periods"][0]["name"]
            await db.execute("INSERT INTO periods VALUES ($1, $2, $3, $4)", PERIOD, CAMPAIGN, due, name)
            blocks = ((self.size.block(number), f"Khối {number}") for number in range(self.size.blocks))
            await db.copy_records_to_table("blocks", records=blocks)
            units = ((unit, block, f"Đơn vị {unit}") for unit, block in self.size.units())
            await db.copy_records_to_table("units", records=units)
            await db.copy_records_to_table("titles", records=_titles())
            token, ends = hashlib.sha256(_COOKIE.encode()).digest(), datetime.now(UTC) + timedelta(hours=12)
            grants = orjson.dumps([{"role": "city_office", "scope": str(CITY)}]).decode()
            await db.execute("INSERT INTO accounts VALUES ('office', $1)", grants)
            await db.execute("INSERT INTO sessions VALUES ($1, 'office', $2)", token, ends)
            await db.execute("ANALYZE")
        finally:
            await db.close()

    async def count_rows(self) -> None:
        await self.house.run(self.kept_in, "ANALYZE")

    @property
    def _database(self) -> str:
        return self.house.templates.admin_url(self.house.database(self.kept_in))

    async def start(self) -> None:
        """Start the broker, then what stands behind it, then the door."""
        await self.start_broker()
        await self.start_workers()
        self.run("front", *self.door())
        await eventually(self._answers, within=30, expect=f"{self.name} answers")

    async def start_broker(self) -> None:
        """Start what carries messages, where there is something."""

    async def start_workers(self) -> None:
        """Start what scores, where that is not the door itself."""

    @abstractmethod
    def door(self) -> Sequence[str]:
        """Give the command, after ``python -m``, that serves the door on ``self.port``."""

    def broker(self) -> str:
        """Give the broker's address."""
        return ""

    def run(self, name: str, *module: str) -> None:
        """Start a module in the peers' own Python; it hears of its surroundings from the environment."""
        told = {
            "DATABASE_URL": self._database,
            "BROKER_URL": self.broker(),
            "DURABLE": str(int(self.durable)),
            "WHOLE": str(int(self.whole)),
        }
        self.launch(name, str(_PYTHON), "-m", *module, **told)

    def launch(self, name: str, *command: str, **environment: str) -> None:
        """Start a process, in a session of its own so that Ctrl-C leaves it to ``stop``."""
        with (self.house.home / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, **environment}, start_new_session=True
            )

    async def _answers(self) -> bool:
        for name, process in self.running.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name}: {(self.house.home / f'{name}.log').read_text()}")
        return await self.shows_boards()

    def _who(self, audience: str, role: str, scope: UUID) -> str:
        return f"Cookie: thidua={_COOKIE}" if self.whole else super()._who(audience, role, scope)

    async def effects(self) -> dict[str, Counter[str]]:
        """Count messages; a peer has no events that would have to be the product's."""
        return await self.messages(self.kept_in) if self.whole else {}

    def addresses(self) -> tuple[tuple[str, int], tuple[str, int]]:
        return ("127.0.0.1", self.port), ("127.0.0.1", self.port)

    async def drained(self) -> None:
        """Wait until the last report of every unit is scored, and the last messages are written."""

        async def nothing_waits() -> bool:
            for question in (_UNSCORED, *[_UNTOLD] * self.whole):
                (row,) = await self.house.rows(self.kept_in, question)
                assert not row["n"], f"{row['n']} reports wait"
            return True

        await eventually(nothing_waits, within=120, expect=f"{self.name} has caught up")

    def _families(self, names: Sequence[str]) -> list[psutil.Process]:
        roots = [psutil.Process(self.running[name].pid) for name in names]
        return [each for root in roots for each in (root, *root.children(recursive=True))]

    def processes(self) -> dict[str, psutil.Process]:
        own = self._families([name for name in self.running if name != "broker"])
        return {str(process.pid): process for process in own}

    def servers(self) -> list[psutil.Process]:
        postgres = psutil.Process(self.house.templates.postgres.pid)
        return [postgres, *postgres.children(recursive=True), *self._families([*self.running.keys() & {"broker"}])]

    async def crash(self) -> None:
        family = self._families([*self.running])
        for process in family:
            process.kill()
        psutil.wait_procs(family, timeout=5)
        for each in self.running.values():
            each.wait()
        self.running.clear()

    async def stop(self) -> None:
        await self.crash()


class CeleryPeer(Peer):
    """Flask, SQLAlchemy, Celery over a Redis of its own."""

    name = "celery_default"

    async def surround(self) -> None:
        await super().surround()
        self._redis = free_port()
        (self.house.home / "redis").mkdir()

    def broker(self) -> str:
        return f"redis://127.0.0.1:{self._redis}/0"

    async def start_broker(self) -> None:
        place = ("--bind", "127.0.0.1", "--port", str(self._redis), "--dir", str(self.house.home / "redis"))
        synced = ("--appendonly", "yes", "--appendfsync", "always") if self.durable else ()
        self.launch("broker", "redis-server", *place, *synced)

        async def takes_connections() -> bool:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._redis)
            except OSError:
                return False
            writer.write(b"PING\r\n")
            answer = await reader.readline()
            writer.close()
            return answer == b"+PONG\r\n"

        await eventually(takes_connections, within=30, expect="Redis answers")

    async def start_workers(self) -> None:
        module = ("celery", "-A", "benchmarks.peers.celery_peer:queue", "worker")
        self.run("workers", *module, "--concurrency", "2", "--loglevel", "WARNING")

    def door(self) -> Sequence[str]:
        return (*_GUNICORN, "--bind", f"127.0.0.1:{self.port}", "benchmarks.peers.celery_peer:front")


class DurableCeleryPeer(CeleryPeer):
    name = "celery_durable"
    durable = True


class DjangoPeer(Peer):
    """Django, in one piece."""

    name = "django_default"

    def door(self) -> Sequence[str]:
        return (*_GUNICORN, "--bind", f"127.0.0.1:{self.port}", "benchmarks.peers.django_peer:front")


class DurableDjangoPeer(DjangoPeer):
    name = "django_durable"
    durable = True


class FastStreamPeer(Peer):
    """FastAPI, SQLAlchemy, FastStream over a NATS of its own."""

    name = "faststream_default"

    async def surround(self) -> None:
        await super().surround()
        # Two minutes is the server's own default.
        interval = "always" if self.durable else "2m"
        self._nats = NatsServer(self.house.home / "peer_nats", sync_interval=interval)

    def broker(self) -> str:
        return self._nats.url

    async def start_broker(self) -> None:
        self._nats.start()

    async def start_workers(self) -> None:
        """Start the subscriber and wait until its durable stands: the door publishes to a stream that it declares."""
        module = ("faststream", "run", "benchmarks.peers.faststream_peer:worker")
        self.run("workers", *module, "--log-level", "warning")

        async def listens() -> bool:
            bus = await nats.connect(self._nats.url)
            try:
                return bool((await bus.jetstream().consumer_info("reports", "scoring")).push_bound)
            finally:
                await bus.close()

        await eventually(listens, within=30, expect="the subscriber listens")

    def door(self) -> Sequence[str]:
        quiet = ("--no-access-log", "--log-level", "warning")
        return ("uvicorn", "benchmarks.peers.faststream_peer:front", "--port", str(self.port), *quiet)

    def servers(self) -> list[psutil.Process]:
        return [*super().servers(), psutil.Process(self._nats.pid)]

    async def crash(self) -> None:
        await super().crash()
        self._nats.kill()


class DurableFastStreamPeer(FastStreamPeer):
    name = "faststream_durable"
    durable = True


def _titles() -> Iterator[tuple[str, str]]:
    """Give each title of the pack as it stands for a ward of which nothing is known yet."""
    pack = rules.Pack.model_validate(yaml.safe_load(PACK.read_text()))
    for each in rules.assess(pack, UnitKind.WARD, rules.Record()):
        yield each.title, each.model_dump_json()


_KINDS: Final[tuple[type[Peer], ...]] = (
    CeleryPeer,
    DurableCeleryPeer,
    DjangoPeer,
    DurableDjangoPeer,
    FastStreamPeer,
    DurableFastStreamPeer,
)


def _whole(kind: type[Peer]) -> type[Peer]:
    """Give the same peer for the whole ripple."""
    return type(f"Whole{kind.__name__}", (kind,), {"name": f"{kind.name}_whole", "whole": True})


PEERS: Final = {kind.name: kind for kind in _KINDS}
WHOLE_PEERS: Final = {kind.name: _whole(kind) for kind in _KINDS}
"""The same names: what is measured is told beside them."""
