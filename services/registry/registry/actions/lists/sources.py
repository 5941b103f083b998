"""How each list meets what stands: one line a list."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.events import Tx
from registry.actions.lists.people import keep_people, plan_rows_of_people
from registry.actions.lists.results import keep_results, plan_rows_of_results
from registry.actions.lists.targets import keep_targets, plan_rows_of_targets
from registry.actions.lists.units import keep_units, plan_rows_of_units
from registry.rules.lists import About, Plan, Row


class Source(NamedTuple):
    """``plan`` says what rows would do and writes nothing; ``keep`` does it, and gives the ids of the things that have moved
    since: of those nothing is written. ``keep`` is handed whole things, each row with its ``content`` and what was ``seen``.
    Both are told the post of whoever has it done.
    """

    plan: Callable[[AsyncConnection, About, Sequence[Row], str], Awaitable[list[Plan]]]
    keep: Callable[[Tx, About, Sequence[Mapping[str, Any]], str], Awaitable[set[str]]]


SOURCES: Final[Mapping[str, Source]] = {
    "units": Source(plan_rows_of_units, keep_units),
    "people": Source(plan_rows_of_people, keep_people),
    "targets": Source(plan_rows_of_targets, keep_targets),
    "results": Source(plan_rows_of_results, keep_results),
}
