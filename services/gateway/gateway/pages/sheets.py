"""The lines of a score sheet as pages show them: groups within groups laid out in one row, items as lines of their own."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from contracts.appeals import OF_POINTS

Line = dict[str, Any]

_ONE: Final = Decimal(1)
COMPUTED: Final = frozenset({"late", "rank_points", "awards", "half_plus_leader"})
"""The rules whose points follow from more than what the unit typed for the line: those can be appealed against themselves."""

_REPORTED: Final = "Chưa nơi nào chấm mục này: điểm tính từ số đơn vị báo cáo"
_UNLOOKED: Final = {
    "late": "Mục này không ai chấm: hệ thống tính từ ngày nhận báo cáo và hạn nộp của kỳ.",
    "awards": f"{_REPORTED} và từ danh hiệu, hình thức khen của đơn vị đã có quyết định.",
    "half_plus_leader": f"{_REPORTED}, so với chỉ tiêu và với đơn vị dẫn đầu khối.",
}


def unlooked(part: Mapping[str, Any]) -> str:
    """Say what the points of a line come from while nobody has said anything of it."""
    if not part["assigned"]:
        return "Mục này không giao cho đơn vị, nên không ai chấm và không tính điểm."
    return _UNLOOKED.get(part["rule"], f"{_REPORTED}.")


def standing_sheet(block: Mapping[str, Any], period_id: UUID | str) -> str:
    """Give the address of the sheet by which reports of a block in a period are read and scored: not always the newest version."""
    return f"sheets/{block['sheet_id']}?period_id={period_id}"


def appealed(item: str) -> str:
    """Name what an appeal is against: an item, or the points that the system computed of one."""
    return f"{item.removesuffix(OF_POINTS)} (điểm được tính)" if item.endswith(OF_POINTS) else item


def brought(part: Mapping[str, Any] | None) -> Decimal | None:
    """Give what a line brings to the total: over-achievement counts with it, a penalty takes away; None where it is not asked."""
    if part is None or not part["assigned"]:
        return None
    points = Decimal(part["points"])
    return -points if part["role"] == "penalty" else points + Decimal(part["over"])


def beyond_target(score: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the lines whose over-achievement counts as bonus of the sheet, beside the points of the line itself."""
    return [part for part in score["parts"] if Decimal(part["over"])]


def still_open(score: Mapping[str, Any]) -> list[str]:
    """Say what of a score may still change, or was taken off for the hour, in sentences; nothing where all is settled."""
    late = any(part["rule"] == "late" and float(part["points"]) for part in score["parts"])
    waiting = [part["criterion"] for part in score["parts"] if part.get("provisional")]
    said = ["Gửi sau hạn: tổng điểm đã trừ phần nộp muộn."] if late else []
    if waiting:
        said.append(
            f"Mục {', '.join(waiting)} còn tạm tính: phần vượt chỉ tiêu so với đơn vị dẫn đầu khối, "
            "chốt khi cả khối đã báo cáo hoặc kỳ đóng."
        )
    return said


def counted(about: Mapping[str, Any], around: Decimal = _ONE) -> dict[str, Any]:
    """Give a group or a line with the maximum that counts: what is written on the sheet, as often as all around it weighs."""
    weight = around * Decimal(about.get("weight", _ONE))
    return {**about, "weight": weight} | ({} if weight == 1 else {"maximum": str(Decimal(about["maximum"]) * weight)})


def groups_of(groups: Sequence[Mapping[str, Any]], around: Decimal = _ONE) -> Iterator[Mapping[str, Any]]:
    """Give every group that has lines, in the order of the sheet; it and its lines with the maximum that counts."""
    for group in groups:
        shown = counted(group, around)
        if group["criteria"]:
            yield {**shown, "criteria": [counted(line, shown["weight"]) for line in group["criteria"]]}
        yield from groups_of(group.get("groups", ()), shown["weight"])


def lines_of(sheet: Mapping[str, Any]) -> list[Line]:
    """Give every line, those outside the groups last."""
    lines = [line for group in groups_of(sheet["groups"]) for line in group["criteria"]]
    return lines + [counted(line) for line in sheet["extras"]]


def typed(lines: Sequence[Line]) -> Iterator[Line]:
    """Give what is typed: a line, or each of its items; nothing for lateness."""
    for line in lines:
        rule = line["rule"]
        items = rule.get("bodies") or rule.get("items") or ()
        kind = "yes_no" if rule["kind"] == "checklist" else "per_item"
        if not items and rule["kind"] != "late":
            yield line
        for item in items:
            own = {"code": f"{line['code']}.{item['code']}", "name": f"{line['name']}: {item['name']}"}
            most = str(Decimal(item["points"]) * line.get("weight", _ONE)) if "points" in item else line["maximum"]
            yield {**line, **own, "maximum": most, "rule": {"kind": kind}}


def is_yes_no(line: Line, item: str) -> bool:
    """Tell whether an item of a line, or the line itself, is answered by a yes or a no."""
    return any(each["code"] == item and each["rule"]["kind"] == "yes_no" for each in typed([line]))
