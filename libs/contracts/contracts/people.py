"""Events of the registry's files on people and units: ids, days and grades. A name or a sentence never leaves the registry.

Each entry of a file is told whole with every version; ``standing`` is false once it was withdrawn. ``person_id`` is None
where the unit itself is meant. Days are calendar days in Vietnam, first and last day both included.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from contracts.envelope import Payload
from contracts.registry import TaskRating


class DisciplineLevel(StrEnum):
    """How heavy a discipline is, lightest first."""

    REPRIMAND = "reprimand"
    WARNING = "warning"
    HEAVIER = "heavier"


class InitiativeLevel(StrEnum):
    """Who recognised an initiative and how far it reaches: cơ sở, tỉnh, toàn quốc (Luật 06/2022 Đ.21–23)."""

    GRASSROOTS = "grassroots"
    PROVINCIAL = "provincial"
    NATIONAL = "national"


class HoldKind(StrEnum):
    """Why nothing is decided for the time being (NĐ 152/2025 Đ.4 kh.4)."""

    DISCIPLINE = "discipline"
    INSPECTION = "inspection"
    COMPLAINT = "complaint"
    PRESS = "press"


class ClearanceAnswer(StrEnum):
    """What another body answered when it was asked whether anything speaks against an award."""

    NOTHING_FOUND = "nothing_found"
    OBJECTION = "objection"


class UsePurpose(StrEnum):
    """What an initiative was used for: the one excludes the other."""

    TITLE = "title"
    COMMENDATION = "commendation"


class AwardForm(StrEnum):
    """Flags and commendations that collectives are given, as far as score sheets ask for them."""

    ORDER = "order"
    GOVERNMENT_FLAG = "government_flag"
    PROVINCIAL_FLAG = "provincial_flag"
    PRIME_MINISTERS_COMMENDATION = "prime_ministers_commendation"
    PROVINCIAL_COMMENDATION = "provincial_commendation"
    MERIT_CERTIFICATE = "merit_certificate"


class PersonEntered(Payload):
    """A person was entered into a unit's list, or what is written of the person there was corrected."""

    event_type: ClassVar[str] = "registry.person_entered.v1"
    ordering_key: ClassVar[str] = "person_id"

    person_id: UUID
    version: int
    unit_id: UUID


class _OfEntry(Payload):
    """What is told of every entry of a file, whatever its kind."""

    ordering_key: ClassVar[str] = "unit_id"

    entry_id: UUID
    version: int
    standing: bool
    unit_id: UUID


class ServiceRecorded(_OfEntry):
    """A person's service in a unit (thời gian công tác); ``main`` is the one post by which the person is counted."""

    event_type: ClassVar[str] = "registry.service_recorded.v1"
    ordering_key: ClassVar[str] = "person_id"

    person_id: UUID
    main: bool
    from_on: date
    until_on: date | None = None


class TaskRated(_OfEntry):
    """The yearly task rating (mức độ hoàn thành nhiệm vụ) of a person or a unit."""

    event_type: ClassVar[str] = "registry.task_rated.v1"

    person_id: UUID | None = None
    year: int
    rating: TaskRating


class DisciplineRecorded(_OfEntry):
    """A discipline with its term; achievements count from the end of the term (NĐ 152/2025 Đ.4 kh.4)."""

    event_type: ClassVar[str] = "registry.discipline_recorded.v1"

    person_id: UUID | None = None
    level: DisciplineLevel
    from_on: date
    until_on: date | None = None


class InitiativeRecognised(_OfEntry):
    """An initiative (sáng kiến) was recognised; ``person_ids`` are all its holders, none for a collective's own."""

    event_type: ClassVar[str] = "registry.initiative_recognised.v1"

    person_ids: tuple[UUID, ...] = ()
    level: InitiativeLevel
    recognised_on: date


class InitiativeUsed(_OfEntry):
    """An initiative was used for a title or a commendation (CV 5007/BNV-TĐKT III.5.c)."""

    event_type: ClassVar[str] = "registry.initiative_used.v1"

    initiative_id: UUID
    """The entry of the initiative itself."""
    purpose: UsePurpose
    code: str
    """The code of the title or commendation."""
    year: int


class AwardRecorded(_OfEntry):
    """A superior body awarded the unit itself for a year; the decision is the evidence."""

    event_type: ClassVar[str] = "registry.award_recorded.v1"

    year: int
    form: AwardForm
    decision_number: str
    decided_on: date


class HoldRecorded(_OfEntry):
    """Something is being verified; until ``until_on`` nothing is decided about the person or the unit."""

    event_type: ClassVar[str] = "registry.hold_recorded.v1"

    person_id: UUID | None = None
    kind: HoldKind
    from_on: date
    until_on: date | None = None


class ClearanceRecorded(_OfEntry):
    """Another body was asked, and perhaps has answered, whether anything speaks against an award."""

    event_type: ClassVar[str] = "registry.clearance_recorded.v1"

    person_id: UUID | None = None
    asked_on: date
    answered_on: date | None = None
    answer: ClearanceAnswer | None = None


class RecountAdvanced(Payload):
    """Years were counted anew, because the law was amended, up to this unit; what follows is for the next step."""

    event_type: ClassVar[str] = "registry.recount_advanced.v1"
    ordering_key: ClassVar[str] = "recount_id"

    recount_id: UUID
    after_unit: UUID
