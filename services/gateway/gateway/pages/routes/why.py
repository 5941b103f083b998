"""Vì sao: behind each point the sum, its parts, and the thread from the published rule and the human act to it."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from chassis.amounts import AmbiguousNumberError, NotANumberError, parse_amount
from chassis.errors import Forbidden, Invalid, NotFound, Problem
from contracts.appeals import OF_POINTS
from contracts.notify import CITY_LEADER, Post
from contracts.registry import ReportSubmitted
from gateway.pages import ranks, render, words
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.sheets import COMPUTED, groups_of, lines_of, typed, unlooked

router = APIRouter()

Typed = Annotated[str, Query(max_length=40)]
Publication = Annotated[int | None, Query(ge=1, le=10_000)]


@router.get("/vi-sao/{period_id}/{unit_id}")
async def total(request: Request, desk: AtDesk, period_id: UUID, unit_id: UUID, lan: Publication = None) -> Response:
    """Why this total: groups and lines, as they stand, or as the board was published the ``lan``-th time."""
    return render.page(request, "vi-sao.html", await _values(desk, period_id, unit_id, lan))


@router.get("/vi-sao/{period_id}/{unit_id}/{criterion}")
async def line(  # noqa: PLR0917
    request: Request,
    desk: AtDesk,
    period_id: UUID,
    unit_id: UUID,
    criterion: str,
    lan: Publication = None,
    neu: Typed = "",
) -> Response:
    """Why these points of one line, or of the line that an item stands on: who tells of an item does not know its sheet.

    ``neu`` is another figure, as one types it: what the points, the total and the place would be with it.
    """
    values = await _values(desk, period_id, unit_id, lan)
    parts = {each["criterion"]: each for each in values["score"]["parts"]}
    part = parts.get(criterion) or parts.get(criterion.rpartition(".")[0])
    if part is None:
        raise NotFound(f"Bảng điểm không có mục {criterion}.")
    criterion = part["criterion"]
    columns = values["columns"]
    looked = next((each for each in columns["lines"] if each["criterion"] == criterion), None) if columns else None
    items = [each["code"] for each in typed([values["lines"][criterion]])]
    codes = {criterion, *items}
    own: dict[str, Any] = {
        "evidence": await _evidence(desk, period_id, unit_id) if values["newest"] else None,
        "files_of": codes,
    }
    ruled = f"{criterion}{OF_POINTS}"
    own["said"] = [each for each in values["said"] if each["criterion"] in {ruled, *codes}]
    own |= {"part": part, "line": values["lines"][criterion], "looked": looked, "unlooked": unlooked(part)}
    own["appealable"] = [
        *items,
        *([ruled] if part["rule"] in COMPUTED and part["assigned"] else ()),
    ]
    own |= {"typed": neu, "tried": None, "mistake": ""}
    if lan is None:
        own |= await _tried(desk, f"{_path(desk, period_id, unit_id)}/tried/{criterion}", neu)
    own["subtotal"] = next((each for each in values["score"]["groups"] if each["group"] == part["group"]), None)
    tries = own["tried"]["tries"] if own["tried"] and Decimal(part["points"]) else ()
    own["without"] = next((each for each in tries if not Decimal(each["points"])), None)
    return render.page(request, "vi-sao-muc.html", {**values, **own})


async def _values(desk: Desk, period_id: UUID, unit_id: UUID, lan: int | None) -> dict[str, Any]:
    period = desk.period(period_id)
    path = _path(desk, period_id, unit_id)
    kept, columns, place = await asyncio.gather(
        desk.get_or("scoring", f"{path}/published?number={lan}", None) if lan else asyncio.sleep(0, None),
        _columns(desk, path),
        desk.get("scoring", f"{path}/place"),
    )
    # Of a board that was published before its reasons were kept, what stands now is shown, and said to be that.
    score = kept or await desk.get("scoring", path)
    named = {str(unit_id)}.union(*[ranks.units_of(place[which]) for which in ("now", "published") if place[which]])
    sheet, block, again, _ = await asyncio.gather(
        desk.sheet_of(score),
        desk.block_of(str(unit_id)),
        desk.get("scoring", f"{path}/recomputed{f'?number={lan}' if kept else ''}"),
        desk.learn(named),
    )
    return {
        "desk": desk,
        "section": "bang-khoi",
        "period": period,
        "unit_id": str(unit_id),
        "unit": desk.name(str(unit_id)),
        "block": block,
        "score": score,
        "again": again,
        "onward": _onward(desk, columns, score, str(unit_id)),
        **(_as_published(desk, place, score, sheet) if kept else _standing(desk, place, score, sheet)),
        "columns": None if kept else columns,
        "said": _said(columns, kept),
        "newest": columns is None or columns["receipt_number"] == score["receipt_number"],
        "as_of": f"?lan={lan}" if kept else "",
        "asked": lan,
        "sheet": sheet,
        "groups": list(groups_of(sheet["groups"])),
        "lines": {line["code"]: line for line in lines_of(sheet)},
    }


def _path(desk: Desk, period_id: UUID, unit_id: UUID) -> str:
    assert desk.campaign is not None
    return f"campaigns/{desk.campaign['campaign_id']}/periods/{period_id}/scores/{unit_id}"


async def _tried(desk: Desk, path: str, typed: str) -> dict[str, Any]:
    """Ask what other figures would come to, with the one that was typed where it can be one; else say what is wrong with it."""
    value, mistake = _figure(typed)
    try:
        return {
            "tried": await desk.get("scoring", f"{path}?value={value:f}" if value is not None else path),
            "mistake": mistake,
        }
    except Problem as problem:
        if problem.status != Invalid.status:
            raise
        mistake = " ".join(f"{each['message']}. {each['remedy']}." for each in problem.members.get("errors", ()))
    return {"tried": await desk.get("scoring", path), "mistake": mistake}


def _figure(typed: str) -> tuple[Decimal | None, str]:
    if not typed.strip():
        return None, ""
    try:
        return parse_amount(typed), ""
    except AmbiguousNumberError as asked:
        return None, f"“{asked.text}” đọc được hai cách. {asked.remedy}."
    except NotANumberError:
        return None, f"“{typed}” không phải là số. Nhập một số, ví dụ 28,5."


def _standing(desk: Desk, place: dict[str, Any], score: dict[str, Any], sheet: dict[str, Any]) -> dict[str, Any]:
    """Give the published board on which these points stand, or the newest on which they do not, and why this place."""
    published, now = place["published"], place["now"]
    reported = bool(published) and published["points"] is not None
    stands = reported and all(Decimal(published[name]) == Decimal(score[name]) for name in ("points", "percent"))
    shown = published if stands else now
    return {
        "published": published,
        "stands": stands,
        "place": shown,
        "why_place": ranks.sentence(shown, place["unit_id"], sheet, desk.name) if shown else "",
    }


def _as_published(desk: Desk, place: dict[str, Any], score: dict[str, Any], sheet: dict[str, Any]) -> dict[str, Any]:
    """Give the same for points as they were published; of an earlier publication the place is not told any more."""
    newest = place["published"]
    shown = newest if newest and newest["number"] == score["number"] else None
    why_place = ranks.sentence(shown, place["unit_id"], sheet, desk.name) if shown else ""
    return {"published": score, "stands": True, "place": shown, "why_place": why_place}


def _said(columns: dict[str, Any] | None, published: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Give what reviewers said that counts, in the order of the sheet; of what was published, what counted then."""
    told: list[dict[str, Any]] = []
    for code, given in _given(columns["lines"] if columns else ()):
        if published is None:
            stood = [each for each in given if each["counts"]]
        else:
            then = datetime.fromisoformat(published["at"])
            value = published["inputs"]["values"].get(code)
            until = {each["column"]: each for each in given if datetime.fromisoformat(each["at"]) <= then}
            stood = [each for each in until.values() if _same(each["value"], value)]
        told += [{**said, "criterion": code, "ruling": code.endswith(OF_POINTS)} for said in stood]
    return told


