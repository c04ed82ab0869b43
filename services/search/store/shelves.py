"""What a unit of work asks of the engine that keeps the pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sqlalchemy import Table

from contracts.identifiers import EntryId
from services.search.domain.page import FileText, IndexedPage
from services.search.ports import RebuildProgress, Refusal


class Shelf(Protocol):
    """The pages of one unit of work, on their way into the index."""

    @property
    def account(self) -> Table:
        """The table that tells which change of which entry was put: entry, change_number, notebook, blobs."""
        ...

    def put(self, pages: Sequence[IndexedPage], texts: Mapping[str, FileText]) -> frozenset[EntryId]:
        """Take pages, one an entry, with the texts of their files, but where a newer change is; return the taken."""
        ...

    def flush(self, progress: Callable[[], RebuildProgress]) -> Sequence[Refusal]:
        """
        Bring what was put to an index outside the database, before the database's own commit.

        ``progress`` is asked only when there is something to bring: where to must be read after the pages were pulled,
        so that no page slips by a generation begun meanwhile.

        Raises:
            Unavailable: the engine is away; nothing may be committed.

        """
        ...
