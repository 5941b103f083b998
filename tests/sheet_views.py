"""Values for the pages of score sheets, shaped as scoring tells them, over the city's own sheet."""

import json
from typing import Any, Final
from uuid import UUID

from chassis.errors import Conflict, Invalid
from gateway.pages.desk import Desk
from gateway.pages.drafting import Builder, differing
from gateway.pages.routes.sheets import idle, moving, unasked
from gateway.pages.sheets import lines_of, typed
from scoring.rules import Facts, Sheet, forms, score
from scoring.rules.drafting import read
from scoring.rules.drafts import GROUPS, Parts, drafted, empty, part_of

_DRAFT: Final = str(UUID(int=701))
_JOB: Final = str(UUID(int=702))
_MOMENT: Final = "2023-11-28T02:41:07+00:00"
_UNITS: Final = [str(UUID(int=100 + place)) for place in range(1, 4)]
_BLOCK: Final = str(UUID(int=71))
_SAID: Final = [
    "Bảng điểm: điểm thưởng nhiều nhất từ 10 thành 8.",
    "Mục 1.1: chỉ tiêu chung từ 1.200 thành 1.300.",
    "Mục 2.4: cách tính theo mức đổi các mức từ [từ 0 được 1,00 điểm] thành [từ 0 được 0,00 điểm].",
    "Bỏ mục T.4 Được tặng Cờ thi đua trong năm.",
]


def _form() -> dict[str, Any]:
    told = {
        "sheet": forms.OF_A_SHEET,
        "group": forms.OF_A_GROUP,
        "line": forms.OF_A_LINE,
        "kinds": forms.KINDS.values(),
    }
    return {name: [each.model_dump(mode="json") for each in those] for name, those in told.items()}


def _draft(parts: Parts, **more: Any) -> dict[str, Any]:
    made = read(parts)
    names = ["sheet", GROUPS, *(part_of(row["key"]) for row in parts.get(GROUPS, ())), "extras", "ties"]
    stands = {
        "draft_id": _DRAFT,
        "sheet_id": str(UUID(int=73)),
        "made_from": None,
        "made_from_version": 2,
        "version": 4,
    }
    return {
        **stands,
        "saved_at": _MOMENT,
        "published_version": None,
        "newest": 2,
        "name": "Bảng điểm khối xã, phường năm 2024",
        "parts": [{"part": name, "version": 2, "rows": list(parts.get(name, ()))} for name in names],
        "faults": [{"field": field, "message": words} for field, words in made.faults],
        "used": [each._asdict() for each in made.used],
        **more,
    }


def _builder(draft: dict[str, Any], name: str, **more: Any) -> Builder:
    part = next(each for each in draft["parts"] if each["part"] == name)
    faults = {each["field"]: each for each in draft["faults"] if each["field"].partition(".")[0] == name}
    return Builder(draft, _form(), name, [dict(row) for row in part["rows"]], part["version"], faults, **more)


def _moved(rank: int | None, before: int | None, unit: int) -> dict[str, Any]:
    points = {"points": "93.50", "previous_points": "92.25", "percent": "93.5", "decided_by": None}
    return {"unit_id": _UNITS[unit], "rank": rank, "previous_rank": before, **points}


def _line(code: str, least: str, most: str, deciding: int, shift: str) -> dict[str, Any]:
    named = {"criterion": code, "name": "Thu ngân sách nhà nước trên địa bàn", "role": "content", "maximum": "8"}
    return {
        **named,
        "units": 7,
        "reported": 7 * deciding,
        "least": least,
        "most": most,
        "blocks": 1,
        "deciding": deciding,
        "shift": shift,
    }


