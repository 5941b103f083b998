"""Reports as they were typed and as they were sent, what was done with them, and their receipts."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, literal, literal_column, null, select

from chassis.db import Read
from chassis.errors import NotFound
from chassis.text import fold
from registry.queries.evidence import evidence_of_report
from registry.queries.paging import Saved, cut, in_turn, sounds_like
from registry.rules import WHOLE_REPORT, transitions
from registry.tables import block_members, campaigns, periods, report_steps, reports, submissions, units
from registry.tables.standing import CLOSING_DAY, STOOD, block_of

Row = dict[str, Any]


async def report(db: Read, campaign_id: UUID, period_id: UUID, unit_id: UUID) -> Row:
    """Give a unit's report of a period as it was typed, with its evidence; state ``none`` and version 0 before the first word.

    ``block_id`` tells by whose sheet it is read and who reviews it, ``stood_in`` the block it is of where the unit stands in
    none any more; ``aside`` is what a review set aside because it had not been sent, ``returned_by`` and ``returned_at`` tell
    of the last return that was not taken back, ``taken_back`` who took it back, when and why, until something is sent.
    """
    found = await db.execute(
        select(reports, _BLOCK.label("block_id"), _STOOD.label("stood_in")).where(
            reports.c.campaign_id == campaign_id, reports.c.period_id == period_id, reports.c.unit_id == unit_id
        )
    )
    row = found.mappings().one_or_none()
    if row:
        # Whoever writes a draft asks this with every field that is left: of a draft later steps have nothing to tell.
        told = _UNTOLD if row["state"] == transitions.State.DRAFT else await _told(db, row)
        return {**row, **told, "evidence": await evidence_of_report(db, row["report_id"])}
    would = block_of(unit_id, campaigns.c.year, CLOSING_DAY).where(
        campaigns.c.campaign_id == campaign_id, periods.c.period_id == period_id
    )
    return {
        **dict.fromkeys(column.name for column in reports.c),
        **_UNTOLD,
        "block_id": (await db.execute(would)).scalar_one_or_none(),
        "stood_in": None,
        "campaign_id": campaign_id,
        "period_id": period_id,
        "unit_id": unit_id,
        "state": "none",
        "version": 0,
        "fields": {},
        "nothing": {},
        "evidence": {},
    }


_UNTOLD: Final[Row] = dict.fromkeys(("aside", "returned_by", "returned_at", "taken_back"))
_of = block_of(reports.c.unit_id, campaigns.c.year, CLOSING_DAY).where(
    campaigns.c.campaign_id == reports.c.campaign_id, periods.c.period_id == reports.c.period_id
)
_BLOCK: Final = _of.correlate(reports).scalar_subquery()
_STOOD: Final = _of.where(STOOD).correlate(reports).scalar_subquery()
"""A join would bring a ``reports`` of its own into the question, and with it the block of any report whatever."""


_NAMED: Final = (
    select(campaigns.c.name)
    .where(campaigns.c.campaign_id == reports.c.campaign_id)
    .correlate(reports)
    .scalar_subquery()
)


async def _told(db: Read, report: Any) -> Row:
    """Give what later steps tell whoever writes: who returned it or took that back, and the newest text that was set aside."""
    rows = await db.execute(
        select(*[report_steps.c[name] for name in ("step", "post", "at", "items", "aside")])
        .where(report_steps.c.report_id == report["report_id"])
        .order_by(report_steps.c.at.desc())
    )
    steps = rows.mappings().all()
    given = [each for each in steps if each["step"] in (transitions.Step.RETURN, transitions.Step.TAKE_BACK)]
    last = given[0] if given else None
    if last and (last["step"] != transitions.Step.TAKE_BACK or last["at"] <= report["accepted_at"]):
        last = None
    # Before each that takes back stands the return that it took back.
    while given and given[0]["step"] == transitions.Step.TAKE_BACK:
        given = given[2:]
    back = given[0] if given else None
    return {
        "aside": next((each["aside"] for each in steps if each["aside"]), None),
        "returned_by": back["post"] if back else None,
        "returned_at": back["at"] if back else None,
        "taken_back": {"by": last["post"], "at": last["at"], "reason": last["items"][WHOLE_REPORT]} if last else None,
    }


async def sent_report(db: Read, report_id: UUID) -> Row:
    """Give a report as it was sent, for whoever reviews it; raises ``NotFound`` for one that does not count.

    ``block_id`` is None where the unit stands in no block on the closing day, ``stood_in`` the one it stood in last;
    ``returned_by`` tells of the last return that was not taken back.
    """
    found = await db.execute(
        select(
            *[reports.c[name] for name in ("report_id", "campaign_id", "period_id", "unit_id", "version", "state")],
            *[reports.c[name] for name in ("flagged", "reviewer", "receipt_number", "accepted_at", "late")],
            submissions.c.fields,
            submissions.c.nothing,
            units.c.name.label("unit"),
            _BLOCK.label("block_id"),
            _STOOD.label("stood_in"),
        )
        .join(submissions, submissions.c.receipt_number == reports.c.receipt_number)
        .join(units, units.c.unit_id == reports.c.unit_id)
        .where(reports.c.report_id == report_id)
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("Không có báo cáo nào đã gửi ở đây; có thể đơn vị vừa rút lại.")
    back = await _told(db, row)
    told = {name: back[name] for name in ("returned_by", "returned_at")}
    # What was attached since belongs to an edit that was not sent.
    return {**row, **told, "evidence": await evidence_of_report(db, report_id, at=row["accepted_at"])}


class QueueOrder(StrEnum):
    """In which order reports wait: the longest waiting first, the newest first, or by the unit's name."""

    OLDEST = "oldest"
    NEWEST = "newest"
    UNIT = "unit"


