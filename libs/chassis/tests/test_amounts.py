"""Is a number read as its writer meant it, and never guessed?"""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.amounts import AmbiguousNumberError, NotANumberError, parse_amount


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0", "0"),
        ("2", "2"),
        ("007", "7"),
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1234", "1234"),
        ("1234.567", "1234.567"),
        ("1.234.567", "1234567"),
        ("1.234,5", "1234.5"),
        ("1 234", "1234"),
        ("12 740,25", "12740.25"),
        ("12\u00a0740", "12740"),
        ("12\u202f740", "12740"),
        ("  28,5\t", "28.5"),
        ("999999999999999", "999999999999999"),
        ("1,234567", "1.234567"),
    ],
)
def test_a_number_is_read_as_it_is_written_in_vietnam(typed: str, meant: str) -> None:
    assert parse_amount(typed) == Decimal(meant)


@pytest.mark.parametrize(("typed", "reading"), [("1.234", 1234), ("12.740", 12740), (" 100.000 ", 100000)])
def test_one_dot_before_three_digits_is_asked_back_with_the_likelier_reading(typed: str, reading: int) -> None:
    with pytest.raises(AmbiguousNumberError) as asked:
        parse_amount(typed)
    assert (asked.value.text, asked.value.reading) == (typed.strip(), Decimal(reading))


@pytest.mark.parametrize(
    "typed",
    [
        "hai",
        "",
        "-3",
        "−3",
        "+3",
        "12 %",
        "1e3",
        "NaN",
        "Infinity",
        ",5",
        "5,",
        "12,5,5",
        "1,234,567",
        "1.23.456",
        "0.125.000",
        # A space is only ever between thousands: "2 5" may be 2,5 as well as 25.
        "2 5",
        "1. 234",
        "1234567890123456",
        "1,2345678",
        # Look-alikes that Python would take for digits.
        "１２",
        "١٢",
        "1²",
        # A digit with a mark stays a digit with a mark, composed or not.
        unicodedata.normalize("NFD", "1̣2"),
    ],
)
def test_what_is_no_number_is_never_guessed(typed: str) -> None:
    with pytest.raises(NotANumberError):
        parse_amount(typed)


@given(st.decimals(min_value=0, max_value=Decimal("999999999.999999"), places=6))
def test_a_number_that_is_shown_can_be_typed_again(amount: Decimal) -> None:
    grouped = f"{amount:,f}".replace(",", " ").replace(".", ",")
    assert parse_amount(f"{amount:f}".replace(".", ",")) == amount
    assert parse_amount(grouped) == amount
    assert parse_amount(grouped.replace(" ", ".")) == amount


@given(st.text(max_size=30))
def test_no_text_ends_in_anything_but_a_number_or_a_sentence(typed: str) -> None:
    try:
        amount = parse_amount(typed)
    except (NotANumberError, AmbiguousNumberError):
        return
    assert amount.is_finite()
    assert amount >= 0
