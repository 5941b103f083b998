"""The list of units: what stands is looked up, what is new is registered as by hand."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy import ARRAY, Text, Uuid, and_, any_, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.events import Tx
from registry import rules
from registry.actions.bodies import UnitBody
from registry.actions.structure import register_units
from registry.actions.writing import ONE_AT_A_TIME
from registry.rules.lists import About, KnownUnit, Plan, Row
from registry.tables import unit_changes, units


async def plan_rows_of_units(db: AsyncConnection, _about: About, rows: Sequence[Row]) -> list[Plan]:
    known = await _known_units(db, rows)
    return await to_thread.run_sync(rules.lists.plan_units, rows, known, [uuid7() for _ in rows])


async def _known_units(db: AsyncConnection, rows: Sequence[Row]) -> list[KnownUnit]:
    """Give the units that rows may mean or name, by id, name or code."""
    said = {
        key: {row.values[key] for row in rows if key in row.values} for key in ("unit_id", "name", "parent", "code")
    }
    texts = sorted(said["name"] | said["parent"] | said["code"])
    identities = said["unit_id"] | {found for text in said["parent"] if (found := _identity(text))}
    later = exists().where(
        and_(
            unit_changes.c.unit_id == units.c.unit_id,
            unit_changes.c.kind.not_in(rules.BEGINNINGS),
            unit_changes.c.revoked_at.is_(None),
        )
    )
    asked = ("unit_id", "version", "name", "kind", "parent_id", "code", "short_name", "valid_from")
    rows_found = await db.execute(
        select(*[units.c[name] for name in asked], later.label("decided")).where(
            or_(
                units.c.unit_id == any_(bindparam("ids", sorted(identities), type_=ARRAY(Uuid))),
                units.c.name == any_(bindparam("texts", texts, type_=ARRAY(Text))),
                units.c.code == any_(bindparam("texts", texts, type_=ARRAY(Text))),
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
        select(units.c.unit_id, units.c.version).where(units.c.unit_id.in_(seen)).order_by("unit_id").with_for_update()
    )
    stands = {row.unit_id: row.version for row in found}
    bodies = {
        unit_id: _body(row["content"])
        for row in rows
        if stands.get(unit_id := UUID(row["content"]["unit_id"]), 0) == seen[unit_id]
    }
    bodies = await _with_ground(tx.db, bodies, stands.keys())
    if bodies:
        await register_units(tx, bodies, post=post)
    return {str(unit_id) for unit_id in seen.keys() - bodies.keys()}


def _body(content: Mapping[str, Any]) -> UnitBody:
    """Give what the list says of a unit; what it has no column for stays as it stands."""
    return UnitBody.model_validate({name: content[name] for name in UnitBody.model_fields if name in content})


async def _with_ground(db: AsyncConnection, bodies: Mapping[UUID, UnitBody], stands: Any) -> dict[UUID, UnitBody]:
    """Leave out new units that somebody has founded since, and those whose parent was not founded because of that."""
    names = sorted({body.name for unit_id, body in bodies.items() if unit_id not in stands})
    above = {body.parent_id for body in bodies.values() if body.parent_id}
    found = await db.execute(
        select(units.c.unit_id, units.c.name, units.c.parent_id).where(
            or_(
                units.c.name == any_(bindparam("names", names, type_=ARRAY(Text))),
                units.c.unit_id == any_(bindparam("above", sorted(above), type_=ARRAY(Uuid))),
            )
        )
    )
    rows = found.all()
    founded, ground = {(row.name, row.parent_id) for row in rows}, {row.unit_id for row in rows}
    kept: dict[UUID, UnitBody] = {}
    # They come with parents before those below them.
    for unit_id, body in bodies.items():
        again = unit_id not in stands and (body.name, body.parent_id) in founded
        if not again and (body.parent_id is None or body.parent_id in ground or body.parent_id in kept):
            kept[unit_id] = body
    return kept
