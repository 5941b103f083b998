"""The facts that scores are computed from: each is kept in its newest version, and what it changes is scored again."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, select, text, tuple_, union, update

from chassis.clock import VIETNAM
from chassis.events import Tx
from chassis.facts import learn_all
from contracts.envelope import Event
from contracts.people import AwardRecorded
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    ReportSubmitted,
    ReportWithdrawn,
    TargetsAssigned,
    UnitChanged,
    UnitChangeKind,
)
from scoring import rules
from scoring.actions.keys import Key
from scoring.actions.scores import score
from scoring.actions.sheets import Published, published
from scoring.tables import blocks, membership, moves, periods, recognised, reports, scores, sheets, targets


async def learn_blocks(tx: Tx, events: Sequence[Event[BlockFormed]]) -> None:
    """Keep who stands in which block on which sheet, and score again what that changes."""
    for event in events:
        if await learn_all(tx, blocks, block_rows(event), key=("block_id",)):
            tx.changed(event)
            await _other_members(tx)
            await _score_again(tx, event, _OF_REPORT.in_(_concerned(event.data)))


_OF_REPORT: Final = tuple_(*reports.primary_key)


def _concerned(block: BlockFormed) -> CompoundSelect[Any]:
    """Ask for what its members have reported, and what came with the block or was scored in it: who left it goes elsewhere.

    Whoever moves into it is named by no block, and may have been heard of before it.
    """
    moving = select(moves.c.unit_id).where(moves.c.block_id == block.block_id)
    return union(
        select(*reports.primary_key).where(reports.c.unit_id.in_(block.member_unit_ids)),
        select(*reports.primary_key).where(reports.c.unit_id.in_(moving)),
        select(*reports.primary_key).where(reports.c.block_id == block.block_id),
        select(*scores.primary_key).where(scores.c.block_id == block.block_id),
    )


async def learn_moves(tx: Tx, events: Sequence[Event[UnitChanged]]) -> None:
    """Keep where a unit stands from a day on. The boards of periods that close later follow, the others stay as they are."""
    for event in events:
        if await learn_all(tx, moves, move_rows(event), key=("unit_id", "from_on")):
            tx.changed(event)
            await _other_members(tx)
            await _score_again(tx, event, reports.c.unit_id == event.data.unit_id)


async def learn_periods(tx: Tx, events: Sequence[Event[CampaignLaunched]]) -> None:
    """Keep when each period closes. On which board a unit stands that has moved hangs on that day."""
    for event in events:
        if news := await learn_all(tx, periods, period_rows(event), key=("period_id",)):
            tx.changed(event)
            await _other_members(tx)
            of_periods = reports.c.period_id.in_([period_id for (period_id,) in news])
            await _score_again(tx, event, of_periods, reports.c.unit_id.in_(select(moves.c.unit_id)))


async def learn_targets(tx: Tx, events: Sequence[Event[TargetsAssigned]]) -> None:
    """Keep a unit's plan values, and score again what it has reported."""
    for event in events:
        if await learn_all(tx, targets, target_rows(event), key=("campaign_id", "unit_id")):
            tx.changed(event)
            key = {"campaign_id": event.data.campaign_id, "unit_id": event.data.unit_id}
            await _score_again(tx, event, *[reports.c[name] == value for name, value in key.items()])


async def learn_awards(tx: Tx, events: Sequence[Event[AwardRecorded]]) -> None:
    """Keep what other bodies awarded a unit, and score again what it has reported in that year on sheets that ask for it.

    Of an award that was of another year before, what was reported in that one too. Whatever asks for no award stays as it
    is scored, on the version of the sheet on which its board stands.
    """
    for event in events:
        before = select(recognised.c.year).where(recognised.c.entry_id == event.data.entry_id)
        years = {event.data.year, *(await tx.db.execute(before)).scalars()}
        if await learn_all(tx, recognised, award_rows(event), key=("entry_id",)):
            tx.changed(event)
            if asking := await _asking_for_awards(tx, years):
                of_years = reports.c.block_id.in_(select(blocks.c.block_id).where(blocks.c.year.in_(years)))
                scored_by = tuple_(scores.c.sheet_id, scores.c.sheet_version).in_(asking)
                await _score_again(tx, event, reports.c.unit_id == event.data.unit_id, of_years, scored_by)


async def _asking_for_awards(tx: Tx, years: Collection[int]) -> list[Published]:
    """Give those versions of the sheets of these years' blocks by which recorded awards count."""
    stood = select(blocks.c.sheet_id).where(blocks.c.year.in_(years))
    found = await tx.db.execute(select(sheets.c.sheet_id, sheets.c.version).where(sheets.c.sheet_id.in_(stood)))
    read = await published(tx, {(row.sheet_id, row.version) for row in found})
    return [key for key, sheet in read.items() if rules.asks_for_awards(sheet)]


