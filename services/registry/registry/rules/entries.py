"""What an entry in a file on a person or a unit must say: each kind is a form, and reading one names every fault at once."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.text import nfc, sort_bytes
from contracts.people import AwardForm, ClearanceAnswer, DisciplineLevel, HoldKind, InitiativeLevel, UsePurpose
from contracts.registry import TaskRating
from registry.rules.acts import day
from registry.rules.days import A_LIFE, YEARS, parse_day
from registry.rules.faults import Fault
from registry.rules.law import AS_SHIPPED, Law


class EntryKind(StrEnum):
    """What is entered in a file."""

    SERVICE = "service"
    RATING = "rating"
    DISCIPLINE = "discipline"
    INITIATIVE = "initiative"
    USE = "use"
    HOLD = "hold"
    CLEARANCE = "clearance"
    AWARD = "award"


class Entry(BaseModel):
    """An entry as it was read; what each column holds for which kind stands in ``FORMS``."""

    model_config = ConfigDict(frozen=True)

    kind: EntryKind
    year: int | None = None
    from_on: date
    until_on: date | None = None
    main: bool = False
    grade: str | None = None
    words: str = ""
    document_number: str | None = None
    document_on: date | None = None
    document_by: str | None = None
    more: dict[str, str] = {}


class Use(NamedTuple):
    """What an initiative was used for, by which of its holders; no person = the unit itself."""

    purpose: str
    code: str
    year: int
    person_id: UUID | None = None


class UnreadableError(ValueError):
    """What was typed cannot be that; the message says what is wrong."""


@dataclass(frozen=True)
class Field:
    """One line of a form: its words, how it is read, and what mends it."""

    label: str
    read: Callable[[str], Any]
    remedy: str
    required: bool = True


def _text(longest: int) -> Callable[[str], str]:
    def read(typed: str) -> str:
        if len(typed) > longest:
            raise UnreadableError(f"dài {len(typed)} chữ, quá {longest}")
        return typed

    return read


def _day(typed: str) -> date:
    read = parse_day(typed, A_LIFE)
    if read is None:
        raise UnreadableError(f"“{typed[:40]}” không phải ngày")
    return read


def _year(typed: str) -> int:
    if not typed.isdecimal() or int(typed) not in YEARS:
        raise UnreadableError(f"“{typed[:40]}” không phải năm")
    return int(typed)


def _code(typed: str) -> str:
    if not re.fullmatch(r"[A-Z0-9_]{2,40}", typed):
        raise UnreadableError("không thuộc danh sách")
    return typed


_LONGEST_NUMBER: Final = 60


def _number(typed: str) -> str:
    """Read the number of a decision that is told beyond the registry: a number and signs, no sentence and no name."""
    if len(typed) > _LONGEST_NUMBER or not re.fullmatch(r"\d+[\w./-]*", typed):
        raise UnreadableError(f"“{typed[:40]}” không phải số văn bản")
    return typed


def _choice(choices: Iterable[str]) -> Callable[[str], str]:
    allowed = tuple(map(str, choices))

    def read(typed: str) -> str:
        if typed not in allowed:
            raise UnreadableError("không thuộc danh sách")
        return typed

    return read


_DAY: Final = "Viết ngày như 30/11/2023"
_PICK: Final = "Chọn một dòng trong danh sách"


def _document(*, required: bool = True) -> dict[str, Field]:
    return {
        "document_number": Field("Số văn bản", _text(100), "Ghi số, ký hiệu như 12/QĐ-UBND", required),
        "document_on": Field("Ngày văn bản", _day, _DAY, required),
        "document_by": Field("Nơi ban hành", _text(300), "Ghi cơ quan ký văn bản", required),
    }


FORMS: Final[Mapping[EntryKind, Mapping[str, Field]]] = {
    EntryKind.SERVICE: {
        "words": Field("Vị trí công tác", _text(300), "Ghi chức vụ hoặc công việc"),
        "main": Field("Vị trí chính", _choice(("yes", "no")), _PICK),
        "from_on": Field("Từ ngày", _day, _DAY),
        "until_on": Field("Đến hết ngày", _day, _DAY, required=False),
    },
    EntryKind.RATING: {
        "year": Field("Năm", _year, "Ghi năm như 2023"),
        "grade": Field("Mức xếp loại", _choice(TaskRating), _PICK),
        **_document(),
    },
    EntryKind.DISCIPLINE: {
        "grade": Field("Mức kỷ luật", _choice(DisciplineLevel), _PICK),
        "words": Field("Hình thức kỷ luật", _text(300), "Ghi đúng hình thức trong quyết định"),
        "from_on": Field("Từ ngày", _day, _DAY),
        "until_on": Field("Ngày cuối của thời hạn kỷ luật", _day, _DAY, required=False),
        **_document(),
    },
    EntryKind.INITIATIVE: {
        "words": Field("Tên sáng kiến", _text(500), "Ghi tên như trong quyết định công nhận"),
        "grade": Field("Cấp công nhận", _choice(InitiativeLevel), _PICK),
        "from_on": Field("Ngày công nhận", _day, _DAY),
        "scope": Field("Phạm vi ảnh hưởng", _text(500), "Ghi nơi sáng kiến được áp dụng", required=False),
        **_document(),
    },
    EntryKind.USE: {
        "grade": Field("Dùng để xét", _choice(UsePurpose), _PICK),
        "words": Field("Danh hiệu hoặc hình thức khen thưởng", _code, _PICK),
        "year": Field("Năm", _year, "Ghi năm xét như 2023"),
        **_document(),
    },
    EntryKind.HOLD: {
        "grade": Field("Vì sao tạm dừng", _choice(HoldKind), _PICK),
        "words": Field("Nội dung đang xem xét", _text(500), "Ghi một câu, không ghi tên người"),
        "from_on": Field("Từ ngày", _day, _DAY),
        "until_on": Field("Ngày kết thúc", _day, _DAY, required=False),
        "lifted_by": Field("Nơi kết luận", _text(300), "Ghi cơ quan đã kết luận", required=False),
        **_document(required=False),
    },
    EntryKind.CLEARANCE: {
        "words": Field("Cơ quan được hỏi", _text(300), "Ghi tên cơ quan"),
        "from_on": Field("Ngày hỏi", _day, _DAY),
        "until_on": Field("Ngày trả lời", _day, _DAY, required=False),
        "grade": Field("Trả lời", _choice(ClearanceAnswer), _PICK, required=False),
        "answer": Field("Nội dung trả lời", _text(1000), "Ghi ngắn gọn", required=False),
        **_document(required=False),
    },
    EntryKind.AWARD: {
        "grade": Field("Hình thức", _choice(AwardForm), _PICK),
        "year": Field("Năm", _year, "Ghi năm có thành tích như 2023"),
        **_document(),
        "document_number": Field("Số văn bản", _number, "Ghi liền, bắt đầu bằng số, như 12/QĐ-UBND"),
    },
}
"""The fields of each kind; those that are no column of their own stand in ``more``."""

_NEVER_AHEAD: Final = ("document_on", "from_on", "until_on")
_TOGETHER: Final = {EntryKind.HOLD: "lifted_by", EntryKind.CLEARANCE: "grade"}
_Say = Callable[[str, str, str], None]
_MAY_LIE_AHEAD: Final = frozenset(
    {(EntryKind.SERVICE, "from_on"), (EntryKind.SERVICE, "until_on"), (EntryKind.DISCIPLINE, "until_on")}
)


@dataclass(frozen=True)
class About:
    """What the registry knows beside what was typed: of the unit, and of what stands already in this file."""

    today: date
    began: date
    ended: date | None = None
    posts: tuple[tuple[date, date | None], ...] = ()
    """First and last days of the person's other main posts."""
    rated: frozenset[int] = frozenset()
    """The years that have another rating."""
    uses: tuple[Use, ...] = ()
    """What the initiative was used for otherwise."""
    awarded: frozenset[tuple[str, int, str]] = frozenset()
    """Form, year and number of the decision of each other award."""
    person_id: UUID | None = None
    law: Law = AS_SHIPPED


