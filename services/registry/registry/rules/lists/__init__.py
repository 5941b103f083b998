"""Lists as files: how units, people, targets and results are read from spreadsheets and written to them."""

from collections.abc import Mapping
from typing import Final

from registry.rules.lists.about import NEEDS, About
from registry.rules.lists.cells import (
    MOST_CELLS,
    MOST_LETTERS,
    MOST_MERGED,
    TOO_MANY_CELLS,
    Area,
    Cell,
    CellFault,
    Grid,
    Line,
    column_name,
)
from registry.rules.lists.columns import KIND_WORDS, RATING_WORDS, Column
from registry.rules.lists.delimited import NotATableError, read_csv, write_csv
from registry.rules.lists.listing import (
    MOST_ROWS,
    RESULT,
    SOUGHT_IN,
    TO_MEND,
    TOO_LARGE,
    Listing,
    Reading,
    Row,
    read_list,
    shown_name,
)
from registry.rules.lists.outcomes import WRITES, Outcome, Plan
from registry.rules.lists.people import PEOPLE, KnownPeople, KnownPerson, NamedUnit, plan_people, units_named
from registry.rules.lists.results import RESULTS, KnownReport, plan_results
from registry.rules.lists.targets import TARGETS, KnownTargets, merged, plan_targets
from registry.rules.lists.units import UNITS, KnownUnit, plan_units

LISTS: Final[Mapping[str, Listing]] = {each.name: each for each in (UNITS, PEOPLE, TARGETS, RESULTS)}
"""All lists that go in and out as files."""

__all__ = [
    "KIND_WORDS",
    "LISTS",
    "MOST_CELLS",
    "MOST_LETTERS",
    "MOST_MERGED",
    "MOST_ROWS",
    "NEEDS",
    "PEOPLE",
    "RATING_WORDS",
    "RESULT",
    "RESULTS",
    "SOUGHT_IN",
    "TARGETS",
    "TOO_LARGE",
    "TOO_MANY_CELLS",
    "TO_MEND",
    "UNITS",
    "WRITES",
    "About",
    "Area",
    "Cell",
    "CellFault",
    "Column",
    "Grid",
    "KnownPeople",
    "KnownPerson",
    "KnownReport",
    "KnownTargets",
    "KnownUnit",
    "Line",
    "Listing",
    "NamedUnit",
    "NotATableError",
    "Outcome",
    "Plan",
    "Reading",
    "Row",
    "column_name",
    "merged",
    "plan_people",
    "plan_results",
    "plan_targets",
    "plan_units",
    "read_csv",
    "read_list",
    "shown_name",
    "units_named",
    "write_csv",
]
