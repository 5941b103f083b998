"""The list of units: which unit a row means, and what it would change."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.registry import UnitKind
from registry.rules.acts import day
from registry.rules.changes import said_of_code
from registry.rules.lists import columns
from registry.rules.lists.cells import CellFault
from registry.rules.lists.columns import Column
from registry.rules.lists.listing import Listing, Row
from registry.rules.lists.outcomes import WRITES, Outcome, Plan
from registry.rules.structure import Holding, holder, never_met

UNITS: Final = Listing(
    "units",
    "Đơn vị",
    (
        Column(
            "unit_id",
            "Mã định danh",
            "Để trống nếu là đơn vị mới; chép nguyên từ tệp tải về nếu là đơn vị đã có",
            columns.id_of,
            required=False,
            width=38,
        ),
        Column("name", "Tên đơn vị", "Ghi tên đầy đủ, ví dụ Phường Tân Phong", columns.words(300), width=44),
        Column("kind", "Loại đơn vị", f"Ghi một trong: {', '.join(columns.KIND_WORDS.values())}", columns.kind),
        Column(
            "parent",
            "Cấp trên",
            "Ghi tên, mã đơn vị hoặc mã định danh của đơn vị cấp trên; để trống nếu không có",
            columns.words(300),
            required=False,
            width=44,
        ),
        Column("code", "Mã đơn vị", "Ghi như văn bản để giữ số 0 ở đầu", columns.code(40), required=False),
        Column("valid_from", "Ngày thành lập", "Viết ngày/tháng/năm, ví dụ 30/11/2023", columns.day, as_day=True),
        Column(
            "short_name",
            "Tên gọi tắt",
            "Ví dụ P. Tân Phong; để trống nếu không có",
            columns.words(60),
            required=False,
            width=24,
        ),
    ),
)


class KnownUnit(BaseModel):
    """A unit as it stands, or as it ended; ``decided`` says that more than its beginning was decided of it."""

    model_config = ConfigDict(frozen=True)

    unit_id: UUID
    version: int
    name: str
    kind: UnitKind
    parent_id: UUID | None
    code: str | None
    short_name: str | None = None
    valid_from: date
    ended_on: date | None = None
    decided: bool


@dataclass
class _World:
    """What is known while a file is matched: units of any time, who has which code when, and rows that found new units."""

    units: Mapping[UUID, KnownUnit]
    today: date
    called: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    held: dict[str, list[Holding]] = field(default_factory=lambda: defaultdict(list))
    own: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def day(self, row: Row) -> date:
        """The day that a row is about: today, or the first day of a unit that is still to come."""
        began: date = row.values.get("valid_from", self.today)
        return max(self.today, began)

    def stands(self, unit_id: UUID, on: date) -> bool:
        """Whether a unit stands on a day; one that the file founds does."""
        unit = self.units.get(unit_id)
        return unit is None or (unit.valid_from <= on and (unit.ended_on is None or unit.ended_on > on))


def plan_units(
    rows: Sequence[Row], known: Iterable[KnownUnit], fresh: Sequence[UUID], *, held: Iterable[Holding], today: date
) -> list[Plan]:
    """Say what each row would do; ``fresh`` are ids for those that are new, one a row.

    A row means the unit whose id it gives, else the one of its name below the same parent, else a new one; where it may be
    several it is refused. A name or a code means who has it on the day that the row is about: one that had ended before is
    another unit. A column that the file does not have changes nothing.
    Plans come in the order in which they can be kept: a parent before those below it.
    """
    world = _World({each.unit_id: each for each in known}, today)
    for each in world.units.values():
        world.called[each.name].add(each.unit_id)
    for holding in held:
        world.held[holding.code].append(holding)
    plans = [_meant(row, world, identity) for row, identity in zip(rows, fresh, strict=True)]
    _name_own(plans, world)
    plans = _settled([_placed(each, world) for each in plans], world)
    plans = _one_code_each([_compared(each, world) for each in _once(plans)])
    return _in_order(plans)


def _meant(row: Row, world: _World, identity: UUID) -> Plan:
    given = row.values.get("unit_id")
    if given is None:
        named = world.called.get(row.values.get("name", ""), set())
        if began := row.values.get("valid_from"):
            named = {each for each in named if not _over(world.units[each], began)}
        return Plan(row, {"unit_id": identity}, meant=tuple(sorted(named)))
    if given in world.units:
        return Plan(row, {"unit_id": given}, meant=(given,))
    return _wrong(Plan(row, {"unit_id": given}), "unit_id", "chưa có đơn vị này", "Để trống cột này nếu là đơn vị mới")


def _over(unit: KnownUnit, began: date) -> bool:
    return never_met(unit.valid_from, unit.ended_on, began)


def _name_own(plans: Iterable[Plan], world: _World) -> None:
    """Let rows be found as parents of other rows, by the name and the code that they give."""
    for plan in plans:
        if not plan.meant and (name := plan.row.values.get("name")):
            world.called[name].add(plan.content["unit_id"])
            if code := plan.row.values.get("code"):
                world.own[code].add(plan.content["unit_id"])


def _placed(plan: Plan, world: _World) -> Plan:
    """Find the parent that a row names; a file without that column says nothing of it."""
    if "parent" not in plan.row.columns:
        return plan
    wanted = plan.row.values.get("parent")
    found = _parent(wanted, world.day(plan.row), world) if wanted else (None,)
    if len(found) == 1:
        return plan.with_content(parent_id=next(iter(found)))
    if found:
        return _wrong(plan, "parent", f"có {len(found)} đơn vị cùng tên hoặc cùng mã này", _BY_ID)
    return _wrong(plan, "parent", "không có đơn vị này", "Sửa lại tên, hoặc thêm đơn vị cấp trên vào danh sách")


_BY_ID: Final = "Ghi mã định danh, hoặc mã đơn vị của cấp trên thay cho tên"


def _parent(wanted: str, on: date, world: _World) -> Collection[UUID | None]:
    """Give whom a name or a code means on a day; who has ended is meant where it is nobody else's."""
    try:
        identity = UUID(wanted)
    except ValueError:
        called, held = world.called.get(wanted, set()), world.held.get(wanted, [])
        standing = {each for each in called if world.stands(each, on)}
        coded = {each.unit_id for each in held if each.on(on)} | world.own.get(wanted, set())
        return standing or coded or called or {each.unit_id for each in held}
    return (identity,) if identity in world.units else ()


