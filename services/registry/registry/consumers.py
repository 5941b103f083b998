"""The registry's event door: it listens only to the sheets that reports are checked against."""

from collections.abc import Sequence

from chassis.bus import Consumers
from chassis.events import Tx
from contracts.envelope import Event
from contracts.scoring import SheetPublished
from registry import actions

consumers = Consumers("registry")


@consumers.on(SheetPublished)
async def sheet_published(tx: Tx, events: Sequence[Event[SheetPublished]]) -> None:
    await actions.learn_sheets(tx, events)
