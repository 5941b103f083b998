"""What people type into a form, as services read it: numbers with a decimal comma, yes and no as words, whole numbers."""

import re
from datetime import date
from typing import Final

FIELDS: Final = 12_000
"""How many fields a form may have: a draft of a whole score sheet has most."""

_AMOUNT: Final = re.compile(r"\d{1,15}([.,]\d{1,6})?", re.ASCII)
_LARGE: Final = re.compile(r"\d{1,3}(\.\d{3}){1,4},\d{1,6}", re.ASCII)
_THOUSANDS: Final = re.compile(r"\d{1,3}(\.\d{3})+", re.ASCII)
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_WRITTEN_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_WHOLE: Final = re.compile(r"\d{1,9}", re.ASCII)
_WORDS: Final = {"có": "1", "không": "0"}


def amount_typed(text: str) -> str | None:
    """Give an amount as services read it: ``1.250,5`` → ``1250.5``, ``có`` → ``1``; None for what is none, or could be two.

    ``12.500`` is twelve and a half to one reader and twelve thousand five hundred to another: ``no_amount`` asks which.
    """
    word = "".join(text.split()).lower()
    if word in _WORDS:
        return _WORDS[word]
    if _LARGE.fullmatch(word):
        return word.replace(".", "").replace(",", ".")
    return word.replace(",", ".") if _AMOUNT.fullmatch(word) and not _THOUSANDS.fullmatch(word) else None


def no_amount(text: str) -> str | None:
    """Say how to write a number that could be two; None for what is no number at all."""
    word = "".join(text.split())
    if not _THOUSANDS.fullmatch(word):
        return None
    return f"viết {word.replace('.', '')} nếu là số nguyên, hoặc {word.replace('.', ',', 1)} nếu là số lẻ"


def whole(text: str | None, default: int = 0) -> int:
    """Read a whole number that a page wrote into its own form; ``default`` for what is none any more."""
    return int(text) if text and _WHOLE.fullmatch(text) else default


def day_typed(text: str) -> str | None:
    """Give a day as services read it, from what a browser sends (``2025-07-01``) or people write (``1/7/2025``); else None."""
    found = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in (found[1], found[2], found[3]))).isoformat() if found else _written(text)
    except ValueError:
        return None


def _written(text: str) -> str | None:
    found = _WRITTEN_DAY.fullmatch(text)
    return date(int(found[3]), int(found[2]), int(found[1])).isoformat() if found else None
