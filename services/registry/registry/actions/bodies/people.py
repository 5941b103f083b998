"""Files on people and units, as callers send them: what is typed stays text until it is read, so that every fault is told."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.envelope import GivenNumber
from registry import rules
from registry.actions.bodies.base import Body

Typed = Annotated[str, Field(max_length=2000)]


class PersonBody(Body):
    """A person who is entered into a unit's list, with the main post there; days as ``30/11/2023`` or ``2023-11-30``."""

    unit_id: UUID
    name: Typed
    words: Typed
    from_on: Typed


class NameBody(Body):
    """Another name for a person, and why; ``version`` is that of the person."""

    version: Annotated[GivenNumber, Field(ge=1)]
    name: Typed
    reason: Typed


class EntryBody(Body):
    """One entry of a file; ``version`` is the one that the caller has seen, 0 for a new entry.

    ``unit_id`` is the unit of a post, or the unit whose own file it is; else the person's unit is taken. ``with_ids`` are
    further holders of an initiative, ``initiative_id`` is the one that was used. An amendment needs a reason.
    """

    version: Annotated[GivenNumber, Field(ge=0)]
    kind: rules.EntryKind
    unit_id: UUID | None = None
    person_id: UUID | None = None
    with_ids: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    initiative_id: UUID | None = None
    values: Annotated[dict[str, Typed], Field(max_length=30)]
    reason: Typed = ""


class WithdrawalBody(Body):
    """An entry that should not be there, and why; it stays as it was written, and counts no more."""

    version: Annotated[GivenNumber, Field(ge=1)]
    reason: Typed
