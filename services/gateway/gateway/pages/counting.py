"""A statutory statistics form put together: what the services count, what the office typed, what adds up, what is not known.

A cell that nobody knows has no value; only what was counted as none, or typed as such, is 0.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

SOURCES: Final[Mapping[str, tuple[str, str]]] = {"campaigns": ("registry", "statistics/{year}/campaigns")}
"""Which service tells the things that a form counts, and where."""


@dataclass(frozen=True)
class Filled:
    """What stands at a place. ``how`` is None where nobody knows it; ``counted`` is what a service counts there, if any."""

    row: str
    column: str
    kind: str
    value: int | None = None
    how: str | None = None
    items: Sequence[Mapping[str, str]] = ()
    counted: int | None = None
    typed: Mapping[str, Any] | None = None
    parts: Sequence[str] = field(default=())

    @property
    def place(self) -> str:
        return f"{self.row}-{self.column}"

    @property
    def outdated(self) -> bool:
        """Tell whether the system counts something else by now than when somebody typed over it."""
        return self.typed is not None and self.counted is not None and self.typed["beside"] != self.counted


Form = Mapping[str, Any]


def place_of(cell: Mapping[str, Any]) -> str:
    return f"{cell['row']}-{cell['column']}"


def fill(form: Form, things: Sequence[Mapping[str, Any]] | None) -> dict[str, Filled]:
    """Fill in a form as the registry tells it; ``things`` are what it counts, None where no service can tell."""
    made_of = {place_of(cell): cell for cell in form["cells"]}
    typed = {place_of(cell): cell for cell in form["typed"] if cell["value"] is not None}
    found: dict[str, Filled] = {}

    def at(place: str) -> Filled:
        if place not in found:
            cell = made_of[place]
            parts = [place_of(part) for part in cell["parts"]]
            found[place] = _filled(cell, typed.get(place), things, [at(part) for part in parts])
        return found[place]

    return {place: at(place) for place in made_of}


def _filled(
    cell: Mapping[str, Any],
    typed: Mapping[str, Any] | None,
    things: Sequence[Mapping[str, Any]] | None,
    parts: Sequence[Filled],
) -> Filled:
    own = {"row": cell["row"], "column": cell["column"], "kind": cell["kind"]}
    if cell["kind"] == "sum":
        known = [part.value for part in parts if part.value is not None]
        whole = len(known) == len(parts)
        of = [part.place for part in parts]
        return Filled(**own, value=sum(known) if whole else None, how="sum" if whole else None, parts=of)
    items: list[Mapping[str, str]] = []
    counted = None
    if cell["kind"] == "count" and things is not None:
        items = [{"id": str(thing["id"]), "name": thing["name"]} for thing in things if _matches(thing, cell["when"])]
        counted = len(items)
    if typed is not None:
        return Filled(**own, value=typed["value"], how="typed", items=items, counted=counted, typed=typed)
    return Filled(**own, value=counted, how=None if counted is None else "count", items=items, counted=counted)


def _matches(thing: Mapping[str, Any], when: Mapping[str, Sequence[str]]) -> bool:
    return all(thing["facts"].get(name) in values for name, values in when.items())


def as_handed_in(snapshot: Form) -> dict[str, Filled]:
    """Give the cells of a form as they were handed in."""
    return {
        place_of(cell): Filled(
            row=cell["row"],
            column=cell["column"],
            kind=cell["how"],
            value=cell["value"],
            how=cell["how"] if cell["value"] is not None else None,
            items=cell["items"] if cell["how"] == "count" else [],
            typed=next(iter(cell["items"]), None) if cell["how"] == "typed" else None,
        )
        for cell in snapshot["cells"]
    }


def to_hand_in(filled: Mapping[str, Filled]) -> list[dict[str, Any]]:
    """Give the cells as the registry keeps them when a form is handed in."""
    return [
        {
            "row": each.row,
            "column": each.column,
            "value": each.value,
            "how": each.how or ("sum" if each.kind == "sum" else "typed"),
            "items": list(each.items) if each.how == "count" else _by(each),
        }
        for each in filled.values()
    ]


_BY: Final = ("note", "recorded_by", "recorded_at")


def _by(cell: Filled) -> list[dict[str, str]]:
    """Say by whom a cell was typed, when, and from where."""
    return [{name: cell.typed[name] for name in _BY}] if cell.typed else []


def digest(filled: Mapping[str, Filled]) -> str:
    """Say in a word what was seen: who hands in a form hands in what stood before their eyes."""
    seen = sorted((place, each.value, [item["id"] for item in each.items]) for place, each in filled.items())
    return hashlib.sha256(orjson.dumps(seen)).hexdigest()


def blanks(filled: Mapping[str, Filled]) -> list[str]:
    """Give the places that nobody has filled in."""
    return [place for place, each in filled.items() if each.value is None and each.kind != "sum"]


def disagreements(form: Form, filled: Mapping[str, Filled]) -> list[dict[str, Any]]:
    """Give what ought to come to the same and does not; of what is not known nothing is said."""
    found = []
    for check in form["checks"]:
        whole = filled[place_of(check)].value
        parts = [filled[place_of(part)].value for part in check["parts"]]
        known = [part for part in parts if part is not None]
        if whole is not None and len(known) == len(parts) and sum(known) != whole:
            rows = [part["row"] for part in check["parts"]]
            found.append({"row": check["row"], "column": check["column"], "is": whole, "rows": rows, "sum": sum(known)})
    return found


def differences(was: Mapping[str, Filled], now: Mapping[str, Filled]) -> list[dict[str, Any]]:
    """Give the places at which a form says something else by now than when it was handed in."""
    found = []
    for place in [*now, *[each for each in was if each not in now]]:
        before, after = (cells[place].value if place in cells else None for cells in (was, now))
        if before != after:
            found.append({"place": place, "was": before, "now": after})
    return found


@dataclass(frozen=True)
class Heading:
    """A cell of a table's head."""

    label: str
    across: int = 1
    down: int = 1


def head(layout: Form) -> tuple[list[Heading], list[Heading]]:
    """Give the two lines of a form's head above its columns: groups and what belongs to none, then the columns of groups."""
    upper: list[Heading] = []
    lower = []
    groups: list[str] = []
    for column in layout["columns"]:
        if not column["group"]:
            upper.append(Heading(column["label"], down=2))
        else:
            lower.append(Heading(column["label"]))
            if groups and groups[-1] == column["group"]:
                upper[-1] = Heading(column["group"], across=upper[-1].across + 1)
            else:
                upper.append(Heading(column["group"]))
        groups.append(column["group"])
    if not lower:
        upper = [Heading(each.label) for each in upper]
    return upper, lower


def lines(layout: Form, filled: Mapping[str, Filled]) -> Iterable[dict[str, Any]]:
    """Give the form's rows as they are written: headings, and rows with a cell, or None, for every column."""
    for row in layout["rows"]:
        if row["heading"]:
            yield {"heading": row["heading"]}
            continue
        cells = [filled.get(f"{row['code']}-{column['code']}") for column in layout["columns"]]
        yield {**row, "number": row["number"] or row["code"], "cells": cells}
