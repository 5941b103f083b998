"""The form on which somebody looks at a unit's report: evidence left, score right, Đồng ý or another value with its reason."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from chassis.errors import Problem
from gateway.pages import render, words
from gateway.pages.desk import Desk
from gateway.pages.sheets import lines_of, typed
from gateway.pages.typed import amount_typed, no_amount

CHOICE: Final = "y:"
VALUE: Final = "so:"
REASON: Final = "ly:"
WIDE: Final = 5
"""From so many percent of the applicable maximum on two who score lie far apart, on a sheet of 100 points as on one of 950."""
AGREE, OTHERWISE = "dong-y", "khac"


@dataclass
class Typed:
    """What was marked so far, by item, and what keeps it from being saved."""

    choices: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def looked(self) -> list[str]:
        """Give the items of which something was said."""
        return [code for code, choice in self.choices.items() if choice in (AGREE, OTHERWISE)]


def read(sent: Mapping[str, str]) -> Typed:
    """Read a sent form. Whoever wrote a value or a reason and chose nothing means another value than the one reported."""
    given = Typed(
        {name.removeprefix(CHOICE): text for name, text in sent.items() if name.startswith(CHOICE)},
        {name.removeprefix(VALUE): text for name, text in sent.items() if name.startswith(VALUE)},
        {name.removeprefix(REASON): text for name, text in sent.items() if name.startswith(REASON)},
    )
    for code in given.values.keys() | given.reasons.keys():
        if code not in given.choices and (given.values.get(code, "").strip() or given.reasons.get(code, "").strip()):
            given.choices[code] = OTHERWISE
    return given


def looks(given: Typed) -> list[dict[str, Any]]:
    """Give what scoring is to be told; numbers that are none are named in ``given.errors``."""
    told: list[dict[str, Any]] = []
    for code in sorted(given.looked):
        if given.choices[code] == AGREE:
            told.append({"criterion": code, "agreed": True})
            continue
        written = given.values.get(code, "").strip()
        value = amount_typed(written) if written else None
        if written and value is None:
            example = "ghi một số, ví dụ 2 hoặc 28,5; để trống nếu không tính gì cho mục này"
            given.errors.setdefault(code, []).append(f"Mục {code}: {no_amount(written) or example}")
        told.append({"criterion": code, "value": value, "reason": given.reasons.get(code, "")})
    return told


def refused(given: Typed, told: list[dict[str, Any]], problem: Problem) -> None:
    """Lay what scoring refused beside the items; what belongs to none stands above the form."""
    for name, error in render.errors_of(problem).items():
        _, _, rest = name.partition("items.")
        place = rest.partition(".")[0]
        if place.isdecimal() and int(place) < len(told):
            said = error["message"] + (f". {error['remedy']}" if error.get("remedy") else "")
            given.errors.setdefault(told[int(place)]["criterion"], []).append(said)
    given.problem = problem


@dataclass
class Looking:
    """One report before whoever looks at it; ``column`` is what they speak for, None = they only read."""

    report: dict[str, Any]
    sheet: dict[str, Any]
    evidence: dict[str, list[dict[str, Any]]] | None
    """By item; None when the house that keeps it did not answer."""
    column: str | None
    given: Typed = field(default_factory=Typed)
    only_objected: bool = False
    """Whether they conclude what was objected to, and say nothing of the rest."""
    headless: bool = False
    """Whether something was objected to and the block has no head to conclude it but the unit itself."""

    def __post_init__(self) -> None:
        self.lines = {line["code"]: line for line in lines_of(self.sheet)}
        self.names = {line["code"]: line for line in typed(lines_of(self.sheet))}

    @property
    def shown(self) -> list[dict[str, Any]]:
        """Give the lines that this reader looks at, or, for a reader, all that anything can be said of."""
        found = []
        for line in self.report["lines"]:
            items = [item for item in line["items"] if self.column is None or self._theirs(item)]
            if items and line["assigned"]:
                found.append({**line, "items": items})
        return found

    def _theirs(self, item: dict[str, Any]) -> bool:
        return self.column in item["may"] and (not self.only_objected or bool(item["objection"]))

    @property
    def open_items(self) -> list[dict[str, Any]]:
        """Give what this reader has not looked at yet."""
        return [item for line in self.shown for item in line["items"] if self.column and not self.done(item)]

    def done(self, item: dict[str, Any]) -> bool:
        return self.column in item["by"] or (self.column == "block" and bool(item["objection"]))

    def files(self, code: str) -> list[dict[str, Any]]:
        return (self.evidence or {}).get(code, [])

    def name(self, code: str) -> str:
        found = self.names.get(code) or self.lines.get(code)
        return str(found["name"]) if found else code

    def is_yes_no(self, code: str) -> bool:
        found = self.names.get(code)
        return found is not None and found["rule"]["kind"] == "yes_no"

    def shown_value(self, code: str, value: str | None) -> str:
        """Say a value in words where it is a yes or a no."""
        if value is None:
            return "không có số liệu"
        return words.answered(value, yes_no=self.is_yes_no(code))


async def look_at(desk: Desk, period_id: UUID, unit_id: UUID, column: str | None) -> Looking:
    """Ask for all that one report is looked at with; raises the refusal of whoever keeps it."""
    place = of_period(desk, period_id)
    report = await desk.get("scoring", f"{place}/scores/{unit_id}/columns")
    sheet, evidence, _ = await asyncio.gather(
        desk.sheet_of(report),
        desk.get_or("registry", f"{place}/reports/{unit_id}/evidence", None),
        desk.learn({str(unit_id), *filter(None, [report["checked_by"]])}),
    )
    return Looking(report, sheet, evidence["items"] if evidence else None, column)


def of_period(desk: Desk, period_id: UUID | str) -> str:
    """Give the address of a period at the services."""
    period = desk.period(period_id)
    assert desk.campaign is not None
    return f"campaigns/{desk.campaign['campaign_id']}/periods/{quote(period['period_id'])}"
