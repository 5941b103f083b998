"""The statutory statistics forms as data: what a form's rows and columns are, and what each of its cells is made of.

A cell is counted (``when`` of its row and of its column together say what of the form's set it counts), a sum of other
cells, or typed by the office. What a column or row says nothing of is never guessed: it is typed. Forms of Thông tư
02/2023/TT-BNV and 03/2018/TT-BNV; where each was read, and what is not verified in it, stands in the form itself.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Code = Annotated[str, Field(pattern=r"^[0-9a-z]{1,4}$")]
Words = Annotated[str, Field(min_length=1, max_length=400)]
When = dict[Annotated[str, Field(max_length=40)], tuple[Annotated[str, Field(max_length=40)], ...]]
"""Attribute → the values of it that are counted; empty = everything of the set."""


COUNTABLE: Final[Mapping[str, Collection[str]]] = {"campaigns": ("begun", "term", "kind", "reach")}
"""What can be counted here, and by what; what a form counts elsewhere its service knows."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FormColumn(Part):
    """``sum`` names the columns that it adds up."""

    code: Code
    number: Annotated[str, Field(max_length=20)] = ""
    group: Annotated[str, Field(max_length=400)] = ""
    label: Words
    sum: tuple[Code, ...] = ()
    when: When | None = None


class FormRow(Part):
    """A line with its number, or a heading; ``only`` names the columns in which anything can stand."""

    code: Code | None = None
    number: Annotated[str, Field(max_length=20)] = ""
    label: Words | None = None
    heading: Words | None = None
    measure: Annotated[str, Field(max_length=60)] = ""
    only: tuple[Code, ...] = ()
    when: When | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if (self.heading is None) == (self.code is None) or (self.code is None) != (self.label is None):
            raise ValueError("một dòng có heading, hoặc có code và label")
        return self


class Total(Part):
    """A row that adds up the first group of rows; the other groups must come to the same."""

    row: Code
    groups: Annotated[tuple[tuple[Code, ...], ...], Field(min_length=1)]


class Confirmed(Part):
    """Against which document people held the form."""

    by: str
    on: str
    document_number: str
    document_on: str
    document_by: str
    was: str


class FormLayout(Part):
    """A form: ``mark`` says how sure it is (V = read in its text), ``source`` where it was read, ``unsure`` what is open."""

    form: Annotated[str, Field(pattern=r"^[0-9]{4}\.N$")]
    title: Words
    circular: Words
    first_year: int
    last_year: int | None = None
    due: Annotated[str, Field(pattern=r"^[0-3][0-9]/[01][0-9]$")]
    measure: Annotated[str, Field(max_length=60)] = ""
    mark: Literal["V", "V*", "P", "R", "U", "D"]
    source: Words
    unsure: tuple[Words, ...] = ()
    unknown: Annotated[str, Field(max_length=400)] = ""
    counts: Annotated[str, Field(max_length=40)] | None = None
    of: When = {}
    columns: Annotated[tuple[FormColumn, ...], Field(min_length=1, max_length=40)]
    rows: Annotated[tuple[FormRow, ...], Field(min_length=1, max_length=100)]
    totals: tuple[Total, ...] = ()
    confirmed: Confirmed | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        columns = [each.code for each in self.columns]
        rows = [each.code for each in self.rows if each.code]
        if len(columns) != len(set(columns)) or len(rows) != len(set(rows)):
            raise ValueError("mỗi mã dòng, mã cột chỉ dùng một lần")
        named = {code for column in self.columns for code in column.sum} | {c for row in self.rows for c in row.only}
        lines = {total.row for total in self.totals} | {
            code for total in self.totals for group in total.groups for code in group
        }
        if unknown := sorted(named - set(columns)) + sorted(lines - set(rows)):
            raise ValueError(f"không có dòng hoặc cột {', '.join(unknown)}")
        named_by = {name for when in self._asked() for name in when}
        if wrong := sorted(named_by - set(COUNTABLE.get(self.counts or "", named_by))):
            raise ValueError(f"không đếm được theo {', '.join(wrong)}")
        summed = {each.code for each in self.columns if each.sum}
        if any(summed & set(column.sum) for column in self.columns):
            raise ValueError("cột tổng không cộng một cột tổng khác")
        order = {total.row: place for place, total in enumerate(self.totals)}
        if any(order.get(code, len(order)) <= order[t.row] for t in self.totals for g in t.groups for code in g):
            raise ValueError("dòng tổng chỉ cộng những dòng tổng kể sau nó")
        return self

    def _asked(self) -> list[When]:
        told = [*[each.when for each in self.columns], *[each.when for each in self.rows]]
        return [self.of, *[when for when in told if when is not None]]

    def serves(self, year: int) -> bool:
        return self.first_year <= year <= (self.last_year or year)


class Place(NamedTuple):
    """Where in a form: the codes of row and column."""

    row: str
    column: str


class FormCell(NamedTuple):
    """What stands at a place. ``parts`` are added up; ``when`` is what is counted, None where nothing is."""

    place: Place
    kind: Literal["sum", "count", "typed"]
    parts: tuple[Place, ...] = ()
    when: When | None = None


class Check(NamedTuple):
    """A place, and others that must come to the same together."""

    place: Place
    parts: tuple[Place, ...]


def cells(layout: FormLayout) -> dict[Place, FormCell]:
    """Give every place at which something can stand, in reading order."""
    lines = {row.code: row for row in layout.rows if row.code}
    summed = {total.row: total.groups[0] for total in layout.totals}
    found: dict[Place, FormCell] = {}
    for code, row in lines.items():
        for column in layout.columns:
            place = Place(code, column.code)
            if not _open(row, column.code):
                continue
            across = tuple(Place(code, other) for other in column.sum if _open(row, other))
            down = tuple(Place(r, column.code) for r in summed.get(code, ()) if _open(lines[r], column.code))
            if across:
                found[place] = FormCell(place, "sum", across)
            elif layout.counts and row.when is not None and column.when is not None:
                found[place] = FormCell(place, "count", when={**layout.of, **column.when, **row.when})
            elif down:
                found[place] = FormCell(place, "sum", down)
            else:
                found[place] = FormCell(place, "typed")
    return found


def _open(row: FormRow, column: str) -> bool:
    return not row.only or column in row.only


def checks(layout: FormLayout) -> list[Check]:
    """Give what must come to the same although nobody adds it up; a column that adds others up follows from them."""
    there = cells(layout)
    found = []
    for total in layout.totals:
        for column in layout.columns:
            place = Place(total.row, column.code)
            if column.sum:
                continue
            for group in total.groups:
                parts = tuple(part for code in group if (part := Place(code, column.code)) in there)
                if place in there and parts and there[place].parts != parts:
                    found.append(Check(place, parts))
    return found
