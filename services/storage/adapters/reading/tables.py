"""Show the first rows of tables as JSON: ``{"sheets": [{"name", "rows": [[…]], "truncated"}]}``."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Self

from services.storage.domain.reading import MOST_PREVIEW_BYTES, Preview

MOST_SHEETS: Final = 5
MOST_ROWS: Final = 200
MOST_COLUMNS: Final = 50
MOST_CELL_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Table:
    """The upper left corner of a sheet, every cell as people see it."""

    name: str
    rows: list[list[str]]
    truncated: bool

    @classmethod
    def of(cls, name: str, rows: Iterable[Sequence[Any]]) -> Self:
        """Take the first rows and columns."""
        corner = list(islice(iter(rows), MOST_ROWS + 1))
        truncated = len(corner) > MOST_ROWS or any(len(row) > MOST_COLUMNS for row in corner)
        shown = [[shown_cell(cell)[:MOST_CELL_CHARACTERS] for cell in row[:MOST_COLUMNS]] for row in corner[:MOST_ROWS]]
        return cls(name, shown, truncated)


def shown_cell(value: object) -> str:
    """Return a cell's value as a spreadsheet shows it, whole numbers without a point."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def table_preview(tables: Iterable[Table]) -> Preview:
    """Return the JSON; rows at the end go until it is small enough."""
    sheets = [{"name": one.name, "rows": one.rows, "truncated": one.truncated} for one in islice(tables, MOST_SHEETS)]
    content = _written(sheets)
    while len(content) > MOST_PREVIEW_BYTES:
        for sheet in sheets:
            sheet["rows"], sheet["truncated"] = sheet["rows"][: len(sheet["rows"]) // 2], True  # type: ignore[index,arg-type]
        content = _written(sheets)
    return Preview("table", "application/json", content)


def _written(sheets: list[dict[str, object]]) -> bytes:
    return json.dumps({"sheets": sheets}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
