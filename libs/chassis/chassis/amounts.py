"""Numbers as they are written in Vietnam."""

import re
from decimal import Decimal
from typing import Final

_MOST_DIGITS: Final = 15
_MOST_DECIMALS: Final = 6
_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}([.\s][0-9]{3})+(,[0-9]+)?")
_AMBIGUOUS: Final = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_PLAIN: Final = re.compile(r"[0-9]+([.,][0-9]+)?")


class NotANumberError(ValueError):
    """The text is no number; the message says what to type."""


class AmbiguousNumberError(ValueError):
    """``1.234`` may be 1234 or 1,234: a person has to say. ``reading`` is the likelier one."""

    def __init__(self, text: str, reading: Decimal) -> None:
        super().__init__(text)
        self.text = text
        self.reading = reading

    @property
    def remedy(self) -> str:
        """Say both ways to write it that cannot be mistaken."""
        return f"Viết {self.reading} hay {self.text.replace('.', ',')}"


def parse_amount(text: str) -> Decimal:
    """Read a number as it is written in Vietnam: decimal comma, dots or spaces between thousands.

    Raises ``AmbiguousNumberError`` for one dot followed by exactly three digits, ``NotANumberError`` for all else
    that is no number from 0 up with at most 15 digits and 6 decimals, written in the digits 0 to 9.
    """
    typed = text.strip()
    if _AMBIGUOUS.fullmatch(typed):
        raise AmbiguousNumberError(typed, Decimal(typed.replace(".", "")))
    if _THOUSANDS.fullmatch(typed):
        typed = re.sub(r"[.\s]", "", typed)
    elif not _PLAIN.fullmatch(typed):
        raise NotANumberError(text)
    whole, _, decimals = typed.replace(",", ".").partition(".")
    if len(whole.lstrip("0")) + len(decimals) > _MOST_DIGITS or len(decimals) > _MOST_DECIMALS:
        raise NotANumberError(text)
    return Decimal(typed.replace(",", "."))
