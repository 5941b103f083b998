"""The registry of the floor: a report, its acceptance, its event and the answer are one statement."""

import hashlib
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import asyncpg
import orjson
from benchmarks.floor.events import Recorded, Relay, encoded
from uuid_utils.compat import uuid7

_VIETNAM: Final = timedelta(hours=7)


@dataclass(slots=True)
class _Kept:
    report_id: UUID
    version: int


_ACCEPT: Final = """WITH kept AS (
  INSERT INTO reports (report_id, campaign_id, period_id, unit_id, version, state, fields, saved_at, receipt_number,
    accepted_at, late)
  VALUES ($1, $2, $3, $4, $5, 'submitted', $6, $7, $8, $7, $9)
  ON CONFLICT (period_id, unit_id) DO UPDATE SET version = excluded.version, state = excluded.state,
    fields = excluded.fields, saved_at = excluded.saved_at, receipt_number = excluded.receipt_number,
    accepted_at = excluded.accepted_at, late = excluded.late, editor = NULL
  WHERE reports.version = excluded.version - 1 RETURNING report_id
), sent AS (
  INSERT INTO submissions (receipt_number, report_id, version, correlationid, accepted_at, late, fields)
  SELECT $8, report_id, $5, $10::uuid, $7, $9, $6 FROM kept
), logged AS (
  INSERT INTO event_log (id, type, subject, correlationid, actor, traceparent, bytes)
  SELECT $11::uuid, $12::text, $13::text, $10, $14::text, $19::text, $15::bytea FROM kept RETURNING id
), once AS (
  INSERT INTO idempotency (actor, key, request, status, response) SELECT $14, $16::text, $17::bytea, 201, $18::bytea FROM kept
)
INSERT INTO event_pending SELECT id FROM logged"""


class Registry:
    """Takes reports, one statement each."""

    def __init__(self, pool: asyncpg.Pool, relay: Relay) -> None:
        self._pool, self._relay = pool, relay
        self._kept: dict[UUID, _Kept] = {}
        self._numbers: deque[int] = deque()

    async def learn(self) -> None:
        """Keep in memory what seldom changes."""
        # As text, for asyncpg's UUIDs are none that orjson writes by itself.
        rows = await self._pool.fetch("SELECT unit_id, block_id::text FROM block_members")
        self._blocks = {row["unit_id"]: row["block_id"] for row in rows}
        self._periods = {row["period_id"]: row for row in await self._pool.fetch("SELECT * FROM periods")}
        self._ahead = await self._pool.fetchval("SELECT ahead FROM business_clock")

    async def accept(self, account: str, key: str, body: bytes) -> tuple[int, bytes]:
        """Give the status and the answer to a report."""
        asked = orjson.loads(body)
        unit, period_id = UUID(asked["unit_id"]), UUID(asked["period_id"])
        period, block = self._periods[period_id], self._blocks[unit]
        fields = asked["fields"]
        amount, pledged = Decimal(fields["1.1"].replace(",", ".")), fields["2.1"] == "có"
        kept = self._kept.get(unit) or _Kept(uuid7(), 0)
        if kept.version != asked["version"]:
            return 409, b"{}"
        now = datetime.now(UTC) + self._ahead
        late = now > period["due_at"]
        number = f"BN-{now + _VIETNAM:%y%m}-{await self._number():04d}"
        correlationid = uuid7()
        told = {
            "receipt_number": number,
            "report_id": kept.report_id,
            "version": kept.version + 1,
            "accepted_at": now,
            "late": late,
        }
        event = Recorded.of(
            "registry.report_submitted.v1",
            unit,
            {
                **told,
                "campaign_id": asked["campaign_id"],
                "period_id": period_id,
                "block_id": block,
                "unit_id": unit,
                "values": [
                    {"criterion": "1.1", "value": str(amount)},
                    {"criterion": "2.1", "value": str(int(pledged))},
                ],
            },
            at=now,
            actor=account,
            correlationid=correlationid,
        )
        answer = encoded({**told, "correlationid": correlationid})
        await self._pool.execute(
            _ACCEPT,
            kept.report_id,
            UUID(asked["campaign_id"]),
            period_id,
            unit,
            kept.version + 1,
            orjson.dumps(fields).decode(),
            now,
            number,
            late,
            correlationid,
            event.id,
            event.type,
            event.subject,
            account,
            event.bytes,
            key,
            hashlib.sha256(body).digest(),
            answer,
            event.traceparent,
        )
        kept.version += 1
        self._kept[unit] = kept
        self._relay.awake.set()
        return 201, answer

    async def _number(self) -> int:
        if not self._numbers:
            rows = await self._pool.fetch("SELECT nextval('receipt_numbers') FROM generate_series(1, 1000)")
            self._numbers.extend(row["nextval"] for row in rows)
        return self._numbers.popleft()