class QueueAsked(BaseModel):
    """Which reports that wait for a reviewer, or were returned, of one campaign or of all.

    ``after`` is the last one of the page before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    campaign_id: UUID | None = None
    which: Literal["waiting", "returned"] = "waiting"
    search: Annotated[str, Field(max_length=100)] = ""
    unit_id: UUID | None = None
    period_id: UUID | None = None
    late: bool | None = None
    sort: QueueOrder = QueueOrder.OLDEST
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


_QUEUED: Final = ("report_id", "campaign_id", "period_id", "unit_id", "version", "state", "reviewer", "receipt_number")


def find_queue(
    asked: QueueAsked, *, blocks: Sequence[UUID] | None, but: Sequence[UUID], limit: int | None = None
) -> Select[Any]:
    """Ask for reports that wait; ``blocks`` limits it to units that stand in them, ``but`` leaves units out."""
    query = select(
        *[reports.c[name] for name in (*_QUEUED, "accepted_at", "late", "flagged")],
        units.c.name.label("unit"),
        periods.c.name.label("period"),
        _NAMED.label("campaign"),
    )
    query = query.join(units, units.c.unit_id == reports.c.unit_id)
    query = query.join(periods, periods.c.period_id == reports.c.period_id).where(*_wanted(asked, blocks, but))
    place: tuple[Any, ...] = (reports.c.accepted_at, reports.c.report_id)
    if asked.sort is QueueOrder.UNIT:
        place = (units.c.sorted, reports.c.report_id)
    last = None
    if asked.after:
        last = (
            select(*place).join(units, units.c.unit_id == reports.c.unit_id).where(reports.c.report_id == asked.after)
        )
        if asked.sort is QueueOrder.UNIT:
            # The pair of two tables is no place in an index, its first half is.
            query = query.where(units.c.sorted >= last.with_only_columns(units.c.sorted).scalar_subquery())
    return in_turn(query, place, last, backwards=asked.sort is QueueOrder.NEWEST).limit(limit)


def _wanted(asked: QueueAsked, blocks: Sequence[UUID] | None, but: Sequence[UUID]) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [reports.c.receipt_number.is_not(None)]
    if asked.which == "returned":
        wanted.append(reports.c.state == literal_column(f"'{transitions.State.RETURNED}'"))
    else:
        wanted += [reports.c.state != transitions.State.ACCEPTED, reports.c.state.in_(sorted(transitions.WAITING))]
    for name in ("campaign_id", "unit_id", "period_id", "late"):
        if (value := getattr(asked, name)) is not None:
            wanted.append(reports.c[name] == value)
    if asked.search:
        like = units.c.searched.contains(fold(asked.search), autoescape=True)
        wanted.append(reports.c.unit_id.in_(select(units.c.unit_id).where(like)))
    if but:
        wanted.append(reports.c.unit_id.not_in(but))
    if blocks is not None:
        # Whoever ever stood in a block is looked at alone: where each stands on the closing day is asked row by row.
        ever = select(block_members.c.unit_id).where(block_members.c.block_id.in_(blocks))
        wanted += [reports.c.unit_id.in_(ever), _BLOCK.in_(blocks)]
    return wanted


async def queue(db: Read, asked: QueueAsked, *, blocks: Sequence[UUID] | None, but: Sequence[UUID]) -> Row:
    """List a page of the reports of a campaign that wait for a reviewer, or that were returned."""
    query = find_queue(asked, blocks=blocks, but=but, limit=asked.limit + 1)
    rows = [dict(row) for row in (await db.execute(query)).mappings()]
    return {"items": rows[: asked.limit], "more": len(rows) > asked.limit}


async def steps(db: Read, report_id: UUID) -> list[Row]:
    """List what was done with a report, oldest first: its submissions and every later step, each with its ripple."""
    sent = select(
        literal("submit").label("step"),
        submissions.c.receipt_number,
        submissions.c.version,
        submissions.c.accepted_at.label("at"),
        null().label("post"),
        submissions.c.correlationid,
        null().label("items"),
        submissions.c.late,
    ).where(submissions.c.report_id == report_id)
    stepped = select(
        report_steps.c.step,
        report_steps.c.receipt_number,
        report_steps.c.version,
        report_steps.c.at,
        report_steps.c.post,
        report_steps.c.correlationid,
        report_steps.c["items"],
        null().label("late"),
    ).where(report_steps.c.report_id == report_id)
    both = [dict(row) for query in (sent, stepped) for row in (await db.execute(query)).mappings()]
    return sorted(both, key=lambda row: (row["at"], row["version"]))


class ReportsAsked(BaseModel):
    """Which reports of a unit, by period and campaign, in which order; ``after`` is the last one of the page before, whole without ``limit``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit_id: UUID
    search: Annotated[str, Field(max_length=100)] = ""
    campaign_id: UUID | None = None
    state: transitions.State | None = None
    late: bool | None = None
    sort: Saved = Saved.NEWEST
    after: UUID | None = None
    limit: Annotated[int | None, Field(ge=1, le=200)] = None


