"""What scoring can do: publish sheets, learn facts, and recompute scores and places from them.

Scores are recomputed from the accepted facts, never added to: order and repetition of events do not matter.
"""

from scoring.actions.appeals import AppealStepped, file_appeal, move_appeal
from scoring.actions.cross_checks import (
    Answered,
    Assigned,
    answer_cross_check,
    assign_cross_checks,
    named_for,
    place_of,
)
from scoring.actions.drafts import NewDraft, TypedPart
from scoring.actions.drafts import begin_draft as begin_sheet_draft
from scoring.actions.drafts import discard_draft as discard_sheet_draft
from scoring.actions.drafts import publish_draft as publish_sheet_draft
from scoring.actions.drafts import save_part as save_sheet_part
from scoring.actions.facts import learn_awards, learn_blocks, learn_moves, learn_periods, learn_targets, take_up_reports
from scoring.actions.publications import Publish, Published, publish_board
from scoring.actions.rehearsing import (
    Discarded,
    RehearsalStarted,
    Rehearse,
    advance_rehearsals,
    discard_rehearsal,
    start_rehearsal,
)
from scoring.actions.rescoring import Rescore, RescoringStarted, advance_rescorings, start_rescoring
from scoring.actions.sheets import Versioned, publish_sheet
from scoring.actions.verdicts import Reviewed, Reviewer, give_verdicts
from scoring.actions.votes import VoteRecorded, record_vote

__all__ = [
    "Answered",
    "AppealStepped",
    "Assigned",
    "Discarded",
    "NewDraft",
    "Publish",
    "Published",
    "RehearsalStarted",
    "Rehearse",
    "Rescore",
    "RescoringStarted",
    "Reviewed",
    "Reviewer",
    "TypedPart",
    "Versioned",
    "VoteRecorded",
    "advance_rehearsals",
    "advance_rescorings",
    "answer_cross_check",
    "assign_cross_checks",
    "begin_sheet_draft",
    "discard_rehearsal",
    "discard_sheet_draft",
    "file_appeal",
    "give_verdicts",
    "learn_awards",
    "learn_blocks",
    "learn_moves",
    "learn_periods",
    "learn_targets",
    "move_appeal",
    "named_for",
    "place_of",
    "publish_board",
    "publish_sheet",
    "publish_sheet_draft",
    "record_vote",
    "save_sheet_part",
    "start_rehearsal",
    "start_rescoring",
    "take_up_reports",
]
