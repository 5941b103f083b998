"""Appeals: filed, looked at, and what is done with them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import Asked, Command, Commanded, Reading, Sent
from chassis.identity import scopes
from contracts.envelope import GivenAmount
from contracts.notify import CITY_LEADER, Post
from scoring import actions, queries
from scoring.actions.appeals import Actor, AppealStepped, Said
from scoring.api.rights import may_see_unit, oversees
from scoring.queries.appeals import Concerned
from scoring.rules import appeals as way
from scoring.rules.appeals import Act, Side

router = APIRouter()

Reason = Annotated[str, Field(max_length=4_000)]
Value = Annotated[GivenAmount, Field(ge=0, lt=10**15)]


class AppealBody(BaseModel):
    """Against what, why, and which value the unit holds to be right, where it names one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period_id: UUID
    unit_id: UUID
    item: Annotated[str, Field(max_length=20)]
    reason: Reason
    value: Value | None = None


class StepBody(BaseModel):
    """What is done with an appeal that had ``steps`` steps; the office says why, and what counts from now on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    act: Act
    steps: Annotated[int, Field(ge=1, le=1000)]
    reason: Reason = ""
    value: Value | None = None


def _actor(who: Reading | Command) -> Actor:
    own = list(scopes(who.identity, Post.UNIT_OFFICER))
    office = who.identity.holds(Post.CITY_OFFICE)
    return Actor(who.identity.post, {*([Side.UNIT] if own else []), *([Side.OFFICE] if office else [])}, own)


def _possible(asked: Reading, appeal: dict[str, Any]) -> list[Act]:
    """Name what the caller can do with an appeal; nobody decides on the own unit."""
    by = _actor(asked)
    own = appeal["unit_id"] in by.own_units
    return list(way.possible(appeal["state"], {Side.UNIT} if own else set(by.sides) - {Side.UNIT}))


@router.post("/appeals", tags=["appeals"], status_code=201, response_model=AppealStepped)
async def file_appeal(body: Sent[AppealBody], commanded: Commanded, request: Request) -> Response:
    """File an appeal against one item of the own score."""
    commanded.identity.require((Post.UNIT_OFFICER, body.unit_id), who_may="chính đơn vị có điểm đó")
    place = (body.period_id, body.unit_id, body.item)
    said, by, days = Said(body.reason, body.value), _actor(commanded), request.app.state.service.settings.appeal_days
    return await commanded.once(
        body, lambda: actions.file_appeal(commanded.tx, *place, said, by=by, days=days), status=201
    )


@router.get("/appeals", tags=["appeals"])
async def appeals_of(
    asked: Asked,
    *,
    ended: bool = False,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """List the appeals that the caller may see: the office and the city's leader all, a head those of the block, a unit its own."""
    asked.identity.require(
        Post.CITY_OFFICE,
        CITY_LEADER,
        Post.UNIT_OFFICER,
        Post.BLOCK_HEAD,
        who_may="đơn vị, Phòng Nội vụ và lãnh đạo thành phố",
    )
    units, blocks = (list(scopes(asked.identity, post)) for post in (Post.UNIT_OFFICER, Post.BLOCK_HEAD))
    whose = None if oversees(asked) else Concerned(units, blocks)
    return await queries.appeals_of(asked.db, whose, ended=ended, after=after, limit=limit)


@router.get("/appeals/{appeal_id}", tags=["appeals"])
async def one_appeal(appeal_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give an appeal with every step that was taken, and what the caller can do with it now."""
    found = await queries.appeal(asked.db, appeal_id)
    asked.identity.require(
        Post.CITY_OFFICE,
        CITY_LEADER,
        (Post.UNIT_OFFICER, found["unit_id"]),
        (Post.BLOCK_HEAD, found["block_id"]),
        who_may="đơn vị đã kiến nghị, khối trưởng của khối đó hoặc Phòng Nội vụ thành phố",
    )
    return {**found, "possible": _possible(asked, found)}


@router.post("/appeals/{appeal_id}/steps", tags=["appeals"], response_model=AppealStepped)
async def move_appeal(appeal_id: UUID, body: Sent[StepBody], commanded: Commanded) -> Response:
    """Take an appeal up, uphold or reject it as the office, or withdraw it as the unit."""
    said, by = Said(body.reason, body.value), _actor(commanded)
    return await commanded.once(
        body, lambda: actions.move_appeal(commanded.tx, appeal_id, body.act, body.steps, said, by=by)
    )


@router.get("/campaigns/{campaign_id}/periods/{period_id}/scores/{unit_id}/appeals", tags=["appeals"])
async def appealing(
    campaign_id: UUID, period_id: UUID, unit_id: UUID, asked: Asked, request: Request
) -> dict[str, Any]:
    """Tell until when this unit can appeal against its score, and which items have an open appeal.

    ``confirmed`` is false: the number of days is configuration, no rule that is known says it.
    """
    await may_see_unit(asked, period_id, unit_id)
    days = request.app.state.service.settings.appeal_days
    return {"campaign_id": campaign_id, **await queries.appealing(asked.db, period_id, unit_id, days)}
