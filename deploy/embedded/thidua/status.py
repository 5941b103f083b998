"""What runs, asked of the processes and not of memory."""

from dataclasses import asdict, dataclass
from datetime import timedelta, timezone
from typing import Any, Final

import psutil

from thidua import health
from thidua.home import Home, read_json
from thidua.nats_server import healthy

VIETNAM: Final = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Part:
    """A service or a server: ``ready`` is its own answer, ``detail`` says why not."""

    name: str
    pid: int | None
    ready: bool
    url: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """One house: ``state`` is stopped, starting, ready or stopping."""

    state: str
    home: str
    pid: int | None = None
    url: str | None = None
    started_at: str | None = None
    ahead: timedelta = timedelta()
    services: tuple[Part, ...] = ()
    servers: tuple[Part, ...] = ()

    @property
    def ready(self) -> bool:
        """Tell whether the house stands and every part of it can make progress."""
        return self.state == "ready" and all(part.ready for part in (*self.services, *self.servers))

    def document(self) -> dict[str, Any]:
        """Give it as ``thidua status --json`` prints it."""
        whole = asdict(self) | {"ready": self.ready}
        del whole["ahead"]
        return whole


def supervisor_of(run: dict[str, Any]) -> psutil.Process | None:
    """Give the living supervisor that wrote this state file."""
    try:
        process = psutil.Process(run["pid"])
        same = abs(process.create_time() - run["created"]) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, KeyError, TypeError):
        return None
    return process if same else None


def look(home: Home) -> Status:
    """Ask everything that should run."""
    run = read_json(home.run)
    if supervisor_of(run) is None:
        return Status("stopped", str(home.folder))
    return Status(
        state=run["state"],
        home=str(home.folder),
        pid=run["pid"],
        url=run["url"],
        started_at=run["started_at"],
        ahead=timedelta(seconds=run["ahead_seconds"]),
        services=tuple(_service(each) for each in run["services"]),
        servers=tuple(_server(each) for each in run["servers"]),
    )


def _service(each: dict[str, Any]) -> Part:
    trouble = health.trouble_of(each["url"])
    return Part(each["name"], each["pid"], trouble is None, each["url"], trouble)


def _server(each: dict[str, Any]) -> Part:
    alive = psutil.pid_exists(each["pid"])
    if alive and each.get("monitor_url"):
        alive = healthy(each["monitor_url"])
    return Part(each["name"], each["pid"], alive, each["url"], None if alive else "không chạy")
