"""Bỏ phiếu: the vote of a block between units that nothing else tells apart, and the votes that were held."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.sheets import standing_sheet
from gateway.pages.typed import FIELDS, whole

router = APIRouter()

_COUNT = "phieu:"
_MOST = 10_000


@dataclass
class Ballot:
    """What was typed for one group: votes by unit as they were typed, and what is wrong with them."""

    counts: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    problem: Problem | None = None


def may_record(desk: Desk, block_id: UUID) -> bool:
    return desk.who.holds(Post.CITY_OFFICE) or desk.who.holds(Post.BLOCK_HEAD, block_id)


@router.get("/bang-khoi/{block_id}/bo-phieu")
async def votes(request: Request, desk: AtDesk, block_id: UUID, ky: UUID | None = None, ghi: str = "") -> Response:
    """Between whom the block can vote, with a form for whoever records it, and what was voted before."""
    return await _page(request, desk, (block_id, ky), Ballot(), done=bool(ghi))


async def _page(
    request: Request, desk: Desk, at: tuple[UUID, UUID | None], ballot: Ballot, *, done: bool = False
) -> Response:
    block_id, ky = at
    block = await desk.this_years(block_id)
    if block is None or desk.campaign is None:
        raise NotFound("Không có khối thi đua này trong năm nay.")
    period = desk.period(ky) if ky else desk.current_period()
    assert period is not None
    place = f"campaigns/{desk.campaign['campaign_id']}/periods/{period['period_id']}/boards/{block_id}/votes"
    found, sheet = await asyncio.gather(
        desk.get("scoring", place), desk.get("scoring", standing_sheet(block, period["period_id"]))
    )
    held = [vote["votes"] for vote in found["votes"]]
    await desk.learn(unit for group in [*found["groups"], *held] for unit in group)
    values = {
        "desk": desk,
        "section": "bang-khoi",
        "block": block,
        "period": period,
        "sheet": sheet,
        "groups": [{"units": group, "voted": _voted(group, held)} for group in found["groups"]],
        "votes": found["votes"],
        "ballot": ballot,
        "may_record": may_record(desk, block_id),
        "done": done,
        "key": str(uuid4()),
    }
    status = ballot.problem.status if ballot.problem else (Invalid.status if ballot.errors else 200)
    return render.page(request, "bo-phieu.html", values, status=status)


def _voted(group: list[str], held: list[dict[str, int]]) -> dict[str, int]:
    """Give the vote that counts for a group: the newest in which all of it took part; nothing if none."""
    return next((vote for vote in held if vote.keys() >= set(group)), {})


@router.post("/bang-khoi/{block_id}/bo-phieu", dependencies=[SameSite])
async def record(request: Request, desk: AtDesk, block_id: UUID) -> Response:
    """Record how many votes each of the equal units had."""
    sent = await request.form(max_fields=FIELDS)
    words = {name: value.strip() for name, value in sent.items() if isinstance(value, str)}
    ky = UUID(words["ky"]) if is_id(words.get("ky", "")) else None
    typed = {name.removeprefix(_COUNT): value for name, value in words.items() if name.startswith(_COUNT)}
    ballot = Ballot({unit: value for unit, value in typed.items() if is_id(unit)}, words.get("ly-do", ""))
    counts = _read(ballot)
    if ky:
        await desk.turn_to(ky)
    if ballot.errors or desk.campaign is None:
        return await _page(request, desk, (block_id, ky), ballot)
    period = desk.period(ky) if ky else desk.current_period()
    assert period is not None
    place = f"campaigns/{desk.campaign['campaign_id']}/periods/{period['period_id']}/boards/{block_id}/votes"
    body: dict[str, Any] = {"votes": counts, "reason": ballot.reason}
    try:
        await desk.send("POST", "scoring", place, body, key=words.get("key") or None)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status, Forbidden.status):
            raise
        ballot.problem = problem
        ballot.errors = {name: each["message"] for name, each in render.errors_of(problem).items()}
        return await _page(request, desk, (block_id, ky), ballot)
    return RedirectResponse(f"/bang-khoi/{block_id}/bo-phieu?ky={period['period_id']}&ghi=1", 303)


def _read(ballot: Ballot) -> dict[str, int]:
    """Read the votes as whole numbers; whatever is none is named, all at once."""
    counts: dict[str, int] = {}
    for unit, value in ballot.counts.items():
        if 0 <= (votes := whole(value, -1)) <= _MOST:
            counts[unit] = votes
        else:
            said = f"“{value}” không phải số phiếu" if value else "Chưa ghi số phiếu"
            ballot.errors[unit] = f"{said}: nhập số nguyên từ 0 đến 10.000, không có phiếu thì nhập 0"
    return counts
