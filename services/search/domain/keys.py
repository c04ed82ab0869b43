"""
Name the facts of a page as keys, the same for every engine: ``state=open``, ``author=prevost``, ``type=pdf``.

What the query language asks with ``word:value`` is the presence of one of them.
"""

import mimetypes
from collections.abc import Iterator

from services.search.domain.folding import fold, slug, words
from services.search.domain.page import AttachedFile, IndexedField, IndexedPage
from services.search.domain.quantities import Quantity, quantity

# States that somebody has signed for; in a circuit the first signatures may still be missing.
_SIGNED_STATES = frozenset({"signed", "sealed"})
# A field of prose is found by its words anyway; only short values are worth a key a word.
MOST_FIELD_WORDS = 12
_FAMILIES = {
    "spreadsheet": {"xlsx", "xls", "ods", "csv", "tsv"},
    "document": {"pdf", "docx", "doc", "odt", "rtf"},
    "presentation": {"pptx", "ppt", "odp"},
    "text": {"txt", "md", "html", "json", "xml", "log"},
    "archive": {"zip", "gz", "tar", "7z", "eln"},
}
_SAME = {"jpeg": "jpg", "tiff": "tif", "htm": "html", "markdown": "md"}
_UNKNOWN = "bin"


def keys(page: IndexedPage) -> frozenset[str]:
    """Return every key of a page."""
    return frozenset(_keys(page))


def file_type(file: AttachedFile) -> str:
    """Return the type people know a file by: the end of its name, else what its media type is usually called."""
    stem, dot, ending = file.name.rpartition(".")
    folded = fold(ending)
    if not (dot and stem and folded.isalnum() and folded.isascii() and len(folded) <= 8):
        folded = (mimetypes.guess_extension(file.media_type) or _UNKNOWN).removeprefix(".")
    return _SAME.get(folded, folded)


def file_types(page: IndexedPage) -> tuple[str, ...]:
    """Return the different types of a page's files."""
    return tuple(sorted({file_type(file) for file in page.files}))


def numbers(page: IndexedPage) -> tuple[tuple[str, Quantity], ...]:
    """Return the numbers and days among the fields of a page, each under its field's name."""
    found = ((field_name(field.name), quantity(field.value)) for field in page.fields)
    return tuple((name, one) for name, one in found if one is not None)


def field_name(name: str) -> str:
    """Return a field's name as queries write it: `Température (°C)` is ``temperature``."""
    return slug(name.partition("(")[0]) or slug(name)


def _keys(page: IndexedPage) -> Iterator[str]:
    yield f"state={page.state}"
    yield from _named("author", page.author, page.author_name)
    yield from _named("notebook", page.notebook, page.notebook_title)
    yield f"notebook={slug(page.notebook_reference)}"
    yield from _named("unit", page.unit, "")
    yield f"unit={slug(page.unit_code)}"
    if page.team is not None:
        yield from _named("team", page.team, page.team_name)
    yield from (f"ref={part}" for part in (slug(page.reference), str(page.number)))
    yield from (f"tag={slug(tag)}" for tag in page.tags)
    yield from _has(page)
    for file in page.files:
        yield from _types(file)
    for field in page.fields:
        yield from _field(field)


def _named(kind: str, identifier: str, name: str) -> Iterator[str]:
    yield f"{kind}={slug(identifier)}"
    yield from (f"{kind}={word.folded}" for word in words(name))


def _has(page: IndexedPage) -> Iterator[str]:
    if page.files:
        yield "has=attachment"
    if page.comments:
        yield "has=comment"
    if page.state in _SIGNED_STATES:
        yield "has=signature"


def _types(file: AttachedFile) -> Iterator[str]:
    known = file_type(file)
    yield f"type={known}"
    yield from (f"type={family}" for family, members in _FAMILIES.items() if known in members)
    if (medium := file.media_type.partition("/")[0]) in {"image", "audio", "video"}:
        yield f"type={medium}"


def _field(field: IndexedField) -> Iterator[str]:
    name = field_name(field.name)
    yield f"field={name}"
    spoken = words(field.value)
    if len(spoken) <= MOST_FIELD_WORDS:
        yield from (f"field-{name}={word.folded}" for word in spoken)
