"""All blocks of a period beside one another: their units by share, and how many of their boards are published."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Asked
from contracts.envelope import GivenInstant
from scoring import queries
from scoring.api.rights import viewer
from scoring.queries import CityAsked, Standing

router = APIRouter()

_CITY = "/campaigns/{campaign_id}/periods/{period_id}/city-board"


@router.get(_CITY, tags=["boards"])
async def city_board(
    campaign_id: UUID, period_id: UUID, which: Annotated[CityAsked, Query()], asked: Asked
) -> dict[str, Any]:
    """List the units of all blocks by their share of the points that could be had: as published, to the office as it stands.

    Official are the places within each block: blocks work under sheets of their own.
    """
    return await queries.city_board(asked.db, campaign_id, period_id, viewer(asked), which)


@router.get(_CITY + "/blocks", tags=["boards"])
async def blocks_of_city(  # noqa: PLR0917
    campaign_id: UUID,
    period_id: UUID,
    asked: Asked,
    standing: Standing = Standing.PUBLISHED,
    after: UUID | None = None,
    most: Annotated[int, Query(ge=1, le=500)] = 50,
    as_of: GivenInstant | None = None,
) -> dict[str, Any]:
    """Count the boards by how they stand, or had been published ``as_of`` an instant, and list them; ``next`` of one answer is ``after`` of the next question."""
    return await queries.blocks_of_city(
        asked.db, campaign_id, period_id, viewer(asked), standing=standing, after=after, most=most, as_of=as_of
    )
