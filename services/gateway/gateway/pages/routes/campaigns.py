"""Phong trào: all campaigns and drafts, one campaign as it was issued, and the steps it takes."""

import asyncio
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Invalid, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import design, render
from gateway.pages.desk import AtDesk, AtHand, Desk
from gateway.pages.routes import designer

router = APIRouter()


@router.get("/phong-trao")
async def campaigns(request: Request, desk: AtDesk) -> Response:
    """Every campaign; the office sees its drafts too."""
    office = desk.who.holds(Post.CITY_OFFICE)
    nothing: dict[str, Any] = {"items": []}
    launched = desk.get("registry", "campaigns")
    drafts = desk.get("registry", "campaign-drafts") if office else asyncio.sleep(0, nothing)
    found, writing = await asyncio.gather(launched, drafts)
    values = {
        "desk": desk,
        "section": "phong-trao",
        "campaigns": found["items"],
        "drafts": writing["items"],
        "office": office,
        "design": design,
    }
    return render.page(request, "phong-trao-danh-sach.html", values)


@router.post("/phong-trao/moi", dependencies=[SameSite])
async def begin(desk: AtHand, tu: Annotated[str, Form()] = "", van_ban: Annotated[str, Form()] = "") -> Response:
    """Begin a draft: empty, from last year's campaign, or from an issuing document."""
    designer.office_only(desk)
    campaign_id = uuid4()
    await desk.send("PUT", "registry", f"campaign-drafts/{campaign_id}", {"made_from": tu or None})
    onward = "van-ban" if van_ban else "khac" if tu else "soan"
    return RedirectResponse(f"/phong-trao/{campaign_id}/{onward}", 303)


@router.get("/phong-trao/{campaign_id}")
async def campaign(request: Request, desk: AtDesk, campaign_id: UUID) -> Response:
    """A campaign whole, as its issuing document has it."""
    return await _campaign(request, desk, campaign_id)


async def _campaign(request: Request, desk: Desk, campaign_id: UUID, problem: Problem | None = None) -> Response:
    found = await desk.get("registry", f"campaigns/{campaign_id}")
    values = {
        "desk": desk,
        "section": "phong-trao",
        "campaign": found,
        "office": desk.who.holds(Post.CITY_OFFICE),
        "problem": problem,
        "design": design,
    }
    return render.page(request, "phong-trao.html", values, status=problem.status if problem else 200)


@router.get("/phong-trao/{campaign_id}/ket-thuc")
async def ask_to_close(request: Request, desk: AtDesk, campaign_id: UUID) -> Response:
    """What ending a campaign means, before it is done: it cannot be undone."""
    designer.office_only(desk)
    found = await desk.get("registry", f"campaigns/{campaign_id}")
    return render.page(request, "phong-trao-ket-thuc.html", {"desk": desk, "section": "phong-trao", "campaign": found})


@router.post("/phong-trao/{campaign_id}/buoc", dependencies=[SameSite])
async def take_step(
    request: Request,
    desk: AtDesk,
    campaign_id: UUID,
    viec: Annotated[str, Form(max_length=40)],
    version: Annotated[int, Form(ge=0)],
) -> Response:
    """Launch, set aside, take up again or close: one button each, named by its act."""
    designer.office_only(desk)
    try:
        await desk.send("POST", "registry", f"campaigns/{campaign_id}/steps", {"act": viec, "version": version})
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        if viec == "close":
            return await _campaign(request, desk, campaign_id, problem)
        return await designer.show_preview(request, desk, campaign_id, problem=problem)
    onward = {"launch": f"/{campaign_id}", "close": f"/{campaign_id}", "take_up": f"/{campaign_id}/soan"}
    return RedirectResponse(f"/phong-trao{onward.get(viec, '')}", 303)
