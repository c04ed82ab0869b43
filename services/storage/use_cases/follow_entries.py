"""Follow what entries announces: which bytes revisions name, and which notebooks come under a hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.identifiers import NotebookId, Sha256
from services.storage.ports import Entries, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class NoteRevision:
    """Note which bytes a revision names: nothing of ours deletes them any more."""

    uow: UnitOfWorkFactory

    def __call__(self, notebook: NotebookId, digests: Sequence[Sha256]) -> None:
        """Note them; a repeat changes nothing."""
        if not digests:
            return
        with self.uow() as uow:
            uow.holds.name(notebook, digests)
            uow.commit()


@dataclass(frozen=True, slots=True)
class NoteNotebook:
    """Let a hold on a unit reach notebooks that were opened after it was placed."""

    uow: UnitOfWorkFactory
    entries: Entries

    def __call__(self, notebook: NotebookId) -> None:
        """Ask entries again what each such hold reaches; there are few, and often none."""
        with self.uow() as uow:
            units = uow.holds.units()
        for hold in units:
            if notebook in self.entries.scope_of_hold(hold.scope, hold.subject, by=None):
                with self.uow() as uow:
                    uow.holds.reach(hold.id, [notebook])
                    uow.commit()
