"""Follow what entries announces: which bytes revisions name, and which notebooks come under a hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.identifiers import NotebookId, Sha256
from services.storage.ports import Entries, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class NoteRevisions:
    """Note which bytes revisions name: nothing of ours deletes them any more."""

    uow: UnitOfWorkFactory

    def __call__(self, named: Sequence[tuple[NotebookId, Sequence[Sha256]]]) -> None:
        """Note the notebook and the digests of each; a repeat changes nothing."""
        several: dict[NotebookId, set[Sha256]] = {}
        for notebook, digests in named:
            several.setdefault(notebook, set()).update(digests)
        with self.uow() as uow:
            # In one order everywhere, so that two of these never wait for each other in a circle.
            for notebook in sorted(several):
                uow.holds.name(notebook, sorted(several[notebook]))
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
