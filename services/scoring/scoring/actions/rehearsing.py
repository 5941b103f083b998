"""Rehearsing: a past period's facts under a draft or another version, some boards in a transaction, as rescoring does.

What it writes is its own: it locks no report and no board, changes no score and tells nobody but itself how far it is.
Reasons: docs/adr/0020.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from chassis.clock import VIETNAM
from chassis.db import Prepared
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from chassis.facts import put
from contracts.envelope import Event, GivenNumber
from contracts.scoring import RehearsalAdvanced
from scoring import rules
from scoring.actions.boards import STOOD, members_of, votes_on
from scoring.actions.drafts import of_version, sheet_in
from scoring.actions.keys import Key, wanted
from scoring.actions.scores import given_by
from scoring.actions.sheets import published
from scoring.rules.rehearsal import Reported, Stage, Weight, added
from scoring.tables import BESIDE, REVIEWED, blocks, boards, periods, rehearsals, rehearsed, sheet_drafts, sheets

UNITS_A_STEP: Final = 2_000
"""A report that comes meanwhile waits for the step that is running: it must stay short."""
_BOARDS_A_STEP: Final = 500
_STAGES_KEPT: Final = 4
_stages: dict[UUID, Stage] = {}
"""What the running rehearsals remember from step to step; whoever starts again remembers anew."""


class Rehearse(BaseModel):
    """What is rehearsed: a period, under a draft or under a version of a sheet, on the blocks of that sheet or ``on_sheet``.

    ``codes`` says which line was reported for one that has another code now: code → code in the period's reports.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    period_id: UUID
    draft_id: UUID | None = None
    sheet_id: UUID | None = None
    version: GivenNumber | None = None
    on_sheet: UUID | None = None
    codes: Annotated[dict[str, str], Field(max_length=400)] = {}

    @model_validator(mode="after")
    def _one_of_both(self) -> "Rehearse":
        if (self.draft_id is None) == (self.sheet_id is None):
            raise ValueError("chọn một bản thảo hoặc một phiên bản của bảng điểm")
        return self


class RehearsalStarted(BaseModel):
    rehearsal_id: UUID
    boards: int


async def start_rehearsal(tx: Tx, body: Rehearse) -> RehearsalStarted:
    """Start to put what a period's blocks reported under another sheet.

    Raises ``NotFound`` without such a draft or version, ``Invalid`` without such a period, where no block of the sheet has
    a board in it, for codes that are on no sheet, and with every fault of a draft.
    """
    version, made_from_nothing = None, False
    if body.draft_id:
        draft = (
            await tx.db.execute(select(sheet_drafts).where(sheet_drafts.c.draft_id == body.draft_id))
        ).one_or_none()
        if draft is None:
            raise NotFound("Không có bản thảo này.")
        sheet, stands_on = sheet_in(draft.parts), draft.made_from or draft.sheet_id
        made_from_nothing = draft.made_from is None
    else:
        assert body.sheet_id
        sheet, stands_on = await of_version(tx, body.sheet_id, body.version), body.sheet_id
        version = sheet.version
    stands_on = body.on_sheet or stands_on
    await _check_codes(tx, body.codes, sheet, stands_on)
    if not (await tx.db.execute(select(periods).where(periods.c.period_id == body.period_id))).first():
        where = FieldError(field="period_id", message="Không có kỳ báo cáo này", remedy="Chọn một kỳ đã có báo cáo")
        raise Invalid("Chưa diễn tập được.", errors=[where])
    of_sheet = boards.join(blocks, blocks.c.block_id == boards.c.block_id)
    count = (
        await tx.db.execute(
            select(func.count())
            .select_from(of_sheet)
            .where(blocks.c.sheet_id == stands_on, boards.c.period_id == body.period_id)
        )
    ).scalar_one()
    if not count:
        raise _nothing_there(made_from_nothing=made_from_nothing and not body.on_sheet)
    row = {
        "rehearsal_id": tx.correlationid,
        "period_id": body.period_id,
        "stands_on": stands_on,
        "draft_id": body.draft_id,
        "sheet_version": version,
        "document": sheet.model_dump(mode="json"),
        "codes": body.codes or None,
        "after_block": UUID(int=0),
        "boards": count,
        **dict.fromkeys(("step", "boards_done", "units", "points_changed", "places_changed"), 0),
        "criteria": {},
        "started_at": await tx.now(),
        "ended_at": None,
    }
    await tx.db.execute(insert(rehearsals).values(row))
    tx.record(_told(row, ended=False))
    return RehearsalStarted(rehearsal_id=tx.correlationid, boards=count)


class Discarded(BaseModel):
    """When a rehearsal was thrown away, and by which post."""

    discarded_at: datetime
    discarded_by: str


