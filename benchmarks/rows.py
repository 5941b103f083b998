"""What both sides of a comparison ended with: the rows that the same reports must have led to, whoever was quicker.

Rows that hang on who came together with whom (versions, previous ranks, what a title says of a leader) are held against one
another only where every report came alone.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from house import House


@dataclass(frozen=True)
class Kept:
    """A table, which of its columns must agree whenever the last reports were the same, and which when all were."""

    service: str
    table: str
    always: str
    """Empty where rows can be the same only when every report came alone."""
    alone: str = ""


def _events(service: str) -> Kept:
    """Hold the log's events against one another by their size: ids and moments in them are always other ones."""
    return Kept(service, "event_log", "", "type, subject, length(bytes)")


SCORED: Final = (
    _events("registry"),
    _events("scoring"),
    Kept(
        "scoring",
        "reports",
        "period_id, unit_id, campaign_id, block_id, values, late, withdrawn, late_days, late_days_sent",
        "version",
    ),
    Kept(
        "scoring",
        "scores",
        """period_id, unit_id, campaign_id, block_id, sheet_id, sheet_version, points, percent, maximum, content, penalty,
        tie_points, tie_maximum, disqualified, ties, score, inputs, withdrawn, self_points, block_points, appraisal_points,
        appraised""",
        "version, report_version",
    ),
    Kept("scoring", "places", "period_id, block_id, unit_id, among, points, percent, decided_by", "previous_rank"),
    Kept(
        "scoring",
        "boards",
        """period_id, block_id, members, ranked, leader_points, votes,
        membership = (SELECT number FROM membership) AS in_order""",
        "version",
    ),
)
JUDGED: Final = (
    _events("awards"),
    Kept("awards", "score_versions", "period_id, unit_id, block_id, points, percent", "version"),
    Kept("awards", "boards", "period_id, block_id, ranked, leader_points", "version"),
    Kept("awards", "standings", "period_id, unit_id, block_id, percent, among, points", "board_version"),
    Kept("awards", "verdicts", "unit_id, year, title, pack, pack_revision, verdict", "assessment, inputs"),
)

Rows = Mapping[str, Counter[tuple[Any, ...]]]
"""By service and table."""


async def rows(house: House, tables: tuple[Kept, ...], *, alone: bool) -> Rows:
    """Give all rows of these tables; ``alone`` says that every report was taken up before the next was sent."""
    return {
        f"{each.service}.{each.table}": Counter(map(tuple, await house.rows(each.service, question)))
        for each in tables
        if (question := _question(each, alone=alone))
    }


def _question(kept: Kept, *, alone: bool) -> str | None:
    columns = ", ".join(filter(None, (kept.always, kept.alone if alone else "")))
    return f"SELECT {columns} FROM {kept.table}" if columns else None


def difference(ours: Rows, theirs: Rows) -> str | None:
    """Say where two sides have other rows, with one of each; of a table that only one has nothing can be said."""
    for table in ours.keys() & theirs.keys():
        if ours[table] != theirs[table]:
            mine, its = ours[table] - theirs[table], theirs[table] - ours[table]
            first = [min(each, key=str, default=None) for each in (mine, its)]
            return f"{table}: {mine.total()} and {its.total()} rows differ, such as {first[0]} and {first[1]}"
    return None
