"""Votes of blocks between units that nothing else tells apart."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import Asked, Commanded, Sent
from chassis.identity import scopes
from contracts.notify import Post
from scoring import actions, queries
from scoring.actions import VoteRecorded
from scoring.api.rights import head_or_office, viewer

router = APIRouter()

_PLACE = "/campaigns/{campaign_id}/periods/{period_id}/boards/{block_id}/votes"


class Votes(BaseModel):
    """How many votes each unit had; ``reason`` is asked for where this corrects a vote between the same units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    votes: Annotated[dict[UUID, Annotated[int, Field(ge=0, le=10_000)]], Field(min_length=1, max_length=5_000)]
    reason: Annotated[str, Field(max_length=1_000)] = ""


@router.get(_PLACE, tags=["boards"])
async def votes_of(campaign_id: UUID, period_id: UUID, block_id: UUID, asked: Asked) -> dict[str, Any]:
    """Tell between whom the block can vote, and what it has voted; ``votes`` by unit."""
    return {"campaign_id": campaign_id, **await queries.votes(asked.db, period_id, block_id, viewer(asked))}


@router.post(_PLACE, tags=["boards"], status_code=201, response_model=VoteRecorded)
async def record_vote(
    campaign_id: UUID,  # noqa: ARG001 - part of the address
    period_id: UUID,
    block_id: UUID,
    body: Sent[Votes],
    commanded: Commanded,
) -> Response:
    """Record a vote between units that are equal to the end; the head of the block does, never on the own unit."""
    head_or_office(commanded, block_id)

    async def act() -> VoteRecorded:
        return await actions.record_vote(
            commanded.tx,
            period_id,
            block_id,
            body.votes,
            reason=body.reason,
            by_post=commanded.identity.post,
            own_units=list(scopes(commanded.identity, Post.UNIT_OFFICER)),
        )

    return await commanded.once(body, act, status=201)
