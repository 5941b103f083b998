"""How far each rescoring has come."""

from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    case,
    func,
    or_,
    select,
    text,
)

from scoring.tables.base import metadata
from scoring.tables.facts import blocks, reports
from scoring.tables.scores import scores
from scoring.tables.sheets import sheets

rescorings = Table(
    "rescorings",
    metadata,
    Column("rescoring_id", Uuid, primary_key=True),
    Column("sheet_id", Uuid, nullable=False, index=True),
    Column("sheet_version", Integer, nullable=False),
    Column("period_id", Uuid),
    Column("reason", Text),
    Column("back", Boolean, nullable=False, server_default="false"),
    Column("newest", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("after_period", Uuid, nullable=False),
    Column("after_block", Uuid, nullable=False),
    Column("boards", Integer, nullable=False),
    Column("boards_done", Integer, nullable=False),
    Column("scores_done", Integer, nullable=False),
    Column("points_changed", Integer, nullable=False),
    Column("places_changed", Integer, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Index("rescorings_running", "sheet_id", unique=True, postgresql_where=text("ended_at IS NULL")),
)
"""How far each rescoring has come: boards up to (``after_period``, ``after_block``) are done. Its id is its ripple's.

``back`` tells that the version was named though there was a newer one, ``newest``, for a ``reason``: until something newer than
that is published, reports that come are scored by it too. What it changed is not kept a second time: that stands in its events, in the log.
"""


def stands(sheet_id: ColumnElement[Any], period_id: ColumnElement[Any]) -> ColumnElement[int | None]:
    """Ask by which version of a sheet a report of a period is scored; none of a sheet that has not been published.

    It is the one that the last rescoring of the period put everybody on, so that boards that went back stay on one version; the
    newest where there was none, or where something newer was published since.
    """
    newest = select(func.max(sheets.c.version)).where(sheets.c.sheet_id == sheet_id).scalar_subquery()
    asked = (
        select(case((rescorings.c.newest == newest, rescorings.c.sheet_version)))
        .where(
            rescorings.c.sheet_id == sheet_id,
            or_(rescorings.c.period_id.is_(None), rescorings.c.period_id == period_id),
        )
        .order_by(rescorings.c.rescoring_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(asked, newest)


SCORED_BY: Final = case(
    (
        and_(
            scores.c.sheet_id == blocks.c.sheet_id,
            scores.c.block_id == blocks.c.block_id,
            scores.c.report_version == reports.c.version,
            ~scores.c.withdrawn,
        ),
        scores.c.sheet_version,
    ),
    else_=stands(blocks.c.sheet_id, reports.c.period_id),
)
"""By which version of the sheet of its block a report is scored, asked beside ``reports``, ``blocks`` and outer-joined ``scores``.

By the one that it was scored by, while it is the same report in the same block on the same sheet: what is said or learnt of it
later gives no unit of a board another version than the rest, that is a rescoring's to give. Else by the one that ``stands``.
"""
NEWEST: Final = select(func.max(sheets.c.version)).where(sheets.c.sheet_id == blocks.c.sheet_id).scalar_subquery()
"""The newest version of the sheet of a block, asked beside ``blocks``: no score on its board stands on a later one."""
