"""Finish what a crash or an outage left half done."""

import datetime as dt
from dataclasses import dataclass

from services.signing.domain.signature import LEASE
from services.signing.ports.machines import Clock
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.use_cases.finish_intent import EVIDENCE_JOB, SEAL_JOB, FinishIntent
from services.signing.use_cases.start_circuit import StartCircuit

_AT_MOST = 100
_OVERDUE = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class ResumeSigning:
    """Look for intents that nobody works on and bring them to an end: signed, or void and asked for again."""

    open: OpenUnitOfWork
    finish: FinishIntent
    start: StartCircuit
    clock: Clock

    def __call__(self) -> int:
        """Return how many were brought to an end or tried again."""
        done = self.start.finish_abandoned() + self._ask_again()
        for _ in range(_AT_MOST):
            now = self.clock.now()
            with self.open() as uow:
                intent = uow.intents.claim(now=now, until=now + LEASE)
                uow.commit()
            if intent is None:
                break
            self.finish(intent)
            done += 1
        return done

    def _ask_again(self) -> int:
        """Put overdue seals and files back to work: a job that gave up must not leave a page unsealed."""
        now = self.clock.now()
        with self.open() as uow:
            overdue = uow.circuits.unfinished_since(now - _OVERDUE)
            for circuit in overdue:
                kind = SEAL_JOB if circuit.state == "sealing" else EVIDENCE_JOB
                uow.enqueue(kind, circuit=circuit.id, turn=f":{int(now.timestamp() // _OVERDUE.total_seconds())}")
            uow.commit()
        return len(overdue)
