"""Awards on the floor: of a unit's titles only its place in the block ever moves one, and that rule is written out by hand.

Nobody records a year in the benchmark. What a title says of a unit without a year is asked of the pack once, at the start,
before anybody has reported; what is known of units and boards since then is in memory.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import asyncpg
from benchmarks.floor.events import Consumer, Heard, Recorded, columns, encoded

from awards import rules
from contracts.registry import UnitKind

_SCORE: Final = "scoring.score_changed.v1"
_MOVES: Final = "CTD_TINH"
_RANK: Final = "block_rank"


@dataclass(slots=True)
class _Known:
    """What is known of a unit: its place, and the verdict on the one title that moves with it."""

    board: "_Board | None" = None
    rank: int = 0
    points: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)
    found: Mapping[str, Any] | None = None
    """The finding that its titles were assessed with last; all are assessed together."""
    version: int = 0
    verdict: str | None = None

    @property
    def finding(self) -> dict[str, Any]:
        """Find what there is to the condition of being first in the block."""
        if self.board is None:
            return {"finding": "unknown", "value": None, "gap": "chưa được xếp hạng trong khối"}
        place = f"hạng {self.rank}/{self.board.ranked}"
        if self.rank == 1:
            return {"finding": "met", "value": place, "gap": None}
        gap = f"đang {place}"
        if self.points < self.board.leader_points:
            gap += f", kém {self.board.leader_points - self.points:.2f} điểm so với hạng 1".replace(".", ",")
        return {"finding": "missing", "value": place, "gap": gap}


@dataclass(slots=True)
class _Board:
    """What a board came to, and who stands on it."""

    ranked: int = 0
    leader_points: Decimal = Decimal(0)
    units: dict[UUID, _Known] = field(default_factory=dict)


_Rows = Mapping[str, dict[Any, tuple[Any, ...]]]
"""By the statement that writes them and by their key, the newest."""


class Awards(Consumer):
    """Keeps points and places, and assesses the titles of the units that they touch."""

    name = "awards"

    async def learn(self) -> None:
        await super().learn()
        (period,) = await self._pool.fetch("SELECT period_id, campaign_id::text, year FROM periods")
        self._period, self._campaign, self._year = period
        pack = rules.Pack.model_validate_json(await self._pool.fetchval("SELECT document FROM packs"))
        self._pack = pack.pack, pack.revision
        self._inputs = rules.Record().model_dump(mode="json")
        kinds = {row["unit_id"]: row["kind"] for row in await self._pool.fetch("SELECT unit_id, kind FROM units")}
        titles = {
            kind: [each.model_dump(mode="json") for each in rules.assess(pack, UnitKind(kind), rules.Record())]
            for kind in set(kinds.values())
        }
        self._titles = {unit: titles[kind] for unit, kind in kinds.items()}
        self._known = {unit: _Known() for unit in kinds}
        self._boards: dict[UUID, _Board] = defaultdict(_Board)

    async def take_up(
        self, db: asyncpg.Connection, events: Sequence[Heard], changed: set[str], now: datetime
    ) -> Sequence[Recorded]:
        rows: _Rows = {statement: {} for statement in (_SCORES, _BOARDS, _PLACES, _VERDICTS)}
        recorded: list[Recorded] = []
        for kind, run in groupby(events, key=lambda event: str(event["type"])):
            touched: dict[UUID, Heard] = {}
            for event in run:
                keep = self._score if kind == _SCORE else self._ranking
                touched |= dict.fromkeys(keep(event["data"], rows), event)
            for unit in sorted(touched):
                for row, told in self._assessed(unit, self._known[unit]):
                    cause = touched[unit]
                    rows[_VERDICTS][unit, row[0]] = (unit, self._year, *row, cause["id"], now)
                    changed.add(cause["id"])
                    if told:
                        recorded.append(Recorded.after([cause], "awards.eligibility_changed.v1", unit, told, at=now))
        for statement, those in rows.items():
            if those:
                await db.execute(statement, *columns(those[key] for key in sorted(those)))
        return recorded

    def _score(self, fact: Mapping[str, Any], rows: _Rows) -> Iterator[UUID]:
        """Keep a unit's points."""
        unit = UUID(fact["unit_id"])
        points, percent = Decimal(fact["points"]), Decimal(fact["percent"])
        rows[_SCORES][unit] = (self._period, unit, fact["version"], points, percent, UUID(fact["block_id"]))
        yield unit

    def _ranking(self, fact: Mapping[str, Any], rows: _Rows) -> Iterator[UUID]:
        """Keep what a board came to and the places that are told; give whose rank is another, told or not."""
        block, version = UUID(fact["block_id"]), fact["version"]
        board = self._boards[block]
        board.ranked, board.leader_points = fact["ranked"], Decimal(fact["leader_points"])
        rows[_BOARDS][block] = (self._period, block, version, board.ranked, board.leader_points)
        for span in fact.get("passed", ()):
            least, below = Decimal(span["least"] or 0), Decimal(span["below"])
            for unit, one in board.units.items():
                if least <= one.percent < below:
                    one.rank += span["by"]
                    yield unit
        for place in fact["changed"]:
            unit = UUID(place["unit_id"])
            one = board.units[unit] = self._known[unit]
            one.board, one.rank = board, place["rank"]
            one.points, one.percent = Decimal(place["points"]), Decimal(place["percent"])
            rows[_PLACES][unit] = (self._period, unit, block, version, one.percent, place["among"], one.points)
            yield unit

    def _assessed(self, unit: UUID, one: _Known) -> Iterator[tuple[tuple[Any, ...], dict[str, Any] | None]]:
        """Give the row of each verdict that is not as it stands, and the facts of its event when that is news."""
        finding, before = one.finding, one.found
        if finding == before:
            return
        one.found = finding
        inputs = dict(self._inputs)
        if one.board:
            inputs |= {
                "rank": one.rank,
                "ranked": one.board.ranked,
                "points": str(one.points),
                "leader_points": str(one.board.leader_points),
            }
        for title in self._titles[unit]:
            moves = title["title"] == _MOVES
            if not (moves or before is None):
                continue
            document, version, previous = title, 1, None
            news = before is None or finding["finding"] != before["finding"]
            if moves:
                version, previous = one.version + news, one.verdict
                document = {**title, "conditions": [_found(each, finding) for each in title["conditions"]]}
                missed = finding["finding"] == "missing"
                document["verdict"] = "not_eligible" if missed else "needs_confirmation"
                one.version, one.verdict = version, document["verdict"]
            row = (
                title["title"],
                version,
                *self._pack,
                document["verdict"],
                encoded(document).decode(),
                encoded(inputs).decode(),
            )
            yield row, self._told(unit, document, version, previous) if news else None

    def _told(self, unit: UUID, document: Mapping[str, Any], version: int, previous: str | None) -> dict[str, Any]:
        return {
            "campaign_id": self._campaign,
            "unit_id": unit,
            "year": self._year,
            "title": document["title"],
            "title_name": document["name"],
            "version": version,
            "pack": self._pack[0],
            "pack_revision": self._pack[1],
            "verdict": document["verdict"],
            "previous_verdict": previous,
            "conditions": [
                {"condition": each["condition"], "finding": each["finding"]} for each in document["conditions"]
            ],
        }


