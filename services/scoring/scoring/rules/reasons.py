"""What is taken for a reason, wherever one is wanted: of a verdict, an appeal, a vote, a publication, a rescoring."""

from typing import Final

from chassis.text import nfc

SHORTEST_REASON: Final = 10
_FEWEST_LETTERS: Final = 4
A_REASON: Final = f"Ghi lý do thành câu, ít nhất {SHORTEST_REASON} ký tự"
"""What would do, in words."""


def is_reason(text: str) -> bool:
    """Tell whether a text can say why: long enough for it, in more than one word, and not a letter or two repeated."""
    text = nfc(text)
    letters = {letter for letter in text.casefold() if letter.isalpha()}
    return len(text) >= SHORTEST_REASON and " " in text and len(letters) >= _FEWEST_LETTERS
