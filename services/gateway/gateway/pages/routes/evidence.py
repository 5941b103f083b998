"""Minh chứng: the files behind one line of a report, a unit's whole store of them, and one to be saved."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from chassis.errors import Conflict, Invalid, NotFound, Problem
from gateway.api import SameSite
from gateway.pages import render, words
from gateway.pages.desk import AtDesk, AtHand, Desk, is_id
from gateway.pages.routes.report import block_of, own_unit, report_path
from gateway.pages.routes.units import asked
from gateway.pages.sheets import lines_of, standing_sheet, typed
from gateway.services import refusal

router = APIRouter()

_PIECE = 64 * 1024
_MOST_FILES = 20
_TO_CHOOSE_FROM = 50
_TOO_LARGE = 413
_CREATED = 201


@dataclass
class Outcome:
    """What came of one press: what was attached, and each thing that was not, with the reason."""

    attached: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    status: int = 200


@router.get("/minh-chung")
async def library(
    request: Request, desk: AtDesk, *, tim: str = "", chua_gan: str = "", xep: str = "", sau: UUID | None = None
) -> Response:
    """Everything the unit has handed in; what stands behind no line is listed too, and never removed in silence."""
    typed = {"tim": tim.strip(), "chua_gan": "1" if chua_gan else "", "xep": "cu" if xep == "cu" else ""}
    question = asked(
        unit_id=own_unit(desk),
        search=typed["tim"][:100],
        unattached="true" if chua_gan else "",
        sort=words.order(typed["xep"]),
        after=str(sau) if sau else "",
    )
    found = await desk.get("registry", f"evidence?{question}")
    onward = asked(**typed, sau=found["items"][-1]["evidence_id"]) if found["more"] else ""
    values = {"desk": desk, "section": "bao-cao", "found": found, "typed": typed, "onward": onward, "begun": not sau}
    return render.page(request, "minh-chung.html", values)


@router.get("/minh-chung/{evidence_id}")
async def save_file(desk: AtHand, evidence_id: UUID) -> Response:
    """Give a file to be saved; nothing in it is ever shown as a page of this house."""
    return await desk.services.give_out(desk.who, "registry", f"evidence/{evidence_id}/content")


@router.get("/bao-cao/{period_id}/minh-chung/{criterion}")
async def line(request: Request, desk: AtDesk, period_id: UUID, criterion: str, xong: str = "") -> Response:
    return await _page(request, desk, period_id, criterion, Outcome(), done=xong)


async def _page(
    request: Request, desk: Desk, period_id: UUID, criterion: str, outcome: Outcome, *, done: str = ""
) -> Response:
    report = await desk.get("registry", report_path(desk, period_id))
    block = await block_of(desk, report)
    if block is None:
        raise NotFound("Đơn vị chưa đứng trong khối nào của năm nay.")
    document = await desk.get("scoring", standing_sheet(block, period_id))
    lines = lines_of(document)
    found = next((each for each in [*lines, *typed(lines)] if each["code"] == criterion), None)
    if found is None:
        raise NotFound(f"Bảng điểm không có mục {criterion}.")
    attached = report["evidence"].get(criterion, [])
    given = request.query_params
    sought = given.get("tim", "").strip()
    # An address of an older page, or one that was mended by hand, begins at the first file.
    after = given.get("sau", "") if is_id(given.get("sau", "")) else ""
    question = asked(unit_id=own_unit(desk), search=sought[:100], after=after, limit=_TO_CHOOSE_FROM)
    mine = await desk.get("registry", f"evidence?{question}")
    here = {each["evidence_id"] for each in attached}
    open_items = report["open_items"]
    values = {
        "desk": desk,
        "section": "bao-cao",
        "period": desk.period(period_id),
        "line": found,
        "report": report,
        "attached": attached,
        "others": [each for each in mine["items"] if each["evidence_id"] not in here],
        "sought": sought,
        "begun": not after,
        "onward": asked(tim=sought, sau=mine["items"][-1]["evidence_id"]) if mine["more"] else "",
        "open": open_items is None or criterion in open_items,
        "outcome": outcome,
        "done": done,
    }
    return render.page(request, "minh-chung-muc.html", values, status=outcome.status)


@router.post("/bao-cao/{period_id}/minh-chung/{criterion}", dependencies=[SameSite])
async def attach(request: Request, desk: AtDesk, period_id: UUID, criterion: str) -> Response:
    """Take files in and attach them, and files that are there already; what was taken in stays, whatever else is refused."""
    outcome = Outcome()
    try:
        async with request.form(max_files=_MOST_FILES, max_fields=200) as sent:
            chosen = await _taken_in(desk, sent, outcome)
    except HTTPException as error:
        if error.status_code != _TOO_LARGE:
            raise
        outcome.errors.append(str(error.detail))
        outcome.status = Invalid.status
        return await _page(request, desk, period_id, criterion, outcome)
    if not chosen and not outcome.errors:
        outcome.errors.append("Chọn ít nhất một tệp từ máy, hoặc đánh dấu một tệp đã có.")
    for evidence_id, name in chosen.items():
        try:
            await desk.send("PUT", "registry", _place(desk, period_id, criterion, evidence_id), {})
            outcome.attached.append(name)
        except Problem as problem:
            if problem.status not in (Conflict.status, Invalid.status, NotFound.status):
                raise
            outcome.kept.append(name)
            named = [each["message"] for each in problem.members.get("errors", ())]
            outcome.errors.append("; ".join(named) or problem.detail)
    if outcome.errors:
        outcome.errors = list(dict.fromkeys(outcome.errors))
        outcome.status = Invalid.status
        return await _page(request, desk, period_id, criterion, outcome)
    return RedirectResponse(f"/bao-cao/{period_id}/minh-chung/{quote(criterion, safe='')}?xong={len(chosen)}", 303)


async def _taken_in(desk: Desk, sent: FormData, outcome: Outcome) -> dict[str, str]:
    """Hand every file on; give the ids and names of what is to be attached."""
    chosen = {value: "tệp đã có" for name, value in sent.multi_items() if name == "dung-lai" and isinstance(value, str)}
    for name, file in sent.multi_items():
        if name != "tep" or not isinstance(file, UploadFile) or not file.filename:
            continue
        query = urlencode({"unit_id": own_unit(desk), "name": file.filename[:300]})
        answer = await desk.services.hand_in(desk.who, "registry", "evidence", _pieces(file), query=query)
        if answer.status_code == _CREATED:
            chosen[answer.json()["evidence_id"]] = answer.json()["name"]
            continue
        problem = refusal(answer)
        if problem.status != Invalid.status:
            raise problem
        outcome.errors.append(f"{file.filename[:100]}: {problem.detail}")
    return chosen


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece


def _place(desk: Desk, period_id: UUID, criterion: str, evidence_id: str | UUID) -> str:
    return f"{report_path(desk, period_id)}/evidence/{quote(criterion, safe='')}/{quote(str(evidence_id), safe='')}"


@router.post("/bao-cao/{period_id}/minh-chung/{criterion}/go", dependencies=[SameSite])
async def detach(
    request: Request, desk: AtDesk, period_id: UUID, criterion: str, tep: Annotated[UUID, Form()]
) -> Response:
    """Take a file off this line; it stays in the unit's store."""
    try:
        await desk.send("DELETE", "registry", _place(desk, period_id, criterion, tep), {})
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        named: list[dict[str, Any]] = problem.members.get("errors", [])
        outcome = Outcome(errors=[each["message"] for each in named] or [problem.detail], status=problem.status)
        return await _page(request, desk, period_id, criterion, outcome)
    return RedirectResponse(f"/bao-cao/{period_id}/minh-chung/{quote(criterion, safe='')}?xong=go", 303)
