"""A sheet before it is published: what was typed, to the letter, part by part; what is wrong in it; how many points are used.

Parts: ``sheet`` (one row), ``groups``, ``lines-<key of a group>`` for the lines of each, ``extras`` for those outside of
the groups, ``ties``. Groups have keys of their own, which nobody sees, so that a code can be typed anew.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Annotated, Final

from pydantic import Field

from scoring.rules import forms
from scoring.rules.sheet import Criterion, CriterionGroup, Sheet

Row = Annotated[dict[str, Annotated[str, Field(max_length=5_000)]], Field(max_length=60)]
Rows = tuple[Row, ...]
Parts = Mapping[str, Rows]

SHEET: Final = "sheet"
GROUPS: Final = "groups"
EXTRAS: Final = "extras"
TIES: Final = "ties"
_LINES: Final = "lines-"
_HIDDEN: Final = frozenset({"key", "group"})
"""What the page adds to what is typed: a row in which nothing else stands is empty."""

_OF_GROUPS: Final = frozenset({"key", "within", *(field.name for field in forms.OF_A_GROUP)})
_OF_LINES: Final = frozenset(
    {
        "group",
        "kind",
        *(field.name for field in forms.OF_A_LINE),
        *(field.name for kind in forms.KINDS.values() for field in kind.fields),
    }
)
_OF_TIES: Final = frozenset({"code", "name", "criteria"})
_OF_SHEET: Final = frozenset({"key", *(field.name for field in forms.OF_A_SHEET)})


class TwiceError(ValueError):
    """Rows of groups share a key: two of them would stand within one another. ``rows`` are their places."""

    def __init__(self, rows: Sequence[int]) -> None:
        super().__init__(rows)
        self.rows = rows


def fields_of(part: str) -> frozenset[str]:
    """Name what a row of a part can hold."""
    return {SHEET: _OF_SHEET, GROUPS: _OF_GROUPS, TIES: _OF_TIES}.get(part, _OF_LINES)


def part_of(key: str) -> str:
    """Name the part that holds the lines of a group; "" = outside of the groups."""
    return f"{_LINES}{key}" if key else EXTRAS


def parts_in(parts: Parts) -> list[str]:
    """Name all the parts that a draft has, in the order in which they are worked on."""
    return [SHEET, GROUPS, *(part_of(row["key"]) for row in parts.get(GROUPS, ())), EXTRAS, TIES]


def empty() -> dict[str, Rows]:
    """Give a draft in which nothing stands but what nearly every sheet says."""
    return {SHEET: ({"note": "Mẫu – chưa phải quy định", "total": "100", "step": "0,25", "bonus_cap": "0"},)}


def drafted(sheet: Sheet) -> dict[str, Rows]:
    """Write a sheet out as if it had been typed."""
    parts: dict[str, Rows] = {
        SHEET: (
            {"key": sheet.key, **{field.name: forms.write(getattr(sheet, field.name)) for field in forms.OF_A_SHEET}},
        )
    }
    groups: list[Row] = []

    def lay(group: CriterionGroup, within: str) -> None:
        key = f"g{len(groups) + 1}"
        typed = {field.name: forms.write(getattr(group, field.name)) for field in forms.OF_A_GROUP}
        groups.append({"key": key, "within": within, **typed})
        parts[part_of(key)] = tuple(map(_line, group.criteria))
        for inner in group.groups:
            lay(inner, key)

    for each in sheet.groups:
        lay(each, "")
    parts[GROUPS] = tuple(groups)
    parts[EXTRAS] = tuple(map(_line, sheet.extras))
    parts[TIES] = tuple(
        {"code": each.code, "name": each.name, "criteria": ", ".join(each.criteria)} for each in sheet.tie_breaks
    )
    return parts


def _line(criterion: Criterion) -> Row:
    rule = criterion.rule
    return {
        **{field.name: forms.write(getattr(criterion, field.name)) for field in forms.OF_A_LINE},
        "kind": rule.kind,
        **{field.name: forms.write(getattr(rule, field.name)) for field in forms.KINDS[rule.kind].fields},
    }


def filled(row: Row) -> bool:
    """Tell whether somebody typed something here: a page always ends with an empty row."""
    return any(text.strip() for name, text in row.items() if name not in _HIDDEN)


def placed(parts: Parts, name: str, rows: Sequence[Row]) -> dict[str, Rows]:
    """Give the parts as they stand once one of them is typed so.

    Emptied rows go, new groups get a key, and a line goes to the group that was chosen for it. A group that was emptied
    while lines or groups stand in it stays, empty, so that nothing in it is lost. Raises ``TwiceError``.
    """
    if name == GROUPS:
        return _groups_placed(parts, rows)
    stands = dict(parts)
    if name in (SHEET, TIES):
        stands[name] = tuple(rows[:1]) if name == SHEET else tuple(_named(list(filter(filled, rows))))
        return stands
    own = name.removeprefix(_LINES) if name != EXTRAS else ""
    known = {row["key"] for row in parts.get(GROUPS, ())} | {""}
    stays: list[Row] = []
    for row in filter(filled, rows):
        group = row.get("group", own)
        kept = {field: text for field, text in row.items() if field != "group"}
        if group == own or group not in known:
            stays.append(kept)
        else:
            stands[part_of(group)] = (*stands.get(part_of(group), ()), kept)
    stands[name] = tuple(stays)
    return stands


def _groups_placed(parts: Parts, rows: Sequence[Row]) -> dict[str, Rows]:
    times = Counter(key for row in rows if (key := row.get("key")))
    if twice := [number for number, row in enumerate(rows) if times[row.get("key", "")] > 1]:
        raise TwiceError(twice)
    before = {row["key"] for row in parts.get(GROUPS, ())}
    used = before | {row.get("key", "") for row in rows}
    fresh = (key for number in count(1) if (key := f"g{number}") not in used)
    sent = {row.get("key", "") for row in rows}
    # A page that is still open does not know yet which key its new group was given.
    lately = {row.get("code", ""): row["key"] for row in parts.get(GROUPS, ()) if row["key"] not in sent}
    typed = [
        {**row, "key": row["key"] if row.get("key") in before else lately.pop(row.get("code", ""), "") or next(fresh)}
        for row in rows
        if filled(row)
    ]
    kept = {row["key"] for row in typed}
    around = {row.get("within", "") for row in typed}
    held = [key for key in sorted(before - kept) if parts.get(part_of(key)) or key in around]
    stands = {name: those for name, those in parts.items() if not _is_gone(name, before - kept - set(held))}
    return {**stands, GROUPS: (*typed, *({"key": key} for key in held))}


def _is_gone(name: str, keys: set[str]) -> bool:
    return name.startswith(_LINES) and name.removeprefix(_LINES) in keys


def _named(rows: list[Row]) -> Iterator[Row]:
    """Give rules that decide between equals a code of their own, which boards name them by."""
    taken = {row.get("code", "") for row in rows}
    free = (code for letter in "abcdefghijklmnopqrstuvwxyz" if (code := f"rule_{letter}") not in taken)
    for row in rows:
        yield row if row.get("code") else {**row, "code": next(free, "rule_z")}
