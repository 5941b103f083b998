"""The tables that every service has beside its own: the event log and what surrounds it."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Interval,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
)

from chassis.db import new_metadata

metadata = new_metadata()

_REAL_TIME = func.clock_timestamp()

event_log = Table(
    "event_log",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("correlationid", Uuid, nullable=False, index=True),
    Column("causationid", Uuid),
    Column("actor", Text, nullable=False),
    Column("traceparent", Text),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=_REAL_TIME),
    Column("bytes", LargeBinary, nullable=False),
)
"""Insert-only: UPDATE and DELETE are not granted. ``bytes`` are what was published, to the letter."""

event_pending = Table("event_pending", metadata, Column("event_id", Uuid, ForeignKey(event_log.c.id), primary_key=True))
"""What the relay has not numbered yet. Never read the log by ``id > last``: commits arrive out of order."""

event_order = Table(
    "event_order",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, ForeignKey(event_log.c.id), nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False),
)
"""Contiguous numbers from 1, and ``sha256(previous hash ‖ sequence as 8 bytes big-endian ‖ bytes)``."""

event_head = Table(
    "event_head",
    metadata,
    Column("one", Boolean, primary_key=True, server_default="true"),
    Column("sequence", BigInteger, nullable=False, server_default="0"),
    Column("hash", LargeBinary, nullable=False, server_default=""),
    Column("published", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("one", name="event_head_is_one_row"),
)
"""One row: how far events are numbered, the chain's last hash, how far they are published. Numbering moves it from where it was, or not at all."""

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("correlationid", Uuid, nullable=False, index=True),
    Column("causationid", Uuid),
    Column("outcome", Text, nullable=False),
    Column("recorded", ARRAY(Uuid), nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False, server_default=_REAL_TIME),
)
"""What was taken up, once per consumer; ``recorded`` are the events that it led to."""

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("stream_sequence", BigInteger, nullable=False),
    Column("event_id", Uuid),
    Column("correlationid", Uuid, index=True),
    Column("type", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False, server_default="parked"),
    Column("reason", Text),
    Column("decided_by", Text),
    Column("parked_at", DateTime(timezone=True), nullable=False, server_default=_REAL_TIME),
    Column("decided_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('parked', 'redriven', 'discarded')", name="dead_letter_state"),
    Index("dead_letter_once", "consumer", "stream_sequence", "digest", unique=True),
)
"""``digest`` (sha256 of the payload) tells letters apart when a rebuilt stream begins to count anew."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request", LargeBinary, nullable=False),
    Column("status", SmallInteger),
    Column("response", LargeBinary),
    Column("at", DateTime(timezone=True), nullable=False, server_default=_REAL_TIME),
)
"""The answer of a command, beside its effect: the same key gives the same answer, another body under it is refused."""

business_clock = Table(
    "business_clock",
    metadata,
    Column("one", Boolean, primary_key=True, server_default="true"),
    Column("ahead", Interval, nullable=False),
    CheckConstraint("one", name="business_clock_is_one_row"),
)

INSERT_ONLY = (event_log, event_order)
"""Tables whose rows a service may add but never change."""
