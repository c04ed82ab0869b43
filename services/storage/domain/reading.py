"""Own what was read inside a file: text by place, previews, and why something is missing. Derived, never evidence."""

from dataclasses import dataclass
from enum import StrEnum

# Raised when reading gets better: what an older version read is read again when it is next asked for.
VERSION = 1
JOB_KIND = "read"
MOST_CHARACTERS = 1_000_000
MOST_PLACES = 50_000
MOST_PAGES = 2_000
# One of a few previews of a file.
MOST_PREVIEW_BYTES = 512 * 1024


class PlaceKind(StrEnum):
    """What a place is in the file's own terms."""

    PAGE = "page"
    CELL = "cell"
    SLIDE = "slide"
    LINE = "line"
    TEXT = "text"


class Status(StrEnum):
    """How reading ended."""

    DONE = "done"
    NONE = "none"
    FAILED = "failed"


class Reason(StrEnum):
    """Why text is missing, or was cut short; the file itself is kept and can be downloaded whatever the reason."""

    WHOLE = ""
    # A password is needed to read it.
    ENCRYPTED = "encrypted"
    # It breaks the rules of its own format.
    DAMAGED = "damaged"
    # It unpacks to far more than it weighs, or nests without end: made to exhaust whoever opens it.
    BOMB = "bomb"
    # Reading it needed more memory than one file may have.
    TOO_MUCH_MEMORY = "too_much_memory"
    # Reading it took longer than one file may.
    TOO_SLOW = "too_slow"
    # It weighs more than is ever read inside.
    TOO_LARGE = "too_large"
    # Its first pages were read.
    TOO_MANY_PAGES = "too_many_pages"
    # Its first million characters were read.
    TOO_MUCH_TEXT = "too_much_text"
    # Its bytes are gone.
    LOST = "lost"
    # A defect of ours.
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Place:
    """A passage, and the ``label`` under which a reader finds it: "p. 3", "Feuil1!B12", "slide 4", "line 120"."""

    kind: PlaceKind
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture (PNG) or table (JSON) made by us from the file: ``thumbnail``, ``page-1`` … ``page-3``, ``table``."""

    kind: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found; ``media_type`` is what the bytes say, empty when they say nothing."""

    status: Status
    reason: Reason = Reason.WHOLE
    media_type: str = ""
    places: tuple[Place, ...] = ()
    truncated: bool = False
    previews: tuple[Preview, ...] = ()


def failed(reason: Reason, *, media_type: str = "") -> Reading:
    """Return the reading of a file that could not be read."""
    return Reading(Status.FAILED, reason, media_type)


_WORDS = "words"
_ARCHIVE = "archive"
_COMPOUND = "compound"
# One family a way of writing bytes; types that are not here may be anything.
_FAMILIES = {
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/pjpeg": "jpeg",
    "image/gif": "gif",
    "image/tiff": "tiff",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/x-ms-bmp": "bmp",
    "image/svg+xml": _WORDS,
    "application/json": _WORDS,
    "application/xml": _WORDS,
    "application/zip": _ARCHIVE,
    "application/x-zip-compressed": _ARCHIVE,
    "application/msword": _COMPOUND,
    "application/vnd.ms-excel": _COMPOUND,
    "application/vnd.ms-powerpoint": _COMPOUND,
    "application/x-ole-storage": _COMPOUND,
    "application/x-executable": "program",
    "application/vnd.microsoft.portable-executable": "program",
}
_OFFICE = ("application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.")


def media_type_lies(claimed: str, found: str) -> bool:
    """Tell whether bytes that are ``found`` were sent as something they cannot be; doubt is no lie."""
    said, seen = (media_type.partition(";")[0].strip().lower() for media_type in (claimed, found))
    if said == seen:
        return False
    if said.startswith(_OFFICE) and seen.startswith(_OFFICE):
        return True
    families = _family(said), _family(seen)
    return "" not in families and families[0] != families[1]


def _family(media_type: str) -> str:
    if media_type.startswith("text/"):
        return _WORDS
    return _ARCHIVE if media_type.startswith(_OFFICE) else _FAMILIES.get(media_type, "")
