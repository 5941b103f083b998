"""What scoring can do: publish sheets, learn facts, and recompute scores and places from them.

Scores are recomputed from the accepted facts, never added to: order and repetition of events do not matter.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ARRAY, Select, Text, cast, delete, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB, distinct_on, insert

from chassis.clock import business_now
from chassis.events import Tx
from chassis.facts import learn, put
from contracts.envelope import Event
from contracts.registry import BlockFormed, CampaignLaunched, ReportedValue, ReportSubmitted, Target, TargetsAssigned
from contracts.scoring import CriterionPoints, Place, RankingChanged, ScoreChanged, SheetPublished
from scoring import rules
from scoring.tables import blocks, boards, periods, places, reports, scores, sheets, targets

Because = Mapping[tuple[UUID, UUID], Sequence[Event[Any]]]
"""(period, unit) → the events that ask for this score to be recomputed, the decisive one last."""


_STANDING: Final = scores.c.score.op("-", return_type=JSONB())(cast(["groups", "parts"], ARRAY(Text()))).label(
    "standing"
)
"""A stored score without its lines: a block is ranked on the totals of all its units, whoever's changed."""


class Versioned(BaseModel):
    version: int


async def publish_sheet(tx: Tx, sheet_id: UUID, sheet: rules.Sheet) -> Versioned:
    """Publish a sheet, or its next version; the same content again changes nothing and records nothing."""
    newest = (
        await tx.db.execute(
            select(sheets).where(sheets.c.sheet_id == sheet_id).order_by(sheets.c.version.desc()).limit(1)
        )
    ).one_or_none()
    document = sheet.model_dump(mode="json", exclude={"version", "sheet_id"})
    if newest and newest.document == document:
        return Versioned(version=newest.version)
    version = newest.version + 1 if newest else 1
    await tx.db.execute(insert(sheets).values(sheet_id=sheet_id, version=version, document=document))
    tx.record(
        SheetPublished(sheet_id=sheet_id, version=version, name=sheet.name, criteria=tuple(rules.form_criteria(sheet)))
    )
    return Versioned(version=version)


async def learn_blocks(tx: Tx, events: Sequence[Event[BlockFormed]]) -> None:
    """Keep who stands in which block on which sheet, and score again what that changes."""
    for event in events:
        row = {
            "version": event.data.version,
            "year": event.data.year,
            "sheet_id": event.data.sheet_id,
            "members": list(event.data.member_unit_ids),
        }
        if await learn(tx, blocks, {"block_id": event.data.block_id}, row):
            tx.changed(event)
            stored = select(reports).where(reports.c.unit_id.in_(event.data.member_unit_ids))
            await _score_again(tx, stored, event)
            await _rank_again(tx, event.data.block_id, event)


async def learn_periods(tx: Tx, events: Sequence[Event[CampaignLaunched]]) -> None:
    for event in events:
        for period in event.data.periods:
            row = {
                "campaign_id": event.data.campaign_id,
                "version": event.data.version,
                "number": period.number,
            }
            if await learn(tx, periods, {"period_id": period.period_id}, row):
                tx.changed(event)


async def learn_targets(tx: Tx, events: Sequence[Event[TargetsAssigned]]) -> None:
    """Keep a unit's plan values, and score again what it has reported."""
    for event in events:
        key = {"campaign_id": event.data.campaign_id, "unit_id": event.data.unit_id}
        row = {
            "version": event.data.version,
            "targets": [target.model_dump(mode="json") for target in event.data.targets],
        }
        if await learn(tx, targets, key, row):
            tx.changed(event)
            stored = select(reports).where(*[reports.c[name] == value for name, value in key.items()])
            await _score_again(tx, stored, event)


async def take_up_reports(tx: Tx, events: Sequence[Event[ReportSubmitted]]) -> None:
    """Keep the newest report of each unit and period, then score and rank what is new, in sets."""
    heard: dict[tuple[UUID, UUID], list[Event[Any]]] = defaultdict(list)
    for event in sorted(events, key=lambda each: each.data.version):
        heard[event.data.period_id, event.data.unit_id].append(event)
    # One order for all: two transactions that share reports cannot lock one another out.
    rows = [_report_row(heard[key][-1]) for key in sorted(heard)]
    statement = insert(reports)
    known = await tx.db.execute(
        statement.on_conflict_do_update(
            index_elements=["period_id", "unit_id"],
            set_={name: statement.excluded[name] for name in rows[0] if name not in {"period_id", "unit_id"}},
            where=reports.c.version < statement.excluded.version,
        ).returning(reports.c.period_id, reports.c.unit_id, literal_column("coalesce(old.version, 0)").label("known")),
        rows,
    )
    await _score(
        tx,
        {
            (row.period_id, row.unit_id): [
                event for event in heard[row.period_id, row.unit_id] if event.data.version > row.known
            ]
            for row in known
        },
    )


