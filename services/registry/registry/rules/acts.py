"""What the office may decide of units, and what a decision is checked against."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.registry import UnitKind
from registry.rules.structure import Change, ChangeKind, State, ended_on, states


class ActKind(StrEnum):
    """What the office decides of a unit."""

    RENAME = "rename"
    RECODE = "recode"
    PLACE = "place"
    CONTACT = "contact"
    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"
    CLOSE = "close"


WORDS: Final[Mapping[ActKind, str]] = {
    ActKind.RENAME: "đổi tên",
    ActKind.RECODE: "đổi mã",
    ActKind.PLACE: "đổi đơn vị cấp trên",
    ActKind.CONTACT: "đổi thông tin liên hệ",
    ActKind.MOVE: "chuyển khối",
    ActKind.MERGE: "sáp nhập",
    ActKind.SPLIT: "chia, tách",
    ActKind.CLOSE: "giải thể",
}
ENDING: Final = frozenset({ActKind.MERGE, ActKind.SPLIT, ActKind.CLOSE})


class Phase(StrEnum):
    """Where a unit is in its life on the day of a decision."""

    ACTIVE = "active"
    LEAVING = "leaving"
    ENDED = "ended"


POSSIBLE: Final[Mapping[Phase, frozenset[ActKind]]] = {
    Phase.ACTIVE: frozenset(ActKind),
    Phase.LEAVING: frozenset(ActKind) - ENDING,
    Phase.ENDED: frozenset(),
}
"""The transition table: what can still be decided of a unit. A unit that is leaving has its end decided for a later day."""

Name = Annotated[str, Field(min_length=1, max_length=300)]
ShortName = Annotated[str, Field(min_length=1, max_length=60)]
Code = Annotated[str, Field(min_length=1, max_length=40)]


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Contact(_Sent):
    """How a unit is reached: posts and places, never persons."""

    post: Annotated[str, Field(max_length=200)] = ""
    phone: Annotated[str, Field(max_length=50)] = ""
    email: Annotated[str, Field(max_length=200)] = ""
    address: Annotated[str, Field(max_length=300)] = ""


class NewUnit(_Sent):
    """A unit that a merger or a split founds."""

    unit_id: UUID
    name: Name
    short_name: ShortName | None = None
    kind: UnitKind
    code: Code | None = None
    parent_id: UUID | None = None
    block_id: UUID | None = None


class Act(_Sent):
    """One decision: what, of which units, from which day on, and on which ground."""

    kind: ActKind
    unit_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=50)]
    effective_on: date
    reason: Annotated[str, Field(min_length=3, max_length=500)]
    decision_number: Annotated[str, Field(max_length=100)] | None = None
    decision_on: date | None = None
    name: Name | None = None
    short_name: ShortName | None = None
    """Left out of a renaming, the unit keeps the one that it has; null, it has none any more."""
    code: Code | None = None
    parent_id: UUID | None = None
    contact: Contact | None = None
    block_id: UUID | None = None
    into: UUID | None = None
    new_units: Annotated[tuple[NewUnit, ...], Field(max_length=20)] = ()
    keeps: bool = False
    children_to: UUID | None = None


TAKES: Final[Mapping[ActKind, frozenset[str]]] = {
    ActKind.RENAME: frozenset({"name", "short_name"}),
    ActKind.RECODE: frozenset({"code"}),
    ActKind.PLACE: frozenset({"parent_id"}),
    ActKind.CONTACT: frozenset({"contact"}),
    ActKind.MOVE: frozenset({"block_id"}),
    ActKind.MERGE: frozenset({"into", "new_units"}),
    ActKind.SPLIT: frozenset({"new_units", "keeps", "children_to"}),
    ActKind.CLOSE: frozenset({"children_to"}),
}


class Known(BaseModel):
    """What is known of one unit."""

    model_config = ConfigDict(frozen=True)

    unit_id: UUID
    version: int
    changes: tuple[Change, ...]

    @property
    def states(self) -> tuple[State, ...]:
        return states(self.changes)


class World(BaseModel):
    """All that a decision is checked against."""

    model_config = ConfigDict(frozen=True)

    today: date
    units: Mapping[UUID, Known]
    """Every unit that the decision names, and the children of those that end."""
    children: Mapping[UUID, tuple[UUID, ...]]
    """Who stands under each unit named, on the day of the decision."""
    later_children: frozenset[UUID]
    """Units under which somebody is to stand only after that day."""
    above: frozenset[UUID]
    """The units above the new parent, itself included."""
    blocks: Mapping[UUID, int]
    """The year of each block named."""
    standings: Mapping[UUID, tuple[tuple[date, UUID | None], ...]]
    """Where each unit stands in the blocks of that year."""
    codes: Mapping[str, tuple[tuple[UUID, str], ...]]
    """Who has each code named on that day or will have it."""


class Planned(BaseModel):
    """What a decision does to one unit."""

    model_config = ConfigDict(frozen=True)

    unit_id: UUID
    kind: ChangeKind
    sets: dict[str, Any] = {}
    successors: tuple[UUID, ...] = ()
    predecessors: tuple[UUID, ...] = ()


class Refused(BaseModel):
    """A unit with which this can no longer be done, and what still can."""

    model_config = ConfigDict(frozen=True)

    unit_id: UUID
    message: str
    possible: tuple[ActKind, ...]


def day(on: date) -> str:
    return f"{on:%d/%m/%Y}"


def phase(known: Known, on: date) -> Phase:
    """Tell where a unit is in its life on a day on which it had begun."""
    end = ended_on(known.changes)
    if end is None:
        return Phase.ACTIVE
    return Phase.ENDED if end <= on else Phase.LEAVING


def ending(act: Act) -> tuple[UUID, ...]:
    """Name the units that are no more after this decision."""
    return act.unit_ids if act.kind in ENDING and not act.keeps else ()
