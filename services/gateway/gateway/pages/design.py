"""The sections of a campaign's draft as its designer shows them: names, hints and kinds of fields, in the order of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.pages.typed import whole
from gateway.pages.words import KINDS

CAMPAIGN_KINDS: Final[Mapping[str, str]] = {"yearly": "Hằng năm", "themed": "Chuyên đề", "special": "Đặc biệt"}
CAMPAIGN_STATES: Final[Mapping[str, str]] = {
    "draft": "Bản thảo",
    "set_aside": "Để riêng",
    "launched": "Đang diễn ra",
    "closed": "Đã kết thúc",
}
MILESTONES: Final[Mapping[str, str]] = {
    "registration": "Hạn đăng ký thi đua",
    "interim": "Sơ kết",
    "final": "Tổng kết",
}
DIRECTIONS: Final[Mapping[str, str]] = {"at_least": "Từ mức này trở lên", "at_most": "Từ mức này trở xuống"}
REACHES: Final[Mapping[str, str]] = {
    "all": "Mọi đơn vị",
    "blocks": "Các khối được chọn",
    "kinds": "Các loại đơn vị được chọn",
}
FINDINGS: Final[Mapping[str, str]] = {
    "symbol": "Số, ký hiệu",
    "issued": "Nơi và ngày ban hành",
    "form": "Loại văn bản",
    "title": "Trích yếu",
    "theme": "Chủ đề",
    "issuer": "Cơ quan phát động",
    "duty": "Nhiệm vụ",
    "works": "Công trình trọng điểm",
    "field": "Lĩnh vực",
    "task": "Việc của lĩnh vực",
    "target": "Chỉ tiêu",
    "movement": "Phong trào được nêu",
    "ground": "Căn cứ",
    "recipients": "Nơi nhận",
    "recipient": "Nơi nhận",
    "authority": "Thẩm quyền ký",
    "signer": "Người ký",
}


@dataclass(frozen=True)
class Field:
    """One field: ``sort`` is line, area, choice, checks or blocks (the year's blocks, to be checked)."""

    name: str
    label: str
    hint: str = ""
    sort: str = "line"
    choices: Mapping[str, str] | None = None
    wide: bool = True


@dataclass(frozen=True)
class Part:
    """One section: single fields, and the fields of its rows, of which each is called ``row``."""

    name: str
    title: str
    lead: str
    fields: tuple[Field, ...] = ()
    columns: tuple[Field, ...] = ()
    row: str = ""


_DAY: Final = "Ví dụ 30/11/2023"
PARTS: Final = (
    Part(
        "document",
        "Văn bản phát động",
        "Số và ngày ban hành để trống được cho đến khi văn bản ban hành.",
        fields=(
            Field("name", "Tên phong trào", "Tên mà các đơn vị sẽ thấy"),
            Field("kind", "Loại phong trào", "Để trống là hằng năm", sort="choice", choices=CAMPAIGN_KINDS, wide=False),
            Field("year", "Năm", "Ví dụ 2023", wide=False),
            Field("starts_on", "Ngày bắt đầu", _DAY, wide=False),
            Field("ends_on", "Ngày kết thúc", _DAY, wide=False),
            Field("parent_id", "Thuộc phong trào", "Để trống nếu là phong trào riêng", sort="campaigns"),
            Field("number", "Số văn bản", "Để trống khi chưa ban hành", wide=False),
            Field("symbol", "Ký hiệu", "Ví dụ PĐTĐ-UBND", wide=False),
            Field("issued_on", "Ngày ban hành", "Để trống khi chưa ban hành", wide=False),
            Field("issuer", "Cơ quan phát động", wide=False),
            Field("title", "Trích yếu", sort="area"),
            Field("theme", "Chủ đề", sort="area"),
            Field("grounds", "Căn cứ", "Mỗi dòng một văn bản", sort="area"),
            Field("authority", "Thẩm quyền ký", wide=False),
            Field("signer", "Người ký", wide=False),
        ),
    ),
    Part(
        "tasks",
        "Nhiệm vụ chung",
        "Các nhiệm vụ đánh số trong văn bản, và những phong trào mà văn bản nêu tên.",
        fields=(Field("movements", "Phong trào được nêu", "Mỗi dòng một phong trào", sort="area"),),
        columns=(Field("text", "Nội dung", sort="area"),),
        row="Nhiệm vụ",
    ),
    Part(
        "fields",
        "Lĩnh vực và việc",
        "Mỗi lĩnh vực một tên; mỗi dòng một việc.",
        columns=(
            Field("name", "Tên lĩnh vực", "Ví dụ Kinh tế"),
            Field("tasks", "Các việc", "Mỗi dòng một việc", sort="area"),
        ),
        row="Lĩnh vực",
    ),
    Part(
        "targets",
        "Chỉ tiêu",
        "Chỉ tiêu bằng số. Không chọn loại đơn vị nào nghĩa là giao cho mọi đơn vị trong phạm vi.",
        columns=(
            Field("code", "Mã", "Ví dụ CT1", wide=False),
            Field("measure", "Đơn vị tính", "Ví dụ %", wide=False),
            Field("name", "Tên chỉ tiêu"),
            Field(
                "direction", "Đạt khi", "Để trống là từ mức này trở lên", sort="choice", choices=DIRECTIONS, wide=False
            ),
            Field("plan", "Kế hoạch", "Ví dụ 30", wide=False),
            Field("stretch", "Mức phấn đấu", "Tốt hơn kế hoạch; để trống nếu không có", wide=False),
            Field("baseline", "Hiện trạng", "Để trống nếu chưa có", wide=False),
            Field("kinds", "Giao cho", sort="checks", choices=KINDS),
        ),
        row="Chỉ tiêu",
    ),
    Part(
        "periods",
        "Kỳ báo cáo",
        "Kỳ sau mở khi kỳ trước đã đóng. Không ghi giờ thì mở lúc 00:00, hạn và đóng lúc 17:00.",
        columns=(
            Field("name", "Tên kỳ", "Ví dụ Báo cáo 6 tháng"),
            Field("opens_at", "Mở nhận", "Ví dụ 15/10/2023", wide=False),
            Field("due_at", "Hạn nộp", "Ví dụ 17:00 30/11/2023", wide=False),
            Field("closes_at", "Đóng nhận", "Ví dụ 17:00 15/12/2023", wide=False),
        ),
        row="Kỳ",
    ),
    Part(
        "milestones",
        "Mốc thời gian",
        "Hạn đăng ký, sơ kết, tổng kết; các mốc nằm trong thời gian của phong trào.",
        columns=(
            Field("kind", "Loại mốc", sort="choice", choices=MILESTONES, wide=False),
            Field("on", "Ngày", _DAY, wide=False),
            Field("name", "Tên mốc", "Để trống thì gọi theo loại mốc"),
        ),
        row="Mốc",
    ),
    Part(
        "scope",
        "Phạm vi",
        "Phong trào phát động tới ai. Trang xem trước sẽ nêu từng khối.",
        fields=(
            Field("reach", "Phát động tới", sort="choice", choices=REACHES, wide=False),
            Field("blocks", "Khối thi đua", "Chọn khi phát động theo khối", sort="blocks"),
            Field("kinds", "Loại đơn vị", "Chọn khi phát động theo loại đơn vị", sort="checks", choices=KINDS),
        ),
    ),
    Part(
        "recipients",
        "Nơi nhận",
        "Như ghi ở cuối văn bản.",
        fields=(Field("names", "Nơi nhận", "Mỗi dòng một nơi", sort="area"),),
    ),
)
_CORRECTABLE: Final = {
    "document": ("number", "symbol", "issued_on", "authority", "signer", "title"),
    "periods": ("opens_at", "due_at", "closes_at"),
    "milestones": ("kind", "on", "name"),
    "scope": ("reach", "blocks", "kinds"),
    "recipients": ("names",),
}
_LEADS: Final = {
    "document": "Số, ngày ban hành, người ký, trích yếu theo văn bản đã ban hành.",
    "periods": "Chỉ dời được lúc còn ở phía trước; kỳ đã qua hạn giữ nguyên vì đã tính nộp muộn.",
    "milestones": "Mốc đã qua giữ nguyên.",
    "scope": "Chỉ mở rộng được: đơn vị đã được phát động tới thì không bỏ ra.",
    "recipients": "Như ghi ở cuối văn bản; mỗi dòng một nơi.",
}
CORRECTING: Final = tuple(
    Part(
        part.name,
        part.title,
        _LEADS[part.name],
        fields=tuple(each for each in part.fields if each.name in _CORRECTABLE[part.name]),
        columns=tuple(each for each in part.columns if each.name in _CORRECTABLE[part.name]),
        row=part.row,
    )
    for part in PARTS
    if part.name in _CORRECTABLE
)
"""What may be corrected after a launch, as its page shows it: the registry refuses the rest, whatever is sent."""
BY_NAME: Final[Mapping[str, Part]] = {part.name: part for part in PARTS}
_MANY: Final = frozenset({"checks", "blocks"})


def said(section: str, field: str) -> str:
    """Give the label of a section's field."""
    part = BY_NAME[section]
    return next((each.label for each in (*part.fields, *part.columns) if each.name == field), part.title)


def shown(section: str, field: str, text: str, names: Mapping[str, str]) -> str:
    """Say in words what was typed or chosen in a field; ``names`` are those of blocks and campaigns by their ids."""
    part = BY_NAME[section]
    found = next((each for each in (*part.fields, *part.columns) if each.name == field), None)
    if not text.strip():
        return "để trống"
    if found is None or found.sort in ("line", "area"):
        return text
    choices = found.choices if found.choices is not None else names
    return ", ".join(choices.get(each, "mục không còn trong danh sách") for each in text.split())


def section_of(field: str) -> str:
    """Give the section that a fault's field belongs to: ``periods.0.due_at`` → ``periods``."""
    return field.partition(".")[0]


def typed(part: Part, sent: list[tuple[str, str]]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Read a sent form into values and rows; what is checked is put together, and rows in which nothing stands are left out."""
    values = {each.name: _one(f"v.{each.name}", each.sort, sent) for each in part.fields}
    count = 1 + max((int(name.split(".")[1]) for name, _ in sent if _is_row(name)), default=-1)
    rows = [
        {each.name: _one(f"r.{row}.{each.name}", each.sort, sent) for each in part.columns}
        for row in range(min(count, 400))
    ]
    return values, [row for row in rows if any(text.strip() for text in row.values())]


def _is_row(name: str) -> bool:
    steps = name.split(".")
    return len(steps) == 3 and steps[0] == "r" and whole(steps[1], -1) >= 0  # noqa: PLR2004


def _one(name: str, sort: str, sent: list[tuple[str, str]]) -> str:
    # A browser ends lines in its own way: what nobody touched is to say the same as before.
    found = [value.replace("\r\n", "\n") for each, value in sent if each == name]
    return " ".join(found) if sort in _MANY else next(iter(found), "")
