"""Events of the registry: units, blocks, campaigns, targets, reports and the year record."""

import operator
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.envelope import Amount, Facts, Payload

T = TypeVar("T")
WhereTold = Annotated[T | None, Field(exclude_if=lambda told: told is None)]
WhereKnown = Annotated[T, Field(exclude_if=operator.not_)]
"""What came to an event later: an older one that does not say it stays as it was written."""


class UnitKind(StrEnum):
    """The kinds of unit that the campaign addresses (seed document, "Nơi nhận")."""

    CITY = "city"
    WARD = "ward"
    COMMUNE = "commune"
    DEPARTMENT = "department"
    PARTY_BODY = "party_body"
    MASS_ORGANIZATION = "mass_organization"
    SERVICE_UNIT = "service_unit"
    VERTICAL_BODY = "vertical_body"
    SCHOOL = "school"
    ENTERPRISE = "enterprise"


class TaskRating(StrEnum):
    """Mức độ hoàn thành nhiệm vụ of a collective, best first."""

    EXCELLENT = "excellent"
    GOOD = "good"
    COMPLETED = "completed"
    NOT_COMPLETED = "not_completed"


class UnitRegistered(Payload):
    event_type: ClassVar[str] = "registry.unit_registered.v1"
    ordering_key: ClassVar[str] = "unit_id"

    unit_id: UUID
    version: int
    name: str
    kind: UnitKind
    parent_id: UUID | None = None
    code: str | None = None
    valid_from: date
    short_name: Annotated[str | None, Field(exclude_if=operator.not_)] = None


class BlockFormed(Payload):
    """A khối thi đua of one year: its members compare themselves with one another on one score sheet."""

    event_type: ClassVar[str] = "registry.block_formed.v1"
    ordering_key: ClassVar[str] = "block_id"

    block_id: UUID
    version: int
    year: int
    name: str
    sheet_id: UUID
    head_unit_id: UUID | None = None
    member_unit_ids: tuple[UUID, ...]
    """As it was formed: who came or left in the course of the year, ``UnitChanged`` tells."""
    deputy_unit_id: WhereKnown[UUID | None] = None
    decision_number: WhereKnown[str | None] = None
    decision_on: WhereKnown[date | None] = None
    follows_id: WhereKnown[UUID | None] = None
    """The block of the year before that this one goes on from."""


class CampaignPeriod(Facts):
    """One reporting period; ``number`` orders the periods of a campaign, the last one is the year's."""

    period_id: UUID
    number: int
    name: str
    opens_at: AwareDatetime
    due_at: AwareDatetime
    closes_at: AwareDatetime


class CampaignKind(StrEnum):
    """Hằng năm, chuyên đề, đặc biệt."""

    YEARLY = "yearly"
    THEMED = "themed"
    SPECIAL = "special"


class CampaignReach(StrEnum):
    """By what a campaign says whom it addresses."""

    ALL = "all"
    BLOCKS = "blocks"
    KINDS = "kinds"


class CampaignScope(Facts):
    """Whom a campaign addresses: every unit, those of some blocks, or those of some kinds."""

    reach: CampaignReach
    block_ids: tuple[UUID, ...] = ()
    kinds: tuple[UnitKind, ...] = ()


