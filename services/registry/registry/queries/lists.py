"""Checked files with what was said of them, and what stands as a list to be fetched."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, select, text, true

from chassis.db import Read
from chassis.errors import NotFound
from contracts.registry import TaskRating, UnitKind
from contracts.scoring import ValueKind
from registry import rules
from registry.queries.paging import Saved, cut, in_turn, sounds_like
from registry.rules.lists import About
from registry.tables import (
    blocks,
    campaigns,
    entries,
    import_rows,
    imports,
    people,
    periods,
    reports,
    targets,
    units,
)
from registry.tables.sheets import standing_sheet
from registry.tables.standing import CLOSING_DAY, block_of

Row = dict[str, Any]
Cells = Sequence[str | date]

_TOLD: Final = [column for column in imports.c if column.name != "sha256"]
_NOTHING: Final = text("'[]'::jsonb")
_OUTCOMES: Final[Mapping[str, str]] = {
    "new": "Thêm mới",
    "changed": "Sửa",
    "same": "Không đổi",
    "faulty": "Chưa nhận: còn lỗi",
    "moved": "Chưa ghi: vừa có người sửa",
}
_NOT_YET: Final = "Chưa ghi"


async def imported(db: Read, import_id: UUID) -> Row:
    """Give a checked file: how it was read, what it would change, how far it is written."""
    found = (await db.execute(select(*_TOLD).where(imports.c.import_id == import_id))).mappings().one_or_none()
    if found is None:
        raise NotFound("Không có lần nhập này.")
    return dict(found)


class ImportsAsked(BaseModel):
    """Which checked files: a unit's, else the office's, by what they are called, of which list, how far; ``after`` is the last one of the page before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit_id: UUID | None = None
    search: Annotated[str, Field(max_length=100)] = ""
    name: Annotated[str | None, Field(alias="list", max_length=40)] = None
    state: Literal["checked", "applying", "done"] | None = None
    sort: Saved = Saved.NEWEST
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 10


def find_imports(asked: ImportsAsked, *, limit: int | None = None) -> Select[Any]:
    """Ask for the files of a unit, else the office's, that were checked last, newest first unless told."""
    query = select(*_TOLD).where(
        imports.c.unit_id.is_(None) if asked.unit_id is None else imports.c.unit_id == asked.unit_id
    )
    if asked.search:
        query = query.where(sounds_like(imports.c.name, asked.search))
    if asked.name:
        query = query.where(imports.c["list"] == asked.name)
    if asked.state:
        query = query.where(imports.c.state == asked.state)
    # The unit stands in the order only because an index that begins with it is not seen to be in order without it.
    place = (imports.c.checked_at, imports.c.import_id)
    last = select(*place).where(imports.c.import_id == asked.after) if asked.after else None
    newest = asked.sort is Saved.NEWEST
    query = query.order_by(imports.c.unit_id.desc() if newest else imports.c.unit_id)
    return in_turn(query, place, last, backwards=newest).limit(limit)


async def list_imports(db: Read, asked: ImportsAsked) -> Row:
    """Give one page of checked files; ``next`` is None on the last."""
    rows = await db.execute(find_imports(asked, limit=asked.limit + 1))
    return cut([dict(row) for row in rows.mappings()], asked.limit, "import_id")


async def told_rows(db: Read, import_id: UUID, *, after: int, limit: int) -> Row:
    """Give the rows of which something is to be said, in their order, a page at a time."""
    rows = await db.execute(
        select(import_rows.c.row, import_rows.c.outcome, import_rows.c.faults)
        .where(import_rows.c.import_id == import_id, import_rows.c.row > after, import_rows.c.faults != _NOTHING)
        .order_by(import_rows.c.row)
        .limit(limit + 1)
    )
    found = [dict(row) for row in rows.mappings()]
    return {"items": found[:limit], "next": found[limit - 1]["row"] if len(found) > limit else None}


async def result_rows(db: Read, import_id: UUID) -> tuple[rules.lists.Listing, list[list[str]]]:
    """Give a file back as it was typed, each row with what became of it and what is to be mended."""
    listing = rules.lists.LISTS[(told := await imported(db, import_id))["list"]]
    rows = await db.execute(select(import_rows).where(import_rows.c.import_id == import_id).order_by(import_rows.c.row))
    return listing, [
        [
            *[row["typed"].get(column.key, "") for column in listing.columns],
            _NOT_YET if row["place"] and row["place"] > told["done"] else _OUTCOMES[row["outcome"]],
            "\n".join(_sentence(fault) for fault in row["faults"]),
        ]
        for row in rows.mappings()
    ]


def _sentence(fault: Mapping[str, Any]) -> str:
    return f"{fault['cell']}: {fault['message']}. {fault['remedy'] or ''}".strip()


async def current_rows(db: Read, about: About, *, filled: bool) -> list[Cells]:
    """Give what stands as the rows of a list: read in again they change nothing. Not ``filled``: what is there to fill in."""
    return await _CURRENT[about.listing.name](db, about, filled)


