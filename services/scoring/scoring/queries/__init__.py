"""What scoring can be asked. Everything here reads one snapshot and gives plain rows."""

from scoring.queries.appeals import appeal, appealing, appeals_of
from scoring.queries.boards import THE_OFFICE, Shown, Viewer, board
from scoring.queries.city import CityAsked, Standing, blocks_of_city, city_board
from scoring.queries.columns import columns
from scoring.queries.drafts import draft_differences, draft_trial, drafted_sheet, sheet_draft, sheet_drafts_of
from scoring.queries.fairness import Least, discrepancies, fairness, fairness_of_units
from scoring.queries.history import board_as_of
from scoring.queries.publications import (
    places_of,
    publications_of,
    published_board,
    published_in,
    waiting,
    with_fingerprint,
)
from scoring.queries.rehearsals import rehearsal, rehearsals_held, rehearsed_blocks
from scoring.queries.rescorings import rescored, rescoring, rescorings_of
from scoring.queries.reviews import appraisals, columns_of_block, cross_checks_by, cross_checks_of_block, objected_in
from scoring.queries.scores import awards_of, block_with, published_score, recomputed, score
from scoring.queries.sheets import sheet, sheet_differences, sheet_versions, sheets_in_use, standing_sheet
from scoring.queries.standing import place
from scoring.queries.trying import tried
from scoring.queries.votes import votes

__all__ = [
    "THE_OFFICE",
    "CityAsked",
    "Least",
    "Shown",
    "Standing",
    "Viewer",
    "appeal",
    "appealing",
    "appeals_of",
    "appraisals",
    "awards_of",
    "block_with",
    "blocks_of_city",
    "board",
    "board_as_of",
    "city_board",
    "columns",
    "columns_of_block",
    "cross_checks_by",
    "cross_checks_of_block",
    "discrepancies",
    "draft_differences",
    "draft_trial",
    "drafted_sheet",
    "fairness",
    "fairness_of_units",
    "objected_in",
    "place",
    "places_of",
    "publications_of",
    "published_board",
    "published_in",
    "published_score",
    "recomputed",
    "rehearsal",
    "rehearsals_held",
    "rehearsed_blocks",
    "rescored",
    "rescoring",
    "rescorings_of",
    "score",
    "sheet",
    "sheet_differences",
    "sheet_draft",
    "sheet_drafts_of",
    "sheet_versions",
    "sheets_in_use",
    "standing_sheet",
    "tried",
    "votes",
    "waiting",
    "with_fingerprint",
]
