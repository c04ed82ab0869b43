"""Bring entries of the index up to their changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.errors import Unavailable
from contracts.identifiers import EntryId
from services.search.domain.page import IndexedPage
from services.search.ports import Entries, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class IndexEntries:
    """Pull entries as they are now and index each under its change number (decisions.md 1, 15)."""

    open_unit: UnitOfWorkFactory
    entries: Entries

    def __call__(self, changes: Mapping[EntryId, int]) -> None:
        """
        Index each entry; do nothing where the index already shows that change number or a later one.

        One pull serves every event committed before it: ten revisions in a row cost a few pulls, not ten.

        Raises:
            Unavailable: entries does not answer, or shows an older change of some than the one announced; the others
                are indexed.

        """
        with self.open_unit() as unit:
            shown = unit.change_numbers(changes)
        behind = {entry: number for entry, number in changes.items() if shown.get(entry, -1) < number}
        if not behind:
            return
        pages = self.entries.indexable(tuple(behind))
        current = [page for page in pages if page.change_number >= behind[page.entry]]
        self._put(current)
        lagging = behind.keys() - {page.entry for page in current}
        if lagging:
            raise Unavailable(entry=min(lagging), count=str(len(lagging)))

    def _put(self, pages: Sequence[IndexedPage]) -> None:
        try:
            with self.open_unit() as unit:
                unit.put(pages)
                unit.commit()
        except Unavailable:
            # The engine is away. An outage may last longer than a message is tried: the pages wait in the house's own
            # database, and are pulled as they are by then, in the order they came.
            with self.open_unit() as unit:
                unit.queue_entries(tuple(page.entry for page in pages))
                unit.commit()
