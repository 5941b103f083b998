"""Chỉ tiêu giao: what each unit of a campaign is to reach, looked up, given, changed and withdrawn one unit at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Invalid, Problem
from gateway.api import SameSite
from gateway.pages import exports, listed, render, words
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.designer import office_only
from gateway.pages.routes.units import asked
from gateway.pages.sheets import Line, lines_of
from gateway.pages.typed import FIELDS, amount_typed, no_amount, whole

router = APIRouter()

_ON_A_PAGE: Final = 50
_GIVEN: Final = {"co": "true", "chua": "false"}
_GIVES: Final = "giao:"
_TARGET: Final = "ct:"
_STRETCH: Final = "pd:"
NOT_GIVEN: Final = "khong"


@dataclass
class Typed:
    """What a form says of each line, to the letter: whether it is given, the target, the stretch value."""

    gives: dict[str, str] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    stretches: dict[str, str] = field(default_factory=dict)
    version: int = 0

    def line(self, code: str) -> tuple[str, str, str]:
        return (self.gives.get(code, ""), self.targets.get(code, ""), self.stretches.get(code, ""))


def as_typed(stands: Mapping[str, Any]) -> Typed:
    """Write what stands as one would type it."""
    found = Typed(version=stands["version"])
    for each in stands["targets"]:
        found.gives[each["criterion"]] = "" if each["assigned"] else NOT_GIVEN
        found.targets[each["criterion"]] = _written(each["target"])
        found.stretches[each["criterion"]] = _written(each.get("stretch"))
    return found


def _written(amount: str | None) -> str:
    return "" if amount is None else words.amount(amount).replace(".", "")


def lines_to_give(sheet: Mapping[str, Any]) -> list[Line]:
    """Give the lines that a unit can have a figure of its own for: neither lateness nor those of several items."""
    return [
        line
        for line in lines_of(sheet)
        if line["rule"]["kind"] != "late" and not (line["rule"].get("bodies") or line["rule"].get("items"))
    ]


@router.get("/phong-trao/{campaign_id}/chi-tieu")
async def targets(request: Request, desk: AtDesk, campaign_id: UUID) -> Response:
    """The units of a campaign with what is theirs alone, filtered and a page at a time."""
    office_only(desk)
    given = request.query_params
    typed = {name: given.get(name, "").strip() for name in ("tim", "giao", "xep")}
    question = {
        "search": typed["tim"][:100],
        "given": _GIVEN.get(typed["giao"], ""),
        "sort": words.order(typed["xep"]),
    }
    path = f"campaigns/{campaign_id}/targets"
    campaign = await desk.get("registry", f"campaigns/{campaign_id}")
    if form := exports.wanted(request):
        rows, cut = await exports.listed(desk, form, path, question)
        return await exports.give(request, desk, form, listed.targets(rows, campaign, typed), cut=cut)
    found = await desk.get("registry", f"{path}?{asked(**question, after=given.get('sau'), limit=_ON_A_PAGE)}")
    values = {
        "desk": desk,
        "section": "phong-trao",
        "campaign": campaign,
        "found": found["items"],
        "typed": typed,
        "begun": "sau" not in given,
        "onward": asked(**typed, sau=found["next"]) if found["next"] else "",
    }
    return render.page(request, "chi-tieu-danh-sach.html", values)


@router.get("/phong-trao/{campaign_id}/chi-tieu/{unit_id}")
async def of_unit(request: Request, desk: AtDesk, campaign_id: UUID, unit_id: UUID, ghi: str = "") -> Response:
    office_only(desk)
    stands = await desk.get("registry", _path(campaign_id, unit_id))
    return await _form(request, desk, (campaign_id, unit_id), stands, as_typed(stands), done=ghi)


def _path(campaign_id: UUID, unit_id: UUID) -> str:
    return f"campaigns/{campaign_id}/units/{unit_id}/targets"


async def _form(
    request: Request,
    desk: Desk,
    whose: tuple[UUID, UUID],
    stands: Mapping[str, Any],
    typed: Typed,
    *,
    errors: Mapping[str, str] | None = None,
    problem: Problem | None = None,
    done: str = "",
) -> Response:
    """Draw the form of one unit in one campaign over its sheet's lines; what others saved meanwhile stands beside what was typed."""
    campaign_id, unit_id = whose
    campaign = await desk.get("registry", f"campaigns/{campaign_id}")
    desk.take_up([campaign], {"campaign_id": str(campaign_id)})
    unit = await desk.get("registry", f"units/{unit_id}")
    block = await desk.block_of(str(unit_id))
    sheet = await desk.get("scoring", f"sheets/{block['sheet_id']}") if block else None
    saved = as_typed(stands)
    lines = lines_to_give(sheet) if sheet else []
    moved = problem is not None and problem.status == Conflict.status
    values = {
        "desk": desk,
        "section": "phong-trao",
        "campaign": campaign,
        "unit": unit,
        "block": block,
        "lines": lines,
        "typed": typed,
        "version": saved.version if moved else typed.version,
        "own": bool(stands["targets"]),
        "theirs": {
            line["code"]: saved.line(line["code"])
            for line in lines
            if moved and saved.line(line["code"]) != typed.line(line["code"])
        },
        "errors": errors or {},
        "problem": problem,
        "done": done,
    }
    return render.page(request, "chi-tieu.html", values, status=problem.status if problem else 200)


