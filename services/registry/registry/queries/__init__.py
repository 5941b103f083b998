"""What the registry can be asked. Everything here reads one snapshot and gives plain rows."""

from registry.queries.campaigns import campaign, list_campaigns, unit_targets
from registry.queries.designs import draft, list_drafts, preview
from registry.queries.evidence import evidence_of_report, evidence_of_unit, one_evidence
from registry.queries.lists import current_rows, imported, list_imports, result_rows, told_rows
from registry.queries.people import EntriesAsked, PeopleAsked, entry, list_entries, list_people, person
from registry.queries.pledges import list_pledges, pledge
from registry.queries.reports import queue, receipt, report, reports_of, sent_report, steps
from registry.queries.structure import BlocksAsked, UnitsAsked, block, list_blocks, list_units, unit, unit_history
from registry.queries.years import CountedAsked, counted_people, year_record

__all__ = [
    "BlocksAsked",
    "CountedAsked",
    "EntriesAsked",
    "PeopleAsked",
    "UnitsAsked",
    "block",
    "campaign",
    "counted_people",
    "current_rows",
    "draft",
    "entry",
    "evidence_of_report",
    "evidence_of_unit",
    "imported",
    "list_blocks",
    "list_campaigns",
    "list_drafts",
    "list_entries",
    "list_imports",
    "list_people",
    "list_pledges",
    "list_units",
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
    "told_rows",
    "unit",
    "unit_history",
    "unit_targets",
    "year_record",
]
