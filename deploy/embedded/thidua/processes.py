"""Processes that outlive the one that started them: find, probe and end them."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import psutil

from thidua.errors import Refusal

_PAUSE: Final = 0.02


def ours(pid: int | None, marker: str) -> psutil.Process | None:
    """Give the living process with this id if ``marker`` is on its command line; ids are used again, paths are not."""
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not any(marker in part for part in process.cmdline()):
            return None
    except psutil.Error:
        return None
    return process


def first_number(path: Path) -> int | None:
    """Read the process id that stands on the first line of a pid file."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def launch(command: Sequence[str], *, log: Path, cwd: Path) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that Ctrl-C in the terminal does not reach it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            start_new_session=True,
        )


def until(probe: Callable[[], bool], seconds: float) -> bool:
    """Probe until it says yes or the time is over."""
    end = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE)
    return True


def gone(process: psutil.Process) -> bool:
    """Tell whether a process has ended; a zombie that its parent has not reaped yet has."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def end(process: psutil.Process, *, politely: signal.Signals, seconds: float) -> bool:
    """Ask, wait, then kill; tell whether asking was enough."""
    try:
        process.send_signal(politely)
    except psutil.NoSuchProcess:
        return True
    if until(lambda: gone(process), seconds):
        return True
    kill_tree(process)
    return False


def kill_tree(process: psutil.Process) -> None:
    """End a process and its children at once, as a power cut would."""
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    until(lambda: all(gone(member) for member in family), 5)


def tail(path: Path, lines: int = 3) -> str:
    """Give the last lines of a log, for the sentence that says why a server did not start."""
    try:
        return " | ".join(path.read_text(errors="replace").strip().splitlines()[-lines:])
    except OSError:
        return ""


def refuse_taken(port: int, *, remedy: str) -> None:
    """Refuse when another program listens on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Refusal(f"Không dùng được cổng {port}: {_why(error)}. {remedy}") from error


def _why(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "tài khoản này không có quyền mở cổng đó"
    return "một chương trình khác đang dùng cổng đó"
