"""Lists as files: taken in, checked without writing a thing, and kept in pieces that a crash cannot tear."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from anyio import to_thread
from pydantic import TypeAdapter
from sqlalchemy import ARRAY, Text, Uuid, and_, any_, bindparam, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import business_now
from chassis.errors import NotFound
from chassis.events import Tx
from chassis.scanner import Scanner
from chassis.store import Received, Store
from registry import rules
from registry.actions.bodies import ImportedList, UnitBody
from registry.actions.evidence import looked_through, refused
from registry.actions.listed_targets import known_targets
from registry.actions.spreadsheets import read_file
from registry.actions.structure import register_units
from registry.rules.lists import WRITES, Grid, KnownUnit, Listing, Outcome, Plan, Row
from registry.tables import import_rows, imports, unit_changes, units

AT_ONCE: Final = 1_000
"""So many things are written in one transaction."""
_JSON: Final = TypeAdapter(dict[str, Any])


@dataclass(frozen=True, slots=True)
class About:
    """What a file is about: which list, and in which campaign and period where that has to be said."""

    listing: Listing
    campaign_id: UUID | None = None
    period_id: UUID | None = None


async def take_list(received: Received, store: Store, scanner: Scanner) -> Grid:
    """Read a file that has come, and keep its bytes; raises ``Invalid`` in words for one that is no table."""
    await looked_through(received, scanner)
    try:
        grid = await to_thread.run_sync(read_file, received.path)
    except (rules.UnfitError, rules.lists.NotATableError) as unfit:
        raise refused(str(unfit)) from None
    await store.keep(received)
    return grid


async def check_list(tx: Tx, about: About, grid: Grid, received: Received, *, name: str, post: str) -> ImportedList:
    """Say what a file would change, and keep what was said beside every row; nothing else is written."""
    reading = await to_thread.run_sync(rules.lists.read_list, about.listing, grid)
    plans = await _PLANNERS[about.listing.name](tx.db, about, reading.rows)
    rows = _numbered(plans)
    row = {
        "import_id": uuid7(),
        "list": about.listing.name,
        "campaign_id": about.campaign_id,
        "period_id": about.period_id,
        "name": rules.lists.shown_name(name),
        "sha256": received.digest,
        "size": received.size,
        "read_as": grid.read_as,
        "post": post,
        "checked_at": await business_now(tx.db),
        "state": "checked",
        "faults": [each.model_dump() for each in reading.faults],
        "counts": Counter(each["outcome"] for each in rows),
        "places": max((each["place"] or 0 for each in rows), default=0),
        "done": 0,
    }
    await tx.db.execute(insert(imports).values(row))
    if rows:
        await tx.db.execute(insert(import_rows), [{"import_id": row["import_id"], **each} for each in rows])
    return ImportedList.model_validate(row)


def _numbered(plans: Iterable[Plan]) -> list[dict[str, Any]]:
    """Give each thing that is to be written its place, in the order of the plans; rows of one thing share it."""
    places: dict[Any, int] = {}
    rows = []
    for plan in plans:
        outcome = plan.outcome if plan.sound else Outcome.FAULTY
        writes = outcome in WRITES
        place = places.setdefault(plan.content["unit_id"], len(places) + 1) if writes else None
        rows.append(
            {
                "row": plan.row.number,
                "typed": dict(plan.row.typed),
                "content": _JSON.dump_python(plan.content, mode="json"),
                "faults": [each.model_dump() for each in plan.told],
                "outcome": outcome.value,
                "seen": plan.seen,
                "place": place,
            }
        )
    return rows


async def keep_list(tx: Tx, import_id: UUID, *, post: str) -> ImportedList:
    """Write the next things of a checked file, ``AT_ONCE`` at most; of one that is all written nothing more happens.

    What somebody has changed since the check is left alone and said so in its row.
    """
    found = await tx.db.execute(select(imports).where(imports.c.import_id == import_id).with_for_update())
    stored = found.mappings().one_or_none()
    if stored is None:
        raise NotFound("Không có lần nhập này.")
    if stored["state"] == "done":
        return ImportedList.model_validate(dict(stored))
    upto = min(stored["done"] + AT_ONCE, stored["places"])
    due = await tx.db.execute(
        select(import_rows)
        .where(import_rows.c.import_id == import_id, import_rows.c.place > stored["done"], import_rows.c.place <= upto)
        .order_by(import_rows.c.place, import_rows.c.row)
    )
    rows = [dict(row) for row in due.mappings()]
    moved = await _KEEPERS[stored["list"]](tx, dict(stored), rows, post) if rows else set()
    counts = Counter(stored["counts"])
    if moved:
        late = [row for row in rows if row["content"]["unit_id"] in moved]
        await tx.db.execute(_MOVED, [{"which": import_id, "at": row["row"], "faults": _told(row)} for row in late])
        counts.subtract(row["outcome"] for row in late)
        counts[Outcome.MOVED.value] += len(late)
    state = "done" if upto >= stored["places"] else "applying"
    new = {"state": state, "done": upto, "counts": +counts}
    await tx.db.execute(update(imports).where(imports.c.import_id == import_id).values(new))
    return ImportedList.model_validate({**stored, **new})


_MOVED: Final = (
    update(import_rows)
    .where(import_rows.c.import_id == bindparam("which"), import_rows.c.row == bindparam("at"))
    .values(outcome=Outcome.MOVED.value, faults=bindparam("faults"))
)


def _told(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    fault = rules.lists.CellFault(
        cell=f"A{row['row']}",
        typed=next(iter(row["typed"].values()), ""),
        message="Có người vừa sửa mục này sau khi kiểm tra, nên dòng này chưa được ghi",
        remedy="Kiểm tra lại tệp để xem khác biệt rồi ghi lần nữa",
    )
    return [*row["faults"], fault.model_dump()]


async def _plan_units(db: AsyncConnection, _about: About, rows: Sequence[Row]) -> list[Plan]:
    known = await _known_units(db, rows)
    return await to_thread.run_sync(rules.lists.plan_units, rows, known, [uuid7() for _ in rows])


async def _plan_targets(db: AsyncConnection, about: About, rows: Sequence[Row]) -> list[Plan]:
    known = await known_targets(db, about.campaign_id, rows)
    return await to_thread.run_sync(rules.lists.plan_targets, rows, known)


async def _known_units(db: AsyncConnection, rows: Sequence[Row]) -> list[KnownUnit]:
    """Give the units that rows may mean or name, by id, name or code."""
    said = {
        key: {row.values[key] for row in rows if key in row.values} for key in ("unit_id", "name", "parent", "code")
    }
    texts = sorted(said["name"] | said["parent"] | said["code"])
    identities = said["unit_id"] | {found for text in said["parent"] if (found := _identity(text))}
    later = exists().where(
        and_(unit_changes.c.unit_id == units.c.unit_id, unit_changes.c.kind.not_in(rules.BEGINNINGS))
    )
    asked = ("unit_id", "version", "name", "kind", "parent_id", "code", "valid_from")
    rows_found = await db.execute(
        select(*[units.c[name] for name in asked], later.label("decided")).where(
            or_(
                units.c.unit_id == any_(bindparam("ids", sorted(identities), type_=ARRAY(Uuid))),
                units.c.name == any_(bindparam("texts", texts, type_=ARRAY(Text))),
                units.c.code == any_(bindparam("texts", texts, type_=ARRAY(Text))),
            )
        )
    )
    return [KnownUnit.model_validate(dict(row)) for row in rows_found.mappings()]


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _keep_units(tx: Tx, _imported: Mapping[str, Any], rows: Sequence[dict[str, Any]], post: str) -> set[str]:
    """Register what has not moved since the check; give the ids of what has."""
    seen = {UUID(row["content"]["unit_id"]): row["seen"] for row in rows}
    found = await tx.db.execute(
        select(units.c.unit_id, units.c.version).where(units.c.unit_id.in_(seen)).order_by("unit_id").with_for_update()
    )
    stands = {row.unit_id: row.version for row in found}
    moved = {unit_id for unit_id, version in seen.items() if stands.get(unit_id, 0) != version}
    bodies = {
        unit_id: UnitBody.model_validate({name: row["content"][name] for name in UnitBody.model_fields})
        for row in rows
        if (unit_id := UUID(row["content"]["unit_id"])) not in moved
    }
    if bodies:
        await register_units(tx, bodies, post=post)
    return {str(unit_id) for unit_id in moved}


_PLANNERS: Final[Mapping[str, Callable[[AsyncConnection, About, Sequence[Row]], Awaitable[list[Plan]]]]] = {
    "units": _plan_units,
    "targets": _plan_targets,
}
_KEEPERS: Final[Mapping[str, Callable[[Tx, Mapping[str, Any], Sequence[dict[str, Any]], str], Awaitable[set[str]]]]] = {
    "units": _keep_units
}
