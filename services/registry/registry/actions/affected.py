"""What a decision about units would touch in the year's blocks, reports, pledges and targets."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from registry import rules
from registry.actions.bodies import AffectedBlock, AffectedPeriod, AffectedPledge, AffectedYear, ChangeBody

_STANDING: Final = frozenset(
    {rules.ChangeKind.MOVED, rules.ChangeKind.MERGED, rules.ChangeKind.SPLIT, rules.ChangeKind.CLOSED}
)
_BLOCKS: Final = text(
    """SELECT at.unit_id, at.year, at.block_id AS from_block_id,
      CASE WHEN led.from_on IS NULL THEN at.unit_id IN (blocks.head_unit_id, blocks.deputy_unit_id)
        ELSE at.unit_id IN (led.head_unit_id, led.deputy_unit_id) END IS TRUE AS leads
    FROM (SELECT DISTINCT ON (year, unit_id) year, unit_id, block_id FROM block_members
      WHERE unit_id = ANY(CAST(:units AS uuid[])) AND year >= :year AND (year > :year OR from_on <= :day)
      ORDER BY year, unit_id, from_on DESC) AS at
    JOIN blocks ON blocks.block_id = at.block_id
    LEFT JOIN LATERAL (SELECT from_on, head_unit_id, deputy_unit_id FROM block_heads
      WHERE block_heads.block_id = at.block_id AND block_heads.from_on <= :day ORDER BY from_on DESC LIMIT 1) AS led ON true
    ORDER BY at.year, at.unit_id"""
)
_PERIODS: Final = text(
    """SELECT wanted.unit_id, periods.period_id, periods.name, reports.state, coalesce(reports.late, false) AS late,
      CAST(timezone('Asia/Ho_Chi_Minh', periods.closes_at) AS date) >= :day AS follows
    FROM unnest(CAST(:units AS uuid[])) AS wanted (unit_id)
    JOIN campaigns ON campaigns.year = :year
    JOIN periods ON periods.campaign_id = campaigns.campaign_id
    LEFT JOIN reports ON reports.period_id = periods.period_id AND reports.unit_id = wanted.unit_id
    ORDER BY wanted.unit_id, periods.opens_at, periods.period_id"""
)
_YEARS: Final = text(
    """SELECT wanted.unit_id, CAST(:year AS int) AS year, year_records.pledged_on,
      (SELECT coalesce(sum(jsonb_array_length(targets.targets)), 0) FROM targets
        JOIN campaigns ON campaigns.campaign_id = targets.campaign_id AND campaigns.year = :year
        WHERE targets.unit_id = wanted.unit_id) AS targets
    FROM unnest(CAST(:units AS uuid[])) AS wanted (unit_id)
    LEFT JOIN year_records ON year_records.unit_id = wanted.unit_id AND year_records.year = :year
    ORDER BY wanted.unit_id"""
)

_PLEDGES: Final = text(
    """SELECT pledges.unit_id, pledges.campaign_id, campaigns.name AS campaign, pledges.state, pledges.pledged_on
    FROM pledges JOIN campaigns ON campaigns.campaign_id = pledges.campaign_id AND campaigns.year = :year
    WHERE pledges.unit_id = ANY(CAST(:units AS uuid[]))
    ORDER BY pledges.unit_id, campaigns.starts_on, pledges.campaign_id"""
)


def _asked(body: ChangeBody, plan: Collection[rules.Planned]) -> dict[str, object]:
    """Name the units whose place in the year changes: those that move, and those that end."""
    moving = [each.unit_id for each in plan if each.kind in _STANDING]
    return {"units": moving, "year": body.effective_on.year, "day": body.effective_on}


async def affected_blocks(
    db: AsyncConnection, body: ChangeBody, plan: Collection[rules.Planned]
) -> tuple[AffectedBlock, ...]:
    """Give where units leave a block, of that year or of one that is formed already, and where they enter one."""
    asked = _asked(body, plan)
    to = {each.unit_id: each.sets.get("block_id") for each in plan if each.sets.get("block_id")}
    left = (
        [
            AffectedBlock(**row, to_block_id=to.pop(row["unit_id"], None))
            for row in (await db.execute(_BLOCKS, asked)).mappings()
            # A move is one of its year only; who ends is gone from all that follow.
            if row["year"] == body.effective_on.year or body.kind is not rules.ActKind.MOVE
        ]
        if asked["units"]
        else []
    )
    entered = [
        AffectedBlock(
            unit_id=unit_id, year=body.effective_on.year, from_block_id=None, to_block_id=block_id, leads=False
        )
        for unit_id, block_id in to.items()
    ]
    return (*left, *entered)


async def affected_periods(
    db: AsyncConnection, body: ChangeBody, plan: Collection[rules.Planned]
) -> tuple[AffectedPeriod, ...]:
    """Give the year's periods: those that close on that day or later follow, the others stay as they are."""
    return tuple(AffectedPeriod(**row) for row in (await db.execute(_PERIODS, _asked(body, plan))).mappings())


async def affected_years(
    db: AsyncConnection, body: ChangeBody, plan: Collection[rules.Planned]
) -> tuple[AffectedYear, ...]:
    """Give what was assigned for that year, and the day of registration that the unit wrote into its figures."""
    asked = {name: value for name, value in _asked(body, plan).items() if name != "day"}
    return tuple(AffectedYear(**row) for row in (await db.execute(_YEARS, asked)).mappings())


async def affected_pledges(
    db: AsyncConnection, body: ChangeBody, plan: Collection[rules.Planned]
) -> tuple[AffectedPledge, ...]:
    """Give the pledges for campaigns of that year, as each stands."""
    asked = {name: value for name, value in _asked(body, plan).items() if name != "day"}
    return tuple(AffectedPledge(**row) for row in (await db.execute(_PLEDGES, asked)).mappings())
