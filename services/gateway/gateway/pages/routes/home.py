"""Việc cần làm: what the reader has to do, where the unit stands, what it meets and misses, what is new."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Invalid, NotFound, Problem, Unavailable
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, AtHand, Desk
from gateway.pages.routes.board import coming, row_of, that_stands
from gateway.pages.routes.leading import overview
from gateway.pages.routes.missing import may_remind, not_sent
from gateway.pages.routes.report import path_of
from gateway.pages.routes.review import may_review, waiting

router = APIRouter()

_BLOCKS = 50
_COUNTED = 50
"""Up to so many appeals are counted one by one; of more it is said that there are more."""
_NO_BLOCKS: dict[str, Any] = {"items": [], "next": None}


@router.get("/")
async def home(request: Request, desk: AtDesk) -> Response:
    if desk.leads_alone:
        return await overview(request, desk)
    if desk.unit is None or desk.campaign is None:
        return await _common(request, desk)
    period = desk.current_period()
    campaigns = await desk.running()
    board, titles, tasks, cham = await asyncio.gather(
        _board(desk, period), _titles(desk), _tasks(desk, campaigns), to_look_at(desk, campaigns)
    )
    board, computed = board
    own = row_of(board, desk.unit_id)
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
            "coming": coming(board, computed, desk.unit_id),
            "leader": leader,
            "titles": titles,
            "cham": cham,
        },
    )


async def _common(request: Request, desk: Desk) -> Response:
    """For whoever speaks for no unit: what waits for a review, and the blocks of the year, as many as a page holds."""
    cham, queue, blocks = await asyncio.gather(
        to_look_at(desk, await desk.running()),
        waiting(desk, limit=5) if may_review(desk) else asyncio.sleep(0, None),
        desk.get("registry", f"blocks?year={desk.year}&limit={_BLOCKS}") if desk.year else asyncio.sleep(0, _NO_BLOCKS),
    )
    values = {"desk": desk, "section": "viec", "queue": queue, "blocks": blocks["items"], "more": bool(blocks["next"])}
    values["cham"] = cham
    return render.page(request, "nha-chung.html", values)


async def to_look_at(desk: Desk, campaigns: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Ask what others' reports and registrations want of the reader, in every campaign that runs.

    Who has not sent, the office's queue and the registrations and appeals that it is to decide on, the units that the own unit
    checks, and the objections on which a block's head is to conclude.
    """
    periods = [(each, period) for each in campaigns if (period := desk.current_period_of(each))]
    office = desk.who.holds(Post.CITY_OFFICE)
    missing, waiting_, pledges, checks, objections, appeals = await asyncio.gather(
        asyncio.gather(*[not_sent(desk, *each) for each in periods] if may_remind(desk) else ()),
        asyncio.gather(*[_appraisals(desk, *each) for each in periods] if office else ()),
        asyncio.gather(*[_pledges(desk, each) for each in campaigns] if office else ()),
        asyncio.gather(*[_checks(desk, *each) for each in periods] if desk.unit_id else ()),
        asyncio.gather(*[_objections(desk, *each) for each in periods] if desk.who.holds(Post.BLOCK_HEAD) else ()),
        _appeals(desk) if office else asyncio.sleep(0, None),
    )
    found = {
        "missing": _of(desk, [each for each, _ in periods], missing),
        "waiting": _of(desk, [each for each, _ in periods], waiting_),
        "pledges": _of(desk, campaigns, pledges),
        "checks": [row for rows in checks for row in rows],
        "objections": _of(desk, [each for each, _ in periods], objections),
        "appeals": appeals,
    }
    await desk.learn(row["unit_id"] for row in found["checks"])
    return found


def _of(desk: Desk, campaigns: list[dict[str, Any]], told: list[dict[str, Any] | None]) -> list[dict[str, Any]]:
    """Name the campaign of what there is to do in each, where it is another one than the desk's."""
    return [
        {**each, "campaign": desk.other_than_here(campaign)}
        for campaign, each in zip(campaigns, told, strict=False)
        if each
    ]


async def _appraisals(desk: Desk, campaign: dict[str, Any], period: dict[str, Any]) -> dict[str, Any] | None:
    place = f"campaigns/{campaign['campaign_id']}/periods/{period['period_id']}"
    count = (await desk.get_or("scoring", f"{place}/appraisals?limit=1", {"waiting": 0}))["waiting"]
    return {"count": count, "period": period} if count else None


async def _pledges(desk: Desk, campaign: dict[str, Any]) -> dict[str, Any] | None:
    found = await desk.get_or(
        "registry", f"campaigns/{campaign['campaign_id']}/pledges?state=submitted", {"counts": {}}
    )
    by_state = {state: found["counts"].get(state, 0) for state in ("submitted", "amended")}
    first = next((state for state, count in by_state.items() if count), None)
    href = f"/phong-trao/{campaign['campaign_id']}/dang-ky?trang_thai={first}"
    return {"count": sum(by_state.values()), "href": href} if first else None


async def _checks(desk: Desk, campaign: dict[str, Any], period: dict[str, Any]) -> list[dict[str, Any]]:
    place = f"campaigns/{campaign['campaign_id']}/periods/{period['period_id']}"
    found = (await desk.get_or("scoring", f"{place}/cross-checks", {"items": []}))["items"]
    about = {"period_id": period["period_id"], "campaign": desk.other_than_here(campaign)}
    return [{**row, **about} for row in found if row["reported"] and row["waiting"]]


