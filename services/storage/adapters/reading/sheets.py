"""Read spreadsheets (xlsx, xlsb, xls, ods) with calamine: every cell under the name people give it."""

from collections.abc import Iterator
from typing import BinaryIO, Final

import python_calamine

from services.storage.adapters.reading import archives
from services.storage.adapters.reading.gather import Gatherer, Unreadable
from services.storage.adapters.reading.tables import MOST_ROWS, MOST_SHEETS, Table, shown_cell, table_preview
from services.storage.domain.reading import PlaceKind, Preview, Reason

_LETTERS: Final = 26
_A: Final = 65


def read(file: BinaryIO, gatherer: Gatherer) -> None:
    """Gather every cell that is not empty, ``Feuil1!B12``; show each sheet's upper left corner."""
    if file.read(2) == b"PK":
        archives.check(file)
    file.seek(0)
    tables: list[Table] = []
    gatherer.previews = _preview(tables)
    try:
        with _opened(file) as book:
            for name in book.sheet_names:
                _sheet(book.get_sheet_by_name(name), gatherer, tables)
    except python_calamine.CalamineError as error:
        raise Unreadable(Reason.DAMAGED) from error


def _preview(tables: list[Table]) -> Iterator[Preview]:
    """Make the preview of what ``tables`` holds by then."""
    yield table_preview(tables)


def _opened(file: BinaryIO) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.CalamineWorkbook.from_filelike(file)
    except python_calamine.PasswordError as error:
        raise Unreadable(Reason.ENCRYPTED) from error


def _sheet(sheet: python_calamine.CalamineSheet, gatherer: Gatherer, tables: list[Table]) -> None:
    _, left = sheet.start or (0, 0)
    if len(tables) < MOST_SHEETS:
        tables.append(Table.of(sheet.name, sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 1)))
    # Rows begin at the first of the sheet, columns at the first that holds anything.
    for row, cells in enumerate(sheet.iter_rows(), start=1):
        for column, value in enumerate(cells, start=left):
            if value != "":
                gatherer.add(PlaceKind.CELL, f"{sheet.name}!{column_name(column)}{row}", shown_cell(value))


def column_name(number: int) -> str:
    """Return A for 0, Z for 25, AA for 26 (ECMA-376-1 §18.3.1.4)."""
    name = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, _LETTERS)
        name = chr(_A + letter) + name
    return name
