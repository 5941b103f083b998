"""What awards can do: keep rule packs and facts, and assess the titles of the units that they touch."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from awards import rules
from awards.tables import packs, periods, score_versions, standings, units, verdicts, years
from chassis.clock import VIETNAM, business_now
from chassis.errors import Conflict
from chassis.events import Tx
from chassis.facts import learn, learn_all, put
from contracts.awards import ConditionFinding, EligibilityChanged
from contracts.envelope import Event
from contracts.registry import CampaignLaunched, UnitKind, UnitRegistered, YearRecorded
from contracts.scoring import RankingChanged, ScoreChanged


class Adopted(BaseModel):
    """The revision of the pack that is in use."""

    pack: str
    revision: int


async def adopt_pack(tx: Tx, pack: rules.Pack) -> Adopted:
    """Take a rule pack in, or its next revision. What was assessed before keeps its verdict until a fact changes.

    Raises ``Conflict`` when a revision that is in use would be rewritten.
    """
    document = pack.model_dump(mode="json")
    stored = (
        await tx.db.execute(
            select(packs.c.document).where(packs.c.pack == pack.pack, packs.c.revision == pack.revision)
        )
    ).scalar_one_or_none()
    if stored is not None and stored != document:
        raise Conflict(f"Bản {pack.revision} của bộ quy định này đang dùng. Hãy ghi là bản {pack.revision + 1}.")
    if stored is None:
        await tx.db.execute(
            insert(packs).values(
                pack=pack.pack,
                revision=pack.revision,
                valid_from=pack.valid_from,
                valid_to=pack.valid_to,
                document=document,
            )
        )
    return Adopted(pack=pack.pack, revision=pack.revision)


async def learn_units(tx: Tx, events: Sequence[Event[UnitRegistered]]) -> None:
    for event in events:
        row = {"version": event.data.version, "kind": event.data.kind}
        if await learn(tx, units, {"unit_id": event.data.unit_id}, row):
            tx.changed(event)


async def learn_periods(tx: Tx, events: Sequence[Event[CampaignLaunched]]) -> None:
    for event in events:
        last = max(period.number for period in event.data.periods)
        for period in event.data.periods:
            row = {
                "campaign_id": event.data.campaign_id,
                "version": event.data.version,
                "year": event.data.year,
                "number": period.number,
                "last": last,
            }
            if await learn(tx, periods, {"period_id": period.period_id}, row):
                tx.changed(event)


async def learn_years(tx: Tx, events: Sequence[Event[YearRecorded]]) -> None:
    """Keep a unit's figures and assess its titles of that year."""
    touched: dict[tuple[UUID, int], Event[Any]] = {}
    for event in events:
        key = {"unit_id": event.data.unit_id, "year": event.data.year}
        row = {
            "version": event.data.version,
            "figures": event.data.model_dump(mode="json", exclude={"unit_id", "year", "version"}),
        }
        if await learn(tx, years, key, row):
            tx.changed(event)
            touched[event.data.unit_id, event.data.year] = event
    await _assess(tx, touched)


async def learn_scores(tx: Tx, events: Sequence[Event[ScoreChanged]]) -> None:
    """Keep units' points and assess their titles."""
    kept = ("period_id", "unit_id", "version", "points", "percent")
    rows = [{name: getattr(event.data, name) for name in kept} for event in events]
    news = await learn_all(tx, score_versions, rows, key=("period_id", "unit_id"))
    await _assess_news(tx, [(event, event.data.period_id, event.data.unit_id) for event in events], news)


async def learn_places(tx: Tx, events: Sequence[Event[RankingChanged]]) -> None:
    """Keep the places that changed and assess the titles of those units."""
    moved = [(event, place) for event in events for place in event.data.changed]
    rows = [
        {
            "period_id": event.data.period_id,
            "unit_id": place.unit_id,
            "board_version": event.data.version,
            "rank": place.rank,
            "points": place.points,
            "ranked": event.data.ranked,
            "leader_points": event.data.leader_points,
        }
        for event, place in moved
    ]
    news = await learn_all(tx, standings, rows, key=("period_id", "unit_id"), version="board_version")
    await _assess_news(tx, [(event, event.data.period_id, place.unit_id) for event, place in moved], news)


async def _assess_news(
    tx: Tx, heard: Sequence[tuple[Event[Any], UUID, UUID]], news: Collection[tuple[UUID, UUID]]
) -> None:
    """Assess the units of which something new was heard; what waits for its campaign is assessed when that comes."""
    if not news:
        return
    of_period = select(periods.c.period_id, periods.c.year).where(periods.c.period_id.in_({key[0] for key in news}))
    year = {row.period_id: row.year for row in await tx.db.execute(of_period)}
    touched: dict[tuple[UUID, int], Event[Any]] = {}
    for event, period_id, unit_id in heard:
        if (period_id, unit_id) not in news:
            continue
        if period_id in year:
            touched[unit_id, year[period_id]] = event
        else:
            tx.waiting(event)
    await _assess(tx, touched)


