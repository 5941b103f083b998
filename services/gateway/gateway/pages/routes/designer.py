"""Soạn phong trào: one section a page, saved by itself and to the letter; the import of an issuing document; the preview."""

import asyncio
import base64
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import design, render
from gateway.pages.desk import AtDesk, AtHand, Desk
from gateway.pages.typed import FIELDS, whole

router = APIRouter()


@dataclass
class Sheet:
    """One section of a draft as its page shows it."""

    draft: dict[str, Any]
    part: design.Part
    values: dict[str, str]
    rows: list[dict[str, str]]
    version: int
    faults: dict[str, dict[str, Any]]
    saved: bool = False
    theirs: dict[str, str] = field(default_factory=dict)
    problem: Problem | None = None
    editor: str = field(default_factory=lambda: uuid4().hex)
    parts: tuple[design.Part, ...] = design.PARTS

    def faulty(self, part: design.Part) -> int:
        """How many places of a section still stand in the way of the launch."""
        return sum(design.section_of(each["field"]) == part.name for each in self.draft["faults"])

    def begun(self, part: design.Part) -> bool:
        return bool(self.draft["sections"][part.name]["version"])

    @property
    def onward(self) -> str | None:
        """The section after this one."""
        names = [part.name for part in self.parts]
        place = names.index(self.part.name) + 1
        return names[place] if place < len(names) else None


def office_only(desk: Desk) -> None:
    """Refuse whoever is not of the city office."""
    if not desk.who.holds(Post.CITY_OFFICE):
        raise Forbidden("Phong trào do Phòng Nội vụ thành phố soạn và phát động.")


async def load(desk: Desk, campaign_id: UUID) -> dict[str, Any]:
    """Give a draft; raises ``NotFound``."""
    office_only(desk)
    draft: dict[str, Any] = await desk.get("registry", f"campaign-drafts/{campaign_id}")
    return draft


def _part(section: str) -> design.Part:
    if section not in design.BY_NAME:
        raise NotFound("Phong trào không có phần này.")
    return design.BY_NAME[section]


def _sheet(draft: dict[str, Any], section: str, *, show_faults: bool) -> Sheet:
    part = _part(section)
    stands = draft["sections"][section]
    faults = {each["field"]: each for each in draft["faults"] if design.section_of(each["field"]) == section}
    # What nobody has touched is not an error until somebody wants to launch.
    shown = faults if show_faults or stands["version"] else {}
    return Sheet(draft, part, dict(stands["values"]), [dict(row) for row in stands["rows"]], stands["version"], shown)


@router.get("/phong-trao/{campaign_id}/soan")
async def begin(desk: AtDesk, campaign_id: UUID) -> Response:
    await load(desk, campaign_id)
    return RedirectResponse(f"/phong-trao/{campaign_id}/soan/{design.PARTS[0].name}", 303)


@router.get("/phong-trao/{campaign_id}/soan/{section}")
async def form(
    request: Request, desk: AtDesk, campaign_id: UUID, section: str, *, luu: str = "", loi: str = ""
) -> Response:
    sheet = _sheet(await load(desk, campaign_id), section, show_faults=bool(loi))
    sheet.saved = bool(luu)
    return await _page(request, desk, sheet)


async def _page(request: Request, desk: Desk, sheet: Sheet) -> Response:
    campaigns = (await desk.get("registry", "campaigns"))["items"]
    year = sheet.draft["sections"]["document"]["values"].get("year", "").strip()
    blocks: list[dict[str, Any]] = []
    if sheet.part.name == "scope":
        known = year.isascii() and year.isdigit() and len(year) == 4  # noqa: PLR2004 - a year
        of = year if known else desk.year
        blocks = (await desk.get("registry", f"blocks?year={of}&limit=500"))["items"] if of else []
    values = {
        "desk": desk,
        "section": "phong-trao",
        "sheet": sheet,
        "campaigns": {each["campaign_id"]: each["name"] for each in campaigns},
        "blocks": {block["block_id"]: block["name"] for block in blocks},
        "design": design,
    }
    return render.page(request, "phong-trao-soan.html", values, status=sheet.problem.status if sheet.problem else 200)


async def _sent(request: Request, part: design.Part) -> tuple[dict[str, Any], dict[str, str]]:
    """Read a sent section: its body for the registry, and the rest of the form."""
    sent = [
        (name, value) for name, value in (await request.form(max_fields=FIELDS)).multi_items() if isinstance(value, str)
    ]
    words = dict(sent)
    values, rows = design.typed(part, sent)
    body = {
        "version": whole(words.get("version")),
        "values": values,
        "rows": rows,
        "editor": words.get("but") or None,
    }
    return body, words


@router.post("/phong-trao/{campaign_id}/soan/{section}", dependencies=[SameSite])
async def save(request: Request, desk: AtDesk, campaign_id: UUID, section: str) -> Response:
    """Keep a section as it was typed; then stay, or go on to the next one or to the preview."""
    office_only(desk)
    part = _part(section)
    body, words = await _sent(request, part)
    place = f"/phong-trao/{campaign_id}/soan/{section}"
    try:
        await desk.send("PUT", "registry", f"campaign-drafts/{campaign_id}/sections/{section}", body)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        sheet = _sheet(await load(desk, campaign_id), section, show_faults=True)
        sheet.theirs = _differences(sheet, body) if problem.status == Conflict.status else {}
        sheet.values, sheet.rows, sheet.problem = body["values"], body["rows"], problem
        sheet.faults |= render.errors_of(problem)
        return await _page(request, desk, sheet)
    if words.get("viec") == "tiep" and (
        onward := _sheet(await load(desk, campaign_id), section, show_faults=True).onward
    ):
        return RedirectResponse(f"/phong-trao/{campaign_id}/soan/{onward}", 303)
    if words.get("viec") == "tiep":
        return RedirectResponse(f"/phong-trao/{campaign_id}/xem-truoc", 303)
    return RedirectResponse(f"{place}?luu=1", 303)


