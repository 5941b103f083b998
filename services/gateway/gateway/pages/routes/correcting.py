"""Đính chính: what may be said otherwise of a campaign after its launch, with the reason; and what it said before."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Invalid, Problem
from gateway.api import SameSite
from gateway.pages import design, render
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.designer import office_only
from gateway.pages.typed import FIELDS, whole

router = APIRouter()


@dataclass
class Typed:
    """The sections as they stand or as they were typed, what is wrong with them, and what somebody else has saved."""

    sections: dict[str, dict[str, Any]]
    version: int
    reason: str = ""
    faults: dict[str, dict[str, Any]] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    problem: Problem | None = None


@router.get("/phong-trao/{campaign_id}/dinh-chinh")
async def form(request: Request, desk: AtDesk, campaign_id: UUID) -> Response:
    office_only(desk)
    told = await desk.get("registry", f"campaigns/{campaign_id}/corrections")
    if "correct" not in told["possible"]:
        return RedirectResponse(f"/phong-trao/{campaign_id}", 303)
    return await _form(request, desk, told, Typed(told["sections"], told["version"]))


async def _form(request: Request, desk: Desk, told: dict[str, Any], typed: Typed) -> Response:
    values = {
        "desk": desk,
        "section": "phong-trao",
        "told": told,
        "typed": typed,
        "parts": design.CORRECTING,
        "blocks": await _blocks(desk, told["year"]),
    }
    return render.page(
        request, "phong-trao-dinh-chinh.html", values, status=typed.problem.status if typed.problem else 200
    )


async def _blocks(desk: Desk, year: int) -> dict[str, str]:
    found = await desk.get("registry", f"blocks?year={year}&limit=500")
    return {block["block_id"]: block["name"] for block in found["items"]}


@router.post("/phong-trao/{campaign_id}/dinh-chinh", dependencies=[SameSite])
async def correct(request: Request, desk: AtDesk, campaign_id: UUID) -> Response:
    """Correct the campaign; what is refused is drawn anew with everything as it was typed."""
    office_only(desk)
    sent = [
        (name, value) for name, value in (await request.form(max_fields=FIELDS)).multi_items() if isinstance(value, str)
    ]
    words = dict(sent)
    typed = Typed(
        {part.name: _section(part, sent) for part in design.CORRECTING},
        whole(words.get("version")),
        words.get("ly-do", ""),
    )
    body = {"version": typed.version, "reason": typed.reason, "sections": typed.sections}
    try:
        await desk.send("POST", "registry", f"campaigns/{campaign_id}/corrections", body)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        told = await desk.get("registry", f"campaigns/{campaign_id}/corrections")
        typed.problem, typed.faults = problem, render.errors_of(problem)
        if "sections" in problem.members:
            # What stands there now is shown beside what was typed, and what is sent next is meant to follow it.
            typed.theirs, typed.version = _differences(typed.sections, told["sections"]), told["version"]
            if not typed.theirs:
                return _corrected(campaign_id)
        return await _form(request, desk, told, typed)
    return _corrected(campaign_id)


def _corrected(campaign_id: UUID) -> Response:
    """Where it goes on when all stands as it was typed: after this press, or after the one before it."""
    return RedirectResponse(f"/phong-trao/{campaign_id}/lich-su?xong=1", 303)


def _section(part: design.Part, sent: list[tuple[str, str]]) -> dict[str, Any]:
    """Read one section of the form: its fields are called ``<section>:v.<field>`` and ``<section>:r.<row>.<field>``."""
    mark = f"{part.name}:"
    own = [(name.removeprefix(mark), value) for name, value in sent if name.startswith(mark)]
    values, rows = design.typed(part, own)
    # The name of a period is not asked for, and sent all the same: a row says all of itself.
    kept = {name: value for name, value in own if name.startswith("r.") and name.endswith(".name")}
    rows = [
        {"name": kept[f"r.{number}.name"], **row} if f"r.{number}.name" in kept else row
        for number, row in enumerate(rows)
    ]
    return {"values": values, "rows": rows}


def _differences(mine: dict[str, dict[str, Any]], stands: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Give what stands there now for each field that says something else here."""
    here, there = _flat(mine), _flat(stands)
    return {
        name: there.get(name, "") for name in {**here, **there} if name in here and here[name] != there.get(name, "")
    }


def _flat(sections: dict[str, dict[str, Any]]) -> dict[str, str]:
    found = {f"{name}.{each}": text for name, part in sections.items() for each, text in part["values"].items()}
    return found | {
        f"{name}.{number}.{each}": text
        for name, part in sections.items()
        for number, row in enumerate(part["rows"])
        for each, text in row.items()
    }


@router.get("/phong-trao/{campaign_id}/lich-su")
async def history(request: Request, desk: AtDesk, campaign_id: UUID, xong: str = "") -> Response:
    """Every correction, newest first: who, when, why, and what stood there before."""
    told = await desk.get("registry", f"campaigns/{campaign_id}/corrections")
    fields = [each for correction in told["items"] for each in correction["differences"]]
    names: dict[str, str] = {}
    if any(each["field"] == "blocks" for each in fields):
        names |= await _blocks(desk, told["year"])
    if any(each["field"] == "parent_id" for each in fields):
        found = await desk.get("registry", "campaigns?limit=500")
        names |= {each["campaign_id"]: each["name"] for each in found["items"]}
    values = {
        "desk": desk,
        "section": "phong-trao",
        "told": told,
        "names": names,
        "done": bool(xong),
        "design": design,
    }
    return render.page(request, "phong-trao-lich-su.html", values)
