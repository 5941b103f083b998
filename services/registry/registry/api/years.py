"""Years in figures."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries
from registry.actions.bodies import DerivedYearBody, Versioned, YearBody
from registry.api.rights import looked, own_unit

router = APIRouter()
Year = Annotated[int, Path(ge=2000, le=2100)]


@router.get("/units/{unit_id}/years/{year}", tags=["year records"])
async def year_record(unit_id: UUID, year: Year, asked: Asked) -> dict[str, Any]:
    own_unit(asked, unit_id)
    return await queries.year_record(asked.db, unit_id, year)


@router.put("/units/{unit_id}/years/{year}", tags=["year records"])
async def record_year(unit_id: UUID, year: Year, body: Sent[YearBody], commanded: Commanded) -> Versioned:
    own_unit(commanded, unit_id)
    return await actions.record_year(commanded.tx, unit_id, year, body)


@router.put("/units/{unit_id}/years/{year}/from-people", tags=["year records"])
async def derive_year(unit_id: UUID, year: Year, body: Sent[DerivedYearBody], commanded: Commanded) -> Versioned:
    """Have the year follow from the unit's list of people, until it is typed again."""
    own_unit(commanded, unit_id)
    return await actions.derive_year(commanded.tx, unit_id, year, body)


@router.get("/units/{unit_id}/years/{year}/people", tags=["year records"])
async def counted_people(
    unit_id: UUID, year: Year, asked: Asked, which: Annotated[queries.CountedAsked, Query()]
) -> dict[str, Any]:
    """Say whom a derived figure counts, and by which entry."""
    own_unit(asked, unit_id)
    found = await queries.counted_people(asked.db, unit_id, year, which)
    looked(asked, [each["person_id"] for each in found["items"]], "list")
    return found
