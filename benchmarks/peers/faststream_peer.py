"""A peer: FastAPI with SQLAlchemy's async ORM commits, then publishes to JetStream; a FastStream subscriber scores.

FastStream as its documentation shows it, with neither outbox nor inbox: the database commits first and the bus hears of
it after that, so whatever ends the process between the two leaves a report that nobody will score, and a second
delivery is applied a second time. Messages are taken one by one, which is the subscriber's default (``max_workers=1``).
The signature of the identity header is not checked, which favours this peer.

``DURABLE`` chooses between two rows. Both: a durable push consumer of a JetStream stream
(https://faststream.ag2.ai/latest/nats/jetstream/), published with ``stream=`` so that the acknowledgement is waited for;
one uvicorn process and one ``faststream run`` process. Off: messages whose handler raises are dropped
(``AckPolicy.REJECT_ON_ERROR``, the default) and the server syncs every two minutes, its own default. On: they come back
(``AckPolicy.NACK_ON_ERROR``, https://faststream.ag2.ai/latest/getting-started/acknowledgement/) and the server syncs
before it acknowledges (``sync_interval: always``,
https://docs.nats.io/running-a-nats-service/configuration#jetstream).

``WHOLE`` adds what follows in the whole ripple: the session behind a cookie is looked up for each request, and two more
subscribers, each with a durable of its own on the same stream: what scoring publishes is judged, what the titles publish
is told. Each commits first and publishes after that.

``DATABASE_URL``, ``BROKER_URL``, ``DURABLE`` and ``WHOLE`` come from the environment; ``uvicorn benchmarks.peers.faststream_peer:front``,
``faststream run benchmarks.peers.faststream_peer:worker``.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any
from uuid import UUID, uuid4

from benchmarks.peers import rule, tables
from benchmarks.peers.tables import Answer, Block, Period, Place, Report, Score, Submission, Unit, board, put_in_order
from fastapi import Cookie, Depends, FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse
from faststream import AckPolicy, FastStream
from faststream.nats import JStream, NatsBroker
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm.exc import StaleDataError

Session = async_sessionmaker(
    create_async_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://")),
    expire_on_commit=False,
)

broker = NatsBroker(os.environ["BROKER_URL"])
worker = FastStream(broker)
_SUBJECT, _RANKED, _JUDGED = "reports.submitted", "reports.ranked", "reports.judged"
_STREAM = JStream("reports")
_ON_ERROR = AckPolicy.NACK_ON_ERROR if os.environ["DURABLE"] == "1" else AckPolicy.REJECT_ON_ERROR
_PUBLISH_SECONDS = 10.0
"""The default of half a second is shorter than a busy disk may take to sync."""


@asynccontextmanager
async def _connected(_front: FastAPI) -> AsyncIterator[None]:
    await broker.connect()
    yield
    await broker.stop()


WHOLE = os.environ["WHOLE"] == "1"


async def _signed_in(thidua: Annotated[str | None, Cookie()] = None) -> None:
    """Refuse whoever has no session, or no right to report."""
    async with Session() as db:
        account = await db.scalar(tables.behind(thidua))
    if account is None or not rule.may_report(account.grants):
        raise HTTPException(401)


front = FastAPI(lifespan=_connected, dependencies=[Depends(_signed_in)] if WHOLE else [])
_STALE = (409, {"title": "the report has another version by now"})
_UNKNOWN = (404, {"title": "no such unit or period"})


class Asked(BaseModel):
    """A report as it is sent in."""

    campaign_id: UUID
    period_id: UUID
    unit_id: UUID
    version: int
    fields: dict[str, str]


class Submitted(BaseModel):
    """What the subscriber is told."""

    number: int
    period_id: UUID
    unit_id: UUID
    block_id: UUID
    version: int
    fields: dict[str, str]
    late: bool


@front.post("/reports")
async def accept(asked: Asked, idempotency_key: Annotated[str, Header()]) -> JSONResponse:
    """Store and commit, then tell the bus: two writes, with nothing that holds them together."""
    try:
        status, body, event = await _store(asked, idempotency_key)
    except (IntegrityError, StaleDataError):
        # Somebody was faster, with the same key or with another report of the same unit.
        status, body, event = await _answered(idempotency_key)
    if event is not None:
        await broker.publish(event, _SUBJECT, stream=_STREAM.name, timeout=_PUBLISH_SECONDS)
    return JSONResponse(body, status)


async def _store(asked: Asked, key: str) -> tuple[int, dict[str, Any], Submitted | None]:
    """Give the answer's status, the answer, and what is to be published."""
    async with Session.begin() as db:
        if answer := await db.get(Answer, key):
            return 201, answer.body, None
        unit, period = await db.get(Unit, asked.unit_id), await db.get(Period, asked.period_id)
        if unit is None or period is None:
            return *_UNKNOWN, None
        report = await db.scalar(select(Report).filter_by(period_id=period.period_id, unit_id=unit.unit_id))
        if (report.version if report else 0) != asked.version:
            return *_STALE, None
        now = datetime.now(UTC)
        if report is None:
            report = Report(report_id=uuid4(), period_id=period.period_id, unit_id=unit.unit_id)
            db.add(report)
        report.fields, report.saved_at = asked.fields, now
        await db.flush()
        submission = Submission(
            report_id=report.report_id,
            version=report.version,
            fields=asked.fields,
            accepted_at=now,
            late=now > period.due_at,
        )
        db.add(submission)
        await db.flush()
        body = rule.receipt(submission.number, report.report_id, report.version, now, late=submission.late)
        db.add(Answer(key=key, body=body))
    event = Submitted(
        number=submission.number,
        period_id=period.period_id,
        unit_id=unit.unit_id,
        block_id=unit.block_id,
        version=submission.version,
        fields=submission.fields,
        late=submission.late,
    )
    return 201, body, event


