"""Units and blocks."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries
from registry.actions.bodies import (
    Affected,
    BlockBody,
    ChangeBody,
    Changed,
    FormationBody,
    HeadBody,
    RegistrationBody,
    RevocationBody,
    TurnBody,
    UnitBody,
    Versioned,
)
from registry.api.rights import looked, office_only, own_unit

router = APIRouter()


@router.get("/units", tags=["units"])
async def list_units(asked: Asked, which: Annotated[queries.UnitsAsked, Query()]) -> dict[str, Any]:
    """Give units as they stood on a day (today unless told), in Vietnamese order; whole without ``limit``."""
    return await queries.list_units(asked.db, which)


@router.get("/units/{unit_id}", tags=["units"])
async def one_unit(unit_id: UUID, asked: Asked, on: date | None = None) -> dict[str, Any]:
    return await queries.unit(asked.db, unit_id, on=on)


@router.get("/units/{unit_id}/history", tags=["units"])
async def unit_history(unit_id: UUID, asked: Asked) -> dict[str, Any]:
    return await queries.unit_history(asked.db, unit_id)


@router.get("/units/{unit_id}/line", tags=["units"])
async def unit_line(unit_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give the unit and those whose years it goes on from: whoever went into it, and from which day on."""
    return {"unit_id": unit_id, "items": await queries.line_of(asked.db, unit_id)}


@router.get("/units/{unit_id}/achievements", tags=["units"])
async def unit_achievements(unit_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give figures, ratings, awards, registrations and initiatives of a unit and of its predecessors' years, to itself and the office."""
    own_unit(asked, unit_id)
    found = await queries.achievements(asked.db, unit_id)
    looked(asked, {each["person_id"] for each in found["initiatives"]} - {None}, "list")
    return found


@router.put("/units/{unit_id}", tags=["units"])
async def register_unit(unit_id: UUID, body: Sent[UnitBody], commanded: Commanded) -> Versioned:
    office_only(commanded)
    return await actions.register_unit(commanded.tx, unit_id, body, post=commanded.identity.post)


@router.put("/units/{unit_id}/registration", tags=["units"])
async def correct_unit(unit_id: UUID, body: Sent[RegistrationBody], commanded: Commanded) -> Versioned:
    """Correct how a unit began, with a reason; what was decided of it later stays on top."""
    office_only(commanded)
    return await actions.correct_unit(commanded.tx, unit_id, body, post=commanded.identity.post)


@router.post("/unit-changes/preview", tags=["units"])
async def preview_change(body: Sent[ChangeBody], asked: Asked) -> Affected:
    """Say what a decision would touch, and keep nothing."""
    office_only(asked)
    return await actions.preview_change(asked.db, body)


@router.post("/unit-changes", tags=["units"], status_code=201, response_model=Changed)
async def change_units(body: Sent[ChangeBody], commanded: Commanded) -> Response:
    office_only(commanded)
    post = commanded.identity.post
    return await commanded.once(body, lambda: actions.change_units(commanded.tx, body, post=post), status=201)


@router.post("/unit-changes/{change_id}/revoke", tags=["units"], response_model=Changed)
async def revoke_change(change_id: UUID, body: Sent[RevocationBody], commanded: Commanded) -> Response:
    """Take a decision back that was entered wrongly, while nothing has been built upon it."""
    office_only(commanded)
    post = commanded.identity.post
    return await commanded.once(body, lambda: actions.revoke_change(commanded.tx, change_id, body, post=post))


@router.get("/blocks", tags=["blocks"])
async def list_blocks(asked: Asked, which: Annotated[queries.BlocksAsked, Query()]) -> dict[str, Any]:
    """Give blocks with members and heads as they stood on a day (today unless told); whole without ``limit``."""
    return await queries.list_blocks(asked.db, which)


@router.get("/blocks/{block_id}", tags=["blocks"])
async def one_block(block_id: UUID, asked: Asked, on: date | None = None) -> dict[str, Any]:
    return await queries.block(asked.db, block_id, on=on)


@router.put("/blocks/{block_id}", tags=["blocks"])
async def form_block(block_id: UUID, body: Sent[BlockBody], commanded: Commanded) -> Versioned:
    office_only(commanded)
    return await actions.form_block(commanded.tx, block_id, body)


@router.put("/blocks/{block_id}/formation", tags=["blocks"])
async def correct_block(block_id: UUID, body: Sent[FormationBody], commanded: Commanded) -> Versioned:
    """Correct how a block was formed; moves of units and turns of its head stay on top."""
    office_only(commanded)
    return await actions.correct_block(commanded.tx, block_id, body)


@router.post("/blocks/{block_id}/heads", tags=["blocks"], status_code=201, response_model=Versioned)
async def lead_block(block_id: UUID, body: Sent[HeadBody], commanded: Commanded) -> Response:
    office_only(commanded)
    post = commanded.identity.post
    return await commanded.once(body, lambda: actions.lead_block(commanded.tx, block_id, body, post=post), status=201)


@router.put("/blocks/{block_id}/heads/{from_on}", tags=["blocks"])
async def correct_turn(block_id: UUID, from_on: date, body: Sent[TurnBody], commanded: Commanded) -> Versioned:
    """Correct who leads a block from a day that was entered before."""
    office_only(commanded)
    return await actions.correct_turn(commanded.tx, block_id, from_on, body, post=commanded.identity.post)
