"""Does everybody hear of a board that moved who is to, and in words that are right?"""

from decimal import Decimal
from typing import Any

import pytest
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, TAN_PHONG, UNITS

from contracts.scoring import Passed, Place, RankingChanged
from notify import rules
from notify.rules import Message

_NAMES = {**UNITS, BLOCK: "Khối xã, phường"}


def told(*named: Place, passed: tuple[Passed, ...] = ()) -> dict[str, Message]:
    """What is told of a board on which these places changed, by the post that it is told to."""
    where = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK}
    event = RankingChanged(**where, version=7, members=3000, ranked=3000, changed=named, passed=passed)
    messages = list(rules.tell_ranking(event, lambda identity: _NAMES[identity]))
    return {f"{each.post} {_NAMES[each.scope_id]}": each for each in messages}


def place(unit: Any, rank: int | None, before: int | None) -> Place:
    return Place(
        unit_id=unit, rank=rank, previous_rank=before, points=Decimal(90), percent=Decimal(90), among=rank and 1
    )


def down(units: int, by: int = 1) -> Passed:
    return Passed(least=None, below=Decimal(50), by=by, units=units)


def test_the_head_hears_how_many_were_passed_though_none_of_them_is_named() -> None:
    """Who is named with the rank that it had, another figure apart, is none of them."""
    messages = told(place(TAN_PHONG, 12, 1482), place(QUYET_THANG, 3, 3), passed=(down(1470),))
    head = messages["block_head Khối xã, phường"]
    assert head.title == "Bảng Khối xã, phường có 1.471 đơn vị đổi hạng"
    assert head.text == "Phường Tân Phong lên hạng 12; 1.470 đơn vị khác xuống 1 hạng."
    assert messages.keys() == {"block_head Khối xã, phường", "unit_officer Phường Tân Phong"}


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        ((down(31),), "31 đơn vị xuống 1 hạng."),
        ((down(1200, 2), down(34, 1)), "1.234 đơn vị xuống từ 1 đến 2 hạng."),
        ((down(40, -2), down(35, 1), down(10, -2)), "35 đơn vị xuống 1 hạng; 50 đơn vị lên 2 hạng."),
    ],
)
def test_the_head_hears_of_those_who_were_only_passed_also_where_nobody_is_named(
    passed: tuple[Passed, ...], text: str
) -> None:
    """Somebody's points rose without another rank, or somebody left."""
    messages = told(place(QUYET_THANG, 3, 3), passed=passed)
    assert [each.text for each in messages.values()] == [text]


def test_nobody_hears_of_a_board_on_which_no_rank_is_another() -> None:
    assert told(place(QUYET_THANG, 3, 3)) == {}
