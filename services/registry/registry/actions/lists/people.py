"""The list of people: what stands is looked up, what is new is entered as by hand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from anyio import to_thread
from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, and_, any_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import VIETNAM, business_now
from chassis.errors import NotFound
from chassis.events import Tx
from chassis.text import fold
from registry import rules
from registry.actions.entries import (
    FIRST,
    Named,
    columns_of,
    keep_files,
    lock_units,
    units_of,
    write_entries,
    write_people,
)
from registry.actions.years import follow_people
from registry.rules import Entry
from registry.rules.lists import About, KnownPeople, KnownPerson, Plan, Row
from registry.tables import entries, people, units

_AMENDED: Final = "Theo danh sách nhập từ tệp"


async def plan_rows_of_people(db: AsyncConnection, about: About, rows: Sequence[Row], post: str) -> list[Plan]:
    """Say what rows would write; raises ``NotFound`` for a unit's list of no unit."""
    words = sorted(rules.lists.units_named(rows))
    given = {row.values["person_id"] for row in rows if "person_id" in row.values}
    named = {row.values["name"] for row in rows if "name" in row.values}
    texts = bindparam("words", words, type_=ARRAY(Text))
    identities = [*filter(None, [about.unit_id, *map(_identity, words)])]
    meant = or_(_any(units.c.unit_id, identities), units.c.name == any_(texts), units.c.code == any_(texts))
    known = await _known(db, about, meant, given, named, post=post)
    if about.unit_id and about.unit_id not in known.units:
        raise NotFound("Không có đơn vị này.")
    return await to_thread.run_sync(rules.lists.plan_people, rows, known, [uuid7() for _ in rows])


async def _known(
    db: AsyncConnection,
    about: About,
    meant: ColumnElement[bool],
    given: Collection[UUID],
    named: Collection[str],
    *,
    post: str,
) -> KnownPeople:
    """Give the units that are meant with whoever is called so there but for marks, and those who are given by id.

    Of a unit's list they are its own alone; files are read of those alone whom a row can mean.
    """
    asked = [units.c[name] for name in ("unit_id", "name", "code", "valid_from", "ended_on")]
    found = {row["unit_id"]: dict(row) for row in (await db.execute(select(*asked).where(meant))).mappings()}
    kept = _any(people.c.unit_id, [about.unit_id] if about.unit_id else found)
    called = people.c.searched == any_(bindparam("called", sorted(set(map(fold, named))), type_=ARRAY(Text)))
    by_id = _any(people.c.person_id, given)
    whose = and_(kept, or_(called, by_id)) if about.unit_id else or_(and_(kept, called), by_id)
    shown = [people.c[name] for name in ("person_id", "version", "unit_id", "name")]
    persons = {row["person_id"]: dict(row) for row in (await db.execute(select(*shown).where(whose))).mappings()}
    read = [each for each, row in persons.items() if each in given or row["name"] in named]
    stands = select(entries).where(
        entries.c.standing,
        _any(entries.c.person_id, read),
        or_(entries.c.main & (entries.c.kind == "service"), entries.c.kind == "rating"),
    )
    for row in map(rules.unmarked, (await db.execute(stands)).mappings()):
        held = {**row, "entry": Entry.model_validate(row), "said": rules.said(row)}
        persons[row["person_id"]].setdefault("entries", []).append(held)
    return KnownPeople(
        today=(await business_now(db)).astimezone(VIETNAM).date(),
        own=about.unit_id,
        post=post,
        units={each: rules.lists.NamedUnit.model_validate(row) for each, row in found.items()},
        people={each: KnownPerson.model_validate(row) for each, row in persons.items()},
    )


def _any(column: Any, ids: Iterable[UUID]) -> ColumnElement[bool]:
    """One array instead of a word for each id: a file has more of them than a statement may."""
    found: ColumnElement[bool] = column == any_(bindparam(None, sorted(ids), type_=ARRAY(Uuid)))
    return found


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def keep_people(tx: Tx, about: About, rows: Sequence[Mapping[str, Any]], post: str) -> set[str]:
    """Write what has not moved since the check; give the ids of those who have.

    Locks are taken as for one person: people, then units.
    """
    said = [row["content"] | {"seen": row["seen"]} for row in rows]
    whom = [UUID(each["person_id"]) for each in said]
    where = {UUID(each["unit_id"]) for each in said}
    await tx.db.execute(
        select(people.c.person_id).where(_any(people.c.person_id, whom)).order_by(people.c.person_id).with_for_update()
    )
    where |= await units_of(tx.db, whom)
    await lock_units(tx, where)
    known = await _known(tx.db, about, _any(units.c.unit_id, where), whom, {each["name"] for each in said}, post=post)
    kept = [
        each
        for each in said
        if known.seen(UUID(each["person_id"]), UUID(each["unit_id"]), each["name"]) == each["seen"]
    ]
    for new, reason in ((True, FIRST), (False, _AMENDED)):
        named = [_named(each, known) for each in kept if each["renamed"] and (each["version"] == 1) is new]
        if named:
            await write_people(tx, named, reason=reason, post=post)
    if written := [_row(UUID(each["person_id"]), entry) for each in kept for entry in each["entries"]]:
        await write_entries(tx, written, rules.Speaker(about.unit_id, post))
        await keep_files(tx, {row["person_id"] for row in written})
        await follow_people(tx, where)
    return {each["person_id"] for each in said} - {each["person_id"] for each in kept}


def _named(said: Mapping[str, Any], known: KnownPeople) -> Named:
    """Of whoever is known the unit that keeps the file is told; where a new post leads, ``keep_files`` tells."""
    person_id = UUID(said["person_id"])
    stands = known.people.get(person_id)
    return Named(person_id, said["version"], stands.unit_id if stands else UUID(said["unit_id"]), said["name"])


def _row(person_id: UUID, said: Mapping[str, Any]) -> dict[str, Any]:
    new = said["version"] == 1
    return {
        "entry_id": uuid7() if new else UUID(said["entry_id"]),
        "version": said["version"],
        "standing": True,
        "act": "entered" if new else "amended",
        "reason": FIRST if new else _AMENDED,
        "unit_id": UUID(said["unit_id"]),
        "person_id": person_id,
        "with_ids": [],
        "initiative_id": None,
        **columns_of(Entry.model_validate(said["entry"])),
    }
