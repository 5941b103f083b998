"""Drafts of campaigns: what was typed, what stands in the way of the launch, and whom it would reach."""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import and_, func, not_, or_, select, tuple_

from chassis.db import Read
from chassis.errors import NotFound
from chassis.text import sort_key
from registry import rules
from registry.queries import campaigns as launched
from registry.queries.paging import Saved, cut, in_turn, sounds_like
from registry.rules import CampaignState, Scope, Section
from registry.tables import block_members, blocks, campaign_drafts, campaign_sections, campaigns, units
from registry.tables.addressed import MEMBERS, STILL, in_scope
from registry.tables.standing import LAST, STOOD

Row = dict[str, Any]
PAGE: Final = 50


class DraftsAsked(BaseModel):
    """Which drafts, by the name typed so far and their state; ``after`` is the last one of the page before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    search: Annotated[str, Field(max_length=100)] = ""
    state: Literal["draft", "set_aside"] | None = None
    sort: Saved = Saved.NEWEST
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = PAGE


async def list_drafts(db: Read, asked: DraftsAsked) -> Row:
    """List what is being written or was set aside, the one saved last first unless told, each with the name typed so far."""
    name = campaign_sections.c.content["values"]["name"].astext
    query = (
        select(
            campaign_drafts.c.campaign_id,
            campaign_drafts.c.version,
            campaign_drafts.c.state,
            campaign_drafts.c.made_from,
            campaign_drafts.c.saved_at,
            name.label("name"),
        )
        .outerjoin(
            campaign_sections,
            (campaign_sections.c.campaign_id == campaign_drafts.c.campaign_id)
            & (campaign_sections.c.section == "document"),
        )
        .where(campaign_drafts.c.state != CampaignState.LAUNCHED.value)
    )
    if asked.search:
        query = query.where(sounds_like(name, asked.search))
    if asked.state:
        query = query.where(campaign_drafts.c.state == asked.state)
    place = (campaign_drafts.c.saved_at, campaign_drafts.c.campaign_id)
    last = select(*place).where(campaign_drafts.c.campaign_id == asked.after) if asked.after else None
    query = in_turn(query, place, last, backwards=asked.sort is Saved.NEWEST)
    rows = [
        {**row, "possible": rules.possible(rules.CAMPAIGN_STEPS, row["state"])}
        for row in (await db.execute(query.limit(asked.limit + 1))).mappings()
    ]
    return cut(rows, asked.limit, "campaign_id")


async def draft(db: Read, campaign_id: UUID) -> Row:
    """Give a draft whole: its sections as typed, every fault, what differs from last year, and the imported document."""
    row = await _draft(db, campaign_id)
    stored = await _sections(db, campaign_id)
    typed = rules.empty() | {name: section for name, (_, section) in stored.items()}
    _, faults = rules.read_design(campaign_id, typed)
    differences: tuple[rules.Difference, ...] = ()
    if row["made_from"]:
        differences = rules.differences(rules.sections_of(await launched.campaign(db, row["made_from"])), typed)
    return {
        **row,
        "possible": rules.possible(rules.CAMPAIGN_STEPS, row["state"]),
        "sections": {
            name: {"version": stored[name][0] if name in stored else 0, **section.model_dump()}
            for name, section in typed.items()
        },
        "faults": [_said(fault) for fault in faults],
        "differences": [difference.model_dump() for difference in differences],
    }


def _said(fault: rules.Fault) -> Row:
    return {"field": fault.criterion, **fault.model_dump(exclude={"criterion"}, exclude_none=True)}


async def _draft(db: Read, campaign_id: UUID) -> Row:
    found = await db.execute(select(campaign_drafts).where(campaign_drafts.c.campaign_id == campaign_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("Không có bản thảo này.")
    return dict(row)


async def _sections(db: Read, campaign_id: UUID) -> dict[str, tuple[int, Section]]:
    rows = await db.execute(select(campaign_sections).where(campaign_sections.c.campaign_id == campaign_id))
    return {row.section: (row.version, Section.model_validate(row.content)) for row in rows}


async def preview(db: Read, campaign_id: UUID, *, after: UUID | None = None) -> Row:
    """Say whom a launch would reach, who is left out (a page of them), and which movements overlap with it.

    ``reach`` is None while the draft has faults: whom it means is not known then.
    """
    row = await _draft(db, campaign_id)
    typed = rules.empty() | {name: section for name, (_, section) in (await _sections(db, campaign_id)).items()}
    design, faults = rules.read_design(campaign_id, typed)
    told = {
        "campaign_id": campaign_id,
        "version": row["version"],
        "state": row["state"],
        "possible": rules.possible(rules.CAMPAIGN_STEPS, row["state"]),
        "faults": [_said(fault) for fault in faults],
    }
    if design is None:
        return {**told, "name": typed["document"].values.get("name", ""), "reach": None, "overlaps": []}
    return {
        **told,
        "name": design.name,
        "reach": await _reach(db, design.scope, design.year, after),
        "overlaps": [
            *await _overlaps(db, campaign_id, design),
            *await _overlapping_drafts(db, campaign_id, design),
        ],
    }


async def _reach(db: Read, scope: Scope, year: int, after: UUID | None) -> Row:
    meant = in_scope(scope)
    of_year = MEMBERS.where(block_members.c.year == year, STOOD)
    counted = await db.execute(
        select(
            func.count().label("units"),
            func.count().filter(meant).label("reached"),
            func.count().filter(and_(meant, units.c.unit_id.not_in(of_year))).label("without_block"),
        )
        .select_from(units)
        .where(STILL)
    )
    by_block = await db.execute(
        select(
            blocks.c.block_id,
            blocks.c.name,
            func.count().label("members"),
            func.count().filter(meant).label("reached"),
        )
        .join(block_members, block_members.c.block_id == blocks.c.block_id)
        .join(units, units.c.unit_id == block_members.c.unit_id)
        .where(blocks.c.year == year, STILL, LAST)
        .group_by(blocks.c.block_id, blocks.c.name)
    )
    left_out = select(units.c.unit_id, units.c.name, units.c.kind).where(not_(meant), STILL)
    if after:
        seen = select(units.c.sorted, units.c.unit_id).where(units.c.unit_id == after).scalar_subquery()
        left_out = left_out.where(tuple_(units.c.sorted, units.c.unit_id) > seen)
    rows = (await db.execute(left_out.order_by(units.c.sorted, units.c.unit_id).limit(PAGE + 1))).mappings().all()
    return {
        **counted.mappings().one(),
        "blocks": sorted((dict(row) for row in by_block.mappings()), key=lambda row: sort_key(row["name"])),
        "left_out": [dict(row) for row in rows[:PAGE]],
        "next": rows[PAGE - 1]["unit_id"] if len(rows) > PAGE else None,
    }


async def _overlaps(db: Read, campaign_id: UUID, design: rules.Design) -> list[Row]:
    """Name running campaigns of the same days that reach some of the same units; not the one that this belongs to."""
    others = await db.execute(
        select(campaigns)
        .where(
            campaigns.c.campaign_id != campaign_id,
            campaigns.c.closed_at.is_(None),
            campaigns.c.starts_on <= design.ends_on,
            campaigns.c.ends_on >= design.starts_on,
            or_(campaigns.c.parent_id.is_(None), campaigns.c.parent_id != campaign_id),
            campaigns.c.campaign_id != (design.parent_id or campaign_id),
        )
        .order_by(campaigns.c.starts_on, campaigns.c.campaign_id)
        .limit(PAGE)
    )
    found = []
    for other in others.mappings():
        scope = Scope.model_validate(other["scope"])
        if shared := await _shared(db, design, (other["starts_on"], other["ends_on"], scope)):
            named = {name: other[name] for name in ("campaign_id", "name")}
            found.append({**named, **shared, "draft": False})
    return found


async def _overlapping_drafts(db: Read, campaign_id: UUID, design: rules.Design) -> list[Row]:
    """Name what is still being written for some of the same days and units, as far as it says that already."""
    drafts = await db.execute(
        select(campaign_drafts.c.campaign_id)
        .where(campaign_drafts.c.campaign_id != campaign_id, campaign_drafts.c.state == CampaignState.DRAFT.value)
        .order_by(campaign_drafts.c.saved_at.desc())
        .limit(PAGE)
    )
    found = []
    for other in drafts.scalars().all():
        stored = await _sections(db, other)
        typed = rules.empty() | {name: section for name, (_, section) in stored.items()}
        head, span = typed["document"].values, rules.read_span(typed)
        if span is None or head.get("parent_id", "").strip() == str(campaign_id):
            continue
        if shared := await _shared(db, design, span):
            found.append({"campaign_id": other, "name": head.get("name", "").strip(), **shared, "draft": True})
    return found


async def _shared(db: Read, design: rules.Design, other: tuple[date, date, Scope]) -> Row | None:
    """Give the days that both have, and how many units both address; None without any."""
    begins, ends, scope = other
    first, last = max(begins, design.starts_on), min(ends, design.ends_on)
    if first > last:
        return None
    both = and_(in_scope(design.scope), in_scope(scope), STILL)
    shared = (await db.execute(select(func.count()).select_from(units).where(both))).scalar_one()
    return {"from": first, "to": last, "units": shared} if shared else None
