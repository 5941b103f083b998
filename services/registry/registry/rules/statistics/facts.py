"""What the registry's own things can be counted by in a statistics form."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

_YEAR_DAYS: Final = ((1, "one_to_three"), (3, "three_to_five"), (5, "five_up"))


def term(first: date, last: date) -> str:
    """Say how long a campaign lasts: exactly a year is a year, whatever day it begins on."""
    after = date.fromordinal(last.toordinal() + 1)
    if after < _years_on(first, 1):
        return "under_one"
    if after == _years_on(first, 1):
        return "one"
    return [name for years, name in _YEAR_DAYS if after >= _years_on(first, years)][-1]


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def campaign_facts(campaign: Mapping[str, Any], year: int) -> dict[str, str]:
    """Give what a form can count a campaign by: when it began, how long it lasts, of which kind it is, whom it addresses."""
    return {
        "begun": "this_year" if campaign["starts_on"].year == year else "earlier",
        "term": term(campaign["starts_on"], campaign["ends_on"]),
        "kind": campaign["kind"],
        "reach": campaign["scope"].get("reach", "all"),
    }
