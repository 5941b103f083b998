"""How numbers, dates and states are said: decimal comma, dd/mm/yyyy, 24 hours, whole Vietnamese words."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from chassis.clock import VIETNAM

_CENT: Final = Decimal("0.01")


def points(amount: Decimal | str | float | None) -> str:
    """Points, two places: ``94,25``; a dash where there are none yet."""
    return "–" if amount is None else f"{_decimal(amount).quantize(_CENT, ROUND_HALF_UP):f}".replace(".", ",")


def signed(amount: Decimal | str) -> str:
    """A change with its sign: ``+0,75`` or ``−0,75``."""
    number = _decimal(amount)
    return ("−" if number < 0 else "+") + points(abs(number))


def amount(value: Decimal | str | None) -> str:
    """An amount as people write it: ``12.740`` or ``28,5``, no idle zeros."""
    if value is None:
        return "–"
    shown = f"{_decimal(value).normalize():,f}"
    whole, _, rest = shown.partition(".")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")


def answered(value: Decimal | str | None, *, yes_no: bool) -> str:
    """An amount, or in words what answers a question that asks for a yes or a no."""
    return ("Có" if _decimal(value) else "Không") if yes_no and value is not None else amount(value)


def _decimal(value: Decimal | str | float) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def local(moment: datetime | str) -> datetime:
    """Any moment of the services in the time of Vietnam."""
    return (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone(VIETNAM)


def date(moment: datetime | str | None) -> str:
    return f"{local(moment):%d/%m/%Y}" if moment else "–"


def calendar_day(day: str | None) -> str:
    """A day of the calendar, which is the same everywhere: ``2025-07-01`` → ``01/07/2025``."""
    return f"{datetime.fromisoformat(day):%d/%m/%Y}" if day else "–"


def named(code: str, names: Mapping[str, str]) -> str:
    """The name that belongs to a code; what is no longer in the list says so."""
    return names.get(code, "danh hiệu không còn trong danh sách")


def time(moment: datetime | str | None) -> str:
    return f"{local(moment):%H:%M:%S}" if moment else "–"


def clock(moment: datetime | str | None) -> str:
    return f"{local(moment):%H:%M}" if moment else "–"


def day_and_time(moment: datetime | str | None) -> str:
    return f"{local(moment):%H:%M} ngày {local(moment):%d/%m/%Y}" if moment else "–"


def days_left(due: datetime | str, now: datetime) -> int:
    """Whole calendar days until a due date; 0 = today, negative = overdue."""
    return (local(due).date() - local(now).date()).days


def countdown(due: datetime | str, now: datetime) -> str:
    left = days_left(due, now)
    if left > 0:
        return f"còn {left} ngày"
    return "hạn hôm nay" if left == 0 else f"quá hạn {-left} ngày"


def seconds(milliseconds: float | None) -> str:
    """A duration in seconds, two places: ``0,42``."""
    return "–" if milliseconds is None else f"{milliseconds / 1000:.2f}".replace(".", ",")


def size(octets: int) -> str:
    """The size of a file: ``834 KB`` or ``2,4 MB``."""
    if octets < _MEGABYTE:
        return f"{max(1, round(octets / 1024))} KB"
    return f"{octets / _MEGABYTE:.1f} MB".replace(".", ",")


_MEGABYTE: Final = 1024 * 1024

FILE_KINDS: Final[Mapping[str, str]] = {
    "pdf": "PDF",
    "jpeg": "Ảnh JPEG",
    "png": "Ảnh PNG",
    "docx": "Word",
    "xlsx": "Excel",
}


def fingerprint(digits: str | None) -> str:
    """The first twelve digits of a fingerprint, as a page and its print carry them: ``91C2 7F3A 0D58``."""
    shown = (digits or "")[:12].upper()
    return " ".join(shown[place : place + 4] for place in range(0, len(shown), 4))


def by_group(figures: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The figures of a unit by the code of their group, for the columns of a board."""
    return {each["group"]: each for each in figures}


