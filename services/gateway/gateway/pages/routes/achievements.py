"""Hồ sơ thành tích: what a unit achieved, year by year, with the years of those it goes on from; the same of a post-holder.

Everybody sees what was published; the unit itself and the office what else is kept of its years.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.errors import Forbidden, Problem
from chassis.text import fold
from contracts.notify import Post
from gateway.pages import forms, render, words
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.public import CACHED, AtWindow
from gateway.pages.routes.units import asked, decided, sentence

router = APIRouter()

_AT_ONCE: Final = 100
_ENTRIES: Final = 200
_PAGES: Final = 5
"""As many pages of a file as one reading carries: a thousand entries, which no person's service comes to."""
_SAID_ELSEWHERE: Final = frozenset({"registered", "contacted"})
"""What is no achievement and no decision: how a unit was entered, and how it is reached."""

Row = dict[str, Any]


@dataclass
class Year:
    """All that is told of one year; each entry names its ``unit_id``, which may be a predecessor's."""

    year: int
    places: list[Row] = field(default_factory=list)
    titles: list[Row] = field(default_factory=list)
    pledges: list[Row] = field(default_factory=list)
    records: list[Row] = field(default_factory=list)
    ratings: list[Row] = field(default_factory=list)
    awards: list[Row] = field(default_factory=list)
    initiatives: list[Row] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not any(getattr(self, part) for part in PARTS)


PARTS: Final = ("places", "titles", "pledges", "records", "ratings", "awards", "initiatives", "decisions")


@router.get("/thanh-tich/{unit_id}")
async def of_unit(request: Request, desk: AtDesk, unit_id: UUID, q: str = "") -> Response:
    """A unit's file: to itself and the office whole, to others what was published."""
    own = desk.unit_id == str(unit_id) or desk.who.holds(Post.CITY_OFFICE)
    values = await _file(desk, unit_id, q[:100], whole=own)
    return render.page(request, "thanh-tich.html", {"desk": desk, "section": "don-vi", "public": False, **values})


@router.get("/cong-khai/don-vi/{unit_id}")
async def for_everybody(request: Request, desk: AtWindow, unit_id: UUID, q: str = "") -> Response:
    """What was published of a unit, without signing in."""
    values = await _file(desk, unit_id, q[:100], whole=False, public=True)
    answer = render.page(request, "thanh-tich.html", {"khach": desk, "section": "cong-khai", "public": True, **values})
    answer.headers.update(CACHED)
    return answer


async def _file(desk: Desk, unit_id: UUID, q: str, *, whole: bool, public: bool = False) -> Row:
    """Gather what this reader may see of a unit and of those it goes on from, by year, the newest first."""
    unit, found = await asyncio.gather(
        desk.get("registry", f"units/{unit_id}"), desk.get("registry", f"units/{unit_id}/line")
    )
    line: list[Row] = found["items"]
    nothing: Row = {"years": [], "ratings": [], "awards": [], "pledges": [], "initiatives": []}
    histories, places, verdicts, kept = await asyncio.gather(
        asyncio.gather(*[desk.get("registry", f"units/{each['unit_id']}/history") for each in line]),
        asyncio.gather(*[desk.get_or("scoring", f"units/{each['unit_id']}/places", None) for each in line]),
        asyncio.gather(*[_verdicts(desk, each["unit_id"]) for each in line if whole]),
        desk.get("registry", f"units/{unit_id}/achievements") if whole else asyncio.sleep(0, nothing),
    )
    away = any(answer is None for answer in places)
    ends = {each["unit_id"]: each["before"] for each in line}
    stood = [place | {"unit_id": answer["unit_id"]} for answer in places if answer for place in answer["items"]]
    blocks = await _blocks(desk, histories, stood)
    years = _by_year(
        {
            "places": await _placed(desk, stood, blocks, ends),
            "titles": [row for answer in verdicts if answer for row in answer],
            "pledges": kept["pledges"],
            "records": kept["years"],
            **{part: [_opening(desk, row) for row in kept[part]] for part in _FILED},
            "decisions": [] if public else [*_decided(line, histories), *_formed(histories, blocks, ends)],
        },
        q,
    )
    return {
        "unit": unit,
        "names": {each["unit_id"]: each["name"] for each in line},
        "before": before(line, histories[0]["states"]),
        "years": years,
        "title_names": {row["title"]: row["name"] for answer in verdicts if answer for row in answer},
        "q": q,
        "whole": whole,
        "office": whole and desk.who.holds(Post.CITY_OFFICE),
        "away": away,
        "unseen": whole and any(answer is None for answer in verdicts),
    }


_FILED: Final = ("ratings", "awards", "initiatives")
"""What stands as an entry in a file, of a unit or of a person."""


