"""The public API: sessions, the way through to each service, and ripples as a whole."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, HTTPException, Request, Response, Security
from fastapi.security import APIKeyCookie
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.clock import VIETNAM, business_now
from chassis.errors import Forbidden, NotFound, Problem, Unauthenticated, Unavailable
from chassis.http import Sent
from chassis.identity import Identity
from contracts.notify import Post
from gateway import actions, queries, rules
from gateway.actions import SignInBody
from gateway.heads import Headships
from gateway.live import Watchers
from gateway.rules import Ripple
from gateway.services import Upstreams, refusal

log = structlog.get_logger()

COOKIE = "thidua"
_LARGEST_BODY = 1024 * 1024
_TOO_LARGE = "Nội dung gửi lên lớn hơn 1 MB. Hãy gửi ít hơn trong một lần."
_LARGEST_UPLOAD = 21 * 1024 * 1024
"""A file of 20 MB, and what a form writes around it."""
_LET_GO_BY = 8 * _LARGEST_UPLOAD
_TOO_MUCH = "Mỗi lần gửi được nhiều nhất 20 MB tệp. Hãy nén lại, giảm độ phân giải ảnh, hoặc gửi từng tệp một."
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_CARRIED = ("content-type", "idempotency-key", "accept")
_RIPPLING = ("registry", "scoring", "awards", "notify")

router = APIRouter(prefix="/api")


async def same_site(request: Request) -> None:
    """Refuse a change that another site's page asked for with this reader's cookie (as Go 1.25's CrossOriginProtection).

    Browsers send ``Sec-Fetch-Site``; where it is absent the ``Origin`` decides; a client without either is no browser.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = site not in (None, "same-origin", "none") or (
        site is None and origin is not None and origin.partition("://")[2] != request.headers.get("host")
    )
    if foreign:
        raise Forbidden("Yêu cầu này đến từ một trang khác. Hãy mở lại trang của hệ thống rồi thử lại.")


async def session(
    request: Request,
    token: Annotated[str | None, Security(APIKeyCookie(name=COOKIE, scheme_name="session", auto_error=False))],
) -> Identity | None:
    """Give who is signed in, with the grants of this moment and those of the blocks that the own units head, or None."""
    if not token:
        return None
    heads: Headships = request.app.state.heads
    async with request.app.state.service.engine.connect() as db:
        who = await queries.behind(db, token)
        year = (await business_now(db)).astimezone(VIETNAM).year if who and heads.due(who) else None
    if who is None:
        return None
    if year is not None:
        await heads.learn(who, year)
    return heads.with_blocks(who)


async def signed_in(who: Annotated[Identity | None, Depends(session)]) -> Identity:
    """Give who is signed in; raises ``Unauthenticated``."""
    if who is None:
        raise Unauthenticated("Bạn chưa đăng nhập, hoặc phiên làm việc đã hết.")
    return who


async def upstreams(request: Request) -> Upstreams:
    """Give the way to the services."""
    found: Upstreams = request.app.state.upstreams
    return found


SignedIn = Annotated[Identity, Depends(signed_in)]
Services = Annotated[Upstreams, Depends(upstreams)]
SameSite = Depends(same_site)


@router.post("/sessions", status_code=204, dependencies=[SameSite], tags=["sessions"])
async def open_session(body: Sent[SignInBody], request: Request) -> Response:
    response = Response(status_code=204)
    await start_session(request, body, response)
    return response


async def start_session(request: Request, body: SignInBody, response: Response) -> None:
    """Sign in and hand the cookie to the response; the JSON door and the page share this."""
    settings = request.app.state.service.settings
    async with request.app.state.service.engine.begin() as db:
        token = await actions.sign_in(db, body, hours=settings.session_hours)
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=settings.cookie_secure,
    )


@router.delete("/sessions", status_code=204, dependencies=[SameSite], tags=["sessions"])
async def close_session(request: Request) -> Response:
    response = Response(status_code=204)
    await end_session(request, response)
    return response


async def end_session(request: Request, response: Response) -> None:
    """Sign out and take the cookie back."""
    token = request.cookies.get(COOKIE)
    if token:
        async with request.app.state.service.engine.begin() as db:
            await actions.sign_out(db, token)
    response.delete_cookie(COOKIE)


@router.get("/me", tags=["sessions"])
async def me(who: SignedIn) -> Identity:
    return who


@router.get("/ripples/{correlationid}", tags=["ripples"])
async def one_ripple(correlationid: UUID, who: SignedIn, services: Services) -> Ripple:
    return await ripple_for(who, services, correlationid)


