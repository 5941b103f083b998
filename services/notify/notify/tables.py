"""What notify keeps: the messages, and the names it needs to word them."""

from sqlalchemy import Column, Date, DateTime, Index, Integer, MetaData, Table, Text, UniqueConstraint, Uuid

metadata = MetaData()

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
)

periods = Table(
    "periods",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
)

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
