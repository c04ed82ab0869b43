"""Begin again when the entry is revised while in circuit: nobody's signature carries over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts.identifiers import CircuitId, EntryId, RevisionNumber
from services.signing.domain import facts
from services.signing.domain.circuit import Circuit
from services.signing.ports.machines import Clock, Randomness
from services.signing.ports.memory import OpenUnitOfWork, UnitOfWork
from services.signing.use_cases.start_circuit import StartCircuit


@dataclass(frozen=True, slots=True)
class Revised:
    """A revision somebody saved, as its event tells it."""

    entry: EntryId
    revision: RevisionNumber
    message_id: str


@dataclass(frozen=True)
class RestartCircuit:
    """End the running circuit and start the same one on the new head."""

    open: OpenUnitOfWork
    start: StartCircuit
    clock: Clock
    random: Randomness

    def __call__(self, revised: Sequence[Revised]) -> None:
        """Do so once for a message, when a running circuit signs an older revision."""
        with self.open() as uow:
            # Most saves are of pages without a circuit: nothing to remember, a repeat finds the same.
            known = uow.circuits.entries_among([one.entry for one in revised])
        for one in revised:
            if one.entry in known:
                self._restart(one)

    def _restart(self, revised: Revised) -> None:
        with self.open() as uow:
            circuit = uow.circuits.newest(revised.entry, lock=True)
            if circuit is None or circuit.frozen is None or circuit.frozen.revision >= revised.revision:
                return
            if not uow.first_time(consumer="restart_circuit", message_id=revised.message_id):
                return
            planned = self._end(uow, circuit)
            uow.commit()
        if planned is not None:
            self.start.restart(planned)

    def overtaken(self, id_: CircuitId) -> None:
        """Do so because entries says that the head moved before the seal."""
        with self.open() as uow:
            planned = self._end(uow, uow.circuits.get(id_, lock=True))
            uow.commit()
        if planned is not None:
            self.start.restart(planned)

    def _end(self, uow: UnitOfWork, circuit: Circuit) -> Circuit | None:
        if circuit.state not in {"running", "sealing"}:
            return None
        intent = uow.intents.open_of(circuit.id)
        if intent is not None:
            uow.intents.save(intent.settled("void"))
        uow.circuits.save(circuit.restarted())
        uow.publish(facts.CircuitRestarted(circuit.id, circuit.entry))
        planned = Circuit(
            id=CircuitId(self.random.new_id()),
            entry=circuit.entry,
            stages=circuit.stages,
            started_by=circuit.started_by,
            started_at=self.clock.now(),
        )
        uow.circuits.add(replace(planned, state="freezing"))
        return planned
