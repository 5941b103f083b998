"""How points are computed and places given: pure functions on a sheet and what a unit reported.

Sources: law-and-scoring §4.4 and law-exact §9 of the project's domain notes; amounts are exact decimals throughout.
"""

from scoring.rules.points import Facts, Group, Part, Score, score
from scoring.rules.ranking import DECIDERS, Ranked, Standing, rank, standing
from scoring.rules.sheet import Criterion, CriterionGroup, Role, Sheet, form_criteria

__all__ = [
    "DECIDERS",
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
    "form_criteria",
    "rank",
    "score",
    "standing",
]
