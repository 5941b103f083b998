"""A unit's year in figures: typed, or following from the files on its people."""

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select, text

from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from contracts.envelope import Event
from contracts.people import RecountAdvanced
from contracts.registry import YearRecorded
from registry import rules
from registry.actions.bodies import DerivedYearBody, Versioned, YearBody
from registry.actions.entries import lock_units
from registry.actions.writing import invalid, put
from registry.tables import units, year_records
from registry.tables.law import decided
from registry.tables.service import counted_in


async def record_year(tx: Tx, unit_id: UUID, year: int, body: YearBody) -> Versioned:
    """Record a unit's year in figures; raises ``Invalid`` for figures that cannot be, ``Conflict`` when stale."""
    figures = rules.YearFigures.model_validate(body.model_dump())
    if faults := rules.check_year(figures):
        raise invalid(faults)
    await _refuse_stale(tx, unit_id, year, body.version)
    if (await tx.db.execute(select(units.c.unit_id).where(units.c.unit_id == unit_id))).first() is None:
        raise NotFound("Không có đơn vị này.")
    return await _write(tx, unit_id, year, {**body.model_dump(exclude={"version"}), "source": "typed"})


async def derive_year(tx: Tx, unit_id: UUID, year: int, body: DerivedYearBody) -> Versioned:
    """Have a unit's year follow from its list of people from now on; raises ``Invalid`` while nobody is in it."""
    # Whoever amends the law counts what follows from people when it stands: before the amendment, or by what it says.
    await tx.db.execute(_LAW_AS_IT_IS)
    if unit_id not in await lock_units(tx, [unit_id]):
        raise NotFound("Không có đơn vị này.")
    await _refuse_stale(tx, unit_id, year, body.version)
    row = {**body.model_dump(exclude={"version"}), **await _derived(tx, unit_id, year), "source": "people"}
    if not row["headcount"]:
        on = rules.day(rules.law_of(await decided(tx.db)).closing_day(year))
        wrong = FieldError(
            field="headcount",
            message=f"Danh sách cán bộ chưa có ai vào ngày {on}",
            remedy="Nhập cán bộ của đơn vị trước, hoặc nhập tay số người",
        )
        raise Invalid("Chưa tính được hồ sơ năm từ danh sách cán bộ.", errors=[wrong])
    if faults := rules.check_year(rules.YearFigures.model_validate(row)):
        raise invalid(faults)
    return await _write(tx, unit_id, year, row)


_LAW_AS_IT_IS: Final = text("SELECT pg_advisory_xact_lock_shared(hashtext('law_decisions'))")


async def follow_people(tx: Tx, unit_ids: Iterable[UUID], *, because: Collection[Event[RecountAdvanced]] = ()) -> int:
    """Count the years of these units anew that follow from their people, and say how many; the caller has locked the units."""
    found = await tx.db.execute(
        select(year_records)
        .where(
            year_records.c.unit_id == any_(literal(list(set(unit_ids)), ARRAY(Uuid))), year_records.c.source == "people"
        )
        .order_by(year_records.c.unit_id, year_records.c.year)
        .with_for_update()
    )
    records = found.mappings().all()
    for record in records:
        kept = {name: value for name, value in record.items() if name not in ("unit_id", "year", "version")}
        derived = await _derived(tx, record["unit_id"], record["year"])
        await _write(tx, record["unit_id"], record["year"], {**kept, **derived}, because=because)
    return len(records)


async def _derived(tx: Tx, unit_id: UUID, year: int) -> dict[str, Any]:
    counted = await tx.db.execute(counted_in(unit_id, year))
    law = rules.law_of(await decided(tx.db))
    return rules.derive_year(unit_id, year, [rules.Counted(*row) for row in counted], law).figures()


async def _refuse_stale(tx: Tx, unit_id: UUID, year: int, version: int) -> None:
    where = (year_records.c.unit_id == unit_id, year_records.c.year == year)
    stored = (await tx.db.execute(select(year_records.c.version).where(*where).with_for_update())).scalar_one_or_none()
    if (stored or 0) != version:
        raise Conflict("Hồ sơ năm này vừa được người khác sửa.", version=stored or 0)


async def _write(
    tx: Tx, unit_id: UUID, year: int, row: dict[str, Any], *, because: Collection[Event[RecountAdvanced]] = ()
) -> Versioned:
    """Write a year and tell of it as before: where its figures come from is the registry's own matter."""
    version, changed = await put(tx, year_records, {"unit_id": unit_id, "year": year}, row)
    if changed:
        facts = {name: value for name, value in row.items() if name != "source"}
        tx.record(YearRecorded(unit_id=unit_id, year=year, version=version, **facts), because=because)
    return Versioned(version=version)
