"""Texts in the cells of a workbook: taken as they are, whatever they begin with."""

from typing import Any, Final

from gateway.pages.exports.described import plain

_COMPUTED: Final = ("=", "+", "-", "@")
"""What Excel takes for the beginning of a formula."""


def quoted(cell: Any, said: str) -> None:
    """Write a text into a cell that nothing computes, neither when it is opened nor when somebody edits it."""
    text = plain(said)
    cell.value = text
    # openpyxl takes "=…" for a formula; Excel itself would, as soon as somebody edits a cell that is not quoted.
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_COMPUTED)
