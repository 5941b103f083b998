"""The registry's reasoning: pure functions on what people typed."""

from registry.rules.amounts import AmbiguousNumberError, NotANumberError, parse_amount
from registry.rules.faults import Fault
from registry.rules.reports import (
    WHOLE_REPORT,
    PeriodState,
    changes,
    overlong,
    period_state,
    read_report,
    receipt_number,
    sealed,
)
from registry.rules.transitions import (
    TABLE,
    WAITING,
    ImpossibleStepError,
    State,
    Step,
    Who,
    after,
    keeps_its_time,
    open_items,
    possible,
    settle,
    who_may,
)
from registry.rules.years import YearFigures, check_year

__all__ = [
    "TABLE",
    "WAITING",
    "WHOLE_REPORT",
    "AmbiguousNumberError",
    "Fault",
    "ImpossibleStepError",
    "NotANumberError",
    "PeriodState",
    "State",
    "Step",
    "Who",
    "YearFigures",
    "after",
    "changes",
    "check_year",
    "keeps_its_time",
    "open_items",
    "overlong",
    "parse_amount",
    "period_state",
    "possible",
    "read_report",
    "receipt_number",
    "sealed",
    "settle",
    "who_may",
]
