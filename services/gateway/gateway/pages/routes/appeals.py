"""Kiến nghị: against one exact item, from the page that says why; the office's list, and one appeal with every step."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from contracts.appeals import OF_POINTS
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import exports, listed, render
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.sheets import is_yes_no, lines_of
from gateway.pages.typed import amount_typed, no_amount, whole

router = APIRouter()

_IN_A_FILE = 200
_REFUSALS = (Conflict.status, Invalid.status, Forbidden.status)
_ACTS = {"tiep-nhan": "take_up", "chap-thuan": "uphold", "bac": "reject", "rut": "withdraw"}
DONE = {
    "gui": "Đã gửi kiến nghị. Phòng Nội vụ nhận được tin.",
    "tiep-nhan": "Đã tiếp nhận kiến nghị. Đơn vị nhận được tin.",
    "chap-thuan": "Đã chấp thuận. Điểm, thứ hạng và điều kiện danh hiệu tính lại ngay; đơn vị nhận được tin.",
    "bac": "Đã ghi quyết định không chấp thuận. Đơn vị nhận được tin cùng lý do.",
    "rut": "Đã rút kiến nghị.",
}


@dataclass
class Typed:
    """What was typed into the form of an appeal or of its decision, and what is wrong with it: field → sentence."""

    reason: str = ""
    value: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def status(self) -> int:
        return self.problem.status if self.problem else (Invalid.status if self.errors else 200)

    def refuse(self, problem: Problem) -> None:
        if problem.status not in _REFUSALS:
            raise problem
        self.problem = problem
        self.errors = {
            name: each["message"] + (f". {each['remedy']}" if each.get("remedy") else "")
            for name, each in render.errors_of(problem).items()
        }

    def read_value(self) -> str | None:
        """Give the amount that was typed as a service reads it; a word that is none is named."""
        if not self.value:
            return None
        amount = amount_typed(self.value)
        if amount is None:
            which = no_amount(self.value)
            self.errors["value"] = (
                f"“{self.value}” đọc được hai cách: {which}"
                if which
                else f"“{self.value}” không phải số. Nhập số, ví dụ 850 hoặc 12,5; mục hỏi có hay không thì ghi có hoặc không"
            )
        return amount


@router.get("/kien-nghi")
async def appeals(request: Request, desk: AtDesk, *, hang: str = "", sau: UUID | None = None) -> Response:
    ended = hang == "da-xong"
    path = f"appeals?ended={str(ended).lower()}"
    if form := exports.wanted(request):

        async def ask(last: str | None) -> tuple[list[dict[str, Any]], str | None]:
            page = await desk.get("scoring", f"{path}&limit={_IN_A_FILE}" + (f"&after={last}" if last else ""))
            return page["items"], page["items"][-1]["appeal_id"] if page["more"] else None

        rows, cut = await exports.every(ask, form.most)
        table = listed.appeals(desk, rows, await _periods_and_names(desk, rows), ended=ended)
        return await exports.give(request, desk, form, table, cut=cut)
    found = await desk.get("scoring", path + (f"&after={sau}" if sau else ""))
    periods = await _periods_and_names(desk, found["items"])
    values = {"desk": desk, "section": _section(desk), "found": found, "ended": ended, "periods": periods}
    return render.page(request, "kien-nghi-danh-sach.html", values)


async def _periods_and_names(desk: Desk, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Have the desk know the units of these appeals, and give their periods."""
    periods: dict[str, dict[str, Any]]
    periods, _ = await asyncio.gather(
        desk.periods_named(each["period_id"] for each in rows), desk.learn(each["unit_id"] for each in rows)
    )
    return periods


def _section(desk: Desk) -> str:
    return "xem-xet" if desk.who.holds(Post.CITY_OFFICE) else "bang-khoi"


@router.get("/kien-nghi/moi")
async def begin(request: Request, desk: AtDesk, ky: UUID, muc: str) -> Response:
    """The form of a new appeal: about which item, until when, and why."""
    return await _form(request, desk, (ky, muc), Typed())


async def _form(request: Request, desk: Desk, at: tuple[UUID, str], typed: Typed) -> Response:
    ky, item = at
    await desk.turn_to(ky)
    period, unit_id = desk.period(ky), desk.unit_id
    if unit_id is None or desk.campaign is None:
        raise Forbidden("Chỉ đơn vị có điểm đó mới gửi được kiến nghị. Người làm được: cán bộ đầu mối của đơn vị.")
    place = f"campaigns/{desk.campaign['campaign_id']}/periods/{ky}/scores/{unit_id}"
    score, limit = await asyncio.gather(desk.get("scoring", place), desk.get("scoring", f"{place}/appeals"))
    values = {
        "desk": desk,
        "section": _section(desk),
        "period": period,
        "limit": limit,
        **await _item(desk, score, item),
        "typed": typed,
        "key": str(uuid4()),
    }
    return render.page(request, "kien-nghi-moi.html", values, status=typed.status)


