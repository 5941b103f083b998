"""What callers send to the registry, and what they are answered."""

from registry.actions.bodies.base import Body, Versioned
from registry.actions.bodies.campaigns import (
    CampaignBody,
    CampaignStepBody,
    ImportBody,
    Imported,
    NewDraftBody,
    PeriodBody,
    SectionBody,
    Stepped,
    TargetsBody,
)
from registry.actions.bodies.evidence import Attached, Evidence, Line
from registry.actions.bodies.lists import ImportedList
from registry.actions.bodies.people import EntryBody, NameBody, PersonBody, WithdrawalBody
from registry.actions.bodies.pledges import PledgeStepBody
from registry.actions.bodies.reports import (
    CheckBody,
    Checked,
    DraftBody,
    Receipt,
    ReportBody,
    ReportStepped,
    ReturnBody,
    Saved,
    StepBody,
)
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
from registry.actions.bodies.years import DerivedYearBody, YearBody

__all__ = [
    "Affected",
    "AffectedBlock",
    "AffectedPeriod",
    "AffectedYear",
    "Attached",
    "BlockBody",
    "Body",
    "CampaignBody",
    "CampaignStepBody",
    "ChangeBody",
    "Changed",
    "CheckBody",
    "Checked",
    "DerivedYearBody",
    "DraftBody",
    "EntryBody",
    "Evidence",
    "HeadBody",
    "ImportBody",
    "Imported",
    "ImportedList",
    "Line",
    "NameBody",
    "NewDraftBody",
    "PeriodBody",
    "PersonBody",
    "PledgeStepBody",
    "Receipt",
    "ReportBody",
    "ReportStepped",
    "ReturnBody",
    "Saved",
    "SectionBody",
    "StepBody",
    "Stepped",
    "TargetsBody",
    "Touched",
    "UnitBody",
    "Versioned",
    "WithdrawalBody",
    "YearBody",
]
