"""What the registry can do. Everything here writes rows and records events in the caller's transaction."""

from registry.actions.campaigns import assign_targets, launch_campaign
from registry.actions.changes import change_units, preview_change
from registry.actions.reports import check_report, learn_sheets, save_draft, submit_report
from registry.actions.structure import form_block, lead_block, register_unit
from registry.actions.years import record_year

__all__ = [
    "assign_targets",
    "change_units",
    "check_report",
    "form_block",
    "launch_campaign",
    "lead_block",
    "learn_sheets",
    "preview_change",
    "record_year",
    "register_unit",
    "save_draft",
    "submit_report",
]
