"""Units and blocks."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries
from registry.actions.bodies import (
    BlockBody,
    UnitBody,
    Versioned,
)
from registry.api.rights import office_only

router = APIRouter()


@router.get("/units", tags=["units"])
async def list_units(asked: Asked, search: Annotated[str, Query(max_length=100)] = "") -> dict[str, Any]:
    return {"items": await queries.list_units(asked.db, search=search)}


@router.put("/units/{unit_id}", tags=["units"])
async def register_unit(unit_id: UUID, body: Sent[UnitBody], commanded: Commanded) -> Versioned:
    office_only(commanded)
    return await actions.register_unit(commanded.tx, unit_id, body)


@router.get("/blocks", tags=["blocks"])
async def list_blocks(asked: Asked, year: int | None = None) -> dict[str, Any]:
    return {"items": await queries.list_blocks(asked.db, year=year)}


@router.put("/blocks/{block_id}", tags=["blocks"])
async def form_block(block_id: UUID, body: Sent[BlockBody], commanded: Commanded) -> Versioned:
    office_only(commanded)
    return await actions.form_block(commanded.tx, block_id, body)
