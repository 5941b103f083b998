"""Chấm chéo: who checks whom in a block, what a unit is to check, and where the head decides on what was objected to."""

import asyncio
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import looking, render
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.looking import Looking
from gateway.pages.routes.appraisal import save, status_of
from gateway.pages.typed import FIELDS

router = APIRouter()
_CHECKS = "cham:"
_NOBODY = "khong"


def _heads(desk: Desk, block_id: str | None) -> bool:
    return desk.who.holds(Post.CITY_OFFICE) or (
        block_id is not None and desk.who.holds(Post.BLOCK_HEAD, UUID(block_id))
    )


async def to_check(desk: Desk, period_id: str) -> list[dict[str, Any]]:
    """Ask what the reader's unit is to check in a period: first what is not done yet."""
    if desk.unit_id is None:
        return []
    found = (await desk.get("scoring", f"{looking.of_period(desk, period_id)}/cross-checks"))["items"]
    return sorted(found, key=lambda row: (not row["reported"], not row["waiting"], row["unit_id"]))


@router.get("/cham-cheo")
async def start(
    request: Request,
    desk: AtDesk,
    *,
    ky: UUID | None = None,
    khoi: UUID | None = None,
    xong: UUID | None = None,
    da: str = "",
) -> Response:
    """What the reader's unit is to check; for a block's head also who checks whom."""
    return await _start(request, desk, ky, str(khoi) if khoi else None, done=str(xong) if xong else da)


