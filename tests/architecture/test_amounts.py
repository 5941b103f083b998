"""Does every door count the digits of an amount before anybody computes with it?"""

import importlib
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts.catalog import SERVICES
from contracts.envelope import Amount, GivenAmount


def routes(within: Any) -> Iterator[Any]:
    for route in within.routes:
        inner = getattr(route, "original_router", None)
        yield from routes(inner) if inner else [route]


def doors() -> Iterator[tuple[str, Any]]:
    """Give every body and every question of every service, with its place."""
    for service in SERVICES:
        for route in routes(importlib.import_module(f"{service}.api").router):
            dependant = getattr(route, "dependant", None)
            for asked in dependant.body_params + dependant.query_params if dependant else ():
                kept = [each for each in asked.field_info.metadata if "AsItsSchemaSays" not in type(each).__name__]
                kind = asked.field_info.annotation
                place = f"{service} {min(route.methods)} {route.path} {asked.name}"
                yield place, Annotated[kind, *kept] if kept else kind


def unbounded(schema: Any, at: str = "") -> Iterator[str]:
    """Name the decimals of a type whose digits nobody counts."""
    if isinstance(schema, dict):
        if schema.get("type") == "decimal" and "max_digits" not in schema:
            yield at
        for name, each in schema.items():
            if name != "metadata":
                yield from unbounded(each, f"{at}.{name}" if name not in ("schema", "fields") else at)
    elif isinstance(schema, list | tuple):
        for each in schema:
            yield from unbounded(each, at)


class _Open(BaseModel):
    amounts: dict[str, Amount | None]


class _Bounded(BaseModel):
    amounts: dict[str, GivenAmount | None]


def test_every_amount_from_outside_has_a_most_of_digits() -> None:
    found = {place: list(unbounded(TypeAdapter(kind).core_schema)) for place, kind in doors()}
    assert len(found) > 100, "the doors are found"
    assert {place: fields for place, fields in found.items() if fields} == {}
    assert list(unbounded(TypeAdapter(_Open).core_schema)), "the search works"
    assert not list(unbounded(TypeAdapter(_Bounded).core_schema))


@pytest.mark.parametrize("written", ["1E+3000000", "1E-3000000", "1" * 31])
def test_what_is_short_to_write_and_long_to_compute_with_is_no_amount(written: str) -> None:
    with pytest.raises(ValidationError):
        _Bounded.model_validate({"amounts": {"1.1": written}})