async def discard_rehearsal(tx: Tx, rehearsal_id: UUID, *, by: str) -> Discarded:
    """Throw a rehearsal away: who would have moved is deleted, that it was held and who threw it away stays.

    One that is running goes no further. Raises ``NotFound``, and ``Conflict`` for one that was thrown away before.
    """
    this = rehearsals.c.rehearsal_id == rehearsal_id
    job = (await tx.db.execute(select(rehearsals).where(this).with_for_update())).one_or_none()
    if job is None:
        raise NotFound("Không có lần diễn tập này.")
    if job.discarded_at:
        raise Conflict(
            f"Lần diễn tập này đã được {job.discarded_by} bỏ lúc {job.discarded_at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}, "
            "nên không phải bỏ nữa. Muốn xem lại kết quả thì diễn tập lần mới."
        )
    now = await tx.now()
    gone = {"discarded_at": now, "discarded_by": by, "ended_at": job.ended_at or now}
    await tx.db.execute(delete(rehearsed).where(rehearsed.c.rehearsal_id == rehearsal_id))
    await tx.db.execute(update(rehearsals).where(this).values(**gone, criteria={}))
    _stages.pop(rehearsal_id, None)
    return Discarded(discarded_at=now, discarded_by=by)


def _nothing_there(*, made_from_nothing: bool) -> Invalid:
    """Say why there is nothing to rehearse on, rather than that nobody would move."""
    if made_from_nothing:
        where = FieldError(
            field="on_sheet",
            message="Bảng điểm này soạn mới, chưa khối nào dùng nên chưa có số liệu để diễn tập",
            remedy="Chọn bảng điểm đang dùng để lấy số liệu các khối của bảng đó ra thử",
        )
    else:
        where = FieldError(
            field="period_id",
            message="Trong kỳ này chưa khối nào dùng bảng điểm đó có điểm",
            remedy="Chọn một kỳ đã có báo cáo, hoặc lấy các khối của một bảng điểm khác",
        )
    return Invalid(f"Chưa diễn tập được: {where.message[:1].lower()}{where.message[1:]}.", errors=[where])


async def _check_codes(tx: Tx, codes: Mapping[str, str], sheet: rules.Sheet, stands_on: UUID) -> None:
    """Refuse codes that are not on the sheet, or on none that was ever reported on, and a line that is taken twice."""
    if not codes:
        return
    lines = {line.code for _, line in sheet.criteria()}
    versions = {(row.sheet_id, row.version) for row in await tx.db.execute(_VERSIONS, {"sheet_id": stands_on})}
    known = {line.code for each in (await published(tx, versions)).values() for _, line in each.criteria()}
    twice = [old for old, often in Counter(codes.values()).items() if often > 1]
    wrong = [
        *[(new, f"Bảng điểm đem diễn tập không có mục {new}") for new in codes if new not in lines],
        *[(new, f"Bảng điểm đang dùng không có mục {old}") for new, old in codes.items() if old not in known],
        *[(old, f"Mục {old} được dùng cho hai mục") for old in twice],
    ]
    if wrong:
        remedy = "Ghi mã mục mới rồi mã mục cũ, mỗi mục một lần, ví dụ 2.1 = 1.3"
        raise Invalid(
            f"Chưa diễn tập được: {wrong[0][1]}.",
            errors=[FieldError(field=f"codes.{code}", message=message, remedy=remedy) for code, message in wrong],
        )


_VERSIONS: Final = select(sheets.c.sheet_id, sheets.c.version).where(sheets.c.sheet_id == bindparam("sheet_id"))


def _told(row: dict[str, Any], *, ended: bool) -> RehearsalAdvanced:
    kept = ("rehearsal_id", "period_id", "step", "boards_done", "boards")
    return RehearsalAdvanced(**{name: row[name] for name in kept}, ended=ended)


async def advance_rehearsals(
    tx: Tx, events: Sequence[Event[RehearsalAdvanced]], *, units_a_step: int = UNITS_A_STEP
) -> None:
    """Take the next step of each rehearsal that has come this far; what was said before is passed over."""
    for event in events:
        found = await tx.db.execute(
            select(rehearsals).where(rehearsals.c.rehearsal_id == event.data.rehearsal_id).with_for_update()
        )
        job = found.one_or_none()
        if job and job.step == event.data.step and job.ended_at is None:
            await _advance(tx, job, event, units_a_step)


