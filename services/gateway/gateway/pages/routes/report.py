"""Báo cáo: the form that keeps every keystroke, the check page, and sending."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, Invalid, Problem
from gateway.api import SameSite
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.sheets import counted, groups_of, standing_sheet, still_open, typed
from gateway.pages.typed import FIELDS, whole

router = APIRouter()

_FIELD = "muc:"
_REASON = "ly-do:"
_EVIDENCE = "minh-chung:"
WHOLE_REPORT = "*"
"""Under this code the registry keeps the reason why nothing at all is reported."""


@dataclass(frozen=True)
class Typed:
    """What a form sent: figures, reasons why there are none, the version they were typed on, and which page it was."""

    fields: dict[str, str]
    nothing: dict[str, str]
    version: int
    editor: str


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
    warnings: list[dict[str, Any]] = field(default_factory=list)
    """What keeps nobody from sending, such as evidence that the sheet asks for."""
    score: dict[str, Any] | None = None
    theirs: dict[str, str] | None = None
    nothing: dict[str, str] = field(default_factory=dict)
    key: str = field(default_factory=lambda: str(uuid4()))
    editor: str = field(default_factory=lambda: uuid4().hex)

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The groups with the lines that the unit fills; bonus lines stand in a group of their own."""
        every = groups_of(self.document["groups"])
        groups: list[dict[str, Any]] = [{**group, "lines": self._asked(group["criteria"])} for group in every]
        extras = self._asked([counted(line) for line in self.document["extras"]])
        if extras:
            cap = self.document["bonus_cap"]
            groups.append({"code": "thuong", "name": "Điểm thưởng, điểm trừ", "maximum": cap, "lines": extras})
        return groups

    def _asked(self, criteria: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Leave out what nobody types: lateness, and what was not assigned to this unit."""
        spared = {code for code, target in self.targets.items() if not target["assigned"]}
        return list(typed([each for each in criteria if each["code"] not in spared]))

    def target(self, line: dict[str, Any]) -> str | None:
        """The unit's own plan value, else the sheet's."""
        own = self.targets.get(line["code"])
        found: str | None = own["target"] if own and own["target"] is not None else line["target"]
        return found

    def stretch(self, line: dict[str, Any]) -> str | None:
        """What the unit strives for beyond its target, where it was given that."""
        own = self.targets.get(line["code"])
        return own.get("stretch") if own else None

    def filled(self, group: dict[str, Any]) -> int:
        return sum(self.said(line["code"]) for line in group["lines"])

    def said(self, code: str) -> bool:
        """Tell whether a line says something: a figure, or why there is none."""
        return bool(self.fields.get(code, "").strip() or self.reason(code))

    def reason(self, code: str) -> str:
        """Give why there is nothing to report of a line, if that is so."""
        return self.nothing.get(code, "").strip() or self.nothing.get(WHOLE_REPORT, "").strip()

    @property
    def open_items(self) -> list[str] | None:
        """The lines that can be written into now; None = all of them."""
        found: list[str] | None = self.report["open_items"]
        return found

    @property
    def flagged(self) -> dict[str, str]:
        """What was returned, each with its reason."""
        return self.report["flagged"] or {}

    def is_open(self, line: dict[str, Any]) -> bool:
        return self.open_items is None or line["code"] in self.open_items

    @property
    def open_lines(self) -> list[dict[str, Any]]:
        """After a return: the lines to be mended, in the order of the sheet."""
        return [line for group in self.groups for line in group["lines"] if self.is_open(line)]

    def evidence(self, code: str) -> list[dict[str, Any]]:
        """Give the files behind a line."""
        found: list[dict[str, Any]] = self.report["evidence"].get(code, [])
        return found

    def may(self, step: str) -> bool:
        """Tell whether the registry's table of steps holds this one now, for this reader."""
        return step in self.report["steps"]

    @property
    def answers(self) -> bool:
        """Tell whether sending now answers a return: then no deadline stands in its way."""
        return self.report["state"] in ("returned", "resubmitted")

    def note(self, refusal: Problem) -> None:
        """Show what the registry refused beside its fields."""
        self.errors |= render.errors_of(refusal)

    def closed_at(self, now: datetime) -> bool:
        """Tell whether the period takes no report any more; a return can be answered all the same."""
        return not self.answers and now > datetime.fromisoformat(self.period["closes_at"])

    @property
    def missing(self) -> int:
        """How many required lines still want something."""
        return len(self.errors)


def own_unit(desk: Desk) -> str:
    if desk.unit_id is None:
        raise Forbidden("Báo cáo do cán bộ đầu mối của từng đơn vị gửi. Tài khoản này không gắn với đơn vị nào.")
    return desk.unit_id


def place_of(desk: Desk, period_id: UUID | str) -> str:
    """Name the reader's own report as the place at which its authors see one another."""
    return f"{period_id}/{own_unit(desk)}"


def report_path(desk: Desk, period_id: UUID | str) -> str:
    assert desk.campaign is not None
    return path_of(desk, desk.campaign["campaign_id"], period_id)


def path_of(desk: Desk, campaign_id: str, period_id: UUID | str) -> str:
    return f"campaigns/{campaign_id}/periods/{period_id}/reports/{own_unit(desk)}"


async def block_of(desk: Desk, report: dict[str, Any]) -> dict[str, Any] | None:
    """Give the block whose sheet the own report is read by: the one in which the unit stands on the closing day.

    What was sent is of the block that it was sent in, also when the unit has left all blocks since.
    """
    return await desk.this_years(report["block_id"] or (report["stood_in"] if report["receipt_number"] else None))


async def load(desk: Desk, period_id: UUID, typed: Typed | None = None, version: int | None = None) -> Sheet:
    """Load the report with what is wrong in it and the points it would get; ``typed`` wins over what is stored."""
    period = desk.period(period_id)
    unit_id = own_unit(desk)
    campaign_id = period["campaign_id"]
    report, targets = await asyncio.gather(
        desk.get("registry", report_path(desk, period_id)),
        desk.get("registry", f"campaigns/{campaign_id}/units/{unit_id}/targets"),
    )
    block = await block_of(desk, report)
    if block is None:
        raise Conflict("Đơn vị chưa được xếp vào khối thi đua nào của năm đó. Hãy liên hệ Phòng Nội vụ.")
    document = await desk.get("scoring", standing_sheet(block, period_id))
    fields = {**report["fields"], **(typed.fields if typed else {})}
    nothing = {**report["nothing"], **(typed.nothing if typed else {})}
    sheet = Sheet(
        period=period,
        document=document,
        targets={each["criterion"]: each for each in targets["targets"]},
        fields=fields,
        version=report["version"] if version is None else version,
        report=report,
        nothing=nothing,
    )
    about = {"campaign_id": campaign_id, "period_id": str(period_id), "unit_id": unit_id}
    about |= {"fields": fields, "nothing": nothing}
    checked = await desk.send("POST", "registry", "reports/check", about)
    values = {each["criterion"]: each["value"] for each in checked["values"]}
    sheet.errors = {error["field"]: error for error in checked["errors"]}
    sheet.warnings = checked["warnings"]
    sheet.score = await preview(desk, period_id, {**checked, "targets": targets["targets"], **block})
    sheet.parts = {part["criterion"]: part for part in sheet.score["parts"] if part["criterion"] in values}
    return sheet


async def preview(desk: Desk, period_id: UUID, read: dict[str, Any]) -> dict[str, Any]:
    """Ask what a report comes to that was read so far: ``values``, ``targets``, ``late`` and by how many days, and the block that it is of.

    Lateness and the leaders of the block count as they will when it is sent now, so that the total stays what it was.
    """
    body = {
        "values": {each["criterion"]: each["value"] for each in read["values"]},
        "targets": read["targets"],
        "late": read["late"],
        "late_days": read["late_days"],
        "place": {"period_id": str(period_id), "block_id": read["block_id"], "unit_id": own_unit(desk)},
    }
    score: dict[str, Any] = await desk.send("POST", "scoring", f"sheets/{read['sheet_id']}/preview", body)
    return score | {"open": still_open(score)}


@router.get("/bao-cao/{period_id}")
async def form(request: Request, desk: AtDesk, period_id: UUID, luu: str = "", loi: str = "") -> Response:
    sheet = await load(desk, period_id)
    return _form(request, desk, sheet, saved=bool(luu), show_errors=bool(loi))


def _form(
    request: Request,
    desk: Desk,
    sheet: Sheet,
    *,
    saved: bool = False,
    show_errors: bool = False,
    status: int = 200,
    problem: Problem | None = None,
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
            "shown": {code: error for code, error in sheet.errors.items() if show_errors or sheet.said(code)},
            "show_errors": show_errors,
            "problem": problem if problem and problem.status == Conflict.status else None,
            "others": request.app.state.presence.others(place_of(desk, sheet.period["period_id"]), desk.who.account),
            "own": desk.who.post,
        },
        status=status,
    )


