"""Reports: drafts, checks, acceptance, receipts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries
from registry.actions.bodies import (
    CheckBody,
    Checked,
    DraftBody,
    Receipt,
    ReportBody,
    Saved,
)
from registry.api.reviews import may
from registry.api.rights import own_unit

router = APIRouter()


@router.post("/reports", tags=["reports"], status_code=201, response_model=Receipt)
async def submit_report(body: Sent[ReportBody], commanded: Commanded) -> Response:
    own_unit(commanded, body.unit_id)
    return await commanded.once(body, lambda: actions.submit_report(commanded.tx, body), status=201)


@router.get("/campaigns/{campaign_id}/periods/{period_id}/reports/{unit_id}", tags=["reports"])
async def one_report(campaign_id: UUID, period_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:
    own_unit(asked, unit_id)
    found = await queries.report(asked.db, campaign_id, period_id, unit_id)
    return found | may(asked, found)


@router.put("/campaigns/{campaign_id}/periods/{period_id}/reports/{unit_id}/draft", tags=["reports"])
async def save_draft(
    campaign_id: UUID, period_id: UUID, unit_id: UUID, body: Sent[DraftBody], commanded: Commanded
) -> Saved:
    own_unit(commanded, unit_id)
    return await actions.save_draft(commanded.tx, campaign_id, period_id, unit_id, body)


@router.post("/reports/check", tags=["reports"])
async def check_report(body: Sent[CheckBody], asked: Asked) -> Checked:
    """Say what sending this would find, and keep nothing."""
    own_unit(asked, body.unit_id)
    return await actions.check_report(asked.db, body)


@router.get("/reports", tags=["reports"])
async def reports_of(asked: Asked, which: Annotated[queries.ReportsAsked, Query()]) -> dict[str, Any]:
    """List a unit's reports, the one saved last first unless told; whole without ``limit``."""
    own_unit(asked, which.unit_id)
    return await queries.reports_of(asked.db, which)


@router.get("/receipts/{number}", tags=["reports"])
async def one_receipt(number: Annotated[str, Path(max_length=40)], asked: Asked) -> dict[str, Any]:
    found = await queries.receipt(asked.db, number)
    own_unit(asked, found["unit_id"])
    return found
