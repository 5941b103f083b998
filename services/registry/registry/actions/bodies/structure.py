"""Units and blocks, as callers send them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.envelope import GivenNumber
from contracts.registry import UnitKind
from registry import rules
from registry.actions.bodies.base import Body, Name

Number = Annotated[str, Field(max_length=100)]


class UnitBody(Body):
    """A unit as it began; what became of it later is told by ``ChangeBody``."""

    name: Name
    short_name: rules.ShortName | None = None
    """Left out, the unit keeps the one that it has."""
    kind: UnitKind
    parent_id: UUID | None = None
    code: Annotated[str, Field(max_length=40)] | None = None
    valid_from: date


class RegistrationBody(UnitBody):
    """How a unit began, said otherwise, and why; ``version`` is the unit's that was read."""

    version: Annotated[GivenNumber, Field(ge=1)]
    reason: Annotated[str, Field(min_length=3, max_length=500)]


class _Formed(Body):
    """How a block was formed; its founding decision may not be known."""

    name: Name
    sheet_id: UUID
    head_unit_id: UUID | None = None
    member_unit_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]
    deputy_unit_id: UUID | None = None
    decision_number: Number | None = None
    decision_on: date | None = None
    follows_id: UUID | None = None


class BlockBody(_Formed):
    """A block as it was formed for its year; its founding decision may not be known."""

    year: Annotated[int, Field(ge=2000, le=2100)]


class FormationBody(_Formed):
    """How a block was formed, said otherwise; its year stays. ``version`` is the block's that was read."""

    version: Annotated[GivenNumber, Field(ge=1)]


class HeadBody(Body):
    """Who leads a block from a day on."""

    from_on: date
    head_unit_id: UUID | None = None
    deputy_unit_id: UUID | None = None
    reason: Annotated[str, Field(min_length=3, max_length=500)]
    decision_number: Number | None = None
    decision_on: date | None = None


class TurnBody(Body):
    """Who leads a block from a day that was entered before, said otherwise; ``version`` is the block's that was read."""

    version: Annotated[GivenNumber, Field(ge=1)]
    head_unit_id: UUID | None = None
    deputy_unit_id: UUID | None = None
    reason: Annotated[str, Field(min_length=3, max_length=500)]
    decision_number: Number | None = None
    decision_on: date | None = None


class ChangeBody(rules.Act):
    """A decision about units; ``seen`` is what its preview showed, so that nothing else is confirmed."""

    seen: Annotated[str, Field(max_length=64)] | None = None


class RevocationBody(Body):
    """Why a decision is taken back."""

    reason: Annotated[str, Field(min_length=3, max_length=500)]


class Touched(BaseModel):
    """What a decision does to one unit."""

    unit_id: UUID
    name: str
    change: rules.ChangeKind
    version: int


class AffectedBlock(BaseModel):
    """A block of that year that a unit leaves or enters, and whether it loses its head or deputy."""

    unit_id: UUID
    year: int
    from_block_id: UUID | None
    to_block_id: UUID | None
    leads: bool


class AffectedPeriod(BaseModel):
    """A reporting period of a unit: whether its board follows, and what lies in it."""

    unit_id: UUID
    period_id: UUID
    name: str
    follows: bool
    state: str | None
    late: bool


class AffectedPledge(BaseModel):
    """A unit's pledge for a campaign of that year, as it stands; ``pledged_on`` is the day of its first submission."""

    unit_id: UUID
    campaign_id: UUID
    campaign: str
    state: rules.Registration
    pledged_on: date


class AffectedYear(BaseModel):
    """What a unit is to reach in the year of the decision; ``pledged_on`` is the day that it wrote into its figures."""

    unit_id: UUID
    year: int
    pledged_on: date | None
    targets: int


class Affected(BaseModel):
    """What a decision would do; ``seen`` stands for all of it."""

    units: tuple[Touched, ...]
    children: int
    blocks: tuple[AffectedBlock, ...]
    periods: tuple[AffectedPeriod, ...]
    pledges: tuple[AffectedPledge, ...]
    years: tuple[AffectedYear, ...]
    seen: str


class Changed(BaseModel):
    """The decision as it was recorded."""

    change_id: UUID
    units: tuple[Touched, ...]
