"""What the registry's actions share: writing a versioned row, and saying what is wrong with a form."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Table, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.errors import Conflict, FieldError, Invalid
from chassis.events import Tx
from registry import rules

State = TypeVar("State", bound=StrEnum)
Act = TypeVar("Act", bound=StrEnum)


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
