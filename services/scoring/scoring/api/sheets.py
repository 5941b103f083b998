"""Sheets: read, published, tried."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import Asked, Commanded, Sent
from contracts.envelope import GivenNumber
from contracts.notify import Post
from contracts.registry import Target, WhereTold
from scoring import actions, queries, rules
from scoring.actions import Versioned
from scoring.api.rights import office
from scoring.rules.sheet import NotNegative

router = APIRouter()


class Place(BaseModel):
    """Whose report it is to be, where: whose block is asked for leaders, if the sheet asks for them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period_id: UUID
    block_id: UUID
    unit_id: UUID


class TypedTarget(Target):
    """A plan value that is tried."""

    target: NotNegative | None = None
    stretch: WhereTold[NotNegative] = None


class Preview(BaseModel):
    """What a unit has typed so far, as amounts; nothing of it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: Annotated[dict[str, NotNegative], Field(max_length=500)]
    targets: Annotated[tuple[TypedTarget, ...], Field(max_length=500)] = ()
    late: bool = False
    late_days: Annotated[int, Field(ge=0, le=100_000)] = 0
    """By how many days it would be late; it may answer a return, so that it can be late by days and not ``late``."""
    place: Place | None = None


@router.get("/sheets", tags=["sheets"])
async def sheets(
    asked: Asked, after: UUID | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, Any]:
    """List sheets with how many blocks stand on each; ``next`` of one answer is ``after`` of the next question."""
    return await queries.sheets_in_use(asked.db, after=after, most=limit)


@router.get("/sheets/{sheet_id}", tags=["sheets"])
async def one_sheet(
    sheet_id: UUID,
    asked: Asked,
    version: Annotated[GivenNumber | None, Query(ge=1)] = None,
    period_id: UUID | None = None,
) -> rules.Sheet:
    """Give the newest version, the one that is named, or the one by which reports of a period are scored."""
    if period_id and version is None:
        return await queries.standing_sheet(asked.db, sheet_id, period_id)
    return await queries.sheet(asked.db, sheet_id, version)


@router.get("/sheets/{sheet_id}/versions", tags=["sheets"])
async def versions(sheet_id: UUID, asked: Asked) -> dict[str, Any]:
    """Name the versions, how many blocks stand on the sheet, and the periods in which they have boards.

    ``standing`` names where reports are scored by another version than the newest, no period being all of them.
    """
    return await queries.sheet_versions(asked.db, sheet_id)


@router.get("/sheets/{sheet_id}/differences", tags=["sheets"])
async def differences(
    sheet_id: UUID, asked: Asked, old: Annotated[GivenNumber, Query(ge=1)], new: Annotated[GivenNumber, Query(ge=1)]
) -> dict[str, Any]:
    """Tell in sentences what version ``new`` says otherwise than version ``old``."""
    return await queries.sheet_differences(asked.db, sheet_id, old=old, new=new)


@router.put("/sheets/{sheet_id}", tags=["sheets"])
async def publish_sheet(sheet_id: UUID, body: Sent[rules.Sheet], commanded: Commanded) -> Versioned:
    office(commanded)
    return await actions.publish_sheet(commanded.tx, sheet_id, body.model_copy(update={"sheet_id": sheet_id}))


@router.post("/sheets/{sheet_id}/preview", tags=["sheets"])
async def preview(sheet_id: UUID, body: Sent[Preview], asked: Asked) -> rules.Score:
    """Score what was typed so far, without keeping it; with ``place`` as it would be scored there now."""
    sheet = (
        await queries.standing_sheet(asked.db, sheet_id, body.place.period_id)
        if body.place
        else await queries.sheet(asked.db, sheet_id)
    )
    awards: list[rules.KnownAward] = []
    led = rules.asks_for_leaders(sheet)
    if body.place and (led or rules.asks_for_awards(sheet)):
        asked.identity.require((Post.UNIT_OFFICER, body.place.unit_id), who_may="chính đơn vị đó")
        awards = await queries.awards_of(asked.db, body.place.unit_id, body.place.block_id)
    facts = rules.Facts(
        values=body.values,
        targets={target.criterion: target for target in body.targets},
        late=body.late,
        late_days=body.late_days if body.late else 0,
        late_days_sent=body.late_days,
        awards=tuple(awards),
    )
    block = await queries.block_with(asked.db, sheet, facts, **dict(body.place)) if body.place and led else None
    return rules.score(sheet, facts, block)
