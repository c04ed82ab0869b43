"""Tell where an entry's evidence file is."""

from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import Actor, EntryId
from services.signing.domain.circuit import Circuit
from services.signing.domain.evidence import CONTAINER_TYPE
from services.signing.ports.machines import Entries, Storage
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.use_cases.authorise import require_party_or_reader


@dataclass(frozen=True)
class GetEvidence:
    """Return the sealed circuit and a short-lived URL, none while the file is being made."""

    open: OpenUnitOfWork
    entries: Entries
    storage: Storage

    def __call__(self, entry: EntryId, *, actor: Actor) -> tuple[Circuit, str | None]:
        """Raises NotFound while nothing is sealed, or when the actor may not know."""
        with self.open() as uow:
            circuit = uow.circuits.newest(entry)
        if circuit is None or circuit.state not in {"sealing", "sealed"}:
            raise NotFound(entry=entry)
        require_party_or_reader(self.entries, actor, circuit)
        if circuit.evidence_sha256 is None:
            return circuit, None
        name = circuit.page.evidence_name
        return circuit, self.storage.download_url(circuit.evidence_sha256, name=name, media_type=CONTAINER_TYPE)
