"""The forms of files on people and units: what each kind of entry asks for, in the words that stand on the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.pages.words import RATINGS


@dataclass(frozen=True)
class Field:
    """One line of a form; with ``choices`` one of them is picked."""

    name: str
    label: str
    hint: str = ""
    sort: str = "text"
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """One kind of entry: its address, its name, what it asks for, and of whom it is said."""

    kind: str
    slug: str
    title: str
    fields: tuple[Field, ...]
    of_people: bool = True
    of_units: bool = True


DISCIPLINES: Final = {"reprimand": "Khiển trách", "warning": "Cảnh cáo", "heavier": "Nặng hơn cảnh cáo"}
LEVELS: Final = {"grassroots": "Cấp cơ sở", "provincial": "Cấp tỉnh", "national": "Toàn quốc"}
HOLDS: Final = {
    "discipline": "Đang xem xét kỷ luật",
    "inspection": "Đang điều tra, thanh tra, kiểm tra khi có dấu hiệu vi phạm",
    "complaint": "Đang xác minh khiếu nại, tố cáo",
    "press": "Báo chí nêu tiêu cực, đang xác minh",
}
ANSWERS: Final = {"nothing_found": "Không có vi phạm", "objection": "Có ý kiến không đồng ý"}
PURPOSES: Final = {"title": "Danh hiệu thi đua", "commendation": "Hình thức khen thưởng"}
AWARDS: Final = {
    "CSTDCS": "Chiến sĩ thi đua cơ sở",
    "CSTDT": "Chiến sĩ thi đua tỉnh",
    "CSTDTQ": "Chiến sĩ thi đua toàn quốc",
    "GIAY_KHEN": "Giấy khen",
    "BK_TINH": "Bằng khen của tỉnh",
    "BK_TTG": "Bằng khen của Thủ tướng Chính phủ",
}
AWARD_FORMS: Final = {
    "order": "Huân chương",
    "government_flag": "Cờ thi đua của Chính phủ",
    "provincial_flag": "Cờ thi đua của tỉnh, bộ, ngành",
    "prime_ministers_commendation": "Bằng khen của Thủ tướng Chính phủ",
    "provincial_commendation": "Bằng khen của tỉnh, bộ, ngành",
    "merit_certificate": "Giấy khen",
}
GRADES: Final[Mapping[str, Mapping[str, str]]] = {
    "rating": RATINGS,
    "discipline": DISCIPLINES,
    "initiative": LEVELS,
    "hold": HOLDS,
    "clearance": ANSWERS,
    "use": PURPOSES,
    "award": AWARD_FORMS,
}
ACTS: Final = {"entered": "Ghi lần đầu", "amended": "Sửa", "withdrawn": "Rút"}


def _document(*, optional: bool = False) -> tuple[Field, ...]:
    hint = "Để trống nếu chưa có" if optional else ""
    return (
        Field("document_number", "Số văn bản", hint or "Số, ký hiệu như 12/QĐ-UBND"),
        Field("document_on", "Ngày văn bản", hint, "date"),
        Field("document_by", "Nơi ban hành", hint or "Cơ quan ký văn bản"),
    )


FORMS: Final = (
    Form(
        "service",
        "cong-tac",
        "Thời gian công tác",
        (
            Field("words", "Vị trí công tác", "Chức vụ hoặc công việc"),
            Field(
                "main",
                "Vị trí chính",
                "Mỗi ngày một người có một vị trí chính",
                choices={"yes": "Chính", "no": "Kiêm nhiệm"},
            ),
            Field("from_on", "Từ ngày", sort="date"),
            Field("until_on", "Đến hết ngày", "Để trống nếu đang làm", "date"),
        ),
        of_units=False,
    ),
    Form(
        "rating",
        "xep-loai",
        "Xếp loại hằng năm",
        (
            Field("year", "Năm", "Ví dụ 2023"),
            Field("grade", "Mức xếp loại", choices=RATINGS),
            *_document(),
        ),
    ),
    Form(
        "discipline",
        "ky-luat",
        "Kỷ luật",
        (
            Field("grade", "Mức kỷ luật", choices=DISCIPLINES),
            Field("words", "Hình thức kỷ luật", "Đúng như trong quyết định"),
            Field("from_on", "Từ ngày", sort="date"),
            Field(
                "until_on",
                "Ngày cuối của thời hạn kỷ luật",
                "Thành tích tính từ sau ngày này; để trống nếu chưa rõ",
                "date",
            ),
            *_document(),
        ),
    ),
    Form(
        "initiative",
        "sang-kien",
        "Sáng kiến",
        (
            Field("words", "Tên sáng kiến", "Như trong quyết định công nhận"),
            Field("grade", "Cấp công nhận", choices=LEVELS),
            Field("from_on", "Ngày công nhận", sort="date"),
            Field("scope", "Phạm vi ảnh hưởng", "Nơi sáng kiến được áp dụng; để trống nếu chưa rõ"),
            *_document(),
        ),
    ),
    Form(
        "use",
        "dung-sang-kien",
        "Dùng sáng kiến để xét",
        (
            Field(
                "grade",
                "Dùng để xét",
                "Đã dùng cho danh hiệu thì không dùng cho khen thưởng, và ngược lại",
                choices=PURPOSES,
            ),
            Field("words", "Danh hiệu hoặc hình thức khen thưởng", choices=AWARDS),
            Field("year", "Năm", "Năm xét, ví dụ 2023"),
            *_document(),
        ),
    ),
    Form(
        "hold",
        "tam-dung",
        "Tạm dừng xét",
        (
            Field("grade", "Vì sao tạm dừng", "Điều 4 khoản 4 Nghị định 152/2025/NĐ-CP", choices=HOLDS),
            Field("words", "Nội dung đang xem xét", "Một câu, không ghi tên người"),
            Field("from_on", "Từ ngày", sort="date"),
            Field("until_on", "Ngày kết thúc", "Ghi khi đã có kết luận", "date"),
            Field("lifted_by", "Nơi kết luận", "Ghi cùng ngày kết thúc"),
            *_document(optional=True),
        ),
    ),
    Form(
        "clearance",
        "y-kien",
        "Ý kiến của cơ quan khác",
        (
            Field("words", "Cơ quan được hỏi", "Ví dụ: Công an thành phố"),
            Field("from_on", "Ngày hỏi", sort="date"),
            Field("until_on", "Ngày trả lời", "Để trống khi chưa có trả lời", "date"),
            Field("grade", "Trả lời", "Ghi cùng ngày trả lời", choices=ANSWERS),
            Field("answer", "Nội dung trả lời", "Để trống nếu không có gì thêm"),
            *_document(optional=True),
        ),
    ),
    Form(
        "award",
        "khen-thuong",
        "Khen thưởng của cấp trên",
        (
            Field("grade", "Hình thức", "Điểm thưởng của năm đó tính theo mục này", choices=AWARD_FORMS),
            Field("year", "Năm", "Năm có thành tích, ví dụ 2023"),
            *_document(),
        ),
        of_people=False,
    ),
)
BY_SLUG: Final = {form.slug: form for form in FORMS}
BY_KIND: Final = {form.kind: form for form in FORMS}
