"""The HTTP edge: one transaction per command, committed before the answer goes out; reads on one snapshot."""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol, TypeVar

import orjson
from fastapi import Depends, Header, Request, Response, Security
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from uuid_utils.compat import uuid7

from chassis import db
from chassis.errors import AlreadyAnswered, FieldError, Invalid, Problem
from chassis.events import Cause, Source, Tx, traceparent_of
from chassis.failpoints import failpoint
from chassis.identity import HEADER, Identity, Verifier
from chassis.tables import idempotency

_LONGEST_KEY = 200
_STORED = select(idempotency).where(idempotency.c.actor == bindparam("actor"), idempotency.c.key == bindparam("key"))


class Runtime(Protocol):
    """What the edge needs of the running service."""

    engine: AsyncEngine
    source: Source
    verifier: Verifier

    def wake_relay(self) -> None:
        """Say that a transaction with events has just committed."""


def _service(request: Request) -> Runtime:
    running: Runtime = request.app.state.service
    return running


Token = Annotated[str | None, Security(APIKeyHeader(name=HEADER, scheme_name="identity", auto_error=False))]


async def identity(request: Request, token: Token) -> Identity:
    """Give who acts, where no transaction is open yet; raises ``Unauthenticated``."""
    return _service(request).verifier.verify(token)


@dataclass(frozen=True, slots=True)
class Reading:
    """A read: who asks, and the snapshot that answers.

    ``afterwards`` is what has to be kept of the reading itself: written in a transaction of its own once the snapshot is
    closed, and committed before the answer leaves. Where it cannot be kept, nothing is answered.
    """

    db: db.Read
    identity: Identity
    afterwards: list[Callable[[AsyncConnection], Awaitable[None]]] = field(default_factory=list)


# Both doors take what they need from the request itself: each further step of an injection costs every report.
async def reading(request: Request, token: Token) -> AsyncIterator[Reading]:
    """Open a snapshot for whoever asks; raises ``Unauthenticated``."""
    service = _service(request)
    who = service.verifier.verify(token)
    async with db.reading(service.engine) as connection:
        asked = Reading(connection, who)
        yield asked
    if asked.afterwards:
        async with service.engine.begin() as writing:
            for keep in asked.afterwards:
                await keep(writing)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: who acts, the transaction it happens in, and the key that makes repeating it harmless."""

    tx: Tx
    identity: Identity
    key: str | None
    address: str
    """Method and path: the same body under the same key means something else elsewhere."""

    async def once(self, body: BaseModel, act: Callable[[], Awaitable[BaseModel]], *, status: int = 200) -> Response:
        """Act; or, when this was done before under the same key, have the edge give the answer of the first time.

        The answer is stored in the transaction of the effect, both or neither, and nobody stores a second one: of two
        requests with one key the later waits for the first to end, and is undone.
        """
        request = _digest(body.model_dump_json()) + _digest(self.address)
        if self.key is not None:
            self.tx.answering(self.identity.account, self.key, request)
        response = orjson.dumps((await act()).model_dump(mode="json"))
        self.tx.answer(status, response)
        return _json(response, status)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _json(body: bytes, status: int) -> Response:
    return Response(body, status, media_type="application/json")


async def command(
    request: Request,
    token: Token,
    idempotency_key: Annotated[str | None, Header(max_length=_LONGEST_KEY)] = None,
) -> AsyncIterator[Command]:
    """Open the transaction of one command, and commit it before the answer leaves."""
    service = _service(request)
    who = service.verifier.verify(token)
    cause = Cause(who.account, uuid7(), None, traceparent_of())
    try:
        async with service.engine.begin() as connection:
            tx = Tx(connection, service.source, cause)
            yield Command(tx, who, idempotency_key, f"{request.method} {request.url.path}")
            recorded = await tx.write_log()
            failpoint("edge.before_commit")
    except (Problem, IntegrityError):
        # What stands in the way may be what this very command did the first time.
        await _refer_to_first(service.engine, tx)
        raise
    failpoint("edge.after_commit")
    if recorded:
        service.wake_relay()


async def _refer_to_first(engine: AsyncEngine, tx: Tx) -> None:
    """Raise ``AlreadyAnswered`` when a command was answered under this key, ``Invalid`` when it was another one."""
    asked = tx.asked
    if asked is None:
        return
    async with db.reading(engine) as connection:
        stored = (await connection.execute(_STORED, {"actor": asked.caller, "key": asked.key})).one_or_none()
    if stored is None:
        return
    # A key that was kept before addresses were compared has the digest of its body alone; it ends with its days.
    if stored.request not in (asked.request, asked.request[: hashlib.sha256().digest_size]):
        raise Invalid(
            "Khóa chống gửi trùng này đã dùng cho một nội dung hoặc một địa chỉ khác.",
            errors=[FieldError(field="Idempotency-Key", message="đã dùng", remedy="Tải lại trang rồi gửi lại")],
        )
    raise AlreadyAnswered(stored.status, stored.response)


Asked = Annotated[Reading, Depends(reading, scope="function")]
Commanded = Annotated[Command, Depends(command, scope="function")]


class _AsItsSchemaSays:
    """Makes of a body's type one that is read strictly, on all its levels, where FastAPI would guess what was meant."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        reader = TypeAdapter(source)

        def read(sent: Any) -> Any:
            # Only in JSON does a strict reader take a text for a date. A body that is none becomes a text: no object.
            return reader.validate_json(json.dumps(sent, default=repr), strict=True)

        return core_schema.no_info_plain_validator_function(read, json_schema_input_schema=handler(source))


T = TypeVar("T")
Sent = Annotated[T, _AsItsSchemaSays()]
"""What a caller sends: "1" is no number, 1 no yes, and 0 no day in 1970."""


class Page(BaseModel):
    """A list, whole."""

    items: list[Any]
