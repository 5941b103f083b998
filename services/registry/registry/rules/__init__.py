"""The registry's reasoning: pure functions on what people typed."""

from registry.rules.amounts import AmbiguousNumberError, NotANumberError, parse_amount
from registry.rules.faults import Fault
from registry.rules.reports import PeriodState, overlong, period_state, read_report, receipt_number
from registry.rules.years import YearFigures, check_year

__all__ = [
    "AmbiguousNumberError",
    "Fault",
    "NotANumberError",
    "PeriodState",
    "YearFigures",
    "check_year",
    "overlong",
    "parse_amount",
    "period_state",
    "read_report",
    "receipt_number",
]
