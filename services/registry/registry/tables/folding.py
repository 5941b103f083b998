"""Text without its marks, as SQL: for searches that no column of its own answers."""

from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal_column


def folded(text: ColumnElement[Any]) -> ColumnElement[str]:
    """What ``fold`` makes of a text, said to the letter and without a parameter, so that an index on it answers."""
    decomposed = func.normalize(func.lower(text), literal_column("NFD"))
    plain = func.replace(decomposed, _said("đ"), _said("d"))
    return func.regexp_replace(plain, _said("[\u0300-\u036f]"), _said(""), _said("g"), type_=Text)


def _said(letters: str) -> ColumnElement[str]:
    return literal_column(f"'{letters}'", Text)
