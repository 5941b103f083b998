"""Values for every page, shaped as the routes shape them, over the city's own names: what the templates are drawn with.

Nothing is decided here; ranks, points and verdicts are written down as they would arrive from the services.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import achievement_views
import board_views
import campaign_views
import law_views
import list_views
import missing_views
import people_views
import ranking_views
import review_views
import sheet_views
import statistics_views
import target_views
import yaml

from chassis.errors import Conflict, Invalid, NotFound, Unavailable
from chassis.identity import Grant, Identity
from contracts.notify import CITY_LEADER, Post
from gateway.pages import words
from gateway.pages.desk import Desk
from gateway.pages.routes.decisions import Form
from gateway.pages.routes.evidence import Outcome
from gateway.pages.routes.receipt import journey
from gateway.pages.routes.report import Sheet
from gateway.pages.routes.review import Verdict
from gateway.pages.routes.units import ACTS, thread, turns
from gateway.pages.routes.year import _FIGURES
from gateway.presence import Author
from gateway.rules import Ripple, Step, StepName

DATA: Final = Path("data/lai-chau-2023")
NOW: Final = datetime.fromisoformat("2023-11-28T09:41:07+07:00")
BLOCK, CAMPAIGN, SHEET, CAUSE = (str(UUID(int=number)) for number in (71, 72, 73, 74))
RECEIPT: Final = "BN-2311-0417"
_FILLED: Final = {"ratio_linear": "12,5", "proportional": "96", "threshold": "28,5", "bands": "97"}
_TOTALS: Final = ("95.00", "94.25", "93.75", "90.25", "90.25", "85.00")
_RANKS: Final = (1, 2, 3, 4, 4, 6)
_BEFORE: Final = (1, 3, 2, 4, 5, None)
_SHARES: Final = (0.95, 0.92, 0.97, 0.88, 0.9, 0.83)


def _read(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text())


def _unit_id(place: int) -> str:
    return str(UUID(int=100 + place))


_UNITS: Final = [unit for unit in _read("units.yaml") if unit["kind"] in ("ward", "commune")]
OWN: Final = _unit_id(1)
_CAMPAIGN: Final = _read("campaign.yaml") | {"campaign_id": CAMPAIGN}
for _number, _period in enumerate(_CAMPAIGN["periods"]):
    _period |= {"period_id": str(UUID(int=200 + _number))}
    _period |= {name: str(_period[name]) for name in ("opens_at", "due_at", "closes_at")}
PERIOD: Final = _CAMPAIGN["periods"][-1]
_SHEET: Final = _read("sheets/xa-phuong.yaml") | {"sheet_id": SHEET, "version": 2, "tie_breaks": []}
for _line in [line for group in _SHEET["groups"] for line in group["criteria"]] + _SHEET["extras"]:
    _line |= {"role": "content", "hint": "", "target": None, "citation": None, "largest": None} | dict(_line)
LINES: Final = {
    line["code"]: line for line in [line for group in _SHEET["groups"] for line in group["criteria"]] + _SHEET["extras"]
}


def _messages() -> list[dict[str, Any]]:
    said = (
        ("Phường bạn lên hạng 2", "Mục 1.1 của báo cáo năm được chấm lại: 27,00 thành 27,75 điểm.", True),
        ("Báo cáo năm 2023 đã nhận", f"Số biên nhận {RECEIPT}.", True),
        ("Nhắc hạn", "Báo cáo năm 2023 gửi trước 17:00 ngày 30/11.", True),
        ("Cờ thi đua của tỉnh", "Đơn vị còn thiếu 1 điều kiện: kém hạng 1 0,75 điểm.", False),
    )
    return [
        {
            "message_id": str(UUID(int=300 + number)),
            "title": title,
            "text": text,
            "unread": unread,
            "link": f"/bien-nhan/{RECEIPT}",
            "posted_at": (NOW - timedelta(hours=7 * number)).isoformat(),
        }
        for number, (title, text, unread) in enumerate(said)
    ]


def desk(*roles: str, post: str = "Cán bộ đầu mối, Phường Tân Phong") -> Desk:
    """Lay the desk of a unit officer, or of whoever holds the given roles."""
    grants = [Grant(role=role, scope=UUID(int=100)) for role in roles] or [
        Grant(role=Post.UNIT_OFFICER, scope=UUID(OWN))
    ]
    names = {unit["unit_id"]: unit["name"] for unit in units()}
    inbox = {"items": _messages(), "unread": 3}
    who = Identity(account="a", post=post, grants=tuple(grants))
    services: Any = None
    laid = Desk(who, services, NOW, timedelta(days=-900), _CAMPAIGN, block=of_this_year(), inbox=inbox, names=names)
    laid.unit = next((unit for unit in units() if unit["unit_id"] == laid.unit_id), None)
    return laid


def units() -> list[dict[str, Any]]:
    return [unit | {"unit_id": _unit_id(place), "short_name": None} for place, unit in enumerate(_UNITS)]


def of_this_year() -> dict[str, Any]:
    return {"block_id": BLOCK, "name": "Khối xã, phường", "year": 2023, "sheet_id": SHEET}


def _row(place: int) -> dict[str, Any]:
    share = _SHARES[place]
    return {
        "unit_id": _unit_id(place),
        "rank": _RANKS[place],
        "previous_rank": _BEFORE[place],
        "points": _TOTALS[place],
        "maximum": "100",
        "percent": _TOTALS[place],
        "decided_by": "shared" if _RANKS[place] == 4 else None,
        "groups": [
            {"group": group["code"], "points": f"{float(group['maximum']) * share:.2f}", "maximum": group["maximum"]}
            for group in _SHEET["groups"]
        ],
        "bonus": "2.00" if place < 3 else "0",
        "penalty": "0.50" if place == 2 else "0",
        "state": "ranked",
        "disqualified": [],
        "late": place == 5,
    }


def board() -> dict[str, Any]:
    nothing = ("rank", "previous_rank", "points", "maximum", "percent", "decided_by", "bonus", "penalty", "late")
    absent = {"unit_id": _unit_id(6), **dict.fromkeys(nothing), "groups": [], "disqualified": []}
    rows = [_row(place) for place in range(6)]
    return {
        "block_id": BLOCK,
        "period_id": PERIOD["period_id"],
        "sheet_id": SHEET,
        "version": 9,
        "changed_at": NOW.isoformat(),
        "members": 7,
        "ranked": 6,
        "rows": [*rows, {**absent, "state": "not_reported"}],
    }


def _part(line: dict[str, Any], group: str | None) -> dict[str, Any]:
    points = f"{float(line['maximum']) * 0.95:.2f}" if group else ("2.00" if line["code"] == "T.1" else "0.00")
    return {
        "criterion": line["code"],
        "group": group,
        "role": line["role"],
        "points": points,
        "over": "0.50" if line["code"] == "1.1" else "0",
        "maximum": line["maximum"],
        "value": "28.5",
        "target": line["target"],
        "rule": line["rule"]["kind"],
        "why": "Báo cáo 28,5; chỉ tiêu từ 30 trở lên. Đạt 95% chỉ tiêu nên được 95% số điểm của mục, làm tròn đến 0,25.",
    }


def score() -> dict[str, Any]:
    parts = [_part(line, group["code"]) for group in _SHEET["groups"] for line in group["criteria"]]
    return {
        "points": "94.25",
        "content": "92.25",
        "bonus": "2.00",
        "bonus_earned": "4.00",
        "penalty": "0.00",
        "maximum": "100",
        "percent": "94.25",
        "groups": _row(1)["groups"],
        "parts": parts + [_part(line, None) for line in _SHEET["extras"]],
        "version": 3,
        "sheet_id": SHEET,
        "sheet_version": 2,
        "scored_at": NOW.isoformat(),
        "receipt_number": RECEIPT,
        "open": ["Gửi sau hạn: tổng điểm đã trừ phần nộp muộn."],
    }


def _condition(text: str, finding: str, value: str | None = None, **more: Any) -> dict[str, Any]:
    usual = {"mark": "V", "gap": None, "needed": None, "share": None, "threshold_share": None}
    return {"text": text, "finding": finding, "value": value, **usual, **more}


def titles() -> dict[str, Any]:
    pledged = _condition("Đã đăng ký thi đua trong năm", "met", "28/02/2023", mark="R")
    members = {"threshold_share": 0.7, "needed": "từ 70% trở lên"}
    return {
        "pack": {"pack": "tdkt_2017"},
        "items": [
            {
                "name": "Cờ thi đua của tỉnh",
                "mark": "V",
                "citation": "Nghị định 91/2017/NĐ-CP, Điều 10",
                "verdict": "not_eligible",
                "conditions": [
                    pledged,
                    _condition("Hoàn thành xuất sắc nhiệm vụ được giao", "unsure"),
                    _condition(
                        "Dẫn đầu khối thi đua",
                        "missing",
                        "hạng 2",
                        gap="kém 0,75 điểm",
                        share=0.99,
                        threshold_share=1.0,
                        needed="hạng 1",
                    ),
                ],
            },
            {
                "name": "Tập thể Lao động xuất sắc",
                "mark": "V",
                "citation": "Luật Thi đua, khen thưởng 2003 (sửa đổi 2013), Điều 27 khoản 1",
                "verdict": "not_eligible",
                "conditions": [
                    _condition("100% hoàn thành nhiệm vụ được giao", "met", "22/22 người", share=1.0, **members),
                    _condition(
                        "Có ít nhất 70% cá nhân đạt danh hiệu Lao động tiên tiến",
                        "missing",
                        "15/22 người (68,2%)",
                        gap="cần thêm 1 người",
                        share=0.682,
                        **members,
                    ),
                    _condition("Có ít nhất 1 Chiến sĩ thi đua cơ sở", "unknown"),
                    _condition("Không có cá nhân bị kỷ luật từ hình thức cảnh cáo trở lên", "met", "0 người"),
                ],
            },
            {
                "name": "Giấy khen của Chủ tịch UBND thành phố",
                "mark": "U",
                "citation": "Luật Thi đua, khen thưởng 2003, Điều 74",
                "verdict": "eligible",
                "conditions": [pledged],
            },
        ],
    }


_RETURNED: Final = "Số liệu chưa khớp với thống kê của bộ phận một cửa, đề nghị đối chiếu lại"


def _report(state: str, **changed: Any) -> dict[str, Any]:
    usual = {
        "report_id": CAUSE,
        "unit_id": OWN,
        "period_id": PERIOD["period_id"],
        "campaign_id": CAMPAIGN,
        "campaign": _CAMPAIGN["name"],
        "block_id": BLOCK,
        "unit": "Phường Tân Phong",
        "period": PERIOD["name"],
        "state": state,
        "version": 7,
        "late": False,
        "reviewer": "Cán bộ 01, Phòng Nội vụ" if "review" in state else None,
        "flagged": None,
        "saved_at": NOW.isoformat(),
        "accepted_at": NOW.isoformat(),
        "receipt_number": RECEIPT,
        "returned_by": "Cán bộ 01, Phòng Nội vụ",
        "taken_back": None,
        "returned_at": NOW.isoformat(),
        "aside": None,
        "open_items": None,
        "steps": ["save", "submit"],
        "evidence": {
            "1.1": [_file("Đối chiếu thu ngân sách 10 tháng với kho bạc.pdf")],
            "2.3": [_file("Ảnh.jpg", "jpeg")],
        },
    }
    return usual | changed


def _file(name: str, kind: str = "pdf", *, attached: int = 1) -> dict[str, Any]:
    usual = {"evidence_id": CAUSE, "unit_id": OWN, "size": 2_400_000, "scan": "not_scanned", "attached": attached}
    return usual | {"name": name, "kind": kind, "uploaded_at": NOW.isoformat(), "sha256": "0" * 64}


def _history() -> list[dict[str, Any]]:
    usual = {"at": NOW.isoformat(), "correlationid": CAUSE, "receipt_number": RECEIPT, "items": None, "late": None}
    return [
        usual | {"step": "submit", "post": None, "late": False},
        usual | {"step": "take_up", "post": "Cán bộ 01, Phòng Nội vụ"},
        usual | {"step": "return", "post": "Cán bộ 01, Phòng Nội vụ", "items": {"2.3": _RETURNED, "4.1": _RETURNED}},
        usual | {"step": "take_back", "post": "Cán bộ 01, Phòng Nội vụ", "items": {"*": "Đối chiếu lại đã khớp"}},
    ]


def tasks() -> list[dict[str, Any]]:
    early, late = _CAMPAIGN["periods"]
    draft = _report("draft", receipt_number=None, accepted_at=None)
    sent, back = _report("submitted"), _report("returned", flagged=dict.fromkeys(("2.3", "4.1"), _RETURNED))
    return [
        {
            "kind": "report",
            "period": {**early, "name": "Báo cáo 10 tháng"},
            "report": back,
            "state": "returned",
            "left": None,
            "campaign": "",
        },
        {"kind": "report", "period": late, "report": draft, "state": "draft", "left": ["2.4", "3.1"], "campaign": ""},
        {"kind": "report", "period": late, "report": draft, "state": "draft", "left": [], "campaign": "Chuyển đổi số"},
        {"kind": "report", "period": late, "report": None, "state": "none", "left": None, "campaign": "Chuyên đề"},
        {"kind": "year", "year": 2023, "state": "none", "period": None, "report": None},
        *[
            {"kind": "pledge", "pledge": campaign_views.pledge(), "state": "none", "period": None, "report": None}
            | {"campaign": other, "campaign_id": CAUSE}
            for other in ("", "Thi đua chuyển đổi số")
        ],
        {"kind": "report", "period": early, "report": sent, "state": "submitted", "left": None, "campaign": ""},
    ]


def sheet(*, errors: bool = True, theirs: dict[str, str] | None = None) -> Sheet:
    """A half-filled report with three faults, or a whole one."""
    fields = {code: _FILLED.get(line["rule"]["kind"], "2") for code, line in LINES.items() if code[0] in "1234"}
    fields |= {code: "có" for code, line in LINES.items() if line["rule"]["kind"] == "yes_no" and code[0] in "45"}
    faults: dict[str, dict[str, Any]] = {}
    if errors:
        fields |= {"1.1": "1.234", "1.2": "hai", "2.4": ""}
        said = {
            "1.1": ("Mục 1.1: xác nhận “1.234” là 1234 triệu đồng", "1234"),
            "1.2": ("Mục 1.2: nhập một số nguyên (sản phẩm), ví dụ 2", None),
            "2.4": ("Mục 2.4: nhập số liệu % số trường, ví dụ 95", None),
        }
        faults = {
            code: {"field": code, "message": text, "suggestion": suggestion}
            for code, (text, suggestion) in said.items()
        }
    made = Sheet(
        period=PERIOD,
        document=_SHEET,
        targets={},
        fields=fields,
        version=7,
        report=_report("draft", receipt_number=None),
        errors=faults,
        score=score(),
        theirs=theirs,
    )
    made.parts = {part["criterion"]: part for part in score()["parts"] if fields.get(part["criterion"])}
    for code in faults:
        made.parts.pop(code, None)
    return made


def ripple(*moments: float, parked: bool = False, complete: bool = True) -> Ripple:
    """The five steps at these milliseconds; with fewer moments the rest has not happened (or is stuck)."""
    steps = [
        Step(
            step=step,
            service="scoring",
            event="x.v1",
            outcome="recorded" if step is StepName.RECEIVED else "changed",
            at=NOW + timedelta(milliseconds=moment),
            ms=moment,
        )
        for step, moment in zip(StepName, moments, strict=False)
    ]
    if parked:
        stuck = list(StepName)[len(steps)]
        steps.append(Step(step=stuck, service="scoring", event="x.v1", outcome="parked", at=None, ms=None))
    ended = complete and len(moments) == len(StepName)
    return Ripple(
        correlationid=UUID(CAUSE),
        complete=ended,
        total_ms=moments[-1] if ended else None,
        about=UUID(OWN),
        steps=tuple(steps),
    )


def receipt(seen: Ripple) -> dict[str, Any]:
    known = len(seen.steps) > 2
    return {
        "desk": desk(),
        "section": "bao-cao",
        "receipt": {
            "receipt_number": RECEIPT,
            "unit_id": OWN,
            "period_id": PERIOD["period_id"],
            "campaign_id": CAMPAIGN,
            "accepted_at": NOW.isoformat(),
            "late": False,
            "correlationid": CAUSE,
            "report_id": CAUSE,
            "counts": True,
            "counts_now": RECEIPT,
            "state": "submitted",
        },
        "steps": _history()[:1],
        "period": PERIOD,
        "ripple": seen,
        "journey": journey(seen),
        "board": board() | {"published": None},
        "own": board()["rows"][1],
        "coming": None,
        "score": score(),
        "newest": known,
    }


_FROZEN = {"number": 1, "state": "frozen", "correction": False, "fingerprint": "0" * 64, "by": "Phòng Nội vụ"}
_FROZEN |= {"at": NOW.isoformat()}


def _place() -> dict[str, Any]:
    """Second of seven on a published board, nine points behind the first."""
    first = {"unit_id": _unit_id(0), "rank": 1, "points_gap": "9", "percent_gap": "9", "decided_by": None}
    head = {"state": "final", "at": NOW.isoformat(), "number": 2, "correction": True, "reason": "Tính lại mục 1.1"}
    own = {"rank": 2, "ranked": 7, "members": 7, "points": "94.25", "percent": "94.25", "decided_by": None}
    return {**own, **head, "alike": [], "ahead": first, "behind": None, "votes": None}


def _stands_published() -> dict[str, Any]:
    why_place = "Phường Tân Phong xếp hạng 2 trên 7 đơn vị được xếp hạng: kém Xã San Thàng (hạng 1) 9,00 điểm."
    return {"published": _place(), "stands": True, "place": _place(), "why_place": why_place}


_TRIED: Final[dict[str, Any]] = {
    "criterion": "1.1",
    "value": "11400",
    "value_kind": "amount",
    "largest": None,
    "curve": [["0", "0"], ["8000", "0"], ["8400", "21"], ["11400", "28.5"], ["12000", "30"], ["15000", "30"]],
    "tries": [
        {"value": "0", "points": "0", "total": "65", "percent": "65", "rank": 7, "tied": False},
        {"value": "11400", "points": "28.5", "total": "93.5", "percent": "93.5", "rank": 2, "tied": False},
        {"value": "12000", "points": "30", "total": "95", "percent": "95", "rank": 1, "tied": True},
    ],
}


def _why() -> dict[str, Any]:
    return {
        "desk": desk(),
        "section": "bang-khoi",
        "period": PERIOD,
        "unit_id": OWN,
        "unit": "Phường Tân Phong",
        "block": of_this_year(),
        "score": score(),
        "again": {"same": True, "points": "93.5", "differing": []},
        **_stands_published(),
        "said": [],
        "as_of": "",
        "asked": None,
        "newest": True,
        "onward": {
            "sent_at": NOW.isoformat(),
            "receipt": f"/bien-nhan/{RECEIPT}",
            "cause": f"/bien-nhan/{RECEIPT}",
            "words": "đơn vị gửi báo cáo",
            "appeals": True,
        },
        "columns": review_views.report(LINES, OWN, PERIOD["period_id"]),
        "sheet": _SHEET,
        "groups": _SHEET["groups"],
        "lines": LINES,
    }


def _home(**changed: Any) -> dict[str, Any]:
    rows = board()["rows"]
    usual = {
        "desk": desk(),
        "section": "viec",
        "period": PERIOD,
        "tasks": tasks(),
        "board": board() | {"published": None},
    }
    usual |= {"mine": [task for task in tasks() if task["state"] != "submitted"]}
    check = {"unit_id": _unit_id(2), "waiting": 5, "items": 12, "period_id": PERIOD["period_id"], "campaign": ""}
    checks = [check, check | {"unit_id": _unit_id(3), "campaign": "Thi đua chuyển đổi số"}]
    usual |= {"cham": {"waiting": [], "checks": checks, "pledges": [], "missing": []}}
    usual["cham"] |= {
        "objections": [{"count": 2, "href": "/cham-cheo", "period": PERIOD, "campaign": ""}],
        "appeals": None,
    }
    usual |= {"own": rows[1], "coming": None}
    return usual | {"leader": rows[0], "titles": titles()} | changed


def _leader() -> Desk:
    return desk(CITY_LEADER, post="Lãnh đạo 01, UBND thành phố")


def _leading(**changed: Any) -> dict[str, Any]:
    """What the leader's landing page shows: two blocks, one of them published, and all three exceptions."""
    late = {"count": 3, "more": False, "words": "đơn vị chưa nộp, còn trong hạn", "href": "/chua-nop"}
    wide = {
        "count": 50,
        "more": True,
        "words": "đơn vị tự chấm và thẩm định chênh từ 5% điểm tối đa",
        "href": "/chenh-lech",
    }
    open_ones = {"count": 2, "more": False, "words": "kiến nghị chưa giải quyết", "href": "/kien-nghi"}
    live = {"block_id": BLOCK, "name": "Khối xã, phường", "state": "provisional", "at": None, "ranked": 6, "members": 7}
    blocks = [live, live | {"name": "Khối trường học", "state": "frozen", "at": NOW.isoformat(), "ranked": None}]
    now = {"period": PERIOD, "missing": 3, "ranked": 6, "members": 7, "boards": 2, "published": 1, "final": 0}
    now |= {"blocks": blocks, "more": True}
    usual = {"desk": _leader(), "section": "viec", "period": PERIOD, "now": now, "periods": [now], "blocks": blocks}
    return usual | {"appeals": {"count": 2, "more": False}, "exceptions": [late, wide, open_ones]} | changed


