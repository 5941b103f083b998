"""Verdicts: what a reviewer says of reported values is kept beside them, and the score follows by the sheet's rule."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import insert, literal_column, select
from uuid_utils.compat import uuid7

from chassis.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from chassis.events import Tx
from chassis.text import nfc
from contracts.appraisal import Column, ItemsReviewed, ReviewedItem
from contracts.envelope import Event
from scoring import rules
from scoring.actions.finality import refuse_on_final
from scoring.actions.keys import Key
from scoring.actions.scores import in_its_block, reported_by, score
from scoring.actions.sheets import published
from scoring.tables import BESIDE, OBJECTED, REVIEWED, SCORED_BY, blocks, reports, scores, targets, verdicts


class Reviewer(NamedTuple):
    """Who looks: the post, in words, and the unit that it speaks for; None = the office."""

    post: str
    unit_id: UUID | None = None


class Reviewed(BaseModel):
    """What was kept: how many verdicts are new (what stood already is not said again), by which event, in which ripple."""

    given: int
    event_id: UUID | None
    correlationid: UUID | None


async def give_verdicts(
    tx: Tx,
    of: Key,
    column: Column,
    looks: Sequence[rules.Look],
    by: Reviewer,
    *,
    report_version: int | None = None,
    only_objected: bool = False,
    appeal_id: UUID | None = None,
    because: Collection[Event[Any]] = (),
) -> Reviewed:
    """Keep what was said of items of one report, ``of`` (period, unit), in column ``block`` or ``appraisal``; score it again.

    ``report_version`` is that of the report the reviewer saw; None = whatever stands. ``appeal_id`` names the appeal that is
    upheld by it, ``because`` the events of this transaction that led to it. Who may look is for the door to decide, but nobody
    looks at the own unit. ``only_objected``: the reviewer is not of the block, and concludes what its units disagree on.

    Raises ``Forbidden`` for the own unit, ``NotFound`` without a report that counts, ``Conflict`` when the unit has sent
    another one since, the board was published as final and no appeal is upheld, or nobody objected to what is for the block
    to say; ``Invalid`` with everything that is wrong with ``looks``.
    """
    opened = await open_report(tx, of, by, report_version=report_version, appealed=appeal_id is not None)
    if only_objected:
        _refuse_unobjected(opened, looks)
    rulings = [look for look in looks if appeal_id and rules.is_of_points(look.criterion)]
    others = [look for look in looks if look not in rulings]
    refuse(
        [
            *opened.faults(column, others, appealed=appeal_id is not None),
            *(fault for look in rulings for fault in rules.faults_of_ruling(opened.sheet, opened.facts, look)),
        ],
        looks,
    )
    return await keep(tx, opened, column, looks, by, appeal_id=appeal_id, because=because)


def _refuse_unobjected(opened: "Opened", looks: Sequence[rules.Look]) -> None:
    unasked = [look.criterion for look in looks if look.criterion not in opened.objected]
    if unasked:
        appraised = ", ".join(line.code for _, line in opened.sheet.criteria() if line.code in opened.sheet.appraised)
        instead = (
            "đơn vị chấm chéo hoặc khối trưởng chấm các mục này",
            f"Phòng Nội vụ ghi ý kiến ở cột thẩm định, với các mục {appraised}",
            "Phòng Nội vụ kết luận thay khối trưởng mục mà đơn vị chấm chéo không đồng ý",
        )
        raise Conflict(
            f"Mục {', '.join(unasked)}: cột khối chấm do khối ghi và không có ý kiến không đồng ý nào chờ kết luận. "
            f"Có thể làm: {'; '.join(instead)}.",
            criteria=unasked,
            instead=[each[:1].upper() + each[1:] for each in instead],
        )


class Opened(NamedTuple):
    """A report that is locked while somebody says something of it."""

    of: Key
    known: Any
    sheet: rules.Sheet
    facts: rules.Facts
    standing: rules.Standings

    @property
    def objected(self) -> dict[str, rules.Objection]:
        """Give the objections of the checking unit that wait for the block's head, by item."""
        return rules.still_open(rules.objected(self.known.objected), self.standing, self.facts.values)

    def faults(
        self, column: Column, looks: Sequence[rules.Look], *, appealed: bool = False
    ) -> Iterator[rules.LookFault]:
        return rules.faults_of(self.sheet, self.facts.targets, column, self.facts.values, looks, appealed=appealed)


