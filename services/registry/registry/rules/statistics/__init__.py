"""The statutory statistics forms: how they are made up, filled in, handed in and corrected."""

from registry.rules.statistics.amending import amend_layout
from registry.rules.statistics.facts import campaign_facts, term
from registry.rules.statistics.filling import (
    ClosedCell,
    TypedCell,
    canonical,
    check_closing,
    field_of,
    fingerprint,
    read_cells,
    read_closing,
)
from registry.rules.statistics.layouts import COUNTABLE, Check, FormCell, FormLayout, Place, cells, checks

__all__ = [
    "COUNTABLE",
    "Check",
    "ClosedCell",
    "FormCell",
    "FormLayout",
    "Place",
    "TypedCell",
    "amend_layout",
    "campaign_facts",
    "canonical",
    "cells",
    "check_closing",
    "checks",
    "field_of",
    "fingerprint",
    "read_cells",
    "read_closing",
    "term",
]
