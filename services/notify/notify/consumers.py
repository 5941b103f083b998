"""Notify's event door."""

from collections.abc import Sequence

from chassis.bus import Consumers
from chassis.events import Tx
from contracts.awards import EligibilityChanged
from contracts.envelope import Event
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    PledgeChanged,
    ReportAccepted,
    ReportReturned,
    ReportSubmitted,
    ReportWithdrawn,
    UnitChanged,
    UnitRegistered,
)
from contracts.scoring import RankingChanged
from notify import actions, rules

consumers = Consumers("notify")


@consumers.on(UnitRegistered)
async def unit_registered(tx: Tx, events: Sequence[Event[UnitRegistered]]) -> None:
    await actions.learn_units(tx, events)


@consumers.on(UnitChanged)
async def unit_changed(tx: Tx, events: Sequence[Event[UnitChanged]]) -> None:
    await actions.learn_names(tx, events)
    await actions.post(tx, events, rules.tell_unit_changed)


@consumers.on(BlockFormed)
async def block_formed(tx: Tx, events: Sequence[Event[BlockFormed]]) -> None:
    await actions.learn_blocks(tx, events)


@consumers.on(CampaignLaunched)
async def campaign_launched(tx: Tx, events: Sequence[Event[CampaignLaunched]]) -> None:
    await actions.learn_periods(tx, events)


@consumers.on(ReportSubmitted)
async def report_submitted(tx: Tx, events: Sequence[Event[ReportSubmitted]]) -> None:
    await actions.post(tx, events, rules.tell_submitted)


@consumers.on(PledgeChanged)
async def pledge_changed(tx: Tx, events: Sequence[Event[PledgeChanged]]) -> None:
    await actions.post(tx, events, rules.tell_pledge)


@consumers.on(ReportWithdrawn)
async def report_withdrawn(tx: Tx, events: Sequence[Event[ReportWithdrawn]]) -> None:
    await actions.post(tx, events, rules.tell_withdrawn)


@consumers.on(ReportReturned)
async def report_returned(tx: Tx, events: Sequence[Event[ReportReturned]]) -> None:
    await actions.post(tx, events, rules.tell_returned)


@consumers.on(ReportAccepted)
async def report_accepted(tx: Tx, events: Sequence[Event[ReportAccepted]]) -> None:
    await actions.post(tx, events, rules.tell_accepted)


@consumers.on(RankingChanged)
async def ranking_changed(tx: Tx, events: Sequence[Event[RankingChanged]]) -> None:
    await actions.post(tx, events, rules.tell_ranking)


@consumers.on(EligibilityChanged)
async def eligibility_changed(tx: Tx, events: Sequence[Event[EligibilityChanged]]) -> None:
    await actions.post(tx, events, rules.tell_eligibility)
