"""Map an indexed page to its row and back."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping

from services.search.domain.page import IndexedPage

_LISTS = ("tags", "field_texts", "attachment_names", "labels")


def row_of(page: IndexedPage) -> dict[str, Any]:
    """Return the columns of a page, all but its words."""
    row = asdict(page)
    for name in _LISTS:
        row[name] = list(row[name])
    # PostgreSQL's text holds every character but NUL.
    return {name: value.replace("\x00", "") if isinstance(value, str) else value for name, value in row.items()}


def page_of(row: RowMapping) -> IndexedPage:
    """Return the page of a row."""
    fields: dict[str, Any] = {str(name): value for name, value in row.items()}
    return IndexedPage(**fields | {name: tuple(fields[name]) for name in _LISTS})
