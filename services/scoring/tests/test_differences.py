"""Is a unit told in plain sentences what a new version of its sheet changes, and nothing that it does not?"""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final, get_args

import pytest
import yaml

from scoring.rules import Criterion, CriterionGroup, Sheet, differences
from scoring.rules.differences import OF_GROUP, OF_LINE, OF_SHEET
from scoring.rules.kinds import Rule

_DATA: Final = Path(__file__).parents[3] / "data"
DOCUMENT: Final[dict[str, Any]] = yaml.safe_load((_DATA / "sheets/can-tho-2025.yaml").read_text())
OLD: Final = Sheet.model_validate(DOCUMENT)


def changed(*path: Any, **values: Any) -> Sheet:
    """Give the sheet with these values at a place in it."""
    document = yaml.safe_load((_DATA / "sheets/can-tho-2025.yaml").read_text())
    place = document
    for step in path:
        place = place[step]
    place.update(values)
    return Sheet.model_validate(document)


FIRST: Final = ("groups", 0, "criteria", 0)
ACCOUNTS: Final = ("groups", 1, "criteria", 0)


@pytest.mark.parametrize(
    ("new", "sentences"),
    [
        (changed(), []),
        (changed(version=2), []),
        (changed(bonus_cap="10.5"), ["Bảng điểm: điểm thưởng nhiều nhất từ 15 thành 10,5."]),
        (changed(*FIRST, gate=None), ["Mục 1.1: điều kiện từ “K.1” thành không có."]),
        (changed(*FIRST, required=False), ["Mục 1.1: bắt buộc nhập từ có thành không."]),
        (changed(*FIRST, verified_by="Phòng Nội vụ"), ["Mục 1.1: nơi thẩm định từ “Sở Y tế” thành “Phòng Nội vụ”."]),
        (
            changed(*FIRST, rule={"kind": "sample_mean", "size": 40, "each": "0.5"}),
            ["Mục 1.1: cách tính trung bình mẫu đổi số mẫu từ 50 thành 40, điểm mỗi mẫu từ 0,4 thành 0,5."],
        ),
        (
            changed(*ACCOUNTS, rule={"kind": "half_plus_leader"}),
            [
                (
                    "Mục 2.1: cách tính điểm đổi từ tỷ lệ thuận với chỉ tiêu "
                    "sang một nửa theo chỉ tiêu, một nửa so với đơn vị dẫn đầu."
                )
            ],
        ),
        (
            changed("extras", 3, target="95", role="bonus"),
            ["Mục T.3: chỉ tiêu chung từ 100 thành 95."],
        ),
        (
            changed(tie_breaks=[{"code": "more", "name": "Nhiều thẻ hơn", "criteria": ["2.2"]}]),
            [
                (
                    "Bảng điểm: tiêu chí phụ khi bằng điểm từ [Tổng số tài khoản mở mới và thẻ ATM nhiều hơn (mục 2.1, 2.2), "
                    "Số người được chuyển khoản hằng tháng nhiều hơn (mục 2.3), Tỷ lệ hồ sơ được cập nhật cao hơn (mục T.3)] "
                    "thành [Nhiều thẻ hơn (mục 2.2)]."
                )
            ],
        ),
    ],
)
def test_a_change_is_one_sentence(new: Sheet, sentences: list[str]) -> None:
    assert differences(OLD, new) == sentences


def test_what_came_what_went_and_what_moved_is_named() -> None:
    document = yaml.safe_load((_DATA / "sheets/can-tho-2025.yaml").read_text())
    first, second = document["groups"]
    card = second["criteria"].pop(1)
    second["maximum"] = "60"
    first["maximum"] = "40"
    first["criteria"].append(card)
    document["extras"].pop(1)
    document["extras"].append(
        {
            "code": "L.1",
            "role": "disqualifier",
            "name": "Báo cáo sai",
            "measure": "có hoặc không",
            "rule": {"kind": "yes_no"},
        }
    )
    assert differences(OLD, Sheet.model_validate(document)) == [
        "Nhóm 1: điểm tối đa từ 20 thành 40.",
        "Nhóm 2: điểm tối đa từ 80 thành 60.",
        "Mục 2.2 chuyển từ nhóm 2 sang nhóm 1.",
        "Thêm mục L.1 Báo cáo sai (trường hợp không xếp hạng).",
        "Bỏ mục T.1 100% người hưởng có tài khoản trong kỳ, kể cả đã đạt từ trước.",
    ]


def test_bands_are_told_as_people_read_them() -> None:
    rule = {"kind": "bands", "bands": [{"at_least": "0", "points": "0"}, {"at_least": "95", "points": "5"}]}
    (sentence,) = differences(OLD, changed("extras", 2, rule=rule))
    assert sentence.startswith("Mục T.2: cách tính theo mức đổi các mức từ [từ 0 đến dưới 88 được 0,00 điểm, từ 88")
    assert sentence.endswith("thành [từ 0 được 0,00 điểm, từ 95 được 5,00 điểm].")


def test_no_field_can_change_unnoticed() -> None:
    """Whoever adds a field gives it a word, or says here why nobody needs to hear of it."""
    elsewhere = {
        Sheet: {"sheet_id", "version", "key", "groups", "extras"},
        CriterionGroup: {"code", "criteria", "groups"},
        Criterion: {"code", "rule"},
    }
    words = {Sheet: OF_SHEET, CriterionGroup: OF_GROUP, Criterion: OF_LINE}
    for model, without in elsewhere.items():
        assert model.model_fields.keys() == words[model].keys() | without
    for kind in get_args(get_args(Rule)[0]):
        assert kind.called
        assert kind.model_fields.keys() == kind.words.keys() | {"kind"}


def test_amounts_that_are_written_otherwise_are_no_change() -> None:
    assert differences(OLD, changed(total=Decimal("100.00"), step="0.010")) == []
