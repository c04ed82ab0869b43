"""Create the institution and its first administrator."""

from dataclasses import dataclass

from contracts.identifiers import PersonId, RoleId, StructureId
from services.entries.domain.caller import Caller
from services.entries.domain.facts import RoleChanged, StructureChanged
from services.entries.domain.people import Person, PersonDetail, PersonFields, Role
from services.entries.domain.structures import root
from services.entries.ports.machines import Clock, Ids
from services.entries.ports.unit_of_work import Units


@dataclass(frozen=True, slots=True)
class SetUpInstitution:
    """Happens once; nobody acts, the gateway has checked a one-time token."""

    units: Units
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, *, code: str, name: str, admin: PersonFields) -> PersonDetail:
        """
        Return the administrator.

        Raises:
            Conflict: there is an institution.

        """
        person = Person(id=PersonId(self.ids.new()), fields=admin)
        institution = root(new=StructureId(self.ids.new()), code=code, name=name)
        role = Role(RoleId(self.ids.new()), person.id, "institution_admin", institution.id, self.clock.today())
        with self.units(caller) as uow:
            if known := uow.recall(caller.request):
                return uow.people.detail(PersonId(known["person"]))
            uow.people.lock_rights()
            uow.structures.add(institution)
            uow.people.add(person)
            uow.people.add_role(role)
            uow.publish(StructureChanged(institution.id), RoleChanged(person.id, institution.id))
            uow.remember(caller.request, {"person": person.id})
            uow.commit()
        return PersonDetail(person, roles=(role,))