async def _objections(desk: Desk, campaign: dict[str, Any], period: dict[str, Any]) -> dict[str, Any] | None:
    """Say of how many reports the reader, as a block's head, is to conclude on what was objected to; the first leads to the next."""
    place = f"campaigns/{campaign['campaign_id']}/periods/{period['period_id']}"
    found = (await desk.get_or("scoring", f"{place}/objections", {"items": []}))["items"]
    if not found:
        return None
    return {"count": len(found), "period": period, "href": f"/cham-cheo/{period['period_id']}/{found[0]['unit_id']}"}


async def _appeals(desk: Desk) -> dict[str, Any] | None:
    """Count the appeals that wait for the office, of whatever campaign: one list settles them all."""
    found = await desk.get_or("scoring", f"appeals?limit={_COUNTED}", {"items": [], "more": False})
    return {"count": len(found["items"]), "more": found["more"]} if found["items"] else None


_MINE = ("none", "draft", "amending", "returned")
"""The states in which it is the unit's turn."""


async def _board(desk: Desk, period: dict[str, Any] | None) -> tuple[Any, Any]:
    if not period or not desk.block or not desk.campaign:
        return None, None
    path = f"campaigns/{desk.campaign['campaign_id']}/periods/{period['period_id']}/boards/{desk.block['block_id']}"
    return await that_stands(desk, path)


async def _titles(desk: Desk) -> Any:
    """The titles with what is met and missed; None while the service that knows is away."""
    year = desk.campaign["year"] if desk.campaign else desk.now.year
    return await desk.get_or("awards", f"units/{desk.unit_id}/titles?year={year}", None)


async def _tasks(desk: Desk, campaigns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The reports of all campaigns that address the unit and take them now, soonest first; year and pledges while empty."""
    assert desk.campaign is not None
    reports, *pledges = await asyncio.gather(
        desk.get("registry", f"reports?unit_id={desk.unit_id}"),
        *[desk.get("registry", f"campaigns/{each['campaign_id']}/units/{desk.unit_id}/pledge") for each in campaigns],
    )
    done = {row["period_id"]: row for row in reports["items"]}
    tasks = []
    for campaign, period in [(each, period) for each in campaigns for period in each["periods"]]:
        report = done.get(period["period_id"])
        opens, closes = (datetime.fromisoformat(period[name]) for name in ("opens_at", "closes_at"))
        # What was returned is to be mended whatever the clock says.
        if not opens <= desk.now <= closes and not (report and report["state"] == "returned"):
            continue
        state = report["state"] if report else "none"
        other = desk.other_than_here(campaign)
        tasks.append({"kind": "report", "period": period, "report": report, "state": state, "campaign": other})
    lefts = await asyncio.gather(*[_left(desk, task["report"]) for task in tasks])
    tasks = [{**task, "left": left} for task, left in zip(tasks, lefts, strict=True)]
    year = desk.campaign["year"]
    record = await desk.get("registry", f"units/{desk.unit_id}/years/{year}")
    if not record["version"]:
        tasks.append({"kind": "year", "year": year, "state": "none", "period": None, "report": None})
    for campaign, pledge in zip(campaigns, pledges, strict=True):
        other = desk.other_than_here(campaign)
        # Who registered on paper wrote the day into the year's figures; beside the year's campaign only those are asked of that
        # have a day by which one registers.
        asked = bool(pledge["register_by"]) if other else not record["pledged_on"]
        if pledge["state"] == "returned" or (pledge["state"] == "none" and pledge["possible"] and asked):
            about = {"pledge": pledge, "campaign": other, "campaign_id": campaign["campaign_id"]}
            tasks.append({"kind": "pledge", "state": "none", "period": None, "report": None, **about})
    return sorted(
        tasks,
        key=lambda task: (
            task["state"] not in _MINE,
            task["state"] != "returned",
            task["period"]["due_at"] if task["period"] else "9",
        ),
    )


_UNSENT = ("draft", "amending")


async def _left(desk: Desk, report: dict[str, Any] | None) -> list[str] | None:
    """Give the items that a report in progress still wants, as it would be told when it is sent; None where nobody can tell.

    The first of them is where its writer goes on.
    """
    if report is None or report["state"] not in _UNSENT:
        return None
    about = {name: report[name] for name in ("campaign_id", "period_id", "unit_id")}
    try:
        written = await desk.get("registry", path_of(desk, report["campaign_id"], report["period_id"]))
        typed = {name: written[name] for name in ("fields", "nothing")}
        checked = await desk.send("POST", "registry", "reports/check", about | typed)
    except Problem as problem:
        # A unit without a block, a sheet that is not known yet: the form says so; the other tasks are shown all the same.
        if problem.status not in (Conflict.status, Invalid.status, NotFound.status, Unavailable.status):
            raise
        return None
    return list(dict.fromkeys(error["field"] for error in checked["errors"]))


@router.get("/tin")
async def messages(request: Request, desk: AtDesk) -> Response:
    desk.inbox = await desk.get_or("notify", "messages", desk.inbox)
    return render.page(request, "tin.html", {"desk": desk, "section": "tin"})


@router.post("/tin/da-doc", dependencies=[SameSite])
async def mark_read(desk: AtHand, tin: Annotated[list[UUID], Form()]) -> Response:
    await desk.send("POST", "notify", "messages/read", {"message_ids": [str(each) for each in tin]})
    return RedirectResponse("/tin", 303)
