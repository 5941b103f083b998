"""Chưa nộp: who has not sent the report of a period, by block, and reminding them."""

import asyncio
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, NotFound, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import exports, listed, render, words
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.looking import of_period
from gateway.pages.typed import whole

router = APIRouter()

_AT_ONCE: Final = 500
_BLOCKS_AT_ONCE: Final = 8
"""Of so many blocks the units are asked for beside one another, for a file."""
_TAKEN: Final = ("open", "late")
"""The states of a period in which a report is still taken, so that there is something to remind of."""


def may_remind(desk: Desk) -> bool:
    return desk.who.holds(Post.CITY_OFFICE) or desk.who.holds(Post.BLOCK_HEAD)


def _reminders_only(desk: Desk) -> None:
    if not may_remind(desk):
        raise Forbidden("Trang này dành cho Phòng Nội vụ và khối trưởng.")


def _readers_only(desk: Desk) -> None:
    if not (may_remind(desk) or desk.leads):
        raise Forbidden("Trang này dành cho Phòng Nội vụ, lãnh đạo thành phố và khối trưởng.")


async def not_sent(desk: Desk, campaign: dict[str, Any], period: dict[str, Any]) -> dict[str, Any] | None:
    """Say for the landing page how many have not sent yet, and where they are listed; None where nobody is to be reminded."""
    place = f"campaigns/{campaign['campaign_id']}/periods/{period['period_id']}"
    found = await desk.get_or("registry", f"{place}/missing?limit=2", None)
    if not found or not found["missing"] or found["period_state"] not in _TAKEN:
        return None
    alone = found["items"][0]["block_id"] if len(found["items"]) == 1 else None
    listed = f"/{period['period_id']}/{alone}" if alone else f"?ky={period['period_id']}"
    return {"count": found["missing"], "href": f"/chua-nop{listed}", "period": period}


@router.get("/chua-nop")
async def by_block(
    request: Request, desk: AtDesk, ky: UUID | None = None, sau: str | None = None, xong: str = ""
) -> Response:
    """The blocks in which somebody has not sent: how many in each, and a button that reminds them."""
    _readers_only(desk)
    period = desk.period(ky) if ky else desk.current_period()
    if period is None:
        raise NotFound("Chưa phát động phong trào nào.")
    if form := exports.wanted(request):
        return await _file(request, desk, form, period)
    onward = f"?after={quote(sau)}" if sau else ""
    found = await desk.get("registry", f"{of_period(desk, period['period_id'])}/missing{onward}")
    values = {"desk": desk, "section": "xem-xet", "period": period, "found": found}
    return render.page(
        request,
        "chua-nop.html",
        values | {"taken": may_remind(desk) and found["period_state"] in _TAKEN, "done": _told(xong)},
    )


async def _file(request: Request, desk: Desk, form: exports.Form, period: dict[str, Any]) -> Response:
    """Give who has not sent, of all blocks that the reader asks after, unit by unit."""
    path = f"{of_period(desk, period['period_id'])}/missing"
    blocks, _ = await exports.listed(desk, form, path, {})
    found: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = []
    units = 0
    for begin in range(0, len(blocks), _BLOCKS_AT_ONCE):
        some = blocks[begin : begin + _BLOCKS_AT_ONCE]
        told = await asyncio.gather(*[_units(desk, UUID(period["period_id"]), UUID(each["block_id"])) for each in some])
        found += [(block["name"], *each) for block, each in zip(some, told, strict=True)]
        units += sum(len(each["items"]) for each, _ in told)
        if units > form.most:
            break
    return await exports.give(request, desk, form, listed.missing(period, found))


