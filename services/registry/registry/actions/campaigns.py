"""What units take part in: campaigns with their periods, and what each unit is to reach."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.errors import FieldError, Invalid
from chassis.events import Tx
from contracts.registry import CampaignLaunched, CampaignPeriod, TargetsAssigned
from registry.actions.bodies import CampaignBody, TargetsBody, Versioned
from registry.actions.writing import put
from registry.tables import campaigns, periods, targets


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