def _settled(plans: Sequence[Plan], world: _World) -> list[Plan]:
    """Settle which unit each row means. Who turns out to be new beside another of its name is no parent by that name."""
    settled = [_one_meant(plan, world) for plan in plans]
    doubled = {plan.row.values["name"] for plan in settled if plan.meant and plan.content["unit_id"] not in plan.meant}
    return [
        _wrong(plan, "parent", "có nhiều đơn vị cùng tên này", _BY_ID)
        if plan.row.values.get("parent") in doubled
        else plan
        for plan in settled
    ]


def _one_meant(plan: Plan, world: _World) -> Plan:
    """Take the id that a row gives, else the unit of its name below the same parent, else a new one."""
    if not plan.sound:
        return plan
    says_parent = "parent_id" in plan.content
    if plan.content["unit_id"] in plan.meant:
        below: Sequence[UUID] = (plan.content["unit_id"],)
    else:
        below = [
            each for each in plan.meant if not says_parent or world.units[each].parent_id == plan.content["parent_id"]
        ]
        below = _of_its_day(below, plan.row, world)
    if len(below) > 1:
        message = f"đã có {len(below)} đơn vị tên này, không rõ dòng này là đơn vị nào"
        return _wrong(plan, "name", message, "Điền Mã định danh của đơn vị đó, lấy ở tệp dữ liệu hiện có")
    if below:
        parent = plan.content["parent_id"] if says_parent else world.units[below[0]].parent_id
        return plan.with_content(unit_id=below[0], parent_id=parent)
    plan = plan.with_content(parent_id=plan.content.get("parent_id"))
    if not plan.meant:
        return plan
    remedy = "Nếu là đơn vị đã có, điền Mã định danh của đơn vị đó"
    message = f"{UNITS['name'].heading}: đã có đơn vị tên này ở cấp trên khác, dòng này là đơn vị mới"
    return plan.with_fault(plan.row.fault("name", message, remedy, stops=False))


def _of_its_day(found: Sequence[UUID], row: Row, world: _World) -> Sequence[UUID]:
    """Of several units of one name take the one that began on the day of the row, else those that stand on it."""
    began = [each for each in found if world.units[each].valid_from == row.values["valid_from"]]
    if len(began) == 1:
        return began
    return [each for each in found if world.stands(each, world.day(row))] or found


def _once(plans: Sequence[Plan]) -> list[Plan]:
    """Refuse rows that mean the same unit, or found the same one twice."""
    first: dict[Any, int] = {}
    checked = []
    for plan in plans:
        new = plan.content["unit_id"] not in plan.meant
        means = (plan.row.values.get("name"), plan.content.get("parent_id")) if new else plan.content["unit_id"]
        before = first.setdefault(means, plan.row.number)
        twice = before != plan.row.number
        checked.append(_wrong(plan, "name", f"trùng với dòng {before}", "Giữ lại một dòng") if twice else plan)
    return checked


