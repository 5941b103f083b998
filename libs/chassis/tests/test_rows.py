"""What comes out of a table is a document, whose keys are plain text."""

from importlib import import_module

import pytest
from sqlalchemy import Column, Integer, Table

from chassis.db import new_metadata
from contracts.catalog import SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_the_columns_of_all_tables_have_plain_names(service: str) -> None:
    tables = import_module(f"{service}.tables").metadata.tables
    assert tables
    assert {type(column.name) for table in tables.values() for column in table.columns} == {str}


def test_a_new_table_has_plain_names_too() -> None:
    assert type(Table("anything", new_metadata(), Column("amount", Integer)).c.amount.name) is str
