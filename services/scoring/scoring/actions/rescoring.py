"""Rescoring: every score on a sheet under its newest version or one that is named, some boards in a transaction, each step asking for the next.

A step is a batch like any other: its rows, its events and how far it has come are committed together, so whoever starts
again goes on where the last commit stands. Reasons: docs/adr/0012.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Prepared
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from chassis.facts import put
from chassis.text import nfc
from contracts.envelope import Event, GivenNumber
from contracts.scoring import BlockRescored, RescoredUnit, RescoringAdvanced
from scoring import rules
from scoring.actions import boards as standing
from scoring.actions.keys import Key, wanted
from scoring.actions.leaders import Leaders, told
from scoring.actions.scores import given_by, kept, looked_at, put_as_computed
from scoring.actions.sheets import published
from scoring.tables import BESIDE, REVIEWED, blocks, boards, periods, places, rescorings, sheets

SCORES_A_STEP: Final = 2_000
"""A report that comes meanwhile waits for the step that is running: it must stay short."""
_BOARDS_A_STEP: Final = 500
_UNITS_AN_EVENT: Final = 500


class RescoringStarted(BaseModel):
    """A rescoring that was started: what it is asked for by, and how many boards it is of."""

    rescoring_id: UUID
    sheet_id: UUID
    sheet_version: int
    period_id: UUID | None
    boards: int


class Rescore(BaseModel):
    """What is to be rescored, one period or all of them, under which version: the newest unless told.

    To go back to an older one takes a ``reason``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    period_id: UUID | None = None
    version: Annotated[GivenNumber | None, Field(ge=1)] = None
    reason: Annotated[str, Field(max_length=1000)] | None = None


async def start_rescoring(
    tx: Tx, sheet_id: UUID, period_id: UUID | None, *, version: int | None = None, reason: str | None = None
) -> RescoringStarted:
    """Start to rescore what stands on a sheet, in one period or in all; ``version`` and ``reason`` as ``Rescore`` has them.

    Raises ``NotFound`` without such a sheet, ``Invalid`` without such a period or version, and without a reason to go back,
    ``Conflict`` while the sheet is being rescored already.
    """
    # Whoever takes reports up now may have read an older version; whoever begins after this reads the newest.
    await tx.db.execute(text("LOCK TABLE reports IN EXCLUSIVE MODE"))
    newest = (await tx.db.execute(select(func.max(sheets.c.version)).where(sheets.c.sheet_id == sheet_id))).scalar_one()
    if newest is None:
        raise NotFound("Không có bảng điểm này.")
    version, reason = version or newest, nfc(reason or "")
    if fault := _version_fault(version, newest, reason):
        raise Invalid("Chưa chấm lại được.", errors=[fault])
    if period_id and not (await tx.db.execute(select(periods).where(periods.c.period_id == period_id))).first():
        raise Invalid(
            "Chưa chấm lại được.",
            errors=[
                FieldError(
                    field="period_id",
                    message="Không có kỳ báo cáo này",
                    remedy="Chọn một kỳ của phong trào, hoặc bỏ trống để chấm lại mọi kỳ",
                )
            ],
        )
    of_sheet = (
        select(func.count())
        .select_from(boards.join(blocks, blocks.c.block_id == boards.c.block_id))
        .where(blocks.c.sheet_id == sheet_id)
    )
    if period_id:
        of_sheet = of_sheet.where(boards.c.period_id == period_id)
    count = (await tx.db.execute(of_sheet)).scalar_one()
    now = await tx.now()
    begun: dict[str, Any] = {
        "rescoring_id": tx.correlationid,
        "sheet_id": sheet_id,
        "sheet_version": version,
        "period_id": period_id,
        "step": 0,
        "boards": count,
        "boards_done": 0,
    }
    nothing_yet = dict.fromkeys(("scores_done", "points_changed", "places_changed"), 0)
    row = {
        **begun,
        **nothing_yet,
        "reason": reason or None,
        "back": version < newest,
        "newest": newest,
        "after_period": UUID(int=0),
        "after_block": UUID(int=0),
        "started_at": now,
        "ended_at": None if count else now,
    }
    added = insert(rescorings).values(row).on_conflict_do_nothing().returning(rescorings.c.rescoring_id)
    if not (await tx.db.execute(added)).first():
        running = select(rescorings).where(rescorings.c.sheet_id == sheet_id, rescorings.c.ended_at.is_(None))
        if (other := (await tx.db.execute(running)).one_or_none()) is None:
            # What stood in the way has ended between the two questions.
            raise Conflict("Lần chấm lại trước vừa xong. Hãy chấm lại lần nữa nếu vẫn cần.")
        raise Conflict(
            f"Bảng điểm này đang được chấm lại theo bản {other.sheet_version}, đã xong {other.boards_done} trên "
            f"{other.boards} bảng xếp hạng. Hãy chờ xong rồi chấm lại.",
            rescoring_id=str(other.rescoring_id),
        )
    tx.record(RescoringAdvanced(**begun, newest=newest, ended=not count))
    return RescoringStarted.model_validate(begun)


