"""The transaction that work is done in, and the event log it writes to. Only the edges build and commit one."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import repeat
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

from opentelemetry import propagate, trace
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import business_now
from chassis.db import Prepared
from chassis.failpoints import failpoint
from contracts.catalog import event_class
from contracts.envelope import Event, Payload

SYSTEM_ACTOR: Final = "system"


class Outcome(StrEnum):
    """How an event ended in one consumer. ``unchanged`` is an end, not a stuck step."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WAITING = "waiting"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is recorded: who acted, in which ripple, after which event, in which trace."""

    actor: str
    correlationid: UUID
    causationid: UUID | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Who speaks: the agency's code and the service's name."""

    agency: str
    service: str

    def __str__(self) -> str:
        return f"//{self.agency}/{self.service}"


def traceparent_of(span: trace.Span | None = None) -> str | None:
    """Give the W3C trace context of a span, of the one that is open now unless told."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier, trace.set_span_in_context(span) if span else None)
    return carrier.get("traceparent")


def _log_with(rows: str) -> Prepared:
    """Put together what an edge writes: events, outcomes and the answer, unless ``rows`` (``kept AS (…), …``) keeps nothing."""
    return Prepared(
        text(
            f"""WITH {rows},
    logged AS (
      INSERT INTO event_log (id, type, subject, correlationid, causationid, actor, traceparent, bytes)
      SELECT new.* FROM kept, unnest(CAST(:ids AS uuid[]), CAST(:types AS text[]), CAST(:subjects AS text[]),
        CAST(:correlationids AS uuid[]), CAST(:causationids AS uuid[]), CAST(:actors AS text[]),
        CAST(:traceparents AS text[]), CAST(:bodies AS bytea[])) AS new
      RETURNING id),
    pending AS (INSERT INTO event_pending SELECT id FROM logged),
    ended AS (
      UPDATE inbox SET outcome = new.outcome, recorded = CAST(new.recorded AS uuid[])
      FROM unnest(CAST(:taken AS uuid[]), CAST(:outcomes AS text[]), CAST(:recorded AS text[]))
        AS new (event_id, outcome, recorded)
      WHERE inbox.consumer = :consumer AND inbox.event_id = new.event_id
        -- Said twice, so that these rows alone are looked up, whatever the inbox was like when this was planned.
        AND inbox.event_id = ANY (CAST(:taken AS uuid[]))),
    answered AS (
      INSERT INTO idempotency (actor, key, request, status, response)
      SELECT CAST(:caller AS text), CAST(:key AS text), CAST(:request AS bytea), CAST(:status AS smallint),
        CAST(:response AS bytea) FROM kept WHERE CAST(:key AS text) IS NOT NULL)
    SELECT FROM kept"""  # noqa: S608 - our own statements, never a caller's words
        )
    )


_COLUMNS: Final = ("ids", "types", "subjects", "correlationids", "causationids", "actors", "traceparents", "bodies")
_LOG: Final = _log_with("kept AS (SELECT)")
"""One question for all that an edge has to write, and always the same one: nothing to compile, one way there and back."""


class Beside:
    """The rows of an action that are written by the very statement that writes the log.

    ``rows`` are common table expressions; the first is ``kept AS (…)`` and has one row, or none when nothing may be written.
    """

    def __init__(self, rows: str) -> None:
        self.statement = _log_with(rows)


class Asked(NamedTuple):
    """A command as its caller named it: under which key, and the digest of what was sent."""

    caller: str
    key: str
    request: bytes


Refusal = Callable[[], Awaitable[Exception]]
"""Says why nothing was kept."""

_NO_ANSWER: Final = {"caller": None, "key": None, "request": None, "status": None, "response": None}


@dataclass(slots=True)
class _Followed:
    """What came of one event that this transaction took up."""

    outcome: Outcome = Outcome.UNCHANGED
    recorded: list[UUID] = field(default_factory=list)


