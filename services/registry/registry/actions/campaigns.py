"""What units take part in: campaigns with their periods, and what each unit is to reach."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.clock import business_now
from chassis.errors import Conflict, FieldError, Invalid
from chassis.events import Tx
from contracts.registry import CampaignClosed, CampaignLaunched, CampaignPeriod, RegistrationCalled, TargetsAssigned
from registry import rules
from registry.actions.bodies import CampaignBody, TargetsBody, Versioned
from registry.actions.writing import put
from registry.tables import blocks, campaign_drafts, campaigns, periods, targets


async def launch_campaign(tx: Tx, campaign_id: UUID, body: CampaignBody) -> Versioned:
    """Launch a campaign with its periods and the text of its issuing document; the same content again changes nothing.

    Raises ``Invalid`` for foreign periods and for a parent or blocks that do not exist, ``Conflict`` for a closed campaign.
    """
    await _refuse_foreign_periods(tx, campaign_id, body)
    await _refuse_unknown(tx, campaign_id, body)
    plain = body.model_dump(mode="json", include={"scope", "milestones", "goals"})
    row = body.model_dump(exclude={"periods", "document", "kind", *plain}) | plain
    row |= {"document": body.document, "kind": body.kind.value}
    before = await tx.db.execute(
        select(campaigns.c.milestones, campaigns.c.closed_at).where(campaigns.c.campaign_id == campaign_id)
    )
    stood = before.one_or_none()
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
    if not changed:
        return Versioned(version=version)
    if stood and stood.closed_at:
        raise Conflict("Phong trào này đã kết thúc, nên không phát động lại được. Hãy tạo phong trào năm sau từ nó.")
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
    due_on = rules.register_by(plain["milestones"])
    if due_on != rules.register_by(stood.milestones if stood else ()):
        tx.record(RegistrationCalled(campaign_id=campaign_id, version=version, year=body.year, due_on=due_on))
    await tx.db.execute(
        update(campaign_drafts).where(campaign_drafts.c.campaign_id == campaign_id).values(state="launched")
    )
    return Versioned(version=version)


async def close_campaign(tx: Tx, campaign_id: UUID, version: int) -> Versioned:
    """End a campaign: from now on it takes no report and no pledge; raises ``Conflict`` when it moved on."""
    found = await tx.db.execute(select(campaigns).where(campaigns.c.campaign_id == campaign_id).with_for_update())
    stored = found.mappings().one()
    if stored["version"] != version:
        raise Conflict("Phong trào này vừa được người khác sửa. Hãy xem lại rồi kết thúc.", version=stored["version"])
    now = await business_now(tx.db)
    await tx.db.execute(
        update(campaigns).where(campaigns.c.campaign_id == campaign_id).values(closed_at=now, version=version + 1)
    )
    tx.record(CampaignClosed(campaign_id=campaign_id, version=version + 1, year=stored["year"], closed_at=now))
    return Versioned(version=version + 1)


async def _refuse_unknown(tx: Tx, campaign_id: UUID, body: CampaignBody) -> None:
    errors = []
    if body.parent_id:
        known = await tx.db.execute(select(campaigns.c.campaign_id).where(campaigns.c.campaign_id == body.parent_id))
        if known.first() is None or body.parent_id == campaign_id:
            remedy = "Chọn một phong trào đã phát động, hoặc để trống"
            errors.append(FieldError(field="parent_id", message="không có phong trào này", remedy=remedy))
    if body.scope.block_ids:
        found = await tx.db.execute(select(blocks.c.block_id).where(blocks.c.block_id.in_(body.scope.block_ids)))
        missing = set(body.scope.block_ids) - set(found.scalars())
        errors += [
            FieldError(field=f"scope.block_ids.{place}", message="không có khối này", remedy="Chọn lại khối")
            for place, block in enumerate(body.scope.block_ids)
            if block in missing
        ]
    if errors:
        raise Invalid(f"Có {len(errors)} chỗ nhắc tới mục không có.", errors=errors)


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
