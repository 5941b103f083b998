"""The registry's tables: who takes part, in what, and what they reported."""

from registry.tables.base import metadata
from registry.tables.campaigns import campaigns, periods, targets
from registry.tables.reports import receipt_numbers, reports, sheets, submissions
from registry.tables.structure import block_heads, block_members, blocks, unit_changes, unit_states, units
from registry.tables.years import year_records

__all__ = [
    "block_heads",
    "block_members",
    "blocks",
    "campaigns",
    "metadata",
    "periods",
    "receipt_numbers",
    "reports",
    "sheets",
    "submissions",
    "targets",
    "unit_changes",
    "unit_states",
    "units",
    "year_records",
]
