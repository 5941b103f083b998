"""Many keys in one question: it is put together once, however many there are."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func

Key = tuple[UUID, UUID]
"""A period, and a unit or a block in it."""

WANTED: Final = (
    func.unnest(bindparam("periods", type_=ARRAY(Uuid)), bindparam("others", type_=ARRAY(Uuid)))
    .table_valued("period_id", "other_id")
    .render_derived(name="wanted")
)


def wanted(keys: Collection[Key]) -> dict[str, Any]:
    """Give what ``WANTED`` is to hold."""
    return {"periods": [period for period, _ in keys], "others": [other for _, other in keys]}
