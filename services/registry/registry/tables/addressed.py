"""Whom a campaign addresses, as SQL."""

from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select, true

from chassis.clock import VIETNAM
from registry.tables.campaigns import campaign_drafts, campaigns
from registry.tables.standing import LAST
from registry.tables.structure import block_members, units

STILL: Final = units.c.ended_on.is_(None)
MEMBERS: Final = select(block_members.c.unit_id).where(LAST)


LAUNCHED_AT: Final = (
    select(campaign_drafts.c.saved_at)
    .where(campaign_drafts.c.campaign_id == campaigns.c.campaign_id)
    .correlate(campaigns)
    .scalar_subquery()
    .label("launched_at")
)
"""When a campaign was launched, beside its row; None of one that no draft tells of."""


def could_register(campaign: Any) -> ColumnElement[bool]:
    """Say in SQL which units were there, if only for a while, once one could register for a launched campaign.

    That is when it was launched and had begun, as far as that is known. One whose founding was revoked never was there.
    """
    launched = campaign["launched_at"]
    began = max(campaign["starts_on"], launched.astimezone(VIETNAM).date()) if launched else campaign["starts_on"]
    return or_(STILL, units.c.ended_on > func.greatest(units.c.valid_from, began))


def in_scope(scope: Any) -> ColumnElement[bool]:
    """Say in SQL which units a scope (``rules.Scope``) means: the same as ``rules.reaches`` for one unit."""
    if scope.reach == "blocks":
        return units.c.unit_id.in_(MEMBERS.where(block_members.c.block_id.in_(scope.block_ids)))
    if scope.reach == "kinds":
        return units.c.kind.in_([kind.value for kind in scope.kinds])
    return true()
