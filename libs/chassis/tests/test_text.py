"""Is Vietnamese text compared, searched and sorted as readers of Vietnamese expect?"""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chassis.text import fold, nfc, sort_bytes, sort_key

LETTERS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
words = st.text(LETTERS + LETTERS.upper() + " 0123456789-", max_size=30)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Phường Đông Phong", "phuong dong phong"),
        ("  Xã\u00a0San   Thàng ", "xa san thang"),
        ("ĐOÀN KẾT", "doan ket"),
        (unicodedata.normalize("NFD", "Quyết Thắng"), "quyet thang"),
        ("", ""),
    ],
)
def test_marks_and_case_are_no_matter_when_searching(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    "in_order",
    [
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["an", "ăn", "ân", "dan", "đan", "em", "êm", "on", "ôn", "ơn", "un", "ưn"],
        ["Khối 2", "Khối 10", "Khối 10a", "Khối xã"],
        ["Phường Đoàn Kết", "Phường Đông Phong", "Phường Quyết Thắng", "Phường Tân Phong", "Xã San Thàng"],
        # Letters first over the whole text, then tones.
        ["hoa an", "hòa an", "hoa ban"],
        ["Tân Phong", "Tân Phong 2"],
    ],
)
def test_names_stand_in_vietnamese_order(in_order: list[str]) -> None:
    mixed = in_order[::-1]
    assert sorted(mixed, key=sort_key) == in_order


@given(words)
@example("Đ đ")
@example("½ ² ٣")
def test_one_text_in_two_spellings_is_one_text(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert nfc(decomposed) == nfc(text) == nfc(nfc(text))
    assert fold(decomposed) == fold(text) == fold(fold(text)) == fold(text.upper())
    assert sort_key(decomposed) == sort_key(text) == sort_key(text.upper())


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_can_be_folded_and_has_its_place(one: str, other: str) -> None:
    assert fold(one) == fold(fold(one))
    places = [sort_key(one) < sort_key(other), sort_key(one) == sort_key(other), sort_key(one) > sort_key(other)]
    assert sum(places) == 1


@given(st.text(max_size=20) | words, st.text(max_size=20) | words)
@example("Tân Phong 2", "Tân Phong 10")
@example("a0", "a")
def test_a_database_sorts_as_we_do(one: str, other: str) -> None:
    places = [sort_key(one), sort_key(other)]
    stored = [sort_bytes(one), sort_bytes(other)]
    assert (stored[0] < stored[1], stored[0] == stored[1]) == (places[0] < places[1], places[0] == places[1])
