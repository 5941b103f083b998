"""Sign-in, sign-out, and the choice of light or dark."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Unauthenticated
from chassis.identity import Identity
from gateway import api
from gateway.actions import SignInBody
from gateway.pages import render

router = APIRouter()


def _inside(path: str) -> str:
    """Only a path of this house is followed after sign-in."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


@router.get("/dang-nhap")
async def form(request: Request, who: Annotated[Identity | None, Depends(api.session)], tiep: str = "/") -> Response:
    if who:
        return RedirectResponse(_inside(tiep), 303)
    return render.page(request, "dang-nhap.html", {"tiep": _inside(tiep), "account": "", "error": None})


@router.post("/dang-nhap", dependencies=[api.SameSite])
async def sign_in(
    request: Request,
    account: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    tiep: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    error = None
    if not account.strip() or not password:
        error = "Nhập cả tài khoản và mật khẩu."
    else:
        response = RedirectResponse(_inside(tiep), 303)
        try:
            await api.start_session(request, SignInBody(account=account, password=password), response)
        except Unauthenticated as refused:
            error = refused.detail
        else:
            return response
    return render.page(
        request, "dang-nhap.html", {"tiep": _inside(tiep), "account": account, "error": error}, status=422
    )


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
