"""One page of a list in Vietnamese order, and where the next one begins."""

import base64
from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Select, Uuid, bindparam, tuple_

from chassis.errors import FieldError, Invalid
from chassis.text import fold
from registry.tables.folding import folded

Row = dict[str, Any]


def page_of(rows: list[Row], limit: int | None, key: str) -> Row:
    """Cut off the row that was asked for only to know whether there is one more."""
    more = limit is not None and len(rows) > limit
    rows = rows[:limit]
    onward = base64.urlsafe_b64encode(rows[-1][key].bytes + rows[-1]["sorted"]).decode() if more else None
    return {"items": [{name: value for name, value in row.items() if name != "sorted"} for row in rows], "next": onward}


def sounds_like(text: ColumnElement[Any], search: str) -> ColumnElement[bool]:
    """Say in SQL that a text holds these words, marks or not: for short lists, and where an index keeps it without marks."""
    return folded(text).contains(fold(search), autoescape=True)


class NameOrder(StrEnum):
    """In which order a list of names goes: Vietnamese, from either end."""

    NAME = "name"
    NAME_DESC = "name_desc"


class Saved(StrEnum):
    """In which order a list in time goes."""

    NEWEST = "newest"
    OLDEST = "oldest"


def in_turn(query: Select[Any], place: Sequence[Any], last: Any, *, backwards: bool) -> Select[Any]:
    """Order a question by ``place`` and go on behind that of the ``last`` row of the page before; None = from the first.

    ``last`` is a row of values, or a question that gives one.
    """
    if last is not None:
        seen = last.scalar_subquery() if isinstance(last, Select) else last
        query = query.where(tuple_(*place) < seen if backwards else tuple_(*place) > seen)
    return query.order_by(*[column.desc() if backwards else column for column in place])


def cut(rows: list[Row], limit: int | None, key: str) -> Row:
    """Cut off the row that was asked for only to know whether there is one more; the next page begins after ``next``."""
    more = limit is not None and len(rows) > limit
    rows = rows[:limit]
    return {"items": rows, "next": rows[-1][key] if more else None}


def place_after(after: str) -> Any:
    """Read where a page begins, as ``page_of`` wrote it."""
    try:
        decoded = base64.urlsafe_b64decode(after.encode())
        identity = UUID(bytes=decoded[:16])
    except ValueError as error:
        raise no_place() from error
    return tuple_(bindparam(None, decoded[16:], LargeBinary), bindparam(None, identity, Uuid))


def no_place() -> Invalid:
    wrong = FieldError(field="after", message="không phải chỗ tiếp theo của một danh sách", remedy="Mở lại từ đầu")
    return Invalid("Không đọc được chỗ tiếp theo của danh sách.", errors=[wrong])
