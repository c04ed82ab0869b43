"""Ask entries whether the actor may, and answer as the gateway expects: 403 to readers, 404 to others."""

from contracts.errors import Forbidden, NotFound
from contracts.identifiers import Actor, EntryId, PersonId
from services.signing.domain.circuit import Circuit
from services.signing.ports.machines import Entries


def acting_person(actor: Actor) -> PersonId:
    """Return who acts; Forbidden when nobody does."""
    if actor.person is None:
        raise Forbidden(reason="needs_a_person")
    return actor.person


def require_reader(entries: Entries, actor: Actor, entry: EntryId) -> None:
    """Raise NotFound unless the actor may read the entry."""
    if not entries.decide(acting_person(actor), "read", entry).allowed:
        raise NotFound(entry=entry)


def require_party_or_reader(entries: Entries, actor: Actor, circuit: Circuit) -> None:
    """Let those who have a part in a circuit see it even when they lost the right to read."""
    if acting_person(actor) not in {step.person for step in circuit.steps}:
        require_reader(entries, actor, circuit.entry)
