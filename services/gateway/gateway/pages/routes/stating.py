"""Báo cáo thống kê: typing what no service knows, handing a form in, correcting and confirming how a form looks."""

import re
from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, Invalid, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import counting, render
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.statistics import ROOT, SECTION, Cells, common, filled, told

router = APIRouter()

_WHOLE: Final = re.compile(r"\d{1,9}", re.ASCII)
_DOCUMENT: Final = ("document_number", "document_on", "document_by")
_LAYOUT: Final = ("labels", "numbers")
_REFUSALS: Final = (Invalid.status, Conflict.status)


def office_only(desk: Desk) -> None:
    """Refuse whoever is not of the city office."""
    if not desk.who.holds(Post.CITY_OFFICE):
        raise Forbidden("Biểu thống kê do Phòng Nội vụ thành phố nhập và nộp.")


async def _sent(request: Request) -> dict[str, str]:
    return {name: value.strip() for name, value in (await request.form()).items() if isinstance(value, str)}


def _number(word: str) -> int:
    return int(word) if _WHOLE.fullmatch(word) else 0


@router.get(f"{ROOT}/{{year}}/{{form}}/nhap")
async def typing(request: Request, desk: AtDesk, year: str, form: str) -> Response:
    office_only(desk)
    found = await told(desk, year, form)
    return _typing(request, desk, found, await filled(desk, found), {})


def _typing(
    request: Request,
    desk: Desk,
    found: dict[str, Any],
    cells: Cells,
    sent: dict[str, str],
    *,
    problem: Problem | None = None,
) -> Response:
    """Draw the form with a box for every cell that can be typed: what stands, and what was changed upon what stands by now.

    What was sent untouched gives way to what others typed meanwhile. A change stays upon the version that it was made on until its
    refusal has shown what stands there.
    """
    standing = problem.members.get("standing", {}) if problem else {}
    was = {f"o-{place}": _stands(cell) for place, cell in cells.items() if cell.kind != "sum"}
    versions = {f"v-{counting.place_of(cell)}": f"{cell['version']}" for cell in found["typed"]}
    typed = was | {name: sent[name] for name in ("note", "con-trong") if name in sent}
    for place, cell in cells.items():
        if cell.kind != "sum" and _value(sent, place) != _before(sent, place):
            typed[f"o-{place}"] = _value(sent, place)
            shown = standing.get(place)
            was[f"o-{place}"] = _word(shown["value"]) if shown else _before(sent, place)
            versions[f"v-{place}"] = f"{shown['version']}" if shown else sent.get(f"v-{place}", "0")
    values = {
        **common(desk, found, found["layout"]),
        "lines": list(counting.lines(found["layout"], cells)),
        "head": counting.head(found["layout"]),
        "typed": {"note": "", **typed, "key": str(uuid4())},
        "was": was,
        "versions": versions,
        "errors": {name if name == "note" else f"o-{name}": error for name, error in render.errors_of(problem).items()},
        "standing": standing,
        "problem": problem,
    }
    return render.page(request, "bieu-thong-ke-nhap.html", values, status=problem.status if problem else 200)


def _before(sent: dict[str, str], place: str) -> str:
    """Give what stood in a box when the page was drawn."""
    return sent.get(f"cu-{place}", "")


def _value(sent: dict[str, str], place: str) -> str:
    """Give what was sent of a box; what was not sent was not touched."""
    return sent.get(f"o-{place}", _before(sent, place))


def _word(value: int | None) -> str:
    return "" if value is None else str(value)


def _stands(cell: counting.Filled) -> str:
    return str(cell.typed["value"]) if cell.typed else ""


@router.post(f"{ROOT}/{{year}}/{{form}}/nhap", dependencies=[SameSite])
async def type_cells(request: Request, desk: AtDesk, year: str, form: str) -> Response:
    """Keep what was changed; with ``con-trong`` every cell that is still empty is said to be 0."""
    sent = await _sent(request)
    found = await told(desk, year, form)
    cells = await filled(desk, found)
    rest_is_none = sent.get("con-trong") == "1"
    changed = []
    for place, cell in cells.items():
        if cell.kind == "sum":
            continue
        value = _value(sent, place)
        if rest_is_none and not value and cell.counted is None:
            value = "0"
        if value != _before(sent, place):
            own = {"row": cell.row, "column": cell.column, "beside": cell.counted}
            changed.append({**own, "value": value, "version": _number(sent.get(f"v-{place}", ""))})
    try:
        if not changed:
            raise Invalid("Chưa nhập hoặc sửa ô nào.")
        path = f"statistics/{found['year']}/forms/{found['layout']['form']}/cells"
        body = {"cells": changed, "note": sent.get("note", "")}
        done = await desk.send("POST", "registry", path, body, key=sent.get("key") or None)
    except Problem as problem:
        if problem.status not in _REFUSALS:
            raise
        return _typing(request, desk, found, cells, sent, problem=problem)
    return RedirectResponse(f"{ROOT}/{found['year']}/{found['layout']['form']}?nhap={done['kept']}", 303)


def _handed_in(found: dict[str, Any]) -> int:
    """Give how many times a form was handed in."""
    return found["closings"][0]["number"] if found["closings"] else 0


@router.get(f"{ROOT}/{{year}}/{{form}}/nop")
async def closing(request: Request, desk: AtDesk, year: str, form: str) -> Response:
    office_only(desk)
    found = await told(desk, year, form)
    return _closing(request, desk, found, await filled(desk, found), {})


