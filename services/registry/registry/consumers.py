"""The registry's event door: the sheets that reports are checked against, and who may see their evidence."""

from collections.abc import Sequence

from chassis.bus import Consumers
from chassis.events import Tx
from contracts.appraisal import CrossChecksAssigned
from contracts.envelope import Event
from contracts.people import RecountAdvanced
from contracts.scoring import RescoringAdvanced, SheetPublished
from registry import actions

consumers = Consumers("registry")


@consumers.on(SheetPublished)
async def sheet_published(tx: Tx, events: Sequence[Event[SheetPublished]]) -> None:
    await actions.learn_sheets(tx, events)


@consumers.on(RescoringAdvanced)
async def rescoring_advanced(tx: Tx, events: Sequence[Event[RescoringAdvanced]]) -> None:
    await actions.learn_rescorings(tx, events)


@consumers.on(CrossChecksAssigned)
async def cross_checks_assigned(tx: Tx, events: Sequence[Event[CrossChecksAssigned]]) -> None:
    await actions.learn_checkers(tx, events)


@consumers.on(RecountAdvanced)
async def recount_advanced(tx: Tx, events: Sequence[Event[RecountAdvanced]]) -> None:
    await actions.advance_recounts(tx, events)
