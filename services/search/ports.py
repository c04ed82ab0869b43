"""What the use cases of search need: an index to read, a unit of work to feed it, and the house of entries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from contracts.identifiers import EntryId, NotebookId, PersonId
from services.search.domain.page import FileText, Found, IndexedPage, ReaderLabel
from services.search.domain.query import Query


@dataclass(frozen=True, slots=True)
class Queued:
    """An entry that waits to be pulled again; ``ticket`` changes when it is queued once more meanwhile."""

    entry: EntryId
    ticket: int


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """
    How far the walk over all entries came.

    ``building`` is the generation it fills while ``serving`` answers; every page is fed to both, so the new one has
    caught up when the walk ends. ``shape`` names the engine and the version of its mapping they were made for.
    """

    serving: int | None = None
    building: int | None = 1
    cursor: str | None = None
    walked: int = 0
    all_walked: bool = False
    shape: str = ""

    @property
    def done(self) -> bool:
        """Say whether there is no walk."""
        return self.building is None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A page the index will never take as it is, and why."""

    entry: EntryId
    change_number: int
    reason: str


@dataclass(frozen=True, slots=True)
class PageSlice:
    """Some pages in id order, and where the next slice begins."""

    pages: tuple[IndexedPage, ...]
    next_cursor: str | None


class Index(Protocol):
    """
    Answer queries; rights are part of the very statement that matches (decisions.md 2).

    Each method raises Unavailable when the engine is away.
    """

    @property
    def shape(self) -> str:
        """Name the engine and the version of what it keeps of a page; another shape needs another walk."""
        ...

    def find(self, query: Query) -> Found:
        """Return hits, exact total and facets over what the query's reader may read today."""
        ...

    def holds(self, generation: int) -> bool:
        """Tell whether a generation is there; an index may be lost, as it can be made again."""
        ...

    def begin(self, generation: int) -> None:
        """Make room for a generation; the first one of all serves at once. May be called again."""
        ...

    def swap(self, generation: int) -> None:
        """Let a generation serve, whole, from one query to the next; forget all others. May be called again."""
        ...

    def changes(self, after: EntryId | None, limit: int) -> tuple[tuple[EntryId, int], ...]:
        """Return the next pages in id order, each with the change it shows."""
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


class Files(Protocol):
    """Ask the house of storage what is written inside files."""

    def text_of(self, sha256: str) -> FileText | None:
        """Return a file's text, empty when there is none to be had; none while it is still being read."""
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

    def put(self, pages: Sequence[IndexedPage]) -> frozenset[EntryId]:
        """Index pages, with what is known of their files, unless newer changes are there; return those taken."""
        ...

    def refusals(self, limit: int) -> tuple[Refusal, ...]:
        """Return pages the index did not take; each leaves the list when a later change of it is taken."""
        ...

    def put_text(self, text: FileText) -> None:
        """Keep what is written in a file, and queue the pages that name it."""
        ...

    def wanted_texts(self, limit: int) -> tuple[str, ...]:
        """Return digests of files whose text was not asked for yet."""
        ...

    def await_text(self, sha256: str) -> None:
        """Take a digest off that list: its text will be announced."""
        ...

    def hide_notebook(self, notebook: NotebookId) -> None:
        """Deny every page of a notebook at once, until none of them waits any more."""
        ...

    def queue_entries(self, entries: Collection[EntryId]) -> None:
        """Queue entries to be pulled, whether or not they are indexed yet."""
        ...

    def queue_notebook(self, notebook: NotebookId) -> None:
        """Queue every indexed page of a notebook to be pulled again."""
        ...

    def queued(self, limit: int) -> tuple[Queued, ...]:
        """Return the entries that wait longest."""
        ...

    def finish(self, queued: Sequence[Queued]) -> None:
        """Take entries off the queue, unless they were queued again meanwhile."""
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
