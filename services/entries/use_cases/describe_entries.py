"""Tell other houses what an entry is called, and what there is to index."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.identifiers import EntryId
from services.entries.domain.views import Described, Indexable
from services.entries.ports.unit_of_work import Readings


@dataclass(frozen=True, slots=True)
class DescribeEntry:
    """Names and numbers, never text; the asking house decides who is told."""

    readings: Readings

    def __call__(self, entry: EntryId) -> Described:
        """Return what names an entry; NotFound."""
        with self.readings() as store:
            return store.entries.describe(entry)


@dataclass(frozen=True, slots=True)
class ListIndexable:
    """What there is to index, as it is now."""

    readings: Readings

    def __call__(self, *, after: str | None, limit: int) -> list[Indexable]:
        """Return a slice of all entries in id order, for a rebuild."""
        with self.readings() as store:
            return store.entries.indexable(entries=None, after=after, limit=limit)

    def named(self, entries: Sequence[EntryId]) -> list[Indexable]:
        """Return those entries that exist, in id order."""
        with self.readings() as store:
            return store.entries.indexable(entries=entries, after=None, limit=len(entries))
