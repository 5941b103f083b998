"""How a unit stands follows from what was decided of it: written anew whenever a decision is added."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.events import Tx
from chassis.text import fold, sort_bytes
from registry import rules
from registry.tables import unit_changes, unit_states, units


async def changes_of(db: AsyncConnection, unit_ids: Collection[UUID]) -> dict[UUID, tuple[rules.Change, ...]]:
    """Give all that was decided of these units and not revoked since, in the order in which it was recorded."""
    found = await db.execute(
        select(*[unit_changes.c[name] for name in ("unit_id", *rules.Change.model_fields)])
        .where(unit_changes.c.unit_id.in_(unit_ids), unit_changes.c.revoked_at.is_(None))
        .order_by(unit_changes.c.change_id)
    )
    decided: dict[UUID, list[rules.Change]] = defaultdict(list)
    for row in found.mappings():
        decided[row["unit_id"]].append(rules.Change.model_validate(dict(row)))
    return {unit_id: tuple(changes) for unit_id, changes in decided.items()}


async def held_codes(db: AsyncConnection, codes: Collection[str]) -> list[rules.Holding]:
    """Give which units have, had or will have these codes, and when."""
    asked = [unit_states.c[name] for name in rules.Holding.model_fields]
    meant = unit_states.c.code == any_(bindparam("codes", sorted(codes), type_=ARRAY(Text)))
    found = await db.execute(select(*asked).where(meant).order_by(unit_states.c.from_on, unit_states.c.unit_id))
    return [rules.Holding.model_validate(dict(row)) for row in found.mappings()]


async def taken_codes(db: AsyncConnection, wanted: Sequence[rules.Holding]) -> dict[UUID, rules.Holding]:
    """Give, by unit, who else has the code that is wanted in some of the days for which it is."""
    held: dict[str, list[rules.Holding]] = defaultdict(list)
    for each in [*await held_codes(db, {each.code for each in wanted}), *wanted]:
        held[each.code].append(each)
    found = ((each, rules.holder(held[each.code], each.unit_id, each.from_on, each.until_on)) for each in wanted)
    return {each.unit_id: other for each, other in found if other}


async def write_states(tx: Tx, decided: Mapping[UUID, Sequence[rules.Change]]) -> None:
    """Write how these units stood on any day, and as what everything recorded so far leaves them.

    A unit whose founding was revoked stood on no day; it ended when it was to begin.
    """
    rows, newest, never = [], [], []
    for unit_id, changes in decided.items():
        known = rules.states(changes)
        if not known:
            never.append(unit_id)
            continue
        rows += [{"unit_id": unit_id, **_row(state)} for state in known]
        last = rows[-1]
        newest.append(
            {
                "which": unit_id,
                **{name: last[name] for name in _NEWEST},
                "valid_from": known[0].from_on,
                "ended_on": rules.ended_on(changes),
            }
        )
    await tx.db.execute(unit_states.delete().where(unit_states.c.unit_id.in_(decided)))
    if rows:
        await tx.db.execute(insert(unit_states), rows)
        await tx.db.execute(_LEAVES, newest)
    if never:
        await tx.db.execute(update(units).where(units.c.unit_id.in_(never)).values(ended_on=units.c.valid_from))


_NEWEST: Final = ("name", "short_name", "searched", "sorted", "kind", "parent_id", "code")
_LEAVES: Final = (
    update(units)
    .where(units.c.unit_id == bindparam("which"))
    .values({name: bindparam(name) for name in (*_NEWEST, "valid_from", "ended_on")})
)


def _row(state: rules.State) -> dict[str, Any]:
    return {
        **state.model_dump(),
        "kind": state.kind.value,
        "searched": searched(state.name, state.short_name),
        "sorted": sort_bytes(state.name),
    }


def searched(name: str, short_name: str | None) -> str:
    """Give what a unit is found by: its name and its short name, without marks; no search goes over both."""
    return "\n".join(fold(each) for each in (name, short_name) if each)
