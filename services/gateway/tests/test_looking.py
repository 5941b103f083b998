"""Is what a reviewer types read as it was meant, or asked back?"""

from decimal import Decimal

import pytest

from gateway.pages.looking import AGREE, OTHERWISE, amount, looks, read


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("850", "850"),
        (" 28,5 ", "28.5"),
        ("1.234,5", "1234.5"),
        ("12.345.678,9", "12345678.9"),
        ("28.5", "28.5"),
        ("1.234", None),
        ("tám", None),
        ("NaN", None),
        ("1e3000000", None),
        ("1e-3000000", None),
        ("0", "0"),
        ("1,2,3", None),
        ("", None),
    ],
)
def test_a_number_is_read_as_people_write_it(written: str, meant: str | None) -> None:
    assert amount(written) == (None if meant is None else Decimal(meant))


def test_whoever_writes_a_value_and_ticks_nothing_means_another_value() -> None:
    given = read({"so:1.1": "850", "ly:1.1": "Theo biên bản", "y:2.1": AGREE, "so:3.1": "", "ly:3.1": " "})
    assert given.choices == {"1.1": OTHERWISE, "2.1": AGREE}
    assert looks(given) == [
        {"criterion": "1.1", "value": "850", "reason": "Theo biên bản"},
        {"criterion": "2.1", "agreed": True},
    ]


def test_a_number_that_could_be_two_is_asked_back_and_stays_as_it_was_typed() -> None:
    given = read({"y:1.1": OTHERWISE, "so:1.1": "1.234", "ly:1.1": "Theo biên bản"})
    looks(given)
    assert given.errors == {"1.1": ["Mục 1.1: viết 1234 nếu là số nguyên, hoặc 1,234 nếu là số lẻ"]}
    assert given.values["1.1"] == "1.234"
