"""From a template and its values to an answer."""

from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chassis.errors import NotFound, Problem
from gateway.pages import drawing, forms, words

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(words.FILTERS)
_ENVIRONMENT.globals.update(
    con_lai=words.countdown,
    so_ngay=words.days_left,
    LOAI=words.KINDS,
    TINH_TRANG=words.UNIT_STATES,
    XEP_LOAI=words.RATINGS,
    VI_SAO_HANG=words.DECIDED_BY,
    TEN_BUOC=words.STEPS,
    CHO_BUOC=words.WAITING_STEPS,
    LOAI_TEP=words.FILE_KINDS,
    QUET=words.SCANS,
    DANH_SACH=words.LISTS,
    DANH_SACH_NOI_VU=words.OFFICE_LISTS,
    KET_QUA_NHAP=words.LIST_OUTCOMES,
    TRANG_NHAP=words.LIST_STATES,
    ve_song=drawing.ripple,
    BIEU=forms.BY_KIND,
    MUC=forms.GRADES,
    DANH_HIEU=forms.AWARDS,
    VIEC_GHI=forms.ACTS,
)


def page(request: Request, template: str, values: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """Render a whole page; ``desk`` is there once somebody is signed in, ``theme`` is the reader's choice."""
    theme = request.cookies.get("nen", "")
    shared = {"desk": None, "section": "", "theme": theme if theme in ("sang", "toi") else "", "path": request.url.path}
    return HTMLResponse(_ENVIRONMENT.get_template(template).render({**shared, **values}), status)


def fragment(template: str, values: dict[str, Any]) -> str:
    """Render a piece of a page, for a live stream or a swap."""
    return _ENVIRONMENT.get_template(template).render(values)


def errors_of(problem: Problem | None) -> dict[str, dict[str, Any]]:
    """Give what a service refused by the field that it concerns, for the form that is drawn again with what was typed."""
    return {error["field"]: error for error in problem.members.get("errors", ())} if problem else {}


def nowhere() -> Problem:
    """The problem of an address that does not exist."""
    return NotFound("Địa chỉ này không có. Hãy xem lại đường dẫn, hoặc bắt đầu từ trang Việc cần làm.")
