"""The rights of whoever heads a block: they go with the headship, which the registry knows, and nobody edits a file.

Whoever speaks for a unit holds the head's rights of the blocks that it heads, of this year and of the year before, whose
work is closed in this one. The registry is asked once a minute, and at once after the bus has told of a change.
"""

import time
from typing import Any, Final
from uuid import UUID

import structlog

from chassis.errors import Problem
from chassis.identity import LIFETIME_SECONDS, Grant, Identity, scopes
from contracts.notify import Post
from contracts.registry import BlockFormed, BlockHeadChanged, UnitChanged
from gateway.services import Upstreams, refusal

log = structlog.get_logger()

_FRESH_SECONDS: Final = 60
_PAUSE_SECONDS: Final = 2
"""Whoever reads on while the registry is away does not wait for it with every page."""
_KEPT: Final = 4096
_AT_ONCE: Final = 200
_ANSWERED: Final = 200
_MOVES: Final = frozenset(each.event_type for each in (BlockFormed, BlockHeadChanged, UnitChanged))


class Headships:
    """What the registry said of units' headships, no older than a minute, or than a token's life while it is away."""

    def __init__(self, services: Upstreams) -> None:
        self._services = services
        self._known: dict[frozenset[UUID], tuple[float, tuple[Grant, ...]]] = {}
        self._heard = 0
        self._not_before = 0.0

    def hear(self, event_type: str) -> None:
        """Forget what is known when something was told that can move a headship."""
        if event_type in _MOVES:
            self._known.clear()
            # An answer that is on its way now was given before.
            self._heard += 1

    def due(self, who: Identity) -> bool:
        """Tell whether the registry has to be asked of this reader's units."""
        units = frozenset(scopes(who, Post.UNIT_OFFICER))
        return bool(units) and self._age(units) > _FRESH_SECONDS and time.monotonic() >= self._not_before

    def _age(self, units: frozenset[UUID]) -> float:
        return time.monotonic() - self._known[units][0] if units in self._known else float("inf")

    async def learn(self, who: Identity, year: int) -> None:
        """Ask the registry; while it does not answer, nobody gains a right."""
        units = frozenset(scopes(who, Post.UNIT_OFFICER))
        heard = self._heard
        asked = "&".join(f"member={unit}" for unit in sorted(units, key=str)[:_AT_ONCE])
        try:
            answer = await self._services.ask(who, "registry", "GET", "blocks", query=f"members=false&{asked}")
            if answer.status_code != _ANSWERED:
                raise refusal(answer)
        except Problem as problem:
            log.warning("heads.not_told", status=problem.status)
            self._not_before = time.monotonic() + _PAUSE_SECONDS
            return
        led = tuple(
            Grant(role=Post.BLOCK_HEAD, scope=UUID(block["block_id"]))
            for block in answer.json()["items"]
            if _led_by(block, units, year)
        )
        if heard != self._heard:
            return
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[units] = time.monotonic(), led

    def with_blocks(self, who: Identity) -> Identity:
        """Give the reader with the rights of the blocks that the own units head."""
        units = frozenset(scopes(who, Post.UNIT_OFFICER))
        if self._age(units) > LIFETIME_SECONDS:
            return who
        led = [grant for grant in self._known[units][1] if grant not in who.grants]
        return who.model_copy(update={"grants": (*who.grants, *led)}) if led else who


def _led_by(block: dict[str, Any], units: frozenset[UUID], year: int) -> bool:
    head = block["head_unit_id"]
    return head is not None and UUID(head) in units and year - 1 <= block["year"] <= year
