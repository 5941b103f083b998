"""What notify keeps: the messages, and the names it needs to word them."""

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.db import new_metadata

metadata = new_metadata()

units = Table(
    "units",
    metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
)

unit_names = Table(
    "unit_names",
    metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("from_on", Date, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
)
"""The names that units took later, each from its day on."""

blocks = Table(
    "blocks",
    metadata,
    Column("block_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("year", SmallInteger),
    Column("sheet_id", Uuid, index=True),
    Column("members", ARRAY(Uuid)),
)
"""``members`` as the block was formed; of one that was heard of before they were kept, they are not known."""

moves = Table(
    "moves",
    metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("from_on", Date, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("block_id", Uuid, index=True),
)
"""In which block a unit stands from a day on, for the rest of that year; no block = in none any more."""

periods = Table(
    "periods",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
)

reminders = Table(
    "reminders",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("on_day", Date, primary_key=True),
    Column("block_id", Uuid, nullable=False),
    Column("by", Text),
    Column("actor", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("cause", Uuid, nullable=False),
    Index("reminders_of_block", "block_id", "period_id"),
)
"""Who was reminded of a report, at most once a day: ``by`` is the post that asked for it (none: the clock), ``actor`` the account,
``on_day`` the business day in Vietnam."""

first_heard = Table(
    "first_heard",
    metadata,
    Column("type", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""When an event of each type was heard for the first time, in real time: what was long past by then is not told as news.

It is written once and decides for good, so that the same events make the same messages however often and late they come.
"""

messages = Table(
    "messages",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("post", Text, nullable=False),
    Column("scope_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("cause", Uuid, nullable=False),
    Column("about_id", Uuid, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("read_at", DateTime(timezone=True)),
    UniqueConstraint("post", "scope_id", "cause", "channel", name="one_message_per_recipient_and_cause"),
    Index("messages_of_post", "post", "scope_id", "posted_at"),
)
"""``posted_at`` is business time; ``cause`` is the event that the message tells of."""
