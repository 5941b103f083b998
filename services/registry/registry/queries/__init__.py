"""What the registry can be asked. Everything here reads one snapshot and gives plain rows."""

from registry.queries.campaigns import campaign, list_campaigns, unit_targets
from registry.queries.designs import draft, list_drafts, preview
from registry.queries.evidence import evidence_of_report, evidence_of_unit, one_evidence
from registry.queries.lists import current_rows, imported, list_imports, result_rows, told_rows
from registry.queries.pledges import list_pledges, pledge
from registry.queries.reports import queue, receipt, report, reports_of, sent_report, steps
from registry.queries.structure import BlocksAsked, UnitsAsked, block, list_blocks, list_units, unit, unit_history
from registry.queries.years import year_record

__all__ = [
    "BlocksAsked",
    "UnitsAsked",
    "block",
    "campaign",
    "current_rows",
    "draft",
    "evidence_of_report",
    "evidence_of_unit",
    "imported",
    "list_blocks",
    "list_campaigns",
    "list_drafts",
    "list_imports",
    "list_pledges",
    "list_units",
    "one_evidence",
    "pledge",
    "preview",
    "queue",
    "receipt",
    "report",
    "reports_of",
    "result_rows",
    "sent_report",
    "steps",
    "told_rows",
    "unit",
    "unit_history",
    "unit_targets",
    "year_record",
]
