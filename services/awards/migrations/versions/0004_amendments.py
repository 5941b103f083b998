"""People change and confirm facts of a rule pack: each revision says what was changed, by whom and when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("packs", sa.Column("change", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("packs", sa.Column("recorded_by", sa.Text(), nullable=True))
    op.add_column("packs", sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))
