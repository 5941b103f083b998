"""A peer: Django as a synchronous monolith under gunicorn; a report is stored, scored and ranked in one transaction.

There is no queue to lose anything in: what a request does it does by itself, under a lock on its block so that two of
them never wait for each other's rows. The price is paid by whoever waits for the answer. The signature of the identity
header is not checked, which favours this peer, and of the middleware that ``startproject`` writes only what a JSON API
needs is left, which does too.

``DURABLE`` chooses between two rows. Both: two gunicorn workers of four threads each
(https://docs.gunicorn.org/en/stable/design.html), one ``atomic()`` block, PostgreSQL's own ``synchronous_commit``, so
both are equally durable. Off: as ``startproject`` leaves it, a connection for each request. On: as *How to deploy* and
*Databases* advise (https://docs.djangoproject.com/en/5.2/howto/deployment/checklist/#conn-max-age): connections are
kept.

``WHOLE`` adds what follows in the whole ripple, in the same transaction: titles are judged and messages written; the session
behind a cookie is looked up for each request by a middleware.

``DATABASE_URL``, ``DURABLE`` and ``WHOLE`` come from the environment; ``gunicorn benchmarks.peers.django_peer:front``.
"""

import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

import django
from django.conf import settings

WHOLE = os.environ["WHOLE"] == "1"
_address = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(_address.path[1:]),
            "USER": unquote(_address.username or ""),
            "PASSWORD": unquote(_address.password or ""),
            "HOST": parse_qs(_address.query)["host"][0],
            "CONN_MAX_AGE": 600 if os.environ["DURABLE"] == "1" else 0,
        }
    },
    ALLOWED_HOSTS=["*"],
    # It gives answers their length; without one they would be sent in chunks.
    MIDDLEWARE=["django.middleware.common.CommonMiddleware", *[f"{__name__}.signed_in"] * WHOLE],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()

# Models can be declared once the settings stand, not before.
from benchmarks.peers import rule  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.shortcuts import get_object_or_404  # noqa: E402
from django.urls import path  # noqa: E402


class Table(models.Model):
    """A table that stands already: ``schema.sql`` makes the same ones for every peer."""

    class Meta:
        abstract = True
        app_label = "peer"
        managed = False


class Block(Table):
    block_id = models.UUIDField(primary_key=True)
    name = models.TextField()

    class Meta(Table.Meta):
        db_table = "blocks"


class Unit(Table):
    unit_id = models.UUIDField(primary_key=True)
    block = models.ForeignKey(Block, models.PROTECT)
    name = models.TextField()

    class Meta(Table.Meta):
        db_table = "units"


class Period(Table):
    period_id = models.UUIDField(primary_key=True)
    campaign_id = models.UUIDField()
    due_at = models.DateTimeField()
    name = models.TextField()

    class Meta(Table.Meta):
        db_table = "periods"


class Report(Table):
    report_id = models.UUIDField(primary_key=True)
    period = models.ForeignKey(Period, models.PROTECT)
    unit = models.ForeignKey(Unit, models.PROTECT)
    version = models.IntegerField(default=0)
    fields = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta(Table.Meta):
        db_table = "reports"


class Submission(Table):
    number = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, models.PROTECT)
    version = models.IntegerField()
    fields = models.JSONField()
    accepted_at = models.DateTimeField()
    late = models.BooleanField()

    class Meta(Table.Meta):
        db_table = "submissions"


class Answer(Table):
    key = models.TextField(primary_key=True)
    body = models.JSONField()

    class Meta(Table.Meta):
        db_table = "answers"


class Score(Table):
    id = models.BigAutoField(primary_key=True)
    period_id = models.UUIDField()
    unit_id = models.UUIDField()
    block_id = models.UUIDField()
    version = models.IntegerField(default=0)
    report_version = models.IntegerField()
    points = models.DecimalField(max_digits=8, decimal_places=2)
    parts = models.JSONField()
    late = models.BooleanField()
    scored_at = models.DateTimeField()

    class Meta(Table.Meta):
        db_table = "scores"


class Place(Table):
    id = models.BigAutoField(primary_key=True)
    period_id = models.UUIDField()
    block_id = models.UUIDField()
    unit_id = models.UUIDField()
    rank = models.IntegerField()
    previous_rank = models.IntegerField(null=True)
    points = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta(Table.Meta):
        db_table = "places"


class Account(Table):
    account = models.TextField(primary_key=True)
    grants = models.JSONField()

    class Meta(Table.Meta):
        db_table = "accounts"


class LoginSession(Table):
    token = models.BinaryField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, db_column="account")
    expires_at = models.DateTimeField()

    class Meta(Table.Meta):
        db_table = "sessions"


class Title(Table):
    title = models.TextField(primary_key=True)
    assessment = models.JSONField()

    class Meta(Table.Meta):
        db_table = "titles"


class Verdict(Table):
    id = models.BigAutoField(primary_key=True)
    unit_id = models.UUIDField()
    title = models.TextField()
    version = models.IntegerField(default=0)
    verdict = models.TextField()
    assessment = models.JSONField()
    assessed_at = models.DateTimeField()

    class Meta(Table.Meta):
        db_table = "verdicts"


class Message(Table):
    id = models.BigAutoField(primary_key=True)
    post = models.TextField()
    scope_id = models.UUIDField()
    cause = models.BigIntegerField()
    about_id = models.UUIDField()
    title = models.TextField()
    text = models.TextField()
    link = models.TextField()
    posted_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta(Table.Meta):
        db_table = "messages"


