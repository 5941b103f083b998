"""Sign-in, sign-out, and the choice of light or dark."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Unauthenticated
from chassis.identity import Identity
from gateway import api
from gateway.actions import SignInBody
from gateway.pages import render
from gateway.pages.typed import FIELDS

router = APIRouter()

_OWN = frozenset({"account", "password", "tiep"})


def _inside(path: str) -> str:
    """Only a path of this house is followed after sign-in."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


async def ask(request: Request) -> Response:
    """Ask for a sign-in where a session is wanted, and keep what the reader was about to send."""
    onward = address(request)
    if request.method == "GET":
        return RedirectResponse(f"/dang-nhap?tiep={quote(onward)}", 303)
    return _form(request, onward, kept=await kept(request), status=401)


def address(request: Request) -> str:
    """Give where somebody was going, with all that the address says."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def kept(request: Request) -> list[tuple[str, str]]:
    """Give what another form sent, to be carried through a page of ours and sent on by the browser itself; files are lost."""
    sent = await request.form(max_fields=FIELDS)
    return [(name, value) for name, value in sent.multi_items() if name not in _OWN and isinstance(value, str)]


def _form(
    request: Request,
    onward: str,
    *,
    kept: Sequence[tuple[str, str]] = (),
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
    return _form(request, tiep)


@router.post("/dang-nhap", dependencies=[api.SameSite])
async def sign_in(request: Request) -> Response:
    """Begin a session and go on; the form that was kept may be a large one, so it is read here and not by its names."""
    sent = await kept(request)
    words = await request.form()
    account, password, tiep = (str(words.get(name, "")) for name in ("account", "password", "tiep"))
    error = None
    if not account.strip() or not password:
        error = "Nhập cả tài khoản và mật khẩu."
    else:
        # 307: the browser sends the kept form again, now to where it was going.
        response = RedirectResponse(_inside(tiep), 307 if sent else 303)
        try:
            await api.start_session(request, SignInBody(account=account, password=password), response)
        except Unauthenticated as refused:
            error = refused.detail
        else:
            return response
    return _form(request, tiep, kept=sent, account=account, error=error, status=422)


@router.post("/dang-xuat", dependencies=[api.SameSite])
async def sign_out(request: Request) -> Response:
    response = RedirectResponse("/dang-nhap", 303)
    await api.end_session(request, response)
    return response


@router.post("/nen", dependencies=[api.SameSite])
async def theme(nen: Annotated[str, Form()], tiep: Annotated[str, Form(max_length=4_000)] = "/") -> Response:
    response = RedirectResponse(_inside(tiep), 303)
    response.set_cookie(
        "nen", nen if nen in ("sang", "toi") else "", max_age=365 * 86400, samesite="lax", httponly=True
    )
    return response
