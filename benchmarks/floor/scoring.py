"""Scoring on the floor: what waits is scored and ranked as one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
from benchmarks.floor.board import Around, Board
from benchmarks.floor.events import Consumer, Heard, Recorded, columns, encoded

_QUARTER: Final = Decimal("0.25")


class Scoring(Consumer):
    """Reports, scores and places; the rule of the benchmark's sheet is written out by hand."""

    name = "scoring"

    async def learn(self) -> None:
        await super().learn()
        rows = await self._pool.fetch("SELECT block_id, sheet_id::text, members FROM blocks")
        self._blocks = {row["block_id"]: row for row in rows}
        self._membership = await self._pool.fetchval("SELECT number FROM membership")

    async def take_up(
        self, db: asyncpg.Connection, events: Sequence[Heard], _changed: set[str], now: datetime
    ) -> Sequence[Recorded]:
        because: dict[str, list[Heard]] = defaultdict(list)
        for event in sorted(events, key=lambda each: int(each["data"]["version"])):
            because[event["data"]["unit_id"]].append(event)
        # In one order, as everybody who writes several rows does.
        newest = [because[unit][-1] for unit in sorted(because)]
        known = {row["unit_id"]: row for row in await db.fetch(_REPORTS, *columns(map(_report, newest)))}
        boards: dict[UUID, Board] = {}
        rows, recorded = [], []
        for event in newest:
            fact, causes = event["data"], because[event["data"]["unit_id"]]
            unit_id, block_id = UUID(fact["unit_id"]), UUID(fact["block_id"])
            before = known[unit_id]
            points, row, told = self._one(fact, before["version"] or 0, before["points"])
            rows.append((*row, event["id"], now))
            recorded.append(Recorded.after(causes, "scoring.score_changed.v1", unit_id, told, at=now))
            board = boards.setdefault(
                block_id, Board(before["board_version"] or 0, before["ranked"] or 0, before["leader_points"])
            )
            board.because += causes
            board.changes[unit_id] = before["points"], points
        return [*recorded, *await self._rank(db, boards, rows, now)]

    def _one(
        self, fact: Mapping[str, Any], scored: int, before: Decimal | None
    ) -> tuple[Decimal, tuple[Any, ...], dict[str, Any]]:
        """Full 90 points from 1000 on, none below 700; ten for a pledge: the sheet of the benchmark by hand."""
        amount, pledged = Decimal(fact["values"][0]["value"]), fact["values"][1]["value"] == "1"
        reached = min(amount / 1000, Decimal(1))
        economy = (
            (90 * reached / _QUARTER).quantize(Decimal(1), ROUND_HALF_UP) * _QUARTER
            if reached >= Decimal("0.7")
            else Decimal(0)
        )
        tie = Decimal(10 * pledged)
        points, version = economy + tie, scored + 1
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
            "previous_points": None if before is None else str(before),
            "disqualified": False,
            "criteria": [
                {"criterion": part["criterion"], "points": part["points"], "maximum": part["maximum"]}
                for part in document["parts"]
            ],
        }
        return points, row, told

    async def _rank(
        self, db: asyncpg.Connection, boards: Mapping[UUID, Board], scores: Iterable[tuple[Any, ...]], now: datetime
    ) -> list[Recorded]:
        """Keep the scores, rank those whose points somebody left or reached, and tell of those between."""
        about = next(iter(boards.values())).because[0]["data"]
        period_id, campaign_id = UUID(about["period_id"]), about["campaign_id"]
        around = {block: {span: Around() for span in board.spans()} for block, board in boards.items()}
        spans = [(block, span) for block, those in around.items() for span in those]
        at = {(block, span.low): around[block][span] for block, span in spans}
        asked = ((block, span.low, span.high, boards[block].looked_at(span)) for block, span in spans)
        for row in await db.fetch(_SCORES, *columns(scores), period_id, *columns(asked)):
            seen = at[row["block_id"], row["low"]]
            if row["unit_id"] is None:
                seen.number = row["number"]
            elif row["percent"] == row["low"]:
                seen.at.append(row["unit_id"])
            else:
                seen.between[row["percent"]].append(row["unit_id"])
        kept, places, recorded = [], [], []
        for block, board in boards.items():
            changed, passed = board.rank(around[block])
            if not (changed or passed):
                continue
            members = len(self._blocks[block]["members"])
            cause = board.because[-1]["id"]
            came_to = (members, board.ranked, board.leader_points, self._membership)
            kept.append((period_id, block, board.version + 1, now, cause, *came_to))
            places += [(period_id, block, *place) for place in changed]
            told = {
                "campaign_id": campaign_id,
                "period_id": period_id,
                "block_id": block,
                "version": board.version + 1,
                "members": members,
                "ranked": board.ranked,
                "leader_points": f"{board.leader_points:.2f}",
                "changed": [place.told() for place in changed],
                **({"passed": passed} if passed else {}),
            }
            recorded.append(Recorded.after(board.because, "scoring.ranking_changed.v1", block, told, at=now))
        await db.execute(_PLACES, *columns(kept, 9), *columns(places, 9))
        return recorded

    async def board(self, period_id: UUID, block_id: UUID) -> tuple[int, bytes]:
        """Give the status and a block's board."""
        rows = await self._pool.fetch(
            """SELECT p.*, rank() OVER (ORDER BY p.percent DESC) AS rank, s.score, r.late FROM places p
            JOIN scores s USING (period_id, unit_id) JOIN reports r USING (period_id, unit_id)
            WHERE p.period_id = $1 AND p.block_id = $2 ORDER BY p.percent DESC""",
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
    percent, exact = f"{reached * 100:.1f}".removesuffix(".0"), 90 * reached
    said = f"đạt {percent}%; mỗi 1% thiếu trừ 1% của 90.00 điểm, còn {exact:.2f}".replace(".", ",")
    rounded = f" Làm tròn đến 0,25: {economy:.2f} điểm.".replace(".", ",", 1) if economy != exact else ""
    return f"Thực hiện {amount} trên chỉ tiêu 1.000 triệu đồng, {said}.{rounded}"


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


_REPORTS: Final = """WITH kept AS (
  INSERT INTO reports (period_id, unit_id, campaign_id, block_id, version, values, late, receipt_number, accepted_at, event_id)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::jsonb[], $7::bool[], $8::text[],
    $9::timestamptz[], $10::uuid[])
  ON CONFLICT (period_id, unit_id) DO UPDATE SET campaign_id = excluded.campaign_id, block_id = excluded.block_id,
    version = excluded.version, values = excluded.values, late = excluded.late, receipt_number = excluded.receipt_number,
    accepted_at = excluded.accepted_at, event_id = excluded.event_id
  WHERE reports.version < excluded.version RETURNING period_id, unit_id, block_id
)
SELECT kept.unit_id, scores.version, scores.points, boards.version AS board_version, ranked, leader_points
FROM kept LEFT JOIN scores USING (period_id, unit_id)
LEFT JOIN boards ON boards.period_id = kept.period_id AND boards.block_id = kept.block_id"""
"""Keeps reports; gives what their units had before, and what their boards came to."""

_SCORES: Final = """WITH scored AS (
  INSERT INTO scores (period_id, unit_id, campaign_id, block_id, version, report_version, sheet_id, sheet_version, points,
    percent, maximum, content, penalty, tie_points, tie_maximum, disqualified, score, inputs, caused_by, scored_at)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::int[], $7::uuid[], $8::int[],
    $9::numeric[], $10::numeric[], $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[], $15::numeric[],
    $16::bool[], $17::jsonb[], $18::jsonb[], $19::uuid[], $20::timestamptz[])
  ON CONFLICT (period_id, unit_id) DO UPDATE SET version = excluded.version, report_version = excluded.report_version,
    points = excluded.points, percent = excluded.percent, content = excluded.content, tie_points = excluded.tie_points,
    score = excluded.score, inputs = excluded.inputs, caused_by = excluded.caused_by, scored_at = excluded.scored_at
), span AS MATERIALIZED (
  SELECT * FROM unnest($22::uuid[], $23::numeric[], $24::numeric[], $25::int[]) AS span (block_id, low, high, most)
)
SELECT block_id, low, (SELECT count(*) FROM places WHERE period_id = $21::uuid AND places.block_id = span.block_id
    AND percent > low AND percent < high) AS number, NULL AS percent, NULL AS unit_id
FROM span WHERE low >= 0
UNION ALL SELECT span.block_id, low, NULL, percent, unit_id
FROM span JOIN places ON period_id = $21 AND places.block_id = span.block_id AND percent = low
UNION ALL SELECT span.block_id, low, NULL, first.percent, first.unit_id
FROM span CROSS JOIN LATERAL (SELECT percent, unit_id FROM places WHERE period_id = $21 AND places.block_id = span.block_id
  AND percent > low AND percent < high ORDER BY percent DESC LIMIT most) AS first"""
"""Keeps scores; gives of each span how many stand above its low end, who stands there, and the first of those above."""

_PLACES: Final = """WITH came_to AS (
  INSERT INTO boards (period_id, block_id, version, changed_at, caused_by, members, ranked, leader_points, membership)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[], $5::uuid[], $6::int[], $7::int[], $8::numeric[],
    $9::bigint[])
  ON CONFLICT (period_id, block_id) DO UPDATE SET version = excluded.version, changed_at = excluded.changed_at,
    caused_by = excluded.caused_by, members = excluded.members, ranked = excluded.ranked,
    leader_points = excluded.leader_points, membership = excluded.membership
)
INSERT INTO places (period_id, block_id, unit_id, previous_rank, points, percent, decided_by, among)
SELECT period_id, block_id, unit_id, previous_rank, points, percent, decided_by, among
FROM unnest($10::uuid[], $11::uuid[], $12::uuid[], $13::int[], $14::int[], $15::numeric[], $16::numeric[], $17::text[],
  $18::int[]) AS place (period_id, block_id, unit_id, rank, previous_rank, points, percent, decided_by, among)
ON CONFLICT (period_id, block_id, unit_id) DO UPDATE SET previous_rank = excluded.previous_rank, points = excluded.points,
  percent = excluded.percent, decided_by = excluded.decided_by, among = excluded.among"""
