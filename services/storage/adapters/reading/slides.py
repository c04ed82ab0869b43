"""Read pptx with python-pptx: text by slide, speaker's notes with it."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from services.storage.adapters.reading import archives
from services.storage.adapters.reading.gather import Gatherer
from services.storage.domain.reading import PlaceKind


def read(file: BinaryIO, gatherer: Gatherer) -> None:
    """Gather each slide."""
    archives.check(file)
    from pptx import Presentation

    for number, slide in enumerate(Presentation(file).slides, start=1):
        blocks = list(_shapes(slide.shapes))
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            blocks.append(slide.notes_slide.notes_text_frame.text)
        gatherer.add(PlaceKind.SLIDE, f"slide {number}", "\n".join(blocks))


def _shapes(shapes: Iterable[Any]) -> Iterator[str]:
    """Return the text of each shape, those inside groups included."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        elif shape.has_text_frame:
            yield shape.text_frame.text
        elif getattr(shape, "has_table", False):
            yield from ("\t".join(cell.text for cell in row.cells) for row in shape.table.rows)
