"""The facts that scores are computed from: each is kept in its newest version, and what it changes is scored again."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, select

from chassis.clock import VIETNAM
from chassis.events import Tx
from chassis.facts import learn_all
from contracts.envelope import Event
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    ReportSubmitted,
    ReportWithdrawn,
    TargetsAssigned,
    UnitChanged,
    UnitChangeKind,
)
from scoring.actions.boards import rank, rank_again
from scoring.actions.keys import Key
from scoring.actions.scores import score
from scoring.tables import blocks, moves, periods, reports, scores, targets


async def learn_blocks(tx: Tx, events: Sequence[Event[BlockFormed]]) -> None:
    """Keep who stands in which block on which sheet, and score again what that changes."""
    for event in events:
        if await learn_all(tx, blocks, block_rows(event), key=("block_id",)):
            tx.changed(event)
            # Also what came with this block of a unit that is not formed into it any more.
            concerned = reports.c.unit_id.in_(event.data.member_unit_ids) | (reports.c.block_id == event.data.block_id)
            await _score_again(tx, event, concerned)
            await rank_again(tx, event.data.block_id, event)


async def learn_moves(tx: Tx, events: Sequence[Event[UnitChanged]]) -> None:
    """Keep where a unit stands from a day on. The boards of periods that close later follow, the others stay as they are."""
    for event in events:
        if await learn_all(tx, moves, move_rows(event), key=("unit_id", "from_on")):
            tx.changed(event)
            standing = await tx.db.execute(
                select(scores.c.period_id, scores.c.block_id).where(scores.c.unit_id == event.data.unit_id)
            )
            left: dict[Key, list[Event[Any]]] = {tuple(row): [event] for row in standing}
            await _score_again(tx, event, reports.c.unit_id == event.data.unit_id)
            await rank(tx, left)


async def learn_periods(tx: Tx, events: Sequence[Event[CampaignLaunched]]) -> None:
    for event in events:
        if await learn_all(tx, periods, period_rows(event), key=("period_id",)):
            tx.changed(event)


async def learn_targets(tx: Tx, events: Sequence[Event[TargetsAssigned]]) -> None:
    """Keep a unit's plan values, and score again what it has reported."""
    for event in events:
        if await learn_all(tx, targets, target_rows(event), key=("campaign_id", "unit_id")):
            tx.changed(event)
            key = {"campaign_id": event.data.campaign_id, "unit_id": event.data.unit_id}
            await _score_again(tx, event, *[reports.c[name] == value for name, value in key.items()])


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


async def _score_again(tx: Tx, event: Event[Any], *which: ColumnElement[bool]) -> None:
    """Score these reports again. They are locked: one that is just being taken up elsewhere is waited for."""
    stored = select(reports.c.period_id, reports.c.unit_id).where(*which).order_by(*reports.primary_key)
    found: list[tuple[UUID, UUID]] = [tuple(row) for row in await tx.db.execute(stored.with_for_update())]
    await score(tx, {key: [event] for key in found})


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
    kept = {name: getattr(event.data, name) for name in ("campaign_id", "version")}
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
        return [{**row, "withdrawn": True, "values": [], "late": False, "accepted_at": said.withdrawn_at}]
    values = [value.model_dump(mode="json") for value in said.values]
    return [{**row, "withdrawn": False, "values": values, "late": said.late, "accepted_at": said.accepted_at}]
