"""What the registry can be asked. Everything here reads one snapshot and gives plain rows."""

from registry.queries.achievements import achievements, line_of
from registry.queries.attachments import attachments_of, one_attachment, stood_in_block
from registry.queries.campaigns import CampaignsAsked, campaign, corrections, list_campaigns
from registry.queries.designs import DraftsAsked, draft, list_drafts, preview
from registry.queries.evidence import EvidenceAsked, evidence_of_report, evidence_of_unit, evidence_sent, one_evidence
from registry.queries.law import law
from registry.queries.lists import ImportsAsked, current_rows, imported, list_imports, result_rows, told_rows
from registry.queries.missing import missing_by_block, missing_of_block
from registry.queries.people import EntriesAsked, PeopleAsked, entry, list_entries, list_people, person
from registry.queries.pledges import PledgesAsked, list_pledges, pledge
from registry.queries.reads import ReadsAsked, list_reads
from registry.queries.reports import QueueAsked, ReportsAsked, queue, receipt, report, reports_of, sent_report, steps
from registry.queries.statistics import cell_history, closing, countable_campaigns, form, form_of_year, forms
from registry.queries.structure import (
    BlocksAsked,
    UnitsAsked,
    block,
    list_blocks,
    list_units,
    unit,
    unit_history,
)
from registry.queries.targets import TargetsAsked, list_targets, unit_targets
from registry.queries.years import CountedAsked, counted_people, year_record

__all__ = [
    "BlocksAsked",
    "CampaignsAsked",
    "CountedAsked",
    "DraftsAsked",
    "EntriesAsked",
    "EvidenceAsked",
    "ImportsAsked",
    "PeopleAsked",
    "PledgesAsked",
    "QueueAsked",
    "ReadsAsked",
    "ReportsAsked",
    "TargetsAsked",
    "UnitsAsked",
    "achievements",
    "attachments_of",
    "block",
    "campaign",
    "cell_history",
    "closing",
    "corrections",
    "countable_campaigns",
    "counted_people",
    "current_rows",
    "draft",
    "entry",
    "evidence_of_report",
    "evidence_of_unit",
    "evidence_sent",
    "form",
    "form_of_year",
    "forms",
    "imported",
    "law",
    "line_of",
    "list_blocks",
    "list_campaigns",
    "list_drafts",
    "list_entries",
    "list_imports",
    "list_people",
    "list_pledges",
    "list_reads",
    "list_targets",
    "list_units",
    "missing_by_block",
    "missing_of_block",
    "one_attachment",
    "one_evidence",
    "person",
    "pledge",
    "preview",
    "queue",
    "receipt",
    "report",
    "reports_of",
    "result_rows",
    "sent_report",
    "steps",
    "stood_in_block",
    "told_rows",
    "unit",
    "unit_history",
    "unit_targets",
    "year_record",
]
