"""The door of the floor: two paths and nothing else, behind a signed identity or behind a session's cookie."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
from benchmarks.floor.registry import Registry
from benchmarks.floor.scoring import Scoring

from chassis.identity import HEADER, Verifier, load_key

Headers = Mapping[bytes, bytes]
Who = Callable[[Headers, str], Awaitable[str | None]]
"""Gives the account that asks this service for something, None when it may not."""
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Door = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

_HEADER: Final = HEADER.lower().encode()
_SESSION: Final = """SELECT account, grants FROM sessions JOIN accounts USING (account)
WHERE token = $1 AND expires_at > clock_timestamp()"""


def by_signature(key: Path) -> Who:
    """Believe a signed identity; one that was checked stays known."""
    verifiers = {service: Verifier(load_key(key), service) for service in ("registry", "scoring")}
    known: dict[tuple[str, bytes], str] = {}

    async def who(headers: Headers, service: str) -> str | None:
        asked = service, headers[_HEADER]
        if asked not in known:
            known[asked] = verifiers[service].verify(headers[_HEADER].decode()).account
        return known[asked]

    return who


def by_session(pool: asyncpg.Pool) -> Who:
    """Look the cookie's session up, each time: grants are those of this very moment."""

    async def who(headers: Headers, _service: str) -> str | None:
        token = headers.get(b"cookie", b"").removeprefix(b"thidua=")
        row = await pool.fetchrow(_SESSION, hashlib.sha256(token).digest())
        if row is None or not any(grant["role"] == "city_office" for grant in orjson.loads(row["grants"])):
            return None
        account: str = row["account"]
        return account

    return who


def front(registry: Registry, scoring: Scoring, who: Who) -> Door:
    """Give ``POST …/reports`` and ``GET …/periods/{id}/boards/{id}``."""

    async def answer(method: str, path: str, headers: Headers, receive: Receive) -> tuple[int, bytes]:
        account = await who(headers, "registry" if method == "POST" else "scoring")
        if account is None:
            return 401, b"{}"
        if method == "POST":
            body = (await receive())["body"]
            return await registry.accept(account, headers[b"idempotency-key"].decode(), body)
        *_, period_id, _, block_id = path.split("/")
        return await scoring.board(UUID(period_id), UUID(block_id))

    async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        status, body = await answer(scope["method"], scope["path"], dict(scope["headers"]), receive)
        head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})

    return app
