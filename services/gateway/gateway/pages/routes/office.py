"""What the operator sees: the health of the house."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Forbidden, Unavailable
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, AtHand, Desk

router = APIRouter()

_NAMES = {
    "registry": "Tiếp nhận báo cáo",
    "scoring": "Chấm điểm, xếp hạng",
    "awards": "Xét danh hiệu",
    "notify": "Báo tin",
}


def _operators_only(desk: Desk) -> None:
    if not desk.who.holds(Post.OPERATOR):
        raise Forbidden("Trang này dành cho cán bộ kỹ thuật vận hành.")


@router.get("/van-hanh")
async def operations(request: Request, desk: AtDesk) -> Response:
    """Who is ready, and the letters that wait for a decision."""
    _operators_only(desk)
    states = await asyncio.gather(*[_state(desk, service) for service in _NAMES])
    return render.page(request, "van-hanh.html", {"desk": desk, "section": "van-hanh", "states": states})


async def _state(desk: Desk, service: str) -> dict[str, Any]:
    state: dict[str, Any] = {"service": service, "name": _NAMES[service], "trouble": None, "letters": []}
    try:
        answer = await desk.services.ask(desk.who, service, "GET", "health/ready")
        if answer.status_code != 200:  # noqa: PLR2004 - the one status that means ready
            state["trouble"] = answer.json().get("detail", "chưa sẵn sàng")
        state["letters"] = (await desk.get(service, "dead-letters"))["items"]
    except Unavailable as away:
        state["trouble"] = away.detail
    return state


@router.post("/van-hanh/thu-loi/{service}/{letter}", dependencies=[SameSite])
async def settle(
    desk: AtHand, service: str, letter: UUID, viec: Annotated[str, Form()], ly_do: Annotated[str, Form(max_length=500)]
) -> Response:
    _operators_only(desk)
    act = "redrive" if viec == "xu-ly-lai" else "discard"
    await desk.send("POST", service, f"dead-letters/{letter}/{act}", {"reason": ly_do})
    return RedirectResponse("/van-hanh", 303)
