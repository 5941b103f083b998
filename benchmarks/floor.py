"""The floor: one process, raw ASGI, asyncpg and nats-py, taking the same durable steps as registry and scoring.

The speed of light for this design: the same tables, indexes, event bytes, hash chain, sync flags and answers, with
nothing between them and the drivers. What the product may not do is allowed here: facts that seldom change are kept in
memory, the one sheet's rule is written out by hand, and nobody else is expected to write.

``python -m benchmarks.floor '{"registry": …, "scoring": …, "nats": …, "seeds": {…}, "key": …, "port": …}'``
"""

import asyncio
import hashlib
import json
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import nats
import orjson
import uvicorn
import uvloop
from nats.aio.client import Client
from nats.aio.msg import Msg
from uuid_utils.compat import uuid7

from chassis.identity import HEADER, Verifier, load_key
from contracts.catalog import STREAM

_AT_ONCE: Final = 400
_QUARTER: Final = Decimal("0.25")
_SOURCE: Final = "//000.00.00.H35/"
_VIETNAM: Final = timedelta(hours=7)
_HEADER: Final = HEADER.lower().encode()


@dataclass(slots=True)
class Recorded:
    """An event as a row of the log."""

    id: UUID
    type: str
    subject: str
    correlationid: UUID
    causationid: UUID | None
    actor: str
    bytes: bytes

    @classmethod
    def of(
        cls,
        service: str,
        kind: str,
        subject: UUID,
        data: dict[str, Any],
        *,
        businesstime: datetime,
        actor: str,
        correlationid: UUID,
        causationid: UUID | None = None,
    ) -> "Recorded":
        identity = uuid7()
        cause = {"causationid": causationid} if causationid else {}
        event = {
            "specversion": "1.0",
            "id": identity,
            "source": _SOURCE + service,
            "type": kind,
            "subject": subject,
            "time": datetime.now(UTC),
            "datacontenttype": "application/json",
            "dataschema": f"https://thidua.vn/schemas/{kind}.json",
            "correlationid": correlationid,
            **cause,
            "actor": actor,
            "businesstime": businesstime,
            "data": data,
        }
        return cls(identity, kind, str(subject), correlationid, causationid, actor, _encoded(event))

    @property
    def row(self) -> tuple[Any, ...]:
        return (self.id, self.type, self.subject, self.correlationid, self.causationid, self.actor, self.bytes)


def _encoded(document: dict[str, Any]) -> bytes:
    """Write JSON; asyncpg's own UUIDs are not the library's."""
    return orjson.dumps(document, default=str)


_LOG: Final = """INSERT INTO event_log (id, type, subject, correlationid, causationid, actor, bytes)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::bytea[])"""


async def log(db: asyncpg.Connection, events: Sequence[Recorded]) -> None:
    """Write events with the transaction that is open."""
    await db.execute(_LOG, *_columns(each.row for each in events))
    await db.execute("INSERT INTO event_pending SELECT unnest($1::uuid[])", [each.id for each in events])


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


_REACHED: Final = """UPDATE event_head SET published = $1
WHERE published < $1 AND set_config('synchronous_commit', 'off', true) = 'off'"""


class Relay:
    """Numbers, commits, publishes as one batch, moves the head; the product's steps on raw connections."""

    def __init__(self, pool: asyncpg.Pool, bus: Client) -> None:
        self._pool, self._bus, self._jetstream = pool, bus, bus.jetstream()
        self.awake = asyncio.Event()

    async def run(self) -> None:
        async with self._pool.acquire() as db:
            while True:
                await self.awake.wait()
                self.awake.clear()
                while numbered := await self._number(db):
                    await self._publish(numbered)
                    await db.execute(_REACHED, numbered[-1][0])

    async def _number(self, db: asyncpg.Connection) -> list[tuple[int, bytes, Any]]:
        async with db.transaction():
            head = await db.fetchrow("SELECT sequence, hash FROM event_head FOR UPDATE")
            rows = await db.fetch(
                """WITH taken AS (DELETE FROM event_pending WHERE event_id IN
                  (SELECT event_id FROM event_pending ORDER BY event_id LIMIT $1) RETURNING event_id)
                SELECT id, type, subject, bytes FROM event_log JOIN taken ON event_id = id ORDER BY id""",
                _AT_ONCE,
            )
            if not rows:
                return []
            sequence, last, numbered = head["sequence"], head["hash"], []
            for row in rows:
                sequence += 1
                last = hashlib.sha256(last + sequence.to_bytes(8, "big") + row["bytes"]).digest()
                numbered.append((sequence, last, row))
            await db.execute(
                "INSERT INTO event_order SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bytea[])",
                *_columns((place, row["id"], digest) for place, digest, row in numbered),
            )
            await db.execute("UPDATE event_head SET sequence = $1, hash = $2", sequence, last)
        return numbered

    async def _publish(self, numbered: Sequence[tuple[int, bytes, Any]]) -> None:
        batch, size = uuid7().hex, len(numbered)
        for place, (sequence, digest, row) in enumerate(numbered, start=1):
            headers = {
                "Nats-Msg-Id": str(row["id"]),
                "Thidua-Sequence": str(sequence),
                "Thidua-Hash": digest.hex(),
                "Nats-Batch-Id": batch,
                "Nats-Batch-Sequence": str(place),
            }
            subject = f"{row['type']}.{row['subject']}"
            if place < size:
                await self._bus.publish(subject, row["bytes"], headers=headers)
            else:
                await self._jetstream.publish(subject, row["bytes"], headers={**headers, "Nats-Batch-Commit": "1"})


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
  INSERT INTO event_log (id, type, subject, correlationid, actor, bytes)
  SELECT $11::uuid, $12::text, $13::text, $10, $14::text, $15::bytea FROM kept RETURNING id
), once AS (
  INSERT INTO idempotency (actor, key, request, status, response) SELECT $14, $16::text, $17::bytea, 201, $18::bytea FROM kept
)
INSERT INTO event_pending SELECT id FROM logged"""


class Registry:
    """Takes reports, one statement each."""

    def __init__(self, pool: asyncpg.Pool, relay: Relay, verifier: Verifier) -> None:
        self._pool, self._relay, self._verifier = pool, relay, verifier
        self._known: dict[bytes, str] = {}
        self._kept: dict[UUID, _Kept] = {}
        self._numbers: deque[int] = deque()

    async def learn(self) -> None:
        """Keep in memory what seldom changes."""
        # As text, for asyncpg's UUIDs are none that orjson writes by itself.
        rows = await self._pool.fetch("SELECT unit_id, block_id::text FROM block_members")
        self._blocks = {row["unit_id"]: row["block_id"] for row in rows}
        self._periods = {row["period_id"]: row for row in await self._pool.fetch("SELECT * FROM periods")}
        self._ahead = await self._pool.fetchval("SELECT ahead FROM business_clock")

    async def accept(self, token: bytes, key: str, body: bytes) -> tuple[int, bytes]:
        account = self._known.get(token)
        if account is None:
            account = self._known[token] = self._verifier.verify(token.decode()).account
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
            "registry",
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
            businesstime=now,
            actor=account,
            correlationid=correlationid,
        )
        answer = orjson.dumps({**told, "correlationid": correlationid})
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


@dataclass(slots=True)
class _Standing:
    """A unit on its board: what it had and what it has."""

    block: UUID
    points: Decimal
    version: int = 0
    old_rank: int | None = None
    old_points: Decimal | None = None


class Scoring:
    """Takes up what waits as one transaction: inbox, reports, scores, places, log."""

    def __init__(self, pool: asyncpg.Pool, relay: Relay, bus: Client) -> None:
        self._pool, self._relay, self._bus = pool, relay, bus
        self._waiting: deque[Msg] = deque()
        self._arrived = asyncio.Event()
        self._asked = 0

    async def learn(self) -> None:
        rows = await self._pool.fetch("SELECT block_id, sheet_id::text, members FROM blocks")
        self._blocks = {row["block_id"]: row for row in rows}
        self._ahead = await self._pool.fetchval("SELECT ahead FROM business_clock")

    async def listen(self) -> None:
        """Keep one request for many open: they arrive as they come, and are taken up together while others arrive."""
        inbox = self._bus.new_inbox()

        async def arrived(message: Msg) -> None:
            if message.reply:
                self._waiting.append(message)
                self._asked -= 1
            else:
                self._asked = 0
            self._arrived.set()

        await self._bus.subscribe(inbox, cb=arrived)
        while True:
            if self._asked <= 0:
                self._asked = _AT_ONCE
                await self._bus.publish(
                    f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.scoring",
                    orjson.dumps({"batch": _AT_ONCE, "expires": 5_000_000_000}),
                    reply=inbox,
                )
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
                await self._take_up(batch)
                for message in batch:
                    await message.ack()

    async def _take_up(self, messages: Sequence[Msg]) -> None:
        events = [orjson.loads(message.data) for message in messages]
        async with self._pool.acquire() as db, db.transaction():
            rows = await db.fetch(
                """INSERT INTO inbox (consumer, event_id, type, correlationid, outcome, recorded)
                SELECT 'scoring', unnest($1::uuid[]), unnest($2::text[]), unnest($3::uuid[]), 'changed', '{}'
                ON CONFLICT DO NOTHING RETURNING event_id""",
                *_columns((each["id"], each["type"], each["correlationid"]) for each in events),
            )
            fresh = {str(row["event_id"]) for row in rows}
            newest = {each["data"]["unit_id"]: each for each in events if each["id"] in fresh}
            if newest:
                await self._score(db, sorted(newest.values(), key=lambda each: str(each["data"]["unit_id"])))
        self._relay.awake.set()

    async def _score(self, db: asyncpg.Connection, events: Sequence[Any]) -> None:
        facts = [each["data"] for each in events]
        await db.execute(
            """INSERT INTO reports (period_id, unit_id, campaign_id, block_id, version, values, late, receipt_number,
              accepted_at, event_id)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::jsonb[], $7::bool[], $8::text[],
              $9::timestamptz[], $10::uuid[])
            ON CONFLICT (period_id, unit_id) DO UPDATE SET campaign_id = excluded.campaign_id, block_id = excluded.block_id,
              version = excluded.version, values = excluded.values, late = excluded.late,
              receipt_number = excluded.receipt_number, accepted_at = excluded.accepted_at, event_id = excluded.event_id
            WHERE reports.version < excluded.version""",
            *_columns(
                (
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
                for event, fact in zip(events, facts, strict=True)
            ),
        )
        now = datetime.now(UTC) + self._ahead
        blocks = sorted({UUID(fact["block_id"]) for fact in facts})
        standing = {
            row["unit_id"]: _Standing(row["block_id"], row["points"], row["version"], row["rank"], row["points"])
            for row in await db.fetch(
                """SELECT s.unit_id, s.block_id, s.points, s.version, p.rank FROM scores s LEFT JOIN places p
                USING (period_id, block_id, unit_id) WHERE s.block_id = ANY($1) AND s.period_id = $2""",
                blocks,
                facts[0]["period_id"],
            )
        }
        rows, recorded = [], []
        for event, fact in zip(events, facts, strict=True):
            unit = UUID(fact["unit_id"])
            one = standing.setdefault(unit, _Standing(UUID(fact["block_id"]), Decimal(0)))
            row, data = self._one(fact, one)
            rows.append((*row, event["id"], now))
            recorded.append(self._event(event, "scoring.score_changed.v1", unit, data, now))
        await db.execute(_SCORES, *_columns(rows))
        recorded += await self._rank(db, events, standing, now)
        await log(db, recorded)

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
                    "why": f"Thực hiện {amount} trên chỉ tiêu 1.000 triệu đồng, đạt {reached:.0%}; mỗi 1% thiếu trừ 1% của "
                    f"90,00 điểm, còn {economy:.2f}.",
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
                    "why": f"Đã thực hiện, được {tie:.2f} điểm.",
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
        self, db: asyncpg.Connection, events: Sequence[Any], standing: dict[UUID, _Standing], now: datetime
    ) -> list[Recorded]:
        last = {UUID(each["data"]["block_id"]): each for each in events}
        members: dict[UUID, list[UUID]] = {block: [] for block in last}
        for unit, one in standing.items():
            members[one.block].append(unit)
        period_id, campaign_id = UUID(events[0]["data"]["period_id"]), events[0]["data"]["campaign_id"]
        versions = {
            row["block_id"]: row["version"]
            for row in await db.fetch(
                """INSERT INTO boards (period_id, block_id, version, changed_at, caused_by)
                SELECT $1, unnest($2::uuid[]), 1, $3, unnest($4::uuid[])
                ON CONFLICT (period_id, block_id) DO UPDATE SET version = boards.version + 1, changed_at = excluded.changed_at,
                  caused_by = excluded.caused_by RETURNING block_id, version""",
                period_id,
                list(last),
                now,
                [each["id"] for each in last.values()],
            )
        }
        rows, recorded = [], []
        for block, units in members.items():
            units.sort(key=lambda unit: standing[unit].points, reverse=True)
            changed, rank, previous = [], 0, None
            for place, unit in enumerate(units, start=1):
                one = standing[unit]
                rank, previous = rank if one.points == previous else place, one.points
                if (one.old_rank, one.old_points) == (rank, previous):
                    continue
                rows.append((period_id, block, unit, rank, one.old_rank, previous, previous, None))
                changed.append(
                    {
                        "unit_id": unit,
                        "rank": rank,
                        "previous_rank": one.old_rank,
                        "points": f"{previous:.2f}",
                        "percent": f"{previous:.4f}",
                        "decided_by": None,
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
            recorded.append(self._event(last[block], "scoring.ranking_changed.v1", block, data, now))
        await db.execute(_PLACES, *_columns(rows))
        return recorded

    def _event(self, cause: Any, kind: str, subject: UUID, data: dict[str, Any], now: datetime) -> Recorded:
        return Recorded.of(
            "scoring",
            kind,
            subject,
            data,
            businesstime=now,
            actor=cause["actor"],
            correlationid=UUID(cause["correlationid"]),
            causationid=UUID(cause["id"]),
        )

    async def board(self, period_id: UUID, block_id: UUID) -> tuple[int, bytes]:
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
        return 200, _encoded({"block_id": block_id, "period_id": period_id, "rows": told})


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


Door = Callable[[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


def front(registry: Registry, scoring: Scoring) -> Door:
    """Two paths and nothing else: ``POST /reports`` and ``GET …/periods/{id}/boards/{id}``."""

    async def app(
        scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if scope["method"] == "POST":
            headers = dict(scope["headers"])
            body = (await receive())["body"]
            status, answer = await registry.accept(headers[_HEADER], headers[b"idempotency-key"].decode(), body)
        else:
            *_, period_id, _, block_id = scope["path"].split("/")
            status, answer = await scoring.board(UUID(period_id), UUID(block_id))
        head = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": answer})

    return app


async def main(given: dict[str, Any]) -> None:
    """Be the floor until told to stop."""
    pools = {
        name: await asyncpg.create_pool(given[name], min_size=8, max_size=8, server_settings={"enable_seqscan": "off"})
        for name in ("registry", "scoring")
    }
    buses = {
        name: await nats.connect(given["nats"], nkeys_seed=seed, inbox_prefix=f"_INBOX_{name}")
        for name, seed in given["seeds"].items()
    }
    relays = {name: Relay(pools[name], buses[name]) for name in pools}
    registry = Registry(pools["registry"], relays["registry"], Verifier(load_key(Path(given["key"])), "registry"))
    scoring = Scoring(pools["scoring"], relays["scoring"], buses["scoring"])
    await registry.learn()
    await scoring.learn()
    server = uvicorn.Server(
        uvicorn.Config(
            front(registry, scoring), port=given["port"], log_level="warning", access_log=False, lifespan="off"
        )
    )
    async with asyncio.TaskGroup() as tasks:
        for relay in relays.values():
            tasks.create_task(relay.run())
        tasks.create_task(scoring.listen())
        tasks.create_task(server.serve())


if __name__ == "__main__":
    uvloop.run(main(json.loads(sys.argv[1])))
