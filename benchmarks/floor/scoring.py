"""Scoring on the floor: what waits is scored and ranked as one transaction."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
from benchmarks.floor.events import Consumer, Heard, Recorded, columns, encoded

_QUARTER: Final = Decimal("0.25")


@dataclass(slots=True)
class _Standing:
    """A unit on its board: what it had and what it has."""

    block: UUID
    points: Decimal
    version: int = 0
    old_rank: int | None = None
    old_points: Decimal | None = None
    old_decided_by: str | None = None


class Scoring(Consumer):
    """Reports, scores and places; the rule of the benchmark's sheet is written out by hand."""

    name = "scoring"

    async def learn(self) -> None:
        await super().learn()
        rows = await self._pool.fetch("SELECT block_id, sheet_id::text, members FROM blocks")
        self._blocks = {row["block_id"]: row for row in rows}

    async def take_up(
        self, db: asyncpg.Connection, events: Sequence[Heard], _changed: set[str], now: datetime
    ) -> Sequence[Recorded]:
        because: dict[str, list[Heard]] = defaultdict(list)
        for event in sorted(events, key=lambda each: int(each["data"]["version"])):
            because[event["data"]["unit_id"]].append(event)
        # In one order, as everybody who writes several rows does.
        newest = [because[unit][-1] for unit in sorted(because)]
        await db.execute(_REPORTS, *columns(map(_report, newest)))
        blocks: dict[UUID, list[Heard]] = defaultdict(list)
        for unit in because.values():
            blocks[UUID(unit[-1]["data"]["block_id"])].extend(unit)
        period_id = newest[0]["data"]["period_id"]
        standing = {
            row["unit_id"]: _Standing(
                row["block_id"], row["points"], row["version"], row["rank"], row["old"], row["decided_by"]
            )
            for row in await db.fetch(_STANDING, list(blocks), period_id)
        }
        rows, recorded = [], []
        for event in newest:
            fact = event["data"]
            unit_id = UUID(fact["unit_id"])
            one = standing.setdefault(unit_id, _Standing(UUID(fact["block_id"]), Decimal(0)))
            row, told = self._one(fact, one)
            rows.append((*row, event["id"], now))
            causes = because[fact["unit_id"]]
            recorded.append(Recorded.after(causes, "scoring.score_changed.v1", unit_id, told, at=now))
        await db.execute(_SCORES, *columns(rows))
        return [*recorded, *await self._rank(db, blocks, standing, now)]

    def _one(self, fact: dict[str, Any], one: _Standing) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Full 90 points from 1000 on, none below 700; ten for a pledge: the sheet of the benchmark by hand."""
        amount, pledged = Decimal(fact["values"][0]["value"]), fact["values"][1]["value"] == "1"
        reached = min(amount / 1000, Decimal(1))
        economy = (
            (90 * reached / _QUARTER).quantize(Decimal(1), ROUND_HALF_UP) * _QUARTER
            if reached >= Decimal("0.7")
            else Decimal(0)
        )
        tie = Decimal(10 * pledged)
        points = one.points = economy + tie
        version = one.version + 1
        sheet = self._blocks[UUID(fact["block_id"])]["sheet_id"]
        document: dict[str, Any] = {
            "points": f"{points:.2f}",
            "maximum": "100",
            "percent": f"{points:.4f}",
            "content": f"{points:.2f}",
            "bonus": "0",
            "bonus_earned": "0",
            "penalty": "0",
            "tie_points": f"{tie:.2f}",
            "tie_maximum": "10",
            "groups": [
                {"group": "1", "points": f"{economy:.2f}", "maximum": "90"},
                {"group": "2", "points": f"{tie:.2f}", "maximum": "10"},
            ],
            "parts": [
                {
                    "criterion": "1.1",
                    "group": "1",
                    "role": "content",
                    "points": f"{economy:.2f}",
                    "over": "0",
                    "maximum": "90",
                    "assigned": True,
                    "rule": "ratio_linear",
                    "value": str(amount),
                    "target": "1000",
                    "ratio": f"{reached:.6f}",
                    "why": _why(amount, reached, economy),
                },
                {
                    "criterion": "2.1",
                    "group": "2",
                    "role": "content",
                    "points": f"{tie:.2f}",
                    "over": "0",
                    "maximum": "10",
                    "assigned": True,
                    "rule": "yes_no",
                    "value": str(int(pledged)),
                    "target": None,
                    "ratio": None,
                    "why": f"Đã thực hiện, được {tie:.2f} điểm.".replace(".", ",", 1),
                },
            ],
            "disqualified": [],
        }
        inputs = {"values": {"1.1": str(amount), "2.1": str(int(pledged))}, "targets": {}, "late": fact["late"]}
        row = (
            fact["period_id"],
            fact["unit_id"],
            fact["campaign_id"],
            fact["block_id"],
            version,
            fact["version"],
            sheet,
            1,
            points,
            points,
            Decimal(100),
            points,
            Decimal(0),
            tie,
            Decimal(10),
            False,
            orjson.dumps(document).decode(),
            orjson.dumps(inputs).decode(),
        )
        told = {
            "campaign_id": fact["campaign_id"],
            "period_id": fact["period_id"],
            "block_id": fact["block_id"],
            "unit_id": fact["unit_id"],
            "version": version,
            "report_version": fact["version"],
            "sheet_id": sheet,
            "sheet_version": 1,
            "points": document["points"],
            "maximum": "100",
            "percent": document["percent"],
            "previous_points": str(one.old_points) if one.version else None,
            "disqualified": False,
            "criteria": [
                {"criterion": part["criterion"], "points": part["points"], "maximum": part["maximum"]}
                for part in document["parts"]
            ],
        }
        return row, told

    async def _rank(
        self,
        db: asyncpg.Connection,
        because: Mapping[UUID, Sequence[Heard]],
        standing: Mapping[UUID, _Standing],
        now: datetime,
    ) -> list[Recorded]:
        members: dict[UUID, list[UUID]] = {block: [] for block in because}
        for unit, one in standing.items():
            members[one.block].append(unit)
        about = next(iter(because.values()))[0]["data"]
        period_id, campaign_id = UUID(about["period_id"]), about["campaign_id"]
        causes = [each[-1]["id"] for each in because.values()]
        boards = await db.fetch(_BOARDS, period_id, list(because), now, causes)
        versions = {row["block_id"]: row["version"] for row in boards}
        rows, recorded = [], []
        for block, units in members.items():
            units.sort()
            units.sort(key=lambda unit: standing[unit].points, reverse=True)
            equals = Counter(standing[unit].points for unit in units)
            changed, rank, previous = [], 0, None
            for place, unit in enumerate(units, start=1):
                one = standing[unit]
                rank, previous = rank if one.points == previous else place, one.points
                decided_by = "shared" if equals[previous] > 1 else None
                if (one.old_rank, one.old_points, one.old_decided_by) == (rank, previous, decided_by):
                    continue
                rows.append((period_id, block, unit, rank, one.old_rank, previous, previous, decided_by))
                changed.append(
                    {
                        "unit_id": unit,
                        "rank": rank,
                        "previous_rank": one.old_rank,
                        "points": f"{previous:.2f}",
                        "percent": f"{previous:.4f}",
                        "decided_by": decided_by,
                    }
                )
            data = {
                "campaign_id": campaign_id,
                "period_id": period_id,
                "block_id": block,
                "version": versions[block],
                "members": len(self._blocks[block]["members"]),
                "ranked": len(units),
                "leader_points": f"{standing[units[0]].points:.2f}",
                "changed": changed,
            }
            recorded.append(Recorded.after(because[block], "scoring.ranking_changed.v1", block, data, at=now))
        await db.execute(_PLACES, *columns(rows))
        return recorded

    async def board(self, period_id: UUID, block_id: UUID) -> tuple[int, bytes]:
        """Give the status and a block's board."""
        rows = await self._pool.fetch(
            """SELECT p.*, s.score, r.late FROM places p JOIN scores s USING (period_id, unit_id)
            JOIN reports r USING (period_id, unit_id) WHERE p.period_id = $1 AND p.block_id = $2 ORDER BY p.rank""",
            period_id,
            block_id,
        )
        told = []
        for row in rows:
            score = orjson.loads(row["score"])
            told.append(
                {
                    "unit_id": row["unit_id"],
                    "rank": row["rank"],
                    "previous_rank": row["previous_rank"],
                    "points": str(row["points"]),
                    "percent": str(row["percent"]),
                    "decided_by": row["decided_by"],
                    **{name: score[name] for name in ("maximum", "groups", "bonus", "penalty", "disqualified")},
                    "late": row["late"],
                }
            )
        return 200, encoded({"block_id": block_id, "period_id": period_id, "rows": told})


