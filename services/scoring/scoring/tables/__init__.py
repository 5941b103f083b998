"""Scoring's tables: sheets, the facts it heard of, and what it made of them."""

from scoring.tables.appeals import PUBLISHED_AT, appeal_steps, appeals, published_on
from scoring.tables.base import metadata
from scoring.tables.beside import BESIDE, recognised
from scoring.tables.boards import RANK, boards, membership, places, rank_of, ranked
from scoring.tables.cross_checks import CHECKED, CHECKED_HERE, OBJECTED, cross_checks, objections
from scoring.tables.drafts import sheet_drafts
from scoring.tables.facts import blocks, moves, periods, reports, targets
from scoring.tables.members import MEMBERS, REPORTS_IN, moved
from scoring.tables.publications import NOTHING_LATER, publications, published_places, published_scores
from scoring.tables.rehearsals import rehearsals, rehearsed
from scoring.tables.rescorings import NEWEST, SCORED_BY, rescorings, stands
from scoring.tables.scores import scores
from scoring.tables.sheets import sheets
from scoring.tables.verdicts import REVIEWED, verdicts
from scoring.tables.votes import block_votes

__all__ = [
    "BESIDE",
    "CHECKED",
    "CHECKED_HERE",
    "MEMBERS",
    "NEWEST",
    "NOTHING_LATER",
    "OBJECTED",
    "PUBLISHED_AT",
    "RANK",
    "REPORTS_IN",
    "REVIEWED",
    "SCORED_BY",
    "appeal_steps",
    "appeals",
    "block_votes",
    "blocks",
    "boards",
    "cross_checks",
    "membership",
    "metadata",
    "moved",
    "moves",
    "objections",
    "periods",
    "places",
    "publications",
    "published_on",
    "published_places",
    "published_scores",
    "rank_of",
    "ranked",
    "recognised",
    "rehearsals",
    "rehearsed",
    "reports",
    "rescorings",
    "scores",
    "sheet_drafts",
    "sheets",
    "stands",
    "targets",
    "verdicts",
]
