"""Show an entry's newest circuit."""

from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import Actor, EntryId
from services.signing.domain.circuit import Circuit
from services.signing.ports.machines import Entries
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.use_cases.authorise import require_party_or_reader


@dataclass(frozen=True)
class GetCircuit:
    """Return it to those who have a part in it and to readers of the entry; while it restarts, the one that ended."""

    open: OpenUnitOfWork
    entries: Entries

    def __call__(self, entry: EntryId, *, actor: Actor) -> Circuit:
        """Raises NotFound when there is none or the actor may not know."""
        with self.open() as uow:
            circuit = uow.circuits.newest_frozen(entry)
        if circuit is None:
            raise NotFound(entry=entry)
        require_party_or_reader(self.entries, actor, circuit)
        return circuit