def read_entry(kind: EntryKind, typed: Mapping[str, str], about: About) -> tuple[Entry | None, tuple[Fault, ...]]:
    """Read a form; gives the entry, or None with every fault."""
    form = FORMS[kind]
    faults = [
        Fault(criterion=name, message="không có trong biểu mẫu này", remedy="Bỏ mục này")
        for name in typed.keys() - form
    ]
    read: dict[str, Any] = {}
    for name, field in form.items():
        text = nfc(typed.get(name, ""))
        if not text:
            if field.required:
                faults.append(Fault(criterion=name, message=f"{field.label}: còn thiếu", remedy=field.remedy))
            continue
        try:
            read[name] = field.read(text)
        except UnreadableError as error:
            faults.append(Fault(criterion=name, message=f"{field.label}: {error}", remedy=field.remedy))
    faults += _contradictions(kind, read, about)
    if faults:
        return None, tuple(faults)
    return _entry(kind, read), ()


def _entry(kind: EntryKind, read: dict[str, Any]) -> Entry:
    if kind is EntryKind.RATING:
        read |= {"from_on": date(read["year"], 1, 1), "until_on": date(read["year"], 12, 31)}
    if kind in (EntryKind.USE, EntryKind.AWARD):
        read["from_on"] = read["document_on"]
    if "main" in read:
        read["main"] = read["main"] == "yes"
    own = {name: value for name, value in read.items() if name in Entry.model_fields}
    return Entry(kind=kind, **own, more={name: value for name, value in read.items() if name not in own})


def typed_again(entry: Entry) -> dict[str, str]:
    """Write an entry as its form would have it typed."""
    held = entry.model_dump(mode="json") | entry.more | {"main": "yes" if entry.main else "no"}
    return {name: str(held[name]) for name in FORMS[entry.kind] if held.get(name) is not None}


