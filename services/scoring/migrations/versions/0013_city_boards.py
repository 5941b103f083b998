"""What stands across all blocks can be asked in order; a rescoring has a reason, and a rehearsal says which codes are others."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("places_of_period", "places", ["period_id", "percent", "unit_id"])
    for name in ("percent", "maximum"):
        op.add_column("published_places", sa.Column(name, sa.Numeric(), nullable=True))
    # What was published stays: written down once more is only what stands in the text beside it.
    op.execute("ALTER TABLE published_places DISABLE TRIGGER published_stays")
    op.execute(
        """UPDATE published_places AS kept
        SET percent = CAST(told ->> 'percent' AS numeric), maximum = CAST(told ->> 'maximum' AS numeric)
        FROM publications, jsonb_array_elements(CAST(publications.board AS jsonb) -> 'rows') AS told
        WHERE (kept.period_id, kept.block_id, kept.number)
            = (publications.period_id, publications.block_id, publications.number)
          AND CAST(told ->> 'unit_id' AS uuid) = kept.unit_id"""
    )
    op.execute("ALTER TABLE published_places ENABLE TRIGGER published_stays")
    op.create_index("published_places_of_period", "published_places", ["period_id", "percent", "unit_id"])
    op.add_column("rescorings", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("rescorings", sa.Column("back", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("rehearsals", sa.Column("codes", JSONB(), nullable=True))
