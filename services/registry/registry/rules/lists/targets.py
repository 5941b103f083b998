"""The list of targets: which unit and which item a row means, and what it would change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.registry import Target
from registry.rules.lists import columns
from registry.rules.lists.columns import Column
from registry.rules.lists.listing import Listing, Row
from registry.rules.lists.outcomes import Outcome, Plan
from registry.rules.stretch import stretch_fault

TARGETS: Final = Listing(
    "targets",
    "Chỉ tiêu giao",
    (
        Column(
            "unit_id",
            "Mã định danh đơn vị",
            "Chép nguyên từ tệp tải về; để trống nếu tên đơn vị không trùng",
            columns.id_of,
            required=False,
            width=38,
        ),
        Column("unit", "Đơn vị", "Ghi tên đầy đủ, ví dụ Phường Tân Phong", columns.words(300), width=44),
        Column("criterion", "Mục", "Ghi mã mục của bảng điểm như văn bản, ví dụ 1.1", columns.item, width=10),
        Column("target", "Chỉ tiêu", "Ghi một số, ví dụ 86,5", columns.amount, required=False),
        Column(
            "assigned", "Giao", "Ghi Có, hoặc Không nếu mục này không giao", columns.yes_no, required=False, width=10
        ),
        Column("stretch", "Mức phấn đấu", "Ghi số tốt hơn chỉ tiêu, hoặc để trống", columns.amount, required=False),
    ),
    needs=frozenset({"campaign_id"}),
)


class KnownTargets(BaseModel):
    """A unit with what was assigned to it so far; ``items`` are the lines of its block's sheet, None where it has none."""

    model_config = ConfigDict(frozen=True)

    unit_id: UUID
    name: str
    version: int
    targets: tuple[Target, ...]
    items: frozenset[str] | None
    less: dict[str, bool] = {}
    """Of each line whether less is better, as far as its sheet told."""


def plan_targets(rows: Sequence[Row], known: Iterable[KnownTargets]) -> list[Plan]:
    """Say what each row would do; rows of a unit stand together, in the order of the first of each."""
    units = {each.unit_id: each for each in known}
    called: dict[str, list[UUID]] = defaultdict(list)
    for each in units.values():
        called[each.name].append(each.unit_id)
    first: dict[tuple[UUID, str], int] = {}
    groups: dict[UUID | None, list[Plan]] = {}
    for row in rows:
        meant = [given] if (given := row.values.get("unit_id")) else called.get(row.values.get("unit", ""), [])
        unit = units.get(meant[0]) if len(meant) == 1 else None
        plan = _plan(row, unit, len(meant), first)
        groups.setdefault(unit.unit_id if unit else None, []).append(plan)
    return [plan for group in groups.values() for plan in group]


def _plan(row: Row, unit: KnownTargets | None, meant: int, first: dict[tuple[UUID, str], int]) -> Plan:
    plan = Plan(row)
    if not row.sound or unit is None:
        return _unknown(plan, meant) if row.sound else plan
    code, assigned, target = row.values["criterion"], row.values.get("assigned", True), row.values.get("target")
    stands = next((each for each in unit.targets if each.criterion == code), None)
    # A file that was made before this column says nothing of it: what stands stays.
    stretch = row.values.get("stretch") if "stretch" in row.columns or not stands else stands.stretch
    content = {"criterion": code, "assigned": assigned, "target": _plain(target), "stretch": _plain(stretch)}
    plan = plan.with_content(unit_id=unit.unit_id, **content)
    before = first.setdefault((unit.unit_id, code), row.number)
    if before != row.number:
        return _wrong(plan, "criterion", f"trùng với dòng {before}", "Giữ lại một dòng cho mỗi mục của đơn vị")
    if unit.items is None or code not in unit.items:
        return _no_item(plan, unit)
    if assigned and target is None:
        return _wrong(plan, "target", "còn trống", "Ghi một số, hoặc ghi Không ở cột Giao")
    if wrong := stretch_fault(target if assigned else None, stretch, less=unit.less.get(code)):
        return _wrong(plan, "stretch", *wrong)
    same = stands == Target(criterion=code, target=target, assigned=assigned, stretch=stretch)
    outcome = Outcome.SAME if same else Outcome.CHANGED if stands else Outcome.NEW
    return replace(plan, outcome=outcome, seen=unit.version)


def _no_item(plan: Plan, unit: KnownTargets) -> Plan:
    if unit.items is None:
        return _wrong(plan, "unit", "chưa có khối thi đua trong năm của phong trào", "Xếp đơn vị vào khối trước")
    return _wrong(plan, "criterion", "không có trong bảng điểm của khối", "Ghi đúng mã mục trên bảng điểm")


def merged(stands: Sequence[Target], new: Iterable[Target]) -> tuple[Target, ...]:
    """Put what is new in its place; what the file says nothing of stays."""
    by_item = {each.criterion: each for each in stands} | {each.criterion: each for each in new}
    return tuple(by_item.values())


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def _unknown(plan: Plan, meant: int) -> Plan:
    if meant > 1:
        return _wrong(plan, "unit", f"có {meant} đơn vị cùng tên này", "Điền Mã định danh đơn vị, lấy ở tệp hiện có")
    key = "unit_id" if "unit_id" in plan.row.values else "unit"
    return _wrong(plan, key, "không có đơn vị này", "Sửa lại tên, hoặc đăng ký đơn vị trước")


def _wrong(plan: Plan, key: str, message: str, remedy: str) -> Plan:
    return plan.with_fault(plan.row.fault(key, f"{TARGETS[key].heading}: {message}", remedy))
