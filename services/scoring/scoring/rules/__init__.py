"""How points are computed and places given: pure functions on a sheet and what a unit reported.

Sources: two score sheets in use in 2025 (`data/sheets/README.md`); amounts are exact decimals throughout.
"""

from scoring.rules.columns import (
    REVIEWS,
    Looked,
    Standings,
    Verdict,
    conclude,
    counts,
    in_column,
    looked,
    newest,
    reported,
    said,
    seen_by,
    sentence,
    to_look_at,
)
from scoring.rules.cross_checks import Objection, objected, rotation, still_open
from scoring.rules.differences import differences
from scoring.rules.disclosure import Audience, disclose, disclose_placed, disclose_row
from scoring.rules.faults import unpaid
from scoring.rules.history import Told, fold
from scoring.rules.kinds.base import KnownAward
from scoring.rules.nearby import Neighbours, nearby, neighbours
from scoring.rules.points import Remembered, asks_for_awards, asks_for_leaders, lead, say, score
from scoring.rules.ranking import DECIDERS, Ranked, Standing, Vote, equals, leader_points, rank, standing
from scoring.rules.reasons import A_REASON, is_reason
from scoring.rules.reviewing import Look, LookFault, codes_of, faults_of
from scoring.rules.rulings import appealed, faults_of_ruling, is_of_points, line_of, points_of
from scoring.rules.shapes import Block, Facts, Group, Part, Score
from scoring.rules.sheet import ConcludedBy, Criterion, CriterionGroup, Role, Sheet, TieBreak, form_criteria
from scoring.rules.snapshots import (
    Snapshot,
    Waiting,
    canonical,
    digest,
    fingerprint,
    fingerprint_of_city,
    snapshot,
    waiting,
)
from scoring.rules.trying import Trial, Tried

__all__ = [
    "A_REASON",
    "DECIDERS",
    "REVIEWS",
    "Audience",
    "Block",
    "ConcludedBy",
    "Criterion",
    "CriterionGroup",
    "Facts",
    "Group",
    "KnownAward",
    "Look",
    "LookFault",
    "Looked",
    "Neighbours",
    "Objection",
    "Part",
    "Ranked",
    "Remembered",
    "Role",
    "Score",
    "Sheet",
    "Snapshot",
    "Standing",
    "Standings",
    "TieBreak",
    "Told",
    "Trial",
    "Tried",
    "Verdict",
    "Vote",
    "Waiting",
    "appealed",
    "asks_for_awards",
    "asks_for_leaders",
    "canonical",
    "codes_of",
    "conclude",
    "counts",
    "differences",
    "digest",
    "disclose",
    "disclose_placed",
    "disclose_row",
    "equals",
    "faults_of",
    "faults_of_ruling",
    "fingerprint",
    "fingerprint_of_city",
    "fold",
    "form_criteria",
    "in_column",
    "is_of_points",
    "is_reason",
    "lead",
    "leader_points",
    "line_of",
    "looked",
    "nearby",
    "neighbours",
    "newest",
    "objected",
    "points_of",
    "rank",
    "reported",
    "rotation",
    "said",
    "say",
    "score",
    "seen_by",
    "sentence",
    "snapshot",
    "standing",
    "still_open",
    "to_look_at",
    "unpaid",
    "waiting",
]
