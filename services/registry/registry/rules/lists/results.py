"""The list of results: a unit's report of a period, one row an item; what it would put into the draft."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.text import fold
from contracts.scoring import SheetCriterion, ValueKind
from registry.rules.faults import Fault
from registry.rules.lists import columns
from registry.rules.lists.columns import Column
from registry.rules.lists.listing import Listing, Row
from registry.rules.lists.outcomes import Outcome, Plan
from registry.rules.reports import WHOLE_REPORT, read_report

RESULTS: Final = Listing(
    "results",
    "Số liệu báo cáo",
    (
        Column("criterion", "Mục", "Giữ nguyên như tệp tải về, ví dụ 1.1", columns.item, width=10),
        Column("name", "Nội dung", "Chỉ để xem, không nhập", columns.words(2000), required=False, width=60),
        Column("measure", "Đơn vị tính", "Giữ nguyên như tệp tải về", columns.words(200), required=False),
        Column("value", "Số liệu", "Ghi một số, ví dụ 86,5; hoặc Có, Không", columns.value(200), required=False),
        Column(
            "nothing",
            "Lý do không phát sinh",
            "Chỉ ghi khi trong kỳ không có gì để báo cáo, và để trống Số liệu",
            columns.words(300),
            required=False,
            width=44,
        ),
    ),
    needs=frozenset({"campaign_id", "period_id", "unit_id"}),
)


class KnownReport(BaseModel):
    """A unit's report as it stands, with the lines that it can fill; ``open_items`` None = all of them can be written into."""

    model_config = ConfigDict(frozen=True)

    unit_id: UUID
    version: int
    lines: tuple[SheetCriterion, ...]
    fields: Mapping[str, str]
    nothing: Mapping[str, str]
    open_items: frozenset[str] | None

    @property
    def whole(self) -> str:
        """Give the reason why nothing at all is reported, if that is so."""
        return self.nothing.get(WHOLE_REPORT, "")


def plan_results(rows: Sequence[Row], known: KnownReport) -> list[Plan]:
    """Say what each row would put into the draft. A row without figure and reason leaves what stands."""
    lines = {each.criterion: each for each in known.lines if each.value_kind is not ValueKind.DERIVED}
    first: dict[str, int] = {}
    return [_plan(row, known, lines, first) for row in rows]


def _plan(row: Row, known: KnownReport, lines: Mapping[str, SheetCriterion], first: dict[str, int]) -> Plan:
    plan = Plan(row, {"unit_id": known.unit_id})
    if not row.sound:
        return plan
    code = row.values["criterion"]
    before = first.setdefault(code, row.number)
    if before != row.number:
        return _wrong(plan, "criterion", f"trùng với dòng {before}", "Giữ lại một dòng cho mỗi mục")
    if code not in lines:
        return _wrong(plan, "criterion", "không có trong bảng điểm này", "Ghi đúng mã mục trên bảng điểm")
    line = lines[code]
    if fold(row.values.get("measure", "")) not in ("", fold(line.measure)):
        remedy = f"Đổi số liệu ra {line.measure}, rồi ghi {line.measure}"
        return _wrong(plan, "measure", f"bảng điểm tính bằng {line.measure}", remedy)
    said = row.values.get("value", ""), row.values.get("nothing", "")
    held = known.fields.get(code, ""), known.nothing.get(code, "")
    return _compared(plan.with_content(criterion=code, value=said[0], nothing=said[1]), known, line, said, held)


def _compared(
    plan: Plan, known: KnownReport, line: SheetCriterion, said: tuple[str, str], held: tuple[str, str]
) -> Plan:
    if not any(said):
        kept = replace(plan, outcome=Outcome.SAME, seen=known.version)
        message = "để trống nên giữ nguyên số liệu đang có"
        return _told(kept, "value", message, "Muốn xóa, mở trang báo cáo và xóa ở đó") if any(held) else kept
    reasons = {code: text for code, text in ((line.criterion, said[1]), (WHOLE_REPORT, known.whole)) if text}
    _, faults = read_report([line], {line.criterion: said[0]}, reasons)
    for fault in faults:
        plan = plan.with_fault(plan.row.fault("value", fault.message, _remedy(fault, said[0])))
    if said != held and known.open_items is not None and line.criterion not in known.open_items:
        remedy = "Xóa dòng này; nếu mục này cũng phải sửa, đề nghị nơi xem xét trả lại cả mục này"
        return _wrong(plan, "criterion", "không bị trả lại nên giữ nguyên như đã gửi", remedy)
    outcome = Outcome.SAME if said == held else Outcome.CHANGED if any(held) else Outcome.NEW
    return replace(plan, outcome=outcome, seen=known.version) if plan.sound else plan


def _remedy(fault: Fault, typed: str) -> str:
    """Say what mends a fault in a file, where nobody can press a button to confirm."""
    if fault.suggestion:
        return f"Viết {fault.suggestion} hoặc {typed.replace('.', ',')}"
    return fault.remedy or "Sửa số liệu ở ô này rồi gửi lại tệp"


def _told(plan: Plan, key: str, message: str, remedy: str) -> Plan:
    return plan.with_fault(plan.row.fault(key, f"{RESULTS[key].heading}: {message}", remedy, stops=False))


def _wrong(plan: Plan, key: str, message: str, remedy: str) -> Plan:
    return plan.with_fault(plan.row.fault(key, f"{RESULTS[key].heading}: {message}", remedy))
