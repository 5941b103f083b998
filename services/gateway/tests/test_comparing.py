"""Do two units side by side, and a unit's place at home, speak of what ranks: percent, and points with their sign?"""

import re
from decimal import Decimal
from typing import Any

import views
from fastapi import Request

from gateway.pages import ranked, ranks, render
from gateway.pages.routes import comparing, differing
from gateway.pages.sheets import brought
from scoring.rules import Facts, Sheet, score

FIRST, SECOND = (unit["unit_id"] for unit in views.units()[:2])
NAMES = [unit["name"] for unit in views.units()[:2]]


def drawn(template: str, values: dict[str, Any]) -> str:
    request = Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []})
    return bytes(render.page(request, template, values).body).decode()


def part(points: str, **changed: Any) -> dict[str, Any]:
    return {"points": points, "over": "0", "role": "content", "assigned": True, **changed}


def row(rank: int | None, points: str, maximum: str, percent: str, **changed: Any) -> dict[str, Any]:
    return {"rank": rank, "points": points, "maximum": maximum, "percent": percent, "decided_by": None, **changed}


def answer(rows: tuple[dict[str, Any], dict[str, Any]], lines: list[tuple[str, tuple[Any, Any]]]) -> list[str]:
    told = {
        "rows": dict(zip((FIRST, SECOND), rows, strict=True)),
        "lines": [({"code": code, "name": "mục"}, [brought(each) for each in parts]) for code, parts in lines],
        "sheet": {"tie_breaks": []},
    }
    return comparing._answer(views.desk(), (FIRST, SECOND), told)


def test_a_penalty_takes_away_and_over_achievement_counts() -> None:
    lines = [
        ("P.1", (part("2.00", role="penalty"), part("0.50", role="penalty"))),
        ("1.1", (part("10.00", over="3.00"), part("10.00"))),
        ("1.2", (part("5.00"), part("0.00", assigned=False))),
    ]
    said = answer((row(1, "90", "100", "90"), row(2, "85", "100", "85")), lines)
    assert said[1:] == ["Hơn nhiều nhất ở mục 1.1 mục (3,00 điểm).", "Kém ở mục P.1 mục (1,50 điểm)."]


def test_percent_decides_who_is_ahead_and_is_shown() -> None:
    one, two = NAMES
    rows = row(2, "85.5", "100", "85.5"), row(1, "70.4", "80", "88")
    assert answer(rows, []) == [
        f"{two} (hạng 1) hơn {one} (hạng 2) 2,5% điểm tối đa áp dụng: 88% của 80 điểm so với 85,5% của 100 điểm.",
        f"{two} (hạng 1) có tổng điểm ít hơn 15,10 điểm, nhưng xếp hạng theo tỷ lệ.",
    ]
    equal = row(1, "80", "100", "80", decided_by="content_points"), row(2, "64", "80", "80")
    assert answer(equal, []) == [
        f"{one} (hạng 1) bằng tỷ lệ điểm với {two} (hạng 2): 80% của 100 điểm so với 80% của 80 điểm.",
        f"{one}: bằng tỷ lệ điểm, hơn về điểm nội dung.",
    ]
    out = row(None, "99", "100", "99"), row(1, "80", "100", "80")
    assert answer(out, []) == [f"{two} (hạng 1) đứng trước {one} (không xếp hạng)."]
    template, values = views.pages()["so-sanh-muc"]
    shown = dict(zip(values["chosen"], rows, strict=True))
    text = drawn(template, values | {"rows": shown})
    assert ("85,5%" in text, "88%" in text, "80,00" in text, "−1,00" in text) == (True, True, True, True)


def test_the_tile_at_home_tells_the_gap_in_percent_and_leads_to_the_points_that_it_shows() -> None:
    template, values = views.pages()["nha"]
    leader = row(1, "70.4", "80", "88") | {"unit_id": SECOND}
    own = row(2, "85.5", "100", "85.5") | {"unit_id": FIRST, "previous_rank": 2}
    head = {"number": 3, "state": "frozen", "correction": False, "at": "2023-12-18T08:00:00+07:00"}
    board = values["board"] | {"published": head}

    def tile(**changed: Any) -> str:
        shown = values | {"own": own, "leader": leader, "board": board, "coming": None} | changed
        return " ".join(re.sub(r"<[^>]+>", " ", drawn(template, shown).partition("Hạng trong khối")[2]).split())

    assert f"Kém {NAMES[1]} (hạng 1) 2,5% 85,5% so với 88%" in tile()
    assert f"Bằng tỷ lệ, xếp sau {NAMES[1]} (hạng 1) 85,5%" in tile(leader=leader | {"percent": "85.5"})
    assert "(hạng 1)" not in tile(own=own | {"rank": 1})
    whole = drawn(template, values | {"own": own, "leader": leader, "board": board})
    path = f"/vi-sao/{board['period_id']}/{FIRST}"
    assert (f'href="{path}?lan=3"' in whole, f'href="{path}?lan=3#hang"' in whole) == (True, True)
    assert f'href="{path}#hang"' in drawn(template, values | {"own": own, "board": board | {"published": None}})


