"""Is a ripple called complete exactly when nobody has anything left to do with it?"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.awards import EligibilityChanged
from contracts.registry import ReportSubmitted
from contracts.scoring import RankingChanged, ScoreChanged
from gateway.rules import Ripple, walk

RIPPLE, UNIT = UUID(int=7), UUID(int=8)
REPORT, SCORE, RANKING, VERDICTS = (UUID(int=number) for number in range(1, 5))
BEGUN = datetime(2023, 11, 15, 9, 41, 7, tzinfo=UTC)
TYPES = {
    REPORT: ReportSubmitted.event_type,
    SCORE: ScoreChanged.event_type,
    RANKING: RankingChanged.event_type,
    VERDICTS: EligibilityChanged.event_type,
}


def moment(milliseconds: int) -> str:
    return (BEGUN + timedelta(milliseconds=milliseconds)).isoformat()


def recorded(event: UUID, at: int, cause: UUID | None = None) -> dict[str, Any]:
    return {
        "event_id": event,
        "type": TYPES[event],
        "subject": str(UNIT),
        "causationid": cause,
        "recorded_at": moment(at),
        "actor": "tan-phong",
    }


def taken(event: UUID, at: int, outcome: str = "changed") -> dict[str, Any]:
    return {"event_id": event, "type": TYPES[event], "taken_at": moment(at), "outcome": outcome, "recorded": []}


def part(**told: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {"taken": [], "recorded": [], "parked": [], **told}


def whole() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """A report that changed a score, a place and a verdict."""
    return {
        "registry": part(recorded=[recorded(REPORT, 0)]),
        "scoring": part(
            taken=[taken(REPORT, 100)], recorded=[recorded(SCORE, 100, REPORT), recorded(RANKING, 110, SCORE)]
        ),
        "awards": part(
            taken=[taken(SCORE, 200), taken(RANKING, 210, "unchanged")], recorded=[recorded(VERDICTS, 205, RANKING)]
        ),
        "notify": part(taken=[taken(REPORT, 90), taken(RANKING, 230), taken(VERDICTS, 420)]),
    }


def read(parts: dict[str, Any]) -> Ripple:
    return walk(RIPPLE, parts)


def outcomes(ripple: Ripple) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for step in ripple.steps:
        found.setdefault(str(step.step), set()).add(step.outcome)
    return found


def test_a_ripple_is_complete_when_every_listener_has_taken_every_event() -> None:
    ripple = read(whole())
    assert ripple.complete
    assert (ripple.about, ripple.total_ms) == (UNIT, 420.0)
    assert list(outcomes(ripple)) == ["received", "told", "scored", "ranked", "checked"]


@pytest.mark.parametrize("service", ["scoring", "awards", "notify"])
def test_one_event_that_nobody_took_yet_keeps_it_open(service: str) -> None:
    parts = whole()
    parts[service]["taken"].pop()
    ripple = read(parts)
    assert not ripple.complete
    assert [step.service for step in ripple.steps if step.outcome == "pending"] == [service]


def test_a_parked_event_is_no_end_and_is_named() -> None:
    parts = whole()
    parts["notify"]["taken"].pop()
    parts["notify"]["parked"].append({"event_id": VERDICTS, "type": TYPES[VERDICTS], "letter": UUID(int=9)})
    ripple = read(parts)
    assert not ripple.complete
    assert "parked" in outcomes(ripple)["told"]


def test_unchanged_is_an_end() -> None:
    parts = whole()
    parts["scoring"] = part(taken=[taken(REPORT, 100, "unchanged")])
    parts["awards"] = part()
    parts["notify"] = part(taken=[taken(REPORT, 90, "unchanged")])
    ripple = read(parts)
    assert ripple.complete
    assert outcomes(ripple) == {
        "received": {"recorded"},
        "told": {"unchanged"},
        "scored": {"unchanged"},
        "ranked": {"unchanged"},
    }


def test_a_ripple_without_its_root_is_not_complete_and_belongs_to_nobody() -> None:
    parts = whole()
    parts["registry"] = part()
    assert read(parts) == Ripple(correlationid=RIPPLE, complete=False, total_ms=None, about=None, steps=())