class Tx:
    """One transaction: a connection, and the events that will be logged when the edge commits.

    Actions write rows through ``db`` and call ``record``. They never commit, and no event exists before the commit.
    """

    def __init__(
        self,
        db: AsyncConnection,
        source: Source,
        cause: Cause | None = None,
        *,
        traces: Mapping[UUID, str | None] = MappingProxyType({}),
    ) -> None:
        """``traces`` gives the span in which each event is taken up: what follows from it belongs there."""
        self.db = db
        self._source = source
        self._cause = cause
        self._traces = traces
        self._written: list[tuple[UUID, Payload, Cause]] = []
        self._followed: dict[UUID, _Followed] = {}
        self._taken: tuple[str, Sequence[Event[Any]]] = ("", ())
        self.asked: Asked | None = None
        """The command that this transaction is, if its caller gave it a key."""
        self._answer: Mapping[str, Any] = _NO_ANSWER
        self._business_time: datetime | None = None
        self._beside: tuple[Beside, Mapping[str, Any], Refusal] | None = None

    async def now(self) -> datetime:
        """Give this transaction's business time, which its events carry: taken once, when it is first asked for."""
        if self._business_time is None:
            self._business_time = await business_now(self.db)
        return self._business_time

    def began(self, at: datetime) -> None:
        """Say what business time a statement of this transaction has read along; one that was taken before stands."""
        self._business_time = self._business_time or at

    def answering(self, caller: str, key: str, request: bytes) -> None:
        """Say which command this transaction is; it can be this one only once."""
        self.asked = Asked(caller, key, request)

    def answer(self, status: int, response: bytes) -> None:
        """Keep what the caller is answered under their key, to be written beside the effect."""
        if self.asked is not None:
            self._answer = {**self.asked._asdict(), "status": status, "response": response}

    def beside(self, rows: Beside, values: Mapping[str, Any], refused: Refusal) -> None:
        """Have the rows of this transaction written with its log; when nothing is kept, what ``refused`` gives is raised.

        A command that writes nothing else is then one statement, which needs no transaction around it.
        """
        self._beside = (rows, values, refused)

    def taken(self, consumer: str, events: Sequence[Event[Any]]) -> None:
        """Say which events this transaction has taken up: what came of them is written beside the effect."""
        self._taken = (consumer, events)

    @property
    def correlationid(self) -> UUID:
        """The ripple that this request begins."""
        if self._cause is None:
            raise RuntimeError("a batch has one correlation per event: name the event")
        return self._cause.correlationid

    def record(self, payload: Payload, *, because: Collection[Event[Any]] = ()) -> UUID:
        """Log an event with this transaction. ``because`` names the events that led to it, the decisive one last."""
        identity = uuid7()
        causes = list(because)
        cause = self._cause_of(causes[-1]) if causes else self._cause
        if cause is None:
            raise RuntimeError("an event recorded while taking up events must say because of which")
        for event in causes:
            self.changed(event)
            self._followed[event.id].recorded.append(identity)
        self._written.append((identity, payload, cause))
        return identity

    async def recorded(self, payload: Payload, *, because: Collection[Event[Any]] = ()) -> Event[Any]:
        """Log an event as ``record`` does, and give it, for what follows from it in this very transaction."""
        identity = self.record(payload, because=because)
        return self._event(identity, payload, self._written[-1][2], datetime.now(UTC), await self.now())

    def _cause_of(self, event: Event[Any]) -> Cause:
        trace_of_it = self._traces.get(event.id) or traceparent_of() or event.traceparent
        return Cause(event.actor, event.correlationid, event.id, trace_of_it)

    def changed(self, event: Event[Any]) -> None:
        """Say that this event had an effect here."""
        self._follow(event).outcome = Outcome.CHANGED

    def waiting(self, event: Event[Any]) -> None:
        """Say that this event is kept and waits for a fact that is not here yet."""
        self._follow(event).outcome = Outcome.WAITING

    def outcome_of(self, event: Event[Any]) -> tuple[Outcome, list[UUID]]:
        """Tell what came of an event that this transaction took up."""
        followed = self._followed.get(event.id, _Followed())
        return followed.outcome, followed.recorded

    def _follow(self, event: Event[Any]) -> _Followed:
        return self._followed.setdefault(event.id, _Followed())

    async def write_log(self) -> bool:
        """Write recorded events, outcomes and answer; the edge calls it right before its commit. True if there are events."""
        consumer, taken = self._taken
        # ``unchanged`` is what the claim has written.
        ended = [each for event in taken if (each := (event.id, *self.outcome_of(event)))[1] is not Outcome.UNCHANGED]
        if not (self._written or ended or self._answer["key"] or self._beside):
            return False
        business_time, now = await self.now() if self._written else None, datetime.now(UTC)
        rows = [self._row(*each, now, business_time) for each in self._written]
        values = {
            **dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)) if rows else repeat([]), strict=False)),
            **self._answer,
            "consumer": consumer,
            "taken": [identity for identity, _, _ in ended],
            "outcomes": [str(outcome) for _, outcome, _ in ended],
            # Arrays of arrays must be of one length, so each goes as PostgreSQL writes it.
            "recorded": ["{" + ",".join(map(str, recorded)) + "}" for _, _, recorded in ended],
        }
        failpoint("events.before_log")
        if self._beside is None:
            await _LOG.alone(self.db, values)
        else:
            beside, own, refused = self._beside
            if not await beside.statement.alone(self.db, {**values, **own}):
                raise await refused()
        return bool(rows)

    def _row(
        self, identity: UUID, payload: Payload, cause: Cause, now: datetime, business_time: datetime | None
    ) -> tuple[Any, ...]:
        event = self._event(identity, payload, cause, now, business_time)
        return (
            identity,
            event.type,
            event.subject,
            event.correlationid,
            event.causationid,
            event.actor,
            event.traceparent,
            event.encoded(),
        )

    def _event(
        self, identity: UUID, payload: Payload, cause: Cause, now: datetime, business_time: datetime | None
    ) -> Event[Any]:
        return event_class(payload.event_type)(
            id=identity,
            source=str(self._source),
            type=payload.event_type,
            subject=str(payload.key),
            time=now,
            dataschema=f"https://thidua.vn/schemas/{payload.event_type}.json",
            correlationid=cause.correlationid,
            causationid=cause.causationid,
            actor=cause.actor,
            traceparent=cause.traceparent,
            businesstime=business_time,
            data=payload,
        )