def _contradictions(kind: EntryKind, read: Mapping[str, Any], about: About) -> list[Fault]:
    faults = []

    def say(name: str, message: str, remedy: str) -> None:
        faults.append(Fault(criterion=name, message=f"{FORMS[kind][name].label}: {message}", remedy=remedy))

    _check_days(kind, read, about, say)
    _check_pair(kind, read, say)
    if kind is EntryKind.SERVICE and "from_on" in read:
        _check_service(read, about, say)
    if kind is EntryKind.RATING and read.get("year") in about.rated:
        say("year", f"năm {read['year']} đã có một kết quả xếp loại", "Mở kết quả đó để sửa, hoặc rút nó trước")
    if kind is EntryKind.AWARD and (read.get("grade"), read.get("year"), read.get("document_number")) in about.awarded:
        say(
            "document_number",
            "quyết định này đã ghi cho hình thức và năm đó",
            "Mở mục đã ghi để sửa, hoặc rút nó trước",
        )
    if kind is EntryKind.USE and "grade" in read:
        wanted = Use(read["grade"], read.get("words", ""), read.get("year", 0), about.person_id)
        if refused := use_refused(about.uses, wanted, about.law):
            say("grade", refused, "Chọn một sáng kiến khác")
    return faults


def _check_days(kind: EntryKind, read: Mapping[str, Any], about: About, say: _Say) -> None:
    first, last = read.get("from_on"), read.get("until_on")
    if first and last and last < first:
        say("until_on", f"trước {FORMS[kind]['from_on'].label.lower()}, {day(first)}", "Sửa một trong hai ngày")
    for name in _NEVER_AHEAD:
        if (written := read.get(name)) and written > about.today and (kind, name) not in _MAY_LIE_AHEAD:
            say(name, f"chưa tới, hôm nay là {day(about.today)}", "Sửa ngày, hoặc ghi khi đã có")
    if read.get("year", 0) > about.today.year:
        say("year", f"chưa tới, năm nay là {about.today.year}", "Sửa năm")


def _check_pair(kind: EntryKind, read: Mapping[str, Any], say: _Say) -> None:
    """A hold ends by somebody's conclusion, an answer has its day: both are there, or neither."""
    other = _TOGETHER.get(kind)
    if other and (other in read) != ("until_on" in read):
        labels = f"“{FORMS[kind]['until_on'].label}” và “{FORMS[kind][other].label}”"
        lacking = "until_on" if other in read else other
        say(lacking, "còn thiếu", f"Ghi cả hai mục {labels}, hoặc để trống cả hai")


def _check_service(read: Mapping[str, Any], about: About, say: _Say) -> None:
    first, last = read["from_on"], read.get("until_on")
    if first < about.began:
        say("from_on", f"đơn vị lập ngày {day(about.began)}", "Chọn từ ngày đó trở đi")
    if about.ended and (last is None or last >= about.ended):
        say("until_on", f"đơn vị kết thúc từ ngày {day(about.ended)}", "Ghi ngày cuối trước ngày đó")
    if read.get("main") != "yes":
        return
    for begun, ended in about.posts:
        if first <= (ended or date.max) and begun <= (last or date.max):
            until = f" đến {day(ended)}" if ended else " đến nay"
            say(
                "from_on",
                f"trùng với vị trí chính từ {day(begun)}{until}",
                "Ghi ngày cuối của vị trí kia trước, hoặc ghi đây là vị trí kiêm nhiệm",
            )


def use_refused(uses: Iterable[Use], wanted: Use, law: Law) -> str | None:
    """Say why an initiative cannot be used for this; None if it can.

    Unless people decided otherwise, used for a title it is not used for a commendation and the other way round, nor for two
    commendations (CV 5007/BNV-TĐKT III.5.c). Of a second title the text says nothing: that is for the council, and the page
    tells of it.
    """
    for used in uses:
        if law.initiative_once and UsePurpose.COMMENDATION in (used.purpose, wanted.purpose):
            what = "một danh hiệu" if used.purpose == UsePurpose.TITLE else "một hình thức khen thưởng"
            sure = "" if law.once_sure else " (Công văn 5007/BNV-TĐKT, mục III.5.c: chưa kiểm chứng, cần xác nhận)"
            return f"sáng kiến này đã dùng để xét {what} năm {used.year}{sure}"
        if used == wanted:
            return f"sáng kiến này đã dùng để xét chính danh hiệu đó năm {used.year}"
    return None


def wrong_person(kind: EntryKind, person_id: UUID | None) -> Fault | None:
    """A post is a person's, an award of a superior body the unit's own."""
    if kind is EntryKind.AWARD and person_id:
        return Fault(
            criterion="person_id", message="khen thưởng này là của đơn vị", remedy="Ghi trong hồ sơ của đơn vị"
        )
    if kind is EntryKind.SERVICE and person_id is None:
        return Fault(criterion="person_id", message="Cán bộ: còn thiếu", remedy="Chọn một cán bộ")
    return None


_A_POST: Final = re.compile(r"[\d,]")


def person_sort(name: str) -> bytes:
    """Give a person's place in a list: by given name, then family and middle name; a numbered post as it is written."""
    first, _, given = name.rpartition(" ")
    return sort_bytes(name if _A_POST.search(name) or not first else f"{given} {first}")
