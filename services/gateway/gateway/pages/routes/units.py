"""Đơn vị và khối: who takes part, as it stood on any day, with all that became of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.clock import VIETNAM
from chassis.errors import Conflict, Invalid, NotFound, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import exports, listed, render, words
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.attachments import attached_to
from gateway.pages.typed import day_typed, whole

router = APIRouter()

_ON_A_PAGE = 50
_LEAST = 2
"""So many letters name a title, or a part of one."""
_YEARS = range(2000, 2101)
"""The years that a block may be of."""
_TURN = ("head_unit_id", "deputy_unit_id", "reason", "decision_number", "decision_on")
"""What is said of who leads a block from a day on."""


def today(desk: Desk) -> str:
    return desk.now.astimezone(VIETNAM).date().isoformat()


def asked(**filled: str | int | Sequence[str] | None) -> str:
    """Write a question as an address asks it: what was left empty is not asked, what is several is asked several times."""
    return urlencode({name: value for name, value in filled.items() if value not in ("", None, ())}, doseq=True)


@router.get("/don-vi")
async def units(request: Request, desk: AtDesk) -> Response:
    """The registry of units: filtered, a page at a time, as of any day."""
    typed = {
        name: request.query_params.get(name, "").strip()
        for name in ("q", "tc", "loai", "tinh-trang", "khoi", "ngay", "ma", "xep")
    }
    typed["ngay"], wrong_day = as_of(typed["ngay"])
    office = desk.who.holds(Post.CITY_OFFICE)
    titled = await _titled(desk, typed["tc"]) if office else None
    question = {
        "search": typed["q"][:100],
        "kind": typed["loai"],
        "state": typed["tinh-trang"],
        "block_id": typed["khoi"],
        "on": typed["ngay"],
        "code": typed["ma"],
        "sort": words.order(typed["xep"]),
        "decision": "" if titled else typed["tc"][:100],
        "unit_id": titled["unit_ids"] if titled else (),
    }
    # An empty list of ids would ask for every unit.
    nobody = titled is not None and not titled["unit_ids"]
    on = typed["ngay"] or today(desk)
    blocks = (await desk.get("registry", f"blocks?{asked(year=int(on[:4]), limit=500)}"))["items"]
    # A file would be of a day that nobody asked for.
    if (form := exports.wanted(request)) and not wrong_day:
        rows, cut = ([], False) if nobody else await exports.listed(desk, form, "units", question)
        return await exports.give(request, desk, form, listed.units(rows, typed, on, blocks), cut=cut)
    page = asked(**question, after=request.query_params.get("sau"), limit=_ON_A_PAGE)
    found = {"items": [], "next": None} if nobody else await desk.get("registry", f"units?{page}")
    values = {
        "desk": desk,
        "section": "don-vi",
        "typed": typed,
        "office": office,
        "titled": titled,
        "found": found["items"],
        "blocks": blocks,
        "onward": asked(**typed, sau=found["next"]) if found["next"] else None,
        "on": on,
        "wrong_day": wrong_day,
        "begun": "sau" not in request.query_params,
    }
    return render.page(request, "don-vi-danh-sach.html", values)


def as_of(typed: str) -> tuple[str, str]:
    """Give the day that was asked for, and what was typed where that is none: then the page is as without one."""
    day = day_typed(typed.strip())
    return (day, "") if day else ("", typed.strip()[:40])


async def _titled(desk: Desk, words: str) -> dict[str, Any] | None:
    """Give the units that are eligible for a title of that name; None where no title is called so, or nobody answers."""
    if len(words) < _LEAST:
        return None
    found = await desk.get_or("awards", f"eligible-units?{asked(search=words[:100])}", None)
    return found if found and found["titles"] else None


@router.get("/don-vi/{unit_id}")
async def unit(request: Request, desk: AtDesk, unit_id: UUID, ngay: str = "", ghi: str = "") -> Response:
    """A unit on a day: what it is, what became of it, how it is reached, which codes it had."""
    ngay, wrong_day = as_of(ngay)
    found = await desk.get("registry", f"units/{unit_id}?{asked(on=ngay)}")
    history = await desk.get("registry", f"units/{unit_id}/history")
    under = await desk.get("registry", f"units?{asked(parent_id=str(unit_id), on=found['on'], limit=_ON_A_PAGE)}")
    values = {
        "desk": desk,
        "section": "don-vi",
        "unit": found,
        "history": history,
        "thread": thread(history, found["on"]),
        "under": under,
        "typed_day": ngay,
        "wrong_day": wrong_day,
        "recorded": ghi,
        "office": desk.who.holds(Post.CITY_OFFICE),
        "acts": [(slug, title) for slug, (kind, title) in ACTS.items() if kind in found["possible"]],
    }
    return render.page(request, "don-vi.html", values)


ACTS = {
    "doi-ten": ("rename", "Đổi tên"),
    "sap-nhap": ("merge", "Sáp nhập"),
    "chia-tach": ("split", "Chia, tách"),
    "giai-the": ("close", "Giải thể"),
    "chuyen-khoi": ("move", "Chuyển khối"),
    "doi-cap-tren": ("place", "Đổi cấp trên"),
    "doi-ma": ("recode", "Đổi mã"),
    "lien-he": ("contact", "Đổi liên hệ"),
}
"""Addresses of decisions: what each is called at the registry and on the page."""


_BEGINNINGS = frozenset({"registered", "founded"})
_GROUND = ("change_id", "others", "decision_number", "decision_on")


def decided(history: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what was decided of a unit; of how it began what was said last, upon the decision that founded it.

    Such a one has the id of the founding: that is what can be revoked, with all that was corrected of it.
    """
    begun = [each for each in history["changes"] if each["kind"] in _BEGINNINGS]
    begun.sort(key=lambda each: str(each["change_id"]))
    founding = next((each for each in begun if each["kind"] == "founded"), None)
    stands = [each for each in begun if not each["revoked_at"]] or begun
    return [
        {**each, **{name: founding[name] for name in _GROUND}} if founding and each["kind"] == "founded" else each
        for each in history["changes"]
        if each["kind"] not in _BEGINNINGS or each is stands[-1]
    ]


