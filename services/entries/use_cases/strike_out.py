"""Strike an entry out: it stays in the sequence, with the reason."""

from dataclasses import dataclass

from contracts.identifiers import EntryId
from services.entries.domain.caller import Caller
from services.entries.domain.views import EntryShown
from services.entries.ports.machines import Clock
from services.entries.ports.unit_of_work import Units


@dataclass(frozen=True, slots=True)
class StrikeOut:
    """Nothing is ever deleted."""

    units: Units
    clock: Clock

    def __call__(self, caller: Caller, *, entry: EntryId, reason: str) -> EntryShown:
        """
        Return the struck-out page.

        Raises:
            NotFound: no such entry the actor may read.
            Forbidden: it is not the actor's own.
            Sealed: signed, sealed or struck out already.
            Conflict: it is in circuit.

        """
        with self.units(caller) as uow:
            found = uow.entries.lock(entry, person=caller.person)
            found.standing.demand("strike_out")
            if not uow.recall(caller.request):
                struck, facts = found.entry.struck_out(reason=reason, now=self.clock.now())
                uow.entries.save(struck)
                uow.publish(*facts)
                uow.remember(caller.request, {"entry": entry})
                uow.commit()
            return uow.entries.show(entry=entry, reference=None, person=caller.person)
