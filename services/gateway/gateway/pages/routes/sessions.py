"""Sign-in, sign-out, and the choice of light or dark."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from chassis.errors import Unauthenticated
from chassis.identity import Identity
from gateway import api
from gateway.actions import SignInBody
from gateway.pages import render

router = APIRouter()

_OWN = frozenset({"account", "password", "tiep"})


def _inside(path: str) -> str:
    """Only a path of this house is followed after sign-in."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


async def ask(request: Request) -> Response:
    """Ask for a sign-in where a session is wanted, and keep what the reader was about to send."""
    if request.method == "GET":
        return RedirectResponse(f"/dang-nhap?tiep={quote(request.url.path)}", 303)
    if "hx-request" in request.headers:
        return HTMLResponse(render.fragment("_het-phien.html", {}))
    return _form(request, request.url.path, kept=_kept(await request.form(max_fields=1000)), status=401)


def _kept(sent: FormData) -> list[tuple[str, str]]:
    """What another form sent, to be carried through the sign-in form and sent on by the browser itself."""
    return [(name, value) for name, value in sent.multi_items() if name not in _OWN and isinstance(value, str)]


def _form(
    request: Request,
    onward: str,
    *,
    kept: list[tuple[str, str]],
    account: str = "",
    error: str | None = None,
    status: int = 200,
) -> Response:
    values = {"tiep": _inside(onward), "kept": kept, "account": account, "error": error}
    return render.page(request, "dang-nhap.html", values, status=status)


@router.get("/dang-nhap")
async def form(request: Request, who: Annotated[Identity | None, Depends(api.session)], tiep: str = "/") -> Response:
    if who:
        return RedirectResponse(_inside(tiep), 303)
    return _form(request, tiep, kept=[])


@router.post("/dang-nhap", dependencies=[api.SameSite])
async def sign_in(
    request: Request,
    account: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    tiep: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    kept = _kept(await request.form())
    error = None
    if not account.strip() or not password:
        error = "Nhập cả tài khoản và mật khẩu."
    else:
        # 307: the browser sends the kept form again, now to where it was going.
        response = RedirectResponse(_inside(tiep), 307 if kept else 303)
        try:
            await api.start_session(request, SignInBody(account=account, password=password), response)
        except Unauthenticated as refused:
            error = refused.detail
        else:
            return response
    return _form(request, tiep, kept=kept, account=account, error=error, status=422)


@router.post("/dang-xuat", dependencies=[api.SameSite])
async def sign_out(request: Request) -> Response:
    response = RedirectResponse("/dang-nhap", 303)
    await api.end_session(request, response)
    return response


@router.post("/nen", dependencies=[api.SameSite])
async def theme(nen: Annotated[str, Form()], tiep: Annotated[str, Form(max_length=500)] = "/") -> Response:
    response = RedirectResponse(_inside(tiep), 303)
    response.set_cookie(
        "nen", nen if nen in ("sang", "toi") else "", max_age=365 * 86400, samesite="lax", httponly=True
    )
    return response
