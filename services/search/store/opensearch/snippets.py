"""Cut snippets: OpenSearch finds and marks the passage, its place is looked up in the texts of the files."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.search.domain.marking import MOST_SNIPPETS, SNIPPET_CHARACTERS
from services.search.domain.page import FileText, IndexedPage, Place, Snippet
from services.search.store.opensearch.documents import clean

# Private-use characters mark what matched: no page shows them, and each is one code point.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACES: dict[str, Place] = {
    "title": "title", "text": "text", "tag_texts": "tag", "field_texts": "field", "comments": "comment",
    "file_names": "attachment_name", "inside": "attachment",
}  # fmt: skip
_WHOLE = frozenset({"title", "tag_texts", "file_names"})
HIGHLIGHT: dict[str, Any] = {
    "type": "unified", "pre_tags": [_OPEN], "post_tags": [_CLOSE], "order": "score",
    "fragment_size": SNIPPET_CHARACTERS - 40, "number_of_fragments": 1,
    "fields": {field: {"number_of_fragments": 0} if field in _WHOLE else {} for field in _PLACES},
}  # fmt: skip


def snippets(
    page: IndexedPage, marked: Mapping[str, Sequence[str]], texts: Mapping[str, FileText]
) -> tuple[Snippet, ...]:
    """Return at most ``MOST_SNIPPETS`` pieces, title and text first."""
    found = [snippet for field in _PLACES if (snippet := _snippet(page, field, marked.get(field, ()), texts))]
    return tuple(found[:MOST_SNIPPETS])


def _snippet(page: IndexedPage, field: str, pieces: Sequence[str], texts: Mapping[str, FileText]) -> Snippet | None:
    piece = next((one for one in pieces if _OPEN in one), None)
    if piece is None:
        return None
    text, ranges = _unmarked(piece)
    file = label = None
    if field == "file_names":
        file = text
    elif field == "inside":
        file, label = _place_of(page, text, texts)
    return Snippet(_PLACES[field], text, ranges, file, label)


def _unmarked(piece: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return the text without its marks, and [start, end) of what they enclosed."""
    plain, ranges = "", list[tuple[int, int]]()
    for before, inner in _parts(piece):
        plain += before
        if inner:
            ranges.append((len(plain), len(plain) + len(inner)))
            plain += inner
    return plain, tuple(ranges)


def _parts(piece: str) -> Iterator[tuple[str, str]]:
    head, *rest = piece.split(_OPEN)
    yield head, ""
    for one in rest:
        inner, _, after = one.partition(_CLOSE)
        yield "", inner
        yield after, ""


def _place_of(page: IndexedPage, text: str, texts: Mapping[str, FileText]) -> tuple[str | None, str | None]:
    """Find the place a passage was cut from: the first whose text holds it."""
    wanted = text.strip()
    for file in page.files:
        known = texts.get(file.sha256)
        for place in known.places if known is not None else ():
            if wanted in clean(place.text):
                return file.name, place.label
    return None, None
