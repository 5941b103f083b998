"""What the registry can do. Everything here writes rows and records events in the caller's transaction."""

from registry.actions.campaigns import assign_targets, launch_campaign
from registry.actions.changes import change_units, preview_change
from registry.actions.designs import begin_draft, save_section, take_campaign_step
from registry.actions.documents import import_document
from registry.actions.pledges import take_pledge_step
from registry.actions.reports import check_report, learn_sheets, save_draft, submit_report
from registry.actions.structure import form_block, lead_block, register_unit
from registry.actions.years import record_year

__all__ = [
    "assign_targets",
    "begin_draft",
    "change_units",
    "check_report",
    "form_block",
    "import_document",
    "launch_campaign",
    "lead_block",
    "learn_sheets",
    "preview_change",
    "record_year",
    "register_unit",
    "save_draft",
    "save_section",
    "submit_report",
    "take_campaign_step",
    "take_pledge_step",
]
