"""Finish what a crash or an outage left half done."""

from dataclasses import dataclass

from services.signing.domain.signature import LEASE
from services.signing.ports.machines import Clock
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.use_cases.finish_intent import FinishIntent
from services.signing.use_cases.start_circuit import StartCircuit

_AT_MOST = 100


@dataclass(frozen=True)
class ResumeSigning:
    """Look for intents that nobody works on and bring them to an end: signed, or void and asked for again."""

    open: OpenUnitOfWork
    finish: FinishIntent
    start: StartCircuit
    clock: Clock

    def __call__(self) -> int:
        """Return how many were brought to an end or tried again."""
        done = self.start.finish_abandoned()
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
