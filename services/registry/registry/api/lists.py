"""Lists as files: fetched empty or filled, sent in to be checked, kept piece by piece, and given back with what became of it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from chassis.errors import FieldError, Invalid
from chassis.http import Asked, Commanded, identity
from chassis.identity import Identity
from chassis.scanner import Scanner
from chassis.store import Received, Store, TooLargeError, receive
from registry import actions, queries, rules
from registry.actions.bodies import ImportedList
from registry.api.rights import looked, who_sends
from registry.rules.lists import LISTS, RESULT, TO_MEND, About, Grid, Listing

router = APIRouter()

_BYTES = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}
_CSV = "text/csv; charset=utf-8"
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {rules.MEDIA[rules.Kind.XLSX]: {}, "text/csv": {}}}}


class ListName(StrEnum):
    """What goes in and out as a file."""

    UNITS = "units"
    PEOPLE = "people"
    TARGETS = "targets"
    RESULTS = "results"


class Form(StrEnum):
    """As what kind of file."""

    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that has come whole, can be read as a table, and is kept."""

    name: str
    about: About
    received: Received
    grid: Grid


@dataclass(frozen=True, slots=True)
class Of:
    """Of which campaign, period and unit a list is meant, where it is of any."""

    campaign_id: UUID | None = None
    period_id: UUID | None = None
    unit_id: UUID | None = None

    def about(self, who: Identity, name: ListName) -> About:
        """Say what a file is about; refuses whom it is none of, and what was not said."""
        about = About.of(LISTS[name], campaign_id=self.campaign_id, period_id=self.period_id, unit_id=self.unit_id)
        if about.missing:
            errors = [FieldError(field=each, message="còn thiếu", remedy=_NEEDED[each]) for each in about.missing]
            raise Invalid("Chưa rõ danh sách này của phong trào, kỳ báo cáo hoặc đơn vị nào.", errors=errors)
        who_sends(who, about.unit_id)
        return about


_NEEDED = {"campaign_id": "Chọn một phong trào", "period_id": "Chọn một kỳ báo cáo", "unit_id": "Chọn một đơn vị"}


async def handed_in(
    request: Request,
    who: Annotated[Identity, Depends(identity)],
    about: ListName,
    name: Annotated[str, Query(min_length=1, max_length=300)],
    of: Annotated[Of, Depends()],
) -> AsyncIterator[HandedIn]:
    """Take the bytes in while they come, and read them, before any transaction is open."""
    meant = of.about(who, about)
    store: Store = request.app.state.store
    scanner: Scanner = request.app.state.scanner
    try:
        async with receive(request.stream(), store.incoming, largest=rules.LARGEST) as received:
            grid = await actions.take_list(received, store, scanner)
            yield HandedIn(name, meant, received, grid)
    except TooLargeError:
        raise actions.refused(rules.lists.TOO_LARGE) from None


@router.post("/imports", tags=["lists"], status_code=201, openapi_extra=_BYTES)
async def check(
    handed: Annotated[HandedIn, Depends(handed_in, scope="function")], commanded: Commanded
) -> ImportedList:
    """Check a file and say what it would change, with every fault at once; nothing is changed yet."""
    post = commanded.identity.post
    return await actions.check_list(
        commanded.tx, handed.about, handed.grid, handed.received, name=handed.name, post=post
    )


@router.get("/imports", tags=["lists"])
async def list_imports(asked: Asked, which: Annotated[queries.ImportsAsked, Query()]) -> dict[str, Any]:
    """List the files that were checked last, a page at a time: those of a unit, else the office's."""
    who_sends(asked.identity, which.unit_id)
    return await queries.list_imports(asked.db, which)


@router.get("/imports/{import_id}", tags=["lists"])
async def one_import(import_id: UUID, asked: Asked) -> dict[str, Any]:
    who_sends(asked.identity, await actions.unit_of_import(asked.db, import_id))
    return await queries.imported(asked.db, import_id)


@router.get("/imports/{import_id}/faults", tags=["lists"])
async def faults(
    import_id: UUID,
    asked: Asked,
    after: Annotated[int, Query(ge=0, le=2_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> dict[str, Any]:
    """Give the rows of which something is to be said, a page at a time."""
    who_sends(asked.identity, await actions.unit_of_import(asked.db, import_id))
    return await queries.told_rows(asked.db, import_id, after=after, limit=limit)


@router.post("/imports/{import_id}/pieces", tags=["lists"])
async def keep(import_id: UUID, commanded: Commanded) -> ImportedList:
    """Write the next piece of a checked file; repeat until it is done. Repeating more often is harmless."""
    who_sends(commanded.identity, await actions.unit_of_import(commanded.tx.db, import_id))
    return await actions.keep_list(commanded.tx, import_id, post=commanded.identity.post)


@router.get("/imports/{import_id}/result", tags=["lists"], response_class=Response, responses=_FILE)
async def result(import_id: UUID, asked: Asked, form: Form = Form.XLSX) -> Response:
    """Give a file back as it was typed, each row with what became of it; mended, it can be sent in again."""
    who_sends(asked.identity, await actions.unit_of_import(asked.db, import_id))
    listing, rows = await queries.result_rows(asked.db, import_id)
    headings = [*[column.heading for column in listing.columns], RESULT, TO_MEND]
    return await _file(listing, headings, rows, form, f"Kết quả nhập {listing.title.lower()}")


@router.get("/lists/{name}/file", tags=["lists"], response_class=Response, responses=_FILE)
async def fetch(
    name: ListName,
    asked: Asked,
    of: Annotated[Of, Depends()],
    form: Form = Form.XLSX,
    filled: bool = False,
) -> Response:
    """Give a list as a file: empty to be filled in, or as it stands. Results come with their items either way."""
    about = of.about(asked.identity, name)
    listing = about.listing
    rows = await queries.current_rows(asked.db, about, filled=filled)
    if listing.thing == "person_id":
        looked(asked, [UUID(str(row[0])) for row in rows], "list")
    called = f"{listing.title} hiện có" if filled else f"Mẫu {listing.title.lower()}"
    return await _file(listing, [column.heading for column in listing.columns], rows, form, called)


async def _file(
    listing: Listing, headings: Sequence[str], rows: Sequence[Sequence[str | date]], form: Form, called: str
) -> Response:
    if form is Form.XLSX:
        content = await to_thread.run_sync(actions.write_xlsx, listing, headings, rows)
    else:
        content = await to_thread.run_sync(rules.lists.write_csv, [headings, *rows])
    return Response(
        content,
        media_type=rules.MEDIA[rules.Kind.XLSX] if form is Form.XLSX else _CSV,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{called}.{form}', safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