async def _start(
    request: Request,
    desk: Desk,
    ky: UUID | None,
    khoi: str | None,
    *,
    done: str = "",
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    period = desk.period(ky) if ky else desk.current_period()
    if period is None:
        raise NotFound("Chưa phát động phong trào nào, nên chưa có gì để chấm chéo.")
    block_id = khoi or (desk.block["block_id"] if desk.block else None)
    heads = _heads(desk, block_id)
    place = looking.of_period(desk, period["period_id"])
    mine, table, block = await asyncio.gather(
        to_check(desk, period["period_id"]),
        desk.get("scoring", f"{place}/boards/{block_id}/cross-checks")
        if heads and block_id
        else asyncio.sleep(0, {"items": []}),
        desk.this_years(block_id),
    )
    named = {row[name] for row in [*mine, *table["items"]] for name in ("unit_id", "by_unit") if row.get(name)}
    await desk.learn(named | ({done} if is_id(done) else set()))
    values = {
        "desk": desk,
        "section": "bang-khoi",
        "period": period,
        "mine": mine,
        "table": sorted(table["items"], key=lambda row: desk.name(row["unit_id"])),
        "block": block,
        "heads": heads and block is not None,
        "typed": typed or {},
        "errors": render.errors_of(problem),
        "problem": problem,
        "done": _told(desk, done),
    }
    return render.page(request, "cham-cheo.html", values, status=problem.status if problem else 200)


def _told(desk: Desk, done: str) -> str:
    """Say what was just done; the words are ours, whatever the address holds."""
    if done == "phan-cong":
        return "Đã lưu phân công chấm chéo. Các đơn vị chấm nhận được tin."
    return f"Đã lưu ý kiến về {desk.name(done)}." if is_id(done) else ""


@router.post("/cham-cheo/phan-cong/{period_id}/{block_id}", dependencies=[SameSite])
async def assign(request: Request, desk: AtDesk, period_id: UUID, block_id: UUID) -> Response:
    """Keep who checks whom, or that nobody does; a unit for which nothing was chosen stays as it was."""
    sent = await request.form(max_fields=FIELDS)
    chosen = {
        name.removeprefix(_CHECKS): value
        for name, value in sent.items()
        if name.startswith(_CHECKS)
        and isinstance(value, str)
        and (is_id(value) or value == _NOBODY)
        and is_id(name.removeprefix(_CHECKS))
    }
    checks = {unit: None if by == _NOBODY else by for unit, by in chosen.items()}
    path = f"{looking.of_period(desk, period_id)}/boards/{block_id}/cross-checks"
    try:
        if chosen:
            await desk.send("PUT", "scoring", path, {"checks": checks})
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        return await _start(request, desk, period_id, str(block_id), typed=chosen, problem=problem)
    back = urlencode({"ky": str(period_id), "khoi": str(block_id)})
    return RedirectResponse(f"/cham-cheo?{back}" + ("&da=phan-cong" if chosen else ""), 303)


@router.get("/cham-cheo/{period_id}/{unit_id}")
async def one(request: Request, desk: AtDesk, period_id: UUID, unit_id: UUID, xong: UUID | None = None) -> Response:
    seen, role = await _seen(desk, period_id, unit_id)
    await desk.learn([str(xong)] if xong else [])
    done = f"Đã lưu ý kiến về {desk.name(str(xong))}." if xong else ""
    return _page(request, desk, seen, role, done=done)


async def _seen(desk: Desk, period_id: UUID, unit_id: UUID) -> tuple[Looking, str]:
    """Lay a report before its reader: the own one is only read, whatever else the reader may do.

    The office speaks in the block's column only where a checking unit objected.
    """
    seen = await looking.look_at(desk, period_id, unit_id, "block")
    role = _role(desk, seen.report)
    seen.only_objected = role == "ket-luan" and not desk.who.holds(Post.BLOCK_HEAD, UUID(seen.report["block_id"]))
    if seen.only_objected and not seen.shown:
        role, seen.only_objected = "doc", False
    if role == "doc":
        seen.column = None
        seen.headless = await _headless(desk, seen.report)
    return seen, role


async def _headless(desk: Desk, report: dict[str, Any]) -> bool:
    """Tell the office of its own unit whether nobody can conclude what was objected to until it names another head."""
    if not (report["of_office"] and desk.who.holds(Post.CITY_OFFICE)):
        return False
    if not any(item["objection"] for line in report["lines"] for item in line["items"]):
        return False
    block = await desk.this_years(report["block_id"])
    return block is None or block["head_unit_id"] in (None, report["unit_id"])


def _role(desk: Desk, report: dict[str, Any]) -> str:
    if desk.who.holds(Post.UNIT_OFFICER, UUID(report["unit_id"])):
        return "doc"
    if report["checked_by"] and desk.who.holds(Post.UNIT_OFFICER, UUID(report["checked_by"])):
        return "cham"
    if report["of_office"] and desk.who.holds(Post.CITY_OFFICE):
        return "doc"
    return "ket-luan" if _heads(desk, report["block_id"]) else "doc"


def _page(request: Request, desk: Desk, seen: Looking, role: str, *, done: str = "") -> Response:
    unit_id, period_id = str(seen.report["unit_id"]), seen.report["period_id"]
    values = {
        "desk": desk,
        "section": "bang-khoi",
        "seen": seen,
        "period": desk.period(period_id),
        "unit": desk.name(unit_id),
        "back": (f"/cham-cheo?ky={period_id}", "Chấm chéo"),
        "action": f"/cham-cheo/{period_id}/{unit_id}",
        "role": role,
        "done": done,
        "key": str(uuid4()),
    }
    return render.page(request, "cham-diem.html", values, status=status_of(seen.given))


@router.post("/cham-cheo/{period_id}/{unit_id}", dependencies=[SameSite])
async def say(request: Request, desk: AtDesk, period_id: UUID, unit_id: UUID) -> Response:
    """Keep what the checking unit or the head says, and go on to the next unit."""
    seen, role = await _seen(desk, period_id, unit_id)
    if role == "doc":
        raise Forbidden("Không ai tự chấm đơn vị mình, và chỉ đơn vị được phân công hoặc khối trưởng chấm đơn vị này.")
    scores = f"{looking.of_period(desk, period_id)}/scores/{unit_id}"
    path, more = (f"{scores}/cross-check", {}) if role == "cham" else (f"{scores}/verdicts", {"column": "block"})
    again = await save(request, desk, (period_id, unit_id), path, "block", more)
    if again:
        again.only_objected = seen.only_objected
        return _page(request, desk, again, role)
    if role == "cham":
        left = [row for row in await to_check(desk, str(period_id)) if row["reported"] and row["waiting"]]
        others = [row for row in left if row["unit_id"] != str(unit_id)] or left
    else:
        found = await desk.get(
            "scoring", f"{looking.of_period(desk, period_id)}/boards/{seen.report['block_id']}/cross-checks"
        )
        others = [
            row for row in found["items"] if row["objected"] and row["unit_id"] not in (str(unit_id), desk.unit_id)
        ]
    place = f"/cham-cheo/{period_id}/{others[0]['unit_id']}?" if others else f"/cham-cheo?ky={period_id}&"
    return RedirectResponse(f"{place}xong={unit_id}", 303)
