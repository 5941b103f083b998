"""All event types, and which service takes up which: the one list that topology, consumers and ripples share."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from contracts import appeals, appraisal, awards, notices, notify, people, registry, scoring
from contracts.envelope import Event, Payload

STREAM: Final = "EVENTS"

PAYLOADS: Final[Mapping[str, type[Payload]]] = {
    payload.event_type: payload
    for payload in (
        registry.UnitRegistered,
        registry.BlockFormed,
        registry.CampaignLaunched,
        registry.TargetsAssigned,
        registry.ReportSubmitted,
        registry.YearRecorded,
        registry.UnitChanged,
        registry.BlockHeadChanged,
        registry.CampaignClosed,
        registry.RegistrationCalled,
        registry.PledgeChanged,
        registry.ReportWithdrawn,
        registry.ReportReturned,
        registry.ReportAccepted,
        notices.UnitsCalled,
        notices.ReportsReminded,
        people.PersonEntered,
        people.ServiceRecorded,
        people.TaskRated,
        people.DisciplineRecorded,
        people.InitiativeRecognised,
        people.InitiativeUsed,
        people.AwardRecorded,
        people.HoldRecorded,
        people.ClearanceRecorded,
        scoring.SheetPublished,
        scoring.ScoreChanged,
        scoring.RankingChanged,
        scoring.BlockVoteRecorded,
        scoring.BlockRescored,
        scoring.RescoringAdvanced,
        scoring.BoardPublished,
        appraisal.ItemsReviewed,
        scoring.RehearsalAdvanced,
        appeals.AppealChanged,
        appraisal.CrossChecksAssigned,
        appraisal.ItemsObjected,
        awards.EligibilityChanged,
        awards.PackAmended,
        awards.RecheckAdvanced,
        people.RecountAdvanced,
        notify.MessagePosted,
    )
}

LISTENERS: Final[Mapping[str, tuple[type[Payload], ...]]] = {
    "registry": (
        scoring.SheetPublished,
        scoring.RescoringAdvanced,
        appraisal.CrossChecksAssigned,
        people.RecountAdvanced,
    ),
    "scoring": (
        registry.BlockFormed,
        registry.CampaignLaunched,
        registry.TargetsAssigned,
        registry.ReportSubmitted,
        registry.UnitChanged,
        registry.ReportWithdrawn,
        people.AwardRecorded,
        scoring.RescoringAdvanced,
        scoring.RehearsalAdvanced,
    ),
    "awards": (
        registry.UnitRegistered,
        registry.CampaignLaunched,
        registry.YearRecorded,
        registry.RegistrationCalled,
        registry.PledgeChanged,
        scoring.ScoreChanged,
        scoring.RankingChanged,
        scoring.BlockRescored,
        awards.RecheckAdvanced,
    ),
    "notify": (
        registry.UnitRegistered,
        registry.BlockFormed,
        registry.CampaignLaunched,
        registry.ReportSubmitted,
        registry.UnitChanged,
        registry.PledgeChanged,
        registry.ReportWithdrawn,
        registry.ReportReturned,
        registry.ReportAccepted,
        registry.BlockHeadChanged,
        notices.UnitsCalled,
        notices.ReportsReminded,
        scoring.SheetPublished,
        scoring.RankingChanged,
        scoring.BlockRescored,
        scoring.BoardPublished,
        appeals.AppealChanged,
        appraisal.ItemsReviewed,
        appraisal.CrossChecksAssigned,
        appraisal.ItemsObjected,
        awards.EligibilityChanged,
    ),
}
"""Service → the event types its one durable delivers. A service that is not named listens to nothing."""

SERVICES: Final = ("registry", "scoring", "awards", "notify", "gateway")


class UnknownEventTypeError(LookupError):
    """The event names a type that no contract describes."""


def subject_of(payload: Payload) -> str:
    """Give the NATS subject of an event: its type, then its ordering key as one token."""
    return f"{payload.event_type}.{payload.key}"


def listeners_of(event_type: str) -> tuple[str, ...]:
    """Name the services that must take up an event of this type."""
    return tuple(
        service for service, types in LISTENERS.items() if any(each.event_type == event_type for each in types)
    )


@cache
def event_class(event_type: str) -> type[Event[Payload]]:
    """Give the class that parses an event of this type; raises ``UnknownEventTypeError``."""
    try:
        payload = PAYLOADS[event_type]
    except KeyError:
        raise UnknownEventTypeError(event_type) from None
    # Kept: pydantic forgets a class that nobody holds, and builds it anew for every event.
    return Event[payload]  # type: ignore[valid-type]
