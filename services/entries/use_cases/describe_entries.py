"""Tell other houses what an entry is called, and what there is to index."""

from dataclasses import dataclass

from contracts.errors import NotFound
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
class GetIndexable:
    """One entry as it is now."""

    readings: Readings

    def __call__(self, entry: EntryId) -> Indexable:
        """Return what there is to index; NotFound."""
        with self.readings() as store:
            found = store.entries.indexable(entry=entry, after=None, limit=1)
        if not found:
            raise NotFound
        return found[0]


@dataclass(frozen=True, slots=True)
class ListIndexable:
    """Every entry, for a rebuild."""

    readings: Readings

    def __call__(self, *, after: str | None, limit: int) -> list[Indexable]:
        """Return a slice in id order."""
        with self.readings() as store:
            return store.entries.indexable(entry=None, after=after, limit=limit)
