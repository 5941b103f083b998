"""What the registry's actions share: writing a versioned row, and saying what is wrong with a form."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, TypeVar

from sqlalchemy import Table, select, text, update
from sqlalchemy.dialects.postgresql import insert

from chassis.errors import Conflict, FieldError, Invalid
from chassis.events import Tx
from registry import rules
from registry.rules import transitions

State = TypeVar("State", bound=StrEnum)
Act = TypeVar("Act", bound=StrEnum)

ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtext('unit_changes'))")
"""Decisions of units are few, and what one is checked against (names, children, codes, who stands above whom) has no one
row to lock."""


async def put(tx: Tx, table: Table, key: dict[str, Any], values: dict[str, Any]) -> tuple[int, bool]:
    """Write a row under its key with the next version, unless it already says the same."""
    where = [table.c[name] == value for name, value in key.items()]
    stored = (await tx.db.execute(select(table).where(*where).with_for_update())).mappings().one_or_none()
    if stored is None:
        await tx.db.execute(insert(table).values(**key, **values, version=1))
        return 1, True
    if all(stored[name] == value for name, value in values.items()):
        return int(stored["version"]), False
    version = int(stored["version"]) + 1
    await tx.db.execute(update(table).where(*where).values(**values, version=version))
    return version, True


def invalid(faults: Sequence[rules.Fault]) -> Invalid:
    return Invalid(
        f"Còn {len(faults)} chỗ cần sửa trước khi gửi.",
        errors=[field_error(fault) for fault in faults],
    )


def field_error(fault: rules.Fault) -> FieldError:
    return FieldError(field=fault.criterion, **fault.model_dump(exclude={"criterion"}))


def step(
    steps: Mapping[tuple[State, Act], State], words: tuple[Mapping[State, str], Mapping[Act, str]], at: State, act: Act
) -> State:
    """Give where a step leads; raises ``Conflict`` that says what is possible instead, in words and as ``possible``."""
    if (at, act) in steps:
        return steps[at, act]
    can = rules.possible(steps, at)
    raise Conflict(rules.say_impossible(*words, at, act, can), state=at.value, possible=[each.value for each in can])


def step_after(state: transitions.State, step: transitions.Step) -> transitions.State:
    """Give where a step leads; raises ``Conflict`` that says how the report stands and which steps it allows."""
    try:
        return transitions.after(state, step)
    except transitions.ImpossibleStepError as impossible:
        raise Conflict(str(impossible), state=impossible.state, steps=list(impossible.possible)) from None


def refuse_stale(report: Any, version: int) -> None:
    if report["version"] != version:
        raise stale(report)


def stale(report: Any) -> Conflict:
    """Show what somebody else has saved since the caller looked, or that nothing is stored yet."""
    return Conflict(
        "Báo cáo này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.",
        version=report["version"] if report else 0,
        fields=report["fields"] if report else {},
        nothing=report["nothing"] if report else {},
        saved_at=report["saved_at"].isoformat() if report else None,
    )
