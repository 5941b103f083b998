"""Is every cell of a statutory form the length of its list, is what nobody knows never 0, and does the file say the same?"""

import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook

from gateway.pages import counting
from gateway.pages.exports.statutory import form_file
from registry.rules import statistics as registry

FOLDER = Path("data/lai-chau-2023/forms")
TERMS, KINDS, REACHES = ("under_one", "one", "one_to_three", "three_to_five", "five_up"), ("yearly", "themed", "special"), ("all", "blocks", "kinds")  # fmt: skip
THINGS = [
    {"id": f"{begun}{number}", "name": f"=Phong trào {number}", "facts": {"begun": begun, "term": t, "kind": k, "reach": r}}
    for begun in ("this_year", "earlier")
    for number, (t, k, r) in enumerate((t, k, r) for t in TERMS for k in KINDS for r in REACHES)
]  # fmt: skip


def form(name: str = "0601", **typed: int) -> dict[str, Any]:
    """A form as the registry tells it, with what was typed: ``_02_2=3``."""
    layout = registry.FormLayout.model_validate(yaml.safe_load((FOLDER / f"{name}.yaml").read_text()))
    at = lambda place: {"row": place.row, "column": place.column}  # noqa: E731
    by = {"note": "Sổ theo dõi", "recorded_by": "Cán bộ 01", "recorded_at": "2023-11-15T08:00:00+07:00", "beside": 45}
    cells = [(registry.Place(*key.split("_")[1:]), value) for key, value in typed.items()]
    return {
        "layout": layout.model_dump(mode="json"),
        "year": 2023,
        "cells": [
            {**at(c.place), "kind": c.kind, "parts": [at(p) for p in c.parts], "when": c.when}
            for c in registry.cells(layout).values()
        ],
        "checks": [{**at(c.place), "parts": [at(p) for p in c.parts]} for c in registry.checks(layout)],
        "typed": [{**at(place), "value": value, "version": 1, **by} for place, value in cells],
    }


def test_each_counted_cell_is_the_length_of_its_list_and_the_lists_are_whole() -> None:
    filled = counting.fill(form(), THINGS)
    counted = {place: cell for place, cell in filled.items() if cell.how == "count"}
    assert len(counted) == 10
    for place, cell in counted.items():
        assert cell.value == cell.counted == len(cell.items), place
    everything = {item["id"] for item in counted["01-4"].items}
    assert everything == {thing["id"] for thing in THINGS if thing["facts"]["begun"] == "this_year"}
    for rows in (("04", "05"), ("06", "07", "08", "09", "10"), ("11", "12")):
        listed = [item["id"] for row in rows for item in counted[f"{row}-4"].items]
        assert sorted(listed) == sorted(everything), "each campaign stands once in every division"


def test_what_nobody_knows_is_no_zero_and_a_true_zero_is_one() -> None:
    filled = counting.fill(form(), [])
    assert (filled["01-4"].value, filled["01-4"].how) == (0, "count")
    assert (filled["02-2"].value, filled["02-2"].how) == (None, None)
    assert (filled["01-2"].value, filled["01-1"].value) == (None, None), "what is not whole is not added up"
    away = counting.fill(form(), None)
    assert (away["01-4"].value, away["01-4"].counted) == (None, None)
    assert len(counting.blanks(filled)) == 16


def test_typed_cells_are_added_up_and_stand_before_what_is_counted() -> None:
    typed = form(_02_2=3, _03_3=0, _05_4=50)
    filled = counting.fill(typed, THINGS)
    assert (filled["02-2"].value, filled["01-2"].value, filled["02-1"].value) == (3, 3, 3)
    over = filled["05-4"]
    assert (over.value, over.how, over.counted, over.outdated) == (50, "typed", 30, True)
    assert filled["01-1"].value == 3 + 0 + 45
    told = [(each["row"], each["column"], each["is"], each["sum"]) for each in counting.disagreements(typed, filled)]
    assert told == [("01", "4", 45, 65)], "the office is told what no longer comes to the same"


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_a_form_that_was_handed_in_stays_and_what_differs_is_told(name: str) -> None:
    empty = form(name)
    first = next(cell for cell in empty["cells"] if cell["kind"] == "typed")
    key = f"_{first['row']}_{first['column']}"
    was = counting.fill(form(name, **{key: 4}), THINGS)
    kept = counting.as_handed_in({"cells": counting.to_hand_in(was)})
    assert {place: cell.value for place, cell in kept.items()} == {place: cell.value for place, cell in was.items()}
    assert counting.differences(kept, was) == []
    now = counting.fill(form(name, **{key: 5}), THINGS)
    assert {"place": key[1:].replace("_", "-"), "was": 4, "now": 5} in counting.differences(kept, now)
    assert counting.digest(was) != counting.digest(now)
    assert registry.check_closing(
        registry.FormLayout.model_validate(empty["layout"]),
        [registry.ClosedCell.model_validate(cell) for cell in counting.to_hand_in(was)],
        {registry.Place(first["row"], first["column"]): 4},
        blanks=True,
    ) == ()  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_the_file_holds_what_the_page_holds(name: str) -> None:
    told = form(name)
    filled = counting.fill(told, THINGS)
    answer = form_file(told["layout"], filled, year=2023, notes=["Chưa nộp"])
    book = load_workbook(io.BytesIO(bytes(answer.body)))
    sheet = book[f"{name}.N"]
    assert sheet["A1"].value == f"Biểu số: {name}.N/BNV-TĐKT"
    rows = {row[1].value: row for row in sheet.iter_rows() if row[1].value}
    for line in counting.lines(told["layout"], filled):
        if not line["heading"]:
            shown = [cell.value for cell in rows[line["number"]][3:]]
            assert shown == ["×" if cell is None else cell.value for cell in line["cells"]]
    listed = list(book["Danh sách"].iter_rows(min_row=2, values_only=True))
    assert len(listed) == sum(max(len(cell.items), 1) for cell in filled.values() if cell.how == "count")
    kinds = {cell.data_type for row in book["Danh sách"].iter_rows() for cell in row}
    assert "f" not in kinds, "what begins with = is not computed"


def test_a_file_takes_what_people_named_as_text_without_what_no_file_can_hold() -> None:
    told = form("0601")
    things = [{**THINGS[0], "name": "=Phong\x01 trào\uffff"}]
    answer = form_file(told["layout"], counting.fill(told, things), year=2023, notes=["=Ghi\ud800 chú"])
    book = load_workbook(io.BytesIO(bytes(answer.body)))
    named = [cell for cell in book["Danh sách"]["E"][1:] if cell.value]
    assert {(cell.value, cell.data_type, bool(cell.quotePrefix)) for cell in named} == {("=Phong trào", "s", True)}
    assert "=Ghi chú" in {cell.value for cell in book["0601.N"]["A"]}


def test_every_sum_of_a_form_is_known_once_its_parts_are() -> None:
    whole = form("0602")
    typed = {f"_{cell['row']}_{cell['column']}": 1 for cell in whole["cells"] if cell["kind"] == "typed"}
    filled = counting.fill(form("0602", **typed), None)
    assert None not in {cell.value for cell in filled.values()}
    assert filled["09-2c"].value == 5
    assert filled["01-1"].value == sum(filled[f"01-{c}"].value or 0 for c in ("2t", "2c", "3", "4", "5t", "5c", "6", "7t", "7c", "8", "9t", "9c"))  # fmt: skip
