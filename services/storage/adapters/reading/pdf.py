"""Read PDF (ISO 32000-2) with PDFium: text by page, pictures of the first pages."""

from collections.abc import Iterator
from typing import BinaryIO, Final

import pypdfium2
import pypdfium2.raw

from services.storage.adapters.reading.gather import Gatherer, Unreadable
from services.storage.adapters.reading.pictures import PAGE_PIXELS, THUMBNAIL_PIXELS, png
from services.storage.domain.reading import MOST_PAGES, PlaceKind, Preview, Reason

PICTURED_PAGES: Final = 3
_LOCKED = frozenset({pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY})


def read(file: BinaryIO, gatherer: Gatherer) -> None:
    """Gather the text of each page; show the first as pictures."""
    document = _opened(file)
    gatherer.previews = _pictures(document)
    for number in range(len(document)):
        if number == MOST_PAGES:
            gatherer.stop(Reason.TOO_MANY_PAGES)
        gatherer.add(PlaceKind.PAGE, f"p. {number + 1}", _text(document, number))


def _opened(file: BinaryIO) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(Reason.ENCRYPTED if error.err_code in _LOCKED else Reason.DAMAGED) from error


def _text(document: pypdfium2.PdfDocument, number: int) -> str:
    """Return a page's text; a page that is broken has none, the others still do."""
    try:
        page = document[number]
        shown = page.get_textpage()
    except pypdfium2.PdfiumError:
        return ""
    try:
        return str(shown.get_text_bounded())
    finally:
        shown.close()
        page.close()


def _pictures(document: pypdfium2.PdfDocument) -> Iterator[Preview]:
    for number in range(min(PICTURED_PAGES, len(document))):
        page = document[number]
        longest = max(*page.get_size(), 1.0)
        picture = page.render(scale=PAGE_PIXELS / longest).to_pil()
        if number == 0:
            yield png(picture, "thumbnail", most_pixels=THUMBNAIL_PIXELS)
        yield png(picture, f"page-{number + 1}", most_pixels=PAGE_PIXELS)
        page.close()
