"""Answer a search on behalf of a person."""

from dataclasses import dataclass

from services.search.domain.page import Found
from services.search.domain.query import Query
from services.search.ports import Index, UnitOfWorkFactory
from services.search.use_cases.refresh_reader_labels import RefreshReaderLabels


@dataclass(frozen=True, slots=True)
class FindEntries:
    """Search with the labels the reader holds now, never with labels known to be stale."""

    open_unit: UnitOfWorkFactory
    index: Index
    refresh_reader_labels: RefreshReaderLabels

    def __call__(self, query: Query) -> Found:
        """
        Return what ``query.access.person`` may read of what matches.

        Raises:
            Unavailable: the reader's labels changed, or were never asked for, and entries does not answer.

        """
        with self.open_unit() as unit:
            fresh = unit.labels_are_fresh(query.access.person)
        if not fresh:
            self.refresh_reader_labels(query.access.person)
        return self.index.find(query)
