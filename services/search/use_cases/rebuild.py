"""Walk over all entries and index each: at the first start, and whenever the index is doubted."""

from dataclasses import dataclass

from services.search.ports import Entries, RebuildProgress, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class Rebuild:
    """
    Index every entry, a slice a call; what events brought meanwhile is never overwritten with something older.

    Needed at the first start too: events announced before search declared its queues went nowhere.
    """

    open_unit: UnitOfWorkFactory
    entries: Entries

    def __call__(self) -> bool:
        """
        Index the next slice; say whether there is more to do. Resumes where it stopped.

        Raises:
            Unavailable: entries does not answer; the walk stays where it was.

        """
        with self.open_unit() as unit:
            progress = unit.rebuild_progress()
        if progress.done:
            return False
        piece = self.entries.list_indexable(progress.cursor)
        with self.open_unit() as unit:
            for page in piece.pages:
                unit.put(page)
            unit.save_rebuild_progress(RebuildProgress(piece.next_cursor, done=piece.next_cursor is None))
            unit.commit()
        return piece.next_cursor is not None

    def start_over(self) -> None:
        """Begin the walk again; the index serves meanwhile."""
        with self.open_unit() as unit:
            unit.save_rebuild_progress(RebuildProgress())
            unit.commit()
