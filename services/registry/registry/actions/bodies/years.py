"""A year in figures, as it is sent."""

from datetime import date
from typing import Annotated

from pydantic import Field

from contracts.registry import TaskRating
from registry.actions.bodies.base import Body


class YearBody(Body):
    version: Annotated[int, Field(ge=0)]
    headcount: int
    completed_tasks: int
    advanced_workers: int
    grassroots_fighters: int
    disciplined: int
    task_rating: TaskRating | None = None
    pledged_on: date | None = None


class DerivedYearBody(Body):
    """A year whose figures are to follow from the unit's list of people; these are the ones that do not."""

    version: Annotated[int, Field(ge=0)]
    advanced_workers: int
    grassroots_fighters: int
    pledged_on: date | None = None
