"""Is a file kept whole, once and under its own digest, by a folder and by a bucket alike?"""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import s3

from chassis.bucket import BucketStore
from chassis.errors import Unavailable
from chassis.store import FolderStore, Store, TooLargeError, UnfitStoreError, receive

BYTES = bytes(range(256)) * 1_000
DIGEST = hashlib.sha256(BYTES).digest()
MEGABYTE = 1024 * 1024


async def pieces(whole: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


@dataclass(frozen=True)
class Kept:
    """A store under test, and a look behind it: the names of all files that count."""

    store: Store
    names: Callable[[], list[str]]

    async def take(self, whole: bytes) -> bytes:
        async with receive(pieces(whole, 100_000), self.store.incoming, largest=len(whole)) as received:
            assert received.size == len(whole)
            await self.store.keep(received)
        return received.digest

    async def give(self, digest: bytes) -> bytes:
        return b"".join([piece async for piece in self.store.read(digest)])


@pytest.fixture(scope="module")
def server() -> Iterator[s3.S3]:
    with s3.running() as running:
        yield running


@pytest.fixture(autouse=True)
def access(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3.ACCESS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=["folder", "bucket", "bucket below a prefix"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    if request.param == "folder":

        def files() -> list[str]:
            return [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]

        return Kept(FolderStore(tmp_path), files)
    server: s3.S3 = request.getfixturevalue("server")
    bucket, prefix = f"thu-{uuid4()}", "/minh-chung/2023/" if "prefix" in request.param else ""
    server.make_bucket(bucket)
    store = BucketStore(f"s3://{bucket}{prefix}", tmp_path, endpoint=server.url)

    def below() -> list[str]:
        names = server.names(bucket)
        assert all(name.startswith(prefix[1:]) for name in names), names
        return [name.removeprefix(prefix[1:]) for name in names]

    return Kept(store, below)


class TestBothStores:
    async def test_what_was_kept_is_given_back_to_the_letter_and_kept_once(self, kept: Kept) -> None:
        for _ in range(2):
            assert await kept.take(BYTES) == DIGEST
        assert await kept.give(DIGEST) == BYTES
        assert kept.names() == [f"{DIGEST.hex()[:2]}/{DIGEST.hex()}"]
        assert not list(kept.store.incoming.iterdir())

    async def test_handed_in_by_several_at_once_it_is_kept_once(self, kept: Kept) -> None:
        await asyncio.gather(*(kept.take(BYTES) for _ in range(4)))
        assert await kept.give(DIGEST) == BYTES
        assert kept.names() == [f"{DIGEST.hex()[:2]}/{DIGEST.hex()}"]

    async def test_a_file_without_content_is_kept_too(self, kept: Kept) -> None:
        assert await kept.give(await kept.take(b"")) == b""

    async def test_what_is_not_there_is_said_before_the_first_piece(self, kept: Kept) -> None:
        with pytest.raises(FileNotFoundError):
            await anext(kept.store.read(b"\0" * 32))

    async def test_what_breaks_off_while_it_comes_leaves_nothing(self, kept: Kept) -> None:
        async def broken() -> AsyncIterator[bytes]:
            yield BYTES
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            async with receive(broken(), kept.store.incoming, largest=2 * len(BYTES)) as received:
                await kept.store.keep(received)
        assert kept.names() == []

    async def test_what_breaks_off_while_it_is_kept_is_there_whole_or_not_at_all(self, kept: Kept) -> None:
        for number, after in enumerate((0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)):
            whole = bytes([number]) + BYTES * 60
            async with receive(pieces(whole, MEGABYTE), kept.store.incoming, largest=len(whole)) as received:
                keeping = asyncio.create_task(kept.store.keep(received))
                # A crash waits for nothing: these are moments of its choice.
                await asyncio.wait([keeping], timeout=after)
                keeping.cancel()
                await asyncio.wait([keeping])
            if any(name.endswith(received.digest.hex()) for name in kept.names()):
                assert await kept.give(received.digest) == whole
            assert await kept.give(await kept.take(whole)) == whole

    async def test_a_large_file_is_never_whole_in_memory(self, kept: Kept) -> None:
        large = 160

        async def coming() -> AsyncIterator[bytes]:
            for number in range(large):
                yield bytes([number]) * MEGABYTE

        Path("/proc/self/clear_refs").write_text("5")
        before = peak()
        async with receive(coming(), kept.store.incoming, largest=large * MEGABYTE) as received:
            await kept.store.keep(received)
        found, size = hashlib.sha256(), 0
        async for piece in kept.store.read(received.digest):
            found.update(piece)
            size += len(piece)
        assert (size, found.digest()) == (large * MEGABYTE, received.digest)
        assert peak() - before < large * MEGABYTE / 2

    async def test_a_store_in_order_passes_its_check_as_often_as_it_is_asked(self, kept: Kept) -> None:
        for _ in range(2):
            await kept.store.check()


def peak() -> int:
    """Give the most memory this process had since its peak was last reset, in bytes (proc(5), VmHWM)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "tep").touch()
    with pytest.raises(UnfitStoreError, match="EVIDENCE_DIR"):
        await FolderStore(tmp_path / "tep").check()


async def test_a_bucket_that_is_not_there_is_named(server: s3.S3, tmp_path: Path) -> None:
    with pytest.raises(UnfitStoreError, match="không có kho minh chứng s3://khong-co"):
        await BucketStore("s3://khong-co", tmp_path, endpoint=server.url).check()


async def test_a_key_that_is_not_known_is_named(tmp_path: Path) -> None:
    with s3.running(open_requests=1) as guarded:
        guarded.make_bucket("thu")
        with pytest.raises(UnfitStoreError, match="AWS_ACCESS_KEY_ID"):
            await BucketStore("s3://thu", tmp_path, endpoint=guarded.url).check()


async def test_a_server_that_does_not_answer_may_come_back(tmp_path: Path) -> None:
    with s3.running() as gone:
        gone.make_bucket("thu")
        kept = Kept(BucketStore("s3://thu", tmp_path, endpoint=gone.url), list)
        digest = await kept.take(BYTES)
    for asked in (kept.store.check(), kept.take(BYTES), kept.give(digest)):
        with pytest.raises(Unavailable):
            await asked
    # One that takes the line and says nothing.
    with socket.create_server(("127.0.0.1", 0)) as mute:
        endpoint = f"http://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(Unavailable, match="không trả lời"):
            await BucketStore("s3://thu", tmp_path, endpoint=endpoint).check()


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
