"""Refuse to sign, with a reason; a refusal is a leaf of the log."""

from dataclasses import asdict, dataclass

from contracts.identifiers import Actor, RequestKey, StepId
from services.signing.domain import facts
from services.signing.domain.circuit import Circuit
from services.signing.domain.leaf import SALT_BYTES, fact_leaf
from services.signing.ports.machines import Entries, Randomness
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.use_cases.authorise import acting_person, hidden_from_strangers


@dataclass(frozen=True)
class ReturnStep:
    """End the circuit; entries gives the page back to its author."""

    open: OpenUnitOfWork
    entries: Entries
    random: Randomness

    def __call__(self, step: StepId, *, reason: str, actor: Actor, request: RequestKey | None = None) -> Circuit:
        """Raises Forbidden for somebody else's step, NotFound to strangers, Conflict when it is not its turn."""
        person = acting_person(actor)
        with hidden_from_strangers(self.open, self.entries, actor), self.open() as uow:
            circuit = uow.circuits.of_step(step, lock=True)
            if request and uow.recall(request) is not None:
                return circuit
            returned = circuit.returned(step, person, reason=reason)
            fact = facts.CircuitReturned(returned.id, returned.entry, by=person, author=returned.page.author)
            uow.circuits.save(returned)
            uow.publish(fact, actor=person)
            if request:
                uow.remember(request, {"circuit": returned.id})
            said = {"type": "CircuitReturned", **asdict(fact), "step": step, "reason": reason}
            uow.log.append(
                fact_leaf(said, kind="CircuitReturned", salt=self.random.token(SALT_BYTES), subject=returned.id)
            )
            uow.commit()
        return returned
