"""Do pages show every line of a sheet, however it is built, and ask for each thing that a rule needs?"""

from decimal import Decimal
from typing import Any

from gateway.pages.sheets import groups_of, lines_of, typed


def line(code: str, **rule: Any) -> dict[str, Any]:
    return {"code": code, "name": f"Mục {code}", "maximum": "5", "rule": rule}


TASKS = [{"code": "1", "name": "Kế hoạch", "points": "2"}, {"code": "2", "name": "Sơ kết", "points": "3"}]
SHEET = {
    "groups": [
        {"code": "I", "criteria": [], "groups": [{"code": "I.1", "criteria": [line("1", kind="yes_no")]}]},
        {"code": "II", "criteria": [line("2", kind="checklist", items=TASKS)], "groups": []},
    ],
    "extras": [line("P.1", kind="late"), line("T.1", kind="rank_points", bodies=[{"code": "1", "name": "Cục A"}])],
}


def test_groups_within_groups_stand_in_one_row_where_they_have_lines() -> None:
    assert [group["code"] for group in groups_of(SHEET["groups"])] == ["I.1", "II"]
    assert [each["code"] for each in lines_of(SHEET)] == ["1", "2", "P.1", "T.1"]


def test_lines_and_groups_are_shown_with_the_maximum_that_counts() -> None:
    heavy = {"code": "1", "name": "Mục 1", "maximum": "5", "weight": "2", "rule": {"kind": "checklist", "items": TASKS}}
    inner = {"code": "I.1", "maximum": "10", "weight": "1.5", "criteria": [heavy]}
    outer = {"code": "I", "maximum": "15", "weight": "1", "criteria": [], "groups": [inner]}
    sheet = {"groups": [outer], "extras": [{**line("T.1", kind="yes_no"), "weight": "3"}]}
    (group,) = groups_of(sheet["groups"])
    assert (Decimal(group["maximum"]), Decimal(group["criteria"][0]["maximum"])) == (15, 15)
    asked = {each["code"]: Decimal(each["maximum"]) for each in typed(lines_of(sheet))}
    assert asked == {"1.1": 6, "1.2": 9, "T.1": 15}


def test_each_item_of_a_line_is_typed_by_itself_and_lateness_by_nobody() -> None:
    asked = [(each["code"], each["name"], each["maximum"], each["rule"]["kind"]) for each in typed(lines_of(SHEET))]
    assert asked == [
        ("1", "Mục 1", "5", "yes_no"),
        ("2.1", "Mục 2: Kế hoạch", "2", "yes_no"),
        ("2.2", "Mục 2: Sơ kết", "3", "yes_no"),
        ("T.1.1", "Mục T.1: Cục A", "5", "per_item"),
    ]
