"""Scores of units."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Asked
from contracts.envelope import GivenAmount
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


@router.get("/campaigns/{campaign_id}/periods/{period_id}/scores/{unit_id}/recomputed", tags=["scores"])
async def one_score_recomputed(
    campaign_id: UUID,
    period_id: UUID,
    unit_id: UUID,
    asked: Asked,
    number: Annotated[int | None, Query(ge=1, le=10_000)] = None,
) -> dict[str, Any]:
    """Compute the score once more, or the one published the ``number``-th time, and tell whether the same comes out."""
    await may_see_unit(asked, period_id, unit_id)
    return {"campaign_id": campaign_id, **await queries.recomputed(asked.db, period_id, unit_id, number)}


@router.get("/campaigns/{campaign_id}/periods/{period_id}/scores/{unit_id}/tried/{criterion}", tags=["scores"])
async def one_line_tried(  # noqa: PLR0917
    campaign_id: UUID,
    period_id: UUID,
    unit_id: UUID,
    criterion: str,
    asked: Asked,
    value: Annotated[GivenAmount | None, Query(ge=0)] = None,
) -> dict[str, Any]:
    """Tell what would come of other figures for one line, all else as it stands; of ``value`` too, where it is given."""
    await may_see_unit(asked, period_id, unit_id)
    return {"campaign_id": campaign_id, **await queries.tried(asked.db, period_id, unit_id, criterion, value)}


@router.get("/campaigns/{campaign_id}/periods/{period_id}/scores/{unit_id}/place", tags=["scores"])
async def one_place(campaign_id: UUID, period_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:
    """Tell why a unit stands where it stands, now and as published: its neighbours, the distances, what decided, votes."""
    return {"campaign_id": campaign_id, **await queries.place(asked.db, period_id, unit_id, viewer(asked))}
