"""A year in figures, as it is sent."""

from datetime import date
from typing import Annotated

from pydantic import Field

from contracts.envelope import GivenNumber
from contracts.registry import TaskRating
from registry.actions.bodies.base import Body


class YearBody(Body):
    version: Annotated[GivenNumber, Field(ge=0)]
    headcount: GivenNumber
    completed_tasks: GivenNumber
    advanced_workers: GivenNumber
    grassroots_fighters: GivenNumber
    disciplined: GivenNumber
    task_rating: TaskRating | None = None
    pledged_on: date | None = None


class DerivedYearBody(Body):
    """A year whose figures are to follow from the unit's list of people; these are the ones that do not."""

    version: Annotated[GivenNumber, Field(ge=0)]
    advanced_workers: GivenNumber
    grassroots_fighters: GivenNumber
    pledged_on: date | None = None
