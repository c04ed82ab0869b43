"""Sign the statements of a ceremony once identity was proven over all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.errors import Conflict, NotFound
from contracts.identifiers import Actor, CeremonyId, ReceiptId
from services.signing.domain.ceremony import Ceremony, Prepared
from services.signing.domain.circuit import Circuit
from services.signing.domain.evidence import person_manifest
from services.signing.domain.signature import LEASE, Intent
from services.signing.domain.views import Receipt
from services.signing.ports.machines import Clock, Entries, Randomness, Reached
from services.signing.ports.memory import OpenUnitOfWork, UnitOfWork
from services.signing.use_cases.authorise import acting_person
from services.signing.use_cases.finish_intent import FinishIntent
from services.signing.use_cases.get_receipt import GetReceipt
from services.signing.use_cases.open_ceremony import signer_identity


@dataclass(frozen=True)
class CompleteCeremony:
    """Record the intents of all steps in one commit, then finish them one by one."""

    open: OpenUnitOfWork
    entries: Entries
    finish: FinishIntent
    receipts: GetReceipt
    clock: Clock
    random: Randomness
    reached: Reached

    def __call__(
        self, id_: CeremonyId, *, actor: Actor, assertion: Mapping[str, str] | None = None
    ) -> tuple[Receipt, ...]:
        """
        Return a receipt for each step; a repeat returns the same ones.

        Raises Forbidden for a proof that is not of this ceremony, too old or by a token; Conflict when a step was
        overtaken since the ceremony was opened: nothing of it is signed then.
        """
        intents = self._on_record(id_, actor=actor, assertion=assertion)
        self.reached("intent_recorded")
        for intent in intents:
            if intent.state == "open":
                self.finish(intent)
        return tuple(self._receipts(intents))

    def _receipts(self, intents: tuple[Intent, ...]) -> list[Receipt]:
        found = []
        for intent in intents:
            try:
                found.append(self.receipts.read(intent.id))
            except NotFound as error:
                raise Conflict(reason="signature_void", step=str(intent.step)) from error
        return found

    def _on_record(self, id_: CeremonyId, *, actor: Actor, assertion: Mapping[str, str] | None) -> tuple[Intent, ...]:
        people = self.entries.people((acting_person(actor),))
        with self.open() as uow:
            ceremony = uow.ceremonies.get(id_, lock=True)
            if ceremony.proof is not None and actor.person == ceremony.person:
                return uow.intents.of_ceremony(id_)
            proven = ceremony.proven(actor, assertion=assertion, now=self.clock.now())
            if proven.person not in people:
                raise Conflict(reason="signer_left")
            intents = []
            # In the order of ids, so that two ceremonies never wait for each other's circuits.
            circuits = {item.step: uow.circuits.of_step(item.step) for item in proven.prepared}
            for circuit in sorted(circuits.values(), key=lambda circuit: circuit.id):
                uow.circuits.get(circuit.id, lock=True)
            for item in proven.prepared:
                circuit = uow.circuits.get(circuits[item.step].id, lock=True)
                _still_stands(uow, circuit, item, proven)
                begun = circuit.begun(item.step)
                step = begun.step(item.step)
                intent = Intent(
                    id=ReceiptId(self.random.new_id()),
                    circuit=begun.id,
                    step=step.id,
                    ceremony=proven.id,
                    number=step.number or 0,
                    role=step.role,
                    signer=signer_identity(begun, step, people[proven.person]),
                    statement=item.statement,
                    manifest=person_manifest(
                        begun.page, number=step.number or 0, role=step.role, statement=item.statement
                    ),
                    auth_time=proven.proof.auth_time if proven.proof else None,
                    lease_until=self.clock.now() + LEASE,
                )
                uow.circuits.save(begun)
                uow.intents.add(intent)
                intents.append(intent)
            uow.ceremonies.save(proven)
            uow.commit()
        return tuple(intents)


def _still_stands(uow: UnitOfWork, circuit: Circuit, item: Prepared, ceremony: Ceremony) -> None:
    """Refuse a statement that another signature overtook: its number and predecessor are no longer true."""
    step = circuit.step_for(item.step, ceremony.person)
    before = uow.signatures.of_circuit(circuit.id)
    stated = f'"prevSignature":"sha256:{before[-1].p7s_digest}"' if before else '"prevSignature":null'
    if stated.encode() not in item.statement:
        raise Conflict(reason="overtaken", step=step.id)
