"""Thẩm định: the reports that wait for the office, block by block, and one of them with the lines that are its to look at."""

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
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.looking import Looking, Typed
from gateway.pages.typed import FIELDS, whole

router = APIRouter()

_ON_A_PAGE = 50
_COLUMN = "appraisal"


def _office_only(desk: Desk) -> None:
    if not desk.who.holds(Post.CITY_OFFICE):
        raise Forbidden("Thẩm định do Phòng Nội vụ làm. Khối chấm ở trang Chấm chéo.")


async def waiting(desk: Desk, period_id: str, **asked: Any) -> dict[str, Any]:
    """Ask for the reports that wait for the office in a period, in the order in which it goes through them."""
    query = urlencode({name: str(value) for name, value in asked.items() if value})
    found: dict[str, Any] = await desk.get("scoring", f"{looking.of_period(desk, period_id)}/appraisals?{query}")
    return found


def kept(khoi: UUID | None, hang: str = "") -> dict[str, str]:
    """Give the filters that a reader has set, as they stand in every address from here on."""
    return ({"khoi": str(khoi)} if khoi else {}) | ({"hang": hang} if hang == "xong" else {})


def _with(path: str, query: dict[str, str]) -> str:
    return path + (f"?{urlencode(query)}" if query else "")


@router.get("/tham-dinh")
async def queue(  # noqa: PLR0917 - one for each filter of the list
    request: Request,
    desk: AtDesk,
    ky: UUID | None = None,
    khoi: UUID | None = None,
    hang: str = "",
    sau_khoi: UUID | None = None,
    sau: UUID | None = None,
    xong: UUID | None = None,
) -> Response:
    _office_only(desk)
    period = desk.period(ky) if ky else desk.current_period()
    if period is None:
        raise NotFound("Chưa phát động phong trào nào, nên chưa có gì để thẩm định.")
    asked = {"block_id": khoi, "after_block": sau_khoi, "after_unit": sau, "limit": _ON_A_PAGE}
    which = "done" if hang == "xong" else "waiting"
    found, blocks = await asyncio.gather(
        waiting(desk, period["period_id"], which=which, **asked),
        desk.get("registry", f"blocks?year={desk.year}&limit=200"),
    )
    await desk.learn({row["unit_id"] for row in found["items"]} | ({str(xong)} if xong else set()))
    values = {
        "desk": desk,
        "section": "xem-xet",
        "period": period,
        "found": found,
        "which": which,
        "blocks": blocks["items"],
        "names": {block["block_id"]: block["name"] for block in blocks["items"]},
        "chosen": str(khoi) if khoi else "",
        "query": _with("", kept(khoi, hang)),
        "done": f"Đã lưu ý kiến thẩm định {desk.name(str(xong))}." if xong else "",
    }
    return render.page(request, "tham-dinh.html", values)


@router.get("/tham-dinh/ke-tiep")
async def first(desk: AtDesk, ky: UUID | None = None, khoi: UUID | None = None) -> Response:
    """Open the first report that waits."""
    _office_only(desk)
    period = desk.period(ky) if ky else desk.current_period()
    if period is None:
        return RedirectResponse("/tham-dinh", 303)
    found = await waiting(desk, period["period_id"], block_id=khoi, limit=1)
    place = f"/{period['period_id']}/{found['items'][0]['unit_id']}" if found["items"] else ""
    return RedirectResponse(_with(f"/tham-dinh{place}", kept(khoi)), 303)


@router.get("/tham-dinh/{period_id}/{unit_id}")
async def one(  # noqa: PLR0917
    request: Request,
    desk: AtDesk,
    period_id: UUID,
    unit_id: UUID,
    khoi: UUID | None = None,
    hang: str = "",
    xong: UUID | None = None,
) -> Response:
    _office_only(desk)
    seen = await looking.look_at(desk, period_id, unit_id, _COLUMN)
    if seen.report["of_office"]:
        seen.column = None
    await desk.learn([str(xong)] if xong else [])
    done = f"Đã lưu ý kiến thẩm định {desk.name(str(xong))}." if xong else ""
    return _page(request, desk, seen, kept(khoi, hang), done=done)


