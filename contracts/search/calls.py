"""Agree on searching: rights are applied inside the index, never after (decisions.md 2)."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.entries.notebooks import EntryState
from contracts.envelope import Call, Message, Page
from contracts.identifiers import EntryId, EntryReference, NotebookId, NotebookReference, PersonId, StructureId


class Snippet(Message):
    """A piece of text around a match; ``ranges`` are [start, end) of the marked words in code points."""

    place: Literal["title", "text", "field", "tag", "comment", "attachment_name", "attachment"]
    text: str
    ranges: tuple[tuple[int, int], ...] = ()
    # In an attachment: its name, and where in it a reader finds the passage (`p. 3`, `Feuil1!B12`).
    file: str | None = None
    label: str | None = None


class Hit(Message):
    """One page found."""

    entry: EntryId
    reference: EntryReference
    notebook: NotebookId
    notebook_reference: NotebookReference
    notebook_title: str
    title: str
    state: EntryState
    author: PersonId
    author_name: str
    changed_at: datetime
    snippets: tuple[Snippet, ...] = ()
    score: float = 0.0


Facet = Literal["unit", "team", "notebook", "author", "year_month", "state", "file_type", "tag"]


class FacetValue(Message):
    """How many of the pages found have this value; counts what the reader may read, exactly."""

    value: str
    label: str
    count: int


class Found(Message):
    """A slice of hits, the exact ``total``, and the facets asked for by name."""

    items: tuple[Hit, ...]
    total: int
    facets: dict[str, tuple[FacetValue, ...]] = {}
    next_cursor: str | None = None


class FindEntries(Call, Page):
    """Find pages by a query (docs/flows/find-a-page.md, "The language"), within filters: one value of each facet."""

    service = "search"
    method = "find_entries"
    q: str = Field(default="", max_length=2000)
    notebook: NotebookId | None = None
    unit: StructureId | None = None
    team: StructureId | None = None
    author: PersonId | None = None
    state: EntryState | None = None
    tag: str | None = Field(default=None, max_length=200)
    file_type: str | None = Field(default=None, max_length=20)
    year_month: str | None = Field(default=None, pattern=r"^\d{4}-\d\d$")
    sort: Literal["relevance", "newest"] = "relevance"
    facets: tuple[Facet, ...] = ()
    reply: ClassVar[type[Message]] = Found
