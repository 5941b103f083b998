"""Changing or confirming one fact of a rule pack, and having what hangs on it checked again."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from awards import rules
from awards.actions.assessing import PACKS_CHANGE, assess
from awards.tables import packs
from chassis.clock import VIETNAM
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from chassis.text import nfc
from contracts.awards import PackAmended, RecheckAdvanced
from contracts.envelope import Event, GivenNumber

_Typed = Annotated[str, Field(max_length=1000)]


class AmendmentBody(BaseModel):
    """Which fact (neither ``title`` nor ``condition``: the dates of force), seen at which revision, and what it says now.

    ``values`` are as typed: whole numbers, ``yes`` or ``no``, days. ``confirm`` says that the fact was held against the
    document that is named.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    revision: GivenNumber
    title: str | None = None
    condition: str | None = None
    values: dict[str, _Typed] = {}
    confirm: bool = False
    document_number: _Typed = ""
    document_on: _Typed = ""
    document_by: _Typed = ""
    reason: _Typed = ""


class Amended(BaseModel):
    """The revision that holds now, how many unit years are checked again by it, and from when it counts if not from today."""

    pack: str
    revision: int
    rechecked: int
    counts_from: date | None = None
    ended_on: date | None = None


async def amend_pack(tx: Tx, pack: str, body: AmendmentBody, *, post: str) -> Amended:
    """Change or confirm one fact as the pack's next revision; what was said before stays in the one before.

    Where the pack is in force, every unit year is checked again: the first at once, a province step by step by awards' own event. Raises ``Invalid`` with every fault, ``Conflict``
    (with how the fact stands) when somebody else was faster, ``NotFound``.
    """
    await tx.db.execute(PACKS_CHANGE)
    newest = (
        (await tx.db.execute(select(packs).where(packs.c.pack == pack).order_by(packs.c.revision.desc()).limit(1)))
        .mappings()
        .one_or_none()
    )
    if newest is None:
        raise NotFound("Không có bộ quy định này.")
    before = rules.Pack.model_validate(newest["document"])
    target = rules.Target(title=body.title, condition=body.condition)
    stood = rules.standing(before, target)
    if stood is None:
        raise NotFound("Bộ quy định không có điều kiện này.")
    if before.revision != body.revision:
        raise Conflict(
            "Bộ quy định này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.",
            revision=before.revision,
            standing=stood.model_dump(mode="json"),
            recorded_by=newest["recorded_by"],
        )
    now = await tx.now()
    today = now.astimezone(VIETNAM).date()
    typed = rules.Amendment.model_validate(body.model_dump(include=set(rules.Amendment.model_fields)))
    after, faults = rules.amend(before, target, _composed(typed), by=post, today=today)
    if faults or after is None:
        errors = [FieldError(field=fault.field, message=fault.message, remedy=fault.remedy) for fault in faults]
        raise Invalid(f"Còn {len(faults)} chỗ cần sửa.", errors=errors)
    if after is before:
        return Amended(pack=pack, revision=before.revision, rechecked=0)
    stands = rules.standing(after, target)
    assert stands is not None
    change = {
        **target.model_dump(),
        "reason": nfc(body.reason),
        "before": stood.model_dump(mode="json", exclude={"editable"}),
        "after": stands.model_dump(mode="json", exclude={"editable"}),
    }
    row = {"valid_from": after.valid_from, "valid_to": after.valid_to, "document": after.model_dump(mode="json")}
    by = {"change": change, "recorded_by": post, "recorded_at": now}
    await tx.db.execute(insert(packs).values(pack=pack, revision=after.revision, **row, **by))
    event = await tx.recorded(
        PackAmended(
            amendment_id=uuid7(),
            pack=pack,
            revision=after.revision,
            **target.model_dump(),
            confirmed=stands.mark is rules.Mark.VERIFIED,
        )
    )
    return Amended(
        pack=pack,
        revision=after.revision,
        rechecked=await _check_again(tx, after, event, today),
        counts_from=after.valid_from if after.valid_from > today else None,
        ended_on=after.valid_to if after.valid_to and after.valid_to < today else None,
    )


def _composed(typed: rules.Amendment) -> rules.Amendment:
    words = ("document_number", "document_on", "document_by", "reason")
    return typed.model_copy(update={name: nfc(getattr(typed, name)) for name in words})


async def _check_again(tx: Tx, pack: rules.Pack, event: Event[PackAmended], today: date) -> int:
    """Begin to check the years that were assessed by this pack, and those that no pack has assessed yet; say how many.

    Nothing where it is not in force.
    """
    if not pack.valid_from <= today <= (pack.valid_to or date.max):
        return 0
    count = (await tx.db.execute(_COUNTED, {"pack": pack.pack})).scalar_one()
    await _check_some(tx, event, event.data.amendment_id, pack.pack, (UUID(int=0), 0), fresh=pack)
    return int(count)


async def advance_rechecks(tx: Tx, events: Sequence[Event[RecheckAdvanced]]) -> None:
    """Take the next step of each recheck, by whatever is in force by now; no step keeps others waiting for long."""
    for event in events:
        done = event.data
        if await _check_some(tx, event, done.amendment_id, done.pack, (done.after_unit, done.after_year)):
            tx.changed(event)


async def _check_some(
    tx: Tx,
    event: Event[Any],
    amendment_id: UUID,
    pack: str,
    after: tuple[UUID, int],
    *,
    fresh: rules.Pack | None = None,
) -> int:
    """Check the next years in order, and have the rest checked by what the event of this step asks for."""
    place = {"pack": pack, "after_unit": after[0], "after_year": after[1]}
    found = (await tx.db.execute(_HANGING, {**place, "most": AT_ONCE})).all()
    await assess(tx, {(row.unit_id, row.year): event for row in found}, fresh=fresh)
    if len(found) == AT_ONCE:
        last = {"after_unit": found[-1].unit_id, "after_year": found[-1].year}
        tx.record(RecheckAdvanced(amendment_id=amendment_id, pack=pack, **last), because=[event])
    return len(found)


AT_ONCE: Final = 1_000
"""How many years one step checks: a second or two, and not all of a province in one transaction."""
_AFFECTED: Final = """SELECT unit_id, year FROM verdicts WHERE pack = :pack {after}
    UNION SELECT unit_id, year FROM years WHERE NOT EXISTS (
      SELECT FROM verdicts WHERE verdicts.unit_id = years.unit_id AND verdicts.year = years.year) {after}"""
_AFTER: Final = "AND (unit_id, year) > (CAST(:after_unit AS uuid), CAST(:after_year AS smallint))"
_HANGING: Final = text(f"{_AFFECTED.format(after=_AFTER)} ORDER BY unit_id, year LIMIT :most")
_COUNTED: Final = text(f"SELECT count(*) FROM ({_AFFECTED.format(after='')}) AS affected")  # noqa: S608
