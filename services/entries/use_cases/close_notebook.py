"""Close a notebook to new entries, or open it again."""

from dataclasses import dataclass

from contracts.identifiers import NotebookId
from services.entries.domain.caller import Caller
from services.entries.domain.facts import NotebookClosed, NotebookOpened
from services.entries.domain.notebook import Notebook
from services.entries.ports.machines import Clock
from services.entries.ports.unit_of_work import Units


@dataclass(frozen=True, slots=True)
class CloseNotebook:
    """Both directions are events; pages already there may still be revised."""

    units: Units
    clock: Clock

    def __call__(self, caller: Caller, *, notebook: NotebookId, reopen: bool) -> Notebook:
        """
        Return the notebook closed, or open again.

        Raises:
            NotFound: no such notebook the actor may read.
            Forbidden: the actor neither holds it nor leads above it.
            Conflict: it is so already.

        """
        with self.units(caller) as uow:
            found, standing = uow.notebooks.lock(notebook, person=caller.person)
            standing.demand("grant")
            if uow.recall(caller.request):
                return found
            changed = found.reopened() if reopen else found.closed(now=self.clock.now())
            uow.notebooks.save(changed)
            uow.publish(
                NotebookOpened(changed.id, changed.structure, reopened=True) if reopen else NotebookClosed(changed.id)
            )
            uow.remember(caller.request, {"notebook": notebook})
            uow.commit()
        return changed
