"""How a fact of law is said: how sure it is, what its values are called, and what they say."""

from collections.abc import Mapping
from typing import Final

from gateway.pages.words import RATINGS, calendar_day

_UNSURE: Final = "Chưa kiểm chứng – cần xác nhận"
MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "V": ("Đã kiểm chứng", "Đã kiểm chứng trong văn bản"),
    "V*": (_UNSURE, "Mới đọc ở một nguồn trích lại điều luật"),
    "P": (_UNSURE, "Theo quy định đã ban hành ở nơi khác"),
    "R": (_UNSURE, "Nhớ lại, chưa đối chiếu văn bản"),
    "U": (_UNSURE, "Chưa rõ văn bản quy định thế nào"),
    "D": (_UNSURE, "Do hệ thống đề xuất, không phải luật"),
}
"""How sure a fact of law is, in a word and more closely, by the mark that the rule pack gives it."""

_YES_NO: Final = {"yes": "Có", "no": "Không"}
LAW_FIELDS: Final[Mapping[str, tuple[str, str, str, Mapping[str, str]]]] = {
    "applies": ("Có áp dụng", "", "text", _YES_NO),
    "more_than": ("Trên bao nhiêu phần trăm", "Số nguyên; đúng bằng số này thì chưa đạt", "text", {}),
    "at_least": ("Ít nhất bao nhiêu phần trăm", "Số nguyên; đúng bằng số này là đạt", "text", {}),
    "count": ("Ít nhất bao nhiêu người", "Số nguyên từ 1", "text", {}),
    "rank": ("Từ hạng mấy trở lên", "Số nguyên từ 1", "text", {}),
    "rating": ("Mức xếp loại thấp nhất", "", "text", RATINGS),
    "valid_from": ("Áp dụng từ ngày", "", "date", {}),
    "valid_to": ("Đến hết ngày", "Để trống nếu chưa biết ngày hết", "date", {}),
    "closing_day": ("Ngày đếm người của năm", "Ngày và tháng, như 31/12", "text", {}),
    "level": (
        "Mức kỷ luật thấp nhất bị tính",
        "",
        "text",
        {"reprimand": "Khiển trách", "warning": "Cảnh cáo", "heavier": "Nặng hơn cảnh cáo"},
    ),
    "once": ("Chỉ dùng một lần", "", "text", _YES_NO),
}
"""The values of a fact of law: label, hint, sort of field and choices."""


def law_value(name: str, value: str) -> str:
    """Say the value of a fact of law."""
    _, _, sort, choices = LAW_FIELDS[name]
    if sort == "date":
        return calendar_day(value) if value else "chưa biết"
    return choices.get(value, value)
