"""Ask entries whether the actor may, and answer as the gateway expects: 403 to readers, 404 to others."""

from collections.abc import Iterator
from contextlib import contextmanager

from contracts.errors import Forbidden, NotFound
from contracts.identifiers import Actor, EntryId, PersonId, StepId
from services.signing.domain.circuit import Circuit
from services.signing.ports.machines import Entries
from services.signing.ports.memory import OpenUnitOfWork


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


@contextmanager
def hidden_from_strangers(open_: OpenUnitOfWork, entries: Entries, actor: Actor) -> Iterator[None]:
    """
    Let a refused step be unknown to those who may not even know of it (decisions.md 6).

    Asked after the refusal, when no transaction is open any more: an act that is allowed pays nothing for it.

    Raises:
        NotFound: the step is somebody else's, in a circuit the actor has no part in, of an entry they do not read.

    """
    try:
        yield
    except Forbidden as refused:
        step = StepId(refused.detail["step"])
        with open_() as uow:
            circuit = uow.circuits.of_step(step)
        try:
            require_party_or_reader(entries, actor, circuit)
        except NotFound:
            raise NotFound(step=step) from refused
        raise
