"""Bảng tổng hợp of a block, chênh lệch between two who score, and công bằng: how self, block and office differ."""

import asyncio
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.errors import Forbidden, NotFound
from contracts.notify import Post
from gateway.pages import exports, looking, ranked, render, words
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.exports.minutes import Minutes, minutes_file, votes_in_words
from gateway.pages.sheets import lines_of, standing_sheet
from gateway.pages.typed import amount_typed

router = APIRouter()

PAIRS: Final = {
    "self-appraisal": ("Tự chấm", "Thẩm định"),
    "self-block": ("Tự chấm", "Khối chấm"),
    "block-appraisal": ("Khối chấm", "Thẩm định"),
}
_ON_A_PAGE: Final = 50
_IN_A_FILE: Final = 200


def _period(desk: Desk, ky: UUID | None) -> dict[str, Any]:
    period = desk.period(ky) if ky else desk.current_period()
    if period is None:
        raise NotFound("Chưa phát động phong trào nào.")
    return period


@router.get("/bang-tong-hop/{period_id}/{block_id}")
async def compiled(request: Request, desk: AtDesk, period_id: UUID, block_id: UUID) -> Response:
    """A block's units with their totals in every column; wide gaps stand out."""
    values = await _compiled(desk, period_id, block_id)
    if form := exports.wanted(request):
        return await exports.give(request, desk, form, ranked.compiled(desk, values))
    return render.page(request, "bang-tong-hop.html", values)


@router.get("/bang-tong-hop/{period_id}/{block_id}/bien-ban")
async def minutes(request: Request, desk: AtDesk, period_id: UUID, block_id: UUID, tep: str = "") -> Response:
    """The minutes of the block's meeting: what is known is filled in, what only the meeting knows is left open.

    A page to be printed; ``tep=docx`` gives them as a file that a word processor opens.
    """
    values = await _compiled(desk, period_id, block_id)
    place = f"{looking.of_period(desk, period_id)}/boards/{block_id}"
    block = values["block"]
    votes, board = await asyncio.gather(desk.get("scoring", f"{place}/votes"), desk.get("scoring", place))
    sheet = await desk.sheet_of(board)
    # Of the same units the newest counts; they come newest first.
    counted = list({frozenset(vote["votes"]): vote for vote in reversed(votes["votes"])}.values())
    await desk.learn({unit for vote in counted for unit in vote["votes"]} | ({block["head_unit_id"]} - {None}))
    decided = [row for row in board["rows"] if row["rank"] and row["decided_by"]]
    ties = [
        f"{desk.name(row['unit_id'])} xếp hạng {row['rank']}: {words.decided_by(row['decided_by'], sheet)}."
        for row in decided
    ]
    said = votes_in_words(counted, desk.names)
    if tep == "docx":
        return minutes_file(_minutes(desk, values, ties, said))
    return render.page(request, "bien-ban.html", {**values, "votes": said, "ties": ties})


def _minutes(desk: Desk, values: dict[str, Any], ties: list[str], votes: list[str]) -> Minutes:
    rows, block = values["rows"], values["block"]
    head = block["head_unit_id"]
    figures = [
        [
            str(row["rank"] or "–"),
            desk.name(row["unit_id"]),
            *[words.points(row[name]) for name in ("self", "block", "appraisal", "final")],
        ]
        for row in rows
    ]
    return Minutes(
        block=block["name"],
        period=values["period"]["name"],
        head=desk.name(head) if head else "",
        as_of=words.day_and_time(desk.now),
        members=len(rows),
        table=[["Hạng", "Đơn vị", "Tự chấm", "Khối chấm", "Thẩm định", "Kết luận"], *figures],
        wide=[
            f"{desk.name(row['unit_id'])}, chênh {words.points(row['gap'])} điểm."
            for row in rows
            if row["unit_id"] in values["wide"]
        ],
        limit=values["limit"],
        ties=ties,
        votes=votes,
    )


async def _compiled(desk: Desk, period_id: UUID, block_id: UUID) -> dict[str, Any]:
    """Give what the pages of a block's totals share; raises ``NotFound`` for a block of another year."""
    period, block = desk.period(period_id), await desk.this_years(block_id)
    if block is None:
        raise NotFound("Không có khối thi đua này trong năm nay.")
    board = f"{looking.of_period(desk, period_id)}/boards/{block_id}"
    found, waiting = await asyncio.gather(
        desk.get("scoring", f"{board}/columns"), desk.get_or("scoring", f"{board}/waiting", None)
    )
    rows = found["rows"]
    await desk.learn({row[name] for row in rows for name in ("unit_id", "by_unit") if row[name]})
    return {
        "desk": desk,
        "section": "bang-khoi",
        "period": period,
        "block": block,
        "rows": rows,
        # What is computed from these is what was published last, if nothing has changed since.
        "stands": waiting["published"] if waiting and not waiting["changes"] else None,
        "wide": {row["unit_id"] for row in rows if _is_wide(row)},
        "limit": looking.WIDE,
    }


def _is_wide(row: dict[str, Any]) -> bool:
    return bool(row["gap"]) and Decimal(row["gap"]) * 100 > looking.WIDE * Decimal(row["maximum"])


