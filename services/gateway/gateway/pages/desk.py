"""What every page starts from: who looks, at what time, in which campaign, and the way to the services.

Whatever is asked for here is asked for by every page: nothing in it may grow with the city. What one page shows beside
that, it asks for itself: names by their ids, lists a page at a time.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import Depends, Request

from chassis.clock import now_and_offset
from chassis.errors import NotFound, Problem, Unavailable
from chassis.identity import Identity, scopes
from contracts.notify import CITY_LEADER, Post
from gateway.api import SignedIn
from gateway.services import Upstreams, refusal

_REFUSED = 400
_NEWS = 6
"""As many of the newest messages as a page shows beside its own matter; all of them stand on a page of their own."""
_RUNNING = 50
"""More campaigns than a city has ever run at once."""
_SHEETS = 64
"""As many versions of sheets as are kept at hand: more than a city's blocks stand on in a year."""
_AT_ONCE = 200
"""As many ids as one question carries."""


@dataclass
class Desk:
    """One reader's desk for one request: ``unit`` is the one that the reader speaks for, ``block`` the reader's of that year.

    ``campaign`` is the one that the city works in, or the one of the period or campaign that an address names.
    """

    who: Identity
    services: Upstreams
    now: datetime
    ahead: timedelta
    campaign: dict[str, Any] | None = None
    unit: dict[str, Any] | None = None
    block: dict[str, Any] | None = None
    inbox: dict[str, Any] = field(default_factory=lambda: {"items": [], "unread": 0})
    names: dict[str, str] = field(default_factory=dict)
    blocks: list[dict[str, Any]] = field(default_factory=list)
    """Those of whatever years in which the reader's unit stands, else those that the reader heads."""

    async def lay(self, **named: str) -> None:
        """Lay the desk: what all pages show is asked for at once.

        ``named`` is what an address says of the campaign: ``period_id`` or ``campaign_id``; raises ``NotFound`` for none.
        """
        nothing: dict[str, Any] = {"items": []}
        answers: list[dict[str, Any]] = await asyncio.gather(
            self.get("registry", f"campaigns?{urlencode({'limit': 1, **named})}"),
            self.get("registry", f"units?state=all&unit_id={self.unit_id}")
            if self.unit_id
            else asyncio.sleep(0, nothing),
            self._own_blocks(),
            self.get_or("notify", f"messages?limit={_NEWS}", self.inbox),
        )
        campaigns, units, blocks, self.inbox = answers
        self.blocks = blocks["items"]
        self.unit = next(iter(units["items"]), None)
        self.take_up(campaigns["items"], named)
        if self.unit:
            self.names[self.unit["unit_id"]] = self.unit["name"]

    def take_up(self, campaigns: list[dict[str, Any]], named: dict[str, str]) -> None:
        """Lay the campaign that was found on the desk, with the reader's block of its year."""
        if named and not campaigns:
            raise NotFound(
                "Không có kỳ báo cáo này trong phong trào nào." if "period_id" in named else "Không có phong trào này."
            )
        self.campaign = next(iter(campaigns), None)
        self.block = next((block for block in self.blocks if block["year"] == self.year), None)

    async def turn_to(self, period_id: UUID | str) -> None:
        """Take up the campaign of a period that no address named: that of a form, a receipt, an appeal."""
        if str(period_id) not in self._periods():
            named = {"period_id": str(period_id)}
            self.take_up((await self.get("registry", f"campaigns?{urlencode(named)}"))["items"], named)

    async def periods_named(self, period_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Give these periods by their ids, of whatever campaigns; only those of others than the desk's are asked for."""
        found = self._periods()
        missing = sorted(set(period_ids) - found.keys())
        asked = [urlencode(_each("period_id", some)) for some in _by_the(_AT_ONCE, missing)]
        answers = await asyncio.gather(*[self.get("registry", f"campaigns?{each}") for each in asked])
        others = [campaign for answer in answers for campaign in answer["items"]]
        return found | {period["period_id"]: period for campaign in others for period in campaign["periods"]}

    def _periods(self) -> dict[str, dict[str, Any]]:
        return {period["period_id"]: period for period in (self.campaign or {}).get("periods", ())}

    async def _own_blocks(self) -> Any:
        """The blocks, of whatever years, in which the reader's unit stands, else those that the reader heads."""
        if self.unit_id:
            return await self.get("registry", f"blocks?members=false&member={self.unit_id}")
        headed = [("block_id", scope) for scope in scopes(self.who, Post.BLOCK_HEAD)]
        return (
            await self.get("registry", f"blocks?members=false&{urlencode(headed[:_AT_ONCE])}")
            if headed
            else {"items": []}
        )

    @property
    def simulated(self) -> bool:
        """Tell whether the business clock runs apart from the real one."""
        return abs(self.ahead) > timedelta(minutes=1)

    @cached_property
    def unit_id(self) -> str | None:
        """The unit that the reader speaks for, if any."""
        return next((str(scope) for scope in scopes(self.who, Post.UNIT_OFFICER)), None)

    @property
    def year(self) -> int | None:
        """The year of the campaign on the desk."""
        return self.campaign["year"] if self.campaign else None

    def name(self, unit_id: str) -> str:
        """Give the name of a unit that was asked for with ``learn``."""
        return self.names.get(str(unit_id), "Đơn vị")

    async def learn(self, unit_ids: Iterable[str]) -> None:
        """Look up the names that a page is about to show; boards of closed periods name units that are no more."""
        self.names |= await self.names_of(set(unit_ids) - self.names.keys())

    async def names_of(self, unit_ids: Iterable[str], on: str = "") -> dict[str, str]:
        """Give the names of these units as they are today, or were on a day."""
        wanted = sorted(set(unit_ids))
        day = [("on", on)] if on else []
        asked = [[("state", "all"), *day, *_each("unit_id", some)] for some in _by_the(_AT_ONCE, wanted)]
        answers = await asyncio.gather(*[self.get("registry", f"units?{urlencode(each)}") for each in asked])
        return {unit["unit_id"]: unit["name"] for answer in answers for unit in answer["items"]}

    async def blocks_of(self, unit_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Give the block of that year of each of these units, as they stand today."""
        wanted = sorted(set(unit_ids))
        asked = [[("year", self.year), *_each("member", some)] for some in _by_the(_AT_ONCE, wanted) if self.year]
        answers = await asyncio.gather(*[self.get("registry", f"blocks?{urlencode(each)}") for each in asked])
        return {unit: block for answer in answers for block in answer["items"] for unit in block["member_unit_ids"]}

    async def block_of(self, unit_id: str) -> dict[str, Any] | None:
        """Give the block of that year of a unit, if it stands in one."""
        return self.block if unit_id == self.unit_id else (await self.blocks_of([unit_id])).get(unit_id)

    async def names_of_blocks(self, block_ids: Iterable[str]) -> dict[str, str]:
        """Give the names of these blocks, of whatever year."""
        asked = [_each("block_id", some) for some in _by_the(_AT_ONCE, sorted(set(block_ids)))]
        answers = await asyncio.gather(*[self.get("registry", f"blocks?{urlencode(each)}") for each in asked])
        return {block["block_id"]: block["name"] for answer in answers for block in answer["items"]}

    async def this_years(self, block_id: UUID | str | None) -> dict[str, Any] | None:
        """Give a block of the campaign's year by its id, without its members, who may be thousands."""
        if block_id is None or self.year is None:
            return None
        if self.block and self.block["block_id"] == str(block_id):
            return self.block
        found = await self.get("registry", f"blocks?members=false&year={self.year}&block_id={block_id}")
        return next(iter(found["items"]), None)

    def period(self, period_id: UUID | str) -> dict[str, Any]:
        """Give a period of the campaign; raises ``NotFound``."""
        if found := self._periods().get(str(period_id)):
            return found
        raise NotFound("Không có kỳ báo cáo này trong phong trào.")

    def current_period(self) -> dict[str, Any] | None:
        """The period that is open now, else the one that closed last."""
        return self.current_period_of(self.campaign) if self.campaign else None

    def current_period_of(self, campaign: dict[str, Any]) -> dict[str, Any] | None:
        """The period of a campaign that is open now, else the one that closed last."""
        periods: list[dict[str, Any]] = campaign["periods"]
        begun = [period for period in periods if datetime.fromisoformat(period["opens_at"]) <= self.now]
        return begun[-1] if begun else next(iter(periods), None)

    @property
    def leads(self) -> bool:
        """Tell whether the reader leads the city: reads what the office reads of boards, and does nothing."""
        return self.who.holds(CITY_LEADER)

    @property
    def leads_alone(self) -> bool:
        """Tell whether the reader leads the city and holds no other post, so that nothing is theirs to do."""
        return self.leads and all(grant.role == CITY_LEADER for grant in self.who.grants)

    @property
    def oversees(self) -> bool:
        """Tell whether the reader reads of all blocks."""
        return self.leads or self.who.holds(Post.CITY_OFFICE)

    async def running(self) -> list[dict[str, Any]]:
        """Give the campaigns that run now, first the one that the city works in; to a unit those that address it."""
        named = {"unit_id": self.unit_id} if self.unit_id else {}
        found = await self.get("registry", f"campaigns?{urlencode({'state': 'launched', 'limit': _RUNNING, **named})}")
        items: list[dict[str, Any]] = found["items"]
        return items

    def other_than_here(self, campaign: dict[str, Any]) -> str:
        """Give the name of a campaign that is not the one on the desk: what is told of it beside that one's says so."""
        here = self.campaign is not None and campaign["campaign_id"] == self.campaign["campaign_id"]
        return "" if here else campaign["name"]

    async def get(self, service: str, path: str) -> Any:
        """Ask a service; raises its refusal."""
        answer = await self.services.ask(self.who, service, "GET", path)
        if answer.status_code >= _REFUSED:
            raise refusal(answer)
        return answer.json()

    async def get_or(self, service: str, path: str, otherwise: Any) -> Any:
        """Ask for something that may not be there yet, or whose service may be away; the page goes on without."""
        try:
            return await self.get(service, path)
        except Problem as problem:
            if problem.status in (NotFound.status, Unavailable.status):
                return otherwise
            raise

    async def sheet_of(self, scored: Mapping[str, Any]) -> dict[str, Any]:
        """Give the sheet by which a report or a board was scored: the version that it names, not the newest.

        A version stays what it was published as: it is asked for once, by whoever comes first, and changed by nobody.
        """
        path, kept = f"sheets/{scored['sheet_id']}?version={scored['sheet_version']}", self.services.kept
        sheet: dict[str, Any] = kept.pop(path, None) or await self.get("scoring", path)
        kept[path] = sheet
        while len(kept) > _SHEETS:
            del kept[next(iter(kept))]
        return sheet

    async def send(self, method: str, service: str, path: str, body: Any, *, key: str | None = None) -> Any:
        """Send a command; raises its refusal."""
        headers = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})
        answer = await self.services.ask(self.who, service, method, path, body=orjson.dumps(body), headers=headers)
        if answer.status_code >= _REFUSED:
            raise refusal(answer)
        return answer.json()


