"""Build the statements of n steps, and one challenge over all of them."""

from dataclasses import dataclass

from contracts.errors import Conflict, FieldProblem, Invalid
from contracts.identifiers import Actor, CeremonyId, PersonId, RequestKey, StepId
from services.signing.domain.ceremony import LIFETIME, Ceremony, Prepared
from services.signing.domain.circuit import Circuit, Step
from services.signing.domain.intents import sentence
from services.signing.domain.statement import NONCE_BYTES, Act, Place, SignerIdentity, write_statement
from services.signing.ports.machines import Clock, Entries, Person, Randomness
from services.signing.ports.memory import OpenUnitOfWork, UnitOfWork
from services.signing.use_cases.authorise import acting_person, hidden_from_strangers


@dataclass(frozen=True)
class OpenCeremony:
    """Prepare a ceremony; nothing is promised yet, and any number may be open."""

    open: OpenUnitOfWork
    entries: Entries
    clock: Clock
    random: Randomness

    def __call__(
        self,
        steps: tuple[StepId, ...],
        *,
        locale: str,
        method: str,
        actor: Actor,
        request: RequestKey | None = None,
    ) -> Ceremony:
        """
        Return the ceremony.

        Raises NotFound, Forbidden or Conflict for a step that is not this person's turn.
        """
        person = acting_person(actor)
        if len(steps) != len(set(steps)):
            raise Invalid(FieldProblem("steps", "names a step twice", "name each once"))
        known = self.entries.people((person,))
        if person not in known:
            raise Conflict(reason="signer_left")
        with hidden_from_strangers(self.open, self.entries, actor), self.open() as uow:
            remembered = uow.recall(request) if request else None
            if remembered is not None:
                return uow.ceremonies.get(CeremonyId(remembered["ceremony"]))
            ceremony = Ceremony(
                id=CeremonyId(self.random.new_id()),
                person=person,
                method=method,
                prepared=tuple(
                    self._prepare(uow, step, signer=known[person], locale=locale, method=method) for step in steps
                ),
                expires_at=self.clock.now() + LIFETIME,
            )
            _one_step_a_circuit(ceremony)
            uow.ceremonies.add(ceremony)
            if request:
                uow.remember(request, {"ceremony": ceremony.id})
            uow.commit()
        return ceremony

    def _prepare(self, uow: UnitOfWork, id_: StepId, *, signer: Person, locale: str, method: str) -> Prepared:
        circuit = uow.circuits.of_step(id_)
        step = circuit.step_for(id_, signer.id)
        if uow.intents.open_of(circuit.id) is not None:
            raise Conflict(reason="another_signature_runs")
        page = circuit.page
        before = uow.signatures.of_circuit(circuit.id)
        statement = write_statement(
            page,
            signer=signer_identity(circuit, step, signer),
            place=Place(
                circuit=circuit.id,
                number=len(before) + 1,
                of=circuit.signature_count,
                previous=before[-1].p7s_digest if before else None,
            ),
            act=Act(
                role=step.role,
                locale=locale,
                method=method,
                claimed_at=self.clock.now(),
                nonce=self.random.token(NONCE_BYTES),
            ),
        )
        text = sentence(step.role, locale=locale, reference=page.reference, revision=page.revision)
        return Prepared(step=id_, entry=circuit.entry, reference=page.reference, intent_text=text, statement=statement)


def signer_identity(circuit: Circuit, step: Step, person: Person) -> SignerIdentity:
    """
    Return who signs, as the statement and the certificate say it.

    Unit and affiliation are the entry's, hence said of its author only: of others they might be wrong.
    """
    page = circuit.page
    is_author = step.role == "author"
    return SignerIdentity(
        id=PersonId(person.id),
        name=person.name,
        orcid=person.orcid,
        affiliation=page.unit_rors[0] if is_author and page.unit_rors else None,
        unit=page.unit_code if is_author else None,
    )


def _one_step_a_circuit(ceremony: Ceremony) -> None:
    entries = [item.entry for item in ceremony.prepared]
    if len(entries) != len(set(entries)):
        raise Invalid(FieldProblem("steps", "belong to one circuit", "sign them one after another"))
