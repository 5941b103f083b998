"""What units take part in: campaigns with their periods, and what each unit is to reach."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, true, update
from sqlalchemy.dialects.postgresql import insert

from chassis.clock import business_now
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from contracts.notices import CallKind
from contracts.registry import (
    CampaignClosed,
    CampaignGoal,
    CampaignKind,
    CampaignLaunched,
    CampaignMilestone,
    CampaignPeriod,
    CampaignScope,
    IssuingDocument,
    RegistrationCalled,
    Target,
    TargetsAssigned,
)
from registry import rules
from registry.actions.bodies import CampaignBody, CorrectionBody, Stepped, Versioned
from registry.actions.calling import call_off, call_units
from registry.actions.writing import invalid, put, step
from registry.tables import (
    block_members,
    blocks,
    campaign_corrections,
    campaign_drafts,
    campaigns,
    periods,
    targets,
)
from registry.tables.sheets import EVERY_PERIOD, standing_sheet

WORDS: Final = (rules.CAMPAIGN_STATE_WORDS, rules.CAMPAIGN_ACT_WORDS)


async def launch_campaign(tx: Tx, campaign_id: UUID, body: CampaignBody, *, post: str) -> Versioned:
    """Launch a campaign with its periods and the text of its issuing document, and call the units that it addresses.

    The same content again changes nothing; another one is told them as a change.

    Other content for one that was launched is kept beside what it said before. Raises ``Invalid`` for foreign periods and for
    a parent or blocks that do not exist, ``Conflict`` for a closed campaign, and for one that is not at ``body.version``.
    """
    await _refuse_foreign_periods(tx, campaign_id, body)
    await _refuse_unknown(tx, campaign_id, body)
    plain = body.model_dump(mode="json", include={"scope", "milestones", "goals"})
    row = body.model_dump(exclude={"periods", "document", "kind", "version", *plain}) | plain
    row |= {"document": body.document, "kind": body.kind.value}
    stood = await _standing(tx, campaign_id)
    if body.version is not None and body.version != (stood["version"] if stood else 0):
        raise _stale(stood)
    version, changed = await put(tx, campaigns, {"campaign_id": campaign_id}, row)
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
    if not changed:
        return Versioned(version=version)
    if stood and stood["closed_at"]:
        raise Conflict("Phong trào này đã kết thúc, nên không phát động lại được. Hãy tạo phong trào năm sau từ nó.")
    await _tell(tx, stood, reason=None, post=post, campaign_id=campaign_id)
    await tx.db.execute(
        update(campaign_drafts)
        .where(campaign_drafts.c.campaign_id == campaign_id, campaign_drafts.c.state != "launched")
        .values(state="launched", saved_at=await tx.now())
    )
    return Versioned(version=version)


async def _standing(tx: Tx, campaign_id: UUID) -> dict[str, Any] | None:
    """Give a launched campaign whole, and hold it; None if there is none."""
    found = await tx.db.execute(select(campaigns).where(campaigns.c.campaign_id == campaign_id).with_for_update())
    row = found.mappings().one_or_none()
    if row is None:
        return None
    rows = await tx.db.execute(select(periods).where(periods.c.campaign_id == campaign_id).order_by(periods.c.number))
    return {**row, "periods": [dict(period) for period in rows.mappings()]}


def _stale(standing: Mapping[str, Any] | None) -> Conflict:
    """Show what stands there now, as one would type it."""
    sections = rules.sections_of(standing) if standing else {}
    return Conflict(
        "Phong trào này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.",
        version=standing["version"] if standing else 0,
        sections={name: sections[name].model_dump(mode="json") for name in rules.CORRECTABLE if name in sections},
    )


async def _tell(tx: Tx, stood: Mapping[str, Any] | None, *, reason: str | None, post: str, campaign_id: UUID) -> None:
    """Keep what a campaign said before it was written anew, and tell of it as it stands now."""
    stands = await _standing(tx, campaign_id)
    assert stands is not None
    corrected: tuple[str, ...] = ()
    if stood:
        before, now = rules.sections_of(stood), rules.sections_of(stands)
        differing = {each.section for each in rules.differences(before, now)}
        corrected = tuple(name for name in rules.KNOWN if name in differing)
        row = {"campaign_id": campaign_id, "version": stands["version"], "reason": reason, "post": post}
        for word, sections in (("before", before), ("now", now)):
            row[word] = {name: sections[name].model_dump(mode="json") for name in corrected}
        await tx.db.execute(insert(campaign_corrections).values(**row, at=await tx.now()))
    document = stands["document"]
    issued_on = document.get("issued_on")
    cited = {name: str(document[name]) for name in ("number", "symbol", "title") if document.get(name)}
    kept = {
        name: stands[name] for name in ("campaign_id", "version", "year", "name", "starts_on", "ends_on", "parent_id")
    }
    tx.record(
        CampaignLaunched(
            **kept,
            periods=tuple(CampaignPeriod(**period) for period in stands["periods"]),
            kind=CampaignKind(stands["kind"]),
            scope=CampaignScope.model_validate(stands["scope"]),
            goals=tuple(CampaignGoal.model_validate(goal) for goal in stands["goals"]),
            milestones=tuple(CampaignMilestone.model_validate(each) for each in stands["milestones"]),
            document=IssuingDocument(**cited, issued_on=rules.parse_day(str(issued_on)) if issued_on else None),
            corrected=corrected,
        )
    )
    due_on = rules.register_by(stands["milestones"])
    if due_on != rules.register_by(stood["milestones"] if stood else ()):
        called = {name: stands[name] for name in ("campaign_id", "version", "year")}
        tx.record(RegistrationCalled(**called, due_on=due_on))
    kind = CallKind.CHANGED if stood else CallKind.LAUNCHED
    await call_units(tx, campaign_id, stands, kind=kind, version=stands["version"], register_by=due_on)
    if stood:
        await call_off(tx, campaign_id, stood, stands, version=stands["version"])


async def correct_campaign(tx: Tx, campaign_id: UUID, body: CorrectionBody, *, post: str) -> Stepped:
    """Say otherwise what may be corrected after the launch; what was said before is kept, with the reason.

    Raises ``Conflict`` for a campaign that has ended, and with what stands there for one that moved on since ``body.version``;
    ``Invalid`` with every fault at once.
    """
    stood = await _standing(tx, campaign_id)
    if stood is None:
        raise NotFound("Không có phong trào này, hoặc phong trào chưa phát động.")
    at = rules.CampaignState.CLOSED if stood["closed_at"] else rules.CampaignState.LAUNCHED
    state = step(rules.CAMPAIGN_STEPS, WORDS, at, rules.CampaignAct.CORRECT)
    if stood["version"] != body.version:
        raise _stale(stood)
    before = rules.sections_of(stood)
    correction, faults = rules.check_correction(stood, before, body.sections, body.reason, await tx.now())
    if correction is None:
        raise invalid(faults)
    if correction.scope and await _unknown_blocks(tx, correction.scope.block_ids):
        wrong = FieldError(field="scope.blocks", message="Phạm vi: có khối không còn", remedy="Chọn lại khối")
        raise Invalid("Có 1 chỗ nhắc tới mục không có.", errors=[wrong])
    version = stood["version"] + 1
    plain = correction.model_dump(mode="json", include={"scope", "milestones"}, exclude_none=True)
    document = {**stood["document"], **correction.document}
    await tx.db.execute(
        update(campaigns)
        .where(campaigns.c.campaign_id == campaign_id)
        .values(version=version, document=document, **plain)
    )
    for period in correction.periods or ():
        moved = period.model_dump(include={"opens_at", "due_at", "closes_at"})
        await tx.db.execute(update(periods).where(periods.c.period_id == period.period_id).values(moved))
    await _tell(tx, stood, reason=body.reason.strip(), post=post, campaign_id=campaign_id)
    can = tuple(each.value for each in rules.possible(rules.CAMPAIGN_STEPS, state))
    return Stepped(version=version, state=state.value, possible=can)


async def close_campaign(tx: Tx, campaign_id: UUID, version: int) -> Versioned:
    """End a campaign: from now on it takes no report and no pledge; raises ``Conflict`` when it moved on."""
    found = await tx.db.execute(select(campaigns).where(campaigns.c.campaign_id == campaign_id).with_for_update())
    stored = found.mappings().one()
    if stored["version"] != version:
        raise Conflict("Phong trào này vừa được người khác sửa. Hãy xem lại rồi kết thúc.", version=stored["version"])
    now = await business_now(tx.db)
    await tx.db.execute(
        update(campaigns).where(campaigns.c.campaign_id == campaign_id).values(closed_at=now, version=version + 1)
    )
    tx.record(CampaignClosed(campaign_id=campaign_id, version=version + 1, year=stored["year"], closed_at=now))
    await call_units(tx, campaign_id, stored, kind=CallKind.CLOSED, version=version + 1)
    return Versioned(version=version + 1)


async def _refuse_unknown(tx: Tx, campaign_id: UUID, body: CampaignBody) -> None:
    errors = []
    if body.parent_id:
        known = await tx.db.execute(select(campaigns.c.campaign_id).where(campaigns.c.campaign_id == body.parent_id))
        if known.first() is None or body.parent_id == campaign_id:
            remedy = "Chọn một phong trào đã phát động, hoặc để trống"
            errors.append(FieldError(field="parent_id", message="không có phong trào này", remedy=remedy))
    missing = await _unknown_blocks(tx, body.scope.block_ids)
    errors += [
        FieldError(field=f"scope.block_ids.{place}", message="không có khối này", remedy="Chọn lại khối")
        for place, block in enumerate(body.scope.block_ids)
        if block in missing
    ]
    if errors:
        raise Invalid(f"Có {len(errors)} chỗ nhắc tới mục không có.", errors=errors)


async def _unknown_blocks(tx: Tx, block_ids: Sequence[UUID]) -> set[UUID]:
    if not block_ids:
        return set()
    found = await tx.db.execute(select(blocks.c.block_id).where(blocks.c.block_id.in_(block_ids)))
    return set(block_ids) - set(found.scalars())


async def _refuse_foreign_periods(tx: Tx, campaign_id: UUID, body: CampaignBody) -> None:
    found = await tx.db.execute(
        select(periods.c.period_id).where(
            periods.c.period_id.in_([period.period_id for period in body.periods]),
            periods.c.campaign_id != campaign_id,
        )
    )
    foreign = set(found.scalars())
    errors = [
        FieldError(
            field=f"periods.{place}.period_id", message="là kỳ của phong trào khác", remedy="Đặt mã mới cho kỳ này"
        )
        for place, period in enumerate(body.periods)
        if period.period_id in foreign
    ]
    if errors:
        raise Invalid(f"Có {len(errors)} kỳ thuộc phong trào khác.", errors=errors)


async def assign_targets(
    tx: Tx, campaign_id: UUID, unit_id: UUID, assigned: Sequence[Target], *, seen: int | None = None
) -> Versioned:
    """Give a unit its plan values; a criterion that is not assigned leaves its maximum.

    Raises ``Invalid`` with every stretch value that does not lie beyond its plan, ``Conflict`` when others stand than were ``seen``.
    """
    await _refuse_stretches(tx, campaign_id, unit_id, assigned)
    row = {"targets": [target.model_dump(mode="json") for target in assigned]}
    if seen is not None:
        await _refuse_moved(tx, campaign_id, unit_id, seen, row["targets"])
    version, changed = await put(tx, targets, {"campaign_id": campaign_id, "unit_id": unit_id}, row)
    if changed:
        tx.record(TargetsAssigned(campaign_id=campaign_id, unit_id=unit_id, version=version, targets=tuple(assigned)))
    return Versioned(version=version)


async def _refuse_moved(tx: Tx, campaign_id: UUID, unit_id: UUID, seen: int, told: Sequence[Any]) -> None:
    """Raise ``Conflict`` where other values stand than were seen, unless they are those that are told: a button pressed twice."""
    of_unit = (targets.c.campaign_id == campaign_id, targets.c.unit_id == unit_id)
    found = await tx.db.execute(select(targets.c.version, targets.c.targets).where(*of_unit).with_for_update())
    row = found.one_or_none()
    version, stands = (row.version, row.targets) if row else (0, [])
    if seen != version and stands != told:
        raise Conflict(
            "Chỉ tiêu của đơn vị này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.",
            version=version,
            targets=stands,
        )


async def _refuse_stretches(tx: Tx, campaign_id: UUID, unit_id: UUID, assigned: Sequence[Target]) -> None:
    if all(target.stretch is None for target in assigned):
        return
    sheet = standing_sheet(blocks.c.sheet_id, EVERY_PERIOD)
    asked = (
        select(sheet.c.criteria)
        .select_from(blocks)
        .join(sheet, true())
        .join(block_members, block_members.c.block_id == blocks.c.block_id)
        .join(campaigns, campaigns.c.year == block_members.c.year)
        .where(campaigns.c.campaign_id == campaign_id, block_members.c.unit_id == unit_id)
        .order_by(block_members.c.from_on.desc())
        .limit(1)
    )
    lines = (await tx.db.execute(asked)).scalar_one_or_none() or ()
    less = {each["criterion"]: each.get("less_is_better") for each in lines}
    wrong = [
        FieldError(
            field=f"targets.{place}.stretch", message=f"Mức phấn đấu mục {target.criterion}: {said}", remedy=remedy
        )
        for place, target in enumerate(assigned)
        if (fault := rules.stretch_fault(target.target, target.stretch, less=less.get(target.criterion)))
        for said, remedy in [fault]
    ]
    if wrong:
        raise Invalid(f"Còn {len(wrong)} mức phấn đấu cần sửa.", errors=wrong)
