"""Disks that are slow or broken for one running server: its syncs are held up or fail, by strace."""

import contextlib
import errno
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil

from thidua import processes

_SYNCS: Final = "fsync,fdatasync"
_SECONDS: Final = 10.0


def slow_fsync(pid: int, milliseconds: int) -> contextlib.AbstractContextManager[None]:
    """Make every sync of this server and its children take so much longer."""
    return _injected(pid, f"delay_exit={milliseconds * 1000}")


def failing_fsync(pid: int, after: int = 0) -> contextlib.AbstractContextManager[None]:
    """Make the syncs of this server and its children fail with EIO; each thread has so many good ones before."""
    return _injected(pid, f"error=EIO:when={after + 1}+")


def missing() -> str | None:
    """Tell why no syscall can be tampered with on this machine, None if it can."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as somebody:
        try:
            with slow_fsync(somebody.pid, 1):
                return None
        except OSError as error:
            return f"strace cannot attach here: {error}"
        finally:
            somebody.kill()


@contextlib.contextmanager
def _injected(pid: int, what: str) -> Iterator[None]:
    family = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    strace = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={_SYNCS}", "-e", f"inject={_SYNCS}:{what}"]
        + [argument for member in family for argument in ("-p", str(member))],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        attached = processes.until(lambda: strace.poll() is not None or _traced(family, strace.pid), _SECONDS)
        if not attached or strace.poll() is not None:
            raise OSError(errno.EPERM, strace.communicate()[1].strip() if strace.poll() else "not in time")
        yield
    finally:
        # It lets go of everyone before it ends, and they run on.
        strace.send_signal(signal.SIGINT)
        strace.communicate(timeout=_SECONDS)


def _traced(family: list[int], tracer: int) -> bool:
    try:
        return all(
            f"\nTracerPid:\t{tracer}\n" in status.read_text()
            for member in family
            for status in Path(f"/proc/{member}/task").glob("*/status")
        )
    except OSError:  # A thread ended while it was looked at.
        return False
