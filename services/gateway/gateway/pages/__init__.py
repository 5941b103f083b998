"""The web front: server-rendered pages that work without JavaScript (docs/adr/0004)."""

from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.errors import Invalid, Problem, Unauthenticated, Unavailable, install, problem_response
from gateway.pages import render
from gateway.pages.routes import (
    accounts,
    achievements,
    appeals,
    appraisal,
    attachments,
    autosave,
    board,
    builder,
    campaigns,
    choosing,
    city,
    comparing,
    correcting,
    cross_checks,
    decisions,
    designer,
    differing,
    entries,
    evidence,
    founding,
    home,
    law,
    lists,
    live,
    mending,
    missing,
    office,
    open_data,
    people,
    pledges,
    public,
    publishing,
    receipt,
    report,
    report_steps,
    reports,
    review,
    sessions,
    sheets,
    stating,
    statistics,
    targets,
    units,
    votes,
    why,
    year,
)

router = APIRouter(include_in_schema=False)
_PARTS: Final = (
    sessions,
    open_data,
    home,
    reports,
    report,
    report_steps,
    autosave,
    evidence,
    review,
    missing,
    receipt,
    board,
    votes,
    publishing,
    comparing,
    choosing,
    city,
    achievements,
    public,
    why,
    appeals,
    appraisal,
    cross_checks,
    differing,
    year,
    law,
    office,
    accounts,
    founding,
    mending,
    units,
    decisions,
    people,
    entries,
    attachments,
    campaigns,
    correcting,
    designer,
    pledges,
    lists,
    builder,
    sheets,
    stating,
    statistics,
    targets,
    live,
)
for part in _PARTS:
    router.include_router(part.router)

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_STATIC: Final = ("/tinh/", "/tai-san/")
_KEPT_AS_TYPED: Final = "/tu-luu"
_FOR_PROGRAMS: Final = ("/api/", "/live/", "/health/", "/ripples/", "/dead-letters")


def mount(app: FastAPI, assets: Path) -> None:
    """Give the app its static folders, its headers, and error pages for people."""
    app.mount("/tinh", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.mount("/tai-san", StaticFiles(directory=assets, check_dir=False), name="assets")
    app.add_middleware(Headers)
    install(app, _say)


async def _say(request: Request, problem: Problem) -> Response:
    """Say a refusal to a program as a document, to a person as a page."""
    if request.url.path.startswith(_FOR_PROGRAMS):
        return problem_response(problem)
    if request.url.path.endswith(_KEPT_AS_TYPED):
        return HTMLResponse(render.fragment("_chua-luu.html", {"chu": _unsaved(problem)}))
    if open_data.is_open(request.url.path):
        answer = problem_response(problem)
        answer.headers.update(open_data.OPEN)
        return answer
    if problem.status == Unauthenticated.status:
        return await sessions.ask(request)
    if problem.status == Invalid.status and request.method == "GET":
        # A link whose ids cannot be ids leads nowhere.
        problem = render.nowhere()
    values: dict[str, Any] = {"problem": problem, "again": None, "kept": []}
    if problem.status == Unavailable.status and request.method == "POST":
        # What was typed is on this page alone: the browser sends it once more, with the key that makes twice once.
        values |= {"again": sessions.address(request), "kept": await sessions.kept(request)}
    return render.page(request, "loi.html", values, status=problem.status)


def _unsaved(problem: Problem) -> str:
    """Say beside the form why what was left in it is not kept: no page comes in its place."""
    if problem.status == Unauthenticated.status:
        return "Phiên làm việc đã hết, mục vừa nhập chưa lưu. Bấm Lưu nháp để đăng nhập lại; mọi chữ bạn đã nhập sẽ được giữ."
    return f"Mục vừa nhập chưa lưu. {problem.detail}"


class Headers:
    """Says on every answer what a browser may do with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # A file says itself that it is nothing to be shown.
                headers.setdefault("Content-Security-Policy", _POLICY)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                # Static files come from a path that a new release changes nothing in but their bytes: ask again.
                headers.setdefault("Cache-Control", "no-cache" if scope["path"].startswith(_STATIC) else "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)
