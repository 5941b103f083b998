"""Values for the pages of campaigns and pledges, shaped as the routes shape them, over the city's own campaign."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from chassis.errors import Conflict, Invalid
from gateway.pages import design
from gateway.pages.desk import Desk
from gateway.pages.routes.correcting import Typed
from gateway.pages.routes.designer import Sheet, pieces

DRAFT: Final = str(UUID(int=501))
_MOMENT: Final = "2023-11-28T02:41:07+00:00"
_TEXT: Final = (
    "Số: /PĐTĐ-UBND\nPHÁT ĐỘNG THI ĐUA\n\nNăm 2023 là năm thứ ba thực hiện Nghị quyết.\n\n"
    "1. Tổ chức tốt phong trào “Thi đua quyết thắng”."
)
_SOURCE: Final = {
    "kind": "docx",
    "text": _TEXT,
    "kept": ["recipients"],
    "findings": [
        {"kind": "symbol", "start": 0, "end": 14, "value": "/PĐTĐ-UBND", "parts": []},
        {"kind": "form", "start": 15, "end": 32, "value": "PHÁT ĐỘNG THI ĐUA", "parts": []},
        {
            "kind": "duty",
            "start": _TEXT.index("1."),
            "end": len(_TEXT),
            "value": "Tổ chức tốt phong trào “Thi đua quyết thắng”.",
            "parts": [
                {
                    "kind": "movement",
                    "start": len(_TEXT) - 22,
                    "end": len(_TEXT) - 3,
                    "value": "Thi đua quyết thắng",
                    "parts": [],
                }
            ],
        },
    ],
    "remainder": [[14, 15], [32, _TEXT.index("1.")]],
}
_TYPED: Final[dict[str, dict[str, Any]]] = {
    "document": {
        "values": {
            "name": "Phong trào thi đua năm 2024",
            "year": "2024",
            "starts_on": "01/01/2024",
            "ends_on": "hôm nào",
        }
    },
    "targets": {
        "rows": [
            {
                "code": "CT1",
                "name": "Cắt giảm thời gian giải quyết thủ tục hành chính",
                "measure": "%",
                "plan": "1.234",
            },
            {"code": "CT1", "name": "Tỷ lệ hộ nghèo", "measure": "%", "plan": "2", "kinds": "ward commune"},
        ]
    },
}
_FAULTS: Final = [
    ("document.ends_on", "Ngày kết thúc: không đọc được", "Viết ngày như 30/11/2023"),
    ("targets.0.plan", "Kế hoạch: xác nhận “1.234” là 1234", "Viết 1234 hay 1,234"),
    ("targets.1.code", "Mã chỉ tiêu: có 2 chỉ tiêu mang mã CT1", "Đặt mã khác nhau"),
    ("scope.reach", "Phạm vi: chưa chọn", "Chọn mọi đơn vị, theo khối hoặc theo loại đơn vị"),
]


def draft(**changed: Any) -> dict[str, Any]:
    sections = {
        part.name: {"version": 0, "values": {}, "rows": [], **_TYPED.get(part.name, {})} for part in design.PARTS
    }
    for name in _TYPED:
        sections[name]["version"] = 3
    usual = {
        "campaign_id": DRAFT,
        "version": 7,
        "state": "draft",
        "made_from": DRAFT,
        "saved_at": _MOMENT,
        "source": _SOURCE,
        "possible": ["save", "launch", "set_aside"],
        "sections": sections,
        "faults": [{"field": field, "message": message, "remedy": remedy} for field, message, remedy in _FAULTS],
        "differences": [
            {"section": "document", "row": None, "field": "year", "before": "2023", "now": "2024"},
            {
                "section": "periods",
                "row": 0,
                "field": "due_at",
                "before": "17:00 15/06/2023",
                "now": "17:00 15/06/2024",
            },
        ],
    }
    return usual | changed


def _sheet(section: str, **changed: Any) -> dict[str, Any]:
    made = draft(**changed.pop("draft", {}))
    stands = made["sections"][section]
    faults = {each["field"]: each for each in made["faults"] if design.section_of(each["field"]) == section}
    sheet = Sheet(made, design.BY_NAME[section], stands["values"], stands["rows"], stands["version"], faults, **changed)
    blocks = {str(UUID(int=71)): "Khối xã, phường", str(UUID(int=72)): "Khối cơ quan, đơn vị"}
    return {"sheet": sheet, "campaigns": {DRAFT: "Phong trào thi đua năm 2023"}, "blocks": blocks}


def _preview(**changed: Any) -> dict[str, Any]:
    reach = {
        "units": 9,
        "reached": 7,
        "without_block": 2,
        "blocks": [{"block_id": DRAFT, "name": "Khối xã, phường", "members": 7, "reached": 5}],
        "left_out": [{"unit_id": DRAFT, "name": "Xã San Thàng", "kind": "commune"}],
        "next": DRAFT,
    }
    other = {
        "campaign_id": DRAFT,
        "name": "Phong trào thi đua năm 2023",
        "units": 5,
        "from": "2024-01-01",
        "to": "2024-01-31",
        "draft": False,
    }
    usual = {
        "campaign_id": DRAFT,
        "version": 7,
        "state": "draft",
        "possible": ["save", "launch", "set_aside"],
        "faults": [],
        "name": "Phong trào thi đua năm 2024",
        "reach": reach,
        "overlaps": [other, other | {"name": "", "draft": True}],
    }
    return usual | changed


def pledge(**changed: Any) -> dict[str, Any]:
    usual = {
        "version": 2,
        "state": "returned",
        "titles": ["TTLDTT"],
        "promises": {"CT1": "1.234"},
        "text": "Giao ước thi đua của phường",
        "reason": "Thiếu mức phấn đấu của chỉ tiêu CT1",
        "pledged_on": "2023-03-20",
        "register_by": "2023-03-31",
        "late": False,
        "possible": ["submit"],
        "goals": [
            {
                "code": "CT1",
                "name": "Cắt giảm thời gian",
                "measure": "%",
                "direction": "at_least",
                "plan": "30",
                "kinds": [],
            }
        ],
        "steps": [
            {"act": "submit", "post": "Cán bộ đầu mối, Phường Tân Phong", "reason": None, "taken_at": _MOMENT},
            {"act": "return", "post": "Cán bộ 01, Phòng Nội vụ", "reason": "Thiếu mức phấn đấu", "taken_at": _MOMENT},
        ],
    }
    return usual | changed


_WRONG: Final = {
    "periods.0.due_at": {
        "field": "periods.0.due_at",
        "message": "Hạn nộp: đã qua nên không dời được nữa",
        "remedy": "Ghi lại như đã phát động: 17:00 15/06/2023",
    },
    "reason": {"field": "reason", "message": "Lý do đính chính: còn trống", "remedy": "Ghi lý do"},
}


def _corrected(**changed: Any) -> dict[str, Any]:
    """What the registry tells of corrections."""
    section: dict[str, Any] = {"values": {}, "rows": []}
    period = {"name": "Báo cáo 6 tháng", "opens_at": "07:00 15/05/2023", "due_at": "17:00 15/06/2023"}
    milestone = {"kind": "registration", "on": "31/03/2023", "name": "Hạn đăng ký thi đua"}
    usual = {
        "campaign_id": DRAFT,
        "name": "Phong trào thi đua năm 2023",
        "year": 2023,
        "version": 3,
        "state": "launched",
        "possible": ["correct", "close", "follow"],
        "sections": {
            "document": section | {"values": {"symbol": "PĐTĐ-UBND"}},
            "periods": section | {"rows": [{**period, "closes_at": "17:00 30/06/2023"}]},
            "milestones": section | {"rows": [milestone]},
            "scope": section | {"values": {"reach": "kinds", "kinds": "ward"}},
            "recipients": section,
        },
        "items": [
            {
                "version": 3,
                "reason": "Văn bản đã ban hành",
                "post": "Cán bộ 01, Phòng Nội vụ",
                "at": _MOMENT,
                "differences": [
                    {"section": "document", "row": None, "field": "number", "before": "", "now": "12"},
                    {"section": "scope", "row": None, "field": "kinds", "before": "ward", "now": "ward commune"},
                    {"section": "milestones", "row": 0, "field": "on", "before": "31/03/2023", "now": "15/04/2023"},
                ],
            },
            {"version": 2, "reason": None, "post": "Hệ thống tỉnh", "at": _MOMENT, "differences": []},
        ],
    }
    return {"told": usual | changed}


def _correcting(**typed: Any) -> dict[str, Any]:
    told = _corrected()["told"]
    blocks = {str(UUID(int=71)): "Khối xã, phường", str(UUID(int=72)): "Khối cơ quan, đơn vị"}
    form = Typed(told["sections"], told["version"], **typed)
    return {"told": told, "typed": form, "parts": design.CORRECTING, "blocks": blocks}


_TITLES: Final = {"TTLDTT": "Tập thể Lao động tiên tiến", "TTLDXS": "Tập thể Lao động xuất sắc"}


def _list(campaign: dict[str, Any]) -> dict[str, Any]:
    def row(name: str, state: str, *possible: str, late: bool = False) -> dict[str, Any]:
        none = state == "none"
        return {
            "unit_id": str(UUID(int=len(name))),
            "name": name,
            "state": state,
            "version": None if none else 2,
            "titles": None if none else ["TTLDTT"],
            "promises": {} if none else {"CT1": "35"},
            "text": None if none else "",
            "reason": "Sửa mức phấn đấu" if state == "amended" else None,
            "pledged_on": None if none else "2023-03-20",
            "recorded_on": None,
            "late": late,
            "possible": list(possible),
        }

    items = [
        row("Phường Tân Phong", "submitted", "approve", "return"),
        row("Phường Quyết Thắng", "amended", "approve", "return", late=True),
        row("Phường Đoàn Kết", "approved", "amend", "return", "withdraw"),
        row("Xã San Thàng", "none", "submit", late=True),
    ]
    return {
        "campaign": campaign,
        "found": {
            "register_by": "2023-03-31",
            "counts": {"none": 1, "submitted": 1, "amended": 1},
            "items": items,
            "next": DRAFT,
        },
        "asked": {"state": "", "search": "", "sort": "", "after": ""},
        "order": "",
        "titles": _TITLES,
        "problem": None,
        "typed": {items[1]["unit_id"]: "Thiếu chỉ tiêu"},
    }


def pages(unit: Desk, office: Desk, launched: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every page of campaigns and pledges in its states: address to template and values."""
    days = {name: date.isoformat(launched[name]) for name in ("starts_on", "ends_on")}
    campaign = launched | {"kind": "yearly", "state": "launched", "version": 2} | days
    campaign |= {"possible": ["correct", "close", "follow"], "closed_at": None}
    campaign |= {
        "milestones": [{"kind": "registration", "name": "Hạn đăng ký thi đua", "on": "2023-03-31"}],
        "goals": [
            *pledge()["goals"],
            {**pledge()["goals"][0], "direction": "at_most", "kinds": ["ward"], "baseline": "3.5", "stretch": "1.5"},
        ],
    }
    campaign["goals"][0]["baseline"] = None
    closed = campaign | {"state": "closed", "possible": ["follow"], "closed_at": datetime.fromisoformat(_MOMENT)}
    here = {"section": "phong-trao", "design": design, "problem": None}
    drafts = [
        {
            "campaign_id": DRAFT,
            "name": "Phong trào 2024",
            "state": "draft",
            "version": 3,
            "saved_at": _MOMENT,
            "possible": ["save", "set_aside"],
        },
        {
            "campaign_id": DRAFT,
            "name": None,
            "state": "set_aside",
            "version": 3,
            "saved_at": _MOMENT,
            "possible": ["take_up"],
        },
    ]
    filters = dict.fromkeys(("tim", "nam", "loai", "tinh-trang", "xep"), "")
    both = {"campaigns": [campaign, closed], "drafts": drafts, "typed": filters, "begun": True}
    both |= {"onward": "sau=x", "drafts_onward": "thao=x"}
    choosing = {"address": "/bang-khoi", "campaigns": [campaign, closed | {"year": 2022}]}
    designer = here | {"desk": office}
    refused = Invalid("Còn 1 chỗ cần sửa trước khi gửi.")
    wrong = {
        "promises.CT1": {
            "field": "promises.CT1",
            "message": "Chỉ tiêu CT1: xác nhận “1.234” là 1234 %",
            "suggestion": "1234",
        }
    }
    wrong |= {"reason": {"field": "reason", "message": "Lý do sửa đăng ký: còn trống", "remedy": "Nhập lý do"}}
    own = {
        "desk": unit,
        "section": "phong-trao",
        "campaign": campaign,
        "titles": _TITLES,
        "done": None,
        "typed": None,
        "theirs": {},
    }
    amending = pledge(state="approved", possible=["amend", "withdraw"])
    reasons = {"amend": "Thêm danh hiệu", "withdraw": ""}
    mine = {"typed": {"act": "amend", "reasons": reasons}}
    other = {"titles": "Tập thể Lao động xuất sắc", "promises.CT1": "", "text": "Bản kia"}
    late = pledge(state="withdrawn", possible=["submit"], late=True)
    return {
        "phong-trao": ("phong-trao.html", here | {"desk": office, "campaign": campaign, "office": True}),
        "phong-trao-don-vi": ("phong-trao.html", here | {"desk": unit, "campaign": closed, "office": False}),
        "phong-trao-danh-sach": ("phong-trao-danh-sach.html", designer | both | {"office": True}),
        "phong-trao-danh-sach-don-vi": (
            "phong-trao-danh-sach.html",
            here | both | {"desk": unit, "office": False, "drafts": []},
        ),
        "phong-trao-ket-thuc": ("phong-trao-ket-thuc.html", designer | {"campaign": campaign}),
        "soan-van-ban": ("phong-trao-soan.html", designer | _sheet("document")),
        "soan-chi-tieu": (
            "phong-trao-soan.html",
            designer | _sheet("targets", theirs={"targets.0.plan": "40"}, problem=Conflict("Đã đổi.", version=4)),
        ),
        "soan-pham-vi": ("phong-trao-soan.html", designer | _sheet("scope", saved=True)),
        "xem-truoc": ("phong-trao-xem-truoc.html", designer | {"draft": draft(), "names": {}, "seen": _preview()}),
        "xem-truoc-con-loi": (
            "phong-trao-xem-truoc.html",
            designer
            | {"draft": draft(), "names": {}, "seen": _preview(faults=draft()["faults"], reach=None, overlaps=[])},
        ),
        "chon-phong-trao": ("chon-phong-trao.html", here | {"desk": unit, "name": "Bảng khối"} | choosing),
        "dinh-chinh": ("phong-trao-dinh-chinh.html", designer | _correcting()),
        "dinh-chinh-hai-ban": (
            "phong-trao-dinh-chinh.html",
            designer | _correcting(problem=Conflict("Đã đổi.", version=3), theirs={"document.number": "12"}),
        ),
        "dinh-chinh-loi": (
            "phong-trao-dinh-chinh.html",
            designer | _correcting(problem=refused, faults=_WRONG, reason="a"),
        ),
        "lich-su": ("phong-trao-lich-su.html", here | {"desk": unit, "names": {}, "done": True} | _corrected()),
        "van-ban": ("phong-trao-van-ban.html", designer | {"draft": draft(), "pieces": pieces(_SOURCE), "pasted": ""}),
        "van-ban-moi": (
            "phong-trao-van-ban.html",
            designer | {"draft": draft(source=None), "pieces": (), "pasted": "chữ", "problem": refused},
        ),
        "dang-ky": ("dang-ky.html", own | {"pledge": pledge(), "errors": {}, "problem": None}),
        "dang-ky-sua-loi": ("dang-ky.html", own | {"pledge": amending, "errors": wrong, "problem": refused} | mine),
        "dang-ky-hai-ban": (
            "dang-ky.html",
            own | {"pledge": amending, "errors": {}, "problem": Conflict("Đã sửa."), "theirs": other} | mine,
        ),
        "dang-ky-da-rut": ("dang-ky.html", own | {"pledge": late, "errors": {}, "problem": None}),
        "dang-ky-danh-sach": ("dang-ky-danh-sach.html", {"desk": office, "section": "phong-trao"} | _list(campaign)),
    }
