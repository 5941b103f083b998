"""Scoring's HTTP door: parse, ask or act, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import Asked, Commanded, Reading, Sent
from contracts.notify import Post
from contracts.registry import Target
from scoring import actions, queries, rules
from scoring.actions import Versioned
from scoring.rules.sheet import NotNegative

router = APIRouter()


class Preview(BaseModel):
    """What a unit has typed so far, as amounts; nothing of it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: Annotated[dict[str, NotNegative], Field(max_length=500)]
    targets: tuple[Target, ...] = ()
    late: bool = False


@router.get("/sheets/{sheet_id}", tags=["sheets"])
async def one_sheet(sheet_id: UUID, asked: Asked) -> rules.Sheet:
    return await queries.sheet(asked.db, sheet_id)


@router.put("/sheets/{sheet_id}", tags=["sheets"])
async def publish_sheet(sheet_id: UUID, body: Sent[rules.Sheet], commanded: Commanded) -> Versioned:
    commanded.identity.require((Post.CITY_OFFICE, None), who_may="Phòng Nội vụ thành phố")
    return await actions.publish_sheet(commanded.tx, sheet_id, body.model_copy(update={"sheet_id": sheet_id}))


@router.post("/sheets/{sheet_id}/preview", tags=["sheets"])
async def preview(sheet_id: UUID, body: Sent[Preview], asked: Asked) -> rules.Score:
    """Score what was typed so far, without keeping it."""
    facts = rules.Facts(
        values=body.values, targets={target.criterion: target for target in body.targets}, late=body.late
    )
    return rules.score(await queries.sheet(asked.db, sheet_id), facts)


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
