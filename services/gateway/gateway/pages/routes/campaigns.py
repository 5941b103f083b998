"""Phong trào: all campaigns and drafts, one campaign as it was issued, and the steps it takes."""

import asyncio
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Invalid, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import design, render, words
from gateway.pages.desk import AtDesk, AtHand, Desk
from gateway.pages.routes import designer
from gateway.pages.routes.units import asked
from gateway.pages.typed import whole

router = APIRouter()

_ON_A_PAGE = 50


@router.get("/phong-trao")
async def campaigns(request: Request, desk: AtDesk) -> Response:
    """Every campaign, filtered and a page at a time; the office sees its drafts too, which have pages of their own."""
    office = desk.who.holds(Post.CITY_OFFICE)
    nothing: dict[str, Any] = {"items": [], "next": None}
    given = request.query_params
    typed = {name: given.get(name, "").strip() for name in ("tim", "nam", "loai", "tinh-trang", "xep")}
    question = asked(
        search=typed["tim"][:100],
        year=typed["nam"] if whole(typed["nam"]) in range(1900, 10_000) else "",
        kind=typed["loai"],
        state=typed["tinh-trang"],
        sort=words.order(typed["xep"]),
        after=given.get("sau"),
        limit=_ON_A_PAGE,
    )
    writing_too = asked(
        search=typed["tim"][:100], sort=words.order(typed["xep"]), after=given.get("thao"), limit=_ON_A_PAGE
    )
    launched = desk.get("registry", f"campaigns?{question}")
    drafts = desk.get("registry", f"campaign-drafts?{writing_too}") if office else asyncio.sleep(0, nothing)
    found, writing = await asyncio.gather(launched, drafts)
    values = {
        "desk": desk,
        "section": "phong-trao",
        "campaigns": found["items"],
        "drafts": writing["items"],
        "typed": typed,
        "onward": asked(**typed, sau=found["next"]) if found["next"] else "",
        "drafts_onward": asked(**typed, thao=writing["next"]) if writing["next"] else "",
        "begun": "sau" not in given and "thao" not in given,
        "office": office,
        "design": design,
    }
    return render.page(request, "phong-trao-danh-sach.html", values)


@router.post("/phong-trao/moi", dependencies=[SameSite])
async def begin(
    desk: AtHand,
    ma: Annotated[UUID | None, Form()] = None,
    tu: Annotated[str, Form()] = "",
    van_ban: Annotated[str, Form()] = "",
) -> Response:
    """Begin a draft: empty, from last year's campaign, or from an issuing document."""
    designer.office_only(desk)
    campaign_id = ma or uuid4()
    await desk.send("PUT", "registry", f"campaign-drafts/{campaign_id}", {"made_from": tu or None})
    onward = "van-ban" if van_ban else "xem-truoc" if tu else "soan"
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
