"""A unit's year in figures."""

from uuid import UUID

from sqlalchemy import select

from chassis.errors import Conflict, NotFound
from chassis.events import Tx
from contracts.registry import YearRecorded
from registry import rules
from registry.actions.bodies import Versioned, YearBody
from registry.actions.writing import invalid, put
from registry.tables import units, year_records


async def record_year(tx: Tx, unit_id: UUID, year: int, body: YearBody) -> Versioned:
    """Record a unit's year in figures; raises ``Invalid`` for figures that cannot be, ``Conflict`` when stale."""
    figures = rules.YearFigures.model_validate(body.model_dump())
    if faults := rules.check_year(figures):
        raise invalid(faults)
    where = (year_records.c.unit_id == unit_id, year_records.c.year == year)
    stored = (await tx.db.execute(select(year_records.c.version).where(*where).with_for_update())).scalar_one_or_none()
    if (stored or 0) != body.version:
        raise Conflict("Hồ sơ năm này vừa được người khác sửa.", version=stored or 0)
    if (await tx.db.execute(select(units.c.unit_id).where(units.c.unit_id == unit_id))).first() is None:
        raise NotFound("Không có đơn vị này.")
    row = body.model_dump(exclude={"version"})
    version, changed = await put(tx, year_records, {"unit_id": unit_id, "year": year}, row)
    if changed:
        tx.record(YearRecorded(unit_id=unit_id, year=year, version=version, **row))
    return Versioned(version=version)
