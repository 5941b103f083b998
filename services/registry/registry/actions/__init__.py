"""What the registry can do. Everything here writes rows and records events in the caller's transaction."""

from registry.actions.campaigns import assign_targets, launch_campaign
from registry.actions.reports import check_report, learn_sheets, save_draft, submit_report
from registry.actions.reviews import (
    accept_report,
    place_of,
    release_report,
    return_report,
    take_up_report,
    withdraw_report,
)
from registry.actions.structure import form_block, register_unit
from registry.actions.years import record_year

__all__ = [
    "accept_report",
    "assign_targets",
    "check_report",
    "form_block",
    "launch_campaign",
    "learn_sheets",
    "place_of",
    "record_year",
    "register_unit",
    "release_report",
    "return_report",
    "save_draft",
    "submit_report",
    "take_up_report",
    "withdraw_report",
]
