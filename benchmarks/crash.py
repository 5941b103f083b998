"""What is left of acknowledged reports when everything of a contestant's own is killed under load.

All its processes and its broker end at once, as ``kill -9`` ends them; PostgreSQL stays. They come back, and whoever had
no answer asks again with the same key, as an officer's browser would. Then it is waited until nothing has moved for
longer than any of the brokers waits before it delivers a second time.
"""

import asyncio
import shutil
import tempfile
import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
from benchmarks.big_city import Size
from benchmarks.contestants import Contestant, Product, opened
from benchmarks.load import Line, Target, Unit
from house import Templates

from thidua.postgres import PostgresServer

_CREATED: Final = 201
_LANES: Final = 64
_PATIENCE_SECONDS: Final = 10.0
_WARM_UP_SECONDS: Final = 2.0
_STILL_SECONDS: Final = 40.0
"""JetStream delivers again after 30 seconds unless told otherwise; the Celery peer's Redis after ten."""
_MOST_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 0.5

_WATCH: Final = (
    "CREATE TABLE applied (unit_id uuid, report_version integer)",
    """CREATE FUNCTION note_applied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN INSERT INTO applied VALUES (NEW.unit_id, NEW.report_version); RETURN NULL; END $$""",
    "CREATE TRIGGER applied AFTER INSERT OR UPDATE ON scores FOR EACH ROW EXECUTE FUNCTION note_applied()",
)
"""Every time that a score is written is noted, by the database itself; no contestant knows of it."""


class Mortal(Contestant):
    """A contestant that can be killed as a whole and started again."""

    kept_in: str
    """Whose database holds the submissions."""
    scored_in: str
    """Whose database holds the scores."""

    @abstractmethod
    async def crash(self) -> None:
        """End everything of its own at once, the broker too."""


class MortalProduct(Product, Mortal):
    """The product's registry and scoring, killed with their bus."""

    kept_in, scored_in = "registry", "scoring"

    async def crash(self) -> None:
        for service in self.house.services.values():
            service.kill()
        self.house.nats.kill()

    async def start(self) -> None:
        if not self.house.services:
            await super().start()
            return
        self.house.nats.start()
        for service in self.house.services.values():
            service.start()
        for service in self.house.services.values():
            await service.ready()


@dataclass
class Press:
    """Officers who report until they are cut off, and remember what they had no answer to."""

    target: Target
    idle: asyncio.Queue[Unit] = field(default_factory=asyncio.Queue)
    cut_off: list[tuple[Unit, bytes]] = field(default_factory=list)

    async def on(self, seconds: float) -> None:
        """Report on every line for so long, or until nobody answers any more."""
        ends = time.perf_counter() + seconds

        async def go_on() -> None:
            line = await Line.to(*self.target.door)
            while time.perf_counter() < ends:
                unit = await self.idle.get()
                question = self.target.question(unit)
                if not await _accepted(line, unit, question):
                    self.cut_off.append((unit, question))
                    break
                self.idle.put_nowait(unit)
            line.hang_up()

        await asyncio.gather(*[go_on() for _ in range(_LANES)])

    async def ask_again(self) -> int:
        """Ask once more what had no answer, with the same keys; give how many were not accepted this time either."""
        refused = 0
        for unit, question in self.cut_off:
            line = await Line.to(*self.target.door)
            refused += not await _accepted(line, unit, question)
            line.hang_up()
        return refused


async def _accepted(line: Line, unit: Unit, question: bytes) -> bool:
    try:
        status, _ = await asyncio.wait_for(line.ask(question), _PATIENCE_SECONDS)
    except (ConnectionError, TimeoutError):
        return False
    unit.version += status == _CREATED
    return status == _CREATED


