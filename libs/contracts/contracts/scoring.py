"""Events of scoring: published sheets, points, places, and both at once where a block is rescored."""

import operator
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.envelope import Amount, Facts, Payload


class ValueKind(StrEnum):
    """What a unit types for a criterion; ``derived`` criteria take nothing from the form."""

    AMOUNT = "amount"
    COUNT = "count"
    YES_NO = "yes_no"
    DERIVED = "derived"


class Evidence(StrEnum):
    """Whether something has to be attached to what is reported of a line: nothing, what is asked for, or else no report."""

    FREE = "free"
    WANTED = "wanted"
    REQUIRED = "required"


class SheetCriterion(Facts):
    """What a form must know of a criterion: its code on the sheet, its words, its measure and what may be typed."""

    criterion: str
    group: str
    name: str
    measure: str
    value_kind: ValueKind
    required: bool = True
    largest: Amount | None = None
    evidence: Annotated[Evidence, Field(exclude_if=lambda asked: asked is Evidence.FREE)] = Evidence.FREE
    less_is_better: Annotated[bool | None, Field(exclude_if=lambda told: told is None)] = None
    """Of a line with a target; None where it has none, or was published before this was told."""


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


_Among = Annotated[int | None, Field(exclude_if=lambda told: told is None)]


class Place(Facts):
    """A unit's place. ``rank`` is absent for a unit that is not ranked; equal places share their number (1, 1, 3)."""

    unit_id: UUID
    rank: int | None
    previous_rank: int | None
    points: Amount | None
    percent: Amount | None
    decided_by: str | None = None
    """The rule that separated this unit from an equal one, or ``shared``."""
    among: _Among = None
    """Its place among those of the same percent, from 1 on: ``rank`` is this and how many are ranked with a higher percent.

    Whoever keeps it and ``percent`` can tell each rank by counting. Not told before ranks were counted.
    """


class Passed(Facts):
    """So many ``units`` that are ranked at ``least`` per cent or more, but ``below`` another, and are not named: each of them
    keeps its points and its place among equals, and has a rank ``by`` so many lower (higher where it is less than 0).
    """

    least: Amount | None
    """None: everybody down to the last."""
    below: Amount | None
    """None: everybody up to the first."""
    by: int
    units: int


class RankingChanged(Payload):
    """The places of one block in one period that changed; ``leader_points`` let a reader tell the gap.

    Whoever was only passed by others is named too on a board of an ordinary size; on one on which more than a hundred were
    ranked, ``passed`` tells of them.
    """

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
    left: Annotated[tuple[UUID, ...], Field(exclude_if=operator.not_)] = ()
    """Who stands on this board no longer because it is of another block now, or of none."""
    passed: Annotated[tuple[Passed, ...], Field(exclude_if=operator.not_)] = ()


class UnitVotes(Facts):
    """How many votes a unit had."""

    unit_id: UUID
    votes: int


class BlockVoteRecorded(Payload):
    """The block voted between units that nothing else tells apart; of the same units a vote with a higher number counts."""

    event_type: ClassVar[str] = "scoring.block_vote_recorded.v1"
    ordering_key: ClassVar[str] = "block_id"

    vote_id: UUID
    campaign_id: UUID
    period_id: UUID
    block_id: UUID
    number: int
    votes: tuple[UnitVotes, ...]


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
    among: _Among = None
    """As that of a ``Place``."""


class BlockRescored(Payload):
    """A block's scores of one period now stand on ``sheet_version``; whoever is not among ``changed`` kept totals and place.

    What stood on a newer version stays there, unless the rescoring goes ``back``.
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
    back: Annotated[bool, Field(exclude_if=operator.not_)] = False
    """Whether scores on newer versions were rescored under this one too."""


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
    newest: Annotated[int | None, Field(exclude_if=operator.not_)] = None
    """The newest version there was when it was started; where none is told it was this one."""


class BoardState(StrEnum):
    """How a published board stands: a frozen one may be followed by the next, after a final one only by a correction."""

    FROZEN = "frozen"
    FINAL = "final"


class PublishedPlace(Facts):
    """A unit's place on a published board; ``rank`` is absent for one that is not ranked or has not reported."""

    unit_id: UUID
    rank: int | None


class BoardPublished(Payload):
    """A block's board of one period was published for the ``number``-th time and stands as it is from then on.

    ``fingerprint`` is of the order on it (64 hexadecimal digits), ``version`` that of the board underneath, which moves on.
    """

    event_type: ClassVar[str] = "scoring.board_published.v1"
    ordering_key: ClassVar[str] = "block_id"

    campaign_id: UUID
    period_id: UUID
    block_id: UUID
    number: int
    state: BoardState
    correction: bool = False
    version: int
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    members: int
    ranked: int
    places: tuple[PublishedPlace, ...]


class RehearsalAdvanced(Payload):
    """A rehearsal has come so far: ``boards_done`` of ``boards``. Nothing else is told of it: it changes no score."""

    event_type: ClassVar[str] = "scoring.rehearsal_advanced.v1"
    ordering_key: ClassVar[str] = "rehearsal_id"

    rehearsal_id: UUID
    period_id: UUID
    step: int
    boards_done: int
    boards: int
    ended: bool = False
