"""Bring one entry of the index up to a change."""

from dataclasses import dataclass

from contracts.errors import Unavailable
from contracts.identifiers import EntryId
from services.search.ports import Entries, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """Pull an entry as it is now and index it under its change number (decisions.md 1, 15)."""

    open_unit: UnitOfWorkFactory
    entries: Entries

    def __call__(self, entry: EntryId, *, change_number: int) -> None:
        """
        Index ``entry``; do nothing when the index already shows ``change_number`` or a later one.

        One pull serves every event committed before it: ten revisions in a row cost a few pulls, not ten.

        Raises:
            Unavailable: entries does not answer, or shows an older change than the one announced.

        """
        with self.open_unit() as unit:
            shown = unit.change_number(entry)
        if shown is not None and shown >= change_number:
            return
        page = self.entries.indexable(entry)
        if page.change_number < change_number:
            raise Unavailable(entry=entry, wanted=str(change_number), got=str(page.change_number))
        with self.open_unit() as unit:
            unit.put(page)
            unit.commit()