async def read_form(request: Request, desk: Desk) -> tuple[Typed, dict[str, str]]:
    """Read a sent form: what was typed and on which version, and the rest; raises ``Forbidden`` for another unit's.

    One browser, two windows: whoever signed in last is who sends.
    """
    sent = await request.form(max_fields=FIELDS)
    words = {name: value for name, value in sent.items() if isinstance(value, str)}
    if words.get("don-vi", desk.unit_id) != desk.unit_id:
        raise Forbidden(
            "Nội dung vừa nhập là của đơn vị khác. Hãy đăng nhập bằng tài khoản của đơn vị đó rồi nhập lại."
        )
    fields = {name.removeprefix(_FIELD): value for name, value in words.items() if name.startswith(_FIELD)}
    nothing = {name.removeprefix(_REASON): value for name, value in words.items() if name.startswith(_REASON)}
    confirmed, _, number = words.get("xac-nhan", "").partition("=")
    if confirmed:
        fields[confirmed] = number
    return Typed(fields, nothing, whole(words.get("version")), words.get("but", "")), words


async def keep(desk: Desk, path: str, typed: Typed) -> dict[str, Any]:
    body = {
        "version": typed.version,
        "fields": typed.fields,
        "nothing": typed.nothing,
        "editor": typed.editor or None,
    }
    saved: dict[str, Any] = await desk.send("PUT", "registry", f"{path}/draft", body)
    return saved