def _opening(desk: Desk, row: Row) -> Row:
    """Say of an entry whether the reader may open it: the office, and the unit that keeps that file now."""
    kept_by = row.get("kept_by", row["unit_id"])
    return {**row, "opens": desk.who.holds(Post.CITY_OFFICE) or kept_by == desk.unit_id}


async def _verdicts(desk: Desk, unit_id: str) -> list[Row] | None:
    """Give the titles of a unit's years; None where its service is away, or the reader is not that unit's."""
    try:
        found = await desk.get_or("awards", f"units/{unit_id}/verdicts", None)
    except Problem as problem:
        if problem.status != Forbidden.status:
            raise
        return None
    return [{**row, "unit_id": unit_id} for row in found["items"]] if found else None


async def _blocks(desk: Desk, histories: Iterable[Row], stood: Iterable[Row]) -> dict[str, Row]:
    """Give every block that these units stood in, by its id: its name, its year, and the decision that formed it."""
    ids = {each["block_id"] for history in histories for each in history["blocks"]} | {row["block_id"] for row in stood}
    wanted = sorted(ids - {None})
    questions = [
        urlencode([("members", "false"), *[("block_id", each) for each in wanted[start : start + _AT_ONCE]]])
        for start in range(0, len(wanted), _AT_ONCE)
    ]
    answers = await asyncio.gather(*[desk.get("registry", f"blocks?{question}") for question in questions])
    return {block["block_id"]: block for answer in answers for block in answer["items"]}


async def _placed(desk: Desk, stood: list[Row], blocks: Mapping[str, Row], ends: Mapping[str, str | None]) -> list[Row]:
    """Say of each place in which campaign and period it was, of which year, on which board."""
    wanted = sorted({row["period_id"] for row in stood})
    questions = [
        urlencode([("period_id", each) for each in wanted[start : start + _AT_ONCE]])
        for start in range(0, len(wanted), _AT_ONCE)
    ]
    answers = await asyncio.gather(*[desk.get("registry", f"campaigns?{question}") for question in questions])
    campaigns = [campaign for answer in answers for campaign in answer["items"]]
    periods = {period["period_id"]: (campaign, period) for campaign in campaigns for period in campaign["periods"]}
    told = []
    for row in stood:
        campaign, period = periods.get(row["period_id"], (None, None))
        if campaign is None or period is None or not _while_it_was(row["unit_id"], f"{campaign['year']}-01-01", ends):
            continue
        named = {"campaign": campaign["name"], "period": period["name"], "year": campaign["year"]}
        block = blocks.get(row["block_id"])
        told.append({**row, **named, "due_at": period["due_at"], "block": block["name"] if block else "Khối thi đua"})
    return sorted(told, key=lambda row: (row["due_at"], row["unit_id"]), reverse=True)


def _while_it_was(unit_id: str, day: str, ends: Mapping[str, str | None]) -> bool:
    """Tell whether a unit's doing of a day belongs into the file: a predecessor's only while its years were its own."""
    end = ends[unit_id]
    return end is None or day < end


def _decided(line: Iterable[Row], histories: Iterable[Row]) -> list[Row]:
    """Give the decisions about a unit and its predecessors, each in one sentence."""
    told = []
    for each, history in zip(line, histories, strict=True):
        names = {block["block_id"]: block["name"] for block in history["blocks"] if block["block_id"]}
        for change in decided(history):
            mine = each["before"] is None or change["effective_on"] < each["before"]
            if change["revoked_at"] or change["kind"] in _SAID_ELSEWHERE or not mine:
                continue
            said = {name: change[name] for name in ("effective_on", "decision_number", "decision_on")}
            told.append(
                {
                    **said,
                    "unit_id": each["unit_id"],
                    "year": int(change["effective_on"][:4]),
                    "text": sentence(change, history["names"], names),
                }
            )
    return told


def _formed(histories: Iterable[Row], blocks: Mapping[str, Row], ends: Mapping[str, str | None]) -> list[Row]:
    """Give the decisions that formed the blocks a unit stood in."""
    told: dict[tuple[str, str], Row] = {}
    for history in histories:
        for stood in history["blocks"]:
            block = blocks.get(stood["block_id"] or "")
            if block is None or not _while_it_was(history["unit_id"], stood["from_on"], ends):
                continue
            told[history["unit_id"], block["block_id"]] = {
                "unit_id": history["unit_id"],
                "year": block["year"],
                "effective_on": stood["from_on"],
                "decision_number": block["decision_number"],
                "decision_on": block["decision_on"],
                "text": f"Vào {block['name']}",
            }
    return list(told.values())


