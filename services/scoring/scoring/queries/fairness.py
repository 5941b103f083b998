"""How those who look at reports differ: between two columns, between reviewers, and criteria that tell nobody apart.

Each is a question or two whatever the number of units; what they cost stands in docs/adr/0017.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text

from chassis.db import Prepared, Read
from scoring.queries.columns import columns_of

Row = dict[str, Any]

PAIRS: Final[Mapping[str, tuple[str, str]]] = {
    "self-block": ("self", "block"),
    "self-appraisal": ("self", "appraisal"),
    "block-appraisal": ("block", "appraisal"),
}
_DIFFERING: Final = """SELECT unit_id, block_id, {first}_points AS first, {second}_points AS second, maximum
    FROM scores WHERE period_id = :period_id AND self_points IS NOT NULL AND NOT withdrawn
      AND abs({first}_points - {second}_points) >= greatest(:least, maximum * :percent / 100)
      AND (CAST(:of_block AS uuid) IS NULL OR block_id = :of_block)
    ORDER BY abs({first}_points - {second}_points) / nullif(maximum, 0) DESC NULLS LAST, unit_id LIMIT :most OFFSET :skip"""
_QUESTIONS: Final = {
    pair: Prepared(text(_DIFFERING.format(first=first, second=second))) for pair, (first, second) in PAIRS.items()
}


class Least(NamedTuple):
    """How far apart: in points, and in percent of the unit's applicable maximum, for one sheet has 100 points, another 950."""

    points: Decimal
    percent: Decimal


async def discrepancies(
    db: Read, period_id: UUID, pair: str, *, least: Least, block_id: UUID | None, skip: int, most: int
) -> Row:
    """List the units whose totals in two columns lie that far or more apart, the farthest by its maximum first, with the
    lines that make the difference: what each adds to the total, a penalty as what it takes.

    A unit that one of the two has not looked at is not listed. Two questions for a page.
    """
    first, second = PAIRS[pair]
    asked = {
        "period_id": period_id,
        "least": least.points,
        "percent": least.percent,
        "of_block": block_id,
        "most": most + 1,
        "skip": skip,
    }
    found = await _QUESTIONS[pair].rows(db, asked)
    reports = {row["unit_id"]: row for row in await columns_of(db, period_id, [row.unit_id for row in found[:most]])}
    return {
        "between": [first, second],
        "items": [
            {
                "unit_id": row.unit_id,
                "block_id": row.block_id,
                "first": row.first,
                "second": row.second,
                "maximum": row.maximum,
                "difference": row.second - row.first,
                "lines": [
                    {
                        "criterion": line["criterion"],
                        "first": line["brings"][first],
                        "second": line["brings"][second],
                        "difference": line["brings"][second] - line["brings"][first],
                    }
                    for line in reports[row.unit_id]["lines"]
                    if line["brings"][first] != line["brings"][second]
                ],
            }
            for row in found[:most]
            if row.unit_id in reports
        ],
        "more": len(found) > most,
    }