def pages(office: Desk, unit: Desk, document: dict[str, Any], campaign: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    sheet = Sheet.model_validate_json(json.dumps(document, default=str))
    parts = drafted(sheet)
    faulty = dict(parts)
    first = part_of("g1")
    wrong = {"maximum": "tám", "code": ""}
    bands = {"kind": "bands", "bands": "từ 0 đến dưới 90: 2\ntừ 88: 4", "maximum": "4"}
    faulty[first] = ({**parts[first][0], **wrong}, {**parts[first][1], **bands}, *parts[first][2:])
    faulty["groups"] = (*parts["groups"][:-1], {**parts["groups"][-1], "maximum": "20"})
    whole, broken = _draft(parts), _draft(faulty)
    about = {"desk": office, "section": "phong-trao"}
    periods = {each["period_id"]: f"{each['name']} – {campaign['name']}" for each in campaign["periods"]}
    period_id = next(iter(periods))
    stale = Conflict("Phần này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.", version=3)
    theirs = differing(first, faulty[first], parts[first])
    plain = sheet.model_dump(mode="json")
    scored = score(sheet, Facts.model_validate({"values": {"1.1": "1200", "1.2": "1"}})).model_dump(mode="json")
    tried = {"draft_id": _DRAFT, "sheet": plain, "lines": list(typed(lines_of(plain))), "score": scored, "errors": {}}
    tried |= {"parts": {part["criterion"]: part for part in scored["parts"]}, "problem": None, "late_days": ""}
    unread = [{"field": "1.3", "message": "“nhiều” không phải là số: viết số không âm, ví dụ 12,5"}]
    listed = {"sheet_id": plain["sheet_id"], "name": plain["name"], "note": plain["note"], "total": "100", "version": 2}
    versions = {"standing": [{"period_id": None, "version": 1}]}
    versions |= {"items": [{"version": 2, "name": plain["name"]}, {"version": 1, "name": plain["name"]}], "blocks": 1}
    job = {"period_id": period_id, "boards": 4, "boards_done": 4, "started_at": _MOMENT, "ended_at": _MOMENT}
    job |= {"points_changed": 3, "places_changed": 2, "sheet_id": plain["sheet_id"], "sheet_version": 2}
    rescored = job | {"rescoring_id": _JOB, "scores_done": 7, "back": False, "reason": None}
    back = rescored | {"back": True, "reason": "Phiên bản 2 chưa được thông qua", "sheet_version": 1}
    lines = [_line("1.1", "2", "8", 1, "6.5"), _line("3.2", "4", "4", 0, "0")]
    rehearsed = job | {"rehearsal_id": _JOB, "name": plain["name"], "units": 7, "criteria": lines, "draft_id": _DRAFT}
    rehearsed |= {"codes": {}, "discarded_at": None, "discarded_by": None}
    gone = rehearsed | {"discarded_at": _MOMENT, "discarded_by": "Cán bộ 01, Phòng Nội vụ"}
    block = {"block_id": _BLOCK, "changed": [_moved(1, 2, 0), _moved(2, 1, 1), _moved(None, None, 2)]}
    moved = {"blocks": [block], "block_names": {_BLOCK: "Khối các xã, phường"}, "onward": _JOB, "after": None}
    none = {"blocks": [], "block_names": {}, "onward": None, "after": None}
    told = {"differences": _SAID, "newest": 2, "version": 4}
    on_it = {"blocks": 2, "periods": [period_id]}

    def soan(builder: Builder) -> tuple[str, Any]:
        return "bang-diem-soan.html", about | {"builder": builder}

    def cong_bo(draft: dict[str, Any], problem: Any = None, **more: Any) -> tuple[str, Any]:
        values = {"builder": _builder(draft, "sheet"), "told": told | more, "on_it": on_it, "periods": periods}
        values |= {"sheets": [listed], "on_sheet": "" if problem else plain["sheet_id"], "codes": "2.1 = 1.3"}
        return "bang-diem-cong-bo.html", about | values | {"problem": problem}

    def dien_tap(told: dict[str, Any], moves: dict[str, Any]) -> tuple[str, Any]:
        values = {"job": told, "periods": periods, "idle": idle(told["criteria"]), "moving": moving(told["criteria"])}
        values |= {"unasked": unasked(told["criteria"]), "problem": None}
        return "dien-tap.html", about | values | moves

    sheets = {"sheets": [listed | {"blocks": 2}], "onward": _JOB, "periods": periods}
    running = {"ended_at": None, "boards_done": 1}
    one = {"sheet": plain, "told": versions | {"periods": [period_id]}, "periods": periods, "problem": None}
    one |= {"typed": {"ban": None, "ly_do": ""}}
    return {
        "bang-diem-danh-sach": (
            "bang-diem-danh-sach.html",
            about
            | sheets
            | {"drafts": [whole, broken | {"newest": 0, "name": ""}], "rehearsals": [rehearsed], "discarded": False},
        ),
        "bang-diem-danh-sach-trong": (
            "bang-diem-danh-sach.html",
            about | {"sheets": [], "onward": None, "drafts": [], "rehearsals": [], "periods": {}, "discarded": True},
        ),
        "bang-diem-soan": soan(_builder(whole, "sheet", saved=True)),
        "bang-diem-soan-nhom": soan(_builder(broken, "groups")),
        "bang-diem-soan-muc": soan(_builder(broken, first)),
        "bang-diem-soan-ngoai": soan(_builder(whole, "extras")),
        "bang-diem-soan-trong": soan(_builder(_draft(empty(), newest=0), "ties")),
        "bang-diem-soan-tranh": soan(_builder(broken, first, problem=stale, theirs=theirs)),
        "bang-diem-da-cong-bo": soan(_builder(_draft(parts, published_version=3), first)),
        "bang-diem-thu": ("bang-diem-thu.html", about | tried | {"fields": {"1.1": "1.200", "1.2": "1"}}),
        "bang-diem-thu-loi": (
            "bang-diem-thu.html",
            about
            | tried
            | {"problem": Invalid("Còn 1 số chưa đọc được."), "errors": {"1.3": unread[0]}, "fields": {"1.3": "nhiều"}},
        ),
        "bang-diem-thu-chua": (
            "bang-diem-thu.html",
            about
            | tried
            | {"sheet": None, "problem": Invalid("Bảng điểm còn 1 chỗ cần sửa."), "fields": {}, "score": None}
            | {"errors": {"groups.0.maximum": {"message": "nhóm 1: các mục cộng lại 45 điểm, nhóm ghi 60"}}},
        ),
        "bang-diem-cong-bo": cong_bo(whole),
        "bang-diem-cong-bo-loi": cong_bo(broken, differences=[]),
        "bang-diem-cong-bo-khong": cong_bo(whole, differences=[]),
        "bang-diem-cong-bo-moi": cong_bo(_draft(parts, newest=0), stale, differences=[], newest=0),
        "bang-diem-khac": (
            "bang-diem-khac.html",
            {"desk": unit, "section": "phong-trao", "sheet_id": plain["sheet_id"]}
            | {"told": {"name": plain["name"], "old": 1, "new": 2, "differences": _SAID}},
        ),
        "bang-diem": (
            "bang-diem.html",
            about | one | {"rescorings": [rescored, back, rescored | running], "published": 2},
        ),
        "cham-lai": ("cham-lai.html", about | {"job": rescored, "sheet": plain, "periods": periods} | moved),
        "cham-lai-tro-lai": ("cham-lai.html", about | {"job": back, "sheet": plain, "periods": periods} | moved),
        "cham-lai-dang-chay": (
            "cham-lai.html",
            about | {"job": rescored | running, "sheet": plain, "periods": {}} | none,
        ),
        "dien-tap": dien_tap(rehearsed, moved),
        "dien-tap-bo": dien_tap(gone | {"criteria": []}, none),
        "dien-tap-danh-sach": (
            "dien-tap-danh-sach.html",
            about
            | {"held": [rehearsed], "onward": None, "begun": True, "gone": False, "periods": periods, "done": True},
        ),
        "dien-tap-da-bo": (
            "dien-tap-danh-sach.html",
            about | {"held": [gone], "onward": _JOB, "begun": False, "gone": True, "periods": periods, "done": False},
        ),
        "dien-tap-doi-ma": dien_tap(rehearsed | {"codes": {"2.1": "1.3"}}, none),
        "dien-tap-khong-so-lieu": dien_tap(rehearsed | {"units": 0, "criteria": []}, none),
        "dien-tap-dang-chay": dien_tap(rehearsed | running, none),
        "dien-tap-khong-doi": dien_tap(rehearsed | {"draft_id": None, "criteria": lines[1:]}, none),
    }
