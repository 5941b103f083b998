"""Boards of blocks: as they stand, as of an instant, as they were published; and their publication."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import Asked, Commanded, Sent
from contracts.envelope import GivenInstant
from contracts.scoring import BoardState
from scoring import actions, queries
from scoring.actions import Publish, Published
from scoring.api.rights import may_publish, publishable, viewer
from scoring.queries import Shown

router = APIRouter()

_BOARD = "/campaigns/{campaign_id}/periods/{period_id}/boards/{block_id}"
Number = Annotated[int, Path(ge=1, le=10_000)]


@dataclass(frozen=True)
class BoardOf:
    """The board that an address names."""

    campaign_id: UUID
    period_id: UUID
    block_id: UUID

    @property
    def key(self) -> tuple[UUID, UUID]:
        return self.period_id, self.block_id


Which = Annotated[BoardOf, Depends(BoardOf)]


class Slice(BaseModel):
    """Which rows of a board: ``most`` of them from ``start`` on, all unless told, or those of these units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    most: Annotated[int | None, Field(ge=1, le=500)] = None
    unit_id: Annotated[list[UUID], Field(max_length=500)] = []

    @property
    def told(self) -> Shown:
        return Shown(self.start, self.most, self.unit_id)


class Asking(Slice):
    """The same, and of which instant; then all rows are given."""

    as_of: GivenInstant | None = None


@router.get(_BOARD, tags=["boards"])
async def one_board(which: Which, asking: Annotated[Asking, Query()], asked: Asked) -> dict[str, Any]:
    """Give the block's board as it stands, or stood ``as_of`` an instant; members see one another's totals."""
    if asking.as_of is not None:
        board = await queries.board_as_of(asked.db, *which.key, viewer(asked), asking.as_of)
    else:
        board = await queries.board(asked.db, *which.key, viewer(asked), asking.told)
    return {"campaign_id": which.campaign_id, **board}


@router.get(_BOARD + "/published", tags=["boards"])
async def newest_published(which: Which, rows: Annotated[Slice, Query()], asked: Asked) -> dict[str, Any]:
    """Give the board as it was published last: to everybody, each what is disclosed to them."""
    return await queries.published_board(asked.db, *which.key, viewer(asked), shown=rows.told)


@router.get(_BOARD + "/waiting", tags=["boards"])
async def waiting(request: Request, which: Which, asked: Asked) -> dict[str, Any]:
    """Preview the next publication: who would move since the last one, what is open, and what the caller may do with it."""
    told = await queries.waiting(asked.db, *which.key, viewer(asked))
    if "possible" in told:
        heads_freeze = request.app.state.service.settings.heads_freeze
        told["possible"] = publishable(asked, which.block_id, told["possible"], heads_freeze=heads_freeze)
    return {"campaign_id": which.campaign_id, **told}


@router.get(_BOARD + "/publications", tags=["boards"])
async def publications(which: Which, asked: Asked) -> dict[str, Any]:
    return {"campaign_id": which.campaign_id, "items": await queries.publications_of(asked.db, *which.key)}


@router.get(_BOARD + "/publications/{number}", tags=["boards"])
async def one_publication(
    which: Which, number: Number, rows: Annotated[Slice, Query()], asked: Asked
) -> dict[str, Any]:
    return await queries.published_board(asked.db, *which.key, viewer(asked), number=number, shown=rows.told)


@router.put(_BOARD + "/publications/{number}", tags=["boards"], response_model=Published)
async def publish_board(
    request: Request, which: Which, number: Number, body: Sent[Publish], commanded: Commanded
) -> Response:
    """Freeze the board, or make it final; after that, correct it with a reason. ``waiting`` gives number and digest."""
    heads_freeze = request.app.state.service.settings.heads_freeze
    may_publish(commanded, which.block_id, final=body.state is BoardState.FINAL, heads_freeze=heads_freeze)
    return await commanded.once(
        body,
        lambda: actions.publish_board(commanded.tx, which.key, number, body, by=commanded.identity.post),
    )


@router.get("/campaigns/{campaign_id}/published-boards", tags=["boards"])
async def published_boards(campaign_id: UUID, asked: Asked, block_id: UUID | None = None) -> dict[str, Any]:
    """List the newest publication of every board of a campaign, or of those of one block."""
    return {"campaign_id": campaign_id, "items": await queries.published_in(asked.db, campaign_id, block_id)}


@router.get("/campaigns/{campaign_id}/units/{unit_id}/places", tags=["boards"])
async def places_of(campaign_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give where a unit stood, period by period: as published, and to itself and the office as it stands."""
    items = await queries.places_of(asked.db, campaign_id, unit_id, viewer(asked))
    return {"campaign_id": campaign_id, "unit_id": unit_id, "items": items}


@router.get("/units/{unit_id}/places", tags=["boards"])
async def every_place_of(unit_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give the same of all campaigns of whatever years, for the file of a unit."""
    return {"unit_id": unit_id, "items": await queries.places_of(asked.db, None, unit_id, viewer(asked))}


@router.get("/fingerprints/{begins}", tags=["boards"])
async def fingerprint(begins: Annotated[str, Path(pattern="^[0-9a-f]{12,64}$")], asked: Asked) -> dict[str, Any]:
    """Find the published boards whose fingerprint begins so, and whether they are still what was published."""
    return {"items": await queries.with_fingerprint(asked.db, begins)}