def _differences(sheet: Sheet, body: dict[str, Any]) -> dict[str, str]:
    """Give what stands there now for each field that says something else here."""
    stands = {f"{sheet.part.name}.{name}": text for name, text in sheet.values.items()}
    mine = {f"{sheet.part.name}.{name}": text for name, text in body["values"].items()}
    for into, rows in ((stands, sheet.rows), (mine, body["rows"])):
        into |= {
            f"{sheet.part.name}.{row}.{name}": text for row, each in enumerate(rows) for name, text in each.items()
        }
    return {name: stands.get(name, "") for name in {**stands, **mine} if stands.get(name, "") != mine.get(name, "")}


@router.post("/phong-trao/{campaign_id}/soan/{section}/tu-luu", dependencies=[SameSite])
async def autosave(request: Request, desk: AtHand, campaign_id: UUID, section: str) -> Response:
    """Keep a section after a field was left, and say whether that was possible (a fragment)."""
    body, _ = await _sent(request, _part(section))
    version, refused = body["version"], None
    try:
        path = f"campaign-drafts/{campaign_id}/sections/{section}"
        version = (await desk.send("PUT", "registry", path, body))["version"]
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        refused = problem.detail
    return HTMLResponse(render.fragment("_da-luu.html", {"desk": desk, "version": version, "refused": refused}))


@router.get("/phong-trao/{campaign_id}/xem-truoc")
async def preview(request: Request, desk: AtDesk, campaign_id: UUID, sau: UUID | None = None) -> Response:
    """What differs from last year, whom the launch reaches, who is left out, what overlaps, and what stands in the way."""
    return await show_preview(request, desk, campaign_id, after=sau)


async def show_preview(
    request: Request, desk: Desk, campaign_id: UUID, *, after: UUID | None = None, problem: Problem | None = None
) -> Response:
    draft = await load(desk, campaign_id)
    more = f"?after={after}" if after else ""
    seen = await desk.get("registry", f"campaign-drafts/{campaign_id}/preview{more}")
    values = {
        "desk": desk,
        "section": "phong-trao",
        "draft": draft,
        "names": await _names(desk, draft["differences"]),
        "seen": seen,
        "problem": problem,
        "design": design,
    }
    return render.page(request, "phong-trao-xem-truoc.html", values, status=problem.status if problem else 200)


async def _names(desk: Desk, differences: list[dict[str, Any]]) -> dict[str, str]:
    if not any(each["field"] in ("blocks", "parent_id") for each in differences):
        return {}
    blocks, campaigns = await asyncio.gather(
        desk.get("registry", "blocks?limit=500"), desk.get("registry", "campaigns?limit=500")
    )
    return {each["block_id"]: each["name"] for each in blocks["items"]} | {
        each["campaign_id"]: each["name"] for each in campaigns["items"]
    }


@router.get("/phong-trao/{campaign_id}/van-ban")
async def document(request: Request, desk: AtDesk, campaign_id: UUID) -> Response:
    """The imported document with what was recognised in it; and where to choose one."""
    return _document(request, desk, await load(desk, campaign_id))


def _document(
    request: Request, desk: Desk, draft: dict[str, Any], *, pasted: str = "", problem: Problem | None = None
) -> Response:
    values = {
        "desk": desk,
        "section": "phong-trao",
        "draft": draft,
        "pieces": pieces(draft["source"]) if draft["source"] else (),
        "pasted": pasted,
        "problem": problem,
        "design": design,
    }
    return render.page(request, "phong-trao-van-ban.html", values, status=problem.status if problem else 200)


def pieces(source: dict[str, Any]) -> list[dict[str, Any]]:
    """Cut a text at its findings, in order: ``kind`` None where nothing was recognised, ``loose`` where words stand there."""
    text = source["text"]
    spans = [(each["start"], each["end"], each) for each in source["findings"]]
    spans += [(start, end, None) for start, end in source["remainder"]]
    cut = []
    for start, end, finding in sorted(spans, key=lambda span: span[0]):
        words = text[start:end]
        named = finding["parts"] if finding else []
        cut.append(
            {
                "kind": finding["kind"] if finding else None,
                "value": finding["value"] if finding else "",
                "text": words,
                "parts": named,
                "loose": finding is None and any(char.isalnum() for char in words),
            }
        )
    return cut


@router.post("/phong-trao/{campaign_id}/van-ban", dependencies=[SameSite])
async def read_document(request: Request, desk: AtDesk, campaign_id: UUID) -> Response:
    """Take a file or a pasted text into the draft."""
    draft = await load(desk, campaign_id)
    sent = await request.form()
    file, pasted = sent.get("tep"), str(sent.get("noi_dung") or "")
    content = await file.read() if isinstance(file, UploadFile) else b""
    body = {
        "content": base64.b64encode(content).decode() if content else None,
        "text": pasted if pasted.strip() and not content else None,
    }
    try:
        await desk.send("POST", "registry", f"campaign-drafts/{campaign_id}/import", body)
    except Problem as problem:
        if problem.status not in (Conflict.status, Invalid.status):
            raise
        return _document(request, desk, draft, pasted=pasted, problem=problem)
    return RedirectResponse(f"/phong-trao/{campaign_id}/van-ban", 303)
