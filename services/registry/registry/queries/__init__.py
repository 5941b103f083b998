"""What the registry can be asked. Everything here reads one snapshot and gives plain rows."""

from registry.queries.campaigns import campaign, list_campaigns, unit_targets
from registry.queries.reports import receipt, report, reports_of
from registry.queries.structure import BlocksAsked, UnitsAsked, block, list_blocks, list_units, unit, unit_history
from registry.queries.years import year_record

__all__ = [
    "BlocksAsked",
    "UnitsAsked",
    "block",
    "campaign",
    "list_blocks",
    "list_campaigns",
    "list_units",
    "receipt",
    "report",
    "reports_of",
    "unit",
    "unit_history",
    "unit_targets",
    "year_record",
]