class Direction(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class CampaignGoal(Facts):
    """A numeric target of a campaign; no ``kinds`` means that every unit in scope has it."""

    code: str
    name: str
    measure: str
    direction: Direction
    baseline: Annotated[Amount, Field(ge=0)] | None = None
    plan: Annotated[Amount, Field(ge=0)]
    kinds: tuple[UnitKind, ...] = ()
    stretch: WhereTold[Annotated[Amount, Field(ge=0)]] = None
    """What is to be striven for beyond the plan (mức phấn đấu), on the side that is better."""


class MilestoneKind(StrEnum):
    REGISTRATION = "registration"
    INTERIM = "interim"
    FINAL = "final"


class CampaignMilestone(Facts):
    kind: MilestoneKind
    name: str
    on: date


class IssuingDocument(Facts):
    """The document that a campaign was issued with, as one cites it; None for what is not issued yet."""

    number: str | None = None
    symbol: str | None = None
    issued_on: date | None = None
    title: str | None = None


class CampaignLaunched(Payload):
    """A campaign was launched, or corrected since: the newest version says all of it."""

    event_type: ClassVar[str] = "registry.campaign_launched.v1"
    ordering_key: ClassVar[str] = "campaign_id"

    campaign_id: UUID
    version: int
    year: int
    name: str
    starts_on: date
    ends_on: date
    periods: tuple[CampaignPeriod, ...]
    kind: WhereKnown[CampaignKind | None] = None
    parent_id: WhereKnown[UUID | None] = None
    scope: WhereKnown[CampaignScope | None] = None
    goals: WhereKnown[tuple[CampaignGoal, ...]] = ()
    milestones: WhereKnown[tuple[CampaignMilestone, ...]] = ()
    document: WhereKnown[IssuingDocument | None] = None
    corrected: WhereKnown[tuple[str, ...]] = ()
    """The sections that this version says otherwise than the one before: ``document``, ``periods``, ``milestones``, and so on."""


class Target(Facts):
    """The plan value of one criterion for one unit; ``assigned`` false takes the criterion out of its maximum."""

    criterion: str
    target: Annotated[Amount, Field(ge=0)] | None = None
    assigned: bool = True
    stretch: WhereTold[Annotated[Amount, Field(ge=0)]] = None


class TargetsAssigned(Payload):
    event_type: ClassVar[str] = "registry.targets_assigned.v1"
    ordering_key: ClassVar[str] = "unit_id"

    campaign_id: UUID
    unit_id: UUID
    version: int
    targets: tuple[Target, ...]


class ReportedValue(Facts):
    """What a unit reports for one criterion: an amount in the criterion's measure, 1 or 0 for yes or no."""

    criterion: str
    value: Amount


class _OfReport(Payload):
    """What is told of every submission, whatever became of it."""

    ordering_key: ClassVar[str] = "unit_id"

    report_id: UUID
    receipt_number: str
    version: int
    campaign_id: UUID
    period_id: UUID
    block_id: UUID
    unit_id: UUID


class ReportSubmitted(_OfReport):
    """A report was accepted. It holds every value, so that a reader never needs an older version."""

    event_type: ClassVar[str] = "registry.report_submitted.v1"

    accepted_at: AwareDatetime
    late: bool
    values: tuple[ReportedValue, ...]
    late_days: WhereKnown[int] = 0
    """Days of lateness as ``late`` is counted: what answers a return is as late as what was returned. One that is late and
    says none was sent before days were counted."""
    late_days_sent: WhereKnown[int] = 0
    """The same by when this was sent itself."""


class YearRecorded(Payload):
    """The year of a collective in figures: what the conditions of its titles are checked against."""

    event_type: ClassVar[str] = "registry.year_recorded.v1"
    ordering_key: ClassVar[str] = "unit_id"

    unit_id: UUID
    year: int
    version: int
    headcount: int
    completed_tasks: int
    advanced_workers: int
    grassroots_fighters: int
    disciplined: int
    """Members disciplined from cảnh cáo (warning) up."""
    task_rating: TaskRating | None = None
    pledged_on: date | None = None


class UnitChangeKind(StrEnum):
    """What a decision did to one unit after it was registered."""

    FOUNDED = "founded"
    RENAMED = "renamed"
    RECODED = "recoded"
    PLACED = "placed"
    MOVED = "moved"
    ABSORBED = "absorbed"
    PARTED = "parted"
    MERGED = "merged"
    SPLIT = "split"
    CLOSED = "closed"


class UnitChanged(Payload):
    """What became of a unit from ``effective_on`` on: one event for each unit that a decision touches.

    ``name``, ``short_name``, ``code``, ``parent_id`` belong to the kind that changes them. After ``moved`` and ``founded`` the unit stands in
    ``block_id`` for the rest of that year; after ``merged``, ``split`` and ``closed`` it is no more.
    """

    event_type: ClassVar[str] = "registry.unit_changed.v1"
    ordering_key: ClassVar[str] = "unit_id"

    change_id: UUID
    unit_id: UUID
    version: int
    kind: UnitChangeKind
    effective_on: date
    name: str | None = None
    code: str | None = None
    parent_id: UUID | None = None
    block_id: UUID | None = None
    predecessors: tuple[UUID, ...] = ()
    successors: tuple[UUID, ...] = ()
    short_name: Annotated[str | None, Field(exclude_if=operator.not_)] = None
    revokes: Annotated[UUID | None, Field(exclude_if=operator.not_)] = None
    """The decision that is taken back: what is told here is how the unit stands again from ``effective_on`` on. A unit that it
    had ended is told as moved to its block, one that it had founded as closed."""


class BlockHeadChanged(Payload):
    """Who leads a block from a day on, decided after the block was formed; ``previous_…`` led it until then, or was named wrongly."""

    event_type: ClassVar[str] = "registry.block_head_changed.v1"
    ordering_key: ClassVar[str] = "block_id"

    block_id: UUID
    version: int
    from_on: date
    head_unit_id: UUID | None = None
    deputy_unit_id: UUID | None = None
    previous_head_unit_id: Annotated[UUID | None, Field(exclude_if=operator.not_)] = None
    previous_deputy_unit_id: Annotated[UUID | None, Field(exclude_if=operator.not_)] = None


class CampaignClosed(Payload):
    """A campaign has ended: it takes no report and no pledge any more."""

    event_type: ClassVar[str] = "registry.campaign_closed.v1"
    ordering_key: ClassVar[str] = "campaign_id"

    campaign_id: UUID
    version: int
    year: int
    closed_at: AwareDatetime


class RegistrationCalled(Payload):
    """A campaign asks its units to register by a day: whoever has no pledge after it has not registered."""

    event_type: ClassVar[str] = "registry.registration_called.v1"
    ordering_key: ClassVar[str] = "campaign_id"

    campaign_id: UUID
    version: int
    year: int
    due_on: date | None
    """None: the campaign names no day any more."""


class PledgeState(StrEnum):
    """How a unit's registration (đăng ký thi đua, giao ước) stands."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    AMENDED = "amended"


class Promise(Facts):
    """What a unit promises to reach of one goal of the campaign."""

    code: str
    value: Amount


class PledgeChanged(Payload):
    """A unit's pledge took a step. What it says in words, and every reason, stays in the registry."""

    event_type: ClassVar[str] = "registry.pledge_changed.v1"
    ordering_key: ClassVar[str] = "unit_id"

    campaign_id: UUID
    unit_id: UUID
    version: int
    year: int
    state: PledgeState
    titles: tuple[str, ...]
    """The codes of the titles that the unit registers for."""
    pledged_on: date | None = None
    """The day of the first submission that stands; None while the pledge is returned or withdrawn."""
    promises: WhereKnown[tuple[Promise, ...]] = ()
    withdrawn: Annotated[bool, Field(exclude_if=operator.not_)] = False
    """The unit itself took something back: the pledge, whose ``state`` is "returned" then, or an amendment, and what was
    approved before it stands again. Neither is a decision of the office."""


class ReportWithdrawn(Payload):
    """The unit took its report back: until it sends it again, nothing of it counts."""

    event_type: ClassVar[str] = "registry.report_withdrawn.v1"
    ordering_key: ClassVar[str] = "unit_id"

    report_id: UUID
    receipt_number: str
    """The submission that no longer counts."""
    version: int
    """Newer than that submission's, older than whatever is sent after it."""
    campaign_id: UUID
    period_id: UUID
    block_id: UUID
    unit_id: UUID
    withdrawn_at: AwareDatetime


class ReportReturned(_OfReport):
    """Items of a report were flagged for correction. What was sent keeps counting until the unit sends them again."""

    event_type: ClassVar[str] = "registry.report_returned.v1"

    criteria: tuple[str, ...]
    taken_back: WhereKnown[bool] = False
    """Whoever returned these took it back: nothing is to be corrected, and what was sent waits to be looked at again."""


class ReportAccepted(_OfReport):
    """Whoever reviews has nothing more to ask about this submission."""

    event_type: ClassVar[str] = "registry.report_accepted.v1"
