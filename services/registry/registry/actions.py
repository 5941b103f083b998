"""What the registry can do. Everything here writes rows and records events in the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import VIETNAM, business_now
from chassis.errors import Conflict, FieldError, Invalid, NotFound, Unavailable
from chassis.events import Tx
from chassis.facts import learn
from chassis.text import fold, nfc
from contracts.envelope import Event
from contracts.registry import (
    BlockFormed,
    CampaignLaunched,
    CampaignPeriod,
    ReportedValue,
    ReportSubmitted,
    Target,
    TargetsAssigned,
    TaskRating,
    UnitKind,
    UnitRegistered,
    YearRecorded,
)
from contracts.scoring import SheetCriterion, SheetPublished
from registry import rules
from registry.tables import (
    block_members,
    blocks,
    campaigns,
    periods,
    receipt_numbers,
    reports,
    sheets,
    submissions,
    targets,
    units,
    year_records,
)

Name = Annotated[str, Field(min_length=1, max_length=300)]
Fields = Annotated[dict[str, str], Field(max_length=500)]


class Body(BaseModel):
    """What a caller sends: nothing unknown is taken in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UnitBody(Body):
    name: Name
    kind: UnitKind
    parent_id: UUID | None = None
    code: Annotated[str, Field(max_length=40)] | None = None
    valid_from: date


class BlockBody(Body):
    year: Annotated[int, Field(ge=2000, le=2100)]
    name: Name
    sheet_id: UUID
    head_unit_id: UUID | None = None
    member_unit_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]


class PeriodBody(Body):
    period_id: UUID
    number: Annotated[int, Field(ge=1)]
    name: Name
    opens_at: AwareDatetime
    due_at: AwareDatetime
    closes_at: AwareDatetime

    @model_validator(mode="after")
    def _in_order(self) -> "PeriodBody":
        if not self.opens_at < self.due_at <= self.closes_at:
            raise ValueError("ngày mở phải trước hạn nộp, hạn nộp không sau ngày đóng")
        return self


class CampaignBody(Body):
    year: Annotated[int, Field(ge=2000, le=2100)]
    name: Name
    starts_on: date
    ends_on: date
    periods: Annotated[tuple[PeriodBody, ...], Field(min_length=1)]
    document: dict[str, Any]


class TargetsBody(Body):
    targets: tuple[Target, ...]


class DraftBody(Body):
    version: Annotated[int, Field(ge=0)]
    fields: Fields


class CheckBody(Body):
    campaign_id: UUID
    period_id: UUID
    unit_id: UUID
    fields: Fields


class ReportBody(CheckBody):
    version: Annotated[int, Field(ge=0)]


class YearBody(Body):
    version: Annotated[int, Field(ge=0)]
    headcount: int
    completed_tasks: int
    advanced_workers: int
    grassroots_fighters: int
    disciplined: int
    task_rating: TaskRating | None = None
    pledged_on: date | None = None


class Versioned(BaseModel):
    """How a thing stands after the command."""

    version: int


class Saved(Versioned):
    saved_at: datetime


class Receipt(Versioned):
    """What the unit keeps as proof: the number, and the moment that decides lateness (business time)."""

    receipt_number: str
    report_id: UUID
    accepted_at: datetime
    late: bool
    correlationid: UUID


async def register_unit(tx: Tx, unit_id: UUID, body: UnitBody) -> Versioned:
    """Register or rewrite a unit; the same content again changes nothing and records nothing."""
    row = {**body.model_dump(), "name": nfc(body.name), "searched": fold(body.name)}
    version, changed = await _put(tx, units, {"unit_id": unit_id}, row)
    if changed:
        tx.record(UnitRegistered(unit_id=unit_id, version=version, **{**body.model_dump(), "name": row["name"]}))
    return Versioned(version=version)