def _version_fault(version: int, newest: int, reason: str) -> FieldError | None:
    if version > newest:
        remedy = f"Chọn một phiên bản từ 1 đến {newest}"
        return FieldError(field="version", message=f"Bảng điểm không có phiên bản {version}", remedy=remedy)
    if version < newest and not rules.is_reason(reason):
        message = f"Chấm lại theo phiên bản {version}, cũ hơn phiên bản {newest}, thì phải có lý do"
        return FieldError(field="reason", message=message, remedy=f"{rules.A_REASON}, không ghi tên người")
    return None


async def advance_rescorings(
    tx: Tx, events: Sequence[Event[RescoringAdvanced]], *, scores_a_step: int = SCORES_A_STEP
) -> None:
    """Take the next step of each rescoring that has come this far; what was said before is passed over."""
    for event in events:
        job = (
            await tx.db.execute(
                select(rescorings).where(rescorings.c.rescoring_id == event.data.rescoring_id).with_for_update()
            )
        ).one_or_none()
        if job and job.step == event.data.step and job.ended_at is None:
            await _advance(tx, job, event, scores_a_step)


_NEXT: Final = Prepared(
    text(
        """SELECT period_id, block_id FROM (
      SELECT period_id, block_id, sum(size) OVER (ORDER BY period_id, block_id) - size AS before FROM (
        SELECT boards.period_id, boards.block_id, cardinality(blocks.members) AS size
        FROM boards JOIN blocks USING (block_id)
        WHERE blocks.sheet_id = :sheet_id AND (CAST(:period_id AS uuid) IS NULL OR boards.period_id = :period_id)
          AND (boards.period_id, boards.block_id) > (:after_period, :after_block)
        ORDER BY boards.period_id, boards.block_id LIMIT :most) AS following) AS counted
    WHERE before < :scores ORDER BY period_id, block_id"""
    )
)
"""The boards of the next step: as many as were formed of so many units, but one at least."""
_LOCK: Final = Prepared(
    text(
        """SELECT count(*) FROM (
      SELECT FROM scores JOIN unnest(CAST(:periods AS uuid[]), CAST(:others AS uuid[])) AS wanted (period_id, block_id)
        USING (period_id, block_id)
      JOIN reports USING (period_id, unit_id)
      ORDER BY period_id, unit_id FOR NO KEY UPDATE OF reports) AS held"""
    )
)
"""In the order in which whoever takes reports up locks them, then the boards: what is read after is current.

Whoever reports for the first time or comes from another block meanwhile waits for the board, and ranks it after this step.
"""
_SCORED: Final = Prepared(
    text(
        f"""{standing.STOOD} SELECT period_id, scores.block_id, scores.unit_id, reports.campaign_id, reports.version AS report_version, late,
      reports.values AS reported, {REVIEWED} AS reviewed, {BESIDE} AS beside, targets.targets, scores.version, scores.sheet_version,
      scores.points, scores.maximum, scores.percent, content, penalty, tie_points, tie_maximum, disqualified, ties,
      scores.inputs -> 'leaders' AS leaders, stood.unit_id AS placed, stood.rank, stood.among,
      stood.points AS placed_points, stood.percent AS placed_percent, stood.decided_by
    FROM scores JOIN wanted USING (period_id, block_id)
    LEFT JOIN stood USING (period_id, block_id, unit_id)
    JOIN reports USING (period_id, unit_id)
    LEFT JOIN targets ON targets.campaign_id = reports.campaign_id AND targets.unit_id = reports.unit_id
    WHERE scores.sheet_id = :sheet_id AND NOT scores.withdrawn AND NOT reports.withdrawn"""  # noqa: S608 - our own words
    )
)
"""All that stands on these boards and was not withdrawn, with what it is computed from and the place it has.

On which board a score stands is its own word: a unit that has moved took along a report that names its former block.
"""