async def _answered(key: str) -> tuple[int, dict[str, Any], Submitted | None]:
    async with Session() as db:
        answer = await db.get(Answer, key)
    return (201, answer.body, None) if answer else (*_STALE, None)


class Ranked(BaseModel):
    """What scoring tells: the places that changed."""

    number: int
    moves: list[rule.Move]


class Judged(Ranked):
    """What the titles tell: the verdicts that say otherwise."""

    verdicts: list[int]


@broker.subscriber(_SUBJECT, stream=_STREAM, durable="scoring", ack_policy=_ON_ERROR)
async def score(event: Submitted) -> None:
    """Score a submission and put its block in order."""
    moves = await _score(event)
    if WHOLE:
        ranked = Ranked(number=event.number, moves=moves)
        await broker.publish(ranked, _RANKED, stream=_STREAM.name, timeout=_PUBLISH_SECONDS)


async def _score(event: Submitted) -> list[rule.Move]:
    """Do so in one transaction, and give the places that changed."""
    period, block = event.period_id, event.block_id
    async with Session.begin() as db:
        # Two workers on one block would wait for each other's places.
        await db.get_one(Block, block, with_for_update=True)
        scored = await db.scalar(select(Score).filter_by(period_id=period, unit_id=event.unit_id))
        if scored and scored.report_version > event.version:
            # A second delivery that a newer report has overtaken.
            return []
        if scored is None:
            scored = Score(period_id=period, unit_id=event.unit_id, block_id=block)
            db.add(scored)
        scored.take(event.version, event.fields, late=event.late)
        await db.flush()
        rows = await db.execute(select(Score.unit_id, Score.points).filter_by(period_id=period, block_id=block))
        points = {each: earned for each, earned in rows}  # noqa: C416
        standing = await db.scalars(select(Place).filter_by(period_id=period, block_id=block))
        places = {each.unit_id: each for each in standing}
        changed = put_in_order(period, block, points, places)
        db.add_all(changed)
    return [rule.move(place, len(points)) for place in changed]


async def judge(event: Ranked) -> None:
    """Assess the titles of units whose places changed."""
    units = rule.moved(event.moves)
    async with Session.begin() as db:
        if not _titles():
            _titles().extend(await db.scalars(select(tables.Title)))
        _, _, block, period = (await db.execute(tables.about(event.number))).one()
        await db.get_one(Block, block.block_id, with_for_update=True)
        of_block = select(Place).filter_by(period_id=period.period_id, block_id=block.block_id)
        standing = await db.scalars(select(tables.Verdict).where(tables.Verdict.unit_id.in_(units)))
        written, news = tables.judge(units, (await db.scalars(of_block)).all(), standing, _titles())
        db.add_all(written)
        await db.flush()
        judged = Judged(number=event.number, moves=event.moves, verdicts=[verdict.id for verdict in news])
    await broker.publish(judged, _JUDGED, stream=_STREAM.name, timeout=_PUBLISH_SECONDS)


@cache
def _titles() -> list[tables.Title]:
    """Give the place where they are kept once they were read."""
    return []


async def tell(event: Judged) -> None:
    """Write the messages that a submission has led to."""
    async with Session.begin() as db:
        submission, unit, block, period = (await db.execute(tables.about(event.number))).one()
        found = await db.execute(tables.names(unit.unit_id, event.moves))
        names = {each: name for each, name in found}  # noqa: C416
        verdicts = await db.scalars(select(tables.Verdict).where(tables.Verdict.id.in_(event.verdicts)))
        told = rule.Told(submission, unit, block, period, names)
        said = rule.messages(told, event.moves, [(each.unit_id, each.assessment) for each in verdicts])
        db.add_all(tables.worded(event.number, said))


if WHOLE:
    broker.subscriber(_RANKED, stream=_STREAM, durable="titles", ack_policy=_ON_ERROR)(judge)
    broker.subscriber(_JUDGED, stream=_STREAM, durable="messages", ack_policy=_ON_ERROR)(tell)


@front.get("/campaigns/{_campaign}/periods/{period}/boards/{block}")
async def show(_campaign: UUID, period: UUID, block: UUID) -> JSONResponse:
    async with Session() as db:
        rows = [rule.row(place, scored) for place, scored in await db.execute(board(period, block))]
    return JSONResponse({"block_id": str(block), "period_id": str(period), "rows": rows})