def _form(made: Sheet, **changed: Any) -> dict[str, Any]:
    usual = {"desk": desk(), "section": "bao-cao", "sheet": made, "saved": False, "show_errors": bool(made.errors)}
    usual |= {"others": [Author("Cán bộ 02, Phường Tân Phong", NOW)], "own": desk().who.post}
    usual |= {"problem": None}
    return usual | {"shown": made.errors} | changed


def _stands(state: str, **changed: Any) -> Sheet:
    """A whole report in a state where only some of it, or nothing, can be written into."""
    made = sheet(errors=False)
    made.report = _report(state, **{"open_items": [], "steps": [], **changed})
    made.nothing = {"3.1": "Trong kỳ không có đợt tuyển quân nào"}
    made.fields.pop("3.1", None)
    return made


def _review(state: str, verdict: Verdict, **changed: Any) -> dict[str, Any]:
    steps = ["take_up", "release", "return", "accept"]
    flagged = dict.fromkeys(("2.3", "4.1"), _RETURNED) if "second" in state else None
    made = _stands(state, **{"steps": steps, "flagged": flagged, **changed})
    usual = {"desk": desk("city_office", post="Cán bộ 01, Phòng Nội vụ"), "section": "xem-xet", "sheet": made}
    usual |= {"verdict": verdict, "steps": _history(), "again": set(flagged or ()), "done": ""}
    return usual | {"block": {"name": "Khối xã, phường"}}


