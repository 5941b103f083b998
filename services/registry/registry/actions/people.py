"""People and the entries of files: entered, amended, withdrawn; never overwritten, and every fault named at once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from chassis.errors import Conflict, NotFound
from chassis.events import Tx
from chassis.text import nfc
from registry import rules
from registry.actions.bodies import EntryBody, NameBody, PersonBody, Versioned, WithdrawalBody
from registry.actions.entries import (
    FIRST,
    Named,
    columns_of,
    keep_files,
    last_version,
    lock_units,
    person_of,
    refuse_others_word,
    require_entry,
    today,
    units_of,
    write_entries,
    write_people,
)
from registry.actions.writing import invalid
from registry.actions.years import follow_people
from registry.rules import EntryKind, Fault
from registry.tables import entries, people
from registry.tables.law import decided

_LONGEST_NAME = 200
_SHORTEST_REASON, _LONGEST_REASON = 3, 500


async def enter_person(tx: Tx, person_id: UUID, body: PersonBody, *, speaker: rules.Speaker) -> Versioned:
    """Enter a person with the main post in a unit; the same again changes nothing. Raises ``Invalid`` with every fault."""
    name = nfc(body.name)
    stored = (await tx.db.execute(select(people).where(people.c.person_id == person_id))).mappings().one_or_none()
    if stored:
        if stored["name"] == name:
            return Versioned(version=stored["version"])
        raise Conflict(
            "Cán bộ này đã có trong danh sách. Tên được sửa ở trang của người đó.", version=stored["version"]
        )
    unit = (await lock_units(tx, [body.unit_id])).get(body.unit_id)
    if unit is None:
        raise NotFound("Không có đơn vị này.")
    about = rules.About(today=await today(tx), began=unit["valid_from"], ended=unit["ended_on"])
    typed = {"words": body.words, "main": "yes", "from_on": body.from_on}
    entry, faults = rules.read_entry(EntryKind.SERVICE, typed, about)
    faults = (*_faults_of_name(name), *faults)
    if faults or entry is None:
        raise invalid(faults)
    await write_people(tx, [Named(person_id, 1, body.unit_id, name)], reason=FIRST, post=speaker.post)
    row = {"entry_id": uuid7(), "version": 1, "standing": True, "act": "entered", "reason": FIRST}
    subject = {"unit_id": body.unit_id, "person_id": person_id, "with_ids": [], "initiative_id": None}
    await write_entries(tx, [{**row, **subject, **columns_of(entry)}], speaker)
    await follow_people(tx, [body.unit_id])
    return Versioned(version=1)


async def rename_person(tx: Tx, person_id: UUID, body: NameBody, *, post: str) -> Versioned:
    """Correct what a person is called; every name that was written stays. Raises ``Conflict`` when stale."""
    stored = await person_of(tx.db, person_id, lock=True)
    name = nfc(body.name)
    if stored["name"] == name:
        return Versioned(version=stored["version"])
    if stored["version"] != body.version:
        raise Conflict("Trang của cán bộ này vừa được người khác sửa.", version=stored["version"])
    if faults := (*_faults_of_name(name), *_faults_of_reason(body.reason)):
        raise invalid(faults)
    version = body.version + 1
    await write_people(tx, [Named(person_id, version, stored["unit_id"], name)], reason=nfc(body.reason), post=post)
    return Versioned(version=version)


def _faults_of_name(name: str) -> tuple[Fault, ...]:
    if not name:
        return (Fault(criterion="name", message="Cán bộ: còn thiếu", remedy="Ghi số và vị trí, như Cán bộ 01"),)
    if len(name) > _LONGEST_NAME:
        return (Fault(criterion="name", message=f"Cán bộ: dài quá {_LONGEST_NAME} chữ", remedy="Viết ngắn lại"),)
    return ()


def _faults_of_reason(reason: str) -> tuple[Fault, ...]:
    if not _SHORTEST_REASON <= len(nfc(reason)) <= _LONGEST_REASON:
        remedy = f"Ghi một câu, từ {_SHORTEST_REASON} đến {_LONGEST_REASON} chữ"
        return (Fault(criterion="reason", message="Lý do: còn thiếu, hoặc quá dài", remedy=remedy),)
    return ()


async def put_entry(tx: Tx, entry_id: UUID, body: EntryBody, *, speaker: rules.Speaker) -> Versioned:
    """Enter or amend an entry of a file; the same again changes nothing.

    Raises ``Invalid`` with every fault, ``Conflict`` when stale, ``NotFound`` for a person or a unit that nobody knows,
    ``Forbidden`` for a unit where it is not its own word.
    """
    person = await person_of(tx.db, body.person_id, lock=True) if body.person_id else None
    unit_id = _unit_of(body, person, await last_version(tx.db, entry_id))
    locked = await lock_units(tx, {unit_id, *(await units_of(tx.db, [body.person_id]) if body.person_id else ())})
    if unit_id not in locked:
        raise NotFound("Không có đơn vị này.")
    stored = await last_version(tx.db, entry_id)
    refuse_others_word(stored, speaker)
    about, faults = await _about(tx, entry_id, body, locked[unit_id])
    entry, more = rules.read_entry(body.kind, body.values, about)
    subject = {
        "unit_id": unit_id,
        "person_id": body.person_id,
        "with_ids": list(dict.fromkeys(body.with_ids)),
        "initiative_id": body.initiative_id,
    }
    if (
        stored
        and stored["standing"]
        and entry
        and all(stored[name] == value for name, value in {**subject, **columns_of(entry)}.items())
    ):
        return Versioned(version=stored["version"])
    if (stored["version"] if stored else 0) != body.version:
        raise Conflict("Mục này vừa được người khác sửa.", version=stored["version"] if stored else 0)
    faults = (*faults, *_faults_of_subject(stored, subject, body), *more)
    if stored:
        faults = (*faults, *_faults_of_reason(body.reason))
    if faults or entry is None:
        raise invalid(faults)
    row = {
        "entry_id": entry_id,
        "version": body.version + 1,
        "standing": True,
        "act": "amended" if stored else "entered",
        "reason": nfc(body.reason) or FIRST,
    }
    await write_entries(tx, [{**row, **subject, **columns_of(entry)}], speaker)
    await _follow(tx, body.kind, body.person_id, locked)
    return Versioned(version=body.version + 1)


async def withdraw_entry(tx: Tx, entry_id: UUID, body: WithdrawalBody, *, speaker: rules.Speaker) -> Versioned:
    """Take an entry out of what counts.

    Raises ``Conflict`` when stale, or while its initiative is in use, ``Forbidden`` for a unit where it is not its own word.
    """
    placed = await require_entry(tx.db, entry_id)
    person_id = placed["person_id"]
    if person_id:
        await person_of(tx.db, person_id, lock=True)
    locked = await lock_units(tx, {placed["unit_id"], *(await units_of(tx.db, [person_id]) if person_id else ())})
    stored = await require_entry(tx.db, entry_id)
    refuse_others_word(stored, speaker)
    if stored["act"] == "withdrawn":
        return Versioned(version=stored["version"])
    if stored["version"] != body.version:
        raise Conflict("Mục này vừa được người khác sửa.", version=stored["version"])
    if faults := _faults_of_reason(body.reason):
        raise invalid(faults)
    if stored["kind"] == EntryKind.INITIATIVE and await _uses(tx, entry_id):
        raise Conflict("Sáng kiến này đang được dùng để xét. Hãy rút lần dùng đó trước.")
    said = {name: value for name, value in stored.items() if name not in ("recorded_by", "recorded_at", "said_by")}
    version = body.version + 1
    withdrawn = {"version": version, "standing": False, "act": "withdrawn", "reason": nfc(body.reason)}
    await write_entries(tx, [{**said, **withdrawn}], speaker)
    await _follow(tx, EntryKind(stored["kind"]), person_id, locked)
    return Versioned(version=version)


async def _follow(tx: Tx, kind: EntryKind, person_id: UUID | None, locked: Mapping[UUID, Any]) -> None:
    if person_id and kind is EntryKind.SERVICE:
        await keep_files(tx, [person_id])
    await follow_people(tx, locked)


def _unit_of(body: EntryBody, person: Mapping[str, Any] | None, stored: Mapping[str, Any] | None) -> UUID:
    """A post names its unit; what is said of a person stays with the unit that kept the file when it was said first."""
    if person and (body.kind is not EntryKind.SERVICE or body.unit_id is None):
        unit_id: UUID = stored["unit_id"] if stored else person["unit_id"]
        return unit_id
    if body.unit_id is None:
        raise invalid([Fault(criterion="unit_id", message="Đơn vị: còn thiếu", remedy="Chọn một đơn vị")])
    return body.unit_id


def _faults_of_subject(stored: Mapping[str, Any] | None, subject: Mapping[str, Any], body: EntryBody) -> list[Fault]:
    said = {**subject, "kind": body.kind}
    faults = [
        Fault(criterion=name, message="không đổi được ở một mục đã ghi", remedy="Rút mục này rồi ghi mục mới")
        for name in ("kind", "unit_id", "person_id", "initiative_id")
        if stored and stored[name] != said[name]
    ]
    if fault := rules.wrong_person(body.kind, body.person_id):
        faults.append(fault)
    if body.with_ids and body.kind is not EntryKind.INITIATIVE:
        faults.append(Fault(criterion="with_ids", message="chỉ sáng kiến có đồng tác giả", remedy="Bỏ mục này"))
    return faults


async def _about(
    tx: Tx, entry_id: UUID, body: EntryBody, unit: Mapping[str, Any]
) -> tuple[rules.About, tuple[Fault, ...]]:
    """Gather what an entry is held against: what else stands of the same kind in the same file."""
    about = {
        "today": await today(tx),
        "began": unit["valid_from"],
        "ended": unit["ended_on"],
        "person_id": body.person_id,
    }
    faults: tuple[Fault, ...] = ()
    others = select(entries).where(
        entries.c.standing,
        entries.c.kind == body.kind,
        entries.c.entry_id != entry_id,
        entries.c.person_id == body.person_id
        if body.person_id
        else (entries.c.unit_id == unit["unit_id"]) & entries.c.person_id.is_(None),
    )
    if body.kind is EntryKind.SERVICE:
        found = (await tx.db.execute(others.where(entries.c.main))).mappings()
        about["posts"] = tuple((row["from_on"], row["until_on"]) for row in found)
    if body.kind is EntryKind.RATING:
        about["rated"] = frozenset(row["year"] for row in (await tx.db.execute(others)).mappings())
    if body.kind is EntryKind.AWARD:
        found = (await tx.db.execute(others)).mappings()
        about["awarded"] = frozenset((row["grade"], row["year"], row["document_number"]) for row in found)
    if body.kind is EntryKind.USE:
        about["law"] = rules.law_of(await decided(tx.db))
        about["uses"] = await _uses(tx, body.initiative_id, but=entry_id)
        faults = await _faults_of_initiative(tx, body)
    elif body.initiative_id:
        faults = (Fault(criterion="initiative_id", message="không có trong biểu mẫu này", remedy="Bỏ mục này"),)
    if body.with_ids:
        known = await tx.db.execute(select(people.c.person_id).where(people.c.person_id.in_(body.with_ids)))
        if set(body.with_ids) - set(known.scalars()):
            faults = (
                *faults,
                Fault(criterion="with_ids", message="có người không có trong danh sách", remedy="Chọn lại"),
            )
    return rules.About(**about), faults


async def _uses(tx: Tx, initiative_id: UUID | None, *, but: UUID | None = None) -> tuple[rules.Use, ...]:
    """Give what an initiative was used for, and let nobody use it until this commits."""
    await tx.db.execute(select(entries.c.entry_id).where(entries.c.entry_id == initiative_id).with_for_update())
    found = await tx.db.execute(
        select(entries).where(
            entries.c.standing, entries.c.initiative_id == initiative_id, entries.c.entry_id.is_distinct_from(but)
        )
    )
    return tuple(rules.Use(row["grade"], row["words"], row["year"], row["person_id"]) for row in found.mappings())


async def _faults_of_initiative(tx: Tx, body: EntryBody) -> tuple[Fault, ...]:
    """The initiative must stand, and be this person's or the unit's own."""
    found = await last_version(tx.db, body.initiative_id) if body.initiative_id else None
    if found is None or not found["standing"] or found["kind"] != EntryKind.INITIATIVE:
        return (Fault(criterion="initiative_id", message="Sáng kiến: không có", remedy="Chọn lại sáng kiến"),)
    holders = {found["person_id"], *found["with_ids"]} - {None}
    if not (body.person_id in holders if body.person_id else not holders and found["unit_id"] == body.unit_id):
        said = "Sáng kiến: không phải của người này"
        return (Fault(criterion="initiative_id", message=said, remedy="Chọn sáng kiến của chính người đó"),)
    return ()
