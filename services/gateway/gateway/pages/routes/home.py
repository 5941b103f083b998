"""Việc cần làm: what the reader has to do, where the unit stands, what it meets and misses, what is new."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, AtHand, Desk
from gateway.pages.looking import of_period
from gateway.pages.routes.missing import may_remind, not_sent
from gateway.pages.routes.review import may_review, waiting

router = APIRouter()

_BLOCKS = 50
_NO_BLOCKS: dict[str, Any] = {"items": [], "next": None}


@router.get("/")
async def home(request: Request, desk: AtDesk) -> Response:
    if desk.unit is None or desk.campaign is None:
        return await _common(request, desk)
    period = desk.current_period()
    board, titles, tasks, cham = await asyncio.gather(
        _board(desk, period), _titles(desk), _tasks(desk), to_look_at(desk)
    )
    own = next((row for row in board["rows"] if row["unit_id"] == desk.unit_id), None) if board else None
    leader = next((row for row in board["rows"] if row["rank"] == 1), None) if board else None
    await desk.learn([leader["unit_id"]] if leader else [])
    return render.page(
        request,
        "viec-can-lam.html",
        {
            "desk": desk,
            "section": "viec",
            "period": period,
            "tasks": tasks,
            "mine": [task for task in tasks if task["state"] in _MINE],
            "board": board,
            "own": own,
            "leader": leader,
            "titles": titles,
            "cham": cham,
        },
    )


async def _common(request: Request, desk: Desk) -> Response:
    """For whoever speaks for no unit: what waits for a review, and the blocks of the year, as many as a page holds."""
    cham, queue, blocks = await asyncio.gather(
        to_look_at(desk),
        waiting(desk, limit=5) if may_review(desk) else asyncio.sleep(0, None),
        desk.get("registry", f"blocks?year={desk.year}&limit={_BLOCKS}") if desk.year else asyncio.sleep(0, _NO_BLOCKS),
    )
    values = {"desk": desk, "section": "viec", "queue": queue, "blocks": blocks["items"], "more": bool(blocks["next"])}
    values["cham"] = cham
    return render.page(request, "nha-chung.html", values)


async def to_look_at(desk: Desk) -> dict[str, Any]:
    """Ask what others' reports want of the reader: the office's queue, the units that the own unit checks, who has not sent."""
    period = desk.current_period()
    found: dict[str, Any] = {"waiting": 0, "checks": [], "period_id": period["period_id"] if period else None}
    found["missing"] = await not_sent(desk, period) if period and may_remind(desk) else None
    if period is None:
        return found
    place = of_period(desk, period["period_id"])
    if desk.who.holds(Post.CITY_OFFICE):
        found["waiting"] = (await desk.get_or("scoring", f"{place}/appraisals?limit=1", {"waiting": 0}))["waiting"]
    if desk.unit_id:
        checks = (await desk.get_or("scoring", f"{place}/cross-checks", {"items": []}))["items"]
        found["checks"] = [row for row in checks if row["reported"] and row["waiting"]]
        await desk.learn(row["unit_id"] for row in found["checks"])
    return found


_MINE = ("none", "draft", "amending", "returned")
"""The states in which it is the unit's turn."""


async def _board(desk: Desk, period: dict[str, Any] | None) -> Any:
    if not period or not desk.block or not desk.campaign:
        return None
    path = f"campaigns/{desk.campaign['campaign_id']}/periods/{period['period_id']}/boards/{desk.block['block_id']}"
    return await desk.get_or("scoring", path, None)


async def _titles(desk: Desk) -> Any:
    """The titles with what is met and missed; None while the service that knows is away."""
    year = desk.campaign["year"] if desk.campaign else desk.now.year
    return await desk.get_or("awards", f"units/{desk.unit_id}/titles?year={year}", None)


async def _tasks(desk: Desk) -> list[dict[str, Any]]:
    """The reports of all campaigns that address the unit and take them now, soonest first; year and pledge while empty."""
    assert desk.campaign is not None
    reports, meant = await asyncio.gather(
        desk.get("registry", f"reports?unit_id={desk.unit_id}"),
        desk.get("registry", f"campaigns?unit_id={desk.unit_id}&state=launched"),
    )
    done = {row["period_id"]: row for row in reports["items"]}
    tasks = []
    for campaign, period in [(each, period) for each in meant["items"] for period in each["periods"]]:
        report = done.get(period["period_id"])
        opens, closes = (datetime.fromisoformat(period[name]) for name in ("opens_at", "closes_at"))
        # What was returned is to be mended whatever the clock says.
        if not opens <= desk.now <= closes and not (report and report["state"] == "returned"):
            continue
        state = report["state"] if report else "none"
        other = campaign["name"] if campaign["campaign_id"] != desk.campaign["campaign_id"] else ""
        tasks.append({"kind": "report", "period": period, "report": report, "state": state, "campaign": other})
    year = desk.campaign["year"]
    record = await desk.get("registry", f"units/{desk.unit_id}/years/{year}")
    if not record["version"]:
        tasks.append({"kind": "year", "year": year, "state": "none", "period": None, "report": None})
    campaign_id = desk.campaign["campaign_id"]
    pledge = await desk.get("registry", f"campaigns/{campaign_id}/units/{desk.unit_id}/pledge")
    # Who registered on paper wrote the day into the year's figures.
    if pledge["state"] == "returned" or (pledge["state"] == "none" and pledge["possible"] and not record["pledged_on"]):
        tasks.append({"kind": "pledge", "pledge": pledge, "state": "none", "period": None, "report": None})
    return sorted(
        tasks,
        key=lambda task: (
            task["state"] not in _MINE,
            task["state"] != "returned",
            task["period"]["due_at"] if task["period"] else "9",
        ),
    )


@router.get("/tin")
async def messages(request: Request, desk: AtDesk) -> Response:
    desk.inbox = await desk.get_or("notify", "messages", desk.inbox)
    return render.page(request, "tin.html", {"desk": desk, "section": "tin"})


@router.post("/tin/da-doc", dependencies=[SameSite])
async def mark_read(desk: AtHand, tin: Annotated[list[UUID], Form()]) -> Response:
    await desk.send("POST", "notify", "messages/read", {"message_ids": [str(each) for each in tin]})
    return RedirectResponse("/tin", 303)
