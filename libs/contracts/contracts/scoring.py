"""Events of scoring: published sheets, points, places, and both at once where a block is rescored."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from contracts.envelope import Amount, Facts, Payload


class ValueKind(StrEnum):
    """What a unit types for a criterion; ``derived`` criteria take nothing from the form."""

    AMOUNT = "amount"
    COUNT = "count"
    YES_NO = "yes_no"
    DERIVED = "derived"


class SheetCriterion(Facts):
    """What a form must know of a criterion: its code on the sheet, its words, its measure and what may be typed."""

    criterion: str
    group: str
    name: str
    measure: str
    value_kind: ValueKind
    required: bool = True
    largest: Amount | None = None


class SheetPublished(Payload):
    event_type: ClassVar[str] = "scoring.sheet_published.v1"
    ordering_key: ClassVar[str] = "sheet_id"

    sheet_id: UUID
    version: int
    name: str
    criteria: tuple[SheetCriterion, ...]


class CriterionPoints(Facts):
    """Points of one criterion; ``points`` is absent while nothing was reported."""

    criterion: str
    points: Amount
    maximum: Amount


class ScoreChanged(Payload):
    """A unit's total in one period, recomputed from its accepted facts."""

    event_type: ClassVar[str] = "scoring.score_changed.v1"
    ordering_key: ClassVar[str] = "unit_id"

    campaign_id: UUID
    period_id: UUID
    block_id: UUID
    unit_id: UUID
    version: int
    report_version: int
    sheet_id: UUID
    sheet_version: int
    points: Amount
    maximum: Amount
    percent: Amount
    previous_points: Amount | None = None
    disqualified: bool = False
    criteria: tuple[CriterionPoints, ...]


class Place(Facts):
    """A unit's place. ``rank`` is absent for a unit that is not ranked; equal places share their number (1, 1, 3)."""

    unit_id: UUID
    rank: int | None
    previous_rank: int | None
    points: Amount | None
    percent: Amount | None
    decided_by: str | None = None
    """The rule that separated this unit from an equal one, or ``shared``."""


class RankingChanged(Payload):
    """The places of one block in one period that changed; ``leader`` percent and points let a reader tell the gap."""

    event_type: ClassVar[str] = "scoring.ranking_changed.v1"
    ordering_key: ClassVar[str] = "block_id"

    campaign_id: UUID
    period_id: UUID
    block_id: UUID
    version: int
    members: int
    ranked: int
    leader_points: Amount | None = None
    changed: tuple[Place, ...]


class RescoredUnit(Facts):
    """A unit whose totals or whose place another version of the sheet has changed; ``version`` is that of its score."""

    unit_id: UUID
    version: int
    points: Amount
    maximum: Amount
    percent: Amount
    previous_points: Amount
    disqualified: bool = False
    rank: int | None
    previous_rank: int | None
    decided_by: str | None = None


class BlockRescored(Payload):
    """A block's scores of one period now stand on ``sheet_version``; whoever is not among ``changed`` kept totals and place.

    One event a block, or ``parts`` of them where more units changed than one event may hold. ``version`` is the board's.
    """

    event_type: ClassVar[str] = "scoring.block_rescored.v1"
    ordering_key: ClassVar[str] = "block_id"

    rescoring_id: UUID
    campaign_id: UUID
    period_id: UUID
    block_id: UUID
    sheet_id: UUID
    sheet_version: int
    version: int
    part: int
    parts: int
    members: int
    ranked: int
    leader_points: Amount | None = None
    changed: tuple[RescoredUnit, ...]


class RescoringAdvanced(Payload):
    """A rescoring has come so far: ``boards_done`` of ``boards``. Each step asks for the next until it has ended."""

    event_type: ClassVar[str] = "scoring.rescoring_advanced.v1"
    ordering_key: ClassVar[str] = "rescoring_id"

    rescoring_id: UUID
    sheet_id: UUID
    sheet_version: int
    period_id: UUID | None = None
    step: int
    boards_done: int
    boards: int
    ended: bool = False