async def ripple_for(who: Identity, services: Upstreams, correlationid: UUID) -> Ripple:
    """Ask every service at once and walk the ripple; raises ``NotFound`` for one the viewer may not follow.

    A service that is away has told nothing yet: what others wait for it to take stays pending.
    """
    parts = await asyncio.gather(*[_part_of(who, services, service, correlationid) for service in _RIPPLING])
    ripple = rules.walk(correlationid, dict(zip(_RIPPLING, parts, strict=True)))
    if not _may_follow(who, ripple):
        raise NotFound("Không có hành trình này, hoặc nó không thuộc đơn vị của bạn.")
    return ripple


async def _part_of(who: Identity, services: Upstreams, service: str, correlationid: UUID) -> dict[str, Any]:
    try:
        answer = await services.ask(who, service, "GET", f"ripples/{correlationid}")
    except Unavailable:
        return {"taken": [], "recorded": [], "parked": []}
    if answer.status_code != 200:  # noqa: PLR2004 - the one status that carries an answer
        raise refusal(answer)
    part: dict[str, Any] = answer.json()
    return part


def _may_follow(who: Identity, ripple: Ripple) -> bool:
    if any(who.holds(role) for role in (Post.CITY_OFFICE, Post.OPERATOR)):
        return True
    return ripple.about is not None and who.holds(Post.UNIT_OFFICER, ripple.about)


async def ripple_changes(
    who: Identity, services: Upstreams, watchers: Watchers, correlationid: UUID, stopping: asyncio.Event
) -> AsyncIterator[Ripple]:
    """Give the ripple whenever it changed, until it is complete, two minutes have passed, or the gateway stops."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + 120
    last: Ripple | None = None
    async with watchers.of(correlationid) as seen:
        while not stopping.is_set() and loop.time() < ends:
            seen.clear()
            try:
                ripple = await ripple_for(who, services, correlationid)
            except Problem as problem:
                # The receipt is a moment older than what its services can tell, or one of them is just starting.
                log.info("live.asks_again", status=problem.status)
                ripple = None
            if ripple and ripple != last:
                last = ripple
                yield ripple
            if ripple and ripple.complete:
                return
            try:
                # A wake-up can be missed (the reader of the stream reconnects), so nobody waits longer than this.
                async with asyncio.timeout(0.5):
                    await seen.wait()
            except TimeoutError:
                continue


@router.post("/registry/evidence", dependencies=[SameSite], include_in_schema=False)
async def hand_in(request: Request, who: SignedIn, services: Services) -> Response:
    """Pass a file on as it comes: it is whole nowhere on its way."""
    answer = await services.hand_in(who, "registry", "evidence", request.stream(), query=request.url.query)
    return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))


@router.post("/registry/imports", dependencies=[SameSite], include_in_schema=False)
async def hand_in_list(request: Request, who: SignedIn, services: Services) -> Response:
    answer = await services.hand_in(who, "registry", "imports", request.stream(), query=request.url.query)
    return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))


@router.get("/registry/evidence/{evidence_id}/content", include_in_schema=False)
async def give_out(evidence_id: UUID, who: SignedIn, services: Services) -> Response:
    return await services.give_out(who, "registry", f"evidence/{evidence_id}/content")


@router.api_route(
    "/{service}/{path:path}",
    methods=["GET", "POST", "PUT", "DELETE"],
    dependencies=[SameSite],
    include_in_schema=False,
)
async def through(service: str, path: str, request: Request, who: SignedIn, services: Services) -> Response:
    """Pass a call on to one service, under the caller's own identity."""
    steps = path.split("/")
    # What a ripple is at one service alone stays inside; a step upwards would lead there by another name.
    if service not in services.addresses or steps[0] == "ripples" or not {".", "..", ""}.isdisjoint(steps):
        raise NotFound("Địa chỉ này không có.")
    body = await request.body()
    headers = {name: request.headers[name] for name in _CARRIED if name in request.headers}
    answer = await services.ask(
        who, service, request.method, quote(path), query=request.url.query, body=body, headers=headers
    )
    return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))


def largest_body(path: str) -> tuple[int, str]:
    """Give how much may come to an address, and what is said of more."""
    of_evidence = path.startswith("/bao-cao/") and "/minh-chung/" in path
    if of_evidence or path in ("/api/registry/evidence", "/api/registry/imports", "/nhap-danh-sach"):
        return _LARGEST_UPLOAD, _TOO_MUCH
    return _LARGEST_BODY, _TOO_LARGE


class BodyLimit:
    """Refuses a body that is too large (413), before reading it where its length is told, else as soon as it is more.

    Of an upload that is a little too large the rest is let go by: a browser that is still sending would not hear the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest, sentence = largest_body(scope["path"])
        told = int(Headers(scope=scope).get("content-length") or 0)
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            if told > largest:
                if largest == _LARGEST_UPLOAD and told <= _LET_GO_BY:
                    while (await receive()).get("more_body"):
                        pass
                raise HTTPException(413, sentence)
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > largest:
                raise HTTPException(413, sentence)
            return message

        await self._app(scope, limited, send)
