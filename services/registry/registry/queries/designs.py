"""Drafts of campaigns: what was typed, what stands in the way of the launch, and whom it would reach."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, true, tuple_

from chassis.db import Read
from chassis.errors import NotFound
from chassis.text import sort_key
from registry import rules
from registry.queries import campaigns as launched
from registry.rules import CampaignState, Scope, Section
from registry.tables import block_members, blocks, campaign_drafts, campaign_sections, campaigns, units

Row = dict[str, Any]
PAGE: Final = 50


async def list_drafts(db: Read) -> list[Row]:
    """List what is being written or was set aside, the one saved last first, each with the name typed so far."""
    name = campaign_sections.c.content["values"]["name"].astext.label("name")
    rows = await db.execute(
        select(
            campaign_drafts.c.campaign_id,
            campaign_drafts.c.version,
            campaign_drafts.c.state,
            campaign_drafts.c.made_from,
            campaign_drafts.c.saved_at,
            name,
        )
        .outerjoin(
            campaign_sections,
            (campaign_sections.c.campaign_id == campaign_drafts.c.campaign_id)
            & (campaign_sections.c.section == "document"),
        )
        .where(campaign_drafts.c.state != CampaignState.LAUNCHED.value)
        .order_by(campaign_drafts.c.saved_at.desc())
        .limit(PAGE)
    )
    return [{**row, "possible": rules.possible(rules.CAMPAIGN_STEPS, row["state"])} for row in rows.mappings()]


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
        "overlaps": await _overlaps(db, campaign_id, design),
    }


_STILL: Final = units.c.ended_on.is_(None)
_later = block_members.alias()
_LAST: Final = ~exists().where(
    _later.c.year == block_members.c.year,
    _later.c.unit_id == block_members.c.unit_id,
    _later.c.from_on > block_members.c.from_on,
)
"""Where a unit stands at last: there it is addressed, and not where it stood before."""
_MEMBERS: Final = select(block_members.c.unit_id).where(_LAST)


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Say in SQL which units a scope means: the same as ``rules.reaches`` for one unit."""
    if scope.reach == "blocks":
        return units.c.unit_id.in_(_MEMBERS.where(block_members.c.block_id.in_(scope.block_ids)))
    if scope.reach == "kinds":
        return units.c.kind.in_([kind.value for kind in scope.kinds])
    return true()


async def _reach(db: Read, scope: Scope, year: int, after: UUID | None) -> Row:
    meant = in_scope(scope)
    of_year = _MEMBERS.where(block_members.c.year == year)
    counted = await db.execute(
        select(
            func.count().label("units"),
            func.count().filter(meant).label("reached"),
            func.count().filter(and_(meant, units.c.unit_id.not_in(of_year))).label("without_block"),
        )
        .select_from(units)
        .where(_STILL)
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
        .where(blocks.c.year == year, _STILL, _LAST)
        .group_by(blocks.c.block_id, blocks.c.name)
    )
    left_out = select(units.c.unit_id, units.c.name, units.c.kind).where(not_(meant), _STILL)
    if after:
        seen = select(units.c.searched, units.c.unit_id).where(units.c.unit_id == after).scalar_subquery()
        left_out = left_out.where(tuple_(units.c.searched, units.c.unit_id) > seen)
    rows = (await db.execute(left_out.order_by(units.c.searched, units.c.unit_id).limit(PAGE + 1))).mappings().all()
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
        both = and_(in_scope(design.scope), in_scope(Scope.model_validate(other["scope"])))
        shared = (await db.execute(select(func.count()).select_from(units).where(both))).scalar_one()
        if shared:
            named = {name: other[name] for name in ("campaign_id", "name", "kind")}
            span = {
                "from": max(other["starts_on"], design.starts_on),
                "to": min(other["ends_on"], design.ends_on),
            }
            found.append({**named, **span, "units": shared})
    return found
