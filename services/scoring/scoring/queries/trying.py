"""What if another figure counted for a line: its points, the total, and the place that this would be."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from anyio import to_thread
from sqlalchemy import text

from chassis.db import Prepared, Read
from chassis.errors import FieldError, Invalid, NotFound
from contracts.scoring import ValueKind
from scoring import rules
from scoring.queries.scores import block_of, score
from scoring.queries.sheets import sheet as sheet_of

Row = dict[str, Any]

_AMONG: Final = Prepared(
    text(
        """SELECT tried.percent,
      (SELECT count(*) FROM places WHERE period_id = own.period_id AND block_id = own.block_id AND unit_id <> own.unit_id
        AND among IS NOT NULL AND places.percent > tried.percent) AS above,
      EXISTS (SELECT FROM places WHERE period_id = own.period_id AND block_id = own.block_id AND unit_id <> own.unit_id
        AND among IS NOT NULL AND places.percent = tried.percent) AS tied
    FROM unnest(CAST(:percents AS numeric[])) AS tried (percent),
      (SELECT * FROM places WHERE period_id = :period_id AND unit_id = :unit_id AND among IS NOT NULL) AS own"""
    )
)
"""How many of its board a unit would have above it, and whether another one would have the same percent."""


async def tried(db: Read, period_id: UUID, unit_id: UUID, code: str, value: Decimal | None = None) -> Row:
    """Give the way of a line's points and what some figures would come to, with the one that is asked for.

    ``curve`` is pairs of figure and points, in rising order; ``tries`` tells of some figures the points of the line, total and
    percent, and the ``rank``: ``tied`` where the board's next rule would decide, no rank where the unit has none now, or where its own
    figure moves what others are scored against. Both are empty where more than one figure decides on the line. Raises
    ``NotFound`` without such a score or line, ``Invalid`` for a figure that could not be reported.
    """
    kept = await score(db, period_id, unit_id)
    sheet = await sheet_of(db, kept["sheet_id"], kept["sheet_version"])
    line = next((each for _, each in sheet.criteria() if each.code == code), None)
    if line is None:
        raise NotFound(f"Bảng điểm không có mục {code}.")
    block = block_of(sheet, kept["inputs"].get("leaders"), closed=not kept.get("provisional"))
    trial = rules.Trial(sheet, rules.Facts.model_validate(kept["inputs"]), block, line)
    told: Row = {"criterion": code, "value": trial.now, "value_kind": line.value_kind, "largest": trial.largest}
    if not trial.possible:
        return {**told, "curve": [], "tries": []}
    refuse(trial, value)
    # A hundred scores: reports are taken up meanwhile.
    curve, tries = await to_thread.run_sync(_try, trial, value)
    ranked = {} if rules.asks_for_leaders(sheet) else await _ranks(db, period_id, unit_id, tries)
    nowhere: Row = {"rank": None, "tied": False}
    return {
        **told,
        "curve": [(each.value, each.points) for each in curve],
        "tries": [{**each._asdict(), **ranked.get(each.percent, nowhere)} for each in tries],
    }


def _try(trial: rules.Trial, value: Decimal | None) -> tuple[list[rules.Tried], list[rules.Tried]]:
    curve = trial.curve()
    known = {each.value: each for each in trial.worth_knowing(curve)}
    if value is not None:
        known[value] = trial.of(value)
    return curve, sorted(known.values())


def refuse(trial: rules.Trial, value: Decimal | None) -> None:
    """Raise ``Invalid`` for a figure that could not be reported for the line, with all that is wrong with it."""
    if value is None:
        return
    faults = []
    if trial.line.value_kind is ValueKind.COUNT and value % 1:
        faults.append(("Mục này đếm số nguyên", "Nhập một số nguyên, ví dụ 3"))
    if trial.largest is not None and value > trial.largest:
        most = rules.say(trial.largest)
        faults.append((f"Mục này nhiều nhất {most}", f"Nhập một số từ 0 đến {most}"))
    if faults:
        errors = [FieldError(field="value", message=message, remedy=remedy) for message, remedy in faults]
        raise Invalid("Chưa tính thử được.", errors=errors)


async def _ranks(db: Read, period_id: UUID, unit_id: UUID, tries: Sequence[rules.Tried]) -> Mapping[Decimal, Row]:
    asked = {"period_id": period_id, "unit_id": unit_id, "percents": [each.percent for each in tries]}
    return {row.percent: {"rank": row.above + 1, "tied": row.tied} for row in await _AMONG.rows(db, asked)}
