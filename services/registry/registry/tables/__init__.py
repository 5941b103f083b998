"""The registry's tables: who takes part, in what, and what they reported."""

from registry.tables.attachments import attachments
from registry.tables.base import metadata
from registry.tables.campaigns import (
    campaign_corrections,
    campaign_drafts,
    campaign_sections,
    campaigns,
    periods,
    targets,
)
from registry.tables.checkers import checkers
from registry.tables.evidence import evidence, report_evidence
from registry.tables.law import law_decisions
from registry.tables.lists import import_rows, imports
from registry.tables.people import entries, people, people_names
from registry.tables.pledges import pledge_steps, pledges
from registry.tables.reads import file_reads
from registry.tables.reports import receipt_numbers, report_steps, reports, submissions
from registry.tables.sheets import rescorings, sheets
from registry.tables.statistics import statistic_cells, statistic_closings, statistic_forms
from registry.tables.structure import block_heads, block_members, blocks, unit_changes, unit_states, units
from registry.tables.years import year_records

__all__ = [
    "attachments",
    "block_heads",
    "block_members",
    "blocks",
    "campaign_corrections",
    "campaign_drafts",
    "campaign_sections",
    "campaigns",
    "checkers",
    "entries",
    "evidence",
    "file_reads",
    "import_rows",
    "imports",
    "law_decisions",
    "metadata",
    "people",
    "people_names",
    "periods",
    "pledge_steps",
    "pledges",
    "receipt_numbers",
    "report_evidence",
    "report_steps",
    "reports",
    "rescorings",
    "sheets",
    "statistic_cells",
    "statistic_closings",
    "statistic_forms",
    "submissions",
    "targets",
    "unit_changes",
    "unit_states",
    "units",
    "year_records",
]