async def take_up_reports(tx: Tx, events: Sequence[Event[ReportSubmitted] | Event[ReportWithdrawn]]) -> None:
    """Keep the newest report of each unit and period, then score and rank what is new, in sets.

    That a report was withdrawn is a newer version of it: in whatever order they are heard of, the newest one decides.
    """
    heard: dict[Key, list[Event[Any]]] = defaultdict(list)
    for event in sorted(events, key=lambda each: each.data.version):
        heard[event.data.period_id, event.data.unit_id].append(event)
    rows = [row for of_one in heard.values() for row in report_rows(of_one[-1])]
    news = await learn_all(tx, reports, rows, key=("period_id", "unit_id"))
    because: dict[Key, list[Event[Any]]] = {}
    for (period_id, unit_id), known in news.items():
        of_one = heard[period_id, unit_id]
        because[period_id, unit_id] = [event for event in of_one if event.data.version > (known or 0)]
    await score(tx, because)


_ALONE: Final = text("LOCK TABLE reports IN SHARE ROW EXCLUSIVE MODE")
"""Whoever is taking up a report has read the facts as they were, and is waited for; whoever begins after this reads the new."""


async def _other_members(tx: Tx) -> None:
    """Have whoever ranks a board next look at all of it: members without a report are scored by nobody now."""
    await tx.db.execute(update(membership).values(number=membership.c.number + 1))


async def _score_again(tx: Tx, event: Event[Any], *which: ColumnElement[bool]) -> None:
    """Score these reports again and rank the boards that they stood on: whoever leaves one leaves a place."""
    await tx.db.execute(_ALONE)
    stored = (
        select(*reports.primary_key, scores.c.block_id)
        .outerjoin(scores, (scores.c.period_id == reports.c.period_id) & (scores.c.unit_id == reports.c.unit_id))
        .where(*which)
        .order_by(*reports.primary_key)
        .with_for_update(of=reports)
    )
    found = (await tx.db.execute(stored)).all()
    await score(
        tx,
        {(row.period_id, row.unit_id): [event] for row in found},
        stood={(row.period_id, row.block_id): event for row in found if row.block_id},
    )


Rows = list[dict[str, Any]]


def block_rows(event: Event[BlockFormed]) -> Rows:
    kept = {name: getattr(event.data, name) for name in ("block_id", "version", "year", "sheet_id")}
    return [{**kept, "members": list(event.data.member_unit_ids)}]


_OUT: Final = frozenset({UnitChangeKind.MERGED, UnitChangeKind.SPLIT, UnitChangeKind.CLOSED})
_FOR_GOOD: Final = 9999


def move_rows(event: Event[UnitChanged]) -> Rows:
    """Give where the unit stands from that day on; nothing if the change is none of its block."""
    fact = event.data
    out = fact.kind in _OUT
    if not (out or fact.kind is UnitChangeKind.MOVED or fact.block_id):
        return []
    return [
        {
            "unit_id": fact.unit_id,
            "from_on": fact.effective_on,
            "until_year": _FOR_GOOD if out else fact.effective_on.year,
            "block_id": None if out else fact.block_id,
            "version": fact.version,
        }
    ]


def period_rows(event: Event[CampaignLaunched]) -> Rows:
    kept = {name: getattr(event.data, name) for name in ("campaign_id", "version", "year")}
    return [
        {
            **kept,
            "period_id": period.period_id,
            "number": period.number,
            "closes_on": period.closes_at.astimezone(VIETNAM).date(),
        }
        for period in event.data.periods
    ]


def target_rows(event: Event[TargetsAssigned]) -> Rows:
    kept = {name: getattr(event.data, name) for name in ("campaign_id", "unit_id", "version")}
    return [{**kept, "targets": [target.model_dump(mode="json") for target in event.data.targets]}]


def report_rows(event: Event[ReportSubmitted] | Event[ReportWithdrawn]) -> Rows:
    said = event.data
    kept = ("period_id", "unit_id", "campaign_id", "block_id", "version", "receipt_number")
    row = {**{name: getattr(said, name) for name in kept}, "event_id": event.id}
    if isinstance(said, ReportWithdrawn):
        nothing: dict[str, Any] = {"values": [], "late": False, **dict.fromkeys(_DAYS)}
        return [{**row, **nothing, "withdrawn": True, "accepted_at": said.withdrawn_at}]
    values = [value.model_dump(mode="json") for value in said.values]
    days = {name: getattr(said, name) or None for name in _DAYS}
    return [{**row, **days, "withdrawn": False, "values": values, "late": said.late, "accepted_at": said.accepted_at}]


_DAYS: Final = ("late_days", "late_days_sent")


def award_rows(event: Event[AwardRecorded]) -> Rows:
    kept = ("entry_id", "version", "standing", "unit_id", "year", "form", "decided_on", "decision_number")
    return [{name: getattr(event.data, name) for name in kept}]
