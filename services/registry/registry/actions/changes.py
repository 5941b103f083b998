"""What is decided of units: previewed with all that it touches, then recorded with its reason."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import VIETNAM, business_now
from chassis.errors import Conflict, FieldError, Invalid
from chassis.events import Tx
from chassis.text import nfc, sort_bytes
from contracts.registry import UnitChanged, UnitChangeKind, UnitRegistered
from registry import rules
from registry.actions.affected import affected_blocks, affected_periods, affected_pledges, affected_years
from registry.actions.bodies import Affected, ChangeBody, Changed, Touched
from registry.actions.states import changes_of, searched, write_states
from registry.actions.writing import ONE_AT_A_TIME, field_error
from registry.tables import block_members, blocks, unit_changes, unit_states, units

ABOVE: Final = text(
    """WITH RECURSIVE above (unit_id) AS (
      SELECT CAST(:unit_id AS uuid)
      UNION SELECT parent_id FROM unit_states JOIN above USING (unit_id)
      WHERE parent_id IS NOT NULL AND (until_on IS NULL OR until_on > :day))
    SELECT unit_id FROM above"""
)
"""All units above one, on that day or later: nobody may come to stand under itself."""


async def preview_change(db: AsyncConnection, body: ChangeBody) -> Affected:
    """Say what a decision would do, and keep nothing; refuses as ``change_units`` does."""
    body = _tidy(body)
    world = await _world(db, body)
    _refuse(body, world)
    return await _affected(db, body, world)


async def change_units(tx: Tx, body: ChangeBody, *, post: str) -> Changed:
    """Record a decision: its changes, how the units stand from then on, where they stand in the year's blocks.

    Raises ``Invalid`` with every fault, ``Conflict`` for what can no longer be decided, or when more than the preview
    showed (``seen``) would be touched.
    """
    body = _tidy(body)
    world = await _world(tx.db, body, lock=True)
    _refuse(body, world)
    if body.seen is not None and (await _affected(tx.db, body, world)).seen != body.seen:
        raise Conflict("Dữ liệu đã thay đổi từ lúc xem trước. Hãy xem lại những gì bị ảnh hưởng rồi xác nhận.")
    change_id = uuid7()
    plan = rules.plan(body, world)
    await _found(tx, body)
    versions = await next_versions(tx, [each.unit_id for each in plan])
    added = {each.unit_id: _change(change_id, body, each) for each in plan}
    places = await _places(tx, body, plan)
    stood = await _written_over(tx, places)
    await tx.db.execute(
        insert(unit_changes),
        [
            {
                "unit_id": each.unit_id,
                **added[each.unit_id].model_dump(mode="python"),
                "others": _others(each),
                "stood": stood.get(each.unit_id, []),
                **body.model_dump(include={"reason", "decision_number", "decision_on"}),
                "recorded_by": post,
                "recorded_at": await tx.now(),
            }
            for each in plan
        ],
    )
    earlier = {unit_id: known.changes for unit_id, known in world.units.items()}
    await write_states(tx, {unit_id: (*earlier.get(unit_id, ()), change) for unit_id, change in added.items()})
    await _stand(tx, change_id, places)
    for each in plan:
        _tell(tx, change_id, body, each, versions[each.unit_id])
    return Changed(change_id=change_id, units=_touched(plan, world, versions))


def _tidy(body: ChangeBody) -> ChangeBody:
    new = tuple(each.model_copy(update=_names(each)) for each in body.new_units)
    return body.model_copy(update={**_names(body), "new_units": new})


def _names(said: ChangeBody | rules.NewUnit) -> dict[str, str]:
    return {name: nfc(value) for name in ("name", "short_name") if (value := getattr(said, name))}


def _refuse(body: ChangeBody, world: rules.World) -> None:
    if faults := rules.check(body, world):
        raise Invalid(f"Còn {len(faults)} chỗ cần sửa.", errors=[field_error(fault) for fault in faults])
    if refused := rules.refused(body, world):
        raise Conflict(
            " ".join(each.message for each in refused),
            errors=[
                FieldError(field=f"unit_ids.{body.unit_ids.index(each.unit_id)}", message=each.message)
                for each in refused
            ],
            possible=sorted(set.intersection(*[set(each.possible) for each in refused])),
        )


async def _world(db: AsyncConnection, body: ChangeBody, *, lock: bool = False) -> rules.World:
    """Gather what a decision is checked against; with ``lock``, nothing of it changes until the transaction ends."""
    on = body.effective_on
    if lock:
        await db.execute(ONE_AT_A_TIME)
    named = {*body.unit_ids, body.into, body.parent_id, body.children_to}
    named |= {each for new in body.new_units for each in (new.unit_id, new.parent_id)}
    under = await _under(db, body)
    asked = sorted((named | {child for child, _, _ in under}) - {None}, key=str)
    question = select(units.c.unit_id, units.c.version).where(units.c.unit_id.in_(asked)).order_by(units.c.unit_id)
    versions = dict((await db.execute(question.with_for_update() if lock else question)).tuples().all())
    decided = await changes_of(db, versions.keys())
    children: dict[UUID, set[UUID]] = defaultdict(set)
    for child, above_it, _ in under:
        children[above_it].add(child)
    parent = body.parent_id if body.kind is rules.ActKind.PLACE else None
    above = (await db.execute(ABOVE, {"unit_id": parent, "day": on})).scalars() if parent else ()
    return rules.World(
        today=(await business_now(db)).astimezone(VIETNAM).date(),
        units={
            unit_id: rules.Known(unit_id=unit_id, version=version, changes=decided.get(unit_id, ()))
            for unit_id, version in versions.items()
        },
        children={parent: tuple(sorted(found)) for parent, found in children.items()},
        later_children=frozenset(parent for _, parent, from_on in under if from_on > on),
        above=frozenset(above),
        blocks=await _years_of_blocks(db, body),
        standings=await _standings(db, body),
        codes=await _holders(db, body),
    )


async def _under(db: AsyncConnection, body: ChangeBody) -> Sequence[tuple[UUID, UUID, Any]]:
    """Give (child, parent, since when) of the units that end, on that day or later."""
    found = await db.execute(
        select(unit_states.c.unit_id, unit_states.c.parent_id, unit_states.c.from_on).where(
            unit_states.c.parent_id.in_(rules.ending(body)),
            func.coalesce(unit_states.c.until_on > body.effective_on, True),
        )
    )
    return found.tuples().all()


async def _years_of_blocks(db: AsyncConnection, body: ChangeBody) -> dict[UUID, int]:
    named = {body.block_id, *[new.block_id for new in body.new_units]} - {None}
    found = await db.execute(select(blocks.c.block_id, blocks.c.year).where(blocks.c.block_id.in_(named)))
    return dict(found.tuples().all())


async def _standings(db: AsyncConnection, body: ChangeBody) -> dict[UUID, tuple[tuple[Any, UUID | None], ...]]:
    found = await db.execute(
        select(block_members.c.unit_id, block_members.c.from_on, block_members.c.block_id).where(
            block_members.c.year == body.effective_on.year, block_members.c.unit_id.in_(body.unit_ids)
        )
    )
    standings: dict[UUID, list[tuple[Any, UUID | None]]] = defaultdict(list)
    for unit_id, from_on, block_id in found:
        standings[unit_id].append((from_on, block_id))
    return {unit_id: tuple(each) for unit_id, each in standings.items()}


async def _holders(db: AsyncConnection, body: ChangeBody) -> dict[str, tuple[tuple[UUID, str], ...]]:
    """Give who has the codes named, on that day or later."""
    named = {body.code, *[new.code for new in body.new_units]} - {None}
    found = await db.execute(
        select(unit_states.c.code, unit_states.c.unit_id, unit_states.c.name).where(
            unit_states.c.code.in_(named), func.coalesce(unit_states.c.until_on > body.effective_on, True)
        )
    )
    holders: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
    for code, unit_id, name in found:
        holders[code].append((unit_id, name))
    return {code: tuple(each) for code, each in holders.items()}


async def _affected(db: AsyncConnection, body: ChangeBody, world: rules.World) -> Affected:
    plan = rules.plan(body, world)
    versions = {unit_id: known.version for unit_id, known in world.units.items()}
    shown = {
        "units": _touched(plan, world, versions),
        "children": sum(len(world.children.get(unit_id, ())) for unit_id in rules.ending(body)),
        "blocks": await affected_blocks(db, body, plan),
        "periods": await affected_periods(db, body, plan),
        "pledges": await affected_pledges(db, body, plan),
        "years": await affected_years(db, body, plan),
    }
    # Drafts go on being typed meanwhile: what is counted is what is touched, not how far it has come.
    how_far = {"periods": {"__all__": {"state", "late"}}, "pledges": {"__all__": {"state", "pledged_on"}}}
    basis = Affected(**shown, seen="").model_dump_json(exclude=how_far)
    return Affected(**shown, seen=hashlib.sha256(basis.encode()).hexdigest())


def _touched(plan: Collection[rules.Planned], world: rules.World, versions: dict[UUID, int]) -> tuple[Touched, ...]:
    return tuple(
        Touched(
            unit_id=each.unit_id,
            name=each.sets.get("name") or world.units[each.unit_id].states[-1].name,
            change=each.kind,
            version=versions.get(each.unit_id, 1),
        )
        for each in plan
    )


def _change(change_id: UUID, body: ChangeBody, planned: rules.Planned) -> rules.Change:
    return rules.Change(change_id=change_id, kind=planned.kind, effective_on=body.effective_on, sets=planned.sets)


def _others(planned: rules.Planned) -> dict[str, list[str]]:
    told = planned.model_dump(mode="json", include={"predecessors", "successors"})
    return {name: units for name, units in told.items() if units}


async def _found(tx: Tx, body: ChangeBody) -> None:
    """Add the units that this decision founds, and tell of each as of any that is registered."""
    for new in body.new_units:
        row = new.model_dump(exclude={"unit_id", "block_id"})
        await tx.db.execute(
            insert(units).values(
                unit_id=new.unit_id,
                **row,
                version=0,
                searched=searched(new.name, new.short_name),
                sorted=sort_bytes(new.name),
                valid_from=body.effective_on,
            )
        )
        tx.record(UnitRegistered(unit_id=new.unit_id, version=1, **row, valid_from=body.effective_on))


async def next_versions(tx: Tx, unit_ids: Collection[UUID]) -> dict[UUID, int]:
    found = await tx.db.execute(
        update(units)
        .where(units.c.unit_id.in_(unit_ids))
        .values(version=units.c.version + 1)
        .returning(units.c.unit_id, units.c.version)
    )
    return dict(found.tuples().all())


OUT: Final = frozenset({rules.ChangeKind.MERGED, rules.ChangeKind.SPLIT, rules.ChangeKind.CLOSED})


Places = list[dict[str, Any]]


async def _places(tx: Tx, body: ChangeBody, plan: Collection[rules.Planned]) -> Places:
    """Say where units stand in the year's blocks from that day on; years that are past keep theirs."""
    year = body.effective_on.year
    rows = [
        {"year": year, "unit_id": each.unit_id, "from_on": body.effective_on, "block_id": block_id}
        for each in plan
        for block_id in [each.sets.get("block_id")]
        if each.kind is rules.ChangeKind.MOVED or block_id
    ]
    gone = [each.unit_id for each in plan if each.kind in OUT]
    rows += [{"year": year, "unit_id": unit_id, "from_on": body.effective_on, "block_id": None} for unit_id in gone]
    already = await tx.db.execute(
        select(block_members.c.year, block_members.c.unit_id, block_members.c.from_on).where(
            block_members.c.unit_id.in_(gone), block_members.c.year > year
        )
    )
    return rows + [{**row, "block_id": None} for row in already.mappings()]


