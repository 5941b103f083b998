"""The list of people: whom a row means, and what it would say of the main post and of a year's rating."""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.text import fold
from registry.rules import entries
from registry.rules.acts import day
from registry.rules.days import A_LIFE
from registry.rules.entries import FORMS, Entry, EntryKind
from registry.rules.lists import columns
from registry.rules.lists.columns import Column
from registry.rules.lists.listing import Listing, Row
from registry.rules.lists.outcomes import Outcome, Plan
from registry.rules.speaking import Said, Speaker, not_yours

_DAY: Final = "Viết ngày/tháng/năm, ví dụ 30/11/2023"
_WITH_RATING: Final = "chỉ ghi khi có xếp loại"

PEOPLE: Final = Listing(
    "people",
    "Cán bộ",
    (
        Column(
            "person_id",
            "Mã định danh",
            "Để trống nếu là người mới; chép nguyên từ tệp tải về nếu là người đã có",
            columns.id_of,
            required=False,
            width=38,
        ),
        Column(
            "name", "Họ và tên", "Ghi họ tên, hoặc số và đơn vị như trên trang Cán bộ", columns.words(200), width=36
        ),
        Column(
            "unit",
            "Đơn vị",
            "Ghi tên đầy đủ hoặc mã đơn vị; đơn vị tự gửi thì để trống được",
            columns.words(300),
            required=False,
            width=36,
        ),
        Column("post", "Vị trí công tác", "Ghi chức vụ hoặc công việc chính", columns.words(300), width=30),
        Column("from_on", "Từ ngày", _DAY, columns.day_in(A_LIFE), as_day=True),
        Column(
            "until_on",
            "Đến hết ngày",
            "Để trống nếu đang làm",
            columns.day_in(A_LIFE),
            required=False,
            as_day=True,
        ),
        Column("year", "Năm xếp loại", "Ghi năm như 2023", columns.year, required=False, width=14),
        Column(
            "grade",
            "Mức xếp loại",
            f"Ghi một trong: {', '.join(columns.RATING_WORDS.values())}",
            columns.rating,
            required=False,
            width=32,
        ),
        Column(
            "document_number",
            "Số văn bản xếp loại",
            f"Như 12/QĐ-UBND; {_WITH_RATING}",
            columns.value(100),
            required=False,
        ),
        Column("document_on", "Ngày văn bản", _DAY, columns.day_in(A_LIFE), required=False, as_day=True),
        Column(
            "document_by", "Nơi ban hành", f"Cơ quan ký văn bản; {_WITH_RATING}", columns.words(300), required=False
        ),
    ),
    takes=frozenset({"unit_id"}),
    thing="person_id",
)
_RATED: Final = ("year", "grade", "document_number", "document_on", "document_by")
_COLUMNS: Final = {"words": "post", "main": "from_on"}
"""Where a fault of a form shows whose field has another name here."""


class NamedUnit(BaseModel):
    """A unit that a row may name."""

    model_config = ConfigDict(frozen=True)

    unit_id: UUID
    name: str
    code: str | None
    valid_from: date
    ended_on: date | None


class Held(BaseModel):
    """An entry that stands in a person's file."""

    model_config = ConfigDict(frozen=True)

    entry_id: UUID
    version: int
    unit_id: UUID
    entry: Entry
    said: Said


class KnownPerson(BaseModel):
    """A person with the main posts and ratings that stand; ``unit_id`` keeps the file."""

    model_config = ConfigDict(frozen=True)

    person_id: UUID
    version: int
    unit_id: UUID
    name: str
    entries: tuple[Held, ...] = ()

    def of(self, kind: EntryKind) -> tuple[Held, ...]:
        return tuple(held for held in self.entries if held.entry.kind is kind)