async def trial(kind: type[Mortal], size: Size, *, seconds: float) -> dict[str, Any]:
    """Give what was acknowledged and what has become of it."""
    root = Path(tempfile.mkdtemp(prefix="crash-"))
    with PostgresServer(root / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        async with opened(kind, templates, root / kind.name, size) as contestant:
            assert isinstance(contestant, Mortal)
            told = await _killed(contestant, seconds)
    shutil.rmtree(root, ignore_errors=True)
    return told


async def _killed(mortal: Mortal, seconds: float) -> dict[str, Any]:
    units = mortal.units()
    await mortal.house.run(mortal.scored_in, *_WATCH)
    press = Press(mortal.target())
    for unit in units:
        press.idle.put_nowait(unit)
    await press.on(_WARM_UP_SECONDS)
    await mortal.drained()

    load = asyncio.create_task(press.on(seconds + _PATIENCE_SECONDS))
    await asyncio.sleep(seconds)
    await mortal.crash()
    crashed = time.perf_counter()
    await load
    waited, cut_off = _behind(units, await _scored(mortal)), len(press.cut_off)
    await mortal.start()
    refused = await press.ask_again()
    still_since = await _still(mortal)
    scored = await _scored(mortal)
    await _agree(mortal, units, scored)
    return {
        "acknowledged": sum(unit.version for unit in units),
        "unscored_at_the_kill": waited,
        "cut_off": cut_off,
        "refused_when_asked_again": refused,
        "lost": _behind(units, scored),
        "duplicated": await _duplicated(mortal, units),
        "seconds_to_the_last_effect": round(still_since - crashed, 1),
    }


async def _still(mortal: Mortal) -> float:
    """Wait until no score has been written for long enough; give when the last one was."""
    began = changed = time.perf_counter()
    seen = -1
    while time.perf_counter() - changed < _STILL_SECONDS and time.perf_counter() - began < _MOST_SECONDS:
        (row,) = await mortal.house.rows(mortal.scored_in, "SELECT count(*) AS n FROM applied")
        if row["n"] != seen:
            seen, changed = row["n"], time.perf_counter()
        await asyncio.sleep(_LOOK_SECONDS)
    return changed


async def _scored(mortal: Mortal) -> dict[UUID, int]:
    """Give of each unit the version of its report that its score is of."""
    rows = await mortal.house.rows(mortal.scored_in, "SELECT unit_id, report_version FROM scores")
    return {UUID(str(row["unit_id"])): row["report_version"] for row in rows}


def _behind(units: Sequence[Unit], scored: Mapping[UUID, int]) -> int:
    """Count acknowledged reports of which neither they nor a newer one of their unit are scored."""
    return sum(max(unit.version - scored.get(unit.unit, 0), 0) for unit in units)


async def _agree(mortal: Mortal, units: Sequence[Unit], scored: Mapping[UUID, int]) -> None:
    """Refuse to count anything when a board shows other points than the oracle gives for the version that is scored."""
    target, shown = mortal.target(), dict[str, Decimal]()
    line = await Line.to(*target.window)
    for unit in {unit.block: unit for unit in units}.values():
        _, body = await line.ask(target.board(unit))
        shown |= {row["unit_id"]: Decimal(row["points"]) for row in orjson.loads(body)["rows"] if row["points"]}
    line.hang_up()
    for unit in units:
        version, points = scored.get(unit.unit), shown.get(str(unit.unit))
        if points != (replace(unit, version=version).points if version else None):
            raise RuntimeError(f"{mortal.name}: a board shows {points} points of {unit.unit}, version {version}")


async def _duplicated(mortal: Mortal, units: Sequence[Unit]) -> int:
    """Count scores that were written again for the same version, and submissions that nobody made."""
    (row,) = await mortal.house.rows(
        mortal.scored_in, "SELECT count(*) - count(DISTINCT (unit_id, report_version)) AS n FROM applied"
    )
    (kept,) = await mortal.house.rows(mortal.kept_in, "SELECT count(*) AS n FROM submissions")
    return int(row["n"]) + max(int(kept["n"]) - sum(unit.version for unit in units), 0)
