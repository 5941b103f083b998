"""What a unit does with a whole report beside filling it in: take it back, or say that there is nothing to report."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Invalid, Problem
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.report import WHOLE_REPORT, read_form, report_path

router = APIRouter()


@router.get("/bao-cao/{period_id}/rut")
async def ask_to_withdraw(request: Request, desk: AtDesk, period_id: UUID) -> Response:
    report = await desk.get("registry", report_path(desk, period_id))
    if "withdraw" not in report["steps"]:
        return RedirectResponse(f"/bao-cao/{period_id}", 303)
    return _asked(request, desk, period_id, report)


def _asked(
    request: Request, desk: Desk, period_id: UUID, report: dict[str, Any], problem: Problem | None = None
) -> Response:
    values = {"desk": desk, "section": "bao-cao", "period": desk.period(period_id), "report": report}
    values |= {"key": str(uuid4()), "problem": problem}
    return render.page(request, "rut-bao-cao.html", values, status=problem.status if problem else 200)


@router.post("/bao-cao/{period_id}/rut", dependencies=[SameSite])
async def withdraw(
    request: Request,
    desk: AtDesk,
    period_id: UUID,
    version: Annotated[int, Form()],
    idempotency_key: Annotated[str | None, Form(max_length=200)] = None,
) -> Response:
    """Withdraw, and show how that ripples to whoever counted it."""
    report = await desk.get("registry", report_path(desk, period_id))
    try:
        path = f"reports/{report['report_id']}/withdraw"
        stepped = await desk.send("POST", "registry", path, {"version": version}, key=idempotency_key)
    except Problem as problem:
        if problem.status != Conflict.status:
            raise
        return _asked(request, desk, period_id, report, problem)
    return RedirectResponse(f"/hanh-trinh/{stepped['correlationid']}", 303)


@router.get("/bao-cao/{period_id}/khong-phat-sinh")
async def ask_why_nothing(request: Request, desk: AtDesk, period_id: UUID) -> Response:
    report = await desk.get("registry", report_path(desk, period_id))
    reason = report["nothing"].get(WHOLE_REPORT, "")
    return _why(request, desk, period_id, version=report["version"], reason=reason)


def _why(
    request: Request, desk: Desk, period_id: UUID, *, version: int, reason: str, problem: Problem | None = None
) -> Response:
    error = None
    if problem:
        named = {each["field"]: each["message"] for each in problem.members.get("errors", ())}
        error = named.get(WHOLE_REPORT) or "; ".join(named.values()) or problem.detail
    values = {"desk": desk, "section": "bao-cao", "period": desk.period(period_id), "key": str(uuid4())}
    values |= {"version": version, "reason": reason, "error": error}
    return render.page(request, "khong-phat-sinh.html", values, status=problem.status if problem else 200)


@router.post("/bao-cao/{period_id}/khong-phat-sinh", dependencies=[SameSite])
async def nothing_to_report(request: Request, desk: AtDesk, period_id: UUID) -> Response:
    """Keep the reason, and send the report without a figure when that was asked for."""
    typed, said = await read_form(request, desk)
    reason = typed.nothing.get(WHOLE_REPORT, "")
    path = report_path(desk, period_id)
    version = typed.version
    try:
        body: dict[str, Any] = {"version": version, "fields": {}, "nothing": typed.nothing, "editor": None}
        version = (await desk.send("PUT", "registry", f"{path}/draft", body))["version"]
        if said.get("viec") != "gui":
            return RedirectResponse(f"/bao-cao/{period_id}?luu=1", 303)
        if not reason.strip():
            raise Invalid("Ghi lý do trước khi gửi, ví dụ: trong kỳ đơn vị không được giao chỉ tiêu nào.")
        report = await desk.get("registry", path)
        assert desk.campaign is not None
        sent = {"campaign_id": desk.campaign["campaign_id"], "period_id": str(period_id), "unit_id": desk.unit_id}
        sent |= {name: report[name] for name in ("version", "fields", "nothing")}
        receipt = await desk.send("POST", "registry", "reports", sent, key=said.get("idempotency_key") or None)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        newest = int(problem.members.get("version", version))
        return _why(request, desk, period_id, version=newest, reason=reason, problem=problem)
    return RedirectResponse(f"/bien-nhan/{receipt['receipt_number']}", 303)