BOARD_STATES: Final[Mapping[str, str]] = {"provisional": "Tạm tính", "frozen": "Đã chốt", "final": "Chính thức"}


def standing(published: Mapping[str, Any] | None) -> str:
    """Say how the points on a board stand: as they are computed, or as they were ``published`` last."""
    if published is None:
        return "tạm tính"
    if published["state"] == "final":
        return "chính thức, đã đính chính" if published["correction"] else "chính thức"
    return f"đã chốt ngày {date(published['at'])}"


REPORT_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "none": ("chua", "Chưa bắt đầu"),
    "draft": ("dang-lam", "Đang làm"),
    "submitted": ("xong", "Đã gửi"),
    "amending": ("dang-lam", "Đang sửa, chưa gửi lại"),
    "in_review": ("dang-lam", "Đang được xem xét"),
    "returned": ("tra-lai", "Bị trả lại"),
    "resubmitted": ("xong", "Đã gửi lại"),
    "in_second_review": ("dang-lam", "Đang được xem xét lại"),
    "accepted": ("xong", "Đã được chấp nhận"),
}
"""How a report stands: the look of its mark and the word for it; ``none`` before the first word of it."""

PLEDGE_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "none": ("chua", "Chưa đăng ký"),
    "submitted": ("dang-lam", "Chờ duyệt"),
    "approved": ("xong", "Đã duyệt"),
    "returned": ("tra-lai", "Bị trả lại"),
    "amended": ("dang-lam", "Đã sửa, chờ duyệt lại"),
    "withdrawn": ("chua", "Đã rút"),
}
"""How a pledge stands, the same way."""

ORDERS: Final[Mapping[str, tuple[str, str]]] = {
    "": ("", "Theo thứ tự thường dùng"),
    "moi": ("newest", "Mới nhất trước"),
    "cu": ("oldest", "Cũ nhất trước"),
    "ten": ("unit", "Tên đơn vị"),
    "z-a": ("name_desc", "Tên, từ Z về A"),
}
"""In which order a list can be had: the word in an address, that of the registry, and the one that is read."""


def order(word: str) -> str:
    """Give the registry's word for an order out of an address; empty for the list's own, and for one that there is not."""
    return ORDERS.get(word, ORDERS[""])[0]


SCANS: Final[Mapping[str, str]] = {"not_scanned": "chưa quét mã độc", "clean": "đã quét, không thấy mã độc"}

DECIDED_BY: Final[Mapping[str, str]] = {
    "content_points": "bằng tỷ lệ điểm, hơn về điểm nội dung",
    "emulation_points": "bằng điểm nội dung, hơn về điểm công tác thi đua, khen thưởng",
    "fewer_penalties": "bằng các điểm trên, hơn vì ít điểm trừ",
    "block_vote": "các tiêu chí so sánh đều bằng nhau, hơn về số phiếu của khối",
    "shared": "đồng hạng: mọi tiêu chí so sánh đều bằng nhau",
}

USUAL_CHAIN: Final = ("điểm nội dung", "điểm công tác thi đua, khen thưởng", "ít điểm trừ hơn")
"""What is asked of equals, in order, where a sheet states no chain of its own."""


def chain(sheet: Mapping[str, Any]) -> list[str]:
    """What decides between equals on this sheet, in order."""
    return [each["name"] for each in sheet["tie_breaks"]] or list(USUAL_CHAIN)


def decided_by(code: str, sheet: Mapping[str, Any]) -> str:
    """Say which rule decided a place; the sheet's own rules have their words there."""
    names = {each["code"]: each["name"] for each in sheet["tie_breaks"]}
    own = f"bằng tỷ lệ điểm, xét tiêu chí phụ: {names.get(code, 'theo bản trước của bảng điểm')}"
    return DECIDED_BY.get(code, own)


def disqualified(row: Mapping[str, Any]) -> str:
    """Say why a unit is not ranked, as far as its row tells it to this reader; else nothing."""
    reasons = row.get("disqualified")
    return f"không được xếp hạng: {'; '.join(reasons)}" if reasons else ""


