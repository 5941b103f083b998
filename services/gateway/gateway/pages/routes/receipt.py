"""Biên nhận: what was received, and how it ripples until everybody knows."""

import asyncio
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import NotFound
from gateway.api import ripple_for
from gateway.pages import render, words
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.board import coming, row_of, that_stands
from gateway.rules import Ripple, Step, StepName

router = APIRouter()

_ENDED = ("recorded", "changed", "unchanged", "waiting")


@router.get("/bien-nhan/{number}")
async def receipt(request: Request, desk: AtDesk, number: str) -> Response:
    found = await desk.get("registry", f"receipts/{number}")
    values = await ripple_values(desk, found)
    return render.page(request, "bien-nhan.html", {"desk": desk, "section": "bao-cao", **values})


@router.get("/hanh-trinh/{correlationid}")
async def step(request: Request, desk: AtDesk, correlationid: UUID) -> Response:
    """Show how a step with a report ripples: withdrawn, returned, accepted."""
    values = await step_values(desk, await ripple_for(desk.who, desk.services, correlationid))
    return render.page(request, "hanh-trinh.html", {"section": "bao-cao", **values})


async def step_values(desk: Desk, ripple: Ripple) -> dict[str, Any]:
    """Put together what the page of a step's ripple and its live part show."""
    begun = ripple.steps[0] if ripple.steps else None
    kind = begun.event.split(".")[1] if begun else ""
    await desk.learn([str(ripple.about)] if ripple.about else [])
    return {
        "desk": desk,
        "ripple": ripple,
        "journey": journey(ripple),
        "unit": desk.name(str(ripple.about)),
        "at": begun.at + desk.ahead if begun and begun.at else None,
        **words.RIPPLES.get(kind, words.ANY_RIPPLE),
    }


@router.get("/tim")
async def search(request: Request, desk: AtDesk, q: str = "") -> Response:
    """Find a receipt by its number, or units by their names with or without marks."""
    typed = q.strip()
    if typed.upper().startswith("BN-"):
        return RedirectResponse(f"/bien-nhan/{typed.upper()}", 303)
    found = (await desk.get("registry", f"units?search={quote(typed[:100])}&limit=50"))["items"] if typed else []
    blocks = await desk.blocks_of(unit["unit_id"] for unit in found)
    values = {"desk": desk, "section": "", "words": typed, "found": found, "blocks": blocks}
    return render.page(request, "tim.html", values)


async def ripple_values(desk: Desk, found: dict[str, Any]) -> dict[str, Any]:
    """Put together what the receipt page and its live part show."""
    await desk.turn_to(found["period_id"])
    ripple, (board, computed), score, told, _ = await asyncio.gather(
        _ripple(desk, found),
        _board(desk, found),
        _score(desk, found),
        desk.get("registry", f"reports/{found['report_id']}/steps"),
        desk.learn([found["unit_id"]]),
    )
    return {
        "desk": desk,
        "receipt": found,
        "period": desk.period(found["period_id"]),
        "ripple": ripple,
        "journey": journey(ripple),
        "board": board,
        "own": row_of(board, found["unit_id"]),
        "coming": coming(board, computed, found["unit_id"]),
        "score": score,
        "steps": told["items"],
        # Another report of the unit may have come since: then the newest numbers belong to that one.
        "newest": score is not None and score["receipt_number"] == found["receipt_number"],
    }


async def _ripple(desk: Desk, found: dict[str, Any]) -> Ripple:
    correlationid = UUID(found["correlationid"])
    try:
        return await ripple_for(desk.who, desk.services, correlationid)
    except NotFound:
        return Ripple(correlationid=correlationid, complete=False, total_ms=None, about=None, steps=())


async def _board(desk: Desk, found: dict[str, Any]) -> tuple[Any, Any]:
    block = await desk.block_of(found["unit_id"])
    if block is None:
        return None, None
    path = f"campaigns/{found['campaign_id']}/periods/{found['period_id']}/boards/{block['block_id']}"
    board, computed = await that_stands(desk, path)
    await desk.learn(row["unit_id"] for row in board["rows"] if row["rank"]) if board else None
    return board, computed


async def _score(desk: Desk, found: dict[str, Any]) -> Any:
    path = f"campaigns/{found['campaign_id']}/periods/{found['period_id']}/scores/{found['unit_id']}"
    return await desk.get_or("scoring", path, None)


def journey(ripple: Ripple) -> list[dict[str, Any]]:
    """Fold a ripple into its five steps: done (with the moment of the last event), running, stuck, waiting or skipped.

    A step is done only after the one before it: whoever was told of the rank may be told of a title yet.
    """
    folded = []
    before_done = True
    for name in StepName:
        steps = [step for step in ripple.steps if step.step is name]
        state = _state(steps, before_done=before_done, complete=ripple.complete)
        before_done = state in ("done", "skipped")
        at = max((step for step in steps if step.ms is not None), key=lambda step: step.ms or 0, default=None)
        folded.append(
            {
                "name": str(name),
                "state": state,
                "at": at.at if at else None,
                "ms": at.ms if at else None,
                "changed": any(step.outcome == "changed" for step in steps),
                "count": len(steps),
            }
        )
    return folded


def _state(steps: list[Step], *, before_done: bool, complete: bool) -> str:
    if any(step.outcome == "parked" for step in steps):
        return "stuck"
    if not before_done:
        return "waiting"
    if not steps and complete:
        return "skipped"
    return "done" if steps and all(step.outcome in _ENDED for step in steps) else "running"
