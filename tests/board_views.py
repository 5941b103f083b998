"""Values for the pages of boards in time: published, as of an instant, previewed, compared, and for everybody."""

from decimal import Decimal
from typing import Any, Final

from chassis.errors import Conflict
from gateway.pages.desk import Desk
from gateway.pages.routes import city, open_data
from gateway.pages.routes.board import Looking
from gateway.pages.sheets import lines_of

Values = dict[str, Any]

_FINGERPRINT: Final = "91c27f3a0d58" + "5e" * 26
_AT: Final = "2023-10-20T17:00:00+07:00"


def beside(_period: Values) -> Values:
    """What a board's page has beside the board itself, while nothing was published."""
    return {
        "kind": "tam-tinh",
        "may_see_live": True,
        "waiting": None,
        "states": {},
        "may_publish": False,
        "typed": Looking(),
        "looking_on": "ky=a&xem=&tu=0",
        "live": "/live/bang-khoi/a?ky=a",
        "mixed": False,
        "most": 100,
        "problem": None,
        "compared": None,
    }


def pages(live: Values, office: Desk, period: Values, campaign: Values) -> dict[str, tuple[str, Values]]:
    """Every page of boards in time in its states."""
    board, block, desk = live["board"], live["block"], live["desk"]
    head = {"number": 2, "state": "frozen", "correction": False, "fingerprint": _FINGERPRINT, "at": _AT}
    head |= {"by": "Cán bộ 01, Phòng Nội vụ", "members": 7, "ranked": 6, "newest": True, "whole": True}
    of = {"period_id": period["period_id"], "block_id": block["block_id"]}
    rows = [{**row, "before": row["previous_rank"]} for row in board["rows"]]
    published = {**board, **head, "rows": rows, "reason": None, "more": False}
    sides = [
        {"unit_id": row["unit_id"], "before": row, "now": {**row, "rank": 2, "points": "95.50"}} for row in rows[:2]
    ]
    changes = [*sides, {**sides[0], "now": None}, {**sides[0], "before": None}, {**sides[0], "now": rows[0]}]
    waiting = {
        **of,
        "published": head,
        "next_number": 3,
        "members": 7,
        "ranked": 6,
        "not_reported": 1,
        "changes": changes,
    }
    ahead = waiting | {"digest": _FINGERPRINT, "fingerprint": _FINGERPRINT, "open": [], "possible": ["frozen", "final"]}
    ahead |= {"undone": []}
    states = {period["period_id"]: {**of, **head}}
    stood = {name: value for name, value in board.items() if name != "rows"} | {
        "as_of": _AT,
        "fingerprint": _FINGERPRINT,
    }
    told = ("unit_id", "rank", "points", "percent", "decided_by")
    past = {**stood, "rows": [{name: row[name] for name in told} for row in rows[:6]]}
    first = {**waiting, "published": None, "next_number": 1, "changes": []}
    refused = Conflict("Bảng này đã chính thức nên không chốt lại hay sửa được.", instead=["Gửi kiến nghị đúng mục đó"])
    seen = {
        "desk": office,
        "section": "bang-khoi",
        "block": block,
        "period": period,
        "problem": None,
        "reason": "",
        "key": "a",
    }
    two = [rows[0]["unit_id"], rows[1]["unit_id"]]
    compared = {"desk": desk, "section": "bang-khoi", "block": block, "period": period, "chosen": two}
    compared["members"] = [{"unit_id": row["unit_id"], "name": desk.name(row["unit_id"])} for row in rows]
    compared |= {"rows": dict(zip(two, rows, strict=False)), "sheet": live["sheet"], "lines": [], "published": True}
    compared["answer"] = [
        "Phường Tân Phong (hạng 1) hơn Phường Đoàn Kết (hạng 2) 5,25 điểm, tức 5,25% điểm tối đa áp dụng.",
        "Kém ở mục 1.1.",
    ]
    lines = [(line, [Decimal("-1.00"), None]) for line in lines_of(live["sheet"])]
    everybody = {"khach": desk, "section": "cong-khai"}
    public = {**published, "rows": [{name: row[name] for name in told} for row in rows]}
    every = [campaign, campaign | {"campaign_id": "2022", "name": "Phong trào thi đua năm 2022", "year": 2022}]
    everybody |= {"every": every}
    places = {period["period_id"]: {**of, **head, "rank": 3, "points": "70.75"}}
    checked = {"khach": desk, "section": "kiem-tra-bang", "error": "", "blocks": {block["block_id"]: block}}
    return _city(live, office, period, campaign, head) | {
        "bang-khoi-chot": (
            "bang-khoi.html",
            live | {"board": published, "kind": "cong-bo", "waiting": waiting, "states": states, "compared": period},
        ),
        "bang-khoi-dinh-chinh": (
            "bang-khoi.html",
            live
            | {
                "board": {**published, "state": "final", "correction": True, "reason": "Theo kiến nghị"},
                "kind": "cong-bo",
            }
            | {"desk": office, "may_publish": True, "states": states, "most": 5},
        ),
        "bang-khoi-dang-tinh": ("bang-khoi.html", live | {"board": board | {"published": head}, "states": states}),
        "bang-khoi-dung": ("bang-khoi.html", live | {"live": None, "typed": Looking(dung=True)}),
        "bang-khoi-luc": ("bang-khoi.html", live | {"board": past, "kind": "luc", "groups": [], "live": None}),
        "cong-bo": ("cong-bo.html", seen | {"waiting": ahead}),
        "cong-bo-lan-dau": ("cong-bo.html", seen | {"waiting": ahead | first | {"open": ["1 báo cáo"]}}),
        "cong-bo-co-ly-do": (
            "cong-bo.html",
            seen
            | {"waiting": ahead | {"undone": ["2 báo cáo chấm chéo chưa xong"], "possible": ["final_with_reason"]}},
        ),
        "bang-khoi-hai-phien-ban": (
            "bang-khoi.html",
            live
            | {
                "board": board
                | {"rows": [{**row, "sheet_version": 1 + number % 2} for number, row in enumerate(board["rows"])]},
                "mixed": True,
            },
        ),
        "cong-bo-loi": (
            "cong-bo.html",
            seen | {"waiting": ahead | {"possible": ["correction"]}, "problem": refused, "reason": "Vì sai"},
        ),
        "so-sanh": ("so-sanh.html", compared),
        "so-sanh-muc": ("so-sanh.html", compared | {"lines": lines, "published": False}),
        "so-sanh-chon": ("so-sanh.html", compared | {"chosen": [], "rows": {}}),
        "thu-hang": (
            "thu-hang.html",
            {"desk": desk, "section": "bang-khoi", "unit_id": "a", "unit": "Phường Tân Phong", "places": places},
        ),
        "cong-khai": (
            "cong-khai.html",
            everybody | {"campaign": campaign, "items": [{**of, **head}], "blocks": {block["block_id"]: block}},
        ),
        "du-lieu-mo": ("du-lieu-mo.html", everybody | open_data.told()),
        "cong-khai-trong": ("cong-khai.html", everybody | {"campaign": campaign, "items": [], "blocks": {}}),
        "cong-khai-bang": (
            "cong-khai-bang.html",
            everybody | {"period": period, "block": block, "board": public, "sheet": live["sheet"], "tu": 0, "most": 5},
        ),
        "kiem-tra-bang": ("kiem-tra-bang.html", checked | {"dau": "91C2 7F3A 0D58", "items": [{**of, **head}]}),
        "kiem-tra-bang-cu": (
            "kiem-tra-bang.html",
            checked | {"dau": "91C2", "items": [{**of, **head, "whole": False}, {**of, **head, "newest": False}]},
        ),
        "kiem-tra-bang-loi": (
            "kiem-tra-bang.html",
            checked | {"dau": "x", "error": "Dấu vân gồm ít nhất 12 ký tự", "items": []},
        ),
    }