@dataclass
class KnownPeople:
    """What rows are held against; ``own`` is the unit whose list it is, None for the office's, ``post`` whoever sends it."""

    today: date
    own: UUID | None
    post: str
    units: Mapping[UUID, NamedUnit]
    people: Mapping[UUID, KnownPerson]
    _called: dict[tuple[UUID, str], list[KnownPerson]] = field(default_factory=lambda: defaultdict(list))
    _alike: dict[tuple[UUID, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in self.people.values():
            self._called[each.unit_id, each.name].append(each)
            self._alike[each.unit_id, fold(each.name)] = each.name

    def called(self, unit_id: UUID, name: str) -> list[KnownPerson]:
        """Give those of this name whose files a unit keeps."""
        return self._called.get((unit_id, name), [])

    def alike(self, unit_id: UUID, name: str) -> str | None:
        """Give the name of somebody there that differs in marks or letter cases only."""
        return self._alike.get((unit_id, fold(name)))

    def seen(self, person_id: UUID, unit_id: UUID, name: str) -> int:
        """Give a number for all that a row was held against; another one later means that somebody changed some of it."""
        stands = [found] if (found := self.people.get(person_id)) else self.called(unit_id, name)
        unit = self.units[unit_id]
        said: list[Any] = [unit.valid_from, unit.ended_on]
        for each in stands:
            said += [each.person_id, each.version, *sorted((str(held.entry_id), held.version) for held in each.entries)]
        return zlib.crc32(repr(said).encode()) >> 1


def plan_people(rows: Sequence[Row], known: KnownPeople, fresh: Sequence[UUID]) -> list[Plan]:
    """Say what each row would do; ``fresh`` are ids for those who are new, one a row.

    A row means the person whose id it gives, else the one of its name in its unit, else somebody new; where it may be several
    it is refused. It says one main post, and the rating of one year where it names one. A cell left empty says nothing.
    """
    units: dict[str, list[NamedUnit]] = defaultdict(list)
    for unit in known.units.values():
        for word in {unit.name, unit.code, str(unit.unit_id)} - {None}:
            units[str(word)].append(unit)
    first: dict[Any, int] = {}
    return [_plan(row, known, units, identity, first) for row, identity in zip(rows, fresh, strict=True)]


def _plan(
    row: Row, known: KnownPeople, units: Mapping[str, list[NamedUnit]], identity: UUID, first: dict[Any, int]
) -> Plan:
    plan = _placed(Plan(row), known, units)
    if not plan.sound:
        return plan
    unit = known.units[plan.content["unit_id"]]
    plan = _meant(plan, known, unit, identity)
    person = known.people.get(plan.content["person_id"]) if plan.sound else None
    means = person.person_id if person else (unit.unit_id, row.values["name"])
    before = first.setdefault(means, row.number)
    if before != row.number:
        remedy = "Mỗi người một dòng; nếu là hai người trùng tên, thêm chữ phân biệt vào tên"
        plan = _wrong(plan, "name", f"trùng với dòng {before}", remedy)
    return _compared(plan, known, unit, person) if plan.sound else plan


def _placed(plan: Plan, known: KnownPeople, units: Mapping[str, list[NamedUnit]]) -> Plan:
    """Find the unit of a row: the one that it names; of a unit's own list it can be no other."""
    if not plan.row.sound:
        return plan
    named = plan.row.values.get("unit")
    found = units.get(named, []) if named else [known.units[known.own]] if known.own else []
    if not named and not found:
        return _wrong(plan, "unit", "còn trống", PEOPLE["unit"].hint)
    if len(found) > 1:
        return _wrong(plan, "unit", f"có {len(found)} đơn vị cùng tên hoặc cùng mã này", "Ghi mã định danh của đơn vị")
    if known.own and (not found or found[0].unit_id != known.own):
        message = f"tệp này là của {known.units[known.own].name}"
        return _wrong(plan, "unit", message, "Để trống; người của đơn vị khác do đơn vị đó hoặc Phòng Nội vụ gửi")
    if not found:
        return _wrong(plan, "unit", "không có đơn vị này", "Sửa lại tên, hoặc đăng ký đơn vị trước")
    return plan.with_content(unit_id=found[0].unit_id)


def _meant(plan: Plan, known: KnownPeople, unit: NamedUnit, identity: UUID) -> Plan:
    name = plan.row.values["name"]
    if given := plan.row.values.get("person_id"):
        plan = plan.with_content(person_id=given)
        if given not in known.people:
            whose = " của đơn vị" if known.own else ""
            remedy = "Để trống cột này nếu là người mới, hoặc chép lại từ tệp hiện có"
            return _wrong(plan, "person_id", f"không có người này trong danh sách{whose}", remedy)
        return plan
    found = known.called(unit.unit_id, name)
    if len(found) > 1:
        message = f"{unit.name} có {len(found)} người tên này"
        return _wrong(plan, "name", message, "Điền Mã định danh của người đó, lấy ở tệp dữ liệu hiện có")
    if found:
        return plan.with_content(person_id=found[0].person_id)
    plan = plan.with_content(person_id=identity)
    if like := known.alike(unit.unit_id, name):
        message = f"{PEOPLE['name'].heading}: {unit.name} đã có {like}, dòng này là người mới"
        remedy = "Nếu là cùng một người, điền Mã định danh của người đó"
        return plan.with_fault(plan.row.fault("name", message, remedy, stops=False))
    return plan


def _compared(plan: Plan, known: KnownPeople, unit: NamedUnit, person: KnownPerson | None) -> Plan:
    """Read the post and the rating by their forms, beside what stands; what says the same is not written again."""
    values = plan.row.values
    plan, service = _service(plan, known, unit, person)
    plan, rating = _rating(plan, known, unit, person)
    if not plan.sound:
        return plan
    new = [each for each in (service, rating) if each]
    renamed = person is None or person.name != values["name"]
    plan = plan.with_content(
        name=values["name"], version=(person.version if person else 0) + renamed, renamed=renamed, entries=new
    )
    outcome = Outcome.NEW if person is None else Outcome.CHANGED if renamed or new else Outcome.SAME
    return replace(plan, outcome=outcome, seen=known.seen(plan.content["person_id"], unit.unit_id, values["name"]))


def _service(
    plan: Plan, known: KnownPeople, unit: NamedUnit, person: KnownPerson | None
) -> tuple[Plan, dict[str, Any] | None]:
    """Read the post. It is the one that began that day, else another one, which then may not lie over any that stands."""
    values = plan.row.values
    posts = person.of(EntryKind.SERVICE) if person else ()
    held = next((each for each in posts if each.entry.from_on == values["from_on"]), None)
    if held and held.unit_id != unit.unit_id:
        message = f"vị trí từ ngày {day(values['from_on'])} đã ghi ở đơn vị khác"
        return _wrong(plan, "unit", message, "Sửa lại đơn vị, hoặc rút vị trí đó ở trang của người này trước"), None
    until = values.get("until_on")
    if until is None and held and held.entry.until_on:
        until = held.entry.until_on
        message = f"{PEOPLE['until_on'].heading}: để trống nên giữ nguyên ngày {day(until)}"
        plan = plan.with_fault(
            plan.row.fault("until_on", message, "Muốn bỏ ngày này, sửa ở trang của người đó", stops=False)
        )
    typed = {"words": values["post"], "main": "yes", "from_on": values["from_on"], "until_on": until}
    others = tuple((each.entry.from_on, each.entry.until_on) for each in posts if each is not held)
    about = entries.About(today=known.today, began=unit.valid_from, ended=unit.ended_on, posts=others)
    return _entry(plan, EntryKind.SERVICE, typed, about, held)


def _rating(
    plan: Plan, known: KnownPeople, unit: NamedUnit, person: KnownPerson | None
) -> tuple[Plan, dict[str, Any] | None]:
    typed = {name: plan.row.values.get(name) for name in _RATED}
    if not any(typed.values()):
        return plan, None
    ratings = person.of(EntryKind.RATING) if person else ()
    held = next((each for each in ratings if each.entry.year == typed["year"]), None)
    about = entries.About(today=known.today, began=unit.valid_from)
    plan, written = _entry(plan, EntryKind.RATING, typed, about, held)
    if written and held and not_yours(held.said, Speaker(known.own, known.post)):
        message = f"xếp loại năm {typed['year']} đã có và không do đơn vị ghi, đơn vị chỉ xem"
        plan = _wrong(plan, "grade", message, "Để trống các cột xếp loại, hoặc đề nghị Phòng Nội vụ thành phố sửa")
    return plan, written


def _entry(
    plan: Plan, kind: EntryKind, typed: Mapping[str, Any], about: entries.About, held: Held | None
) -> tuple[Plan, dict[str, Any] | None]:
    said = {name: str(value) for name, value in typed.items() if value is not None}
    entry, faults = entries.read_entry(kind, said, about)
    for fault in faults:
        remedy = fault.remedy or FORMS[kind][fault.criterion].remedy
        plan = plan.with_fault(plan.row.fault(_COLUMNS.get(fault.criterion, fault.criterion), fault.message, remedy))
    if entry is None or (held and held.entry == entry):
        return plan, None
    written = {
        "entry_id": held.entry_id if held else None,
        "version": (held.version if held else 0) + 1,
        "unit_id": held.unit_id if held else plan.content["unit_id"],
        "entry": entry,
    }
    return plan, written


def units_named(rows: Iterable[Row]) -> set[str]:
    """Give the names and codes by which rows name units."""
    return {row.values["unit"] for row in rows if row.values.get("unit")}


def _wrong(plan: Plan, key: str, message: str, remedy: str) -> Plan:
    return plan.with_fault(plan.row.fault(key, f"{PEOPLE[key].heading}: {message}", remedy))
