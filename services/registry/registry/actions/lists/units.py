"""The list of units: what stands is looked up, what is new is registered as by hand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy import ARRAY, Text, Uuid, and_, any_, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import VIETNAM, business_now
from chassis.events import Tx
from registry import rules
from registry.actions.bodies import UnitBody
from registry.actions.states import held_codes, taken_codes
from registry.actions.structure import register_units
from registry.actions.writing import ONE_AT_A_TIME
from registry.rules.lists import About, KnownUnit, Plan, Row
from registry.tables import unit_changes, units


async def plan_rows_of_units(db: AsyncConnection, _about: About, rows: Sequence[Row], _post: str) -> list[Plan]:
    said = {
        key: {row.values[key] for row in rows if key in row.values} for key in ("unit_id", "name", "parent", "code")
    }
    held = await held_codes(db, said["code"] | said["parent"])
    known = await _known_units(db, said, {each.unit_id for each in held})
    today = (await business_now(db)).astimezone(VIETNAM).date()
    planned = partial(rules.lists.plan_units, rows, known, [uuid7() for _ in rows], held=held, today=today)
    return await to_thread.run_sync(planned)


async def _known_units(db: AsyncConnection, said: Mapping[str, set[Any]], holders: set[UUID]) -> list[KnownUnit]:
    """Give the units of any time that rows may mean or name, by id, name or code."""
    texts = sorted(said["name"] | said["parent"])
    identities = holders | said["unit_id"] | {found for text in said["parent"] if (found := _identity(text))}
    later = exists().where(
        and_(
            unit_changes.c.unit_id == units.c.unit_id,
            unit_changes.c.kind.not_in(rules.BEGINNINGS),
            unit_changes.c.revoked_at.is_(None),
        )
    )
    asked = ("unit_id", "version", "name", "kind", "parent_id", "code", "short_name", "valid_from", "ended_on")
    rows_found = await db.execute(
        select(*[units.c[name] for name in asked], later.label("decided")).where(
            or_(
                units.c.unit_id == any_(bindparam("ids", sorted(identities), type_=ARRAY(Uuid))),
                units.c.name == any_(bindparam("texts", texts, type_=ARRAY(Text))),
            )
        )
    )
    return [KnownUnit.model_validate(dict(row)) for row in rows_found.mappings()]


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def keep_units(tx: Tx, _about: About, rows: Sequence[Mapping[str, Any]], post: str) -> set[str]:
    """Register what has not moved since the check; give the ids of what has."""
    # Whether somebody else has founded a unit of that name meanwhile, no one row can be locked for.
    await tx.db.execute(ONE_AT_A_TIME)
    seen = {UUID(row["content"]["unit_id"]): row["seen"] for row in rows}
    found = await tx.db.execute(
        select(*[units.c[name] for name in ("unit_id", "version", "code", "valid_from")])
        .where(units.c.unit_id.in_(seen))
        .order_by("unit_id")
        .with_for_update()
    )
    stands = {row.unit_id: row for row in found}
    versions = {unit_id: row.version for unit_id, row in stands.items()}
    bodies = {
        unit_id: _body(row["content"])
        for row in rows
        if versions.get(unit_id := UUID(row["content"]["unit_id"]), 0) == seen[unit_id]
    }
    bodies = await _with_ground(tx.db, await _with_code(tx.db, bodies, stands), stands.keys())
    if bodies:
        await register_units(tx, bodies, post=post)
    return {str(unit_id) for unit_id in seen.keys() - bodies.keys()}


def _body(content: Mapping[str, Any]) -> UnitBody:
    """Give what the list says of a unit; what it has no column for stays as it stands."""
    return UnitBody.model_validate({name: content[name] for name in UnitBody.model_fields if name in content})


async def _with_code(
    db: AsyncConnection, bodies: Mapping[UUID, UnitBody], stands: Mapping[UUID, Any]
) -> dict[UUID, UnitBody]:
    """Leave out units whose code somebody has given to another one since."""
    wanted = [
        rules.Holding(unit_id=unit_id, name=body.name, code=body.code, from_on=body.valid_from)
        for unit_id, body in bodies.items()
        if body.code and not (unit_id in stands and _holds(stands[unit_id], body))
    ]
    taken = await taken_codes(db, wanted)
    return {unit_id: body for unit_id, body in bodies.items() if unit_id not in taken}


def _holds(stands: Any, body: UnitBody) -> bool:
    return bool(stands.code == body.code and stands.valid_from <= body.valid_from)


async def _with_ground(db: AsyncConnection, bodies: Mapping[UUID, UnitBody], stands: Any) -> dict[UUID, UnitBody]:
    """Leave out new units that somebody has founded since, and those whose parent was not founded because of that."""
    names = sorted({body.name for unit_id, body in bodies.items() if unit_id not in stands})
    above = {body.parent_id for body in bodies.values() if body.parent_id}
    found = await db.execute(
        select(*[units.c[name] for name in ("unit_id", "name", "parent_id", "valid_from", "ended_on")]).where(
            or_(
                units.c.name == any_(bindparam("names", names, type_=ARRAY(Text))),
                units.c.unit_id == any_(bindparam("above", sorted(above), type_=ARRAY(Uuid))),
            )
        )
    )
    rows = found.all()
    ground, founded = {row.unit_id for row in rows}, defaultdict(list)
    for row in rows:
        founded[row.name, row.parent_id].append(row)
    kept: dict[UUID, UnitBody] = {}
    # They come with parents before those below them.
    for unit_id, body in bodies.items():
        again = unit_id not in stands and any(
            not rules.never_met(row.valid_from, row.ended_on, body.valid_from)
            for row in founded.get((body.name, body.parent_id), ())
        )
        if not again and (body.parent_id is None or body.parent_id in ground or body.parent_id in kept):
            kept[unit_id] = body
    return kept
