"""Who stands on a board: asked of blocks and moves, never stored."""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Uuid,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from scoring.tables.boards import boards
from scoring.tables.facts import blocks, moves, periods

_COUNTS = """extract(year FROM {move}.from_on) <= blocks.year AND {move}.until_year >= blocks.year
      AND ({move}.from_on <= periods.closes_on) IS NOT FALSE"""
"""A move counts for the blocks of its years, and for periods that close on its day or later."""

MEMBERS: Final = literal_column(
    f"""ARRAY(
    SELECT formed FROM unnest(blocks.members) AS formed WHERE NOT EXISTS (
      SELECT FROM moves WHERE moves.unit_id = formed AND {_COUNTS.format(move="moves")})
    UNION ALL SELECT came.unit_id FROM moves AS came
    WHERE came.block_id = blocks.block_id AND {_COUNTS.format(move="came")} AND NOT EXISTS (
      SELECT FROM moves AS later
      WHERE later.unit_id = came.unit_id AND later.from_on > came.from_on AND {_COUNTS.format(move="later")}))""",  # noqa: S608
    ARRAY(Uuid),
)
"""Who stands on a board, asked beside ``blocks`` and ``periods``: as the block was formed, and as units moved until the period
closes. So the board of a period that has closed keeps its members for good, and that of one that has not follows.
"""

REPORTS_IN: Final = or_(
    blocks.c.year == periods.c.year,
    exists().where(boards.c.period_id == periods.c.period_id, boards.c.block_id == blocks.c.block_id),
)
"""Whether a block reports in a period, asked beside both: it is one of the year of its campaign, or has a board there. The year
of a period that was heard of before years were kept may be that of its last day only.
"""


def moved(unit_id: ColumnElement[Any], year: ColumnElement[Any]) -> Any:
    """Ask, beside ``periods``, where a unit has moved in blocks of a year until the period closes; no row if it has not."""
    return (
        select(moves.c.unit_id, moves.c.block_id)
        .where(
            moves.c.unit_id == unit_id,
            func.extract("year", moves.c.from_on) <= year,
            moves.c.until_year >= year,
            (moves.c.from_on <= periods.c.closes_on).is_not(false()),
        )
        .order_by(moves.c.from_on.desc())
        .limit(1)
        .lateral("moved")
    )