@router.get("/chenh-lech")
async def differing(  # noqa: PLR0917
    request: Request,
    desk: AtDesk,
    ky: UUID | None = None,
    giua: str = "self-appraisal",
    tu: str = "5",
    khoi: UUID | None = None,
    bo: int = 0,
) -> Response:
    """The units whose totals in two columns lie far apart, with the lines that make it so."""
    if not (desk.oversees or (khoi and desk.who.holds(Post.BLOCK_HEAD, khoi))):
        raise Forbidden("Trang này dành cho Phòng Nội vụ, lãnh đạo thành phố, và cho khối trưởng ở khối của mình.")
    period = _period(desk, ky)
    pair = giua if giua in PAIRS else "self-appraisal"
    least = min(Decimal(amount_typed(tu) or looking.WIDE), Decimal(100))
    asked = {"between": pair, "least_percent": str(least)} | ({"block_id": str(khoi)} if khoi else {})
    path = f"{looking.of_period(desk, period['period_id'])}/discrepancies"
    if form := exports.wanted(request):
        units, cut = await _all(desk, path, asked, form.most)
        names = await desk.names_of_blocks([str(khoi)] if khoi else [])
        between = f"{PAIRS[pair][0]} và {PAIRS[pair][1].lower()}"
        said = [
            ("So", between),
            ("Lệch từ", f"{words.amount(least)}% điểm tối đa áp dụng"),
            ("Khối", "".join(names.values())),
        ]
        return await exports.give(
            request, desk, form, ranked.differing(desk, units, PAIRS[pair], period, said), cut=cut
        )
    found = await desk.get("scoring", f"{path}?{urlencode({**asked, 'skip': max(bo, 0), 'limit': _ON_A_PAGE})}")
    await desk.learn({row["unit_id"] for row in found["items"]})
    query = {"ky": period["period_id"], "giua": pair, "tu": f"{least:f}"} | ({"khoi": str(khoi)} if khoi else {})
    values = {
        "desk": desk,
        "section": "xem-xet",
        "period": period,
        "found": found,
        "pair": pair,
        "pairs": PAIRS,
        "least": f"{least:f}".replace(".", ","),
        "query": urlencode(query),
        "next": max(bo, 0) + _ON_A_PAGE,
        "chosen": str(khoi) if khoi else "",
    }
    return render.page(request, "chenh-lech.html", values)


async def _all(desk: Desk, path: str, asked: dict[str, str], most: int) -> tuple[list[dict[str, Any]], bool]:
    """Ask for page after page of units, and for their names."""

    async def ask(skip: int) -> tuple[list[dict[str, Any]], int | None]:
        found = await desk.get("scoring", f"{path}?{urlencode({**asked, 'skip': skip, 'limit': _IN_A_FILE})}")
        return found["items"], skip + _IN_A_FILE if found["more"] else None

    # A unit has a row of its own, and one for each line that differs where lines are told.
    units, cut = await exports.every(ask, most, 0, rows=lambda unit: 1 + len(unit.get("lines", ())))
    await desk.learn({unit["unit_id"] for unit in units})
    return units, cut


@router.get("/cong-bang")
async def fairness(request: Request, desk: AtDesk, ky: UUID | None = None, khoi: str = "", bo: int = 0) -> Response:
    """How self and verified differ by block and by unit, how strict each reviewer is, and which criteria tell nobody apart.

    ``khoi`` lists the units of one block, ``bo`` leaves out the first of them.
    """
    if not desk.oversees:
        raise Forbidden("Trang này dành cho Phòng Nội vụ và lãnh đạo thành phố.")
    period = _period(desk, ky)
    path = f"{looking.of_period(desk, period['period_id'])}/fairness"
    of_block = {"block_id": khoi} if is_id(khoi) else {}
    if form := exports.wanted(request):
        listed, cut = await _all(desk, f"{path}/units", of_block, form.most)
        named = await desk.names_of_blocks({unit["block_id"] for unit in listed} | set(of_block.values()))
        said = [("Khối", named.get(khoi, "")), ("Xếp theo", "Lệch nhiều nhất trước")]
        return await exports.give(request, desk, form, ranked.fairness(desk, listed, named, period, said), cut=cut)
    found, units = await asyncio.gather(
        desk.get("scoring", path),
        desk.get("scoring", f"{path}/units?{urlencode({**of_block, 'skip': max(bo, 0), 'limit': _ON_A_PAGE})}"),
    )
    names = await desk.names_of_blocks({row["block_id"] for row in (*found["blocks"][:_ON_A_PAGE], *units["items"])})
    sheets = {
        sheet_id: await desk.get("scoring", standing_sheet({"sheet_id": sheet_id}, period["period_id"]))
        for sheet_id in sorted({row["sheet_id"] for row in found["same_in_blocks"]})
    }
    speaking = {row["by_unit"] for row in found["reviewers"] if row["by_unit"]}
    await desk.learn(speaking | {row["unit_id"] for row in units["items"]})
    values = {
        "desk": desk,
        "section": "xem-xet",
        "period": period,
        "fair": found,
        "units": units,
        "names": names,
        "chosen": khoi if of_block else "",
        "next": max(bo, 0) + _ON_A_PAGE,
        "most": _ON_A_PAGE,
        "sheets": sheets,
        "lines": {
            (sheet_id, line["code"]): line["name"] for sheet_id, sheet in sheets.items() for line in lines_of(sheet)
        },
        "columns": words.COLUMNS,
    }
    return render.page(request, "cong-bang.html", values)