def _report_row(event: Event[ReportSubmitted]) -> dict[str, Any]:
    kept = ("period_id", "unit_id", "campaign_id", "block_id", "version", "late", "receipt_number", "accepted_at")
    return {
        **{name: getattr(event.data, name) for name in kept},
        "values": [value.model_dump(mode="json") for value in event.data.values],
        "event_id": event.id,
    }


async def _score_again(tx: Tx, stored: Select[Any], event: Event[Any]) -> None:
    because = {(row.period_id, row.unit_id): [event] for row in await tx.db.execute(stored)}
    await _score(tx, because)


async def _rank_again(tx: Tx, block_id: UUID, event: Event[Any]) -> None:
    """Rank every board of a block: whoever left it left a place, though no score changed."""
    known = await tx.db.execute(select(boards.c.period_id).where(boards.c.block_id == block_id))
    await _rank(tx, {(period_id, block_id): [event] for period_id in known.scalars()}, await business_now(tx.db))


async def _score(tx: Tx, because: Because) -> None:
    """Recompute these scores, then the places of every board they stand on."""
    if not because:
        return
    facts = await _facts(tx, because)
    touched: dict[tuple[UUID, UUID], list[Event[Any]]] = defaultdict(list)
    now = await business_now(tx.db)
    rows = []
    for key, events in because.items():
        fact = facts.get(key)
        if fact is None:
            # Its block or sheet has not been heard of yet; the report is kept and scored when that comes.
            for event in events:
                tx.waiting(event)
            continue
        row, changed = _scored(tx, fact, events, now)
        rows.append(row)
        if changed:
            touched[fact.report.period_id, fact.block_id].extend(events)
    await put(tx, scores, rows, key=("period_id", "unit_id"))
    await _rank(tx, touched, now)


class _Fact:
    """All that one score is computed from."""

    def __init__(self, report: Any, sheet: rules.Sheet, plan: Sequence[Target], block_id: UUID, previous: Any) -> None:
        self.report = report
        self.sheet = sheet
        self.block_id = block_id
        self.previous = previous
        self.given = rules.Facts(
            values={value.criterion: value.value for value in map(ReportedValue.model_validate, report.values_)},
            targets={target.criterion: target for target in plan},
            late=report.late,
        )


async def _facts(tx: Tx, keys: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], _Fact]:
    """Load what these scores need, one question per table."""
    rows = (
        await tx.db.execute(
            select(
                *[column for column in reports.c if column.name != "values"],
                reports.c["values"].label("values_"),
                blocks.c.block_id.label("stands_in"),
                blocks.c.sheet_id,
                targets.c.targets,
            )
            .join(blocks, blocks.c.block_id == reports.c.block_id)
            .outerjoin(
                targets, (targets.c.campaign_id == reports.c.campaign_id) & (targets.c.unit_id == reports.c.unit_id)
            )
            .where(tuple_(reports.c.period_id, reports.c.unit_id).in_(keys))
        )
    ).all()
    published = await _newest_sheets(tx, {row.sheet_id for row in rows})
    stored = {
        (row.period_id, row.unit_id): row
        for row in await tx.db.execute(
            select(scores).where(tuple_(scores.c.period_id, scores.c.unit_id).in_(keys)).with_for_update()
        )
    }
    return {
        (row.period_id, row.unit_id): _Fact(
            row,
            published[row.sheet_id],
            [Target.model_validate(each) for each in row.targets or ()],
            row.stands_in,
            stored.get((row.period_id, row.unit_id)),
        )
        for row in rows
        if row.sheet_id in published
    }


async def _newest_sheets(tx: Tx, wanted: Collection[UUID]) -> dict[UUID, rules.Sheet]:
    rows = await tx.db.execute(
        select(sheets)
        .ext(distinct_on(sheets.c.sheet_id))
        .where(sheets.c.sheet_id.in_(wanted))
        .order_by(sheets.c.sheet_id, sheets.c.version.desc())
    )
    return {
        row.sheet_id: rules.Sheet.model_validate({**row.document, "sheet_id": row.sheet_id, "version": row.version})
        for row in rows
    }


def _scored(tx: Tx, fact: _Fact, events: Sequence[Event[Any]], now: datetime) -> tuple[dict[str, Any], bool]:
    """Compute a score; give its row with the reasons, and whether points changed, which is recorded.

    Other values may give the same points: then the reasons are new, the score is not.
    """
    score = rules.score(fact.sheet, fact.given)
    previous, report = fact.previous, fact.report
    same = previous is not None and (
        _figures(rules.Score.model_validate(previous.score)) == _figures(score)
        and previous.sheet_version == fact.sheet.version
    )
    row = {
        "period_id": report.period_id,
        "unit_id": report.unit_id,
        "campaign_id": report.campaign_id,
        "block_id": fact.block_id,
        "version": (previous.version if previous else 0) + (not same),
        "report_version": report.version,
        "sheet_id": fact.sheet.sheet_id,
        "sheet_version": fact.sheet.version,
        "points": score.points,
        "percent": score.percent,
        "score": score.model_dump(mode="json"),
        "inputs": fact.given.model_dump(mode="json"),
        "caused_by": events[-1].id,
        "scored_at": now,
    }
    if same:
        return row, False
    told = ("campaign_id", "period_id", "block_id", "unit_id", "version", "report_version", "sheet_id", "sheet_version")
    tx.record(
        ScoreChanged(
            **{name: row[name] for name in told},
            points=score.points,
            maximum=score.maximum,
            percent=score.percent,
            previous_points=previous.points if previous else None,
            disqualified=bool(score.disqualified),
            criteria=tuple(
                CriterionPoints(criterion=part.criterion, points=part.points, maximum=part.maximum)
                for part in score.parts
            ),
        ),
        because=events,
    )
    return row, True