_standing_of: Final = itemgetter(*rules.Standing._fields)
_COPIED: Final = ("period_id", "unit_id", "campaign_id", "block_id", "report_version")
_totals: Final = attrgetter("points", "maximum", "percent", "disqualified")


@dataclass(slots=True)
class _Unit:
    """A unit on its board: how it stood, and how it stands now."""

    before: Any
    after: rules.Standing
    version: int

    @property
    def totals_changed(self) -> bool:
        return bool(self.version != self.before.version)


async def _advance(tx: Tx, job: Any, event: Event[RescoringAdvanced], scores_a_step: int) -> None:
    now = await tx.now()
    following = await _NEXT.rows(
        tx.db,
        {
            **{name: getattr(job, name) for name in ("sheet_id", "period_id", "after_period", "after_block")},
            "most": _BOARDS_A_STEP,
            "scores": scores_a_step,
        },
    )
    keys: list[Key] = [(row.period_id, row.block_id) for row in following]
    await _LOCK.rows(tx.db, wanted(keys))
    locked = await standing.locked(tx, {key: [event] for key in keys})
    found = await _SCORED.rows(tx.db, {**wanted(keys), "sheet_id": job.sheet_id})
    comes_to = [_version_of(known, job) for known in found]
    by_version = await published(tx, {(job.sheet_id, version) for version in comes_to})
    on = [by_version[job.sheet_id, version] for version in comes_to]
    asked = [given_by(known, sheet) for known, sheet in zip(found, on, strict=True)]
    on_board = (((known.period_id, known.block_id), known.unit_id) for known in found)
    leaders = Leaders(
        {key: board.members for key, board in locked.items()},
        ((*each, given) for each, given in zip(on_board, asked, strict=True)),
    )
    units: dict[Key, list[_Unit]] = defaultdict(list)
    rescored = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal rescored
        for known, sheet, given in zip(found, on, asked, strict=True):
            block = leaders.of((known.period_id, known.block_id), sheet)
            # Others may have come to other figures by the version that they are put on, and lead by these.
            stays = known.sheet_version == sheet.version and told(block) == (known.leaders or {})
            unit, row = _rescored(known, given, (sheet, block), event, now, stays=stays)
            units[known.period_id, known.block_id].append(unit)
            if row:
                rescored += 1
                yield row

    await put_as_computed(tx, rows())
    moved = await _rank(tx, job, [(key, locked[key], units[key]) for key in keys if key in units], event, now)
    after_period, after_block = keys[-1] if keys else (job.after_period, job.after_block)
    reached = {
        "step": job.step + 1,
        "boards_done": job.boards_done + len(keys),
        "boards": max(job.boards, job.boards_done + len(keys)),
    }
    done = {
        **reached,
        "after_period": after_period,
        "after_block": after_block,
        "scores_done": job.scores_done + rescored,
        "points_changed": job.points_changed + sum(each.totals_changed for those in units.values() for each in those),
        "places_changed": job.places_changed + moved,
        "ended_at": None if keys else now,
    }
    await tx.db.execute(update(rescorings).where(rescorings.c.rescoring_id == job.rescoring_id).values(done))
    what = {name: getattr(job, name) for name in ("rescoring_id", "sheet_id", "sheet_version", "period_id", "newest")}
    tx.record(RescoringAdvanced(**what, **reached, ended=not keys), because=[event])


def _version_of(known: Any, job: Any) -> int:
    """Tell by which version a unit is scored after this step.

    A report that came since the sheet was published was scored by it, or by a newer one, when it came.
    """
    return int(job.sheet_version if job.back else max(known.sheet_version, job.sheet_version))


