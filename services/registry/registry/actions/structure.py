"""Who takes part: units, and the blocks of a year."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.errors import FieldError, Invalid
from chassis.events import Tx
from chassis.text import fold, nfc
from contracts.registry import BlockFormed, UnitRegistered
from registry.actions.bodies import BlockBody, UnitBody, Versioned
from registry.actions.writing import put
from registry.tables import block_members, blocks, units


async def register_unit(tx: Tx, unit_id: UUID, body: UnitBody) -> Versioned:
    """Register or rewrite a unit; the same content again changes nothing and records nothing."""
    row = {**body.model_dump(), "name": nfc(body.name), "searched": fold(body.name)}
    version, changed = await put(tx, units, {"unit_id": unit_id}, row)
    if changed:
        tx.record(UnitRegistered(unit_id=unit_id, version=version, **{**body.model_dump(), "name": row["name"]}))
    return Versioned(version=version)


async def form_block(tx: Tx, block_id: UUID, body: BlockBody) -> Versioned:
    """Form a block of one year with its members; a unit that stands in another block of that year is refused."""
    await _refuse_foreign_members(tx, block_id, body)
    head = body.model_dump(exclude={"member_unit_ids"})
    version, changed = await put(tx, blocks, {"block_id": block_id}, head)
    found = await tx.db.execute(
        select(block_members.c.year, block_members.c.unit_id).where(block_members.c.block_id == block_id)
    )
    if {(body.year, unit) for unit in body.member_unit_ids} != {(row.year, row.unit_id) for row in found}:
        await tx.db.execute(block_members.delete().where(block_members.c.block_id == block_id))
        await tx.db.execute(
            insert(block_members),
            [{"year": body.year, "unit_id": unit, "block_id": block_id} for unit in body.member_unit_ids],
        )
        if not changed:
            version += 1
            await tx.db.execute(update(blocks).where(blocks.c.block_id == block_id).values(version=version))
        changed = True
    if changed:
        tx.record(BlockFormed(block_id=block_id, version=version, **body.model_dump()))
    return Versioned(version=version)


async def _refuse_foreign_members(tx: Tx, block_id: UUID, body: BlockBody) -> None:
    known = set(
        (await tx.db.execute(select(units.c.unit_id).where(units.c.unit_id.in_(body.member_unit_ids)))).scalars()
    )
    elsewhere = set(
        (
            await tx.db.execute(
                select(block_members.c.unit_id).where(
                    block_members.c.year == body.year,
                    block_members.c.unit_id.in_(body.member_unit_ids),
                    block_members.c.block_id != block_id,
                )
            )
        ).scalars()
    )
    errors = [
        FieldError(field=f"member_unit_ids.{place}", message="không có đơn vị này", remedy="Đăng ký đơn vị trước")
        if unit not in known
        else FieldError(field=f"member_unit_ids.{place}", message=f"đã ở khối khác trong năm {body.year}")
        for place, unit in enumerate(body.member_unit_ids)
        if unit not in known or unit in elsewhere
    ]
    if errors:
        raise Invalid(f"Có {len(errors)} đơn vị không vào được khối này.", errors=errors)
