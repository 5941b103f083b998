"""Amounts as people type them into a form: decimal comma, dots between thousands, yes and no as words."""

import re
from typing import Final

_AMOUNT: Final = re.compile(r"(\d{1,15}|\d{1,3}(\.\d{3}){1,4})(,\d{1,6})?")
_WORDS: Final = {"có": "1", "không": "0"}


def amount_typed(text: str) -> str | None:
    """Give an amount as services read it: ``1.250,5`` → ``1250.5``, ``có`` → ``1``; None for what is none."""
    word = text.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    return word.replace(".", "").replace(",", ".") if _AMOUNT.fullmatch(word) else None
