"""What the registry can do. Everything here writes rows and records events in the caller's transaction."""

from registry.actions.campaigns import assign_targets, launch_campaign
from registry.actions.evidence import attach_evidence, detach_evidence, enter_evidence, refused, take_in
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
    "attach_evidence",
    "check_report",
    "detach_evidence",
    "enter_evidence",
    "form_block",
    "launch_campaign",
    "learn_sheets",
    "place_of",
    "record_year",
    "refused",
    "register_unit",
    "release_report",
    "return_report",
    "save_draft",
    "submit_report",
    "take_in",
    "take_up_report",
    "withdraw_report",
]
