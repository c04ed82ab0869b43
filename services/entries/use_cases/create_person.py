"""Enter a person into the institution."""

from dataclasses import dataclass

from contracts.identifiers import AffiliationId, PersonId, StructureId
from services.entries.domain.caller import Caller
from services.entries.domain.facts import PersonAffiliated
from services.entries.domain.people import Affiliation, Person, PersonDetail, PersonFields
from services.entries.domain.rights import demand_people
from services.entries.ports.machines import Clock, Ids
from services.entries.ports.unit_of_work import Units


@dataclass(frozen=True, slots=True)
class CreatePerson:
    """The person is attached to a structure from today; roles are given separately."""

    units: Units
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, *, fields: PersonFields, structure: StructureId) -> PersonDetail:
        """
        Return the new person.

        Raises:
            NotFound: there is no such structure.
            Forbidden: the actor manages no people there.
            Conflict: the mail is known.

        """
        person = Person(id=PersonId(self.ids.new()), fields=fields)
        belonging = Affiliation(AffiliationId(self.ids.new()), person.id, structure, self.clock.today())
        with self.units(caller) as uow:
            if known := uow.recall(caller.request):
                return uow.people.detail(PersonId(known["person"]))
            uow.people.lock_rights()
            demand_people(uow.people.roles_today(caller.person), at=uow.structures.get(structure))
            uow.people.add(person)
            uow.people.add_affiliation(belonging)
            uow.publish(PersonAffiliated(person.id, structure))
            uow.remember(caller.request, {"person": person.id})
            uow.commit()
        return PersonDetail(person, affiliations=(belonging,))