async def form_block(tx: Tx, block_id: UUID, body: BlockBody) -> Versioned:
    """Form a block of one year with its members; a unit that stands in another block of that year is refused."""
    await _refuse_foreign_members(tx, block_id, body)
    head = body.model_dump(exclude={"member_unit_ids"})
    version, changed = await _put(tx, blocks, {"block_id": block_id}, head)
    present = set(
        (await tx.db.execute(select(block_members.c.unit_id).where(block_members.c.block_id == block_id))).scalars()
    )
    wanted = set(body.member_unit_ids)
    if wanted != present:
        await tx.db.execute(block_members.delete().where(block_members.c.block_id == block_id))
        await tx.db.execute(
            insert(block_members),
            [{"year": body.year, "unit_id": unit, "block_id": block_id} for unit in body.member_unit_ids],
        )
        if not changed:
            version += 1
            await tx.db.execute(update(blocks).where(blocks.c.block_id == block_id).values(version=version))
        changed = True
    if changed:
        tx.record(BlockFormed(block_id=block_id, version=version, **body.model_dump()))
    return Versioned(version=version)


async def _refuse_foreign_members(tx: Tx, block_id: UUID, body: BlockBody) -> None:
    known = set(
        (await tx.db.execute(select(units.c.unit_id).where(units.c.unit_id.in_(body.member_unit_ids)))).scalars()
    )
    elsewhere = set(
        (
            await tx.db.execute(
                select(block_members.c.unit_id).where(
                    block_members.c.year == body.year,
                    block_members.c.unit_id.in_(body.member_unit_ids),
                    block_members.c.block_id != block_id,
                )
            )
        ).scalars()
    )
    errors = [
        FieldError(field=f"member_unit_ids.{place}", message="không có đơn vị này", remedy="Đăng ký đơn vị trước")
        if unit not in known
        else FieldError(field=f"member_unit_ids.{place}", message=f"đã ở khối khác trong năm {body.year}")
        for place, unit in enumerate(body.member_unit_ids)
        if unit not in known or unit in elsewhere
    ]
    if errors:
        raise Invalid(f"Có {len(errors)} đơn vị không vào được khối này.", errors=errors)


async def launch_campaign(tx: Tx, campaign_id: UUID, body: CampaignBody) -> Versioned:
    """Launch a campaign with its periods and the text of its issuing document."""
    row = body.model_dump(exclude={"periods", "document"}) | {"document": body.document}
    version, changed = await _put(tx, campaigns, {"campaign_id": campaign_id}, row)
    for period in body.periods:
        values = {**period.model_dump(), "campaign_id": campaign_id}
        found = await tx.db.execute(select(periods).where(periods.c.period_id == period.period_id))
        stored = found.mappings().one_or_none()
        if stored is None or dict(stored) != values:
            await tx.db.execute(
                insert(periods).values(values).on_conflict_do_update(index_elements=["period_id"], set_=values)
            )
            if not changed:
                version += 1
                await tx.db.execute(
                    update(campaigns).where(campaigns.c.campaign_id == campaign_id).values(version=version)
                )
            changed = True
    if changed:
        tx.record(
            CampaignLaunched(
                campaign_id=campaign_id,
                version=version,
                year=body.year,
                name=body.name,
                starts_on=body.starts_on,
                ends_on=body.ends_on,
                periods=tuple(CampaignPeriod(**period.model_dump()) for period in body.periods),
            )
        )
    return Versioned(version=version)


async def assign_targets(tx: Tx, campaign_id: UUID, unit_id: UUID, body: TargetsBody) -> Versioned:
    """Give a unit its plan values; a criterion that is not assigned leaves its maximum."""
    row = {"targets": [target.model_dump(mode="json") for target in body.targets]}
    version, changed = await _put(tx, targets, {"campaign_id": campaign_id, "unit_id": unit_id}, row)
    if changed:
        tx.record(TargetsAssigned(campaign_id=campaign_id, unit_id=unit_id, version=version, targets=body.targets))
    return Versioned(version=version)


async def _put(tx: Tx, table: Any, key: dict[str, Any], values: dict[str, Any]) -> tuple[int, bool]:
    """Write a row under its key with the next version, unless it already says the same."""
    where = [table.c[name] == value for name, value in key.items()]
    stored = (await tx.db.execute(select(table).where(*where).with_for_update())).mappings().one_or_none()
    if stored is None:
        await tx.db.execute(insert(table).values(**key, **values, version=1))
        return 1, True
    if all(stored[name] == value for name, value in values.items()):
        return int(stored["version"]), False
    version = int(stored["version"]) + 1
    await tx.db.execute(update(table).where(*where).values(**values, version=version))
    return version, True


