"""Keeping rule packs and facts, and assessing the titles of the units that they touch."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from awards import rules
from awards.tables import packs, periods, pledges, registrations, score_versions, standings, units, verdicts, years
from chassis.clock import VIETNAM
from chassis.db import Prepared
from chassis.errors import Conflict
from chassis.events import Tx
from chassis.facts import learn, learn_all, put
from contracts.awards import ConditionFinding, EligibilityChanged
from contracts.envelope import Event
from contracts.registry import (
    CampaignLaunched,
    PledgeChanged,
    RegistrationCalled,
    UnitKind,
    UnitRegistered,
    YearRecorded,
)
from contracts.scoring import BlockRescored, Place, RankingChanged, RescoredUnit, ScoreChanged


class Adopted(BaseModel):
    """The revision of the pack that is in use."""

    pack: str
    revision: int


async def adopt_pack(tx: Tx, pack: rules.Pack) -> Adopted:
    """Take a rule pack in, or its next revision. What was assessed before keeps its verdict until a fact changes.

    Raises ``Conflict`` when a revision that is in use would be rewritten.
    """
    stored = (
        await tx.db.execute(
            select(packs.c.document).where(packs.c.pack == pack.pack, packs.c.revision == pack.revision)
        )
    ).scalar_one_or_none()
    # A revision that was kept before packs said more is the same when it is read as it would be today.
    if stored is not None and rules.Pack.model_validate(stored) != pack:
        raise Conflict(f"Bản {pack.revision} của bộ quy định này đang dùng. Hãy ghi là bản {pack.revision + 1}.")
    if stored is None:
        await tx.db.execute(
            insert(packs).values(
                pack=pack.pack,
                revision=pack.revision,
                valid_from=pack.valid_from,
                valid_to=pack.valid_to,
                document=pack.model_dump(mode="json"),
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
                "kind": event.data.kind,
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
    await assess(tx, touched)


async def learn_registrations(tx: Tx, events: Sequence[Event[RegistrationCalled]]) -> None:
    """Keep until when a campaign's units register; what is assessed next says it."""
    for event in events:
        row = event.data.model_dump(include={"version", "year", "due_on"})
        if await learn(tx, registrations, {"campaign_id": event.data.campaign_id}, row):
            tx.changed(event)


async def learn_pledges(tx: Tx, events: Sequence[Event[PledgeChanged]]) -> None:
    """Keep when units registered and assess their titles of that year."""
    touched: dict[tuple[UUID, int], Event[Any]] = {}
    for event in events:
        key = {"campaign_id": event.data.campaign_id, "unit_id": event.data.unit_id}
        if await learn(tx, pledges, key, event.data.model_dump(include={"version", "year", "pledged_on"})):
            tx.changed(event)
            touched[event.data.unit_id, event.data.year] = event
    await assess(tx, touched)


async def learn_scores(tx: Tx, events: Sequence[Event[ScoreChanged]]) -> None:
    """Keep units' points and assess their titles."""
    news = await _keep_scores(tx, [_score(event.data, event.data) for event in events])
    await _assess_news(tx, [(event, event.data.period_id, event.data.unit_id) for event in events], news)


async def learn_places(tx: Tx, events: Sequence[Event[RankingChanged]]) -> None:
    """Keep the places that changed and assess the titles of those units."""
    moved = [(event, place) for event in events for place in event.data.changed]
    news = await _keep_places(tx, [_standing(event.data, place) for event, place in moved])
    await _assess_news(tx, [(event, event.data.period_id, place.unit_id) for event, place in moved], news)


async def learn_rescored_blocks(tx: Tx, events: Sequence[Event[BlockRescored]]) -> None:
    """Keep the points and places of rescored units, as if each had been told by itself, and assess their titles once."""
    changed = [(event, unit) for event in events for unit in event.data.changed]
    news = await _keep_scores(tx, [_score(event.data, unit) for event, unit in changed])
    news |= await _keep_places(tx, [_standing(event.data, unit) for event, unit in changed])
    await _assess_news(tx, [(event, event.data.period_id, unit.unit_id) for event, unit in changed], news)


def _score(board: ScoreChanged | BlockRescored, told: ScoreChanged | RescoredUnit) -> dict[str, Any]:
    return {
        "period_id": board.period_id,
        "block_id": board.block_id,
        **{name: getattr(told, name) for name in ("unit_id", "version", "points", "percent")},
    }


def _standing(board: RankingChanged | BlockRescored, place: Place | RescoredUnit) -> dict[str, Any]:
    return {
        "period_id": board.period_id,
        "unit_id": place.unit_id,
        "block_id": board.block_id,
        "board_version": board.version,
        "rank": place.rank,
        "points": place.points,
        "ranked": board.ranked,
        "leader_points": board.leader_points,
    }


async def _keep_scores(tx: Tx, rows: Sequence[dict[str, Any]]) -> set[tuple[UUID, UUID]]:
    return set(await learn_all(tx, score_versions, rows, key=("period_id", "unit_id")))


async def _keep_places(tx: Tx, rows: Sequence[dict[str, Any]]) -> set[tuple[UUID, UUID]]:
    news = await learn_all(tx, standings, rows, key=("period_id", "unit_id", "block_id"), version="board_version")
    return {(period_id, unit_id) for period_id, unit_id, _ in news}


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
    await assess(tx, touched)


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


