"""Values for the pages of votes and appeals, shaped as scoring tells them."""

from typing import Any

from chassis.errors import Conflict
from gateway.pages.desk import Desk
from gateway.pages.routes.appeals import DONE, Typed
from gateway.pages.routes.votes import Ballot


def pages(desks: tuple[Desk, Desk], around: dict[str, Any], units: list[str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """``desks`` of the office and of a unit, ``around`` the block, period and sheet, ``units`` seven ids."""
    office, unit = desks
    groups = [{"units": units[:2], "voted": {}}, {"units": units[3:6], "voted": dict.fromkeys(units[3:6], 4)}]
    held = {
        "votes": dict.fromkeys(units[3:6], 4),
        "by_post": "Khối trưởng khối xã, phường",
        "at": "2023-12-20T02:41:07Z",
    }
    votes = [{**held, "number": 2, "reason": "Ghi nhầm so với biên bản"}, {**held, "number": 1, "reason": None}]
    usual = {"section": "bang-khoi", "groups": groups, "votes": votes, "done": False, "key": "k", **around}
    typed = dict(zip(units[3:6], ("4", "bốn", ""), strict=True))
    errors = dict.fromkeys(units[4:6], "Chưa ghi số phiếu: nhập số nguyên từ 0 đến 10.000, không có phiếu thì nhập 0")
    faulty = Ballot(typed, errors=errors | {"reason": "Các đơn vị này đã có kết quả bỏ phiếu"})
    late = Ballot(problem=Conflict("Chỉ bỏ phiếu giữa tất cả các đơn vị đang bằng nhau."))

    def one(desk: Desk, ballot: Ballot, *, may: bool, **changed: Any) -> tuple[str, dict[str, Any]]:
        return "bo-phieu.html", {**usual, "desk": desk, "ballot": ballot, "may_record": may, **changed}

    return _appeals(desks, around, units[0]) | {
        "bo-phieu": one(office, Ballot(), may=True, done=True),
        "bo-phieu-loi": one(office, faulty, may=True),
        "bo-phieu-doi": one(office, late, may=True, groups=[], votes=[]),
        "bo-phieu-cua-minh": one(unit, Ballot(), may=True),
        "bo-phieu-xem": one(unit, Ballot(), may=False),
    }


def _appeals(desks: tuple[Desk, Desk], around: dict[str, Any], unit_id: str) -> dict[str, tuple[str, dict[str, Any]]]:
    office, unit = desks
    period, line = around["period"], around["sheet"]["groups"][0]["criteria"][0]
    why = "Thực hiện 8.400 trên chỉ tiêu 10.000 triệu đồng, đạt 84%; được 25,20 điểm."
    item = {"line": line, "part": {"criterion": line["code"], "points": "25.20", "maximum": "30", "why": why}}
    item |= {"item": line["code"], "of_points": False, "yes_no": False}
    said = {"by_post": "Cán bộ đầu mối, Phường Tân Phong", "at": "2023-12-18T02:41:07Z", "value": "9000"}
    reason = "Biên bản đối chiếu với Kho bạc ngày 05/12/2023 ghi 9.000 triệu đồng, báo cáo ghi thiếu phần thu bổ sung."
    office_said = {"by_post": office.who.post, "at": "2023-12-19T03:10:00Z", "value": None, "reason": ""}
    filed = {**said, "number": 1, "state": "filed", "reason": reason}
    taken = [filed, {**office_said, "number": 2, "state": "taken_up"}]
    appeal = {"appeal_id": unit_id, "period_id": period["period_id"], "unit_id": unit_id, "item": line["code"]}
    appeal |= {"filed_at": said["at"], "campaign_id": unit_id}
    usual = {"section": "xem-xet", "typed": Typed(), "done": "", "key": "k", "period_name": period["name"], **item}
    errors = {"value": "“chín” không phải số. Nhập số, ví dụ 850", "reason": "Còn thiếu lý do. Ghi rõ căn cứ"}

    def one(desk: Desk, state: str, steps: list[Any], possible: list[str], **more: Any) -> tuple[str, dict[str, Any]]:
        told = {**appeal, "state": state, "steps": len(steps), "taken": steps, "possible": possible}
        return "kien-nghi.html", {**usual, "desk": desk, "appeal": told, **more}

    upheld = [*taken, {**office_said, "number": 3, "state": "upheld", "value": "9000", "reason": reason}]
    limit = {"last_day": "2023-12-20", "days": 5, "frozen": False, "confirmed": False, "open": {}}
    new = {**usual, "desk": unit, "period": period, "limit": limit}
    listed = {"items": [{**appeal, "state": state} for state in ("filed", "taken_up")], "more": True}
    lists = {"section": "xem-xet", "periods": {period["period_id"]: period}}
    return {
        "kien-nghi": one(office, "taken_up", taken, ["uphold", "reject"], done=DONE["tiep-nhan"]),
        "kien-nghi-loi": one(office, "taken_up", taken, ["uphold", "reject"], typed=Typed("", "chín", errors)),
        "kien-nghi-xong": one(unit, "upheld", upheld, []),
        "kien-nghi-rut": one(unit, "filed", [filed], ["withdraw"], line=None, part=None),
        "kien-nghi-moi": ("kien-nghi-moi.html", new),
        "kien-nghi-co-khong": one(office, "taken_up", [{**filed, "value": "1"}], ["uphold", "reject"], yes_no=True),
        "kien-nghi-moi-co-khong": ("kien-nghi-moi.html", {**new, "yes_no": True}),
        "kien-nghi-diem": one(office, "taken_up", taken, ["uphold", "reject"], of_points=True),
        "kien-nghi-moi-diem": ("kien-nghi-moi.html", {**new, "item": f"{line['code']}.diem", "of_points": True}),
        "kien-nghi-moi-loi": ("kien-nghi-moi.html", {**new, "typed": Typed("ngắn", "chín", errors)}),
        "kien-nghi-danh-sach": ("kien-nghi-danh-sach.html", {**lists, "desk": office, "found": listed, "ended": False}),
        "kien-nghi-trong": (
            "kien-nghi-danh-sach.html",
            {**lists, "desk": unit, "found": {"items": [], "more": False}, "ended": True},
        ),
    }
