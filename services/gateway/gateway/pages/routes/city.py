"""Bảng toàn thành phố: the units of all blocks by their share of the points that could be had, for the desk and the window."""

import asyncio
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

import httpx2
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from chassis.errors import NotFound, Problem
from gateway.pages import exports, ranked, render, words
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.routes.board import NAMED, instant_typed, not_then
from gateway.pages.routes.public import CACHED, AtWindow

router = APIRouter()

ROWS: Final = 100
_CHOOSABLE: Final = 200
"""Up to so many blocks one is chosen out of a list; of more, from beside a unit that stands in it."""
_BLOCKS: Final = 50
_NOBODY: Final = str(UUID(int=0))


@dataclass(frozen=True)
class Looking:
    """What is looked at: a period, what was published, now or by an instant, or what stands now; which units, after which one;
    blocks after which.
    """

    ky: str = ""
    xem: str = ""
    luc: Annotated[str, Query(max_length=40)] = ""
    khoi: str = ""
    bang: str = ""
    tim: Annotated[str, Query(max_length=100)] = ""
    sau: Annotated[str, Query(max_length=100)] = ""
    khoi_sau: str = ""

    @property
    def words(self) -> str:
        return self.tim.strip()

    def onward(self, **other: str) -> str:
        """Name the same in an address, with something else instead; pages are begun anew unless told."""
        kept = {name: getattr(self, name) for name in ("ky", "xem", "luc", "khoi", "bang", "tim")}
        return urlencode({name: value for name, value in {**kept, **other}.items() if value})


@router.get("/bang-thanh-pho")
async def city_board(request: Request, desk: AtDesk, looking: Annotated[Looking, Depends(Looking)]) -> Response:
    """As published; to the office ``xem=dang-tinh`` as it stands."""
    live = looking.xem == "dang-tinh" and desk.oversees
    return await _shown(request, desk, looking, {"desk": desk, "section": "bang-khoi"}, live=live)


@router.get("/cong-khai/thanh-pho")
async def at_the_window(request: Request, desk: AtWindow, looking: Annotated[Looking, Depends(Looking)]) -> Response:
    """The same for everybody."""
    answer = await _shown(request, desk, looking, {"khach": desk, "section": "cong-khai"}, live=False)
    if answer.status_code == httpx2.codes.OK:
        answer.headers.update(CACHED)
    return answer


async def _shown(request: Request, desk: Desk, looking: Looking, frame: dict[str, Any], *, live: bool) -> Response:
    period = desk.period(looking.ky) if looking.ky else desk.current_period()
    if period is None or desk.campaign is None:
        raise NotFound("Chưa phát động phong trào nào.")
    standing = "live" if live else "published"
    path = f"campaigns/{desk.campaign['campaign_id']}/periods/{period['period_id']}/city-board"
    then, problem = await _then(desk, path, looking.luc) if looking.luc and not live else ({}, None)
    asked = [("standing", standing), *then.items(), *_chosen(looking).items()]
    form = exports.wanted(request)
    if form and not problem:
        return await _file(request, desk, form, path, asked, looking, period)
    found, counted, blocks, sheets = await asyncio.gather(
        _page(desk, path, asked, looking),
        desk.get("scoring", f"{path}/blocks?{_of_blocks(standing, looking.khoi_sau, then)}"),
        desk.get("registry", f"blocks?year={desk.year}&limit={_CHOOSABLE}"),
        desk.get("scoring", f"sheets?limit={_CHOOSABLE}"),
    )
    names = {block["block_id"]: block["name"] for block in blocks["items"]}
    shown = {each["block_id"] for each in (*found["rows"], *counted["items"])} | ({looking.khoi} - {""})
    names |= await desk.names_of_blocks(shown - names.keys())
    await desk.learn(row["unit_id"] for row in found["rows"])
    whole = len(blocks["items"]) < _CHOOSABLE
    used = {block["sheet_id"] for block in blocks["items"]}
    values = {
        **frame,
        "nguoi": desk,
        "period": period,
        "periods": desk.campaign["periods"],
        "found": found,
        "counted": counted,
        "live": live,
        "problem": problem,
        "may_see_live": desk.oversees,
        "names": names,
        "blocks": blocks["items"] if whole else [],
        "sheets": {
            sheet["sheet_id"]: sheet["name"]
            for sheet in sheets["items"]
            if (sheet["sheet_id"] in used if whole else sheet["blocks"])
        },
        "typed": looking,
        "again": _again(desk, looking, period, found),
        "after": _cursor(found["rows"]) if found["more"] else "",
    }
    return render.page(request, "bang-thanh-pho.html", values, status=problem.status if problem else 200)


