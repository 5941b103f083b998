"""The sheets on which units report, version by version, and which of them stands where."""

from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Integer, Table, Text, Uuid, case, func, null, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import LateralFromClause

from registry.tables.base import metadata

sheets = Table(
    "sheets",
    metadata,
    Column("sheet_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("criteria", JSONB, nullable=False),
)
"""What the registry must know of scoring's sheets to check a report; fed by ``scoring.sheet_published.v1``."""

rescorings = Table(
    "rescorings",
    metadata,
    Column("rescoring_id", Uuid, primary_key=True),
    Column("sheet_id", Uuid, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("newest", Integer, nullable=False),
    Column("period_id", Uuid),
)
"""On which version of a sheet everybody was put, in one period or in all, while ``newest`` was the newest that there was.

Fed by ``scoring.rescoring_advanced.v1``.
"""

EVERY_PERIOD: Final = null()


def standing_sheet(sheet_id: ColumnElement[Any], period_id: ColumnElement[Any]) -> LateralFromClause:
    """Ask for the version of a sheet by which reports of a period are scored, to join by; no row of a sheet not yet heard of.

    As scoring decides it: the version of the last rescoring of the period, and the newest where there was none or where
    something newer was published since. Of versions published before the registry kept each of them only the newest is known:
    that is given where the one asked for is not there.
    """
    every = sheets.alias("every")
    newest = select(func.max(every.c.version)).where(every.c.sheet_id == sheet_id).correlate_except(every)
    asked = (
        select(case((rescorings.c.newest == newest.scalar_subquery(), rescorings.c.version)))
        .where(
            rescorings.c.sheet_id == sheet_id,
            or_(rescorings.c.period_id.is_(None), rescorings.c.period_id == period_id),
        )
        .order_by(rescorings.c.rescoring_id.desc())
        .limit(1)
        # Within a join by LATERAL what is asked by stands two questions out.
        .correlate_except(rescorings)
        .scalar_subquery()
    )
    return (
        select(sheets.c.sheet_id, sheets.c.version, sheets.c.criteria)
        .where(sheets.c.sheet_id == sheet_id)
        .order_by((sheets.c.version == asked).desc().nulls_last(), sheets.c.version.desc())
        .limit(1)
        .lateral("sheet")
    )
