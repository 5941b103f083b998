"""The registry's tables: who takes part, in what, and what they reported."""

from registry.tables.base import metadata
from registry.tables.campaigns import campaigns, periods, targets
from registry.tables.evidence import evidence, report_evidence
from registry.tables.reports import receipt_numbers, report_steps, reports, sheets, submissions
from registry.tables.structure import block_members, blocks, units
from registry.tables.years import year_records

__all__ = [
    "block_members",
    "blocks",
    "campaigns",
    "evidence",
    "metadata",
    "periods",
    "receipt_numbers",
    "report_evidence",
    "report_steps",
    "reports",
    "sheets",
    "submissions",
    "targets",
    "units",
    "year_records",
]
