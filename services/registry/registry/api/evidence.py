"""Evidence: handed in as a stream of bytes, attached to lines of reports, and given out to be saved, never to be shown."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from chassis.errors import NotFound
from chassis.http import Asked, Commanded, identity
from chassis.identity import Identity
from chassis.scanner import Scanner, Verdict
from chassis.store import Received, Store, TooLargeError, receive
from registry import actions, queries, rules
from registry.actions.bodies import Attached, Evidence, Line
from registry.api.rights import may_see, own_unit

router = APIRouter()

BYTES = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that has come whole, is of a kind that is taken, and is kept."""

    name: str
    received: Received
    kind: rules.Kind
    scan: Verdict


async def handed_in(
    request: Request,
    who: Annotated[Identity, Depends(identity)],
    unit_id: UUID,
    name: Annotated[str, Query(min_length=1, max_length=300)],
) -> AsyncIterator[HandedIn]:
    """Take the bytes in while they come. No transaction is open yet: a slow line holds no connection to the database."""
    own_unit(who, unit_id)
    async with take_whole(request, name) as handed:
        yield handed


@asynccontextmanager
async def take_whole(request: Request, name: str) -> AsyncIterator[HandedIn]:
    """Take a file in, find out what it is, have it looked through and keep it; raises ``Invalid`` for one that is not taken."""
    store: Store = request.app.state.store
    scanner: Scanner = request.app.state.scanner
    try:
        async with receive(request.stream(), store.incoming, largest=rules.LARGEST) as received:
            kind, scan = await actions.take_in(received, store, scanner)
            yield HandedIn(name, received, kind, scan)
    except TooLargeError:
        raise actions.refused(rules.too_large()) from None


@router.post("/evidence", tags=["evidence"], status_code=201, openapi_extra=BYTES)
async def upload(
    unit_id: UUID, handed: Annotated[HandedIn, Depends(handed_in, scope="function")], commanded: Commanded
) -> Evidence:
    """Take a file in. It belongs to the unit, whatever it is attached to afterwards, or never."""
    return await actions.enter_evidence(
        commanded.tx,
        unit_id,
        handed.name,
        handed.received,
        kind=handed.kind,
        scan=handed.scan,
        post=commanded.identity.post,
    )


@router.get("/evidence", tags=["evidence"])
async def of_unit(asked: Asked, which: Annotated[queries.EvidenceAsked, Query()]) -> dict[str, Any]:
    """List a unit's files, newest first unless told, a page at a time."""
    own_unit(asked.identity, which.unit_id)
    return await queries.evidence_of_unit(asked.db, which)


@router.get("/campaigns/{campaign_id}/periods/{period_id}/reports/{unit_id}/evidence", tags=["evidence"])
async def sent_with_report(campaign_id: UUID, period_id: UUID, unit_id: UUID, asked: Asked) -> dict[str, Any]:  # noqa: ARG001
    """Give the files that a unit sent with its report, by criterion, to whoever looks at it."""
    found = await queries.evidence_sent(asked.db, period_id, unit_id)
    may_see(asked.identity, found)
    return {"items": found["items"]}


@router.get(
    "/evidence/{evidence_id}/content",
    tags=["evidence"],
    response_class=StreamingResponse,
    responses={200: {"content": {media: {} for media in rules.MEDIA.values()}}},
)
async def content(evidence_id: UUID, asked: Asked, request: Request) -> StreamingResponse:
    found = await queries.one_evidence(asked.db, evidence_id)
    may_see(asked.identity, found)
    return await as_file(request, found)


async def as_file(request: Request, found: Mapping[str, Any]) -> StreamingResponse:
    """Give the bytes of a kept file to be saved, never to be shown; raises ``NotFound`` where the store has lost it."""
    store: Store = request.app.state.store
    pieces = store.read(found["sha256"])
    try:
        # Before the headers go out: a store that is away, or has lost the file, can still be told.
        first = await anext(pieces, b"")
    except FileNotFoundError:
        raise NotFound(
            "Kho minh chứng không còn nội dung của tệp này. Hãy báo cán bộ kỹ thuật khôi phục từ bản sao lưu."
        ) from None
    headers = {
        "Content-Length": str(found["size"]),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found['name'], safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(_whole(first, pieces), media_type=rules.MEDIA[rules.Kind(found["kind"])], headers=headers)


async def _whole(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


_LINE = "/campaigns/{campaign_id}/periods/{period_id}/reports/{unit_id}/evidence/{criterion}/{evidence_id}"
OnLine = Annotated[Line, Depends()]


@router.put(_LINE, tags=["evidence"])
async def attach(line: OnLine, evidence_id: UUID, commanded: Commanded) -> Attached:
    own_unit(commanded, line.unit_id)
    return await actions.attach_evidence(commanded.tx, line, evidence_id)


@router.delete(_LINE, tags=["evidence"])
async def detach(line: OnLine, evidence_id: UUID, commanded: Commanded) -> Attached:
    own_unit(commanded, line.unit_id)
    return await actions.detach_evidence(commanded.tx, line, evidence_id)
