"""Notify's event door."""

from collections.abc import Sequence

from chassis.bus import Consumers
from chassis.events import Tx
from contracts.appeals import AppealChanged
from contracts.appraisal import CrossChecksAssigned, ItemsObjected, ItemsReviewed
from contracts.awards import EligibilityChanged
from contracts.envelope import Event
from contracts.notices import ReportsReminded, UnitsCalled
from contracts.registry import (
    BlockFormed,
    BlockHeadChanged,
    CampaignLaunched,
    PledgeChanged,
    ReportAccepted,
    ReportReturned,
    ReportSubmitted,
    ReportWithdrawn,
    UnitChanged,
    UnitRegistered,
)
from contracts.scoring import BlockRescored, BoardPublished, RankingChanged, SheetPublished
from notify import actions, rules

consumers = Consumers("notify")


@consumers.on(UnitRegistered)
async def unit_registered(tx: Tx, events: Sequence[Event[UnitRegistered]]) -> None:
    await actions.learn_units(tx, events)


@consumers.on(UnitChanged)
async def unit_changed(tx: Tx, events: Sequence[Event[UnitChanged]]) -> None:
    await actions.learn_names(tx, events)
    await actions.learn_moves(tx, events)
    await actions.post(tx, events, rules.tell_unit_changed)


@consumers.on(BlockFormed)
async def block_formed(tx: Tx, events: Sequence[Event[BlockFormed]]) -> None:
    await actions.learn_blocks(tx, events)


@consumers.on(CampaignLaunched)
async def campaign_launched(tx: Tx, events: Sequence[Event[CampaignLaunched]]) -> None:
    await actions.learn_periods(tx, events)


@consumers.on(UnitsCalled, alone=True)
async def units_called(tx: Tx, events: Sequence[Event[UnitsCalled]]) -> None:
    await actions.post(tx, events, rules.tell_called)


@consumers.on(BlockHeadChanged)
async def block_head_changed(tx: Tx, events: Sequence[Event[BlockHeadChanged]]) -> None:
    await actions.post(tx, events, rules.tell_head)


@consumers.on(ReportsReminded, alone=True)
async def reports_reminded(tx: Tx, events: Sequence[Event[ReportsReminded]]) -> None:
    await actions.remind(tx, events)


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


@consumers.on(SheetPublished)
async def sheet_published(tx: Tx, events: Sequence[Event[SheetPublished]]) -> None:
    await actions.tell_of_sheets(tx, events)


@consumers.on(RankingChanged)
async def ranking_changed(tx: Tx, events: Sequence[Event[RankingChanged]]) -> None:
    await actions.post(tx, events, rules.tell_ranking)


@consumers.on(BlockRescored, alone=True)
async def block_rescored(tx: Tx, events: Sequence[Event[BlockRescored]]) -> None:
    await actions.post(tx, events, rules.tell_rescored)


@consumers.on(BoardPublished)
async def board_published(tx: Tx, events: Sequence[Event[BoardPublished]]) -> None:
    await actions.post(tx, events, rules.tell_published)


@consumers.on(AppealChanged)
async def appeal_changed(tx: Tx, events: Sequence[Event[AppealChanged]]) -> None:
    await actions.post(tx, events, rules.tell_appeal)


@consumers.on(EligibilityChanged)
async def eligibility_changed(tx: Tx, events: Sequence[Event[EligibilityChanged]]) -> None:
    await actions.post(tx, events, rules.tell_eligibility)


@consumers.on(ItemsReviewed)
async def items_reviewed(tx: Tx, events: Sequence[Event[ItemsReviewed]]) -> None:
    await actions.post(tx, events, rules.tell_reviewed)


@consumers.on(CrossChecksAssigned)
async def cross_checks_assigned(tx: Tx, events: Sequence[Event[CrossChecksAssigned]]) -> None:
    await actions.post(tx, events, rules.tell_checkers)


@consumers.on(ItemsObjected)
async def items_objected(tx: Tx, events: Sequence[Event[ItemsObjected]]) -> None:
    await actions.post(tx, events, rules.tell_objected)