@dataclass(frozen=True, slots=True)
class _Case:
    """One unit's year before the rules: what is known of it, and which event asked."""

    pack: rules.Pack
    unit_id: UUID
    year: int
    campaign_id: UUID | None
    record: rules.Record
    event: Event[Any]
    at: datetime


async def _assess(tx: Tx, touched: dict[tuple[UUID, int], Event[Any]]) -> None:
    """Assess every title of these units and years; record only what changed in verdict or in what is missed."""
    if not touched:
        return
    now = await business_now(tx.db)
    pack = await _pack_on(tx, now.astimezone(VIETNAM).date())
    if pack is None:
        # A date outside every pack is no error: "chưa có bộ quy định".
        return
    kinds = {
        row.unit_id: UnitKind(row.kind)
        for row in await tx.db.execute(select(units).where(units.c.unit_id.in_({unit for unit, _ in touched})))
    }
    records = await _records(tx, list(touched))
    before = {
        (row.unit_id, row.year, row.title): row
        for row in await tx.db.execute(
            select(verdicts).where(tuple_(verdicts.c.unit_id, verdicts.c.year).in_(list(touched))).with_for_update()
        )
    }
    rows = []
    for (unit_id, year), event in sorted(touched.items(), key=lambda each: each[0]):
        if unit_id not in kinds:
            tx.waiting(event)
            continue
        record, campaign_id = records[unit_id, year]
        case = _Case(pack, unit_id, year, campaign_id, record, event, now)
        for assessment in rules.assess(pack, kinds[unit_id], record):
            row = _verdict(tx, case, assessment, before.get((unit_id, year, assessment.title)))
            rows += [row] if row else []
    await put(tx, verdicts, rows, key=("unit_id", "year", "title"))


async def _pack_on(tx: Tx, day: date) -> rules.Pack | None:
    documents = (await tx.db.execute(select(packs.c.document).where(packs.c.valid_from <= day))).scalars()
    return rules.pack_for([rules.Pack.model_validate(each) for each in documents], day)


async def _records(
    tx: Tx, keys: Sequence[tuple[UUID, int]]
) -> dict[tuple[UUID, int], tuple[rules.Record, UUID | None]]:
    """Put together what is known of these unit years: figures, and the place in the newest period that has one."""
    figures = {
        (row.unit_id, row.year): row.figures
        for row in await tx.db.execute(select(years).where(tuple_(years.c.unit_id, years.c.year).in_(keys)))
    }
    places: dict[tuple[UUID, int], Any] = {}
    for row in await tx.db.execute(
        select(standings, periods.c.year, periods.c.campaign_id)
        .join(periods, periods.c.period_id == standings.c.period_id)
        .where(tuple_(standings.c.unit_id, periods.c.year).in_(keys))
        .order_by(periods.c.number)
    ):
        places[row.unit_id, row.year] = row
    campaigns = {
        row.year: row.campaign_id
        for row in await tx.db.execute(select(periods.c.year, periods.c.campaign_id).order_by(periods.c.number))
    }
    records = {}
    for key in keys:
        place = places.get(key)
        known = dict(figures.get(key, {}), year_recorded=key in figures)
        if place is not None:
            known |= {name: getattr(place, name) for name in ("rank", "points", "ranked", "leader_points")}
        records[key] = (
            rules.Record.model_validate(known),
            place.campaign_id if place is not None else campaigns.get(key[1]),
        )
    return records


def _verdict(tx: Tx, case: _Case, assessment: rules.Assessment, old: Any) -> dict[str, Any] | None:
    """Give the row of a verdict with all it was given on, None if it stands already; record it when it is news."""
    document = assessment.model_dump(mode="json")
    pack = case.pack
    if old and old.assessment == document and (old.pack, old.pack_revision) == (pack.pack, pack.revision):
        return None
    findings = tuple(ConditionFinding(condition=each.condition, finding=each.finding) for each in assessment.conditions)
    news = old is None or old.verdict != assessment.verdict or _said(old.assessment) != _said(document)
    row = {
        "unit_id": case.unit_id,
        "year": case.year,
        "title": assessment.title,
        "version": (old.version if old else 0) + int(news),
        "pack": pack.pack,
        "pack_revision": pack.revision,
        "verdict": assessment.verdict,
        "assessment": document,
        "inputs": case.record.model_dump(mode="json"),
        "caused_by": case.event.id,
        "assessed_at": case.at,
    }
    tx.changed(case.event)
    if news and case.campaign_id is not None:
        tx.record(
            EligibilityChanged(
                campaign_id=case.campaign_id,
                unit_id=case.unit_id,
                year=case.year,
                title=assessment.title,
                title_name=assessment.name,
                version=row["version"],
                pack=pack.pack,
                pack_revision=pack.revision,
                verdict=assessment.verdict,
                previous_verdict=old.verdict if old else None,
                conditions=findings,
            ),
            because=[case.event],
        )
    return row


def _said(assessment: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(each["condition"], each["finding"]) for each in assessment["conditions"]}