STEPS: Final[Mapping[str, str]] = {
    "received": "Đã nhận",
    "scored": "Đã chấm",
    "ranked": "Đã xếp hạng",
    "checked": "Đã xét điều kiện",
    "told": "Đã báo tin",
}

WAITING_STEPS: Final[Mapping[str, str]] = {
    "received": "Nhận",
    "scored": "Chấm",
    "ranked": "Xếp hạng",
    "checked": "Xét điều kiện",
    "told": "Báo tin",
}

RIPPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "report_withdrawn": {
        "title": "Báo cáo đã rút",
        "said": {
            "received": "Đơn vị rút báo cáo; mọi số liệu đã nhập vẫn còn trong bản nháp.",
            "scored": "Điểm của báo cáo này không còn được tính.",
            "ranked": "Khối xếp lại các đơn vị còn báo cáo.",
            "checked": "Đã xét lại điều kiện danh hiệu.",
            "told": "Khối trưởng và các đơn vị liên quan đã có tin trong hệ thống.",
        },
        "skipped": "Không cần: báo cáo chưa lên điểm.",
        "onward": "Mở lại bản nháp, sửa rồi gửi lại trước khi kỳ đóng.",
    },
    "report_returned": {
        "title": "Trả lại báo cáo để sửa, hoặc rút việc trả lại",
        "said": {
            "received": "Nơi xem xét trả lại các mục phải sửa kèm lý do, hoặc rút việc trả lại.",
            "told": "Cán bộ đầu mối của đơn vị đã có tin trong hệ thống.",
        },
        "skipped": "Không cần: điểm tạm tính giữ nguyên cho đến khi đơn vị gửi lại.",
        "onward": "Đơn vị mở báo cáo để xem các mục còn phải sửa và lý do; các mục khác giữ nguyên như đã gửi.",
    },
    "report_accepted": {
        "title": "Báo cáo đã được chấp nhận",
        "said": {
            "received": "Phòng Nội vụ chấp nhận báo cáo.",
            "told": "Cán bộ đầu mối của đơn vị đã có tin trong hệ thống.",
        },
        "skipped": "Không cần: điểm đã tính từ bản đã gửi.",
        "onward": "Không còn việc gì với báo cáo này.",
    },
}
"""How the ripple of a step with a report is told, by what began it."""

ANY_RIPPLE: Final[Mapping[str, Any]] = {
    "title": "Hành trình",
    "said": {
        "received": "Việc này đã được ghi.",
        "scored": "Điểm đã được tính lại.",
        "ranked": "Thứ hạng đã được xếp lại.",
        "checked": "Đã xét lại điều kiện danh hiệu.",
        "told": "Những người cần biết đã có tin trong hệ thống.",
    },
    "skipped": "Không cần.",
    "onward": "Không còn việc gì phải làm ở đây.",
}

KINDS: Final[Mapping[str, str]] = {
    "city": "Thành phố",
    "ward": "Phường",
    "commune": "Xã",
    "department": "Phòng chuyên môn",
    "party_body": "Cơ quan Đảng",
    "mass_organization": "Đoàn thể",
    "service_unit": "Đơn vị sự nghiệp",
    "vertical_body": "Ngành dọc",
    "school": "Trường học",
    "enterprise": "Doanh nghiệp",
}

UNIT_STATES: Final[Mapping[str, str]] = {
    "active": "Đang hoạt động",
    "ended": "Đã kết thúc",
    "coming": "Sắp thành lập",
    "all": "Tất cả",
}

