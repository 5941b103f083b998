"""Whose word an entry of a file is: a unit keeps its file, and does not change in it what the office or another body said of it."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from registry.rules.entries import EntryKind

_MARK: Final = "said_by"
_OFFICE: Final = "office"
_KEPT_BY_THE_UNIT: Final = frozenset({EntryKind.SERVICE})
"""Who works where is the unit's own affair, whoever wrote it first: a transfer is recorded by the office, its end by the unit."""


class Speaker(NamedTuple):
    """Who writes: an officer for a unit, or (without one) the office; ``post`` is what pages show."""

    unit_id: UUID | None
    post: str


class Said(NamedTuple):
    """What was said last in an entry, and by whom; of what was written before that was kept only the post is known."""

    kind: EntryKind
    by: str | None
    post: str


def marked(more: Mapping[str, str], speaker: Speaker) -> dict[str, str]:
    """Write beside an entry for whom it was said: a post says it in words only, and posts are renamed."""
    return {**more, _MARK: str(speaker.unit_id) if speaker.unit_id else _OFFICE}


def unmarked(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Give a row of an entry with who said it in ``said_by`` of its own, apart from what was typed."""
    typed = {name: value for name, value in row["more"].items() if name != _MARK}
    return {**row, "more": typed, _MARK: row["more"].get(_MARK)}


def said(row: Mapping[Any, Any]) -> Said:
    """Read who spoke last from a row that ``unmarked`` gave."""
    return Said(EntryKind(row["kind"]), row[_MARK], row["recorded_by"])


def not_yours(said: Said, speaker: Speaker) -> str | None:
    """Say why a speaker may not amend, end or withdraw what was said, and whom to turn to; None where nothing is in the way."""
    if speaker.unit_id is None or said.kind in _KEPT_BY_THE_UNIT:
        return None
    own = said.by == str(speaker.unit_id) if said.by else said.post == speaker.post
    if own and said.kind is not EntryKind.AWARD:
        return None
    whose = "Phòng Nội vụ thành phố" if said.by == _OFFICE or said.kind is EntryKind.AWARD else "nơi khác"
    return (
        f"Mục này do {whose} ghi, đơn vị chỉ xem. Nếu nội dung chưa đúng hoặc đã có kết luận mới, hãy đề nghị "
        "Phòng Nội vụ thành phố sửa, kết thúc hoặc rút."
    )
