"""Scores of units."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Asked
from scoring import queries
from scoring.api.rights import may_see_unit, viewer

router = APIRouter()


@router.get("/campaigns/{campaign_id}/periods/{period_id}/scores/{unit_id}", tags=["scores"])
async def one_score(campaign_id: UUID, period_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:
    await may_see_unit(asked, period_id, unit_id)
    return {"campaign_id": campaign_id, **await queries.score(asked.db, period_id, unit_id)}


@router.get("/campaigns/{campaign_id}/periods/{period_id}/scores/{unit_id}/published", tags=["scores"])
async def one_published_score(
    campaign_id: UUID,
    period_id: UUID,
    unit_id: UUID,
    asked: Asked,
    number: Annotated[int | None, Query(ge=1, le=10_000)] = None,
) -> dict[str, Any]:
    """Give the score as it was published, the newest time unless ``number`` tells, with the reason of every point."""
    await may_see_unit(asked, period_id, unit_id)
    return {"campaign_id": campaign_id, **await queries.published_score(asked.db, period_id, unit_id, number)}


@router.get("/campaigns/{campaign_id}/periods/{period_id}/scores/{unit_id}/place", tags=["scores"])
async def one_place(campaign_id: UUID, period_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:
    """Tell why a unit stands where it stands, now and as published: its neighbours, the distances, what decided, votes."""
    return {"campaign_id": campaign_id, **await queries.place(asked.db, period_id, unit_id, viewer(asked))}
