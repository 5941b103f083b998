"""Who takes part in what: units, blocks, campaigns and their targets."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.errors import FieldError, Invalid
from chassis.events import Tx
from chassis.text import fold, nfc
from contracts.registry import BlockFormed, CampaignLaunched, CampaignPeriod, TargetsAssigned, UnitRegistered
from registry.actions.bodies import BlockBody, CampaignBody, TargetsBody, UnitBody, Versioned
from registry.actions.writing import put
from registry.tables import block_members, blocks, campaigns, periods, targets, units


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


async def launch_campaign(tx: Tx, campaign_id: UUID, body: CampaignBody) -> Versioned:
    """Launch a campaign with its periods and the text of its issuing document; raises ``Invalid`` for foreign periods."""
    await _refuse_foreign_periods(tx, campaign_id, body)
    row = body.model_dump(exclude={"periods", "document"}) | {"document": body.document}
    version, changed = await put(tx, campaigns, {"campaign_id": campaign_id}, row)
    for period in body.periods:
        values = {**period.model_dump(), "campaign_id": campaign_id}
        found = await tx.db.execute(select(periods).where(periods.c.period_id == period.period_id))
        stored = found.mappings().one_or_none()
        if stored is None or dict(stored) != values:
            await tx.db.execute(
                insert(periods).values(values).on_conflict_do_update(index_elements=["period_id"], set_=values)
            )
            if not changed:
                version += 1
                await tx.db.execute(
                    update(campaigns).where(campaigns.c.campaign_id == campaign_id).values(version=version)
                )
            changed = True
    if changed:
        tx.record(
            CampaignLaunched(
                campaign_id=campaign_id,
                version=version,
                year=body.year,
                name=body.name,
                starts_on=body.starts_on,
                ends_on=body.ends_on,
                periods=tuple(CampaignPeriod(**period.model_dump()) for period in body.periods),
            )
        )
    return Versioned(version=version)


async def _refuse_foreign_periods(tx: Tx, campaign_id: UUID, body: CampaignBody) -> None:
    found = await tx.db.execute(
        select(periods.c.period_id).where(
            periods.c.period_id.in_([period.period_id for period in body.periods]),
            periods.c.campaign_id != campaign_id,
        )
    )
    foreign = set(found.scalars())
    errors = [
        FieldError(
            field=f"periods.{place}.period_id", message="là kỳ của phong trào khác", remedy="Đặt mã mới cho kỳ này"
        )
        for place, period in enumerate(body.periods)
        if period.period_id in foreign
    ]
    if errors:
        raise Invalid(f"Có {len(errors)} kỳ thuộc phong trào khác.", errors=errors)


async def assign_targets(tx: Tx, campaign_id: UUID, unit_id: UUID, body: TargetsBody) -> Versioned:
    """Give a unit its plan values; a criterion that is not assigned leaves its maximum."""
    row = {"targets": [target.model_dump(mode="json") for target in body.targets]}
    version, changed = await put(tx, targets, {"campaign_id": campaign_id, "unit_id": unit_id}, row)
    if changed:
        tx.record(TargetsAssigned(campaign_id=campaign_id, unit_id=unit_id, version=version, targets=body.targets))
    return Versioned(version=version)