_NEXT: Final = Prepared(
    text(
        """SELECT period_id, block_id FROM (
      SELECT period_id, block_id, sum(size) OVER (ORDER BY block_id) - size AS before FROM (
        SELECT boards.period_id, boards.block_id, cardinality(blocks.members) AS size
        FROM boards JOIN blocks USING (block_id)
        WHERE blocks.sheet_id = :stands_on AND boards.period_id = :period_id AND boards.block_id > :after_block
        ORDER BY boards.block_id LIMIT :most) AS following) AS counted
    WHERE before < :units ORDER BY block_id"""
    )
)
_REPORTED: Final = Prepared(
    text(
        f"""{STOOD} SELECT period_id, scores.block_id, scores.unit_id, late, reports.values AS reported, targets.targets,
      {REVIEWED} AS reviewed, {BESIDE} AS beside,
      scores.sheet_id, scores.sheet_version, scores.points, stood.rank
    FROM scores JOIN wanted USING (period_id, block_id)
    LEFT JOIN stood USING (period_id, block_id, unit_id)
    JOIN reports USING (period_id, unit_id)
    LEFT JOIN targets ON targets.campaign_id = reports.campaign_id AND targets.unit_id = reports.unit_id
    WHERE NOT scores.withdrawn AND NOT reports.withdrawn"""  # noqa: S608 - our own words
    )
)
"""All that counts on these boards, with what its score is computed from, and how it stands."""


def _stage(job: Any) -> Stage:
    stage = _stages.pop(job.rehearsal_id, None) or Stage(rules.Sheet.model_validate(job.document), job.codes or {})
    _stages[job.rehearsal_id] = stage
    while len(_stages) > _STAGES_KEPT:
        del _stages[next(iter(_stages))]
    return stage


def _under_codes(row: Any, stage: Stage) -> Any:
    """Give what was reported under the codes that its lines have on the rehearsed sheet."""
    code_of = stage.code_of
    told = {"reported": code_of.reported(row.reported), "targets": code_of.reported(row.targets or ())}
    return SimpleNamespace(**told, reviewed=code_of.reviewed(row.reviewed), late=row.late, beside=row.beside)


async def _advance(tx: Tx, job: Any, event: Event[RehearsalAdvanced], units_a_step: int) -> None:
    asked = {name: getattr(job, name) for name in ("stands_on", "period_id", "after_block")}
    following = await _NEXT.rows(tx.db, {**asked, "most": _BOARDS_A_STEP, "units": units_a_step})
    keys: list[Key] = [(row.period_id, row.block_id) for row in following]
    members = await members_of(tx, keys)
    found = await _REPORTED.rows(tx.db, wanted(keys))
    on = await published(tx, {(row.sheet_id, row.sheet_version) for row in found})
    votes = await votes_on(tx, keys)
    units: dict[Key, dict[UUID, Reported]] = defaultdict(dict)
    stage = _stage(job)
    for row in found:
        key = (row.period_id, row.block_id)
        if row.unit_id in members[key]:
            stood_on = on[row.sheet_id, row.sheet_version]
            facts = given_by(_under_codes(row, stage) if job.codes else row, stage.sheet)
            was = given_by(row, stood_on) if row.reviewed or job.codes else facts
            units[key][row.unit_id] = Reported(facts, stood_on, was, row.rank, row.points)
    rows, weights, points_changed, places_changed = [], [], 0, 0
    for key, on_board in units.items():
        made = stage.board(on_board, votes.get(key, ()))
        # Whoever reports meanwhile is not kept waiting by a whole step.
        await asyncio.sleep(0)
        moved = sum(each.rank != each.previous_rank for each in made.changed)
        places_changed += moved
        points_changed += sum(each.points != each.previous_points for each in made.changed)
        weights.append(made.weights)
        ranked = sum(place.rank is not None for place in made.ranked)
        changed = [each.model_dump(mode="json") for each in made.changed]
        own = {"rehearsal_id": job.rehearsal_id, "block_id": key[1]}
        rows.append({**own, "ranked": ranked, "moved": moved, "changed": changed})
    await put(tx, rehearsed, rows, key=("rehearsal_id", "block_id"))
    criteria = added({code: Weight.model_validate(each) for code, each in job.criteria.items()}, weights)
    done = {
        "step": job.step + 1,
        "after_block": keys[-1][1] if keys else job.after_block,
        "boards_done": job.boards_done + len(keys),
        "boards": max(job.boards, job.boards_done + len(keys)),
        "units": job.units + sum(map(len, units.values())),
        "points_changed": job.points_changed + points_changed,
        "places_changed": job.places_changed + places_changed,
        "criteria": {code: each.model_dump(mode="json") for code, each in criteria.items()},
        "ended_at": None if keys else await tx.now(),
    }
    await tx.db.execute(update(rehearsals).where(rehearsals.c.rehearsal_id == job.rehearsal_id).values(done))
    if not keys:
        _stages.pop(job.rehearsal_id, None)
    tx.record(_told({**job._asdict(), **done}, ended=not keys), because=[event])
