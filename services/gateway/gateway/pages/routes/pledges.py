"""Đăng ký thi đua: the unit registers titles and what it will reach; the office approves, returns, and sees who is missing."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from gateway.api import SameSite
from gateway.pages import exports, render, words
from gateway.pages import listed as lists
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.designer import office_only
from gateway.pages.typed import FIELDS, whole

router = APIRouter()

_PROMISE: Final = "hua:"
_SLUGS: Final = {"submit": "1", "amend": "1", "withdraw": "rut"}
_DONE: Final = {
    "1": ("Đã gửi bản đăng ký.", "Phòng Nội vụ sẽ duyệt hoặc trả lại kèm lý do; bạn nhận tin khi có kết quả."),
    "rut": (
        "Đã rút bản đăng ký.",
        "Đơn vị không còn đăng ký thi đua; những gì đã nhập vẫn còn dưới đây để gửi lại khi cần.",
    ),
    "sua-rut": ("Đã rút phần sửa.", "Bản đã được duyệt trước đó lại có hiệu lực."),
}
"""What is said after each step, by the word for it in the address."""


async def _titles(desk: Desk) -> dict[str, str]:
    """The titles that a unit of this kind may register for, by the rules in force; empty while awards is away."""
    packs = (await desk.get_or("awards", "packs", {"items": []}))["items"]
    kind = desk.unit["kind"] if desk.unit else None
    titles = [title for pack in packs[:1] for title in pack["titles"]]
    return {title["code"]: title["name"] for title in titles if kind is None or kind in title["kinds"]}


@router.get("/dang-ky")
async def own(desk: AtDesk) -> Response:
    """The unit's registration for the campaign that the city works in."""
    if desk.campaign is None:
        raise NotFound("Chưa phát động phong trào nào.")
    return RedirectResponse(f"/dang-ky/{desk.campaign['campaign_id']}", 303)


def _path(desk: Desk, campaign_id: UUID) -> str:
    if desk.unit_id is None:
        raise Forbidden("Đăng ký thi đua do cán bộ đầu mối của từng đơn vị gửi.")
    return f"campaigns/{campaign_id}/units/{desk.unit_id}/pledge"


@router.get("/dang-ky/{campaign_id}")
async def form(request: Request, desk: AtDesk, campaign_id: UUID, gui: str = "") -> Response:
    pledge = await desk.get("registry", _path(desk, campaign_id))
    return await _form(request, desk, campaign_id, pledge, done=_DONE.get(gui))


async def _form(
    request: Request,
    desk: Desk,
    campaign_id: UUID,
    pledge: dict[str, Any],
    *,
    done: tuple[str, str] | None = None,
    typed: dict[str, Any] | None = None,
    problem: Problem | None = None,
) -> Response:
    """Draw a unit's pledge. What was ``typed`` stays in the fields; where other words stand by now, both are shown."""
    titles = await _titles(desk)
    later = typed is not None and typed["version"] != pledge["version"]
    values = {
        "desk": desk,
        "section": "phong-trao",
        "campaign": await desk.get("registry", f"campaigns/{campaign_id}"),
        "pledge": pledge | ({name: typed[name] for name in ("titles", "promises", "text")} if typed else {}),
        "typed": typed,
        "theirs": theirs(typed, pledge, titles) if typed and later else {},
        "titles": titles,
        "errors": render.errors_of(problem),
        "problem": problem,
        "done": done,
    }
    return render.page(request, "dang-ky.html", values, status=problem.status if problem else 200)


def theirs(typed: dict[str, Any], pledge: dict[str, Any], titles: dict[str, str]) -> dict[str, str]:
    """Say what stands there now of each part of a pledge that says something else here."""
    found = {}
    if sorted(typed["titles"]) != sorted(pledge["titles"]):
        found["titles"] = "; ".join(words.named(code, titles) for code in pledge["titles"])
    for code in typed["promises"].keys() | pledge["promises"].keys():
        if typed["promises"].get(code, "").strip() != (other := pledge["promises"].get(code, "").strip()):
            found[f"promises.{code}"] = other
    if typed["text"].strip() != pledge["text"].strip():
        found["text"] = pledge["text"]
    return found


@router.post("/dang-ky/{campaign_id}", dependencies=[SameSite])
async def send(request: Request, desk: AtDesk, campaign_id: UUID) -> Response:
    """Submit, amend or withdraw; a refusal shows everything as it was typed."""
    path = _path(desk, campaign_id)
    typed = _read((await request.form(max_fields=FIELDS)).multi_items())
    body: dict[str, Any] = {name: typed[name] for name in ("act", "version", "reason")}
    if typed["act"] != "withdraw":
        promises = {code: text for code, text in typed["promises"].items() if text.strip()}
        body |= {"titles": typed["titles"], "promises": promises, "text": typed["text"]}
    try:
        stands = await desk.send("POST", "registry", f"{path}/steps", body)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        # What stands there now decides what can be done; what was typed stays in the fields.
        stands = await desk.get("registry", path)
        if not _pressed_before(typed, stands, await _titles(desk)):
            return await _form(request, desk, campaign_id, stands, typed=typed, problem=problem)
    done = "sua-rut" if typed["act"] == "withdraw" and stands["state"] == "approved" else _SLUGS[typed["act"]]
    return RedirectResponse(f"/dang-ky/{campaign_id}?gui={done}", 303)


