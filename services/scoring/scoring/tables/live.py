"""The board of a block as it stands now: asked of places, scores and reports, for whoever shows it or publishes it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Prepared
from scoring.tables.boards import boards, places, ranked
from scoring.tables.cross_checks import OBJECTED
from scoring.tables.facts import blocks, periods, reports
from scoring.tables.members import MEMBERS
from scoring.tables.publications import publications
from scoring.tables.scores import scores
from scoring.tables.verdicts import REVIEWED

_published = publications.alias("published")
_newest = (
    select(*[_published.c[name] for name in ("number", "state", "correction", "fingerprint", "at", "by")])
    .add_columns(_published.c.version.label("published_version"))
    .where(_published.c.period_id == bindparam("period_id"), _published.c.block_id == blocks.c.block_id)
    .order_by(_published.c.number.desc())
    .limit(1)
    .lateral("newest")
)
HEAD: Final = Prepared(
    select(
        blocks.c.sheet_id,
        MEMBERS.label("members"),
        boards.c.version,
        boards.c.changed_at,
        periods.c.campaign_id,
        periods.c.closes_on,
        _newest,
    )
    .select_from(blocks)
    .outerjoin(periods, periods.c.period_id == bindparam("period_id"))
    .outerjoin(boards, (boards.c.block_id == blocks.c.block_id) & (boards.c.period_id == bindparam("period_id")))
    .outerjoin(_newest, true())
    .where(blocks.c.block_id == bindparam("block_id"))
)
"""A board without its rows: who stands on it, how often it was given anew, and how it was published last, if it was."""
_OF_BOARD: Final = (ranked.c.period_id == bindparam("period_id"), ranked.c.block_id == bindparam("block_id"))
ORDER: Final = Prepared(select(ranked.c.unit_id, ranked.c.rank).where(*_OF_BOARD))
_RANKED: Final = Prepared(
    text(
        """SELECT (SELECT count(among) FROM places WHERE period_id = :period_id AND block_id = :block_id) AS ranked,
      array_agg(unit_id) AS units, array_agg(rank) AS ranks FROM (
        SELECT unit_id, CAST(among - 1 + rank() OVER (ORDER BY percent DESC) AS integer) AS rank FROM places
        WHERE period_id = :period_id AND block_id = :block_id AND among IS NOT NULL
        ORDER BY percent DESC, among, unit_id LIMIT :most OFFSET :start) AS shown"""
    )
)
"""A page of those who are ranked, in order: read off the index by percent, as far as the page goes. Only members have places."""
_LISTED: Final = Prepared(
    text(
        """WITH listed AS MATERIALIZED (
      SELECT member.unit_id, among, CASE WHEN among > 0 THEN percent END AS percent
      FROM unnest(CAST(:members AS uuid[])) AS member (unit_id)
      LEFT JOIN places ON places.period_id = :period_id AND places.block_id = :block_id AND places.unit_id = member.unit_id)
    SELECT (SELECT count(among) FROM listed) AS ranked, array_agg(unit_id) AS units, array_agg(rank) AS ranks FROM (
      SELECT unit_id, rank FROM (
        SELECT *, CAST(among - 1 + rank() OVER (ORDER BY percent DESC NULLS LAST) AS integer) AS rank FROM listed) AS counted
      WHERE unit_id = ANY (CAST(:only AS uuid[])) OR CAST(:only AS uuid[]) = '{}'
      ORDER BY percent DESC NULLS LAST, among, unit_id LIMIT :most OFFSET :start) AS shown"""
    )
)
"""How many members are ranked, and those asked for in the board's order, with their ranks: all who are not ranked come last."""
_FIGURES: Final = Prepared(
    select(
        *[places.c[name] for name in ("unit_id", "previous_rank", "points", "percent", "decided_by")],
        *[scores.c.score[name].label(name) for name in ("maximum", "groups", "bonus", "penalty", "disqualified")],
        reports.c.late,
        scores.c.sheet_version,
    )
    .join(scores, (scores.c.period_id == places.c.period_id) & (scores.c.unit_id == places.c.unit_id))
    .join(reports, (reports.c.period_id == places.c.period_id) & (reports.c.unit_id == places.c.unit_id))
    .where(places.c.period_id == bindparam("period_id"), places.c.block_id == bindparam("block_id"))
    .where(places.c.unit_id == any_(bindparam("units", type_=ARRAY(Uuid))))
)
"""Of each score what stands on the board, not the sentences, nor the rank, which ``_LISTED`` gives."""

