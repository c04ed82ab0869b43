"""Hold a page as search indexes it, and what a search answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from contracts.identifiers import (
    AccessLabel,
    EntryId,
    EntryReference,
    NotebookId,
    NotebookReference,
    PersonId,
    StructureId,
)
from services.search.domain.query import After

Place = Literal["title", "text", "field", "tag", "comment", "attachment_name", "attachment"]
# A counts most in a ranking, D least (PostgreSQL's four weights, OpenSearch's boosts). D is what lies in attachments.
Weight = Literal["A", "B", "C", "D"]


@dataclass(frozen=True, slots=True)
class Section:
    """
    A piece of a page that is searched as one: no phrase reaches over its end. ``place`` none = never shown.

    ``file`` and ``label`` say where in which attachment it stands (`gel.xlsx`, `Feuille1!B4`).
    """

    place: Place | None
    weight: Weight
    text: str
    file: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class IndexedField:
    """A field of a page: its name and its value as written, with its unit."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """An attachment of a page's newest revision."""

    name: str
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A piece of a file's text: ``label`` names where it stands, for people (`p. 3`, `Feuille1!B4`)."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class FileText:
    """What is known of the text inside a blob; no places when it holds none."""

    sha256: str
    places: tuple[TextPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexedPage:
    """An entry as it was at ``change_number``, with the labels that open it."""

    entry: EntryId
    change_number: int
    revision: int
    notebook: NotebookId
    notebook_reference: NotebookReference
    notebook_title: str
    reference: EntryReference
    number: int
    state: str
    title: str
    text: str
    tags: tuple[str, ...]
    fields: tuple[IndexedField, ...]
    comments: tuple[str, ...]
    files: tuple[AttachedFile, ...]
    author: PersonId
    author_name: str
    unit: StructureId
    unit_code: str
    team: StructureId | None
    team_name: str
    created_at: datetime
    changed_at: datetime
    labels: tuple[AccessLabel, ...]
    denied: bool

    def sections(self, texts: Mapping[str, FileText] = MappingProxyType({})) -> Iterator[Section]:
        """Yield what is searched, the most telling first; ``texts`` are those of its files, by digest."""
        yield Section("title", "A", self.title)
        yield Section(None, "B", self.reference)
        yield from (Section("tag", "B", tag) for tag in self.tags)
        yield Section(None, "C", self.author_name)
        yield Section(None, "C", self.notebook_title)
        yield from (Section("field", "C", f"{field.name} : {field.value}") for field in self.fields)
        yield Section("text", "C", self.text)
        yield from (Section("comment", "C", comment) for comment in self.comments)
        yield from (Section("attachment_name", "D", file.name, file.name) for file in self.files)
        for file in self.files:
            known = texts.get(file.sha256)
            for place in known.places if known is not None else ():
                yield Section("attachment", "D", place.text, file.name, place.label)


@dataclass(frozen=True, slots=True)
class ReaderLabel:
    """A label a person holds from a day until a day, both inclusive, in the institution's time zone."""

    label: AccessLabel
    from_date: date
    until_date: date | None


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a page around what matched; ``ranges`` are [start, end) in code points of ``text``."""

    place: Place
    text: str
    ranges: tuple[tuple[int, int], ...]
    file: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One page found, as the reader sees it in the list."""

    page: IndexedPage
    score: float
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of the found pages share a value; ``label`` is what people read."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """A slice of hits, the exact number of all, the facets asked for, and where the next slice begins."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    after: After | None
