"""Rescorings: started, followed, and what they changed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.http import Asked, Commanded, Sent
from scoring import actions, queries
from scoring.actions import Rescore, RescoringStarted
from scoring.api.rights import office

router = APIRouter()


@router.post("/sheets/{sheet_id}/rescorings", tags=["rescorings"], status_code=202, response_model=RescoringStarted)
async def start_rescoring(sheet_id: UUID, body: Sent[Rescore], commanded: Commanded) -> Response:
    """Start to rescore what stands on this sheet, under its newest version or for a reason an older one.

    ``rescorings/{id}`` tells how far it is.
    """
    office(commanded)
    return await commanded.once(
        body,
        lambda: actions.start_rescoring(
            commanded.tx, sheet_id, body.period_id, version=body.version, reason=body.reason
        ),
        status=202,
    )


@router.get("/sheets/{sheet_id}/rescorings", tags=["rescorings"])
async def rescorings_of(sheet_id: UUID, asked: Asked) -> dict[str, Any]:
    office(asked)
    return {"items": await queries.rescorings_of(asked.db, sheet_id)}


@router.get("/rescorings/{rescoring_id}", tags=["rescorings"])
async def one_rescoring(rescoring_id: UUID, asked: Asked) -> dict[str, Any]:
    """Tell how far a rescoring has come: boards done of how many, and how many scores and places it has changed."""
    office(asked)
    return await queries.rescoring(asked.db, rescoring_id)


@router.get("/rescorings/{rescoring_id}/blocks", tags=["rescorings"])
async def rescored_blocks(
    rescoring_id: UUID, asked: Asked, after: UUID | None = None, most: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, Any]:
    """Give points and places before and after, block by block; ``next`` of one answer is ``after`` of the next question."""
    office(asked)
    return await queries.rescored(asked.db, rescoring_id, after=after, most=most)
