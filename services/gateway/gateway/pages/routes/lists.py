"""Nhập danh sách: lists as files, fetched, sent in, checked with every fault at once, and kept when somebody says so."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from chassis.errors import Conflict, Invalid, Problem
from gateway.api import SameSite
from gateway.pages import render, words
from gateway.pages.desk import AtDesk, AtHand, Desk
from gateway.pages.routes.report import own_unit
from gateway.pages.routes.units import asked
from gateway.services import refusal

router = APIRouter()

_PIECE: Final = 64 * 1024
_TOO_LARGE: Final = 413
_CREATED: Final = 201
_ON_A_PAGE: Final = 50
_EARLIER: Final = 10
_RESULTS: Final = "results"
_PEOPLE: Final = "people"
_TARGETS: Final = "targets"
_AT_ONCE: Final = 2.0
"""After so many seconds of writing its progress is shown; then it goes on."""


@dataclass(frozen=True)
class Meant:
    """Which list is meant, of which period where it is a report's figures, and of which unit where it is not the office's."""

    name: str
    period_id: str | None = None
    unit_id: str | None = None
    campaign_id: str | None = None

    @property
    def query(self) -> str:
        """Name the list in an address."""
        return urlencode(self.words)

    @property
    def words(self) -> list[tuple[str, str]]:
        """Give what an address or a form says to name the list."""
        return [("ds", self.name), *self._whose.items()]

    @property
    def file(self) -> str:
        """Give the address of its file, open for how it is wanted."""
        return f"/nhap-danh-sach/tep/{self.name}?{urlencode(self._whose)}{'&' if self._whose else ''}"

    @property
    def _whose(self) -> dict[str, str]:
        said = {"ky": self.period_id, "pt": self.campaign_id}
        return {name: value for name, value in said.items() if value}

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """Give the pages above this one."""
        if self.period_id:
            return [("/bao-cao", "Báo cáo"), (f"/bao-cao/{self.period_id}", "Kỳ báo cáo")]
        return [("/can-bo", "Cán bộ")] if self.name == _PEOPLE else [("/don-vi", "Đơn vị")]

    @property
    def section(self) -> str:
        return "bao-cao" if self.period_id else "can-bo" if self.name == _PEOPLE else "don-vi"

    def of(self, desk: Desk) -> dict[str, str]:
        """Say to the registry of which campaign, period and unit the list is: of those that the desk shows."""
        campaign = desk.campaign["campaign_id"] if desk.campaign and self.name == _RESULTS else self.campaign_id
        said = {"campaign_id": campaign, "period_id": self.period_id, "unit_id": self.unit_id}
        return {name: value for name, value in said.items() if value}


def meant(desk: Desk, name: str, period_id: str) -> Meant:
    """Read which list is meant; raises ``NotFound`` for figures of no period of the campaign."""
    if name == _RESULTS:
        return Meant(name, desk.period(period_id)["period_id"], own_unit(desk))
    if name == _PEOPLE:
        return Meant(name, unit_id=desk.unit_id)
    if name == _TARGETS and desk.campaign:
        # The one that the address names (``pt``), else the one that the city works in.
        return Meant(name, campaign_id=desk.campaign["campaign_id"])
    return Meant(name if name in words.OFFICE_LISTS else "units")


@router.get("/nhap-danh-sach")
async def start(request: Request, desk: AtDesk, *, ds: str = "units", ky: str = "") -> Response:
    return await _start(request, desk, meant(desk, ds, ky))


async def _start(request: Request, desk: Desk, about: Meant, problem: Problem | None = None) -> Response:
    given = request.query_params
    typed = {name: given.get(name, "").strip() for name in ("tim", "tinh-trang", "xep")}
    after = given.get("sau", "")
    question = asked(
        unit_id=about.unit_id,
        search=typed["tim"][:100],
        state=typed["tinh-trang"] if typed["tinh-trang"] in words.LIST_STATES else "",
        sort=words.order(typed["xep"]),
        after=after,
        limit=_EARLIER,
    )
    found, campaigns = await asyncio.gather(
        desk.get("registry", f"imports?{question}"),
        desk.running() if about.name == _TARGETS else asyncio.sleep(0, []),
    )
    values = {
        "desk": desk,
        "section": about.section,
        "about": about,
        "campaigns": campaigns,
        "earlier": found["items"],
        "typed": typed,
        "begun": not after,
        "onward": f"{about.query}&{asked(**typed, sau=found['next'])}" if found["next"] else "",
        "problem": problem,
    }
    return render.page(request, "nhap-danh-sach.html", values, status=problem.status if problem else 200)


@router.get("/nhap-danh-sach/tep/{name}")
async def fetch(desk: AtDesk, name: str, dang: str = "xlsx", day: str = "", ky: str = "") -> Response:
    """Give a list as a file: to be filled in, or as it stands."""
    about = meant(desk, name, ky)
    query = urlencode({"form": dang, "filled": "true" if day else "false", **about.of(desk)})
    return await desk.services.give_out(desk.who, "registry", f"lists/{about.name}/file?{query}")


@router.post("/nhap-danh-sach", dependencies=[SameSite])
async def send(request: Request, desk: AtDesk, ds: str = "units", ky: str = "") -> Response:
    """Take a file in and have it checked; nothing is changed by that.

    Which list it is the address says: of what comes too large the form is not read to its end.
    """
    about = meant(desk, ds, ky)
    try:
        async with request.form(max_files=1, max_fields=10) as sent:
            return await _checked(request, desk, about, sent.get("tep"))
    except HTTPException as error:
        if error.status_code != _TOO_LARGE:
            raise
        return await _start(request, desk, about, Invalid(str(error.detail)))


async def _checked(request: Request, desk: Desk, about: Meant, file: UploadFile | str | None) -> Response:
    if not isinstance(file, UploadFile) or not file.filename:
        return await _start(request, desk, about, Invalid("Chưa chọn tệp. Hãy chọn tệp Excel (.xlsx) hoặc CSV."))
    query = urlencode({"about": about.name, "name": file.filename[:300], **about.of(desk)})
    answer = await desk.services.hand_in(desk.who, "registry", "imports", _pieces(file), query=query)
    if answer.status_code != _CREATED:
        problem = refusal(answer)
        if problem.status not in (Invalid.status, Conflict.status):
            raise problem
        return await _start(request, desk, about, problem)
    return RedirectResponse(f"/nhap-danh-sach/{answer.json()['import_id']}", 303)


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece


@router.get("/nhap-danh-sach/{import_id}")
async def one(
    request: Request, desk: AtDesk, import_id: UUID, sau: Annotated[int, Query(ge=0, le=2_000_000)] = 0
) -> Response:
    """A checked file: what it would change, what is wrong where, and how far it is written."""
    told = await desk.get("registry", f"imports/{import_id}")
    rows = await desk.get("registry", f"imports/{import_id}/faults?after={sau}&limit={_ON_A_PAGE}")
    if told["list"] == _TARGETS and told["campaign_id"]:
        found = await desk.get("registry", f"campaigns?{urlencode({'campaign_id': told['campaign_id']})}")
        desk.take_up(found["items"], {"campaign_id": told["campaign_id"]})
    return render.page(request, "nhap-danh-sach-tep.html", shown(desk, told, rows, begun=not sau))


def shown(desk: Desk, told: dict[str, Any], rows: dict[str, Any], *, begun: bool) -> dict[str, Any]:
    """Lay out what is said of a file: faults of the whole file first, then row by row."""
    of_rows = [{**fault, "row": row["row"]} for row in rows["items"] for fault in row["faults"]]
    campaign_id = told["campaign_id"] if told["list"] == _TARGETS else None
    about = Meant(told["list"], told["period_id"], told["unit_id"], campaign_id)
    return {
        "desk": desk,
        "section": about.section,
        "about": about,
        "told": told,
        "faults": [*(told["faults"] if begun else ()), *of_rows],
        "stopped": any(fault["stops"] for fault in told["faults"]),
        "onward": rows["next"],
        "begun": begun,
    }


@router.post("/nhap-danh-sach/{import_id}/ghi", dependencies=[SameSite])
async def keep(desk: AtHand, import_id: UUID) -> Response:
    """Write piece after piece for a while, then show how far it is; whoever comes back goes on from there."""
    until = time.monotonic() + _AT_ONCE
    while (await desk.send("POST", "registry", f"imports/{import_id}/pieces", {}))["state"] != "done":
        if time.monotonic() > until:
            break
    return RedirectResponse(f"/nhap-danh-sach/{import_id}", 303)


@router.get("/nhap-danh-sach/{import_id}/ket-qua")
async def result(desk: AtHand, import_id: UUID, dang: str = "xlsx") -> Response:
    """Give the file back with what became of each row."""
    query = urlencode({"form": dang})
    return await desk.services.give_out(desk.who, "registry", f"imports/{import_id}/result?{query}")
