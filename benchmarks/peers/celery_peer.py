"""A peer: Flask under gunicorn stores a report with SQLAlchemy and commits, then ``.delay()``; two Celery workers score.

The classical dual write: the database commits first and the broker hears of it after that, so whatever ends the process
between the two leaves a report that nobody will score. A second delivery of a task is applied a second time, for
nothing remembers the first. The signature of the identity header is not checked, which favours this peer.

``DURABLE`` chooses between two rows. Both: two prefork children (``--concurrency 2``); gunicorn with two workers of four
threads (https://docs.gunicorn.org/en/stable/design.html: two to four threads a core, and keep-alive is for threaded
workers alone). Off: as *First Steps with Celery* leaves it, tasks acknowledged when they are taken, and a Redis of its
own defaults: snapshots, no append-only file. On: ``task_acks_late``, ``task_reject_on_worker_lost`` and one prefetched
task (https://docs.celeryq.dev/en/stable/userguide/configuration.html, …/userguide/optimizing.html), a Redis that syncs
every write (``appendfsync always``, https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/), and a
``visibility_timeout`` of ten seconds where an hour is the default
(https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html), looked for every second
(``unacked_restore_interval``, ``unacked_restore_throttle``,
https://docs.celeryq.dev/projects/kombu/en/stable/reference/kombu.transport.redis.html): a task of a killed worker comes
back only after that, and no crash trial waits an hour.

``WHOLE`` adds what follows in the whole ripple: the session behind a cookie is looked up for each request, and scoring is
the first task of a chain (https://docs.celeryq.dev/en/stable/userguide/canvas.html#chains) of three: score, judge the
titles of units whose places changed, write the messages.

``DATABASE_URL``, ``BROKER_URL``, ``DURABLE`` and ``WHOLE`` come from the environment; ``gunicorn benchmarks.peers.celery_peer:front``,
``celery -A benchmarks.peers.celery_peer:queue worker``.
"""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from benchmarks.peers import rule, tables
from benchmarks.peers.tables import Answer, Block, Period, Place, Report, Score, Submission, Unit, board, put_in_order
from celery import Celery
from flask import Flask, Response, abort, jsonify, request
from sqlalchemy import create_engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import sessionmaker
from sqlalchemy.orm.exc import StaleDataError

Session = sessionmaker(
    create_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")), expire_on_commit=False
)

queue = Celery("peer", broker=os.environ["BROKER_URL"])
queue.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
if os.environ["DURABLE"] == "1":
    queue.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        broker_transport_options={
            "visibility_timeout": 10,
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
        },
    )

WHOLE = os.environ["WHOLE"] == "1"
front = Flask(__name__)
_STALE = ({"title": "the report has another version by now"}, 409)
_UNKNOWN = ({"title": "no such unit or period"}, 404)


@front.before_request
def signed_in() -> None:
    """Refuse whoever has no session, or no right to report."""
    if not WHOLE:
        return
    with Session() as db:
        account = db.scalar(tables.behind(request.cookies.get("thidua")))
    if account is None or not rule.may_report(account.grants):
        abort(401)


@front.post("/reports")
def accept() -> tuple[Response, int]:
    """Store and commit, then tell the queue: two writes, with nothing that holds them together."""
    key = request.headers["Idempotency-Key"]
    try:
        body, status, number = _store(request.get_json(), key)
    except (IntegrityError, StaleDataError):
        # Somebody was faster, with the same key or with another report of the same unit.
        body, status, number = _answered(key)
    if number is not None:
        (score.s(number) | judge.s(number) | tell.s(number) if WHOLE else score.s(number)).delay()
    return jsonify(body), status


