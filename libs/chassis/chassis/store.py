"""Files that people hand in: received as they come, never whole in memory, kept under their own digest.

The port, and a folder behind it; ``chassis.bucket`` is the other.
"""

import hashlib
import os
import tempfile
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from anyio import to_thread

_CHUNK: Final = 64 * 1024


class TooLargeError(Exception):
    """More came than is taken."""


class UnfitStoreError(Exception):
    """Somebody must change the store or what we were told of it; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it arrived, in a place of its own until somebody keeps it: its size, and the SHA-256 of its bytes."""

    path: Path
    size: int
    digest: bytes


@asynccontextmanager
async def receive(chunks: AsyncIterable[bytes], folder: Path, *, largest: int) -> AsyncIterator[Received]:
    """Write what comes to a file in ``folder`` and give it; what nobody has kept is gone afterwards.

    Raises ``TooLargeError`` as soon as more than ``largest`` bytes have come.
    """
    file, path = await to_thread.run_sync(_begin, folder)
    try:
        size, digest = 0, hashlib.sha256()
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > largest:
                    raise TooLargeError
                digest.update(chunk)
                await to_thread.run_sync(file.write, chunk)
        finally:
            await to_thread.run_sync(_end, file)
        yield Received(path, size, digest.digest())
    finally:
        path.unlink(missing_ok=True)


def _begin(folder: Path) -> tuple[IO[bytes], Path]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, path = tempfile.mkstemp(dir=folder, prefix="den-")
    return os.fdopen(descriptor, "wb"), Path(path)


def _try_out(folder: Path) -> None:
    """Write nothing to a folder and take it away again, as a file that comes would be written."""
    file, path = _begin(folder)
    file.close()
    path.unlink()


def _end(file: IO[bytes]) -> None:
    with file:
        file.flush()
        # Else a power cut may leave the name with nothing in it.
        os.fsync(file.fileno())


class Store(Protocol):
    """Where files are kept. The same bytes are kept once, whoever hands them in, however often."""

    incoming: Path
    """The folder for what is just arriving."""

    async def keep(self, received: Received) -> None:
        """Keep a file for good; keeping it again changes nothing."""

    def read(self, digest: bytes) -> AsyncIterator[bytes]:
        """Give a file piece by piece; raises ``FileNotFoundError`` before the first one."""

    async def check(self) -> None:
        """See that files can be kept; raises ``UnfitStoreError``, or ``chassis.errors.Unavailable`` for what may pass."""


class FolderStore:
    """A folder of this machine, or one that is mounted from elsewhere. Nothing is ever removed from it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Below the same folder: a file moves into place by its name, whole or not at all.
        self.incoming = folder / "incoming"

    async def keep(self, received: Received) -> None:
        await to_thread.run_sync(self._move, received.path, self._place(received.digest))

    async def read(self, digest: bytes) -> AsyncIterator[bytes]:
        file = await to_thread.run_sync(self._place(digest).open, "rb")
        with file:
            while chunk := await to_thread.run_sync(file.read, _CHUNK):
                yield chunk

    async def check(self) -> None:
        try:
            await to_thread.run_sync(_try_out, self.incoming)
        except OSError as error:
            raise UnfitStoreError(
                f"không ghi được vào thư mục minh chứng {self._folder} ({error.strerror}); hãy sửa quyền hoặc EVIDENCE_DIR"
            ) from None

    def _place(self, digest: bytes) -> Path:
        named = digest.hex()
        return self._folder / named[:2] / named

    @staticmethod
    def _move(source: Path, place: Path) -> None:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source.replace(place)
        # The name must be on disk too before anybody is told that the file is kept.
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