def _figures(score: rules.Score) -> Any:
    """What others hear of a score: totals and the points of each line."""
    return (
        score.points,
        score.maximum,
        score.percent,
        score.disqualified,
        [(part.criterion, part.points, part.maximum) for part in score.parts],
    )


async def _rank(tx: Tx, touched: Because, now: datetime) -> None:
    """Rank these boards, (period, block), anew and record the places that changed."""
    if not touched:
        return
    keys = sorted(touched)
    versions = await _lock_boards(tx, {key: touched[key][-1].id for key in keys}, now)
    members = {
        row.block_id: row.members
        for row in await tx.db.execute(select(blocks).where(blocks.c.block_id.in_({block for _, block in keys})))
    }
    standing: dict[tuple[UUID, UUID], dict[UUID, rules.Standing]] = defaultdict(dict)
    campaign: dict[UUID, UUID] = {}
    for row in await tx.db.execute(
        select(scores.c.period_id, scores.c.block_id, scores.c.unit_id, scores.c.campaign_id, _STANDING).where(
            tuple_(scores.c.period_id, scores.c.block_id).in_(keys)
        )
    ):
        campaign[row.period_id] = row.campaign_id
        if row.unit_id in members[row.block_id]:
            standing[row.period_id, row.block_id][row.unit_id] = rules.Standing.model_validate(row.standing)
    before: dict[tuple[UUID, UUID], dict[UUID, Any]] = defaultdict(dict)
    for row in await tx.db.execute(select(places).where(tuple_(places.c.period_id, places.c.block_id).in_(keys))):
        before[row.period_id, row.block_id][row.unit_id] = row
    moved, left, changed_boards = [], [], []
    for period_id, block_id in keys:
        key, events = (period_id, block_id), touched[period_id, block_id]
        ranked = rules.rank(standing[key])
        changed = tuple(_changes(ranked, before[key]))
        gone = before[key].keys() - standing[key].keys()
        if not changed and not gone:
            continue
        board = {"period_id": period_id, "block_id": block_id}
        moved += [{**board, **place.model_dump()} for place in changed]
        left += [(*key, unit) for unit in gone]
        version = versions[key] + 1
        changed_boards.append({**board, "version": version, "changed_at": now, "caused_by": events[-1].id})
        tx.record(
            RankingChanged(
                **board,
                campaign_id=campaign[period_id],
                version=version,
                members=len(members[block_id]),
                ranked=sum(place.rank is not None for place in ranked),
                leader_points=max((place.points for place in ranked if place.rank == 1 and place.points), default=None),
                changed=changed,
            ),
            because=events,
        )
    await put(tx, places, moved, key=("period_id", "block_id", "unit_id"))
    if left:
        await tx.db.execute(
            delete(places).where(tuple_(places.c.period_id, places.c.block_id, places.c.unit_id).in_(left))
        )
    await put(tx, boards, changed_boards, key=("period_id", "block_id"))


def _changes(ranked: Iterable[rules.Ranked], before: Mapping[UUID, Any]) -> Iterable[Place]:
    for place in ranked:
        old = before.get(place.unit_id)
        if old and (old.rank, old.points, old.percent, old.decided_by) == (
            place.rank,
            place.points,
            place.percent,
            place.decided_by,
        ):
            continue
        yield Place(
            unit_id=place.unit_id,
            rank=place.rank,
            previous_rank=old.rank if old else None,
            points=place.points,
            percent=place.percent,
            decided_by=place.decided_by,
        )


async def _lock_boards(tx: Tx, causes: Mapping[tuple[UUID, UUID], UUID], now: datetime) -> dict[tuple[UUID, UUID], int]:
    """Lock boards, in the order given, and give their versions.

    Two batches must not rank one block at once: each would miss the other's scores.
    """
    await tx.db.execute(
        insert(boards).on_conflict_do_nothing(),
        [
            {"period_id": period_id, "block_id": block_id, "version": 0, "changed_at": now, "caused_by": cause}
            for (period_id, block_id), cause in causes.items()
        ],
    )
    locked = await tx.db.execute(
        select(boards)
        .where(tuple_(boards.c.period_id, boards.c.block_id).in_(causes))
        .order_by(boards.c.period_id, boards.c.block_id)
        .with_for_update()
    )
    return {(row.period_id, row.block_id): row.version for row in locked}
