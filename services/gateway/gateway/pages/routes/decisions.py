"""Quyết định về đơn vị: the office types a decision, sees all that it touches, and only then has it recorded."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from contracts.notify import Post
from gateway import queries
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.looking import of_period
from gateway.pages.routes.units import ACTS, asked, thread, today
from gateway.pages.typed import whole

router = APIRouter()

_ROWS = 4
_SHOWN = 12
_PLAIN = (
    "effective_on",
    "reason",
    "decision_number",
    "decision_on",
    "name",
    "code",
    "parent_id",
    "block_id",
    "children_to",
)
_CONTACT = ("post", "phone", "email", "address")
_LABELS = {
    "effective_on": "Ngày có hiệu lực",
    "reason": "Lý do",
    "decision_number": "Số quyết định",
    "decision_on": "Ngày quyết định",
    "name": "Tên mới",
    "short_name": "Tên gọi tắt",
    "code": "Mã đơn vị",
    "parent_id": "Đơn vị cấp trên",
    "block_id": "Khối thi đua",
    "into": "Đơn vị nhận",
    "new_units": "Đơn vị mới",
    "children_to": "Nơi nhận đơn vị trực thuộc",
    "unit_ids": "Đơn vị",
    "contact": "Liên hệ",
    "kind": "Loại",
    "unit_id": "Mã định danh",
}


@dataclass
class Form:
    """A decision as it is being typed: nothing of it is lost on the way through search, preview and refusal."""

    unit: dict[str, Any]
    slug: str
    typed: dict[str, str]
    with_ids: list[str]
    """Units that merge along with this one."""
    rows: list[dict[str, str]]
    """Units that are founded, one of them for a merger."""
    seen: str = ""
    preview: dict[str, Any] | None = None
    rights: list[str] = field(default_factory=list)
    period: dict[str, Any] | None = None
    scores: list[dict[str, Any]] | None = field(default_factory=list)
    """Points and place of each unit that leaves a block, in ``period``; None when the house that keeps them did not answer."""
    problem: Problem | None = None

    @property
    def kind(self) -> str:
        return ACTS[self.slug][0]

    @property
    def title(self) -> str:
        return ACTS[self.slug][1]

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong, by field, each beginning with the words that stand at the field."""
        found: dict[str, str] = {}
        for error in self.problem.members.get("errors", ()) if self.problem else ():
            remedy = f". {error['remedy']}" if error.get("remedy") else ""
            found.setdefault(error["field"], f"{_label(error['field'])}: {error['message']}{remedy}".rstrip(".") + ".")
        return found

    def body(self) -> dict[str, Any]:
        """Write the decision as the registry takes it; what was left empty is left out."""
        told: dict[str, Any] = {name: self.typed[name] for name in _PLAIN if self.typed.get(name)}
        told |= {"kind": self.kind, "unit_ids": [self.unit["unit_id"], *self.with_ids]}
        if self.kind == "rename" and "short_name" in self.typed:
            told["short_name"] = self.typed["short_name"] or None
        if self.kind == "contact":
            told["contact"] = {name: self.typed.get(f"contact.{name}", "") for name in _CONTACT}
        if self.kind == "split":
            told["keeps"] = bool(self.typed.get("keeps"))
        if self.kind == "merge" and self.typed.get("into") not in ("", "moi", None):
            told["into"] = self.typed["into"]
        elif self.kind in ("merge", "split"):
            told["new_units"] = [
                {name: value for name, value in row.items() if value} for row in self.rows if row.get("name")
            ]
        return told


def _label(name: str) -> str:
    first, _, rest = name.partition(".")
    place, _, last = rest.partition(".")
    if first == "new_units" and place.isdecimal():
        return f"Đơn vị mới {int(place) + 1}, {_LABELS.get(last, 'thông tin').lower()}"
    if first == "unit_ids" and place.isdecimal():
        return "Đơn vị này" if place == "0" else f"Đơn vị cùng sáp nhập thứ {place}"
    return _LABELS.get(first, "Biểu mẫu")


async def _begun(desk: Desk, unit_id: UUID, slug: str) -> dict[str, Any]:
    if slug not in ACTS:
        raise NotFound("Địa chỉ này không có.")
    if not desk.who.holds(Post.CITY_OFFICE):
        raise Forbidden("Thay đổi về đơn vị do Phòng Nội vụ thành phố ghi.")
    unit: dict[str, Any] = await desk.get("registry", f"units/{unit_id}")
    return unit


