"""The facts of law that files are kept by."""

from typing import Final

from sqlalchemy import select

from chassis.db import Read
from registry import rules
from registry.queries.paging import Row
from registry.tables import law_decisions
from registry.tables.law import decided


async def law(db: Read) -> Row:
    """Give every fact as it stands, and what people decided, newest first."""
    known = await decided(db)
    shown = [law_decisions.c[name] for name in ("code", "version", "change", "recorded_by", "recorded_at")]
    rows = await db.execute(select(*shown).order_by(law_decisions.c.recorded_at.desc()).limit(_SHOWN))
    return {
        "facts": [rules.provision_stands(code, known.get(code)) for code in rules.PROVISIONS],
        "changes": [dict(row) for row in rows.mappings()],
    }


_SHOWN: Final = 100
