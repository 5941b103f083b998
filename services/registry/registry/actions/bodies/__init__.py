"""What callers send to the registry, and what they are answered."""

from registry.actions.bodies.base import Body, Versioned
from registry.actions.bodies.campaigns import CampaignBody, PeriodBody, TargetsBody
from registry.actions.bodies.reports import CheckBody, Checked, DraftBody, Receipt, ReportBody, Saved
from registry.actions.bodies.structure import (
    Affected,
    AffectedBlock,
    AffectedPeriod,
    AffectedYear,
    BlockBody,
    ChangeBody,
    Changed,
    HeadBody,
    Touched,
    UnitBody,
)
from registry.actions.bodies.years import YearBody

__all__ = [
    "Affected",
    "AffectedBlock",
    "AffectedPeriod",
    "AffectedYear",
    "BlockBody",
    "Body",
    "CampaignBody",
    "ChangeBody",
    "Changed",
    "CheckBody",
    "Checked",
    "DraftBody",
    "HeadBody",
    "PeriodBody",
    "Receipt",
    "ReportBody",
    "Saved",
    "TargetsBody",
    "Touched",
    "UnitBody",
    "Versioned",
    "YearBody",
]