def _city(live: Values, office: Desk, period: Values, campaign: Values, head: Values) -> dict[str, tuple[str, Values]]:
    """The board over all blocks: as published, as it stands, at the window, with nothing."""
    block, desk = live["block"], live["desk"]
    names = ("unit_id", "rank", "points", "maximum", "percent")
    rows = [
        {**{name: row[name] for name in names}, "order": row["rank"], "published": head if number else None}
        | {"block_id": block["block_id"], "sheet_id": block["sheet_id"]}
        for number, row in enumerate(live["board"]["rows"][:6])
    ]
    counts = {"blocks": 1, "members": 7, "ranked": 6}
    items = [
        {"block_id": block["block_id"], "state": "frozen", "number": 1, "at": _AT, "members": 7, "ranked": 6},
        {"block_id": "x", "state": "provisional", "number": None, "at": None, "members": 7, "ranked": 6},
    ]
    seen = {"desk": desk, "nguoi": desk, "section": "bang-khoi", "period": period, "periods": campaign["periods"]}
    told = {"as_of": None, "fingerprint": "3f" * 32}
    seen |= {"found": {**told, "rows": rows, "more": True}, "live": False, "may_see_live": False, "after": "90~1"}
    seen |= {"problem": None}
    seen |= {"counted": {"totals": {"frozen": counts, "provisional": counts}, "items": items, "next": "x"}}
    seen |= {"names": {block["block_id"]: block["name"]}, "blocks": [block], "typed": city.Looking()}
    seen |= {"again": "ky=1&luc=2023-11-15T08%3A00%3A00"}
    seen |= {"sheets": {block["sheet_id"]: live["sheet"]["name"]}}
    nothing = {
        "found": {**told, "rows": [], "more": False},
        "after": "",
        "counted": {"totals": {}, "items": [], "next": None},
    }
    chosen = city.Looking(khoi=block["block_id"], sau="90~1")
    named = city.Looking(tim="không ai")
    window = {"desk": None, "khach": desk, "section": "cong-khai"}
    of_office = {"found": {**seen["found"], "fingerprint": None}}
    of_office |= {"desk": office, "nguoi": office, "live": True, "may_see_live": True, "typed": chosen, "blocks": []}
    return {
        "bang-thanh-pho": ("bang-thanh-pho.html", seen),
        "bang-thanh-pho-dang-tinh": ("bang-thanh-pho.html", seen | of_office),
        "bang-thanh-pho-luc": ("bang-thanh-pho.html", seen | {"found": {**seen["found"], "as_of": _AT}}),
        "bang-thanh-pho-cong-khai": ("bang-thanh-pho.html", seen | window),
        "bang-thanh-pho-trong": ("bang-thanh-pho.html", seen | nothing | {"typed": named}),
        "bang-thanh-pho-chua-cong-bo": ("bang-thanh-pho.html", seen | window | nothing),
    }
