"""A load generator that costs little: prepared bytes over kept connections, and no answer is read further than needed."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID, uuid4

import orjson
from survival.oracle import Sent, standing

_OK: Final = 200
_CREATED: Final = 201
_LANES: Final = 64
_LOOK_SECONDS: Final = 0.01
_MOST_TIMES: Final = 20
_BEFORE_ASKING_AGAIN_SECONDS: Final = 0.5
_WATCHED: Final = 0.1
"""The share of reports whose ranks are looked up; of few reports more, so that there is something to tell."""
_WATCHED_A_SECOND: Final = 3


class Line(asyncio.Protocol):
    """One kept HTTP/1.1 connection; one question at a time. Answers must carry ``Content-Length``, as ours do."""

    def __init__(self, host: str, port: int) -> None:
        self._where = host, port
        self._read = bytearray()
        self._answered: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def to(cls, host: str, port: int) -> "Line":
        line = cls(host, port)
        await line._connect()
        return line

    async def _connect(self) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, *self._where)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, rest = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        _, _, length = head.lower().partition(b"content-length: ")
        if len(rest) < int(length.partition(b"\r\n")[0]) or self._answered is None:
            return
        self._read.clear()
        self._answered.set_result((int(head[9:12]), bytes(rest)))

    def connection_lost(self, _error: Exception | None) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_exception(ConnectionError("the server has hung up"))

    async def ask(self, question: bytes) -> tuple[int, bytes]:
        """Send a prepared question; give the status and the body."""
        if self._transport is None or self._transport.is_closing():
            # A server hangs up on whoever has been silent for some seconds.
            await self._connect()
        assert self._transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(question)
        return await self._answered

    def hang_up(self) -> None:
        if self._transport:
            self._transport.close()


async def _opened(line: Line | None, address: tuple[str, int]) -> Line:
    return await Line.to(*address) if line is None else line


def get(path: str, who: str) -> bytes:
    """Prepare a question; ``who`` is the header that says who asks."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n{who}\r\n\r\n".encode()


