"""Deciding on a fact of law that files are kept by, and counting anew what hangs on it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, insert, select, text
from uuid_utils.compat import uuid7

from chassis.errors import Conflict, NotFound
from chassis.events import Tx
from chassis.text import nfc
from contracts.envelope import Event, GivenNumber
from contracts.people import RecountAdvanced
from registry import rules
from registry.actions.bodies.base import Body
from registry.actions.entries import lock_units, today
from registry.actions.writing import invalid
from registry.actions.years import follow_people
from registry.tables import law_decisions, year_records
from registry.tables.law import decided

_Typed = Annotated[str, Field(max_length=1000)]


class LawBody(Body):
    """What a fact says now, as typed, seen at which revision; ``confirm`` says that it was held against that document."""

    revision: GivenNumber
    values: Mapping[str, _Typed] = {}
    confirm: bool = False
    document_number: _Typed = ""
    document_on: _Typed = ""
    document_by: _Typed = ""
    reason: _Typed = ""


class Decided(Body):
    """The revision that holds now, and how many units' years are counted anew by it."""

    revision: int
    rechecked: int
    counts_from: date | None = None
    ended_on: date | None = None


async def amend_law(tx: Tx, code: str, body: LawBody, *, post: str) -> Decided:
    """Change or confirm a fact; years that follow from their people are counted anew, earlier values are kept.

    The first units are counted at once, a province step by step by the registry's own event.

    Raises ``Invalid`` with every fault, ``Conflict`` with how the fact stands when somebody was faster, ``NotFound``.
    """
    if code not in rules.PROVISIONS:
        raise NotFound("Không có quy định này.")
    await tx.db.execute(_ONE_AT_A_TIME)
    before = (await decided(tx.db)).get(code)
    stood = rules.provision_stands(code, before)
    if stood["revision"] != body.revision:
        raise Conflict(
            "Quy định này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.",
            revision=stood["revision"],
            standing=stood,
            recorded_by=before["recorded_by"] if before else None,
        )
    words = ("document_number", "document_on", "document_by", "reason")
    typed = body.model_dump() | {name: nfc(getattr(body, name)) for name in words}
    after, faults = rules.amend_provision(code, stood, typed, by=post, today=await today(tx))
    if faults or after is None:
        raise invalid(faults)
    row = {"code": code, "version": stood["revision"] + 1, **after, "recorded_by": post, "recorded_at": await tx.now()}
    change = {"reason": typed["reason"], "before": stood, "after": rules.provision_stands(code, row)}
    await tx.db.execute(insert(law_decisions).values(**row, change=change))
    rechecked = 0
    if after["value"] != stood["values"][rules.PROVISIONS[code].field] and code != "initiative_once":
        count = select(func.count()).select_from(year_records).where(year_records.c.source == "people")
        rechecked = (await tx.db.execute(count)).scalar_one()
        await _count_some(tx, uuid7(), UUID(int=0))
    return Decided(revision=row["version"], rechecked=rechecked)


async def advance_recounts(tx: Tx, events: Sequence[Event[RecountAdvanced]]) -> None:
    """Take the next step of each recount, by the law as it stands by now; no step keeps others waiting for long."""
    for event in events:
        if await _count_some(tx, event.data.recount_id, event.data.after_unit, because=[event]):
            tx.changed(event)


async def _count_some(
    tx: Tx, recount_id: UUID, after: UUID, *, because: Collection[Event[RecountAdvanced]] = ()
) -> int:
    """Count the years of the next units in order, and have the rest counted by what the event of this step asks for."""
    people = (year_records.c.source == "people", year_records.c.unit_id > after)
    asked = select(year_records.c.unit_id).where(*people).distinct().order_by(year_records.c.unit_id).limit(AT_ONCE)
    units = (await tx.db.execute(asked)).scalars().all()
    await lock_units(tx, units)
    await follow_people(tx, units, because=because)
    if len(units) == AT_ONCE:
        tx.record(RecountAdvanced(recount_id=recount_id, after_unit=units[-1]), because=because)
    return len(units)


AT_ONCE: Final = 300
"""Of how many units one step counts the years: some seconds at most, and not all of a province in one transaction."""
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtext('law_decisions'))")
