"""The live part of a page: server-sent events that carry ready HTML; without JavaScript the page is simply reloaded."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID, uuid4

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from chassis.errors import Problem
from gateway.api import ripple_changes
from gateway.pages import render
from gateway.pages.desk import AtDesk, AtHand
from gateway.pages.routes.board import Looking, tables
from gateway.pages.routes.receipt import ripple_values, step_values
from gateway.pages.routes.report import place_of
from gateway.presence import Sign

log = structlog.get_logger()
router = APIRouter()

_STREAM_SECONDS: Final = 120.0
_LOOKS_AGAIN_SECONDS: Final = 15.0
_TOGETHER_SECONDS: Final = 1.0


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
            try:
                yield _frame(render.fragment("_hanh-trinh-song.html", await step_values(desk, ripple)))
            except Problem as problem:
                log.info("live.leaves_off", status=problem.status)
                return
            if ripple.complete:
                yield "event: xong\ndata: \n\n"

    return StreamingResponse(frames(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/live/bang-khoi/{block_id}")
async def live_board(
    request: Request, desk: AtDesk, block_id: UUID, looking: Annotated[Looking, Depends(Looking)]
) -> StreamingResponse:
    """Send the table of a board whenever it is another one; after two minutes the page asks anew, as whoever it then is."""
    state = request.app.state

    async def frames() -> AsyncIterator[str]:
        async with state.watchers.of(block_id) as seen:
            wakes = _wakes(seen, state.service.stopping)
            try:
                async for table in tables(desk, block_id, looking, wakes):
                    yield _frame(table)
            except Problem as problem:
                log.info("live.leaves_off", status=problem.status)

    return StreamingResponse(frames(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/live/dang-sua/{period_id}")
async def authors(request: Request, desk: AtHand, period_id: UUID, but: str = "", tu: str = "") -> StreamingResponse:
    """Say who else is writing in the same report, as long as this page is open, whenever somebody comes or goes.

    ``but`` is the page, ``tu`` since when it is open: a stream that is taken up again is the same page.
    """
    state = request.app.state
    place = place_of(desk, period_id)
    sign = Sign(
        page=f"{desk.who.account[:20]}/{(but or uuid4().hex)[:40]}",
        place=place,
        account=desk.who.account,
        post=desk.who.post,
        since=_since(tu, desk.now),
    )

    async def frames() -> AsyncIterator[str]:
        async with state.presence.at(sign) as seen:
            told = None
            async for _ in _wakes(seen, state.service.stopping, together=0):
                others = state.presence.others(place, desk.who.account)
                if others != told:
                    yield _frame(render.fragment("_dang-sua.html", {"others": others, "own": desk.who.post}))
                else:
                    # Whoever does not answer any more is noticed.
                    yield ": \n\n"
                told = others

    return StreamingResponse(frames(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _since(typed: str, now: datetime) -> datetime:
    """Give since when a page is open, as it says, but no later than now and not of another day."""
    try:
        said = datetime.fromisoformat(typed)
    except ValueError:
        return now
    return said if said.tzinfo and now - timedelta(days=1) < said <= now else now


async def _wakes(
    seen: asyncio.Event, stopping: asyncio.Event, *, together: float = _TOGETHER_SECONDS
) -> AsyncIterator[None]:
    """Say when to look: at once, at what was seen but not oftener than readers can follow, and when a wake-up may be lost."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + _STREAM_SECONDS
    while not stopping.is_set() and loop.time() < ends:
        seen.clear()
        yield
        try:
            async with asyncio.timeout(_LOOKS_AGAIN_SECONDS):
                await seen.wait()
                await asyncio.sleep(together)
        except TimeoutError:
            continue


def _frame(html: str) -> str:
    return "".join(f"data: {line}\n" for line in html.splitlines()) + "\n"
