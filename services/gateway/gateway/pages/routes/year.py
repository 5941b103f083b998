"""Hồ sơ năm: the unit's year in figures, from which the conditions of its titles are checked."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Forbidden, Invalid, Problem
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk

router = APIRouter()

_FIGURES = (
    ("headcount", "Số người của đơn vị", "Người trong danh sách trả lương hoặc quản lý tại thời điểm xét"),
    ("completed_tasks", "Số người hoàn thành nhiệm vụ", "Xếp loại từ hoàn thành nhiệm vụ trở lên"),
    ("advanced_workers", "Số Lao động tiên tiến", "Theo quyết định công nhận của năm"),
    ("grassroots_fighters", "Số Chiến sĩ thi đua cơ sở", "Theo quyết định công nhận của năm"),
    ("disciplined", "Số người bị kỷ luật từ cảnh cáo trở lên", "Không có ai thì nhập 0"),
)


def _place(desk: Desk) -> tuple[str, int]:
    if desk.unit_id is None or desk.campaign is None:
        raise Forbidden("Hồ sơ năm do cán bộ đầu mối của từng đơn vị lập.")
    return f"units/{desk.unit_id}/years/{desk.campaign['year']}", desk.campaign["year"]


@router.get("/nam")
async def form(request: Request, desk: AtDesk, luu: str = "") -> Response:
    path, year = _place(desk)
    record = await desk.get("registry", path)
    typed = {name: "" if value is None else str(value) for name, value in record.items()}
    return _form(request, desk, year, typed, saved=bool(luu))


def _form(
    request: Request,
    desk: Desk,
    year: int,
    typed: dict[str, str],
    *,
    saved: bool = False,
    problem: Problem | None = None,
) -> Response:
    errors = {error["field"]: error for error in problem.members.get("errors", ())} if problem else {}
    values = {
        "desk": desk,
        "section": "viec",
        "year": year,
        "typed": typed,
        "figures": _FIGURES,
        "errors": errors,
        "problem": problem,
        "saved": saved,
    }
    return render.page(request, "nam.html", values, status=problem.status if problem else 200)


@router.post("/nam", dependencies=[SameSite])
async def save(request: Request, desk: AtDesk) -> Response:
    path, year = _place(desk)
    sent = await request.form()
    typed = {name: value.strip() for name, value in sent.items() if isinstance(value, str)}
    body: dict[str, Any] = {
        name: value
        for name, value in typed.items()
        if name in {"task_rating", "pledged_on", *(figure[0] for figure in _FIGURES)}
    }
    body = {name: value or None for name, value in body.items()} | {"version": typed.get("version") or "0"}
    faults = [
        {"field": name, "message": f"{label}: nhập số người, ví dụ 22"}
        for name, label, _ in _FIGURES
        if not typed.get(name, "").isdigit()
    ]
    if faults:
        problem: Problem = Invalid(f"Còn {len(faults)} chỗ cần sửa.")
        problem.members = {"errors": faults}
        return _form(request, desk, year, typed, problem=problem)
    try:
        await desk.send("PUT", "registry", path, body)
    except Problem as refused:
        if refused.status not in (409, 422):
            raise
        if "version" in refused.members:
            typed["version"] = str(refused.members["version"])
        return _form(request, desk, year, typed, problem=refused)
    return RedirectResponse("/nam?luu=1", 303)
