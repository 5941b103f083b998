"""Báo cáo: what a unit has before it, in three piles, and everything that it has ever reported."""

import asyncio
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.pages import render, words
from gateway.pages.desk import AtDesk, by_year
from gateway.pages.routes.report import own_unit
from gateway.pages.routes.units import asked

router = APIRouter()

_LISTED: Final = 100
"""As many campaigns as a unit looks back on: those of decades."""
_ON_A_PAGE: Final = 50


@router.get("/bao-cao")
async def reports(request: Request, desk: AtDesk) -> Response:
    """The unit's reports in three states, of all campaigns that go on, or of the chosen one: to do, waiting, done."""
    found, meant = await asyncio.gather(
        desk.get("registry", f"reports?unit_id={own_unit(desk)}"),
        desk.get("registry", f"campaigns?unit_id={desk.unit_id}&limit={_LISTED}"),
    )
    sent = {row["period_id"]: row for row in found["items"]}
    own = (desk.campaign or {}).get("campaign_id")
    chosen = "pt" in request.query_params
    # One that has ended is looked into when it is chosen; those that go on stand together.
    shown = [each for each in meant["items"] if each["campaign_id"] == own or not (chosen or each["closed_at"])]
    rows = [
        {
            "period": period,
            "report": sent.get(period["period_id"]),
            "campaign": campaign["name"] if campaign["campaign_id"] != own else "",
        }
        for campaign in shown
        for period in campaign["periods"]
    ]
    values = {
        "desk": desk,
        "section": "bao-cao",
        "piles": {name: [row for row in rows if _pile(row, desk.now) == name] for name in ("todo", "waiting", "done")},
        "others": by_year(each for each in meant["items"] if each not in shown),
        "chosen": chosen,
    }
    return render.page(request, "bao-cao-danh-sach.html", values)


_WAITING = ("submitted", "resubmitted", "in_review", "in_second_review")


def _pile(row: dict[str, Any], now: datetime) -> str:
    """Tell on which pile a period lies: whose turn it is."""
    state = row["report"]["state"] if row["report"] else "none"
    if state in _WAITING:
        return "waiting"
    closed = now > datetime.fromisoformat(row["period"]["closes_at"])
    return "done" if state == "accepted" or (closed and state in ("none", "draft")) else "todo"


@router.get("/cac-bao-cao")
async def every_report(
    request: Request,
    desk: AtDesk,
    *,
    tim: str = "",
    trang_thai: str = "",
    muon: str = "",
    xep: str = "",
    sau: str = "",
) -> Response:
    """All that the unit ever wrote, of whatever campaign, a page at a time."""
    typed = {"tim": tim.strip(), "trang_thai": trang_thai, "muon": muon, "xep": xep}
    question = asked(
        unit_id=own_unit(desk),
        search=typed["tim"][:100],
        state=trang_thai,
        late={"co": "true", "khong": "false"}.get(muon, ""),
        sort=words.order(xep),
        after=sau,
        limit=_ON_A_PAGE,
    )
    found = await desk.get("registry", f"reports?{question}")
    values = {"desk": desk, "section": "bao-cao", "found": found["items"], "typed": typed, "begun": not sau}
    values["onward"] = asked(**typed, sau=found["next"])
    return render.page(request, "cac-bao-cao.html", values | {"more": bool(found["next"])})
