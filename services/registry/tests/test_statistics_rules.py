"""Do the statutory forms say what each cell is made of, and is nothing taken that a form cannot hold?"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from registry.rules import statistics
from registry.rules.statistics import ClosedCell, FormLayout, Place, TypedCell

FOLDER = Path("data/lai-chau-2023/forms")
FORMS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yaml"))}
DOCUMENT = {"document_number": "02/2023/TT-BNV", "document_on": "23/03/2023", "document_by": "Bộ Nội vụ"}
TYPED: dict[str, Any] = {"labels": {}, "numbers": {}, "confirm": False, "reason": "", **dict.fromkeys(DOCUMENT, "")}


def layout(name: str = "0601") -> FormLayout:
    return FormLayout.model_validate(FORMS[name])


@pytest.mark.parametrize("name", FORMS)
def test_every_form_says_where_it_was_read_and_holds_together(name: str) -> None:
    form = layout(name)
    assert form.form == f"{name}.N"
    assert (form.mark, bool(form.source), bool(form.unsure), form.due) == ("V*", True, True, "15/12")
    there = statistics.cells(form)
    for cell in there.values():
        assert (cell.kind == "sum") == bool(cell.parts)
        assert set(cell.parts) <= there.keys()
    for check in statistics.checks(form):
        assert {check.place, *check.parts} <= there.keys()


def test_of_every_year_since_2018_there_is_one_set_of_forms() -> None:
    of = {year: {name for name in FORMS if layout(name).serves(year)} for year in (2017, 2018, 2022, 2023, 2030)}
    old, new = {"0701", "0702", "0703"}, {"0601", "0602", "0603", "0604", "0605"}
    assert of == {2017: set(), 2018: old, 2022: old, 2023: new, 2030: new}


def test_what_a_cell_is_made_of_follows_from_its_row_and_its_column() -> None:
    there = statistics.cells(layout())
    assert there[Place("04", "4")].when == {"begun": ("this_year",), "reach": ("blocks",)}
    assert there[Place("01", "1")].parts == (Place("01", "2"), Place("01", "3"), Place("01", "4"))
    assert there[Place("01", "2")].parts == (Place("02", "2"),)
    assert there[Place("06", "2")].kind == "typed"
    assert Place("02", "4") not in there


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"columns": [{"code": "1", "label": "Một"}, {"code": "1", "label": "Hai"}]}, "chỉ dùng một lần"),
        ({"totals": [{"row": "99", "groups": [["01"]]}]}, "không có dòng hoặc cột 99"),
        ({"totals": [{"row": "01", "groups": [["01"]]}]}, "dòng tổng chỉ cộng"),
        ({"of": {"weather": ["fine"]}}, "không đếm được theo weather"),
        ({"rows": [{"code": "01"}]}, "một dòng có heading"),
        ({"columns": [{"code": "1", "label": "A", "sum": ["1"]}]}, "cột tổng không cộng"),
    ],
)
def test_a_form_that_cannot_be_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        FormLayout.model_validate(
            {**FORMS["0601"], "totals": [], "rows": [{"code": "01", "label": "Tổng số"}], **change}
        )


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2023, 1, 1), date(2023, 12, 31), "one"),
        (date(2023, 1, 1), date(2023, 12, 30), "under_one"),
        (date(2023, 3, 1), date(2024, 2, 29), "one"),
        (date(2024, 2, 29), date(2025, 2, 28), "one"),
        (date(2023, 1, 1), date(2024, 1, 1), "one_to_three"),
        (date(2023, 1, 1), date(2025, 12, 30), "one_to_three"),
        (date(2023, 1, 1), date(2025, 12, 31), "three_to_five"),
        (date(2021, 1, 1), date(2025, 12, 31), "five_up"),
        (date(2023, 1, 1), date(2023, 1, 1), "under_one"),
    ],
)
def test_how_long_a_campaign_lasts(first: date, last: date, said: str) -> None:
    assert statistics.term(first, last) == said


def test_every_cell_that_cannot_be_read_is_named_at_once() -> None:
    sent = {
        "06-2": "1.234",
        "07-2": "hai",
        "08-2": "-1",
        "09-2": "0,5",
        "01-1": "3",
        "02-4": "1",
        "10-2": " ",
        "11-3": "0",
    }
    typed = [TypedCell(Place(*name.split("-")), value, 0) for name, value in sent.items()]
    read, faults = statistics.read_cells(layout(), typed, "x" * 301)
    assert {fault.criterion for fault in faults} == {"07-2", "08-2", "09-2", "01-1", "02-4", "note"}
    assert all(fault.remedy for fault in faults)
    assert (read[Place("06", "2")], read[Place("10", "2")], read[Place("11", "3")]) == (1234, None, 0)
    _, over = statistics.read_cells(layout(), [TypedCell(Place("05", "4"), "3", 0, 1)], "")
    assert [fault.criterion for fault in over] == ["note"], "whoever says otherwise than was counted says why"
    assert statistics.read_cells(layout(), [TypedCell(Place("05", "4"), "3", 0, 1)], "Thêm của trường") == (
        {Place("05", "4"): 3},
        (),
    )


def closed(name: str, values: dict[str, int]) -> list[ClosedCell]:
    """A form of typed cells and sums, as it would be handed in."""
    there = statistics.cells(layout(name))

    def value(place: Place) -> int | None:
        if there[place].kind != "sum":
            return values.get(statistics.field_of(place))
        parts = [value(part) for part in there[place].parts]
        return None if None in parts else sum(part for part in parts if part is not None)

    how = {place: "sum" if cell.kind == "sum" else "typed" for place, cell in there.items()}
    return [
        ClosedCell.model_validate({"row": p.row, "column": p.column, "value": value(p), "how": how[p]}) for p in there
    ]


def test_a_form_that_is_handed_in_agrees_with_itself_and_with_what_is_typed() -> None:
    form, values = layout("0604"), {"02-1": 0, "03-1": 0, "04-1": 1, "05-1": 2}
    typed = {Place(*name.split("-")): value for name, value in values.items()}
    good = closed("0604", values)
    assert [cell.value for cell in good if cell.row == "01"] == [3]
    assert statistics.check_closing(form, good, typed, blanks=False) == ()

    def wrong(sent: list[ClosedCell], **known: int) -> set[str]:
        told = typed | {Place(*name.split("_")[1:]): value for name, value in known.items()}
        return {fault.criterion for fault in statistics.check_closing(form, sent, told, blanks=False)}

    assert wrong(good[1:]) == wrong([*good, good[0]]) == {"cells"}
    assert wrong(good, _04_1=5) == {"04-1"}
    assert wrong([good[0].model_copy(update={"value": 4}), *good[1:]]) == {"01-1"}
    assert wrong([good[0], good[1].model_copy(update={"how": "count"}), *good[2:]]) == {"02-1"}
    holes = closed("0604", {"02-1": 0, "03-1": 0, "04-1": 1})
    some = {place: value for place, value in typed.items() if place.row != "05"}
    assert [f.criterion for f in statistics.check_closing(form, holes, some, blanks=False)] == ["blanks"]
    assert statistics.check_closing(form, holes, some, blanks=True) == ()


def test_a_form_is_corrected_and_confirmed_with_every_fault_at_once() -> None:
    form, today = layout("0605"), date(2023, 11, 15)

    def amend(**typed: Any) -> tuple[FormLayout | None, set[str]]:
        after, faults = statistics.amend_layout(form, TYPED | typed, by="Phòng Nội vụ", today=today)
        return after, {fault.criterion for fault in faults}

    assert amend()[1] == {"labels"}
    wrong = amend(labels={"02": " ", "99": "x"}, numbers={"15": "mười"}, confirm=True, document_on="16/11/2023")[1]
    of_document = {"document_number", "document_by", "document_on"}
    assert wrong == {"labels:02", "labels:99", "numbers:15", "reason"} | of_document
    assert amend(numbers={"15": "16"})[1] == {"reason"}
    after, _ = amend(numbers={"15": "16", "02": "02"}, confirm=True, reason="Theo phụ lục", **DOCUMENT)
    assert after is not None
    assert (after.rows[-1].number, after.rows[2].number, after.mark) == ("16", "", "V")
    assert after.confirmed is not None
    assert after.confirmed.was == "V*"


def test_a_number_that_was_counted_is_as_long_as_its_list() -> None:
    place = Place("05", "4")

    def wrong(value: int, listed: int) -> set[str]:
        counted = {"value": value, "how": "count", "items": tuple({"id": str(each)} for each in range(listed))}
        sent = [
            cell.model_copy(update=counted) if cell.place == place else cell for cell in closed("0601", {"05-4": value})
        ]
        return {fault.criterion for fault in statistics.check_closing(layout(), sent, {}, blanks=True)}

    assert wrong(2, 2) == set()
    assert wrong(2, 1) == {"05-4"}