def _rescored(
    known: Any,
    given: rules.Facts,
    on: tuple[rules.Sheet, rules.Block],
    event: Event[Any],
    now: datetime,
    *,
    stays: bool,
) -> tuple[_Unit, dict[str, Any] | None]:
    """Give how a unit stands on this version of the sheet, and the row of its score unless it ``stays``."""
    sheet, block = on
    before = rules.Standing._make(_standing_of(known))
    assert sheet.sheet_id is not None
    if stays:
        return _Unit(known, before, known.version), None
    score = rules.score(sheet, given, block)
    after = rules.standing(score)
    changed = _totals(before) != _totals(after)
    unit = _Unit(known, after, known.version + changed)
    row = {
        **{name: getattr(known, name) for name in _COPIED},
        "version": unit.version,
        "sheet_id": sheet.sheet_id,
        "sheet_version": sheet.version,
        **kept(score, given, block),
        **looked_at(known, sheet, block),
        "caused_by": event.id,
        "scored_at": now,
    }
    return unit, row


async def _rank(
    tx: Tx,
    job: Any,
    standings: Iterable[tuple[Key, standing.Board, Sequence[_Unit]]],
    event: Event[RescoringAdvanced],
    now: datetime,
) -> int:
    """Rank these boards anew and record each with its changed units; give how many units have another place."""
    moved: list[dict[str, Any]] = []
    changed_boards = []
    other_places = 0
    for key, board, units in standings:
        own = dict(zip(("period_id", "block_id"), key, strict=True))
        on_board = {each.before.unit_id: each for each in units if each.before.unit_id in board.members}
        ranked = rules.rank({unit_id: each.after for unit_id, each in on_board.items()}, board.votes)
        changed = []
        for place in ranked:
            unit = on_board[place.unit_id]
            if other := _moved(place, unit.before):
                kept = {name: getattr(place, name) for name in standing.KEPT}
                moved.append({**own, **kept, "previous_rank": unit.before.rank})
                other_places += place.rank != unit.before.rank
            if other or unit.totals_changed:
                changed.append(_told(unit, place))
        # Whoever has left the block stands nowhere, but has points.
        changed += [
            _told(each, rules.Ranked(each.before.unit_id, None, each.after.points, each.after.percent))
            for each in units
            if each.totals_changed and each.before.unit_id not in on_board
        ]
        if changed:
            made = {"version": board.version + 1, "changed_at": now, "caused_by": event.id}
            changed_boards.append({**own, **made, **standing.came_to(board, ranked)})
        parts = [changed[start : start + _UNITS_AN_EVENT] for start in range(0, len(changed), _UNITS_AN_EVENT)] or [[]]
        for part, some in enumerate(parts, start=1):
            tx.record(
                BlockRescored(
                    **own,
                    rescoring_id=job.rescoring_id,
                    campaign_id=units[0].before.campaign_id,
                    sheet_id=job.sheet_id,
                    sheet_version=job.sheet_version,
                    version=board.version + bool(changed),
                    part=part,
                    parts=len(parts),
                    members=len(board.members),
                    ranked=sum(place.rank is not None for place in ranked),
                    leader_points=rules.leader_points(ranked),
                    changed=tuple(some),
                    back=job.back,
                ),
                because=[event],
            )
    await put(tx, places, moved, key=("period_id", "block_id", "unit_id"))
    await put(tx, boards, changed_boards, key=("period_id", "block_id"))
    return other_places


def _moved(place: rules.Ranked, before: Any) -> bool:
    stood = (before.rank, before.among, before.placed_points, before.placed_percent, before.decided_by)
    return before.placed is None or stood != (place.rank, *place.kept)


def _told(unit: _Unit, place: rules.Ranked) -> RescoredUnit:
    return RescoredUnit(
        unit_id=place.unit_id,
        version=unit.version,
        points=unit.after.points,
        maximum=unit.after.maximum,
        percent=unit.after.percent,
        previous_points=unit.before.points,
        disqualified=unit.after.disqualified,
        rank=place.rank,
        previous_rank=unit.before.rank,
        decided_by=place.decided_by,
        among=place.among,
    )
