"""Follow signing: an entry is closed for its seal, then sealed, or returned to its author."""

from dataclasses import dataclass

from contracts.identifiers import CircuitId, EntryId
from services.entries.domain.caller import Caller
from services.entries.ports.machines import Clock
from services.entries.ports.unit_of_work import Units


@dataclass(frozen=True, slots=True)
class Message:
    """The identity of an event, so that its effect happens once."""

    consumer: str
    message_id: str


@dataclass(frozen=True, slots=True)
class CloseForSeal:
    """Refuse every revision from now on. Nobody sees a difference, so nothing is announced."""

    units: Units

    def __call__(self, caller: Caller, *, entry: EntryId, revision: int, circuit: CircuitId) -> None:
        """
        Close it; again changes nothing.

        Raises:
            NotFound: there is no such entry.
            Conflict: the head moved since the freeze, or it is not in this circuit.

        """
        with self.units(caller) as uow:
            found = uow.entries.lock(entry, person=None).entry
            closed = found.closed_for_seal(revision=revision, circuit=circuit)
            if closed != found:
                uow.entries.save(closed)
                uow.commit()


@dataclass(frozen=True, slots=True)
class SealEntry:
    """The seal is made: the entry is sealed, or signed when its author signed alone."""

    units: Units
    clock: Clock

    def __call__(self, caller: Caller, *, message: Message, entry: EntryId, circuit: CircuitId, alone: bool) -> None:
        """Move the entry; an old circuit's news changes nothing."""
        with self.units(caller) as uow:
            if not uow.first_time(consumer=message.consumer, message_id=message.message_id):
                return
            found = uow.entries.lock(entry, person=None).entry
            moved, facts = found.sealed(circuit=circuit, alone=alone, now=self.clock.now())
            if facts:
                uow.entries.save(moved)
                uow.publish(*facts)
            uow.commit()


@dataclass(frozen=True, slots=True)
class ReturnEntry:
    """A signer refused: the entry is its author's again, to be revised and sent again."""

    units: Units
    clock: Clock

    def __call__(self, caller: Caller, *, message: Message, entry: EntryId, circuit: CircuitId) -> None:
        """Move the entry; an old circuit's news changes nothing."""
        with self.units(caller) as uow:
            if not uow.first_time(consumer=message.consumer, message_id=message.message_id):
                return
            found = uow.entries.lock(entry, person=None).entry
            moved, facts = found.returned(circuit=circuit, now=self.clock.now())
            if facts:
                uow.entries.save(moved)
                uow.publish(*facts)
            uow.commit()
