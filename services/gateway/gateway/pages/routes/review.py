"""Xem xét: the queue of reports that wait for a reviewer, and one report with what can be done with it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import exports, listed, render, words
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.routes.report import WHOLE_REPORT, Sheet
from gateway.pages.routes.units import asked
from gateway.pages.sheets import standing_sheet
from gateway.pages.typed import FIELDS, whole

router = APIRouter()

_ON_A_PAGE = 50
_IN_A_FILE = 200
_TICK = "tra:"
_REASON = "vi:"
_WHY = "ly-do-rut"
_SHORTEST = 3
_PATHS = {"nhan": "take-up", "thoi": "release", "chap-nhan": "accept", "tra-lai": "return", "rut-tra": "take-back"}
_DONE = {
    "nhan": "Đã nhận xem xét {unit}: đơn vị không sửa và không rút được cho đến khi bạn trả lời.",
    "thoi": "Đã thôi xem xét {unit}: báo cáo trở lại hàng chờ.",
    "chap-nhan": "Đã chấp nhận {unit}. Đơn vị nhận được tin.",
    "rut-tra": "Đã rút việc trả lại {unit}: đơn vị không phải sửa gì nữa, báo cáo trở lại hàng chờ. Đơn vị nhận được tin.",
    "tra-lai": "Đã trả lại {unit} {count} mục. Đơn vị nhận được tin, lý do ghi tại từng mục.",
}


@dataclass
class Verdict:
    """What a reviewer has marked so far: the items to be returned, the reason typed for each, and why a return is taken back."""

    ticked: set[str] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    why: str = ""
    problem: Problem | None = None


def may_review(desk: Desk) -> bool:
    return desk.who.holds(Post.CITY_OFFICE) or desk.who.holds(Post.BLOCK_HEAD)


def _reviewers_only(desk: Desk) -> None:
    if not may_review(desk):
        raise Forbidden("Trang này dành cho Phòng Nội vụ và khối trưởng.")


async def waiting(desk: Desk, *, limit: int, **filters: str | None) -> dict[str, Any]:
    """Ask which reports, of whatever campaigns, wait for this reader, the longest waiting first unless told; what was left empty is not asked."""
    question = asked(limit=limit, **filters)
    found: dict[str, Any] = await desk.get("registry", f"reports/queue?{question}")
    return found


@router.get("/xem-xet")
async def queue(request: Request, desk: AtDesk, *, xong: str = "", don_vi: str = "") -> Response:
    """What waits, or was returned: searched, filtered, in a chosen order, a page at a time."""
    _reviewers_only(desk)
    typed = {name: request.query_params.get(name, "").strip() for name in ("hang", "tim", "ky", "muon", "xep")}
    after = request.query_params.get("sau", "")
    question = {
        "which": "returned" if typed["hang"] == "tra-lai" else "waiting",
        "search": typed["tim"][:100],
        "period_id": typed["ky"],
        "late": {"co": "true", "khong": "false"}.get(typed["muon"]),
        "sort": words.order(typed["xep"]),
    }
    if form := exports.wanted(request):

        async def ask(last: str | None) -> tuple[list[dict[str, Any]], str | None]:
            page = await waiting(desk, limit=_IN_A_FILE, **question, after=last)
            return page["items"], page["items"][-1]["report_id"] if page["more"] else None

        rows, cut = await exports.every(ask, form.most)
        return await exports.give(request, desk, form, listed.queue(desk, rows, typed), cut=cut)
    found = await waiting(desk, limit=_ON_A_PAGE, **question, after=after)
    values = {
        "desk": desk,
        "section": "xem-xet",
        "found": found,
        "which": question["which"],
        "typed": typed,
        "later": bool(after),
        "onward": asked(**typed, sau=found["items"][-1]["report_id"]) if found["more"] else "",
    }
    return render.page(request, "xem-xet.html", values | {"done": await _told(desk, xong, don_vi)})


async def _told(desk: Desk, done: str, unit: str) -> str:
    """Say what was just done; the words are ours, whatever the address holds."""
    act, _, count = done.partition("-so-")
    if act not in _DONE or not unit:
        return ""
    await desk.learn([unit] if is_id(unit) else [])
    return _DONE[act].format(unit=desk.name(unit), count=count if count.isdecimal() else "")


@router.get("/xem-xet/{report_id}")
async def one(request: Request, desk: AtDesk, report_id: UUID, xong: str = "", don_vi: str = "") -> Response:
    _reviewers_only(desk)
    return await _page(request, desk, report_id, Verdict(), done=await _told(desk, xong, don_vi))


async def _page(request: Request, desk: Desk, report_id: UUID, verdict: Verdict, *, done: str = "") -> Response:
    report, told = await asyncio.gather(
        desk.get("registry", f"reports/{report_id}"), desk.get("registry", f"reports/{report_id}/steps")
    )
    await desk.turn_to(report["period_id"])
    # Where the unit stands in no block any more, what it sent is read by the sheet of the one it stood in last.
    block = await desk.this_years(report["block_id"] or report["stood_in"])
    if block is None:
        raise NotFound(
            "Đơn vị này chưa đứng trong khối thi đua nào của năm đó. Hãy ghi quyết định xếp đơn vị vào một khối, rồi mở lại."
        )
    place = f"campaigns/{report['campaign_id']}/periods/{report['period_id']}/scores/{report['unit_id']}"
    document, score = await asyncio.gather(
        desk.get("scoring", standing_sheet(block, report["period_id"])), desk.get_or("scoring", place, None)
    )
    sheet = Sheet(
        period=desk.period(report["period_id"]),
        document=document,
        targets={},
        fields=report["fields"],
        version=report["version"],
        report=report,
        score=score,
        nothing=report["nothing"],
        key=str(uuid4()),
    )
    if score:
        sheet.parts = {part["criterion"]: part for part in score["parts"]}
    again = set(report["flagged"] or ()) if report["state"] in ("resubmitted", "in_second_review") else set()
    values = {
        "desk": desk,
        "section": "xem-xet",
        "sheet": sheet,
        "block": block,
        "verdict": verdict,
        "steps": told["items"],
        "again": again,
        "done": done,
    }
    status = verdict.problem.status if verdict.problem else (Invalid.status if verdict.errors else 200)
    return render.page(request, "xem-xet-bao-cao.html", values, status=status)


@router.post("/xem-xet/{report_id}", dependencies=[SameSite])
async def decide(request: Request, desk: AtDesk, report_id: UUID) -> Response:
    """Take the step that was pressed; after an answer go on to the next report that waits."""
    _reviewers_only(desk)
    sent = await request.form(max_fields=FIELDS)
    said = {name: value for name, value in sent.items() if isinstance(value, str)}
    act = said.get("viec", "")
    if act not in _PATHS:
        raise NotFound("Không rõ phải làm gì với báo cáo này. Hãy mở lại trang rồi chọn một nút.")
    verdict = _read(said)
    verdict.errors = _faults(act, verdict)
    if verdict.errors:
        return await _page(request, desk, report_id, verdict)
    body: dict[str, Any] = {"version": whole(said.get("version"))}
    if act == "rut-tra":
        body["reason"] = verdict.why.strip()
    if act == "tra-lai":
        body["items"] = {code: verdict.reasons[code].strip() for code in sorted(verdict.ticked)}
    try:
        path = f"reports/{report_id}/{_PATHS[act]}"
        await desk.send("POST", "registry", path, body, key=said.get("idempotency_key") or None)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        verdict.problem = problem
        return await _page(request, desk, report_id, verdict)
    unit = said.get("don-vi", "")
    told = (
        f"xong={act}-so-{len(verdict.ticked)}&don_vi={quote(unit)}"
        if act == "tra-lai"
        else f"xong={act}&don_vi={quote(unit)}"
    )
    if act in ("nhan", "thoi", "rut-tra"):
        return RedirectResponse(f"/xem-xet/{report_id}?{told}", 303)
    return RedirectResponse(f"{await _next(desk, report_id)}?{told}", 303)


def _read(said: dict[str, str]) -> Verdict:
    return Verdict(
        ticked={name.removeprefix(_TICK) for name in said if name.startswith(_TICK)},
        reasons={name.removeprefix(_REASON): value for name, value in said.items() if name.startswith(_REASON)},
        why=said.get(_WHY, ""),
    )


def _faults(act: str, verdict: Verdict) -> dict[str, str]:
    """Say what keeps an answer from being given, all at once: code of the item → sentence."""
    if act == "chap-nhan" and verdict.ticked:
        return {
            code: f"{_named(code)} đang được đánh dấu để trả lại: bỏ đánh dấu, hoặc bấm Trả lại các mục đã đánh dấu"
            for code in sorted(verdict.ticked)
        }
    if act == "rut-tra" and len(verdict.why.strip()) < _SHORTEST:
        return {_WHY: "Lý do rút việc trả lại: ghi ít nhất 3 chữ, ví dụ “đối chiếu lại thì số liệu đã khớp”"}
    if act != "tra-lai":
        return {}
    if not verdict.ticked:
        return {WHOLE_REPORT: "Đánh dấu ít nhất một mục phải sửa, kèm lý do, rồi bấm Trả lại"}
    return {
        code: f"{_named(code)}: ghi lý do trả lại, ít nhất 3 chữ, ví dụ “số liệu chưa khớp với biên bản”"
        for code in sorted(verdict.ticked)
        if len(verdict.reasons.get(code, "").strip()) < _SHORTEST
    }


def _named(code: str) -> str:
    return "Cả báo cáo" if code == WHOLE_REPORT else f"Mục {code}"


async def _next(desk: Desk, report_id: UUID) -> str:
    """Give the page of the next report in the queue, going round once, or of the empty queue."""
    for after in (str(report_id), None):
        found = await waiting(desk, limit=1, after=after)
        if found["items"]:
            return f"/xem-xet/{found['items'][0]['report_id']}"
    return "/xem-xet"
