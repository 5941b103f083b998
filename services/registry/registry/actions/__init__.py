"""What the registry can do. Everything here writes rows and records events in the caller's transaction."""

from registry.actions.attachments import attach_to_block, attach_to_rating, require_block, require_rating
from registry.actions.campaigns import assign_targets, correct_campaign, launch_campaign
from registry.actions.changes import change_units, preview_change
from registry.actions.checkers import learn_checkers
from registry.actions.designs import begin_draft, save_section, take_campaign_step
from registry.actions.documents import import_document
from registry.actions.entries import keeper_of, person_of, require_entry
from registry.actions.evidence import attach_evidence, detach_evidence, enter_evidence, refused, take_in
from registry.actions.law import advance_recounts, amend_law
from registry.actions.lists import check_list, keep_list, take_list, unit_of_import, write_xlsx
from registry.actions.mending import correct_block, correct_turn, correct_unit
from registry.actions.people import enter_person, put_entry, rename_person, withdraw_entry
from registry.actions.pledges import take_pledge_step
from registry.actions.reads import note_read
from registry.actions.reminders import remind_of_due, remind_units
from registry.actions.reports import check_report, save_draft, submit_report
from registry.actions.reviews import (
    accept_report,
    place_of,
    release_report,
    return_report,
    take_back_return,
    take_up_report,
    withdraw_report,
)
from registry.actions.revoking import revoke_change
from registry.actions.sheets import learn_rescorings, learn_sheets
from registry.actions.statistics import adopt_form, amend_form, close_form, type_cells
from registry.actions.structure import form_block, lead_block, register_unit
from registry.actions.years import derive_year, record_year

__all__ = [
    "accept_report",
    "adopt_form",
    "advance_recounts",
    "amend_form",
    "amend_law",
    "assign_targets",
    "attach_evidence",
    "attach_to_block",
    "attach_to_rating",
    "begin_draft",
    "change_units",
    "check_list",
    "check_report",
    "close_form",
    "correct_block",
    "correct_campaign",
    "correct_turn",
    "correct_unit",
    "derive_year",
    "detach_evidence",
    "enter_evidence",
    "enter_person",
    "form_block",
    "import_document",
    "keep_list",
    "keeper_of",
    "launch_campaign",
    "lead_block",
    "learn_checkers",
    "learn_rescorings",
    "learn_sheets",
    "note_read",
    "person_of",
    "place_of",
    "preview_change",
    "put_entry",
    "record_year",
    "refused",
    "register_unit",
    "release_report",
    "remind_of_due",
    "remind_units",
    "rename_person",
    "require_block",
    "require_entry",
    "require_rating",
    "return_report",
    "revoke_change",
    "save_draft",
    "save_section",
    "submit_report",
    "take_back_return",
    "take_campaign_step",
    "take_in",
    "take_list",
    "take_pledge_step",
    "take_up_report",
    "type_cells",
    "unit_of_import",
    "withdraw_entry",
    "withdraw_report",
    "write_xlsx",
]
