"""Vì sao: behind each point the sum, its parts, and the thread from the published rule and the human act to it."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.errors import NotFound
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.sheets import groups_of, lines_of

router = APIRouter()


@router.get("/vi-sao/{period_id}/{unit_id}")
async def total(request: Request, desk: AtDesk, period_id: UUID, unit_id: UUID) -> Response:
    """Why this total: groups and lines."""
    return render.page(request, "vi-sao.html", await _values(desk, period_id, unit_id))


@router.get("/vi-sao/{period_id}/{unit_id}/{criterion}")
async def line(request: Request, desk: AtDesk, period_id: UUID, unit_id: UUID, criterion: str) -> Response:
    """Why these points of one line."""
    values = await _values(desk, period_id, unit_id)
    part = next((each for each in values["score"]["parts"] if each["criterion"] == criterion), None)
    if part is None:
        raise NotFound(f"Bảng điểm không có mục {criterion}.")
    return render.page(request, "vi-sao-muc.html", {**values, "part": part, "line": values["lines"][criterion]})


async def _values(desk: Desk, period_id: UUID, unit_id: UUID) -> dict[str, Any]:
    period = desk.period(period_id)
    assert desk.campaign is not None
    score = await desk.get("scoring", f"campaigns/{desk.campaign['campaign_id']}/periods/{period_id}/scores/{unit_id}")
    sheet, block, _ = await asyncio.gather(
        desk.get("scoring", f"sheets/{score['sheet_id']}"), desk.block_of(str(unit_id)), desk.learn([str(unit_id)])
    )
    return {
        "desk": desk,
        "section": "bang-khoi",
        "period": period,
        "unit_id": str(unit_id),
        "unit": desk.name(str(unit_id)),
        "block": block,
        "score": score,
        "sheet": sheet,
        "groups": list(groups_of(sheet["groups"])),
        "lines": {line["code"]: line for line in lines_of(sheet)},
    }
