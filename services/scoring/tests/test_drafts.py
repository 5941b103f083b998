"""Is a sheet read as it was typed, is everything wrong in it told at once and at its place, and is nothing typed lost?"""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import Sheet, differences
from scoring.rules.drafting import read
from scoring.rules.drafts import EXTRAS, GROUPS, SHEET, Parts, TwiceError, drafted, empty, part_of, placed

_DATA: Final = Path(__file__).parents[3] / "data"
_SHEETS: Final = (
    *("sheets/can-tho-2025", "sheets/can-tho-2025-chi-tra", "sheets/cong-an-xa-2025"),
    *(f"lai-chau-2023/sheets/{key}" for key in ("co-quan", "truong-hoc", "xa-phuong")),
)
SMALL: Final[dict[str, Any]] = yaml.safe_load((_DATA / "lai-chau-2023/sheets/truong-hoc.yaml").read_text())


def sheet(path: str) -> Sheet:
    return Sheet.model_validate(yaml.safe_load((_DATA / f"{path}.yaml").read_text()))


SCHOOL: Final = Sheet.model_validate(SMALL)


def typed(part: str, row: int, **fields: str) -> dict[str, Any]:
    """Give the schools' sheet as it is typed, with these fields of one row typed anew."""
    parts = drafted(SCHOOL)
    rows = list(parts[part])
    rows[row] = {**rows[row], **fields}
    return {**parts, part: tuple(rows)}


def faults(parts: Parts) -> dict[str, str]:
    return {found.field: found.words for found in read(parts).faults}


@pytest.mark.parametrize("path", _SHEETS)
def test_a_copy_in_which_nothing_is_changed_is_no_change(path: str) -> None:
    old = sheet(path)
    copied = read(drafted(old))
    assert copied.faults == ()
    assert copied.sheet
    assert differences(old, copied.sheet) == []
    assert copied.sheet == old


def test_points_used_are_told_per_group_and_in_all() -> None:
    parts = typed(part_of("g1"), 1, maximum="5")
    whole, first, *_ = read(parts).used
    assert (whole.used, whole.maximum) == (85, 100)
    assert (first.code, first.used, first.maximum) == ("1", 45, 60)
    assert faults(parts) == {
        "groups.0.maximum": "nhóm 1: các mục cộng lại 45 điểm, nhóm ghi 60: sửa điểm của mục hoặc ghi nhóm 45"
    }


def test_points_used_count_as_often_as_their_weight_says() -> None:
    parts = typed(part_of("g1"), 1, maximum="5", weight="2")
    whole, first, *_ = read(parts).used
    assert (first.used, whole.used) == (50, 90)
    told = faults(parts)["groups.0.maximum"]
    assert told == "nhóm 1: các mục sau khi nhân hệ số cộng lại 50 điểm, nhóm ghi 60: sửa điểm của mục hoặc ghi nhóm 50"
    heavier = typed(GROUPS, 0, weight="1,5")
    assert read(heavier).used[0].used == 130
    assert faults(heavier).keys() == {"sheet.0.total"}
    mended = read({**heavier, SHEET: ({**heavier[SHEET][0], "total": "130"},)})
    assert mended.sheet
    assert mended.sheet.groups[0].weight == Decimal("1.5")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0", "hệ số: phải lớn hơn 0"),
        ("101", "hệ số: nhiều nhất là 100"),
        ("1,333", "hệ số: có nhiều nhất 2 chữ số sau dấu phẩy"),
        ("hai", "hệ số: “hai” không phải là số: viết số không âm, ví dụ 12,5"),
    ],
)
def test_a_weight_that_cannot_be_is_told_at_its_field(text: str, words: str) -> None:
    assert faults(typed(part_of("g1"), 1, weight=text)) == {"lines-g1.1.weight": words}
    assert faults(typed(GROUPS, 0, weight=text)) == {"groups.0.weight": words}


@pytest.mark.parametrize(
    ("maximum", "mend"),
    [("1,3", "ghi điểm tối đa là 1,25 hoặc 1,5"), ("0,1", "ghi điểm tối đa là 0,25"), ("1,4", "là 1,25 hoặc 1,5")],
)
def test_a_maximum_that_rounding_never_gives_is_told_at_its_field(maximum: str, mend: str) -> None:
    told = faults(typed(part_of("g1"), 1, maximum=maximum))["lines-g1.1.maximum"]
    assert f"mục 1.2: {maximum} điểm không phải bội số của bước làm tròn 0,25: " in told
    assert mend in told
    # While the step itself cannot be read nothing is held against it.
    unread = typed(part_of("g1"), 1, maximum=maximum)
    unread[SHEET] = ({**unread[SHEET][0], "step": "?"},)
    assert "lines-g1.1.maximum" not in faults(unread)


def test_overlapping_bands_are_refused_in_words() -> None:
    bands = "từ 0 đến dưới 90: 2\ntừ 88 đến dưới 95: 10\ntừ 95: 20"
    parts = typed(part_of("g1"), 1, kind="bands", bands=bands)
    assert faults(parts) == {"lines-g1.1.kind": "mục 1.2: các mức chồng nhau từ 88 đến 90: kết thúc mức trước ở 88"}
    mended = typed(part_of("g1"), 1, kind="bands", bands=bands.replace("90", "88"))
    assert faults(mended) == {}