def before(line: list[Row], states: list[Row]) -> list[str]:
    """Say what the unit was called and whom it goes on from, so that nobody takes earlier years for another's."""
    told = []
    for earlier, later in pairwise(states):
        if earlier["name"] != later["name"]:
            told.append(
                (later["from_on"], f"Trước ngày {words.calendar_day(later['from_on'])} mang tên {earlier['name']}.")
            )
    joined: dict[tuple[str, str, str], list[str]] = {}
    for each in line[1:]:
        joined.setdefault((each["before"], each["kind"], each["into"]), []).append(each["name"])
    called = {each["unit_id"]: each["name"] for each in line}
    for (day, kind, into), names in joined.items():
        who = "" if into == line[0]["unit_id"] else f" {called[into]}"
        many = ", ".join(names)
        said = (
            f"Trước ngày {words.calendar_day(day)}{who} là {many}."
            if kind == "founded"
            else f"Từ ngày {words.calendar_day(day)}{who} nhận {many} sáp nhập vào; trước ngày đó là các đơn vị riêng."
        )
        told.append((day, said))
    return [said for _, said in sorted(told, reverse=True)]


def _by_year(parts: Mapping[str, Iterable[Row]], q: str) -> list[Year]:
    """Lay out by year what has these words in it, marks or not; all of it without words."""
    wanted = fold(q)
    years: dict[int, Year] = {}
    for part, rows in parts.items():
        for row in rows:
            if wanted in fold(_text(part, row)):
                getattr(years.setdefault(row["year"], Year(row["year"])), part).append(row)
    for year in years.values():
        year.decisions.sort(key=lambda row: row["effective_on"])
    return sorted(years.values(), key=lambda year: -year.year)


_SEARCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "places": ("campaign", "period", "block"),
    "titles": ("name", "title"),
    "pledges": ("campaign", "titles"),
    "records": (),
    "ratings": ("document_number",),
    "awards": ("document_number", "document_by"),
    "initiatives": ("words", "post", "document_number"),
    "decisions": ("text", "decision_number"),
}
_CALLED: Final[Mapping[str, str]] = {
    "titles": "danh hiệu",
    "pledges": "đăng ký thi đua",
    "records": "hồ sơ năm, số liệu năm",
    "ratings": "xếp loại",
    "awards": "khen thưởng",
    "initiatives": "sáng kiến",
    "decisions": "quyết định",
}
_GRADED: Final[Mapping[str, str]] = {"ratings": "rating", "awards": "award"}
"""The kind of entry whose grades a part shows in words."""


def _text(part: str, row: Row) -> str:
    """Give what a search looks through: the entry's own words, what its kind is called, and its year."""
    own = [str(row[name] or "") for name in _SEARCHED[part]]
    grade = forms.GRADES[_GRADED[part]].get(row["grade"], "") if part in _GRADED else ""
    return " ".join([*own, grade, _CALLED.get(part, "thứ hạng, điểm"), str(row["year"])])


@router.get("/can-bo/{person_id}/thanh-tich")
async def of_person(request: Request, desk: AtDesk, person_id: UUID, q: str = "") -> Response:
    """A person's file by year, under the post that is held; the registry lets in the unit and the office, and writes it down."""
    person = await desk.get("registry", f"people/{person_id}")
    entries: list[Row] = []
    after = ""
    for _ in range(_PAGES):
        found = await desk.get("registry", f"people/{person_id}/entries?{asked(limit=_ENTRIES, after=after)}")
        entries += found["items"]
        after = found["next"] or ""
        if not after:
            break
    await desk.learn({each["unit_id"] for each in entries} | {person["unit_id"]})
    values = {
        "desk": desk,
        "section": "don-vi",
        "person": person,
        "years": by_year_of_person(entries, q[:100]),
        "q": q[:100],
        "more": bool(after),
    }
    return render.page(request, "thanh-tich-can-bo.html", values)


def by_year_of_person(entries: Iterable[Row], q: str) -> list[tuple[int, list[Row]]]:
    """Lay out a person's entries by the year that they are of, the newest first; a post stands in the year that it began."""
    wanted = fold(q)
    years: dict[int, list[Row]] = {}
    for entry in entries:
        called = forms.BY_KIND[entry["kind"]].title
        grade = forms.GRADES.get(entry["kind"], {}).get(entry["grade"] or "", "")
        title = forms.AWARDS.get(entry["words"], "") if entry["kind"] == "use" else ""
        text = " ".join([called, grade, title, entry["words"], entry["document_number"] or ""])
        if wanted in fold(text):
            years.setdefault(entry["year"] or int(entry["from_on"][:4]), []).append(entry)
    return sorted(years.items(), key=lambda each: -each[0])
