"""How a ripple is read: pure functions over what each service tells of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.catalog import listeners_of
from contracts.scoring import RankingChanged


class StepName(StrEnum):
    """The five steps of a report's journey, in order."""

    RECEIVED = "received"
    SCORED = "scored"
    RANKED = "ranked"
    CHECKED = "checked"
    TOLD = "told"


class Step(BaseModel):
    """One event at one service: how it ended, when, and how long after the ripple began (milliseconds)."""

    model_config = ConfigDict(frozen=True)

    step: StepName
    service: str
    event: str
    outcome: str
    at: AwareDatetime | None
    ms: float | None


class Ripple(BaseModel):
    """A ripple as a whole. Complete = no event of the walk is unhandled; ``unchanged`` is an end too."""

    model_config = ConfigDict(frozen=True)

    correlationid: UUID
    complete: bool
    total_ms: float | None
    about: UUID | None
    """The unit (or block, or sheet) whose act began the ripple."""
    steps: tuple[Step, ...]


_STEP_OF: Final[Mapping[str, StepName]] = {
    "registry": StepName.RECEIVED,
    "scoring": StepName.SCORED,
    "awards": StepName.CHECKED,
    "notify": StepName.TOLD,
}
_UNHANDLED: Final = frozenset({"pending", "parked"})


def walk(correlationid: UUID, parts: Mapping[str, Mapping[str, Any]]) -> Ripple:
    """Follow a ripple from its root through every listener.

    ``parts`` holds each service's own answer: ``taken``, ``recorded``, ``parked`` (chassis.standard_api.Ripple).
    """
    recorded = sorted(
        ((service, event) for service, part in parts.items() for event in part["recorded"]),
        key=lambda each: each[1]["recorded_at"],
    )
    roots = [(service, event) for service, event in recorded if not event["causationid"]]
    if not roots:
        return Ripple(correlationid=correlationid, complete=False, total_ms=None, about=None, steps=())
    taken = {(service, event["event_id"]): event for service, part in parts.items() for event in part["taken"]}
    parked = {(service, event["event_id"]) for service, part in parts.items() for event in part["parked"]}
    begun = _moment(roots[0][1]["recorded_at"])

    steps = [
        _step(
            _STEP_OF.get(service, StepName.RECEIVED),
            service,
            root["type"],
            "recorded",
            at=root["recorded_at"],
            begun=begun,
        )
        for service, root in roots
    ]
    for service, event in recorded:
        if event["type"] == RankingChanged.event_type:
            steps.append(
                _step(StepName.RANKED, service, event["type"], "changed", at=event["recorded_at"], begun=begun)
            )
        for listener in listeners_of(event["type"]):
            found = taken.get((listener, event["event_id"]))
            stands = "parked" if (listener, event["event_id"]) in parked else "pending"
            steps.append(
                _step(
                    _STEP_OF[listener],
                    listener,
                    event["type"],
                    found["outcome"] if found else stands,
                    at=found["taken_at"] if found else None,
                    begun=begun,
                )
            )
    steps.extend(_unranked(steps, begun))
    return Ripple(
        correlationid=correlationid,
        complete=not any(step.outcome in _UNHANDLED for step in steps),
        total_ms=max((step.ms for step in steps if step.ms is not None), default=None),
        about=UUID(roots[0][1]["subject"]),
        steps=tuple(sorted(steps, key=_order)),
    )


def _unranked(steps: Sequence[Step], begun: datetime) -> Iterable[Step]:
    """A score that moved no place still was held against the block: that step ended, unchanged."""
    if any(step.step is StepName.RANKED for step in steps):
        return
    for step in steps:
        if step.step is StepName.SCORED and step.outcome not in _UNHANDLED and step.at:
            yield _step(StepName.RANKED, step.service, step.event, "unchanged", at=step.at.isoformat(), begun=begun)


def _step(name: StepName, service: str, event: str, outcome: str, *, at: str | None, begun: datetime) -> Step:
    moment = _moment(at) if at else None
    passed = round((moment - begun).total_seconds() * 1000, 1) if moment else None
    return Step(step=name, service=service, event=event, outcome=outcome, at=moment, ms=passed)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _order(step: Step) -> tuple[float, int]:
    return (step.ms if step.ms is not None else float("inf"), list(StepName).index(step.step))
