"""Bảng khối: every unit of a block with its points by field; as it stands, as it was published, or as of an instant."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from chassis.clock import VIETNAM
from chassis.errors import Forbidden, Invalid, NotFound, Problem
from gateway.pages import exports, ranked, render
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.sheets import counted

router = APIRouter()

ROWS: Final = 100
"""As many units as a page of a board lists: a block of a city fits on one, one of a country is turned over and searched."""
NAMED: Final = 500
"""As many units of a name as a file of a board holds."""
_LISTED: Final = 200
"""Up to so many units the changes that wait are listed on the board itself, else on a page of their own."""


@router.get("/bang-khoi")
async def own_board(request: Request, desk: AtDesk) -> Response:
    """The reader's own block in the campaign's year, for whoever has none the first one."""
    block = desk.block
    if block is None and desk.unit_id is None and desk.year:
        found = await desk.get("registry", f"blocks?year={desk.year}&limit=1")
        block = next(iter(found["items"]), None)
    chosen = "pt" in request.query_params
    if block is None and chosen:
        raise NotFound(f"Năm {desk.year} chưa lập khối thi đua nào mà bạn có phần.")
    if block is None:
        # A year's campaign begins before its blocks are formed: those of the years before stay in reach.
        block = max(desk.blocks, key=lambda each: each["year"], default=None)
    if block is None:
        return RedirectResponse("/chon-phong-trao?ve=bang-khoi", 303)
    period = f"?ky={_period(desk, None)['period_id']}" if chosen else ""
    return RedirectResponse(f"/bang-khoi/{block['block_id']}{period}", 303)


@dataclass(frozen=True)
class Looking:
    """What is looked at: a period, the board as it stands or as of an instant, which publication, which rows.

    ``dung`` holds the board still that would go on by itself.
    """

    ky: UUID | None = None
    xem: str = ""
    luc: str = ""
    lan: int | None = None
    tu: Annotated[int, Query(ge=0, le=1_000_000)] = 0
    tim: Annotated[str, Query(max_length=100)] = ""
    dung: bool = False


@router.get("/bang-khoi/{block_id}")
async def board(
    request: Request, desk: AtDesk, block_id: UUID, looking: Annotated[Looking, Depends(Looking)]
) -> Response:
    """The board as it was published last, else as it stands; ``xem=tam-tinh`` as it stands, ``luc`` as of an instant."""
    period = _period(desk, looking.ky)
    path = board_path(desk, period, block_id)
    form = exports.wanted(request)
    rows = await _rows(desk, block_id, looking.tu, looking.tim.strip(), whole=form is not None)
    block, heads, live = await asyncio.gather(
        desk.this_years(block_id),
        desk.get("scoring", f"campaigns/{period['campaign_id']}/published-boards?block_id={block_id}"),
        allowed(desk, f"{path}?{rows}"),
    )
    states = {each["period_id"]: each for each in heads["items"]}
    published = None
    if not (looking.luc or looking.xem == "tam-tinh") and (looking.lan or period["period_id"] in states):
        wanted = f"publications/{looking.lan}" if looking.lan else "published"
        published = await desk.get_or("scoring", f"{path}/{wanted}?{rows}", None)
    if block is None:
        return RedirectResponse(await _of_its_own_year(desk, block_id), 303)
    problem: Problem | None = None
    past = None
    if looking.luc:
        past, problem = await _as_of(desk, path, looking.luc)
    found = past or published or live
    if found is None:
        raise Forbidden("Bảng này chưa công bố. Trước khi công bố, chỉ các đơn vị trong khối và nơi quản lý xem được.")
    kind = "luc" if past else "cong-bo" if published else "tam-tinh"
    waiting = None
    if kind == "cong-bo" and live and not looking.lan and live["members"] <= _LISTED:
        waiting = await desk.get_or("scoring", f"{path}/waiting", None)
    changes = waiting["changes"] if waiting else []
    sheet, _ = await asyncio.gather(
        desk.sheet_of(found),
        desk.learn([each["unit_id"] for each in (*found["rows"], *changes)]),
    )
    values = {
        "desk": desk,
        "section": "bang-khoi",
        "block": block,
        "period": period,
        "may_see_live": live is not None,
        "waiting": waiting,
        "states": states,
        "sheet": sheet,
        "equal": kind != "luc"
        and found.get("state") != "final"
        and any(row["decided_by"] in ("shared", "block_vote") for row in found["rows"]),
        "may_publish": desk.who.holds("city_office") or desk.who.holds("block_head", block_id),
        "problem": problem,
        **_table(desk, (block_id, period), found, sheet, kind=kind, looking=looking),
        "live": _live(block_id, period, looking) if kind == "tam-tinh" else None,
    }
    if form and not problem:
        return await exports.give(request, desk, form, ranked.block_board(desk, values, looking.tim.strip()))
    return render.page(request, "bang-khoi.html", values, status=problem.status if problem else 200)


def _table(
    desk: Desk,
    at: tuple[UUID, dict[str, Any]],
    board: dict[str, Any],
    sheet: dict[str, Any],
    *,
    kind: str,
    looking: Looking,
) -> dict[str, Any]:
    """Give what the table of a block's board of a period is drawn from."""
    block_id, period = at
    return {
        "board": board,
        "kind": kind,
        "groups": [counted(group) for group in sheet["groups"]] if kind != "luc" else [],
        "best": board.get("best", {}),
        "may_ask": desk.oversees or desk.who.holds("block_head", block_id),
        "typed": looking,
        "looking_on": _looking_on(period, looking),
        "most": ROWS,
        "mixed": len({row["sheet_version"] for row in board["rows"] if row.get("sheet_version")}) > 1,
        "compared": _period_of(desk, board.get("compared")),
    }


