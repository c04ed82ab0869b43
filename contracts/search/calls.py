"""Agree on searching: rights are applied inside the index, never after (decisions.md 2)."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.entries.notebooks import EntryState
from contracts.envelope import Call, Message, Page
from contracts.identifiers import EntryId, EntryReference, NotebookId, NotebookReference, PersonId, StructureId


class Snippet(Message):
    """A piece of text around a match; ``ranges`` are [start, end) of the marked words in code points."""

    place: Literal["title", "text", "field", "tag", "attachment_name"]
    text: str
    ranges: tuple[tuple[int, int], ...] = ()


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


class FacetValue(Message):
    """How many of the pages found have this value; counts what the reader may read, exactly."""

    value: str
    label: str
    count: int


class Found(Message):
    """A slice of hits, the exact ``total``, and facets by name (state, notebook, author, year_month)."""

    items: tuple[Hit, ...]
    total: int
    facets: dict[str, tuple[FacetValue, ...]] = {}
    next_cursor: str | None = None


class FindEntries(Call, Page):
    """Find pages by words (French and English), ``"phrase"``, ``-not``, OR, within filters."""

    service = "search"
    method = "find_entries"
    q: str = Field(default="", max_length=2000)
    notebook: NotebookId | None = None
    unit: StructureId | None = None
    author: PersonId | None = None
    state: EntryState | None = None
    sort: Literal["relevance", "newest"] = "relevance"
    facets: tuple[Literal["state", "notebook", "author", "year_month"], ...] = ()
    reply: ClassVar[type[Message]] = Found
