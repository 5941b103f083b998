"""What the registry can be asked. Everything here reads one snapshot and gives plain rows."""

from registry.queries.campaigns import campaign, list_campaigns, unit_targets
from registry.queries.evidence import evidence_of_report, evidence_of_unit, one_evidence
from registry.queries.reports import queue, receipt, report, reports_of, sent_report, steps
from registry.queries.structure import list_blocks, list_units
from registry.queries.years import year_record

__all__ = [
    "campaign",
    "evidence_of_report",
    "evidence_of_unit",
    "list_blocks",
    "list_campaigns",
    "list_units",
    "one_evidence",
    "queue",
    "receipt",
    "report",
    "reports_of",
    "sent_report",
    "steps",
    "unit_targets",
    "year_record",
]
