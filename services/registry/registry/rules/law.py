"""Facts of law that files are kept by: what each says unless people decided otherwise, and how sure it is.

What is not verified in its text is configuration: it is changed and confirmed by the office, never here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from contracts.people import DisciplineLevel
from registry.rules.acts import day
from registry.rules.days import A_LIFE, parse_day
from registry.rules.faults import Fault

VERIFIED: Final = "V"
_COMMON_YEAR: Final = 2023
_LEVELS: Final = tuple(DisciplineLevel)
"""From the lightest to the heaviest."""
_LEVEL_WORDS: Final = {
    DisciplineLevel.REPRIMAND: "khiển trách",
    DisciplineLevel.WARNING: "cảnh cáo",
    DisciplineLevel.HEAVIER: "nặng hơn cảnh cáo",
}
_NEW_LAW: Final = 2024
"""The first year whose closing day lies under Luật Thi đua, khen thưởng 2022."""


def _closing(typed: str) -> str:
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})", typed, re.ASCII)
    try:
        read = date(_COMMON_YEAR, int(found[2]), int(found[1])) if found else None
    except ValueError:
        read = None
    if read is None:
        raise ValueError(f"“{typed[:40]}” không phải ngày có trong mọi năm")
    return f"{read:%d/%m}"


def _one_of(allowed: Iterable[str]) -> Callable[[str], str]:
    choices = tuple(map(str, allowed))

    def read(typed: str) -> str:
        if typed not in choices:
            raise ValueError("không thuộc danh sách")
        return typed

    return read


@dataclass(frozen=True)
class Provision:
    """One fact: its value as typed, the sentence that it is said in (of the value in words), where it comes from."""

    field: str
    label: str
    value: str
    say: Callable[[str], str]
    citation: str
    mark: str
    read: Callable[[str], str]
    remedy: str


_PICK: Final = "Chọn một dòng trong danh sách"


def _level(sentence: str) -> Callable[[str], str]:
    return lambda value: sentence.format(_LEVEL_WORDS[DisciplineLevel(value)])


PROVISIONS: Final[Mapping[str, Provision]] = {
    "closing_day": Provision(
        "closing_day",
        "Ngày đếm người của năm",
        "31/12",
        "Người của đơn vị trong một năm được đếm vào ngày {} của năm đó".format,
        "Chưa đọc được văn bản nào quy định ngày này",
        "D",
        _closing,
        "Viết ngày và tháng như 31/12",
    ),
    "discipline_2017": Provision(
        "level",
        "Mức kỷ luật thấp nhất bị tính",
        "warning",
        _level("Đến hết năm 2023, tập thể bị tính người bị kỷ luật từ mức {} trở lên"),
        "Luật Thi đua, khen thưởng 2003 (sửa đổi 2013), Điều 28 khoản 1",
        VERIFIED,
        _one_of(DisciplineLevel),
        _PICK,
    ),
    "discipline_2024": Provision(
        "level",
        "Mức kỷ luật thấp nhất bị tính",
        "warning",
        _level("Từ năm 2024, tập thể bị tính người bị kỷ luật từ mức {} trở lên"),
        "Luật Thi đua, khen thưởng 2022, Điều 28; mức kỷ luật chưa đọc trong văn bản",
        "U",
        _one_of(DisciplineLevel),
        _PICK,
    ),
    "initiative_once": Provision(
        "once",
        "Chỉ dùng một lần",
        "yes",
        lambda value: (
            "Sáng kiến đã dùng để xét danh hiệu thì không dùng để xét khen thưởng và ngược lại, cũng không dùng cho hai lần khen thưởng"
            if value == "yes"
            else "Sáng kiến được dùng để xét nhiều lần, cho cả danh hiệu và khen thưởng"
        ),
        "Công văn 5007/BNV-TĐKT năm 2023, mục III.5.c",
        "V*",
        _one_of(["yes", "no"]),
        _PICK,
    ),
}


@dataclass(frozen=True)
class Law:
    """What holds now."""

    closing: str = "31/12"
    levels: tuple[str, str] = ("warning", "warning")
    """Until 2023, and from 2024."""
    initiative_once: bool = True
    once_sure: bool = False

    def closing_day(self, year: int) -> date:
        """Give the day on which a year's people are counted."""
        on, month = self.closing.split("/")
        return date(year, int(month), int(on))

    def level(self, year: int) -> str:
        """Give the lightest discipline that counts against a collective in a year."""
        return self.levels[year >= _NEW_LAW]

    def counted_against(self, year: int) -> frozenset[DisciplineLevel]:
        return frozenset(_LEVELS[_LEVELS.index(DisciplineLevel(self.level(year))) :])


AS_SHIPPED: Final = Law()


