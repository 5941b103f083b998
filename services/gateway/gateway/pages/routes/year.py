"""Hồ sơ năm: the unit's year in figures, from which the conditions of its titles are checked."""

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Forbidden, Invalid, NotFound, Problem
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.units import asked

router = APIRouter()

_FIGURES = (
    ("headcount", "Số người của đơn vị", "Người trong danh sách trả lương hoặc quản lý tại thời điểm xét"),
    ("completed_tasks", "Số người hoàn thành nhiệm vụ", "Xếp loại từ hoàn thành nhiệm vụ trở lên"),
    ("advanced_workers", "Số Lao động tiên tiến", "Theo quyết định công nhận của năm"),
    ("grassroots_fighters", "Số Chiến sĩ thi đua cơ sở", "Theo quyết định công nhận của năm"),
    ("disciplined", "Số người bị kỷ luật", "Tính từ mức ghi ở trên trở lên; không có ai thì nhập 0"),
)


_OF_TITLES = ("advanced_workers", "grassroots_fighters")
"""What follows from decisions on titles and not from the list of people."""
_ON_A_PAGE = 50
_COUNT = re.compile(r"\d{1,9}", re.ASCII)


def _place(desk: Desk) -> tuple[str, int]:
    if desk.unit_id is None or desk.campaign is None:
        raise Forbidden("Hồ sơ năm do cán bộ đầu mối của từng đơn vị lập.")
    return f"units/{desk.unit_id}/years/{desk.campaign['year']}", desk.campaign["year"]


@router.get("/nam")
async def form(request: Request, desk: AtDesk, luu: str = "") -> Response:
    return await _form(request, desk, saved=bool(luu))


async def _form(
    request: Request,
    desk: Desk,
    *,
    typed: dict[str, str] | None = None,
    saved: bool = False,
    problem: Problem | None = None,
) -> Response:
    """Draw the year: what was recorded or typed, beside it what follows from the list of people."""
    path, year = _place(desk)
    record = await desk.get("registry", path)
    told = {name: "" if value is None else str(value) for name, value in record.items()}
    values = {
        "desk": desk,
        "section": "viec",
        "year": year,
        "record": record,
        "typed": told if typed is None else typed,
        "figures": _FIGURES,
        "derivable": [name for name, _, _ in _FIGURES if name not in _OF_TITLES],
        "errors": render.errors_of(problem),
        "problem": problem,
        "saved": saved,
    }
    return render.page(request, "nam.html", values, status=problem.status if problem else 200)


@router.post("/nam", dependencies=[SameSite])
async def save(request: Request, desk: AtDesk) -> Response:
    """Record the year as it was typed."""
    return await _save(request, desk, "", [name for name, _, _ in _FIGURES])


@router.post("/nam/tu-can-bo", dependencies=[SameSite])
async def derive(request: Request, desk: AtDesk) -> Response:
    """Have the year follow from the list of people; only what decisions on titles tell is typed."""
    return await _save(request, desk, "/from-people", list(_OF_TITLES))


async def _save(request: Request, desk: Desk, further: str, figures: list[str]) -> Response:
    path, _ = _place(desk)
    sent = await request.form()
    typed = {name: value.strip() for name, value in sent.items() if isinstance(value, str)}
    faults = [
        {"field": name, "message": f"{label}: nhập số người, ví dụ 22"}
        for name, label, _ in _FIGURES
        if name in figures and not _COUNT.fullmatch(typed.get(name, ""))
    ]
    if faults:
        problem: Problem = Invalid(f"Còn {len(faults)} chỗ cần sửa.")
        problem.members = {"errors": faults}
        return await _form(request, desk, typed=typed, problem=problem)
    body: dict[str, Any] = {name: typed.get(name) or None for name in ("task_rating", "pledged_on")[bool(further) :]}
    body |= {name: int(typed[name]) for name in figures}
    body["version"] = int(typed["version"]) if _COUNT.fullmatch(typed.get("version", "")) else 0
    try:
        await desk.send("PUT", "registry", f"{path}{further}", body)
    except Problem as refused:
        if refused.status not in (409, 422):
            raise
        if "version" in refused.members:
            typed["version"] = str(refused.members["version"])
        return await _form(request, desk, typed=typed, problem=refused)
    return RedirectResponse("/nam?luu=1", 303)


@router.get("/nam/can-bo")
async def counted(request: Request, desk: AtDesk, so: str = "headcount", sau: str = "") -> Response:
    """Vì sao: whom a figure of the year counts, each with the entry that has them counted."""
    path, year = _place(desk)
    if so not in {name for name, _, _ in _FIGURES} - set(_OF_TITLES):
        raise NotFound("Địa chỉ này không có.")
    found = await desk.get("registry", f"{path}/people?{asked(figure=so, after=sau, limit=_ON_A_PAGE)}")
    values = {
        "desk": desk,
        "section": "viec",
        "year": year,
        "label": next(label for name, label, _ in _FIGURES if name == so),
        "figure": so,
        "found": found,
        "onward": asked(so=so, sau=found["next"]) if found["next"] else None,
        "begun": not sau,
    }
    return render.page(request, "nam-can-bo.html", values)