@router.post("/phong-trao/{campaign_id}/chi-tieu/{unit_id}", dependencies=[SameSite])
async def give(request: Request, desk: AtDesk, campaign_id: UUID, unit_id: UUID) -> Response:
    """Give the unit what was typed, or withdraw all that is its own; a refusal shows everything as it was typed."""
    office_only(desk)
    said = {name: text for name, text in (await request.form(max_fields=FIELDS)).items() if isinstance(text, str)}
    typed = _read(said)
    path = _path(campaign_id, unit_id)
    withdraws = said.get("viec") == "thu-hoi"
    stands = await desk.get("registry", path)
    told, errors = ([], {}) if withdraws else _told(typed, stands)
    try:
        if errors:
            raise Invalid(f"Còn {len(errors)} chỗ cần sửa trước khi giao.")
        await desk.send("PUT", "registry", path, {"targets": told, "version": typed.version})
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        errors |= _refused(problem, told)
        typed = as_typed(stands) if withdraws else typed
        return await _form(request, desk, (campaign_id, unit_id), stands, typed, errors=errors, problem=problem)
    onward = "thu-hoi" if withdraws else "1"
    return RedirectResponse(f"/phong-trao/{campaign_id}/chi-tieu/{unit_id}?ghi={onward}", 303)


def _read(said: Mapping[str, str]) -> Typed:
    def of(prefix: str) -> dict[str, str]:
        return {name.removeprefix(prefix): text.strip() for name, text in said.items() if name.startswith(prefix)}

    return Typed(of(_GIVES), of(_TARGET), of(_STRETCH), whole(said.get("version")))


def _told(typed: Typed, stands: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Give what the registry is to be told, and what is no number, by field; what the form does not show stays as it is."""
    told: list[dict[str, Any]] = []
    errors: dict[str, str] = {}
    for code in typed.gives:
        amounts: dict[str, str | None] = {"target": None, "stretch": None}
        for name, prefix, label, written in (
            ("target", _TARGET, "chỉ tiêu", typed.targets.get(code, "")),
            ("stretch", _STRETCH, "mức phấn đấu", typed.stretches.get(code, "")),
        ):
            amounts[name] = amount_typed(written) if written else None
            if written and amounts[name] is None:
                remedy = no_amount(written) or "ghi một số, ví dụ 86,5; để trống nếu theo bảng điểm"
                errors[f"{prefix}{code}"] = f"Mục {code}, {label}: {remedy}"
        given = typed.gives[code] != NOT_GIVEN
        if not given or any(amounts.values()):
            told.append({"criterion": code, "assigned": given, **amounts})
    told += [each for each in stands["targets"] if each["criterion"] not in typed.gives]
    return told, errors


def _refused(problem: Problem, told: list[dict[str, Any]]) -> dict[str, str]:
    """Lay what the registry refused beside its line."""
    found = {}
    for name, error in render.errors_of(problem).items():
        _, _, rest = name.partition("targets.")
        place, _, part = rest.partition(".")
        if place.isdecimal() and int(place) < len(told):
            prefix = _STRETCH if part == "stretch" else _TARGET
            remedy = f". {error['remedy']}" if error.get("remedy") else ""
            found[f"{prefix}{told[int(place)]['criterion']}"] = f"{error['message']}{remedy}"
    return found
