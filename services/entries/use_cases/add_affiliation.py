"""Attach a person to a structure."""

from dataclasses import dataclass
from datetime import date

from contracts.identifiers import AffiliationId, PersonId, StructureId
from services.entries.domain.caller import Caller
from services.entries.domain.facts import PersonAffiliated
from services.entries.domain.people import Affiliation, PersonDetail, period
from services.entries.domain.rights import demand_people
from services.entries.ports.machines import Clock, Ids
from services.entries.ports.unit_of_work import Units


@dataclass(frozen=True, slots=True)
class AddAffiliation:
    """Shares with the structure reach the person from the same commit on."""

    units: Units
    clock: Clock
    ids: Ids

    def __call__(
        self,
        caller: Caller,
        *,
        person: PersonId,
        structure: StructureId,
        from_date: date | None,
        until_date: date | None,
    ) -> PersonDetail:
        """
        Return the person with all they hold.

        Raises:
            NotFound: there is no such structure or person.
            Forbidden: the actor manages no people there.
            Invalid: it would end before it begins.

        """
        begins, ends = period(from_date, until_date, today=self.clock.today())
        with self.units(caller) as uow:
            if uow.recall(caller.request):
                return uow.people.detail(person)
            uow.people.lock_rights()
            demand_people(uow.people.roles_today(caller.person), at=uow.structures.get(structure))
            uow.people.detail(person)
            uow.people.add_affiliation(Affiliation(AffiliationId(self.ids.new()), person, structure, begins, ends))
            uow.publish(PersonAffiliated(person, structure))
            uow.remember(caller.request, {"person": person})
            uow.commit()
            return uow.people.detail(person)
