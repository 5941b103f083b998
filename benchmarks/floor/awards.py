"""Awards on the floor: of a unit's titles only its place in the block ever moves one, and that rule is written out by hand.

Nobody records a year in the benchmark. What a title says of a unit without a year is asked of the pack once, at the start.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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

    board_version: int | None
    rank: int | None
    ranked: int | None
    points: Decimal | None
    leader_points: Decimal | None
    version: int | None
    """None as long as no title was assessed; all are assessed together."""
    verdict: str | None

    @property
    def finding(self) -> dict[str, Any]:
        """Find what there is to the condition of being first in the block."""
        if self.rank is None:
            return {"finding": "unknown", "value": None, "gap": "chưa được xếp hạng trong khối"}
        place = f"hạng {self.rank}/{self.ranked}"
        if self.rank == 1:
            return {"finding": "met", "value": place, "gap": None}
        gap = f"đang {place}"
        if self.points is not None and self.leader_points is not None and self.points < self.leader_points:
            gap += f", kém {self.leader_points - self.points:.2f} điểm so với hạng 1".replace(".", ",")
        return {"finding": "missing", "value": place, "gap": gap}


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

    async def take_up(
        self, db: asyncpg.Connection, events: Sequence[Heard], changed: set[str], now: datetime
    ) -> Sequence[Recorded]:
        units = sorted({unit for event in events for unit in _units(event)})
        known = {
            row["unit_id"]: _Known(*row[1:]) for row in await db.fetch(_KNOWN, units, self._period, self._year, _MOVES)
        }
        scores: dict[Any, tuple[Any, ...]] = {}
        places: dict[Any, tuple[Any, ...]] = {}
        verdicts: dict[Any, tuple[Any, ...]] = {}
        recorded: list[Recorded] = []
        for kind, run in groupby(events, key=lambda event: str(event["type"])):
            touched: dict[UUID, Heard] = {}
            before = {unit: one.finding for unit, one in known.items()}
            for event in run:
                keep = self._points if kind == _SCORE else self._place
                kept = dict(keep(event["data"], known))
                (scores if kind == _SCORE else places).update(kept)
                touched |= dict.fromkeys(kept, event)
            for unit in sorted(touched):
                for row, told in self._assessed(unit, known[unit], before[unit]):
                    cause = touched[unit]
                    verdicts[unit, row[0]] = (unit, self._year, *row, cause["id"], now)
                    changed.add(cause["id"])
                    if told:
                        recorded.append(Recorded.after([cause], "awards.eligibility_changed.v1", unit, told, at=now))
        for statement, rows in ((_SCORES, scores), (_PLACES, places), (_VERDICTS, verdicts)):
            if rows:
                await db.execute(statement, *columns(rows[key] for key in sorted(rows)))
        return recorded

    def _points(self, fact: Mapping[str, Any], _known: Mapping[UUID, _Known]) -> Iterator[tuple[UUID, tuple[Any, ...]]]:
        unit = UUID(fact["unit_id"])
        yield unit, (self._period, unit, fact["version"], Decimal(fact["points"]), Decimal(fact["percent"]))

    def _place(self, fact: Mapping[str, Any], known: Mapping[UUID, _Known]) -> Iterator[tuple[UUID, tuple[Any, ...]]]:
        leader = Decimal(fact["leader_points"])
        for place in fact["changed"]:
            unit = UUID(place["unit_id"])
            one = known[unit]
            if one.board_version is not None and one.board_version >= fact["version"]:
                continue
            one.board_version, one.rank, one.ranked = fact["version"], place["rank"], fact["ranked"]
            one.points, one.leader_points = Decimal(place["points"]), leader
            yield unit, (self._period, unit, one.board_version, one.rank, one.points, one.ranked, leader)

    def _assessed(
        self, unit: UUID, one: _Known, before: Mapping[str, Any]
    ) -> Iterator[tuple[tuple[Any, ...], dict[str, Any] | None]]:
        """Give the row of each verdict that is not as it stands, and the facts of its event when that is news."""
        finding = one.finding
        if one.version is not None and finding == before:
            return
        inputs = dict(self._inputs)
        if one.rank is not None:
            inputs |= {
                "rank": one.rank,
                "ranked": one.ranked,
                "points": str(one.points),
                "leader_points": str(one.leader_points),
            }
        first = one.version is None
        for title in self._titles[unit]:
            moves = title["title"] == _MOVES
            if not (moves or first):
                continue
            document, version, previous = title, 1, None
            news = first
            if moves:
                news = first or finding["finding"] != before["finding"]
                version, previous = (one.version or 0) + news, one.verdict
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


def _units(event: Heard) -> Iterator[UUID]:
    fact = event["data"]
    for each in [fact] if event["type"] == _SCORE else fact["changed"]:
        yield UUID(each["unit_id"])


def _found(condition: Mapping[str, Any], finding: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**condition, **finding} if condition["condition"] == _RANK else condition


_KNOWN: Final = """SELECT wanted.unit_id, board_version, rank, ranked, points, leader_points, verdicts.version, verdict
FROM unnest($1::uuid[]) AS wanted (unit_id)
LEFT JOIN standings ON standings.unit_id = wanted.unit_id AND period_id = $2
LEFT JOIN verdicts ON verdicts.unit_id = wanted.unit_id AND year = $3 AND title = $4"""

_SCORES: Final = """INSERT INTO score_versions AS kept (period_id, unit_id, version, points, percent)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::numeric[], $5::numeric[])
ON CONFLICT (period_id, unit_id) DO UPDATE SET version = excluded.version, points = excluded.points,
  percent = excluded.percent WHERE kept.version < excluded.version"""

_PLACES: Final = """INSERT INTO standings (period_id, unit_id, board_version, rank, points, ranked, leader_points)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::numeric[], $6::int[], $7::numeric[])
ON CONFLICT (period_id, unit_id) DO UPDATE SET board_version = excluded.board_version, rank = excluded.rank,
  points = excluded.points, ranked = excluded.ranked, leader_points = excluded.leader_points"""

_VERDICTS: Final = """INSERT INTO verdicts (unit_id, year, title, version, pack, pack_revision, verdict, assessment, inputs,
  caused_by, assessed_at)
SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::int[], $5::text[], $6::int[], $7::text[], $8::jsonb[],
  $9::jsonb[], $10::uuid[], $11::timestamptz[])
ON CONFLICT (unit_id, year, title) DO UPDATE SET version = excluded.version, verdict = excluded.verdict,
  assessment = excluded.assessment, inputs = excluded.inputs, caused_by = excluded.caused_by,
  assessed_at = excluded.assessed_at"""