def _new_row() -> dict[str, str]:
    return {
        "unit_id": str(uuid4()),
        "name": "",
        "short_name": "",
        "kind": "",
        "code": "",
        "parent_id": "",
        "block_id": "",
    }


_LEAST_WORDS = 3


async def _taken(desk: Desk, unit_id: UUID, change_id: UUID) -> dict[str, Any]:
    """Find a decision in a unit's history; raises ``NotFound``."""
    if not desk.who.holds(Post.CITY_OFFICE):
        raise Forbidden("Thay đổi về đơn vị do Phòng Nội vụ thành phố ghi.")
    history = await desk.get("registry", f"units/{unit_id}/history")
    told = thread(history, today(desk))
    found = next((each for each in told if each["change_id"] == str(change_id)), None)
    if found is None:
        raise NotFound("Đơn vị này không có quyết định nào như vậy.")
    return found


@router.get("/don-vi/{unit_id}/thu-hoi/{change_id}")
async def ask_to_revoke(request: Request, desk: AtDesk, unit_id: UUID, change_id: UUID) -> Response:
    """What taking a decision back means, before it is done."""
    return await _revocation(request, desk, unit_id, await _taken(desk, unit_id, change_id))


async def _revocation(
    request: Request,
    desk: Desk,
    unit_id: UUID,
    decision: dict[str, Any],
    *,
    reason: str = "",
    problem: Problem | None = None,
) -> Response:
    names = await desk.names_of([str(unit_id)])
    values = {
        "desk": desk,
        "section": "don-vi",
        "unit": {"unit_id": str(unit_id), "name": names.get(str(unit_id), "Đơn vị")},
        "decision": decision,
        "reason": reason,
        "problem": problem,
        "key": str(uuid4()),
    }
    return render.page(request, "don-vi-thu-hoi.html", values, status=problem.status if problem else 200)


@router.post("/don-vi/{unit_id}/thu-hoi/{change_id}", dependencies=[SameSite])
async def revoke(request: Request, desk: AtDesk, unit_id: UUID, change_id: UUID) -> Response:
    """Take a decision back; a refusal says what to do instead, and keeps the reason that was typed."""
    decision = await _taken(desk, unit_id, change_id)
    said = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    reason = said.get("reason", "").strip()
    try:
        if len(reason) < _LEAST_WORDS:
            raise Invalid("Ghi lý do thu hồi, ít nhất 3 chữ, ví dụ: nhập nhầm đơn vị.")
        path = f"unit-changes/{change_id}/revoke"
        await desk.send("POST", "registry", path, {"reason": reason}, key=said.get("key") or None)
    except Problem as problem:
        if problem.status not in (Invalid.status, Conflict.status):
            raise
        return await _revocation(request, desk, unit_id, decision, reason=reason, problem=problem)
    # A unit that the decision had founded is none any more.
    onward = "/don-vi" if decision["kind"] == "founded" else f"/don-vi/{unit_id}?ghi=thu-hoi"
    return RedirectResponse(onward, 303)


@router.get("/don-vi/{unit_id}/{slug}")
async def form(request: Request, desk: AtDesk, unit_id: UUID, slug: str) -> Response:
    unit = await _begun(desk, unit_id, slug)
    typed = {f"contact.{name}": value for name, value in unit["contact"].items()}
    typed["short_name"] = unit["short_name"] or ""
    rows = [_new_row() | {"kind": unit["kind"], "parent_id": unit["parent_id"] or ""} for _ in range(_ROWS)]
    return await _draw(request, desk, Form(unit, slug, typed, [], rows[: 1 if ACTS[slug][0] == "merge" else _ROWS]))


@router.post("/don-vi/{unit_id}/{slug}", dependencies=[SameSite])
async def decide(request: Request, desk: AtDesk, unit_id: UUID, slug: str) -> Response:
    """Search, preview or record, by the button that was pressed."""
    made = _read(await _begun(desk, unit_id, slug), slug, await request.form(max_fields=500))
    step = made.typed.get("buoc")
    if step not in ("xem", "ghi"):
        return await _draw(request, desk, made)
    try:
        if step == "ghi":
            await desk.send(
                "POST", "registry", "unit-changes", made.body() | {"seen": made.seen}, key=made.typed.get("key") or None
            )
            return RedirectResponse(f"/don-vi/{unit_id}?ghi=1", 303)
        made.preview = await desk.send("POST", "registry", "unit-changes/preview", made.body())
    except Problem as problem:
        if problem.status not in (Invalid.status, Conflict.status):
            raise
        made.problem = problem
    return await _draw(request, desk, made)