def _page(request: Request, desk: Desk, seen: Looking, query: dict[str, str], *, done: str = "") -> Response:
    unit_id, period_id = str(seen.report["unit_id"]), seen.report["period_id"]
    values = {
        "desk": desk,
        "section": "xem-xet",
        "seen": seen,
        "period": desk.period(period_id),
        "unit": desk.name(unit_id),
        "back": (_with("/tham-dinh", query | {"ky": period_id}), "Hàng chờ thẩm định"),
        "action": _with(f"/tham-dinh/{period_id}/{unit_id}", query),
        "role": "doc" if seen.report["of_office"] else _COLUMN,
        "done": done,
        "key": str(uuid4()),
    }
    return render.page(request, "cham-diem.html", values, status=status_of(seen.given))


def status_of(given: Typed) -> int:
    """Give the status of a page that is drawn again with what was typed."""
    if given.problem:
        return given.problem.status
    return Invalid.status if given.errors else 200


@router.post("/tham-dinh/{period_id}/{unit_id}", dependencies=[SameSite])
async def decide(
    request: Request, desk: AtDesk, period_id: UUID, unit_id: UUID, *, khoi: UUID | None = None, hang: str = ""
) -> Response:
    """Keep what was said, and go on to the next report that waits; filters stay as they are."""
    _office_only(desk)
    query = kept(khoi, hang)
    path = f"{looking.of_period(desk, period_id)}/scores/{unit_id}/verdicts"
    again = await save(request, desk, (period_id, unit_id), path, _COLUMN, {"column": _COLUMN})
    if again:
        return _page(request, desk, again, query)
    place = await _next(desk, period_id, unit_id, khoi)
    return RedirectResponse(_with(place, query | {"xong": str(unit_id)}), 303)


async def save(  # noqa: PLR0917
    request: Request, desk: Desk, of: tuple[UUID, UUID], path: str, column: str, more: dict[str, str]
) -> Looking | None:
    """Send what the form says to scoring; give the page to be drawn again when something keeps it from being saved."""
    sent = await request.form(max_fields=FIELDS)
    words = {name: value for name, value in sent.items() if isinstance(value, str)}
    given = looking.read(words)
    if words.get("viec") == "dong-y-het":
        seen = await looking.look_at(desk, *of, column)
        given.choices |= {
            item["criterion"]: looking.AGREE for item in seen.open_items if item["criterion"] not in given.looked
        }
    told = looking.looks(given)
    if not told:
        given.errors["*"] = ["Chọn Đồng ý hoặc ghi số khác cho ít nhất một mục rồi lưu"]
    if not given.errors:
        version = whole(words.get("version"))
        body = {"report_version": version, "items": told, **more}
        try:
            await desk.send("POST", "scoring", path, body, key=words.get("idempotency_key") or None)
        except Problem as problem:
            if problem.status not in (Conflict.status, Invalid.status):
                raise
            looking.refused(given, told, problem)
        else:
            return None
    seen = await looking.look_at(desk, *of, column)
    seen.given = given
    return seen


async def _next(desk: Desk, period_id: UUID, unit_id: UUID, khoi: UUID | None) -> str:
    """Give the page of the next report in the queue, going round once, or the empty queue."""
    report = await desk.get("scoring", f"{looking.of_period(desk, period_id)}/scores/{unit_id}/columns")
    for after in ({"after_block": report["block_id"], "after_unit": unit_id}, {}):
        found = await waiting(desk, str(period_id), block_id=khoi, limit=1, **after)
        if found["items"] and found["items"][0]["unit_id"] != str(unit_id):
            return f"/tham-dinh/{period_id}/{found['items'][0]['unit_id']}"
    return "/tham-dinh"