async def _written_over(tx: Tx, places: Places) -> dict[UUID, list[dict[str, Any]]]:
    """Give, by unit, what stands where these places will: a decision that is revoked gives it back."""
    key = ("year", "unit_id", "from_on")
    wanted = {tuple(place[name] for name in key) for place in places}
    found = await tx.db.execute(
        select(block_members).where(block_members.c.unit_id.in_({place["unit_id"] for place in places}))
    )
    stood: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in found.mappings():
        if tuple(row[name] for name in key) in wanted:
            told = {"from_on": row["from_on"].isoformat(), "year": row["year"]}
            ids = {name: str(row[name]) if row[name] else None for name in ("block_id", "change_id")}
            stood[row["unit_id"]].append(told | ids)
    return stood


async def _stand(tx: Tx, change_id: UUID, places: Places) -> None:
    if places:
        written = insert(block_members)
        kept = {name: written.excluded[name] for name in ("block_id", "change_id")}
        await tx.db.execute(
            written.on_conflict_do_update(index_elements=["year", "unit_id", "from_on"], set_=kept),
            [{**row, "change_id": change_id} for row in places],
        )


def _tell(tx: Tx, change_id: UUID, body: ChangeBody, planned: rules.Planned, version: int) -> None:
    """Tell of what became of a unit; how it is reached is nobody's business but the registry's."""
    if planned.kind is rules.ChangeKind.CONTACTED:
        return
    told = {name: planned.sets.get(name) for name in ("name", "short_name", "code", "parent_id", "block_id")}
    tx.record(
        UnitChanged(
            change_id=change_id,
            unit_id=planned.unit_id,
            version=version,
            kind=UnitChangeKind(planned.kind),
            effective_on=body.effective_on,
            **told,
            predecessors=planned.predecessors,
            successors=planned.successors,
        )
    )
