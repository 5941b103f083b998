"""Tệp văn bản: the decision that formed a block, the paper behind a yearly rating; attached, replaced, saved."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, AtHand, Desk
from gateway.services import refusal

router = APIRouter()

_PIECE = 64 * 1024
_TOO_LARGE = 413
_CREATED = 201


async def attached_to(desk: Desk, path: str) -> list[dict[str, Any]] | None:
    """Give what is attached at ``blocks/…`` or ``entries/…``; None for whoever may not see it."""
    try:
        found = await desk.get_or("registry", f"{path}/attachments", None)
    except Problem as problem:
        if problem.status != Forbidden.status:
            raise
        return None
    return found["items"] if found else None


@router.get("/van-ban/{attachment_id}")
async def save_file(desk: AtHand, attachment_id: UUID) -> Response:
    """Give a document to be saved; nothing in it is ever shown as a page of this house."""
    return await desk.services.give_out(desk.who, "registry", f"attachments/{attachment_id}/content")


@router.post("/khoi/{block_id}/van-ban", dependencies=[SameSite])
async def to_block(request: Request, desk: AtDesk, block_id: UUID) -> Response:
    block = await desk.get("registry", f"blocks/{block_id}")
    here = (f"/khoi/{block_id}", f"{block['name']} năm {block['year']}")
    return await _attach(request, desk, f"blocks/{block_id}", here)


@router.post("/ho-so-muc/{entry_id}/van-ban", dependencies=[SameSite])
async def to_rating(request: Request, desk: AtDesk, entry_id: UUID) -> Response:
    return await _attach(request, desk, f"entries/{entry_id}", (f"/ho-so-muc/{entry_id}", "Kết quả xếp loại"))


async def _attach(request: Request, desk: Desk, path: str, here: tuple[str, str]) -> Response:
    """Hand the chosen file on; what is refused is said on a page that has the form once more."""
    error, status = "", Invalid.status
    try:
        async with request.form(max_files=1, max_fields=10) as sent:
            file = sent.get("tep")
            if isinstance(file, UploadFile) and file.filename:
                query = urlencode({"name": file.filename[:300]})
                answer = await desk.services.hand_in(
                    desk.who, "registry", f"{path}/attachments", _pieces(file), query=query
                )
                if answer.status_code == _CREATED:
                    return RedirectResponse(f"{here[0]}?tep=1", 303)
                problem = refusal(answer)
                if problem.status not in (Invalid.status, Conflict.status, NotFound.status):
                    raise problem
                error, status = problem.detail, problem.status
            else:
                error = "Chọn một tệp từ máy của bạn."
    except HTTPException as refused:
        if refused.status_code != _TOO_LARGE:
            raise
        error = str(refused.detail)
    values = {"desk": desk, "section": "don-vi", "here": here, "error": error, "action": f"{here[0]}/van-ban"}
    values |= {"attached": await attached_to(desk, path)}
    return render.page(request, "van-ban.html", values, status=status)


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece
