"""A network that can be slow, torn and silent: a TCP proxy between a client and its server."""

import asyncio
import contextlib
import random
import socket
import struct
import sys
import time
from types import TracebackType
from typing import Final, Literal, Self, get_args

from chassis.ports import free_port

Way = Literal["to_server", "to_client"]
Lane = asyncio.Queue[tuple[float, bytes | None]]

_BOTH: Final[tuple[Way, ...]] = get_args(Way)
_MEAN_BYTES: Final = 4096
_ENDLESS: Final = sys.maxsize
_PIECE: Final = 65536
_PIECES_UNDER_WAY: Final = 16
# On, with no time to linger: closing then sends a reset and forgets what was not sent.
_AT_ONCE: Final = struct.pack("ii", 1, 0)


class Proxy:
    """``async with Proxy(host, port) as proxy`` and clients call ``127.0.0.1:{proxy.port}``.

    A host that begins with ``/`` is the folder of a PostgreSQL socket, as libpq has it. ``host``, ``target_port``,
    ``latency`` (seconds, each way) and ``reset_share`` (of new connections) may change at any time; the same ``seed``
    tears the same connections after the same number of bytes.
    """

    def __init__(self, host: str, target_port: int, *, seed: int = 0) -> None:
        self.host = host
        self.target_port = target_port
        self.port = free_port()
        self.latency = 0.0
        self.reset_share = 0.0
        self._random = random.Random(seed)
        self._cut: int | None = None
        self._flowing = {way: asyncio.Event() for way in _BOTH}
        self._connections: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self.resume()

    def pause(self) -> None:
        """Let nothing through in either way: the other side is there and never answers."""
        for way in _BOTH:
            self.drop(way)

    def drop(self, way: Way) -> None:
        """Let nothing through in one way, as if packets were lost: held until ``resume``, gone with ``reset_all``."""
        self._flowing[way].clear()

    def resume(self) -> None:
        """Let everything through again; what was held arrives late."""
        for way in _BOTH:
            self._flowing[way].set()

    def cut_after(self, sent: int) -> None:
        """Reset the next connection when its client has sent this many bytes; these still reach the server."""
        self._cut = sent

    def reset_all(self) -> None:
        """Reset every connection that stands, with all that is under way."""
        for task, writers in self._connections.items():
            _reset(writers)
            task.cancel()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.close()
        self.reset_all()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        writers = self._connections[task] = [writer]
        # What is torn at one end is torn at the other.
        with contextlib.suppress(asyncio.CancelledError):
            await self._join(reader, writers)
        _reset(writers)
        del self._connections[task]

    async def _join(self, reader: asyncio.StreamReader, writers: list[asyncio.StreamWriter]) -> None:
        """Connect on to the server and carry both ways until both have ended, or one is torn."""
        ends_after = self._fate()
        try:
            far_reader, far_writer = await self._connect()
            writers.append(far_writer)
            async with asyncio.TaskGroup() as tasks:
                for flowing, source, sink, most in (
                    (self._flowing["to_server"], reader, far_writer, ends_after),
                    (self._flowing["to_client"], far_reader, writers[0], _ENDLESS),
                ):
                    lane = Lane(_PIECES_UNDER_WAY)
                    tasks.create_task(self._take(source, lane))
                    tasks.create_task(self._give(lane, sink, flowing, most))
        except* OSError:
            pass
        else:
            for each in writers:
                each.close()

    def _fate(self) -> int:
        """Tell after how many bytes of its client the next connection is reset."""
        torn, after = self._random.random() < self.reset_share, self._random.expovariate(1 / _MEAN_BYTES)
        cut, self._cut = self._cut, None
        if cut is not None:
            return cut
        return 1 + int(after) if torn else _ENDLESS

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.host.startswith("/"):
            return await asyncio.open_unix_connection(f"{self.host}/.s.PGSQL.{self.target_port}")
        return await asyncio.open_connection(self.host, self.target_port)

    async def _take(self, source: asyncio.StreamReader, lane: Lane) -> None:
        """Take up what comes, the end as an empty piece and a reset as none, with the time when it is due."""
        piece: bytes | None = b"-"
        while piece:
            try:
                piece = await source.read(_PIECE)
            except OSError:
                piece = None
            await lane.put((time.monotonic() + self.latency, piece))

    async def _give(self, lane: Lane, sink: asyncio.StreamWriter, flowing: asyncio.Event, most: int) -> None:
        """Hand on in order what is due, but no more than so many bytes."""
        while True:
            due, piece = await lane.get()
            await asyncio.sleep(due - time.monotonic())
            await flowing.wait()
            if piece is None:
                raise ConnectionResetError
            if not piece:
                sink.write_eof()
                return
            sink.write(piece[:most])
            await sink.drain()
            most -= len(piece)
            if most <= 0:
                raise ConnectionResetError


def _reset(writers: list[asyncio.StreamWriter]) -> None:
    for writer in writers:
        if not writer.is_closing():
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            writer.transport.abort()
