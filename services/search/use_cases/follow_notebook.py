"""Follow a notebook that was retitled, restricted or opened up."""

from dataclasses import dataclass

from contracts.errors import Unavailable
from contracts.identifiers import NotebookId
from services.search.ports import Entries, UnitOfWorkFactory

# One round of pulls; small enough that a stop need not wait for it.
PULLED_A_ROUND = 50


@dataclass(frozen=True, slots=True)
class FollowNotebook:
    """Hide a notebook's pages at once when it is denied, and queue them all to be pulled as they are now."""

    open_unit: UnitOfWorkFactory

    def __call__(self, notebook: NotebookId, *, denied: bool) -> None:
        """
        Hide and queue in one commit.

        Events may come in any order: what is hidden here for a moment too long is shown again by the pull, which
        always tells the present.
        """
        with self.open_unit() as unit:
            if denied:
                unit.hide_notebook(notebook)
            unit.queue_notebook(notebook)
            unit.commit()


@dataclass(frozen=True, slots=True)
class PullQueued:
    """Pull the entries that wait, a round at a time."""

    open_unit: UnitOfWorkFactory
    entries: Entries

    def __call__(self) -> bool:
        """
        Pull one round; say whether there was anything to do.

        Raises:
            Unavailable: entries does not answer, or not for all; what is left stays queued.

        """
        with self.open_unit() as unit:
            waiting = unit.queued(PULLED_A_ROUND)
        pages = {page.entry: page for page in self.entries.indexable([queued.entry for queued in waiting])}
        found = [queued for queued in waiting if queued.entry in pages]
        with self.open_unit() as unit:
            unit.put([pages[queued.entry] for queued in found])
            unit.finish(found)
            unit.commit()
        if len(found) < len(waiting):
            raise Unavailable(count=str(len(waiting) - len(found)))
        return bool(waiting)