def _step(kind: str, seen: Ripple) -> dict[str, Any]:
    values = {"desk": desk(), "section": "bao-cao", "ripple": seen, "journey": journey(seen), "at": NOW}
    return {**values, "unit": "Phường Tân Phong", **words.RIPPLES[kind]}


def _year(errors: dict[str, Any]) -> dict[str, Any]:
    typed = {"headcount": "hai hai", "completed_tasks": "22", "task_rating": "good", "pledged_on": "2023-02-28"}
    problem = Invalid("Còn 1 chỗ cần sửa.") if errors else None
    derived = {"headcount": 2, "completed_tasks": 1, "disciplined": 0, "task_rating": None}
    record = {"version": 1, "headcount": 22, "completed_tasks": 22, "disciplined": 0, "task_rating": "good"}
    record |= {"source": "typed", "derived": derived, "differs": ["headcount", "completed_tasks", "task_rating"]}
    usual = {"desk": desk(), "section": "viec", "year": 2023, "typed": typed, "figures": _FIGURES, "record": record}
    record["counted_by"] = {"closing_day": "2023-12-31", "discipline_level": "warning"}
    usual |= {"derivable": list(derived)[:3]}
    return usual | {"errors": errors, "problem": problem, "saved": not errors}


def _year_of_people() -> dict[str, Any]:
    """A year that follows from the list of people."""
    values = _year({})
    figures = {"headcount": 2, "completed_tasks": 1, "disciplined": 0, "task_rating": "good"}
    typed = {name: str(value) for name, value in figures.items()} | {
        "advanced_workers": "2",
        "grassroots_fighters": "0",
    }
    record = values["record"] | {"source": "people", "derived": figures, "differs": [], **figures}
    return values | {"record": record, "typed": typed}