def _given(lines: Iterable[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Give by item what reviewers said of it, and of each line what was decided on appeal of its points themselves."""
    for line in lines:
        yield from ((item["criterion"], item["said"]) for item in line["items"])
        yield f"{line['criterion']}{OF_POINTS}", line["rulings"]


def _same(first: str | None, second: str | None) -> bool:
    return first == second if None in (first, second) else Decimal(str(first)) == Decimal(str(second))


async def _evidence(desk: Desk, period_id: UUID, unit_id: UUID) -> Any:
    """Give the files that were sent behind each item; None where the reader may not see them, or nobody answers."""
    assert desk.campaign is not None
    path = f"campaigns/{desk.campaign['campaign_id']}/periods/{period_id}/reports/{unit_id}/evidence"
    try:
        found = await desk.get_or("registry", path, None)
    except Problem as problem:
        if problem.status != Forbidden.status:
            raise
        return None
    return found["items"] if found else None


def _onward(desk: Desk, columns: dict[str, Any] | None, score: dict[str, Any], unit_id: str) -> dict[str, Any]:
    """Give where the report and the event that had these points computed can be followed, as far as the reader may."""
    office, own = desk.who.holds(Post.CITY_OFFICE), unit_id == desk.unit_id
    receipt = f"/bien-nhan/{score['receipt_number']}" if office or own else ""
    told = columns if columns and columns["caused_by"] == score["caused_by"] else None
    sent_at = score.get("accepted_at") or (columns["accepted_at"] if columns else None)
    onward = {"receipt": receipt, "sent_at": sent_at, "cause": "", "words": ""}
    onward["appeals"] = own or desk.who.holds(CITY_LEADER) or _decides(desk, columns)
    cause = told["cause"] if told else None
    if not told or not cause:
        return onward
    by_report = cause["type"] == ReportSubmitted.event_type
    if by_report and cause["event_id"] == told["event_id"]:
        return onward | {"cause": receipt, "words": words.CAUSES[cause["type"]]}
    said = "đơn vị khác trong khối gửi báo cáo" if by_report else words.CAUSES.get(cause["type"], words.SOME_CAUSE)
    follows = office or (own and cause["subject"] == unit_id)
    return onward | {"cause": f"/hanh-trinh/{cause['correlationid']}" if follows else "", "words": said}


def _decides(desk: Desk, columns: dict[str, Any] | None) -> bool:
    """Tell whether the reader is the office, or the head of the block in which these points stand."""
    head = columns is not None and desk.who.holds(Post.BLOCK_HEAD, UUID(columns["block_id"]))
    return head or desk.who.holds(Post.CITY_OFFICE)


async def _columns(desk: Desk, path: str) -> Any:
    """Give what reviewers said of the report; whoever may see only the points sees them without it."""
    try:
        return await desk.get_or("scoring", f"{path}/columns", None)
    except Problem as problem:
        if problem.status != Forbidden.status:
            raise
        return None
