"""Values for the pages of what each unit is to reach, shaped as the routes shape them."""

from typing import Any, Final
from uuid import UUID

from chassis.errors import Conflict, Invalid
from gateway.pages.desk import Desk
from gateway.pages.routes.targets import as_typed

_UNIT: Final = {"unit_id": str(UUID(int=801)), "name": "Phường Tân Phong"}
_OWN: Final = [
    {"criterion": "1.1", "assigned": True, "target": "1250.5", "stretch": "1300"},
    {"criterion": "1.2", "assigned": False, "target": None, "stretch": None},
]
_WRONG: Final = {
    "ct:1.1": "Mục 1.1, chỉ tiêu: viết 1250 nếu là số nguyên",
    "pd:2.2": "Mức phấn đấu mục 2.2: phải cao hơn",
}


def pages(office: Desk, campaign: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, tuple[str, dict[str, Any]]]:
    here = {"desk": office, "section": "phong-trao", "campaign": campaign}
    typed = as_typed({"version": 3, "targets": _OWN})
    one = here | {"unit": _UNIT, "block": {"name": "Khối xã, phường"}, "lines": lines, "typed": typed, "version": 3}
    one |= {"own": True, "theirs": {}, "errors": {}, "problem": None, "done": "1"}
    moved = Conflict("Chỉ tiêu của đơn vị này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.")
    wrong = {"errors": _WRONG, "problem": Invalid("Còn 2 chỗ cần sửa."), "done": ""}
    theirs = {"1.1": ("", "900", "950"), "1.2": ("khong", "", "")}
    found = [_UNIT | {"version": 3, "targets": _OWN}, _UNIT | {"version": 0, "targets": []}]
    listed = here | {"found": found, "typed": {"tim": "", "giao": "co", "xep": ""}, "begun": False, "onward": "sau=x"}
    return {
        "chi-tieu-danh-sach": ("chi-tieu-danh-sach.html", listed),
        "chi-tieu-khong-co": ("chi-tieu-danh-sach.html", listed | {"found": [], "begun": True, "onward": ""}),
        "chi-tieu": ("chi-tieu.html", one),
        "chi-tieu-loi": ("chi-tieu.html", one | wrong),
        "chi-tieu-hai-ban": ("chi-tieu.html", one | {"theirs": theirs, "problem": moved, "done": ""}),
        "chi-tieu-khong-khoi": ("chi-tieu.html", one | {"block": None, "lines": [], "own": False, "done": "thu-hoi"}),
    }
