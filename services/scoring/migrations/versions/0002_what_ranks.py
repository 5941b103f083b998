"""What of a score decides its place stands in columns: a board reads it of all its units."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_AMOUNTS = ("maximum", "content", "penalty", "tie_points", "tie_maximum")


def upgrade() -> None:
    for name in _AMOUNTS:
        op.add_column("scores", sa.Column(name, sa.Numeric()))
    op.add_column("scores", sa.Column("disqualified", sa.Boolean()))
    read = ", ".join(f"{name} = (score->>'{name}')::numeric" for name in _AMOUNTS)
    op.execute(f"UPDATE scores SET {read}, disqualified = score->'disqualified' <> '[]'::jsonb")  # noqa: S608 - no input
    for name in (*_AMOUNTS, "disqualified"):
        op.alter_column("scores", name, nullable=False)
