"""Values for the pages of lists as files, shaped as the registry tells them."""

from typing import Any, Final
from uuid import UUID

from chassis.errors import Invalid
from gateway.pages.desk import Desk
from gateway.pages.routes.lists import Meant, shown

_IMPORT: Final = {
    "import_id": str(UUID(int=601)),
    "list": "units",
    "campaign_id": None,
    "period_id": None,
    "unit_id": None,
    "name": "Danh sách trường học năm 2023 của Phòng Giáo dục và Đào tạo.xlsx",
    "read_as": "Excel",
    "post": "Cán bộ 01, Phòng Nội vụ",
    "checked_at": "2023-11-28T02:41:07+00:00",
    "state": "checked",
    "faults": [],
    "counts": {"new": 118, "changed": 4, "same": 9870, "faulty": 2},
    "places": 122,
    "done": 0,
}


_UNFILTERED: Final = {"tim": "", "tinh-trang": "", "xep": ""}


def _fault(cell: str, typed: str, message: str, remedy: str, *, stops: bool = True) -> dict[str, Any]:
    return {"cell": cell, "typed": typed, "message": message, "remedy": remedy, "stops": stops}


_ROWS: Final = [
    {
        "row": 7,
        "outcome": "faulty",
        "faults": [_fault("C7", "Trường", "Loại đơn vị: không phải loại", "Ghi Trường học")],
    },
    {
        "row": 9,
        "outcome": "faulty",
        "faults": [
            _fault("F9", "31/02/2020", "Ngày thành lập: không phải ngày", "Viết ngày/tháng/năm, ví dụ 30/11/2023"),
            _fault("B9", "", "Tên đơn vị: còn trống", "Ghi tên đầy đủ, ví dụ Phường Tân Phong"),
            _fault("E9", "3418", "Mã đơn vị: ô là số", "Định dạng cột là Văn bản (Text) rồi gõ lại", stops=False),
        ],
    },
]
_STOPPED: Final = [_fault("A1", "", "Thiếu cột “Ngày thành lập”", "Thêm cột này, hoặc dùng tệp mẫu")]


def pages(office: Desk, unit: Desk, period_id: str) -> dict[str, tuple[str, dict[str, Any]]]:
    first = {"campaigns": [], "problem": None, "typed": _UNFILTERED, "begun": True, "onward": ""}
    start = {"desk": office, "section": "don-vi", "about": Meant("units"), **first}
    report = {"desk": unit, "section": "bao-cao", "about": Meant("results", period_id, unit.unit_id), **first}
    own = {"desk": unit, "section": "don-vi", "about": Meant("people", unit_id=unit.unit_id), **first}
    figures = _IMPORT | {
        "list": "results",
        "unit_id": unit.unit_id,
        "period_id": period_id,
        "name": "Báo cáo năm.xlsx",
        "places": 1,
    }
    applying = _IMPORT | {"state": "applying", "done": 100}
    refused = Invalid("Tệp này không phải bảng tính. Hãy gửi tệp Excel (.xlsx) hoặc CSV.")

    def one(rows: list[dict[str, Any]], onward: int | None = None, **told: Any) -> tuple[str, dict[str, Any]]:
        values = shown(office, _IMPORT | told, {"items": rows, "next": onward}, begun=True)
        return "nhap-danh-sach-tep.html", values

    return {
        "nhap-danh-sach": (
            "nhap-danh-sach.html",
            start
            | {
                "earlier": [applying, _IMPORT],
                "typed": {**_UNFILTERED, "xep": "cu"},
                "begun": False,
                "onward": "ds=units&sau=x",
            },
        ),
        "nhap-danh-sach-loi": ("nhap-danh-sach.html", start | {"earlier": [], "problem": refused}),
        "nhap-chi-tieu": (
            "nhap-danh-sach.html",
            start
            | {"earlier": [], "about": Meant("targets", campaign_id=period_id)}
            | {"campaigns": [{"campaign_id": period_id, "name": "Thi đua chuyển đổi số"}]},
        ),
        "nhap-can-bo": ("nhap-danh-sach.html", own | {"earlier": []}),
        "nhap-so-lieu": ("nhap-danh-sach.html", report | {"earlier": [figures]}),
        "nhap-so-lieu-xong": (
            "nhap-danh-sach-tep.html",
            shown(unit, figures | {"state": "done", "done": 1}, {"items": [], "next": None}, begun=True),
        ),
        "nhap-tep-loi": one(_ROWS, 9),
        "nhap-tep-dung": one([], counts={"new": 3}, places=3),
        "nhap-tep-khong-doc": one([], faults=_STOPPED, counts={}, places=0),
        "nhap-tep-dang-ghi": one(_ROWS[1:], state="applying", done=100),
        "nhap-tep-xong": one([], state="done", done=122, counts={"new": 120, "moved": 2}),
    }
