"""Retitle, restrict or open up a notebook."""

from dataclasses import dataclass

from contracts.identifiers import NotebookId
from services.entries.domain.caller import Caller
from services.entries.domain.facts import NotebookChanged
from services.entries.domain.notebook import Notebook
from services.entries.ports.unit_of_work import UnitOfWork, Units


@dataclass(frozen=True, slots=True)
class ChangeNotebook:
    """A restriction holds here from its commit on; the index denies the notebook until it pulled each page again."""

    units: Units

    def __call__(
        self, caller: Caller, *, notebook: NotebookId, version: int, title: str | None, restricted: bool | None
    ) -> Notebook:
        """
        Return the changed notebook.

        Raises:
            NotFound: no such notebook the actor may read.
            Forbidden: the actor neither holds it nor leads above it.
            Stale: somebody changed it since ``version``.

        """
        with self.units(caller) as uow:
            found, standing = uow.notebooks.lock(notebook, person=caller.person)
            standing.demand("grant")
            if uow.recall(caller.request):
                return found
            changed = found.changed(expected_version=version, title=title, restricted=restricted)
            uow.notebooks.save(changed)
            self._announce(uow, changed, relabel=changed.restricted != found.restricted)
            uow.remember(caller.request, {"notebook": notebook})
            uow.commit()
        return changed

    def _announce(self, uow: UnitOfWork, changed: Notebook, *, relabel: bool) -> None:
        uow.publish(NotebookChanged(changed.id, changed.restricted, denied=relabel and changed.restricted))
        # Title and labels are shown with every page, so this is a change of each; the index pulls them again.
        uow.entries.relabel(changed.id)
        if relabel and changed.restricted:
            uow.publish(NotebookChanged(changed.id, changed.restricted))
