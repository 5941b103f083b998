"""Đăng ký đơn vị, lập khối thi đua: the office types how a unit or a block begins; nothing typed is lost on a refusal."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from chassis.errors import Conflict, FieldError, Forbidden, Invalid, Problem
from chassis.text import fold, nfc, sort_key
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.routes.units import asked, today
from gateway.pages.typed import FIELDS, day_typed

router = APIRouter()

_SHOWN: Final = 20
_SHEETS: Final = 200
UNIT: Final = ("name", "short_name", "kind", "code", "parent_id", "valid_from")
BLOCK: Final = (
    "name",
    "year",
    "sheet_id",
    "follows_id",
    "head_unit_id",
    "deputy_unit_id",
    "decision_number",
    "decision_on",
)
_ASKED: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("Tên", "Ghi tên đầy đủ"),
    "short_name": ("Tên gọi tắt", "Ghi ngắn lại, hoặc để trống"),
    "kind": ("Loại đơn vị", "Chọn một loại"),
    "code": ("Mã đơn vị", "Để trống nếu chưa có"),
    "parent_id": ("Cấp trên", "Chọn lại cấp trên"),
    "valid_from": ("Ngày thành lập", "Chọn một ngày"),
    "year": ("Năm", "Ghi năm như 2023"),
    "sheet_id": ("Bảng điểm", "Chọn một bảng điểm"),
    "member_unit_ids": ("Đơn vị của khối", "Chọn ít nhất một đơn vị"),
    "head_unit_id": ("Khối trưởng", "Chọn một đơn vị của khối"),
    "deputy_unit_id": ("Khối phó", "Chọn một đơn vị của khối"),
    "decision_number": ("Số quyết định", "Ghi ngắn lại"),
    "decision_on": ("Ngày quyết định", "Chọn một ngày, hoặc để trống"),
    "follows_id": ("Khối năm trước", "Bỏ chọn"),
    "reason": ("Lý do", "Ghi một câu, từ 3 đến 500 chữ"),
}
"""What each field is called, and what mends it where the registry does not say."""


def office_only(desk: Desk) -> None:
    if not desk.who.holds(Post.CITY_OFFICE):
        raise Forbidden("Đơn vị và khối thi đua do Phòng Nội vụ thành phố đăng ký.")


def read(sent: FormData) -> dict[str, str]:
    typed = {name: value.strip() for name, value in sent.multi_items() if isinstance(value, str)}
    return typed | {"ma": typed["ma"] if is_id(typed.get("ma", "")) else str(uuid4())}


def errors_at(problem: Problem | None, names: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Say what is wrong by field, each with the words that stand at it; of members by name."""
    found = {}
    for field, error in render.errors_of(problem).items():
        first, _, _ = field.partition(".")
        label, remedy = _ASKED.get(first, ("Biểu mẫu", "Tải lại trang rồi làm lại"))
        told = names.get(field, label)
        found[field] = {"message": f"{told}: {error['message']}", "remedy": error.get("remedy") or remedy}
    return found


@router.get("/don-vi/moi")
async def new_unit(request: Request, desk: AtDesk, cap_tren: str = "") -> Response:
    office_only(desk)
    return await _unit(request, desk, {"ma": str(uuid4()), "parent_id": cap_tren if is_id(cap_tren) else ""})


async def of_unit(desk: Desk, typed: dict[str, str], problem: Problem | None = None) -> dict[str, Any]:
    """Give what the form shows: the units that were searched for as parents and the one that is chosen, and what is wrong."""
    chosen = await desk.names_of(filter(is_id, [typed.get("parent_id", "")]), today(desk))
    found = await searched(desk, typed.get("tim", ""))
    return {
        "desk": desk,
        "section": "don-vi",
        "typed": typed,
        "above": chosen | {each["unit_id"]: each["name"] for each in found},
        "errors": errors_at(problem, {}),
        "problem": problem,
    }


async def _unit(request: Request, desk: Desk, typed: dict[str, str], problem: Problem | None = None) -> Response:
    values = await of_unit(desk, typed, problem)
    return render.page(request, "don-vi-moi.html", values, status=problem.status if problem else 200)


async def searched(desk: Desk, words: str, **more: str | int) -> list[dict[str, Any]]:
    if not words:
        return []
    found: list[dict[str, Any]] = (
        await desk.get("registry", f"units?{asked(search=words[:100], limit=_SHOWN, **more)}")
    )["items"]
    return found


@router.post("/don-vi/moi", dependencies=[SameSite])
async def register(request: Request, desk: AtDesk) -> Response:
    """Search for a parent, or register the unit, by the button that was pressed."""
    office_only(desk)
    typed = read(await request.form())
    if typed.get("buoc") == "tim":
        return await _unit(request, desk, typed)
    body = {name: typed[name] for name in UNIT if typed.get(name)}
    try:
        if not typed.get("trung"):
            await refuse_doubled(desk, typed)
        await desk.send("PUT", "registry", f"units/{typed['ma']}", body)
    except Problem as problem:
        if problem.status not in (Invalid.status, Conflict.status):
            raise
        return await _unit(request, desk, typed, problem)
    return RedirectResponse(f"/don-vi/{typed['ma']}?ghi=lap", 303)


