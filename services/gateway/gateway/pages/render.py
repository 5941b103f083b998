"""From a template and its values to an answer."""

from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chassis.errors import NotFound, Problem
from gateway.pages import drawing, exports, forms, law_words, listed, sheets, words


class _OfDocuments(Environment):
    """Looks in a document for a name before it looks among a dict's methods: most of a page is documents, and asking in
    the other order costs a failure for every value that is shown.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


_ENVIRONMENT: Final = _OfDocuments(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update({**words.FILTERS, "muc_kien_nghi": sheets.appealed})
_ENVIRONMENT.globals.update(
    con_lai=words.countdown,
    ma_moi=uuid4,
    so_ngay=words.days_left,
    LOAI=words.KINDS,
    TINH_TRANG=words.UNIT_STATES,
    XEP_LOAI=words.RATINGS,
    vi_sao_hang=words.decided_by,
    bi_loai=words.disqualified,
    gia_tri=words.answered,
    tieu_chi_phu=words.chain,
    TEN_BUOC=words.STEPS,
    CHO_BUOC=words.WAITING_STEPS,
    TRANG_BANG=words.BOARD_STATES,
    hieu_luc=words.standing,
    LOAI_TEP=words.FILE_KINDS,
    QUET=words.SCANS,
    XEP=words.ORDERS,
    TRANG_BAO_CAO=words.REPORT_STATES,
    TRANG_DANG_KY=words.PLEDGE_STATES,
    KIEN_NGHI=words.APPEALS,
    DANH_SACH=words.LISTS,
    DANH_SACH_NOI_VU=words.OFFICE_LISTS,
    KET_QUA_NHAP=words.LIST_OUTCOMES,
    TRANG_NHAP=words.LIST_STATES,
    ve_song=drawing.ripple,
    day_thanh=drawing.bar,
    ve_diem=drawing.way,
    BIEU=forms.BY_KIND,
    MUC=forms.GRADES,
    DANH_HIEU=forms.AWARDS,
    VIEC_GHI=forms.ACTS,
    COT=words.COLUMNS,
    con_mo=sheets.still_open,
    vuot_chi_tieu=sheets.beyond_target,
    MUC_CHAC=law_words.MARKS,
    TEN_GIA_TRI=law_words.LAW_FIELDS,
    noi_gia_tri=law_words.law_value,
    tinh_trang_dv=listed.standing,
)


def page(request: Request, template: str, values: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """Render a whole page; ``desk`` is there once somebody is signed in, ``theme`` is the reader's choice.

    ``khach`` is the desk of whoever reads without signing in, ``cac_tep`` where the page is given as a file.
    """
    theme = request.cookies.get("nen", "")
    shared: dict[str, Any] = {
        "desk": None,
        "khach": None,
        "section": "",
        "theme": theme if theme in ("sang", "toi") else "",
        "path": request.url.path,
        "cac_tep": exports.links(request),
    }
    return HTMLResponse(_ENVIRONMENT.get_template(template).render({**shared, **values}), status)


def fragment(template: str, values: dict[str, Any]) -> str:
    """Render a piece of a page, for a live stream or a swap."""
    return _ENVIRONMENT.get_template(template).render(values)


def errors_of(problem: Problem | None) -> dict[str, dict[str, Any]]:
    """Give what was refused by the field that it concerns, for the form that is drawn again with what was typed."""
    if problem is None:
        return {}
    refused = [*problem.members.get("errors", ()), *[error.model_dump() for error in problem.errors]]
    return {error["field"]: error for error in refused}


def nowhere() -> Problem:
    """The problem of an address that does not exist."""
    return NotFound("Địa chỉ này không có. Hãy xem lại đường dẫn, hoặc bắt đầu từ trang Việc cần làm.")
