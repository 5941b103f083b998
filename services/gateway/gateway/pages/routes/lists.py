"""Nhập danh sách: lists as files, fetched, sent in, checked with every fault at once, and kept when somebody says so."""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from chassis.errors import Forbidden, Invalid, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import render, words
from gateway.pages.desk import AtDesk, Desk
from gateway.services import refusal

router = APIRouter()

_PIECE: Final = 64 * 1024
_TOO_LARGE: Final = 413
_CREATED: Final = 201
_ON_A_PAGE: Final = 100
_AT_ONCE: Final = 2.0
"""After so many seconds of writing its progress is shown; then it goes on."""


def office_only(desk: Desk) -> None:
    """Refuse whoever is not of the city office."""
    if not desk.who.holds(Post.CITY_OFFICE):
        raise Forbidden("Nhập danh sách từ tệp do Phòng Nội vụ thành phố làm.")


def _in_campaign(desk: Desk, name: str) -> dict[str, str]:
    """Say in which campaign a list is meant: the one that the desk shows."""
    return {"campaign_id": desk.campaign["campaign_id"]} if desk.campaign and name != "units" else {}


@router.get("/nhap-danh-sach")
async def start(request: Request, desk: AtDesk, ds: str = "units") -> Response:
    return await _start(request, desk, ds)


async def _start(request: Request, desk: Desk, name: str, problem: Problem | None = None) -> Response:
    office_only(desk)
    chosen = name if name in words.LISTS else "units"
    values = {
        "desk": desk,
        "section": "don-vi",
        "chosen": chosen,
        "earlier": (await desk.get("registry", "imports?limit=10"))["items"],
        "problem": problem,
    }
    return render.page(request, "nhap-danh-sach.html", values, status=problem.status if problem else 200)


@router.get("/nhap-danh-sach/tep/{name}")
async def fetch(desk: AtDesk, name: str, dang: str = "xlsx", day: str = "") -> Response:
    """Give a list as a file: empty, or as it stands."""
    office_only(desk)
    query = urlencode({"form": dang, "filled": "true" if day else "false", **_in_campaign(desk, name)})
    return await desk.services.give_out(desk.who, "registry", f"lists/{quote(name, safe='')}/file?{query}")


@router.post("/nhap-danh-sach", dependencies=[SameSite])
async def send(request: Request, desk: AtDesk) -> Response:
    """Take a file in and have it checked; nothing is changed by that."""
    office_only(desk)
    try:
        async with request.form(max_files=1, max_fields=10) as sent:
            return await _checked(request, desk, sent)
    except HTTPException as error:
        if error.status_code != _TOO_LARGE:
            raise
        return await _start(request, desk, "units", Invalid(str(error.detail)))


async def _checked(request: Request, desk: Desk, sent: FormData) -> Response:
    name, file = str(sent.get("ds", "units")), sent.get("tep")
    if not isinstance(file, UploadFile) or not file.filename:
        return await _start(request, desk, name, Invalid("Chưa chọn tệp. Hãy chọn tệp Excel (.xlsx) hoặc CSV."))
    query = urlencode({"about": name, "name": file.filename[:300], **_in_campaign(desk, name)})
    answer = await desk.services.hand_in(desk.who, "registry", "imports", _pieces(file), query=query)
    if answer.status_code != _CREATED:
        problem = refusal(answer)
        if problem.status != Invalid.status:
            raise problem
        return await _start(request, desk, name, problem)
    return RedirectResponse(f"/nhap-danh-sach/{answer.json()['import_id']}", 303)


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece


@router.get("/nhap-danh-sach/{import_id}")
async def one(
    request: Request, desk: AtDesk, import_id: UUID, sau: Annotated[int, Query(ge=0, le=2_000_000)] = 0
) -> Response:
    """A checked file: what it would change, what is wrong where, and how far it is written."""
    office_only(desk)
    told = await desk.get("registry", f"imports/{import_id}")
    rows = await desk.get("registry", f"imports/{import_id}/faults?after={sau}&limit={_ON_A_PAGE}")
    return render.page(request, "nhap-danh-sach-tep.html", shown(desk, told, rows, begun=not sau))


def shown(desk: Desk, told: dict[str, Any], rows: dict[str, Any], *, begun: bool) -> dict[str, Any]:
    """Lay out what is said of a file: faults of the whole file first, then row by row."""
    of_rows = [{**fault, "row": row["row"]} for row in rows["items"] for fault in row["faults"]]
    return {
        "desk": desk,
        "section": "don-vi",
        "told": told,
        "faults": [*(told["faults"] if begun else ()), *of_rows],
        "stopped": any(fault["stops"] for fault in told["faults"]),
        "onward": rows["next"],
        "begun": begun,
    }


@router.post("/nhap-danh-sach/{import_id}/ghi", dependencies=[SameSite])
async def keep(desk: AtDesk, import_id: UUID) -> Response:
    """Write piece after piece for a while, then show how far it is; whoever comes back goes on from there."""
    office_only(desk)
    until = time.monotonic() + _AT_ONCE
    while (await desk.send("POST", "registry", f"imports/{import_id}/pieces", {}))["state"] != "done":
        if time.monotonic() > until:
            break
    return RedirectResponse(f"/nhap-danh-sach/{import_id}", 303)


@router.get("/nhap-danh-sach/{import_id}/ket-qua")
async def result(desk: AtDesk, import_id: UUID, dang: str = "xlsx") -> Response:
    """Give the file back with what became of each row."""
    office_only(desk)
    query = urlencode({"form": dang})
    return await desk.services.give_out(desk.who, "registry", f"imports/{import_id}/result?{query}")
