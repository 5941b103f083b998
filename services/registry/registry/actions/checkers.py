"""Who checks whose report, as scoring tells: only so that the checking unit may see the evidence."""

from collections.abc import Sequence

from chassis.events import Tx
from chassis.facts import learn_all
from contracts.appraisal import CrossChecksAssigned
from contracts.envelope import Event
from registry.tables import checkers


async def learn_checkers(tx: Tx, events: Sequence[Event[CrossChecksAssigned]]) -> None:
    """Keep who checks whom; whoever was named before may no longer look."""
    for event in events:
        rows = [{"period_id": event.data.period_id, **dict(check)} for check in event.data.checks]
        if await learn_all(tx, checkers, rows, key=("period_id", "unit_id")):
            tx.changed(event)
