"""Read standard input: ``python -m services.storage.adapters.reading MEMORY_BYTES CPU_SECONDS PARENT SUFFIX``."""

import os
import sys
import traceback
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from services.storage.adapters.reading.frames import failed_frame, kind_frame, preview_frame, text_frame
from services.storage.adapters.reading.walls import shut
from services.storage.domain.reading import Preview, Reason, Status


def main() -> None:
    """Shut the walls, then look."""
    memory_bytes, cpu_seconds, parent = map(int, sys.argv[1:4])
    shut(memory_bytes=memory_bytes, cpu_seconds=cpu_seconds, parent=parent)
    from services.storage.adapters.reading.sniffing import sniff

    file = os.fdopen(0, "rb")
    try:
        media_type = sniff(file)
        _tell(kind_frame(media_type))
        previews = _read(file, media_type, suffix=sys.argv[4])
    except BaseException as error:  # noqa: BLE001 -- whatever a stranger's file does ends here, and has a reason
        traceback.print_exc()
        _tell(failed_frame(_reason(error)))
        return
    for preview in previews:
        _tell(preview_frame(preview))


def _read(file: BinaryIO, media_type: str, *, suffix: str) -> Iterable[Preview]:
    """Tell the text; return the previews, which may fail without costing it."""
    from services.storage.adapters.reading.gather import Enough, Gatherer
    from services.storage.adapters.reading.kinds import holds_text, reader_of

    reader, gatherer = reader_of(media_type, suffix=suffix), Gatherer()
    if reader is not None:
        with suppress(Enough):
            reader(file, gatherer)
    status = Status.DONE if reader is not None and holds_text(media_type) else Status.NONE
    _tell(text_frame(status, gatherer.places, gatherer.cut))
    return gatherer.previews


def _reason(error: BaseException) -> Reason:
    """Name what is wrong: with the file when a library stumbled over it, with us when we did."""
    from lxml.etree import XMLSyntaxError

    from services.storage.adapters.reading.gather import Unreadable

    match error:
        case Unreadable():
            return error.reason
        case MemoryError():
            return Reason.TOO_MUCH_MEMORY
        case XMLSyntaxError() if _exhausting(str(error)):
            return Reason.BOMB
        case RecursionError():
            return Reason.BOMB
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    ours = Path(frame.f_code.co_filename).is_relative_to(Path(__file__).parent)
    return Reason.INTERNAL if ours else Reason.DAMAGED


def _exhausting(complaint: str) -> bool:
    """Tell whether libxml2 stopped at one of its bounds rather than at a mistake."""
    return any(sign in complaint for sign in ("depth", "amplification", "entity", "xmlSAX2", "too long", "huge"))


def _tell(frame: bytes) -> None:
    """Hand a frame over whole: what follows may end this process."""
    sys.stdout.buffer.write(frame)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
