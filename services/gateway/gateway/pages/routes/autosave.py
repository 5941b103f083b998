"""Tự lưu: a report is kept with every field that is left; nothing is asked so often, so nothing more is asked than it shows."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from chassis.errors import Conflict, Invalid, Problem
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtHand, Desk, is_id
from gateway.pages.routes.report import Typed, differences, is_stale, keep, load, path_of, preview, read_form

router = APIRouter()


@router.post("/bao-cao/{period_id}/tu-luu", dependencies=[SameSite])
async def autosave(request: Request, desk: AtHand, period_id: UUID) -> Response:
    """Keep the draft after a field was left, and answer with its points and the new total (a fragment).

    The form says which campaign it is of, and the registry answers with what it found: two questions for every field left.
    """
    typed, words = await read_form(request, desk)
    campaign_id = words.get("phong-trao", "")
    if not is_id(campaign_id):
        await desk.lay(period_id=str(period_id))
        campaign_id = desk.period(period_id)["campaign_id"]
    try:
        saved = await keep(desk, path_of(desk, campaign_id, period_id), typed)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        return await _not_saved(desk, period_id, typed, problem)
    if saved["sheet_id"] is None:
        return await _not_saved(desk, period_id, replace(typed, version=saved["version"]), None)
    amounts = {each["criterion"]: each["value"] for each in saved["values"]}
    score = await preview(desk, period_id, saved)
    errors = {error["field"]: error for error in saved["errors"]}
    points = {part["criterion"]: part["points"] for part in score["parts"] if part["criterion"] in amounts}
    lines = [
        {
            "code": code,
            "measure": saved["measures"].get(code, ""),
            "points": points.get(code),
            "error": errors.get(code) if text.strip() or typed.nothing.get(code, "").strip() else None,
            "theirs": None,
        }
        for code, text in typed.fields.items()
    ]
    values = {"version": saved["version"], "total": score["points"], "open": score["open"], "lines": lines}
    values |= {"stale": False, "refused": None}
    return HTMLResponse(render.fragment("_diem-song.html", {"desk": desk, **values}))


async def _not_saved(desk: Desk, period_id: UUID, typed: Typed, refusal: Problem | None) -> Response:
    """Say why nothing was kept, beside the points of what was typed; raises what keeps the report from being looked at."""
    await desk.lay(period_id=str(period_id))
    sheet = await load(desk, period_id, typed=typed, version=typed.version)
    values: dict[str, Any] = {"desk": desk, "stale": False, "refused": None}
    if refusal and is_stale(refusal):
        values["stale"] = True
        sheet.theirs = differences(typed, refusal)
    elif refusal:
        sheet.note(refusal)
        values["refused"] = refusal.detail
    score, theirs = sheet.score or {}, sheet.theirs or {}
    lines = [
        {
            "code": line["code"],
            "measure": line["measure"],
            "points": sheet.parts[line["code"]]["points"] if line["code"] in sheet.parts else None,
            "error": sheet.errors.get(line["code"]) if sheet.said(line["code"]) else None,
            "theirs": theirs.get(line["code"]),
        }
        for line in sheet.open_lines
    ]
    values |= {"version": sheet.version, "total": score["points"], "open": score["open"], "lines": lines}
    return HTMLResponse(render.fragment("_diem-song.html", values))
