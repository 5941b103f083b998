"""The registry's HTTP door: parse, ask or act, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from chassis.http import Asked, Command, Commanded, Reading, Sent
from contracts.notify import Post
from registry import actions, queries
from registry.actions.bodies import (
    BlockBody,
    CampaignBody,
    CheckBody,
    Checked,
    DraftBody,
    Receipt,
    ReportBody,
    Saved,
    TargetsBody,
    UnitBody,
    Versioned,
    YearBody,
)

router = APIRouter()
_OFFICE = (Post.CITY_OFFICE, None)


def _office_only(commanded: Command) -> None:
    commanded.identity.require(_OFFICE, who_may="Phòng Nội vụ thành phố")


def _own_unit(door: Command | Reading, unit_id: UUID) -> None:
    door.identity.require(
        (Post.UNIT_OFFICER, unit_id), _OFFICE, who_may="cán bộ đầu mối của chính đơn vị đó, hoặc Phòng Nội vụ thành phố"
    )


# First, for paths are tried in their order: at a deadline nearly all that comes is this.
@router.post("/reports", tags=["reports"], status_code=201, response_model=Receipt)
async def submit_report(body: Sent[ReportBody], commanded: Commanded) -> Response:
    _own_unit(commanded, body.unit_id)
    return await commanded.once(body, lambda: actions.submit_report(commanded.tx, body), status=201)


@router.get("/units", tags=["units"])
async def list_units(asked: Asked, search: Annotated[str, Query(max_length=100)] = "") -> dict[str, Any]:
    return {"items": await queries.list_units(asked.db, search=search)}


@router.put("/units/{unit_id}", tags=["units"])
async def register_unit(unit_id: UUID, body: Sent[UnitBody], commanded: Commanded) -> Versioned:
    _office_only(commanded)
    return await actions.register_unit(commanded.tx, unit_id, body)


@router.get("/blocks", tags=["blocks"])
async def list_blocks(asked: Asked, year: int | None = None) -> dict[str, Any]:
    return {"items": await queries.list_blocks(asked.db, year=year)}


@router.put("/blocks/{block_id}", tags=["blocks"])
async def form_block(block_id: UUID, body: Sent[BlockBody], commanded: Commanded) -> Versioned:
    _office_only(commanded)
    return await actions.form_block(commanded.tx, block_id, body)


@router.get("/campaigns", tags=["campaigns"])
async def list_campaigns(asked: Asked) -> dict[str, Any]:
    return {"items": await queries.list_campaigns(asked.db)}


@router.get("/campaigns/{campaign_id}", tags=["campaigns"])
async def one_campaign(campaign_id: UUID, asked: Asked) -> dict[str, Any]:
    return await queries.campaign(asked.db, campaign_id)


@router.put("/campaigns/{campaign_id}", tags=["campaigns"])
async def launch_campaign(campaign_id: UUID, body: Sent[CampaignBody], commanded: Commanded) -> Versioned:
    _office_only(commanded)
    return await actions.launch_campaign(commanded.tx, campaign_id, body)


@router.get("/campaigns/{campaign_id}/units/{unit_id}/targets", tags=["targets"])
async def unit_targets(campaign_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:
    return await queries.unit_targets(asked.db, campaign_id, unit_id)


@router.put("/campaigns/{campaign_id}/units/{unit_id}/targets", tags=["targets"])
async def assign_targets(campaign_id: UUID, unit_id: UUID, body: Sent[TargetsBody], commanded: Commanded) -> Versioned:
    _office_only(commanded)
    return await actions.assign_targets(commanded.tx, campaign_id, unit_id, body)


@router.get("/campaigns/{campaign_id}/periods/{period_id}/reports/{unit_id}", tags=["reports"])
async def one_report(campaign_id: UUID, period_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:
    _own_unit(asked, unit_id)
    return await queries.report(asked.db, campaign_id, period_id, unit_id)


@router.put("/campaigns/{campaign_id}/periods/{period_id}/reports/{unit_id}/draft", tags=["reports"])
async def save_draft(
    campaign_id: UUID, period_id: UUID, unit_id: UUID, body: Sent[DraftBody], commanded: Commanded
) -> Saved:
    _own_unit(commanded, unit_id)
    return await actions.save_draft(commanded.tx, campaign_id, period_id, unit_id, body)


@router.post("/reports/check", tags=["reports"])
async def check_report(body: Sent[CheckBody], asked: Asked) -> Checked:
    """Say what sending this would find, and keep nothing."""
    _own_unit(asked, body.unit_id)
    return await actions.check_report(asked.db, body)


@router.get("/reports", tags=["reports"])
async def reports_of(unit_id: UUID, asked: Asked) -> dict[str, Any]:
    _own_unit(asked, unit_id)
    return {"items": await queries.reports_of(asked.db, unit_id)}


@router.get("/receipts/{number}", tags=["reports"])
async def one_receipt(number: Annotated[str, Path(max_length=40)], asked: Asked) -> dict[str, Any]:
    found = await queries.receipt(asked.db, number)
    _own_unit(asked, found["unit_id"])
    return found


@router.get("/units/{unit_id}/years/{year}", tags=["year records"])
async def year_record(unit_id: UUID, year: int, asked: Asked) -> dict[str, Any]:
    _own_unit(asked, unit_id)
    return await queries.year_record(asked.db, unit_id, year)


@router.put("/units/{unit_id}/years/{year}", tags=["year records"])
async def record_year(unit_id: UUID, year: int, body: Sent[YearBody], commanded: Commanded) -> Versioned:
    _own_unit(commanded, unit_id)
    return await actions.record_year(commanded.tx, unit_id, year, body)
