"""The statutory statistics forms: how each looks, what the office typed into it, and what it said when it was handed in."""

from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, Select, SmallInteger, Table, Text, select
from sqlalchemy.dialects.postgresql import JSONB

from registry.tables.base import metadata

statistic_forms = Table(
    "statistic_forms",
    metadata,
    Column("form", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("document", JSONB, nullable=False),
    Column("change", JSONB(none_as_null=True)),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)
"""Every revision stays: what was handed in names its own. ``change`` is what people changed in it here, and why."""

statistic_cells = Table(
    "statistic_cells",
    metadata,
    Column("form", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("line", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("value", BigInteger),
    Column("beside", BigInteger),
    Column("note", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)
"""A typed cell (row ``line``, column ``place``) with all its versions, never overwritten; no ``value`` = taken back.

``beside`` is what the system counted there when it was typed.
"""

statistic_closings = Table(
    "statistic_closings",
    metadata,
    Column("form", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("submitted_on", Date, nullable=False),
    Column("document_number", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)
"""A form as it was handed in, the ``number``-th time: its canonical text, whose SHA-256 is the fingerprint."""


def newest_form(form: str | None = None) -> Select[Any]:
    """Ask for each form as it stands, or for one."""
    query = select(statistic_forms).distinct(statistic_forms.c.form)
    query = query.order_by(statistic_forms.c.form, statistic_forms.c.revision.desc())
    return query if form is None else query.where(statistic_forms.c.form == form)


def newest_cells(form: str, year: int) -> Select[Any]:
    """Ask for what was typed last into each cell of a form's year."""
    table = statistic_cells.c
    return (
        select(statistic_cells)
        .distinct(table.line, table.place)
        .where(table.form == form, table.year == year)
        .order_by(table.line, table.place, table.version.desc())
    )
