"""What every page starts from: who looks, at what time, in which campaign, and the way to the services."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Request

from chassis.clock import business_now, offset
from chassis.errors import NotFound, Problem, Unavailable
from chassis.identity import Identity, scopes
from contracts.notify import Post
from gateway.api import SignedIn
from gateway.services import Upstreams, refusal

_REFUSED = 400


@dataclass
class Desk:
    """One reader's desk for one request."""

    who: Identity
    services: Upstreams
    now: datetime
    ahead: timedelta
    campaign: dict[str, Any] | None
    units: dict[str, dict[str, Any]]
    blocks: list[dict[str, Any]]
    inbox: dict[str, Any]

    @property
    def simulated(self) -> bool:
        """Tell whether the business clock runs apart from the real one."""
        return abs(self.ahead) > timedelta(minutes=1)

    @cached_property
    def unit_id(self) -> str | None:
        """The unit that the reader speaks for, if any."""
        return next((str(scope) for scope in scopes(self.who, Post.UNIT_OFFICER)), None)

    @property
    def unit(self) -> dict[str, Any] | None:
        return self.units.get(self.unit_id or "")

    @cached_property
    def block(self) -> dict[str, Any] | None:
        """The reader's block this year: the unit's own, else one that the reader heads, else the first."""
        if self.unit_id:
            return self.block_of(self.unit_id)
        headed = {str(scope) for scope in scopes(self.who, Post.BLOCK_HEAD)}
        return next((block for block in self.blocks if block["block_id"] in headed), next(iter(self.blocks), None))

    def block_of(self, unit_id: str) -> dict[str, Any] | None:
        return next((block for block in self.blocks if unit_id in block["member_unit_ids"]), None)

    def name(self, unit_id: str) -> str:
        unit = self.units.get(str(unit_id))
        return unit["name"] if unit else "Đơn vị"

    def period(self, period_id: UUID | str) -> dict[str, Any]:
        """Give a period of the campaign; raises ``NotFound``."""
        for period in (self.campaign or {}).get("periods", ()):
            if period["period_id"] == str(period_id):
                found: dict[str, Any] = period
                return found
        raise NotFound("Không có kỳ báo cáo này trong phong trào đang mở.")

    def current_period(self) -> dict[str, Any] | None:
        """The period that is open now, else the one that closed last."""
        periods = (self.campaign or {}).get("periods", ())
        begun = [period for period in periods if datetime.fromisoformat(period["opens_at"]) <= self.now]
        return begun[-1] if begun else next(iter(periods), None)

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

    async def send(self, method: str, service: str, path: str, body: Any, *, key: str | None = None) -> Any:
        """Send a command; raises its refusal."""
        headers = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})
        answer = await self.services.ask(self.who, service, method, path, body=orjson.dumps(body), headers=headers)
        if answer.status_code >= _REFUSED:
            raise refusal(answer)
        return answer.json()


async def desk(request: Request, who: SignedIn) -> Desk:
    """Lay the desk: what all pages show is asked for at once."""
    services: Upstreams = request.app.state.upstreams
    async with request.app.state.service.engine.connect() as db:
        now, ahead = await business_now(db), await offset(db)
    laid = Desk(who, services, now, ahead, None, {}, [], {"items": [], "unread": 0})
    answers: list[dict[str, Any]] = await asyncio.gather(
        laid.get("registry", "campaigns"),
        # Also those that are no more: boards of closed periods name them.
        laid.get("registry", "units?state=all"),
        laid.get("registry", "blocks"),
        laid.get_or("notify", "messages", laid.inbox),
    )
    campaigns, units, blocks, laid.inbox = answers
    laid.campaign = next(iter(campaigns["items"]), None)
    laid.units = {unit["unit_id"]: unit for unit in units["items"]}
    year = laid.campaign["year"] if laid.campaign else None
    laid.blocks = [block for block in blocks["items"] if block["year"] == year]
    return laid


AtDesk = Annotated[Desk, Depends(desk)]