def post(path: str, who: str, body: bytes) -> bytes:
    """Prepare a command with a key of its own."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\n{who}\r\nIdempotency-Key: {uuid4()}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _accepted(line: Line, question: bytes) -> None:
    answer = b""
    for _ in range(_MOST_TIMES):
        status, answer = await line.ask(question)
        if status == _CREATED:
            return
        await asyncio.sleep(_BEFORE_ASKING_AGAIN_SECONDS)
    raise RuntimeError(f"refused {_MOST_TIMES} times: {answer.decode()}")


@dataclass(slots=True)
class Unit:
    """A unit that reports again and again; each of its reports earns other points than the one before."""

    unit: UUID
    block: UUID
    version: int = 0
    at_last: int | None = None
    """What it reports when nothing is measured any more."""

    @property
    def amount(self) -> int:
        return _amount(self.version) if self.at_last is None else self.at_last

    @property
    def points(self) -> Decimal:
        """What the oracle makes of the last accepted report."""
        last = _amount(self.version - 1) if self.at_last is None else self.at_last
        percent = standing(Sent(Fraction(last), pledged=True, late=False)).percent
        return Decimal(percent.numerator) / Decimal(percent.denominator)


def _amount(number: int) -> int:
    return 700 + number * 37 % 300


@dataclass
class Figures:
    """What was seen: seconds from the moment a report was due until its receipt, and until its rank could be read."""

    accepted: int = 0
    refused: int = 0
    refusal: bytes = b""
    """What the last one that was refused was told."""
    seconds: float = 0.0
    receipts: list[float] = field(default_factory=list)
    due: list[float] = field(default_factory=list)
    """For each receipt, when its report was due."""
    ranks: list[float] = field(default_factory=list)


@dataclass
class Target:
    """Where reports go and boards are read, and how both are asked."""

    door: tuple[str, int]
    window: tuple[str, int]
    question: Callable[[Unit], bytes]
    board: Callable[[Unit], bytes]


class Officers:
    """Those who report for the units of a city, as fast as they are answered or at a rate."""

    def __init__(self, target: Target, units: list[Unit], *, seed: int = 1) -> None:
        self._target = target
        self._chance = random.Random(seed)
        self._idle: asyncio.Queue[Unit] = asyncio.Queue()
        self._chance.shuffle(units)
        for unit in units:
            self._idle.put_nowait(unit)

    async def at_once(self, seconds: float) -> Figures:
        """Report on every line for so long, each as soon as it is answered."""
        figures, ends = Figures(), time.perf_counter() + seconds

        async def go_on() -> None:
            line = None
            while time.perf_counter() < ends:
                unit = await self._idle.get()
                line = line or await Line.to(*self._target.door)
                await self._report(line, unit, figures, time.perf_counter())
                self._idle.put_nowait(unit)
            if line:
                line.hang_up()

        await asyncio.gather(*[go_on() for _ in range(_LANES)])
        return figures

    async def at_last(self) -> None:
        """Have every unit report once more, the same whatever it has reported before; nothing may be under way.

        Nothing is measured by it, so whoever is refused by a machine that is busy asks again with the same key.
        """
        units = sorted((self._idle.get_nowait() for _ in range(self._idle.qsize())), key=lambda each: each.unit)
        waiting = iter(enumerate(units))

        async def go_on() -> None:
            line = await Line.to(*self._target.door)
            for number, unit in waiting:
                unit.at_last = _amount(number)
                await _accepted(line, self._target.question(unit))
                unit.version += 1
                self._idle.put_nowait(unit)
            line.hang_up()

        await asyncio.gather(*[go_on() for _ in range(min(_LANES, len(units)))])

    async def at_rate(self, rate: float | Callable[[], float], seconds: float, *, watched: bool = True) -> Figures:
        """Report at random moments, so many in a second on average, whatever is answered; look up ranks of a share.

        ``rate`` may be asked anew for every report.
        """
        share = max(_WATCHED, _WATCHED_A_SECOND / (rate() if callable(rate) else rate)) if watched else 0.0
        figures = Figures(seconds=seconds)
        # Opened when they are needed, the one used last first: a thread of gunicorn stays with a line that says nothing yet.
        lines: asyncio.Queue[Line | None] = asyncio.LifoQueue()
        windows: asyncio.Queue[Line | None] = asyncio.LifoQueue()
        for _ in range(_LANES):
            lines.put_nowait(None)
        windows.put_nowait(None)

        async def one(due: float, watch: bool) -> None:
            unit = await self._idle.get()
            line = await _opened(await lines.get(), self._target.door)
            accepted = await self._report(line, unit, figures, due)
            lines.put_nowait(line)
            if watch and accepted:
                window = await _opened(await windows.get(), self._target.window)
                figures.ranks.append(await self._seen(window, unit) - due)
                windows.put_nowait(window)
            self._idle.put_nowait(unit)

        due, ends = time.perf_counter(), time.perf_counter() + seconds
        # Whatever goes wrong with one of them ends all: nothing may wait for what it held.
        async with asyncio.TaskGroup() as under_way:
            while due < ends:
                await asyncio.sleep(max(due - time.perf_counter(), 0))
                # Only one board is watched at a time: looking must not become the load.
                under_way.create_task(one(due, not windows.empty() and self._chance.random() < share))
                due += self._chance.expovariate(rate() if callable(rate) else rate)
        for queue in (lines, windows):
            while not queue.empty():
                if line := queue.get_nowait():
                    line.hang_up()
        return figures

    async def _report(self, line: Line, unit: Unit, figures: Figures, due: float) -> bool:
        status, answer = await line.ask(self._target.question(unit))
        figures.receipts.append(time.perf_counter() - due)
        figures.due.append(due)
        if status != _CREATED:
            figures.refused += 1
            figures.refusal = answer
            return False
        figures.accepted += 1
        unit.version += 1
        return True

    async def _seen(self, window: Line, unit: Unit) -> float:
        """Look until the board shows what the unit's last report earned; give the moment."""
        wanted, question = unit.points, self._target.board(unit)
        while True:
            status, body = await window.ask(question)
            # Who is told that something went wrong looks again.
            rows = orjson.loads(body)["rows"] if status == _OK else ()
            if any(
                row["unit_id"] == str(unit.unit) and row["points"] and Decimal(row["points"]) == wanted for row in rows
            ):
                return time.perf_counter()
            await asyncio.sleep(_LOOK_SECONDS)