def signed_in(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse whoever has no session, or no right to report."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = hashlib.sha256(request.COOKIES.get("thidua", "").encode()).digest()
        sessions = LoginSession.objects.select_related("account").filter(expires_at__gt=datetime.now(UTC))
        session = sessions.filter(token=token).first()
        if session is None or not rule.may_report(session.account.grants):
            return HttpResponse(status=401)
        return answer(request)

    return middleware


def accept(request: HttpRequest) -> JsonResponse:
    """Store, score and rank; the answer says that all of it is done."""
    asked, key = json.loads(request.body), request.headers["Idempotency-Key"]
    with transaction.atomic():
        unit = get_object_or_404(Unit, pk=asked["unit_id"])
        period = get_object_or_404(Period, pk=asked["period_id"])
        Block.objects.select_for_update().get(pk=unit.block_id)
        if answer := Answer.objects.filter(pk=key).first():
            return JsonResponse(answer.body, status=201)
        report = Report.objects.filter(period=period, unit=unit).first()
        if (report.version if report else 0) != asked["version"]:
            return JsonResponse({"title": "the report has another version by now"}, status=409)
        now = datetime.now(UTC)
        made = report is None
        report = report or Report(report_id=uuid4(), period=period, unit=unit)
        report.version, report.fields, report.saved_at = report.version + 1, asked["fields"], now
        report.save(force_insert=made)
        submission = Submission.objects.create(
            report=report, version=report.version, fields=report.fields, accepted_at=now, late=now > period.due_at
        )
        moves = _score(submission, unit, period)
        if WHOLE:
            _tell(submission, unit, period, moves, _judge(unit, period, rule.moved(moves)))
        body = rule.receipt(submission.number, report.pk, report.version, now, late=submission.late)
        Answer.objects.create(key=key, body=body)
    return JsonResponse(body, status=201)


def _score(submission: Submission, unit: Unit, period: Period) -> list[rule.Move]:
    """Score a submission and put its block in order; give the places that changed."""
    whose = {"period_id": period.pk, "block_id": unit.block_id}
    score = Score.objects.filter(period_id=period.pk, unit_id=unit.pk).first() or Score(unit_id=unit.pk, **whose)
    score.points, score.parts = rule.earned(submission.fields)
    score.version, score.report_version = score.version + 1, submission.version
    score.late, score.scored_at = submission.late, submission.accepted_at
    score.save()
    points = dict(Score.objects.filter(**whose).values_list("unit_id", "points"))
    places = {each.unit_id: each for each in Place.objects.filter(**whose)}
    changed: dict[bool, list[Any]] = {True: [], False: []}
    for each, rank in rule.ranked(points):
        place = places.get(each) or Place(unit_id=each, **whose)
        if (place.rank, place.points) == (rank, points[each]):
            continue
        place.previous_rank, place.rank, place.points = place.rank, rank, points[each]
        changed[place.pk is None].append(place)
    Place.objects.bulk_create(changed[True])
    Place.objects.bulk_update(changed[False], ["previous_rank", "rank", "points"])
    return [rule.move(place, len(points)) for each in changed.values() for place in each]


@cache
def _titles() -> list[Title]:
    return list(Title.objects.all())


def _judge(unit: Unit, period: Period, changed: list[UUID]) -> list[Verdict]:
    """Assess the titles of units whose places changed; give the verdicts that say otherwise."""
    places = {each.unit_id: each for each in Place.objects.filter(period_id=period.pk, block_id=unit.block_id)}
    leader = max(each.points for each in places.values())
    standing = {(each.unit_id, each.title): each for each in Verdict.objects.filter(unit_id__in=changed)}
    written: dict[bool, list[Verdict]] = {True: [], False: []}
    news = []
    for whose in changed:
        place = places[whose]
        for title in _titles():
            assessment = rule.assessed(title.assessment, place.rank, len(places), place.points, leader)
            verdict = standing.get((whose, title.title)) or Verdict(unit_id=whose, title=title.title)
            if verdict.assessment == assessment:
                continue
            if rule.says_otherwise(verdict.assessment, assessment):
                verdict.version += 1
                news.append(verdict)
            verdict.verdict, verdict.assessment = assessment["verdict"], assessment
            verdict.assessed_at = datetime.now(UTC)
            written[verdict.pk is None].append(verdict)
    Verdict.objects.bulk_create(written[True])
    Verdict.objects.bulk_update(written[False], ["version", "verdict", "assessment", "assessed_at"])
    return news


def _tell(submission: Submission, unit: Unit, period: Period, moves: list[rule.Move], verdicts: list[Verdict]) -> None:
    """Write the messages that a submission has led to."""
    mentioned = Unit.objects.filter(pk__in=[unit.pk, *rule.moved(moves)])
    told = rule.Told(submission, unit, unit.block, period, dict(mentioned.values_list("unit_id", "name")))
    said = rule.messages(told, moves, [(each.unit_id, each.assessment) for each in verdicts])
    now = datetime.now(UTC)
    Message.objects.bulk_create(Message(**each._asdict(), cause=submission.pk, posted_at=now) for each in said)


def show(_request: HttpRequest, _campaign: UUID, period: UUID, block: UUID) -> JsonResponse:
    scores = {each.unit_id: each for each in Score.objects.filter(period_id=period, block_id=block)}
    places = Place.objects.filter(period_id=period, block_id=block).order_by("rank")
    rows = [rule.row(place, scores[place.unit_id]) for place in places]
    return JsonResponse({"block_id": block, "period_id": period, "rows": rows})


urlpatterns = [
    path("reports", accept),
    path("campaigns/<uuid:_campaign>/periods/<uuid:period>/boards/<uuid:block>", show),
]
front = get_wsgi_application()
