"""The documents themselves: the decision that formed a block, the paper behind a yearly rating; saved, never shown."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from chassis.http import Asked, Commanded, Reading, identity
from chassis.identity import Identity
from contracts.notify import Post
from registry import actions, queries, rules
from registry.actions.bodies import AttachedDocument
from registry.api.evidence import BYTES, HandedIn, as_file, take_whole
from registry.api.rights import looked, office_only, own_unit, speaks

router = APIRouter()

Who = Annotated[Identity, Depends(identity)]
Name = Annotated[str, Query(min_length=1, max_length=300)]


async def for_block(request: Request, who: Who, block_id: UUID, name: Name) -> AsyncIterator[HandedIn]:
    office_only(who)
    async with request.app.state.service.engine.connect() as db:
        await actions.require_block(db, block_id)
    async with take_whole(request, name) as handed:
        yield handed


async def for_rating(request: Request, who: Who, entry_id: UUID, name: Name) -> AsyncIterator[HandedIn]:
    """Let only whoever keeps the file hand anything in, to an own rating that stands; looked up before the first byte is taken."""
    async with request.app.state.service.engine.connect() as db:
        kept_by = await actions.keeper_of(db, entry_id)
        own_unit(who, kept_by)
        await actions.require_rating(db, entry_id, speaks(who, kept_by))
    async with take_whole(request, name) as handed:
        yield handed


@router.post("/blocks/{block_id}/attachments", tags=["blocks"], status_code=201, openapi_extra=BYTES)
async def attach_to_block(
    block_id: UUID, handed: Annotated[HandedIn, Depends(for_block, scope="function")], commanded: Commanded
) -> AttachedDocument:
    """Attach the decision that formed the block; one that stood before is kept as replaced."""
    return await actions.attach_to_block(
        commanded.tx,
        block_id,
        handed.name,
        handed.received,
        kind=handed.kind,
        scan=handed.scan,
        post=commanded.identity.post,
    )


@router.get("/blocks/{block_id}/attachments", tags=["blocks"])
async def of_block(block_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give the decision that formed the block and those it replaced, to its units, its head and the office."""
    await _may_see_block(asked, block_id)
    return {"block_id": block_id, "items": await queries.attachments_of(asked.db, "block", block_id)}


@router.post("/entries/{entry_id}/attachments", tags=["people"], status_code=201, openapi_extra=BYTES)
async def attach_to_rating(
    entry_id: UUID, handed: Annotated[HandedIn, Depends(for_rating, scope="function")], commanded: Commanded
) -> AttachedDocument:
    """Attach the document behind a yearly rating; one that stood before is kept as replaced.

    To what the office or another body has said, a unit attaches nothing.
    """
    kept_by = await actions.keeper_of(commanded.tx.db, entry_id)
    own_unit(commanded, kept_by)
    return await actions.attach_to_rating(
        commanded.tx,
        entry_id,
        handed.name,
        handed.received,
        kind=handed.kind,
        scan=handed.scan,
        speaker=speaks(commanded, kept_by),
    )


@router.get("/entries/{entry_id}/attachments", tags=["people"])
async def of_rating(entry_id: UUID, asked: Asked) -> dict[str, Any]:
    await _may_see_rating(asked, entry_id)
    return {"entry_id": entry_id, "items": await queries.attachments_of(asked.db, "rating", entry_id)}


@router.get(
    "/attachments/{attachment_id}/content",
    tags=["blocks"],
    response_class=StreamingResponse,
    responses={200: {"content": {media: {} for media in rules.MEDIA.values()}}},
)
async def content(attachment_id: UUID, asked: Asked, request: Request) -> StreamingResponse:
    found = await queries.one_attachment(asked.db, attachment_id)
    if found["about"] == "block":
        await _may_see_block(asked, found["subject_id"])
    else:
        await _may_see_rating(asked, found["subject_id"])
    return await as_file(request, found)


async def _may_see_block(asked: Reading, block_id: UUID) -> None:
    members = await queries.stood_in_block(asked.db, block_id)
    asked.identity.require(
        Post.CITY_OFFICE,
        (Post.BLOCK_HEAD, block_id),
        *[(Post.UNIT_OFFICER, unit) for unit in members],
        who_may="các đơn vị của khối, khối trưởng hoặc Phòng Nội vụ thành phố",
    )


async def _may_see_rating(asked: Reading, entry_id: UUID) -> None:
    """Let in whoever keeps the file and the office; that they looked is written down."""
    entry = await queries.entry(asked.db, entry_id)
    person = await queries.person(asked.db, entry["person_id"]) if entry["person_id"] else None
    own_unit(asked, person["unit_id"] if person else entry["unit_id"])
    looked(asked, [entry["person_id"] or entry["unit_id"]])
