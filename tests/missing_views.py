"""Values for the pages of who has not sent a report, shaped as registry and notify tell them."""

from collections.abc import Callable
from typing import Any

from chassis.errors import Conflict
from gateway.pages.desk import Desk


def pages(
    desk: Callable[..., Desk], block: dict[str, Any], period: dict[str, Any]
) -> dict[str, tuple[str, dict[str, Any]]]:
    """The list of blocks and the list of one, while the period is open, late, closed, and with nobody missing."""
    office = desk("city_office", post="Cán bộ 01, Phòng Nội vụ")
    units = [
        {"unit_id": unit, "name": name, "state": state, "saved_at": "2023-11-28T02:41:07+00:00" if state else None}
        for (unit, name), state in zip(list(office.names.items())[:3], (None, "draft", None), strict=True)
    ]
    moments = {name: period[name] for name in ("opens_at", "due_at", "closes_at")}
    ids = [unit["unit_id"] for unit in units]
    last = {ids[0]: {"at": "2023-11-28T02:41:07+00:00", "by": "block_head", "on_day": "2023-11-28"}}
    shown = {"desk": office, "section": "xem-xet", "period": period, "done": ""}

    def of_block(state: str, items: list[dict[str, Any]], waiting: list[str], **more: Any) -> Any:
        found = {**moments, "period_state": state, "items": items}
        usual = {"block": block, "found": found, "taken": state in ("open", "late"), "reminded": last, "open": waiting}
        return ("chua-nop-khoi.html", shown | usual | {"problem": None} | more)

    blocks = [{"block_id": block["block_id"], "name": block["name"], "missing": 3}]
    listed = {"found": {**moments, "period_state": "open", "missing": 1203, "items": blocks, "next": "abc"}}
    nobody = {"found": {**moments, "period_state": "closed", "missing": 0, "items": [], "next": None}}
    refused = Conflict("Báo cáo năm 2023 đã đóng nhận báo cáo, nên không nhắc được.")
    return {
        "chua-nop": ("chua-nop.html", shown | listed | {"taken": True}),
        "chua-nop-het": ("chua-nop.html", shown | nobody | {"taken": False}),
        "chua-nop-khoi": of_block("open", units, ids[1:]),
        "chua-nop-khoi-muon": of_block("late", units, [], done="Đã nhắc 3 đơn vị. Tin đến hộp Tin của đơn vị ngay."),
        "chua-nop-khoi-dong": of_block("closed", units, ids, problem=refused),
        "chua-nop-khoi-het": of_block("open", [], []),
    }
