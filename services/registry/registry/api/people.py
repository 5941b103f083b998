"""People, and the entries of the files on them and on units: for the unit that keeps a file, and the office."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries, rules
from registry.actions.bodies import EntryBody, NameBody, PersonBody, Versioned, WithdrawalBody
from registry.api.rights import looked, office_only, own_unit, speaks
from registry.rules import EntryKind

router = APIRouter()


@router.get("/people", tags=["people"])
async def list_people(asked: Asked, which: Annotated[queries.PeopleAsked, Query()]) -> dict[str, Any]:
    """Give people as they served on a day (today unless told), by given name in Vietnamese order."""
    if which.unit_id:
        own_unit(asked, which.unit_id)
    else:
        office_only(asked)
    return await queries.list_people(asked.db, which)


@router.put("/people/{person_id}", tags=["people"])
async def enter_person(person_id: UUID, body: Sent[PersonBody], commanded: Commanded) -> Versioned:
    own_unit(commanded, body.unit_id)
    return await actions.enter_person(commanded.tx, person_id, body, speaker=speaks(commanded, body.unit_id))


@router.get("/people/{person_id}", tags=["people"])
async def one_person(person_id: UUID, asked: Asked, on: date | None = None) -> dict[str, Any]:
    found = await queries.person(asked.db, person_id, on=on)
    own_unit(asked, found["unit_id"])
    return found


@router.put("/people/{person_id}/name", tags=["people"])
async def rename_person(person_id: UUID, body: Sent[NameBody], commanded: Commanded) -> Versioned:
    own_unit(commanded, (await actions.person_of(commanded.tx.db, person_id))["unit_id"])
    return await actions.rename_person(commanded.tx, person_id, body, post=commanded.identity.post)


@router.get("/people/{person_id}/entries", tags=["people"])
async def entries_of_person(
    person_id: UUID, asked: Asked, which: Annotated[queries.EntriesAsked, Query()]
) -> dict[str, Any]:
    """Give what stands in a person's file, newest first; with ``on`` what holds on that day."""
    unit_id = (await queries.person(asked.db, person_id))["unit_id"]
    own_unit(asked, unit_id)
    looked(asked, [person_id])
    return _not_yours(await queries.list_entries(asked.db, person_id, unit_id, which), speaks(asked, unit_id))


@router.get("/people/{person_id}/reads", tags=["people"])
async def reads_of_person(
    person_id: UUID, asked: Asked, which: Annotated[queries.ReadsAsked, Query()]
) -> dict[str, Any]:
    """Say who has looked into a person's file."""
    own_unit(asked, (await queries.person(asked.db, person_id))["unit_id"])
    return await queries.list_reads(asked.db, person_id, which)


@router.get("/units/{unit_id}/entries", tags=["people"])
async def entries_of_unit(
    unit_id: UUID, asked: Asked, which: Annotated[queries.EntriesAsked, Query()]
) -> dict[str, Any]:
    """Give what stands in a unit's own file, newest first; with ``on`` what holds on that day."""
    own_unit(asked, unit_id)
    looked(asked, [unit_id])
    return _not_yours(await queries.list_entries(asked.db, None, unit_id, which), speaks(asked, unit_id))


def _not_yours(found: dict[str, Any], speaker: rules.Speaker) -> dict[str, Any]:
    """Add to each entry in ``not_yours`` why the reader may not change it; null where they may."""
    for each in found["items"]:
        each["not_yours"] = rules.not_yours(rules.said(each), speaker)
    return found


@router.get("/units/{unit_id}/reads", tags=["people"])
async def reads_of_unit(unit_id: UUID, asked: Asked, which: Annotated[queries.ReadsAsked, Query()]) -> dict[str, Any]:
    """Say who has looked into a unit's own file."""
    own_unit(asked, unit_id)
    return await queries.list_reads(asked.db, unit_id, which)


@router.get("/entries/{entry_id}", tags=["people"])
async def one_entry(entry_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give an entry with all that was ever said in it."""
    found = await queries.entry(asked.db, entry_id)
    kept_by = (
        (await queries.person(asked.db, found["person_id"]))["unit_id"] if found["person_id"] else found["unit_id"]
    )
    own_unit(asked, kept_by)
    looked(asked, [found["person_id"] or found["unit_id"]])
    return {**found, "not_yours": rules.not_yours(rules.said(found), speaks(asked, kept_by))}


@router.put("/entries/{entry_id}", tags=["people"])
async def put_entry(entry_id: UUID, body: Sent[EntryBody], commanded: Commanded) -> Versioned:
    """Enter or amend: an award of a unit the office alone; else as whoever keeps the person's file and, of a post, speaks for its unit too.

    What the office or another body has said, a unit does not amend.
    """
    kept_by = body.unit_id
    if body.person_id:
        kept_by = (await actions.person_of(commanded.tx.db, body.person_id))["unit_id"]
        own_unit(commanded, kept_by)
    if body.unit_id:
        own_unit(commanded, body.unit_id)
    elif not body.person_id:
        office_only(commanded)
    if body.kind is EntryKind.AWARD:
        # It brings the unit points: whoever gets them does not write it.
        office_only(commanded)
    # Whoever names nobody is the office.
    speaker = speaks(commanded, kept_by) if kept_by else rules.Speaker(None, commanded.identity.post)
    return await actions.put_entry(commanded.tx, entry_id, body, speaker=speaker)


@router.post("/entries/{entry_id}/withdraw", tags=["people"])
async def withdraw_entry(entry_id: UUID, body: Sent[WithdrawalBody], commanded: Commanded) -> Versioned:
    kept_by = await actions.keeper_of(commanded.tx.db, entry_id)
    own_unit(commanded, kept_by)
    if (await actions.require_entry(commanded.tx.db, entry_id))["kind"] == EntryKind.AWARD:
        office_only(commanded)
    return await actions.withdraw_entry(commanded.tx, entry_id, body, speaker=speaks(commanded, kept_by))
