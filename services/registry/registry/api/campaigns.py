"""Campaigns and targets."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries
from registry.actions.bodies import CampaignBody, TargetsBody, Versioned
from registry.api.rights import office_only

router = APIRouter()


@router.get("/campaigns", tags=["campaigns"])
async def list_campaigns(asked: Asked, limit: Annotated[int | None, Query(ge=1, le=500)] = None) -> dict[str, Any]:
    """Give the launched campaigns, first the one that the city works in; whole without ``limit``."""
    return {"items": await queries.list_campaigns(asked.db, limit=limit)}


@router.get("/campaigns/{campaign_id}", tags=["campaigns"])
async def one_campaign(campaign_id: UUID, asked: Asked) -> dict[str, Any]:
    return await queries.campaign(asked.db, campaign_id)


@router.put("/campaigns/{campaign_id}", tags=["campaigns"])
async def launch_campaign(campaign_id: UUID, body: Sent[CampaignBody], commanded: Commanded) -> Versioned:
    office_only(commanded)
    return await actions.launch_campaign(commanded.tx, campaign_id, body)


@router.get("/campaigns/{campaign_id}/units/{unit_id}/targets", tags=["targets"])
async def unit_targets(campaign_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:
    return await queries.unit_targets(asked.db, campaign_id, unit_id)


@router.put("/campaigns/{campaign_id}/units/{unit_id}/targets", tags=["targets"])
async def assign_targets(campaign_id: UUID, unit_id: UUID, body: Sent[TargetsBody], commanded: Commanded) -> Versioned:
    office_only(commanded)
    return await actions.assign_targets(commanded.tx, campaign_id, unit_id, body)
