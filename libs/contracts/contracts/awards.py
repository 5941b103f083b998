"""Events of awards: what a unit meets and misses for a title, and that a fact of law was changed or confirmed."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from contracts.envelope import Facts, Payload


class Verdict(StrEnum):
    """Three values: an unsure condition asks for confirmation, it never refuses in silence."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    NEEDS_CONFIRMATION = "needs_confirmation"


class Finding(StrEnum):
    """What was found for one condition; ``unknown`` = the fact is not there yet, ``unsure`` = the rule is not certain."""

    MET = "met"
    MISSING = "missing"
    UNKNOWN = "unknown"
    UNSURE = "unsure"


class ConditionFinding(Facts):
    condition: str
    finding: Finding


class EligibilityChanged(Payload):
    """The verdict on one title of one unit changed, or the set of conditions it misses."""

    event_type: ClassVar[str] = "awards.eligibility_changed.v1"
    ordering_key: ClassVar[str] = "unit_id"

    campaign_id: UUID
    unit_id: UUID
    year: int
    title: str
    title_name: str
    """The title's name as the rule pack has it."""
    version: int
    pack: str
    pack_revision: int
    verdict: Verdict
    previous_verdict: Verdict | None = None
    conditions: tuple[ConditionFinding, ...]


class PackAmended(Payload):
    """People changed or confirmed one fact of a rule pack; what it says now stands in the pack's new revision."""

    event_type: ClassVar[str] = "awards.pack_amended.v1"
    ordering_key: ClassVar[str] = "amendment_id"

    amendment_id: UUID
    pack: str
    revision: int
    title: str | None = None
    condition: str | None = None
    """Neither named: the pack's dates of force."""
    confirmed: bool


class RecheckAdvanced(Payload):
    """Eligibility was checked again, because a pack was amended, up to this unit and year; what follows is for the next step."""

    event_type: ClassVar[str] = "awards.recheck_advanced.v1"
    ordering_key: ClassVar[str] = "amendment_id"

    amendment_id: UUID
    pack: str
    after_unit: UUID
    after_year: int
