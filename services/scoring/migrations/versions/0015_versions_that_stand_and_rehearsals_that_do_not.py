"""A rescoring keeps what was newest when it was asked for: until something newer is published, its version stands.

A rehearsal says who threw it away, and when.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("rescorings", sa.Column("newest", sa.Integer(), nullable=True))
    # The ids of rescorings and of events tell when each came; a version that was published after is none of theirs.
    op.execute(
        """UPDATE rescorings SET newest = CASE WHEN NOT back THEN sheet_version ELSE greatest(sheet_version, (
          SELECT max(CAST(said -> 'data' ->> 'version' AS integer)) FROM (
            SELECT id, CAST(convert_from(bytes, 'UTF8') AS json) AS said FROM event_log
            WHERE type = 'scoring.sheet_published.v1') AS told
          WHERE told.id < rescorings.rescoring_id
            AND CAST(said -> 'data' ->> 'sheet_id' AS uuid) = rescorings.sheet_id)) END"""
    )
    op.alter_column("rescorings", "newest", nullable=False)
    op.add_column("rehearsals", sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rehearsals", sa.Column("discarded_by", sa.Text(), nullable=True))
