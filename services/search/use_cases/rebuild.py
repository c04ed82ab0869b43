"""Walk over all entries and index each: at the first start, when the engine changes, and whenever it is doubted."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from services.search.domain.page import IndexedPage
from services.search.ports import Entries, Index, PageSlice, RebuildProgress, UnitOfWorkFactory

# Pages and characters brought to the index at once: many small requests cost an engine twice as much as few large ones.
PAGES_A_COMMIT = 500
CHARACTERS_A_COMMIT = 4_000_000


@dataclass(slots=True)
class Rebuild:
    """
    Fill a new generation of the index, a slice a call, while the old one serves.

    Pages that change meanwhile are fed to both generations, and neither ever takes something older: when the walk ends
    the new one has caught up, and serves from one query to the next. Needed at the first start too: events announced
    before search declared its queues went nowhere. ``pages_a_second`` bounds what the walk takes from everybody else.
    """

    open_unit: UnitOfWorkFactory
    entries: Entries
    index: Index
    pages_a_second: float
    pause: Callable[[float], None]
    pages_a_commit: int = PAGES_A_COMMIT
    _trusted: bool = field(default=False, init=False)

    def __call__(self) -> bool:
        """
        Do the next slice; say whether there is more to do. Resumes where it stopped, in another process too.

        Raises:
            Unavailable: entries or the index does not answer; the walk stays where it was.

        """
        with self.open_unit() as unit:
            progress = unit.rebuild_progress()
        if progress.building is None:
            return self._doubt(progress)
        if progress.all_walked:
            self._finish(progress.building)
            return False
        if progress.cursor is None:
            self.index.begin(progress.building)
        self._slice(progress)
        return True

    def start_over(self) -> RebuildProgress:
        """Begin a new generation, or the one at work again; return how far the walk is."""
        with self.open_unit() as unit:
            known = unit.rebuild_progress()
            building = known.building or (known.serving or 0) + 1
            begun = replace(known, building=building, cursor=None, walked=0, all_walked=False, shape=self.index.shape)
            unit.save_rebuild_progress(begun)
            unit.commit()
        return begun

    def progress(self) -> RebuildProgress:
        """Return how far the walk is."""
        with self.open_unit() as unit:
            return unit.rebuild_progress()

    def _doubt(self, progress: RebuildProgress) -> bool:
        """Look once whether what serves was made by this engine, for this version, and is still there."""
        if self._trusted or progress.serving is None:
            return False
        self._trusted = progress.shape == self.index.shape and self.index.holds(progress.serving)
        if not self._trusted:
            self.start_over()
        return not self._trusted

    def _slice(self, progress: RebuildProgress) -> None:
        piece = self._pull(progress.cursor)
        with self.open_unit() as unit:
            unit.put(piece.pages)
            now = unit.rebuild_progress()
            # Somebody began anew meanwhile: what was walked here belongs to no walk any more.
            if (now.building, now.cursor) == (progress.building, progress.cursor):
                unit.save_rebuild_progress(
                    replace(
                        now,
                        cursor=piece.next_cursor,
                        walked=now.walked + len(piece.pages),
                        all_walked=piece.next_cursor is None,
                        shape=self.index.shape,
                    )
                )
            unit.commit()
        self.pause(len(piece.pages) / self.pages_a_second)

    def _pull(self, cursor: str | None) -> PageSlice:
        """Pull slice after slice until it is worth a commit."""
        pages: list[IndexedPage] = []
        size = 0
        while True:
            piece = self.entries.list_indexable(cursor)
            pages += piece.pages
            size += sum(len(page.text) for page in piece.pages)
            cursor = piece.next_cursor
            if cursor is None or len(pages) >= self.pages_a_commit or size >= CHARACTERS_A_COMMIT:
                return PageSlice(tuple(pages), cursor)

    def _finish(self, building: int) -> None:
        self.index.swap(building)
        with self.open_unit() as unit:
            now = unit.rebuild_progress()
            if now.building == building and now.all_walked:
                unit.save_rebuild_progress(replace(now, serving=now.building, building=None, cursor=None))
            unit.commit()
        self._trusted = True