_LEADS_TO: Final = {"submit": "submitted", "amend": "amended", "approve": "approved", "return": "returned"}


def _pressed_before(typed: dict[str, Any], stands: dict[str, Any], titles: dict[str, str]) -> bool:
    """Whether all stands as it was sent: the button was pressed twice, and the first press was heard."""
    return _step_before(typed, stands) and not theirs(typed, stands, titles)


def _step_before(typed: dict[str, Any], stands: dict[str, Any]) -> bool:
    return bool(stands["version"] == typed["version"] + 1 and stands["state"] == _LEADS_TO.get(typed["act"]))


def _read(sent: list[tuple[str, Any]]) -> dict[str, Any]:
    """Read a sent form: the act, the version that it was typed on, and all that was typed, whatever the act needs of it."""
    said = {name: value for name, value in sent if isinstance(value, str)}
    promises = {name.removeprefix(_PROMISE): value for name, value in said.items() if name.startswith(_PROMISE)}
    confirmed, _, number = said.get("xac-nhan", "").partition("=")
    if confirmed:
        promises[confirmed] = number
    act = said.get("viec", "")
    # Whoever confirms a number or presses Enter goes on with what the form was drawn for.
    act = act if act in _SLUGS else said.get("mac_dinh", "")
    act = act if act in _SLUGS else "submit"
    reasons = {"amend": said.get("ly_do", ""), "withdraw": said.get("ly_do_rut", "")}
    return {
        "act": act,
        "version": whole(said.get("version")),
        "titles": [value for name, value in sent if name == "danh_hieu" and isinstance(value, str)],
        "promises": promises,
        "text": said.get("noi_dung", ""),
        "reason": reasons.get(act, ""),
        "reasons": reasons,
    }


@router.get("/phong-trao/{campaign_id}/dang-ky")
async def listed(
    request: Request,
    desk: AtDesk,
    campaign_id: UUID,
    *,
    trang_thai: str = "",
    tim: str = "",
    xep: str = "",
    sau: str = "",
) -> Response:
    asked = {"state": trang_thai, "search": tim[:100], "sort": words.order(xep), "after": sau}
    return await _list(request, desk, campaign_id, asked)


async def _list(
    request: Request,
    desk: Desk,
    campaign_id: UUID,
    asked: dict[str, str],
    *,
    problem: Problem | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    office_only(desk)
    order = next(word for word, (name, _) in words.ORDERS.items() if name == asked["sort"])
    path = f"campaigns/{campaign_id}/pledges"
    query = urlencode({name: value for name, value in asked.items() if value})
    found = await desk.get("registry", f"{path}?{query}")
    campaign = await desk.get("registry", f"campaigns/{campaign_id}")
    if form := exports.wanted(request):
        rows, cut = await exports.listed(desk, form, path, {**asked, "after": ""}, size=None)
        table = lists.pledges(rows, campaign, await _titles(desk), asked, order)
        return await exports.give(request, desk, form, table, cut=cut)
    values = {
        "desk": desk,
        "section": "phong-trao",
        "campaign": campaign,
        "found": found,
        "asked": asked,
        "order": order,
        "titles": await _titles(desk),
        "problem": problem,
        "typed": typed or {},
    }
    return render.page(request, "dang-ky-danh-sach.html", values, status=problem.status if problem else 200)


@router.post("/phong-trao/{campaign_id}/dang-ky/{unit_id}", dependencies=[SameSite])
async def decide(request: Request, desk: AtDesk, campaign_id: UUID, unit_id: UUID) -> Response:
    """Approve, or return with a reason; a refusal keeps the reason that was typed."""
    office_only(desk)
    said = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    body: dict[str, Any] = {
        "act": "return" if said.get("viec") == "return" else "approve",
        "version": whole(said.get("version")),
        "reason": said.get("ly_do", ""),
    }
    asked = {"state": said.get("trang_thai", ""), "search": said.get("tim", ""), "after": said.get("sau", "")}
    asked["sort"] = words.order(said.get("xep", ""))
    try:
        await desk.send("POST", "registry", f"campaigns/{campaign_id}/units/{unit_id}/pledge/steps", body)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        stands = await desk.get("registry", f"campaigns/{campaign_id}/units/{unit_id}/pledge")
        if not (_step_before(body, stands) and body["reason"].strip() in ("", stands["reason"])):
            typed = {str(unit_id): body["reason"]}
            return await _list(request, desk, campaign_id, asked, problem=problem, typed=typed)
    names = ("trang_thai", "tim", "xep", "sau")
    query = urlencode({name: said[name] for name in names if said.get(name)})
    return RedirectResponse(f"/phong-trao/{campaign_id}/dang-ky?{query}#dv-{unit_id}", 303)
