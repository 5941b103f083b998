"""Years in figures."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries
from registry.actions.bodies import Versioned, YearBody
from registry.api.rights import own_unit

router = APIRouter()


@router.get("/units/{unit_id}/years/{year}", tags=["year records"])
async def year_record(unit_id: UUID, year: int, asked: Asked) -> dict[str, Any]:
    own_unit(asked, unit_id)
    return await queries.year_record(asked.db, unit_id, year)


@router.put("/units/{unit_id}/years/{year}", tags=["year records"])
async def record_year(unit_id: UUID, year: int, body: Sent[YearBody], commanded: Commanded) -> Versioned:
    own_unit(commanded, unit_id)
    return await actions.record_year(commanded.tx, unit_id, year, body)
