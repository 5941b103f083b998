"""Lists as files: read, checked without a trace, kept in pieces, written."""

from registry.actions.lists.imports import check_list, keep_list, take_list, unit_of_import
from registry.actions.lists.spreadsheets import write_xlsx

__all__ = ["check_list", "keep_list", "take_list", "unit_of_import", "write_xlsx"]
