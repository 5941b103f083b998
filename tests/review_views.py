"""Values for the pages on which reports are looked at, shaped as scoring and the registry tell them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from chassis.errors import Conflict
from gateway.pages import words
from gateway.pages.desk import Desk
from gateway.pages.looking import Looking, Typed
from gateway.pages.routes.differing import PAIRS

_AT: Final = "2023-11-29T02:41:07+00:00"
_REASON: Final = "Biên bản đối chiếu với kho bạc ngày 27/11 chỉ ghi 850 triệu đồng, phần còn lại thuộc năm trước"


def _said(column: str, number: int, value: str, *, counts: bool, reason: str | None = _REASON) -> dict[str, Any]:
    post = "Cán bộ 01, Phòng Nội vụ" if column == "appraisal" else "Cán bộ đầu mối, Phường Quyết Thắng"
    verdict = {"column": column, "number": number, "value": value, "reported": "1000", "reason": reason, "at": _AT}
    return {**verdict, "agreed": reason is None, "by_post": post, "counts": counts, "event_id": None, "appeal_id": None}


def _item(code: str, **changed: Any) -> dict[str, Any]:
    usual = {
        "criterion": code,
        "may": ["block", "appraisal"],
        "reported": "1000",
        "values": {"final": "1000"},
        "by": {},
    }
    return {**usual, "outdated": [], "objection": None, "said": [], "why": "", **changed}


def report(lines: Mapping[str, Any], unit_id: str, period_id: str, **changed: Any) -> dict[str, Any]:
    """One report with every way in which an item can stand."""
    objection = {"by_post": "Cán bộ đầu mối, Phường Quyết Thắng", "value": "850", "reason": _REASON}
    stands: list[Callable[[str], dict[str, Any]]] = [
        lambda code: _item(
            code,
            values={"block": "900", "appraisal": "850", "final": "850"},
            by={"block": 1, "appraisal": 2},
            said=[
                _said("block", 1, "900", counts=True),
                _said("appraisal", 1, "870", counts=False),
                _said("appraisal", 2, "850", counts=True),
            ],
            why="Đơn vị báo cáo 1.000 triệu đồng; khối chấm 900 triệu đồng; Phòng Nội vụ thẩm định 850 triệu đồng; "
            "tính theo 850 triệu đồng.",
        ),
        lambda code: _item(code, objection=objection),
        lambda code: _item(code, outdated=["appraisal"], said=[_said("appraisal", 1, "870", counts=False)]),
        lambda code: _item(code, reported=None, values={"final": None}),
    ]
    told = []
    for place, (code, line) in enumerate(list(lines.items())[:8]):
        points = dict.fromkeys(("self", "block", "appraisal", "final"), line["maximum"])
        of_line = {name: line.get(name) for name in ("role", "maximum", "target")}
        items = [stands[place % len(stands)](code)]
        told.append(
            {
                "criterion": code,
                "group": "1",
                **of_line,
                "assigned": True,
                "points": points,
                "items": items,
                "rulings": [],
            }
        )
    total = {"maximum": "100", "percent": "94.25"}
    return {
        "unit_id": unit_id,
        "period_id": period_id,
        "block_id": None,
        "report_version": 7,
        "receipt_number": "BN-2311-0417",
        "accepted_at": _AT,
        "checked_by": None,
        "of_office": False,
        "concluded_by": "latest_column",
        "cause": {"type": "scoring.items_reviewed.v1"},
        "totals": {name: {**total, "points": points} for name, points in _POINTS.items()},
        "lines": told,
        **changed,
    }


_POINTS: Final = {"self": "98.50", "block": "95.00", "appraisal": "94.25", "final": "94.25"}


def pages(desk: Callable[..., Desk], base: Mapping[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Give template and values by name; ``base`` holds the ids, the sheet and the lines that all pages share."""
    office = {"desk": desk("city_office", post="Cán bộ 01, Phòng Nội vụ"), "section": "xem-xet"}
    head = {"desk": desk("block_head", post="Khối trưởng khối xã, phường"), "section": "bang-khoi"}
    unit = {"desk": desk(), "section": "bang-khoi"}
    period, block, units = base["period"], base["block"], base["units"]

    def looking(role: str, column: str | None, given: Typed | None = None, **changed: Any) -> dict[str, Any]:
        told = report(base["lines"], units[2], period["period_id"], **changed)
        seen = Looking(told, base["sheet"], {"1.1": [base["file"]]}, column, given or Typed())
        place = {"back": ("/cham-cheo", "Chấm chéo"), "action": "/cham-cheo/x", "unit": "Phường Quyết Thắng"}
        return {"seen": seen, "period": period, **place, "role": role, "done": "", "key": "k"}

    instead = looking("ket-luan", "block")
    instead["seen"].only_objected = True
    headless = looking("doc", None, of_office=True, block_id=block["block_id"])
    headless["seen"].headless = True
    wrong = Typed({"1.1": "khac", "1.2": "dong-y"}, {"1.1": "1.234"}, {"1.1": ""})
    wrong.errors = {"1.1": ["Mục 1.1: viết 1234 nếu là số nguyên, hoặc 1,234 nếu là số lẻ", "Ghi lý do"]}
    stale = Typed({"1.1": "khac"}, {"1.1": "850"}, {"1.1": _REASON})
    stale.problem = Conflict("Đơn vị vừa gửi bản báo cáo mới. Xem lại số liệu mới rồi chấm lại.")
    rows = [
        {"unit_id": each, "rank": place + 1, "by_unit": units[place - 1], "maximum": "100", **_POINTS, "gap": gap}
        for place, (each, gap) in enumerate(zip(units, ("4.25", "7.50", None), strict=False))
    ]
    queue = [
        {
            "unit_id": each,
            "block_id": block["block_id"],
            "points": "98.50",
            "self_points": None,
            "appraisal_points": None,
        }
        | {"accepted_at": _AT, "receipt_number": "BN-2311-0417"}
        for each in units[:3]
    ]
    progress = ((True, 12, 5, 0), (True, 12, 0, 2), (True, 12, 0, 0), (False, 0, 0, 0))
    checks = [
        {
            "unit_id": each,
            "by_unit": units[place - 1] if place % 3 else None,
            "taken_back": place == 3,
            "suggested": units[place - 1],
        }
        | {"reported": reported, "items": items, "waiting": waiting, "objected": objected}
        for place, (each, (reported, items, waiting, objected)) in enumerate(zip(units, progress, strict=False))
    ]
    crossing = {"period": period, "mine": checks, "table": [], "block": block, "heads": False, "typed": {}}
    crossing |= {"errors": {}, "problem": None, "done": ""}
    found = {"items": queue, "more": True, "waiting": 34}
    listed = {"period": period, "found": found, "which": "waiting", "blocks": [block], "chosen": "", "query": ""}
    listed |= {"names": {block["block_id"]: block["name"]}, "done": "Đã lưu ý kiến thẩm định Phường Tân Phong."}
    lines = [{"criterion": code, "difference": "-2.50"} for code in ("1.1", "2.3")]
    differ = [
        {"unit_id": each, "first": "98.50", "second": "90.00", "difference": "-8.50", "maximum": "100", "lines": lines}
        for each in units[:2]
    ]
    apart = {"period": period, "found": {"items": differ, "more": True}, "pair": "self-appraisal", "pairs": PAIRS}
    apart |= {"least": "5", "query": "giua=self-appraisal", "next": 50, "chosen": ""}
    fair = {
        "blocks": [
            {"block_id": block["block_id"], "units": 7, "looked_at": 5, "lowered": 3, "raised": 1}
            | {"difference": "-2.125", "largest": "8.50"}
        ],
        "reviewers": [
            {"column": "appraisal", "by_unit": None, "by_post": "Cán bộ 01, Phòng Nội vụ", "units": 5}
            | {"looks": 60, "changed": 9, "lowered": 8, "raised": 1}
            | {"difference": "-2.125", "taken": "2.50", "added": "0.375", "largest": "8.50"}
        ],
        "same_in_blocks": [
            {"sheet_id": "s", "criterion": code, "units": 7, "blocks": 2, "lowest": "1.50", "highest": most}
            for code, most in (("5.1", "1.50"), ("5.2", "2.00"))
        ],
    }
    weighed = {"self": "98.50", "block": None, "appraisal": "90.00", "final": "90.00", "difference": "-8.50"}
    apiece = [{"unit_id": each, "block_id": block["block_id"], "maximum": "100", **weighed} for each in units[:2]]
    told_fair = {"period": period, "fair": fair, "names": {block["block_id"]: block["name"]}, "columns": words.COLUMNS}
    told_fair |= {"units": {"items": apiece, "more": True}, "chosen": "", "next": 50, "most": 50}
    told_fair |= {"sheets": {"s": base["sheet"]}, "lines": {("s", "5.1"): "Đăng ký thi đua"}}
    compiled = {"period": period, "block": block, "rows": rows, "wide": {units[1]}, "limit": 5}
    return {
        "tham-dinh": ("tham-dinh.html", {**office, **listed}),
        "tham-dinh-mot": ("cham-diem.html", {**office, **looking("appraisal", "appraisal")}),
        "tham-dinh-loi": ("cham-diem.html", {**office, **looking("appraisal", "appraisal", wrong)}),
        "tham-dinh-cu": ("cham-diem.html", {**office, **looking("appraisal", "appraisal", stale)}),
        "cham-cheo": ("cham-cheo.html", {**unit, **crossing}),
        "cham-cheo-khoi": ("cham-cheo.html", {**head, **crossing, "mine": [], "table": checks, "heads": True}),
        "cham-cheo-mot": ("cham-diem.html", {**unit, **looking("cham", "block")}),
        "cham-cheo-thay": ("cham-diem.html", {**office, **instead}),
        "cham-cheo-doc": ("cham-diem.html", {**unit, **looking("doc", None)}),
        "cham-cheo-khong-truong": ("cham-diem.html", {**office, **headless}),
        "bang-tong-hop": (
            "bang-tong-hop.html",
            {**head, **compiled, "stands": None},
        ),
        "bien-ban": (
            "bien-ban.html",
            {
                **head,
                **compiled,
                "block": {**block, "head_unit_id": units[0]},
                "votes": ["Lần 1: Phường Tân Phong 3 phiếu; Phường Đoàn Kết 2 phiếu."],
            }
            | {"ties": ["Phường Tân Phong xếp hạng 1: số phiếu của khối."]},
        ),
        "chenh-lech": ("chenh-lech.html", {**office, **apart}),
        "cong-bang": ("cong-bang.html", {**office, **told_fair}),
    }