def law_of(decided: Mapping[str, Mapping[str, Any]]) -> Law:
    """Give the law from what people decided last of each provision; what they did not touch is as it is shipped."""
    values = {code: decided[code]["value"] if code in decided else each.value for code, each in PROVISIONS.items()}
    once = decided.get("initiative_once")
    return Law(
        closing=values["closing_day"],
        levels=(values["discipline_2017"], values["discipline_2024"]),
        initiative_once=values["initiative_once"] == "yes",
        once_sure=bool(once and once["mark"] == VERIFIED),
    )


def provision_stands(code: str, decided: Mapping[str, Any] | None) -> dict[str, Any]:
    """Tell how a provision stands, in the shape in which awards tells of a condition."""
    provision = PROVISIONS[code]
    value = decided["value"] if decided else provision.value
    mark = decided["mark"] if decided else provision.mark
    confirmed = decided["confirmed"] if decided else None
    return {
        "title": None,
        "condition": code,
        "text": provision.say(value),
        "citation": provision.citation,
        "values": {provision.field: value},
        "mark": mark,
        "confirmed": confirmed,
        "editable": mark != VERIFIED or confirmed is not None,
        "revision": decided["version"] if decided else 0,
    }


_DOCUMENT: Final = {
    "document_number": ("Số văn bản", "Ghi số, ký hiệu như 5007/BNV-TĐKT"),
    "document_on": ("Ngày văn bản", "Viết ngày như 30/11/2023"),
    "document_by": ("Nơi ban hành", "Ghi cơ quan ban hành văn bản"),
}
_LONGEST: Final = 300
SHORTEST_REASON: Final = 3


def amend_provision(
    code: str, stood: Mapping[str, Any], typed: Mapping[str, Any], *, by: str, today: date
) -> tuple[dict[str, Any] | None, tuple[Fault, ...]]:
    """Give a provision's next value, mark and confirmation, or None with every fault."""
    provision = PROVISIONS[code]
    held = stood["values"][provision.field]
    faults = [
        Fault(criterion=name, message="không có ở quy định này", remedy="Bỏ mục này")
        for name in sorted(typed["values"].keys() - {provision.field})
    ]
    new = held
    if provision.field in typed["values"]:
        try:
            new = provision.read(typed["values"][provision.field].strip())
        except ValueError as error:
            faults.append(
                Fault(criterion=provision.field, message=f"{provision.label}: {error}", remedy=provision.remedy)
            )
    document = confirming_document(typed, today, faults) if typed["confirm"] else None
    if not stood["editable"]:
        said = "đã kiểm chứng trong văn bản nên không sửa ở đây"
        faults.append(Fault(criterion="values", message=said, remedy="Khi văn bản thay đổi, báo nơi quản lý hệ thống"))
    elif new == held and not typed["confirm"] and not faults:
        faults.append(
            Fault(criterion="values", message="chưa thay đổi gì", remedy="Sửa một giá trị, hoặc chọn xác nhận")
        )
    reason = typed["reason"].strip()
    if (new != held and len(reason) < SHORTEST_REASON) or len(reason) > _LONGEST:
        message = "Lý do: còn thiếu, hoặc quá dài"
        faults.append(Fault(criterion="reason", message=message, remedy=f"Ghi một câu, đến {_LONGEST} chữ"))
    if faults:
        return None, tuple(faults)
    was = stood["confirmed"]["was"] if stood["confirmed"] else stood["mark"]
    confirmed = {"by": by, "on": today.isoformat(), **document, "was": was} if document else None
    return {"value": new, "mark": VERIFIED if document else was, "confirmed": confirmed}, ()


def confirming_document(typed: Mapping[str, Any], today: date, faults: list[Fault]) -> dict[str, str]:
    """Read what was held against: number, day, issuer; what is wrong with them is added to the faults."""
    read = {}
    for name, (label, remedy) in _DOCUMENT.items():
        text = typed[name].strip()
        if not 0 < len(text) <= _LONGEST:
            faults.append(Fault(criterion=name, message=f"{label}: còn thiếu, hoặc quá dài", remedy=remedy))
        read[name] = text
    if not read["document_on"]:
        return read
    label, remedy = _DOCUMENT["document_on"]
    on = parse_day(read["document_on"], A_LIFE)
    if on is None:
        message = f"{label}: “{read['document_on'][:40]}” không phải ngày"
        faults.append(Fault(criterion="document_on", message=message, remedy=remedy))
    elif on > today:
        message = f"{label}: chưa tới, hôm nay là {day(today)}"
        faults.append(Fault(criterion="document_on", message=message, remedy="Sửa ngày"))
    else:
        read["document_on"] = on.isoformat()
    return read