def _letter() -> dict[str, Any]:
    return {
        "id": CAUSE,
        "type": "registry.report_submitted.v1",
        "attempts": 5,
        "parked_at": NOW.isoformat(),
        "error": "ValueError: mục 1.1: " + "chỉ tiêu chung không thể bằng 0 " * 6,
    }


def _states() -> list[dict[str, Any]]:
    return [
        {"service": "registry", "name": "Tiếp nhận báo cáo", "trouble": None, "letters": []},
        {"service": "scoring", "name": "Chấm điểm, xếp hạng", "trouble": None, "letters": [_letter()]},
        {"service": "awards", "name": "Xét danh hiệu", "trouble": "Không kết nối được.", "letters": []},
    ]


_REVOKED = {"revoked_at": NOW.isoformat(), "revoked_by": "Cán bộ 01, Phòng Nội vụ", "revoked_because": "Nhập nhầm"}


def _change(kind: str, on: str, sets: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    usual = {"change_id": CAUSE, "others": {}, "decision_number": None, "decision_on": None}
    said = {
        "reason": "Sắp xếp đơn vị hành chính",
        "recorded_by": "Cán bộ 01, Phòng Nội vụ",
        "recorded_at": NOW.isoformat(),
        **dict.fromkeys(("revoked_at", "revoked_by", "revoked_because")),
    }
    return {**usual, **said, "kind": kind, "effective_on": on, "sets": sets or {}, **more}


def _unit(**changed: Any) -> dict[str, Any]:
    block = {"block_id": BLOCK, "name": "Khối xã, phường", "year": 2023}
    contact = {"post": "Văn phòng phường", "phone": "0213 3 876 000", "email": "", "address": "Tổ 1"}
    unit = {"unit_id": OWN, "name": "Phường Tân Phong", "kind": "ward", "code": "03387", "parent_id": CAMPAIGN}
    days = {"from_on": "2013-12-27", "until_on": None, "ended": False, "valid_from": "2013-12-27", "ended_on": None}
    return {
        **unit,
        **days,
        "on": "2023-11-28",
        "block": block,
        "contact": contact,
        "short_name": "P. Tân Phong",
        **changed,
    }


def _unit_history() -> dict[str, Any]:
    names = {OWN: "Phường Tân Phong", CAMPAIGN: "UBND thành phố Lai Châu", SHEET: "Phường Đông Phong"}
    began = {"name": "Phường Tân Phong", "parent_id": CAMPAIGN, "code": "03387"}
    changes = [
        _change("registered", "2013-12-27", began, change_id=BLOCK),
        _change("recoded", "2022-01-01", {"code": "03408"}, decision_number="12/QĐ-UBND", decision_on="2021-12-20"),
        _change("absorbed", "2025-07-01", others={"predecessors": [SHEET]}, decision_number="1670/NQ-UBTVQH15"),
        _change("renamed", "2025-08-01", {"name": "Phường Nhầm"}) | _REVOKED,
    ]
    states = [{**_unit(), "from_on": "2013-12-27"}, {**_unit(), "from_on": "2022-01-01", "code": "03408"}]
    stood = [{"year": 2023, "from_on": "2023-01-01", "block_id": BLOCK, "name": "Khối xã, phường"}]
    return {"unit_id": OWN, "changes": changes, "states": states, "blocks": stood, "names": names}


def _unit_page(**changed: Any) -> dict[str, Any]:
    unit, history = _unit(**changed), _unit_history()
    shown = {"unit": unit, "history": history, "thread": thread(history, unit["on"])}
    under = {"items": [_unit(name="Tổ dân phố 1")], "next": "x"}
    asked = {"wrong_day": "", "typed_day": "2023-11-28", "recorded": "1", "office": True, "under": under}
    acts = [(slug, title) for slug, (_, title) in ACTS.items()]
    return {"desk": _office(), "section": "don-vi", **shown, **asked, "acts": acts}


def _revocation() -> dict[str, Any]:
    decision = thread(_unit_history(), "2023-11-28")[1]
    values = {"unit": _unit(), "decision": decision, "reason": "Nhầm", "key": CAUSE}
    return {
        "desk": _office(),
        "section": "don-vi",
        **values,
        "problem": Conflict("Hãy thu hồi quyết định ghi sau trước."),
    }


def _office() -> Desk:
    return desk("city_office", post="Cán bộ 01, Phòng Nội vụ")


def _block(**changed: Any) -> dict[str, Any]:
    names = {_unit_id(place): unit["name"] for place, unit in enumerate(_UNITS)}
    led = {"head_unit_id": _unit_id(0), "deputy_unit_id": None}
    year = {"year": 2023, "on": "2023-11-28", "decision_number": None, "decision_on": None}
    turn = {
        **led,
        "from_on": "2023-09-01",
        "reason": "Luân phiên",
        "decision_number": "5/QĐ",
        "decision_on": "2023-08-30",
    }
    line = [{**led, "year": 2022}]
    block = {"block_id": BLOCK, "name": "Khối xã, phường", "member_unit_ids": list(names), "names": names}
    block |= {"version": 2}
    return {**block, **year, **led, "formed": led, "turns": [turn], "line": line, **changed}


def _founding() -> dict[str, tuple[str, dict[str, Any]]]:
    """The forms that register a unit and form a block, empty and refused."""
    bare = {"desk": _office(), "section": "don-vi", "errors": {}, "problem": None}
    unit = {"ma": CAUSE, "name": "Trường THCS Tân Phong", "tim": "tan phong", "parent_id": OWN}
    doubled = {"name": {"message": "Tên: đã có Trường THCS Tân Phong", "remedy": "Kiểm tra lại"}}
    refused = {"typed": unit, "errors": doubled, "problem": Conflict("Có thể đơn vị này đã được đăng ký.")}
    chosen = {_unit_id(place): each["name"] for place, each in enumerate(_UNITS[:3])}
    block = {"typed": {"ma": BLOCK, "year": "2024"}, "members": {}, "found": {}, "sheets": {BLOCK: "Bảng điểm"}}
    wrong = {
        "member_unit_ids.1": {"message": f"{_UNITS[1]['name']}: đã ở khối khác trong năm 2024", "remedy": "Bỏ chọn"}
    }
    stale = bare | {
        "problem": Conflict("Vừa được người khác sửa."),
        "theirs": [("tên", "Khối phường"), ("mã", "để trống")],
    }
    mended = {"ma": OWN, "name": "Phường Tân Phong", "version": "3"}
    formed = {
        "stands": {"year": "2023", "name": "Khối xã, phường"},
        "typed": {"ma": BLOCK, "year": "2023", "version": "2"},
    }
    return {
        "don-vi-dinh-chinh": ("don-vi-dinh-chinh.html", bare | {"typed": mended, "above": {}, "theirs": []}),
        "don-vi-dinh-chinh-loi": (
            "don-vi-dinh-chinh.html",
            bare | refused | {"typed": mended, "above": {}, "theirs": []},
        ),
        "don-vi-dinh-chinh-cu": ("don-vi-dinh-chinh.html", stale | {"typed": mended, "above": {}}),
        "khoi-dinh-chinh": ("khoi-dinh-chinh.html", bare | block | formed | {"earlier": {}, "theirs": []}),
        "khoi-dinh-chinh-cu": ("khoi-dinh-chinh.html", stale | block | formed | {"earlier": {}, "members": chosen}),
        "don-vi-moi": ("don-vi-moi.html", bare | {"typed": {"ma": CAUSE}, "above": {}}),
        "don-vi-moi-loi": ("don-vi-moi.html", bare | {"above": {OWN: "Phường Tân Phong"}} | refused),
        "khoi-moi": ("khoi-moi.html", bare | block | {"earlier": {BLOCK: "Khối xã, phường"}}),
        "khoi-moi-loi": ("khoi-moi.html", bare | block | {"earlier": {}, "members": chosen, "errors": wrong}),
    }


def _decision(slug: str, *, errors: bool = False, preview: bool = False) -> dict[str, Any]:
    typed = {"effective_on": "2023-12-01", "reason": "Sắp xếp", "into": "moi", "name": "Phường Ánh Dương"}
    row = {
        "unit_id": CAUSE,
        "name": "Phường Tân Phong",
        "short_name": "",
        "kind": "ward",
        "code": "",
        "parent_id": "",
        "block_id": BLOCK,
    }
    made = Form(_unit(), slug, typed, [_unit_id(2)], [row])
    if errors:
        made.problem = Invalid("Còn chỗ cần sửa.")
        said = (
            "effective_on",
            "into",
            "new_units.0.code",
            "unit_ids.1",
            "block_id",
            "name",
            "parent_id",
            "children_to",
        )
        made.problem.members = {"errors": [{"field": each, "message": "chưa đúng", "remedy": "Sửa"} for each in said]}
    told = {BLOCK: "Khối xã, phường năm 2023", OWN: "Phường Tân Phong", CAUSE: "Phường Tân Phong (đơn vị mới)"}
    if preview:
        touched = [{"unit_id": CAUSE, "change": "founded"}, {"unit_id": OWN, "change": "merged"}]
        period = {"unit_id": OWN, "period_id": CAUSE, "name": "Báo cáo năm 2023"}
        made.preview = {
            "units": touched,
            "children": 3,
            "blocks": [{"unit_id": OWN, "from_block_id": BLOCK, "to_block_id": None, "leads": True}],
            "periods": [
                {**period, "follows": True, "state": "submitted", "late": True},
                {**period, "follows": False, "state": None, "late": False},
            ],
            "pledges": [
                {"unit_id": OWN, "campaign_id": CAUSE, "campaign": "Phong trào năm 2023", "state": "approved"}
                | {"pledged_on": "2023-03-20"}
            ],
            "years": [{"unit_id": OWN, "year": 2023, "pledged_on": "2023-02-28", "targets": 1}],
            "seen": "x",
        }
        made.rights = ["Cán bộ đầu mối, Phường Tân Phong"]
        made.period = {"name": "Báo cáo năm 2023"}
        score = {"unit_id": OWN, "block_id": BLOCK, "points": "94.25", "rank": 2, "ranked": 6, "follows": True}
        made.scores = [score, {**score, "points": None, "rank": None, "follows": False}]
    found = [{"unit_id": _unit_id(place), "name": _UNITS[place]["name"]} for place in (2, 3, 4)]
    values = {
        "form": made,
        "typed": typed,
        "errors": made.errors,
        "chosen": found[:1],
        "found": found[1:],
        "told": told,
    }
    blocks = [_block(), _block(block_id=CAUSE, name="Khối khác")]
    return {"desk": _office(), "section": "don-vi", **values, "blocks": blocks, "key": CAUSE}


def _units_and_blocks() -> dict[str, tuple[str, dict[str, Any]]]:
    empty = dict.fromkeys(("q", "tc", "loai", "tinh-trang", "khoi", "ngay", "ma", "xep"), "")
    listed = {"desk": _office(), "section": "don-vi", "blocks": [_block()], "on": "2023-11-28", "begun": True}
    listed |= {"office": True, "titled": None, "wrong_day": ""}
    titled = {"titles": ["Tập thể Lao động tiên tiến"], "unit_ids": [OWN], "more": True}
    gone = _unit(ended=True, until_on="2023-07-01")
    names = _block()["names"]
    blocks = {
        "desk": _office(),
        "section": "don-vi",
        "year": 2023,
        "found": [_block()],
        "names": names,
        "typed": {"tim": "", "xep": ""},
        "onward": "x=1",
        "begun": False,
    }
    page = {"desk": _office(), "section": "don-vi", "office": True, "recorded": "", "key": CAUSE}
    block = page | {
        "block": _block(),
        "turns": turns(_block()),
        "handed_in": False,
        "problem": None,
        "turn": None,
        "wrong_day": "",
    }
    again = {
        "turn": _block()["turns"][0],
        "typed": {"from_on": "2023-09-01", "thay": "1"},
        "errors": {},
        "attached": [],
    }
    moved = {"problem": Conflict("Khối này vừa được người khác sửa.")}
    fault = {"from_on": {"field": "from_on", "message": "ngoài năm 2023 của khối", "remedy": "Chọn ngày khác"}}
    return {
        "don-vi-danh-sach": (
            "don-vi-danh-sach.html",
            listed | {"typed": empty | {"q": "phuong"}, "found": [_unit(), gone], "onward": "sau=x"},
        ),
        "don-vi-danh-hieu": (
            "don-vi-danh-sach.html",
            listed | {"typed": empty | {"tc": "lao dong"}, "titled": titled, "found": [_unit()], "onward": None},
        ),
        "don-vi-khong-co": (
            "don-vi-danh-sach.html",
            listed | {"typed": empty, "found": [], "onward": None, "wrong_day": "abc"},
        ),
        "don-vi": ("don-vi.html", _unit_page()),
        "don-vi-thu-hoi": ("don-vi-thu-hoi.html", _revocation()),
        "don-vi-da-het": ("don-vi.html", _unit_page(ended_on="2023-07-01", block=None, contact={}, parent_id=None)),
        "khoi-danh-sach": ("khoi-danh-sach.html", blocks),
        "khoi": (
            "khoi.html",
            block
            | {
                "typed": {},
                "errors": {},
                "recorded": "1",
                "wrong_day": "abc",
                "attached": people_views.ATTACHED,
                "handed_in": True,
            },
        ),
        **_founding(),
        "khoi-sua-luot": ("khoi.html", block | again),
        "khoi-sua-luot-cu": ("khoi.html", block | again | moved),
        "khoi-loi": ("khoi.html", block | {"typed": {"from_on": "2024-01-01"}, "errors": fault, "attached": []}),
        **{f"quyet-dinh-{slug}": ("don-vi-thay-doi.html", _decision(slug)) for slug in ACTS},
        "quyet-dinh-loi": ("don-vi-thay-doi.html", _decision("sap-nhap", errors=True)),
        "quyet-dinh-xem-truoc": ("don-vi-thay-doi.html", _decision("sap-nhap", preview=True)),
    }


def pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """Every page in its states: address to template and values."""
    board_values = {
        "desk": desk(),
        "section": "bang-khoi",
        "block": of_this_year(),
        "period": PERIOD,
        "board": board(),
        "groups": _SHEET["groups"],
        "sheet": _SHEET,
        "best": {"1": 28.5, "2": 24.25},
        "may_ask": True,
        "equal": True,
    } | board_views.beside(PERIOD)
    operator = desk("operator", post="Cán bộ kỹ thuật vận hành")
    fault = {"headcount": {"field": "headcount", "message": "Số người của đơn vị: nhập số người, ví dụ 22"}}
    empty_desk = desk()
    empty_desk.inbox = {"items": [], "unread": 0}
    sign_in = {"tiep": "/", "account": "", "error": None, "kept": []}
    office = desk("city_office", post="Cán bộ 01, Phòng Nội vụ")
    flagged = dict.fromkeys(("2.3", "4.1"), _RETURNED)
    waiting = {
        "items": [_report("submitted", late=True), _report("resubmitted", flagged=flagged, campaign_id=OWN)],
        "more": True,
    }
    piles = {
        "todo": [
            {"period": PERIOD, "report": _report("returned", flagged=flagged), "campaign": ""},
            {"period": PERIOD, "report": None, "campaign": "Thi đua chuyên đề"},
        ],
        "waiting": [{"period": PERIOD, "report": _report("in_review", late=True), "campaign": ""}],
        "done": [{"period": PERIOD, "report": _report("accepted"), "campaign": ""}],
    }
    others = [_CAMPAIGN | {"name": "Phong trào thi đua năm 2022", "year": 2022}]
    other = _file("Biên bản kiểm tra ba tuyến phố văn minh đô thị.docx", "docx", attached=0)
    files = {"items": [_file("Ảnh.jpg", "jpeg"), other], "more": True}
    tried = Outcome(["a.pdf"], ["b.pdf"], ["c.exe: Nội dung tệp không phải loại được nhận"], 422)
    of_line = {"period": PERIOD, "line": LINES["1.1"], "report": _report("draft"), "attached": files["items"][:1]}
    of_line |= {"others": [other | {"evidence_id": OWN}], "open": True, "outcome": tried, "done": ""}
    of_line |= {"sought": "bien ban", "begun": False, "onward": "sau=x"}
    queue = {"desk": office, "section": "xem-xet", "found": waiting, "which": "waiting", "later": False, "done": ""}
    queue |= {"typed": dict.fromkeys(("hang", "tim", "ky", "muon", "xep"), ""), "onward": "sau=x"}
    why_nothing = {"period": PERIOD, "key": CAUSE, "version": 3, "reason": "a", "error": "Cả báo cáo: ghi rõ lý do"}
    marked = Verdict({"1.1", "2.4"}, {"1.1": "Chưa có đối chiếu của kho bạc"}, {"2.4": "Mục 2.4: ghi lý do trả lại"})
    no_reason = Verdict(errors={"ly-do-rut": "Lý do rút việc trả lại: ghi ít nhất 3 chữ"}, why="a")
    taken_back = {"by": "Cán bộ 01, Phòng Nội vụ", "at": NOW.isoformat(), "reason": "Đối chiếu lại đã khớp"}
    set_aside = {"fields": {"1.1": "777"}, "nothing": {}}
    returned = _stands("returned", flagged=flagged, open_items=["2.3", "4.1"], aside=set_aside)
    closed = desk()
    closed.now = datetime.fromisoformat(PERIOD["closes_at"]) + timedelta(hours=1)
    complete = ripple(0, 420, 710, 1100, 1640)
    columns = review_views.report(LINES, OWN, PERIOD["period_id"])
    (looked, *_) = [each for each in columns["lines"][0]["items"][0]["said"] if each["counts"]]
    ruled = looked | {"criterion": "1.1.diem", "ruling": True, "value": "4.5", "appeal_id": CAUSE}
    why_line = _why() | {
        "said": [looked | {"criterion": "1.1", "ruling": False}, ruled],
        "part": score()["parts"][0],
        "line": LINES["1.1"],
        "looked": columns["lines"][0],
        "unlooked": "Chưa nơi nào chấm mục này: điểm tính từ số đơn vị báo cáo.",
        "appealable": ["1.1", "1.1.diem"],
        "files_of": {"1.1"},
        "evidence": {"1.1": [_file("Đối chiếu thu ngân sách 10 tháng với kho bạc.pdf")]},
        "typed": "",
        "mistake": "",
        "tried": _TRIED,
        "subtotal": score()["groups"][0],
        "without": _TRIED["tries"][0],
    }
    heavy = score()["parts"][0] | {"weight": "2", "stretch": "12000", "points": "50.40", "maximum": "60"}
    heavy["why"] += " Mức phấn đấu 12.000 triệu đồng: chưa đạt. Hệ số 2: 50,40 điểm."
    alone = why_line | {"columns": None, "looked": None, "evidence": None, "tried": None}
    mistaken = {"typed": "1.234", "mistake": "“1.234” đọc được hai cách. Viết 1234 hay 1,234.", "unit_id": _unit_id(2)}
    mistaken |= {"again": {"same": False, "points": "92.25", "differing": ["1.1"]}}
    done = why_line | {"tried": {**_TRIED, "value_kind": "yes_no", "value": "1", "tries": _TRIED["tries"][:2]}}
    of_all = {"period": PERIOD, "block": of_this_year(), "units": [_unit_id(place) for place in range(4)]}
    of_all |= {"sheet": _SHEET, "lines": LINES, "file": _file("Đối chiếu thu ngân sách 10 tháng với kho bạc.pdf")}
    here = {"count": 3, "href": "/chua-nop", "period": PERIOD, "campaign": ""}
    there = here | {"campaign": "Thi đua chuyển đổi số"}
    cham = {"waiting": [here | {"count": 34}, there], "checks": [], "pledges": [here, there], "missing": [here, there]}
    cham |= {"objections": [here, there], "appeals": {"count": 50, "more": True}}
    lists = {"desk": desk(), "section": "bao-cao"}
    common = {"section": "viec", "blocks": [of_this_year() | {"member_unit_ids": [_unit_id(0)]}], "more": True}
    return {
        "nha": ("viec-can-lam.html", _home()),
        "nha-chot": (
            "viec-can-lam.html",
            _home(board=board() | {"published": _FROZEN}, coming=board()["rows"][1] | {"points": "95.5", "rank": 1}),
        ),
        "nha-moi": (
            "viec-can-lam.html",
            _home(desk=empty_desk, tasks=[], mine=[], board=None, own=None, titles={"items": [], "pack": None}),
        ),
        "nha-chung": (
            "nha-chung.html",
            common | {"desk": operator, "queue": None, "cham": dict.fromkeys(cham, ()) | {"appeals": None}},
        ),
        "nha-lanh-dao": ("nha-lanh-dao.html", _leading()),
        "nha-lanh-dao-yen": ("nha-lanh-dao.html", _leading(exceptions=[], blocks=[])),
        "nha-lanh-dao-moi": ("nha-lanh-dao.html", _leading(period=None)),
        "bang-khoi-lanh-dao": ("bang-khoi.html", board_values | {"desk": _leader()}),
        "nha-noi-vu": ("nha-chung.html", common | {"desk": office, "queue": waiting, "cham": cham}),
        "cac-bao-cao": (
            "cac-bao-cao.html",
            lists
            | {
                "typed": {"tim": "", "trang_thai": "", "muon": "", "xep": ""},
                "begun": False,
                "more": True,
                "onward": "sau=x",
            }
            | {
                "found": [
                    _report(state)
                    | {"period": "Báo cáo năm 2023", "campaign": "Phong trào năm 2023", "campaign_id": CAUSE}
                    for state in ("draft", "accepted")
                ]
            },
        ),
        "bao-cao-danh-sach": ("bao-cao-danh-sach.html", lists | {"piles": piles, "others": others, "chosen": True}),
        "bao-cao": ("bao-cao.html", _form(sheet())),
        "bao-cao-hai-ban": ("bao-cao.html", _form(sheet(errors=False, theirs={"1.1": "1000"}), saved=True)),
        "bao-cao-da-dong": ("bao-cao.html", _form(sheet(errors=False)) | {"desk": closed}),
        "bao-cao-tra-lai": ("bao-cao.html", _form(returned)),
        "bao-cao-dang-xem": ("bao-cao.html", _form(_stands("in_review"))),
        "bao-cao-chap-nhan": ("bao-cao.html", _form(_stands("accepted"))),
        "rut": (
            "rut-bao-cao.html",
            lists | {"period": PERIOD, "report": _report("submitted"), "key": CAUSE, "problem": None},
        ),
        "khong-phat-sinh": ("khong-phat-sinh.html", lists | why_nothing),
        "xem-xet": ("xem-xet.html", queue),
        "xem-xet-het": (
            "xem-xet.html",
            queue | {"found": {"items": [], "more": False}, "done": "Đã chấp nhận.", "onward": "", "later": True},
        ),
        "xem-xet-bao-cao": ("xem-xet-bao-cao.html", _review("in_review", marked)),
        "xem-xet-khong-khoi": ("xem-xet-bao-cao.html", _review("submitted", Verdict(), block_id=None)),
        "xem-xet-da-tra": (
            "xem-xet-bao-cao.html",
            _review("returned", no_reason, steps=["take_back", "accept"], flagged=flagged),
        ),
        "bao-cao-rut-tra": ("bao-cao.html", _form(_stands("submitted", open_items=None, taken_back=taken_back))),
        "xem-xet-lai": ("xem-xet-bao-cao.html", _review("in_second_review", Verdict())),
        "hanh-trinh": ("hanh-trinh.html", _step("report_withdrawn", complete)),
        "hanh-trinh-dang-lan": ("hanh-trinh.html", _step("report_returned", ripple(0))),
        "minh-chung-muc": ("minh-chung-muc.html", lists | of_line),
        "minh-chung": (
            "minh-chung.html",
            lists
            | {"found": files, "typed": {"tim": "", "chua_gan": "", "xep": ""}, "onward": "sau=x", "begun": False},
        ),
        "kiem-tra": ("kiem-tra.html", lists | {"sheet": sheet(errors=False), "problem": None}),
        "bien-nhan": ("bien-nhan.html", receipt(complete)),
        "bien-nhan-chot": (
            "bien-nhan.html",
            receipt(complete)
            | {"board": board() | {"published": _FROZEN}, "coming": board()["rows"][1] | {"points": "95.5"}},
        ),
        "bien-nhan-nhanh": ("bien-nhan.html", receipt(ripple(0, 31, 52, 60, 1200))),
        "bien-nhan-dang-lan": ("bien-nhan.html", receipt(ripple(0, 420))),
        "bien-nhan-ket": ("bien-nhan.html", receipt(ripple(0, 420, parked=True))),
        "bang-khoi": ("bang-khoi.html", board_values),
        **board_views.pages(board_values, office, PERIOD, _CAMPAIGN),
        "vi-sao": ("vi-sao.html", _why()),
        "vi-sao-muc": ("vi-sao-muc.html", why_line),
        "vi-sao-muc-chi-diem": ("vi-sao-muc.html", alone),
        "vi-sao-muc-thu-sai": ("vi-sao-muc.html", why_line | mistaken),
        "vi-sao-muc-co-khong": ("vi-sao-muc.html", done),
        "vi-sao-muc-he-so": ("vi-sao-muc.html", why_line | {"part": heavy}),
        "nam": ("nam.html", _year(fault)),
        "nam-da-luu": ("nam.html", _year({})),
        "nam-theo-can-bo": ("nam.html", _year_of_people()),
        "tin": ("tin.html", {"desk": desk(), "section": "tin"}),
        "tim": (
            "tim.html",
            {"desk": desk(), "section": "", "words": "phuong", "found": units(), "blocks": {OWN: of_this_year()}},
        ),
        **review_views.pages(desk, of_all),
        **missing_views.pages(desk, of_this_year(), PERIOD),
        **people_views.pages(desk(), OWN),
        **achievement_views.pages(desk(), OWN),
        **campaign_views.pages(desk(), desk(Post.CITY_OFFICE, post="Phòng Nội vụ thành phố"), _CAMPAIGN),
        **list_views.pages(office, desk(), PERIOD["period_id"]),
        **target_views.pages(office, _CAMPAIGN, list(LINES.values())),
        **ranking_views.pages(
            (office, desk()),
            {"block": of_this_year(), "period": PERIOD, "sheet": _SHEET},
            [_unit_id(each) for each in range(7)],
        ),
        **law_views.pages(office),
        **statistics_views.pages(office),
        **sheet_views.pages(office, desk(), _SHEET, _CAMPAIGN),
        "van-hanh": ("van-hanh.html", {"desk": operator, "section": "van-hanh", "states": _states()}),
        "dang-nhap": ("dang-nhap.html", sign_in),
        "dang-nhap-loi": (
            "dang-nhap.html",
            sign_in | {"error": "Tài khoản hoặc mật khẩu chưa đúng.", "kept": [("muc:1.1", "2")]},
        ),
        "loi": ("loi.html", {"problem": NotFound("Địa chỉ này không có."), "again": None, "kept": []}),
        "dang-ban": (
            "loi.html",
            {
                "problem": Unavailable("Máy chủ đang bận, hãy gửi lại sau ít giây."),
                "again": "/dang-ky/1",
                "kept": [("noi_dung", "Giao ước")],
            },
        ),
        **_units_and_blocks(),
    }
