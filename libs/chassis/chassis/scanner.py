"""Whether a file is known to be harmful: a port, and ClamAV's daemon behind it."""

import asyncio
import struct
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

import structlog
from anyio import to_thread

log = structlog.get_logger()

_CHUNK: Final = 64 * 1024
_SECONDS: Final = 30.0


class Verdict(StrEnum):
    """What is known of a file. ``not_scanned`` is said as it is: nobody looked, or whoever should did not answer."""

    NOT_SCANNED = "not_scanned"
    CLEAN = "clean"
    INFECTED = "infected"


class Scanner(Protocol):
    """Whoever looks for harm in a file."""

    async def scan(self, path: Path) -> Verdict:
        """Look through a file of this machine."""


class NoScanner:
    """None is configured."""

    async def scan(self, path: Path) -> Verdict:  # noqa: ARG002 - the port's own word
        return Verdict.NOT_SCANNED


class Clamd:
    """ClamAV's daemon, by its INSTREAM command (clamd(8)): lengths as 4 bytes big-endian, a zero ends the file."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host, int(port)

    async def scan(self, path: Path) -> Verdict:
        """Have the daemon look; a daemon that does not answer keeps nobody from handing in."""
        try:
            async with asyncio.timeout(_SECONDS):
                answer = await self._ask(path)
        except (OSError, TimeoutError) as error:
            log.warning("scanner.away", error=str(error) or type(error).__name__)
            return Verdict.NOT_SCANNED
        if answer.endswith(b"FOUND"):
            return Verdict.INFECTED
        if answer.endswith(b"OK"):
            return Verdict.CLEAN
        log.warning("scanner.undecided", answer=answer.decode(errors="replace"))
        return Verdict.NOT_SCANNED

    async def _ask(self, path: Path) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(b"zINSTREAM\0")
            with await to_thread.run_sync(path.open, "rb") as file:
                while chunk := await to_thread.run_sync(file.read, _CHUNK):
                    writer.write(struct.pack(">I", len(chunk)) + chunk)
                    await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            return (await reader.read(1_000)).rstrip(b"\0\n")
        finally:
            writer.close()
