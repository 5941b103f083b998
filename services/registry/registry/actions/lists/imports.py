"""Lists as files: taken in, checked without writing a thing, and kept in pieces that a crash cannot tear."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from pydantic import TypeAdapter
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import business_now
from chassis.errors import NotFound
from chassis.events import Tx
from chassis.scanner import Scanner
from chassis.store import Received, Store
from registry import rules
from registry.actions.bodies import ImportedList
from registry.actions.evidence import looked_through, refused
from registry.actions.lists.sources import SOURCES
from registry.actions.lists.spreadsheets import read_file
from registry.rules.lists import WRITES, About, Grid, Listing, Outcome, Plan
from registry.tables import import_rows, imports

AT_ONCE: Final = 1_000
"""So many things are written in one transaction."""
_READ_AT_ONCE: Final = CapacityLimiter(2)
"""A large file takes memory and time while it is read: whoever sends one waits for others, and nobody else does."""
_JSON: Final = TypeAdapter(dict[str, Any])


async def take_list(received: Received, store: Store, scanner: Scanner) -> Grid:
    """Read a file that has come, and keep its bytes; raises ``Invalid`` in words for one that is no table."""
    await looked_through(received, scanner)
    try:
        grid = await to_thread.run_sync(read_file, received.path, limiter=_READ_AT_ONCE)
    except (rules.UnfitError, rules.lists.NotATableError) as unfit:
        raise refused(str(unfit)) from None
    await store.keep(received)
    return grid


async def check_list(tx: Tx, about: About, grid: Grid, received: Received, *, name: str, post: str) -> ImportedList:
    """Say what a file would change, and keep what was said beside every row; nothing else is written."""
    reading = await to_thread.run_sync(rules.lists.read_list, about.listing, grid)
    plans = await SOURCES[about.listing.name].plan(tx.db, about, reading.rows, post)
    rows = _numbered(about.listing, plans)
    row = {
        "import_id": uuid7(),
        "list": about.listing.name,
        **{need: getattr(about, need) for need in rules.lists.NEEDS},
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


def _numbered(listing: Listing, plans: Iterable[Plan]) -> list[dict[str, Any]]:
    """Give each thing that is to be written its place, in the order of the plans; rows of one thing share it."""
    places: dict[Any, int] = {}
    rows = []
    for plan in plans:
        outcome = plan.outcome if plan.sound else Outcome.FAULTY
        writes = outcome in WRITES
        place = places.setdefault(plan.content[listing.thing], len(places) + 1) if writes else None
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


async def unit_of_import(db: AsyncConnection, import_id: UUID) -> UUID | None:
    """Say of which unit a checked file is, if of one; raises ``NotFound``."""
    found = (await db.execute(select(imports.c.unit_id).where(imports.c.import_id == import_id))).one_or_none()
    if found is None:
        raise _no_such_import()
    unit_id: UUID | None = found.unit_id
    return unit_id


def _no_such_import() -> NotFound:
    return NotFound("Không có lần nhập này.")


async def keep_list(tx: Tx, import_id: UUID, *, post: str) -> ImportedList:
    """Write the next things of a checked file, ``AT_ONCE`` at most; of one that is all written nothing more happens.

    What somebody has changed since the check is left alone and said so in its row.
    """
    found = await tx.db.execute(select(imports).where(imports.c.import_id == import_id).with_for_update())
    stored = found.mappings().one_or_none()
    if stored is None:
        raise _no_such_import()
    if stored["state"] == "done":
        return ImportedList.model_validate(dict(stored))
    upto = min(stored["done"] + AT_ONCE, stored["places"])
    due = await tx.db.execute(
        select(import_rows)
        .where(import_rows.c.import_id == import_id, import_rows.c.place > stored["done"], import_rows.c.place <= upto)
        .order_by(import_rows.c.place, import_rows.c.row)
    )
    rows = [dict(row) for row in due.mappings()]
    listing = rules.lists.LISTS[stored["list"]]
    about = rules.lists.About.of(listing, **{need: stored[need] for need in rules.lists.NEEDS})
    moved = await SOURCES[listing.name].keep(tx, about, rows, post) if rows else set()
    counts = Counter(stored["counts"])
    if moved:
        late = [row for row in rows if row["content"][listing.thing] in moved]
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
