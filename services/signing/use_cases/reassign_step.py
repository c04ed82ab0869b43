"""Hand a witness's or approver's step to somebody else."""

from dataclasses import dataclass

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import Actor, PersonId, RequestKey, StepId
from services.signing.domain import facts
from services.signing.domain.circuit import Circuit
from services.signing.ports.machines import Entries
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.use_cases.authorise import acting_person, hidden_from_strangers


@dataclass(frozen=True)
class ReassignStep:
    """Change who signs; the new person is asked at once when it is their turn."""

    open: OpenUnitOfWork
    entries: Entries

    def __call__(
        self, step: StepId, *, to: PersonId, reason: str, actor: Actor, request: RequestKey | None = None
    ) -> Circuit:
        """Raises Forbidden, Conflict or Invalid as the circuit decides; NotFound to strangers."""
        person = acting_person(actor)
        people = self.entries.people((to,))
        if to not in people:
            raise Invalid(FieldProblem("person", "is not known", "name an active person"))
        with self.open() as uow:
            entry = uow.circuits.of_step(step).entry
        may_sign = self.entries.decide(to, "sign", entry).allowed
        with hidden_from_strangers(self.open, self.entries, actor), self.open() as uow:
            circuit = uow.circuits.of_step(step, lock=True)
            if request and uow.recall(request) is not None:
                return circuit
            changed = circuit.reassigned(step, by=person, to=to, name=people[to].name, reason=reason)
            if not may_sign:
                raise Invalid(FieldProblem("person", "may not sign this page", "share it with them first"))
            uow.circuits.save(changed)
            if changed.step(step).state == "due":
                uow.publish(facts.StepDue(changed.id, step, changed.entry, changed.step(step).role, to), actor=person)
            if request:
                uow.remember(request, {"circuit": changed.id})
            uow.commit()
        return changed
