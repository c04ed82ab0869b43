"""Map an indexed page to its document and back."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.search.domain.folding import compounds
from services.search.domain.keys import file_types, keys, numbers
from services.search.domain.page import AttachedFile, FileText, IndexedField, IndexedPage

# More text than a thousand printed pages; what follows is not indexed.
MOST_INSIDE_CHARACTERS = 5_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT = (
    "entry", "change_number", "revision", "notebook", "notebook_reference", "notebook_title", "reference", "number",
    "state", "title", "author", "author_name", "unit", "unit_code", "team", "team_name", "denied",
)  # fmt: skip


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970 UTC: a cursor compares them exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(microseconds_since_1970: int) -> datetime:
    """Return the moment."""
    return _EPOCH + timedelta(microseconds=microseconds_since_1970)


def clean(text: str) -> str:
    """Compose accents, as the engine's analysis knows them composed only, and leave out what no page shows."""
    return unicodedata.normalize("NFC", text.replace("\x00", ""))


@dataclass(frozen=True, slots=True)
class Documents:
    """Write documents; ``time_zone`` is the institution's (IANA name)."""

    time_zone: str

    def document_of(self, page: IndexedPage, texts: Mapping[str, FileText]) -> dict[str, Any]:
        """Return the document of a page with the texts of its files, by digest."""
        inside = list(_inside(page, texts))
        file_names = [clean(file.name) for file in page.files]
        own = {
            "title": clean(page.title),
            "text": clean(page.text),
            "tag_texts": [clean(tag) for tag in page.tags],
            "reference_text": page.reference,
            "about": [clean(page.author_name), clean(page.notebook_title)],
            "field_texts": [clean(f"{field.name} : {field.value}") for field in page.fields],
            "comments": [clean(comment) for comment in page.comments],
        }
        inside_names = sorted(_names([*file_names, *inside]))
        return {
            **own,
            "file_names": file_names,
            "inside": inside,
            "names": sorted({*_names(_values(own)), *inside_names}),
            "inside_names": inside_names,
            "keys": sorted(keys(page)),
            "entry": page.entry,
            "labels": page.labels,
            "denied": page.denied,
            "change_number": page.change_number,
            "changed_us": microseconds(page.changed_at),
            "created_at": page.created_at.isoformat(),
            "numbers": [
                {"name": name, "written": one.as_written, "base": one.base, "dimension": one.dimension}
                for name, one in numbers(page)
            ],
            **self._facets(page),
            "shown": _shown(page),
        }

    def _facets(self, page: IndexedPage) -> dict[str, Any]:
        return {
            "unit": page.unit, "unit_code": page.unit_code, "team": page.team, "team_name": page.team_name,
            "notebook": page.notebook, "notebook_reference": page.notebook_reference, "author": page.author,
            "author_name": page.author_name, "state": page.state, "tags": page.tags, "file_types": file_types(page),
            "year_month": f"{page.created_at.astimezone(ZoneInfo(self.time_zone)):%Y-%m}",
        }  # fmt: skip


def page_of(shown: Mapping[str, Any]) -> IndexedPage:
    """Return the page a hit shows; its text stays in the index."""
    return IndexedPage(
        **{name: shown[name] for name in _KEPT},
        text="",
        comments=(),
        tags=tuple(shown["tags"]),
        labels=tuple(shown["labels"]),
        fields=tuple(IndexedField(**field) for field in shown["fields"]),
        files=tuple(AttachedFile(*file) for file in shown["files"]),
        created_at=datetime.fromisoformat(shown["created_at"]),
        changed_at=datetime.fromisoformat(shown["changed_at"]),
    )


def _shown(page: IndexedPage) -> dict[str, Any]:
    return {
        **{name: getattr(page, name) for name in _KEPT},
        "tags": page.tags, "labels": page.labels, "fields": [asdict(field) for field in page.fields],
        "files": [astuple(file) for file in page.files], "created_at": page.created_at.isoformat(),
        "changed_at": page.changed_at.isoformat(),
    }  # fmt: skip


def _inside(page: IndexedPage, texts: Mapping[str, FileText]) -> Iterator[str]:
    """Yield the text of each place of each file, one value each: no phrase reaches from cell to cell."""
    room = MOST_INSIDE_CHARACTERS
    for file in page.files:
        known = texts.get(file.sha256)
        for place in known.places if known is not None else ():
            room -= len(place.text)
            if room < 0:
                return
            yield clean(place.text)


def _values(own: Mapping[str, Any]) -> Iterator[str]:
    for value in own.values():
        if isinstance(value, str):
            yield value
        else:
            yield from value


def _names(texts: Iterable[str]) -> set[str]:
    """Return what is written with hyphens, as one word each."""
    return {token.word.folded for text in texts for token in compounds(text)}
