"""Tổng quan: what whoever leads the city asks first. Where do we stand, what is out of order, which way does it go?"""

import asyncio
from datetime import datetime
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response

from gateway.pages import looking, render
from gateway.pages.desk import Desk

_COUNTED: Final = 50
"""Up to so many are counted one by one; of more it is said that there are more."""
_BLOCKS: Final = 50
_PERIODS: Final = 6
_NOTHING: Final[dict[str, Any]] = {"totals": {}, "items": [], "next": None}


async def overview(request: Request, desk: Desk) -> Response:
    """Four numbers, up to three exceptions that lead to their list, the periods one after another, and the boards."""
    period = desk.current_period()
    values: dict[str, Any] = {"desk": desk, "section": "viec", "period": period, "periods": [], "blocks": []}
    if desk.campaign is None or period is None:
        return render.page(
            request, "nha-lanh-dao.html", values | {"exceptions": [], "appeals": _counted({"items": []})}
        )
    begun = [each for each in desk.campaign["periods"] if each["opens_at"] <= period["opens_at"]][-_PERIODS:]
    appeals, wide, *stands = await asyncio.gather(
        desk.get_or("scoring", f"appeals?limit={_COUNTED}", {"items": []}),
        desk.get_or(
            "scoring",
            f"{_place(desk, period)}/discrepancies?least_percent={looking.WIDE}&limit={_COUNTED}",
            {"items": []},
        ),
        *[_standing(desk, each) for each in begun],
    )
    now = stands[-1]
    names = await desk.names_of_blocks(block["block_id"] for block in now["blocks"])
    blocks = [{**block, "name": names.get(block["block_id"], "Khối thi đua")} for block in now["blocks"]]
    values |= {
        "now": now,
        "periods": stands,
        "blocks": sorted(blocks, key=lambda block: block["name"]),
        "appeals": _counted(appeals),
        "exceptions": _exceptions(desk, period, now, appeals, wide),
    }
    return render.page(request, "nha-lanh-dao.html", values)


def _place(desk: Desk, period: dict[str, Any]) -> str:
    assert desk.campaign is not None
    return f"campaigns/{desk.campaign['campaign_id']}/periods/{period['period_id']}"


async def _standing(desk: Desk, period: dict[str, Any]) -> dict[str, Any]:
    """Tell how a period stands: units with a place of those in the blocks, boards that are published, who has not sent."""
    place = _place(desk, period)
    found, missing = await asyncio.gather(
        desk.get_or("scoring", f"{place}/city-board/blocks?standing=live&most={_BLOCKS}", _NOTHING),
        desk.get_or("registry", f"{place}/missing?limit=1", {"missing": 0}),
    )
    totals = found["totals"]
    return {
        "period": period,
        "missing": missing["missing"],
        "ranked": sum(each["ranked"] or 0 for each in totals.values()),
        "members": sum(each["members"] or 0 for each in totals.values()),
        "boards": sum(each["blocks"] for each in totals.values()),
        "published": sum(totals[state]["blocks"] for state in ("frozen", "final") if state in totals),
        "final": totals.get("final", {}).get("blocks", 0),
        "blocks": found["items"],
        "more": found["next"] is not None,
    }


def _counted(found: dict[str, Any]) -> dict[str, Any]:
    return {"count": len(found["items"]), "more": bool(found.get("more"))}


def _exceptions(
    desk: Desk, period: dict[str, Any], now: dict[str, Any], appeals: dict[str, Any], wide: dict[str, Any]
) -> list[dict[str, Any]]:
    """Name what is out of order, each with the list that it leads to."""
    ky = period["period_id"]
    told = [
        {
            **_counted(wide),
            "words": f"đơn vị tự chấm và thẩm định chênh từ {looking.WIDE}% điểm tối đa",
            "href": f"/chenh-lech?ky={ky}",
        },
        {**_counted(appeals), "words": "kiến nghị chưa giải quyết", "href": "/kien-nghi"},
    ]
    overdue = desk.now > datetime.fromisoformat(period["due_at"])
    late = "đơn vị chưa nộp, đã quá hạn" if overdue else "đơn vị chưa nộp, còn trong hạn"
    told.insert(0, {"count": now["missing"], "more": False, "words": late, "href": f"/chua-nop?ky={ky}"})
    return [each for each in told if each["count"]]