def _why(amount: Decimal, reached: Decimal, economy: Decimal) -> str:
    said = f"đạt {reached * 100:.1f}%; mỗi 1% thiếu trừ 1% của 90.00 điểm, còn {90 * reached:.2f}".replace(".", ",")
    rounded = f"{economy:.2f}".replace(".", ",")
    return f"Thực hiện {amount} trên chỉ tiêu 1.000 triệu đồng, {said}. Làm tròn đến 0,25: {rounded} điểm."


def _report(event: Heard) -> tuple[Any, ...]:
    fact = event["data"]
    return (
        fact["period_id"],
        fact["unit_id"],
        fact["campaign_id"],
        fact["block_id"],
        fact["version"],
        orjson.dumps(fact["values"]).decode(),
        fact["late"],
        fact["receipt_number"],
        datetime.fromisoformat(fact["accepted_at"]),
        event["id"],
    )


_REPORTS: Final = """INSERT INTO reports (period_id, unit_id, campaign_id, block_id, version, values, late, receipt_number,
  accepted_at, event_id)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::jsonb[], $7::bool[], $8::text[],
  $9::timestamptz[], $10::uuid[])
ON CONFLICT (period_id, unit_id) DO UPDATE SET campaign_id = excluded.campaign_id, block_id = excluded.block_id,
  version = excluded.version, values = excluded.values, late = excluded.late, receipt_number = excluded.receipt_number,
  accepted_at = excluded.accepted_at, event_id = excluded.event_id
WHERE reports.version < excluded.version"""

