"""Record that a person left the institution."""

from dataclasses import dataclass

from contracts.errors import Conflict
from contracts.identifiers import PersonId
from services.entries.domain.caller import Caller
from services.entries.domain.facts import PersonLeft
from services.entries.domain.people import PersonDetail
from services.entries.domain.rights import demand_departure
from services.entries.ports.machines import Clock
from services.entries.ports.unit_of_work import Units


@dataclass(frozen=True, slots=True)
class RecordDeparture:
    """
    All that opened something to the person ends in one commit: roles, affiliations, notebooks held, shares.

    Nothing of theirs is touched: pages, revisions and signatures bear their name for ever, and what they held stays on
    record. Naming them in a circuit is refused from then on, as they read nothing.
    """

    units: Units
    clock: Clock

    def __call__(self, caller: Caller, *, person: PersonId) -> PersonDetail:
        """
        Return the person, who has left; a repeat changes nothing.

        Raises:
            NotFound: there is no such person.
            Forbidden: the actor does not manage every place where the person holds something.
            Conflict: it is the actor: somebody must be left who lets others in.

        """
        with self.units(caller) as uow:
            if uow.recall(caller.request):
                return uow.people.detail(person)
            uow.people.lock_rights()
            held = uow.people.detail(person)
            places = [uow.structures.get(place) for place in held.places(today=self.clock.today())]
            demand_departure(uow.people.roles_today(caller.person), places=places)
            if person == caller.person:
                raise Conflict(reason="own_departure")
            if held.person.status == "left":
                return held
            uow.people.leave(person)
            uow.publish(PersonLeft(person))
            uow.remember(caller.request, {"person": person})
            uow.commit()
            return uow.people.detail(person)
