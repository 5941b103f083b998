"""Every version of a sheet is kept, and which of them stands: a rescoring may go back to an older one.

Of sheets that were published before only the newest version is known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.drop_constraint("sheets_pkey", "sheets")
    op.create_primary_key("sheets_pkey", "sheets", ["sheet_id", "version"])
    op.create_table(
        "rescorings",
        sa.Column("rescoring_id", sa.Uuid, primary_key=True),
        sa.Column("sheet_id", sa.Uuid, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("newest", sa.Integer, nullable=False),
        sa.Column("period_id", sa.Uuid),
    )
