"""Next year's campaign from this year's, and what differs between the two."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from itertools import zip_longest
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from registry.rules.days import VIETNAM, parse_day
from registry.rules.designs import KNOWN, Section, Sections, day_typed, moment_typed

_YEAR: Final = re.compile(r"\b20\d\d\b")
_DAYS: Final = frozenset({"starts_on", "ends_on", "on", "opens_at", "due_at", "closes_at"})
_NAMES: Final = frozenset({"name", "title", "year"})
_OPEN: Final = frozenset({"number", "issued_on"})
_DAY: Final = re.compile(r"\b(\d{1,2}/\d{1,2}/)(\d{4})\b")


def sections_of(campaign: Mapping[str, Any]) -> dict[str, Section]:
    """Write a launched campaign as somebody would have typed it; what its document does not say stays empty."""
    document: Mapping[str, Any] = campaign["document"]
    head = {name: _text(document.get(name)) for name in ("title", "theme", "issuer", "number", "symbol", "signer")}
    issued = document.get("issued_on")
    head |= {
        "name": campaign["name"],
        "kind": campaign["kind"],
        "year": str(campaign["year"]),
        "starts_on": day_typed(campaign["starts_on"]),
        "ends_on": day_typed(campaign["ends_on"]),
        "parent_id": _text(campaign["parent_id"]),
        "issued_on": day_typed(parse_day(issued)) or issued if isinstance(issued, str) else "",
        "grounds": _joined(document.get("grounds")),
        "authority": _text(document.get("signing_authority")),
    }
    scope = campaign["scope"]
    return {
        "document": Section(values=head),
        "tasks": Section(
            values={"movements": _joined(document.get("movements"))},
            rows=tuple({"text": each} for each in _texts(document.get("duties"))),
        ),
        "fields": Section(
            rows=tuple(
                {"name": _text(each.get("name")), "tasks": _joined(each.get("tasks"))}
                for each in document.get("fields") or ()
                if isinstance(each, dict)
            )
        ),
        "targets": Section(rows=tuple(_goal(each) for each in campaign["goals"])),
        "periods": Section(
            rows=tuple(
                {"name": each["name"]}
                | {name: moment_typed(_local(each[name])) for name in ("opens_at", "due_at", "closes_at")}
                for each in campaign["periods"]
            )
        ),
        "milestones": Section(
            rows=tuple(
                {"kind": each["kind"], "name": each["name"], "on": day_typed(date.fromisoformat(each["on"]))}
                for each in campaign["milestones"]
            )
        ),
        "scope": Section(
            values={
                "reach": scope["reach"],
                "blocks": " ".join(str(each) for each in scope["block_ids"]),
                "kinds": " ".join(scope["kinds"]),
            }
        ),
        "recipients": Section(values={"names": _joined(document.get("recipients"))}),
    }


def _goal(goal: Mapping[str, Any]) -> dict[str, str]:
    amounts = {name: _text(goal.get(name)).replace(".", ",") for name in ("baseline", "plan", "stretch")}
    named = {name: goal[name] for name in ("code", "name", "measure", "direction")}
    return {**named, **amounts, "kinds": " ".join(goal["kinds"])}


def _texts(items: Any) -> list[str]:
    """Give the texts of a list in a document: plain ones, and those that carry a number or a level beside them."""
    found = [each.get("text") or each.get("name") if isinstance(each, dict) else each for each in items or ()]
    return [_text(each) for each in found if each]


def _joined(items: Any) -> str:
    return "\n".join(_texts(items))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _local(moment: datetime | str) -> datetime:
    return (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone(VIETNAM)


def next_year(sections: Sections, *, years: int = 1) -> dict[str, Section]:
    """Carry a campaign over: its days and the year in its names move on, number and day of issue are open again.

    Texts of the document (theme, duties) stay as they were issued: people rewrite those, nobody else.
    """
    return {
        name: Section(
            values={field: _carried(field, text, years) for field, text in section.values.items()},
            rows=tuple({field: _carried(field, text, years) for field, text in row.items()} for row in section.rows),
        )
        for name, section in sections.items()
    }


def _carried(field: str, text: str, years: int) -> str:
    if field in _OPEN:
        return ""
    if field in _DAYS:
        return _DAY.sub(lambda found: _moved(found, years), text)
    if field in _NAMES:
        return _YEAR.sub(lambda found: str(int(found.group()) + years), text)
    return text


def _moved(found: re.Match[str], years: int) -> str:
    moved = f"{found[1]}{int(found[2]) + years}"
    # 29 February has no day of its own in the next year.
    return moved if parse_day(moved) or not found[1].startswith("29/") else f"28{moved[2:]}"


class Difference(BaseModel):
    """One field that says something else than in the campaign it was made from; ``row`` counts from 0."""

    model_config = ConfigDict(frozen=True)

    section: str
    row: int | None
    field: str
    before: str
    now: str


def differences(before: Sections, now: Sections) -> tuple[Difference, ...]:
    """Name every field that differs, in the order of the sections."""
    found = []
    for name in KNOWN:
        pairs: list[tuple[int | None, Mapping[str, str], Mapping[str, str]]] = [
            (None, before[name].values, now[name].values)
        ]
        nothing: Mapping[str, str] = {}
        rows = zip_longest(before[name].rows, now[name].rows, fillvalue=nothing)
        pairs += [(row, old, new) for row, (old, new) in enumerate(rows)]
        found += [
            Difference(section=name, row=row, field=field, before=old.get(field, ""), now=new.get(field, ""))
            for row, old, new in pairs
            for field in dict.fromkeys([*old, *new])
            if old.get(field, "") != new.get(field, "")
        ]
    return tuple(found)
