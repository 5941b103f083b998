"""Chọn phong trào, năm khác: the pages that show one campaign can show each of the others, those of past years too."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.pages import design, render
from gateway.pages.desk import AtDesk, by_year

router = APIRouter()

_LISTED: Final = 100
"""As many campaigns as there are to choose from: those of decades."""
_PAGES: Final = {
    "bang-khoi": ("Bảng khối", "bang-khoi"),
    "cham-cheo": ("Chấm chéo", "bang-khoi"),
    "thu-hang": ("Thứ hạng qua các kỳ", "bang-khoi"),
    "tham-dinh": ("Hàng chờ thẩm định", "xem-xet"),
}
"""Page → what it is called, and under which part of the frame it stands."""


@router.get("/chon-phong-trao")
async def choose(request: Request, desk: AtDesk, ve: str = "") -> Response:
    """The campaigns of all years, each with the address of the page that was come from."""
    page = ve if ve in _PAGES and (ve != "thu-hang" or desk.unit_id) else "bang-khoi"
    name, section = _PAGES[page]
    values = {
        "desk": desk,
        "section": section,
        "name": name,
        "address": f"/{page}/{desk.unit_id}" if page == "thu-hang" else f"/{page}",
        "campaigns": by_year((await desk.get("registry", f"campaigns?limit={_LISTED}"))["items"]),
        "design": design,
    }
    return render.page(request, "chon-phong-trao.html", values)
