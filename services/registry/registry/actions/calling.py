"""Whom a campaign calls: the units that it addresses are named in events, some at a time."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from chassis.events import Tx
from contracts.notices import CallKind, UnitsCalled
from registry import rules
from registry.tables import units
from registry.tables.addressed import STILL, in_scope

UNITS_AN_EVENT: Final = 500
"""Whoever tells them does so in one transaction an event."""


async def call_units(
    tx: Tx,
    campaign_id: UUID,
    campaign: Any,
    *,
    kind: CallKind,
    version: int,
    register_by: date | None = None,
    at_once: int = UNITS_AN_EVENT,
) -> None:
    """Say something of a campaign to every unit that it addresses today; ``campaign`` is its row, as it stands."""
    scope = rules.Scope.model_validate(campaign["scope"])
    found = await tx.db.execute(select(units.c.unit_id).where(in_scope(scope), STILL).order_by(units.c.unit_id))
    about = {"campaign_id": campaign_id, "version": version, "kind": kind, "register_by": register_by}
    _call(tx, found.scalars().all(), about | {name: campaign[name] for name in _SAID}, at_once=at_once)


async def call_off(
    tx: Tx, campaign_id: UUID, before: Any, campaign: Any, *, version: int, at_once: int = UNITS_AN_EVENT
) -> None:
    """Tell the units that a campaign addressed as it stood ``before`` and addresses no longer; both are its rows."""
    was, now = (rules.Scope.model_validate(each["scope"]) for each in (before, campaign))
    if was == now:
        return
    gone = select(units.c.unit_id).where(in_scope(was), ~in_scope(now), STILL).order_by(units.c.unit_id)
    about = {"campaign_id": campaign_id, "version": version, "kind": CallKind.CHANGED, "left": True}
    left = (await tx.db.execute(gone)).scalars().all()
    _call(tx, left, about | {name: campaign[name] for name in _SAID}, at_once=at_once)


_SAID: Final = ("year", "name", "starts_on", "ends_on")


def _call(tx: Tx, called: Sequence[UUID], about: dict[str, Any], *, at_once: int) -> None:
    parts = [called[begin : begin + at_once] for begin in range(0, len(called), at_once)]
    for part, some in enumerate(parts, start=1):
        tx.record(UnitsCalled(**about, part=part, parts=len(parts), unit_ids=tuple(some)))
