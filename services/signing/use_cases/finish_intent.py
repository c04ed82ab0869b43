"""Bring an intent to its end: signed, waiting for the time, or void."""

from dataclasses import dataclass

from contracts.errors import Unavailable
from services.signing.domain import facts
from services.signing.domain.circuit import Circuit
from services.signing.domain.signature import Intent, Made, Signature, recorded
from services.signing.ports.machines import Clock, Reached
from services.signing.ports.memory import OpenUnitOfWork, UnitOfWork
from services.signing.use_cases.make_signature import MakeSignature

SEAL_JOB = "seal"
EVIDENCE_JOB = "evidence"


@dataclass(frozen=True)
class FinishIntent:
    """Sign what is on record; safe to call by two processes, and again after a crash."""

    open: OpenUnitOfWork
    make: MakeSignature
    clock: Clock
    reached: Reached

    def __call__(self, intent: Intent) -> Signature | None:
        """Return the signature; none when it waits for a time-stamp or was given back to its signer."""
        if intent.is_too_late(self.clock.now()):
            self._void(intent)
            return None
        try:
            made = self.make(intent)
        except Unavailable:
            self._wait(intent)
            return None
        self.reached("made")
        signature = self._record(intent, made)
        self.reached("recorded")
        return signature

    def _record(self, intent: Intent, made: Made) -> Signature | None:
        with self.open() as uow:
            circuit = uow.circuits.get(intent.circuit, lock=True)
            current = uow.intents.get(intent.id, lock=True)
            if current.state != "open":
                return uow.signatures.find(intent.id)
            ceremony = uow.ceremonies.get(intent.ceremony).evidence() if intent.ceremony else None
            if intent.step is None:
                _seal(uow, circuit, made)
            else:
                _advance(uow, circuit, intent, made=made, clock=self.clock)
            uow.intents.save(intent.settled("done"))
            # The leaf comes last: the lock it takes stands between all signers until commit.
            index = uow.log.append(made.leaf)
            signature = recorded(intent, made, entry=circuit.entry, leaf_index=index, ceremony=ceremony)
            uow.signatures.add(signature)
            self.reached("before_commit")
            uow.commit()
        return signature

    def _wait(self, intent: Intent) -> None:
        with self.open() as uow:
            circuit = uow.circuits.get(intent.circuit, lock=True)
            current = uow.intents.get(intent.id, lock=True)
            if current.state == "open" and intent.step is not None:
                uow.circuits.save(circuit.pending(intent.step))
                uow.commit()

    def _void(self, intent: Intent) -> None:
        with self.open() as uow:
            circuit = uow.circuits.get(intent.circuit, lock=True)
            current = uow.intents.get(intent.id, lock=True)
            if current.state != "open" or intent.step is None:
                return
            circuit = circuit.voided(intent.step)
            uow.circuits.save(circuit)
            uow.intents.save(intent.settled("void"))
            step = circuit.step(intent.step)
            uow.publish(facts.StepDue(circuit.id, step.id, circuit.entry, step.role, step.person))
            uow.commit()


def _advance(uow: UnitOfWork, circuit: Circuit, intent: Intent, *, made: Made, clock: Clock) -> None:
    assert intent.step is not None  # only the seal has none, and it goes another way
    was_due = {step.id for step in circuit.due}
    after = circuit.marked_signed(intent.step, at=made.gen_time, receipt=intent.id, now=clock.now())
    uow.circuits.save(after)
    step, page = after.step(intent.step), after.page
    uow.publish(
        facts.StepSigned(after.id, step.id, after.entry, page.revision, step.role, step.person, page.author),
        actor=step.person,
    )
    for due in after.due:
        if due.id not in was_due:
            uow.publish(facts.StepDue(after.id, due.id, after.entry, due.role, due.person))
    if after.state == "sealing":
        uow.enqueue(SEAL_JOB, circuit=after.id)


def _seal(uow: UnitOfWork, circuit: Circuit, made: Made) -> None:
    sealed = circuit.sealed(at=made.gen_time)
    uow.circuits.save(sealed)
    page = sealed.page
    signers = tuple(step.person for step in sealed.signed)
    uow.publish(facts.EntrySealed(sealed.id, sealed.entry, page.revision, page.author, signers, alone=sealed.alone))
    uow.enqueue(EVIDENCE_JOB, circuit=sealed.id)
