"""Units and blocks, as callers send them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.registry import UnitKind
from registry.actions.bodies.base import Body, Name


class UnitBody(Body):
    name: Name
    kind: UnitKind
    parent_id: UUID | None = None
    code: Annotated[str, Field(max_length=40)] | None = None
    valid_from: date


class BlockBody(Body):
    year: Annotated[int, Field(ge=2000, le=2100)]
    name: Name
    sheet_id: UUID
    head_unit_id: UUID | None = None
    member_unit_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]
