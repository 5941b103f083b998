"""What a campaign is made of, and how a draft is read: every typed section becomes plain values, or faults with remedies.

Source of the parts: the issuing document of 01/2023 (`data/lai-chau-2023`); number and day stay open until it is issued.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import GivenAmount
from contracts.registry import CampaignPeriod, UnitKind, WhereTold

Typed = Annotated[dict[str, str], Field(max_length=40)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CampaignKind(StrEnum):
    YEARLY = "yearly"
    THEMED = "themed"
    SPECIAL = "special"


class Section(Part):
    """One section of a draft, to the letter: single fields, and rows where there may be several."""

    values: Typed = {}
    rows: Annotated[tuple[Typed, ...], Field(max_length=200)] = ()


Sections = Mapping[str, Section]


class Goal(Part):
    """A numeric target of a campaign; no ``kinds`` means that every unit in scope has it."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    name: Annotated[str, Field(min_length=1, max_length=1000)]
    measure: Annotated[str, Field(min_length=1, max_length=60)]
    direction: Literal["at_least", "at_most"]
    baseline: Annotated[GivenAmount, Field(ge=0)] | None = None
    plan: Annotated[GivenAmount, Field(ge=0)]
    kinds: tuple[UnitKind, ...] = ()
    stretch: WhereTold[Annotated[GivenAmount, Field(ge=0)]] = None


class Milestone(Part):
    kind: Literal["registration", "interim", "final"]
    name: Annotated[str, Field(max_length=300)]
    on: date


class Scope(Part):
    """Whom a campaign addresses: every unit, those of some blocks, or those of some kinds."""

    reach: Literal["all", "blocks", "kinds"] = "all"
    block_ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    kinds: tuple[UnitKind, ...] = ()


class Design(Part):
    """A campaign, read from its draft."""

    year: int
    name: str
    kind: CampaignKind
    parent_id: UUID | None
    starts_on: date
    ends_on: date
    document: dict[str, Any]
    goals: tuple[Goal, ...]
    milestones: tuple[Milestone, ...]
    scope: Scope
    periods: tuple[CampaignPeriod, ...]


KNOWN: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "document": (
        frozenset(
            {
                "name",
                "kind",
                "year",
                "starts_on",
                "ends_on",
                "parent_id",
                "title",
                "theme",
                "issuer",
                "number",
                "symbol",
                "issued_on",
                "signer",
                "grounds",
                "authority",
            }
        ),
        frozenset(),
    ),
    "tasks": (frozenset({"movements"}), frozenset({"text"})),
    "fields": (frozenset(), frozenset({"name", "tasks"})),
    "targets": (
        frozenset(),
        frozenset({"code", "name", "measure", "direction", "baseline", "plan", "stretch", "kinds"}),
    ),
    "periods": (frozenset(), frozenset({"name", "opens_at", "due_at", "closes_at"})),
    "milestones": (frozenset(), frozenset({"kind", "name", "on"})),
    "scope": (frozenset({"reach", "blocks", "kinds"}), frozenset()),
    "recipients": (frozenset({"names"}), frozenset()),
}
"""Section → what its single fields and the fields of its rows are called. A page shows them in this order."""

LONGEST: Final = 20_000
"""Characters in one field: the longest duty of an issuing document has two thousand."""


def lines(typed: str) -> list[str]:
    """Give the filled lines of a field that holds one thing a line."""
    return [line.strip() for line in typed.splitlines() if line.strip()]


def filled(rows: Sequence[Mapping[str, str]]) -> list[tuple[int, Mapping[str, str]]]:
    """Give the rows in which something stands, each with its place: a page always ends with an empty one."""
    return [(place, row) for place, row in enumerate(rows) if any(value.strip() for value in row.values())]


def period_id(campaign_id: UUID, number: int) -> UUID:
    """Give the id of a campaign's period: the same whoever launches it, and however often."""
    return uuid5(campaign_id, f"period/{number}")


def document_of(sections: Sections) -> dict[str, Any]:
    """Give the issuing document as it is kept and shown; number and day may be None until it is issued."""
    values = sections["document"].values
    named = {name: values.get(name, "").strip() or None for name in ("issuer", "number", "symbol", "signer", "title")}
    return {
        **named,
        "signing_authority": values.get("authority", "").strip() or None,
        "issued_on": values.get("issued_on", "").strip() or None,
        "theme": values.get("theme", "").strip(),
        "grounds": lines(values.get("grounds", "")),
        "duties": [row["text"].strip() for _, row in filled(sections["tasks"].rows) if row.get("text", "").strip()],
        "fields": [
            {"code": str(number), "name": row.get("name", "").strip(), "tasks": lines(row.get("tasks", ""))}
            for number, (_, row) in enumerate(filled(sections["fields"].rows), start=1)
        ],
        "movements": lines(sections["tasks"].values.get("movements", "")),
        "recipients": lines(sections["recipients"].values.get("names", "")),
    }


def empty() -> dict[str, Section]:
    """Give the sections of a draft in which nothing was typed yet."""
    return dict.fromkeys(KNOWN, Section())


def moment_typed(moment: datetime) -> str:
    return f"{moment:%H:%M %d/%m/%Y}"


def day_typed(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
