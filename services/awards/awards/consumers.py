"""The event door of awards."""

from collections.abc import Sequence

from awards import actions
from chassis.bus import Consumers
from chassis.events import Tx
from contracts.awards import RecheckAdvanced
from contracts.envelope import Event
from contracts.registry import CampaignLaunched, PledgeChanged, RegistrationCalled, UnitRegistered, YearRecorded
from contracts.scoring import BlockRescored, RankingChanged, ScoreChanged

consumers = Consumers("awards")


@consumers.on(UnitRegistered)
async def unit_registered(tx: Tx, events: Sequence[Event[UnitRegistered]]) -> None:
    await actions.learn_units(tx, events)


@consumers.on(CampaignLaunched)
async def campaign_launched(tx: Tx, events: Sequence[Event[CampaignLaunched]]) -> None:
    await actions.learn_periods(tx, events)


@consumers.on(YearRecorded)
async def year_recorded(tx: Tx, events: Sequence[Event[YearRecorded]]) -> None:
    await actions.learn_years(tx, events)


@consumers.on(RegistrationCalled)
async def registration_called(tx: Tx, events: Sequence[Event[RegistrationCalled]]) -> None:
    await actions.learn_registrations(tx, events)


@consumers.on(PledgeChanged)
async def pledge_changed(tx: Tx, events: Sequence[Event[PledgeChanged]]) -> None:
    await actions.learn_pledges(tx, events)


@consumers.on(ScoreChanged)
async def score_changed(tx: Tx, events: Sequence[Event[ScoreChanged]]) -> None:
    await actions.learn_scores(tx, events)


@consumers.on(RankingChanged)
async def ranking_changed(tx: Tx, events: Sequence[Event[RankingChanged]]) -> None:
    await actions.learn_places(tx, events)


@consumers.on(BlockRescored)
async def block_rescored(tx: Tx, events: Sequence[Event[BlockRescored]]) -> None:
    await actions.learn_rescored_blocks(tx, events)


@consumers.on(RecheckAdvanced)
async def recheck_advanced(tx: Tx, events: Sequence[Event[RecheckAdvanced]]) -> None:
    await actions.advance_rechecks(tx, events)
