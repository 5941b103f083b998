"""Bảng điểm: which there are, what a version changed, and the rescoring and rehearsing of what stands on them."""

import re
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from chassis.errors import Conflict, Invalid, Problem
from gateway.api import SameSite
from gateway.pages import exports, ranked, render, words
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.routes.builder import foreseen, office_only, periods
from gateway.pages.typed import whole

router = APIRouter()
_BLOCKS_A_PAGE = 20
_BLOCKS_IN_A_FILE = 200
_HELD = 50
"""As many rehearsals as a page lists."""


@router.get("/bang-diem")
async def sheets(request: Request, desk: AtDesk, sau: UUID | None = None) -> Response:
    """Sheets with the blocks on each, and the drafts that are not published."""
    office_only(desk)
    listed = await desk.get("scoring", f"sheets?limit=50{f'&after={sau}' if sau else ''}")
    values = {
        "desk": desk,
        "section": "phong-trao",
        "sheets": listed["items"],
        "onward": listed["next"],
        "drafts": (await desk.get("scoring", "sheet-drafts"))["items"],
        "rehearsals": (await desk.get("scoring", "rehearsals?discarded=false&most=5"))["items"],
        "periods": await periods(desk),
        "discarded": "bo" in request.query_params,
    }
    return render.page(request, "bang-diem-danh-sach.html", values)


@router.get("/bang-diem/{sheet_id}/khac")
async def differences(request: Request, desk: AtDesk, sheet_id: UUID, cu: int = 1, moi: int = 2) -> Response:
    """What one version says otherwise than the one before, in sentences; for whoever is scored by it."""
    told = await desk.get("scoring", f"sheets/{sheet_id}/differences?old={cu}&new={moi}")
    values = {"desk": desk, "section": "phong-trao", "sheet_id": sheet_id, "told": told}
    return render.page(request, "bang-diem-khac.html", values)


@router.get("/bang-diem/{sheet_id}")
async def one(request: Request, desk: AtDesk, sheet_id: UUID) -> Response:
    """A sheet: its versions, who stands on it, and how to have it rescored or rehearsed."""
    return await _one(request, desk, sheet_id, published=whole(request.query_params.get("cong-bo")) or None)


