"""Two units side by side, and where a unit has stood, period by period."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from chassis.errors import Forbidden, NotFound
from gateway.pages import render, words
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.routes.board import allowed, block_and_period, board_path
from gateway.pages.sheets import Line, brought, lines_of

router = APIRouter()


@dataclass(frozen=True)
class Pair:
    """Which two units, in which period. A form sends an empty word for what was not chosen."""

    ky: UUID | None = None
    a: str = ""
    b: str = ""


@router.get("/bang-khoi/{block_id}/so-sanh")
async def compare(request: Request, desk: AtDesk, block_id: UUID, asked: Annotated[Pair, Depends(Pair)]) -> Response:
    """Two units of a block: by criterion where the reader may see both, else by field."""
    block, period = await block_and_period(desk, block_id, asked.ky)
    members = await desk.get("registry", f"units?state=all&block_id={block_id}&limit=500")
    desk.names |= {unit["unit_id"]: unit["name"] for unit in members["items"]}
    chosen = [unit for unit in (asked.a, asked.b) if is_id(unit)]
    values: dict[str, Any] = {
        "desk": desk,
        "section": "bang-khoi",
        "block": block,
        "members": members["items"],
        "period": period,
        "chosen": chosen,
        "rows": {},
        "lines": [],
        "sheet": None,
        "published": False,
        "answer": [],
    }
    if len(chosen) == 2:  # noqa: PLR2004 - side by side are two
        values |= await _side_by_side(desk, block, period, chosen)
        values["answer"] = _answer(desk, chosen, values)
    return render.page(request, "so-sanh.html", values)


async def _side_by_side(desk: Desk, block: dict[str, Any], period: dict[str, Any], chosen: list[str]) -> dict[str, Any]:
    path = board_path(desk, period, UUID(block["block_id"]))
    asked = "&".join(f"unit_id={unit}" for unit in chosen)
    published, live, *scores = await asyncio.gather(
        desk.get_or("scoring", f"{path}/published?{asked}", None),
        allowed(desk, f"{path}?{asked}"),
        *[
            allowed(desk, f"campaigns/{period['campaign_id']}/periods/{period['period_id']}/scores/{unit}")
            for unit in chosen
        ],
    )
    found = published or live
    if found is None:
        raise Forbidden("Bảng này chưa công bố. Trước khi công bố, chỉ các đơn vị trong khối và nơi quản lý xem được.")
    sheet, _ = await asyncio.gather(desk.sheet_of(found), desk.learn(chosen))
    if published:
        # What stands now may be something else: beside published totals stand the lines that were published.
        number = published["number"]
        scores = await asyncio.gather(
            *[
                allowed(
                    desk,
                    f"campaigns/{period['campaign_id']}/periods/{period['period_id']}/scores/{unit}/published?number={number}",
                )
                for unit in chosen
            ]
        )
    both = all(scores)
    points = [{part["criterion"]: part for part in score["parts"]} for score in scores] if both else []
    lines = await _lines(desk, scores) if both else []
    return {
        "rows": {row["unit_id"]: row for row in found["rows"]},
        "sheet": sheet,
        "lines": [(line, [brought(each.get(line["code"])) for each in points]) for line in lines],
        "published": bool(published),
    }


_NAMED: Final = 3
"""So many lines are named that make most of the difference; the table beside has all of them."""


def _answer(desk: Desk, chosen: Sequence[str], told: dict[str, Any]) -> list[str]:
    """Say in sentences why one of two units stands before the other: by how much, in which lines, and where it is behind."""
    rows = [told["rows"].get(unit) for unit in chosen]
    if not all(row and row["points"] is not None for row in rows):
        return []
    ahead, behind = sorted(range(2), key=lambda place: (rows[place]["rank"] or _LAST, -Decimal(rows[place]["percent"])))
    first, second = (desk.name(chosen[place]) for place in (ahead, behind))
    places = [f"hạng {rows[place]['rank']}" if rows[place]["rank"] else "không xếp hạng" for place in (ahead, behind)]
    said = _apart(f"{first} ({places[0]})", f"{second} ({places[1]})", rows[ahead], rows[behind])
    decided = rows[ahead].get("decided_by")
    if decided and Decimal(rows[ahead]["percent"]) == Decimal(rows[behind]["percent"]):
        said.append(f"{first}: {words.decided_by(decided, told['sheet'])}.")
    differences = [
        (amounts[ahead] - amounts[behind], line)
        for line, amounts in told["lines"]
        if amounts[ahead] is not None and amounts[behind] is not None
    ]
    for word, sign in (("Hơn nhiều nhất ở", 1), ("Kém ở", -1)):
        most = sorted((each for each in differences if each[0] * sign > 0), key=lambda each: -each[0] * sign)[:_NAMED]
        if most:
            named = "; ".join(f"{line['code']} {line['name']} ({words.points(abs(by))} điểm)" for by, line in most)
            said.append(f"{word} mục {named}.")
    return said


_LAST: Final = 10**9


def _apart(first: str, second: str, ahead: dict[str, Any], behind: dict[str, Any]) -> list[str]:
    """Say how far apart two units are by the percent that ranks them; the points beside it where these say something else."""
    share, points, most = (Decimal(ahead[name]) - Decimal(behind[name]) for name in ("percent", "points", "maximum"))
    if share < 0:
        # Whoever is not ranked may have more than whoever is.
        return [f"{first} đứng trước {second}."]
    far = f"{words.amount(share)}% điểm tối đa áp dụng"
    if not most:
        return [
            f"{first} hơn {second} {words.points(points)} điểm, tức {far}."
            if share
            else f"{first} bằng điểm với {second}."
        ]
    shares = " so với ".join(
        f"{words.amount(row['percent'])}% của {words.amount(row['maximum'])} điểm" for row in (ahead, behind)
    )
    said = f"hơn {second} {far}: {shares}" if share else f"bằng tỷ lệ điểm với {second}: {shares}"
    less = f"{first} có tổng điểm ít hơn {words.points(-points)} điểm, nhưng xếp hạng theo tỷ lệ."
    return [f"{first} {said}.", *([less] if points < 0 else ())]


async def _lines(desk: Desk, scores: Sequence[dict[str, Any]]) -> list[Line]:
    """Give the lines of the sheets by which these were scored; while versions differ, a line of either stands once."""
    by_version = {(score["sheet_version"], score["sheet_id"]): score for score in scores}
    newest_first = [by_version[key] for key in sorted(by_version, reverse=True)]
    sheets = await asyncio.gather(*[desk.sheet_of(score) for score in newest_first])
    found: dict[str, Line] = {}
    for line in (line for sheet in sheets for line in lines_of(sheet)):
        found.setdefault(line["code"], line)
    return list(found.values())


@router.get("/thu-hang/{unit_id}")
async def places(request: Request, desk: AtDesk, unit_id: UUID) -> Response:
    """Where a unit stood, period by period."""
    if desk.campaign is None:
        raise NotFound("Chưa có phong trào nào được phát động.")
    found = await desk.get("scoring", f"campaigns/{desk.campaign['campaign_id']}/units/{unit_id}/places")
    await desk.learn([str(unit_id)])
    values = {
        "desk": desk,
        "section": "bang-khoi",
        "unit_id": str(unit_id),
        "unit": desk.name(str(unit_id)),
        "places": {place["period_id"]: place for place in found["items"]},
    }
    return render.page(request, "thu-hang.html", values)
