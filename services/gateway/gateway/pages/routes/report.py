"""Báo cáo: the list, the form that keeps every keystroke, the check page, and sending."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, Invalid, Problem
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk

router = APIRouter()

_FIELD = "muc:"


@dataclass
class Sheet:
    """All that the form and the check page show of one report."""

    period: dict[str, Any]
    document: dict[str, Any]
    targets: dict[str, Any]
    fields: dict[str, str]
    version: int
    report: dict[str, Any]
    errors: dict[str, dict[str, Any]] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    score: dict[str, Any] | None = None
    theirs: dict[str, str] | None = None
    editor: str = field(default_factory=lambda: uuid4().hex)

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The groups with the lines that the unit fills; bonus lines stand in a group of their own."""
        groups = [{**group, "lines": self._asked(group["criteria"])} for group in self.document["groups"]]
        extras = self._asked(self.document["extras"])
        if extras:
            cap = self.document["bonus_cap"]
            groups.append({"code": "thuong", "name": "Điểm thưởng, điểm trừ", "maximum": cap, "lines": extras})
        return groups

    def _asked(self, criteria: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Leave out what nobody types: lateness, and what was not assigned to this unit."""
        spared = {code for code, target in self.targets.items() if not target["assigned"]}
        return [each for each in criteria if each["rule"]["kind"] != "late" and each["code"] not in spared]

    def target(self, line: dict[str, Any]) -> str | None:
        """The unit's own plan value, else the sheet's."""
        own = self.targets.get(line["code"])
        found: str | None = own["target"] if own and own["target"] is not None else line["target"]
        return found

    def filled(self, group: dict[str, Any]) -> int:
        return sum(bool(self.fields.get(line["code"], "").strip()) for line in group["lines"])

    def note(self, refusal: Problem) -> None:
        """Show what the registry refused beside its fields."""
        self.errors |= {error["field"]: error for error in refusal.members.get("errors", ())}

    def closed_at(self, now: datetime) -> bool:
        """Tell whether the period takes no report any more."""
        return now > datetime.fromisoformat(self.period["closes_at"])

    @property
    def missing(self) -> int:
        """How many required lines still want something."""
        return len(self.errors)


def _own(desk: Desk) -> str:
    if desk.unit_id is None:
        raise Forbidden("Báo cáo do cán bộ đầu mối của từng đơn vị gửi. Tài khoản này không gắn với đơn vị nào.")
    return desk.unit_id


def _path(desk: Desk, period_id: UUID | str) -> str:
    assert desk.campaign is not None
    return f"campaigns/{desk.campaign['campaign_id']}/periods/{period_id}/reports/{_own(desk)}"


async def _load(desk: Desk, period_id: UUID, typed: dict[str, str] | None = None, version: int | None = None) -> Sheet:
    """Load the report with what is wrong in it and the points it would get; ``typed`` wins over what is stored."""
    period = desk.period(period_id)
    unit_id = _own(desk)
    block = desk.block
    if block is None or desk.campaign is None:
        raise Conflict("Đơn vị chưa được xếp vào khối thi đua nào của năm nay. Hãy liên hệ Phòng Nội vụ.")
    campaign_id = desk.campaign["campaign_id"]
    report, document, targets = await asyncio.gather(
        desk.get("registry", _path(desk, period_id)),
        desk.get("scoring", f"sheets/{block['sheet_id']}"),
        desk.get("registry", f"campaigns/{campaign_id}/units/{unit_id}/targets"),
    )
    fields = {**report["fields"], **(typed or {})}
    sheet = Sheet(
        period=period,
        document=document,
        targets={each["criterion"]: each for each in targets["targets"]},
        fields=fields,
        version=report["version"] if version is None else version,
        report=report,
    )
    about = {"campaign_id": campaign_id, "period_id": str(period_id), "unit_id": unit_id, "fields": fields}
    checked = await desk.send("POST", "registry", "reports/check", about)
    values = {each["criterion"]: each["value"] for each in checked["values"]}
    sheet.errors = {error["field"]: error for error in checked["errors"]}
    preview = {"values": values, "targets": targets["targets"]}
    sheet.score = await desk.send("POST", "scoring", f"sheets/{block['sheet_id']}/preview", preview)
    sheet.parts = {part["criterion"]: part for part in sheet.score["parts"] if part["criterion"] in values}
    return sheet


@router.get("/bao-cao")
async def reports(request: Request, desk: AtDesk) -> Response:
    sent = {row["period_id"]: row for row in (await desk.get("registry", f"reports?unit_id={_own(desk)}"))["items"]}
    return render.page(request, "bao-cao-danh-sach.html", {"desk": desk, "section": "bao-cao", "sent": sent})


@router.get("/bao-cao/{period_id}")
async def form(request: Request, desk: AtDesk, period_id: UUID, luu: str = "", loi: str = "") -> Response:
    sheet = await _load(desk, period_id)
    return _form(request, desk, sheet, saved=bool(luu), show_errors=bool(loi))


def _form(
    request: Request, desk: Desk, sheet: Sheet, *, saved: bool = False, show_errors: bool = False, status: int = 200
) -> Response:
    return render.page(
        request,
        "bao-cao.html",
        {
            "desk": desk,
            "section": "bao-cao",
            "sheet": sheet,
            "saved": saved,
            # An untouched line is not an error until somebody wants to send.
            "shown": {
                code: error for code, error in sheet.errors.items() if show_errors or sheet.fields.get(code, "").strip()
            },
            "show_errors": show_errors,
        },
        status=status,
    )


async def _typed(request: Request) -> tuple[dict[str, str], int, dict[str, str]]:
    """Read a sent form: the fields as typed, the version they were typed on, and the rest."""
    sent = await request.form(max_fields=1000)
    words = {name: value for name, value in sent.items() if isinstance(value, str)}
    fields = {name.removeprefix(_FIELD): value for name, value in words.items() if name.startswith(_FIELD)}
    confirmed, _, number = words.get("xac-nhan", "").partition("=")
    if confirmed:
        fields[confirmed] = number
    version = words.get("version", "0")
    return fields, int(version) if version.isdigit() else 0, words


async def _save(desk: Desk, period_id: UUID, fields: dict[str, str], version: int, editor: str) -> int:
    saved = await desk.send(
        "PUT",
        "registry",
        f"{_path(desk, period_id)}/draft",
        {"version": version, "fields": fields, "editor": editor or None},
    )
    return int(saved["version"])


async def _stale(request: Request, desk: Desk, period_id: UUID, fields: dict[str, str], problem: Problem) -> Response:
    """Somebody saved since: show both, keep what was typed here, on top of the newest version."""
    sheet = await _load(desk, period_id, typed=fields, version=int(problem.members["version"]))
    sheet.theirs = _differences(fields, problem)
    return _form(request, desk, sheet, status=problem.status)


def _differences(fields: dict[str, str], problem: Problem) -> dict[str, str]:
    """Give what stands there now for each field that says something else here."""
    stored: dict[str, str] = problem.members["fields"]
    return {code: stored.get(code, "") for code, mine in fields.items() if stored.get(code, "") != mine}


@router.post("/bao-cao/{period_id}", dependencies=[SameSite])
async def save(request: Request, desk: AtDesk, period_id: UUID) -> Response:
    """Keep the draft; then stay, or go on to the check page when nothing is missing."""
    fields, version, words = await _typed(request)
    if words.get("don-vi", desk.unit_id) != desk.unit_id:
        raise Forbidden(
            "Nội dung vừa nhập là của đơn vị khác. Hãy đăng nhập bằng tài khoản của đơn vị đó rồi nhập lại."
        )
    try:
        await _save(desk, period_id, fields, version, words.get("but", ""))
    except Problem as problem:
        if problem.status == Conflict.status and "version" in problem.members:
            # The page's own autosave may have been faster than this press: then nothing differs, and nothing is wrong.
            if _differences(fields, problem):
                return await _stale(request, desk, period_id, fields, problem)
            return await _saved(request, desk, period_id, words)
        if problem.status == Invalid.status:
            sheet = await _load(desk, period_id, typed=fields, version=version)
            sheet.note(problem)
            return _form(request, desk, sheet, show_errors=True, status=problem.status)
        raise
    return await _saved(request, desk, period_id, words)


async def _saved(request: Request, desk: Desk, period_id: UUID, words: dict[str, str]) -> Response:
    """Stay on the form after a save, or go on to the check page when that was asked for and nothing is missing."""
    if words.get("viec") != "kiem-tra":
        return RedirectResponse(f"/bao-cao/{period_id}?luu=1", 303)
    sheet = await _load(desk, period_id)
    if sheet.errors:
        return _form(request, desk, sheet, show_errors=True, status=422)
    return RedirectResponse(f"/bao-cao/{period_id}/kiem-tra", 303)


@router.post("/bao-cao/{period_id}/tu-luu", dependencies=[SameSite])
async def autosave(request: Request, desk: AtDesk, period_id: UUID) -> Response:
    """Keep the draft after a field was left, and answer with its points and the new total (a fragment)."""
    fields, version, words = await _typed(request)
    try:
        saved: int | None = await _save(desk, period_id, fields, version, words.get("but", ""))
        refusal: Problem | None = None
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        saved, refusal = None, problem
    sheet = await _load(desk, period_id, typed=fields, version=saved if saved is not None else version)
    values = {"sheet": sheet, "desk": desk, "stale": False, "refused": None}
    if refusal and refusal.status == Conflict.status:
        values["stale"] = True
    elif refusal:
        sheet.note(refusal)
        values["refused"] = refusal.detail
    return HTMLResponse(render.fragment("_diem-song.html", values))


@router.get("/bao-cao/{period_id}/kiem-tra")
async def check(request: Request, desk: AtDesk, period_id: UUID) -> Response:
    sheet = await _load(desk, period_id)
    if sheet.errors:
        return RedirectResponse(f"/bao-cao/{period_id}?loi=1", 303)
    values = {"desk": desk, "section": "bao-cao", "sheet": sheet, "key": str(uuid4()), "problem": None}
    return render.page(request, "kiem-tra.html", values)


@router.post("/bao-cao/{period_id}/gui", dependencies=[SameSite])
async def send(request: Request, desk: AtDesk, period_id: UUID) -> Response:
    """Send what was checked; the key made with the page makes a second press harmless."""
    _, version, words = await _typed(request)
    sheet = await _load(desk, period_id)
    assert desk.campaign is not None
    body = {
        "campaign_id": desk.campaign["campaign_id"],
        "period_id": str(period_id),
        "unit_id": _own(desk),
        "version": version,
        "fields": sheet.fields,
    }
    key = words.get("idempotency_key") or None
    try:
        receipt = await desk.send("POST", "registry", "reports", body, key=key)
    except Problem as problem:
        if problem.status == Invalid.status:
            return _form(request, desk, sheet, show_errors=True, status=problem.status)
        if problem.status != Conflict.status:
            raise
        values = {"desk": desk, "section": "bao-cao", "sheet": sheet, "key": str(uuid4()), "problem": problem}
        return render.page(request, "kiem-tra.html", values, status=problem.status)
    return RedirectResponse(f"/bien-nhan/{receipt['receipt_number']}", 303)
