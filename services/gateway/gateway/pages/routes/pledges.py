"""Đăng ký thi đua: the unit registers titles and what it will reach; the office approves, returns, and sees who is missing."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.designer import office_only

router = APIRouter()

STATES: Final = {
    "none": "Chưa đăng ký",
    "submitted": "Chờ duyệt",
    "approved": "Đã duyệt",
    "returned": "Bị trả lại",
    "amended": "Đã sửa, chờ duyệt lại",
}
_PROMISE: Final = "hua:"


async def _titles(desk: Desk) -> dict[str, str]:
    """The titles that a unit of this kind may register for, by the rules in force; empty while awards is away."""
    packs = (await desk.get_or("awards", "packs", {"items": []}))["items"]
    kind = desk.unit["kind"] if desk.unit else None
    titles = [title for pack in packs[:1] for title in pack["titles"]]
    return {title["code"]: title["name"] for title in titles if kind is None or kind in title["kinds"]}


@router.get("/dang-ky")
async def own(desk: AtDesk) -> Response:
    """The unit's registration for the campaign that the city works in."""
    if desk.campaign is None:
        raise NotFound("Chưa phát động phong trào nào.")
    return RedirectResponse(f"/dang-ky/{desk.campaign['campaign_id']}", 303)


def _path(desk: Desk, campaign_id: UUID) -> str:
    if desk.unit_id is None:
        raise Forbidden("Đăng ký thi đua do cán bộ đầu mối của từng đơn vị gửi.")
    return f"campaigns/{campaign_id}/units/{desk.unit_id}/pledge"


@router.get("/dang-ky/{campaign_id}")
async def form(request: Request, desk: AtDesk, campaign_id: UUID, gui: str = "") -> Response:
    pledge = await desk.get("registry", _path(desk, campaign_id))
    return await _form(request, desk, campaign_id, pledge, sent=bool(gui))


async def _form(
    request: Request,
    desk: Desk,
    campaign_id: UUID,
    pledge: dict[str, Any],
    *,
    sent: bool = False,
    problem: Problem | None = None,
) -> Response:
    campaign = await desk.get("registry", f"campaigns/{campaign_id}")
    errors = render.errors_of(problem)
    values = {
        "desk": desk,
        "section": "phong-trao",
        "campaign": campaign,
        "pledge": pledge,
        "titles": await _titles(desk),
        "errors": errors,
        "problem": problem,
        "sent": sent,
        "states": STATES,
    }
    return render.page(request, "dang-ky.html", values, status=problem.status if problem else 200)


@router.post("/dang-ky/{campaign_id}", dependencies=[SameSite])
async def send(request: Request, desk: AtDesk, campaign_id: UUID) -> Response:
    """Submit or amend; a refusal shows everything as it was typed."""
    path = _path(desk, campaign_id)
    sent = (await request.form(max_fields=1000)).multi_items()
    words = {name: value for name, value in sent if isinstance(value, str)}
    typed: dict[str, Any] = {
        "titles": [value for name, value in sent if name == "danh_hieu" and isinstance(value, str)],
        "promises": {name.removeprefix(_PROMISE): value for name, value in words.items() if name.startswith(_PROMISE)},
        "text": words.get("noi_dung", ""),
        "reason": words.get("ly_do", ""),
    }
    confirmed, _, number = words.get("xac-nhan", "").partition("=")
    if confirmed:
        typed["promises"][confirmed] = number
    version = words.get("version", "0")
    body = {
        **typed,
        "promises": {code: text for code, text in typed["promises"].items() if text.strip()},
        "act": "amend" if words.get("viec") == "amend" else "submit",
        "version": int(version) if version.isascii() and version.isdigit() else 0,
    }
    try:
        await desk.send("POST", "registry", f"{path}/steps", body)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        # What stands there now decides what can be done; what was typed stays in the fields.
        pledge = await desk.get("registry", path)
        return await _form(request, desk, campaign_id, pledge | typed, problem=problem)
    return RedirectResponse(f"/dang-ky/{campaign_id}?gui=1", 303)


@router.get("/phong-trao/{campaign_id}/dang-ky")
async def listed(
    request: Request, desk: AtDesk, campaign_id: UUID, *, trang_thai: str = "", tim: str = "", sau: str = ""
) -> Response:
    return await _list(request, desk, campaign_id, {"state": trang_thai, "search": tim[:100], "after": sau})


async def _list(
    request: Request,
    desk: Desk,
    campaign_id: UUID,
    asked: dict[str, str],
    *,
    problem: Problem | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    office_only(desk)
    query = urlencode({name: value for name, value in asked.items() if value})
    found = await desk.get("registry", f"campaigns/{campaign_id}/pledges?{query}")
    values = {
        "desk": desk,
        "section": "phong-trao",
        "campaign": await desk.get("registry", f"campaigns/{campaign_id}"),
        "found": found,
        "asked": asked,
        "states": STATES,
        "titles": await _titles(desk),
        "problem": problem,
        "typed": typed or {},
    }
    return render.page(request, "dang-ky-danh-sach.html", values, status=problem.status if problem else 200)


@router.post("/phong-trao/{campaign_id}/dang-ky/{unit_id}", dependencies=[SameSite])
async def decide(request: Request, desk: AtDesk, campaign_id: UUID, unit_id: UUID) -> Response:
    """Approve, or return with a reason; a refusal keeps the reason that was typed."""
    office_only(desk)
    words = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    version = words.get("version", "0")
    body: dict[str, Any] = {
        "act": "return" if words.get("viec") == "return" else "approve",
        "version": int(version) if version.isascii() and version.isdigit() else 0,
        "reason": words.get("ly_do", ""),
    }
    asked = {"state": words.get("trang_thai", ""), "search": words.get("tim", ""), "after": words.get("sau", "")}
    try:
        await desk.send("POST", "registry", f"campaigns/{campaign_id}/units/{unit_id}/pledge/steps", body)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        typed = {str(unit_id): body["reason"]}
        return await _list(request, desk, campaign_id, asked, problem=problem, typed=typed)
    names = {"state": "trang_thai", "search": "tim", "after": "sau"}
    query = urlencode({names[name]: value for name, value in asked.items() if value})
    return RedirectResponse(f"/phong-trao/{campaign_id}/dang-ky?{query}#dv-{unit_id}", 303)
