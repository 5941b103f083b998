"""The facts that scores are computed from: each is kept in its newest version, and what it changes is scored again."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from chassis.events import Tx
from chassis.facts import learn_all
from contracts.envelope import Event
from contracts.registry import BlockFormed, CampaignLaunched, ReportSubmitted, TargetsAssigned
from scoring.actions.boards import rank_again
from scoring.actions.keys import Key
from scoring.actions.scores import score
from scoring.tables import blocks, periods, reports, targets


async def learn_blocks(tx: Tx, events: Sequence[Event[BlockFormed]]) -> None:
    """Keep who stands in which block on which sheet, and score again what that changes."""
    for event in events:
        if await learn_all(tx, blocks, block_rows(event), key=("block_id",)):
            tx.changed(event)
            await _score_again(tx, event, reports.c.unit_id.in_(event.data.member_unit_ids))
            await rank_again(tx, event.data.block_id, event)


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


async def take_up_reports(tx: Tx, events: Sequence[Event[ReportSubmitted]]) -> None:
    """Keep the newest report of each unit and period, then score and rank what is new, in sets."""
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


def period_rows(event: Event[CampaignLaunched]) -> Rows:
    kept = {name: getattr(event.data, name) for name in ("campaign_id", "version")}
    return [{**kept, "period_id": period.period_id, "number": period.number} for period in event.data.periods]


def target_rows(event: Event[TargetsAssigned]) -> Rows:
    kept = {name: getattr(event.data, name) for name in ("campaign_id", "unit_id", "version")}
    return [{**kept, "targets": [target.model_dump(mode="json") for target in event.data.targets]}]


def report_rows(event: Event[ReportSubmitted]) -> Rows:
    kept = ("period_id", "unit_id", "campaign_id", "block_id", "version", "late", "receipt_number", "accepted_at")
    return [
        {
            **{name: getattr(event.data, name) for name in kept},
            "values": [value.model_dump(mode="json") for value in event.data.values],
            "event_id": event.id,
        }
    ]