async def _one(
    request: Request,
    desk: Desk,
    sheet_id: UUID,
    *,
    published: int | None = None,
    problem: Problem | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    office_only(desk)
    values = {
        "desk": desk,
        "section": "phong-trao",
        "sheet": await desk.get("scoring", f"sheets/{sheet_id}"),
        "told": await desk.get("scoring", f"sheets/{sheet_id}/versions"),
        "rescorings": (await desk.get("scoring", f"sheets/{sheet_id}/rescorings"))["items"],
        "periods": await periods(desk),
        "published": published,
        "problem": problem,
        "typed": typed or {"ban": None, "ly_do": ""},
    }
    return render.page(request, "bang-diem.html", values, status=problem.status if problem else 200)


@router.post("/bang-diem/{sheet_id}/cham-lai", dependencies=[SameSite])
async def rescore(  # noqa: PLR0917
    request: Request,
    desk: AtDesk,
    sheet_id: UUID,
    ky: Annotated[str, Form()] = "",
    ban: Annotated[int | None, Form(ge=1)] = None,
    ly_do: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Have what stands on this sheet rescored, under its newest version or, for a reason, an older one."""
    office_only(desk)
    try:
        body = {"period_id": ky if is_id(ky) else None, "version": ban, "reason": ly_do.strip() or None}
        begun = await desk.send("POST", "scoring", f"sheets/{sheet_id}/rescorings", body)
    except Problem as problem:
        if problem.status == Conflict.status and "rescoring_id" in problem.members:
            return RedirectResponse(f"/cham-lai/{problem.members['rescoring_id']}", 303)
        if problem.status != Invalid.status:
            raise
        return await _one(request, desk, sheet_id, problem=problem, typed={"ban": ban, "ly_do": ly_do})
    return RedirectResponse(f"/cham-lai/{begun['rescoring_id']}", 303)


@router.get("/cham-lai/{rescoring_id}")
async def rescoring(request: Request, desk: AtDesk, rescoring_id: UUID, sau: UUID | None = None) -> Response:
    """How far a rescoring has come, and points and places before and after, block by block."""
    office_only(desk)
    job = await desk.get("scoring", f"rescorings/{rescoring_id}")
    sheet = await desk.get("scoring", f"sheets/{job['sheet_id']}?version={job['sheet_version']}")
    if form := exports.wanted(request):
        title = f"Chấm lại {'trở lại' if job['back'] else 'theo'} phiên bản {job['sheet_version']}"
        begun = ("Bắt đầu lúc", words.day_and_time(job["started_at"]))
        facts = [("Bảng điểm", sheet["name"]), begun, *([("Lý do", job["reason"])] if job["reason"] else [])]
        return await _before_and_after(request, desk, form, f"rescorings/{rescoring_id}/blocks", title, facts)
    values = {
        "desk": desk,
        "section": "phong-trao",
        "job": job,
        "sheet": sheet,
        "periods": await periods(desk),
        **await _moved(desk, f"rescorings/{rescoring_id}/blocks", sau),
    }
    return render.page(request, "cham-lai.html", values)


async def _before_and_after(  # noqa: PLR0917
    request: Request, desk: Desk, form: exports.Form, path: str, title: str, facts: list[exports.Said]
) -> Response:
    """Ask for page after page; a row for each unit whose points or place are others."""
    names: dict[str, str] = {}

    async def ask(after: UUID | None) -> tuple[list[dict[str, Any]], UUID | None]:
        told = await _moved(desk, path, after, most=_BLOCKS_IN_A_FILE)
        names.update(told["block_names"])
        return told["blocks"], told["onward"]

    blocks, cut = await exports.every(ask, form.most, rows=lambda block: len(block["changed"]))
    table = ranked.moved(desk, blocks, names, await periods(desk), title=title, facts=facts)
    return await exports.give(request, desk, form, table, cut=cut)


async def _moved(desk: Desk, path: str, after: UUID | None, *, most: int = _BLOCKS_A_PAGE) -> dict[str, Any]:
    """Give the blocks in which something changed, with the names of blocks and units."""
    told = await desk.get("scoring", f"{path}?most={most}{f'&after={after}' if after else ''}")
    changed = [block for block in told["items"] if block["changed"]]
    await desk.learn({unit["unit_id"] for block in changed for unit in block["changed"]})
    ids = sorted({block["block_id"] for block in changed})
    asked = "&".join(f"block_id={each}" for each in ids)
    named = (await desk.get("registry", f"blocks?{asked}"))["items"] if ids else []
    return {
        "blocks": changed,
        "block_names": {block["block_id"]: block["name"] for block in named},
        "onward": told["next"],
        "after": after,
    }


class Rehearsing(BaseModel):
    """What the form sends: the period, what it is put under, whose blocks, and which lines have another code now."""

    ky: str
    ban_thao: str = ""
    bang: str = ""
    phien_ban: int | None = None
    khoi_cua: str = ""
    ma: str = ""
    doi_ma: Annotated[str, Field(max_length=5_000)] = ""


@router.post("/dien-tap", dependencies=[SameSite])
async def rehearse(request: Request, desk: AtDesk, asked: Annotated[Rehearsing, Form()]) -> Response:
    """Put what a past period's units reported under a draft or a version; nothing of it touches a score."""
    office_only(desk)
    drafted = is_id(asked.ban_thao)
    under = {"draft_id": asked.ban_thao} if drafted else {"sheet_id": asked.bang, "version": asked.phien_ban}
    body = {"period_id": asked.ky, **under} | ({"on_sheet": asked.khoi_cua} if is_id(asked.khoi_cua) else {})
    try:
        codes, unread = _codes(asked.doi_ma)
        if unread:
            raise Invalid(f"Chưa đọc được “{unread}”: mỗi dòng ghi mã mục mới = mã mục cũ, ví dụ 2.1 = 1.3.")
        begun = await desk.send("POST", "scoring", "rehearsals", {**body, "codes": codes}, key=asked.ma or None)
    except Problem as problem:
        if problem.status != Invalid.status or not (drafted or is_id(asked.bang)):
            raise
        if drafted:
            return await foreseen(request, desk, UUID(asked.ban_thao), problem, asked.khoi_cua, asked.doi_ma)
        return await _one(request, desk, UUID(asked.bang), problem=problem)
    return RedirectResponse(f"/dien-tap/{begun['rehearsal_id']}", 303)


def _codes(typed: str) -> tuple[dict[str, str], str]:
    """Read which lines have another code now, and what of it could not be read."""
    codes: dict[str, str] = {}
    for line in filter(None, map(str.strip, re.split(r"[\n,;]", typed))):
        new, equals, old = map(str.strip, line.partition("="))
        if not (new and equals and old) or new in codes:
            return {}, line
        codes[new] = old
    return codes, ""


@router.get("/dien-tap")
async def rehearsals(
    request: Request, desk: AtDesk, *, loc: str = "", sau: UUID | None = None, bo: str = ""
) -> Response:
    """The rehearsals that were held; ``loc=da-bo`` those that were thrown away, by whom and when."""
    office_only(desk)
    gone = loc == "da-bo"
    asked = {"discarded": str(gone).lower(), "most": _HELD} | ({"after": str(sau)} if sau else {})
    held = await desk.get("scoring", f"rehearsals?{urlencode(asked)}")
    values = {
        "desk": desk,
        "section": "phong-trao",
        "held": held["items"],
        "onward": held["next"],
        "begun": sau is None,
        "gone": gone,
        "periods": await periods(desk),
        "done": bool(bo),
    }
    return render.page(request, "dien-tap-danh-sach.html", values)


@router.post("/dien-tap/{rehearsal_id}/bo", dependencies=[SameSite])
async def discard(request: Request, desk: AtDesk, rehearsal_id: UUID) -> Response:
    """Throw a rehearsal away."""
    office_only(desk)
    try:
        await desk.send("POST", "scoring", f"rehearsals/{rehearsal_id}/discard", {})
    except Conflict as problem:
        return await _rehearsal(request, desk, rehearsal_id, problem=problem)
    return RedirectResponse("/dien-tap?bo=1", 303)


@router.get("/dien-tap/{rehearsal_id}")
async def rehearsal(request: Request, desk: AtDesk, rehearsal_id: UUID, sau: UUID | None = None) -> Response:
    """How far a rehearsal has come: who would move, which line decides nothing, which moves units most."""
    office_only(desk)
    return await _rehearsal(request, desk, rehearsal_id, after=sau)


async def _rehearsal(
    request: Request, desk: Desk, rehearsal_id: UUID, *, after: UUID | None = None, problem: Problem | None = None
) -> Response:
    job = await desk.get("scoring", f"rehearsals/{rehearsal_id}")
    if form := exports.wanted(request):
        path = f"rehearsals/{rehearsal_id}/blocks"
        return await _before_and_after(request, desk, form, path, "Diễn tập bảng điểm: điểm và hạng trước, sau", [])
    values = {
        "desk": desk,
        "section": "phong-trao",
        "job": job,
        "periods": await periods(desk),
        "idle": idle(job["criteria"]),
        "unasked": unasked(job["criteria"]),
        "moving": moving(job["criteria"]),
        "problem": problem,
        **await _moved(desk, f"rehearsals/{rehearsal_id}/blocks", after),
    }
    return render.page(request, "dien-tap.html", values, status=problem.status if problem else 200)


def unasked(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the lines for which nobody had reported anything in that period."""
    return [line for line in lines if line["reported"] == 0 and line["units"]]


def idle(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the lines that decide nothing: in every block all units got the same."""
    return [line for line in lines if line["blocks"] and not line["deciding"]]


def moving(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the lines that move units against one another, the one that moves them most first."""
    return sorted((line for line in lines if float(line["shift"])), key=lambda line: -float(line["shift"]))
