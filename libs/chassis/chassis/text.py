"""Vietnamese text: one normal form, search without marks, alphabetical order.

Order after TCVN 5712 usage: letters by the Vietnamese alphabet first, then the tone of the syllable
(ngang, huyền, hỏi, ngã, sắc, nặng).
"""

import unicodedata
from typing import Final

_ALPHABET: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_RANK: Final = {letter: rank for rank, letter in enumerate(_ALPHABET, start=1)}
_TONES: Final = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def nfc(text: str) -> str:
    """Compose, trim and fold runs of white space: the form in which text is stored and compared."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """Take the marks off and lower the case: ``Phường Đông Phong`` → ``phuong dong phong``."""
    decomposed = unicodedata.normalize("NFD", nfc(text).casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def sort_key(text: str) -> tuple[tuple[tuple[int, int, str], ...], tuple[int, ...]]:
    """Give a key that sorts Vietnamese text: numbers by value, letters by alphabet, ties by tone."""
    letters: list[tuple[int, int, str]] = []
    tones: list[int] = []
    digits = ""
    for char in [*nfc(text).casefold(), ""]:
        if char.isdecimal():
            digits += char
            continue
        if digits:
            letters.append((0, int(digits), ""))
            digits = ""
        if not char:
            break
        base, tone = _split(char)
        tones.append(tone)
        rank = _LETTER_RANK.get(base)
        letters.append((1, rank, "") if rank else (0, -1, base) if base == " " else (2, 0, base))
    return tuple(letters), tuple(tones)


def _split(char: str) -> tuple[str, int]:
    decomposed = unicodedata.normalize("NFD", char)
    tone = next((_TONES[mark] for mark in decomposed if mark in _TONES), 0)
    base = "".join(mark for mark in decomposed if mark not in _TONES)
    return unicodedata.normalize("NFC", base), tone
