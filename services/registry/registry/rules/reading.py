"""From what was typed in a draft to a campaign that can be launched, or to every fault at once, each with its remedy."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, Literal, TypeVar, cast
from uuid import UUID

from chassis.amounts import AmbiguousNumberError, NotANumberError, parse_amount
from contracts.registry import CampaignPeriod, UnitKind
from registry.rules.days import YEARS, parse_day, parse_moment
from registry.rules.designs import (
    KNOWN,
    LONGEST,
    CampaignKind,
    Design,
    Goal,
    Milestone,
    Scope,
    Section,
    Sections,
    document_of,
    filled,
    period_id,
)
from registry.rules.faults import Fault
from registry.rules.stretch import stretch_fault

_ASKED_DAY: Final = "Viết ngày như 30/11/2023"
_OPENING, _CLOSING = time(0, 0), time(17, 0)
_MILESTONE_WORDS: Final = {"registration": "Hạn đăng ký thi đua", "interim": "Sơ kết", "final": "Tổng kết"}
LONGEST_NAME: Final = 300
T = TypeVar("T")


def check_section(name: str, section: Section) -> tuple[Fault, ...]:
    """Name what cannot be kept at all: fields that no section has, and texts beyond any document."""
    values, columns = KNOWN[name]
    typed = [(f"{name}.{field}", field in values, text) for field, text in section.values.items()]
    typed += [
        (f"{name}.{place}.{field}", field in columns, text)
        for place, row in enumerate(section.rows)
        for field, text in row.items()
    ]
    unknown = [Fault(criterion=field, message="không có trong biểu mẫu này") for field, known, _ in typed if not known]
    return (
        *unknown,
        *[
            Fault(criterion=field, message=f"dài quá {LONGEST} ký tự", remedy="Rút ngắn, hoặc tách thành nhiều dòng")
            for field, _, text in typed
            if len(text) > LONGEST
        ],
    )


def read_design(campaign_id: UUID, sections: Sections) -> tuple[Design | None, tuple[Fault, ...]]:
    """Read a whole draft; the design only when nothing stands in its way."""
    faults: list[Fault] = []
    head = _read_head(campaign_id, sections["document"].values, faults)
    span = (head["starts_on"], head["ends_on"])
    goals = _read_goals(sections["targets"].rows, faults)
    periods = read_periods(campaign_id, sections["periods"].rows, span, faults)
    milestones = read_milestones(sections["milestones"].rows, span, faults)
    scope = read_scope(sections["scope"].values, faults)
    _check_fields(sections["fields"].rows, faults)
    if faults:
        return None, tuple(faults)
    parts = {"goals": goals, "periods": periods, "milestones": milestones, "scope": scope}
    return Design.model_validate({**head, **parts, "document": document_of(sections)}), ()


def read_span(sections: Sections) -> tuple[date, date, Scope] | None:
    """Read when a draft begins and ends and whom it addresses, whatever else is still wrong in it; None where not known."""
    values, faults = sections["document"].values, list[Fault]()
    begins, ends = (parse_day(values.get(name, "")) for name in ("starts_on", "ends_on"))
    scope = read_scope(sections["scope"].values, faults)
    return None if faults or begins is None or ends is None else (begins, ends, scope)


def _read_head(campaign_id: UUID, values: Mapping[str, str], faults: list[Fault]) -> dict[str, Any]:
    name = _needed(
        values, "name", "document", "Tên phong trào", faults, longest=300, like="Phong trào thi đua năm 2023"
    )
    kind = values.get("kind", "").strip() or CampaignKind.YEARLY
    if kind not in {*CampaignKind}:
        faults.append(_fault("document.kind", "Loại phong trào: chưa chọn", "Chọn hằng năm, chuyên đề hoặc đặc biệt"))
    year = values.get("year", "").strip()
    if not (year.isascii() and year.isdigit() and int(year[:9]) in YEARS):
        faults.append(_fault("document.year", "Năm: chưa đúng", "Nhập năm bốn chữ số, ví dụ 2023"))
    starts_on = _day(values, "starts_on", "document.starts_on", "Ngày bắt đầu", faults)
    ends_on = _day(values, "ends_on", "document.ends_on", "Ngày kết thúc", faults)
    if starts_on and ends_on and ends_on < starts_on:
        faults.append(
            _fault(
                "document.ends_on",
                f"Ngày kết thúc: trước ngày bắt đầu {starts_on:%d/%m/%Y}",
                "Sửa ngày bắt đầu hoặc ngày kết thúc",
            )
        )
    check_issued(values, faults)
    parent = _parent(campaign_id, values.get("parent_id", "").strip(), faults)
    return {
        "name": name,
        "kind": kind,
        "year": year,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "parent_id": parent,
    }


def check_issued(values: Mapping[str, str], faults: list[Fault]) -> None:
    """Name a day of issue that cannot be read; empty while the document is not issued."""
    if values.get("issued_on", "").strip() and not parse_day(values["issued_on"]):
        remedy = f"{_ASKED_DAY}, hoặc để trống khi chưa ban hành"
        faults.append(_fault("document.issued_on", "Ngày ban hành: không đọc được", remedy))


def _parent(campaign_id: UUID, typed: str, faults: list[Fault]) -> UUID | None:
    if not typed:
        return None
    try:
        parent = UUID(typed)
    except ValueError:
        parent = campaign_id
    if parent == campaign_id:
        faults.append(
            _fault("document.parent_id", "Thuộc phong trào: chưa đúng", "Chọn một phong trào khác, hoặc để trống")
        )
    return parent


def _read_goals(rows: Sequence[Mapping[str, str]], faults: list[Fault]) -> list[Goal]:
    goals = []
    for place, row in filled(rows):
        at, code = f"targets.{place}", row.get("code", "").strip()
        before = len(faults)
        name = _needed(row, "name", at, "Tên chỉ tiêu", faults, longest=1000, like="Tỷ lệ hộ nghèo")
        _needed(row, "code", at, "Mã chỉ tiêu", faults, longest=40, like="CT1")
        measure = _needed(row, "measure", at, "Đơn vị tính", faults, longest=60, like="%")
        direction = row.get("direction", "").strip() or "at_least"
        if direction not in ("at_least", "at_most"):
            faults.append(_fault(f"{at}.direction", "Chiều: chưa chọn", "Chọn từ mức này trở lên hoặc trở xuống"))
        plan = _amount(row, "plan", at, "Kế hoạch", faults, required=True)
        baseline = _amount(row, "baseline", at, "Hiện trạng", faults, required=False)
        stretch = _amount(row, "stretch", at, "Mức phấn đấu", faults, required=False)
        if plan is not None and (wrong := stretch_fault(plan, stretch, less=direction == "at_most")):
            faults.append(_fault(f"{at}.stretch", f"Mức phấn đấu: {wrong[0]}", wrong[1]))
        kinds = _kinds(row.get("kinds", ""), f"{at}.kinds", faults)
        if len(faults) == before and plan is not None:
            goals.append(
                Goal(
                    code=code,
                    name=name,
                    measure=measure,
                    direction=cast("Literal['at_least', 'at_most']", direction),
                    baseline=baseline,
                    plan=plan,
                    kinds=kinds,
                    stretch=stretch,
                )
            )
    codes = [(place, row.get("code", "").strip()) for place, row in filled(rows)]
    seen = Counter(code for _, code in codes)
    for place, code in codes:
        if code and seen[code] > 1:
            faults.append(
                _fault(
                    f"targets.{place}.code", f"Mã chỉ tiêu: có {seen[code]} chỉ tiêu mang mã {code}", "Đặt mã khác nhau"
                )
            )
    return goals


def read_periods(
    campaign_id: UUID, rows: Sequence[Mapping[str, str]], span: tuple[date | None, date | None], faults: list[Fault]
) -> list[CampaignPeriod]:
    """Read the filled rows of periods, in order, and add what is wrong with them to ``faults``."""
    read = []
    for number, (place, row) in enumerate(filled(rows), start=1):
        at, before = f"periods.{place}", len(faults)
        name = _needed(row, "name", at, "Tên kỳ", faults, longest=300, like="Báo cáo 6 tháng")
        opens = _moment(row, "opens_at", at, "Mở nhận", faults, otherwise=_OPENING)
        due = _moment(row, "due_at", at, "Hạn nộp", faults, otherwise=_CLOSING)
        closes = _moment(row, "closes_at", at, "Đóng nhận", faults, otherwise=_CLOSING)
        if opens and due and not opens < due:
            faults.append(
                _fault(f"{at}.due_at", f"Hạn nộp: không sau lúc mở {opens:%d/%m/%Y}", "Sửa hạn nộp hoặc ngày mở")
            )
        if due and closes and closes < due:
            faults.append(
                _fault(f"{at}.closes_at", f"Đóng nhận: trước hạn nộp {due:%d/%m/%Y}", "Sửa ngày đóng hoặc hạn nộp")
            )
        if opens and _outside(opens.date(), span):
            faults.append(
                _fault(
                    f"{at}.opens_at",
                    f"Mở nhận: nằm ngoài phong trào ({_span(span)})",
                    "Sửa ngày mở, hoặc thời gian của phong trào",
                )
            )
        if len(faults) == before and opens and due and closes:
            read.append(
                (
                    place,
                    opens,
                    closes,
                    CampaignPeriod(
                        period_id=period_id(campaign_id, number),
                        number=number,
                        name=name,
                        opens_at=opens,
                        due_at=due,
                        closes_at=closes,
                    ),
                )
            )
    if not filled(rows):
        faults.append(_fault("periods", "Kỳ báo cáo: chưa có kỳ nào", "Thêm ít nhất một kỳ báo cáo"))
    for (_, _, closed, one), (place, opens, _, _) in pairwise(read):
        if opens <= closed:
            faults.append(
                _fault(
                    f"periods.{place}.opens_at",
                    f"Mở nhận: trước khi kỳ “{one.name}” đóng ngày {closed:%d/%m/%Y}, nên hai kỳ chồng nhau",
                    "Sắp các kỳ theo thứ tự thời gian, kỳ sau mở khi kỳ trước đã đóng",
                )
            )
    return [period for *_, period in read]


def read_milestones(
    rows: Sequence[Mapping[str, str]], span: tuple[date | None, date | None], faults: list[Fault]
) -> list[Milestone]:
    """Read the filled rows of milestones and add what is wrong with them to ``faults``."""
    read: list[Milestone] = []
    for place, row in filled(rows):
        at, kind = f"milestones.{place}", row.get("kind", "").strip()
        if kind not in _MILESTONE_WORDS:
            faults.append(_fault(f"{at}.kind", "Loại mốc: chưa chọn", "Chọn đăng ký, sơ kết hoặc tổng kết"))
        on = _day(row, "on", f"{at}.on", "Ngày của mốc", faults)
        if on and _outside(on, span):
            faults.append(
                _fault(
                    f"{at}.on",
                    f"Ngày của mốc: nằm ngoài phong trào ({_span(span)})",
                    "Sửa ngày của mốc, hoặc thời gian của phong trào",
                )
            )
        if on and kind in _MILESTONE_WORDS:
            if kind == "registration" and any(each.kind == kind for each in read):
                faults.append(
                    _fault(f"{at}.kind", "Loại mốc: đã có một hạn đăng ký", "Giữ một hạn đăng ký, bỏ hạn kia")
                )
            name = row.get("name", "").strip() or _MILESTONE_WORDS[kind]
            if len(name) > LONGEST_NAME:
                faults.append(_fault(f"{at}.name", f"Tên mốc: dài quá {LONGEST_NAME} ký tự", "Rút ngắn tên mốc"))
                continue
            read.append(Milestone(kind=cast("Literal['registration', 'interim', 'final']", kind), name=name, on=on))
    return read


def read_scope(values: Mapping[str, str], faults: list[Fault]) -> Scope:
    """Read whom a campaign addresses and add what is wrong with that to ``faults``."""
    reach = values.get("reach", "").strip()
    if reach == "blocks":
        blocks = _each(values.get("blocks", ""), UUID)
        if not blocks:
            faults.append(
                _fault("scope.blocks", "Phạm vi: chưa chọn khối nào", "Chọn ít nhất một khối, hoặc chọn mọi đơn vị")
            )
        return Scope(reach=reach, block_ids=blocks or ())
    if reach == "kinds":
        kinds = _kinds(values.get("kinds", ""), "scope.kinds", faults)
        if not kinds:
            faults.append(
                _fault(
                    "scope.kinds", "Phạm vi: chưa chọn loại đơn vị nào", "Chọn ít nhất một loại, hoặc chọn mọi đơn vị"
                )
            )
        return Scope(reach=reach, kinds=kinds)
    if reach != "all":
        faults.append(_fault("scope.reach", "Phạm vi: chưa chọn", "Chọn mọi đơn vị, theo khối hoặc theo loại đơn vị"))
    return Scope()


def _check_fields(rows: Sequence[Mapping[str, str]], faults: list[Fault]) -> None:
    faults += [
        _fault(f"fields.{place}.name", "Tên lĩnh vực: còn trống", "Nhập tên lĩnh vực, ví dụ Kinh tế")
        for place, row in filled(rows)
        if not row.get("name", "").strip()
    ]


def _needed(
    row: Mapping[str, str], name: str, at: str, label: str, faults: list[Fault], *, longest: int, like: str
) -> str:
    typed = row.get(name, "").strip()
    if not typed:
        faults.append(
            _fault(f"{at}.{name}", f"{label}: còn trống", f"Nhập {label[:1].lower()}{label[1:]}, ví dụ {like}")
        )
    elif len(typed) > longest:
        faults.append(_fault(f"{at}.{name}", f"{label}: dài quá {longest} ký tự", "Rút ngắn cho vừa"))
    return typed


def _day(row: Mapping[str, str], name: str, at: str, label: str, faults: list[Fault]) -> date | None:
    typed = row.get(name, "").strip()
    day = parse_day(typed)
    if day is None:
        faults.append(_fault(at, f"{label}: {'không đọc được' if typed else 'còn trống'}", _ASKED_DAY))
    return day


def _moment(
    row: Mapping[str, str], name: str, at: str, label: str, faults: list[Fault], *, otherwise: time
) -> datetime | None:
    typed = row.get(name, "").strip()
    moment = parse_moment(typed, otherwise)
    if moment is None:
        words = "không đọc được" if typed else "còn trống"
        faults.append(
            _fault(f"{at}.{name}", f"{label}: {words}", "Viết như 17:00 30/11/2023, hoặc chỉ ngày 30/11/2023")
        )
    return moment


def _amount(
    row: Mapping[str, str], name: str, at: str, label: str, faults: list[Fault], *, required: bool
) -> Decimal | None:
    typed = row.get(name, "").strip()
    if not typed and not required:
        return None
    try:
        return parse_amount(typed)
    except AmbiguousNumberError as error:
        faults.append(
            Fault(
                criterion=f"{at}.{name}",
                message=f"{label}: xác nhận “{error.text}” là {error.reading}",
                remedy=error.remedy,
                suggestion=str(error.reading),
            )
        )
    except NotANumberError:
        faults.append(
            _fault(
                f"{at}.{name}",
                f"{label}: {'không phải là số' if typed else 'còn trống'}",
                "Nhập một số, ví dụ 30 hoặc 28,5",
            )
        )
    return None


def _kinds(typed: str, at: str, faults: list[Fault]) -> tuple[UnitKind, ...]:
    kinds = _each(typed, UnitKind)
    if kinds is None:
        faults.append(_fault(at, "Loại đơn vị: có loại không có trong danh sách", "Chọn lại loại đơn vị"))
    return kinds or ()


def _each(typed: str, read: Callable[[str], T]) -> tuple[T, ...] | None:
    """Read words that a page put together; None when one of them cannot be what it should."""
    try:
        return tuple(dict.fromkeys(read(word) for word in typed.split()))
    except ValueError:
        return None


def _outside(day: date, span: tuple[date | None, date | None]) -> bool:
    return bool((span[0] and day < span[0]) or (span[1] and day > span[1]))


def _span(span: tuple[date | None, date | None]) -> str:
    return " – ".join(f"{day:%d/%m/%Y}" if day else "chưa rõ" for day in span)


def _fault(field: str, message: str, remedy: str) -> Fault:
    return Fault(criterion=field, message=message, remedy=remedy)