def _found(condition: Mapping[str, Any], finding: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**condition, **finding} if condition["condition"] == _RANK else condition


_SCORES: Final = """INSERT INTO score_versions AS kept (period_id, unit_id, version, points, percent, block_id)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::numeric[], $5::numeric[], $6::uuid[])
ON CONFLICT (period_id, unit_id) DO UPDATE SET version = excluded.version, points = excluded.points,
  percent = excluded.percent, block_id = excluded.block_id WHERE kept.version < excluded.version"""

_BOARDS: Final = """INSERT INTO boards AS kept (period_id, block_id, version, ranked, leader_points)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::numeric[])
ON CONFLICT (period_id, block_id) DO UPDATE SET version = excluded.version, ranked = excluded.ranked,
  leader_points = excluded.leader_points WHERE kept.version < excluded.version"""

_PLACES: Final = """INSERT INTO standings AS kept (period_id, unit_id, block_id, board_version, percent, among, points)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::numeric[], $6::int[], $7::numeric[])
ON CONFLICT (period_id, unit_id, block_id) DO UPDATE SET board_version = excluded.board_version, percent = excluded.percent,
  among = excluded.among, points = excluded.points WHERE kept.board_version < excluded.board_version"""

_VERDICTS: Final = """INSERT INTO verdicts (unit_id, year, title, version, pack, pack_revision, verdict, assessment, inputs,
  caused_by, assessed_at)
SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::int[], $5::text[], $6::int[], $7::text[], $8::jsonb[],
  $9::jsonb[], $10::uuid[], $11::timestamptz[])
ON CONFLICT (unit_id, year, title) DO UPDATE SET version = excluded.version, verdict = excluded.verdict,
  assessment = excluded.assessment, inputs = excluded.inputs, caused_by = excluded.caused_by,
  assessed_at = excluded.assessed_at"""
