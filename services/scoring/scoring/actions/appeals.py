"""Appeals: filed by the unit against one exact item, taken up and decided by the office, or withdrawn.

One that is upheld gives a verdict in the column of appraisal, and scores, boards and titles follow from that as from any other.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql
from uuid_utils.compat import uuid7

from chassis.clock import VIETNAM
from chassis.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from chassis.events import Tx
from chassis.text import nfc
from contracts.appeals import AppealChanged, AppealState
from contracts.appraisal import Column
from contracts.scoring import ValueKind
from scoring import rules
from scoring.actions.sheets import published
from scoring.actions.verdicts import Reviewer, give_verdicts
from scoring.rules import appeals as way
from scoring.rules.appeals import Act, Side
from scoring.tables import PUBLISHED_AT, appeal_steps, appeals, periods, published_on, reports, scores, targets

_FACTS: Final = ("appeal_id", "campaign_id", "period_id", "block_id", "unit_id")


class AppealStepped(BaseModel):
    """A step that was taken: where the appeal stands now, and how many steps it has."""

    appeal_id: UUID
    number: int
    state: AppealState
    correlationid: UUID


class Actor(NamedTuple):
    """Who acts: the post, in words, on which sides of an appeal it may stand, and the units that it speaks for."""

    post: str
    sides: Collection[Side]
    own_units: Collection[UUID]


class Said(NamedTuple):
    """What was said at a step: the reason, and the value that is asked for or counts from now on."""

    reason: str = ""
    value: Decimal | None = None


async def file_appeal(
    tx: Tx, period_id: UUID, unit_id: UUID, item: str, said: Said, *, by: Actor, days: int
) -> AppealStepped:
    """File an appeal of a unit against one item of its score, within ``days`` after its points were published.

    Raises ``NotFound`` without a score, ``Invalid`` with everything that is wrong, ``Conflict`` after the last day or while
    another appeal against this item is open.
    """
    score = await _score_of(tx, period_id, unit_id)
    (sheet,) = (await published(tx, {(score.sheet_id, score.sheet_version)})).values()
    reason, item = nfc(said.reason), rules.appealed(sheet, item)
    given = {each["criterion"]: each for each in score.targets or ()}
    _refuse([*_of_item(sheet, given, item), *_of_reason(reason, "điều cần xem lại và căn cứ của đơn vị")])
    last = way.last_day(published_on(score.published_at), score.closes_on, days)
    _refuse_late(last, (await tx.now()).astimezone(VIETNAM).date())
    row = {"appeal_id": uuid7(), "campaign_id": score.campaign_id, "period_id": period_id, "block_id": score.block_id}
    row |= {"unit_id": unit_id, "item": item, "state": AppealState.FILED, "steps": 1}
    added = postgresql.insert(appeals).values(row).on_conflict_do_nothing().returning(appeals.c.appeal_id)
    if not (await tx.db.execute(added)).first():
        same = [appeals.c[name] == row[name] for name in ("period_id", "unit_id", "item")]
        found = await tx.db.execute(select(appeals).where(*same, appeals.c.state.in_(way.OPEN)))
        if (other := found.one_or_none()) is None:
            # What stood in the way has ended between the two questions.
            raise Conflict(f"Kiến nghị trước về mục {item} vừa kết thúc. Hãy gửi lại.")
        raise Conflict(
            f"Mục {item} đang có một kiến nghị chưa giải quyết xong. Hãy chờ kết quả, hoặc rút kiến nghị đó rồi gửi lại.",
            appeal_id=str(other.appeal_id),
        )
    return (await _stepped(tx, row, by, said._replace(reason=reason)))[0]


async def _score_of(tx: Tx, period_id: UUID, unit_id: UUID) -> Any:
    """Give the score that an appeal is against, as it stands; raises ``NotFound``."""
    asked = (
        select(
            *[scores.c[name] for name in ("campaign_id", "block_id", "sheet_id", "sheet_version")],
            periods.c.closes_on,
            targets.c.targets,
            PUBLISHED_AT,
        )
        .join(reports, (reports.c.period_id == scores.c.period_id) & (reports.c.unit_id == scores.c.unit_id))
        .outerjoin(periods, periods.c.period_id == scores.c.period_id)
        .outerjoin(targets, (targets.c.campaign_id == scores.c.campaign_id) & (targets.c.unit_id == scores.c.unit_id))
        .where(scores.c.period_id == period_id, scores.c.unit_id == unit_id, ~scores.c.withdrawn, ~reports.c.withdrawn)
    )
    found = (await tx.db.execute(asked)).one_or_none()
    if found is None:
        raise NotFound("Đơn vị chưa có báo cáo nào được chấm trong kỳ này, nên chưa có điểm để kiến nghị.")
    return found


def _of_item(sheet: rules.Sheet, given: Mapping[str, Mapping[str, Any]], item: str) -> Iterable[FieldError]:
    """Name what keeps an item from being appealed against: it must be one that a value was, or could be, reported for.

    Or the points of a line that follow from more than that. Of a line that was not assigned, by itself or for want of a
    target, no value and no points count, whatever the office would decide. ``given`` are the unit's targets, by line.
    """
    lines = {code: criterion.code for _, criterion in sheet.criteria() for code in rules.codes_of(criterion)}
    kinds = {line.criterion: line.value_kind for line in rules.form_criteria(sheet)}
    computed = rules.line_of(sheet, item)
    line = computed[0].code if computed else lines.get(item)
    if line and not given.get(line, {}).get("assigned", True):
        remedy = "Mục này không tính vào điểm; nếu phải giao, hãy đề nghị Phòng Nội vụ sửa chỉ tiêu của đơn vị"
        yield FieldError(field="item", message=f"Mục {line} không giao cho đơn vị này", remedy=remedy)
    elif computed:
        untold = computed[0].target is None and given.get(computed[0].code, {}).get("target") is None
        if computed[0].rule.needs_target and untold:
            remedy = "Mục này không tính vào điểm; hãy đề nghị Phòng Nội vụ giao chỉ tiêu cho đơn vị"
            yield FieldError(field="item", message=f"Mục {line} chưa giao chỉ tiêu cho đơn vị này", remedy=remedy)
    elif item not in kinds:
        yield FieldError(
            field="item", message=f"Bảng điểm không có mục {item}", remedy="Mở lại trang Vì sao của mục đó"
        )
    elif kinds[item] is ValueKind.DERIVED:
        within = [code for code in kinds if code.startswith(f"{item}.")]
        if within:
            remedy = f"Kiến nghị về từng việc: {', '.join(within)}"
        else:
            remedy = "Kiến nghị về mục mà số liệu của nó do đơn vị báo cáo"
        yield FieldError(field="item", message=f"Mục {item} do hệ thống tính từ số liệu khác", remedy=remedy)


def _of_reason(reason: str, what: str) -> Iterable[FieldError]:
    if not rules.is_reason(reason):
        yield FieldError(field="reason", message="Còn thiếu lý do", remedy=f"{rules.A_REASON}: {what}")


def _refuse(errors: Collection[FieldError]) -> None:
    if errors:
        raise Invalid(f"Còn {len(errors)} chỗ cần sửa trước khi gửi.", errors=list(errors))


def _refuse_late(last: date | None, today: date) -> None:
    if last and today > last:
        raise Conflict(
            f"Đã hết hạn kiến nghị: ngày cuối là {last:%d/%m/%Y} (số ngày là cấu hình của hệ thống, chưa có quy định xác nhận). "
            "Nếu có căn cứ mới, hãy liên hệ Phòng Nội vụ.",
            last_day=last.isoformat(),
        )


async def move_appeal(tx: Tx, appeal_id: UUID, act: Act, steps: int, said: Said, *, by: Actor) -> AppealStepped:
    """Take a step with an appeal that had ``steps`` when the caller looked. To uphold it gives the verdict that mends the score.

    Raises ``NotFound``, ``Forbidden`` for whoever may not or decides on the own unit, ``Conflict`` for a step that the table
    does not hold or when another was taken since, ``Invalid`` without a reason or a value where one is needed.
    """
    found = await tx.db.execute(select(appeals).where(appeals.c.appeal_id == appeal_id).with_for_update())
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("Không có kiến nghị này.")
    _refuse_others(row["unit_id"], act, by)
    state = AppealState(row["state"])
    try:
        after = way.after(state, act)
    except way.ImpossibleActError as error:
        raise Conflict(str(error), state=error.state, possible=list(error.possible)) from error
    if steps != row["steps"]:
        raise Conflict(
            "Kiến nghị vừa có bước mới từ khi bạn mở trang. Xem bước mới nhất rồi làm lại; những gì bạn nhập vẫn còn.",
            state=state,
            steps=row["steps"],
        )
    reason = nfc(said.reason)
    value_missing = FieldError(field="value", message="Còn thiếu số được tính", remedy="Ghi số đúng của mục này")
    decides = act in (Act.UPHOLD, Act.REJECT)
    _refuse(
        [
            *([value_missing] if act is Act.UPHOLD and said.value is None else []),
            *(_of_reason(reason, "căn cứ của quyết định") if decides else ()),
        ]
    )
    stepped, event = await _stepped(
        tx,
        {**row, "state": after, "steps": steps + 1},
        by,
        Said(reason, said.value if act is Act.UPHOLD else None),
    )
    now = {"state": after, "steps": steps + 1}
    await tx.db.execute(update(appeals).where(appeals.c.appeal_id == appeal_id).values(now))
    if act is Act.UPHOLD:
        await _mend(tx, row, Said(reason, said.value), by, event)
    return stepped


def _refuse_others(unit_id: UUID, act: Act, by: Actor) -> None:
    """Raise ``Forbidden`` unless this is for the caller to do: the unit's own, or the office's, but not on the own unit.

    Nobody who speaks for a unit decides on its appeal, also for the unit that the office itself is. The office's other posts
    do decide on that one, unlike on its report: reports of that unit are its block's to look at, but no rule that is known
    names anybody beside the office for appeals, whoever leads the city only reads, and what nobody decides on keeps the whole
    board from being final. So the way stays open, with a reason that the unit, its block and the city's leader can read.
    """
    if way.who_may(act) is Side.UNIT:
        if unit_id not in by.own_units:
            raise Forbidden(f"{by.post} không làm được việc này. Người làm được: chính đơn vị đã kiến nghị.")
    elif Side.OFFICE not in by.sides:
        raise Forbidden(f"{by.post} không làm được việc này. Người làm được: Phòng Nội vụ thành phố.")
    elif unit_id in by.own_units:
        raise Forbidden(
            "Không ai tự giải quyết kiến nghị của đơn vị mình. Người làm được: cán bộ khác của Phòng Nội vụ thành phố."
        )


async def _mend(tx: Tx, row: Any, said: Said, by: Actor, event: Any) -> None:
    """Give the verdict that an appeal was upheld by; what is wrong with its value is named at the value."""
    this = (reports.c.period_id == row["period_id"], reports.c.unit_id == row["unit_id"])
    # Locked: a report that comes meanwhile must not turn another value into one that was agreed to.
    reported = await tx.db.execute(select(reports.c["values"]).where(*this).with_for_update())
    values = {each["criterion"]: Decimal(each["value"]) for each in reported.scalar_one()}
    agreed = not rules.is_of_points(row["item"]) and values.get(row["item"]) == said.value
    look = rules.Look(row["item"], agreed, None if agreed else said.value, "" if agreed else said.reason)
    of = (row["period_id"], row["unit_id"])
    by_office = Reviewer(by.post)
    try:
        await give_verdicts(tx, of, Column.APPRAISAL, [look], by_office, appeal_id=row["appeal_id"], because=[event])
    except Invalid as refused:
        errors = [error.model_copy(update={"field": error.field.rpartition(".")[2]}) for error in refused.errors]
        raise Invalid(refused.detail, errors=errors) from refused


async def _stepped(tx: Tx, row: Any, by: Actor, said: Said) -> tuple[AppealStepped, Any]:
    """Keep a step and record it; ``row`` is the appeal as it stands after it."""
    state, number = AppealState(row["state"]), row["steps"]
    event = await tx.recorded(
        AppealChanged(**{name: row[name] for name in _FACTS}, criterion=row["item"], number=number, state=state)
    )
    step = {"appeal_id": row["appeal_id"], "number": number, "state": state, **said._asdict(), "by_post": by.post}
    await tx.db.execute(insert(appeal_steps).values(**step, at=event.businesstime, event_id=event.id))
    stepped = AppealStepped(appeal_id=row["appeal_id"], number=number, state=state, correlationid=event.correlationid)
    return stepped, event
