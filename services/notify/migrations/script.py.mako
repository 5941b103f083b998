"""${message.capitalize()}."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "${up_revision}"
down_revision = ${'"' + down_revision + '"' if down_revision else "None"}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
