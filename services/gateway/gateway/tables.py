"""The gateway's tables: who may sign in, as which post, and who is signed in."""

from sqlalchemy import Column, DateTime, ForeignKey, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.db import new_metadata

metadata = new_metadata()

accounts = Table(
    "accounts",
    metadata,
    Column("account", Text, primary_key=True),
    Column("post", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("grants", JSONB, nullable=False),
)
"""``post`` is what pages show; ``grants`` are role × scope; ``password`` is an argon2id hash."""

sessions = Table(
    "sessions",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("account", Text, ForeignKey(accounts.c.account), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
"""``token`` is the SHA-256 of the cookie: a copy of this table signs nobody in."""