def test_a_unit_without_a_place_has_its_reason_on_page_file_and_sentence_where_the_reader_may_see_it() -> None:
    reason = "Để xảy ra cháy nổ nghiêm trọng"
    template, values = views.pages()["bang-khoi"]
    rows = values["board"]["rows"]
    out = rows[5] | {"rank": None, "state": "disqualified", "late": False, "disqualified": [reason]}
    board = values["board"] | {"rows": [*rows[:5], out]}
    said = f"Không được xếp hạng: {reason}"
    assert said in drawn(template, values | {"board": board})
    notes = [cells[-1] for cells in ranked.block_board(values["desk"], values | {"board": board}, "").rows]
    assert (notes[-1], [said in note for note in notes[:-1]]) == (said, [False] * 5)
    place = {"rank": None, "disqualified": [reason]}
    assert ranks.sentence(place, "a", {}, lambda _: "Phường A") == f"Phường A không được xếp hạng: {reason}."
    assert ranks.sentence({"rank": None}, "a", {}, lambda _: "Phường A") == "Phường A không được xếp hạng."
    # Another unit of the block is not told why.
    hidden = board | {"rows": [{name: value for name, value in out.items() if name != "disqualified"}]}
    assert "Không được xếp hạng" not in drawn(template, values | {"board": hidden})


def test_the_parts_that_a_total_is_shown_with_add_up_to_it() -> None:
    """Over-achievement is bonus of the sheet, so it stands among the bonus, up to what the sheet lets count."""
    rule = {"kind": "ratio_linear", "over_rate": "0.02", "over_cap": "0.5"}
    usual = {"measure": "lượt", "maximum": "10", "target": "10", "rule": rule}
    lines = [{**usual, "code": "1.1", "name": "Một"}, {**usual, "code": "1.2", "name": "Hai"}]
    extras = [
        {**usual, "code": "T.1", "name": "Thưởng", "role": "bonus"},
        {**usual, "code": "P.1", "name": "Trừ", "role": "penalty"},
    ]
    head = {"key": "thu", "name": "Bảng thử", "note": "Mẫu", "step": "0.01", "bonus_cap": "12", "total": "20"}
    groups = [{"code": "1", "name": "Nhóm", "maximum": "20", "criteria": lines}]
    sheet = Sheet.model_validate({**head, "groups": groups, "extras": extras})
    amounts = {"1.1": 15, "1.2": 8, "T.1": 7, "P.1": 3}
    scored = score(sheet, Facts(values={code: Decimal(amount) for code, amount in amounts.items()}, targets={}))
    assert scored.bonus > sum(part.points for part in scored.parts if part.criterion == "T.1")
    template, values = views.pages()["vi-sao"]
    made = sheet.model_dump(mode="json")
    told = {"sheet_version": 1, "receipt_number": "BN", "version": 1, "scored_at": views.NOW.isoformat()}
    page = drawn(
        template,
        values
        | {"score": scored.model_dump(mode="json") | told, "sheet": {**made, "sheet_id": "s"}}
        | {"groups": made["groups"], "lines": {line["code"]: line for line in lines + extras}},
    )
    shown = re.findall(r'</a><b class="so">([−+]?)([0-9,]+)', page)
    total = sum(Decimal(f"{'-' if sign == '−' else ''}{amount.replace(',', '.')}") for sign, amount in shown)
    assert (total, f"{scored.points:f}".replace(".", ",") in page, "Vượt chỉ tiêu: Một" in page) == (
        scored.points,
        True,
        True,
    )


def test_a_gap_is_wide_by_the_points_that_its_sheet_has() -> None:
    gaps = (("6", "100"), ("6", "950"), ("48", "950"), ("5", "100"), (None, None))
    assert [differing._is_wide({"gap": gap, "maximum": most}) for gap, most in gaps] == [
        *(True, False, True, False, False)
    ]


def test_a_change_of_a_live_board_is_told_to_whoever_cannot_see_it() -> None:
    board = drawn(*views.pages()["bang-khoi"])
    assert re.search(r'role="status">Điểm đổi lần cuối lúc [^<]+\.</span>', board)
