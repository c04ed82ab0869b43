"""Map an indexed page to its row and back."""

from collections.abc import Mapping
from dataclasses import astuple
from datetime import datetime
from typing import Any

from services.search.domain.keys import file_types, numbers
from services.search.domain.page import AttachedFile, IndexedField, IndexedPage

# What a page has plainly: text, numbers, dates.
_PLAIN = (
    "entry", "change_number", "revision", "notebook", "notebook_reference", "notebook_title", "reference", "number",
    "state", "title", "text", "author", "author_name", "unit", "unit_code", "team", "team_name", "created_at",
    "changed_at", "denied",
)  # fmt: skip
_MOMENTS = ("created_at", "changed_at")
_LISTS = ("tags", "comments", "labels")


def row_of(page: IndexedPage) -> dict[str, Any]:
    """Return the columns of a page, all but its words and its generation."""
    row: dict[str, Any] = {name: _clean(getattr(page, name)) for name in _PLAIN}
    row |= {name: [_clean(one) for one in getattr(page, name)] for name in _LISTS}
    row["fields"] = [[_clean(field.name), _clean(field.value)] for field in page.fields]
    row["files"] = [[_clean(part) for part in astuple(file)] for file in page.files]
    row["blobs"] = sorted({file.sha256 for file in page.files})
    row["file_types"] = list(file_types(page))
    row["numbers"] = [
        {"name": name, "written": one.as_written, "base": one.base, "dimension": one.dimension}
        for name, one in numbers(page)
    ]
    return row


def page_of(row: Mapping[str, Any]) -> IndexedPage:
    """Return the page of a row, as JSON tells it."""
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN}
    plain |= {name: datetime.fromisoformat(row[name]) for name in _MOMENTS}
    lists: dict[str, Any] = {name: tuple(row[name]) for name in _LISTS}
    return IndexedPage(
        **plain,
        **lists,
        fields=tuple(IndexedField(*pair) for pair in row["fields"]),
        files=tuple(AttachedFile(*parts) for parts in row["files"]),
    )


def _clean(value: Any) -> Any:
    """PostgreSQL's text holds every character but NUL."""
    return value.replace("\x00", "") if isinstance(value, str) else value
