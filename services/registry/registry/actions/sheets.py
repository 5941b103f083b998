"""What the registry keeps of scoring's sheets: each version that was published, and which of them stands where."""

from collections.abc import Sequence

from chassis.events import Tx
from chassis.facts import add
from contracts.envelope import Event
from contracts.scoring import RescoringAdvanced, SheetPublished
from registry.tables import rescorings, sheets


async def learn_sheets(tx: Tx, events: Sequence[Event[SheetPublished]]) -> None:
    """Keep what each version of a sheet asks for."""
    for event in events:
        key = event.data.model_dump(mode="json", include={"sheet_id", "version"})
        fact = event.data.model_dump(mode="json", include={"name", "criteria"})
        if await add(tx, sheets, [{**key, **fact}], answer="version"):
            tx.changed(event)


async def learn_rescorings(tx: Tx, events: Sequence[Event[RescoringAdvanced]]) -> None:
    """Keep on which version of a sheet a rescoring puts everybody, from its first step on."""
    for event in events:
        said = event.data
        if said.step:
            continue
        fact = said.model_dump(mode="json", include={"rescoring_id", "sheet_id", "period_id"})
        versions = {"version": said.sheet_version, "newest": said.newest or said.sheet_version}
        if await add(tx, rescorings, [{**fact, **versions}], answer="rescoring_id"):
            tx.changed(event)
