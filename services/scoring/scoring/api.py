"""Scoring's HTTP door: parse, ask or act, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import Asked, Command, Commanded, Reading, Sent
from contracts.notify import Post
from contracts.registry import Target
from scoring import actions, queries, rules
from scoring.actions import RescoringStarted, Versioned
from scoring.rules.sheet import NotNegative

router = APIRouter()


class Preview(BaseModel):
    """What a unit has typed so far, as amounts; nothing of it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: Annotated[dict[str, NotNegative], Field(max_length=500)]
    targets: tuple[Target, ...] = ()
    late: bool = False


class Rescore(BaseModel):
    """What is to be rescored: one period, or all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period_id: UUID | None = None


def _office(who: Reading | Command) -> None:
    who.identity.require((Post.CITY_OFFICE, None), who_may="Phòng Nội vụ thành phố")


@router.get("/sheets/{sheet_id}", tags=["sheets"])
async def one_sheet(sheet_id: UUID, asked: Asked) -> rules.Sheet:
    return await queries.sheet(asked.db, sheet_id)


@router.put("/sheets/{sheet_id}", tags=["sheets"])
async def publish_sheet(sheet_id: UUID, body: Sent[rules.Sheet], commanded: Commanded) -> Versioned:
    _office(commanded)
    return await actions.publish_sheet(commanded.tx, sheet_id, body.model_copy(update={"sheet_id": sheet_id}))


@router.post("/sheets/{sheet_id}/preview", tags=["sheets"])
async def preview(sheet_id: UUID, body: Sent[Preview], asked: Asked) -> rules.Score:
    """Score what was typed so far, without keeping it."""
    facts = rules.Facts(
        values=body.values, targets={target.criterion: target for target in body.targets}, late=body.late
    )
    return rules.score(await queries.sheet(asked.db, sheet_id), facts)


@router.post("/sheets/{sheet_id}/rescorings", tags=["rescorings"], status_code=202, response_model=RescoringStarted)
async def start_rescoring(sheet_id: UUID, body: Sent[Rescore], commanded: Commanded) -> Response:
    """Start to rescore what stands on this sheet under its newest version; ``rescorings/{id}`` tells how far it is."""
    _office(commanded)
    return await commanded.once(
        body, lambda: actions.start_rescoring(commanded.tx, sheet_id, body.period_id), status=202
    )


@router.get("/sheets/{sheet_id}/rescorings", tags=["rescorings"])
async def rescorings_of(sheet_id: UUID, asked: Asked) -> dict[str, Any]:
    _office(asked)
    return {"items": await queries.rescorings_of(asked.db, sheet_id)}


@router.get("/rescorings/{rescoring_id}", tags=["rescorings"])
async def one_rescoring(rescoring_id: UUID, asked: Asked) -> dict[str, Any]:
    """Tell how far a rescoring has come: boards done of how many, and how many scores and places it has changed."""
    _office(asked)
    return await queries.rescoring(asked.db, rescoring_id)


@router.get("/rescorings/{rescoring_id}/blocks", tags=["rescorings"])
async def rescored_blocks(
    rescoring_id: UUID, asked: Asked, after: UUID | None = None, most: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, Any]:
    """Give points and places before and after, block by block; ``next`` of one answer is ``after`` of the next question."""
    _office(asked)
    return await queries.rescored(asked.db, rescoring_id, after=after, most=most)


def _may_see_unit(asked: Reading, unit_id: UUID) -> None:
    asked.identity.require(
        (Post.UNIT_OFFICER, unit_id),
        (Post.BLOCK_HEAD, None),
        (Post.CITY_OFFICE, None),
        who_may="chính đơn vị đó, khối trưởng hoặc Phòng Nội vụ thành phố",
    )


@router.get("/campaigns/{campaign_id}/periods/{period_id}/scores/{unit_id}", tags=["scores"])
async def one_score(campaign_id: UUID, period_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:
    _may_see_unit(asked, unit_id)
    return {"campaign_id": campaign_id, **await queries.score(asked.db, period_id, unit_id)}


@router.get("/campaigns/{campaign_id}/periods/{period_id}/boards/{block_id}", tags=["boards"])
async def one_board(campaign_id: UUID, period_id: UUID, block_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give the block's board; its members see one another's totals, the reasons stay with each unit."""
    return {"campaign_id": campaign_id, **await queries.board(asked.db, period_id, block_id)}
