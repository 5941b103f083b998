"""A real nats-server on this machine, with JetStream that syncs before it acknowledges."""

import http.client
import json
import re
import shutil
import signal
import subprocess
import sysconfig
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import psutil

from chassis.ports import free_port
from thidua import processes
from thidua.errors import Refusal
from topology import server

_START_SECONDS: Final = 15.0
_STOP_SECONDS: Final = 10.0
_OK: Final = 200


class NatsServer:
    """A nats-server whose data lie in ``datadir``; a running one of the same folder and configuration is adopted.

    ``with NatsServer(folder) as nats: nats.url`` starts and stops it. ``kill()`` ends it as a power cut would and
    ``start()`` brings it back on the same port. ``config_extra`` is appended to the configuration as it is.
    """

    name = "nats"

    def __init__(
        self,
        datadir: Path,
        port: int | None = None,
        config_extra: str = "",
        *,
        max_file_store: str = "4GB",
        sync_interval: str = "always",
        server_name: str = "thidua",
    ) -> None:
        self._datadir = datadir.resolve()
        self._port = port
        self._extra = config_extra
        self._max_file_store = max_file_store
        self._sync_interval = sync_interval
        self._server_name = server_name
        self._config = self._datadir / "nats-server.conf"
        self._runtime = self._datadir / "run"
        self._launched: subprocess.Popen[bytes] | None = None
        self._ports: dict[str, list[str]] = {}
        self.adopted = False
        self.log = self._datadir / "nats-server.log"

    @property
    def pid(self) -> int | None:
        """Give the id of the running process, None when there is none."""
        if self._launched is not None:
            self._launched.poll()
        process = processes.ours(processes.first_number(self._runtime / "nats.pid"), str(self._config))
        return process.pid if process else None

    @property
    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self.pid is not None

    @property
    def well(self) -> bool:
        """Tell whether it says that it works: a stream that a full disk has frozen makes it say no."""
        return healthy(self.monitor_url)

    @property
    def url(self) -> str:
        """Give the address for clients, ``nats://127.0.0.1:<port>``."""
        return self._ports["nats"][0]

    @property
    def monitor_url(self) -> str:
        """Give the address of ``/varz`` and ``/healthz``."""
        return self._ports["monitoring"][0]

    @property
    def places(self) -> dict[str, str]:
        """Give the addresses as others may see them."""
        return {"url": self.url, "monitor_url": self.monitor_url}

    def start(self) -> None:
        """Start, or adopt the one that runs; returns when it is healthy, raises ``Refusal`` with the reason."""
        self._runtime.mkdir(parents=True, exist_ok=True)
        config = server.render(
            store=self._datadir / "store",
            runtime=self._runtime,
            max_file_store=self._max_file_store,
            sync_interval=self._sync_interval,
            name=self._server_name,
            extra=self._extra,
        )
        self.adopted = self._adopt(config)
        if not self.adopted:
            self._launch(config)
        # After a crash the services look for it where it was.
        self._port = urlsplit(self.url).port

    def stop(self) -> None:
        """End it in order: what it acknowledged is on the disk either way."""
        process = self._process()
        if process is not None:
            processes.end(process, politely=signal.SIGTERM, seconds=_STOP_SECONDS)
        self._reap()

    def kill(self) -> None:
        """End it at once, without a chance to write anything."""
        process = self._process()
        if process is not None:
            processes.kill_tree(process)
        self._reap()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _adopt(self, config: str) -> bool:
        pid = self.pid
        if pid is None:
            return False
        same = self._config.read_text() == config and processes.until(lambda: self._ready(pid), _START_SECONDS)
        if same and self._port in (None, urlsplit(self.url).port):
            return True
        self.stop()
        return False

    def _launch(self, config: str) -> None:
        binary = find()
        if self._port is not None:
            processes.refuse_taken(
                self._port, remedy="Hãy dừng chương trình đó, hoặc đặt NATS_URL tới máy chủ NATS có sẵn."
            )
        for leftover in self._runtime.iterdir():
            leftover.unlink()
        self._config.write_text(config)
        self._launched = processes.launch(
            [str(binary), "-c", str(self._config), "-p", str(self._port or free_port())],
            log=self.log,
            cwd=self._datadir,
        )
        pid = self._launched.pid
        if processes.until(lambda: not self._running() or self._ready(pid), _START_SECONDS) and self._running():
            return
        reason = processes.tail(self.log)
        self.kill()
        raise Refusal(f"Máy chủ NATS không khởi động được. Nhật ký {self.log} ghi: {reason}")

    def _process(self) -> psutil.Process | None:
        """Give the server that runs; the one started here is found without the disk, which may be broken."""
        launched = self._launched if self._running() else None
        return processes.ours(launched.pid if launched else self.pid, str(self._config))

    def _running(self) -> bool:
        return self._launched is not None and self._launched.poll() is None

    def _ready(self, pid: int) -> bool:
        for ports in self._runtime.glob(f"*_{pid}.ports"):
            try:
                self._ports = json.loads(ports.read_text())
            except json.JSONDecodeError:
                return False
            return healthy(self.monitor_url)
        return False

    def _reap(self) -> None:
        if self._launched is not None:
            self._launched.wait(_STOP_SECONDS)
            self._launched = None


def healthy(monitor_url: str) -> bool:
    """Ask ``/healthz``; a stream that a full disk has frozen answers 503."""
    address = urlsplit(monitor_url)
    connection = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def find() -> Path:
    """Find nats-server beside this Python, else on the PATH; raises ``Refusal`` when it is missing or too old."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise Refusal("Không thấy nats-server. Hãy chạy make setup, hoặc đặt NATS_URL tới máy chủ NATS có sẵn.")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout
    refuse_old(said, where=found)
    return Path(found)


def refuse_old(version: str, *, where: str) -> None:
    """Refuse a server that would lose acknowledged events or ignore what it is told."""
    numbers = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
    if numbers is None or tuple(map(int, numbers.groups())) < server.MIN_VERSION:
        needed = ".".join(map(str, server.MIN_VERSION))
        raise Refusal(
            f"Máy chủ NATS {where} là bản {version.strip() or 'không rõ'}, cũ quá: cần từ {needed} trở lên "
            "để không mất sự kiện. Hãy chạy make setup, hoặc dùng máy chủ mới hơn."
        )
