"""Is it said who looked through a file, and with what result?"""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chassis.scanner import Clamd, NoScanner, Verdict

BYTES = bytes(range(256)) * 1_000


@asynccontextmanager
async def daemon(answer: bytes) -> AsyncIterator[tuple[Clamd, list[bytes]]]:
    """Speak clamd's side of INSTREAM: read lengths and pieces until a zero, then answer."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        whole = b""
        while length := struct.unpack(">I", await reader.readexactly(4))[0]:
            whole += await reader.readexactly(length)
        heard.append(whole)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield Clamd(f"127.0.0.1:{server.sockets[0].getsockname()[1]}"), heard


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"stream: OK\0", Verdict.CLEAN),
        (b"stream: Eicar-Test-Signature FOUND\0", Verdict.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", Verdict.NOT_SCANNED),
        (b"", Verdict.NOT_SCANNED),
    ],
)
async def test_clamd_is_handed_the_whole_file_and_its_word_is_taken(
    tmp_path: Path, answer: bytes, verdict: Verdict
) -> None:
    path = tmp_path / "tep"
    path.write_bytes(BYTES)
    async with daemon(answer) as (scanner, heard):
        assert await scanner.scan(path) is verdict
    assert heard == [BYTES]


async def test_a_daemon_that_is_away_keeps_nobody_from_handing_in(tmp_path: Path) -> None:
    path = tmp_path / "tep"
    path.write_bytes(b"x")
    async with daemon(b"") as (scanner, _):
        pass
    assert await scanner.scan(path) is Verdict.NOT_SCANNED
    assert await NoScanner().scan(path) is Verdict.NOT_SCANNED
