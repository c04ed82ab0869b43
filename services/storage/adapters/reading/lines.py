"""Read text: lines of txt, md, csv and their like, in whatever encoding they came."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from charset_normalizer import from_bytes

from services.storage.adapters.reading.gather import Gatherer
from services.storage.adapters.reading.tables import Table, table_preview
from services.storage.domain.reading import PlaceKind, Preview, Reason

# More than a million characters in any encoding.
MOST_BYTES: Final = 4 * 1024 * 1024
_SAMPLE_BYTES: Final = 64 * 1024
_DELIMITERS: Final = ",;\t|"


def read(file: BinaryIO, gatherer: Gatherer) -> None:
    """Gather every line that is not blank."""
    _gather(decoded(file, gatherer), gatherer)


def read_csv(file: BinaryIO, gatherer: Gatherer) -> None:
    """Gather every line; show the first rows as a table (RFC 4180, and its relatives with other delimiters)."""
    text = decoded(file, gatherer)
    gatherer.previews = _table(text)
    _gather(text, gatherer)


def decoded(file: BinaryIO, gatherer: Gatherer) -> str:
    """Return the text of the first megabytes, and note when there are more."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        gatherer.cut = Reason.TOO_MUCH_TEXT
        content = content[:MOST_BYTES]
    for encoding in _candidates(content):
        try:
            return content.decode(encoding, "strict" if encoding == "utf-8-sig" else "replace")
        except UnicodeDecodeError as error:
            # A character that the cut went through is no sign of another encoding.
            if error.start >= len(content) - 4 and len(content) == MOST_BYTES:
                return content[: error.start].decode(encoding)
    return content.decode("latin-1")


def _candidates(content: bytes) -> Iterator[str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield "utf-16"
    yield "utf-8-sig"
    best = from_bytes(content[:_SAMPLE_BYTES]).best()
    # What old instruments and spreadsheets write in France (Windows code page 1252).
    yield best.encoding if best is not None and best.encoding != "ascii" else "cp1252"


def _gather(text: str, gatherer: Gatherer) -> None:
    for number, line in enumerate(io.StringIO(text), start=1):
        gatherer.add(PlaceKind.LINE, f"line {number}", line)


def _table(text: str) -> Iterator[Preview]:
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:_SAMPLE_BYTES], _DELIMITERS)
    except csv.Error:
        dialect = csv.excel
    try:
        yield table_preview([Table.of("", csv.reader(io.StringIO(text), dialect))])
    except csv.Error:
        return
