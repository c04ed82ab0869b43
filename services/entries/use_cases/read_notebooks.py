"""Show notebooks to those who may read them."""

from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import NotebookId, NotebookReference, StructureId
from services.entries.domain.caller import Caller
from services.entries.domain.notebook import Notebook
from services.entries.ports.unit_of_work import Readings


@dataclass(frozen=True, slots=True)
class GetNotebook:
    """Show one notebook."""

    readings: Readings

    def __call__(self, caller: Caller, *, notebook: NotebookId | None, reference: NotebookReference | None) -> Notebook:
        """Return a notebook by id or reference; NotFound when there is none the actor may read."""
        with self.readings() as store:
            found, standing = store.notebooks.get(notebook=notebook, reference=reference, person=caller.person)
        if not standing.reads:
            raise NotFound
        return found


@dataclass(frozen=True, slots=True)
class ListNotebooks:
    """Show what the actor may read."""

    readings: Readings

    def __call__(
        self, caller: Caller, *, structure: StructureId | None, after: str | None, limit: int
    ) -> list[Notebook]:
        """Return notebooks, newest first."""
        with self.readings() as store:
            return store.notebooks.page(person=caller.person, structure=structure, after=after, limit=limit)
