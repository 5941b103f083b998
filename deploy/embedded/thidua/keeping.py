"""What the supervisor keeps alive: services as forks, servers of their own, and the pauses between their lives."""

import time
from collections.abc import Callable, Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from thidua import children, health, processes
from thidua.errors import Refusal

_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 30.0
_STEADY_SECONDS: Final = 60.0
"""Whoever ran this long is forgiven: its next death counts as the first."""
_ILL_SECONDS: Final = 20.0
"""So long a server may run without working before it is ended and started again."""
_LARGEST_LOG: Final = 20 * 1024 * 1024


class Keepable(Protocol):
    """A process that can be started again at the same address."""

    @property
    def name(self) -> str: ...
    @property
    def alive(self) -> bool: ...
    def start(self) -> None: ...


@runtime_checkable
class Curable(Keepable, Protocol):
    """A process that can run and do nothing, until it starts anew: a full disk leaves a stream frozen."""

    @property
    def well(self) -> bool: ...
    def kill(self) -> None: ...


class RunningService:
    """One of the five services as a process of ours; its port stays the same through all its lives."""

    def __init__(self, name: str, environment: Mapping[str, str], port: int, log: Path) -> None:
        self._name = name
        self._environment = {**environment, "HTTP_HOST": "127.0.0.1", "HTTP_PORT": str(port)}
        self._log = log
        self._process: ForkServerProcess | None = None
        self.url = f"http://127.0.0.1:{port}"

    @property
    def name(self) -> str:
        return self._name

    @property
    def pid(self) -> int | None:
        """Give its process id, also after its end."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process is not None and self._process.is_alive()

    def start(self) -> None:
        """Fork it; it is not ready yet."""
        if self._log.exists() and self._log.stat().st_size > _LARGEST_LOG:
            self._log.replace(self._log.with_suffix(".1.log"))
        self._process = children.start_service(self._name, self._environment, self._log)

    def wait_ready(self, seconds: float) -> None:
        """Return when it is ready; raises ``Refusal`` with its own words when it ends or takes too long."""
        if processes.until(lambda: not self.alive or health.trouble_of(self.url) is None, seconds) and self.alive:
            return
        code = self._process.exitcode if self._process else None
        why = f"đã dừng với mã {code}" if not self.alive else f"{seconds:.0f} giây vẫn {health.trouble_of(self.url)}"
        raise Refusal(f"Dịch vụ {self._name} không sẵn sàng: {why}. Nhật ký {self._log}: {processes.tail(self._log)}")

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if self._process is not None and self.alive:
            self._process.terminate()

    def wait_gone(self, until: float) -> bool:
        """Wait for its end until a moment of the monotonic clock, then kill; tell whether asking was enough."""
        if self._process is None:
            return True
        self._process.join(max(until - time.monotonic(), 0))
        if not self.alive:
            return True
        self._process.kill()
        self._process.join()
        return False


class Keeper:
    """Starts one thing again when it has died or frozen, with pauses that double while it keeps dying."""

    def __init__(self, thing: Keepable, say: Callable[[str], None], *, patience: float = _ILL_SECONDS) -> None:
        self._thing = thing
        self._say = say
        self._patience = patience
        self._well_at = time.monotonic()
        self._asks_at = self._well_at
        self._pause = _FIRST_PAUSE
        self._begun = time.monotonic()
        self._due: float | None = None
        self.restarts = 0

    def look(self) -> bool:
        """Look once; tell whether it was started again."""
        now = time.monotonic()
        if self._thing.alive:
            if now - self._begun > _STEADY_SECONDS:
                self._pause = _FIRST_PAUSE
            self._end_what_is_frozen(now)
            return False
        if self._due is None:
            pause = f"{self._pause:g}".replace(".", ",")
            self._say(f"{self._thing.name} đã dừng đột ngột; khởi động lại sau {pause} giây.")
            self._due = now + self._pause
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        if now < self._due:
            return False
        self._due = None
        self._begun = now
        self.restarts += 1
        try:
            self._thing.start()
        except Refusal as refusal:
            self._say(str(refusal))
        return True

    def _end_what_is_frozen(self, now: float) -> None:
        if not isinstance(self._thing, Curable) or now < self._asks_at:
            return
        self._asks_at = now + self._patience / 4
        if self._thing.well:
            self._well_at = now
        elif now - self._well_at > self._patience:
            self._say(f"{self._thing.name} vẫn chạy nhưng không làm việc; sẽ được khởi động lại.")
            self._thing.kill()
            self._well_at = now