_STANDING: Final = """SELECT s.unit_id, s.block_id, s.points, s.version, p.rank, p.points AS old, p.decided_by
FROM scores s LEFT JOIN places p USING (period_id, block_id, unit_id) WHERE s.block_id = ANY($1) AND s.period_id = $2"""

_BOARDS: Final = """INSERT INTO boards (period_id, block_id, version, changed_at, caused_by)
SELECT $1, unnest($2::uuid[]), 1, $3, unnest($4::uuid[])
ON CONFLICT (period_id, block_id) DO UPDATE SET version = boards.version + 1, changed_at = excluded.changed_at,
  caused_by = excluded.caused_by RETURNING block_id, version"""

_SCORES: Final = """INSERT INTO scores (period_id, unit_id, campaign_id, block_id, version, report_version, sheet_id,
  sheet_version, points, percent, maximum, content, penalty, tie_points, tie_maximum, disqualified, score, inputs, caused_by,
  scored_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::int[], $7::uuid[], $8::int[], $9::numeric[],
  $10::numeric[], $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[], $15::numeric[], $16::bool[], $17::jsonb[],
  $18::jsonb[], $19::uuid[], $20::timestamptz[])
ON CONFLICT (period_id, unit_id) DO UPDATE SET version = excluded.version, report_version = excluded.report_version,
  points = excluded.points, percent = excluded.percent, content = excluded.content, tie_points = excluded.tie_points,
  score = excluded.score, inputs = excluded.inputs, caused_by = excluded.caused_by, scored_at = excluded.scored_at"""

_PLACES: Final = """INSERT INTO places (period_id, block_id, unit_id, rank, previous_rank, points, percent, decided_by)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::numeric[], $7::numeric[], $8::text[])
ON CONFLICT (period_id, block_id, unit_id) DO UPDATE SET rank = excluded.rank, previous_rank = excluded.previous_rank,
  points = excluded.points, percent = excluded.percent, decided_by = excluded.decided_by"""
