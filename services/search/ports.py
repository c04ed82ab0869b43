"""What the use cases of search need: an index to read, a unit of work to feed it, and the house of entries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from contracts.identifiers import EntryId, NotebookId, PersonId
from services.search.domain.page import Found, IndexedPage, ReaderLabel
from services.search.domain.query import Query


@dataclass(frozen=True, slots=True)
class Queued:
    """An entry that waits to be pulled again; ``ticket`` changes when it is queued once more meanwhile."""

    entry: EntryId
    ticket: int


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """How far the walk over all entries came: ``cursor`` none and ``done`` false = not begun."""

    cursor: str | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class PageSlice:
    """Some pages in id order, and where the next slice begins."""

    pages: tuple[IndexedPage, ...]
    next_cursor: str | None


class Index(Protocol):
    """Answer queries; rights are part of the very statement that matches (decisions.md 2)."""

    def find(self, query: Query) -> Found:
        """Return hits, exact total and facets over what the query's reader may read today."""
        ...


class Entries(Protocol):
    """Ask the house of entries how things are now."""

    def indexable(self, entries: Sequence[EntryId]) -> tuple[IndexedPage, ...]:
        """Return entries as they are now, without those it does not know; Unavailable when it does not answer."""
        ...

    def list_indexable(self, cursor: str | None) -> PageSlice:
        """Return the next slice of all entries."""
        ...

    def labels_of(self, person: PersonId) -> tuple[ReaderLabel, ...]:
        """Return every label a person holds, held or will hold."""
        ...


class UnitOfWork(Protocol):
    """Feed the index; nothing is kept unless ``commit`` is called."""

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed."""
        ...

    def commit(self) -> None:
        """Keep all that was done."""
        ...

    def change_numbers(self, entries: Collection[EntryId]) -> dict[EntryId, int]:
        """Return the change the index shows of each entry; unknown ones are left out."""
        ...

    def put(self, page: IndexedPage) -> bool:
        """Index a page unless a newer change is there; say whether it was taken."""
        ...

    def hide_notebook(self, notebook: NotebookId) -> None:
        """Deny every page of a notebook at once."""
        ...

    def queue_notebook(self, notebook: NotebookId) -> None:
        """Queue every indexed page of a notebook to be pulled again."""
        ...

    def queued(self, limit: int) -> tuple[Queued, ...]:
        """Return the entries that wait longest."""
        ...

    def finish(self, queued: Queued) -> None:
        """Take an entry off the queue, unless it was queued again meanwhile."""
        ...

    def want_labels(self, person: PersonId) -> int:
        """Say that a person's labels may have changed; return a ticket, higher than every one before."""
        ...

    def want_everybodys_labels(self) -> None:
        """Say that anybody's labels may have changed."""
        ...

    def labels_are_fresh(self, person: PersonId) -> bool:
        """Tell whether the labels held are as new as the newest ticket; false for a stranger."""
        ...

    def put_labels(self, person: PersonId, labels: tuple[ReaderLabel, ...], *, ticket: int) -> bool:
        """Replace a person's labels, unless a later ticket was served first; say whether they were taken."""
        ...

    def rebuild_progress(self) -> RebuildProgress:
        """Return how far the walk over all entries came."""
        ...

    def save_rebuild_progress(self, progress: RebuildProgress) -> None:
        """Remember how far the walk over all entries came."""
        ...


class UnitOfWorkFactory(Protocol):
    """Open a unit of work."""

    def __call__(self) -> UnitOfWork:
        """Return a fresh one."""
        ...
