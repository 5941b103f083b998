"""The registry's reasoning: pure functions on what people typed."""

from registry.rules.amounts import AmbiguousNumberError, NotANumberError, parse_amount
from registry.rules.days import parse_day, parse_moment
from registry.rules.designs import (
    KNOWN,
    CampaignKind,
    Design,
    Goal,
    Milestone,
    Scope,
    Section,
    Sections,
    Typed,
    empty,
    period_id,
)
from registry.rules.faults import Fault
from registry.rules.following import Difference, differences, next_year, sections_of
from registry.rules.importing import draft_of
from registry.rules.issuing import Finding, Recognised, recognise
from registry.rules.pledges import check_pledge, goals_for, reaches, register_by
from registry.rules.reading import check_section, read_design
from registry.rules.reports import PeriodState, overlong, period_state, read_report, receipt_number
from registry.rules.steps import (
    CAMPAIGN_ACT_WORDS,
    CAMPAIGN_STATE_WORDS,
    CAMPAIGN_STEPS,
    OFFICE_ACTS,
    PLEDGE_ACT_WORDS,
    PLEDGE_STATE_WORDS,
    PLEDGE_STEPS,
    REASONED,
    STANDING,
    CampaignAct,
    CampaignState,
    PledgeAct,
    Registration,
    possible,
    say_impossible,
)
from registry.rules.years import YearFigures, check_year

__all__ = [
    "CAMPAIGN_ACT_WORDS",
    "CAMPAIGN_STATE_WORDS",
    "CAMPAIGN_STEPS",
    "KNOWN",
    "OFFICE_ACTS",
    "PLEDGE_ACT_WORDS",
    "PLEDGE_STATE_WORDS",
    "PLEDGE_STEPS",
    "REASONED",
    "STANDING",
    "AmbiguousNumberError",
    "CampaignAct",
    "CampaignKind",
    "CampaignState",
    "Design",
    "Difference",
    "Fault",
    "Finding",
    "Goal",
    "Milestone",
    "NotANumberError",
    "PeriodState",
    "PledgeAct",
    "Recognised",
    "Registration",
    "Scope",
    "Section",
    "Sections",
    "Typed",
    "YearFigures",
    "check_pledge",
    "check_section",
    "check_year",
    "differences",
    "draft_of",
    "empty",
    "goals_for",
    "next_year",
    "overlong",
    "parse_amount",
    "parse_day",
    "parse_moment",
    "period_id",
    "period_state",
    "possible",
    "reaches",
    "read_design",
    "read_report",
    "receipt_number",
    "recognise",
    "register_by",
    "say_impossible",
    "sections_of",
]