async def _units(db: Read, _about: About, filled: bool) -> list[Cells]:
    if not filled:
        return []
    above = units.alias("above")
    doubled = select(units.c.name).group_by(units.c.name).having(text("count(*) > 1")).subquery()
    found = await db.execute(
        select(
            *[units.c[name] for name in ("unit_id", "name", "kind", "parent_id", "code", "valid_from", "short_name")],
            above.c.name.label("parent"),
            doubled.c.name.label("doubled"),
        )
        .outerjoin(above, above.c.unit_id == units.c.parent_id)
        .outerjoin(doubled, doubled.c.name == above.c.name)
        .order_by(units.c.sorted, units.c.unit_id)
    )
    return [
        (
            str(row.unit_id),
            row.name,
            rules.lists.KIND_WORDS[UnitKind(row.kind)],
            str(row.parent_id) if row.doubled else row.parent or "",
            row.code or "",
            row.valid_from,
            row.short_name or "",
        )
        for row in found
    ]


async def _people(db: Read, about: About, filled: bool) -> list[Cells]:
    """Give everybody's newest main post with the newest rating; of a unit those whose files it keeps."""
    if not filled:
        return []
    of_person = select(entries).where(entries.c.standing, entries.c.person_id == people.c.person_id)
    posts = of_person.where(entries.c.kind == "service", entries.c.main)
    post = posts.order_by(entries.c.from_on.desc()).limit(1).lateral("post")
    ratings = of_person.where(entries.c.kind == "rating")
    rating = ratings.order_by(entries.c.year.desc()).limit(1).lateral("rating")
    doubled = select(units.c.name).group_by(units.c.name).having(text("count(*) > 1")).subquery()
    whose = people.c.unit_id == about.unit_id if about.unit_id else true()
    rated = ("year", "grade", "document_number", "document_on", "document_by")
    found = await db.execute(
        select(
            people.c.person_id,
            people.c.name,
            units.c.unit_id,
            units.c.name.label("unit"),
            doubled.c.name.label("doubled"),
            *[post.c[name] for name in ("words", "from_on", "until_on")],
            *[rating.c[name] for name in rated],
        )
        .select_from(people)
        .join(post, true())
        .join(units, units.c.unit_id == post.c.unit_id)
        .outerjoin(rating, true())
        .outerjoin(doubled, doubled.c.name == units.c.name)
        .where(whose)
        .order_by(units.c.sorted, people.c.sorted, people.c.person_id)
    )
    return [
        (
            str(row.person_id),
            row.name,
            str(row.unit_id) if row.doubled else row.unit,
            row.words,
            row.from_on,
            row.until_on or "",
            str(row.year or ""),
            rules.lists.RATING_WORDS[TaskRating(row.grade)] if row.grade else "",
            row.document_number or "",
            row.document_on or "",
            row.document_by or "",
        )
        for row in found
    ]


async def _targets(db: Read, about: About, filled: bool) -> list[Cells]:
    if not filled:
        return []
    found = await db.execute(
        select(units.c.unit_id, units.c.name, targets.c.targets)
        .join(targets, targets.c.unit_id == units.c.unit_id)
        .where(targets.c.campaign_id == about.campaign_id)
        .order_by(units.c.sorted, units.c.unit_id)
    )
    return [
        (
            str(row.unit_id),
            row.name,
            each["criterion"],
            (each.get("target") or "").replace(".", ","),
            "Có" if each["assigned"] else "Không",
            (each.get("stretch") or "").replace(".", ","),
        )
        for row in found
        for each in row.targets
    ]


async def _results(db: Read, about: About, filled: bool) -> list[Cells]:
    """Give the items that the unit is asked for, as its report has them; what was not assigned to it is left out."""
    stands = block_of(about.unit_id, campaigns.c.year, CLOSING_DAY).lateral("stands")
    sheet = standing_sheet(blocks.c.sheet_id, periods.c.period_id)
    found = await db.execute(
        select(sheet.c.criteria, targets.c.targets, reports.c.fields, reports.c.nothing)
        .select_from(periods)
        .join(campaigns, campaigns.c.campaign_id == periods.c.campaign_id)
        .join(stands, true())
        .join(blocks, blocks.c.block_id == stands.c.block_id)
        .join(sheet, true())
        .outerjoin(targets, (targets.c.campaign_id == campaigns.c.campaign_id) & (targets.c.unit_id == about.unit_id))
        .outerjoin(reports, (reports.c.period_id == periods.c.period_id) & (reports.c.unit_id == about.unit_id))
        .where(periods.c.period_id == about.period_id, periods.c.campaign_id == about.campaign_id)
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("Đơn vị chưa được xếp vào khối nào, hoặc bảng điểm của khối chưa được công bố.")
    spared = {each["criterion"] for each in row.targets or () if not each["assigned"]}
    fields, nothing = (row.fields or {}, row.nothing or {}) if filled else ({}, {})
    return [
        (code, line["name"], line["measure"], fields.get(code, ""), nothing.get(code, ""))
        for line in row.criteria
        if (code := line["criterion"]) not in spared and line["value_kind"] != ValueKind.DERIVED
    ]


_CURRENT: Final[Mapping[str, Callable[[Read, About, bool], Awaitable[list[Cells]]]]] = {
    "units": _units,
    "people": _people,
    "targets": _targets,
    "results": _results,
}
