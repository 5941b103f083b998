"""Leaders: what the units of a block have together, for sheets that score against the best of it.

They are found anew from the facts of all units of the board, under its lock. A score keeps those that it was computed
against among its inputs: where they are others now, it is computed again, by the version of the sheet that it stands on.
Sheets that ask for no leader pay nothing for this: whether one does is asked once for each version.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text

from chassis.db import Prepared
from chassis.events import Tx
from scoring import rules
from scoring.actions.keys import Key, wanted
from scoring.actions.sheets import Ever, Published
from scoring.tables import BESIDE, REVIEWED, blocks, sheets

LED: Final = Ever('$.** ? (@.rule.kind == "half_plus_leader")')
"""Whether scores on a sheet may ask for leaders."""


async def led_blocks(tx: Tx, block_ids: Collection[UUID]) -> set[UUID]:
    """Give those of these blocks whose sheet asks for leaders."""
    if not block_ids:
        return set()
    newest = (
        select(blocks.c.block_id, blocks.c.sheet_id, func.max(sheets.c.version).label("version"))
        .join(sheets, sheets.c.sheet_id == blocks.c.sheet_id)
        .where(blocks.c.block_id.in_(block_ids))
        .group_by(blocks.c.block_id)
    )
    found = (await tx.db.execute(newest)).all()
    return {row.block_id for row in found if await LED.holds(tx, (row.sheet_id, row.version))}


_ON_BOARD: Final = Prepared(
    text(
        f"""SELECT period_id, scores.unit_id, scores.campaign_id, reports.version, late, reports.values AS reported,
      {REVIEWED} AS reviewed, {BESIDE} AS beside,
      scores.block_id, scores.sheet_id, scores.sheet_version, targets.targets, scores.version AS scored,
      scores.sheet_id AS scored_by, scores.sheet_version AS scored_on, scores.block_id AS scored_in,
      scores.score AS stored, scores.inputs -> 'leaders' AS leaders, false AS unscored, false AS withdrawn, false AS member,
      clock_timestamp() + (SELECT ahead FROM business_clock) AS now
    FROM scores JOIN unnest(CAST(:periods AS uuid[]), CAST(:others AS uuid[])) AS wanted (period_id, block_id)
      USING (period_id, block_id)
    JOIN reports USING (period_id, unit_id)
    LEFT JOIN targets ON targets.campaign_id = reports.campaign_id AND targets.unit_id = reports.unit_id
    WHERE NOT scores.withdrawn AND NOT reports.withdrawn"""  # noqa: S608 - our own words
    )
)


async def on_boards(tx: Tx, boards: Collection[Key]) -> list[Any]:
    """Give what was scored on these boards, as it stands there, with what it is computed from and against."""
    return await _ON_BOARD.rows(tx.db, wanted(boards))


class Leaders:
    """The leaders of some boards, by the facts of the units that stand on them."""

    def __init__(self, members: Mapping[Key, Collection[UUID]], units: Iterable[tuple[Key, UUID, rules.Facts]]) -> None:
        self._units: dict[Key, list[rules.Facts]] = defaultdict(list)
        for board, unit_id, given in units:
            if unit_id in members.get(board, ()):
                self._units[board].append(given)
        self._found: dict[tuple[Key, Published], rules.Block] = {}

    def of(self, board: Key, sheet: rules.Sheet) -> rules.Block:
        """Give the leaders by which scores on this sheet are computed on this board.

        Whether the block has closed is asked when they are shown: no score changes only because a day has passed.
        """
        assert sheet.sheet_id is not None
        key = board, (sheet.sheet_id, sheet.version)
        if key not in self._found:
            self._found[key] = rules.lead(sheet, self._units[board], closed=False)
        return self._found[key]


def told(block: rules.Block | None) -> dict[str, str]:
    """Give leaders as a score keeps them: fractions as their text, for they are exact."""
    return {code: str(Fraction(over)) for code, over in sorted(block.leaders.items())} if block else {}
