"""Quy định: what the law asks for as the house applies it, how sure each fact is, and mending or confirming what nobody verified."""

import asyncio
import re
from collections.abc import Iterable
from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.law_words import LAW_FIELDS
from gateway.pages.routes.units import asked, today

router = APIRouter()

COMMON: Final = "chung"
"""The address of what the registry applies when files are kept, beside the packs of awards."""
_DOCUMENT: Final = ("document_number", "document_on", "document_by")
_VALUE: Final = "gia-tri:"
_WHOLE: Final = re.compile(r"\d{1,9}", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _may_mend(desk: Desk) -> bool:
    return desk.who.holds(Post.CITY_OFFICE)


@router.get("/quy-dinh")
async def law(request: Request, desk: AtDesk) -> Response:
    """Every rule pack with its days of force and each condition as a sentence, and what was changed in them."""
    packs, common = await asyncio.gather(_packs(desk), desk.get("registry", "law"))
    told = {name: request.query_params.get(name, "") for name in ("ghi", "xet", "tu", "het")}
    told |= {
        name: "" for name, form in (("xet", _WHOLE), ("tu", _DAY), ("het", _DAY)) if not form.fullmatch(told[name])
    }
    values = {
        "desk": desk,
        "section": "quy-dinh",
        "packs": packs,
        "common": common,
        "common_key": COMMON,
        "may_mend": _may_mend(desk),
        "told": told,
        "on": today(desk),
    }
    return render.page(request, "quy-dinh.html", values)


async def _packs(desk: Desk) -> list[dict[str, Any]] | None:
    """Give every pack with its facts by title; None while awards is away."""
    listed = await desk.get_or("awards", "packs", None)
    if listed is None:
        return None
    found = await asyncio.gather(*[desk.get("awards", f"packs/{pack['pack']}") for pack in listed["items"]])
    return [{**each, "groups": by_title(each["facts"])} for each in found]


def by_title(facts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for fact in facts:
        if fact["title"] is None:
            continue
        if fact["condition"] is None:
            groups[fact["title"]] = {"title": fact, "conditions": []}
        else:
            groups[fact["title"]]["conditions"].append(fact)
    return list(groups.values())


async def _fact(desk: Desk, pack: str, title: str, condition: str) -> tuple[dict[str, Any], str, int]:
    """Give a fact, the name of what it belongs to, and the revision that it was seen at; raises ``NotFound``."""
    if pack == COMMON:
        facts = (await desk.get("registry", "law"))["facts"]
        name, revision = "Quy định khi lập hồ sơ", None
    else:
        # A word out of an address must not lead elsewhere.
        known = [each["pack"] for each in (await desk.get("awards", "packs"))["items"]]
        if pack not in known:
            raise NotFound("Không có bộ quy định này.")
        found = await desk.get("awards", f"packs/{pack}")
        facts, name, revision = found["facts"], found["pack"]["name"], found["pack"]["revision"]
    for fact in facts:
        if ((fact["title"] or ""), (fact["condition"] or "")) == (title, condition):
            return fact, name, revision if revision is not None else fact["revision"]
    raise NotFound("Bộ quy định không có điều kiện này.")


@router.get("/quy-dinh/{pack}/sua")
async def form(request: Request, desk: AtDesk, pack: str) -> Response:
    return await _form(request, desk, pack, {})


async def _form(
    request: Request, desk: Desk, pack: str, typed: dict[str, str], problem: Problem | None = None
) -> Response:
    """Draw the form of one fact: what stands, or what was typed beside what stands by now."""
    if not _may_mend(desk):
        raise Forbidden("Quy định do Phòng Nội vụ thành phố sửa và xác nhận.")
    title, condition = (request.query_params.get(name, "") for name in ("danh-hieu", "dieu-kien"))
    fact, name, revision = await _fact(desk, pack, title, condition)
    shown = {f"{_VALUE}{field}": value for field, value in fact["values"].items()}
    # Whoever was too late sends the next time upon what stands by now, which is shown.
    keyed = {**shown, "key": str(uuid4()), **typed, "revision": str(revision)}
    values = {
        "desk": desk,
        "section": "quy-dinh",
        "pack": pack,
        "pack_name": name,
        "fact": fact,
        "fields": [(f"{_VALUE}{field}", *LAW_FIELDS[field]) for field in fact["values"]],
        "typed": keyed,
        "errors": {
            f"{_VALUE}{field}" if field in fact["values"] else field: error
            for field, error in render.errors_of(problem).items()
        },
        "problem": problem,
    }
    return render.page(request, "quy-dinh-sua.html", values, status=problem.status if problem else 200)


@router.post("/quy-dinh/{pack}/sua", dependencies=[SameSite])
async def mend(request: Request, desk: AtDesk, pack: str) -> Response:
    """Change or confirm one fact; what is refused comes back with all that was typed."""
    sent = await request.form()
    typed = {name: value.strip() for name, value in sent.items() if isinstance(value, str)}
    title, condition = (request.query_params.get(name, "") for name in ("danh-hieu", "dieu-kien"))
    body: dict[str, Any] = {
        "revision": int(typed["revision"]) if _WHOLE.fullmatch(typed.get("revision", "")) else 0,
        "values": {name.removeprefix(_VALUE): value for name, value in typed.items() if name.startswith(_VALUE)},
        "confirm": typed.get("confirm") == "1",
        **{name: typed.get(name, "") for name in (*_DOCUMENT, "reason")},
    }
    await _fact(desk, pack, title, condition)
    if pack == COMMON:
        service, path = "registry", f"law/{condition}/amendments"
    else:
        service, path = "awards", f"packs/{pack}/amendments"
        body |= {"title": title or None, "condition": condition or None}
    try:
        done = await desk.send("POST", service, path, body, key=typed.get("key") or None)
    except Problem as problem:
        if problem.status not in (Invalid.status, Conflict.status):
            raise
        # A new key: what is sent next is another command.
        return await _form(request, desk, pack, {**typed, "key": str(uuid4())}, problem)
    onward = asked(ghi="1", xet=done["rechecked"] or None, tu=done["counts_from"], het=done["ended_on"])
    return RedirectResponse(f"/quy-dinh?{onward}", 303)
