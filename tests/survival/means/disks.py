"""Disks that fill up and disks that lose their power, to be mounted under real servers."""

import contextlib
import fcntl
import os
import struct
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final, Self

# EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (fs/ext4/ext4.h): nothing more reaches the device, as in xfstests.
_SHUTDOWN: Final = 0x8004587D
_NOTHING_MORE: Final = struct.pack("I", 2)


class _Disk:
    """A filesystem of its own on ``path`` while the ``with`` lasts; what was there before is hidden so long."""

    def __init__(self, path: Path, megabytes: int) -> None:
        self.path = path
        self.megabytes = megabytes

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        self._mount()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # Lazily: a server that a failed test left behind must not keep the mount.
        _run("umount", "--lazy", self.path)

    @classmethod
    def missing(cls) -> str | None:
        """Tell why this machine has no such disk, None if it has."""
        try:
            with TemporaryDirectory() as folder, cls(Path(folder) / "disk", 4) as disk:
                disk._try()
        except OSError as error:
            return f"no {cls.__name__} can be mounted here: {error}"
        return None

    def _mount(self) -> None:
        raise NotImplementedError

    def _try(self) -> None:
        raise NotImplementedError


class SmallDisk(_Disk):
    """A disk in memory that is full after so many megabytes and can be given more."""

    def grow(self, megabytes: int) -> None:
        """Give it this size."""
        _run("mount", "-o", f"remount,size={megabytes}m", self.path)

    def fill(self) -> None:
        """Leave no room on it: a file beside the server's takes it all."""
        with (self.path / "ballast").open("ab") as ballast, contextlib.suppress(OSError):
            while True:
                ballast.write(bytes(65536))
                ballast.flush()

    def _mount(self) -> None:
        _run("mount", "-t", "tmpfs", "-o", f"size={self.megabytes}m", "tmpfs", self.path)

    def _try(self) -> None:
        self.grow(8)


class LoopDisk(_Disk):
    """An ext4 disk on a file that can lose its power: what was written and not synced is then gone.

    ``power_cut()``, kill the servers on it, ``power_back()``, start them again.
    """

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        super().__exit__(kind, error, at)
        self._device.unlink()

    def power_cut(self) -> None:
        """Let nothing more reach the device, now; servers that still run see an input/output error."""
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(folder, _SHUTDOWN, _NOTHING_MORE)
        finally:
            os.close(folder)

    def power_back(self) -> None:
        """Mount what reached the device in the same place; every server on it must be dead."""
        _run("umount", self.path)
        self._attach()

    def _mount(self) -> None:
        self._device = self.path.with_name(f"{self.path.name}.ext4")
        with self._device.open("wb") as file:
            file.truncate(self.megabytes << 20)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", self._device)
        self._attach()

    def _attach(self) -> None:
        _run("mount", "-o", "loop", self._device, self.path)

    def _try(self) -> None:
        self.power_cut()
        self.power_back()


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(done.stderr.partition("\n")[0] or f"{command[0]} ended with {done.returncode}")
