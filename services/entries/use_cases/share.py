"""Give, end and list shares of notebooks and entries."""

from dataclasses import dataclass
from datetime import date

from contracts.identifiers import GrantId
from services.entries.domain.caller import Caller
from services.entries.domain.facts import GrantChanged
from services.entries.domain.grants import Beneficiary, Grant, Level, Target
from services.entries.domain.people import period
from services.entries.domain.rights import Standing
from services.entries.ports.machines import Clock, Ids
from services.entries.ports.unit_of_work import Readings, Repositories, UnitOfWork, Units


def standing_to(store: Repositories, target: Target, caller: Caller) -> Standing:
    """Return how the actor stands to what is shared; NotFound."""
    if target.entry is not None:
        return store.entries.show(entry=target.entry, reference=None, person=caller.person).standing
    return store.notebooks.get(notebook=target.notebook, reference=None, person=caller.person)[1]


def announce(uow: UnitOfWork, grant: Grant, *, revoked: bool) -> None:
    """Publish that a share changed, with the people it reaches at this moment."""
    people = uow.grants.reached(grant.beneficiary)
    uow.publish(
        GrantChanged(
            grant.id,
            people,
            grant.beneficiary.structure,
            grant.target.label,
            grant.from_date,
            grant.until_date,
            revoked,
        )
    )


@dataclass(frozen=True, slots=True)
class GiveGrant:
    """A share touches the readers' side only (decision 2)."""

    units: Units
    clock: Clock
    ids: Ids

    def __call__(
        self, caller: Caller, *, target: Target, beneficiary: Beneficiary, level: Level, until_date: date | None
    ) -> Grant:
        """
        Return the share, in force from today.

        Raises:
            NotFound: nothing the actor may read, or no such person or structure.
            Forbidden: the actor reads it but may not share it.
            Invalid: it would end before today.

        """
        begins, ends = period(None, until_date, today=self.clock.today())
        grant = Grant(GrantId(self.ids.new()), target, beneficiary, level, begins, ends)
        with self.units(caller) as uow:
            if known := uow.recall(caller.request):
                return uow.grants.get(GrantId(known["grant"]))
            uow.people.lock_rights()
            standing_to(uow, target, caller).demand("grant")
            self._demand_beneficiary(uow, beneficiary)
            uow.grants.add(grant, given_by=caller.person)
            announce(uow, grant, revoked=False)
            uow.remember(caller.request, {"grant": grant.id})
            uow.commit()
        return grant

    def _demand_beneficiary(self, uow: UnitOfWork, beneficiary: Beneficiary) -> None:
        if beneficiary.person is not None:
            uow.people.detail(beneficiary.person)
        if beneficiary.structure is not None:
            uow.structures.get(beneficiary.structure)


@dataclass(frozen=True, slots=True)
class RevokeGrant:
    """End a share at once, for every reader it reached."""

    units: Units

    def __call__(self, caller: Caller, *, grant: GrantId) -> None:
        """
        End it.

        Raises:
            NotFound: no such share of something the actor may read.
            Forbidden: the actor reads it but may not share it.

        """
        with self.units(caller) as uow:
            if uow.recall(caller.request):
                return
            uow.people.lock_rights()
            found = uow.grants.get(grant)
            standing_to(uow, found.target, caller).demand("grant")
            uow.grants.remove(found)
            announce(uow, found, revoked=True)
            uow.remember(caller.request, {"grant": grant})
            uow.commit()


@dataclass(frozen=True, slots=True)
class ListGrants:
    """Whoever may share something sees with whom it is shared."""

    readings: Readings

    def __call__(self, caller: Caller, *, target: Target, after: str | None, limit: int) -> list[Grant]:
        """Return the shares in force or to come; NotFound, Forbidden as for giving one."""
        with self.readings() as store:
            standing_to(store, target, caller).demand("grant")
            return store.grants.page(target, after=after, limit=limit)
