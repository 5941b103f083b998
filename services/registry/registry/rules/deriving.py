"""A unit's year in figures, as it follows from the files on its people.

Who is counted are the people whose main post is in the unit on the closing day: of a transfer the new unit is the one
that considers (TT 01/2024), and a figure that hangs on a day of the calendar needs no clock. Which day that is and which
discipline counts are facts of law that people confirm (``rules.law``). Schools count by their own year; that is not
confirmed here, so their officers enter it by hand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from contracts.registry import TaskRating
from registry.rules.law import Law

COMPLETED: Final = frozenset({TaskRating.EXCELLENT, TaskRating.GOOD, TaskRating.COMPLETED})
"""Hoàn thành nhiệm vụ trở lên."""
DERIVED: Final = ("headcount", "completed_tasks", "disciplined", "task_rating")
"""The figures of a year that follow from the files; those of titles come from their decisions."""


class Counted(NamedTuple):
    """One entry as far as a year counts it; days are its first and last."""

    kind: str
    person_id: UUID | None
    unit_id: UUID
    year: int | None
    from_on: date
    until_on: date | None
    grade: str | None


@dataclass(frozen=True)
class DerivedYear:
    """The figures, each as the people that it counts."""

    members: frozenset[UUID]
    completed: frozenset[UUID]
    disciplined: frozenset[UUID]
    task_rating: TaskRating | None

    def figures(self) -> dict[str, Any]:
        return {
            "headcount": len(self.members),
            "completed_tasks": len(self.completed),
            "disciplined": len(self.disciplined),
            "task_rating": self.task_rating,
        }

    def behind(self, figure: str) -> frozenset[UUID]:
        """Give the people that a figure counts."""
        return {"headcount": self.members, "completed_tasks": self.completed, "disciplined": self.disciplined}[figure]


def covers(first: date, last: date | None, day: date) -> bool:
    """Tell whether a day lies between a first and a last one, both included."""
    return first <= day and (last is None or day <= last)


def derive_year(unit_id: UUID, year: int, counted: Iterable[Counted], law: Law) -> DerivedYear:
    """Count a unit's year from the standing main posts, ratings and disciplines."""
    known: Sequence[Counted] = tuple(counted)
    posts = [each for each in known if each.kind == "service" and each.unit_id == unit_id and each.person_id]
    on, against = law.closing_day(year), law.counted_against(year)
    members = frozenset(each.person_id for each in posts if each.person_id and covers(each.from_on, each.until_on, on))
    rated = {
        each.person_id or each.unit_id: each.grade for each in known if each.kind == "rating" and each.year == year
    }
    own = next(
        (each.grade for each in known if each.kind == "rating" and each.year == year and not each.person_id), None
    )
    disciplined = frozenset(
        each.person_id
        for each in known
        if each.kind == "discipline" and each.person_id and each.from_on.year == year and each.grade in against
        # Whoever left after it still counts: nobody of the collective was to be disciplined in the year.
        if any(post.person_id == each.person_id and covers(post.from_on, post.until_on, each.from_on) for post in posts)
    )
    return DerivedYear(
        members=members,
        completed=frozenset(each for each in members if rated.get(each) in COMPLETED),
        disciplined=disciplined,
        task_rating=TaskRating(own) if own else None,
    )
