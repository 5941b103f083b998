"""Pledges."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries, rules
from registry.actions.bodies import PledgeStepBody, Stepped
from registry.api.rights import office_only, own_unit

router = APIRouter()


@router.get("/campaigns/{campaign_id}/pledges", tags=["pledges"])
async def list_pledges(
    campaign_id: UUID, asked: Asked, which: Annotated[queries.PledgesAsked, Query()]
) -> dict[str, Any]:
    """List the units that a campaign addresses with their pledges, in Vietnamese order or the newest step first."""
    office_only(asked)
    return await queries.list_pledges(asked.db, campaign_id, which)


@router.get("/campaigns/{campaign_id}/units/{unit_id}/pledge", tags=["pledges"])
async def one_pledge(campaign_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:
    own_unit(asked, unit_id)
    return await queries.pledge(asked.db, campaign_id, unit_id)


@router.post("/campaigns/{campaign_id}/units/{unit_id}/pledge/steps", tags=["pledges"])
async def take_pledge_step(
    campaign_id: UUID, unit_id: UUID, body: Sent[PledgeStepBody], commanded: Commanded
) -> Stepped:
    """Submit, amend or withdraw as the unit, approve or return as the office."""
    if body.act in rules.OFFICE_ACTS:
        office_only(commanded)
    else:
        own_unit(commanded, unit_id)
    post = commanded.identity.post
    return await actions.take_pledge_step(commanded.tx, campaign_id, unit_id, body, post=post)
