"""What callers send to the registry, and what they are answered."""

from registry.actions.bodies.base import Body, Versioned
from registry.actions.bodies.campaigns import CampaignBody, PeriodBody, TargetsBody
from registry.actions.bodies.evidence import Attached, Evidence, Line
from registry.actions.bodies.reports import (
    CheckBody,
    Checked,
    DraftBody,
    Receipt,
    ReportBody,
    ReturnBody,
    Saved,
    StepBody,
    Stepped,
)
from registry.actions.bodies.structure import BlockBody, UnitBody
from registry.actions.bodies.years import YearBody

__all__ = [
    "Attached",
    "BlockBody",
    "Body",
    "CampaignBody",
    "CheckBody",
    "Checked",
    "DraftBody",
    "Evidence",
    "Line",
    "PeriodBody",
    "Receipt",
    "ReportBody",
    "ReturnBody",
    "Saved",
    "StepBody",
    "Stepped",
    "TargetsBody",
    "UnitBody",
    "Versioned",
    "YearBody",
]