_OF_BLOCKS: Final = Prepared(
    text(
        """SELECT block_id, count(*) AS units, count(self_points) AS looked_at,
      count(*) FILTER (WHERE points < self_points) AS lowered, count(*) FILTER (WHERE points > self_points) AS raised,
      avg(points - self_points) AS difference, max(abs(points - self_points)) AS largest
    FROM scores WHERE period_id = :period_id AND NOT withdrawn GROUP BY block_id ORDER BY difference NULLS LAST, block_id"""
    )
)
_OF_REVIEWERS: Final = Prepared(
    text(
        """WITH given AS (
      SELECT "column", by_unit, by_post, unit_id, count(*) AS looks, count(*) FILTER (WHERE reason IS NOT NULL) AS changed,
        count(*) FILTER (WHERE value < reported) AS lowered, count(*) FILTER (WHERE value > reported) AS raised
      FROM verdicts WHERE period_id = :period_id AND appeal_id IS NULL GROUP BY "column", by_unit, by_post, unit_id),
    weighed AS (
      SELECT given.*,
        CASE "column" WHEN 'block' THEN block_points ELSE appraisal_points END - self_points AS difference
      FROM given LEFT JOIN scores ON scores.period_id = :period_id AND scores.unit_id = given.unit_id AND NOT withdrawn)
    SELECT "column", by_unit, by_post, CAST(sum(looks) AS integer) AS looks, CAST(sum(changed) AS integer) AS changed,
      CAST(sum(lowered) AS integer) AS lowered, CAST(sum(raised) AS integer) AS raised, count(*) AS units,
      avg(difference) AS difference, -avg(least(difference, 0)) AS taken, avg(greatest(difference, 0)) AS added,
      max(abs(difference)) AS largest
    FROM weighed GROUP BY "column", by_unit, by_post
    ORDER BY avg(difference) NULLS LAST, sum(changed) * 1.0 / sum(looks) DESC, by_post"""
    )
)
_BRINGS: Final = """CASE part ->> 'role' WHEN 'penalty' THEN - CAST(part ->> 'points' AS numeric)
          ELSE CAST(part ->> 'points' AS numeric) + CAST(part ->> 'over' AS numeric) END"""
"""What a line adds to the total, as ``rules.Part.brings`` says it."""
_OF_LINES: Final = Prepared(
    text(
        f"""SELECT sheet_id, max(sheet_version) AS sheet_version, criterion, CAST(sum(units) AS integer) AS units,
      count(*) AS blocks, min(lowest) AS lowest, max(highest) AS highest
    FROM (
      SELECT sheet_id, max(sheet_version) AS sheet_version, part ->> 'criterion' AS criterion, count(*) AS units,
        min({_BRINGS}) AS lowest, max({_BRINGS}) AS highest
      FROM scores, jsonb_array_elements(score -> 'parts') AS part
      WHERE period_id = :period_id AND NOT withdrawn AND CAST(part ->> 'assigned' AS boolean)
        AND part ->> 'role' IN ('content', 'bonus', 'penalty')
      GROUP BY sheet_id, block_id, part ->> 'criterion' HAVING count(*) > 1) AS of_block
    GROUP BY sheet_id, criterion HAVING bool_and(lowest = highest)
    ORDER BY sheet_id, criterion"""  # noqa: S608 - our own words
    )
)
"""Places are given within a block: a line tells nobody apart where in each block with two units or more all got the same."""


async def fairness(db: Read, period_id: UUID) -> Row:
    """Tell, of one period: by block how far self and verified lie apart; by reviewer how often and which way values were
    changed and how many points that took from a unit and gave it on average (of a column, whoever else spoke in it); and the
    criteria on which in every block all units got the same points. Three questions.
    """
    asked = {"period_id": period_id}
    return {
        "period_id": period_id,
        "blocks": [dict(row) for row in await _OF_BLOCKS.rows(db, asked)],
        "reviewers": [dict(row) for row in await _OF_REVIEWERS.rows(db, asked)],
        "same_in_blocks": [dict(row) for row in await _OF_LINES.rows(db, asked)],
    }


_OF_UNITS: Final = Prepared(
    text(
        """SELECT unit_id, block_id, self_points AS self, block_points AS block, appraisal_points AS appraisal,
      points AS final, maximum, points - self_points AS difference
    FROM scores WHERE period_id = :period_id AND self_points IS NOT NULL AND NOT withdrawn
      AND (CAST(:of_block AS uuid) IS NULL OR block_id = :of_block)
    ORDER BY abs(points - self_points) DESC, unit_id LIMIT :most OFFSET :skip"""
    )
)


async def fairness_of_units(db: Read, period_id: UUID, *, block_id: UUID | None, skip: int, most: int) -> Row:
    """List the units at whose reports somebody has looked, self beside verified, those farthest apart first."""
    asked = {"period_id": period_id, "of_block": block_id, "most": most + 1, "skip": skip}
    found = await _OF_UNITS.rows(db, asked)
    return {"items": [dict(row) for row in found[:most]], "more": len(found) > most}