def _again(desk: Desk, looking: Looking, period: dict[str, Any], found: dict[str, Any]) -> str:
    """Say what asks anew for what is shown: the fingerprint is of all that was published then, whichever units are listed."""
    luc = (
        looking.luc if found["as_of"] else words.local(desk.now).replace(tzinfo=None).isoformat(timespec="milliseconds")
    )
    return looking.onward(ky=period["period_id"], xem="", khoi="", bang="", tim="", luc=luc)


async def _then(desk: Desk, path: str, typed: str) -> tuple[dict[str, str], Problem | None]:
    """Give what asks for the instant that was typed, or what is wrong with that, beside what is published now."""
    try:
        then = {"as_of": instant_typed(typed)}
        await desk.get("scoring", f"{path}?{urlencode({**then, 'most': 1})}")
    except Problem as problem:
        return {}, not_then(problem)
    return then, None


def _chosen(looking: Looking) -> dict[str, str]:
    """Give the filters that can name anything; what cannot is as good as none."""
    chosen = {"block_id": looking.khoi, "sheet_id": looking.bang}
    return {name: value for name, value in chosen.items() if is_id(value)}


def _of_blocks(standing: str, after: str, then: dict[str, str]) -> str:
    return urlencode({"standing": standing, "most": _BLOCKS, **then} | ({"after": after} if is_id(after) else {}))


async def _page(desk: Desk, path: str, asked: list[tuple[str, str]], looking: Looking, *, most: int = ROWS) -> Any:
    """Ask for a page, or for the units of that name."""
    wanted = [*asked, ("most", str(most))]
    if looking.words:
        query = urlencode({"search": looking.words, "state": "all", "limit": most})
        named = await desk.get("registry", f"units?{query}")
        # Nobody is called so: an id that nobody has, for no id at all would mean everybody.
        wanted += [("unit_id", unit["unit_id"]) for unit in named["items"]] or [("unit_id", _NOBODY)]
    else:
        share, _, unit = looking.sau.partition("~")
        if is_id(unit):
            wanted += [("after_percent", share), ("after_unit", unit)]
    return await desk.get("scoring", f"{path}?{urlencode(wanted)}")


def _cursor(rows: list[dict[str, Any]]) -> str:
    return f"{rows[-1]['percent']}~{rows[-1]['unit_id']}"


async def _file(  # noqa: PLR0917
    request: Request,
    desk: Desk,
    form: exports.Form,
    path: str,
    asked: list[tuple[str, str]],
    looking: Looking,
    period: dict[str, Any],
) -> Response:
    """Ask for page after page, a row for each unit."""
    head: dict[str, Any] = {}

    async def ask(after: str) -> tuple[list[dict[str, Any]], str | None]:
        found = await _page(desk, path, asked, replace(looking, sau=after), most=NAMED)
        head.update(found)
        return found["rows"], _cursor(found["rows"]) if found["more"] else None

    rows, cut = await exports.every(ask, form.most, "")
    chosen = _chosen(looking)
    sheet = await desk.get("scoring", f"sheets/{chosen['sheet_id']}") if "sheet_id" in chosen else None
    wanted = {row["block_id"] for row in rows} | ({chosen["block_id"]} if "block_id" in chosen else set())
    names = await desk.names_of_blocks(wanted)
    await desk.learn(row["unit_id"] for row in rows)
    said = [
        ("Tên có", looking.words),
        ("Khối", names.get(chosen.get("block_id", ""), "")),
        ("Bảng điểm", sheet["name"] if sheet else ""),
    ]
    table = ranked.city_board(desk, {**head, "rows": rows}, names, period, said)
    return await exports.give(request, desk, form, table, cut=cut)