async def _units(desk: Desk, period_id: UUID, block_id: UUID) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Give the units of a block that have not sent, and when each was reminded last."""
    found, reminded = await asyncio.gather(
        desk.get("registry", f"{of_period(desk, period_id)}/blocks/{block_id}/missing"),
        _reminded(desk, period_id, block_id) if may_remind(desk) else asyncio.sleep(0, {}),
    )
    return found, reminded


@router.get("/chua-nop/{period_id}/{block_id}")
async def of_block(request: Request, desk: AtDesk, period_id: UUID, block_id: UUID, xong: str = "") -> Response:
    """The units of a block that have not sent: how far each is, by when it is due, when it was reminded last."""
    _readers_only(desk)
    return await _page(request, desk, period_id, block_id, done=_told(xong))


async def _page(
    request: Request, desk: Desk, period_id: UUID, block_id: UUID, *, done: str = "", problem: Problem | None = None
) -> Response:
    period = desk.period(period_id)
    (found, reminded), block = await asyncio.gather(_units(desk, period_id, block_id), desk.this_years(block_id))
    if block is None:
        raise NotFound("Không có khối thi đua này trong năm của phong trào.")
    if request.method == "GET" and (form := exports.wanted(request)):
        table = listed.missing(period, [(block["name"], found, reminded)], block["name"])
        return await exports.give(request, desk, form, table)
    values = {
        "desk": desk,
        "section": "xem-xet",
        "period": period,
        "block": block,
        "found": found,
        "taken": may_remind(desk) and found["period_state"] in _TAKEN,
        "reminded": reminded,
        "open": _open(desk, found["items"], reminded),
        "done": done,
        "problem": problem,
    }
    return render.page(request, "chua-nop-khoi.html", values, status=problem.status if problem else 200)


async def _reminded(desk: Desk, period_id: UUID, block_id: UUID) -> dict[str, dict[str, Any]]:
    """Ask when each unit was reminded last; the list stands without it while the house that knows is away."""
    told = await desk.get_or("notify", f"periods/{period_id}/blocks/{block_id}/reminders", {"items": []})
    return {row["unit_id"]: row for row in told["items"]}


def _open(desk: Desk, units: list[dict[str, Any]], reminded: dict[str, dict[str, Any]]) -> list[str]:
    """Give who has not been reminded yet on this day."""
    today = f"{words.local(desk.now):%Y-%m-%d}"
    days = {unit: row["on_day"] for unit, row in reminded.items()}
    return [unit["unit_id"] for unit in units if days.get(unit["unit_id"]) != today]


def _told(count: str) -> str:
    """Say what was just done; the words are ours, whatever the address holds."""
    units = whole(count, -1)
    if units < 0:
        return ""
    if not units:
        return "Không còn đơn vị nào phải nhắc: đã nộp, hoặc hôm nay đã được nhắc."
    return f"Đã nhắc {units} đơn vị. Tin đến hộp Tin của đơn vị ngay."


@router.post("/chua-nop/{period_id}/{block_id}", dependencies=[SameSite])
async def remind(
    request: Request,
    desk: AtDesk,
    period_id: UUID,
    block_id: UUID,
    don_vi: Annotated[UUID | None, Form()] = None,
) -> Response:
    """Remind one unit, or all that have not been reminded on this day."""
    _reminders_only(desk)
    place = f"{of_period(desk, period_id)}/blocks/{block_id}"
    found, reminded = await asyncio.gather(
        desk.get("registry", f"{place}/missing"), _reminded(desk, period_id, block_id)
    )
    wanted = [each for each in _open(desk, found["items"], reminded) if don_vi is None or each == str(don_vi)]
    here = f"/chua-nop/{period_id}/{block_id}"
    if not wanted:
        return RedirectResponse(f"{here}?xong=0", 303)
    try:
        body = {"unit_ids": wanted[:_AT_ONCE]}
        told = await desk.send("POST", "registry", f"{place}/reminders", body)
    except Problem as problem:
        if problem.status != Conflict.status:
            raise
        return await _page(request, desk, period_id, block_id, problem=problem)
    return RedirectResponse(f"{here}?xong={len(told['unit_ids'])}", 303)