def by_year(campaigns: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give campaigns as one chooses among them: the newest year first, within it as they came."""
    return sorted(campaigns, key=lambda campaign: -campaign["year"])


def is_id(word: str) -> bool:
    """Tell whether a word out of an address or a form can name anything."""
    try:
        UUID(word)
    except ValueError:
        return False
    return True


def _each(name: str, values: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, value) for value in values]


def _by_the(size: int, ids: list[str]) -> list[list[str]]:
    return [ids[begin : begin + size] for begin in range(0, len(ids), size)]


async def at_hand(request: Request, who: SignedIn) -> Desk:
    """Say who looks, and at what time, and ask for nothing else yet: for what shows no page of its own."""
    async with request.app.state.service.engine.connect() as db:
        now, ahead = await now_and_offset(db)
    return Desk(who, request.app.state.upstreams, now, ahead)


AtHand = Annotated[Desk, Depends(at_hand)]


def named_in(request: Request) -> dict[str, str]:
    """Say which campaign an address means: that of the period in it, or the one that was chosen (``pt``); else nothing."""
    period_id = request.path_params.get("period_id") or request.query_params.get("ky", "")
    campaign_id = request.query_params.get("pt", "")
    found = {"period_id": period_id} if is_id(period_id) else {"campaign_id": campaign_id}
    return {name: word for name, word in found.items() if is_id(word)}


async def desk(request: Request, bare: AtHand) -> Desk:
    """Give the desk as every page's frame needs it."""
    await bare.lay(**named_in(request))
    return bare


AtDesk = Annotated[Desk, Depends(desk)]
