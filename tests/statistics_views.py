"""The pages of the statutory statistics forms, with fixed values for every look of them."""

from pathlib import Path
from typing import Any

import yaml

from chassis.errors import Conflict, FieldError, Invalid
from gateway.pages import counting
from gateway.pages.routes.statistics import common
from registry.rules import statistics as registry

_FORMS = {path.stem: yaml.safe_load(path.read_text()) for path in Path("data/lai-chau-2023/forms").glob("*.yaml")}
_BY = {"note": "Sổ theo dõi của phòng", "recorded_by": "Cán bộ 01, Phòng Nội vụ"}
_AT = "2023-11-28T09:41:07+07:00"
_CLOSING = {
    "number": 1,
    "submitted_on": "2023-12-15",
    "document_number": "45/BC-PNV",
    "reason": "",
    "fingerprint": "91c27f3a0d58" + "0" * 52,
    "recorded_by": "Cán bộ 01, Phòng Nội vụ",
    "recorded_at": _AT,
}


def _place(place: registry.Place) -> dict[str, str]:
    return {"row": place.row, "column": place.column}


def form(name: str, typed: dict[str, int] | None = None, **more: Any) -> dict[str, Any]:
    """A form as the registry tells it, with what was typed by place (``02-2``) beside one counted campaign."""
    layout = registry.FormLayout.model_validate({**_FORMS[name], **more})
    cells = [(registry.Place(*place.split("-")), value) for place, value in (typed or {}).items()]
    return {
        "layout": layout.model_dump(mode="json"),
        "revision": 1,
        "changes": [],
        "year": 2023,
        "cells": [
            {**_place(each.place), "kind": each.kind, "parts": [_place(part) for part in each.parts], "when": each.when}
            for each in registry.cells(layout).values()
        ],
        "checks": [
            {**_place(each.place), "parts": [_place(part) for part in each.parts]} for each in registry.checks(layout)
        ],
        "typed": [
            {**_place(place), "value": value, "version": 1, "beside": 0, **_BY, "recorded_at": _AT}
            for place, value in cells
        ],
        "closings": [],
    }


_CAMPAIGN = {
    "id": "5f1a",
    "name": "Phong trào thi đua năm 2023 của thành phố Lai Châu",
    "facts": {"begun": "this_year", "term": "one", "kind": "yearly", "reach": "all"},
}


def _page(office: Any, found: dict[str, Any]) -> dict[str, Any]:
    cells = counting.fill(found, [_CAMPAIGN])
    return {
        **common(office, found, found["layout"]),
        "cells": cells,
        "lines": list(counting.lines(found["layout"], cells)),
        "head": counting.head(found["layout"]),
        "closed": None,
        "shown": 0,
        "blanks": len(counting.blanks(cells)),
        "disagreements": counting.disagreements(found, cells),
        "outdated": [each for each in cells.values() if each.outdated],
        "differences": [],
        "told": {"nhap": "", "nop": "", "sua": ""},
    }


def _typing(office: Any, found: dict[str, Any], errors: dict[str, Any], problem: Any, **sent: str) -> dict[str, Any]:
    page = _page(office, found)
    boxes = {f"o-{place}": "" for place, cell in page["cells"].items() if cell.kind != "sum"}
    standing = problem.members.get("standing", {}) if problem else {}
    typed = {**boxes, "note": "", "key": "x", **sent}
    return page | {
        "typed": typed,
        "was": boxes,
        "versions": {},
        "errors": errors,
        "problem": problem,
        "standing": standing,
    }