def test_everything_wrong_is_told_at_once_and_at_its_field() -> None:
    parts = typed(part_of("g1"), 0, maximum="mười lăm", target="99.5", code="")
    parts[GROUPS] = (*parts[GROUPS], {"key": "g9", "code": "9", "name": "Nhóm mới", "maximum": "-1"})
    parts[EXTRAS] = ({"code": "T.1", "name": "Chưa xong", "role": "bonus", "maximum": "1"}, *parts[EXTRAS][1:])
    parts[SHEET] = ({**parts[SHEET][0], "step": ""},)
    told = faults(parts)
    assert told.keys() == {
        *("sheet.0.step", "groups.3.maximum", "extras.0.kind"),
        *(f"lines-g1.0.{field}" for field in ("maximum", "target", "code")),
    }
    assert told["lines-g1.0.target"] == (
        "chỉ tiêu chung: “99.5” có thể hiểu hai cách: viết phần lẻ sau dấu phẩy, ví dụ 0,5"
    )


def test_an_amount_of_many_digits_is_told_at_its_field() -> None:
    parts = typed(part_of("g1"), 0, target="9" * 5_000)
    assert faults(parts) == {"lines-g1.0.target": "chỉ tiêu chung: số quá dài: viết nhiều nhất 24 ký tự"}


def test_a_whole_number_that_python_would_not_read_is_told_at_its_field() -> None:
    parts = typed(part_of("g1"), 0, kind="sample_mean", size="1" * 4_301)
    assert faults(parts)["lines-g1.0.size"].endswith("số quá lớn: viết nhiều nhất 9 chữ số, ví dụ 50")


def test_what_hangs_on_something_unreadable_is_not_called_wrong() -> None:
    told = faults(typed(part_of("g1"), 0, maximum="?"))
    assert told.keys() == {"lines-g1.0.maximum"}


@pytest.mark.parametrize(
    ("field", "text", "place"),
    [
        ("within", "g1", "groups.0.within"),
        ("gate", "K.7", "groups.0.gate"),
        ("maximum", "0", "groups.0.maximum"),
        ("code", "2", "groups.1.code"),
        ("decides_ties", "chắc thế", "groups.0.decides_ties"),
    ],
)
def test_a_group_that_cannot_be_so_is_told_at_its_field(field: str, text: str, place: str) -> None:
    assert place in faults(typed(GROUPS, 0, **{field: text}))


def test_groups_that_share_a_key_are_refused() -> None:
    parts = drafted(SCHOOL)
    inside_itself = {**parts[GROUPS][0], "within": "g1"}
    with pytest.raises(TwiceError) as refused:
        placed(parts, GROUPS, [inside_itself, *parts[GROUPS]])
    assert refused.value.rows == [0, 1]
    fresh = [{"code": code, "name": "Nhóm mới", "maximum": "1"} for code in ("8", "9")]
    assert len(placed(parts, GROUPS, [*parts[GROUPS], *fresh])[GROUPS]) == len(parts[GROUPS]) + 2


def test_groups_within_groups_without_end_are_told_at_their_field() -> None:
    nested = [{"key": f"g{each}", "within": f"g{each - 1}" if each else "", "code": str(each)} for each in range(400)]
    told = faults({**drafted(SCHOOL), GROUPS: tuple({**each, "name": "Nhóm", "maximum": "1"} for each in nested)})
    assert "20 tầng" in told["groups.21.within"]
    assert "groups.20.within" not in told


def test_an_empty_draft_says_what_is_missing() -> None:
    assert faults(empty()).keys() == {"sheet.0.name", "groups.0.name"}


def test_a_line_goes_to_the_group_that_was_chosen_for_it() -> None:
    parts = drafted(SCHOOL)
    first, second = part_of("g1"), part_of("g2")
    rows = [{**row, "group": "g2" if number == 1 else "g1"} for number, row in enumerate(parts[first])]
    after = placed(parts, first, rows)
    assert len(after[first]) == 3
    assert after[second][-1] == parts[first][1]


def test_a_group_that_is_emptied_keeps_its_lines_until_they_are_moved() -> None:
    parts = drafted(SCHOOL)
    after = placed(parts, GROUPS, [{"key": "g1"}, *parts[GROUPS][1:]])
    assert after[part_of("g1")] == parts[part_of("g1")]
    assert {"key": "g1"} in after[GROUPS]
    assert any("còn mục hoặc nhóm bên trong" in words for words in faults(after).values())
    emptied = placed(after, part_of("g1"), [{} for _ in after[part_of("g1")]])
    gone = placed(emptied, GROUPS, emptied[GROUPS])
    assert "g1" not in {row["key"] for row in gone[GROUPS]}


_TEXT: Final = st.text(alphabet="aăâbcđ1.:, “”–()%", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.data())
def test_a_sheet_of_any_words_and_amounts_comes_back_as_it_was(data: st.DataObject) -> None:
    amounts = st.decimals(min_value="0.01", max_value="99999", places=2)
    worth = [data.draw(amounts) for _ in range(3)]
    tasks = [
        {"code": str(number), "name": data.draw(_TEXT), "points": points} for number, points in enumerate(worth, 1)
    ]
    total = sum(worth)
    line = {
        "code": "1.1",
        "name": data.draw(_TEXT),
        "measure": data.draw(_TEXT),
        "maximum": total,
        "evidence": data.draw(_TEXT),
        "target": data.draw(st.none() | amounts),
        "required": data.draw(st.booleans()),
        "rule": {"kind": "checklist", "items": tasks},
    }
    group = {"code": data.draw(_TEXT), "name": data.draw(_TEXT), "maximum": total, "criteria": [line]}
    old = Sheet.model_validate(
        {"key": "k", "name": data.draw(_TEXT), "note": "", "total": total, "step": "0.01", "groups": [group]}
    )
    assert read(drafted(old)).sheet == old