async def assess(tx: Tx, touched: dict[tuple[UUID, int], Event[Any]], *, fresh: rules.Pack | None = None) -> None:
    """Assess every title of these units and years; record only what changed in verdict or in what is missed.

    ``fresh`` is a revision that this very transaction has written.
    """
    if not touched:
        return
    now = await tx.now()
    if fresh is None:
        # Nobody assesses by a pack while it is being changed: what is written last must be by the newest.
        await tx.db.execute(_PACKS_AS_THEY_ARE)
    pack = await _pack_on(tx, now.astimezone(VIETNAM).date(), fresh)
    if pack is None:
        # A date outside every pack is no error: "chưa có bộ quy định".
        return
    wanted = {"units": [unit_id for unit_id, _ in touched], "years": [year for _, year in touched]}
    before = {(row.unit_id, row.year, row.title): row for row in await _STANDING_VERDICTS.rows(tx.db, wanted)}
    rows = []
    for known in await _KNOWN.rows(tx.db, wanted):
        event = touched[known.unit_id, known.year]
        if known.kind is None:
            tx.waiting(event)
            continue
        case = _Case(pack, known.unit_id, known.year, known.campaign_id, _record(known), event, now)
        for assessment in rules.assess(pack, UnitKind(known.kind), case.record):
            row = _verdict(tx, case, assessment, before.get((known.unit_id, known.year, assessment.title)))
            rows += [row] if row else []
    await put(tx, verdicts, rows, key=("unit_id", "year", "title"))


_KNOWN: Final = Prepared(
    text(
        """SELECT wanted.unit_id, wanted.year, units.kind, years.figures, place.rank, place.points, place.ranked,
      place.leader_points, coalesce(place.campaign_id, newest.campaign_id) AS campaign_id, place.ranked IS NOT NULL AS placed,
      (SELECT min(pledged_on) FROM pledges WHERE pledges.unit_id = wanted.unit_id AND pledges.year = wanted.year) AS pledged_on,
      (SELECT max(due_on) FROM registrations WHERE registrations.year = wanted.year) AS register_by
    FROM unnest(CAST(:units AS uuid[]), CAST(:years AS smallint[])) AS wanted (unit_id, year)
    LEFT JOIN units ON units.unit_id = wanted.unit_id
    LEFT JOIN years ON years.unit_id = wanted.unit_id AND years.year = wanted.year
    LEFT JOIN LATERAL (
      SELECT standings.rank, standings.points, standings.ranked, standings.leader_points, periods.campaign_id
      FROM periods JOIN standings ON standings.period_id = periods.period_id AND standings.unit_id = wanted.unit_id
      LEFT JOIN score_versions AS scored ON scored.period_id = periods.period_id AND scored.unit_id = wanted.unit_id
      WHERE periods.year = wanted.year
      ORDER BY (periods.kind <> 'yearly') IS TRUE, periods.number DESC, (standings.block_id = scored.block_id) IS TRUE DESC, standings.board_version DESC
      LIMIT 1) AS place ON true
    LEFT JOIN LATERAL (
      SELECT campaign_id FROM periods WHERE periods.year = wanted.year
      ORDER BY (kind <> 'yearly') IS TRUE, number DESC LIMIT 1) AS newest ON true
    ORDER BY wanted.unit_id, wanted.year"""
    )
)
"""What is known of these unit years: kind, figures, registration, and the place in the newest period that has one.

A themed or special campaign of the year decides only where the yearly one has no place.
"""
_STANDING_VERDICTS: Final = Prepared(
    text(
        """SELECT verdicts.* FROM verdicts
    JOIN unnest(CAST(:units AS uuid[]), CAST(:years AS smallint[])) AS wanted (unit_id, year) USING (unit_id, year)
    ORDER BY unit_id, year, title FOR UPDATE OF verdicts"""
    )
)

PACKS_CHANGE: Final = text("SELECT pg_advisory_xact_lock(hashtext('packs'))")
_PACKS_AS_THEY_ARE: Final = text("SELECT pg_advisory_xact_lock_shared(hashtext('packs'))")
_NEWEST: Final = text("SELECT DISTINCT ON (pack) pack, revision FROM packs ORDER BY pack, revision DESC")

_read: dict[tuple[str, int], rules.Pack] = {}
"""Packs as they were adopted: a revision that is in use is never rewritten, and reading one costs more than using it."""


async def _pack_on(tx: Tx, day: date, fresh: rules.Pack | None) -> rules.Pack | None:
    known = [fresh] if fresh else []
    for name, revision in (await tx.db.execute(_NEWEST)).all():
        if fresh and name == fresh.pack:
            continue
        if (name, revision) not in _read:
            document = await tx.db.execute(
                select(packs.c.document).where(packs.c.pack == name, packs.c.revision == revision)
            )
            _read[name, revision] = rules.Pack.model_validate(document.scalar_one())
        known.append(_read[name, revision])
    return rules.pack_for(known, day)


def _record(known: Any) -> rules.Record:
    figures = dict(known.figures or {}, year_recorded=known.figures is not None, register_by=known.register_by)
    # A day that the unit wrote into its year's figures is its own word; without one the pledge itself tells it.
    figures["pledged_on"] = figures.get("pledged_on") or known.pledged_on
    if known.placed:
        figures |= {name: getattr(known, name) for name in ("rank", "points", "ranked", "leader_points")}
    return rules.Record.model_validate(figures)


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
