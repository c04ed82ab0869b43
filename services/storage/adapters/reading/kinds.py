"""Choose who reads which kind of file; each library is loaded only for its own kind."""

from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO, Final, cast

from services.storage.adapters.reading.gather import Gatherer, Unreadable
from services.storage.adapters.reading.sniffing import ENCRYPTED, HTML, ODF, OOXML, PDF, PLAIN, ZIP
from services.storage.domain.reading import Reason

Reader = Callable[[BinaryIO, Gatherer], None]

_READERS: Final = {
    PDF: "pdf:read",
    f"{OOXML}wordprocessingml.document": "letters:read_docx",
    f"{OOXML}spreadsheetml.sheet": "sheets:read",
    f"{OOXML}presentationml.presentation": "slides:read",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": "sheets:read",
    "application/vnd.ms-excel": "sheets:read",
    f"{ODF}text": "letters:read_odt",
    f"{ODF}spreadsheet": "sheets:read",
    f"{ODF}presentation": "letters:read_odp",
    ZIP: "archives:look_at",
    ENCRYPTED: "kinds:refuse_encrypted",
    HTML: "letters:read_html",
    PLAIN: "lines:read",
    "image/png": "pictures:read",
    "image/jpeg": "pictures:read",
    "image/gif": "pictures:read",
    "image/tiff": "pictures:read",
    "image/webp": "pictures:read",
    "image/bmp": "pictures:read",
}
_TABULAR: Final = (".csv", ".tsv")


def reader_of(media_type: str, *, suffix: str) -> Reader | None:
    """Return who reads it, None when nobody does; of plain text only the name's ending tells that it is a table."""
    place = _READERS.get(media_type)
    if media_type == PLAIN and suffix.lower() in _TABULAR:
        place = "lines:read_csv"
    if place is None:
        return None
    module, _, function = place.partition(":")
    return cast("Reader", getattr(import_module(f"services.storage.adapters.reading.{module}"), function))


def holds_text(media_type: str) -> bool:
    """Tell whether a kind that is read has text at all."""
    return media_type != ZIP and not media_type.startswith("image/")


def refuse_encrypted(file: BinaryIO, gatherer: Gatherer) -> None:  # noqa: ARG001 -- a reader by its shape
    """Say that a password is needed."""
    raise Unreadable(Reason.ENCRYPTED)
