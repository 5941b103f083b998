"""What actions on files share: who keeps them, in which order they are locked, and how an entry is written and told."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import VIETNAM
from chassis.errors import Forbidden, NotFound
from chassis.events import Tx
from chassis.text import fold
from contracts import people as told
from contracts.envelope import Payload
from registry.rules import Entry, EntryKind, Speaker, marked, not_yours, person_sort, said, unmarked
from registry.tables import entries, people, people_names, units


async def person_of(db: AsyncConnection, person_id: UUID, *, lock: bool = False) -> Mapping[str, Any]:
    """Give a person's row; raises ``NotFound``.

    Locks are taken in one order, so that no two wait for one another: the person, then units, then an initiative.
    """
    query = select(people).where(people.c.person_id == person_id)
    row = (await db.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    if row is None:
        raise NotFound("Không có cán bộ này.")
    return dict(row)


async def last_version(db: AsyncConnection, entry_id: UUID) -> Mapping[str, Any] | None:
    """Give an entry as it was said last, with ``said_by``."""
    query = select(entries).where(entries.c.entry_id == entry_id).order_by(entries.c.version.desc()).limit(1)
    row = (await db.execute(query)).mappings().one_or_none()
    return unmarked(row) if row else None


async def require_entry(db: AsyncConnection, entry_id: UUID) -> Mapping[str, Any]:
    """Give an entry as it was said last; raises ``NotFound``."""
    found = await last_version(db, entry_id)
    if found is None:
        raise NotFound("Không có mục này trong hồ sơ.")
    return found


def refuse_others_word(stored: Mapping[str, Any] | None, speaker: Speaker) -> None:
    """Raise ``Forbidden`` where an entry, as ``last_version`` gives it, is not this speaker's to change."""
    if stored and (refusal := not_yours(said(stored), speaker)):
        raise Forbidden(refusal)


async def lock_units(tx: Tx, unit_ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Let nobody else change who serves in these units until this commits: their years are counted from it."""
    found = await tx.db.execute(
        select(units.c.unit_id, units.c.valid_from, units.c.ended_on)
        .where(units.c.unit_id == any_(literal(list(set(unit_ids)), ARRAY(Uuid))))
        .order_by(units.c.unit_id)
        .with_for_update(key_share=True)
    )
    return {row["unit_id"]: dict(row) for row in found.mappings()}


async def units_of(db: AsyncConnection, people_ids: Collection[UUID]) -> set[UUID]:
    """Give the units that count any of these people on some day."""
    whose = entries.c.person_id.in_(people_ids)
    return set((await db.execute(select(entries.c.unit_id).where(*_MAIN_POSTS, whose).distinct())).scalars())


_MAIN_POSTS: Final = (entries.c.standing, entries.c.kind == "service", entries.c.main)


async def today(tx: Tx) -> date:
    return (await tx.now()).astimezone(VIETNAM).date()


async def write_entries(tx: Tx, rows: Sequence[Mapping[str, Any]], speaker: Speaker) -> None:
    """Write the next versions of entries in place of the last, and tell of them; nothing that was said is overwritten."""
    if later := [row["entry_id"] for row in rows if row["version"] > 1]:
        await tx.db.execute(
            update(entries).where(entries.c.entry_id.in_(later), entries.c.standing).values(standing=False)
        )
    by = {"recorded_by": speaker.post, "recorded_at": await tx.now()}
    await tx.db.execute(insert(entries), [{**row, "more": marked(row["more"], speaker), **by} for row in rows])
    for row in rows:
        tx.record(_TOLD[EntryKind(row["kind"])](row))


async def keep_files(tx: Tx, people_ids: Collection[UUID]) -> None:
    """Hand each person's file to the unit of the main post that began last."""
    newest = (
        select(entries.c.unit_id)
        .where(*_MAIN_POSTS, entries.c.person_id == people.c.person_id)
        .order_by(entries.c.from_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    moved = await tx.db.execute(
        update(people)
        .where(people.c.person_id.in_(people_ids), people.c.unit_id != newest)
        .values(unit_id=newest, version=people.c.version + 1)
        .returning(people.c.person_id, people.c.unit_id, people.c.version)
    )
    for row in moved:
        tx.record(told.PersonEntered(person_id=row.person_id, version=row.version, unit_id=row.unit_id))


FIRST: Final = "Ghi lần đầu"


class Named(NamedTuple):
    """A version of a person: what is written when one is entered, or called otherwise."""

    person_id: UUID
    version: int
    unit_id: UUID
    name: str


async def write_people(tx: Tx, named: Sequence[Named], *, reason: str, post: str) -> None:
    """Write what people are called from now on, and tell that there is something new of them; every name stays."""
    written = insert(people)
    new = {name: written.excluded[name] for name in ("version", "name", "searched", "sorted")}
    await tx.db.execute(
        written.on_conflict_do_update(index_elements=["person_id"], set_=new),
        [{**each._asdict(), "searched": fold(each.name), "sorted": person_sort(each.name)} for each in named],
    )
    by = {"reason": reason, "recorded_by": post, "recorded_at": await tx.now()}
    rows = [{"person_id": each.person_id, "version": each.version, "name": each.name, **by} for each in named]
    await tx.db.execute(insert(people_names), rows)
    for each in named:
        tx.record(told.PersonEntered(person_id=each.person_id, version=each.version, unit_id=each.unit_id))


def columns_of(entry: Entry) -> dict[str, Any]:
    """Give an entry as its row holds it."""
    return {**entry.model_dump(), "kind": entry.kind.value}


def _plain(payload: type[Payload], **renamed: str) -> Callable[[Mapping[str, Any]], Payload]:
    """Tell of an entry by the event whose fields bear the names of its columns, or those given here."""

    def tell(row: Mapping[str, Any]) -> Payload:
        return payload.model_validate(
            {name: row[renamed.get(name, name)] for name in payload.model_fields if name in row or name in renamed}
        )

    return tell


def _initiative(row: Mapping[str, Any]) -> Payload:
    holders = tuple(dict.fromkeys(each for each in (row["person_id"], *row["with_ids"]) if each))
    return _plain(told.InitiativeRecognised, level="grade", recognised_on="from_on")({**row, "person_ids": holders})


_TOLD: Final[Mapping[EntryKind, Callable[[Mapping[str, Any]], Payload]]] = {
    EntryKind.SERVICE: _plain(told.ServiceRecorded),
    EntryKind.RATING: _plain(told.TaskRated, rating="grade"),
    EntryKind.DISCIPLINE: _plain(told.DisciplineRecorded, level="grade"),
    EntryKind.INITIATIVE: _initiative,
    EntryKind.USE: _plain(told.InitiativeUsed, purpose="grade", code="words"),
    EntryKind.HOLD: _plain(told.HoldRecorded, kind="grade"),
    EntryKind.AWARD: _plain(
        told.AwardRecorded, form="grade", decision_number="document_number", decided_on="document_on"
    ),
    EntryKind.CLEARANCE: _plain(told.ClearanceRecorded, answer="grade", asked_on="from_on", answered_on="until_on"),
}


async def keeper_of(db: AsyncConnection, entry_id: UUID) -> UUID:
    """Give the unit that keeps the file in which an entry stands; raises ``NotFound``."""
    found = await require_entry(db, entry_id)
    kept_by: UUID = (await person_of(db, found["person_id"]))["unit_id"] if found["person_id"] else found["unit_id"]
    return kept_by