def thread(history: dict[str, Any], on: str) -> list[dict[str, Any]]:
    """Tell what was decided, oldest first, each with its knot: decided by people, the end, or still to come."""
    names: dict[str, str] = history["names"]
    blocks = {block["block_id"]: block["name"] for block in history["blocks"] if block["block_id"]}
    told = []
    for change in decided(history):
        ends = change["kind"] in ("merged", "split", "closed")
        coming = change["effective_on"] > on
        knot = "rong" if coming or change["revoked_at"] else "xanh" if ends else "vang"
        told.append({**change, "title": sentence(change, names, blocks), "knot": knot, "coming": coming})
    return told


def sentence(change: dict[str, Any], names: dict[str, str], blocks: dict[str, str]) -> str:
    """Say what a change did, in one sentence without a full stop."""
    sets, others = change["sets"], change["others"]
    held = {"recoded": sets.get("code"), "placed": sets.get("parent_id"), "moved": sets.get("block_id")}
    said, none_any_more = words.UNIT_CHANGES[change["kind"]]
    return (said if held.get(change["kind"], True) else none_any_more).format(
        name=sets.get("name"),
        code=sets.get("code"),
        parent=names.get(sets.get("parent_id") or "", "đơn vị khác"),
        block=blocks.get(sets.get("block_id") or "", "khối khác"),
        successors=", ".join(names.get(each, "đơn vị khác") for each in others.get("successors", ())),
        predecessors=", ".join(names.get(each, "đơn vị khác") for each in others.get("predecessors", ())),
    )


@router.get("/khoi")
async def blocks(request: Request, desk: AtDesk, nam: str = "") -> Response:
    """The blocks of a year with head, deputy and founding decision."""
    year = whole(nam)
    if year not in _YEARS:
        year = desk.campaign["year"] if desk.campaign else desk.now.year
    # A past year is shown as it ended, the running one as it stands, a coming one as it begins.
    on = min(max(today(desk), f"{year}-01-01"), f"{year}-12-31")
    typed = {name: request.query_params.get(name, "").strip() for name in ("tim", "xep")}
    sought = {"search": typed["tim"][:100], "sort": words.order(typed["xep"])}
    if form := exports.wanted(request):
        rows, cut = await exports.listed(desk, form, "blocks", {"year": year, "on": on, **sought})
        names = await desk.names_of(_leading(rows), on)
        return await exports.give(request, desk, form, listed.blocks(rows, names, typed, year, on), cut=cut)
    question = asked(year=year, on=on, **sought, after=request.query_params.get("sau"), limit=_ON_A_PAGE)
    found = await desk.get("registry", f"blocks?{question}")
    values = {
        "desk": desk,
        "section": "don-vi",
        "year": year,
        "found": found["items"],
        "names": await desk.names_of(_leading(found["items"]), on),
        "typed": typed,
        "onward": asked(nam=year, **typed, sau=found["next"]) if found["next"] else "",
        "begun": "sau" not in request.query_params,
    }
    return render.page(request, "khoi-danh-sach.html", values)