def pages(office: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    """Give each page's template and values."""
    typed = {"02-2": 1, "03-3": 4, "05-4": 3, "06-2": 0}
    filled = _page(office, form("0601", typed))
    fresh = _page(office, form("0601"))
    old = {**form("0603", {"02-2": 12, "05-3": 1240}), "closings": [{**_CLOSING, "number": 2}, _CLOSING]}
    change = {"reason": "Theo phụ lục", "was": "V*", "mark": "V"}
    row = {"row": "02", "before": ["- Tập thể", "02"], "after": ["- Tập thể", "2"]}
    old["changes"] = [
        {"change": {**change, "rows": [row]}, "revision": 2, "recorded_by": "Cán bộ 01", "recorded_at": _AT}
    ]
    closed = {**_CLOSING, "number": 2, "reason": "Đếm sót một quyết định", "intact": True}
    different = [{"place": "02-2", "was": 11, "now": 12}, {"place": "05-3", "was": None, "now": 1240}]
    handed = _page(office, old) | {
        "closed": closed,
        "differences": different,
        "told": {"nhap": "", "nop": "1", "sua": ""},
    }
    as_then = _page(office, old) | {"closed": closed, "shown": 2}
    listed = [
        {**{name: body[name] for name in ("form", "title", "circular", "due", "mark")}, "closed": None}
        for stem, body in sorted(_FORMS.items())
        if stem < "07"
    ]
    listed[2]["closed"] = _CLOSING
    years = {"desk": office, "section": "thong-ke", "year": 2023, "years": [2023, 2022], "forms": listed}
    history = [
        {
            "value": value,
            "beside": None,
            "version": 1,
            "note": note,
            "recorded_by": _BY["recorded_by"],
            "recorded_at": _AT,
        }
        for value, note in ((3, "Thêm hai phong trào của trường"), (None, ""), (12, ""))
    ]
    wrong = FieldError(
        field="02-2", message="Dòng 02, cột 2: “ba” không phải số nguyên từ 0", remedy="Viết chữ số, ví dụ 12"
    )
    late = Conflict(
        "Có ô vừa được người khác nhập.", standing={"02-2": {"value": 1, "version": 1, "recorded_by": "Cán bộ 02"}}
    )
    fields = {
        "submitted_on": "",
        "document_number": "",
        "reason": "",
        "blanks": "",
        "seen": "x",
        "revision": "1",
        "number": "0",
        "key": "x",
    }
    closing = fresh | {"number": 0, "typed": fields, "errors": {}, "problem": None}
    blanks = FieldError(field="blanks", message="Còn 16 ô chưa có số", remedy="Nhập số, hoặc chọn nộp khi còn ô trống")
    rows = [each for each in fresh["layout"]["rows"] if each["code"]]
    words = {f"labels:{each['code']}": each["label"] for each in rows} | {
        f"numbers:{each['code']}": each["code"] for each in rows
    }
    layout = fresh | {
        "rows": rows,
        "was": words,
        "standing": [],
        "typed": {**words, "revision": "1", "key": "x"},
        "errors": {},
        "problem": None,
    }
    name = FieldError(field="labels:02", message="Tên dòng 02: còn thiếu, hoặc quá dài", remedy="Ghi như trong biểu")
    confirmed = {"by": "Cán bộ 01, Phòng Nội vụ", "on": "2023-11-28", "document_number": "02/2023/TT-BNV", "document_on": "2023-03-23", "document_by": "Bộ Nội vụ", "was": "V*"}  # fmt: skip
    sure = _page(office, form("0602", mark="V", confirmed=confirmed))
    typing = "bieu-thong-ke-nhap.html"
    cell = "bieu-thong-ke-o.html"
    return {
        "bieu-thong-ke": ("bieu-thong-ke.html", years),
        "bieu-thong-ke-khong": ("bieu-thong-ke.html", years | {"year": 2010, "forms": []}),
        "bieu-thong-ke-0601": ("bieu-thong-ke-mot.html", fresh),
        "bieu-thong-ke-0601-nhap": ("bieu-thong-ke-mot.html", filled | {"told": {"nhap": "4", "nop": "", "sua": ""}}),
        "bieu-thong-ke-0602": ("bieu-thong-ke-mot.html", sure),
        "bieu-thong-ke-0603-da-nop": ("bieu-thong-ke-mot.html", handed),
        "bieu-thong-ke-0603-lan-2": ("bieu-thong-ke-mot.html", as_then),
        "bieu-thong-ke-o-dem": (cell, fresh | {"cell": fresh["cells"]["05-4"], "history": []}),
        "bieu-thong-ke-o-khong": (cell, fresh | {"cell": fresh["cells"]["04-4"], "history": []}),
        "bieu-thong-ke-o-tong": (cell, fresh | {"cell": fresh["cells"]["01-1"], "history": []}),
        "bieu-thong-ke-o-chua": (cell, fresh | {"cell": fresh["cells"]["02-2"], "history": []}),
        "bieu-thong-ke-o-nhap": (cell, filled | {"cell": filled["cells"]["05-4"], "history": history}),
        "bieu-thong-ke-nhap": (typing, _typing(office, form("0602"), {}, None)),
        "bieu-thong-ke-nhap-loi": (
            typing,
            _typing(
                office, form("0601"), {"o-02-2": wrong.model_dump()}, Invalid("Còn 1 chỗ cần sửa."), **{"o-02-2": "ba"}
            ),
        ),
        "bieu-thong-ke-nhap-muon": (typing, _typing(office, form("0601"), {}, late)),
        "bieu-thong-ke-nop": ("bieu-thong-ke-nop.html", closing),
        "bieu-thong-ke-nop-loi": (
            "bieu-thong-ke-nop.html",
            closing
            | {"number": 1, "errors": {"blanks": blanks.model_dump()}, "problem": Conflict("Số liệu vừa thay đổi.")},
        ),
        "bieu-thong-ke-mau": ("bieu-thong-ke-mau.html", layout),
        "bieu-thong-ke-mau-loi": (
            "bieu-thong-ke-mau.html",
            layout
            | {
                "errors": {"labels:02": name.model_dump()},
                "standing": [("02", "- Tập thể")],
                "problem": Conflict("Biểu này vừa được người khác sửa."),
            },
        ),
    }