async def refuse_doubled(desk: Desk, typed: Mapping[str, str], still: str = "Vẫn đăng ký") -> None:
    """Ask once more where a unit of that name stands: what is registered twice can only be merged again.

    ``still`` is what the page calls doing it all the same. A code that another unit has is not asked about: the registry
    refuses it, whatever is said here.
    """
    name, code, on = nfc(typed.get("name", "")), typed.get("code", "")[:40], day_typed(typed.get("valid_from", ""))
    alike, coded = await asyncio.gather(
        searched(desk, name), desk.get("registry", f"units?{asked(code=code, on=on, limit=1)}") if code else _nothing()
    )
    remedy = f"Kiểm tra lại; nếu đúng là đơn vị khác, đánh dấu “{still}” ở cuối trang"
    same = [each for each in alike if fold(each["name"]) == fold(name) and each["unit_id"] != typed["ma"]]
    held = [each for each in coded["items"] if each["unit_id"] != typed["ma"]]
    errors = [FieldError(field="name", message=f"đã có {each['name']}", remedy=remedy) for each in same[:1]]
    taken = "Ghi mã khác; nếu đơn vị đó đã kết thúc hoặc đã đổi mã, ghi quyết định đó trước"
    errors += [FieldError(field="code", message=f"đang là mã của {each['name']}", remedy=taken) for each in held]
    if same:
        raise Conflict("Có thể đơn vị này đã được đăng ký.", errors=errors)


async def _nothing() -> dict[str, Any]:
    return {"items": []}


@router.get("/khoi/moi")
async def new_block(request: Request, desk: AtDesk, nam: str = "", tu: str = "") -> Response:
    """An empty form, or one filled from the block of the year before."""
    office_only(desk)
    typed = {"ma": str(uuid4()), "year": str(_year(nam) or desk.year or desk.now.year)}
    if not is_id(tu):
        return await _block(request, desk, typed, [])
    before = await desk.get("registry", f"blocks/{tu}?{asked(on=_last_day(typed['year']))}")
    typed |= {"follows_id": tu, "year": str(before["year"] + 1), "name": before["name"], "sheet_id": before["sheet_id"]}
    return await _block(request, desk, typed, before["member_unit_ids"])


async def of_block(
    desk: Desk, typed: dict[str, str], members: list[str], problem: Problem | None = None, follows: str = ""
) -> dict[str, Any]:
    """Give what the form shows: the members that are chosen, what was searched for, and what can be followed and scored by.

    ``follows`` is the block that this one goes on from by what is kept.
    """
    year = _year(typed.get("year", ""))
    names, found, sheets, earlier = await asyncio.gather(
        desk.names_of(filter(is_id, members), today(desk)),
        searched(desk, typed.get("tim", "")),
        desk.get("scoring", f"sheets?{asked(limit=_SHEETS)}"),
        desk.get("registry", f"blocks?{asked(year=year - 1, limit=500)}") if year else _nothing(),
    )
    known = {each["block_id"]: each["name"] for each in earlier["items"]}
    # Of a year of very many blocks not all are offered: the one that is kept or chosen is not lost because of that.
    known |= await desk.names_of_blocks({*filter(is_id, (typed.get("follows_id", ""), follows))} - known.keys())
    of_members = {f"member_unit_ids.{place}": names.get(each, "Đơn vị này") for place, each in enumerate(members)}
    return {
        "desk": desk,
        "section": "don-vi",
        "typed": typed,
        "members": {each: names.get(each, "Đơn vị khác") for each in members},
        "found": {each["unit_id"]: each["name"] for each in found if each["unit_id"] not in members},
        "sheets": {each["sheet_id"]: each["name"] for each in sorted(sheets["items"], key=_by_name)},
        "earlier": known,
        "errors": errors_at(problem, of_members),
        "problem": problem,
    }


async def _block(
    request: Request, desk: Desk, typed: dict[str, str], members: list[str], problem: Problem | None = None
) -> Response:
    values = await of_block(desk, typed, members, problem)
    return render.page(request, "khoi-moi.html", values, status=problem.status if problem else 200)


@router.post("/khoi/moi", dependencies=[SameSite])
async def form_block(request: Request, desk: AtDesk) -> Response:
    """Search for members, or form the block, by the button that was pressed."""
    office_only(desk)
    sent = await request.form(max_fields=FIELDS)
    typed = read(sent)
    members = chosen(sent.getlist("member_unit_ids"))
    if typed.get("buoc") == "tim":
        return await _block(request, desk, typed, members)
    body: dict[str, Any] = {name: typed[name] for name in BLOCK if typed.get(name)} | {"member_unit_ids": members}
    if year := _year(typed.get("year", "")):
        body["year"] = year
    try:
        await desk.send("PUT", "registry", f"blocks/{typed['ma']}", body)
    except Problem as problem:
        if problem.status not in (Invalid.status, Conflict.status):
            raise
        return await _block(request, desk, typed, members, problem)
    return RedirectResponse(f"/khoi/{typed['ma']}?ghi=lap", 303)


def _by_name(sheet: Mapping[str, Any]) -> Any:
    return sort_key(sheet["name"])


def _last_day(year: str) -> str:
    return f"{int(year) - 1}-12-31"


def _year(typed: str) -> int | None:
    return int(typed) if re.fullmatch(r"2[0-9]{3}", typed) else None


def chosen(sent: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(str(each) for each in sent if is_id(str(each))))