def is_stale(problem: Problem) -> bool:
    return problem.status == Conflict.status and "version" in problem.members


async def _stale(request: Request, desk: Desk, period_id: UUID, typed: Typed, problem: Problem) -> Response:
    """Somebody saved since: show both, keep what was typed here, on top of the newest version."""
    sheet = await load(desk, period_id, typed=typed, version=int(problem.members["version"]))
    sheet.theirs = differences(typed, problem)
    return _form(request, desk, sheet, status=problem.status)


def differences(typed: Typed, problem: Problem) -> dict[str, str]:
    """Give what stands there now for each line that says something else here."""
    fields: dict[str, str] = problem.members["fields"]
    nothing: dict[str, str] = problem.members["nothing"]
    reasons = {
        code: f"không phát sinh, vì: {nothing[code]}" if nothing.get(code) else "không ghi lý do không phát sinh"
        for code, mine in typed.nothing.items()
        if nothing.get(code, "") != mine
    }
    return reasons | {code: fields.get(code, "") for code, mine in typed.fields.items() if fields.get(code, "") != mine}


@router.post("/bao-cao/{period_id}", dependencies=[SameSite])
async def save(request: Request, desk: AtDesk, period_id: UUID) -> Response:
    """Keep the draft; then stay, or go on to the check page when nothing is missing."""
    typed, words = await read_form(request, desk)
    try:
        await keep(desk, report_path(desk, period_id), typed)
    except Problem as problem:
        # The page's own autosave may have been faster than this press: then nothing differs, and nothing is wrong.
        if is_stale(problem):
            if differences(typed, problem):
                return await _stale(request, desk, period_id, typed, problem)
        elif problem.status in (Invalid.status, Conflict.status):
            return await _refused(request, desk, period_id, typed, problem)
        else:
            raise
    return await _saved(request, desk, period_id, words)


