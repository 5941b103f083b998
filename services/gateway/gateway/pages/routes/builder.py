"""Soạn bảng điểm: one part a page, kept to the letter with the points that are used; tried; published with what it changes."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from chassis.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, AtHand, Desk, is_id
from gateway.pages.drafting import Builder, Row, differing, part_in, typed_rows
from gateway.pages.sheets import lines_of, typed
from gateway.pages.typed import FIELDS, whole

router = APIRouter()
_DRAFT = "/bang-diem/soan/{draft_id}"


def office_only(desk: Desk) -> None:
    """Refuse whoever is not of the city office."""
    if not desk.who.holds(Post.CITY_OFFICE):
        raise Forbidden("Bảng điểm do Phòng Nội vụ thành phố soạn và công bố.")


async def periods(desk: Desk) -> dict[str, str]:
    """Name the periods of the campaigns that the office knows, the newest campaign first."""
    campaigns = (await desk.get("registry", "campaigns"))["items"]
    return {
        period["period_id"]: f"{period['name']} – {campaign['name']}"
        for campaign in campaigns
        for period in campaign["periods"]
    }


@router.post("/bang-diem/soan", dependencies=[SameSite])
async def begin(
    desk: AtHand,
    ma: Annotated[UUID | None, Form()] = None,
    tu: Annotated[str, Form()] = "",
    viec: Annotated[str, Form()] = "",
) -> Response:
    """Begin a draft: of the next version of a sheet, of a new sheet like it, or of one from nothing."""
    office_only(desk)
    draft_id = ma or uuid4()
    body = {"made_from": tu if is_id(tu) else None, "as_new": viec == "bang-moi" and is_id(tu)}
    await desk.send("PUT", "scoring", f"sheet-drafts/{draft_id}", body)
    return RedirectResponse(f"/bang-diem/soan/{draft_id}/sheet", 303)


async def _load(desk: Desk, draft_id: UUID) -> dict[str, Any]:
    office_only(desk)
    draft: dict[str, Any] = await desk.get("scoring", f"sheet-drafts/{draft_id}")
    return draft


async def _builder(desk: Desk, draft_id: UUID, name: str) -> Builder:
    draft = await _load(desk, draft_id)
    part = part_in(draft, name)
    if part is None:
        raise NotFound("Bảng điểm không có phần này. Nhóm có thể vừa được bỏ; hãy mở lại phần Các nhóm.")
    faults = {each["field"]: each for each in draft["faults"] if each["field"].partition(".")[0] == name}
    rows = [dict(row) for row in part["rows"]] or ([{}] if name == "sheet" else [])
    return Builder(draft, await desk.get("scoring", "sheet-form"), name, rows, part["version"], faults)


def _page(request: Request, desk: Desk, builder: Builder) -> Response:
    values = {"desk": desk, "section": "phong-trao", "builder": builder}
    status = builder.problem.status if builder.problem else 200
    return render.page(request, "bang-diem-soan.html", values, status=status)


@router.get(_DRAFT + "/cong-bo")
async def foresee(request: Request, desk: AtDesk, draft_id: UUID) -> Response:
    """What publishing changes, who stands on the sheet; or what still has to be mended."""
    return await foreseen(request, desk, draft_id)


async def foreseen(  # noqa: PLR0917
    request: Request,
    desk: Desk,
    draft_id: UUID,
    problem: Problem | None = None,
    on_sheet: str = "",
    codes: str = "",
) -> Response:
    """Draw that page, with what was typed for a rehearsal that was refused."""
    draft = await _load(desk, draft_id)
    told: dict[str, Any] = {"differences": [], "newest": draft["newest"], "version": draft["version"]}
    if not draft["faults"]:
        told = await desk.get("scoring", f"sheet-drafts/{draft_id}/differences")
    on_it = {"blocks": 0, "periods": []}
    if draft["newest"]:
        on_it = await desk.get("scoring", f"sheets/{draft['sheet_id']}/versions")
    values = {
        "desk": desk,
        "section": "phong-trao",
        "builder": Builder(draft, {}, "sheet", [], 0, {}),
        "told": told,
        "on_it": on_it,
        "periods": await periods(desk),
        "sheets": [each for each in (await desk.get("scoring", "sheets?limit=200"))["items"] if each["blocks"]],
        "on_sheet": on_sheet or draft["made_from"] or "",
        "codes": codes,
        "problem": problem,
    }
    return render.page(request, "bang-diem-cong-bo.html", values, status=problem.status if problem else 200)


@router.post(_DRAFT + "/cong-bo", dependencies=[SameSite])
async def publish(
    request: Request,
    desk: AtDesk,
    draft_id: UUID,
    version: Annotated[int, Form()],
    newest: Annotated[int, Form()],
) -> Response:
    """Publish what was looked at."""
    office_only(desk)
    try:
        body = {"version": version, "newest": newest}
        made = await desk.send("POST", "scoring", f"sheet-drafts/{draft_id}/publish", body)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        return await foreseen(request, desk, draft_id, problem)
    return RedirectResponse(f"/bang-diem/{made['sheet_id']}?cong-bo={made['version']}", 303)


@router.post(_DRAFT + "/bo", dependencies=[SameSite])
async def discard(request: Request, desk: AtDesk, draft_id: UUID, da_xem: Annotated[int, Form()]) -> Response:
    """Throw the draft away, as it was seen; what somebody has written since is shown first."""
    office_only(desk)
    try:
        await desk.send("POST", "scoring", f"sheet-drafts/{draft_id}/discard", {"version": da_xem})
    except Problem as problem:
        if problem.status != Conflict.status:
            raise
        return await foreseen(request, desk, draft_id, problem)
    return RedirectResponse("/bang-diem?bo=1", 303)


@router.get(_DRAFT + "/thu")
async def trial(request: Request, desk: AtDesk, draft_id: UUID) -> Response:
    """Type values into the draft as a unit would, and see the points."""
    return await _trial(request, desk, draft_id, {}, late_days="")


@router.post(_DRAFT + "/thu", dependencies=[SameSite])
async def tried(request: Request, desk: AtDesk, draft_id: UUID) -> Response:
    sent = [
        (name, text) for name, text in (await request.form(max_fields=FIELDS)).multi_items() if isinstance(text, str)
    ]
    fields = {name.removeprefix("muc:"): text for name, text in sent if name.startswith("muc:")}
    return await _trial(request, desk, draft_id, fields, late_days=dict(sent).get("ngay-cham", ""))


_MOST_DAYS = 366


def _days(text: str) -> tuple[int, list[FieldError]]:
    """Read how many days late something is tried, and what is wrong with it."""
    written = text.strip() or "0"
    if 0 <= (days := whole(written, -1)) <= _MOST_DAYS:
        return days, []
    remedy = f"Ghi một số nguyên từ 0 đến {_MOST_DAYS}"
    return 0, [FieldError(field="ngay-cham", message=f"“{text.strip()[:20]}” không phải số ngày", remedy=remedy)]


async def _trial(request: Request, desk: Desk, draft_id: UUID, fields: dict[str, str], *, late_days: str) -> Response:
    office_only(desk)
    values: dict[str, Any] = {
        "desk": desk,
        "section": "phong-trao",
        "draft_id": draft_id,
        "fields": fields,
        "late_days": late_days,
    }
    values |= {"sheet": None, "lines": [], "score": None, "parts": {}, "errors": {}, "problem": None}
    days, unread = _days(late_days)
    try:
        values["sheet"] = await desk.get("scoring", f"sheet-drafts/{draft_id}/sheet")
        values["lines"] = list(typed(lines_of(values["sheet"])))
        asked = {"typed": fields, "late": bool(days), "late_days": days}
        score = await desk.send("POST", "scoring", f"sheet-drafts/{draft_id}/preview", asked)
        values |= {"score": score, "parts": {part["criterion"]: part for part in score["parts"]}}
    except Problem as problem:
        if problem.status != Invalid.status:
            raise
        values |= {"problem": problem, "errors": render.errors_of(problem)}
    if unread:
        values["problem"] = values["problem"] or Invalid("Còn 1 số chưa đọc được.", errors=unread)
        values["errors"] |= {each.field: each.model_dump() for each in unread}
    status = values["problem"].status if values["problem"] and request.method == "POST" else 200
    return render.page(request, "bang-diem-thu.html", values, status=status)


@router.get(_DRAFT + "/{name}")
async def form(request: Request, desk: AtDesk, draft_id: UUID, name: str, luu: str = "") -> Response:
    builder = await _builder(desk, draft_id, name)
    builder.saved = bool(luu)
    return _page(request, desk, builder)


async def _sent(request: Request, *, moving: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """Read a sent part: its body for scoring, and the rest of the form."""
    form = await request.form(max_fields=FIELDS)
    sent = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
    words = dict(sent)
    body = {
        "version": whole(words.get("version")),
        "editor": words.get("but") or None,
        "rows": typed_rows(sent, moving=moving),
    }
    return body, words


@router.post(_DRAFT + "/{name}", dependencies=[SameSite])
async def save(request: Request, desk: AtDesk, draft_id: UUID, name: str) -> Response:
    """Keep a part as it was typed; then stay, or go on to the next one."""
    office_only(desk)
    body, words = await _sent(request, moving=True)
    try:
        await desk.send("PUT", "scoring", f"sheet-drafts/{draft_id}/parts/{name}", body)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        builder = await _builder(desk, draft_id, name)
        stands: list[Row] = problem.members.get("rows", builder.rows)
        builder.theirs = differing(name, body["rows"], stands) if problem.status == Conflict.status else {}
        builder.rows, builder.problem = body["rows"], problem
        return _page(request, desk, builder)
    builder = await _builder(desk, draft_id, name)
    if words.get("viec") == "tiep":
        return RedirectResponse(f"/bang-diem/soan/{draft_id}/{builder.onward or 'cong-bo'}", 303)
    return RedirectResponse(f"/bang-diem/soan/{draft_id}/{name}?luu=1", 303)


@router.post(_DRAFT + "/{name}/tu-luu", dependencies=[SameSite])
async def autosave(request: Request, desk: AtHand, draft_id: UUID, name: str) -> Response:
    """Keep a part after a field was left, and tell the points that are used now (a fragment)."""
    office_only(desk)
    body, _ = await _sent(request, moving=False)
    version, refused = body["version"], None
    try:
        version = (await desk.send("PUT", "scoring", f"sheet-drafts/{draft_id}/parts/{name}", body))["version"]
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        refused = problem.detail
    builder = await _builder(desk, draft_id, name)
    values = {"desk": desk, "version": version, "refused": refused, "builder": builder}
    return HTMLResponse(render.fragment("_bang-diem-luu.html", values))
