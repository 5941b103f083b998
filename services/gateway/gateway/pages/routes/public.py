"""Kết quả công khai: published boards for everybody, without signing in, and the check of a printed fingerprint."""

import asyncio
import re
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from chassis.clock import now_and_offset
from chassis.errors import NotFound
from chassis.identity import Identity
from gateway.pages import exports, ranked, render
from gateway.pages.desk import Desk, by_year, named_in
from gateway.pages.routes.board import ROWS

router = APIRouter()

_ANYBODY: Final = Identity(account="cong-khai", post="Người xem công khai")
"""Nobody's grants: each service gives what it discloses to everybody."""
_LEAST: Final = 12
_LISTED: Final = 100
"""As many campaigns as there are to choose from: those of decades."""
CACHED: Final = {"Cache-Control": "public, max-age=60", "Vary": "Cookie"}
"""The same for all readers but for their choice of light or dark; what is published later is seen a minute later."""


async def _at_the_window(request: Request) -> Desk:
    async with request.app.state.service.engine.connect() as db:
        now, ahead = await now_and_offset(db)
    desk = Desk(_ANYBODY, request.app.state.upstreams, now, ahead)
    named = named_in(request)
    desk.take_up((await desk.get("registry", f"campaigns?{urlencode({'limit': 1, **named})}"))["items"], named)
    return desk


AtWindow = Annotated[Desk, Depends(_at_the_window)]


def page_at_the_window(request: Request, template: str, desk: Desk, values: dict[str, Any]) -> Response:
    answer = render.page(request, template, {"khach": desk, **values})
    answer.headers.update(CACHED)
    return answer


@router.get("/cong-khai")
async def results(request: Request, desk: AtWindow) -> Response:
    """Which boards of a campaign are published: of the one that the city works in, or of one that was chosen."""
    items: list[dict[str, Any]] = []
    every: list[dict[str, Any]] = []
    if desk.campaign:
        found, launched = await asyncio.gather(
            desk.get("scoring", f"campaigns/{desk.campaign['campaign_id']}/published-boards"),
            desk.get("registry", f"campaigns?limit={_LISTED}"),
        )
        items, every = found["items"], by_year(launched["items"])
    blocks = {each["block_id"]: each for each in await blocks_named(desk, [each["block_id"] for each in items])}
    values = {"section": "cong-khai", "campaign": desk.campaign, "items": items, "blocks": blocks, "every": every}
    if form := exports.wanted(request):
        return await _file(request, desk, form, ranked.public_boards(values))
    return page_at_the_window(request, "cong-khai.html", desk, values)


async def _file(request: Request, desk: Desk, form: exports.Form, table: exports.Table) -> Response:
    answer = await exports.give(request, desk, form, table)
    answer.headers.update(CACHED)
    return answer


async def blocks_named(desk: Desk, block_ids: list[str]) -> list[dict[str, Any]]:
    wanted = sorted(set(block_ids))
    asked = [
        "&".join(f"block_id={each}" for each in wanted[start : start + 200]) for start in range(0, len(wanted), 200)
    ]
    answers = await asyncio.gather(*[desk.get("registry", f"blocks?{each}") for each in asked])
    return [block for answer in answers for block in answer["items"]]


@router.get("/cong-khai/{period_id}/{block_id}")
async def one(request: Request, desk: AtWindow, period_id: UUID, block_id: UUID, tu: int = 0) -> Response:
    """A board as it was published last."""
    period = desk.period(period_id)
    assert desk.campaign is not None
    path = f"campaigns/{desk.campaign['campaign_id']}/periods/{period_id}/boards/{block_id}/published"
    form = exports.wanted(request)
    rows = "" if form else f"?start={max(tu, 0)}&most={ROWS}"
    board, blocks = await asyncio.gather(desk.get("scoring", f"{path}{rows}"), blocks_named(desk, [str(block_id)]))
    if not blocks:
        raise NotFound("Không có khối thi đua này.")
    sheet, _ = await asyncio.gather(desk.sheet_of(board), desk.learn(row["unit_id"] for row in board["rows"]))
    values = {
        "section": "cong-khai",
        "period": period,
        "block": blocks[0],
        "sheet": sheet,
        "board": board,
        "tu": max(tu, 0),
        "most": ROWS,
    }
    if form:
        return await _file(request, desk, form, ranked.public_board(desk, values))
    return page_at_the_window(request, "cong-khai-bang.html", desk, values)


@router.get("/kiem-tra-bang")
async def check(request: Request, desk: AtWindow, dau: str = "") -> Response:
    """Is the fingerprint on a printed board that of a board that was published, and is that still the newest?"""
    digits = re.sub(r"[\s.\-]", "", dau).lower()
    error = ""
    items: list[dict[str, Any]] = []
    if digits:
        if re.fullmatch(r"[0-9a-f]{12,64}", digits):
            items = (await desk.get("scoring", f"fingerprints/{digits}"))["items"]
        else:
            error = f"Dấu vân gồm ít nhất {_LEAST} ký tự là chữ số hoặc chữ từ A đến F, ví dụ 91C2 7F3A 0D58."
    blocks = {each["block_id"]: each for each in await blocks_named(desk, [each["block_id"] for each in items])}
    values = {"section": "kiem-tra-bang", "dau": dau, "error": error, "items": items, "blocks": blocks}
    return page_at_the_window(request, "kiem-tra-bang.html", desk, values)
