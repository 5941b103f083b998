"""Bảng khối: every unit of a block with its points by field; provisional until it is frozen."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import NotFound
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk

router = APIRouter()


@router.get("/bang-khoi")
async def own_board(desk: AtDesk) -> Response:
    """The reader's own block, for whoever has none the first one."""
    block = desk.block
    if block is None and desk.unit_id is None and desk.year:
        found = await desk.get("registry", f"blocks?year={desk.year}&limit=1")
        block = next(iter(found["items"]), None)
    if block is None:
        raise NotFound("Năm nay chưa lập khối thi đua nào.")
    return RedirectResponse(f"/bang-khoi/{block['block_id']}", 303)


@router.get("/bang-khoi/{block_id}")
async def board(request: Request, desk: AtDesk, block_id: UUID, ky: UUID | None = None) -> Response:
    block = await desk.this_years(block_id)
    if block is None or desk.campaign is None:
        raise NotFound("Không có khối thi đua này trong năm nay.")
    period = desk.period(ky) if ky else desk.current_period()
    assert period is not None
    path = f"campaigns/{desk.campaign['campaign_id']}/periods/{period['period_id']}/boards/{block_id}"
    found, sheet = await asyncio.gather(_named(desk, path), desk.get("scoring", f"sheets/{block['sheet_id']}"))
    return render.page(
        request,
        "bang-khoi.html",
        {
            "desk": desk,
            "section": "bang-khoi",
            "block": block,
            "period": period,
            "board": found,
            "groups": sheet["groups"],
            "sheet": sheet,
            "best": _best(found["rows"]),
            "may_ask": desk.who.holds("city_office") or desk.who.holds("block_head"),
        },
    )


async def _named(desk: Desk, path: str) -> Any:
    found = await desk.get("scoring", path)
    await desk.learn(row["unit_id"] for row in found["rows"])
    return found


def _best(rows: list[dict[str, Any]]) -> dict[str, float]:
    """The highest points of each column, so that they can be set in bold."""
    best: dict[str, float] = {}
    for row in rows:
        for group in row["groups"]:
            best[group["group"]] = max(best.get(group["group"], 0.0), float(group["points"]))
    return best