def _closing(
    request: Request,
    desk: Desk,
    found: dict[str, Any],
    cells: Cells,
    sent: dict[str, str],
    *,
    problem: Problem | None = None,
) -> Response:
    fields = ("submitted_on", "document_number", "reason", "blanks")
    values = {
        **common(desk, found, found["layout"]),
        "lines": list(counting.lines(found["layout"], cells)),
        "head": counting.head(found["layout"]),
        "number": _handed_in(found),
        "blanks": len(counting.blanks(cells)),
        "disagreements": counting.disagreements(found, cells),
        "typed": {
            **dict.fromkeys(fields, ""),
            **sent,
            "seen": counting.digest(cells),
            "revision": str(found["revision"]),
            "number": str(_handed_in(found)),
            "key": str(uuid4()),
        },
        "errors": render.errors_of(problem),
        "problem": problem,
    }
    return render.page(request, "bieu-thong-ke-nop.html", values, status=problem.status if problem else 200)


@router.post(f"{ROOT}/{{year}}/{{form}}/nop", dependencies=[SameSite])
async def close(request: Request, desk: AtDesk, year: str, form: str) -> Response:
    """Hand a form in: exactly what stood on the page, or what has moved since is shown first."""
    sent = await _sent(request)
    found = await told(desk, year, form)
    cells = await filled(desk, found)
    body = {
        # What was before their eyes, not what stands by now: the registry refuses what has moved.
        "revision": _number(sent.get("revision", "")),
        "number": _number(sent.get("number", "")),
        **{name: sent.get(name, "") for name in ("submitted_on", "document_number", "reason")},
        "blanks": sent.get("blanks") == "1",
        "cells": counting.to_hand_in(cells),
    }
    try:
        if sent.get("seen") != counting.digest(cells):
            raise Conflict("Số liệu vừa thay đổi. Xem lại biểu dưới đây rồi nộp.")
        path = f"statistics/{found['year']}/forms/{found['layout']['form']}/closings"
        done = await desk.send("POST", "registry", path, body, key=sent.get("key") or None)
    except Problem as problem:
        if problem.status not in _REFUSALS:
            raise
        found = await told(desk, year, form)
        return _closing(request, desk, found, await filled(desk, found), sent, problem=problem)
    return RedirectResponse(f"{ROOT}/{found['year']}/{found['layout']['form']}?nop={done['number']}", 303)


@router.get(f"{ROOT}/{{year}}/{{form}}/mau")
async def layout(request: Request, desk: AtDesk, year: str, form: str) -> Response:
    office_only(desk)
    return _layout(request, desk, await told(desk, year, form), {})


def _layout(
    request: Request, desk: Desk, found: dict[str, Any], sent: dict[str, str], problem: Problem | None = None
) -> Response:
    """Draw the rows as they stand, and over them what was changed: a row sent untouched gives way to whoever corrected it meanwhile."""
    rows = [row for row in found["layout"]["rows"] if row["code"]]
    was = _lines(rows)
    changed = _changed(sent, was)
    met = {name for name in changed if sent.get(f"cu-{name}", was[name]) != was[name] != changed[name]}
    values = {
        **common(desk, found, found["layout"]),
        "section": SECTION,
        "rows": rows,
        "was": was,
        # Whoever was too late sends the next time upon what stands by now.
        "typed": {**was, **_words(sent), **changed, "revision": str(found["revision"]), "key": str(uuid4())},
        "standing": [(name.rpartition(":")[2], was[name]) for name in was if name in met],
        "errors": render.errors_of(problem),
        "problem": problem,
    }
    return render.page(request, "bieu-thong-ke-mau.html", values, status=problem.status if problem else 200)


def _lines(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Give the words and printed numbers of rows by the names of their boxes: ``labels:02``."""
    shown = {f"labels:{row['code']}": row["label"] for row in rows}
    return shown | {f"numbers:{row['code']}": row["number"] or row["code"] for row in rows}


def _changed(sent: dict[str, str], was: dict[str, str]) -> dict[str, str]:
    """Give the boxes that say something else than when the page was drawn."""
    return {name: sent[name] for name in was if name in sent and sent[name] != sent.get(f"cu-{name}", was[name])}


def _words(sent: dict[str, str]) -> dict[str, str]:
    return {name: sent[name] for name in (*_DOCUMENT, "reason", "confirm") if name in sent}


@router.post(f"{ROOT}/{{year}}/{{form}}/mau", dependencies=[SameSite])
async def amend_layout(request: Request, desk: AtDesk, year: str, form: str) -> Response:
    """Correct rows, or confirm the form; what is refused comes back with all that was typed."""
    sent = await _sent(request)
    found = await told(desk, year, form)
    lines: dict[str, dict[str, str]] = {name: {} for name in _LAYOUT}
    for box, said in _changed(sent, _lines([row for row in found["layout"]["rows"] if row["code"]])).items():
        name, code = box.split(":")
        lines[name][code] = said
    body: dict[str, Any] = {
        "revision": _number(sent.get("revision", "")),
        **lines,
        "confirm": sent.get("confirm") == "1",
        **{name: sent.get(name, "") for name in (*_DOCUMENT, "reason")},
    }
    try:
        path = f"statistics/forms/{found['layout']['form']}/amendments"
        await desk.send("POST", "registry", path, body, key=sent.get("key") or None)
    except Problem as problem:
        if problem.status not in _REFUSALS:
            raise
        # Somebody may have been faster since: what stands by now is shown.
        return _layout(request, desk, await told(desk, year, form), sent, problem)
    return RedirectResponse(f"{ROOT}/{found['year']}/{found['layout']['form']}?sua=1", 303)
