"""Hold a page as search indexes it, and what a search answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
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

Place = Literal["title", "text", "field", "tag", "attachment_name"]
# A counts most in a ranking, D least (PostgreSQL's four weights, OpenSearch's boosts).
Weight = Literal["A", "B", "C", "D"]


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a page that is searched as one: no phrase reaches over its end. ``place`` none = never shown."""

    place: Place | None
    weight: Weight
    text: str


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
    field_texts: tuple[str, ...]
    attachment_names: tuple[str, ...]
    author: PersonId
    author_name: str
    unit: StructureId
    unit_code: str
    team: StructureId | None
    created_at: datetime
    changed_at: datetime
    labels: tuple[AccessLabel, ...]
    denied: bool

    def sections(self) -> Iterator[Section]:
        """Yield what is searched, the most telling first."""
        yield Section("title", "A", self.title)
        yield Section(None, "B", self.reference)
        yield from (Section("tag", "B", tag) for tag in self.tags)
        yield from (Section("field", "C", text) for text in self.field_texts)
        yield from (Section("attachment_name", "C", name) for name in self.attachment_names)
        yield Section(None, "C", self.author_name)
        yield Section(None, "D", self.notebook_title)
        yield Section("text", "D", self.text)


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