def _compared(plan: Plan, world: _World) -> Plan:
    if not plan.sound:
        return plan
    values = plan.row.values
    stands = world.units.get(plan.content["unit_id"])
    body = {name: values.get(name) for name in ("name", "kind", "code", "short_name", "valid_from")}
    if stands:
        body |= {name: getattr(stands, name) for name in ("code", "short_name") if name not in plan.row.columns}
    plan = plan.with_content(**body)
    if stands is None:
        above = world.units.get(plan.content["parent_id"])
        if above and above.ended_on and above.ended_on <= world.day(plan.row):
            message = f"{above.name} đã kết thúc từ ngày {day(above.ended_on)}"
            return _wrong(plan, "parent", message, "Chọn một đơn vị đang hoạt động")
        return _coded(replace(plan, outcome=Outcome.NEW, seen=0), world)
    kept = {name: getattr(stands, name) for name in (*body, "parent_id")}
    if all(plan.content[name] == held for name, held in kept.items()):
        return replace(plan, outcome=Outcome.SAME, seen=stands.version)
    if stands.decided:
        message = "đơn vị đã có quyết định sau khi lập nên không sửa được bằng danh sách"
        return _wrong(plan, "name", message, "Dùng trang của đơn vị: đổi tên, đổi cấp trên, đổi mã…")
    if stands.short_name and plan.content["name"] != stands.name and plan.content["short_name"] == stands.short_name:
        message = f"{UNITS['name'].heading}: đổi tên nhưng tên gọi tắt vẫn là {stands.short_name}"
        remedy = "Nếu tên gọi tắt cũng đổi, sửa cột Tên gọi tắt; để trống cột đó nếu không còn"
        plan = plan.with_fault(plan.row.fault("name", message, remedy, stops=False))
    plan = replace(plan, outcome=Outcome.CHANGED, seen=stands.version)
    same_code = stands.code == plan.content["code"] and stands.valid_from <= plan.content["valid_from"]
    return plan if same_code else _coded(plan, world)


def _coded(plan: Plan, world: _World) -> Plan:
    """Refuse a code that means another unit in the days from which this one is to have it."""
    began = plan.content["valid_from"]
    held = holder(world.held.get(plan.content["code"], ()), plan.content["unit_id"], began)
    if held is None:
        return plan
    message, remedy = said_of_code(held, began)
    if plan.outcome is Outcome.NEW and held.on(world.day(plan.row)):
        remedy = f"Nếu là cùng đơn vị, điền Mã định danh {held.unit_id}. {remedy}"
    return _wrong(plan, "code", message, remedy)


def _one_code_each(plans: Sequence[Plan]) -> list[Plan]:
    """Refuse rows that give a code to two units."""
    first: dict[str, int] = {}
    checked = []
    for plan in plans:
        code = plan.content.get("code") if plan.sound and plan.outcome in WRITES else None
        before = first.setdefault(code, plan.row.number) if code else plan.row.number
        twice = before != plan.row.number
        remedy = "Mỗi mã chỉ của một đơn vị; ghi mã khác, hoặc để trống"
        checked.append(_wrong(plan, "code", f"mã này đã dùng ở dòng {before}", remedy) if twice else plan)
    return checked


def _in_order(plans: Sequence[Plan]) -> list[Plan]:
    """Put parents before those below them; refuse who would stand below themselves, or below a row that is refused."""
    by_unit = {plan.content["unit_id"]: plan for plan in plans if plan.sound}
    depths: dict[UUID, int | None] = {}
    for start in by_unit:
        path: dict[UUID, None] = {}
        each = start
        while each in by_unit and each not in depths and each not in path:
            path[each] = None
            each = by_unit[each].content["parent_id"]
        depth = None if each in path else depths.get(each, 0)
        for below in reversed(path.keys()):
            depth = None if depth is None else depth + 1
            depths[below] = depth
    refused = {plan.content["unit_id"] for plan in plans if not plan.sound and not plan.meant}
    ordered: list[tuple[int, Plan]] = []
    # Shallow rows first, so that what is refused reaches those below it.
    for plan in sorted(plans, key=lambda plan: depths.get(plan.content["unit_id"]) or 0):
        depth = depths.get(plan.content["unit_id"], 0)
        kept = _below(plan, refused, circular=depth is None) if plan.sound else plan
        if not kept.sound and not kept.meant:
            refused.add(kept.content["unit_id"])
        ordered.append((depth or 0, kept))
    return [plan for _, plan in sorted(ordered, key=lambda each: (each[0], each[1].row.number))]


def _below(plan: Plan, refused: Collection[UUID], *, circular: bool) -> Plan:
    if circular:
        return _wrong(plan, "parent", "đơn vị đứng dưới chính nó", "Chọn lại cấp trên")
    if plan.content["parent_id"] in refused:
        return _wrong(plan, "parent", "dòng của đơn vị cấp trên còn lỗi", "Sửa dòng đó trước")
    return plan


def _wrong(plan: Plan, key: str, message: str, remedy: str) -> Plan:
    fault: CellFault = plan.row.fault(key, f"{UNITS[key].heading}: {message}", remedy)
    return plan.with_fault(fault)
