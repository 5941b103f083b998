"""Rehearsals: started, followed, and what they show."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.http import Asked, Commanded, Sent
from scoring import actions, queries
from scoring.actions import Discarded, RehearsalStarted, Rehearse
from scoring.api.rights import office

router = APIRouter(tags=["rehearsals"])


@router.post("/rehearsals", status_code=202, response_model=RehearsalStarted)
async def start_rehearsal(body: Sent[Rehearse], commanded: Commanded) -> Response:
    """Start to put a past period under a draft or another version; no score and no board changes by it."""
    office(commanded)
    return await commanded.once(body, lambda: actions.start_rehearsal(commanded.tx, body), status=202)


@router.get("/rehearsals")
async def rehearsals(
    asked: Asked,
    *,
    discarded: bool | None = None,
    after: UUID | None = None,
    most: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """List rehearsals, the newest first; ``next`` of one answer is ``after`` of the next question."""
    office(asked)
    return await queries.rehearsals_held(asked.db, discarded=discarded, after=after, most=most)


@router.post("/rehearsals/{rehearsal_id}/discard")
async def discard_rehearsal(rehearsal_id: UUID, commanded: Commanded) -> Discarded:
    """Throw a rehearsal away; that it was held, by whom it was thrown away and when stays in the list."""
    office(commanded)
    return await actions.discard_rehearsal(commanded.tx, rehearsal_id, by=commanded.identity.post)


@router.get("/rehearsals/{rehearsal_id}")
async def one_rehearsal(rehearsal_id: UUID, asked: Asked) -> dict[str, Any]:
    """Tell how far it has come, how many would move, and of each line what it decides and how far it moves units."""
    office(asked)
    return await queries.rehearsal(asked.db, rehearsal_id)


@router.get("/rehearsals/{rehearsal_id}/blocks")
async def rehearsed_blocks(
    rehearsal_id: UUID, asked: Asked, after: UUID | None = None, most: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, Any]:
    """Give who would move, block by block; ``next`` of one answer is ``after`` of the next question."""
    office(asked)
    return await queries.rehearsed_blocks(asked.db, rehearsal_id, after=after, most=most)
