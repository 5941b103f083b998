"""What is counted, and who is found by the number of a decision, goes by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_FOLDED = "regexp_replace(replace(normalize(lower(decision_number), NFD), 'đ', 'd'), '[\u0300-\u036f]', '', 'g')"


def upgrade() -> None:
    op.create_index("units_of_kind", "units", ["kind", "unit_id"])
    op.create_index(
        "units_ended",
        "units",
        ["unit_id", "valid_from", "ended_on"],
        postgresql_where=sa.text("ended_on IS NOT NULL"),
    )
    op.create_index("block_members_of_year", "block_members", ["year", "unit_id", "from_on", "block_id"])
    op.create_index(
        "reports_sent", "reports", ["period_id", "unit_id"], postgresql_where=sa.text("receipt_number IS NOT NULL")
    )
    for table in ("unit_changes", "blocks", "block_heads"):
        op.create_index(
            f"{table}_numbered",
            table,
            [sa.literal_column(_FOLDED).label("numbered")],
            postgresql_using="gin",
            postgresql_ops={"numbered": "gin_trgm_ops"},
            postgresql_where=sa.text("decision_number IS NOT NULL"),
        )
