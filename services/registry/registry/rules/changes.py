"""What is wrong with a decision about units, and what it does to each unit: pure, on plain values."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from registry.rules.acts import (
    ENDING,
    POSSIBLE,
    TAKES,
    WORDS,
    Act,
    ActKind,
    Known,
    NewUnit,
    Planned,
    Refused,
    World,
    day,
    ending,
    phase,
)
from registry.rules.faults import Fault
from registry.rules.structure import BEGINNINGS, ChangeKind, Holding, State, as_of, beginning, block_on, ended_on

_OWN: Final = frozenset[str]().union(*TAKES.values())
_CHANGE_OF: Final[Mapping[ActKind, ChangeKind]] = {
    ActKind.RENAME: ChangeKind.RENAMED,
    ActKind.RECODE: ChangeKind.RECODED,
    ActKind.PLACE: ChangeKind.PLACED,
    ActKind.CONTACT: ChangeKind.CONTACTED,
    ActKind.MOVE: ChangeKind.MOVED,
}


def refused(act: Act, world: World) -> tuple[Refused, ...]:
    """Name the units of which this can no longer be decided, by the transition table."""
    found = []
    for unit_id in dict.fromkeys(act.unit_ids):
        known = world.units.get(unit_id)
        if known is None or not known.states or known.states[0].from_on > act.effective_on:
            continue
        possible = POSSIBLE[phase(known, act.effective_on)]
        if act.kind not in possible:
            still = ", ".join(WORDS[each] for each in ActKind if each in possible)
            end = ended_on(known.changes)
            assert end is not None
            found.append(
                Refused(
                    unit_id=unit_id,
                    message=f"{known.states[-1].name} "
                    + (
                        f"kết thúc từ ngày {day(end)} theo một quyết định đã ghi. Trước ngày đó còn làm được: {still}."
                        if possible
                        else f"đã kết thúc từ ngày {day(end)}; chỉ còn xem lịch sử."
                    ),
                    possible=tuple(each for each in ActKind if each in possible),
                )
            )
    return tuple(found)


def check(act: Act, world: World) -> tuple[Fault, ...]:
    """Name everything that is wrong with a decision, field by field."""
    return tuple(
        fault
        for part in (_fields, _dates, _units, _target, _codes, _new_units, _children)
        for fault in part(act, world)
    )


def _fault(field: str, message: str, remedy: str | None = None) -> Fault:
    return Fault(criterion=field, message=message, remedy=remedy)


def _fields(act: Act, _: World) -> Iterator[Fault]:
    """What this kind of decision needs, and what it has no use for."""
    told = {name for name in _OWN if getattr(act, name) not in (None, (), False)}
    for name in sorted(told - TAKES[act.kind]):
        yield _fault(name, f"không dùng khi {WORDS[act.kind]}", "Bỏ mục này")
    if act.kind is not ActKind.MERGE and len(act.unit_ids) > 1:
        yield _fault("unit_ids", f"mỗi lần chỉ {WORDS[act.kind]} một đơn vị", "Làm từng đơn vị một")
    if act.kind is ActKind.RENAME and act.name is None:
        yield _fault("name", "Nhập tên mới của đơn vị")
    if act.kind is ActKind.CONTACT and act.contact is None:
        yield _fault("contact", "Nhập thông tin liên hệ")
    if act.kind is ActKind.MERGE and (act.into is None) == (len(act.new_units) != 1):
        yield _fault("into", "Chọn một đơn vị nhận, hoặc nhập một đơn vị mới", "Chỉ điền một trong hai")
    least = 1 if act.keeps else 2
    if act.kind is ActKind.SPLIT and len(act.new_units) < least:
        yield _fault("new_units", f"Nhập ít nhất {least} đơn vị mới", "Đánh dấu “vẫn còn” nếu đơn vị cũ tiếp tục")


def _dates(act: Act, world: World) -> Iterator[Fault]:
    if not 1945 <= act.effective_on.year <= 2100:  # noqa: PLR2004 - the years that blocks and records may have
        yield _fault("effective_on", "Ngày hiệu lực phải từ năm 1945 đến năm 2100")
    if act.decision_on and act.decision_on > world.today:
        yield _fault("decision_on", "Ngày quyết định chưa tới", f"Nhập ngày không sau {day(world.today)}")


def _units(act: Act, world: World) -> Iterator[Fault]:
    """Whether each unit is there, had begun, and had nothing decided that contradicts this."""
    for place, unit_id in enumerate(act.unit_ids):
        field = f"unit_ids.{place}"
        if unit_id in act.unit_ids[:place]:
            yield _fault(field, "đã có ở trên", "Bỏ bớt một lần")
            continue
        known = world.units.get(unit_id)
        began = beginning(known.changes) if known else None
        if known is None or began is None:
            yield _fault(field, "không có đơn vị này", "Chọn lại đơn vị")
            continue
        name = known.states[-1].name
        if act.effective_on <= began.effective_on:
            yield _fault(
                "effective_on", f"{name} lập ngày {day(began.effective_on)}", "Chọn một ngày sau ngày lập đơn vị"
            )
        yield from _contradictions(act, known, name, unit_id in ending(act))


def _contradictions(act: Act, known: Known, name: str, ends: bool) -> Iterator[Fault]:
    same = _CHANGE_OF.get(act.kind)
    for change in known.changes:
        # How a unit began is checked by its day; what ended it, by the transition table.
        if change.kind in BEGINNINGS or ended_on((change,)):
            continue
        if ends and change.effective_on >= act.effective_on:
            yield _fault(
                "effective_on",
                f"{name} còn một thay đổi có hiệu lực từ ngày {day(change.effective_on)}",
                "Chọn ngày sau ngày đó",
            )
            return
        if change.kind is same and change.effective_on == act.effective_on:
            yield _fault(
                "effective_on",
                f"đã có một quyết định {WORDS[act.kind]} của {name} cũng từ ngày {day(act.effective_on)}",
                "Chọn ngày khác",
            )


def _target(act: Act, world: World) -> Iterator[Fault]:
    """Whether what the unit is to get can be had, and is something else than what it has."""
    unit_id = act.unit_ids[0]
    known = world.units.get(unit_id)
    now = as_of(known.states, act.effective_on) if known else None
    if act.kind is ActKind.RENAME and now and (act.name, _short_name(act, now)) == (now.name, now.short_name):
        yield _fault("name", "đơn vị đang mang đúng tên này", "Nhập tên khác")
    if act.kind is ActKind.RECODE and now and act.code == now.code:
        yield _fault("code", "đơn vị đang có đúng mã này", "Nhập mã khác, hoặc để trống nếu không còn mã")
    if act.kind is ActKind.PLACE and act.parent_id is not None:
        yield from _standing_unit("parent_id", act.parent_id, act, world)
        if unit_id in world.above:
            yield _fault("parent_id", "là chính đơn vị này hoặc đơn vị ở dưới nó", "Chọn một đơn vị khác")
    if act.kind is ActKind.PLACE and now and act.parent_id == now.parent_id:
        yield _fault("parent_id", "đang là đơn vị cấp trên", "Chọn một đơn vị khác")
    if act.kind is ActKind.MOVE:
        yield from _move(act, world)
    if act.into is not None:
        if act.into in act.unit_ids:
            yield _fault("into", "không thể nhập một đơn vị vào chính nó", "Chọn một đơn vị khác để nhận")
        else:
            yield from _standing_unit("into", act.into, act, world)


def _move(act: Act, world: World) -> Iterator[Fault]:
    standings = world.standings.get(act.unit_ids[0], ())
    now = block_on(standings, act.effective_on)
    if act.block_id is not None:
        yield from _block("block_id", act.block_id, act, world)
    if act.block_id == now:
        said = "đơn vị đang ở khối này" if now else "đơn vị không ở khối nào"
        yield _fault("block_id", said, "Chọn khối khác")
    if standings and min(standings)[0] == act.effective_on:
        yield _fault(
            "effective_on",
            f"đơn vị vào khối từ chính ngày {day(act.effective_on)}",
            "Sửa danh sách khối, hoặc chọn ngày sau",
        )


def _block(field: str, block_id: UUID, act: Act, world: World) -> Iterator[Fault]:
    year = world.blocks.get(block_id)
    if year is None:
        yield _fault(field, "không có khối này", "Chọn lại khối")
    elif year != act.effective_on.year:
        yield _fault(field, f"là khối của năm {year}", f"Chọn một khối của năm {act.effective_on.year}")


def _standing_unit(field: str, unit_id: UUID, act: Act, world: World) -> Iterator[Fault]:
    """A unit that is to receive something must be there on that day, and stay after this decision."""
    known = world.units.get(unit_id)
    if known is None or not known.states:
        yield _fault(field, "không có đơn vị này", "Chọn lại đơn vị")
    elif as_of(known.states, act.effective_on) is None:
        end = ended_on(known.changes)
        when = f"đã kết thúc từ ngày {day(end)}" if end and end <= act.effective_on else "chưa lập vào ngày này"
        yield _fault(field, f"{known.states[-1].name} {when}", "Chọn một đơn vị đang hoạt động")
    elif end := ended_on(known.changes):
        yield _fault(field, f"{known.states[-1].name} sẽ kết thúc từ ngày {day(end)}", "Chọn một đơn vị khác")
    elif unit_id in ending(act):
        yield _fault(field, f"{known.states[-1].name} kết thúc theo chính quyết định này", "Chọn một đơn vị khác")


def _codes(act: Act, world: World) -> Iterator[Fault]:
    """A code means one unit on one day; one that ends by this decision hands its code on."""
    wanted = [("code", act.code, act.unit_ids[0])] if act.kind is ActKind.RECODE else []
    wanted += [(f"new_units.{place}.code", new.code, new.unit_id) for place, new in enumerate(act.new_units)]
    for place, (field, code, unit_id) in enumerate(wanted):
        if code is None:
            continue
        if any(code == other for _, other, _ in wanted[:place]):
            yield _fault(field, f"mã {code} đã dùng cho đơn vị ở trên")
        for holder, name in world.codes.get(code, ()):
            if holder != unit_id and holder not in ending(act):
                yield _fault(field, f"mã {code} đang là của {name}", "Đổi mã của đơn vị đó trước, hoặc nhập mã khác")


def said_of_code(held: Holding, from_on: date) -> tuple[str, str]:
    """Say that a code means another unit in the days from one on, and what can be done."""
    if held.until_on:
        message = f"mã này là của {held.name} đến hết ngày {day(held.until_on - timedelta(days=1))}"
        return message, f"Ghi mã khác, hoặc chọn ngày thành lập từ {day(held.until_on)}"
    since = f" từ ngày {day(held.from_on)}" if held.from_on > from_on else ""
    remedy = f"Ghi mã khác; nếu {held.name} đã kết thúc hoặc đã đổi mã, ghi quyết định đó trước"
    return f"mã này {'' if since else 'đang '}là của {held.name}{since}", remedy


def _new_units(act: Act, world: World) -> Iterator[Fault]:
    for place, new in enumerate(act.new_units):
        if new.unit_id in world.units or any(new.unit_id == other.unit_id for other in act.new_units[:place]):
            yield _fault(f"new_units.{place}.unit_id", "đã có đơn vị mang mã định danh này", "Tạo mã định danh mới")
        if new.parent_id is not None:
            yield from _standing_unit(f"new_units.{place}.parent_id", new.parent_id, act, world)
        if new.block_id is not None:
            yield from _block(f"new_units.{place}.block_id", new.block_id, act, world)


def _children(act: Act, world: World) -> Iterator[Fault]:
    """Nobody is left without a unit above: those under one that ends go with it, or where the decision says."""
    gone = ending(act)
    if world.later_children & set(gone):
        yield _fault("effective_on", "có đơn vị trực thuộc chỉ lập sau ngày này", "Đổi cấp trên của đơn vị đó trước")
    under = sum(len(world.children.get(unit_id, ())) for unit_id in gone)
    if act.children_to is not None:
        yield from _standing_unit("children_to", act.children_to, act, world)
    elif under and act.kind is not ActKind.MERGE:
        yield _fault("children_to", f"còn {under} đơn vị trực thuộc", "Chọn đơn vị nhận các đơn vị trực thuộc")


def plan(act: Act, world: World) -> tuple[Planned, ...]:
    """Give what a decision without faults does to each unit that it touches."""
    founded = tuple(new.unit_id for new in act.new_units)
    successors = (act.into,) if act.into else founded
    done = [_founded(new, act.unit_ids) for new in act.new_units]
    for unit_id in act.unit_ids:
        if act.kind in ENDING:
            done.append(Planned(unit_id=unit_id, kind=_ended(act), successors=successors))
        else:
            done.append(Planned(unit_id=unit_id, kind=_CHANGE_OF[act.kind], sets=_sets(act)))
    if act.into:
        done.append(Planned(unit_id=act.into, kind=ChangeKind.ABSORBED, predecessors=act.unit_ids))
    heir = act.children_to or (successors[0] if act.kind is ActKind.MERGE else None)
    under = [child for unit_id in ending(act) for child in world.children.get(unit_id, ())]
    done += [
        Planned(unit_id=child, kind=ChangeKind.PLACED, sets={"parent_id": str(heir)})
        for child in under
        if child not in (*ending(act), heir)
    ]
    return tuple(done)


def _ended(act: Act) -> ChangeKind:
    if act.kind is ActKind.SPLIT:
        return ChangeKind.PARTED if act.keeps else ChangeKind.SPLIT
    return ChangeKind.MERGED if act.kind is ActKind.MERGE else ChangeKind.CLOSED


def _founded(new: NewUnit, predecessors: tuple[UUID, ...]) -> Planned:
    sets = new.model_dump(mode="json", exclude={"unit_id"})
    return Planned(unit_id=new.unit_id, kind=ChangeKind.FOUNDED, sets=sets, predecessors=predecessors)


def _sets(act: Act) -> dict[str, Any]:
    told = act.model_dump(mode="json")
    kept = {"short_name"} - act.model_fields_set
    return {name: told[name] for name in sorted(TAKES[act.kind] - kept)}


def _short_name(act: Act, now: State) -> str | None:
    """Give the short name that a unit has after a renaming: the one it had, where nothing is said of it."""
    return act.short_name if "short_name" in act.model_fields_set else now.short_name
