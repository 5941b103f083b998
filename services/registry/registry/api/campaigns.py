"""Campaigns and targets."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries
from registry.actions.bodies import CampaignBody, CorrectionBody, Stepped, TargetsBody, Versioned
from registry.api.rights import office_only

router = APIRouter()


@router.get("/campaigns", tags=["campaigns"])
async def list_campaigns(asked: Asked, which: Annotated[queries.CampaignsAsked, Query()]) -> dict[str, Any]:
    """Give the launched campaigns, first the one that the city works in unless told; whole without ``limit``.

    ``period_id`` leaves those that have one of these periods, ``unit_id`` those that address the unit.
    """
    return await queries.list_campaigns(asked.db, which)


@router.get("/campaigns/{campaign_id}", tags=["campaigns"])
async def one_campaign(campaign_id: UUID, asked: Asked) -> dict[str, Any]:
    return await queries.campaign(asked.db, campaign_id)


@router.put("/campaigns/{campaign_id}", tags=["campaigns"])
async def launch_campaign(campaign_id: UUID, body: Sent[CampaignBody], commanded: Commanded) -> Versioned:
    office_only(commanded)
    return await actions.launch_campaign(commanded.tx, campaign_id, body, post=commanded.identity.post)


@router.get("/campaigns/{campaign_id}/corrections", tags=["campaigns"])
async def list_corrections(campaign_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give what a campaign said before, the newest correction first, and what may be corrected now, as it stands."""
    return await queries.corrections(asked.db, campaign_id)


@router.post("/campaigns/{campaign_id}/corrections", tags=["campaigns"])
async def correct_campaign(campaign_id: UUID, body: Sent[CorrectionBody], commanded: Commanded) -> Stepped:
    """Say otherwise what may be corrected after a launch: the document's number and day, what falls due later, a wider scope."""
    office_only(commanded)
    return await actions.correct_campaign(commanded.tx, campaign_id, body, post=commanded.identity.post)


@router.get("/campaigns/{campaign_id}/targets", tags=["targets"])
async def list_targets(
    campaign_id: UUID, asked: Asked, which: Annotated[queries.TargetsAsked, Query()]
) -> dict[str, Any]:
    """List the units of a campaign with the plan values that are their own, a page at a time."""
    office_only(asked)
    return await queries.list_targets(asked.db, campaign_id, which)


@router.get("/campaigns/{campaign_id}/units/{unit_id}/targets", tags=["targets"])
async def unit_targets(campaign_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:
    return await queries.unit_targets(asked.db, campaign_id, unit_id)


@router.put("/campaigns/{campaign_id}/units/{unit_id}/targets", tags=["targets"])
async def assign_targets(campaign_id: UUID, unit_id: UUID, body: Sent[TargetsBody], commanded: Commanded) -> Versioned:
    """Give a unit its plan values, all of them at once; none at all withdraws them, and the sheet's hold again."""
    office_only(commanded)
    return await actions.assign_targets(commanded.tx, campaign_id, unit_id, body.targets, seen=body.version)
