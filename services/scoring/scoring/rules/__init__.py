"""How points are computed and places given: pure functions on a sheet and what a unit reported.

Sources: law-and-scoring §4.4 and law-exact §9 of the project's domain notes; amounts are exact decimals throughout.
"""

from scoring.rules.differences import differences
from scoring.rules.points import Block, Facts, Group, Part, Score, lead, score
from scoring.rules.ranking import DECIDERS, Ranked, Standing, own_chain, rank, standing
from scoring.rules.sheet import Criterion, CriterionGroup, Role, Sheet, TieBreak, form_criteria

__all__ = [
    "DECIDERS",
    "Block",
    "Criterion",
    "CriterionGroup",
    "Facts",
    "Group",
    "Part",
    "Ranked",
    "Role",
    "Score",
    "Sheet",
    "Standing",
    "TieBreak",
    "differences",
    "form_criteria",
    "lead",
    "own_chain",
    "rank",
    "score",
    "standing",
]
