"""What scoring can do: publish sheets, learn facts, and recompute scores and places from them.

Scores are recomputed from the accepted facts, never added to: order and repetition of events do not matter.
"""

from scoring.actions.facts import learn_blocks, learn_moves, learn_periods, learn_targets, take_up_reports
from scoring.actions.rescoring import RescoringStarted, advance_rescorings, start_rescoring
from scoring.actions.sheets import Versioned, publish_sheet

__all__ = [
    "RescoringStarted",
    "Versioned",
    "advance_rescorings",
    "learn_blocks",
    "learn_moves",
    "learn_periods",
    "learn_targets",
    "publish_sheet",
    "start_rescoring",
    "take_up_reports",
]
