"""Who has not sent a report, and reminding them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.http import Asked, Command, Commanded, Reading, Sent
from chassis.identity import scopes
from contracts.notify import CITY_LEADER, Post
from registry import actions, queries
from registry.actions.bodies import RemindBody, Reminded

router = APIRouter()

_PLACE = "/campaigns/{campaign_id}/periods/{period_id}"


@router.get(_PLACE + "/missing", tags=["reminders"])
async def missing_by_block(
    campaign_id: UUID,
    period_id: UUID,
    asked: Asked,
    after: Annotated[str | None, Query(max_length=2000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Give how many units have sent no report, by block: of all blocks to the office and the leader, of the own to a head."""
    asked.identity.require(
        Post.CITY_OFFICE,
        CITY_LEADER,
        Post.BLOCK_HEAD,
        who_may="Phòng Nội vụ, lãnh đạo thành phố hoặc khối trưởng",
    )
    everywhere = asked.identity.holds(Post.CITY_OFFICE) or asked.identity.holds(CITY_LEADER)
    only = None if everywhere else tuple(scopes(asked.identity, Post.BLOCK_HEAD))
    return await queries.missing_by_block(asked.db, campaign_id, period_id, only=only, after=after, limit=limit)


@router.get(_PLACE + "/blocks/{block_id}/missing", tags=["reminders"])
async def missing_of_block(campaign_id: UUID, period_id: UUID, block_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give the units of a block that have sent no report: state ``null`` where nothing was typed yet."""
    if not asked.identity.holds(CITY_LEADER):
        _head_or_office(asked, block_id)
    return await queries.missing_of_block(asked.db, campaign_id, period_id, block_id)


@router.post(_PLACE + "/blocks/{block_id}/reminders", tags=["reminders"], status_code=201, response_model=Reminded)
async def remind_units(
    campaign_id: UUID, period_id: UUID, block_id: UUID, body: Sent[RemindBody], commanded: Commanded
) -> Response:
    """Remind the units of a block that have sent no report, each once a day at most."""
    by = _head_or_office(commanded, block_id)
    return await commanded.once(
        body,
        lambda: actions.remind_units(commanded.tx, campaign_id, period_id, block_id, body, by=by),
        status=201,
    )


def _head_or_office(door: Command | Reading, block_id: UUID) -> Post:
    """Refuse whoever is neither the block's head nor the office; give which of them it is."""
    door.identity.require(
        (Post.BLOCK_HEAD, block_id),
        Post.CITY_OFFICE,
        who_may="trưởng khối của các đơn vị đó, hoặc Phòng Nội vụ thành phố",
    )
    return Post.BLOCK_HEAD if door.identity.holds(Post.BLOCK_HEAD, block_id) else Post.CITY_OFFICE