def find_reports(asked: ReportsAsked, *, limit: int | None = None) -> Select[Any]:
    """Ask for a unit's reports without what was typed, the one saved last first unless told, with period and campaign."""
    query = (
        select(
            *[column for column in reports.c if column.name not in ("fields", "nothing")],
            periods.c.name.label("period"),
            campaigns.c.name.label("campaign"),
        )
        .join(periods, periods.c.period_id == reports.c.period_id)
        .join(campaigns, campaigns.c.campaign_id == reports.c.campaign_id)
        .where(reports.c.unit_id == asked.unit_id)
    )
    if asked.search:
        query = query.where(sounds_like(periods.c.name + " " + campaigns.c.name, asked.search))
    for name in ("campaign_id", "state", "late"):
        if (value := getattr(asked, name)) is not None:
            query = query.where(reports.c[name] == value)
    place = (reports.c.saved_at, reports.c.report_id)
    last = select(*place).where(reports.c.report_id == asked.after) if asked.after else None
    return in_turn(query, place, last, backwards=asked.sort is Saved.NEWEST).limit(limit)


async def reports_of(db: Read, asked: ReportsAsked) -> Row:
    """List one page of a unit's reports; ``next`` is None on the last."""
    query = find_reports(asked, limit=asked.limit and asked.limit + 1)
    return cut([dict(row) for row in (await db.execute(query)).mappings()], asked.limit, "report_id")


async def receipt(db: Read, number: str) -> Row:
    """Give a receipt; raises ``NotFound``."""
    query = (
        select(
            *[submissions.c[name] for name in ("receipt_number", "report_id", "version", "correlationid")],
            submissions.c.accepted_at,
            submissions.c.late,
            (reports.c.receipt_number == submissions.c.receipt_number).label("counts"),
            reports.c.receipt_number.label("counts_now"),
            reports.c.state,
            reports.c.unit_id,
            reports.c.campaign_id,
            reports.c.period_id,
        )
        .join(reports, reports.c.report_id == submissions.c.report_id)
        .where(submissions.c.receipt_number == number)
    )
    row = (await db.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Không có biên nhận {number}. Hãy xem lại số, ví dụ BN-2311-0417.")
    return dict(row)
