"""The registry's reasoning: pure functions on what people typed."""

from registry.rules.acts import (
    POSSIBLE,
    WORDS,
    Act,
    ActKind,
    Contact,
    Known,
    NewUnit,
    Phase,
    Planned,
    World,
    day,
    ending,
)
from registry.rules.amounts import AmbiguousNumberError, NotANumberError, parse_amount
from registry.rules.changes import check, plan, refused
from registry.rules.faults import Fault
from registry.rules.reports import PeriodState, overlong, period_state, read_report, receipt_number
from registry.rules.structure import BEGINNINGS, Change, ChangeKind, State, as_of, beginning, block_on, ended_on, states
from registry.rules.years import YearFigures, check_year

__all__ = [
    "BEGINNINGS",
    "POSSIBLE",
    "WORDS",
    "Act",
    "ActKind",
    "AmbiguousNumberError",
    "Change",
    "ChangeKind",
    "Contact",
    "Fault",
    "Known",
    "NewUnit",
    "NotANumberError",
    "PeriodState",
    "Phase",
    "Planned",
    "State",
    "World",
    "YearFigures",
    "as_of",
    "beginning",
    "block_on",
    "check",
    "check_year",
    "day",
    "ended_on",
    "ending",
    "overlong",
    "parse_amount",
    "period_state",
    "plan",
    "read_report",
    "receipt_number",
    "refused",
    "states",
]
