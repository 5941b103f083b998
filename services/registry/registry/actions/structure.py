"""Who takes part: units as they began, and the blocks of a year as they were formed."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from chassis.text import nfc, sort_bytes
from contracts.registry import BlockFormed, BlockHeadChanged, UnitRegistered
from registry import rules
from registry.actions.bodies import BlockBody, HeadBody, UnitBody, Versioned
from registry.actions.changes import ABOVE
from registry.actions.states import changes_of, searched, taken_codes, write_states
from registry.actions.writing import ONE_AT_A_TIME, put
from registry.tables import block_heads, block_members, blocks, unit_changes, units

Changes = tuple[rules.Change, ...]


async def register_unit(tx: Tx, unit_id: UUID, body: UnitBody, *, post: str, reason: str | None = None) -> Versioned:
    """Register a unit, or correct how it began; the same content again changes nothing and records nothing.

    What was decided of it later stays on top; raises ``Conflict`` where the unit would begin after that, ``Invalid`` for a
    parent that nobody knows or that stands below, and for a code that means another unit in those days.
    """
    await tx.db.execute(ONE_AT_A_TIME)
    if body.parent_id:
        over = (await tx.db.execute(ABOVE, {"unit_id": body.parent_id, "day": body.valid_from})).scalars()
        if unit_id in set(over):
            wrong = FieldError(field="parent_id", message="đứng dưới chính đơn vị này", remedy="Chọn cấp trên khác")
            raise Invalid("Một đơn vị không đứng dưới chính mình.", errors=[wrong])
    return Versioned(version=(await register_units(tx, {unit_id: body}, post=post, reason=reason))[unit_id])


async def register_units(
    tx: Tx, bodies: Mapping[UUID, UnitBody], *, post: str, reason: str | None = None
) -> dict[UUID, int]:
    """Register units, or correct how they began, as ``register_unit`` does; give the version of each.

    A parent among them may stand in any place. Who calls has waited for ``ONE_AT_A_TIME``, and has looked for circles.
    """
    found = await tx.db.execute(
        select(units.c.unit_id, units.c.version)
        .where(units.c.unit_id.in_(bodies))
        .order_by("unit_id")
        .with_for_update()
    )
    stored: dict[UUID, int] = {row.unit_id: row.version for row in found}
    decided = await changes_of(tx.db, stored) if stored else {}
    grounds = await _grounds(tx, decided)
    versions, rows, recorded, begun = {}, [], [], {}
    for unit_id, body in bodies.items():
        changes = decided.get(unit_id, ())
        change = _beginning(changes, body)
        versions[unit_id] = stored.get(unit_id, 0) + (change is not None)
        if change is None:
            continue
        name, short_name = change.sets["name"], change.sets.get("short_name")
        facts = {**body.model_dump(), "name": name, "short_name": short_name, "version": versions[unit_id]}
        rows.append({"unit_id": unit_id, **facts, "searched": searched(name, short_name), "sorted": sort_bytes(name)})
        why = reason or ("Đính chính đăng ký" if changes else "Đăng ký đơn vị")
        ground = grounds.get(unit_id, _NO_GROUND)
        recorded.append({"unit_id": unit_id, **change.model_dump(), **ground, "reason": why})
        begun[unit_id] = (*changes, change)
        tx.record(UnitRegistered(unit_id=unit_id, **facts))
    if not rows:
        return versions
    await _refuse_registration(tx, {unit_id: bodies[unit_id] for unit_id in begun}, decided, begun)
    # What they are called and so on, their states say below; a parent must be there before those below it.
    written = insert(units)
    await tx.db.execute(
        written.on_conflict_do_update(index_elements=["unit_id"], set_={"version": written.excluded.version}),
        [{**row, "parent_id": None} for row in rows],
    )
    by = {"recorded_by": post, "recorded_at": await tx.now()}
    await tx.db.execute(insert(unit_changes), [{**each, **by} for each in recorded])
    await write_states(tx, begun)
    return versions


_NO_GROUND: Final[Mapping[str, Any]] = {"others": {}, "decision_number": None, "decision_on": None}


async def _grounds(tx: Tx, decided: Mapping[UUID, Changes]) -> dict[UUID, Mapping[str, Any]]:
    """Give from whom and by which decision units were founded: however it is corrected, that is what they stand upon."""
    founded = rules.ChangeKind.FOUNDED
    asked = [unit_id for unit_id, changes in decided.items() if any(each.kind is founded for each in changes)]
    if not asked:
        return {}
    rows = await tx.db.execute(
        select(unit_changes.c.unit_id, *[unit_changes.c[name] for name in _NO_GROUND])
        .where(unit_changes.c.unit_id.in_(asked), unit_changes.c.kind == founded, unit_changes.c.revoked_at.is_(None))
        .order_by(unit_changes.c.change_id.desc())
    )
    # The founding itself comes last, and is what remains.
    return {row["unit_id"]: {name: row[name] for name in _NO_GROUND} for row in rows.mappings()}


async def _refuse_registration(
    tx: Tx, bodies: Mapping[UUID, UnitBody], decided: Mapping[UUID, Changes], begun: Mapping[UUID, Changes]
) -> None:
    """Refuse parents that nobody knows, and codes that mean another unit in the days from which these are to have them."""
    above = {body.parent_id for body in bodies.values() if body.parent_id} - bodies.keys()
    known = await tx.db.execute(select(units.c.unit_id).where(units.c.unit_id.in_(above)))
    unknown = above - set(known.scalars()) if above else set()
    errors = [
        FieldError(field="parent_id", message="không có đơn vị này", remedy="Chọn lại cấp trên")
        for body in bodies.values()
        if body.parent_id in unknown
    ]
    wanted = [
        rules.Holding(unit_id=unit_id, **state.model_dump(include={"name", "code", "from_on", "until_on"}))
        for unit_id, body in bodies.items()
        if _claims(rules.beginning(decided.get(unit_id, ())), body)
        for state in rules.states(begun[unit_id])
        if state.code
    ]
    for unit_id, held in (await taken_codes(tx.db, wanted)).items() if wanted else ():
        message, remedy = rules.said_of_code(held, bodies[unit_id].valid_from)
        errors.append(FieldError(field="code", message=message, remedy=remedy))
    if errors:
        raise Invalid(f"Còn {len(errors)} chỗ cần sửa trước khi đăng ký.", errors=errors)


def _claims(began: rules.Change | None, body: UnitBody) -> bool:
    """Whether a registration gives a unit a code, or gives it earlier: who only corrects a name keeps the code as it is."""
    return began is None or began.sets.get("code") != body.code or body.valid_from < began.effective_on


def _beginning(changes: tuple[rules.Change, ...], body: UnitBody) -> rules.Change | None:
    """Give how a unit begins by what is sent, None where it says the same; raises ``Conflict``."""
    # Who says nothing of the short name (a file, a loader of before) leaves it as it is.
    kept = {"valid_from"} | ({"short_name"} - body.model_fields_set)
    sets = {**body.model_dump(mode="json", exclude=kept), "name": nfc(body.name)}
    if sets.get("short_name"):
        sets["short_name"] = nfc(sets["short_name"])
    began = rules.beginning(changes)
    if began and (began.effective_on, began.sets | sets) == (body.valid_from, began.sets):
        return None
    _refuse_later_than(changes, body)
    # Only a unit that a merger or a split has founded has more to its beginning than is sent here.
    return rules.Change(
        change_id=uuid7(),
        kind=began.kind if began else rules.ChangeKind.REGISTERED,
        effective_on=body.valid_from,
        sets=(began.sets if began else {}) | sets,
    )


def _refuse_later_than(changes: tuple[rules.Change, ...], body: UnitBody) -> None:
    later = [each for each in changes if each.kind not in rules.BEGINNINGS]
    first = min((each.effective_on for each in later), default=None)
    if first and first <= body.valid_from:
        raise Conflict(
            f"Đơn vị này đã có thay đổi từ ngày {rules.day(first)}, nên phải lập trước ngày đó.",
            errors=[FieldError(field="valid_from", message="sau một thay đổi đã ghi", remedy="Chọn ngày sớm hơn")],
        )


async def form_block(tx: Tx, block_id: UUID, body: BlockBody) -> Versioned:
    """Form a block of one year with its members, or correct how it was formed; later moves of units stay on top.

    A unit that stands in another block of that year, or is no more when the year begins, is refused.
    """
    await _refuse_foreign_members(tx, block_id, body)
    head = body.model_dump(exclude={"member_unit_ids"}) | {"name": nfc(body.name)}
    version, changed = await put(tx, blocks, {"block_id": block_id}, head | {"sorted": sort_bytes(head["name"])})
    found = await tx.db.execute(
        select(block_members.c.year, block_members.c.unit_id).where(
            block_members.c.block_id == block_id, block_members.c.change_id.is_(None)
        )
    )
    wanted = {(body.year, unit) for unit in body.member_unit_ids}
    formed = {(row.year, row.unit_id) for row in found}
    for year, unit_id in sorted(formed - wanted):
        await tx.db.execute(
            block_members.delete().where(
                block_members.c.year == year,
                block_members.c.unit_id == unit_id,
                block_members.c.block_id == block_id,
                block_members.c.change_id.is_(None),
            )
        )
    if new := [unit_id for unit_id in body.member_unit_ids if (body.year, unit_id) not in formed]:
        begins = func.greatest(func.make_date(body.year, 1, 1), units.c.valid_from)
        # A unit that was founded into this block stands there already, from its first day on.
        await tx.db.execute(
            insert(block_members)
            .from_select(
                ["year", "unit_id", "from_on", "block_id"],
                select(literal(body.year), units.c.unit_id, begins, literal(block_id)).where(units.c.unit_id.in_(new)),
            )
            .on_conflict_do_update(index_elements=["year", "unit_id", "from_on"], set_={"change_id": None})
        )
    if formed != wanted:
        if not changed:
            version += 1
            await tx.db.execute(update(blocks).where(blocks.c.block_id == block_id).values(version=version))
        changed = True
    if changed:
        facts = body.model_dump(include=set(BlockFormed.model_fields)) | {"name": head["name"]}
        tx.record(BlockFormed(block_id=block_id, version=version, **facts))
    return Versioned(version=version)


async def _refuse_foreign_members(tx: Tx, block_id: UUID, body: BlockBody) -> None:
    asked = {name: getattr(body, name) for name in ("head_unit_id", "deputy_unit_id")}
    named = [*body.member_unit_ids, *[each for each in asked.values() if each]]
    known = {
        row.unit_id: row.ended_on
        for row in await tx.db.execute(select(units.c.unit_id, units.c.ended_on).where(units.c.unit_id.in_(named)))
    }
    elsewhere = set(
        (
            await tx.db.execute(
                select(block_members.c.unit_id)
                .join(units, units.c.unit_id == block_members.c.unit_id)
                .where(
                    block_members.c.year == body.year,
                    block_members.c.unit_id.in_(body.member_unit_ids),
                    block_members.c.block_id != block_id,
                    or_(block_members.c.change_id.is_(None), block_members.c.from_on == units.c.valid_from),
                )
            )
        ).scalars()
    )
    errors = []
    for place, unit in enumerate(body.member_unit_ids):
        field = f"member_unit_ids.{place}"
        if unit not in known:
            errors.append(FieldError(field=field, message="không có đơn vị này", remedy="Đăng ký đơn vị trước"))
        elif unit in elsewhere:
            errors.append(FieldError(field=field, message=f"đã ở khối khác trong năm {body.year}"))
        elif (end := known[unit]) and (end.year, end.month, end.day) <= (body.year, 1, 1):
            errors.append(
                FieldError(field=field, message=f"đã kết thúc từ ngày {rules.day(end)}", remedy="Bỏ đơn vị này")
            )
    errors += [
        FieldError(field=name, message="không có đơn vị này", remedy="Chọn lại đơn vị")
        for name, unit in asked.items()
        if unit and unit not in known
    ]
    members = set(body.member_unit_ids)
    errors += [
        FieldError(field=name, message="không ở trong khối này", remedy="Chọn một đơn vị của khối")
        for name, unit in asked.items()
        if unit in known and unit not in members
    ]
    if body.head_unit_id and body.head_unit_id == body.deputy_unit_id:
        errors.append(FieldError(field="deputy_unit_id", message="trùng với khối trưởng", remedy="Chọn đơn vị khác"))
    if errors:
        raise Invalid(f"Có {len(errors)} đơn vị không vào được khối này.", errors=errors)


async def lead_block(tx: Tx, block_id: UUID, body: HeadBody, *, post: str) -> Versioned:
    """Give a block another head or deputy from a day on; raises ``Invalid`` with every fault, ``NotFound``."""
    block = (
        (await tx.db.execute(select(blocks).where(blocks.c.block_id == block_id).with_for_update()))
        .mappings()
        .one_or_none()
    )
    if block is None:
        raise NotFound("Không có khối thi đua này.")
    members = await members_on(tx, block, body)
    taken = await tx.db.execute(
        select(block_heads.c.from_on).where(block_heads.c.block_id == block_id, block_heads.c.from_on == body.from_on)
    )
    errors = list(faults_of_head(block, body, members, taken=taken.first() is not None))
    if errors:
        raise Invalid(f"Có {len(errors)} chỗ cần sửa.", errors=errors)
    before = await _led_before(tx, block, body)
    await tx.db.execute(
        insert(block_heads).values(block_id=block_id, **body.model_dump(), recorded_by=post, recorded_at=await tx.now())
    )
    version = int(block["version"]) + 1
    await tx.db.execute(update(blocks).where(blocks.c.block_id == block_id).values(version=version))
    facts = body.model_dump(include={"from_on", "head_unit_id", "deputy_unit_id"})
    tx.record(BlockHeadChanged(block_id=block_id, version=version, **facts, **before))
    return Versioned(version=version)


async def _led_before(tx: Tx, block: Any, body: HeadBody) -> dict[str, UUID | None]:
    """Give who led the block until the day from which somebody else does."""
    turns = await tx.db.execute(
        select(block_heads)
        .where(block_heads.c.block_id == block["block_id"], block_heads.c.from_on < body.from_on)
        .order_by(block_heads.c.from_on.desc())
        .limit(1)
    )
    led = turns.mappings().one_or_none() or block
    return {f"previous_{name}": led[name] for name in ("head_unit_id", "deputy_unit_id")}


async def members_on(tx: Tx, block: Any, body: HeadBody) -> set[UUID]:
    """Give which of the two units named stand in the block on that day."""
    named = [each for each in (body.head_unit_id, body.deputy_unit_id) if each]
    found = await tx.db.execute(
        select(block_members.c.unit_id, block_members.c.block_id)
        .where(
            block_members.c.year == block["year"],
            block_members.c.unit_id.in_(named),
            block_members.c.from_on <= body.from_on,
        )
        .distinct(block_members.c.unit_id)
        .order_by(block_members.c.unit_id, block_members.c.from_on.desc())
    )
    return {row.unit_id for row in found if row.block_id == block["block_id"]}


def faults_of_head(block: Any, body: HeadBody, members: set[UUID], *, taken: bool) -> list[FieldError]:
    errors = []
    for field, unit in (("head_unit_id", body.head_unit_id), ("deputy_unit_id", body.deputy_unit_id)):
        if unit and unit not in members:
            errors.append(
                FieldError(field=field, message="không ở trong khối vào ngày này", remedy="Chọn một đơn vị của khối")
            )
    if body.head_unit_id and body.head_unit_id == body.deputy_unit_id:
        errors.append(FieldError(field="deputy_unit_id", message="trùng với khối trưởng", remedy="Chọn đơn vị khác"))
    if body.from_on.year != block["year"]:
        errors.append(
            FieldError(field="from_on", message=f"ngoài năm {block['year']} của khối", remedy="Chọn ngày khác")
        )
    if taken:
        errors.append(
            FieldError(
                field="from_on",
                message="đã có một lần đổi từ chính ngày này",
                remedy="Sửa lần đổi đó, hoặc chọn ngày khác",
            )
        )
    return errors