def _read(unit: dict[str, Any], slug: str, sent: FormData) -> Form:
    typed = {name: value.strip() for name, value in sent.multi_items() if isinstance(value, str)}
    rows = []
    for place in range(20):
        row = {name: typed.get(f"new_units.{place}.{name}", "") for name in _new_row()}
        if row["unit_id"]:
            rows.append(row)
    with_ids = list(dict.fromkeys(str(each) for each in sent.getlist("cung")))
    return Form(unit, slug, typed, with_ids, rows or [_new_row()], seen=typed.get("seen", ""))


async def _draw(request: Request, desk: Desk, made: Form) -> Response:
    """Draw the form with what can be chosen, and below it what the decision would touch."""
    on = made.typed.get("effective_on") or today(desk)
    year = on[:4] if whole(on[:4]) else today(desk)[:4]
    found, blocks = await asyncio.gather(
        _candidates(desk, made), desk.get("registry", f"blocks?{asked(year=year, limit=500)}")
    )
    chosen = {*made.with_ids, *[made.typed.get(name, "") for name in ("into", "parent_id", "children_to")]} - {
        "",
        "moi",
    }
    names = await desk.names_of(filter(is_id, chosen), today(desk))
    told: dict[str, str] = {}
    if made.preview:
        told = await _told(request, desk, made)
    values = {
        "desk": desk,
        "section": "don-vi",
        "form": made,
        "typed": made.typed,
        "errors": made.errors,
        "chosen": [{"unit_id": unit_id, "name": name} for unit_id, name in names.items()],
        "found": [each for each in found if each["unit_id"] not in names],
        "blocks": blocks["items"],
        "told": told,
        "key": str(uuid4()),
    }
    return render.page(request, "don-vi-thay-doi.html", values, status=made.problem.status if made.problem else 200)


async def _candidates(desk: Desk, made: Form) -> list[dict[str, Any]]:
    """Offer what was searched for; before that, the units beside this one."""
    words = made.typed.get("tim", "")[:100]
    beside = {} if words else {"parent_id": made.unit["parent_id"], "kind": made.unit["kind"]}
    if made.kind not in ("merge", "split", "close", "place"):
        return []
    found = (await desk.get("registry", f"units?{asked(search=words, **beside, limit=_SHOWN)}"))["items"]
    return [unit for unit in found if unit["unit_id"] != made.unit["unit_id"]]


async def _scores(desk: Desk, made: Form) -> None:
    """Ask for points and place, in the period that is open, of the units that leave a block of this year."""
    assert made.preview is not None
    made.period = period = desk.current_period()
    leaving: dict[str, list[str]] = {}
    for each in made.preview["blocks"]:
        if each["from_block_id"] and each["year"] == desk.year:
            leaving.setdefault(each["from_block_id"], []).append(each["unit_id"])
    if period is None or not leaving:
        return
    place = f"{of_period(desk, period['period_id'])}/boards"
    asked_of = [
        f"{place}/{block}?{urlencode([('unit_id', each) for each in units])}" for block, units in leaving.items()
    ]
    boards = await asyncio.gather(*[desk.get_or("scoring", path, None) for path in asked_of])
    if None in boards:
        made.scores = None
        return
    follows = {
        each["unit_id"]
        for each in made.preview["periods"]
        if each["follows"] and each["period_id"] == period["period_id"]
    }
    made.scores = [
        {**row, "ranked": board["ranked"], "block_id": block, "follows": row["unit_id"] in follows}
        for block, board in zip(leaving, boards, strict=True)
        for row in board["rows"]
    ]


async def _told(request: Request, desk: Desk, made: Form) -> dict[str, str]:
    """Look up the names in a preview, and the posts whose rights stand on units that end or move."""
    assert made.preview is not None
    blocks = {each[name] for each in made.preview["blocks"] for name in ("from_block_id", "to_block_id")} - {None}
    shown = await asyncio.gather(*[desk.get("registry", f"blocks/{block_id}") for block_id in sorted(blocks)])
    await _scores(desk, made)
    held = {each["unit_id"] for name in ("periods", "years") for each in made.preview[name]}
    # Whoever heads a block holds that right of the block.
    held |= {each["from_block_id"] for each in made.preview["blocks"] if each["leads"]}
    async with request.app.state.service.engine.connect() as db:
        made.rights = await queries.posts_of(db, sorted(held))
    return {block["block_id"]: f"{block['name']} năm {block['year']}" for block in shown} | {
        # A new unit may bear the name of one that ends with it.
        unit["unit_id"]: unit["name"] + (" (đơn vị mới)" if unit["change"] == "founded" else "")
        for unit in made.preview["units"]
    }
