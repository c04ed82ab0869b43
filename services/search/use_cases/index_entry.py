"""Bring entries of the index up to their changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.errors import Unavailable
from contracts.identifiers import EntryId
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
        # In one order everywhere, so that two handfuls that share pages wait for each other and never in a circle.
        current = sorted(
            (page for page in pages if page.change_number >= behind[page.entry]), key=lambda one: one.entry
        )
        with self.open_unit() as unit:
            for page in current:
                unit.put(page)
            unit.commit()
        lagging = behind.keys() - {page.entry for page in current}
        if lagging:
            raise Unavailable(entry=min(lagging), count=str(len(lagging)))