OPEN: Final = Prepared(
    text(
        """SELECT
      (SELECT count(*) FROM reports LEFT JOIN scores USING (period_id, unit_id)
        WHERE reports.period_id = :period_id AND reports.unit_id = ANY (CAST(:members AS uuid[])) AND NOT reports.withdrawn
          AND (scores.report_version IS NULL OR scores.report_version < reports.version
            OR scores.block_id <> CAST(CAST(:block AS text) AS uuid))) AS unscored,
      (SELECT count(*) FROM dead_letter WHERE state = 'parked'
        AND (type NOT LIKE 'registry.report%' OR position(convert_to(CAST(:block AS text), 'UTF8') IN payload) > 0)) AS letters,
      (SELECT count(*) FROM rescorings WHERE ended_at IS NULL AND sheet_id = :sheet_id
        AND (period_id IS NULL OR period_id = :period_id)) AS rescorings,
      (SELECT count(*) FROM appeals WHERE period_id = :period_id AND block_id = CAST(CAST(:block AS text) AS uuid)
        AND state IN ('filed', 'taken_up')) AS appeals,
      (SELECT json_agg(json_build_object('own', own, 'version', sheet_version, 'units', units) ORDER BY own DESC, sheet_version)
        FROM (SELECT sheet_id = :sheet_id AS own, sheet_version, count(*) AS units FROM scores
          WHERE period_id = :period_id AND unit_id = ANY (CAST(:members AS uuid[])) AND NOT withdrawn
          GROUP BY 1, 2) AS stood) AS versions,
      (SELECT closes_on >= CAST((clock_timestamp() + ahead) AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date)
        FROM periods, business_clock WHERE period_id = :period_id) AS not_closed"""
    )
)
"""What must be settled before a board can be final. A letter with a report concerns the block that it names; what any other
letter would change nobody can say without reading it, so it concerns every board. A member whose score stands on another board is
not scored on this one yet.
"""

LOOKED_AT: Final = Prepared(
    text(
        f"""SELECT scores.sheet_id, scores.sheet_version, scores.appraised, targets.targets, reports.values AS reported,
      {REVIEWED} AS reviewed, {OBJECTED} AS objected, cross_checks.by_unit IS NOT NULL AS checked
    FROM scores JOIN reports USING (period_id, unit_id)
    LEFT JOIN targets ON targets.campaign_id = reports.campaign_id AND targets.unit_id = reports.unit_id
    LEFT JOIN cross_checks
      ON cross_checks.period_id = reports.period_id AND cross_checks.unit_id = reports.unit_id
        AND cross_checks.by_unit <> cross_checks.unit_id AND cross_checks.block_id = scores.block_id
    WHERE scores.period_id = :period_id AND scores.unit_id = ANY (CAST(:members AS uuid[]))
      AND NOT scores.withdrawn AND NOT reports.withdrawn"""  # noqa: S608 - our own words
    )
)
"""How far the looking at a board's reports is: what counts of it is for ``rules.publishing`` to say."""


async def listed(
    db: AsyncConnection,
    key: Mapping[str, Any],
    members: Sequence[UUID],
    *,
    only: Sequence[UUID] = (),
    start: int = 0,
    most: int | None = None,
) -> tuple[int, list[UUID], dict[UUID, dict[str, Any]]]:
    """Give how many of a board's members are ranked, those asked for in its order, and the figures of who reported.

    Ranks are counted once, over the whole board, as it is put in order.
    """
    asked = {**key, "members": members, "only": only, "start": start, "most": most}
    number, units, ranks = 0, None, None
    if most is not None and not only:
        ((number, units, ranks),) = await _RANKED.rows(db, asked)
    if len(units or ()) != most:
        # Of the whole board, and on pages that go beyond those who are ranked, members stand who have no place.
        ((number, units, ranks),) = await _LISTED.rows(db, asked)
    rank = dict(zip(units or (), ranks or (), strict=True))
    found = await _FIGURES.rows(db, {**key, "units": list(rank)})
    return number, list(rank), {row["unit_id"]: {**row, "rank": rank[row["unit_id"]]} for row in found}


def open_in(own: Mapping[str, Any], head: Any) -> dict[str, Any]:
    """Give what ``OPEN`` asks by, of a board and its ``HEAD``."""
    return {
        "period_id": own["period_id"],
        "block": str(own["block_id"]),
        "sheet_id": head.sheet_id,
        "members": head.members,
    }