async def _item(desk: Desk, score: dict[str, Any], item: str) -> dict[str, Any]:
    """Give the line that an item stands on, and what the score says of it now; raises ``NotFound``."""
    sheet = await desk.sheet_of(score)
    lines = {line["code"]: line for line in lines_of(sheet)}
    code = next((each for each in (item, item.rpartition(".")[0]) if each in lines), None)
    part = next((each for each in score["parts"] if each["criterion"] == code), None)
    if code is None or part is None:
        raise NotFound(f"Bảng điểm không có mục {item}.")
    return {**_unknown(item), "line": lines[code], "part": part, "yes_no": is_yes_no(lines[code], item)}


def _unknown(item: str) -> dict[str, Any]:
    """Give what can be told of an item whose line is not known any more."""
    return {"item": item, "of_points": item.endswith(OF_POINTS), "line": None, "part": None, "yes_no": False}


@router.post("/kien-nghi/moi", dependencies=[SameSite])
async def file(request: Request, desk: AtDesk) -> Response:
    words = await _words(request)
    if not is_id(words.get("ky", "")):
        raise NotFound("Không rõ kiến nghị về kỳ nào. Hãy mở lại từ trang Vì sao.")
    ky, item = UUID(words["ky"]), words.get("muc", "")
    typed = Typed(words.get("ly-do", ""), words.get("so", ""))
    body = {"period_id": str(ky), "unit_id": desk.unit_id, "item": item, "reason": typed.reason}
    body["value"] = typed.read_value()
    if not typed.errors:
        try:
            filed = await desk.send("POST", "scoring", "appeals", body, key=words.get("key") or None)
            return RedirectResponse(f"/kien-nghi/{filed['appeal_id']}?xong=gui", 303)
        except Problem as problem:
            typed.refuse(problem)
    return await _form(request, desk, (ky, item), typed)


@router.get("/kien-nghi/{appeal_id}")
async def one(request: Request, desk: AtDesk, appeal_id: UUID, xong: str = "") -> Response:
    return await _page(request, desk, appeal_id, Typed(), done=DONE.get(xong, ""))


async def _page(request: Request, desk: Desk, appeal_id: UUID, typed: Typed, *, done: str = "") -> Response:
    appeal = await desk.get("scoring", f"appeals/{appeal_id}")
    await desk.turn_to(appeal["period_id"])
    place = f"campaigns/{appeal['campaign_id']}/periods/{appeal['period_id']}/scores/{appeal['unit_id']}"
    score, _ = await asyncio.gather(desk.get_or("scoring", place, None), desk.learn([appeal["unit_id"]]))
    values = {
        "desk": desk,
        "section": _section(desk),
        "appeal": appeal,
        "period_name": desk.period(appeal["period_id"])["name"],
        **(await _item(desk, score, appeal["item"]) if score else _unknown(appeal["item"])),
        "typed": typed,
        "done": done,
        "key": str(uuid4()),
    }
    return render.page(request, "kien-nghi.html", values, status=typed.status)


@router.post("/kien-nghi/{appeal_id}", dependencies=[SameSite])
async def move(request: Request, desk: AtDesk, appeal_id: UUID) -> Response:
    """Take the step that was pressed: take up, uphold, reject or withdraw."""
    words = await _words(request)
    act = words.get("viec", "")
    if act not in _ACTS:
        raise NotFound("Không rõ phải làm gì với kiến nghị này. Hãy mở lại trang rồi chọn một nút.")
    typed = Typed(words.get("ly-do", ""), words.get("so", ""))
    steps = whole(words.get("buoc"), 1)
    body = {"act": _ACTS[act], "steps": steps, "reason": typed.reason}
    if act == "chap-thuan":
        body["value"] = typed.read_value()
    if not typed.errors:
        try:
            await desk.send("POST", "scoring", f"appeals/{appeal_id}/steps", body, key=words.get("key") or None)
            return RedirectResponse(f"/kien-nghi/{appeal_id}?xong={act}", 303)
        except Problem as problem:
            typed.refuse(problem)
    return await _page(request, desk, appeal_id, typed)


async def _words(request: Request) -> dict[str, str]:
    sent = await request.form()
    return {name: value.strip() for name, value in sent.items() if isinstance(value, str)}
