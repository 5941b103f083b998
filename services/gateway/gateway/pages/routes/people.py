"""Cán bộ: who serves in a unit on a day, and entering one more."""

from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Forbidden, Invalid, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import exports, listed, render, words
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.routes.units import as_of, asked

router = APIRouter()

_ON_A_PAGE = 50


def own_or(desk: Desk, unit_id: str) -> str:
    """Give the unit that is asked for, else the reader's own; the office may ask for all of them."""
    if not desk.unit_id and not desk.who.holds(Post.CITY_OFFICE):
        raise Forbidden("Danh sách cán bộ dành cho cán bộ đầu mối của đơn vị và Phòng Nội vụ thành phố.")
    return unit_id if is_id(unit_id) else desk.unit_id or ""


@router.get("/can-bo")
async def people(request: Request, desk: AtDesk, don_vi: str = "") -> Response:
    """The people of a unit as of any day, by given name, a page at a time."""
    unit_id = own_or(desk, don_vi)
    typed = {name: request.query_params.get(name, "").strip() for name in ("q", "ngay", "tinh-trang", "xep")}
    typed["ngay"], wrong_day = as_of(typed["ngay"])
    question = {
        "unit_id": unit_id,
        "search": typed["q"][:100],
        "on": typed["ngay"],
        "state": "all" if typed["tinh-trang"] == "tat-ca" else "",
        "sort": words.order(typed["xep"]),
    }
    page = asked(**question, after=request.query_params.get("sau"), limit=_ON_A_PAGE)
    found = await desk.get("registry", f"people?{page}")
    # A file would be of a day that nobody asked for.
    if (form := exports.wanted(request)) and not wrong_day:
        rows, cut = await exports.listed(desk, form, "people", question)
        await desk.learn(({each["unit_id"] for each in rows} | {unit_id}) - {"", None})
        table = listed.people(desk, rows, typed, found["on"], unit_id)
        return await exports.give(request, desk, form, table, cut=cut)
    await desk.learn(({each["unit_id"] for each in found["items"]} | {unit_id}) - {"", None})
    values = {
        "desk": desk,
        "section": "can-bo",
        "unit_id": unit_id,
        "typed": typed,
        "found": found["items"],
        "on": found["on"],
        "wrong_day": wrong_day,
        "onward": asked(**typed, don_vi=unit_id, sau=found["next"]) if found["next"] else None,
        "begun": "sau" not in request.query_params,
    }
    return render.page(request, "can-bo.html", values)


@router.get("/can-bo/moi")
async def new(request: Request, desk: AtDesk, don_vi: str = "") -> Response:
    return await _form(request, desk, own_or(desk, don_vi), {})


async def _form(
    request: Request, desk: Desk, unit_id: str, typed: dict[str, str], problem: Problem | None = None
) -> Response:
    if not unit_id:
        raise Forbidden("Hãy chọn một đơn vị trước, ở trang Đơn vị.")
    await desk.learn({unit_id})
    values = {
        "desk": desk,
        "section": "can-bo",
        "unit_id": unit_id,
        "typed": {"ma": str(uuid4()), **typed},
        "errors": render.errors_of(problem),
    }
    return render.page(request, "can-bo-moi.html", values, status=problem.status if problem else 200)


@router.post("/can-bo/moi", dependencies=[SameSite])
async def enter(request: Request, desk: AtDesk) -> Response:
    sent = await request.form()
    typed = {name: value.strip() for name, value in sent.items() if isinstance(value, str)}
    unit_id = own_or(desk, typed.get("don_vi", ""))
    person_id = typed["ma"] if is_id(typed.get("ma", "")) else str(uuid4())
    body = {"unit_id": unit_id, **{name: typed.get(name, "") for name in ("name", "words", "from_on")}}
    try:
        await desk.send("PUT", "registry", f"people/{person_id}", body)
    except Problem as problem:
        if problem.status != Invalid.status:
            raise
        return await _form(request, desk, unit_id, typed, problem)
    return RedirectResponse(f"/can-bo/{person_id}?ghi=1", 303)