def _store(asked: dict[str, Any], key: str) -> tuple[dict[str, Any], int, int | None]:
    """Give the answer, its status, and the number of a submission that is to be scored."""
    with Session.begin() as db:
        if answer := db.get(Answer, key):
            return answer.body, 201, None
        unit, period = db.get(Unit, UUID(asked["unit_id"])), db.get(Period, UUID(asked["period_id"]))
        if unit is None or period is None:
            return *_UNKNOWN, None
        report = db.scalar(select(Report).filter_by(period_id=period.period_id, unit_id=unit.unit_id))
        if (report.version if report else 0) != asked["version"]:
            return *_STALE, None
        now = datetime.now(UTC)
        if report is None:
            report = Report(report_id=uuid4(), period_id=period.period_id, unit_id=unit.unit_id)
            db.add(report)
        report.fields, report.saved_at = asked["fields"], now
        db.flush()
        submission = Submission(
            report_id=report.report_id,
            version=report.version,
            fields=asked["fields"],
            accepted_at=now,
            late=now > period.due_at,
        )
        db.add(submission)
        db.flush()
        body = rule.receipt(submission.number, report.report_id, report.version, now, late=submission.late)
        db.add(Answer(key=key, body=body))
    return body, 201, submission.number


def _answered(key: str) -> tuple[dict[str, Any], int, int | None]:
    with Session() as db:
        answer = db.get(Answer, key)
    return (answer.body, 201, None) if answer else (*_STALE, None)


@queue.task
def score(number: int) -> list[rule.Move]:
    """Score a submission and put its block in order, in one transaction; hand on the places that changed."""
    with Session.begin() as db:
        submission, report, unit = db.execute(
            select(Submission, Report, Unit)
            .join(Report, Report.report_id == Submission.report_id)
            .join(Unit, Unit.unit_id == Report.unit_id)
            .where(Submission.number == number)
        ).one()
        period, block = report.period_id, unit.block_id
        # Two workers on one block would wait for each other's places.
        db.get_one(Block, block, with_for_update=True)
        scored = db.scalar(select(Score).filter_by(period_id=period, unit_id=unit.unit_id))
        if scored and scored.report_version > submission.version:
            # The other worker has overtaken this one with a newer report.
            return []
        if scored is None:
            scored = Score(period_id=period, unit_id=unit.unit_id, block_id=block)
            db.add(scored)
        scored.take(submission.version, submission.fields, late=submission.late)
        db.flush()
        rows = db.execute(select(Score.unit_id, Score.points).filter_by(period_id=period, block_id=block))
        points = {each: earned for each, earned in rows}  # noqa: C416
        places = {each.unit_id: each for each in db.scalars(select(Place).filter_by(period_id=period, block_id=block))}
        changed = put_in_order(period, block, points, places)
        db.add_all(changed)
    return [rule.move(place, len(points)) for place in changed] if WHOLE else []


@queue.task
def judge(moves: list[rule.Move], number: int) -> tuple[list[rule.Move], list[int]]:
    """Assess the titles of units whose places changed; hand on the verdicts that say otherwise."""
    units = rule.moved(moves)
    with Session.begin() as db:
        _, _, block, period = db.execute(tables.about(number)).one()
        db.get_one(Block, block.block_id, with_for_update=True)
        places = db.scalars(select(Place).filter_by(period_id=period.period_id, block_id=block.block_id)).all()
        standing = db.scalars(select(tables.Verdict).where(tables.Verdict.unit_id.in_(units)))
        written, news = tables.judge(units, places, standing, titles())
        db.add_all(written)
        db.flush()
        return moves, [verdict.id for verdict in news]


@cache
def titles() -> list[tables.Title]:
    with Session() as db:
        return list(db.scalars(select(tables.Title)))


@queue.task
def tell(came: tuple[list[rule.Move], list[int]], number: int) -> None:
    """Write the messages that a submission has led to."""
    moves, news = came
    with Session.begin() as db:
        submission, unit, block, period = db.execute(tables.about(number)).one()
        names = {each: name for each, name in db.execute(tables.names(unit.unit_id, moves))}  # noqa: C416
        verdicts = db.scalars(select(tables.Verdict).where(tables.Verdict.id.in_(news)))
        told = rule.Told(submission, unit, block, period, names)
        said = rule.messages(told, moves, [(each.unit_id, each.assessment) for each in verdicts])
        db.add_all(tables.worded(number, said))


@front.get("/campaigns/<uuid:_campaign>/periods/<uuid:period>/boards/<uuid:block>")
def show(_campaign: UUID, period: UUID, block: UUID) -> Response:
    with Session() as db:
        rows = [rule.row(place, scored) for place, scored in db.execute(board(period, block))]
    return jsonify({"block_id": block, "period_id": period, "rows": rows})
