"""The live part of a page: server-sent events that carry ready HTML; without JavaScript the page is simply reloaded."""

from collections.abc import AsyncIterator
from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from chassis.errors import Problem
from gateway.api import ripple_changes
from gateway.pages import render
from gateway.pages.desk import AtDesk
from gateway.pages.routes.receipt import ripple_values, step_values

log = structlog.get_logger()
router = APIRouter()


@router.get("/live/bien-nhan/{number}")
async def receipt(request: Request, desk: AtDesk, number: str) -> StreamingResponse:
    """Send the receipt's live part whenever its ripple went on, and close when it has ended.

    A stream that ends without ``xong`` (two minutes went by, a service refused, the gateway stops) is taken up again
    by the page.
    """
    found = await desk.get("registry", f"receipts/{number}")
    state = request.app.state

    async def frames() -> AsyncIterator[str]:
        changes = ripple_changes(
            desk.who, desk.services, state.watchers, UUID(found["correlationid"]), state.service.stopping
        )
        async for ripple in changes:
            try:
                yield _frame(render.fragment("_bien-nhan-song.html", await ripple_values(desk, found)))
            except Problem as problem:
                log.info("live.leaves_off", status=problem.status)
                return
            if ripple.complete:
                yield "event: xong\ndata: \n\n"

    return StreamingResponse(frames(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/live/hanh-trinh/{correlationid}")
async def step(request: Request, desk: AtDesk, correlationid: UUID) -> StreamingResponse:
    """Send the live part of a step's ripple whenever it went on, and close when it has ended."""
    state = request.app.state

    async def frames() -> AsyncIterator[str]:
        changes = ripple_changes(desk.who, desk.services, state.watchers, correlationid, state.service.stopping)
        async for ripple in changes:
            yield _frame(render.fragment("_hanh-trinh-song.html", await step_values(desk, ripple)))
            if ripple.complete:
                yield "event: xong\ndata: \n\n"

    return StreamingResponse(frames(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _frame(html: str) -> str:
    return "".join(f"data: {line}\n" for line in html.splitlines()) + "\n"
