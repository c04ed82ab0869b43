"""Give a person a role at a structure."""

from dataclasses import dataclass
from datetime import date

from contracts.identifiers import PersonId, RoleId, StructureId
from services.entries.domain.caller import Caller
from services.entries.domain.facts import RoleChanged
from services.entries.domain.people import PersonDetail, Role, RoleName, period
from services.entries.domain.rights import demand_role
from services.entries.ports.machines import Clock, Ids
from services.entries.ports.unit_of_work import Units


@dataclass(frozen=True, slots=True)
class GiveRole:
    """Who may give which role stands in ``domain.rights.GIVES``."""

    units: Units
    clock: Clock
    ids: Ids

    def __call__(
        self,
        caller: Caller,
        *,
        person: PersonId,
        role: RoleName,
        structure: StructureId,
        from_date: date | None,
        until_date: date | None,
    ) -> PersonDetail:
        """
        Return the person with all they hold.

        Raises:
            NotFound: there is no such structure or person.
            Forbidden: the actor may not give this role there.
            Invalid: it would end before it begins.

        """
        begins, ends = period(from_date, until_date, today=self.clock.today())
        with self.units(caller) as uow:
            if uow.recall(caller.request):
                return uow.people.detail(person)
            uow.people.lock_rights()
            demand_role(uow.people.roles_today(caller.person), given=role, at=uow.structures.get(structure))
            uow.people.detail(person)
            uow.people.add_role(Role(RoleId(self.ids.new()), person, role, structure, begins, ends))
            uow.publish(RoleChanged(person, structure))
            uow.remember(caller.request, {"person": person})
            uow.commit()
            return uow.people.detail(person)
