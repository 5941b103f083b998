"""Đính chính đơn vị, khối: how a unit or a block began, said otherwise by the office; nobody's correction is lost to another's."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Invalid, NotFound, Problem
from gateway.api import SameSite
from gateway.pages import render, words
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.founding import BLOCK, UNIT, chosen, of_block, of_unit, office_only, read, refuse_doubled
from gateway.pages.typed import FIELDS, whole

router = APIRouter()

_LABELS = {
    "name": "tên",
    "short_name": "tên gọi tắt",
    "kind": "loại",
    "code": "mã",
    "parent_id": "cấp trên",
    "valid_from": "ngày thành lập",
    "sheet_id": "bảng điểm",
    "follows_id": "khối năm trước",
    "head_unit_id": "khối trưởng",
    "deputy_unit_id": "khối phó",
    "decision_number": "số quyết định",
    "decision_on": "ngày quyết định",
}


@router.get("/don-vi/{unit_id}/dinh-chinh")
async def unit_form(request: Request, desk: AtDesk, unit_id: UUID) -> Response:
    office_only(desk)
    return await _unit(request, desk, await _begun(desk, unit_id))


async def _begun(desk: Desk, unit_id: UUID | str) -> dict[str, str]:
    """Give how a unit began as it was said last, as its form has it typed."""
    unit, history = await asyncio.gather(
        desk.get("registry", f"units/{unit_id}"), desk.get("registry", f"units/{unit_id}/history")
    )
    begun = [
        each for each in history["changes"] if each["kind"] in ("registered", "founded") and not each["revoked_at"]
    ]
    if not begun:
        raise NotFound("Quyết định lập đơn vị này đã được thu hồi, nên không còn gì để đính chính.")
    last = max(begun, key=lambda each: str(each["change_id"]))
    said = {name: last["sets"].get(name) or "" for name in UNIT} | {"valid_from": last["effective_on"]}
    return said | {"ma": str(unit_id), "version": str(unit["version"])}


async def _unit(request: Request, desk: Desk, typed: dict[str, str], problem: Problem | None = None) -> Response:
    theirs: list[tuple[str, str]] = []
    if problem and "version" in problem.members:
        stands = await _begun(desk, typed["ma"])
        above = await desk.names_of([stands["parent_id"]] if stands["parent_id"] else [], stands["valid_from"])
        told = stands | {
            "kind": words.KINDS.get(stands["kind"], ""),
            "parent_id": above.get(stands["parent_id"], ""),
            "valid_from": words.calendar_day(stands["valid_from"]),
        }
        theirs = _differing(typed, stands, told)
        typed = typed | {"version": stands["version"]}
    values = await of_unit(desk, typed, problem) | {"theirs": theirs}
    return render.page(request, "don-vi-dinh-chinh.html", values, status=problem.status if problem else 200)


def _differing(typed: Mapping[str, str], stands: Mapping[str, str], told: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name what is kept otherwise than it was typed, in the words of the page."""
    return [
        (label, told[name] or "để trống")
        for name, label in _LABELS.items()
        if name in stands and stands[name] != typed.get(name, "")
    ]


@router.post("/don-vi/{unit_id}/dinh-chinh", dependencies=[SameSite])
async def correct_unit(request: Request, desk: AtDesk, unit_id: UUID) -> Response:
    """Search for a parent, or correct the registration, by the button that was pressed."""
    office_only(desk)
    typed = read(await request.form()) | {"ma": str(unit_id)}
    if typed.get("buoc") == "tim":
        return await _unit(request, desk, typed)
    body: dict[str, Any] = {name: typed[name] for name in UNIT if typed.get(name)}
    body |= {"version": whole(typed.get("version"), 1), "reason": typed.get("reason", "")}
    try:
        stands = await _begun(desk, unit_id)
        if not typed.get("trung") and any(stands[name] != typed.get(name, "") for name in ("name", "code")):
            await refuse_doubled(desk, typed, "Vẫn ghi")
        await desk.send("PUT", "registry", f"units/{unit_id}/registration", body)
    except Problem as problem:
        if problem.status not in (Invalid.status, Conflict.status):
            raise
        return await _unit(request, desk, typed, problem)
    return RedirectResponse(f"/don-vi/{unit_id}?ghi=dinh-chinh", 303)


@router.get("/khoi/{block_id}/dinh-chinh")
async def block_form(request: Request, desk: AtDesk, block_id: UUID) -> Response:
    office_only(desk)
    typed, members = await _formed(desk, block_id)
    return await _block(request, desk, typed, members)


async def _formed(desk: Desk, block_id: UUID | str) -> tuple[dict[str, str], list[str]]:
    """Give how a block was formed as it was said last, as its form has it typed, and its members."""
    block = await desk.get("registry", f"blocks/{block_id}")
    said = {name: str({**block, **block["formed"]}[name] or "") for name in BLOCK}
    return said | {"ma": str(block_id), "version": str(block["version"])}, block["formed"]["member_unit_ids"]


async def _block(
    request: Request, desk: Desk, typed: dict[str, str], members: list[str], problem: Problem | None = None
) -> Response:
    theirs: list[tuple[str, str]] = []
    stands, stood = await _formed(desk, typed["ma"])
    typed = typed | {"year": stands["year"]}
    if problem and "version" in problem.members:
        typed = typed | {"version": stands["version"]}
    values = await of_block(desk, typed, members, problem, stands["follows_id"])
    if problem and "version" in problem.members:
        names = await desk.names_of({*stood, *members}, f"{stands['year']}-12-31")
        named = {"sheet_id": values["sheets"], "follows_id": values["earlier"]}
        named |= {"head_unit_id": names, "deputy_unit_id": names}
        told = stands | {name: known.get(stands[name], "") for name, known in named.items()}
        told["decision_on"] = words.calendar_day(stands["decision_on"]) if stands["decision_on"] else ""
        theirs = _differing(typed, stands, told)
        if set(stood) != set(members):
            theirs.append(("đơn vị của khối", ", ".join(names[each] for each in stood if each in names)))
    values |= {"theirs": theirs, "stands": stands}
    return render.page(request, "khoi-dinh-chinh.html", values, status=problem.status if problem else 200)


@router.post("/khoi/{block_id}/dinh-chinh", dependencies=[SameSite])
async def correct_block(request: Request, desk: AtDesk, block_id: UUID) -> Response:
    """Search for members, or correct how the block was formed, by the button that was pressed."""
    office_only(desk)
    sent = await request.form(max_fields=FIELDS)
    typed = read(sent) | {"ma": str(block_id)}
    members = chosen(sent.getlist("member_unit_ids"))
    if typed.get("buoc") == "tim":
        return await _block(request, desk, typed, members)
    body: dict[str, Any] = {name: typed[name] for name in BLOCK if typed.get(name) and name != "year"}
    body |= {"member_unit_ids": members, "version": whole(typed.get("version"), 1)}
    try:
        await desk.send("PUT", "registry", f"blocks/{block_id}/formation", body)
    except Problem as problem:
        if problem.status not in (Invalid.status, Conflict.status):
            raise
        return await _block(request, desk, typed, members, problem)
    return RedirectResponse(f"/khoi/{block_id}?ghi=dinh-chinh", 303)