def _looking_on(period: dict[str, Any], looking: Looking) -> str:
    return urlencode({"ky": period["period_id"], "xem": looking.xem, "tu": looking.tu})


def _live(block_id: UUID, period: dict[str, Any], looking: Looking) -> str | None:
    """Where the page hears of what changes; None where it is held still, or shows what was searched."""
    still = looking.dung or looking.tim.strip()
    return None if still else f"/live/bang-khoi/{block_id}?{_looking_on(period, looking)}"


async def tables(desk: Desk, block_id: UUID, looking: Looking, wakes: AsyncIterator[None]) -> AsyncIterator[str]:
    """Give the table of a board as it stands, at first and each time that it is another one; raises refusals."""
    block, period = await block_and_period(desk, block_id, looking.ky)
    path = f"{board_path(desk, period, block_id)}?{await _rows(desk, block_id, looking.tu, '')}"
    seen, sheet = None, {"version": None}
    async for _ in wakes:
        board = await desk.get("scoring", path)
        if board == seen:
            continue
        seen = board
        if sheet["version"] != board["sheet_version"]:
            sheet = await desk.sheet_of(board)
        await desk.learn([row["unit_id"] for row in board["rows"]])
        values = {"desk": desk, "block": block, "period": period, "sheet": sheet, "waiting": None, "live": True}
        values |= _table(desk, (block_id, period), board, sheet, kind="tam-tinh", looking=looking)
        yield render.fragment("_bang-khoi-bang.html", values)


