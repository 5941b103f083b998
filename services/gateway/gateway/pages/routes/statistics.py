"""Báo cáo thống kê: the statutory forms of a year, filled in; each cell opens what it counted or who typed it."""

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.errors import NotFound
from gateway.pages import counting, render
from gateway.pages.counting import Filled
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.exports.statutory import form_file
from gateway.pages.typed import whole

router = APIRouter()

ROOT: Final = "/bieu-thong-ke"
SECTION: Final = "thong-ke"
_YEARS: Final = range(2000, 2101)
Cells = dict[str, Filled]


def _year(word: str) -> int:
    """Read a year out of an address; raises ``NotFound``."""
    if (year := whole(word)) not in _YEARS:
        raise NotFound("Địa chỉ này không nói đúng một năm. Chọn năm ở trang Báo cáo thống kê.")
    return year


def _named(form: str) -> str:
    # A word out of an address must not lead elsewhere.
    if not form.replace(".", "").isalnum():
        raise NotFound("Không có biểu thống kê này.")
    return form


async def told(desk: Desk, year: str, form: str) -> dict[str, Any]:
    """Give a form of a year as the registry tells it; raises ``NotFound`` and ``Forbidden``."""
    found: dict[str, Any] = await desk.get("registry", f"statistics/{_year(year)}/forms/{_named(form)}")
    return found


async def filled(desk: Desk, form: dict[str, Any]) -> Cells:
    """Fill a form in with what its service counts."""
    source = counting.SOURCES.get(form["layout"]["counts"] or "")
    if source is None:
        return counting.fill(form, None)
    service, path = source
    return counting.fill(form, (await desk.get(service, path.format(year=form["year"])))["items"])


@router.get(ROOT)
async def forms(request: Request, desk: AtDesk) -> Response:
    """The forms of a year, with when each was handed in."""
    year = _year(request.query_params.get("nam", "") or str(desk.year or desk.now.year))
    found = await desk.get("registry", f"statistics/{year}")
    first = found["first_year"] or year
    values = {
        "desk": desk,
        "section": SECTION,
        "year": year,
        "years": sorted({year, *range(first, desk.now.year + 1)}, reverse=True),
        "forms": found["items"],
    }
    return render.page(request, "bieu-thong-ke.html", values)


@router.get(f"{ROOT}/{{year}}/{{form}}")
async def form(request: Request, desk: AtDesk, year: str, form: str) -> Response:
    """A form filled in, or as it was handed in (``lan``); ``tep=xlsx`` gives it as a file."""
    found = await told(desk, year, form)
    now = await filled(desk, found)
    number = request.query_params.get("lan", "")
    closed = await _closed(desk, found, number)
    layout = closed["snapshot"]["layout"] if number and closed else found["layout"]
    cells = counting.as_handed_in(closed["snapshot"]) if number and closed else now
    if request.query_params.get("tep") == "xlsx":
        notes = _notes(layout, closed if number else None, cells)
        return form_file(layout, cells, year=found["year"], notes=notes)
    was = counting.as_handed_in(closed["snapshot"]) if closed else now
    values = {
        **common(desk, found, layout),
        "cells": cells,
        "lines": list(counting.lines(layout, cells)),
        "head": counting.head(layout),
        "closed": closed,
        "shown": int(number) if number else 0,
        "blanks": len(counting.blanks(cells)),
        "disagreements": [] if number else counting.disagreements(found, cells),
        "outdated": [] if number else [each for each in cells.values() if each.outdated],
        "differences": [] if number else counting.differences(was, now),
        "told": {name: request.query_params.get(name, "") for name in ("nhap", "nop", "sua")},
    }
    return render.page(request, "bieu-thong-ke-mot.html", values)


def common(desk: Desk, found: dict[str, Any], layout: dict[str, Any]) -> dict[str, Any]:
    """Give what every page of a form shows."""
    year = found["year"]
    return {
        "desk": desk,
        "section": SECTION,
        "form": found,
        "layout": layout,
        "year": year,
        "root": f"{ROOT}/{year}/{layout['form']}",
        "numbers": {row["code"]: row["number"] or row["code"] for row in layout["rows"] if row["code"]},
        "labels": {row["code"]: row["label"] for row in layout["rows"] if row["code"]},
        "columns": {column["code"]: column for column in layout["columns"]},
    }


async def _closed(desk: Desk, found: dict[str, Any], number: str) -> dict[str, Any] | None:
    """Give the form as it was handed in the ``number``-th time, or last; None while it was not."""
    if number and not (number.isascii() and number.isdecimal() and len(number) < len("10000")):
        raise NotFound("Biểu này chưa nộp lần đó.")
    if not number and not found["closings"]:
        return None
    which = number or found["closings"][0]["number"]
    path = f"statistics/{found['year']}/forms/{found['layout']['form']}/closings/{which}"
    answer: dict[str, Any] = await desk.get("registry", path)
    return answer


def _notes(layout: dict[str, Any], closed: dict[str, Any] | None, cells: Cells) -> list[str]:
    notes = []
    if closed:
        on = "/".join(reversed(closed["submitted_on"].split("-")))
        notes.append(f"Đã nộp ngày {on}, lần {closed['number']}; dấu vân {closed['fingerprint']}")
    else:
        notes.append("Chưa nộp; số liệu có thể còn thay đổi.")
    if empty := len(counting.blanks(cells)):
        notes.append(f"{empty} ô để trống vì chưa có số trong hệ thống; ô trống không phải là 0.")
    if layout["mark"] != "V":
        notes.append(f"Mẫu biểu chưa kiểm chứng. {layout['source']}.")
    return notes


@router.get(f"{ROOT}/{{year}}/{{form}}/o/{{place}}")
async def cell(request: Request, desk: AtDesk, year: str, form: str, place: str) -> Response:
    """What a cell counted, what it adds up, or all that was typed into it; as it stands, or as it was handed in (``lan``)."""
    found = await told(desk, year, form)
    now = await filled(desk, found)
    number = request.query_params.get("lan", "")
    closed = await _closed(desk, found, number) if number else None
    layout = closed["snapshot"]["layout"] if closed else found["layout"]
    cells = counting.as_handed_in(closed["snapshot"]) if closed else now
    if place not in cells:
        raise NotFound("Biểu này không có ô đó.")
    there = cells[place]
    path = f"statistics/{found['year']}/forms/{found['layout']['form']}/cells/{there.row}/{there.column}"
    values = {
        **common(desk, found, layout),
        "cell": there,
        "cells": cells,
        "shown": int(number) if number else 0,
        "history": [] if number else (await desk.get("registry", path))["items"],
    }
    return render.page(request, "bieu-thong-ke-o.html", values)
