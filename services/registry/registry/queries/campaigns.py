"""Campaigns and their periods."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Text, and_, cast, or_, select

from chassis.db import Read
from chassis.errors import NotFound
from chassis.text import fold
from registry import rules
from registry.queries.paging import cut, in_turn
from registry.tables import block_members, campaign_corrections, campaigns, periods, units
from registry.tables.standing import LAST

Row = dict[str, Any]
_LISTED: Final = 100


class CampaignOrder(StrEnum):
    """In which order campaigns are listed: first the one that the city works in, or by the day on which they begin."""

    CURRENT = "current"
    NEWEST = "newest"
    OLDEST = "oldest"


class CampaignsAsked(BaseModel):
    """Which launched campaigns, in which order; ``after`` is the last one of the page before, whole without ``limit``.

    Of an id, with one of these periods, that address a unit, with such a name, of a year, a kind, a state.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    campaign_id: UUID | None = None
    period_id: Annotated[list[UUID], Field(max_length=200)] = []
    unit_id: UUID | None = None
    search: Annotated[str, Field(max_length=100)] = ""
    year: Annotated[int | None, Field(ge=0, le=9999)] = None
    kind: Literal["yearly", "themed", "special"] | None = None
    state: Literal["launched", "closed"] | None = None
    sort: CampaignOrder = CampaignOrder.CURRENT
    after: UUID | None = None
    limit: Annotated[int | None, Field(ge=1, le=500)] = None


async def list_campaigns(db: Read, asked: CampaignsAsked) -> Row:
    """List launched campaigns with their periods, without their documents: the one that a city works in comes first.

    That is the newest year's campaign that is not closed; themed and special ones stand behind it.
    """
    query = select(*[column for column in campaigns.c if column is not campaigns.c.document])
    if asked.period_id:
        having = select(periods.c.campaign_id).where(periods.c.period_id.in_(asked.period_id))
        query = query.where(campaigns.c.campaign_id.in_(having))
    if asked.unit_id:
        query = query.where(_reaching(asked.unit_id))
    for name in ("campaign_id", "year", "kind"):
        if (wanted := getattr(asked, name)) is not None:
            query = query.where(campaigns.c[name] == wanted)
    if asked.state:
        query = query.where(campaigns.c.closed_at.is_(None) == (asked.state == "launched"))
    place: tuple[Any, ...] = (campaigns.c.starts_on, campaigns.c.campaign_id)
    if asked.sort is CampaignOrder.CURRENT:
        place = (
            campaigns.c.closed_at.is_not(None),
            campaigns.c.kind != "yearly",
            -campaigns.c.year,
            campaigns.c.campaign_id,
        )
    last = select(*place).where(campaigns.c.campaign_id == asked.after) if asked.after else None
    query = in_turn(query, place, last, backwards=asked.sort is CampaignOrder.NEWEST)
    # Launched campaigns are a handful a year and their names are not stored without marks: words are looked for here.
    query = query.limit(asked.limit and asked.limit + 1) if not asked.search else query
    found = [dict(row) for row in (await db.execute(query)).mappings()]
    if asked.search:
        found = [each for each in found if fold(asked.search) in fold(each["name"])]
    page = cut(found, asked.limit, "campaign_id")
    of = await _periods(db, [campaign["campaign_id"] for campaign in page["items"]])
    items = [_standing(campaign) | {"periods": of.get(campaign["campaign_id"], [])} for campaign in page["items"]]
    return {**page, "items": items}


def _reaching(unit_id: UUID) -> ColumnElement[bool]:
    """Say in SQL which campaigns address a unit: the same as ``in_scope`` for one campaign."""
    kind = select(units.c.kind).where(units.c.unit_id == unit_id).scalar_subquery()
    stands = select(cast(block_members.c.block_id, Text)).where(
        block_members.c.unit_id == unit_id,
        LAST,
        campaigns.c.scope["block_ids"].has_key(cast(block_members.c.block_id, Text)),
    )
    reach = campaigns.c.scope["reach"].astext
    return or_(
        reach == "all",
        and_(reach == "kinds", campaigns.c.scope["kinds"].has_key(kind)),
        and_(reach == "blocks", stands.exists()),
    )


async def campaign(db: Read, campaign_id: UUID) -> Row:
    """Give one campaign whole; raises ``NotFound``."""
    row = (await db.execute(select(campaigns).where(campaigns.c.campaign_id == campaign_id))).mappings().one_or_none()
    if row is None:
        raise NotFound("Không có phong trào này.")
    of = await _periods(db, [campaign_id])
    return _standing(row) | {"periods": of.get(campaign_id, [])}


def _standing(row: Any) -> Row:
    """Add where a campaign stands and what can be done with it."""
    state = rules.CampaignState.CLOSED if row["closed_at"] else rules.CampaignState.LAUNCHED
    return {**row, "state": state, "possible": rules.possible(rules.CAMPAIGN_STEPS, state)}


async def corrections(db: Read, campaign_id: UUID) -> Row:
    """Give what a campaign said before it came to say what it says, newest first, and what may be corrected as it stands."""
    found = await campaign(db, campaign_id)
    told = await db.execute(
        select(campaign_corrections)
        .where(campaign_corrections.c.campaign_id == campaign_id)
        .order_by(campaign_corrections.c.version.desc())
        .limit(_LISTED)
    )
    typed = rules.sections_of(found)
    return {
        **{name: found[name] for name in ("campaign_id", "name", "year", "version", "state", "possible")},
        "sections": {name: typed[name].model_dump() for name in rules.CORRECTABLE},
        "items": [
            {
                **{name: row[name] for name in ("version", "reason", "post", "at")},
                "differences": [
                    each.model_dump() for each in rules.differences(_kept(row["before"]), _kept(row["now"]))
                ],
            }
            for row in told.mappings()
        ],
    }


def _kept(sections: Row) -> dict[str, rules.Section]:
    return rules.empty() | {name: rules.Section.model_validate(section) for name, section in sections.items()}


async def _periods(db: Read, campaign_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    rows = await db.execute(
        select(periods).where(periods.c.campaign_id.in_(campaign_ids)).order_by(periods.c.campaign_id, periods.c.number)
    )
    found: dict[UUID, list[Row]] = {}
    for row in rows.mappings():
        found.setdefault(row["campaign_id"], []).append(dict(row))
    return found