async def block_and_period(desk: Desk, block_id: UUID, ky: UUID | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a block of this year and a period of its campaign, the one that is open unless told; raises ``NotFound``."""
    block = await desk.this_years(block_id)
    if block is None:
        raise _unknown()
    return block, _period(desk, ky)


async def _of_its_own_year(desk: Desk, block_id: UUID) -> str:
    """Give the address of the board of another year's block, in that year's campaign; raises ``NotFound``."""
    block = next(iter((await desk.get("registry", f"blocks?block_id={block_id}"))["items"]), None)
    if block is None or block["year"] == desk.year:
        raise _unknown()
    found = (await desk.get("registry", f"campaigns?limit=1&year={block['year']}"))["items"]
    if not found:
        raise _unknown()
    desk.take_up(found, {})
    return f"/bang-khoi/{block_id}?ky={_period(desk, None)['period_id']}"


def _period(desk: Desk, ky: UUID | None) -> dict[str, Any]:
    if desk.campaign is None:
        raise _unknown()
    period = desk.period(ky) if ky else desk.current_period()
    assert period is not None
    return {**period, "campaign_id": desk.campaign["campaign_id"]}


def _unknown() -> NotFound:
    return NotFound("Không có khối thi đua này trong năm của phong trào.")


def board_path(desk: Desk, period: dict[str, Any], block_id: UUID) -> str:
    """Give the address of a board at the service that keeps it."""
    assert desk.campaign is not None
    return f"campaigns/{desk.campaign['campaign_id']}/periods/{period['period_id']}/boards/{block_id}"


async def that_stands(desk: Desk, path: str) -> tuple[Any, Any]:
    """Give the board that stands, as it was published last or else as it is computed, and the one that is computed.

    ``published`` of the first says which publication it is; both are None where there is none or its service is away.
    """
    computed = await desk.get_or("scoring", path, None)
    head = computed["published"] if computed else None
    stands = await desk.get_or("scoring", f"{path}/published", None) if head else None
    return ({**stands, "published": head} if stands else computed and {**computed, "published": None}), computed


def row_of(board: Any, unit_id: str | None) -> Any:
    """Give a unit's row on a board; None without either."""
    return next((row for row in board["rows"] if row["unit_id"] == unit_id), None) if board else None


def coming(stands: Any, computed: Any, unit_id: str | None) -> Any:
    """Give how a unit would stand after the next publication; None where nothing is published or nothing would change."""
    then, now = row_of(computed, unit_id), row_of(stands, unit_id)
    if not (then and stands["published"]):
        return None
    return then if now is None or _figures(then) != _figures(now) else None


def _figures(row: dict[str, Any]) -> tuple[int | None, Decimal | None]:
    return row["rank"], None if row["points"] is None else Decimal(row["points"])


async def _rows(desk: Desk, block_id: UUID, start: int, words: str, *, whole: bool = False) -> str:
    """Say which rows are wanted: a page of them, all, or the units of that name."""
    if not words and whole:
        return ""
    if not words:
        return urlencode({"start": start, "most": ROWS})
    asked = urlencode({"search": words, "block_id": block_id, "state": "all", "limit": NAMED if whole else ROWS})
    found = await desk.get("registry", f"units?{asked}")
    # Nobody is called so: an id that nobody has, for no id at all would mean everybody.
    return urlencode([("unit_id", unit["unit_id"]) for unit in found["items"]] or [("unit_id", str(UUID(int=0)))])


async def allowed(desk: Desk, path: str) -> Any:
    """What is there and this reader may see; else None."""
    try:
        return await desk.get("scoring", path)
    except Problem as problem:
        if problem.status in (Forbidden.status, NotFound.status):
            return None
        raise


async def _as_of(desk: Desk, path: str, typed: str) -> tuple[Any, Problem | None]:
    """The board as of what was typed, or what is wrong with that, beside the board that stands."""
    try:
        return await desk.get("scoring", f"{path}?{urlencode({'as_of': instant_typed(typed)})}"), None
    except Problem as problem:
        return None, not_then(problem)


def instant_typed(typed: str) -> str:
    """Give an instant as it was typed, on Vietnamese clocks unless it says otherwise; raises ``Invalid``."""
    try:
        instant = datetime.fromisoformat(typed)
    except ValueError as error:
        raise Invalid("Thời điểm chưa đọc được: chọn ngày và giờ, ví dụ 20/10/2023 17:00.") from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=VIETNAM)).isoformat()


def not_then(problem: Problem) -> Problem:
    """Say why there is nothing to be seen of an instant, to stand beside what can be; raises any other refusal."""
    if problem.status != Invalid.status:
        raise problem
    errors = problem.members.get("errors", ())
    return Invalid("; ".join(f"{each['message']}. {each.get('remedy', '')}" for each in errors) or problem.detail)


def _period_of(desk: Desk, compared: dict[str, Any] | None) -> dict[str, Any] | None:
    return desk.period(compared["period_id"]) if compared else None
