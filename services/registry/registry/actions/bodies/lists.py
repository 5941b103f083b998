"""Files of lists, as callers are told of them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from registry.rules.lists import CellFault


class ImportedList(BaseModel):
    """A checked file: ``counts`` are its rows by outcome, ``places`` what it would write, ``done`` what is written of that."""

    import_id: UUID
    list: str
    campaign_id: UUID | None
    period_id: UUID | None
    unit_id: UUID | None
    name: str
    read_as: str
    post: str
    checked_at: datetime
    state: str
    faults: tuple[CellFault, ...]
    counts: dict[str, int]
    places: int
    done: int
