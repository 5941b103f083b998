"""Công bố: what a publication would change, before it is made; then it is frozen, final, or corrected."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from chassis.errors import Conflict, Invalid, Problem
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.board import block_and_period, board_path

router = APIRouter()

_STATE_OF = {"frozen": "frozen", "final": "final", "correction": "final"}


@router.get("/bang-khoi/{block_id}/cong-bo")
async def preview(request: Request, desk: AtDesk, block_id: UUID, ky: UUID | None = None) -> Response:
    """Who moves since the last publication, what is open, and what may be published."""
    return await _preview(request, desk, block_id, ky)


class Chosen(BaseModel):
    """What the preview's form sends: which publication of what was seen, as what, and why where it corrects."""

    ky: UUID
    lan: Annotated[int, Field(ge=1)]
    da_xem: Annotated[str, Field(max_length=64)]
    viec: Annotated[str, Field(max_length=20)]
    key: Annotated[str, Field(max_length=80)]
    ly_do: Annotated[str, Field(max_length=1000)] = ""


@router.post("/bang-khoi/{block_id}/cong-bo", dependencies=[SameSite])
async def publish(request: Request, desk: AtDesk, block_id: UUID, chosen: Annotated[Chosen, Form()]) -> Response:
    """Publish what was seen; where that is refused the preview is drawn anew, with what was typed."""
    await desk.turn_to(chosen.ky)
    _, period = await block_and_period(desk, block_id, chosen.ky)
    body = {
        "state": _STATE_OF.get(chosen.viec, chosen.viec),
        "digest": chosen.da_xem,
        "reason": chosen.ly_do.strip() or None,
    }
    path = f"{board_path(desk, period, block_id)}/publications/{chosen.lan}"
    try:
        await desk.send("PUT", "scoring", path, body, key=chosen.key)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        return await _preview(request, desk, block_id, chosen.ky, problem=problem, reason=chosen.ly_do)
    return RedirectResponse(f"/bang-khoi/{block_id}?ky={chosen.ky}", 303)


async def _preview(
    request: Request, desk: Desk, block_id: UUID, ky: UUID | None, *, problem: Problem | None = None, reason: str = ""
) -> Response:
    block, period = await block_and_period(desk, block_id, ky)
    waiting: dict[str, Any] = await desk.get("scoring", f"{board_path(desk, period, block_id)}/waiting")
    await desk.learn(change["unit_id"] for change in waiting["changes"])
    values = {
        "desk": desk,
        "section": "bang-khoi",
        "block": block,
        "period": period,
        "waiting": waiting,
        "problem": problem,
        "reason": reason,
        "key": str(uuid4()),
    }
    return render.page(request, "cong-bo.html", values, status=problem.status if problem else 200)