async def open_report(tx: Tx, of: Key, by: Reviewer, *, report_version: int | None, appealed: bool = False) -> Opened:
    """Lock a report for whoever looks at it; raises as ``give_verdicts`` does, but for ``Invalid``."""
    if by.unit_id == of[1]:
        raise Forbidden(
            "Không ai tự chấm đơn vị của mình. Người làm được: đơn vị được phân công chấm chéo, hoặc cấp trên."
        )
    report = await _locked(tx, *of)
    if not appealed:
        await refuse_on_final(tx, (of[0], report.block_id))
    if report_version is not None and report_version != report.version:
        raise Conflict(
            "Đơn vị vừa gửi bản báo cáo mới. Xem lại số liệu mới rồi chấm lại; những gì bạn đã ghi vẫn còn ở trang này.",
            report_version=report.version,
        )
    (sheet,) = (await published(tx, {(report.sheet_id, report.sheet_version)})).values()
    return Opened(of, report, sheet, reported_by(report), rules.newest(rules.said(report.reviewed)))


async def keep(
    tx: Tx,
    opened: Opened,
    column: Column,
    looks: Sequence[rules.Look],
    by: Reviewer,
    *,
    appeal_id: UUID | None = None,
    because: Collection[Event[Any]] = (),
) -> Reviewed:
    """Keep what was said of a locked report, and score it again; what was said already is not said twice."""
    period_id, unit_id = opened.of
    items = list(_new_items(column, looks, opened, appealed=appeal_id is not None))
    if not items:
        return Reviewed(given=0, event_id=None, correlationid=None)
    event = await tx.recorded(
        ItemsReviewed(
            campaign_id=opened.known.campaign_id,
            period_id=period_id,
            unit_id=unit_id,
            column=column,
            by_unit=by.unit_id,
            appeal_id=appeal_id,
            items=tuple(items),
        ),
        because=because,
    )
    reasons = {look.criterion: None if look.agreed else nfc(look.reason) for look in looks}
    own = {"period_id": period_id, "unit_id": unit_id, "column": column, "by_post": by.post, "by_unit": by.unit_id}
    own |= {"at": event.businesstime, "appeal_id": appeal_id, "event_id": event.id}
    await tx.db.execute(insert(verdicts), [{**own, **dict(item), "reason": reasons[item.criterion]} for item in items])
    await score(tx, {opened.of: [event]})
    return Reviewed(given=len(items), event_id=event.id, correlationid=event.correlationid)


_KNOWN: Final = (
    in_its_block(
        select(
            *[reports.c[name] for name in ("campaign_id", "version", "late", "withdrawn")],
            reports.c["values"].label("reported"),
            literal_column(REVIEWED).label("reviewed"),
            literal_column(BESIDE).label("beside"),
            literal_column(OBJECTED).label("objected"),
            blocks.c.block_id,
            blocks.c.sheet_id,
            SCORED_BY.label("sheet_version"),
            targets.c.targets,
        )
    )
    .outerjoin(targets, (targets.c.campaign_id == reports.c.campaign_id) & (targets.c.unit_id == reports.c.unit_id))
    .outerjoin(scores, (scores.c.period_id == reports.c.period_id) & (scores.c.unit_id == reports.c.unit_id))
)


async def _locked(tx: Tx, period_id: UUID, unit_id: UUID) -> Any:
    """Lock a report against whoever takes up a newer one or looks at it too, then read how it stands."""
    this = (reports.c.period_id == period_id, reports.c.unit_id == unit_id)
    await tx.db.execute(select(reports.c.version).where(*this).with_for_update())
    report = (await tx.db.execute(_KNOWN.where(*this))).one_or_none()
    if report is None or report.withdrawn or report.sheet_version is None:
        raise NotFound("Đơn vị chưa có báo cáo nào được chấm trong kỳ này.")
    return report


def refuse(faults: Iterable[rules.LookFault], looks: Sequence[rules.Look]) -> None:
    """Raise ``Invalid`` with all of these; fields are named by their place: ``items.0.value``."""
    place = {look.criterion: number for number, look in enumerate(looks)}
    errors = [
        FieldError(field=f"items.{place[fault.criterion]}.{fault.field}", message=fault.message, remedy=fault.remedy)
        for fault in faults
    ]
    if errors:
        raise Invalid(f"Còn {len(errors)} chỗ cần sửa trước khi lưu.", errors=errors)


def _new_items(
    column: Column, looks: Sequence[rules.Look], opened: Opened, *, appealed: bool
) -> Iterator[ReviewedItem]:
    """Give what these looks add to what was said before; what answers an appeal or an objection is said in any case."""
    asked = opened.objected if column is Column.BLOCK else {}
    for look in looks:
        code = look.criterion
        before, now = opened.standing.get((column, code)), opened.facts.values.get(code)
        value = now if look.agreed else look.value
        if before and not appealed and code not in asked and (before.reported, before.value) == (now, value):
            continue
        yield ReviewedItem(
            verdict_id=uuid7(),
            criterion=code,
            number=before.number + 1 if before else 1,
            reported=now,
            value=value,
        )