async def save_draft(tx: Tx, campaign_id: UUID, period_id: UUID, unit_id: UUID, body: DraftBody) -> Saved:
    """Keep what was typed, valid or not. Fields that are not sent stay as they are.

    Raises ``Conflict`` with the stored fields when somebody saved since ``body.version``.
    """
    if faults := rules.overlong(body.fields):
        raise _invalid(faults)
    await _period(tx.db, campaign_id, period_id)
    report = await _report_for_update(tx, campaign_id, period_id, unit_id, body.version)
    now = await business_now(tx.db)
    version = report["version"] + 1
    await tx.db.execute(
        update(reports)
        .where(reports.c.report_id == report["report_id"])
        .values(version=version, fields={**report["fields"], **body.fields}, saved_at=now)
    )
    return Saved(version=version, saved_at=now)


class Checked(BaseModel):
    """What a report would be if it were sent now: the values that can be read, and every fault."""

    values: tuple[ReportedValue, ...]
    errors: tuple[FieldError, ...]


async def check_report(db: AsyncConnection, body: CheckBody) -> Checked:
    """Read a report as sending it would, and keep nothing."""
    period = await _period(db, body.campaign_id, body.period_id)
    block = await _block_of(db, body.unit_id, period["year"])
    values, faults = rules.read_report(await _criteria(db, block["sheet_id"]), body.fields)
    return Checked(values=values, errors=tuple(_field_error(fault) for fault in faults))


async def submit_report(tx: Tx, body: ReportBody) -> Receipt:
    """Accept a unit's report for a period, first or amended, and give its receipt.

    Raises ``Invalid`` with every fault at once, ``Conflict`` when the period takes no reports or the version is stale.
    """
    period = await _period(tx.db, body.campaign_id, body.period_id)
    block = await _block_of(tx.db, body.unit_id, period["year"])
    values, faults = rules.read_report(await _criteria(tx.db, block["sheet_id"]), body.fields)
    if faults:
        raise _invalid(faults)
    report = await _report_for_update(tx, body.campaign_id, body.period_id, body.unit_id, body.version)
    number = (await tx.db.execute(select(receipt_numbers.next_value()))).scalar_one()

    accepted_at = await tx.accept()
    state = rules.period_state(period["opens_at"], period["due_at"], period["closes_at"], accepted_at)
    _refuse_outside(state, period)
    receipt = Receipt(
        receipt_number=rules.receipt_number(accepted_at.astimezone(VIETNAM), number),
        report_id=report["report_id"],
        version=report["version"] + 1,
        accepted_at=accepted_at,
        late=state is rules.PeriodState.LATE,
        correlationid=tx.correlationid,
    )
    accepted = receipt.model_dump(include={"version", "receipt_number", "accepted_at", "late"})
    await tx.db.execute(
        update(reports)
        .where(reports.c.report_id == receipt.report_id)
        .values(**accepted, state="submitted", fields=body.fields, saved_at=accepted_at)
    )
    await tx.db.execute(insert(submissions).values(**receipt.model_dump(), fields=body.fields))
    tx.record(
        ReportSubmitted(
            **receipt.model_dump(exclude={"correlationid"}),
            campaign_id=body.campaign_id,
            period_id=body.period_id,
            block_id=block["block_id"],
            unit_id=body.unit_id,
            values=values,
        )
    )
    return receipt


def _invalid(faults: Sequence[rules.Fault]) -> Invalid:
    return Invalid(
        f"Còn {len(faults)} chỗ cần sửa trước khi gửi.",
        errors=[_field_error(fault) for fault in faults],
    )


def _field_error(fault: rules.Fault) -> FieldError:
    return FieldError(field=fault.criterion, message=fault.message, remedy=fault.remedy)


def _refuse_outside(state: rules.PeriodState, period: Any) -> None:
    if state is rules.PeriodState.CLOSED:
        closed = period["closes_at"].astimezone(VIETNAM)
        raise Conflict(
            f"{period['name']} đã đóng nhận báo cáo lúc {closed:%H:%M} ngày {closed:%d/%m/%Y}. "
            "Nội dung bạn nhập vẫn còn trong bản nháp; hãy liên hệ Phòng Nội vụ."
        )
    if state is rules.PeriodState.NOT_OPEN:
        opens = period["opens_at"].astimezone(VIETNAM)
        raise Conflict(f"{period['name']} nhận báo cáo từ {opens:%H:%M} ngày {opens:%d/%m/%Y}.")