def _leading(blocks: list[dict[str, Any]]) -> set[str]:
    return {block[name] for block in blocks for name in ("head_unit_id", "deputy_unit_id")} - {None}


@router.get("/khoi/{block_id}")
async def block(request: Request, desk: AtDesk, block_id: UUID, ngay: str = "", ghi: str = "") -> Response:
    """A block on a day; with ``sua`` the turn of that day in the form, to be said otherwise."""
    sua = request.query_params.get("sua", "")
    turn = {"from_on": sua, "thay": "1"} if _a_day(sua) else None
    return await _block(request, desk, block_id, sua if turn else ngay, recorded=ghi, typed=turn)


def _a_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


async def _block(
    request: Request,
    desk: Desk,
    block_id: UUID,
    on: str,
    *,
    recorded: str = "",
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    on, wrong_day = as_of(on)
    found = await desk.get("registry", f"blocks/{block_id}?{asked(on=on)}")
    if (not on or problem) and not found["on"].startswith(f"{found['year']}-"):
        found = await desk.get("registry", f"blocks/{block_id}?{asked(on=_nearest(found))}")
    turn = next((each for each in found["turns"] if typed and each["from_on"] == typed["from_on"]), None)
    if typed and turn and problem is None:
        typed |= {name: turn[name] or "" for name in _TURN}
    values = {
        "desk": desk,
        "section": "don-vi",
        "block": found,
        "turn": turn,
        "turns": turns(found),
        "wrong_day": wrong_day,
        "office": desk.who.holds(Post.CITY_OFFICE),
        "recorded": recorded,
        "attached": await attached_to(desk, f"blocks/{block_id}"),
        "handed_in": "tep" in request.query_params,
        "typed": typed or {},
        "key": str(uuid4()),
        "errors": render.errors_of(problem),
        "problem": problem,
    }
    return render.page(request, "khoi.html", values, status=problem.status if problem else 200)


def _nearest(found: dict[str, Any]) -> str:
    """Of a past year the block as it ended, of a coming one as it begins."""
    day = "12-31" if found["on"] > f"{found['year']}-12-31" else "01-01"
    return f"{found['year']}-{day}"


def turns(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Tell who has led the block, in this year and before: newest last."""
    before = [{"when": f"Năm {each['year']}", **each} for each in reversed(block["line"])]
    formed = {"when": f"Từ 01/01/{block['year']}", **block["formed"], "decision_number": block["decision_number"]}
    later = [{**turn, "when": f"Từ {date.fromisoformat(turn['from_on']):%d/%m/%Y}"} for turn in block["turns"]]
    return [*before, formed, *later]


async def _said_again(desk: Desk, block_id: UUID, body: dict[str, Any]) -> str:
    """Give by which word the page says what was done: whoever leads the block as before is told nothing."""
    stood = (await desk.get("registry", f"blocks/{block_id}"))["turns"]
    turn: dict[str, Any] = next((each for each in stood if each["from_on"] == body["from_on"]), {})
    return "ly-do" if all(turn.get(name) == body[name] for name in ("head_unit_id", "deputy_unit_id")) else "1"


@router.post("/khoi/{block_id}/khoi-truong", dependencies=[SameSite])
async def lead(request: Request, desk: AtDesk, block_id: UUID) -> Response:
    """Give the block another head or deputy from a day on; where one was entered for that day, say it otherwise."""
    sent = await request.form()
    typed = {"from_on": ""} | {name: value.strip() for name, value in sent.items() if isinstance(value, str)}
    body: dict[str, Any] = {name: typed.get(name) or None for name in ("from_on", *_TURN)}
    body = {name: value for name, value in body.items() if value or name not in ("from_on", "reason")}
    again = bool(typed.get("thay")) and _a_day(typed["from_on"])
    recorded = "1"
    try:
        if again:
            recorded = await _said_again(desk, block_id, body)
            said = {name: value for name, value in body.items() if name != "from_on"}
            said["version"] = whole(typed.get("version"), 1)
            await desk.send("PUT", "registry", f"blocks/{block_id}/heads/{typed['from_on']}", said)
        else:
            await desk.send("POST", "registry", f"blocks/{block_id}/heads", body, key=typed.get("key") or None)
    except Problem as problem:
        if problem.status not in (Invalid.status, Conflict.status) and not (
            again and problem.status == NotFound.status
        ):
            raise
        on = typed["from_on"] if _a_day(typed["from_on"]) else ""
        return await _block(request, desk, block_id, on, typed=typed, problem=problem)
    return RedirectResponse(f"/khoi/{block_id}?ghi={recorded}", 303)