UNIT_CHANGES: Final[Mapping[str, tuple[str, str]]] = {
    "registered": ("Thành lập với tên {name}", ""),
    "founded": ("Thành lập {name} từ {predecessors}", ""),
    "renamed": ("Đổi tên thành {name}", ""),
    "recoded": ("Mang mã {code}", "Không còn mã đơn vị"),
    "placed": ("Trực thuộc {parent}", "Không còn đơn vị cấp trên"),
    "contacted": ("Đổi thông tin liên hệ", ""),
    "moved": ("Chuyển sang {block}", "Ra khỏi khối thi đua"),
    "absorbed": ("Nhận {predecessors} sáp nhập vào", ""),
    "parted": ("Tách ra {successors}", ""),
    "merged": ("Sáp nhập vào {successors}", ""),
    "split": ("Chia thành {successors}", ""),
    "closed": ("Kết thúc hoạt động", ""),
}
"""What became of a unit; the second where it has none of that any more."""

RATINGS: Final[Mapping[str, str]] = {
    "excellent": "Hoàn thành xuất sắc nhiệm vụ",
    "good": "Hoàn thành tốt nhiệm vụ",
    "completed": "Hoàn thành nhiệm vụ",
    "not_completed": "Không hoàn thành nhiệm vụ",
}


FILTERS: Final = {
    "diem": points,
    "thay_doi": signed,
    "so_lieu": amount,
    "ngay": date,
    "ngay_lich": calendar_day,
    "ten_trong": named,
    "gio": time,
    "gio_phut": clock,
    "ngay_gio": day_and_time,
    "giay": seconds,
    "dung_luong": size,
    "dau_van": fingerprint,
    "theo_nhom": by_group,
}
"""The template filters, named as a Vietnamese page reads them."""

APPEALS: Final[Mapping[str, tuple[str, str, str]]] = {
    "filed": ("cho", "Chờ tiếp nhận", "Đơn vị gửi kiến nghị"),
    "taken_up": ("dang-lam", "Đang xem xét", "Phòng Nội vụ tiếp nhận"),
    "upheld": ("xong", "Được chấp thuận", "Phòng Nội vụ chấp thuận"),
    "rejected": ("thieu", "Không được chấp thuận", "Phòng Nội vụ không chấp thuận"),
    "withdrawn": ("chua", "Đã rút", "Đơn vị rút kiến nghị"),
}
"""States of an appeal: the look of its mark, how it stands, and the step that led there."""

OFFICE_LISTS: Final[Mapping[str, str]] = {
    "units": "Đơn vị",
    "people": "Cán bộ",
    "targets": "Chỉ tiêu giao",
}
LISTS: Final[Mapping[str, str]] = {**OFFICE_LISTS, "results": "Số liệu báo cáo"}
LIST_OUTCOMES: Final[Mapping[str, str]] = {
    "new": "thêm mới",
    "changed": "sửa",
    "same": "không đổi",
    "faulty": "chưa nhận vì còn lỗi",
    "moved": "chưa ghi vì vừa có người sửa",
}
LIST_STATES: Final[Mapping[str, str]] = {
    "checked": "Đã kiểm tra, chưa ghi",
    "applying": "Đang ghi dở",
    "done": "Đã ghi xong",
}
COLUMNS: Final[Mapping[str, str]] = {
    "self": "Tự chấm",
    "block": "Khối chấm",
    "appraisal": "Thẩm định",
    "final": "Kết luận",
}
"""The kept columns of a score, in the order in which people look."""

CAUSES: Final[Mapping[str, str]] = {
    "registry.report_submitted.v1": "đơn vị gửi báo cáo",
    "registry.targets_assigned.v1": "chỉ tiêu được giao",
    "registry.award_recorded.v1": "khen thưởng của cấp trên được ghi hoặc sửa",
    "registry.block_formed.v1": "khối thi đua được lập hoặc đổi",
    "registry.unit_changed.v1": "đơn vị có thay đổi",
    "registry.campaign_launched.v1": "phong trào được phát động",
    "scoring.items_reviewed.v1": "có ý kiến chấm",
    "scoring.rescoring_advanced.v1": "bảng điểm có bản mới",
}
SOME_CAUSE: Final = "dữ liệu liên quan vừa đổi"
"""Because of what a score was computed as it stands, by the event that caused it."""
