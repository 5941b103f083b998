"""Evidence, as callers are told of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from registry.actions.bodies.reports import Criterion


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one unit's report of a period, as an address names it."""

    campaign_id: UUID
    period_id: UUID
    unit_id: UUID
    criterion: Criterion


class Evidence(BaseModel):
    """One file of a unit: what it is by its content, and whether anybody has looked for harm in it."""

    evidence_id: UUID
    unit_id: UUID
    sha256: str
    size: int
    kind: str
    name: str
    scan: str
    uploaded_at: datetime


class Attached(BaseModel):
    """Where a report stands after a file was attached to it or taken off."""

    report_id: UUID
    state: str


class AttachedDocument(BaseModel):
    """One document behind a block's founding (``block``) or a yearly rating (``rating``); ``replaced_at`` is None of the one that stands."""

    attachment_id: UUID
    about: str
    subject_id: UUID
    sha256: str
    size: int
    kind: str
    name: str
    scan: str
    post: str
    attached_at: datetime
    replaced_at: datetime | None
