"""Campaigns before their launch, and the steps of a campaign."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries
from registry.actions.bodies import (
    CampaignStepBody,
    ImportBody,
    Imported,
    NewDraftBody,
    SectionBody,
    Stepped,
    Versioned,
)
from registry.api.rights import office_only

router = APIRouter()


@router.get("/campaign-drafts", tags=["campaign drafts"])
async def list_drafts(asked: Asked, which: Annotated[queries.DraftsAsked, Query()]) -> dict[str, Any]:
    """List what is being written or was set aside, a page at a time, the one saved last first unless told."""
    office_only(asked)
    return await queries.list_drafts(asked.db, which)


@router.get("/campaign-drafts/{campaign_id}", tags=["campaign drafts"])
async def one_draft(campaign_id: UUID, asked: Asked) -> dict[str, Any]:
    office_only(asked)
    return await queries.draft(asked.db, campaign_id)


@router.put("/campaign-drafts/{campaign_id}", tags=["campaign drafts"])
async def begin_draft(campaign_id: UUID, body: Sent[NewDraftBody], commanded: Commanded) -> Versioned:
    office_only(commanded)
    return await actions.begin_draft(commanded.tx, campaign_id, body)


@router.put("/campaign-drafts/{campaign_id}/sections/{section}", tags=["campaign drafts"])
async def save_section(campaign_id: UUID, section: str, body: Sent[SectionBody], commanded: Commanded) -> Versioned:
    office_only(commanded)
    return await actions.save_section(commanded.tx, campaign_id, section, body)


@router.post("/campaign-drafts/{campaign_id}/import", tags=["campaign drafts"])
async def import_document(campaign_id: UUID, body: Sent[ImportBody], commanded: Commanded) -> Imported:
    """Fill a draft from its issuing document; what was not recognised stays beside it, and what was typed stays typed."""
    office_only(commanded)
    return await actions.import_document(commanded.tx, campaign_id, body)


@router.get("/campaign-drafts/{campaign_id}/preview", tags=["campaign drafts"])
async def preview(campaign_id: UUID, asked: Asked, after: UUID | None = None) -> dict[str, Any]:
    """Say whom a launch would reach and what stands in its way, and launch nothing."""
    office_only(asked)
    return await queries.preview(asked.db, campaign_id, after=after)


@router.post("/campaigns/{campaign_id}/steps", tags=["campaigns"])
async def take_campaign_step(campaign_id: UUID, body: Sent[CampaignStepBody], commanded: Commanded) -> Stepped:
    """Launch a draft, set it aside, take it up again, or close a campaign."""
    office_only(commanded)
    return await actions.take_campaign_step(commanded.tx, campaign_id, body, post=commanded.identity.post)
