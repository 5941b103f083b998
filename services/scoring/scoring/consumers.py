"""Scoring's event door."""

from collections.abc import Sequence

from chassis.bus import Consumers
from chassis.events import Tx
from contracts.envelope import Event
from contracts.people import AwardRecorded
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    ReportSubmitted,
    ReportWithdrawn,
    TargetsAssigned,
    UnitChanged,
)
from contracts.scoring import RehearsalAdvanced, RescoringAdvanced
from scoring import actions

consumers = Consumers("scoring")


@consumers.on(BlockFormed)
async def block_formed(tx: Tx, events: Sequence[Event[BlockFormed]]) -> None:
    await actions.learn_blocks(tx, events)


@consumers.on(CampaignLaunched)
async def campaign_launched(tx: Tx, events: Sequence[Event[CampaignLaunched]]) -> None:
    await actions.learn_periods(tx, events)


@consumers.on(TargetsAssigned)
async def targets_assigned(tx: Tx, events: Sequence[Event[TargetsAssigned]]) -> None:
    await actions.learn_targets(tx, events)


@consumers.on(ReportSubmitted)
async def report_submitted(tx: Tx, events: Sequence[Event[ReportSubmitted]]) -> None:
    await actions.take_up_reports(tx, events)


@consumers.on(AwardRecorded)
async def award_recorded(tx: Tx, events: Sequence[Event[AwardRecorded]]) -> None:
    await actions.learn_awards(tx, events)


@consumers.on(UnitChanged)
async def unit_changed(tx: Tx, events: Sequence[Event[UnitChanged]]) -> None:
    await actions.learn_moves(tx, events)


@consumers.on(ReportWithdrawn)
async def report_withdrawn(tx: Tx, events: Sequence[Event[ReportWithdrawn]]) -> None:
    await actions.take_up_reports(tx, events)


@consumers.on(RescoringAdvanced)
async def rescoring_advanced(tx: Tx, events: Sequence[Event[RescoringAdvanced]]) -> None:
    await actions.advance_rescorings(tx, events)


@consumers.on(RehearsalAdvanced)
async def rehearsal_advanced(tx: Tx, events: Sequence[Event[RehearsalAdvanced]]) -> None:
    await actions.advance_rehearsals(tx, events)
