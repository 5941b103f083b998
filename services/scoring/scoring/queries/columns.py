"""The three kept columns of a report: what was reported, what reviewers said of it, and what each comes to."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, literal_column, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.db import Prepared, Read
from chassis.errors import NotFound
from contracts.appraisal import Column
from scoring import rules
from scoring.queries.scores import block_of, closed
from scoring.tables import (
    BESIDE,
    CHECKED_HERE,
    OBJECTED,
    REVIEWED,
    cross_checks,
    reports,
    scores,
    sheets,
    targets,
    verdicts,
)

Row = dict[str, Any]

_KNOWN: Final = Prepared(
    select(
        *[
            reports.c[name]
            for name in ("period_id", "unit_id", "campaign_id", "late", "receipt_number", "accepted_at", "event_id")
        ],
        reports.c.version.label("report_version"),
        reports.c["values"].label("reported"),
        literal_column(REVIEWED).label("reviewed"),
        literal_column(BESIDE).label("beside"),
        literal_column(OBJECTED).label("objected"),
        targets.c.targets,
        scores.c.inputs["leaders"].label("leaders"),
        *[scores.c[name] for name in ("block_id", "sheet_id", "sheet_version", "caused_by", "scored_at")],
        cross_checks.c.by_unit.label("checked_by"),
    )
    .join(scores, (scores.c.period_id == reports.c.period_id) & (scores.c.unit_id == reports.c.unit_id))
    .outerjoin(targets, (targets.c.campaign_id == reports.c.campaign_id) & (targets.c.unit_id == reports.c.unit_id))
    .outerjoin(
        cross_checks,
        (cross_checks.c.period_id == reports.c.period_id)
        & (cross_checks.c.unit_id == reports.c.unit_id)
        & CHECKED_HERE,
    )
    .where(
        reports.c.period_id == bindparam("period_id"),
        reports.c.unit_id == any_(bindparam("units", type_=ARRAY(Uuid))),
        ~reports.c.withdrawn,
    )
)
_SAID: Final = (
    select(verdicts)
    .where(verdicts.c.period_id == bindparam("period_id"), verdicts.c.unit_id == bindparam("unit_id"))
    .order_by(verdicts.c.at, verdicts.c.column, verdicts.c.number)
)


async def columns(db: Read, period_id: UUID, unit_id: UUID) -> Row:
    """Give a report item by item: reported, by column what was said of it, by whom, when and why, and the points of each.

    Every verdict ever given stands in ``said``, oldest first; ``counts`` tells which hold. What was decided on appeal of the
    points of a line itself stands in its ``rulings`` in the same way. Raises ``NotFound`` while no report of the unit counts.
    """
    found = await columns_of(db, period_id, [unit_id])
    if not found:
        raise NotFound("Đơn vị chưa có báo cáo nào được chấm trong kỳ này.")
    (answer,) = found
    answer["cause"] = await _cause(db, answer["caused_by"])
    said: dict[str, list[Row]] = {}
    for row in await db.execute(_SAID, {"period_id": period_id, "unit_id": unit_id}):
        told = {name: getattr(row, name) for name in _TOLD}
        said.setdefault(row.criterion, []).append({**told, "agreed": row.reason is None})
    for line in answer["lines"]:
        for item in line["items"]:
            item["said"] = [
                {**each, "counts": item["by"].get(each["column"]) == each["number"]}
                for each in said.get(item["criterion"], ())
            ]
        rulings = said.get(rules.points_of(line["criterion"]), [])
        line["rulings"] = [{**each, "counts": each is rulings[-1]} for each in rulings]
    return answer


_CAUSE: Final = text(
    """SELECT type, actor, subject, correlationid, recorded_at AS at FROM event_log WHERE id = :event_id
    UNION ALL SELECT type, NULL, NULL, correlationid, taken_at FROM inbox WHERE consumer = 'scoring' AND event_id = :event_id"""
)


async def _cause(db: Read, event_id: UUID) -> Row | None:
    """Tell which event had a score computed as it stands: one of scoring's own, with its actor, or one that it took up.

    ``correlationid`` names the ripple that leads to the act that began it.
    """
    found = (await db.execute(_CAUSE, {"event_id": event_id})).mappings().first()
    return {"event_id": event_id, **found} if found else None


_TOLD: Final = tuple(column.name for column in verdicts.c if column.name not in ("period_id", "unit_id", "criterion"))


async def columns_of(db: Read, period_id: UUID, units: Collection[UUID]) -> list[Row]:
    """Give the columns of many reports in one question, without the history; those that count nowhere are left out."""
    found = await _KNOWN.rows(db, {"period_id": period_id, "units": list(units)})
    on = await sheets_of(db, {(row.sheet_id, row.sheet_version) for row in found})
    over = any(map(rules.asks_for_leaders, on.values())) and await closed(db, period_id)
    told = []
    for row in found:
        sheet = on[row.sheet_id, row.sheet_version]
        told.append(_columns(row, sheet, block_of(sheet, row.leaders, closed=over)))
    return told


async def sheets_of(db: Read, wanted: set[tuple[UUID, int]]) -> dict[tuple[UUID, int], rules.Sheet]:
    """Give these versions of sheets."""
    ids = {sheet_id for sheet_id, _ in wanted}
    found = await db.execute(select(sheets).where(sheets.c.sheet_id.in_(ids)))
    return {
        key: rules.Sheet.model_validate({**row.document, "sheet_id": row.sheet_id, "version": row.version})
        for row in found
        if (key := (row.sheet_id, row.version)) in wanted
    }


_KEPT: Final = (
    "campaign_id period_id unit_id block_id report_version receipt_number accepted_at event_id sheet_id sheet_version "
    "caused_by scored_at checked_by"
)


def _columns(row: Any, sheet: rules.Sheet, block: rules.Block | None) -> Row:
    reported = rules.reported(row.reported, row.targets, late=row.late, beside=row.beside)
    said = rules.said(row.reviewed)
    standing = rules.newest(said)
    facts = {str(column): rules.seen_by(column, reported, standing) for column in Column}
    facts["final"] = rules.conclude(sheet, reported, said)
    points = {name: rules.in_column(sheet, each, facts["final"], block) for name, each in facts.items()}
    looked = rules.looked(sheet, reported, said, block)
    parts = {name: {part.criterion: part for part in each.parts} for name, each in points.items()}
    objected = rules.still_open(rules.objected(row.objected), standing, reported.values)
    may = {column: set(rules.to_look_at(sheet, reported.targets, column)) for column in rules.REVIEWS}
    return {
        **{name: row[name] for name in _KEPT.split()},
        "concluded_by": sheet.concluded_by,
        "totals": {
            name: {"points": each.points, "maximum": each.maximum, "percent": each.percent}
            for name, each in points.items()
            if name in ("self", "final") or getattr(looked, f"{name}_points") is not None
        },
        "lines": [
            {
                **{
                    name: getattr(parts["final"][line.code], name) for name in ("criterion", "group", "role", "maximum")
                },
                "assigned": parts["final"][line.code].assigned,
                "target": parts["final"][line.code].target,
                "points": {name: each[line.code].points for name, each in parts.items()},
                "brings": {name: each[line.code].brings for name, each in parts.items()},
                "why": {name: each[line.code].why for name, each in parts.items()},
                "items": list(_items(line, facts, standing, objected, may)),
            }
            for _, line in sheet.criteria()
        ],
    }


def _items(
    line: rules.Criterion,
    facts: Mapping[str, rules.Facts],
    standing: rules.Standings,
    objected: Mapping[str, rules.Objection],
    may: Mapping[Column, set[str]],
) -> Iterator[Row]:
    reported = facts["self"].values
    for code in rules.codes_of(line):
        on = [column for column in rules.REVIEWS if code in may[column]]
        if not on:
            continue
        by = {
            str(column): verdict.number
            for column in rules.REVIEWS
            if (verdict := standing.get((column, code))) and rules.counts(verdict, reported)
        }
        open_one = objected.get(code)
        yield {
            "criterion": code,
            "may": on,
            "reported": reported.get(code),
            "values": {name: facts[name].values.get(code) for name in (*by, "final")},
            "by": by,
            "why": rules.sentence(
                line,
                code,
                {column: facts[column].values.get(code) for column in rules.REVIEWS if column in by},
                reported.get(code),
                facts["final"].values.get(code),
            ),
            "outdated": [column for column in rules.REVIEWS if (column, code) in standing and column not in by],
            "objection": open_one._asdict() if open_one else None,
        }
