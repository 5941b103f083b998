"""What scoring can do: publish sheets, learn facts, and recompute scores and places from them.

Scores are recomputed from the accepted facts, never added to: order and repetition of events do not matter.
"""

from scoring.actions.facts import learn_blocks, learn_moves, learn_periods, learn_targets, take_up_reports
from scoring.actions.sheets import Versioned, publish_sheet

__all__ = [
    "Versioned",
    "learn_blocks",
    "learn_moves",
    "learn_periods",
    "learn_targets",
    "publish_sheet",
    "take_up_reports",
]
