"""Pledges: what a unit registers for and promises, and what the office decides about it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.amounts import parse_amount
from chassis.clock import VIETNAM, business_now
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from contracts.registry import PledgeChanged, PledgeState, Promise, UnitKind
from registry import rules
from registry.actions.bodies import PledgeStepBody, Stepped
from registry.actions.writing import invalid, step
from registry.rules import Registration
from registry.tables import block_members, campaigns, pledge_steps, pledges, units
from registry.tables.addressed import LAUNCHED_AT, could_register

_WORDS: Final = (rules.PLEDGE_STATE_WORDS, rules.PLEDGE_ACT_WORDS)


async def take_pledge_step(tx: Tx, campaign_id: UUID, unit_id: UUID, body: PledgeStepBody, *, post: str) -> Stepped:
    """Submit, approve, return, amend or withdraw a unit's pledge; what the table of steps does not hold is a ``Conflict``.

    Raises ``Invalid`` with every fault at once, ``Conflict`` with what stands when the version is stale, and ``Conflict``
    for a closed campaign. A registration after its day is taken: that it is late refuses nothing by itself.
    """
    campaign, kind, gone = await _addressed(tx, campaign_id, unit_id)
    key = {"campaign_id": campaign_id, "unit_id": unit_id}
    found = await tx.db.execute(
        select(pledges).where(*[pledges.c[name] == value for name, value in key.items()]).with_for_update()
    )
    stored = found.mappings().one_or_none()
    if gone and stored is None:
        raise Invalid(
            f"Đơn vị kết thúc từ ngày {gone:%d/%m/%Y}, trước khi đăng ký được cho phong trào này.",
            errors=[FieldError(field="unit_id", message="đã kết thúc trước đó", remedy="Chọn đơn vị kế thừa")],
        )
    at = Registration(stored["state"]) if stored else Registration.NONE
    state = step(rules.PLEDGE_STEPS, _WORDS, at, body.act)
    if (stored["version"] if stored else 0) != body.version:
        raise _stale(stored)
    goals = rules.goals_for(campaign["goals"], kind)
    if faults := rules.check_pledge(body.act, goals, body.titles, body.promises, body.reason):
        raise invalid(faults)
    now = await business_now(tx.db)
    held: Any = body.model_dump(mode="json") if body.act in rules.SAYING else stored
    if at is Registration.AMENDED and body.act is rules.PledgeAct.WITHDRAW:
        held = await _approved(tx, campaign_id, unit_id)
    content = {name: held[name] for name in ("titles", "promises", "text")}
    row = {
        **key,
        **content,
        "version": body.version + 1,
        "state": state.value,
        "reason": body.reason.strip() or None,
        "pledged_on": rules.registered_on(at, stored["pledged_on"] if stored else None, now.astimezone(VIETNAM).date()),
        "changed_at": now,
    }
    written = await tx.db.execute(
        insert(pledges)
        .values(row)
        .on_conflict_do_update(index_elements=[*key], set_=row, where=pledges.c.version == body.version)
        .returning(pledges.c.version)
    )
    if written.first() is None:
        # Somebody else's first submission came between the look and the writing.
        raise _stale(None)
    taken = {name: row[name] for name in (*key, *content, "version", "reason")}
    await tx.db.execute(insert(pledge_steps).values(**taken, act=body.act.value, post=post, taken_at=now))
    standing = PledgeState.RETURNED if state is Registration.WITHDRAWN else PledgeState(state.value)
    tx.record(
        PledgeChanged(
            **key,
            version=row["version"],
            year=campaign["year"],
            state=standing,
            titles=tuple(row["titles"]),
            pledged_on=row["pledged_on"] if standing in rules.STANDING else None,
            promises=_promised(row["promises"]),
            withdrawn=body.act is rules.PledgeAct.WITHDRAW,
        )
    )
    can = tuple(each.value for each in rules.possible(rules.PLEDGE_STEPS, state))
    return Stepped(version=row["version"], state=state.value, possible=can)


def _promised(typed: Mapping[str, str]) -> tuple[Promise, ...]:
    """Give the amounts that are promised, as numbers; they were read when they were submitted."""
    return tuple(Promise(code=code, value=parse_amount(text)) for code, text in typed.items() if text.strip())


async def _approved(tx: Tx, campaign_id: UUID, unit_id: UUID) -> Any:
    """Give what was approved last."""
    found = await tx.db.execute(
        select(pledge_steps)
        .where(
            pledge_steps.c.campaign_id == campaign_id,
            pledge_steps.c.unit_id == unit_id,
            pledge_steps.c.act == rules.PledgeAct.APPROVE.value,
        )
        .order_by(pledge_steps.c.version.desc())
        .limit(1)
    )
    return found.mappings().one()


def _stale(stored: Any) -> Conflict:
    names = ("version", "state", "titles", "promises", "text", "reason")
    how = {name: stored[name] for name in names} if stored else {}
    return Conflict("Bản đăng ký này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.", **how)


async def _addressed(tx: Tx, campaign_id: UUID, unit_id: UUID) -> tuple[Any, UnitKind, date | None]:
    """Give the campaign, the unit's kind, and since when it is no more, if it had ended before it could register.

    Refuses what is closed, unknown or out of the campaign's scope.
    """
    found = await tx.db.execute(select(campaigns, LAUNCHED_AT).where(campaigns.c.campaign_id == campaign_id))
    campaign = found.mappings().one_or_none()
    if campaign is None:
        raise NotFound("Không có phong trào này, hoặc phong trào chưa phát động.")
    asked = select(units.c.kind, units.c.ended_on, could_register(campaign).label("there"))
    unit = (await tx.db.execute(asked.where(units.c.unit_id == unit_id))).one_or_none()
    if unit is None:
        raise NotFound("Không có đơn vị này.")
    kind = UnitKind(unit.kind)
    if campaign["closed_at"]:
        closed = campaign["closed_at"].astimezone(VIETNAM)
        raise Conflict(f"Phong trào đã kết thúc ngày {closed:%d/%m/%Y}, nên không nhận đăng ký nữa.", possible=[])
    member = await tx.db.execute(
        select(block_members.c.block_id).where(
            block_members.c.unit_id == unit_id, block_members.c.year == campaign["year"]
        )
    )
    scope = rules.Scope.model_validate(campaign["scope"])
    if not rules.reaches(scope, kind, list(member.scalars())):
        raise Invalid(
            "Phong trào này không phát động tới đơn vị.",
            errors=[FieldError(field="unit_id", message="ngoài phạm vi của phong trào", remedy="Chọn phong trào khác")],
        )
    return campaign, kind, None if unit.there else unit.ended_on