async def _refused(request: Request, desk: Desk, period_id: UUID, typed: Typed, problem: Problem) -> Response:
    """Show what was refused beside its fields, with everything that was typed."""
    sheet = await load(desk, period_id, typed=typed, version=typed.version)
    sheet.note(problem)
    return _form(request, desk, sheet, show_errors=True, status=problem.status, problem=problem)


async def _saved(request: Request, desk: Desk, period_id: UUID, words: dict[str, str]) -> Response:
    """Stay on the form after a save, or go on to what was asked for when nothing is missing."""
    wanted = words.get("viec", "")
    if wanted.startswith(_EVIDENCE):
        return RedirectResponse(
            f"/bao-cao/{period_id}/minh-chung/{quote(wanted.removeprefix(_EVIDENCE), safe='')}", 303
        )
    if wanted not in ("kiem-tra", "gui-lai"):
        return RedirectResponse(f"/bao-cao/{period_id}?luu=1", 303)
    sheet = await load(desk, period_id)
    if sheet.errors:
        return _form(request, desk, sheet, show_errors=True, status=422)
    if wanted == "kiem-tra":
        return RedirectResponse(f"/bao-cao/{period_id}/kiem-tra", 303)
    sent = Typed(sheet.fields, sheet.nothing, sheet.version, "")
    return await _send(request, desk, period_id, sent, words.get("idempotency_key") or None)


@router.get("/bao-cao/{period_id}/kiem-tra")
async def check(request: Request, desk: AtDesk, period_id: UUID) -> Response:
    sheet = await load(desk, period_id)
    if sheet.errors:
        return RedirectResponse(f"/bao-cao/{period_id}?loi=1", 303)
    values = {"desk": desk, "section": "bao-cao", "sheet": sheet, "problem": None}
    return render.page(request, "kiem-tra.html", values)


@router.post("/bao-cao/{period_id}/gui", dependencies=[SameSite])
async def send(request: Request, desk: AtDesk, period_id: UUID) -> Response:
    """Send what was checked, to the letter; the key made with the page makes a second press harmless."""
    typed, words = await read_form(request, desk)
    return await _send(request, desk, period_id, typed, words.get("idempotency_key") or None)


async def _send(request: Request, desk: Desk, period_id: UUID, typed: Typed, key: str | None) -> Response:
    assert desk.campaign is not None
    body = {
        "campaign_id": desk.campaign["campaign_id"],
        "period_id": str(period_id),
        "unit_id": own_unit(desk),
        "version": typed.version,
        "fields": typed.fields,
        "nothing": typed.nothing,
    }
    try:
        receipt = await desk.send("POST", "registry", "reports", body, key=key)
    except Problem as problem:
        if is_stale(problem):
            return await _stale(request, desk, period_id, typed, problem)
        if problem.status == Invalid.status:
            return await _refused(request, desk, period_id, typed, problem)
        if problem.status != Conflict.status:
            raise
        sheet = await load(desk, period_id, typed=typed, version=typed.version)
        values = {"desk": desk, "section": "bao-cao", "sheet": sheet, "problem": problem}
        return render.page(request, "kiem-tra.html", values, status=problem.status)
    return RedirectResponse(f"/bien-nhan/{receipt['receipt_number']}", 303)
