"""Is a file kept whole, once and under its own digest, and is it said who looked through it?"""

import asyncio
import hashlib
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chassis.scanner import Clamd, NoScanner, Verdict
from chassis.store import FolderStore, TooLargeError, receive

BYTES = bytes(range(256)) * 1_000


async def pieces(whole: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


async def test_what_was_kept_is_given_back_to_the_letter_and_kept_once(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    digest = hashlib.sha256(BYTES).digest()
    for _ in range(2):
        async with receive(pieces(BYTES), store.incoming, largest=len(BYTES)) as received:
            assert (received.size, received.digest) == (len(BYTES), digest)
            await store.keep(received)
    assert b"".join([piece async for piece in store.read(digest)]) == BYTES
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [digest.hex()]


async def test_more_than_is_taken_is_refused_while_it_comes_and_leaves_nothing(tmp_path: Path) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 1_000

    with pytest.raises(TooLargeError):
        async with receive(endless(), tmp_path, largest=5_000):
            pass
    assert taken == 6
    assert not list(tmp_path.iterdir())


async def test_what_nobody_kept_is_gone(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        async with receive(pieces(BYTES), tmp_path, largest=len(BYTES)):
            raise RuntimeError
    assert not list(tmp_path.iterdir())
    with pytest.raises(FileNotFoundError):
        await anext(FolderStore(tmp_path).read(b"\0" * 32))


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
