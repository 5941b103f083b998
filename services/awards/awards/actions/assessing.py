"""Keeping rule packs and facts, and assessing the titles of the units that they touch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from awards import rules
from awards.tables import packs, periods, pledges, registrations, units, verdicts, years
from chassis.clock import VIETNAM
from chassis.db import Prepared
from chassis.errors import Conflict
from chassis.events import Tx
from chassis.facts import learn, put
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
        """WITH known AS (
      SELECT wanted.unit_id, wanted.year, units.kind, years.figures, place.period_id, place.block_id, place.percent, place.among,
        place.points, place.ranked, place.leader_points, coalesce(place.campaign_id, newest.campaign_id) AS campaign_id,
        (SELECT min(pledged_on) FROM pledges WHERE pledges.unit_id = wanted.unit_id AND pledges.year = wanted.year) AS pledged_on,
        (SELECT max(due_on) FROM registrations WHERE registrations.year = wanted.year) AS register_by
      FROM unnest(CAST(:units AS uuid[]), CAST(:years AS smallint[])) AS wanted (unit_id, year)
      LEFT JOIN units ON units.unit_id = wanted.unit_id
      LEFT JOIN years ON years.unit_id = wanted.unit_id AND years.year = wanted.year
      LEFT JOIN LATERAL (
        SELECT standings.*, boards.ranked, boards.leader_points, periods.campaign_id
        FROM periods JOIN standings ON standings.period_id = periods.period_id AND standings.unit_id = wanted.unit_id
        JOIN boards ON boards.period_id = standings.period_id AND boards.block_id = standings.block_id
        LEFT JOIN score_versions AS scored ON scored.period_id = periods.period_id AND scored.unit_id = wanted.unit_id
        WHERE periods.year = wanted.year
        ORDER BY (periods.kind <> 'yearly') IS TRUE, periods.number DESC, (standings.block_id = scored.block_id) IS TRUE DESC, standings.board_version DESC
        LIMIT 1) AS place ON true
      LEFT JOIN LATERAL (
        SELECT campaign_id FROM periods WHERE periods.year = wanted.year
        ORDER BY (kind <> 'yearly') IS TRUE, number DESC LIMIT 1) AS newest ON true),
    counted AS (
      SELECT * FROM (SELECT DISTINCT period_id, block_id FROM known) AS board
      CROSS JOIN LATERAL (
        SELECT percent, sum(count(*)) OVER (ORDER BY percent DESC) - count(*) AS higher
        FROM standings WHERE period_id = board.period_id AND block_id = board.block_id AND among IS NOT NULL
        GROUP BY percent) AS ranked)
    SELECT known.*, CAST(known.among + counted.higher AS integer) AS rank
    FROM known LEFT JOIN counted USING (period_id, block_id, percent)
    ORDER BY known.unit_id, known.year"""
    )
)
"""What is known of these unit years: kind, figures, registration, and the place in the newest period that has one.

A themed or special campaign of the year decides only where the yearly one has no place. Ranks are counted on each board once,
however many of its units are asked for.
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
    if known.period_id:
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