async def _criteria(db: AsyncConnection, sheet_id: UUID) -> list[SheetCriterion]:
    criteria = (await db.execute(select(sheets.c.criteria).where(sheets.c.sheet_id == sheet_id))).scalar_one_or_none()
    if criteria is None:
        raise Unavailable("Bảng điểm của khối chưa được công bố tới nơi nhận báo cáo. Hãy thử lại sau ít phút.")
    return [SheetCriterion.model_validate(each) for each in criteria]


async def _period(db: AsyncConnection, campaign_id: UUID, period_id: UUID) -> Any:
    found = await db.execute(
        select(periods, campaigns.c.year)
        .join(campaigns, campaigns.c.campaign_id == periods.c.campaign_id)
        .where(periods.c.period_id == period_id, periods.c.campaign_id == campaign_id)
    )
    period = found.mappings().one_or_none()
    if period is None:
        raise Invalid(
            "Kỳ báo cáo không thuộc phong trào này.",
            errors=[FieldError(field="period_id", message="không có kỳ này", remedy="Chọn lại kỳ báo cáo")],
        )
    return period


async def _block_of(db: AsyncConnection, unit_id: UUID, year: int) -> Any:
    found = await db.execute(
        select(blocks)
        .join(block_members, block_members.c.block_id == blocks.c.block_id)
        .where(block_members.c.unit_id == unit_id, block_members.c.year == year)
    )
    block = found.mappings().one_or_none()
    if block is None:
        raise Invalid(
            f"Đơn vị chưa được xếp vào khối thi đua nào của năm {year}.",
            errors=[FieldError(field="unit_id", message="chưa có khối thi đua", remedy="Liên hệ Phòng Nội vụ")],
        )
    return block


async def _report_for_update(tx: Tx, campaign_id: UUID, period_id: UUID, unit_id: UUID, version: int) -> Any:
    """Lock the unit's report of this period, making it when it is new; refuse a stale version."""
    if (await tx.db.execute(select(units.c.unit_id).where(units.c.unit_id == unit_id))).first() is None:
        raise NotFound("Không có đơn vị này.")
    await tx.db.execute(
        insert(reports)
        .values(
            report_id=uuid7(),
            campaign_id=campaign_id,
            period_id=period_id,
            unit_id=unit_id,
            version=0,
            state="draft",
            fields={},
            saved_at=await business_now(tx.db),
        )
        .on_conflict_do_nothing()
    )
    found = await tx.db.execute(
        select(reports).where(reports.c.period_id == period_id, reports.c.unit_id == unit_id).with_for_update()
    )
    report = found.mappings().one()
    if report["version"] != version:
        raise Conflict(
            "Báo cáo này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.",
            version=report["version"],
            fields=report["fields"],
            saved_at=report["saved_at"].isoformat(),
        )
    return report


async def record_year(tx: Tx, unit_id: UUID, year: int, body: YearBody) -> Versioned:
    """Record a unit's year in figures; raises ``Invalid`` for figures that cannot be, ``Conflict`` when stale."""
    figures = rules.YearFigures.model_validate(body.model_dump())
    if faults := rules.check_year(figures):
        raise _invalid(faults)
    where = (year_records.c.unit_id == unit_id, year_records.c.year == year)
    stored = (await tx.db.execute(select(year_records.c.version).where(*where).with_for_update())).scalar_one_or_none()
    if (stored or 0) != body.version:
        raise Conflict("Hồ sơ năm này vừa được người khác sửa.", version=stored or 0)
    if (await tx.db.execute(select(units.c.unit_id).where(units.c.unit_id == unit_id))).first() is None:
        raise NotFound("Không có đơn vị này.")
    row = body.model_dump(exclude={"version"})
    version, changed = await _put(tx, year_records, {"unit_id": unit_id, "year": year}, row)
    if changed:
        tx.record(YearRecorded(unit_id=unit_id, year=year, version=version, **row))
    return Versioned(version=version)


async def learn_sheets(tx: Tx, events: Sequence[Event[SheetPublished]]) -> None:
    """Keep what sheets ask for; an older version never overwrites a newer one."""
    for event in events:
        fact = event.data.model_dump(mode="json", include={"version", "name", "criteria"})
        if await learn(tx, sheets, {"sheet_id": event.data.sheet_id}, fact):
            tx.changed(event)
